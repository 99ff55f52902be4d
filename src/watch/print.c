/* SPDX-License-Identifier: MIT */
/*
 * A report as text, for example
 *
 *	ksync: mutex misuse: unlocked by a thread that does not hold it
 *	  object   0x55d0c01 (counter_lock+0x0 in ./server)
 *	  holder   thread 4243
 *	  thread   4242
 *	  called   0x55d0b7e (drop_all+0x1e in ./server)
 *	  advice   unlock in the thread that locked
 *
 * One write, so that reports of several threads do not mix. It allocates
 * nothing and needs no stdio.
 */
#include <string.h>

#include "../port/port.h"
#include "report.h"

struct text {
	char buf[1024];
	size_t length;
};

static void put(struct text *t, const char *s)
{
	size_t n = strlen(s);
	size_t room = sizeof(t->buf) - t->length;

	if (n > room)
		n = room;
	memcpy(t->buf + t->length, s, n);
	t->length += n;
}

static void put_number(struct text *t, unsigned long value, unsigned int base)
{
	char digits[24];
	char *p = digits + sizeof(digits);

	*--p = '\0';
	do {
		*--p = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	put(t, p);
}

static void put_address(struct text *t, const char *label, const void *addr)
{
	const char *module;
	const char *name;
	unsigned long offset;

	put(t, label);
	put(t, "0x");
	put_number(t, (unsigned long)addr, 16);
	if (ksync__symbol(addr, &module, &name, &offset)) {
		put(t, " (");
		put(t, name ? name : "");
		put(t, "+0x");
		put_number(t, offset, 16);
		put(t, " in ");
		put(t, module);
		put(t, ")");
	}
	put(t, "\n");
}

static void put_holder(struct text *t, int tid)
{
	if (tid == KSYNC_HOLDER_NONE)
		return;
	put(t, "  holder   ");
	if (tid == KSYNC_HOLDER_GONE) {
		put(t, "a thread that no longer exists\n");
		return;
	}
	put(t, "thread ");
	put_number(t, (unsigned long)tid, 10);
	put(t, "\n");
}

void ksync_report_print(const struct ksync_report *report)
{
	static const char *const kinds[] = {
		[KSYNC_REPORT_MISUSE] = " misuse: ",
		[KSYNC_REPORT_DEADLOCK] = " deadlock: ",
		[KSYNC_REPORT_BUG] = " internal error: ",
	};
	struct text t = { .length = 0 };

	put(&t, "ksync: ");
	put(&t, report->type);
	put(&t, kinds[report->kind]);
	put(&t, report->what);
	put(&t, "\n");
	put_address(&t, "  object   ", report->object);
	put_holder(&t, report->holder_tid);
	put(&t, "  thread   ");
	put_number(&t, (unsigned long)report->tid, 10);
	put(&t, "\n");
	put_address(&t, "  called   ", report->where);
	put(&t, "  advice   ");
	put(&t, report->advice);
	put(&t, "\n");
	ksync__console_write(t.buf, t.length);
}
