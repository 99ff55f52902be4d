# SPDX-License-Identifier: MIT
# Each source of the library under two static analysers, a test for each.

find_program(KSYNC_ANALYZER NAMES gcc-12 gcc REQUIRED
	DOC "A gcc that has -fanalyzer"
)
find_program(KSYNC_TIDY NAMES clang-tidy-19 clang-tidy REQUIRED
	DOC "clang-tidy, which reads .clang-tidy"
)

get_target_property(sources ksync_objects SOURCES)
foreach(source IN LISTS sources)
	cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
	cmake_path(GET source STEM stem)
	cmake_path(GET source PARENT_PATH directory)
	cmake_path(GET directory FILENAME directory)
	add_test(NAME analysis.gcc.${directory}.${stem}
		COMMAND ${KSYNC_ANALYZER} -std=gnu11 -O2 -fanalyzer -Werror
			-I ${PROJECT_SOURCE_DIR}/include
			-I ${PROJECT_BINARY_DIR}/include
			-I ${PROJECT_SOURCE_DIR}/src
			-c ${source} -o /dev/null
	)
	add_test(NAME analysis.tidy.${directory}.${stem}
		COMMAND ${KSYNC_TIDY} --quiet -p ${PROJECT_BINARY_DIR} ${source}
	)
	set_tests_properties(
		analysis.gcc.${directory}.${stem}
		analysis.tidy.${directory}.${stem}
		PROPERTIES LABELS analysis TIMEOUT 300
	)
endforeach()
