/* SPDX-License-Identifier: MIT */
/*
 * Random numbers for tests and for the mixing of hashes, not for keys: a
 * counter
 * that is mixed, from a seed of the system's or of KSYNC_RANDOM_SEED.
 */
#include <linux/random.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static u64 counter; /* atomic */
static pthread_once_t seeded = PTHREAD_ONCE_INIT;

static void seed(void)
{
	const char *said = getenv("KSYNC_RANDOM_SEED");
	u64 value = 0;

	if (said)
		value = strtoull(said, NULL, 0);
	else if (getrandom(&value, sizeof(value), GRND_NONBLOCK) < 0)
		value = (u64)time(NULL);
	__atomic_store_n(&counter, value, __ATOMIC_RELAXED);
}

u64 get_random_u64(void)
{
	struct rnd_state rnd;
	u64 high;

	pthread_once(&seeded, seed);
	rnd.state = __atomic_fetch_add(&counter, 0xd1342543de82ef95ULL,
				       __ATOMIC_RELAXED);
	high = prandom_u32_state(&rnd);
	return high << 32 | prandom_u32_state(&rnd);
}

void get_random_bytes(void *buf, size_t len)
{
	while (len) {
		u64 word = get_random_u64();
		size_t n = len < sizeof(word) ? len : sizeof(word);

		memcpy(buf, &word, n);
		buf = (char *)buf + n;
		len -= n;
	}
}

/* 0 has no number below it: the kernel gives any. */
u32 get_random_u32_below(u32 ceil)
{
	u32 word = (u32)(get_random_u64() >> 32);

	return ceil ? (u32)(((u64)word * ceil) >> 32) : word;
}
