# SPDX-License-Identifier: MIT
#
# Twins of the stresses that must fail: a stress that passes on a broken library
# proves nothing about the sound one. Included by CMakeLists.txt beside it.

# Orders: one twin for each end of each ORDER label. A family's stress stands
# for the labels of the lower floors that it drives hardest.
set(KSYNC_MUTANT_SECONDS 4)
set(src ${PROJECT_SOURCE_DIR}/src)

# ksync_twins(<family whose stress it is> <stem of labels>...)
function(ksync_twins family)
	foreach(stem IN LISTS ARGN)
		ksync_add_mutants(${stem} STRESS ${family}_stress.c stress.c)
	endforeach()
endfunction()

ksync_twins(task task park schedule)
ksync_twins(refcount refcount report)
ksync_twins(spinlock raw_lock bit_spinlock)
ksync_twins(rwlock rwlock)
ksync_twins(mutex mutex waitq)
ksync_twins(lockdep classes chains stat_record)
ksync_twins(kref dec_and_lock)
ksync_twins(lockref lockref)
ksync_twins(semaphore semaphore)
ksync_twins(rt_mutex rt_mutex)
ksync_twins(seqlock seqcount)
ksync_twins(once once)
ksync_twins(set_once set_once)
ksync_twins(completion completion grant)
ksync_twins(rwsem rwsem)
ksync_twins(wait_queue wait_queue wait_bit)
ksync_twins(percpu_ref percpu_ref percpu)
ksync_twins(percpu_rwsem percpu_rwsem)
ksync_twins(kthread kthread)
ksync_twins(srcu srcu srcu_call calls)
if(KSYNC_HAVE_RCU)
	ksync_twins(rcu rcu rcu_call rcu_pointer rcu_spare)
	ksync_twins(rcuref rcuref)
	ksync_twins(rculist list)
endif()
ksync_check_mutants()

# ksync_broken(<name> <family> <source>
#              FIND <text> PUT <text> SCENE <scene> SAYS <regex>)
#
# A twin with a mistake in the library that is no order: the scene of the
# family's stress must say so. The source has the text exactly once.
function(ksync_broken name family source)
	cmake_parse_arguments(PARSE_ARGV 3 arg 
		"" "FIND;PUT;SCENE;SAYS" ""
	)
	set(original ${src}/${source})
	set(copy ${CMAKE_CURRENT_BINARY_DIR}/broken/${name}.c)
	set_property(DIRECTORY APPEND PROPERTY
		CMAKE_CONFIGURE_DEPENDS ${original}
	)
	file(READ ${original} text)
	string(FIND "${text}" "${arg_FIND}" place)
	string(FIND "${text}" "${arg_FIND}" last REVERSE)
	if(place EQUAL -1 OR NOT place EQUAL last)
		message(FATAL_ERROR
			"tsan/twins.cmake: broken.${name}: src/${source} has "
			"to contain exactly once:\n${arg_FIND}"
		)
	endif()
	string(REPLACE "${arg_FIND}" "${arg_PUT}" text "${text}")
	file(CONFIGURE OUTPUT ${copy} CONTENT "#line 1 \"${original}\"\n${text}"
		@ONLY
	)
	cmake_path(GET original PARENT_PATH home)
	# Its object stands before the archive's own, which is not pulled in.
	add_executable(broken.${name} ${copy} ${family}_stress.c)
	target_link_libraries(broken.${name} PRIVATE ksync_stress)
	target_compile_options(broken.${name} PRIVATE
		"SHELL:-iquote \"${home}\"" -w
	)
	add_test(NAME broken.${name}
		COMMAND ${KSYNC_TSAN_RUN} $<TARGET_FILE:broken.${name}>
	)
	set_tests_properties(broken.${name} PROPERTIES
		LABELS busted
		PASS_REGULAR_EXPRESSION "${arg_SAYS}"
		ENVIRONMENT
"KSYNC_STRESS_SECONDS=20;KSYNC_STRESS_STALL=3;KSYNC_STRESS_SCENE=${arg_SCENE}"
		PROCESSORS 2
		TIMEOUT 120
	)
endfunction()

