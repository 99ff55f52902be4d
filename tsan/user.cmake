# SPDX-License-Identifier: MIT
#
# The programs in user/, compiled by two compilers against the library as it is
# installed. Included by CMakeLists.txt beside it.

set(from ${CMAKE_CURRENT_SOURCE_DIR}/user)
set(user ${CMAKE_CURRENT_BINARY_DIR}/user)

# How often a right program must be quiet, and a wrong one be reported.
set(KSYNC_TSAN_USER_QUIET 20 CACHE STRING "Runs of each right program")
set(KSYNC_TSAN_USER_REPORTED 5 CACHE STRING "Runs of each wrong program")

file(GLOB programs CONFIGURE_DEPENDS RELATIVE ${from}
	${from}/right/*.c ${from}/wrong/*.c
)
if(NOT KSYNC_HAVE_RCU)
	list(FILTER programs EXCLUDE REGEX "/rcu")
endif()

add_test(NAME tsan-user.install
	COMMAND ${CMAKE_COMMAND} --install ${PROJECT_BINARY_DIR}
		--prefix ${user}/prefix
)
set_tests_properties(tsan-user.install PROPERTIES
	LABELS tsan-user
	FIXTURES_SETUP tsan-user-installed
)

# What ThreadSanitizer calls the mistake of a wrong program.
function(ksync_report_of source out)
	file(STRINGS ${source} report REGEX "^ \\* Reported as: ")
	if(NOT report)
		message(FATAL_ERROR "${source} has no line 'Reported as: '")
	endif()
	string(REPLACE " * Reported as: " "" report "${report}")
	set(${out} "${report}" PARENT_SCOPE)
endfunction()

function(ksync_tsan_user compiler)
	find_program(KSYNC_TSAN_USER_${compiler} ${compiler})
	set(cc ${KSYNC_TSAN_USER_${compiler}})
	if(NOT cc)
		add_test(NAME tsan-user.${compiler}
			COMMAND ${CMAKE_COMMAND} -E echo "no ${compiler} here"
		)
		set_tests_properties(tsan-user.${compiler} PROPERTIES
			LABELS tsan-user
			SKIP_REGULAR_EXPRESSION "no ${compiler} here"
		)
		return()
	endif()

	add_test(NAME tsan-user.${compiler}
		COMMAND ${CMAKE_CTEST_COMMAND}
			--build-and-test ${from} ${user}/${compiler}
			--build-generator ${CMAKE_GENERATOR}
			--build-options
				-DCMAKE_C_COMPILER=${cc}
				-DCMAKE_PREFIX_PATH=${user}/prefix
				"-DKSYNC_TSAN_USER_PROGRAMS=${programs}"
	)
	set_tests_properties(tsan-user.${compiler} PROPERTIES
		LABELS tsan-user
		FIXTURES_REQUIRED tsan-user-installed
		FIXTURES_SETUP tsan-user-${compiler}
	)
	foreach(source IN LISTS programs)
		cmake_path(GET source PARENT_PATH folder)
		cmake_path(GET source STEM stem)
		set(report "")
		set(runs ${KSYNC_TSAN_USER_QUIET})
		if(folder STREQUAL "wrong")
			ksync_report_of(${from}/${source} report)
			set(runs ${KSYNC_TSAN_USER_REPORTED})
		endif()
		set(name tsan-user.${compiler}.${folder}.${stem})
		add_test(NAME ${name}
			COMMAND ${from}/judge.sh ${runs} "${report}"
				${KSYNC_TSAN_RUN}
				${user}/${compiler}/${folder}-${stem}
		)
		set_tests_properties(${name} PROPERTIES
			LABELS tsan-user
			FIXTURES_REQUIRED tsan-user-${compiler}
			TIMEOUT 300
		)
	endforeach()
endfunction()

ksync_tsan_user(gcc-12)
ksync_tsan_user(clang-19)
