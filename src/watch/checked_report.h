/* SPDX-License-Identifier: MIT */
/*
 * What the checked library says. Call these as those of report.h, and with
 * nothing looked at (held.c, I3).
 */
#ifndef KSYNC_SRC_CHECKED_REPORT_H
#define KSYNC_SRC_CHECKED_REPORT_H

#include "lockdep.h"
#include "text.h"
#include "waits.h"

/*
 * The details of a report: a text to be written, without room if there is no
 * memory; what was, or NULL, zeroed behind that; and its end.
 */
struct ksync__text ksync__details_begin(void);
const char *ksync__details(const struct ksync__text *t);
void ksync__details_end(const struct ksync__text *t);

/* Is nothing to be said of classes of this name? suppress.c */
bool ksync__is_suppressed(const char *name);
/* Are there such classes at all? From the library's start on. */
extern bool ksync__suppresses;

/* "next" is about to be taken. */
void ksync__tell_circle(const struct ksync__held *next,
			const struct ksync__circle *circle);
void ksync__tell_against_cmp(const struct ksync__held *next,
			     const struct ksync__held *held);
void ksync__tell_class_twice(const struct ksync__held *next,
			     const struct ksync__held *held);
void ksync__tell_recursion(const struct ksync__held *next);
void ksync__tell_read_twice(const struct ksync__held *next,
			    const struct ksync__held *held);
void ksync__tell_nest(const struct ksync__held *next);

void ksync__tell_waiters(const struct ksync__dep_map *map, const void *lock,
			 const void *where, const struct ksync__waiter *waiter,
			 unsigned int count);
void ksync__tell_context(const char *type, const void *object, const char *what,
			 const char *advice, const void *where);
/* The thread, or the process, ends with it: its memory need not be there. */
void ksync__tell_left(const struct ksync__held *h, const char *what);
void ksync__tell_map(const struct ksync__dep_map *map, const void *lock,
		     const char *what, const char *advice, const void *where);

#endif
