/* SPDX-License-Identifier: MIT */
/*
 * What was looked at before, as hashes: chains of held classes, and ways in
 * which a class was used (usage.c).
 *
 * Word: known, a set that is replaced when it is full
 *
 *  known  something is looked at for the first time  + its hash  graph locked
 *
 *  I1  What is in the set needs no second look. Two things of one hash would go
 *      for one; it is as wide as a word.
 *  I2  Old sets are kept: someone may be reading. All together they are smaller
 *      than the present one.
 */
#include <ksync/atomic.h>
#include <ksync/watch.h>

#include "graph.h"
#include "port/port.h"

/* An open-addressed set; 0 is a free slot. */
struct chains {
	unsigned long mask;
	unsigned long used;
	unsigned long slot[];
};

#define FIRST_SLOTS 4096ul

static struct chains *known; /* ORDER chains.known */

static bool chains_have(const struct chains *set, unsigned long chain)
{
	for (unsigned long n = chain & set->mask;; n = (n + 1) & set->mask) {
		unsigned long found = KSYNC_READ_ONCE(set->slot[n]);

		if (found == chain)
			return true;
		if (!found)
			return false;
	}
}

bool ksync__chain_known(unsigned long chain)
{
	/* ORDER chains.known: acquire. The set's slots are there. Other end:
	 * chains_grow(). */
	const struct chains *set = ksync_smp_load_acquire(&known);

	return set && chains_have(set, chain);
}

static void chains_add(struct chains *set, unsigned long chain)
{
	unsigned long n = chain & set->mask;

	while (set->slot[n])
		n = (n + 1) & set->mask;
	KSYNC_WRITE_ONCE(set->slot[n], chain);
	set->used++;
}

/* False: no memory. */
static bool chains_grow(void)
{
	struct chains *old = known;
	unsigned long slots = old ? (old->mask + 1) * 2 : FIRST_SLOTS;
	struct chains *set =
		ksync__pages_alloc(sizeof(*set) + slots * sizeof(set->slot[0]));

	if (!set)
		return false;
	set->mask = slots - 1;
	for (unsigned long n = 0; old && n <= old->mask; n++)
		if (old->slot[n])
			chains_add(set, old->slot[n]);
	/* ORDER chains.known: release. Other end: ksync__chain_known(). */
	ksync_smp_store_release(&known, set);
	return true;
}

void ksync__chain_put(unsigned long chain)
{
	struct chains *set = known;

	if (!set || set->used * 2 > set->mask) {
		if (!chains_grow() && (!set || set->used + 1 > set->mask))
			return;
		set = known;
	}
	chains_add(set, chain);
}