ksync_broken(mutex.wake mutex sleep/mutex.c
	FIND "	if (task)\n		ksync__unpark(task);"
	PUT "	(void)task;"
	SCENE rounds
	SAYS "broken: stall"
)
ksync_broken(mutex.handoff mutex sleep/mutex.c
	FIND "	if (demanded)\n		ksync__unpark(task);"
	PUT "	(void)task;"
	SCENE crowd
	SAYS "broken: stall"
)
ksync_broken(park.wake task task/park.c
	FIND "		ksync__futex_wake(&task->park, 1);"
	PUT "		return;"
	SCENE tokens
	SAYS "broken: stall"
)
ksync_broken(raw_lock.taken spinlock task/raw_lock.c
	FIND "found == KSYNC__RAW_FREE"
	PUT "found != KSYNC__RAW_HELD"
	SCENE sections
	SAYS "broken: |data race"
)
ksync_broken(task.interrupt task task/task.c
	FIND "	ksync__unpark(task);\n}\n\nvoid ksync_task_interrupt"
	PUT "}\n\nvoid ksync_task_interrupt"
	SCENE told
	SAYS "broken: stall"
)
ksync_broken(task.pending task task/task.c
	FIND "	ksync_atomic_set(&t->pending, 0);"
	PUT "	;"
	SCENE keepers
	SAYS "broken: a new thread is interrupted"
)
ksync_broken(refcount.saturate refcount word/refcount.c
	FIND "	ksync_refcount_set(r, KSYNC_REFCOUNT_SATURATED);"
	PUT "	;"
	SCENE saturated
	SAYS "broken: left the saturated half"
)
ksync_broken(grant.wake semaphore task/grant.c
	FIND "	ksync__unpark(task);"
	PUT "	(void)task;"
	SCENE pass
	SAYS "broken: stall"
)
ksync_broken(unit_fd.told unit_fd task/grant.c
	FIND "		ksync__eventfd_set(fd_of(w)->fd);"
	PUT "		;"
	SCENE pass
	SAYS "broken: stall"
)
ksync_broken(unit_fd.unit unit_fd object/unit_fd.c
	FIND "		f->units->give_back(f->object);"
	PUT "		;"
	SCENE crowd
	SAYS "broken: the unit was lost|broken: stall"
)
ksync_broken(unit_fd.leave unit_fd object/unit_fd.c
	FIND "!f->units->leave(f->object, w)"
	PUT "false"
	SCENE crowd
	SAYS "broken: |data race|SEGV"
)
ksync_broken(wait_fd.cleared unit_fd queue/wait_fd.c
	FIND "		f->readable = false;"
	PUT "		;"
	SCENE look
	SAYS "broken: stall"
)
ksync_broken(semaphore.late semaphore sleep/semaphore.c
	FIND "	return left;"
	PUT "	return true;"
	SCENE crowd
	SAYS "broken: |data race"
)
ksync_broken(condvar.early condvar object/condvar.c
	FIND "	first = cv_queue(cv, lock, &w, &other);\n	if (other) {"
	PUT "	by->unlock(lock);
	ksync_watch_step(\"condvar.early\");
	first = cv_queue(cv, lock, &w, &other);
	by->lock(lock);
	if (other) {"
	SCENE rounds
	SAYS "broken: "
)
ksync_broken(condvar.chain condvar object/condvar.c
	FIND "	if (by->one_by_one)"
	PUT "	if (false)"
	SCENE rounds
	SAYS "broken: stall"
)
ksync_broken(completion.late completion queue/completion.c
	FIND "	return left;"
	PUT "	return true;"
	SCENE crowd
	SAYS "broken: |data race"
)
ksync_broken(completion.touched completion queue/completion.c
	FIND "			ksync__waitq_unlock(&c->word, self, word);
			if (w)
				ksync__grant(w);"
	PUT "			if (w)
				ksync__grant(w);
			ksync__waitq_unlock(&c->word, self, word);"
	SCENE requests
	SAYS "broken: |data race"
)
ksync_broken(rt_mutex.waiters rt_mutex sleep/rt_mutex.c
	FIND "		if (ksync__futex_unlock_pi(&m->word) == 0)"
	PUT "		if (false)"
	SCENE crowd
	SAYS "broken: stall"
)
ksync_broken(ww_mutex.wound ww_mutex sleep/ww_mutex.c
	FIND "		return KSYNC_READ_ONCE(w->ctx->wounded);"
	PUT "		return false;"
	SCENE wound
	SAYS "broken: stall"
)
ksync_broken(ww_mutex.die ww_mutex sleep/ww_mutex.c
	FIND "	return behind || (m->ctx && ctx_older(m->ctx, w->ctx));"
	PUT "	return behind;"
	SCENE die
	SAYS "broken: stall"
)
ksync_broken(ww_mutex.owner ww_mutex sleep/ww_mutex.c
	FIND "	taken = m->base.owner == owner && !(word & HANDOFF);"
	PUT "	taken = true;"
	SCENE wound
	SAYS "broken: |data race"
)
ksync_broken(rwsem.wake rwsem sleep/rwsem.c
	FIND "	if (news.woken)\n		ksync__unpark(news.woken);"
	PUT "	;"
	SCENE all
	SAYS "broken: stall"
)
ksync_broken(rwsem.readers rwsem sleep/rwsem.c
	FIND "	return !*queue && !(count & WRITER);"
	PUT "	return !*queue;"
	SCENE all
	SAYS "broken: |data race"
)
ksync_broken(rwsem.leave rwsem sleep/rwsem.c
	FIND "	left = !(KSYNC_READ_ONCE(w->state) & OUT);"
	PUT "	left = true;"
	SCENE crowd
	SAYS "broken: |data race|SEGV"
)
ksync_broken(percpu_rwsem.wake percpu_rwsem object/percpu_rwsem.c
	FIND "		ksync__unpark(waiter);"
	PUT "		;"
	SCENE crowd
	SAYS "broken: stall"
)
ksync_broken(percpu_rwsem.block percpu_rwsem object/percpu_rwsem.c
	FIND "	KSYNC_WRITE_ONCE(sem->ksync__block, WAITS);"
	PUT "	;"
	SCENE tries
	SAYS "broken: |data race"
)
if(KSYNC_HAVE_RCU)
	ksync_broken(rcu.grace_period rcu defer/rcu.c
		FIND "	ksync__gp_synchronize();"
		PUT "	;"
		SCENE all
		SAYS "broken: an item changed|data race|heap-use-after-free"
	)
	ksync_broken(rcu.callback rcu defer/rcu_call.c
		FIND "	ksync_synchronize_rcu();"
		PUT "	;"
		SCENE all
		SAYS "broken: an item changed|data race|heap-use-after-free"
	)
endif()

# Operations of <ksync/atomic.h>: a twin for each order, in which it means
# relaxed. The stress must miss the order in each operation that has it, and in
# no other: it counts ThreadSanitizer's reports, and decides itself.
function(ksync_atomic_twin order)
	set(original ${PROJECT_SOURCE_DIR}/include/ksync/machine.h)
	set(folder ${CMAKE_CURRENT_BINARY_DIR}/broken/atomic.${order})
	set_property(DIRECTORY APPEND PROPERTY
		CMAKE_CONFIGURE_DEPENDS ${original}
	)
	string(TOUPPER ${order} name)
	string(SUBSTRING ${order} 0 1 letter)
	file(READ ${original} text)
	string(REGEX REPLACE "(#define KSYNC__MO_${name}) [A-Z_]+"
		"\\1 __ATOMIC_RELAXED" weaker "${text}"
	)
	if(weaker STREQUAL text)
		message(FATAL_ERROR
			"tsan/twins.cmake: broken.atomic.${order}: machine.h "
			"does not define KSYNC__MO_${name}"
		)
	endif()
	file(CONFIGURE OUTPUT ${folder}/ksync/machine.h
		CONTENT "${weaker}" @ONLY
	)
	add_executable(broken.atomic.${order} atomic_stress.c)
	ksync_compile_options(broken.atomic.${order})
	target_include_directories(broken.atomic.${order} BEFORE PRIVATE
		${folder}
	)
	target_compile_definitions(broken.atomic.${order} PRIVATE
		ATOMIC_TWIN='${letter}'
	)
	target_link_libraries(broken.atomic.${order} PRIVATE ksync_stress)
	add_test(NAME broken.atomic.${order}
		COMMAND ${KSYNC_TSAN_RUN} $<TARGET_FILE:broken.atomic.${order}>
	)
	set(options halt_on_error=0 exitcode=0 suppress_equal_stacks=0
		symbolize=0 log_path=/dev/null
	)
	string(JOIN ":" options ${options})
	set_tests_properties(broken.atomic.${order} PROPERTIES
		LABELS busted
		ENVIRONMENT
"KSYNC_STRESS_SECONDS=100;KSYNC_STRESS_SCENE=messages;TSAN_OPTIONS=${options}"
		PROCESSORS 2
		TIMEOUT 120
	)
endfunction()

ksync_atomic_twin(acquire)
ksync_atomic_twin(release)
ksync_atomic_twin(full)
