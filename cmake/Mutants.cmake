# SPDX-License-Identifier: MIT
#
# ksync_add_mutants(<stem> STRESS <source>...
#                   [SOURCES <source>...] [LIBRARIES <target>...] [SECONDS <n>])
#
# For each end of each ORDER label of <stem>: build the stress with that one
# order weakened, and add the test busted.<stem>.<what>.<end>[.<n>], which
# passes when the stress fails. The object with the mutation stands before the
# archive ksync_tsan on the link line, so the archive's own is not pulled in.
# sound.<stem> runs the same stress on the sound library: unless it passes, the
# failures of the others prove nothing and they are not run.
#
# SOURCES are the library's sources that a mutant in a header recompiles, next
# to the stress; src/<floor>/<stem>.c, where there is one, if not given. LIBRARIES are
# what the stress needs besides ksync_tsan.
#
# With KSYNC_TWINS=<n> there are n mutants of all stems together, chosen by
# KSYNC_TWINS_SEED: what CI does with the commit, so that it rotates.
#
# ksync_check_mutants() stops when a label's stem was never added.

find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(KSYNC_MUTATE "${CMAKE_CURRENT_LIST_DIR}/mutate.py")
set(KSYNC_MUTANT_SECONDS 10 CACHE STRING
	"Seconds that a stress has to notice a weakened order"
)
set(KSYNC_TWINS all CACHE STRING "How many weakened orders to try, or all")
set(KSYNC_TWINS_SEED "" CACHE STRING "Which of them")

function(ksync_list_mutants out)
	file(GLOB_RECURSE sources CONFIGURE_DEPENDS
		"${PROJECT_SOURCE_DIR}/include/ksync/*.h"
		"${PROJECT_SOURCE_DIR}/src/*.[ch]"
	)
	set_property(DIRECTORY APPEND PROPERTY
		CMAKE_CONFIGURE_DEPENDS ${sources} "${KSYNC_MUTATE}"
	)
	execute_process(
		COMMAND "${Python3_EXECUTABLE}" "${KSYNC_MUTATE}"
			--root "${PROJECT_SOURCE_DIR}" list ${ARGN}
		OUTPUT_VARIABLE lines
		OUTPUT_STRIP_TRAILING_WHITESPACE
		COMMAND_ERROR_IS_FATAL ANY
	)
	string(REPLACE "\n" ";" lines "${lines}")
	set(${out} "${lines}" PARENT_SCOPE)
endfunction()

# Compile and link as the library under test does.
function(ksync_mutant_like_library target)
	target_link_libraries(${target} PRIVATE ${ARGN} ksync_tsan)
	foreach(what IN ITEMS COMPILE_OPTIONS COMPILE_DEFINITIONS
		INCLUDE_DIRECTORIES LINK_OPTIONS)
		set_property(TARGET ${target} APPEND PROPERTY
			${what} "$<TARGET_PROPERTY:ksync_tsan,${what}>"
		)
	endforeach()
endfunction()

