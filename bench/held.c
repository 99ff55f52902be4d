// SPDX-License-Identifier: MIT
/*
 * What a lock and its unlock cost with others of their sort held. Built for
 * each library, and with ThreadSanitizer.
 *
 *	ksync-held [MILLISECONDS]
 *
 * One line each: the sort, how many are held with it, how many classes there
 * are, nanoseconds. Where there are many classes, each has been taken under the
 * one before it, and the rounds take all of them in turn.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <ksync/lockdep.h>
#include <ksync/mutex.h>
#include <ksync/spinlock.h>

#define HELD_MAX 8
#define CLASSES 10000

static ksync_lock_class_key_t keys[CLASSES];

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

/* Rounds of a lock and an unlock for about so long; their mean. */
#define COST(name, type, init, take, give)                            \
	static double name(int held, int64_t ns)                      \
	{                                                             \
		static type locks[HELD_MAX];                          \
		int64_t start, end;                                   \
		long rounds = 0;                                      \
                                                                      \
		for (int i = 0; i < HELD_MAX; i++) {                  \
			init(&locks[i]);                              \
			ksync_lockdep_set_subclass(&locks[i], i % 8); \
		}                                                     \
		for (int i = 0; i < held - 1; i++)                    \
			take(&locks[i]);                              \
		start = now_ns();                                     \
		do {                                                  \
			for (int i = 0; i < 1000; i++) {              \
				take(&locks[HELD_MAX - 1]);           \
				give(&locks[HELD_MAX - 1]);           \
			}                                             \
			rounds += 1000;                               \
			end = now_ns();                               \
		} while (end - start < ns);                           \
		for (int i = held - 1; i--;)                          \
			give(&locks[i]);                              \
		return (double)(end - start) / (double)rounds;        \
	}                                                             \
                                                                      \
	static double name##_of_many(int held, int64_t ns)            \
	{                                                             \
		static type locks[CLASSES];                           \
		int64_t start, end;                                   \
		long rounds = 0;                                      \
                                                                      \
		for (int i = 0; i < CLASSES; i++) {                   \
			init(&locks[i]);                              \
			ksync_lockdep_set_class(&locks[i], &keys[i]); \
		}                                                     \
		for (int i = 0; i + 1 < CLASSES; i++) {               \
			take(&locks[i]);                              \
			take(&locks[i + 1]);                          \
			give(&locks[i + 1]);                          \
			give(&locks[i]);                              \
		}                                                     \
		for (int i = 0; i < held - 1; i++)                    \
			take(&locks[i]);                              \
		for (int i = HELD_MAX; i < CLASSES; i++) {            \
			take(&locks[i]);                              \
			give(&locks[i]);                              \
		}                                                     \
		start = now_ns();                                     \
		do {                                                  \
			for (int i = HELD_MAX; i < CLASSES; i++) {    \
				take(&locks[i]);                      \
				give(&locks[i]);                      \
			}                                             \
			rounds += CLASSES - HELD_MAX;                 \
			end = now_ns();                               \
		} while (end - start < ns);                           \
		for (int i = held - 1; i--;)                          \
			give(&locks[i]);                              \
		for (int i = 0; i < CLASSES; i++)                     \
			ksync_lockdep_unregister_key(&keys[i]);       \
		return (double)(end - start) / (double)rounds;        \
	}

COST(cost_mutex, ksync_mutex_t, ksync_mutex_init, ksync_mutex_lock,
     ksync_mutex_unlock)
COST(cost_spinlock, ksync_spinlock_t, ksync_spin_lock_init, ksync_spin_lock,
     ksync_spin_unlock)

static void report(const char *sort, double (*cost)(int held, int64_t ns),
		   int classes, int64_t ns)
{
	const int held[] = { 1, 3, 8 };

	for (int i = 0; i < 3; i++)
		printf("%s %d %d %.2f\n", sort, held[i], classes,
		       cost(held[i], ns));
}

int main(int argc, char **argv)
{
	int64_t ns = (argc > 1 ? atoi(argv[1]) : 100) * INT64_C(1000000);

	report("mutex", cost_mutex, HELD_MAX, ns);
	report("spinlock", cost_spinlock, HELD_MAX, ns);
	report("mutex", cost_mutex_of_many, CLASSES, ns);
	report("spinlock", cost_spinlock_of_many, CLASSES, ns);
	return 0;
}
