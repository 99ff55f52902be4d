/* SPDX-License-Identifier: MIT */
/*
 * Box: hands one value from one thread to another.
 *
 * Examples use::
 *
 *	static ksync_box_t box;
 */
#ifndef KSYNC_BOX_H
#define KSYNC_BOX_H

#include <ksync/machine.h>

typedef struct ksync_box {
	int value;  /* whose side "full" says */
	int full;   /* ORDER box.full */
	int lid[2]; /* ORDER box.lid */
} ksync_box_t;

/**
 * ksync_box_put() - put a value into an empty box
 * @box: an empty box
 * @value: what to put in
 *
 * Context: Any; one thread puts.
 * Order: Release.
 * Example::
 *
 *	ksync_box_put(&box, 7);
 */
KSYNC_API void ksync_box_put(ksync_box_t *box, int value);

/**
 * ksync_box_open() - open the lid on one side
 * @box: the box
 * @side: 0 or 1
 *
 * Context: Any; one thread for each side.
 * Return: true if the other side's lid is closed.
 * Example::
 *
 *	static bool alone(void)
 *	{
 *		return ksync_box_open(&box, 0);
 *	}
 */
KSYNC_API bool ksync_box_open(ksync_box_t *box, int side);

/**
 * ksync_box_take() - look whether the value is there, and take it
 * @box: the box
 * @value: where the value goes
 *
 * Context: Any; one thread takes, once.
 * Order: Acquire if it returns true.
 * Return: true if there was a value.
 * Example::
 *
 *	int value;
 *
 *	if (ksync_box_take(&box, &value))
 *		printf("%d\n", value);
 */
KSYNC_INLINE bool ksync_box_take(ksync_box_t *box, int *value)
{
	/* ORDER box.full: acquire. Sees the value. Other end:
	 * ksync_box_put(). */
	if (!ksync_load_acquire(&box->full))
		return false;
	*value = box->value;
	return true;
}

#endif
