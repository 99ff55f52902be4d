/* SPDX-License-Identifier: MIT */
/* Sequences of numbers that a seed decides. */
#ifndef KSYNC_GLUE_PRANDOM_H
#define KSYNC_GLUE_PRANDOM_H

#include <linux/random.h>

struct rnd_state {
	u64 state;
};

/* Steps by an odd constant, mixed: every state is visited once. */
static inline u32 prandom_u32_state(struct rnd_state *rnd)
{
	u64 z = (rnd->state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return (u32)(z >> 32);
}

static inline void prandom_seed_state(struct rnd_state *rnd, u64 seed)
{
	rnd->state = seed;
}

static inline void prandom_bytes_state(struct rnd_state *rnd, void *buf,
				       size_t len)
{
	for (size_t i = 0; i < len; i++)
		((u8 *)buf)[i] = (u8)prandom_u32_state(rnd);
}

#define prandom_u32_max(ceil) get_random_u32_below(ceil)

#endif