function(ksync_add_mutants stem)
	cmake_parse_arguments(PARSE_ARGV 1 arg
		"" "SECONDS" "STRESS;SOURCES;LIBRARIES"
	)
	if(NOT arg_STRESS)
		message(FATAL_ERROR
			"ksync_add_mutants(${stem}): STRESS is missing")
	endif()
	if(NOT arg_SECONDS)
		set(arg_SECONDS ${KSYNC_MUTANT_SECONDS})
	endif()
	if(NOT DEFINED arg_SOURCES)
		file(GLOB arg_SOURCES "${PROJECT_SOURCE_DIR}/src/*/${stem}.c")
	endif()
	set_property(GLOBAL APPEND PROPERTY KSYNC_MUTANT_STEMS ${stem})

	set(judge "${Python3_EXECUTABLE}" "${KSYNC_MUTATE}"
		--root "${PROJECT_SOURCE_DIR}"
	)
	set(how --seconds ${arg_SECONDS}
		--verdicts "${PROJECT_BINARY_DIR}/tsan/verdicts.tsv"
	)
	# A stress wants the machine for itself.
	math(EXPR patience "3 * ${arg_SECONDS} + 120")
	set(manners LABELS busted PROCESSORS 2 TIMEOUT ${patience})

	set(which --stem ${stem})
	if(NOT KSYNC_TWINS STREQUAL "all")
		list(APPEND which
			--most ${KSYNC_TWINS} --seed "${KSYNC_TWINS_SEED}"
		)
	endif()
	ksync_list_mutants(mutants ${which})
	if(NOT mutants)
		return()
	endif()

	# A mutant in a source leaves the stress as it is: one object for all.
	set(stress mutant_stress_${stem})
	add_library(${stress} OBJECT EXCLUDE_FROM_ALL ${arg_STRESS})
	ksync_mutant_like_library(${stress} ${arg_LIBRARIES})

	add_executable(sound.${stem} $<TARGET_OBJECTS:${stress}>)
	ksync_mutant_like_library(sound.${stem} ${arg_LIBRARIES})
	add_test(NAME sound.${stem}
		COMMAND ${judge} sound ${stem}
			--stress "$<TARGET_FILE:sound.${stem}>" ${how}
	)
	set_tests_properties(sound.${stem} PROPERTIES
		FIXTURES_SETUP sound.${stem} ${manners}
	)

	foreach(mutant IN LISTS mutants)
		string(REPLACE "\t" ";" fields "${mutant}")
		list(GET fields 0 name)
		list(GET fields 1 file)
		string(REPLACE ":" "." target "busted.${name}")
		set(folder "${CMAKE_CURRENT_BINARY_DIR}/mutants/${target}")
		set(copy "${folder}/${file}")
		cmake_path(GET file PARENT_PATH home)
		add_custom_command(
			OUTPUT "${copy}"
			COMMAND ${judge} make "${name}" --out "${folder}"
			DEPENDS "${PROJECT_SOURCE_DIR}/${file}"
				"${KSYNC_MUTATE}"
			COMMENT "Weakening ${name}"
			VERBATIM
		)
		add_executable(${target} "${copy}")
		ksync_mutant_like_library(${target} ${arg_LIBRARIES})
		# The copy's neighbours stayed; nobody reads its warnings.
		target_compile_options(${target} PRIVATE
			"SHELL:-iquote \"${PROJECT_SOURCE_DIR}/${home}\"" -w
		)
		if(file MATCHES "\\.c$")
			target_sources(${target} PRIVATE
				$<TARGET_OBJECTS:${stress}>
			)
		else()
			# Included first, its guard shuts the real one out.
			target_sources(${target} PRIVATE
				${arg_STRESS} ${arg_SOURCES}
			)
			target_compile_definitions(${target} PRIVATE
				_GNU_SOURCE=
			)
			target_compile_options(${target} PRIVATE
				"SHELL:-include \"${copy}\""
			)
		endif()
		add_test(NAME ${target}
			COMMAND ${judge} run "${name}"
				--stress "$<TARGET_FILE:${target}>" ${how}
		)
		set_tests_properties(${target} PROPERTIES
			FIXTURES_REQUIRED sound.${stem} ${manners}
		)
	endforeach()
endfunction()

function(ksync_check_mutants)
	get_property(added GLOBAL PROPERTY KSYNC_MUTANT_STEMS)
	ksync_list_mutants(mutants)
	list(TRANSFORM mutants REPLACE "\\..*" "")
	list(REMOVE_DUPLICATES mutants)
	foreach(stem IN LISTS mutants)
		if(NOT stem IN_LIST added)
			message(FATAL_ERROR
				"ORDER labels of ${stem} have no mutants: add "
				"ksync_add_mutants(${stem} STRESS <the stress "
				"that must notice>)")
		endif()
	endforeach()
endfunction()
