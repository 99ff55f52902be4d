# SPDX-License-Identifier: MIT
# The library: one set of sources, compiled for each variant, release and checked.
# Of each a shared and a static library; in the static one nothing is exported,
# so that copies of it can live side by side.

find_package(Threads REQUIRED)
include(cmake/CheckedNames.cmake)

configure_file(include/ksync/config.h.in
	${PROJECT_BINARY_DIR}/include/ksync/config.h @ONLY
)
ksync_write_checked_names(
	${PROJECT_BINARY_DIR}/include/ksync/checked_names.h
	"KSYNC_(CHECKED_)?API"
)
ksync_write_checked_names(
	${PROJECT_BINARY_DIR}/checked/inline_names.h KSYNC_INLINE
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
	# A report's hook, a drop or a callback may throw through our frames, and
	# who ends its thread is unwound like that.
	if(KSYNC_HAVE_UNWINDER)
		target_compile_options(${target} PRIVATE -fexceptions)
	endif()
	if(KSYNC_PROOF)
		target_compile_definitions(${target} PUBLIC
			KSYNC_STEPS=1 KSYNC_LOCK_NOTES=0
		)
	endif()
endfunction()

# Compiled with all that the sources need.
function(ksync_compile target)
	ksync_use_headers(${target} PUBLIC)
	target_include_directories(${target} PRIVATE
		${PROJECT_SOURCE_DIR}/src ${PROJECT_BINARY_DIR}/checked
	)
	ksync_compile_options(${target})
	if(KSYNC_HAVE_RCU)
		target_link_libraries(${target} PRIVATE PkgConfig::KSYNC_URCU)
		if(KSYNC_RCU STREQUAL "bp")
			target_compile_definitions(${target} PRIVATE KSYNC_RCU_BP)
		endif()
	endif()
endfunction()

# Kernel names: an include directory and the define that switches struct tags.
add_library(ksync_linux INTERFACE)
add_library(ksync::linux ALIAS ksync_linux)
target_compile_definitions(ksync_linux INTERFACE KSYNC_KERNEL_NAMES)
target_include_directories(ksync_linux INTERFACE
	$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include/compat>
	$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/ksync/compat>
)
set_target_properties(ksync_linux PROPERTIES EXPORT_NAME linux)

# ksync_library(<target> <what the library's file is called> <exported name>)
function(ksync_library target file export_name)
	ksync_use_headers(${target} PUBLIC)
	target_link_libraries(${target} PUBLIC Threads::Threads)
	if(KSYNC_HAVE_RCU)
		target_link_libraries(${target} PRIVATE PkgConfig::KSYNC_URCU)
	endif()
	set_target_properties(${target} PROPERTIES
		OUTPUT_NAME ${file}
		EXPORT_NAME ${export_name}
	)
	add_library(ksync::${export_name} ALIAS ${target})
	if(file STREQUAL "ksync-checked")
		target_compile_definitions(${target} INTERFACE KSYNC_CHECKED=1)
		ksync_only_if_linked(${target})
	endif()
	if(KSYNC_PROOF)
		target_compile_definitions(${target} INTERFACE
			KSYNC_STEPS=1 KSYNC_LOCK_NOTES=0
		)
	endif()
endfunction()

# In another project the checked library is built for whoever links it.
function(ksync_only_if_linked target)
	if(NOT PROJECT_IS_TOP_LEVEL AND NOT KSYNC_INSTALL)
		set_target_properties(${target} PROPERTIES
			EXCLUDE_FROM_ALL TRUE
		)
	endif()
endfunction()

# ksync_variant(<objects> <file> <target> <name of shared> <name of static>
#               <name of the preferred one>)
#
# Layouts are inlined into users, so before 1.0 each minor version is an ABI of
# its own. nodelete: a thread's exit calls into the library.
function(ksync_variant objects file target shared static name)
	if(KSYNC_BUILD_SHARED)
		add_library(${target} SHARED $<TARGET_OBJECTS:${objects}>)
		ksync_library(${target} ${file} ${shared})
		set_target_properties(${target} PROPERTIES
			VERSION ${PROJECT_VERSION}
			SOVERSION
			${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
			LINK_DEPENDS ${PROJECT_SOURCE_DIR}/src/ksync.map
		)
		target_link_options(${target} PRIVATE
			-Wl,--version-script=${PROJECT_SOURCE_DIR}/src/ksync.map
			-Wl,-z,nodelete
			-Wl,-Bsymbolic-functions
		)
		if(NOT CMAKE_C_FLAGS MATCHES "-fsanitize")
			target_link_options(${target} PRIVATE -Wl,-z,defs)
		endif()
	endif()
	if(KSYNC_BUILD_STATIC)
		get_target_property(sources ${objects} SOURCES)
		add_library(${target}_static STATIC ${sources})
		ksync_compile(${target}_static)
		target_compile_definitions(${target}_static PRIVATE
			KSYNC_HIDDEN
			$<$<STREQUAL:${file},ksync-checked>:KSYNC_CHECKED=1>
		)
		ksync_library(${target}_static ${file} ${static})
	endif()
	# As find_package(ksync) chooses.
	if(KSYNC_BUILD_SHARED AND NOT (KSYNC_BUILD_STATIC
		AND DEFINED BUILD_SHARED_LIBS AND NOT BUILD_SHARED_LIBS))
		add_library(ksync::${name} ALIAS ${target})
	else()
		add_library(ksync::${name} ALIAS ${target}_static)
	endif()
endfunction()

function(ksync_libraries)
	ksync_compile(ksync_objects)
	ksync_variant(ksync_objects ksync ksync shared static ksync)
	if(NOT KSYNC_BUILD_CHECKED)
		return()
	endif()
	get_target_property(sources ksync_objects SOURCES)
	get_property(checked GLOBAL PROPERTY KSYNC_CHECKED_SOURCES)
	add_library(ksync_checked_objects OBJECT ${sources} ${checked})
	ksync_compile(ksync_checked_objects)
	ksync_only_if_linked(ksync_checked_objects)
	target_compile_definitions(ksync_checked_objects PUBLIC KSYNC_CHECKED=1)
	ksync_variant(ksync_checked_objects ksync-checked ksync_checked
		checked_shared checked_static checked
	)
endfunction()
