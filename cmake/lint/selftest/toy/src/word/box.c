/* SPDX-License-Identifier: MIT */
#include <ksync/box.h>

void ksync_box_put(ksync_box_t *box, int value)
{
	box->value = value;
	/* ORDER box.full: release. The taker sees the value. Other end:
	 * ksync_box_take(). */
	ksync_store_release(&box->full, 1);
}

/*
 *	side 0			side 1		ORDER box.lid: full
 *	W lid[0] = 1		W lid[1] = 1
 *	R lid[1]?		R lid[0]?
 *	Forbidden: both closed.
 */
static bool left_open(ksync_box_t *box)
{
	ksync_store_relaxed(&box->lid[0], 1);
	/* ORDER box.lid: full. Other end: right_open(). */
	ksync_smp_mb();
	return !ksync_load_relaxed(&box->lid[1]);
}

static bool right_open(ksync_box_t *box)
{
	ksync_store_relaxed(&box->lid[1], 1);
	/* ORDER box.lid: full. Other end: left_open(). */
	ksync_smp_mb();
	return !ksync_load_relaxed(&box->lid[0]);
}

bool ksync_box_open(ksync_box_t *box, int side)
{
	return side ? right_open(box) : left_open(box);
}
