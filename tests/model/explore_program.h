/* SPDX-License-Identifier: MIT */
/*
 * Small programs, as explore_random.c makes them and explore_axioms.c reads
 * them: the language is all that the two share.
 */
#ifndef EXPLORE_PROGRAM_H
#define EXPLORE_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#define PROGRAM_THREADS 4
#define PROGRAM_OPS 5
#define PROGRAM_PLACES 3

enum op_kind {
	/* Memory. */
	OP_LOAD,
	OP_STORE,
	OP_XCHG,
	OP_ADD,
	OP_CMPXCHG,
	OP_AWAIT, /* load until it is not 0, for ever if need be */
	OP_FENCE,
	OP_LIGHT,
	OP_HEAVY,
	/* The system. */
	OP_SLEEP,
	OP_WAKE,
	OP_CLOCK,
	OP_REGISTER,
	OP_SPIN, /* load until it is not 0, or give up */
	OP_CHOOSE,
};

struct op {
	enum op_kind kind;
	int place;
	int order; /* __ATOMIC_, of a CMPXCHG that succeeds */
	int value; /* to store or add; how many to wake */
	int expected;
	int when; /* only if the thread's last result was that; -1: always */
	int64_t deadline;
};

struct program {
	int threads;
	int ops[PROGRAM_THREADS];
	struct op op[PROGRAM_THREADS][PROGRAM_OPS];
	int spurious, clock_jumps, spins;
	bool barrier_fails;
};

/* An execution's: of each operation; and what is in each place at the end. */
#define RESULT_NONE (-1)    /* the thread did not come so far */
#define RESULT_SKIPPED (-2) /* its condition did not hold */
struct result {
	int64_t of[PROGRAM_THREADS][PROGRAM_OPS];
	int64_t final[PROGRAM_PLACES];
};

/* explore_axioms.c: found(result, arg) for each consistent execution of a
 * program that has memory operations alone. */
void axioms_enumerate(const struct program *p,
		      void (*found)(const struct result *r, void *arg),
		      void *arg);

#endif
