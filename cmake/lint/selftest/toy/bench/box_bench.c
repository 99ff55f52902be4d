/* SPDX-License-Identifier: MIT */
#include <ksync/box.h>

void put_once(ksync_box_t *box)
{
	ksync_box_put(box, 1);
}
