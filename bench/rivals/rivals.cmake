# SPDX-License-Identifier: MIT
#
# The rivals: those that are installed take part, the others are named as
# missing in the build's output and in the report. None is an error.

set(bench_rivals_missing)
set(rivals ${CMAKE_CURRENT_LIST_DIR})

set(KSYNC_BENCH_WITHOUT "" CACHE STRING
	"Rivals to leave out even if they are installed")

function(rival_missing name why)
	message(STATUS "bench: rival ${name} is missing: ${why}")
	set(bench_rivals_missing ${bench_rivals_missing} ${name} PARENT_SCOPE)
endfunction()

# rival_usable(NAME WHY_NOT FOUND...): sets NAME_usable
macro(rival_usable name why_not)
	set(${name}_usable FALSE)
	if("${name}" IN_LIST KSYNC_BENCH_WITHOUT)
		rival_missing(${name} "left out")
	elseif(${ARGN})
		set(${name}_usable TRUE)
	else()
		rival_missing(${name} "${why_not}")
	endif()
endmacro()

# rival_version(VARIABLE PACKAGE): what Debian calls the installed version
function(rival_version variable package)
	execute_process(COMMAND dpkg-query -W -f \${Version} ${package}
		OUTPUT_VARIABLE version RESULT_VARIABLE failed ERROR_QUIET)
	if(failed OR NOT version)
		set(version unknown)
	endif()
	set(${variable} ${version} PARENT_SCOPE)
endfunction()

# rival_source(FILE DEFINITION...)
function(rival_source file)
	target_sources(ksync-bench PRIVATE ${rivals}/${file})
	set_property(SOURCE ${rivals}/${file} APPEND PROPERTY
		COMPILE_DEFINITIONS ${ARGN})
endfunction()

# Ours, and those that come with the compiler.
rival_source(limits.c)
rival_source(cas_count.c)
rival_source(fifo_futex.c)
rival_source(pthread.c)
rival_source(rwlock.c)
rival_source(libstdcxx.cc
	"BENCH_LIBSTDCXX=\"${CMAKE_CXX_COMPILER_VERSION}\"")
if("cxx_std_20" IN_LIST CMAKE_CXX_COMPILE_FEATURES)
	rival_source(libstdcxx20.cc
		"BENCH_LIBSTDCXX=\"${CMAKE_CXX_COMPILER_VERSION}\"")
	set_property(SOURCE ${rivals}/libstdcxx20.cc APPEND PROPERTY
		COMPILE_OPTIONS -std=c++20)
endif()

find_path(NSYNC_INCLUDE_DIR nsync.h)
find_library(NSYNC_LIBRARY nsync)
rival_usable(nsync "no nsync.h or libnsync" NSYNC_INCLUDE_DIR AND NSYNC_LIBRARY)
if(nsync_usable)
	rival_version(version libnsync-dev)
	rival_source(nsync.c "BENCH_NSYNC_VERSION=\"${version}\"")
	target_link_libraries(ksync-bench PRIVATE ${NSYNC_LIBRARY})
endif()

find_path(CK_INCLUDE_DIR ck_spinlock.h)
rival_usable(ck-fas "no ck_spinlock.h" CK_INCLUDE_DIR)
if(ck-fas_usable)
	rival_version(version libck-dev)
	rival_source(ck.c "BENCH_CK_VERSION=\"${version}\"")
	rival_source(rwlock.c "BENCH_CK_VERSION=\"${version}\"")
	find_library(CK_LIBRARY ck)
	if(CK_LIBRARY)
		rival_source(ck_epoch.c "BENCH_CK_VERSION=\"${version}\"")
		target_link_libraries(ksync-bench PRIVATE ${CK_LIBRARY})
	endif()
endif()

find_package(absl QUIET)
rival_usable(abseil "no abseil package" absl_FOUND)
if(abseil_usable)
	rival_version(version libabsl-dev)
	rival_source(abseil.cc "BENCH_ABSEIL_VERSION=\"${version}\"")
	target_link_libraries(ksync-bench PRIVATE absl::synchronization)
endif()

find_path(URCU_INCLUDE_DIR urcu/urcu-memb.h)
# In a program that needs liburcu's shared library itself, ksync's threads read
# beside liburcu, and its grace periods are two (docs/rcu.md, "A program that uses
# liburcu itself"). So what is inlined has an archive's copy of its own, and what
# is called is loaded.
find_library(URCU_MEMB_LIBRARY urcu-memb)
find_library(URCU_MEMB_ARCHIVE liburcu-memb.a)
find_library(URCU_COMMON_ARCHIVE liburcu-common.a)
rival_usable(liburcu "no urcu/urcu-memb.h or liburcu-memb"
	URCU_INCLUDE_DIR AND URCU_MEMB_LIBRARY AND URCU_MEMB_ARCHIVE AND URCU_COMMON_ARCHIVE
	AND KSYNC_HAVE_RCU)
if(liburcu_usable)
	rival_version(version liburcu-dev)
	rival_source(urcu.c "BENCH_URCU_VERSION=\"${version}\""
		"BENCH_URCU_LIBRARY=\"${URCU_MEMB_LIBRARY}\"")
	rival_source(urcu_inlined.c "BENCH_URCU_VERSION=\"${version}\"")
	target_link_libraries(ksync-bench PRIVATE ${URCU_MEMB_ARCHIVE}
		${URCU_COMMON_ARCHIVE}
		-Wl,--exclude-libs,liburcu-memb.a:liburcu-common.a)
endif()

include(${CMAKE_CURRENT_LIST_DIR}/rust.cmake)
