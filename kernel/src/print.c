/* SPDX-License-Identifier: MIT */
/* printk(), stacks, and what WARN_*() and BUG() say. */
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/printk.h>

#include <execinfo.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum system_states system_state = SYSTEM_RUNNING;
int oops_in_progress;

static ksync_glue_print_hook print_hook;
static ksync_glue_bug_hook warn_hook, bug_hook;
static unsigned long warnings;

ksync_glue_print_hook ksync_glue_set_print_hook(ksync_glue_print_hook hook)
{
	return __atomic_exchange_n(&print_hook, hook, __ATOMIC_ACQ_REL);
}

ksync_glue_bug_hook ksync_glue_set_warn_hook(ksync_glue_bug_hook hook)
{
	return __atomic_exchange_n(&warn_hook, hook, __ATOMIC_ACQ_REL);
}

ksync_glue_bug_hook ksync_glue_set_bug_hook(ksync_glue_bug_hook hook)
{
	return __atomic_exchange_n(&bug_hook, hook, __ATOMIC_ACQ_REL);
}

unsigned long ksync_glue_warnings(void)
{
	return __atomic_load_n(&warnings, __ATOMIC_RELAXED);
}

/* Lines of a lower level only. */
static int loglevel(void)
{
	static int level = -1;
	int known = __atomic_load_n(&level, __ATOMIC_RELAXED);

	if (known < 0) {
		const char *said = getenv("KSYNC_LOGLEVEL");

		known = said ? atoi(said) : LOGLEVEL_DEBUG;
		__atomic_store_n(&level, known, __ATOMIC_RELAXED);
	}
	return known;
}

int vprintk(const char *fmt, va_list args)
{
	ksync_glue_print_hook hook =
		__atomic_load_n(&print_hook, __ATOMIC_ACQUIRE);
	static __thread int last = LOGLEVEL_WARNING;
	char text[1024], *line = text;
	int level = LOGLEVEL_WARNING;
	int n = vscnprintf(text, sizeof(text), fmt, args);

	if (text[0] == KERN_SOH_ASCII && text[1]) {
		level = text[1] == 'c' ? last : text[1] - '0';
		line += 2;
		n -= 2;
	}
	last = level;
	if (hook)
		hook(level, line);
	else if (level < loglevel() &&
		 write(STDERR_FILENO, line, (size_t)n) < 0)
		return n; /* nobody is there to be told */
	return n;
}

int _printk(const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vprintk(fmt, args);
	va_end(args);
	return n;
}

void dump_stack_lvl(const char *log_lvl)
{
	void *frames[24];
	int n = backtrace(frames, ARRAY_SIZE(frames));

	for (int i = 1; i < n; i++)
		_printk("%s    %pS\n", log_lvl, frames[i]);
}

void dump_stack(void)
{
	dump_stack_lvl(KERN_DEFAULT);
}

void ksync_glue_warn(struct ksync_glue_place *place, const char *fmt, ...)
{
	ksync_glue_bug_hook hook =
		__atomic_load_n(&warn_hook, __ATOMIC_ACQUIRE);
	char text[512];
	va_list args;
	size_t n;

	__atomic_add_fetch(&warnings, 1, __ATOMIC_RELAXED);
	if (__atomic_exchange_n(&place->said, 1, __ATOMIC_RELAXED) &&
	    place->once)
		return;
	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	n = strlen(text);
	if (n && text[n - 1] == '\n')
		text[n - 1] = '\0';
	if (hook) {
		hook(text, place->file, place->line);
		return;
	}
	_printk(KERN_WARNING "WARNING: %s at %s:%d %s()\n", text, place->file,
		place->line, place->func);
	dump_stack_lvl(KERN_WARNING);
}

void ksync_glue_bug(const char *file, int line, const char *func)
{
	ksync_glue_bug_hook hook = __atomic_load_n(&bug_hook, __ATOMIC_ACQUIRE);

	if (hook)
		hook("BUG", file, line);
	_printk(KERN_CRIT "kernel BUG at %s:%d %s()\n", file, line, func);
	dump_stack_lvl(KERN_CRIT);
	abort();
}

/* How many were held back is told when the next interval begins. */
int ksync_glue_ratelimit(struct ratelimit_state *rs, unsigned long now)
{
	unsigned long begin = __atomic_load_n(&rs->begin, __ATOMIC_RELAXED);

	if (rs->interval == 0)
		return 1;
	if ((!begin || now - begin >= (unsigned long)rs->interval) &&
	    __atomic_compare_exchange_n(&rs->begin, &begin, now ? now : 1,
					false, __ATOMIC_RELAXED,
					__ATOMIC_RELAXED)) {
		int missed =
			__atomic_exchange_n(&rs->missed, 0, __ATOMIC_RELAXED);

		__atomic_store_n(&rs->printed, 0, __ATOMIC_RELAXED);
		if (missed && !(rs->flags & RATELIMIT_MSG_ON_RELEASE))
			_printk(KERN_WARNING "%d lines were held back\n",
				missed);
	}
	if (__atomic_fetch_add(&rs->printed, 1, __ATOMIC_RELAXED) < rs->burst)
		return 1;
	__atomic_add_fetch(&rs->missed, 1, __ATOMIC_RELAXED);
	return 0;
}
