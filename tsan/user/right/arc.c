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

static void box_drop(struct box *box)
{
	long sum = 0;

	for (int i = 0; i < CREW; i++)
		sum += box->part[i];
	need(sum == CREW, "the drop comes last");
	box->value = 0;
}

KSYNC_DEFINE_ARC(box, struct box, box_drop)

static struct box_arc *arcs[CREW];
static struct box_weak *weaks[CREW];

static void *hold(void *number)
{
	struct box_arc *arc = arcs[(size_t)number];
	struct box_weak *weak = weaks[(size_t)number];

	need(box_arc_data(arc)->value == 7, "the object is complete");
	box_arc_data(arc)->part[(size_t)number] = 1;
	if ((size_t)number % 2)
		sched_yield();
	box_arc_put(arc);
	arc = box_weak_upgrade(weak);
	if (arc) {
		need(box_arc_data(arc)->value == 7, "found it complete");
		box_arc_put(arc);
	}
	box_weak_put(weak);
	return NULL;
}

int main(void)
{
	for (int n = 0; n < ROUNDS; n++) {
		struct box_arc *arc = box_arc_new((struct box){ .value = 7 });

		need(arc != NULL, "memory");
		for (int i = 0; i < CREW; i++) {
			arcs[i] = box_arc_get(arc);
			weaks[i] = box_arc_downgrade(arc);
		}
		box_arc_put(arc);
		crew(hold);
	}
	return 0;
}
