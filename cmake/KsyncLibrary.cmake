# SPDX-License-Identifier: MIT
# The library: one set of objects, a shared and a static library.

find_package(Threads REQUIRED)

configure_file(include/ksync/config.h.in
	${PROJECT_BINARY_DIR}/include/ksync/config.h @ONLY
)

# What a program needs to compile against the headers in this tree.
function(ksync_use_headers target visibility)
	target_include_directories(${target} ${visibility}
		$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
		$<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
		$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
	)
endfunction()

function(ksync_compile_options target)
	target_compile_features(${target} PRIVATE c_std_11)
	set_target_properties(${target} PROPERTIES
		C_STANDARD 11
		C_EXTENSIONS ON
		C_VISIBILITY_PRESET hidden
		POSITION_INDEPENDENT_CODE ON
	)
	target_compile_options(${target} PRIVATE
		-Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes
		-Wundef -Wvla
	)
	if(KSYNC_PROOF)
		target_compile_definitions(${target} PUBLIC
			KSYNC_STEPS=1 KSYNC_LOCK_NOTES=0
		)
	endif()
endfunction()

ksync_use_headers(ksync_objects PUBLIC)
ksync_compile_options(ksync_objects)
if(KSYNC_HAVE_RCU)
	target_link_libraries(ksync_objects PRIVATE PkgConfig::KSYNC_URCU)
	if(KSYNC_RCU STREQUAL "bp")
		target_compile_definitions(ksync_objects PRIVATE KSYNC_RCU_BP)
	endif()
endif()

# Kernel names: an include directory and the define that switches struct tags.
add_library(ksync_linux INTERFACE)
add_library(ksync::linux ALIAS ksync_linux)
target_compile_definitions(ksync_linux INTERFACE KSYNC_KERNEL_NAMES)
target_include_directories(ksync_linux INTERFACE
	$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include/compat>
	$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/ksync/compat>
)
set_target_properties(ksync_linux PROPERTIES EXPORT_NAME linux)

function(ksync_library target export_name)
	ksync_use_headers(${target} PUBLIC)
	target_link_libraries(${target} PUBLIC Threads::Threads)
	if(KSYNC_HAVE_RCU)
		target_link_libraries(${target} PRIVATE PkgConfig::KSYNC_URCU)
	endif()
	set_target_properties(${target} PROPERTIES
		OUTPUT_NAME ksync
		EXPORT_NAME ${export_name}
	)
	add_library(ksync::${export_name} ALIAS ${target})
	if(KSYNC_PROOF)
		target_compile_definitions(${target} INTERFACE
			KSYNC_STEPS=1 KSYNC_LOCK_NOTES=0
		)
	endif()
endfunction()

# Layouts are inlined into users, so before 1.0 each minor version is an ABI of
# its own. nodelete: a thread's exit calls into the library.
macro(ksync_libraries)
	if(KSYNC_BUILD_SHARED)
		add_library(ksync SHARED $<TARGET_OBJECTS:ksync_objects>)
		ksync_library(ksync shared)
		set_target_properties(ksync PROPERTIES
			VERSION ${PROJECT_VERSION}
			SOVERSION
			${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
			LINK_DEPENDS ${PROJECT_SOURCE_DIR}/src/ksync.map
		)
		target_link_options(ksync PRIVATE
			-Wl,--version-script=${PROJECT_SOURCE_DIR}/src/ksync.map
			-Wl,-z,nodelete
			-Wl,-Bsymbolic-functions
		)
		if(NOT CMAKE_C_FLAGS MATCHES "-fsanitize")
			target_link_options(ksync PRIVATE -Wl,-z,defs)
		endif()
	endif()
	if(KSYNC_BUILD_STATIC)
		add_library(ksync_static STATIC $<TARGET_OBJECTS:ksync_objects>)
		ksync_library(ksync_static static)
	endif()
	# As find_package(ksync) chooses.
	if(KSYNC_BUILD_SHARED AND NOT (KSYNC_BUILD_STATIC
		AND DEFINED BUILD_SHARED_LIBS AND NOT BUILD_SHARED_LIBS))
		add_library(ksync::ksync ALIAS ksync)
	else()
		add_library(ksync::ksync ALIAS ksync_static)
	endif()
endmacro()
