/* SPDX-License-Identifier: MIT */
/*
 * Hashes of what was looked at before; chains.c keeps them.
 */
#ifndef KSYNC_SRC_CHAINS_H
#define KSYNC_SRC_CHAINS_H

#include "lockdep.h"

/* A hash, and what comes behind. */
static inline unsigned long ksync__chain_mix(unsigned long chain,
					     unsigned long what)
{
	/* Fibonacci hashing, twice mixed. 0 is the empty chain alone. */
	chain = (chain ^ what) * (unsigned long)0x9E3779B97F4A7C15ull;
	chain ^= chain >> (sizeof(long) * 4 - 3);
	return chain ? chain : 1;
}

/* The hash of a chain and one more lock. */
static inline unsigned long ksync__chain_add(unsigned long chain,
					     const struct ksync__held *next)
{
	return ksync__chain_mix(chain, next->class_id * 8ul +
					       next->shared * 2u + next->apart);
}

#endif
