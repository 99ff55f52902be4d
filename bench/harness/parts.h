/* SPDX-License-Identifier: MIT */
/* What the harness's own files share with one another. */
#ifndef KSYNC_BENCH_PARTS_H
#define KSYNC_BENCH_PARTS_H

#include "bench.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How long and how often a set measures. */
struct bench_set {
	const char *name;
	unsigned int alone_repetitions;
	double alone_ms;
	unsigned int contended_repetitions;
	double contended_ms;
	bool rare; /* contended rows of BENCH_RARE subjects */
	unsigned int busy_repetitions; /* of scenarios with hogs or a crowd */
	double busy_ms;
};

const struct bench_set *bench_find_set(const char *name);

/* Everything that the constructors have registered. */
size_t bench_subject_count(void);
const struct bench_subject *bench_subject_at(size_t index);
const struct bench_family *bench_find_family(const char *name);
size_t bench_fact_count(void);
const char *bench_fact_name(size_t index);
const char *bench_fact_value(size_t index);

/* Writes "mutex/contended:2:50ns/ksync"; @scenario NULL means alone. */
void bench_row_name(const struct bench_subject *subject,
		    const struct bench_scenario *scenario, const char *impl,
		    char *name, size_t size);

/* One measured window of a contended row. */
struct bench_window {
	double seconds;
	uint64_t ops;
	double fairness;      /* least over most operations of a thread */
	double cpu_ns;	      /* processor time spent for one operation */
	double rtt_before_ns; /* cache line round trip, 0: one processor */
	double rtt_after_ns;
};

void bench_measure_window(const struct bench_subject *subject,
			  const struct bench_scenario *scenario, double ms,
			  struct bench_window *window);

/* Starts the thread that the uncontended rows must not be alone with. */
void bench_start_company(void);

/* Processors that this process may use, counted from 0. */
unsigned int bench_cpus(void);
void bench_pin(unsigned int nth);
void bench_unpin(void);
double bench_round_trip_ns(void);

/* Units of bench_work() that take @ns. */
unsigned int bench_work_units(unsigned int ns);

uint64_t bench_now_ns(void);

/* So many threads run all the time from now on; 0 ends it. */
void bench_hogs(unsigned int count);
/* What they have used so far. */
double bench_hogs_cpu_seconds(void);

/* One sample of a scenario that measures a wait, in ns. */
double bench_measure_wait_ns(const struct bench_subject *subject,
			     const struct bench_scenario *scenario, double ms);

/* Windows that meet other threads, or many: longer ones, and fewer. */
static inline bool bench_is_busy(const struct bench_scenario *scenario)
{
	return scenario->hogs || scenario->threads > 64;
}

/* Adds the facts of this machine and build, and of the library. */
void bench_add_host_facts(void);
void bench_add_library_facts(void);

/* Under callgrind: dumps the cost of @n and of 2 @n runs of each subject. */
int bench_count_instructions(uint64_t n);

#ifdef __cplusplus
}
#endif

#endif /* KSYNC_BENCH_PARTS_H */
