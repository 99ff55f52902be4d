/* SPDX-License-Identifier: MIT */
/*
 * Classes of which nothing is reported: KSYNC_SUPPRESS in the environment has
 * their names, with commas in between. Read once, when nobody changes it.
 */
#include <string.h>

#include <ksync/atomic.h>

#include "checked_report.h"
#include "port/life.h"
#include "port/port.h"

static struct {
	bool read;
	const char *names;
} suppressed;

static void names_read(void)
{
	if (KSYNC_READ_ONCE(suppressed.read))
		return;
	KSYNC_WRITE_ONCE(suppressed.names, ksync__env("KSYNC_SUPPRESS"));
	KSYNC_WRITE_ONCE(suppressed.read, true);
}

bool ksync__is_suppressed(const char *name)
{
	size_t length = name ? strlen(name) : 0;
	const char *at;

	/* Others' constructors may come before the library's start. */
	names_read();
	at = KSYNC_READ_ONCE(suppressed.names);
	while (at && length) {
		size_t one = strcspn(at, ",");

		if (one == length && !strncmp(at, name, length))
			return true;
		at = at[one] ? at + one + 1 : NULL;
	}
	return false;
}

static const struct ksync__life_part suppress_life = {
	.floor = KSYNC__FLOOR_WATCH,
	.start = names_read,
};
KSYNC__LIFE_PART(suppress_life);
