/* SPDX-License-Identifier: MIT */
/*
 * A report as text, for example
 *
 *	ksync: mutex misuse: unlocked by a thread that does not hold it
 *	  object   0x55d0c01 (./server+0x4c01)
 *	  holder   thread 4243
 *	  thread   4242
 *	  called   0x55d0b7e (./server+0x3b7e)
 *	  advice   unlock in the thread that locked
 *
 * One write of whole lines, and short enough that a pipe takes it as a whole or
 * not at all: so reports of several threads or processes do not mix. It
 * allocates nothing, needs no stdio and takes no lock, so a signal handler may
 * print while its thread prints.
 *
 * Word: lost, the number of reports since the last that got out.
 */
#include <limits.h>
#include <string.h>

#include <ksync/atomic.h>

#include "port/port.h"
#include "report.h"
#include "text.h"

/* As much as a pipe takes as a whole or not at all. */
#define ROOM PIPE_BUF

/* Five words, and nine lines with what else they say. The rest: details. */
KSYNC_STATIC_ASSERT(ROOM >= 5 * KSYNC__WORD_MAX + 9 * 90, "a report has room");

static ksync_atomic_t lost = KSYNC_ATOMIC_INIT(0);
static bool torn; /* the last one was cut off within a line; a hint */

static void put_address(struct ksync__text *t, const char *label,
			const void *addr)
{
	ksync__text_put(t, label);
	ksync__text_address(t, addr);
	ksync__text_put(t, "\n");
}

static void put_holder(struct ksync__text *t, int tid)
{
	if (tid == KSYNC_HOLDER_NONE)
		return;
	ksync__text_put(t, "  holder   ");
	if (tid == KSYNC_HOLDER_GONE) {
		ksync__text_put(t, "a thread that no longer exists\n");
		return;
	}
	ksync__text_put(t, "thread ");
	ksync__text_number(t, (unsigned long)tid, 10);
	ksync__text_put(t, "\n");
}

static void put_lost(struct ksync__text *t, int n)
{
	if (!n)
		return;
	ksync__text_put(t, "  lost     ");
	ksync__text_number(t, (unsigned long)n, 10);
	ksync__text_put(t, " reports before this one, which standard error did "
			   "not take\n");
}

/* Those that fit, whole. */
static void put_lines(struct ksync__text *t, const char *lines)
{
	while (*lines) {
		size_t n = strcspn(lines, "\n") + 1;

		if (n > t->room - t->length)
			return;
		memcpy(t->buf + t->length, lines, n);
		t->length += n;
		lines += n;
	}
}

/* A hook may print while another prints: who fails counts all that it knows. */
static void print(const struct ksync__text *t, int lost_before)
{
	size_t done = ksync__console_write(t->buf, t->length);

	if (done)
		KSYNC_WRITE_ONCE(torn, done < t->length);
	if (done < t->length)
		(void)ksync_atomic_fetch_add_relaxed(lost_before + 1, &lost);
}

void ksync_report_print(const struct ksync_report *report)
{
	static const char *const kinds[] = {
		[KSYNC_REPORT_MISUSE] = " misuse: ",
		[KSYNC_REPORT_DEADLOCK] = " deadlock: ",
		[KSYNC_REPORT_BUG] = " internal error: ",
	};
	char buf[ROOM];
	struct ksync__text t = { buf, sizeof(buf), 0 };
	int lost_before = ksync_atomic_xchg_relaxed(&lost, 0);

	if (KSYNC_READ_ONCE(torn))
		ksync__text_put(&t, "\n");
	ksync__text_put(&t, "ksync: ");
	ksync__text_put(&t, report->type);
	ksync__text_put(&t, kinds[report->kind]);
	ksync__text_put(&t, report->what);
	ksync__text_put(&t, "\n");
	put_address(&t, "  object   ", report->object);
	put_holder(&t, report->holder_tid);
	ksync__text_put(&t, "  thread   ");
	ksync__text_number(&t, (unsigned long)report->tid, 10);
	ksync__text_put(&t, "\n");
	put_address(&t, "  called   ", report->where);
	ksync__text_put(&t, "  advice   ");
	ksync__text_put(&t, report->advice);
	ksync__text_put(&t, "\n");
	put_lost(&t, lost_before);
	if (report->size > offsetof(struct ksync_report, details) &&
	    report->details)
		put_lines(&t, report->details);
	print(&t, lost_before);
}
