// SPDX-License-Identifier: MIT
/* A condition variable: a signal to nobody, and round trips under a mutex. */
#include <ksync/condvar.h>

#include "bench.h"
#include "loop.h"

static struct line {
	ksync_condvar_t changed;
} line BENCH_ALIGNED;

BENCH_OP_LOOP(run_signal, struct line *at = BENCH_OPAQUE(&line),
	      ksync_condvar_signal(&at->changed);
	      __asm__ volatile("" : : : "memory"))

BENCH_SUBJECT(condvar, .family = "condvar", .op = "signal", .impl = "ksync",
	      .run = run_signal, .bytes = sizeof(ksync_condvar_t),
	      .traits = BENCH_ALONE)

struct event {
	ksync_mutex_t mutex;
	ksync_condvar_t changed;
	unsigned int units;
} BENCH_ALIGNED;

static struct event sides[2], sides_near[2];

static void event_post(struct event *e)
{
	ksync_mutex_lock(&e->mutex);
	e->units++;
	ksync_condvar_signal(&e->changed);
	ksync_mutex_unlock(&e->mutex);
}

static void event_wait(struct event *e)
{
	ksync_mutex_lock(&e->mutex);
	while (!e->units)
		ksync_condvar_wait(&e->changed, ksync_condvar_mutex(&e->mutex));
	e->units--;
	ksync_mutex_unlock(&e->mutex);
}

static void post(int side)
{
	event_post(&sides[side]);
}

static void wait(int side)
{
	event_wait(&sides[side]);
}

static void post_near(int side)
{
	event_post(&sides_near[side]);
}

static void wait_near(int side)
{
	event_wait(&sides_near[side]);
}

BENCH_PAIR_SUBJECT(condvar, post, wait, false, .family = "condvar",
		   .impl = "ksync")
BENCH_PAIR_SUBJECT(condvar_near, post_near, wait_near, true,
		   .family = "condvar", .impl = "ksync")
