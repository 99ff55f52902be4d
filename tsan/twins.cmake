# SPDX-License-Identifier: MIT
#
# Twins of the stresses that must fail: a stress that passes on a broken library
# proves nothing about the sound one.

# Orders: one twin for each end of each ORDER label. The stress of a family sees
# the labels of the floors below it that it drives hardest.
set(KSYNC_MUTANT_SECONDS 4)
set(src ${PROJECT_SOURCE_DIR}/src)

# ksync_twins(<family whose stress it is> <stem of labels>...
#             [SOURCES <source>...])
function(ksync_twins family)
	cmake_parse_arguments(arg "" "" "SOURCES" ${ARGN})
	foreach(stem IN LISTS arg_UNPARSED_ARGUMENTS)
		set(sources)
		if(arg_SOURCES)
			set(sources SOURCES ${arg_SOURCES})
		endif()
		ksync_add_mutants(${stem}
			STRESS ${family}_stress.c stress.c ${sources}
		)
	endforeach()
endfunction()

ksync_twins(task task park)
ksync_twins(refcount refcount report)
ksync_twins(spinlock raw_lock SOURCES ${src}/raw_lock.c ${src}/spinlock.c)
ksync_twins(mutex mutex waitq)
ksync_twins(kref dec_and_lock)
ksync_twins(semaphore semaphore)
if(KSYNC_HAVE_RCU)
	ksync_twins(rcu rcu rcu_call)
endif()
ksync_check_mutants()
