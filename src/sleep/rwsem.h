/* SPDX-License-Identifier: MIT */
/*
 * A rwsem inside of another lock: its reports are that lock's, and of the
 * caller that it names. ksync__up_read_fast() and ksync__up_write_fast() end
 * it.
 */
#ifndef KSYNC_SRC_RWSEM_H
#define KSYNC_SRC_RWSEM_H

#include <ksync/rwsem.h>

#include "owner.h"

/* 0, or what a form returns that can fail as req->can_fail says. */
int ksync__rwsem_read(ksync_rw_semaphore_t *sem,
		      const struct ksync__request *req);
int ksync__rwsem_write(ksync_rw_semaphore_t *sem,
		       const struct ksync__request *req);
/* For reading, if nobody has it or waits: so that no writer comes. No order:
 * the caller knows what writers did. */
bool ksync__rwsem_read_if_idle(ksync_rw_semaphore_t *sem);

#endif
