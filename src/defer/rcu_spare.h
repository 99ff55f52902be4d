/* SPDX-License-Identifier: MIT */
/*
 * Readers and grace periods without liburcu. For threads that its registry
 * cannot have: they exit, and nobody will see the end of it; or the program has
 * registered them itself, and may take them out. And for a process that was
 * copied by fork while another thread was in liburcu: the locks that the copy
 * has are held by nobody who could release them.
 *
 * Readers count as liburcu's do, in their task records.
 */
#ifndef KSYNC_SRC_RCU_SPARE_H
#define KSYNC_SRC_RCU_SPARE_H

#include "task/task.h"

/* Does the thread read here? */
static inline bool ksync__rcu_spare_reads(const struct ksync_task *self)
{
	return KSYNC_READ_ONCE(self->rcu_counter) == &self->rcu_count;
}

/* The calling thread reads here from now on. */
void ksync__rcu_spare_register(struct ksync_task *self);

/* It reads no more, also if it still did so by liburcu's counter when that was
 * lost: not in a reader, and with signals blocked. */
void ksync__rcu_spare_unregister(struct ksync_task *self);

/* Of a thread that reads here. */
void ksync__rcu_spare_read_lock(struct ksync_task *self);
void ksync__rcu_spare_read_unlock(struct ksync_task *self);

/* A grace period for the readers here, if there are any, and for all if liburcu
 * is lost. One thread at a time. */
void ksync__rcu_spare_synchronize(void);

/* A reader here has ended and found that a grace period sleeps. */
void ksync__rcu_spare_wake(void);

/* In a fork's child: liburcu is lost to it. Who had read there when it was
 * copied goes on by its counter there. */
void ksync__rcu_spare_replace(void);
bool ksync__rcu_spare_replaces(void);

/* In a fork's child; leads: the calling thread is inside a grace period. */
void ksync__rcu_spare_child(bool leads);

#endif
