// SPDX-License-Identifier: MIT
/*
 * Who gets in, of readers and writers that all want in all the time, and
 * whether another writer comes in between the two steps of a downgrade: the
 * reader-writer semaphore beside glibc's default lock, which fakes the
 * downgrade by unlock and lock. docs/rwsem.md quotes it.
 *
 *	ksync-rwsem-fairness [readers [writers [milliseconds]]]
 */
#include <ksync/rwsem.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "loop.h"

#define MOST 256

static ksync_rw_semaphore_t sem BENCH_ALIGNED = KSYNC_RWSEM_INIT;
static pthread_rwlock_t lock BENCH_ALIGNED = PTHREAD_RWLOCK_INITIALIZER;
static unsigned long version BENCH_ALIGNED; /* under the lock */
static unsigned long between;		    /* atomic */

static struct {
	bool ours;
	bool downgrades;
	int readers, writers;
	bool over; /* atomic */
} run;

static struct count {
	unsigned long n;
} BENCH_ALIGNED counts[MOST];

static void read_once(void)
{
	if (run.ours) {
		ksync_down_read(&sem);
		BENCH_USE(version);
		ksync_up_read(&sem);
	} else {
		pthread_rwlock_rdlock(&lock);
		BENCH_USE(version);
		pthread_rwlock_unlock(&lock);
	}
}

static void write_once(void)
{
	unsigned long mine;

	if (run.ours)
		ksync_down_write(&sem);
	else
		pthread_rwlock_wrlock(&lock);
	mine = ++version;
	if (run.downgrades) {
		if (run.ours) {
			ksync_downgrade_write(&sem);
		} else {
			pthread_rwlock_unlock(&lock);
			pthread_rwlock_rdlock(&lock);
		}
		if (version != mine)
			__atomic_fetch_add(&between, 1, __ATOMIC_RELAXED);
	}
	if (!run.ours)
		pthread_rwlock_unlock(&lock);
	else if (run.downgrades)
		ksync_up_read(&sem);
	else
		ksync_up_write(&sem);
}

static void *thread_main(void *arg)
{
	struct count *mine = arg;
	bool writes = mine - counts < run.writers;

	while (!__atomic_load_n(&run.over, __ATOMIC_RELAXED)) {
		if (writes)
			write_once();
		else
			read_once();
		__atomic_store_n(&mine->n, mine->n + 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

/* Jain's index of the threads from "first" on, and the most over the least. */
static void print_side(const char *name, int first, int number)
{
	double sum = 0, squares = 0, most = 0, least = 1e300;

	for (int i = first; i < first + number; i++) {
		double n = (double)counts[i].n;

		sum += n;
		squares += n * n;
		most = n > most ? n : most;
		least = n < least ? n : least;
	}
	printf("  %10.0f %s", sum, name);
	if (number > 1 && least > 0)
		printf(" (Jain %.2f, most/least %.1f)",
		       sum * sum / squares / number, most / least);
}

static void measure(const char *name, long ms)
{
	int threads = run.readers + run.writers;
	struct timespec length = { ms / 1000, ms % 1000 * 1000000 };
	pthread_t ids[MOST];

	run.over = false;
	between = 0;
	for (int i = 0; i < threads; i++) {
		counts[i].n = 0;
		pthread_create(&ids[i], NULL, thread_main, &counts[i]);
	}
	nanosleep(&length, NULL);
	__atomic_store_n(&run.over, true, __ATOMIC_RELAXED);
	for (int i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	printf("%-8s", name);
	print_side("writes", 0, run.writers);
	if (run.readers)
		print_side("reads", run.writers, run.readers);
	if (run.downgrades)
		printf("  %lu times another writer in between", between);
	printf("\n");
}

int main(int argc, char **argv)
{
	long ms = argc > 3 ? atol(argv[3]) : 3000;

	run.readers = argc > 1 ? atoi(argv[1]) : 4;
	run.writers = argc > 2 ? atoi(argv[2]) : 1;
	if (run.readers < 0 || run.writers < 0 ||
	    run.readers + run.writers > MOST)
		return 2;
	for (int ours = 1; ours >= 0; ours--) {
		run.ours = ours;
		measure(ours ? "ksync" : "pthread", ms);
	}
	run.downgrades = true;
	run.readers = 0;
	run.writers = 2;
	for (int ours = 1; ours >= 0; ours--) {
		run.ours = ours;
		measure(ours ? "ksync" : "pthread", ms);
	}
	return 0;
}
