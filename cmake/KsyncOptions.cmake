# SPDX-License-Identifier: MIT
# What can be chosen. A project that brings ksync in by add_subdirectory or
# FetchContent gets the library alone.

option(KSYNC_BUILD_SHARED "Build the shared library" ON)
option(KSYNC_BUILD_STATIC "Build the static library" ON)
option(KSYNC_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(KSYNC_BUILD_EXAMPLES "Build the examples" ${KSYNC_BUILD_TESTS})
option(KSYNC_BUILD_TSAN "Build the ThreadSanitizer stress suite" OFF)
option(KSYNC_BUILD_BENCH "Build the benchmarks" OFF)
option(KSYNC_LINT "Add the lint of this tree as tests" OFF)
option(KSYNC_ANALYSIS "Add static analysis of the library as tests" OFF)
option(KSYNC_INSTALL "Make the install rules" ${PROJECT_IS_TOP_LEVEL})
option(KSYNC_PROOF "Build the library for its own proof: steps, no lock notes"
	OFF
)
set(KSYNC_TEST_RUNNER criterion CACHE STRING
	"Who runs the unit tests: criterion, or builtin (tests/runner)"
)
set_property(CACHE KSYNC_TEST_RUNNER PROPERTY STRINGS criterion builtin)

set(KSYNC_RCU memb CACHE STRING
	"liburcu's flavour for RCU: memb, bp, or none to leave RCU out"
)
set_property(CACHE KSYNC_RCU PROPERTY STRINGS memb bp none)

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE
	AND NOT CMAKE_CONFIGURATION_TYPES)
	set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

# Does libc register rseq areas? Then it says where.
include(CheckSymbolExists)
check_symbol_exists(__rseq_size "sys/rseq.h" KSYNC_HAVE_GLIBC_RSEQ)
if(KSYNC_HAVE_GLIBC_RSEQ)
	set(KSYNC_RSEQ glibc)
else()
	set(KSYNC_RSEQ none)
endif()

# RCU is there if liburcu is.
set(KSYNC_HAVE_RCU 0)
if(NOT KSYNC_RCU STREQUAL "none")
	find_package(PkgConfig)
	if(PkgConfig_FOUND)
		pkg_check_modules(KSYNC_URCU IMPORTED_TARGET liburcu-${KSYNC_RCU})
	endif()
	if(KSYNC_URCU_FOUND)
		set(KSYNC_HAVE_RCU 1)
	else()
		message(WARNING "ksync: no liburcu-${KSYNC_RCU} (Debian: "
			"liburcu-dev), so this build has no RCU; "
			"-DKSYNC_RCU=none says that this is meant"
		)
	endif()
endif()

# Debian's own, which has the packages that packages.list names; another one that
# comes first in PATH may not.
if(NOT Python3_EXECUTABLE AND EXISTS /usr/bin/python3)
	set(Python3_EXECUTABLE /usr/bin/python3 CACHE FILEPATH "Python 3")
endif()
