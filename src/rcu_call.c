/* SPDX-License-Identifier: MIT */
/*
 * RCU callbacks: a stack that anybody pushes to, and one thread that takes all
 * of it, waits for a grace period and runs the callbacks in order.
 *
 * Words: pushed, a stack of callbacks, newest first; todo, a list, oldest
 * first.
 *
 *  from         event                    to             by         order
 *  pushed = p   call_rcu(h)              pushed = h->p  anybody    release
 *  pushed = p   the worker is woken      pushed = 0,    worker,    acquire
 *                                        todo += p      locked
 *  todo = h->n  a grace period is over,  todo = n       worker,
 *               before h's function                     locked
 *
 *  "locked" is under lists_lock, which a fork takes, too.
 *
 *  I1  Until just before its function runs, a callback is in one of the two. So
 *      the child of a fork finds all that have not begun.
 *  I2  Who pushes wakes the worker if the stack was empty; the worker looks at
 *      the stack after each wake-up. Park's token carries the rest.
 *  I3  Callbacks run in the order of their pushes: one that is pushed now is a
 *      barrier for all before it.
 *  I4  Who runs callbacks holds work_lock, the worker or who stands in for it.
 *      Nobody waits for a grace period under worker_lock, so a reader and a
 *      callback may take it.
 */
#include <ksync/mutex.h>
#include <ksync/raw_lock.h>
#include <ksync/rcu.h>

#include "backoff.h"
#include "park.h"
#include "watch/report.h"

static ksync_rcu_head_t *pushed;
static ksync_rcu_head_t *todo;
static ksync__raw_lock_t lists_lock;

static struct ksync_task *worker;	/* set once by itself; a record may be
					 * used without any order */
static KSYNC_DEFINE_MUTEX(worker_lock); /* who makes it */
static KSYNC_DEFINE_MUTEX(work_lock);	/* who runs callbacks: I4 */

static void lists_take_pushed(void)
{
	ksync_rcu_head_t *list = NULL;
	ksync_rcu_head_t **end = &todo;
	ksync_rcu_head_t *stack;

	ksync__raw_lock(&lists_lock);
	/* ORDER rcu_call.push: acquire. Sees what the caller did before.
	 * Other end: push(). */
	stack = ksync_xchg_acquire(&pushed, (ksync_rcu_head_t *)NULL);
	while (stack) {
		ksync_rcu_head_t *next = stack->next;

		stack->next = list;
		list = stack;
		stack = next;
	}
	while (*end)
		end = &(*end)->next;
	*end = list;
	ksync__raw_unlock(&lists_lock);
}

static ksync_rcu_head_t *lists_pop(void)
{
	ksync_rcu_head_t *head;

	ksync__raw_lock(&lists_lock);
	head = todo;
	if (head)
		todo = head->next;
	ksync__raw_unlock(&lists_lock);
	return head;
}

static void run(ksync_rcu_head_t *head)
{
	unsigned long offset = (unsigned long)head->func;

	ksync_watch_order_acquire(head);
	if (offset < KSYNC__RCU_FREE_LIMIT)
		ksync__heap_free((char *)head - offset);
	else
		head->func(head);
}

/* Run what was called so far; false if there was nothing. */
static bool work_once(void)
{
	ksync_rcu_head_t *head;
	bool any;

	ksync_mutex_lock(&work_lock);
	lists_take_pushed();
	any = todo != NULL;
	if (any) {
		ksync_watch_step("rcu.grace_period");
		ksync_synchronize_rcu();
	}
	while ((head = lists_pop()) != NULL)
		run(head);
	ksync_mutex_unlock(&work_lock);
	return any;
}

static void *work(void *unused)
{
	struct ksync_task *self = ksync__task_self();

	(void)unused;
	KSYNC_WRITE_ONCE(worker, self);
	for (;;)
		if (!work_once())
			(void)ksync__park(self, KSYNC__NEVER);
	return NULL;
}

/* The worker, made if there is none; NULL if there can be none. */
static struct ksync_task *worker_get(void)
{
	struct ksync__backoff backoff = { 0 };
	struct ksync_task *w = KSYNC_READ_ONCE(worker);

	if (ksync_likely(w))
		return w;
	ksync_mutex_lock(&worker_lock);
	if (KSYNC_READ_ONCE(worker) || ksync__thread_start(work))
		while (!(w = KSYNC_READ_ONCE(worker)))
			ksync__backoff_wait(&backoff, &worker);
	ksync_mutex_unlock(&worker_lock);
	return w;
}

