/* SPDX-License-Identifier: MIT */
/*
 * Records of what was counted of a class of locks, and of its readers: by any
 * thread that does not have the graph's lock.
 */
#ifndef KSYNC_SRC_STAT_RECORD_H
#define KSYNC_SRC_STAT_RECORD_H

#include <ksync/inspect.h>

/* One that is not free is waited for. */
struct ksync__stat_wait {
	unsigned int processor;
	bool bounced;
	const void *waited_at;
	const void *held_at; /* NULL: not known */
};
void ksync__stat_waits(ksync_u32 class_id, bool shared,
		       const struct ksync__stat_wait *wait);
/* It is taken, after so many ns, or below 0: at once. */
void ksync__stat_taken(ksync_u32 class_id, bool shared, unsigned int processor,
		       bool bounced, ksync_s64 waited);
/* It is given back, after so many ns. */
void ksync__stat_given(ksync_u32 class_id, bool shared, unsigned int processor,
		       ksync_s64 held);

/* All of it; false: nothing was counted. */
bool ksync__stat_read(ksync_u32 class_id, bool shared,
		      struct ksync_lock_stat *stat);
void ksync__stat_clear(ksync_u32 class_id, bool shared);

#endif
