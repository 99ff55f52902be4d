/* SPDX-License-Identifier: MIT */
/*
 * How the library reports. Call these in no queue and with no queue lock or raw
 * lock held, and when what the call does to its object is done: the hook is the
 * program's, and need not return. tests/support/report.h looks.
 */
#ifndef KSYNC_SRC_REPORT_H
#define KSYNC_SRC_REPORT_H

#include <ksync/report.h>

/* The caller of the exported function that this stands in. */
#define KSYNC__CALLER() __builtin_return_address(0)

/*
 * A misuse: reported once per caller and kind. "what" and "advice" are string
 * literals; "what" is the kind's identity.
 */
void ksync__misuse(const char *type, const void *object, const char *what,
		   const char *advice, const void *where, int holder_tid);

/* The same with details, lines as print.c has them; "again" each time. */
void ksync__misuse_detailed(const char *type, const void *object,
			    const char *what, const char *advice,
			    const void *where, int holder_tid,
			    const char *details, bool again);

/*
 * The calling thread could only hang: reported each time. Returns only under
 * KSYNC_ON_DEADLOCK=wait; then the caller hangs.
 */
void ksync__deadlock(const char *type, const void *object, const char *what,
		     const char *advice, const void *where, int holder_tid);

void ksync__deadlock_detailed(const char *type, const void *object,
			      const char *what, const char *advice,
			      const void *where, int holder_tid,
			      const char *details);

/* One that was made, each time. */
void ksync__report(const struct ksync_report *report);

/* Is this called by the program's hook? */
bool ksync__report_in_hook(void);

/* The checked library's: details are what the thread holds. */
void ksync__tell_deadlock(const char *type, const void *object,
			  const char *what, const char *advice,
			  const void *where, int holder_tid);

/* And the thread, of which a report is made, may never return to its wait. */
void ksync__held_reports(void);

/* The checked library's: is nothing to be said of this lock's class? */
bool ksync__held_suppresses(const void *object);

/* Invariant "which" of our own is broken: reported, then the process aborts. */
_Noreturn void ksync__bug(const char *which, const void *object);

#endif
