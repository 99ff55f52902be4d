/* SPDX-License-Identifier: MIT */
/*
 * The policy, with the measurements that it was chosen by: docs/mutex.md,
 * "spinning".
 *
 * A spin looks after 4, 8, 16, ... pauses, so that the end of a short section
 * is not missed, and the holder of a long one keeps its cache line. Where more
 * threads want to run than there are processors, that does not let the holder
 * run; a yield does, and costs a microsecond as long as all who want to run are
 * waiters like us. But it gives the processor to whoever else wants it, for as
 * long as they like: with others' work there that is milliseconds for each. So
 * yields are paid for: see "credit".
 */
#include <ksync/machine.h>

#include "wait.h"

#define FIRST_PAUSES 4u
#define MOST_DOUBLINGS 6u

/* What sleeping and being woken costs, about: docs/mutex.md, "spinning". */
#define SPIN_NS 10000LL
/* Short sections end before. */
#define TURNS_BEFORE_YIELDS 2u
#define YIELDS 20u
/* The same as SPIN_NS for who was woken: it is known here, and woken again. */
#define GLANCE_NS 2000LL
/* How long those who come later may go first: docs/mutex.md, "patience". */
#define PATIENCE_NS 1000000LL

/* The system makes some 55 us more of each: timers have that slack. */
#define NAP_FIRST_NS 1000LL
#define NAP_DOUBLINGS 7u
#define SHORT_NAP_DOUBLINGS 3u
#define PAUSE_TURNS 6u
/* Who never naps looks often: docs/spinlock.md, "raw". */
#define SPIN_DOUBLINGS 3u

static void pause_for_turn(unsigned int turn)
{
	if (turn > MOST_DOUBLINGS)
		turn = MOST_DOUBLINGS;
	for (unsigned int i = FIRST_PAUSES << turn; i; i--)
		ksync_cpu_relax();
}

/*
 * "credit": what yields cost, by the processor on which they are made. Each one
 * earns YIELD_MAY_TAKE and pays what it took: the time in which no waiter of
 * ours was seen there. If that is more than there is, nobody yields there for
 * so long that trying again costs a hundredth. Other work of the process, or of
 * its group, takes a slice at each tenth yield or more, that of other groups at
 * each three hundredth: docs/mutex.md.
 *
 * What was cheap a while ago may not be so now, and somebody has to try: one
 * whose last spin was not lost, since a lock whose holders sleep gains nothing
 * by it. Who has a deadline never yields.
 *
 * Time is counted in units of 1024 ns, and wraps. All are hints: of changes
 * made at once some may be lost.
 */
#define UNITS(ns) ((ksync_u32)((ns) >> 10))
#define YIELD_MAY_TAKE UNITS(50000LL)
#define MOST_CREDIT UNITS(10000000LL)
#define CREDIT_LASTS \
	((int)UNITS(16000000LL)) /* others may want to run by then */
#define MOST_COST UNITS(4000000LL)
#define REST_FOR_COST 64u
#define MOST_REST (MOST_COST * REST_FOR_COST)
#define PROCESSORS 64u /* more share */

static struct account {
	ksync_u32 left; /* when one of ours yielded; 0: it is back */
	ksync_u32 credit;
	ksync_u32 paid; /* when credit was changed */
	ksync_u32 rest_ends;
} KSYNC_ALIGNED(64) accounts[PROCESSORS];

static void pay(struct account *a, ksync_u32 left, ksync_u32 now)
{
	ksync_u32 cost = now - left < MOST_COST ? now - left : MOST_COST;
	ksync_u32 credit = KSYNC_READ_ONCE(a->credit);

	if ((int)(left - KSYNC_READ_ONCE(a->paid)) > CREDIT_LASTS)
		credit = 0;
	credit += YIELD_MAY_TAKE;
	if (credit > MOST_CREDIT)
		credit = MOST_CREDIT;
	if (cost > credit) {
		KSYNC_WRITE_ONCE(a->rest_ends, now + cost * REST_FOR_COST);
		cost = credit;
	}
	KSYNC_WRITE_ONCE(a->credit, credit - cost);
	KSYNC_WRITE_ONCE(a->paid, now);
}

