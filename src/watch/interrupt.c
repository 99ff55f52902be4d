/* SPDX-License-Identifier: MIT */
/*
 * The calling thread uses a lock: in a way that may be of a signal handler, and
 * was not looked at yet? What follows from that is usage.c's.
 *
 * A way is how deep the stack is, in steps of what a signal puts there at
 * least, and whether a section that may not sleep was declared, as by disabling
 * interrupts.
 */
#include <ksync/watch.h>

#include "checked_report.h"
#include "checks.h"
#include "held.h"

#define STEP_BITS 10u

static unsigned long way_of(const void *frame)
{
	unsigned long depth = ((uintptr_t)frame - ksync__mine.base) >>
			      STEP_BITS;

	return depth * 2u + (ksync__mine.sections ? 1u : 0u);
}

static void tell(const struct ksync__held *used,
		 const struct ksync__circle *circle)
{
	ksync__held_look_away();
	ksync__tell_circle(used, circle);
	ksync__mine.busy = true;
}

KSYNC_COLD static bool waits_check(const struct ksync__held *next,
				   unsigned long usage)
{
	struct ksync__held used = *next;
	struct ksync__circle circle;
	bool closes =
		ksync__usage_waits(&used, usage, ksync__mine.tid, &circle);

	if (closes)
		tell(&used, &circle);
	ksync__mine.next_usage = usage;
	return closes;
}

bool ksync__interrupt_waits(const struct ksync__held *next, const void *frame)
{
	unsigned long usage;

	if (!next->class_id)
		return false;
	usage = ksync__usage_of(next, way_of(frame));
	return ksync_unlikely(!ksync__chain_known(usage)) &&
	       waits_check(next, usage);
}

KSYNC_COLD static void taken_check(const struct ksync__held *h,
				   unsigned long usage)
{
	struct ksync__held used = *h;
	struct ksync__circle circle;

	if (ksync__usage_taken(&used, usage, ksync__mine.tid, &circle))
		tell(&used, &circle);
}

void ksync__interrupt_taken(const struct ksync__held *h, unsigned long usage,
			    const void *frame)
{
	if (!h->class_id)
		return;
	if (h->tried)
		usage = ksync__usage_of(h, way_of(frame));
	if (ksync_unlikely(usage && !ksync__chain_known(usage)))
		taken_check(h, usage);
}
