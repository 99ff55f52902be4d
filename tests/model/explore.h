/* SPDX-License-Identifier: MIT */
/*
 * The model explorer: runs a small concurrent program in every order of its
 * steps and with every value that the memory model lets a load read.
 *
 * A test is up to EXPLORE_THREADS functions. What they do through <ksync/...>
 * headers, and what the library's sources below those do, becomes steps: this
 * folder's include/ksync/machine.h stands in for the real one. Plain accesses
 * are watched through the compiler's ThreadSanitizer instrumentation. Static
 * data is put back before each execution, so a test may use it freely.
 *
 * docs/model.md says what is modelled, and how to write a model.
 */
#ifndef EXPLORE_H
#define EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXPLORE_THREADS 4

struct explore_test {
	const char *name;
	int threads;
	/* Searched whole only from this --bound on, as it takes long; below
	 * that --sample runs some of its executions. 0 is always. */
	int bound;

	/* Before the threads, alone. */
	void (*setup)(void);
	/* Thread 0, 1, ... */
	void (*thread)(int self);
	/* After the threads, alone. */
	void (*finish)(void);
	/* Some thread sleeps for ever. Is what it waits for there? Then it
	 * lost a wake-up; else, or without this function, it is a deadlock. */
	bool (*available)(void);

	/* Threads, as bits, that first run alone until they sleep, the lowest
	 * first. Only what comes after that is searched. */
	unsigned int asleep;
	/* Threads, as bits, that serve the others and may wait for ever. */
	unsigned int servants;
	/* How often a spinner may find its word changed before it gives up. */
	int spins;
	/* How many sleeps may end for no reason. */
	int spurious;
	/* How many readings of the clock may find that time has passed. */
	int clock_jumps;
	/* May membarrier begin to fail? */
	bool barrier_fails;
	/* Run thread-exit destructors. */
	bool exits;
	/* Of the release library alone: what the checked one has not, or does
	 * not let pass. */
	bool release;

	/* Part of the message with which this test has to fail. */
	const char *fails;
	/* The set of explore_outcome()s that it has to show, "a|b|c". */
	const char *outcomes;
};

/* The tests end with one that has no name. Returns the exit status. */
int explore_main(int argc, char **argv, const struct explore_test *tests);

/* What --bound said: 1 is the least. */
int explore_bound(void);

/* The promise is broken; the execution ends and is printed. */
_Noreturn void explore_fail(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
#define explore_assert(condition)                                              \
	do {                                                                   \
		if (!(condition))                                              \
			explore_fail("%s:%d: %s is false", __FILE__, __LINE__, \
				     #condition);                              \
	} while (0)

/* Add to this execution's outcome. */
void explore_outcome(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* How memory, or a value, is called in the table of a failed execution. */
void explore_name(const volatile void *addr, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void explore_name_value(uint64_t value, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Only its thread uses this atomic object: no steps, no bookkeeping. */
void explore_private(const volatile void *addr, int thread);

/* One of 0 ... n-1, each in some execution. */
int explore_choose(int n);

/* The calling thread, or the one that is acted for; -1 in setup and finish. */
int explore_self(void);
/* The other threads end, wherever they are. */
void explore_alone(void);
/* In setup or finish: call fn(thread) as if by that thread. */
void explore_as(int thread, void (*fn)(int thread));

/* Memory whose use after free, double free or leak is found. */
void *explore_alloc(size_t size);
void explore_free(void *p);
/* Memory that may outlive the execution. */
void *explore_alloc_forever(size_t size);

/* Each thread has its own value of this object, though all share its address.
 * So it is with the program's __thread objects; another's, as libc's errno, has
 * to be named before explore_main(). */
void explore_per_thread(void *addr, size_t size);

/* The rest is for machine.h and the system below: see explore_memory.c and
 * explore_wait.c. Orders are __ATOMIC_ constants. */
uint64_t explore_load(const volatile void *p, size_t size, int order);
void explore_store(volatile void *p, size_t size, uint64_t value, int order);
/* Directly after the thread's own operation that stored this value. */
void explore_store_again(volatile void *p, size_t size, uint64_t value);
enum explore_rmw {
	EXPLORE_XCHG,
	EXPLORE_ADD,
	EXPLORE_SUB,
	EXPLORE_AND,
	EXPLORE_OR,
	EXPLORE_XOR,
};
uint64_t explore_rmw(volatile void *p, size_t size, enum explore_rmw what,
		     uint64_t value, int order);
bool explore_cmpxchg(volatile void *p, size_t size, uint64_t *expected,
		     uint64_t value, int order);
void explore_fence(int order);
void explore_light(void);
/*
 * A restartable section: a light barrier, what it reads, and its addition with
 * another light barrier, in one step. false: the thread was interrupted by a
 * membarrier since the section began, nothing was added, it begins again.
 */
void explore_section(void);
bool explore_section_add(volatile void *p, size_t size, uint64_t value);

/* The kernel's. */
int explore_futex_wait(uint32_t *word, uint32_t value, int64_t deadline);
int explore_futex_wake(uint32_t *word, int count);
/* False if it fails, which is then so for ever. */
bool explore_membarrier(bool registering);
/* What a membarrier does that cannot fail. */
void explore_interrupt(void);
int64_t explore_clock(void);
/* The calling thread goes no further. */
_Noreturn void explore_hang(const char *why);

/*
 * The caller has read the word at addr and will do nothing else before it has
 * read it again: wait until there is something new to read. A bounded waiter
 * would give up in the end, which is another execution.
 */
void explore_await(const volatile void *addr, bool bounded);
/* Spinning is a choice where the test allows it: false to give up. */
bool explore_spin(const volatile void *addr, unsigned int turn);
/* Called at the end of each thread if the test runs exits. */
void explore_at_exit(void (*fn)(int thread));

#endif
