/* SPDX-License-Identifier: MIT */
/*
 * May the calling thread sleep, or wait for this lock, where it is? And what it
 * says itself of where it is.
 */
#include <ksync/atomic.h>
#include <ksync/lockdep.h>
#include <ksync/task.h>
#include <ksync/watch.h>

#include "checked_report.h"
#include "checks.h"
#include "held.h"
#include "report.h"
#include "task/task.h"

static bool state_is_set(void)
{
	return ksync__mine.task ?
		       KSYNC_READ_ONCE(ksync__mine.task->state) !=
			       KSYNC_TASK_RUNNING :
		       ksync_get_current_state() != KSYNC_TASK_RUNNING;
}

/* Its own sleep will end the state that was set: the loop around runs hot. */
static void state_check(const void *where)
{
	if (ksync_likely(!state_is_set()) || ksync__mine.off ||
	    ksync__report_in_hook())
		return;
	ksync__tell_context("context", NULL,
			    "may sleep while the task's state is set",
			    "between set_current_state(), or "
			    "prepare_to_wait(), and schedule() do nothing that "
			    "may sleep; or wait by wait_woken()",
			    where);
}

bool ksync__context_allows(enum wait_type waits)
{
	return waits <= ksync__held_may_wait() &&
	       !(waits == WAIT_SLEEP && state_is_set());
}

KSYNC_COLD void ksync__context_check(const struct ksync__held *next)
{
	enum wait_type waits = ksync__held_kind(next)->waits;

	if (waits == WAIT_SLEEP) {
		ksync__held_look_away();
		state_check(next->where);
		ksync__mine.busy = true;
	}
	if (waits <= ksync__held_may_wait() || ksync__report_in_hook() ||
	    ksync__is_suppressed(next->map->name))
		return;
	ksync__held_look_away();
	ksync__tell_context(ksync__held_kind(next)->name, next->lock,
			    waits == WAIT_SLEEP ?
				    "may sleep where nobody may sleep" :
				    "waits where nobody may wait for it",
			    "first release the lock, or leave the reader or "
			    "the section; or take a lock that spins",
			    next->where);
	ksync__mine.busy = true;
}

static void sleep_check(const char *what, const void *where)
{
	if (ksync_unlikely(ksync__held_may_wait() < WAIT_SLEEP &&
			   ksync__held_looks()) &&
	    !ksync__report_in_hook())
		ksync__tell_context("context", NULL, what,
				    "first release the lock, or leave the "
				    "reader or the section",
				    where);
}

void ksync__dep_schedules_at(const void *where)
{
	sleep_check("may sleep where nobody may sleep", where);
}

void ksync__dep_might_sleep_at(const void *where)
{
	if (!ksync__mine.busy)
		state_check(where);
	ksync__dep_schedules_at(where);
}

void ksync__dep_might_sleep(void)
{
	ksync__dep_might_sleep_at(KSYNC__CALLER());
}

void ksync__dep_atomic_enter(void)
{
	if (!ksync__mine.sections++)
		ksync__mine.atomic_where = KSYNC__CALLER();
}

void ksync__dep_atomic_exit(void)
{
	if (ksync_likely(ksync__mine.sections)) {
		ksync__mine.sections--;
		return;
	}
	ksync__tell_context("context", NULL,
			    "leaves a section that it is "
			    "not in",
			    "leave once for each entry", KSYNC__CALLER());
}

const void *ksync__context_section(void)
{
	return ksync__mine.sections ? ksync__mine.atomic_where : NULL;
}

unsigned int ksync__lockdep_spins(void)
{
	unsigned int spins = 0;

	for (unsigned int n = 0; n < ksync__mine.depth; n++)
		spins += ksync__held_kind(&ksync__mine.list[n])->waits ==
				 WAIT_SPIN ||
			 ksync__held_kind(&ksync__mine.list[n])->waits ==
				 WAIT_RAW;
	return spins;
}

void ksync__lockdep_cant_sleep(void)
{
	if (!ksync__lockdep_spins() && ksync__held_looks() &&
	    !ksync__mine.unseen)
		ksync__tell_context("context", NULL,
				    "relies on a spinning lock that it does "
				    "not hold",
				    "take the lock around this code; a reader "
				    "of RCU may be preempted",
				    KSYNC__CALLER());
}

void ksync__dep_no_reader(void)
{
	if (ksync__dep_is_held(&ksync__rcu_map, -1) ==
	    KSYNC_LOCK_STATE_NOT_HELD)
		ksync__tell_context("rcu", NULL,
				    "suspicious rcu_dereference(): not in a "
				    "reader",
				    "call rcu_read_lock() first; or say what "
				    "protects the pointer: "
				    "rcu_dereference_check() or _protected()",
				    KSYNC__CALLER());
}

void ksync__dep_not_protected(void)
{
	if (ksync__held_looks())
		ksync__tell_context("rcu", NULL,
				    "suspicious rcu_dereference_protected() or "
				    "rcu_replace_pointer(): its condition is "
				    "false",
				    "an updater excludes others, usually by a "
				    "lock; a reader uses rcu_dereference()",
				    KSYNC__CALLER());
}
