# SPDX-License-Identifier: MIT
# What can be chosen. A project that brings ksync in by add_subdirectory or
# FetchContent gets the library alone, and the checked one if it links it.

option(KSYNC_BUILD_SHARED "Build the shared library" ON)
option(KSYNC_BUILD_STATIC "Build the static library" ON)
option(KSYNC_BUILD_CHECKED "Build the checked library beside the other" ON)
option(KSYNC_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(KSYNC_BUILD_EXAMPLES "Build the examples" ${KSYNC_BUILD_TESTS})
option(KSYNC_BUILD_TSAN "Build the ThreadSanitizer stress suite" OFF)
option(KSYNC_BUILD_BENCH "Build the benchmarks" OFF)
option(KSYNC_BUILD_KERNEL "Build ksync::kernel, what kernel code has around its locks"
	${PROJECT_IS_TOP_LEVEL}
)
option(KSYNC_KERNEL_TESTS "Compile and run files of Linux, unmodified" OFF)
option(KSYNC_LINT "Add the lint of this tree as tests" OFF)
option(KSYNC_ANALYSIS "Add static analysis of the library as tests" OFF)
option(KSYNC_INSTALL "Make the install rules" ${PROJECT_IS_TOP_LEVEL})
option(KSYNC_PROOF "Build the library for its own proof: steps, no lock notes"
	OFF
)
set(KSYNC_TEST_RUNNER criterion CACHE STRING
	"Who runs the unit tests: criterion, builtin (tests/runner), or none"
)
set_property(CACHE KSYNC_TEST_RUNNER PROPERTY STRINGS criterion builtin none)

set(KSYNC_TEST_VARIANT release CACHE STRING
	"Which library tests and examples are linked with: release or checked"
)
set_property(CACHE KSYNC_TEST_VARIANT PROPERTY STRINGS release checked)

set(KSYNC_RCU memb CACHE STRING
	"liburcu's flavour for RCU: memb, bp, or none to leave RCU out"
)
set_property(CACHE KSYNC_RCU PROPERTY STRINGS memb bp none)

# What cannot be built is refused here, in words. In the source tree config.h
# would lie among the headers, where later builds would find it.
if(PROJECT_SOURCE_DIR STREQUAL PROJECT_BINARY_DIR)
	message(FATAL_ERROR "ksync: not built in its source directory; remove "
		"the CMakeCache.txt and CMakeFiles that CMake made in it, and "
		"build elsewhere: cmake --preset release, or cmake -B build"
	)
endif()
if(NOT KSYNC_BUILD_SHARED AND NOT KSYNC_BUILD_STATIC)
	message(FATAL_ERROR "ksync: KSYNC_BUILD_SHARED and KSYNC_BUILD_STATIC "
		"are both off, so there is no library to build"
	)
endif()
if(NOT KSYNC_RCU MATCHES "^(memb|bp|none)$")
	message(FATAL_ERROR "ksync: KSYNC_RCU is '${KSYNC_RCU}', which is none "
		"of memb, bp and none"
	)
endif()
if(NOT KSYNC_TEST_RUNNER MATCHES "^(criterion|builtin|none)$")
	message(FATAL_ERROR "ksync: KSYNC_TEST_RUNNER is "
		"'${KSYNC_TEST_RUNNER}', which is none of criterion, builtin and none"
	)
endif()
if(KSYNC_TEST_VARIANT STREQUAL "checked" AND NOT KSYNC_BUILD_CHECKED)
	message(FATAL_ERROR "ksync: KSYNC_TEST_VARIANT is checked, and "
		"KSYNC_BUILD_CHECKED is off"
	)
endif()

# The presets give it also to builds without C++, where CMake would complain
# that nobody looks at it.
set(ksync_looked_at "${CMAKE_CXX_FLAGS_RELEASE}")

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

# Does it find the object of an address without the loader's lock?
set(CMAKE_REQUIRED_DEFINITIONS -D_GNU_SOURCE)
check_symbol_exists(_dl_find_object "dlfcn.h" KSYNC_HAVE_DL_FIND_OBJECT)
unset(CMAKE_REQUIRED_DEFINITIONS)
if(KSYNC_HAVE_DL_FIND_OBJECT)
	set(KSYNC_MODULE glibc)
else()
	set(KSYNC_MODULE none)
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
		set(missing "liburcu-${KSYNC_RCU} (Debian: liburcu-dev)")
		if(NOT PkgConfig_FOUND)
			set(missing "pkg-config (Debian: pkgconf) to find liburcu")
		endif()
		message(WARNING "ksync: no ${missing}, so this build has no "
			"RCU; -DKSYNC_RCU=none says that this is meant"
		)
	endif()
endif()

# The families that stand on it: without RCU a build leaves them out.
set(KSYNC_RCU_FAMILIES rcu rcuref rculist)
foreach(family IN LISTS KSYNC_RCU_FAMILIES)
	string(TOUPPER ${family} name)
	set(KSYNC_HAVE_${name} ${KSYNC_HAVE_RCU})
endforeach()

# Debian's own, which has the packages that packages.list names; another one that
# comes first in PATH may not.
if(NOT Python3_EXECUTABLE AND EXISTS /usr/bin/python3)
	set(Python3_EXECUTABLE /usr/bin/python3 CACHE FILEPATH "Python 3")
endif()

# Cleanups while a stack is unwound need a runtime, which a compiler for another
# libc (musl-gcc) may not bring.
include(CheckCSourceCompiles)
set(CMAKE_REQUIRED_FLAGS -fexceptions)
check_c_source_compiles("
	#include <stdio.h>
	static void done(int *p) { puts(*p ? \"1\" : \"0\"); }
	int main(void)
	{
		int n __attribute__((cleanup(done))) = 0;
		return puts(\"\");
	}" KSYNC_HAVE_UNWINDER)
unset(CMAKE_REQUIRED_FLAGS)

# Kernel code needs RCU, and from libc the names of errors and stacks.
set(CMAKE_REQUIRED_DEFINITIONS -D_GNU_SOURCE)
check_symbol_exists(strerrorname_np "string.h" KSYNC_HAVE_ERROR_NAMES)
check_symbol_exists(backtrace "execinfo.h" KSYNC_HAVE_BACKTRACE)
unset(CMAKE_REQUIRED_DEFINITIONS)
if(KSYNC_BUILD_KERNEL AND NOT (KSYNC_HAVE_RCU AND KSYNC_HAVE_ERROR_NAMES
	AND KSYNC_HAVE_BACKTRACE))
	message(STATUS "ksync: no ksync::kernel, which needs RCU and glibc 2.32")
	set(KSYNC_BUILD_KERNEL OFF)
endif()
if(KSYNC_KERNEL_TESTS AND NOT KSYNC_BUILD_KERNEL)
	message(FATAL_ERROR "ksync: KSYNC_KERNEL_TESTS is on, and there is no "
		"ksync::kernel to test"
	)
endif()
