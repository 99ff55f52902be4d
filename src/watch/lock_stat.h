/* SPDX-License-Identifier: MIT */
/*
 * What is counted of locks, by class: lock_stat.c. All but the first by the
 * thread whose lock it is, while it looks (ksync__held_look()).
 */
#ifndef KSYNC_SRC_LOCK_STAT_H
#define KSYNC_SRC_LOCK_STAT_H

#include <ksync/atomic.h>

#include "held.h"

/* Is anything counted? ONCE */
extern bool ksync__lock_stat_on;

static inline bool ksync__lock_stat_counts(void)
{
	return ksync_unlikely(KSYNC_READ_ONCE(ksync__lock_stat_on));
}

/* The lock, which is about to be taken, is not free; "where" is waited. */
void ksync__lock_stat_contended(const struct ksync__dep_map *map,
				const void *where);
/* It is taken; and given back. */
void ksync__lock_stat_acquired(struct ksync__held *h, bool waited);
void ksync__lock_stat_released(const struct ksync__held *h);

#endif
