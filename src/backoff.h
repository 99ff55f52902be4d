/* SPDX-License-Identifier: MIT */
/*
 * Waiting without being woken: a bounded spin, then either sleep (who can be
 * woken) or naps that grow to a cap (who cannot).
 */
#ifndef KSYNC_SRC_BACKOFF_H
#define KSYNC_SRC_BACKOFF_H

#include "port/port.h"

struct ksync__backoff {
	unsigned int turn;
};

/*
 * Only the yields. Where others wait already, pauses that watch the holder's
 * cache line cost it more than they win.
 */
#define KSYNC__BACKOFF_PAUSES 5u
#define KSYNC__BACKOFF_YIELDS { KSYNC__BACKOFF_PAUSES }

/* Nothing left to spin. */
#define KSYNC__BACKOFF_SPENT { UINT_MAX }

/*
 * Wait a little before reading *addr again. False when the spinning budget is
 * used up: the partner does not run, or holds for long.
 */
bool ksync__backoff_spin(struct ksync__backoff *b, const void *addr);

/* The same without an end: spins, then naps. */
void ksync__backoff_wait(struct ksync__backoff *b, const void *addr);

#endif
