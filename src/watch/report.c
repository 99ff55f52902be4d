/* SPDX-License-Identifier: MIT */
/*
 * Reports: who is told, how often, and what happens to the process.
 *
 * Word: an open-addressed table of the (caller, kind) pairs that were reported.
 * A slot goes from 0 to a pair's hash once and never back, so "once" needs no
 * lock. When it is full, further pairs are not reported.
 */
#include <string.h>

#include <ksync/atomic.h>
#include <ksync/watch.h>

#include "../port/port.h"
#include "report.h"

#define SEEN_SLOTS 1024

static unsigned long seen[SEEN_SLOTS];
static ksync_report_fn hook;

static bool first_time(const void *where, const char *what)
{
	/* Fibonacci hashing; the low bit keeps 0 free to mean "empty". */
	unsigned long key =
		(((unsigned long)where << 7) ^ (unsigned long)what) *
			0x9E3779B1UL |
		1;

	for (unsigned long i = 0; i < SEEN_SLOTS; i++) {
		unsigned long *slot = &seen[(key / 2 + i) % SEEN_SLOTS];
		unsigned long found = KSYNC_READ_ONCE(*slot);

		if (!found && ksync_try_cmpxchg_relaxed(slot, &found, key))
			return true;
		if (found == key)
			return false;
	}
	return false;
}

static bool env_is(const char *name, const char *value)
{
	const char *found = ksync__env(name);

	return found && strcmp(found, value) == 0;
}

static void deliver(const struct ksync_report *report)
{
	/* ORDER report.hook: acquire. The hook's own data is visible to it.
	 * Other end: ksync_report_hook_set(). */
	ksync_report_fn fn = ksync_smp_load_acquire(&hook);

	ksync_watch_order_acquire(&hook);
	if (fn)
		fn(report);
	else
		ksync_report_print(report);
	if (env_is("KSYNC_ON_REPORT", "abort"))
		ksync__abort();
}

ksync_report_fn ksync_report_hook_set(ksync_report_fn fn)
{
	ksync_watch_order_release(&hook);
	/* ORDER report.hook: release. Other end: deliver(). */
	return ksync_xchg_release(&hook, fn);
}

void ksync__misuse(const char *type, const void *object, const char *what,
		   const char *advice, const void *where, int holder_tid)
{
	struct ksync_report report = {
		.kind = KSYNC_REPORT_MISUSE,
		.type = type,
		.what = what,
		.advice = advice,
		.object = object,
		.where = where,
		.tid = ksync__gettid(),
		.holder_tid = holder_tid,
	};

	if (first_time(where, what))
		deliver(&report);
}

void ksync__deadlock(const char *type, const void *object, const char *what,
		     const char *advice, const void *where, int holder_tid)
{
	struct ksync_report report = {
		.kind = KSYNC_REPORT_DEADLOCK,
		.type = type,
		.what = what,
		.advice = advice,
		.object = object,
		.where = where,
		.tid = ksync__gettid(),
		.holder_tid = holder_tid,
	};

	deliver(&report);
	if (!env_is("KSYNC_ON_DEADLOCK", "wait"))
		ksync__abort();
}

_Noreturn void ksync__bug(const char *which, const void *object)
{
	struct ksync_report report = {
		.kind = KSYNC_REPORT_BUG,
		.type = "ksync",
		.what = which,
		.advice = "this is a bug in ksync or memory was overwritten",
		.object = object,
		.where = __builtin_return_address(0),
		.tid = ksync__gettid(),
	};

	deliver(&report);
	ksync__abort();
}
