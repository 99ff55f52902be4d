// SPDX-License-Identifier: MIT
/*
 * Instruction counts: run under callgrind, each subject dumps the cost of N
 * operations and of 2 N. The report takes the difference, which leaves out
 * everything that does not repeat.
 */
#include <ksync/status.h>
#include <stdio.h>

#include "parts.h"

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>

static void dump_cost(const struct bench_subject *subject, const char *row,
		      uint64_t n, const char *what)
{
	char label[160];

	snprintf(label, sizeof(label), "%s %s", row, what);
	CALLGRIND_ZERO_STATS;
	subject->run(n, 0);
	CALLGRIND_DUMP_STATS_AT(label);
}

int bench_count_instructions(uint64_t n)
{
	struct ksync_status status;

	if (!RUNNING_ON_VALGRIND) {
		fputs("ksync-bench: --count works under valgrind "
		      "--tool=callgrind\n",
		      stderr);
		return 1;
	}
	ksync_status(&status);
	if (!status.membarrier)
		puts("Valgrind has no membarrier: ksync took its fallback.");
	/* The first dump also holds what came before main(). */
	dump_cost(bench_subject_at(0), "before", 1, "main");
	for (size_t i = 0; i < bench_subject_count(); i++) {
		const struct bench_subject *subject = bench_subject_at(i);
		char row[128];

		if (subject->traits & BENCH_PAIR)
			continue;
		bench_row_name(subject, NULL, subject->impl, row, sizeof(row));
		subject->run(n, 0);
		dump_cost(subject, row, n, "once");
		dump_cost(subject, row, 2 * n, "twice");
	}
	return 0;
}

#else

int bench_count_instructions(uint64_t n)
{
	(void)n;
	fputs("ksync-bench: built without valgrind's headers\n", stderr);
	return 4;
}

#endif
