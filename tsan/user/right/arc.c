/* SPDX-License-Identifier: MIT */
/* Shared objects: strong and weak references, put by whoever is last. */
#include <sched.h>

#include <ksync/ksync.h>

#include "../crew.h"

#define ROUNDS 50

struct box {
	long value;	 /* plain: written while unique */
	long part[CREW]; /* plain: each holder's, then the drop's */
};

static int drops;     /* relaxed */
static int weak_puts; /* relaxed */

static void box_drop(struct box *box)
{
	for (int i = 0; i < CREW; i++)
		need(box->part[i] == 1, "the drop comes last");
	box->value = 0;
	KSYNC_WRITE_ONCE(drops, KSYNC_READ_ONCE(drops) + 1);
}

KSYNC_DEFINE_ARC(box, struct box, box_drop)

static struct box_arc *arcs[CREW];
static struct box_weak *weaks[CREW];

static struct box_arc *box_made(long part)
{
	struct box_arc *arc = box_arc_new((struct box){ .value = 7 });

	need(arc != NULL, "memory");
	for (int i = 0; i < CREW; i++)
		box_arc_data(arc)->part[i] = part;
	return arc;
}

static void *hold(void *number)
{
	struct box_arc *arc = arcs[(size_t)number];
	struct box_weak *weak = weaks[(size_t)number];

	need(box_arc_data(arc)->value == 7, "the object is complete");
	box_arc_data(arc)->part[(size_t)number] = 1;
	box_arc_put(arc);
	arc = box_weak_upgrade(weak);
	if (arc) {
		need(box_arc_data(arc)->value == 7, "found it complete");
		box_arc_put(arc);
	}
	box_weak_put(weak);
	return NULL;
}

/*
 * An object and its memory end in two threads that nothing else orders: one
 * puts the last shared reference, the other the last weak one, and who comes
 * second frees. The argument says who waits.
 */
static void *put_strong(void *second)
{
	while (second && !KSYNC_READ_ONCE(weak_puts))
		sched_yield();
	box_arc_put(arcs[0]);
	return NULL;
}

static void *put_weak(void *second)
{
	while (second && !KSYNC_READ_ONCE(drops))
		sched_yield();
	/* The drop has begun; let the library finish it. */
	for (int i = 0; second && i < 100; i++)
		sched_yield();
	box_weak_put(weaks[0]);
	KSYNC_WRITE_ONCE(weak_puts, 1);
	return NULL;
}

static void end_apart(bool weak_second)
{
	void *yes = &weaks[0];
	pthread_t strong;
	pthread_t weak;

	drops = weak_puts = 0;
	arcs[0] = box_made(1);
	weaks[0] = box_arc_downgrade(arcs[0]);
	weak = start(put_weak, weak_second ? yes : NULL);
	strong = start(put_strong, weak_second ? NULL : yes);
	finish(strong);
	finish(weak);
	need(drops == 1, "one drop");
}

int main(void)
{
	for (int n = 0; n < ROUNDS; n++) {
		struct box_arc *arc = box_made(0);

		for (int i = 0; i < CREW; i++) {
			arcs[i] = box_arc_get(arc);
			weaks[i] = box_arc_downgrade(arc);
		}
		box_arc_put(arc);
		crew(hold);
	}
	need(drops == ROUNDS, "the drops");
	end_apart(true);
	end_apart(false);
	return 0;
}
