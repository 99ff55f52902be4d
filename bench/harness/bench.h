/* SPDX-License-Identifier: MIT */
/*
 * The measuring harness, seen by those who add a row.
 *
 * A family (mutex, refcount, ...) lists its contended scenarios once. A subject
 * is one implementation of a family's operation: the library or a rival. Each
 * subject is measured alone and in every scenario of its family, so a new rival
 * is one loop and one BENCH_SUBJECT(). Rows are named family/scenario/impl.
 *
 * Google Benchmark repeats the rows, interleaves the repetitions at random and
 * writes the JSON; only gbench.cc knows it.
 */
#ifndef KSYNC_BENCH_H
#define KSYNC_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The subject spins: it has no way to put a waiter to sleep. */
#define BENCH_SPINS (1u << 0)
/* A lower bound of the machine, not something that a program could use. */
#define BENCH_LIMIT (1u << 1)
/* Never measured with contention: alone it says all, or it would not end. */
#define BENCH_ALONE (1u << 2)
/* Measured with contention in the full set only: it resembles another row. */
#define BENCH_RARE (1u << 3)
/* Takes microseconds, and another thread: instructions are not counted. */
#define BENCH_PAIR (1u << 4)

/*
 * Runs the operation @n times. @work is the length of the fenced section held
 * and of the equal pause after it, in units of bench_work(); 0 means none.
 */
typedef void (*bench_run_fn)(uint64_t n, unsigned int work);

struct bench_subject {
	const char *family;  /* "mutex" */
	const char *op;	     /* scenario when alone; NULL: "uncontended" */
	const char *impl;    /* "parking_lot"; ours is "ksync" */
	const char *version; /* of the rival; NULL: the compiler's, or ours */
	bench_run_fn run;
	size_t bytes;	     /* size of the object; 0: none to speak of */
	unsigned int traits; /* BENCH_SPINS and so on */
	/* The two halves of the operation, and its timed form, until a point
	 * of bench_now_ns(); for what measures a wait. NULL: not there. */
	void (*enter)(void);
	void (*leave)(void);
	bool (*enter_until)(uint64_t ns);
};

enum bench_measure {
	BENCH_THROUGHPUT,
	/* Ours waits for a holder that sleeps for section_ns in the section: */
	BENCH_WAIT_MEDIAN,
	BENCH_WAIT_P90,
	/* Ours gives up after section_ns: how late it comes back. */
	BENCH_LATE_P90,
};

/*
 * Two threads that wait for each other in turn. A subject's run() that calls
 * bench_pair_run() measures a round trip: there and back. near: both on one
 * processor; else on two, if there are two. Its traits have BENCH_PAIR.
 */
struct bench_pair {
	void (*post)(int side); /* lets that side go */
	void (*wait)(int side);
	bool near;
	bool started; /* by the first run: the other thread */
};

void bench_pair_run(struct bench_pair *pair, uint64_t n);

/* Defines what a subject of round trips needs, and the subject. */
#define BENCH_PAIR_SUBJECT(id, post_, wait_, near_, ...)                   \
	static struct bench_pair pair_##id = { .post = (post_),            \
					       .wait = (wait_),            \
					       .near = (near_) };          \
	static void run_pair_##id(uint64_t n, unsigned int work)           \
	{                                                                  \
		(void)work;                                                \
		bench_pair_run(&pair_##id, n);                             \
	}                                                                  \
	BENCH_SUBJECT(pair_##id,                                           \
		      .op = (near_) ? "round_trip_one_cpu" : "round_trip", \
		      .run = run_pair_##id,                                \
		      .traits = BENCH_ALONE | BENCH_PAIR, __VA_ARGS__)

struct bench_scenario {
	unsigned int threads;
	unsigned int section_ns;    /* 0: only a counter is increased */
	unsigned int hogs;	    /* threads that want to run all the time */
	enum bench_measure measure; /* 0: throughput */
};

struct bench_family {
	const char *name;
	const struct bench_scenario *contended;
	size_t contended_count;
};

void bench_add_subject(const struct bench_subject *subject);
void bench_add_family(const struct bench_family *family);

/* A fact about this build or machine, for the report. */
void bench_add_fact(const char *name, const char *value);

#define BENCH_SUBJECT(id, ...)                                               \
	__attribute__((constructor)) static void bench_subject_##id(void)    \
	{                                                                    \
		static const struct bench_subject subject = { __VA_ARGS__ }; \
                                                                             \
		bench_add_subject(&subject);                                 \
	}

#define BENCH_FAMILY(id, scenarios)                                      \
	__attribute__((constructor)) static void bench_family_##id(void) \
	{                                                                \
		static const struct bench_family family = {              \
			#id, scenarios,                                  \
			sizeof(scenarios) / sizeof((scenarios)[0])       \
		};                                                       \
                                                                         \
		bench_add_family(&family);                               \
	}

#ifdef __cplusplus
}
#endif

#endif /* KSYNC_BENCH_H */
