/* SPDX-License-Identifier: MIT */
/*
 * A small liburcu, of the memb flavour, for the explorer. It does what liburcu
 * documents (M. Desnoyers et al., User-Level Implementations of Read-Copy
 * Update, IEEE TPDS 2012), with fewer fences where these are said to be for
 * clarity only.
 *
 * Words: gp.ctr, a phase bit over a constant 1; and for each reader its ctr, a
 * copy of gp.ctr whose low half counts the nesting from there on.
 *
 *	reader				grace period
 *	ctr = gp.ctr			membarrier
 *	light				wait for those in the other phase
 *	...				gp.ctr ^= PHASE
 *	light				wait for those that now are, and were
 *	ctr = 0				there from the beginning
 *	light				membarrier
 *	gp.futex == -1? wake
 *
 *  U1  A reader that took its copy of gp.ctr late, and stores it during a later
 *      grace period, looks as if it were in the wrong phase. Both phases are
 *      waited for, so that it cannot be overlooked.
 *  U2  Who is going to sleep stores futex = -1, makes each thread pass a
 *      barrier, and then looks at the counters again.
 *
 * A grace period looks for news of a reader for ever, or sleeps at once, where
 * liburcu looks a hundred times before it sleeps. Concurrent ones do not share
 * their work: each waits for the lock.
 */
#include <ksync/atomic.h>
#include <ksync/rcu.h>
#include <urcu/urcu-memb.h>

#include "explore.h"

#define NEST KSYNC__RCU_NEST_MASK
#define PHASE (NEST + 1)

struct urcu_gp urcu_memb_gp = { .ctr = 1 };
int urcu_memb_has_sys_membarrier = 1; /* written in setup alone */
bool urcu_sleeps;		      /* likewise */

static struct urcu_reader readers[EXPLORE_THREADS];
static struct urcu_node registry = { &registry, &registry };
static int registry_lock;
static int gp_lock; /* one grace period at a time */

struct urcu_reader *urcu_memb_reader_of_self(void)
{
	return &readers[explore_self()];
}

void urcu_names(void)
{
	explore_name(&urcu_memb_gp.ctr, "gp.ctr");
	explore_name(&urcu_memb_gp.futex, "gp.futex");
	for (int i = 0; i < EXPLORE_THREADS; i++)
		explore_name(&readers[i].ctr, "T%d.ctr", i);
}

static void lock(int *word)
{
	while (ksync_cmpxchg_acquire(word, 0, 1))
		explore_await(word, false);
}

static void unlock(int *word)
{
	ksync_smp_store_release(word, 0);
}

/* The two halves of the pair, or full fences on both sides. */
static void reader_barrier(void)
{
	if (urcu_memb_has_sys_membarrier)
		ksync_barrier();
	else
		ksync_smp_mb();
}

static void updater_barrier(void)
{
	if (!urcu_memb_has_sys_membarrier)
		ksync_smp_mb();
	else if (!explore_membarrier(false))
		explore_fail("liburcu ends the process: no membarrier");
}

static struct urcu_reader *reader_of(struct urcu_node *node)
{
	return ksync_container_of(node, struct urcu_reader, node);
}

void urcu_memb_register_thread(void)
{
	struct urcu_reader *self = urcu_memb_reader_of_self();

	explore_assert(!self->registered);
	explore_assert(!(KSYNC_READ_ONCE(self->ctr) & NEST));
	self->registered = 1;
	lock(&registry_lock);
	self->node.prev = &registry;
	self->node.next = registry.next;
	registry.next->prev = &self->node;
	registry.next = &self->node;
	unlock(&registry_lock);
}

void urcu_memb_unregister_thread(void)
{
	struct urcu_reader *self = urcu_memb_reader_of_self();

	explore_assert(self->registered);
	explore_assert(!(KSYNC_READ_ONCE(self->ctr) & NEST));
	self->registered = 0;
	lock(&registry_lock);
	self->node.prev->next = self->node.next;
	self->node.next->prev = self->node.prev;
	unlock(&registry_lock);
}