/* False if nobody yields here, as it may cost more than it is worth. */
static bool yield(struct ksync__wait *w, ksync_u32 now)
{
	unsigned int here = ksync__processor() % PROCESSORS;
	struct account *a = &accounts[here];
	ksync_u32 left;

	if (KSYNC_READ_ONCE(a->rest_ends) - now <= MOST_REST)
		return false;
	if (!w->tries && (int)(now - KSYNC_READ_ONCE(a->paid)) > CREDIT_LASTS)
		return false;
	/* Not 0, and not after now. */
	KSYNC_WRITE_ONCE(a->left, (now - 1u) | 1u);
	if (!ksync__yield()) {
		w->yields = 0;
		return false;
	}
	w->yields--;
	/* Taken elsewhere it tells nothing of this processor. */
	if (ksync__processor() % PROCESSORS != here)
		return true;
	/* If another one came back before, that one has paid. */
	left = KSYNC_READ_ONCE(a->left);
	KSYNC_WRITE_ONCE(a->left, 0u);
	if (left)
		pay(a, left, UNITS(ksync__clock_ns()));
	return true;
}

static void spin_for(struct ksync__wait *w, ksync_s64 ns, unsigned int yields)
{
	w->turn = 0;
	w->yields = yields;
	w->spin_ends = ksync__clock_ns() + ns;
}

void ksync__wait_may_spin(struct ksync__wait *w)
{
	if (w->self->spin_vain) {
		w->self->spin_vain = false;
		spin_for(w, 0, 0);
		return;
	}
	spin_for(w, SPIN_NS, w->deadline == KSYNC__NEVER ? YIELDS : 0);
	w->tries = !w->self->spin_lost;
	w->self->spin_lost = false;
}

/*
 * "events": a spin that ends in vain costs SPIN_NS and the processor that the
 * partner may be waiting for; one that does not saves a sleep, three times as
 * much. So each in vain doubles the number of waits until the next try, and
 * each that was not takes two such steps back: docs/completion.md, "spinning".
 */
#define MOST_VAIN 6u

bool ksync__wait_may_spin_for_event(struct ksync__wait *w)
{
	if (w->self->spins_skip) {
		w->self->spins_skip--;
		return false;
	}
	spin_for(w, SPIN_NS, 0);
	return true;
}

void ksync__wait_spun(struct ksync__wait *w, bool came)
{
	struct ksync_task *self = w->self;

	if (!came && self->spun_vain < MOST_VAIN)
		self->spun_vain++;
	else if (came)
		self->spun_vain -= self->spun_vain < 2 ? self->spun_vain : 2;
	self->spins_skip = (unsigned char)((1u << self->spun_vain) - 1);
}

void ksync__wait_may_glance(struct ksync__wait *w)
{
	spin_for(w, GLANCE_NS, 0);
}

bool ksync__wait_spin(struct ksync__wait *w, const void *addr)
{
	ksync_s64 now = ksync__clock_ns();

	(void)addr;
	if (now >= w->deadline || ksync__task_interrupted(w->self, w->kind))
		return false;
	if (w->yields && w->turn >= TURNS_BEFORE_YIELDS && yield(w, UNITS(now)))
		return true;
	if (now >= w->spin_ends) {
		w->self->spin_lost = true;
		return false;
	}
	pause_for_turn(w->turn++);
	return true;
}

void ksync__wait_queued(struct ksync__wait *w)
{
	w->impatient = ksync__clock_ns() + PATIENCE_NS;
}

bool ksync__wait_is_impatient(struct ksync__wait *w)
{
	return ksync__clock_ns() >= w->impatient;
}

void ksync__backoff_wait(struct ksync__backoff *b, const void *addr)
{
	static const unsigned int most[] = {
		[KSYNC__BACKOFF_NAPS] = PAUSE_TURNS + NAP_DOUBLINGS,
		[KSYNC__BACKOFF_SHORT_NAPS] = PAUSE_TURNS + SHORT_NAP_DOUBLINGS,
		[KSYNC__BACKOFF_SPINS] = SPIN_DOUBLINGS,
	};

	(void)addr;
	if (b->turn < PAUSE_TURNS)
		pause_for_turn(b->turn);
	else
		ksync__nap(NAP_FIRST_NS << (b->turn - PAUSE_TURNS));
	if (b->turn < most[b->how])
		b->turn++;
}
