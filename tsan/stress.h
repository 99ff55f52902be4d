/* SPDX-License-Identifier: MIT */
/*
 * What the stress programs share: threads with random numbers and delays, a
 * watchdog, and one way to end.
 *
 * A stress is a list of scenes. Each scene runs its threads for its share of
 * the time, then the next one begins. In the environment:
 *
 *	KSYNC_STRESS_SECONDS	length of the whole, default 2, may be 0.5
 *	KSYNC_STRESS_SEED	seed of all random choices, default the clock
 *	KSYNC_STRESS_SCENE	run only the scene of this name
 *	KSYNC_STRESS_THREADS	threads of each scene that takes any number
 *	KSYNC_STRESS_STALL	seconds after which a thread that makes no
 *				progress has missed a wake-up, default 5
 *
 * Exit status: 0 all is well; 1 the invariant is broken, or a thread stalled;
 * 2 the stress could not run; 66 ThreadSanitizer reported.
 *
 * The harness orders as little as it can, because each order that it makes
 * hides one that the library should have made: among these functions only
 * publish and await, spawn and join order what the threads do.
 */
#ifndef KSYNC_TSAN_STRESS_H
#define KSYNC_TSAN_STRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stress_thread {
	unsigned int index;   /* in its scene, from 0 */
	unsigned int threads; /* in its scene */
	uint64_t random;      /* the thread's own */
	uint64_t progress;    /* the thread counts, the watchdog reads */
	bool done;	      /* likewise */
};

struct stress_scene {
	const char *name;
	unsigned int threads;
	bool any_number;      /* KSYNC_STRESS_THREADS counts here */
	void (*before)(void); /* optional; no other thread runs */
	void (*body)(struct stress_thread *self);
	void (*after)(void); /* optional; no other thread runs */
};

/* Run scenes up to one without a name. The program's exit status. */
int stress_main(const char *stem, const char *invariant,
		const struct stress_scene *scenes);

/* Is there time for one more operation? Counts it. */
bool stress_on(struct stress_thread *self);

/* Meet all threads of the scene. False, for all, when time is over. */
bool stress_meet(struct stress_thread *self);

/*
 * Between two looks at what another thread is to change; turn begins at 0.
 * False when time is over.
 */
bool stress_wait(unsigned int *turn);

/* What was done before publish() is visible after the await() that it ends. */
void stress_publish(unsigned int *word, unsigned int value);
/* False when time was over first. */
bool stress_await(const unsigned int *word, unsigned int value);

/* A number below limit; true in one of n cases. */
unsigned int stress_random(struct stress_thread *self, unsigned int limit);
bool stress_chance(struct stress_thread *self, unsigned int n);

/* Nothing, or a yield, or a short sleep, rarely a long one. */
void stress_delay(struct stress_thread *self);

/* Nanoseconds of CLOCK_MONOTONIC. */
int64_t stress_clock(void);

/* A thread that a scene makes itself. */
struct stress_child;
struct stress_child *
stress_spawn(struct stress_thread *parent,
	     void (*body)(struct stress_thread *self, void *arg), void *arg);
void stress_join(struct stress_child *child);

/* Say what is broken and end with status 1. */
_Noreturn void stress_broken(const char *what);

static inline void stress_require(bool holds, const char *what)
{
	if (!holds)
		stress_broken(what);
}

#endif