void urcu_memb_read_lock(void)
{
	struct urcu_reader *self = urcu_memb_reader_of_self();
	unsigned long ctr = KSYNC_READ_ONCE(self->ctr);

	explore_assert(self->registered);
	if (ctr & NEST) {
		KSYNC_WRITE_ONCE(self->ctr, ctr + 1);
		return;
	}
	KSYNC_WRITE_ONCE(self->ctr, KSYNC_READ_ONCE(urcu_memb_gp.ctr));
	reader_barrier();
}

void urcu_memb_read_unlock(void)
{
	struct urcu_reader *self = urcu_memb_reader_of_self();
	unsigned long ctr = KSYNC_READ_ONCE(self->ctr);

	explore_assert(ctr & NEST);
	if ((ctr & NEST) > 1) {
		KSYNC_WRITE_ONCE(self->ctr, ctr - 1);
		return;
	}
	reader_barrier();
	KSYNC_WRITE_ONCE(self->ctr, ctr - 1);
	reader_barrier();
	if (KSYNC_READ_ONCE(urcu_memb_gp.futex) == -1) {
		KSYNC_WRITE_ONCE(urcu_memb_gp.futex, 0);
		explore_futex_wake((uint32_t *)&urcu_memb_gp.futex, 1);
	}
}

int urcu_memb_read_ongoing(void)
{
	return (KSYNC_READ_ONCE(urcu_memb_reader_of_self()->ctr) & NEST) != 0;
}

/* One that is in the other phase, and was there from the beginning; or NULL. */
static struct urcu_reader *reader_find(unsigned long phase)
{
	for (struct urcu_node *n = registry.next; n != &registry; n = n->next) {
		struct urcu_reader *r = reader_of(n);
		unsigned long ctr;

		if (r->settled)
			continue;
		ctr = KSYNC_READ_ONCE(r->ctr);
		if (!(ctr & NEST))
			r->settled = 1;
		else if ((ctr & PHASE) != phase)
			return r;
	}
	return NULL;
}

static void readers_spin(unsigned long phase)
{
	struct urcu_reader *r;

	while ((r = reader_find(phase))) {
		unlock(&registry_lock);
		explore_await(&r->ctr, false);
		lock(&registry_lock);
	}
}

static void readers_sleep(unsigned long phase)
{
	int32_t *futex = &urcu_memb_gp.futex;

	if (!reader_find(phase))
		return;
	for (;;) {
		KSYNC_WRITE_ONCE(*futex, -1);
		updater_barrier(); /* U2 */
		if (!reader_find(phase))
			break;
		unlock(&registry_lock);
		while (KSYNC_READ_ONCE(*futex) == -1)
			(void)explore_futex_wait((uint32_t *)futex, -1u,
						 INT64_MAX);
		lock(&registry_lock);
	}
	KSYNC_WRITE_ONCE(*futex, 0);
}

static void readers_wait(unsigned long phase)
{
	if (urcu_sleeps)
		readers_sleep(phase);
	else
		readers_spin(phase);
}

void urcu_memb_synchronize_rcu(void)
{
	unsigned long ctr;

	lock(&gp_lock);
	lock(&registry_lock);
	for (struct urcu_node *n = registry.next; n != &registry; n = n->next)
		reader_of(n)->settled = 0;
	updater_barrier();
	ctr = KSYNC_READ_ONCE(urcu_memb_gp.ctr);
	readers_wait(ctr & PHASE);
	KSYNC_WRITE_ONCE(urcu_memb_gp.ctr, ctr ^ PHASE);
	readers_wait((ctr ^ PHASE) & PHASE);
	updater_barrier();
	unlock(&registry_lock);
	unlock(&gp_lock);
}

void urcu_is_whole(void)
{
	struct urcu_node *n = &registry;

	do {
		explore_assert(n->next->prev == n);
		n = n->next;
	} while (n != &registry);
	explore_assert(KSYNC_READ_ONCE(registry_lock) == 0);
	explore_assert(KSYNC_READ_ONCE(gp_lock) == 0);
}
