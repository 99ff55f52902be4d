# SPDX-License-Identifier: MIT
# What src/<floor>/CMakeLists.txt is written with: docs/floors.md.

# Who needs them builds them.
add_library(ksync_objects OBJECT EXCLUDE_FROM_ALL)

# ksync_sources(<file>...): sources of this floor's folder.
function(ksync_sources)
	list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
	target_sources(ksync_objects PRIVATE ${ARGN})
endfunction()

# ksync_checked_sources(<file>...): those of the checked library alone.
function(ksync_checked_sources)
	list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
	set_property(GLOBAL APPEND PROPERTY KSYNC_CHECKED_SOURCES ${ARGN})
endfunction()

# ksync_headers(<file>...): public headers that stand on this floor. Those of a
# primitive are its own. The lint reads it; CMake has nothing to do.
function(ksync_headers)
endfunction()

# ksync_primitive(<stem> [HEADER_ONLY] [PARTS <file>...]): a family of files
# with one stem. Its source and the further PARTS of it join the library, and
# the stem joins the list from which tests, stress, benchmarks and lint are
# made.
function(ksync_primitive stem)
	cmake_parse_arguments(arg "HEADER_ONLY" "" "PARTS" ${ARGN})
	set_property(GLOBAL APPEND PROPERTY KSYNC_PRIMITIVES ${stem})
	if(NOT arg_HEADER_ONLY)
		ksync_sources(${stem}.c ${arg_PARTS})
	endif()
endfunction()
