/* SPDX-License-Identifier: MIT */
/*
 * What is asked of a lock before it is taken. Each reports what it finds.
 */
#ifndef KSYNC_SRC_CHECKS_H
#define KSYNC_SRC_CHECKS_H

#include "kinds.h"
#include "lockdep.h"

/* Was it initialised? lock_life.c */
void ksync__map_check(struct ksync__dep_map *map, const void *lock,
		      unsigned int kind, const void *where);

/* May what waits so be waited for where the calling thread is? context.c */
bool ksync__context_allows(enum wait_type waits);
void ksync__context_check(const struct ksync__held *next);

/* Where the section began in which the calling thread must not sleep, if it is
 * in one that was declared; or NULL. context.c */
const void *ksync__context_section(void);

/*
 * interrupt.c. Is it used in a new way, which with a signal handler can
 * deadlock? It is waited for; true: that was reported. It is taken; "usage" is
 * what is to be learned by then, or 0. "frame": of the library's function that
 * was called.
 */
bool ksync__interrupt_waits(const struct ksync__held *next, const void *frame);
void ksync__interrupt_taken(const struct ksync__held *h, unsigned long usage,
			    const void *frame);

/* Its place in the order of locks; "waits": it is not only tried. It may come
 * to stand apart. order.c */
void ksync__order_check(struct ksync__held *next, bool waits);

#endif
