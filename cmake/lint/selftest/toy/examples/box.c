/* SPDX-License-Identifier: MIT */
/* Puts a value into a box. */
#include <ksync/box.h>

int main(void)
{
	ksync_box_t box = { 0 };

	ksync_box_put(&box, 7);
	return 0;
}
