/* SPDX-License-Identifier: MIT */
/*
 * The policy: 4, 8, 16, 32, 64 pauses of about 25 ns, which is a cache-line
 * transfer up to a short critical section; then 20 yields, which let a
 * preempted partner run; then, for those who cannot be woken, naps that double
 * from 20 us to 640 us. The figures are the best of those tried:
 * docs/mutex.md, "spinning".
 */
#include <ksync/machine.h>

#include "backoff.h"

#define PAUSE_TURNS KSYNC__BACKOFF_PAUSES
#define YIELD_TURNS 20u
#define SPIN_TURNS (PAUSE_TURNS + YIELD_TURNS)
#define NAP_FIRST_NS 20000LL
#define NAP_DOUBLINGS 5u

bool ksync__backoff_spin(struct ksync__backoff *b, const void *addr)
{
	(void)addr;
	if (b->turn >= SPIN_TURNS)
		return false;
	if (b->turn < PAUSE_TURNS) {
		for (unsigned int i = 4u << b->turn; i; i--)
			ksync_cpu_relax();
	} else {
		ksync__yield();
	}
	b->turn++;
	return true;
}

void ksync__backoff_wait(struct ksync__backoff *b, const void *addr)
{
	if (ksync__backoff_spin(b, addr))
		return;
	ksync__nap(NAP_FIRST_NS << (b->turn - SPIN_TURNS));
	if (b->turn < SPIN_TURNS + NAP_DOUBLINGS)
		b->turn++;
}
