/* SPDX-License-Identifier: MIT */
/*
 * How the library reports. Call these with no queue lock or raw lock held: the
 * hook is the program's.
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

/*
 * The calling thread could only hang: reported each time. Returns only under
 * KSYNC_ON_DEADLOCK=wait; then the caller hangs.
 */
void ksync__deadlock(const char *type, const void *object, const char *what,
		     const char *advice, const void *where, int holder_tid);

/* Invariant "which" of our own is broken: reported, then the process aborts. */
_Noreturn void ksync__bug(const char *which, const void *object);

#endif
