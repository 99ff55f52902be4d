/* SPDX-License-Identifier: MIT */
/* Grace periods by their numbers, for who does not wait for them: rcu.c. */
#ifndef KSYNC_SRC_RCU_GP_H
#define KSYNC_SRC_RCU_GP_H

#include <ksync/types.h>

/* Which grace period will have been enough for what the caller has removed; is
 * that over? */
unsigned long ksync__rcu_cookie(void);
bool ksync__rcu_is_over(unsigned long cookie);

/* rcu_poll.c: does somebody ask for a grace period that is not over? */
bool ksync__rcu_poll_wants(void);

/* rcu_call.c: the callbacks' thread shall look; false if there can be none. */
bool ksync__rcu_runner_ask(void);

#endif
