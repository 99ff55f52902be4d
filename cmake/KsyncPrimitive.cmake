# SPDX-License-Identifier: MIT
# ksync_primitive(<stem> [HEADER_ONLY]): a family of files with one stem. Its
# source joins the library, and the stem joins the list from which tests,
# stress, benchmarks and lint are made.

function(ksync_primitive stem)
	cmake_parse_arguments(arg "HEADER_ONLY" "" "" ${ARGN})
	set_property(GLOBAL APPEND PROPERTY KSYNC_PRIMITIVES ${stem})
	if(NOT arg_HEADER_ONLY)
		target_sources(ksync_objects PRIVATE
			${PROJECT_SOURCE_DIR}/src/${stem}.c
		)
	endif()
endfunction()

add_library(ksync_objects OBJECT)
