/* SPDX-License-Identifier: MIT */
/*
 * Words: pushed, a stack, newest first; todo, a list, oldest first. Between
 * them a stack is turned: turning is what is still to do, turned what is done,
 * rest what comes after the first of turning.
 *
 *  from         event                     to                 by       order
 *  pushed = p   a callback h is called    pushed = h->p      anybody  full
 *  pushed = p   todo is empty             turning = rest = p runner
 *  pushed = p   then                      pushed = 0         runner   full
 *  turning = h  rest = h->n,
 *               h->n = turned, turned = h turning = rest     runner
 *  turned = t   turning is empty          todo = t           runner
 *  todo = h->n  h is run next             todo = n           runner
 *
 *  I1  Only the runner writes what is not pushed. What it writes leads from one
 *      state to the next in steps from which ksync__calls_mend() finds the way:
 *      so who takes over from a runner that is gone, in the child of a fork
 *      above all, has all callbacks that had not begun. Nobody waits for a
 *      fork, or it for the runner.
 */
#include "calls.h"

static void calls_turn(struct ksync__calls *c)
{
	ksync_rcu_head_t *head;

	while ((head = KSYNC_READ_ONCE(c->turning))) {
		KSYNC_WRITE_ONCE(c->rest, KSYNC_READ_ONCE(head->next));
		KSYNC_WRITE_ONCE(head->next, KSYNC_READ_ONCE(c->turned));
		KSYNC_WRITE_ONCE(c->turned, head);
		KSYNC_WRITE_ONCE(c->turning, KSYNC_READ_ONCE(c->rest));
	}
	KSYNC_WRITE_ONCE(c->todo, KSYNC_READ_ONCE(c->turned));
	KSYNC_WRITE_ONCE(c->turned, (ksync_rcu_head_t *)NULL);
}

bool ksync__calls_take(struct ksync__calls *c)
{
	ksync_rcu_head_t *all;

	if (KSYNC_READ_ONCE(c->todo))
		return true;
	all = KSYNC_READ_ONCE(c->pushed);
	do {
		if (!all)
			return false;
		KSYNC_WRITE_ONCE(c->turning, all);
		KSYNC_WRITE_ONCE(c->rest, all);
		/* ORDER calls.push: full. Sees what the caller did before.
		 * Other end: ksync__calls_push(). */
	} while (
		!ksync_try_cmpxchg(&c->pushed, &all, (ksync_rcu_head_t *)NULL));
	calls_turn(c);
	return true;
}

static bool list_has(const ksync_rcu_head_t *list, const ksync_rcu_head_t *head)
{
	for (; list; list = KSYNC_READ_ONCE(list->next))
		if (list == head)
			return true;
	return false;
}

/* I1 */
void ksync__calls_mend(struct ksync__calls *c)
{
	ksync_rcu_head_t *head = KSYNC_READ_ONCE(c->turning);

	if (KSYNC_READ_ONCE(c->todo)) {
		/* Made, and not yet forgotten. */
		KSYNC_WRITE_ONCE(c->turned, (ksync_rcu_head_t *)NULL);
		return;
	}
	if (!head && !KSYNC_READ_ONCE(c->turned))
		return;
	if (head && list_has(KSYNC_READ_ONCE(c->pushed), head)) {
		KSYNC_WRITE_ONCE(c->turning, (ksync_rcu_head_t *)NULL);
		return;
	}
	if (head && (KSYNC_READ_ONCE(c->turned) == head ||
		     KSYNC_READ_ONCE(c->rest) != head)) {
		if (KSYNC_READ_ONCE(c->turned) != head) {
			KSYNC_WRITE_ONCE(head->next,
					 KSYNC_READ_ONCE(c->turned));
			KSYNC_WRITE_ONCE(c->turned, head);
		}
		KSYNC_WRITE_ONCE(c->turning, KSYNC_READ_ONCE(c->rest));
	}
	calls_turn(c);
}

ksync_rcu_head_t *ksync__calls_pop(struct ksync__calls *c)
{
	ksync_rcu_head_t *head = KSYNC_READ_ONCE(c->todo);

	if (head)
		KSYNC_WRITE_ONCE(c->todo, KSYNC_READ_ONCE(head->next));
	return head;
}

bool ksync__calls_have(const struct ksync__calls *c,
		       const ksync_rcu_head_t *head)
{
	return list_has(KSYNC_READ_ONCE(c->todo), head) ||
	       list_has(KSYNC_READ_ONCE(c->pushed), head);
}

static ksync_u32 list_length(const ksync_rcu_head_t *list)
{
	ksync_u32 n = 0;

	for (; list; list = KSYNC_READ_ONCE(list->next))
		n++;
	return n;
}

ksync_u32 ksync__calls_count(const struct ksync__calls *c)
{
	return list_length(KSYNC_READ_ONCE(c->todo)) +
	       list_length(KSYNC_READ_ONCE(c->pushed));
}

bool ksync__calls_push(struct ksync__calls *c, ksync_rcu_head_t *head)
{
	ksync_rcu_head_t *first = KSYNC_READ_ONCE(c->pushed);

	do {
		KSYNC_WRITE_ONCE(head->next, first);
		/* ORDER calls.push: full. What the caller did before is visible
		 * to the callback; and the look at the runner comes after this.
		 * Other end: ksync__calls_take(), runner_leave(). */
	} while (!ksync_try_cmpxchg(&c->pushed, &first, head));
	return !first;
}
