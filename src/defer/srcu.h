/* SPDX-License-Identifier: MIT */
/* A domain of SRCU, inside the library. */
#ifndef KSYNC_SRC_DEFER_SRCU_H
#define KSYNC_SRC_DEFER_SRCU_H

#include <ksync/raw_lock.h>
#include <ksync/srcu.h>

#include "calls.h"

/* Its memory is never returned: srcu.c, I4. */
struct ksync__srcu_state {
	struct ksync__srcu readers;
	const void *domain;	   /* whose it is; NULL: nobody's. cmpxchg */
	ksync__raw_lock_t lock;	   /* of grace periods. Signals are blocked */
	ksync_u32 wants;	   /* under lock: the number in wanted */
	unsigned int left;	   /* under lock: srcu.c, I2. ONCE */
	unsigned long seq;	   /* written under lock: srcu.c, "seq" */
	bool served;		   /* under lock, once: callbacks wait for it */
	char tag_reader;	   /* what ThreadSanitizer is told: readers */
	char tag_grace_period;	   /* release, who waited acquires; and back */
	struct ksync__calls calls; /* srcu_call.c has the rest */
	unsigned long calls_seq;   /* the runner's */
	ksync_atomic_t called;
	ksync_u32 ran;			/* ORDER srcu_call.ran. The runner's */
	ksync_atomic_t barriers;	/* how many wait for ran to change */
	struct ksync__srcu_state *next; /* read-only once in the list. ONCE */
} KSYNC_ALIGNED(64);

/* The domain's, made if there is none. */
struct ksync__srcu_state *ksync__srcu_state(ksync_srcu_struct_t *ssp);

/* All that there are, each also if it is nobody's. */
struct ksync__srcu_state *ksync__srcu_states(void);

/* Which grace period will have been enough; is that over? */
unsigned long ksync__srcu_cookie_of(struct ksync__srcu_state *s);
bool ksync__srcu_is_over(struct ksync__srcu_state *s, unsigned long cookie);

/*
 * Look for readers, and go on as far as they let it. False: it is not over, and
 * wanted was set, so that one of them will wake who sleeps on that; and also,
 * if it is for the callbacks, their runner.
 */
bool ksync__srcu_advance(struct ksync__srcu_state *s, unsigned long cookie,
			 bool for_callbacks);

/* srcu_call.c: callbacks may run, or may have to be looked at again. */
void ksync__srcu_callbacks_look(void);
/* Have all run that were called? */
bool ksync__srcu_callbacks_ran(struct ksync__srcu_state *s);

#endif