/* True if the stack was empty. */
static bool push(ksync_rcu_head_t *head)
{
	ksync_rcu_head_t *first = KSYNC_READ_ONCE(pushed);

	do {
		head->next = first;
		/* ORDER rcu_call.push: release. Other end:
		 * lists_take_pushed(). */
	} while (!ksync_try_cmpxchg_release(&pushed, &first, head));
	return !first;
}

void ksync_call_rcu(ksync_rcu_head_t *head, ksync_rcu_callback_fn func)
{
	struct ksync_task *w;
	bool was_empty;

	head->func = func;
	ksync_watch_order_release(head);
	was_empty = push(head);
	/* Without a thread the callback waits for the next call's attempt to
	 * make one, or for rcu_barrier(). */
	w = worker_get();
	if (was_empty && w)
		ksync__unpark(w);
}

struct barrier {
	ksync_rcu_head_t head;
	struct ksync_task *task;
	ksync_u32 done; /* ORDER rcu_call.barrier */
};

static void barrier_reached(ksync_rcu_head_t *head)
{
	struct barrier *b = ksync_container_of(head, struct barrier, head);
	struct ksync_task *task = b->task;

	ksync_watch_order_release(&todo);
	/* ORDER rcu_call.barrier: release. What the callbacks did is visible;
	 * the waiter's frame may be gone. Other end: ksync_rcu_barrier(). */
	ksync_smp_store_release(&b->done, 1u);
	ksync__unpark(task);
}

static void barrier_misused(const char *what, const void *where)
{
	ksync__deadlock("rcu", &pushed, what, "call rcu_barrier() elsewhere",
			where, KSYNC_HOLDER_NONE);
	for (;;)
		ksync__nap(1000000000);
}

void ksync_rcu_barrier(void)
{
	struct barrier b = { .task = ksync__task_self() };

	if (ksync_unlikely(ksync_rcu_read_lock_held()))
		barrier_misused("waits for callbacks inside a reader",
				KSYNC__CALLER());
	if (ksync_unlikely(KSYNC_READ_ONCE(work_lock.owner) == b.task->ref))
		barrier_misused("waits for callbacks inside a callback",
				KSYNC__CALLER());
	ksync_call_rcu(&b.head, barrier_reached);
	/* ORDER rcu_call.barrier: acquire. Other end: barrier_reached(). */
	while (!ksync_smp_load_acquire(&b.done)) {
		/* If no thread can be made: stand in for it. */
		if (ksync_likely(worker_get()))
			(void)ksync__park(b.task, KSYNC__NEVER);
		else
			(void)work_once();
	}
	ksync_watch_order_acquire(&todo);
}

static void at_fork(void)
{
	ksync__raw_lock(&lists_lock);
}

static void at_fork_parent(void)
{
	ksync__raw_unlock(&lists_lock);
}

/*
 * Who waited in rcu_barrier() is gone, with the stack that its head is on:
 * unless it forked, in a signal handler, and waits on when that is over.
 */
static bool barrier_of_the_gone(ksync_rcu_head_t *head)
{
	return head->func == barrier_reached &&
	       ksync_container_of(head, struct barrier, head)->task->ref !=
		       ksync__self;
}

static void forget_barriers(ksync_rcu_head_t **link)
{
	while (*link) {
		if (barrier_of_the_gone(*link))
			*link = (*link)->next;
		else
			link = &(*link)->next;
	}
}

/*
 * Unless a callback forked, the worker is gone, and so is who was making it;
 * the next call makes another.
 */
static void at_fork_child(void)
{
	struct ksync_task *w = KSYNC_READ_ONCE(worker);

	forget_barriers(&todo);
	forget_barriers(&pushed);
	if (!w || w->ref != ksync__self) {
		KSYNC_WRITE_ONCE(worker, (struct ksync_task *)NULL);
		ksync_mutex_init(&worker_lock);
	}
	if (KSYNC_READ_ONCE(work_lock.owner) != ksync__self)
		ksync_mutex_init(&work_lock);
	ksync__raw_unlock(&lists_lock);
}

__attribute__((constructor)) static void watch_forks(void)
{
	ksync__at_fork(at_fork, at_fork_parent, at_fork_child);
}
