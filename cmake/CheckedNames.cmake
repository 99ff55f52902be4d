# SPDX-License-Identifier: MIT
#
# <ksync/checked_names.h>: the link names of the checked library. Its objects
# have other layouts, so what was compiled for one library must not link with
# the other; here each function gets another symbol, ksync_checked_*.

# ksync_internal_names(<variable>): functions that the library's own headers
# declare. With names in common, a link of both archives would take some from
# either.
function(ksync_internal_names variable)
	file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/*/*.h)
	set_property(DIRECTORY APPEND PROPERTY
		CMAKE_CONFIGURE_DEPENDS ${headers}
	)
	set(names)
	foreach(path IN LISTS headers)
		file(READ ${path} text)
		string(REGEX MATCHALL
			"\n[a-zA-Z_][^;{}#()]*[^a-zA-Z0-9_]ksync__[a-z0-9_]+[(]"
			found "${text}"
		)
		list(FILTER found EXCLUDE REGEX "^\n(static|KSYNC_PRIVATE)")
		list(TRANSFORM found REPLACE
			".*[^a-zA-Z0-9_](ksync__[a-z0-9_]+)[(]" "\\1"
		)
		list(APPEND names ${found})
	endforeach()
	set(${variable} ${names} PARENT_SCOPE)
endfunction()

# ksync_write_checked_names(<header> <marker>): from what the public headers mark
# KSYNC_API or KSYNC_CHECKED_API; or KSYNC_INLINE, of which ffi.c makes symbols. Those get an alias, as
# clang dislikes the pragma where they are none, and gcc does not heed it where a
# function is defined.
function(ksync_write_checked_names header marker)
	file(GLOB headers CONFIGURE_DEPENDS
		${PROJECT_SOURCE_DIR}/include/ksync/*.h
	)
	set_property(DIRECTORY APPEND PROPERTY
		CMAKE_CONFIGURE_DEPENDS ${headers}
	)
	set(names)
	if(NOT KSYNC_HAVE_RCU)
		list(JOIN KSYNC_RCU_FAMILIES "|" absent)
		string(APPEND absent "|hlist_nulls|rculist_bl")
		list(FILTER headers EXCLUDE REGEX "/(${absent})[.]h$")
	endif()
	foreach(path IN LISTS headers)
		file(READ ${path} text)
		string(REGEX MATCHALL
			"${marker}[^;{(#]*[^a-zA-Z0-9_;{(#]ksync_[a-zA-Z0-9_]+[(]"
			functions "${text}"
		)
		string(REGEX MATCHALL
			"extern ${marker}[^;(]*[^a-zA-Z0-9_]ksync_[a-zA-Z0-9_]+;"
			objects "${text}"
		)
		foreach(found IN LISTS functions objects)
			string(REGEX REPLACE ".*[^a-zA-Z0-9_](ksync_[a-zA-Z0-9_]+).?$"
				"\\1" name "${found}"
			)
			list(APPEND names ${name})
		endforeach()
	endforeach()
	if(marker MATCHES "API")
		ksync_internal_names(internal)
		list(APPEND names ${internal})
	endif()
	list(SORT names)
	list(REMOVE_DUPLICATES names)
	set(text "/* SPDX-License-Identifier: MIT */\n")
	string(APPEND text "/* Generated: the checked library's symbols. */\n")
	foreach(name IN LISTS names)
		string(REGEX REPLACE "^ksync_" "ksync_checked_" other ${name})
		if(marker STREQUAL "KSYNC_INLINE")
			string(APPEND text "KSYNC__ALIAS(${name}, ${other})\n")
		else()
			string(APPEND text
				"#pragma redefine_extname ${name} ${other}\n"
			)
		endif()
	endforeach()
	file(CONFIGURE OUTPUT ${header} CONTENT "${text}" @ONLY)
endfunction()
