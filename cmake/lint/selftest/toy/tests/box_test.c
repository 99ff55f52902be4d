/* SPDX-License-Identifier: MIT */
#include <ksync/box.h>

int main(void)
{
	ksync_box_t box = { 0 };
	int value = 0;

	if (ksync_box_take(&box, &value))
		return 1;
	ksync_box_put(&box, 7);
	return !ksync_box_take(&box, &value) || value != 7;
}
