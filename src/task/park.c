/* SPDX-License-Identifier: MIT */
/*
 * Word: ksync_task.park
 *
 *  from      event                      to        by        order
 *  EMPTY     park                       PARKED    the task
 *  TOKEN     park, or woken             EMPTY     the task  acquire
 *  PARKED    timeout, signal            EMPTY     the task
 *  any       unpark                     TOKEN     anybody   release
 *
 *  I1  Only the task leaves TOKEN, so a token is never lost.
 *  I2  Who replaces PARKED by TOKEN wakes the futex. A wake too many is
 *      harmless; one too few is a lost wake-up.
 */
#include <errno.h>

#include <ksync/atomic.h>
#include <ksync/watch.h>

#include "park.h"
#include "wait.h"

#define PARK_EMPTY 0u
#define PARK_TOKEN 1u
#define PARK_PARKED 2u

int ksync__park(struct ksync_task *self, ksync_s64 deadline)
{
	ksync_u32 found = PARK_EMPTY;
	int ret = 0;

	if (ksync_try_cmpxchg_relaxed(&self->park, &found, PARK_PARKED)) {
		ksync_watch_step("park.sleep");
		ret = ksync__futex_wait(&self->park, PARK_PARKED, deadline);
	}
	/* ORDER park.token: acquire. What changed before the unpark is
	 * visible. Other end: ksync__unpark(). */
	if (ksync_xchg_acquire(&self->park, PARK_EMPTY) == PARK_TOKEN)
		return 0;
	return ret == -ETIME ? -ETIME : 0;
}

void ksync__unpark(struct ksync_task *task)
{
	/* ORDER park.token: release. Other end: ksync__park(). */
	if (ksync_xchg_release(&task->park, PARK_TOKEN) == PARK_PARKED)
		ksync__futex_wake(&task->park, 1);
}

int ksync__wait_over(const struct ksync__wait *w)
{
	if (ksync__task_interrupted(w->self, w->kind))
		return -EINTR;
	if (w->deadline != KSYNC__NEVER && ksync__clock_ns() >= w->deadline)
		return -ETIME;
	return 0;
}
