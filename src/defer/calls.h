/* SPDX-License-Identifier: MIT */
/*
 * Callbacks that wait to be run: a stack that anybody pushes to, and the list
 * that its one runner makes of it. calls.c has its words' table. All zero is
 * empty.
 */
#ifndef KSYNC_SRC_CALLS_H
#define KSYNC_SRC_CALLS_H

#include <ksync/atomic.h>

/* As in <ksync/rcu.h>, which is not everywhere. */
typedef void (*ksync__callback_fn)(ksync_rcu_head_t *head);

struct ksync__calls {
	ksync_rcu_head_t *pushed; /* ORDER calls.push. Newest first */
	ksync_rcu_head_t *todo;	  /* the runner's, oldest first. ONCE */
	ksync_rcu_head_t *turning;
	ksync_rcu_head_t *turned;
	ksync_rcu_head_t *rest;
	struct ksync__calls *next; /* under the lock */
};

/* Once, before the first push, or again. It stays for ever. */
void ksync__calls_enlist(struct ksync__calls *c);

/*
 * Anybody: have it called. True if nothing was pushed since the runner took
 * all.
 */
bool ksync__calls_push(struct ksync__calls *c, ksync_rcu_head_t *head,
		       ksync__callback_fn func);

/*
 * Anybody: may the head be given to a push? If not, that is reported: it is
 * nowhere for such a thing, or still in a queue, of whichever family.
 */
bool ksync__calls_may_push(const char *family, const ksync_rcu_head_t *head,
			   const void *where);

/* The runner: what was pushed is to do, if nothing else is. False if there is
 * nothing. */
bool ksync__calls_take(struct ksync__calls *c);

/* The runner: the next one that is to do; it is forgotten here. */
ksync_rcu_head_t *ksync__calls_pop(struct ksync__calls *c);

/* As the runner, of what one that is gone left in the middle of it. */
void ksync__calls_mend(struct ksync__calls *c);

/* As the runner: is it still to be run? */
bool ksync__calls_have(const struct ksync__calls *c,
		       const ksync_rcu_head_t *head);

/* In a fork's child, before the others. */
void ksync__calls_child(void);

/* As the runner: how many are to be run. */
ksync_u32 ksync__calls_count(const struct ksync__calls *c);

static inline bool ksync__calls_any(const struct ksync__calls *c)
{
	return KSYNC_READ_ONCE(c->todo) || KSYNC_READ_ONCE(c->pushed);
}

#endif
