/* SPDX-License-Identifier: MIT */
/*
 * Reports: what ksync says when a caller breaks a contract.
 *
 * A report says what happened, to which object, where in the program, who holds
 * the object and what to do. It goes to one hook. The default hook prints to
 * standard error. A misuse is reported once per place and kind, then the
 * library takes the safest defined state and goes on. Where the calling thread
 * could only hang for ever, it is a deadlock: the process aborts after the
 * report, so that there is a core instead of a silent hang.
 *
 * Environment, read once, when the library is loaded:
 *
 *	KSYNC_ON_REPORT=abort	abort after any report
 *	KSYNC_ON_REPORT=trap	raise SIGTRAP: a debugger stops at the mistake
 *	KSYNC_ON_DEADLOCK=wait	after a deadlock's report let the thread hang,
 *				for a debugger
 */
#ifndef KSYNC_REPORT_H
#define KSYNC_REPORT_H

#include <ksync/types.h>

enum ksync_report_kind {
	KSYNC_REPORT_MISUSE,   /* the caller broke the contract; we go on */
	KSYNC_REPORT_DEADLOCK, /* the caller could only hang */
	KSYNC_REPORT_BUG,      /* ksync broke one of its own invariants */
};

/* Values of holder_tid that are no thread. */
#define KSYNC_HOLDER_NONE 0    /* nobody holds it, or it has no holder */
#define KSYNC_HOLDER_GONE (-1) /* a thread that no longer exists */

/*
 * Further fields are only added at the end. Who makes a report sets size to
 * sizeof(struct ksync_report); 0 counts as the fields up to size. Who
 * reads one of a newer version's fields first looks whether it is within size.
 */
struct ksync_report {
	enum ksync_report_kind kind;
	const char *type;    /* "mutex" */
	const char *what;    /* "unlocked by a thread that ..." */
	const char *advice;  /* what to do */
	const void *object;  /* its address */
	const void *where;   /* address in the code that called ksync */
	int tid;	     /* thread that called ksync */
	int holder_tid;	     /* thread id, or KSYNC_HOLDER_ */
	unsigned int size;   /* of this struct, for who made the report */
	const char *details; /* whole lines that say more, or NULL */
};

/**
 * typedef ksync_report_fn - takes a report
 * @report: valid until the function returns
 *
 * Context: Runs in the thread that broke the contract, which is in no queue and
 *	holds no lock of ksync's own. So it may use ksync, sleep, fork, end the
 *	thread or the process, throw a C++ exception and longjmp(). It may run
 *	in several threads at once, and in a signal handler that broke the
 *	contract. Its own misuse calls it again; nested deeper than four, such
 *	reports are printed instead.
 */
typedef void (*ksync_report_fn)(const struct ksync_report *report);

KSYNC_BEGIN_DECLS

/**
 * ksync_report_hook_set() - replace the function that takes reports
 * @hook: the new function, or NULL for the default, ksync_report_print()
 *
 * The environment's rules for aborting apply after a replaced hook, too.
 *
 * Context: Any.
 * Return: the function that was replaced; NULL if that was the default.
 * Example::
 *
 *	static void count(const struct ksync_report *report)
 *	{
 *		fprintf(stderr, "ksync: %s %s\n", report->type, report->what);
 *	}
 *
 *	static void install(void)
 *	{
 *		ksync_report_hook_set(count);
 *	}
 */
KSYNC_API ksync_report_fn ksync_report_hook_set(ksync_report_fn hook);

/**
 * ksync_report_print() - print a report to standard error
 * @report: the report
 *
 * One write of whole lines. What standard error does not take within 100 ms is
 * given up, and counted in the next report that gets through.
 *
 * Context: Any, also in a signal handler. Allocates nothing, takes no lock, is
 *	no cancellation point and raises no SIGPIPE.
 * Example::
 *
 *	static void log_and_print(const struct ksync_report *report)
 *	{
 *		ksync_report_print(report);
 *	}
 */
KSYNC_API void ksync_report_print(const struct ksync_report *report);

KSYNC_END_DECLS

#endif
