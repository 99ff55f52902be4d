/* SPDX-License-Identifier: MIT */
/*
 * A thread uses a shared object after it has put its reference.
 * Reported as: data race|heap-use-after-free
 */
#include <ksync/ksync.h>

#include "../crew.h"

struct box {
	long uses[CREW];
};

KSYNC_DEFINE_ARC(box, struct box, NULL)

static struct box_arc *arcs[CREW];

static void *use(void *number)
{
	struct box_arc *arc = arcs[(size_t)number];

	box_arc_put(arc);
	box_arc_data(arc)->uses[(size_t)number]++;
	return NULL;
}

int main(void)
{
	for (int n = 0; n < 10; n++) {
		struct box_arc *arc = box_arc_new((struct box){ { 0 } });

		need(arc != NULL, "memory");
		for (int i = 0; i < CREW; i++)
			arcs[i] = box_arc_get(arc);
		box_arc_put(arc);
		crew(use);
	}
	return 0;
}
