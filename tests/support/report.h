/* SPDX-License-Identifier: MIT */
/*
 * Reports, taken instead of printed. A suite that says
 *
 *	TestSuite(mutex, .init = reports_take, .fini = reports_none);
 *
 * fails a test that causes a report that it does not expect, and one that is
 * made while its thread is in a queue or has one locked: a hook is the
 * program's, and may end the thread or never return.
 */
#ifndef TESTS_SUPPORT_REPORT_H
#define TESTS_SUPPORT_REPORT_H

#include <criterion/criterion.h>

#include <string.h>

#include <ksync/report.h>

#include "task/task.h"

#define REPORTS_KEPT 64

/* Reports since the last look. */
static struct {
	int claimed;
	int count; /* complete, and so visible to who reads this */
	struct ksync_report kept[REPORTS_KEPT];
	bool in_queue; /* one of them was made in a queue */
	bool of_life;  /* a test of what the next function leaves out */
} reports;

/*
 * The checked library alone says these, of what tests of both libraries do on
 * purpose: they leave locks held, or use them as zeroed memory.
 */
static inline bool report_is_of_life(const struct ksync_report *report)
{
	static const char *const words[] = { "its holder exits",
					     "the process exits",
					     "never initialised",
					     "initialised while it is held" };

	for (size_t n = 0; n < sizeof(words) / sizeof(words[0]); n++)
		if (KSYNC_CHECKED && strstr(report->what, words[n]))
			return true;
	return false;
}

static void reports_hook(const struct ksync_report *report)
{
	struct ksync_task *self = ksync__task_of_ref(ksync__self);
	int n;

	if (!reports.of_life && report_is_of_life(report))
		return;
	n = __atomic_fetch_add(&reports.claimed, 1, __ATOMIC_RELAXED);
	if (n < REPORTS_KEPT)
		reports.kept[n] = *report;
	if (self && (self->waits_on || self->has_locked))
		__atomic_store_n(&reports.in_queue, true, __ATOMIC_RELAXED);
	__atomic_fetch_add(&reports.count, 1, __ATOMIC_RELEASE);
}

static inline int reports_count(void)
{
	return __atomic_load_n(&reports.count, __ATOMIC_ACQUIRE);
}

/* These were looked at. */
static inline void reports_forget(void)
{
	__atomic_store_n(&reports.claimed, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&reports.count, 0, __ATOMIC_RELAXED);
}

static void reports_take(void)
{
	reports_forget();
	ksync_report_hook_set(reports_hook);
}

static void reports_none(void)
{
	cr_assert_eq(reports_count(), 0, "unexpected report: %s: %s",
		     reports.kept[0].type, reports.kept[0].what);
	cr_assert_not(__atomic_load_n(&reports.in_queue, __ATOMIC_RELAXED),
		      "a report was made in a queue");
}

/*
 * Exactly this was reported since the last look. "words" stand in what the
 * report says, and the holder is a thread id or a KSYNC_HOLDER_ value.
 */
static inline bool report_is(const struct ksync_report *r,
			     enum ksync_report_kind kind, const char *type,
			     const char *words, const void *object, int holder)
{
	return r->kind == kind && strcmp(r->type, type) == 0 &&
	       strstr(r->what, words) && r->advice && *r->advice &&
	       r->object == object && r->where && r->holder_tid == holder;
}

#define expect_report_of(kind_, type_, words_, object_, holder_)             \
	do {                                                                 \
		const struct ksync_report *seen_ = reports.kept;             \
                                                                             \
		cr_assert_eq(reports_count(), 1, "%d reports instead of 1",  \
			     reports_count());                               \
		cr_assert(report_is(seen_, kind_, type_, words_, object_,    \
				    holder_),                                \
			  "reported: kind %d, %s: %s, object %p, holder %d", \
			  (int)seen_->kind, seen_->type, seen_->what,        \
			  seen_->object, seen_->holder_tid);                 \
		reports_forget();                                            \
	} while (0)

#define expect_misuse(type, words, object, holder) \
	expect_report_of(KSYNC_REPORT_MISUSE, type, words, object, holder)

#endif
