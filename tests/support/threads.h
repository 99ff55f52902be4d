/* SPDX-License-Identifier: MIT */
/*
 * Threads, and what to do while they run. Nothing here takes time unless
 * something is wrong: then the waiting ends after a minute, or after seconds
 * without progress, and so does the process.
 */
#ifndef TESTS_SUPPORT_THREADS_H
#define TESTS_SUPPORT_THREADS_H

#include <criterion/criterion.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Exit statuses that no test announces. */
#define EXIT_STUCK 98
#define EXIT_FAILED 99

/* ---- what has to hold, in any thread and in a forked child ---- */

static int must_failures;

static inline void must_hold(bool holds, const char *what, const char *file,
			     int line)
{
	if (holds)
		return;
	__atomic_fetch_add(&must_failures, 1, __ATOMIC_RELAXED);
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
}

/* Like cr_expect(), which only a test's first thread may use. */
#define must(cond) must_hold((cond), #cond, __FILE__, __LINE__)

static inline void must_have_held(void)
{
	cr_assert_eq(__atomic_load_n(&must_failures, __ATOMIC_RELAXED), 0,
		     "see above what does not hold");
}

/* ---- time ---- */

static inline long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

static inline void nap_us(long us)
{
	struct timespec length = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&length, NULL);
}

/* Let others get as far as they can; nothing may depend on that they do. */
static inline void nap_ms(long ms)
{
	nap_us(ms * 1000);
}

static inline void stuck(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: stuck: %s\n", file, line, what);
	_exit(EXIT_STUCK);
}

/* Wait for what other threads will make true. */
#define wait_until(cond)                                          \
	do {                                                      \
		for (long naps_ = 0; !(cond); naps_++) {          \
			if (naps_ > 600000)                       \
				stuck(#cond, __FILE__, __LINE__); \
			nap_us(100);                              \
		}                                                 \
	} while (0)

/*
 * A loop that ends after so many rounds, or earlier where the machine is slow:
 *
 *	for (struct effort e = effort(20000, 300); effort_more(&e);)
 */
struct effort {
	long rounds;
	long long end_ms;
};

static inline struct effort effort(long rounds, long ms)
{
	return (struct effort){ rounds, now_ms() + ms };
}

static inline bool effort_more(struct effort *e)
{
	return e->rounds-- > 0 && (e->rounds % 16 || now_ms() < e->end_ms);
}

/* ---- threads that start together ---- */

#define CREW_MAX 64

struct crew {
	int size;
	void (*fn)(void *arg, int index);
	void *arg;
	pthread_barrier_t gate;
	struct crew_member {
		struct crew *crew;
		int index;
		pthread_t thread;
	} members[CREW_MAX];
};

static inline void *crew_main(void *arg)
{
	struct crew_member *me = arg;

	pthread_barrier_wait(&me->crew->gate);
	me->crew->fn(me->crew->arg, me->index);
	return NULL;
}

/*
 * They begin when all of them run, and this returns then: a test that forks
 * beside them must not do so while one starts, because a starting thread uses
 * malloc, and gcc 12's AddressSanitizer copies the locks of its allocator into
 * the child as they are.
 */
static inline void crew_start(struct crew *crew, int size,
			      void (*fn)(void *arg, int index), void *arg)
{
	crew->size = size;
	crew->fn = fn;
	crew->arg = arg;
	pthread_barrier_init(&crew->gate, NULL, (unsigned int)size + 1);
	for (int i = 0; i < size; i++) {
		struct crew_member *m = &crew->members[i];

		m->crew = crew;
		m->index = i;
		if (pthread_create(&m->thread, NULL, crew_main, m))
			stuck("no more threads", __FILE__, __LINE__);
	}
	pthread_barrier_wait(&crew->gate);
}

static inline void crew_join(struct crew *crew)
{
	for (int i = 0; i < crew->size; i++)
		pthread_join(crew->members[i].thread, NULL);
	pthread_barrier_destroy(&crew->gate);
	must_have_held();
}

static inline void crew_run(int size, void (*fn)(void *arg, int index),
			    void *arg)
{
	struct crew crew;

	crew_start(&crew, size, fn, arg);
	crew_join(&crew);
}

/* ---- a watchdog against lost wake-ups ---- */

/*
 * A sleeper whose wake-up was lost looks around after ten seconds and goes on.
 * So a counter that stands still for less than that tells.
 */
#define WATCHDOG_MS 8000

static struct {
	unsigned long progress;
	bool stop;
	pthread_t thread;
} watchdog;

static inline void watchdog_feed(void)
{
	__atomic_fetch_add(&watchdog.progress, 1, __ATOMIC_RELAXED);
}

static inline void *watchdog_main(void *arg)
{
	unsigned long seen = 0;
	long long since = now_ms();

	(void)arg;
	while (!__atomic_load_n(&watchdog.stop, __ATOMIC_ACQUIRE)) {
		unsigned long progress =
			__atomic_load_n(&watchdog.progress, __ATOMIC_RELAXED);

		/* Until the first round, threads are still being made. */
		if (progress != seen || !progress)
			since = now_ms();
		else if (now_ms() - since > WATCHDOG_MS)
			stuck("no progress: a wake-up was lost", __FILE__,
			      __LINE__);
		seen = progress;
		nap_ms(20);
	}
	return NULL;
}

static inline void watchdog_start(void)
{
	watchdog.stop = false;
	pthread_create(&watchdog.thread, NULL, watchdog_main, NULL);
}

static inline void watchdog_stop(void)
{
	__atomic_store_n(&watchdog.stop, true, __ATOMIC_RELEASE);
	pthread_join(watchdog.thread, NULL);
}

#endif
