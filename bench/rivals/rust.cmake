# SPDX-License-Identifier: MIT
#
# The Rust rivals, one static library made by the system's cargo and nothing
# from the network: parking_lot's source is a package of the distribution.

set(rust_registry /usr/share/cargo/registry)
find_program(KSYNC_CARGO cargo PATHS /usr/bin NO_DEFAULT_PATH)
find_program(KSYNC_RUSTC rustc PATHS /usr/bin NO_DEFAULT_PATH)
rival_usable(rust "no cargo or rustc in /usr/bin" KSYNC_CARGO AND KSYNC_RUSTC)
if(NOT rust_usable)
	return()
endif()

execute_process(COMMAND ${KSYNC_RUSTC} --version
	OUTPUT_VARIABLE rust_version OUTPUT_STRIP_TRAILING_WHITESPACE)
string(REGEX MATCH "[0-9.]+" rust_version "${rust_version}")
set(rust_definitions "BENCH_RUST_VERSION=\"${rust_version}\"")

# cargo reads every manifest of a registry that it replaces, even with nothing
# to take from it, so the registry is named only when it is there.
set(rust_options --offline --release)
set(rust_registry_used FALSE)
# rust_crate(NAME MACRO): a rival that is a package of the distribution
macro(rust_crate name macro)
	file(GLOB ${name} ${rust_registry}/${name}-[0-9]*)
	rival_usable(${name} "none in ${rust_registry}" ${name})
	if(${name}_usable)
		string(REGEX MATCH "[0-9.]+$" ${name}_version ${${name}})
		list(APPEND rust_definitions "${macro}=\"${${name}_version}\"")
		list(APPEND rust_options --features ${name})
		set(rust_registry_used TRUE)
	endif()
endmacro()
rust_crate(parking_lot BENCH_PARKING_LOT_VERSION)
rust_crate(crossbeam-epoch BENCH_CROSSBEAM_EPOCH_VERSION)
if(rust_registry_used)
	list(APPEND rust_options
		--config "source.crates-io.replace-with=\"system\""
		--config "source.system.directory=\"${rust_registry}\"")
endif()

# cargo writes a lock file beside the manifest, so it gets a copy; and without
# the registry even an optional dependency could not be looked up.
set(rust_source ${CMAKE_CURRENT_BINARY_DIR}/rust)
set(rust_library ${rust_source}/target/release/libbench_rivals.a)
file(READ ${CMAKE_CURRENT_LIST_DIR}/rust/Cargo.toml rust_manifest)
foreach(crate parking_lot crossbeam-epoch)
	if(NOT ${crate}_usable)
		string(REGEX REPLACE "\n${crate} = [^\n]*" "" rust_manifest
			"${rust_manifest}")
	endif()
endforeach()
file(CONFIGURE OUTPUT ${rust_source}/Cargo.toml
	CONTENT "${rust_manifest}" @ONLY)
configure_file(${CMAKE_CURRENT_LIST_DIR}/rust/src/lib.rs
	${rust_source}/src/lib.rs COPYONLY)

add_custom_command(OUTPUT ${rust_library}
	COMMAND ${CMAKE_COMMAND} -E env --unset=RUSTFLAGS
		CARGO_HOME=${rust_source}/home RUSTC=${KSYNC_RUSTC}
		${KSYNC_CARGO} build ${rust_options} --quiet
	DEPENDS ${rust_source}/Cargo.toml ${rust_source}/src/lib.rs
	WORKING_DIRECTORY ${rust_source}
	COMMENT "Building the Rust rivals"
	VERBATIM)
add_custom_target(bench-rust DEPENDS ${rust_library})
add_dependencies(ksync-bench bench-rust)
rival_source(rust.c ${rust_definitions})
target_link_libraries(ksync-bench PRIVATE ${rust_library} ${CMAKE_DL_LIBS})
