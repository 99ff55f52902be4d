/* SPDX-License-Identifier: MIT */
/* Scopes that lock and unlock, nested in one order. */
#include <errno.h>
#include <sched.h>

#include <ksync/ksync.h>

#include "../crew.h"

#define ROUNDS 2000

static KSYNC_DEFINE_MUTEX(outer);
static KSYNC_DEFINE_SPINLOCK(inner);
static long outer_count; /* plain, under outer */
static long inner_count; /* plain, under inner */

static void count_inner(void)
{
	ksync_guard(spinlock)(&inner);
	inner_count++;
}

static int count_both(void)
{
	ksync_scoped_cond_guard(mutex_intr, return -EINTR, &outer) {
		outer_count++;
		count_inner();
	}
	return 0;
}

static void *count(void *unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		need(count_both() == 0, "nobody interrupts");
		ksync_scoped_guard(mutex_try, &outer)
			outer_count++;
		ksync_scoped_guard(spinlock_irqsave, &inner)
			inner_count++;
		ksync_scoped_guard(mutex, &outer) {
			outer_count++;
			if (i % 16 == 0)
				sched_yield();
		}
	}
	return NULL;
}

int main(void)
{
	crew(count);
	need(inner_count == 2L * CREW * ROUNDS, "the inner count");
	need(outer_count >= 2L * CREW * ROUNDS, "the outer count");
	return 0;
}
