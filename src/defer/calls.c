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
 *  I2  A head in a queue has marks in its bits, which no head has by accident,
 *      or hardly one. To be sure, who is about to push one that has them looks
 *      for it in all queues, under the lock: meanwhile nobody takes a head out,
 *      so what a link leads to is there. Callbacks run without the lock.
 *  I3  A head that is taken out has no marks: its memory may be used for others
 *      at once.
 */
#include <string.h>

#include <ksync/raw_lock.h>

#include "calls.h"
#include "port/life.h"
#include "port/port.h"
#include "watch/report.h"

static ksync__raw_lock_t lock;
static struct ksync__calls *all; /* under lock */

/*
 * Marks, I2: the bits of a link that are 0 in any head's address, and those of
 * a function's that are 0 in a process of 64 bits. A leak checker takes such a
 * link for one into the middle of the object.
 */
#define LINK_MARK (sizeof(void *) - 1)
#define FUNC_MARK_SHIFT (sizeof(void *) == 8 ? 48 : 0)
#define FUNC_MARK (sizeof(void *) == 8 ? 0xa5a5ul : 0ul)
#define FUNC_MASK (sizeof(void *) == 8 ? 0xfffful : 0ul)

static ksync_rcu_head_t *link_of(const ksync_rcu_head_t *head)
{
	return (ksync_rcu_head_t *)((uintptr_t)KSYNC_READ_ONCE(head->next) ^
				    LINK_MARK);
}

static void link_set(ksync_rcu_head_t *head, ksync_rcu_head_t *next)
{
	KSYNC_WRITE_ONCE(head->next,
			 (ksync_rcu_head_t *)((uintptr_t)next ^ LINK_MARK));
}

/* With the marks, or, if it has them, without. */
static ksync__callback_fn func_turn(ksync__callback_fn func)
{
	return (ksync__callback_fn)((uintptr_t)func ^
				    FUNC_MARK << FUNC_MARK_SHIFT);
}

/*
 * Valgrind tells of each look at memory that nobody has written, as a head's
 * may be: there nobody looks. Read-only since the start.
 */
static bool looks_are_told;

static void calls_start(void)
{
	const char *preloaded = ksync__env("LD_PRELOAD");

	looks_are_told = preloaded && strstr(preloaded, "vgpreload");
}

static const struct ksync__life_part calls_life = {
	.floor = KSYNC__FLOOR_DEFER,
	.start = calls_start,
};
KSYNC__LIFE_PART(calls_life);

static bool has_marks(const ksync_rcu_head_t *head)
{
	uintptr_t next, func;

	if (ksync_unlikely(looks_are_told))
		return false;
	next = (uintptr_t)KSYNC_READ_ONCE(head->next);
	if (ksync_likely((next & LINK_MARK) != LINK_MARK))
		return false;
	func = (uintptr_t)KSYNC_READ_ONCE(head->func);
	return (func >> FUNC_MARK_SHIFT & FUNC_MASK) == FUNC_MARK;
}

static void calls_turn(struct ksync__calls *c)
{
	ksync_rcu_head_t *head;

	while ((head = KSYNC_READ_ONCE(c->turning))) {
		KSYNC_WRITE_ONCE(c->rest, link_of(head));
		link_set(head, KSYNC_READ_ONCE(c->turned));
		KSYNC_WRITE_ONCE(c->turned, head);
		KSYNC_WRITE_ONCE(c->turning, KSYNC_READ_ONCE(c->rest));
	}
	KSYNC_WRITE_ONCE(c->todo, KSYNC_READ_ONCE(c->turned));
	KSYNC_WRITE_ONCE(c->turned, (ksync_rcu_head_t *)NULL);
}

/* Under the lock. */
static bool calls_take(struct ksync__calls *c)
{
	ksync_rcu_head_t *first = KSYNC_READ_ONCE(c->pushed);

	do {
		if (!first)
			return false;
		KSYNC_WRITE_ONCE(c->turning, first);
		KSYNC_WRITE_ONCE(c->rest, first);
		/* ORDER calls.push: full. Sees what the caller did before.
		 * Other end: ksync__calls_push(). */
	} while (!ksync_try_cmpxchg(&c->pushed, &first,
				    (ksync_rcu_head_t *)NULL));
	calls_turn(c);
	return true;
}

