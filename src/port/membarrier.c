/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ksync/atomic.h>

#include "life.h"
#include "port.h"

static int works;

static bool call(int command)
{
	int saved = errno;
	bool ok = syscall(SYS_membarrier, command, 0, 0) == 0;

	errno = saved;
	return ok;
}

/*
 * A process registers once, and a fork's child inherits it. At load time that
 * takes 4 us; with threads running it takes milliseconds.
 */
static void probe(void)
{
	KSYNC_WRITE_ONCE(works,
			 call(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED));
}

static const struct ksync__life_part membarrier_life = {
	.floor = KSYNC__FLOOR_PORT,
	.start = probe,
};
KSYNC__LIFE_PART(membarrier_life);

bool ksync__membarrier(void)
{
	bool ok = call(MEMBARRIER_CMD_PRIVATE_EXPEDITED);

	if (ksync_unlikely(ok != KSYNC_READ_ONCE(works))) {
		/* Used before the probe, or refused since. */
		if (!ok && call(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED))
			ok = call(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
		KSYNC_WRITE_ONCE(works, ok);
	}
	return ok;
}

bool ksync__membarrier_works(void)
{
	return KSYNC_READ_ONCE(works);
}
