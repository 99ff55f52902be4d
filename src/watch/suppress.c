/* SPDX-License-Identifier: MIT */
/*
 * Classes of which nothing is reported: KSYNC_SUPPRESS in the environment has
 * their names, with commas in between. Read once, when nobody changes it.
 */
#include <string.h>

#include <ksync/atomic.h>

#include "checked_report.h"
#include "held.h"
#include "port/life.h"
#include "port/port.h"
#include "report.h"

static struct {
	bool read;
	const char *names;
} suppressed;
bool ksync__suppresses;

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

/* A family names its lock by the address alone. Whose name that is was noted
 * when the same thread told the seam of it, just before. */
bool ksync__held_suppresses(const void *object)
{
	return ksync_unlikely(ksync__suppresses) && object &&
	       object == ksync__mine.said_of &&
	       ksync__is_suppressed(ksync__mine.said_name);
}

static void suppress_start(void)
{
	names_read();
	ksync__suppresses = suppressed.names != NULL;
}

static const struct ksync__life_part suppress_life = {
	.floor = KSYNC__FLOOR_WATCH,
	.start = suppress_start,
};
KSYNC__LIFE_PART(suppress_life);
