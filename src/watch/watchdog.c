/* SPDX-License-Identifier: MIT */
/*
 * The watchdog: a thread that tells of each wait that lasts for longer than
 * it was told to allow, once.
 *
 * Word: watchdog.runs
 *
 *  false  a thread blocks, or sets it     true   that thread
 *  true   it is to allow any, or a fork   false  the watchdog, the child
 */
#include <limits.h>
#include <stdlib.h>

#include <ksync/atomic.h>
#include <ksync/inspect.h>
#include <ksync/watch.h>

#include "blocked.h"
#include "checked_report.h"
#include "held.h"
#include "out.h"
#include "port/life.h"
#include "report.h"

#define NS_PER_S 1000000000LL
#define NS_PER_MS 1000000LL

static struct {
	bool runs;	      /* ONCE */
	unsigned int seconds; /* 0: any wait is allowed. ONCE */
} watchdog;

static void put_ms(struct ksync__text *t, ksync_s64 ns)
{
	ksync__text_number(t, (unsigned long)(ns / NS_PER_MS), 10);
	ksync__text_put(t, " ms");
}

static void put_awaited(struct ksync__text *t, const struct ksync__blocked *b)
{
	if (b->kind == KSYNC_KIND_NONE) {
		ksync__text_put(t, "to be woken");
		return;
	}
	ksync__text_put(t, b->name ? b->name : "lock");
	ksync__text_put(t, " (");
	ksync__text_put(t, ksync__lock_kind(b->kind)->name);
	ksync__text_put(t, ")");
}

static void put_thread(struct ksync__text *t, int tid)
{
	char name[KSYNC__THREAD_NAME];

	ksync__text_number(t, (unsigned long)tid, 10);
	if (ksync__thread_name(tid, name))
		return;
	ksync__text_put(t, " \"");
	ksync__text_put(t, name);
	ksync__text_put(t, "\"");
}

/*
 *	  waits    1234 ms for A (mutex)
 *	  held     by 42 "worker", who took it at 0x...
 *	  holder   waits 1200 ms for B (mutex)
 */
static void put_wait(struct ksync__text *t,
		     const struct ksync__blocked_told *told)
{
	const struct ksync__blocked *wait = &told->wait;
	ksync_s64 now = ksync__clock_ns();

	ksync__text_put(t, "  waits    ");
	put_ms(t, now - wait->since);
	ksync__text_put(t, " for ");
	put_awaited(t, wait);
	ksync__text_put(t, "\n");
	if (told->holder) {
		ksync__text_put(t, "  held     by ");
		put_thread(t, told->holder);
		ksync__text_put(t, ", who took it at ");
		ksync__text_address(t, told->held_at);
		ksync__text_put(t, "\n");
	}
	if (told->holder_waits.waits) {
		ksync__text_put(t, "  holder   waits ");
		put_ms(t, now - told->holder_waits.since);
		ksync__text_put(t, " for ");
		put_awaited(t, &told->holder_waits);
		ksync__text_put(t, "\n");
	}
}

static void put_call(struct ksync__text *t, const void *call, bool first)
{
	ksync__text_put(t, first ? "  stack    " : "           ");
	ksync__text_address(t, call);
	ksync__text_put(t, "\n");
}

/* It is the thread that waits who is reported. */
static void report(const struct ksync__blocked_told *told)
{
	const struct ksync__blocked *wait = &told->wait;
	struct ksync__text t;
	struct ksync_report r = {
		.kind = KSYNC_REPORT_MISUSE,
		.type = "watchdog",
		.what = "waited for longer than KSYNC_WATCHDOG allows",
		.advice = told->holder ?
				  "see why its holder does not give it back" :
				  "see who was to end the wait, and does not",
		.object = wait->object,
		.where = wait->call[0],
		.tid = wait->tid,
		.holder_tid = told->holder,
		.size = sizeof(r),
	};

	if (ksync__is_suppressed(wait->name))
		return;
	t = ksync__details_begin();
	put_wait(&t, told);
	for (unsigned int n = 0; n < wait->calls; n++)
		put_call(&t, wait->call[n], !n);
	r.details = ksync__details(&t);
	ksync__report(&r);
	ksync__details_end(&t);
}

static void look(ksync_s64 ns)
{
	struct ksync__blocked_told told;
	unsigned int cursor = 0;

	while (ksync__blocked_next(&cursor, ns, true, &told))
		report(&told);
}

static void watchdog_main(void *arg)
{
	unsigned int seconds;

	(void)arg;
	while ((seconds = KSYNC_READ_ONCE(watchdog.seconds)) != 0) {
		ksync__nap(NS_PER_S / 4);
		look(seconds * NS_PER_S);
	}
	KSYNC_WRITE_ONCE(watchdog.runs, false);
}

/* A handler makes no thread; the next wait does. */
KSYNC_COLD static void watchdog_start(void)
{
	static const struct ksync__thread_kind kind = {
		.fn = watchdog_main,
		.name = "ksync-watchdog",
		.stack = KSYNC__THREAD_STACK,
	};
	const void *handler;

	if (ksync__handler_signals(&handler) ||
	    ksync_xchg_relaxed(&watchdog.runs, true))
		return;
	if (!ksync__thread_start(&kind, NULL))
		KSYNC_WRITE_ONCE(watchdog.runs, false);
}

void ksync__watchdog_ensure(void)
{
	if (ksync_unlikely(!KSYNC_READ_ONCE(watchdog.runs)) &&
	    KSYNC_READ_ONCE(watchdog.seconds))
		watchdog_start();
}

void ksync__watchdog_set(unsigned int seconds)
{
	KSYNC_WRITE_ONCE(watchdog.seconds, seconds);
	KSYNC_WRITE_ONCE(ksync__blocked_on, seconds != 0);
}

bool ksync__blocked_print(int fd)
{
	struct ksync__blocked_told told;
	struct ksync__out out;
	unsigned int cursor = 0;

	ksync__out_begin(&out, fd);
	while (ksync__blocked_next(&cursor, 0, false, &told)) {
		ksync__text_put(ksync__out(&out), "thread ");
		put_thread(ksync__out(&out), told.wait.tid);
		ksync__text_put(ksync__out(&out), "\n");
		put_wait(ksync__out(&out), &told);
		for (unsigned int n = 0; n < told.wait.calls; n++)
			put_call(ksync__out(&out), told.wait.call[n], !n);
	}
	return ksync__out_end(&out);
}

static void option_read(void)
{
	static bool read;
	const char *value;
	long seconds;

	if (KSYNC_READ_ONCE(read))
		return;
	KSYNC_WRITE_ONCE(read, true);
	value = ksync__env("KSYNC_WATCHDOG");
	seconds = value ? strtol(value, NULL, 10) : 0;
	if (seconds > 0)
		ksync__watchdog_set(seconds < INT_MAX ? (unsigned int)seconds :
							INT_MAX);
}

static void watchdog_forked(bool prepared)
{
	(void)prepared;
	KSYNC_WRITE_ONCE(watchdog.runs, false);
}

static const struct ksync__life_part watchdog_life = {
	.floor = KSYNC__FLOOR_WATCH,
	.start = option_read,
	.child = watchdog_forked,
};
KSYNC__LIFE_PART(watchdog_life);