bool ksync__calls_take(struct ksync__calls *c)
{
	bool taken;

	if (KSYNC_READ_ONCE(c->todo))
		return true;
	if (!KSYNC_READ_ONCE(c->pushed))
		return false;
	ksync__raw_lock(&lock);
	taken = calls_take(c);
	ksync__raw_unlock(&lock);
	return taken;
}

static bool list_has(const ksync_rcu_head_t *list, const ksync_rcu_head_t *head)
{
	for (; list; list = link_of(list))
		if (list == head)
			return true;
	return false;
}

/* I1. Under the lock. */
static void calls_mend(struct ksync__calls *c)
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
			link_set(head, KSYNC_READ_ONCE(c->turned));
			KSYNC_WRITE_ONCE(c->turned, head);
		}
		KSYNC_WRITE_ONCE(c->turning, KSYNC_READ_ONCE(c->rest));
	}
	calls_turn(c);
}

void ksync__calls_mend(struct ksync__calls *c)
{
	ksync__raw_lock(&lock);
	calls_mend(c);
	ksync__raw_unlock(&lock);
}

ksync_rcu_head_t *ksync__calls_pop(struct ksync__calls *c)
{
	ksync_rcu_head_t *head = KSYNC_READ_ONCE(c->todo);

	if (!head)
		return NULL;
	ksync__raw_lock(&lock);
	KSYNC_WRITE_ONCE(c->todo, link_of(head));
	/* I3 */
	KSYNC_WRITE_ONCE(head->next, (ksync_rcu_head_t *)NULL);
	ksync__raw_unlock(&lock);
	head->func = func_turn(head->func);
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

	for (; list; list = link_of(list))
		n++;
	return n;
}

ksync_u32 ksync__calls_count(const struct ksync__calls *c)
{
	return list_length(KSYNC_READ_ONCE(c->todo)) +
	       list_length(KSYNC_READ_ONCE(c->pushed));
}

void ksync__calls_enlist(struct ksync__calls *c)
{
	ksync_u64 signals = ksync__signals_block();

	ksync__raw_lock(&lock);
	if (!c->next) {
		/* The last one leads to itself. */
		c->next = all ? all : c;
		all = c;
	}
	ksync__raw_unlock(&lock);
	ksync__signals_restore(signals);
}

bool ksync__calls_push(struct ksync__calls *c, ksync_rcu_head_t *head,
		       ksync__callback_fn func)
{
	ksync_rcu_head_t *first = KSYNC_READ_ONCE(c->pushed);

	head->func = func_turn(func);
	do {
		link_set(head, first);
		/* ORDER calls.push: full. What the caller did before is visible
		 * to the callback; and the look at the runner comes after this.
		 * Other end: calls_take(), runner_leave(). */
	} while (!ksync_try_cmpxchg(&c->pushed, &first, head));
	return !first;
}

/* Under the lock. */
static bool calls_hold(const struct ksync__calls *c,
		       const ksync_rcu_head_t *head)
{
	return list_has(KSYNC_READ_ONCE(c->todo), head) ||
	       list_has(KSYNC_READ_ONCE(c->pushed), head);
}

static bool queues_hold(const ksync_rcu_head_t *head)
{
	ksync_u64 signals = ksync__signals_block();
	struct ksync__calls *c;
	bool held = false;

	ksync__raw_lock(&lock);
	for (c = all; c && !held; c = c->next == c ? NULL : c->next)
		held = calls_hold(c, head);
	ksync__raw_unlock(&lock);
	ksync__signals_restore(signals);
	return held;
}

bool ksync__calls_may_push(const char *family, const ksync_rcu_head_t *head,
			   const void *where)
{
	if (ksync_unlikely((uintptr_t)head & LINK_MARK)) {
		ksync__misuse(family, head, "a callback's head is not aligned",
			      "leave its place to the compiler; it is not "
			      "queued",
			      where, KSYNC_HOLDER_NONE);
		return false;
	}
	if (ksync_likely(!has_marks(head)) || !queues_hold(head))
		return true;
	ksync__misuse(family, head,
		      "a head is queued that still waits for its callback",
		      "queue it again when that runs, or have a head for each; "
		      "this call does nothing",
		      where, KSYNC_HOLDER_NONE);
	return false;
}

/*
 * Whoever held it is not there, or is the forking thread: its handler will not
 * make threads, and to release it once more does nothing.
 */
void ksync__calls_child(void)
{
	lock = (ksync__raw_lock_t){ 0 };
}
