# SPDX-License-Identifier: MIT
#
# The programs in user/, compiled by two compilers against the library as it is
# installed. Included by CMakeLists.txt beside it.

set(user ${CMAKE_CURRENT_BINARY_DIR}/user)
set(from ${CMAKE_CURRENT_SOURCE_DIR}/user)
set(runs_silent 20)
set(runs_reported 5)

add_test(NAME tsan-user.install
	COMMAND ${CMAKE_COMMAND} --install ${PROJECT_BINARY_DIR}
		--prefix ${user}/prefix
)
set_tests_properties(tsan-user.install PROPERTIES
	LABELS tsan-user
	FIXTURES_SETUP tsan-user-installed
)

file(GLOB programs CONFIGURE_DEPENDS RELATIVE ${from}
	${from}/right/*.c ${from}/wrong/*.c
)

foreach(compiler IN ITEMS gcc-12 clang-19)
	find_program(KSYNC_TSAN_USER_${compiler} ${compiler} REQUIRED)
	add_test(NAME tsan-user.${compiler}.build
		COMMAND ${CMAKE_CTEST_COMMAND}
			--build-and-test ${from} ${user}/${compiler}
			--build-generator ${CMAKE_GENERATOR}
			--build-options
				-DCMAKE_C_COMPILER=${KSYNC_TSAN_USER_${compiler}}
				-DCMAKE_PREFIX_PATH=${user}/prefix
	)
	set_tests_properties(tsan-user.${compiler}.build PROPERTIES
		LABELS tsan-user
		FIXTURES_REQUIRED tsan-user-installed
		FIXTURES_SETUP tsan-user-${compiler}
	)
	foreach(program IN LISTS programs)
		cmake_path(GET program STEM stem)
		cmake_path(GET program PARENT_PATH folder)
		set(report "")
		set(runs ${runs_silent})
		if(folder STREQUAL "wrong")
			file(STRINGS ${from}/${program} report
				REGEX "^ \\* Reported as: "
			)
			string(REPLACE " * Reported as: " "" report "${report}")
			set(runs ${runs_reported})
			if(NOT report)
				message(FATAL_ERROR
					"tsan/user/${program} does not say "
					"how it is reported"
				)
			endif()
		endif()
		add_test(NAME tsan-user.${compiler}.${folder}.${stem}
			COMMAND ${from}/judge.sh ${runs} "${report}"
				${KSYNC_TSAN_RUN}
				${user}/${compiler}/${folder}-${stem}
		)
		set_tests_properties(tsan-user.${compiler}.${folder}.${stem}
			PROPERTIES LABELS tsan-user TIMEOUT 300
			FIXTURES_REQUIRED tsan-user-${compiler}
		)
	endforeach()
endforeach()
