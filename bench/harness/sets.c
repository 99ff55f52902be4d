// SPDX-License-Identifier: MIT
/*
 * How long each set measures. Alone, many short repetitions meet more of the
 * machine's moods than a few long ones; contended rows need windows that hold
 * many time slices. The default set ends within five minutes, the smoke set
 * within half a minute.
 */
#include <string.h>

#include "parts.h"

static const struct bench_set sets[] = {
	/* name; alone: repetitions, ms; contended: the same; rare rows; busy:
	 * repetitions, ms */
	{ "smoke", 5, 0.5, 3, 20.0, false, 3, 15.0 },
	{ "default", 41, 3.0, 10, 100.0, false, 9, 70.0 },
	{ "full", 61, 10.0, 25, 250.0, true, 11, 200.0 },
};

const struct bench_set *bench_find_set(const char *name)
{
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		if (!strcmp(sets[i].name, name))
			return &sets[i];
	return NULL;
}
