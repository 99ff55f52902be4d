# SPDX-License-Identifier: MIT
#
# Each family's stress on the checked library, as a look for false alarms: what
# reports fails. Without ThreadSanitizer, whose proof the preset tsan has.

set(KSYNC_CHECKED_STRESS_SECONDS 0.4 CACHE STRING
	"Length of each stress on the checked library"
)

add_library(ksync_stress OBJECT stress.c)
ksync_compile_options(ksync_stress)
target_link_libraries(ksync_stress PUBLIC ksync::checked_static)

get_property(stems GLOBAL PROPERTY KSYNC_PRIMITIVES)
foreach(stem IN LISTS stems ITEMS lockdep soak)
	add_executable(stress.${stem} ${stem}_stress.c)
	ksync_compile_options(stress.${stem})
	target_include_directories(stress.${stem} PRIVATE
		${PROJECT_SOURCE_DIR}/src
	)
	target_link_libraries(stress.${stem} PRIVATE ksync_stress)
	add_test(NAME checked.stress.${stem} COMMAND stress.${stem})
	set_tests_properties(checked.stress.${stem} PROPERTIES
		LABELS checked
		ENVIRONMENT KSYNC_STRESS_SECONDS=${KSYNC_CHECKED_STRESS_SECONDS}
		FAIL_REGULAR_EXPRESSION "ksync: .*(misuse|deadlock|bug)"
		TIMEOUT 300
		SKIP_RETURN_CODE 4
	)
endforeach()
