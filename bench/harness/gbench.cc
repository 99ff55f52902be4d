// SPDX-License-Identifier: MIT
/*
 * The registered subjects as Google Benchmark's rows. Google Benchmark repeats,
 * interleaves at random and writes the JSON; nothing else here knows it.
 */
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "parts.h"

namespace
{

/* So many operations for one call into C++. */
constexpr uint64_t kBatch = 4096;
constexpr uint64_t kPairBatch = 64;
constexpr uint64_t kCountedRuns = 1000;
/* Around a window: warm-up, two round-trip probes, starting and stopping. */
constexpr double kWindowShare = 1.25;
constexpr double kWindowExtraMs = 6;
/* Hogs begin and spread; a crowd begins and ends. */
constexpr double kBusyExtraMs = 40;

/* What all rows together will take, roughly. */
double expected_ms;

void run_alone(benchmark::State &state, const bench_subject *subject)
{
	const uint64_t batch = subject->traits & BENCH_PAIR ? kPairBatch :
							      kBatch;

	bench_pin(bench_cpus() - 1);
	while (state.KeepRunningBatch(static_cast<int64_t>(batch)))
		subject->run(batch, 0);
	bench_unpin();
}

void run_contended(benchmark::State &state, const bench_subject *subject,
		   const bench_scenario *scenario, double ms)
{
	bench_window window;

	for (auto _ : state) {
		bench_measure_window(subject, scenario, ms, &window);
		state.SetIterationTime(window.seconds);
	}
	state.SetItemsProcessed(static_cast<int64_t>(window.ops));
	state.counters["fairness"] = window.fairness;
	state.counters["cpu_ns"] = window.cpu_ns;
	state.counters["rtt_before_ns"] = window.rtt_before_ns;
	state.counters["rtt_after_ns"] = window.rtt_after_ns;
}

void run_wait(benchmark::State &state, const bench_subject *subject,
	      const bench_scenario *scenario, double ms)
{
	for (auto _ : state)
		state.SetIterationTime(
			bench_measure_wait_ns(subject, scenario, ms) / 1e9);
	state.SetItemsProcessed(1);
}

/* Has it what the scenario needs? */
bool can_measure(const bench_subject *subject, const bench_scenario *scenario)
{
	switch (scenario->measure) {
	case BENCH_THROUGHPUT:
		return true;
	case BENCH_WAIT_MEDIAN:
	case BENCH_WAIT_P90:
		return subject->enter && subject->leave;
	case BENCH_LATE_P90:
		return subject->enter && subject->leave && subject->enter_until;
	}
	return false;
}

void add_scenario(const bench_subject *subject, const char *impl,
		  const bench_scenario *scenario, const bench_set *set)
{
	const bool busy = bench_is_busy(scenario);
	const double ms = busy ? set->busy_ms : set->contended_ms;
	const unsigned int repetitions = busy ? set->busy_repetitions :
						set->contended_repetitions;
	char name[128];

	bench_row_name(subject, scenario, impl, name, sizeof(name));
	benchmark::RegisterBenchmark(name,
				     scenario->measure == BENCH_THROUGHPUT ?
					     run_contended :
					     run_wait,
				     subject, scenario, ms)
		->UseManualTime()
		->Iterations(1)
		->Repetitions(static_cast<int>(repetitions));
	expected_ms += repetitions * (ms * kWindowShare +
				      (busy ? kBusyExtraMs : kWindowExtraMs));
}

void add_rows(const bench_subject *subject, const char *impl,
	      const bench_set *set)
{
	const bench_family *family = bench_find_family(subject->family);
	char name[128];

	bench_row_name(subject, nullptr, impl, name, sizeof(name));
	benchmark::RegisterBenchmark(name, run_alone, subject)
		->UseRealTime()
		->MinTime(set->alone_ms / 1e3)
		->Repetitions(static_cast<int>(set->alone_repetitions));
	expected_ms += (set->alone_repetitions + 1) * set->alone_ms;
	if (!family || (subject->traits & BENCH_ALONE))
		return;
	if ((subject->traits & BENCH_RARE) && !set->rare)
		return;
	for (size_t i = 0; i < family->contended_count; i++)
		if (can_measure(subject, &family->contended[i]))
			add_scenario(subject, impl, &family->contended[i], set);
}

bool same(const char *a, const char *b)
{
	return !std::strcmp(a, b);
}

/* Does an earlier subject, of another operation, tell the same? */
bool is_told(size_t index)
{
	const bench_subject *subject = bench_subject_at(index);

	for (size_t i = 0; i < index; i++) {
		const bench_subject *other = bench_subject_at(i);

		if (same(other->family, subject->family) &&
		    same(other->impl, subject->impl))
			return true;
	}
	return false;
}

/* Tells the report what a subject is: "bytes=16 spins version=1.25". */
void add_subject_fact(const bench_subject *subject)
{
	std::string key =
		std::string("subject:") + subject->family + "/" + subject->impl;
	std::string value = "bytes=" + std::to_string(subject->bytes);

	if (subject->traits & BENCH_SPINS)
		value += " spins";
	if (subject->traits & BENCH_LIMIT)
		value += " limit";
	if (subject->version)
		value += std::string(" version=") + subject->version;
	benchmark::AddCustomContext(key, value);
}

/*
 * Ours is registered twice: two rows of the same code show how far apart equal
 * things can seem in this run.
 */
void add_all_rows(const bench_set *set)
{
	for (size_t i = 0; i < bench_subject_count(); i++) {
		const bench_subject *subject = bench_subject_at(i);

		add_rows(subject, subject->impl, set);
		if (!is_told(i))
			add_subject_fact(subject);
		if (same(subject->impl, "ksync"))
			add_rows(subject, "ksync-again", set);
	}
}

/* Takes name=value out of the arguments; the rest is Google Benchmark's. */
const char *take_option(int *argc, char **argv, const char *name)
{
	const size_t length = std::strlen(name);

	for (int i = 1; i < *argc; i++) {
		const char *value = argv[i] + length + 1;

		if (std::strncmp(argv[i], name, length) ||
		    argv[i][length] != '=')
			continue;
		std::memmove(&argv[i], &argv[i + 1],
			     static_cast<size_t>(*argc - i) * sizeof(argv[0]));
		--*argc;
		return value;
	}
	return nullptr;
}

} // namespace

int main(int argc, char **argv)
{
	const char *set_name = take_option(&argc, argv, "--set");
	const char *count = take_option(&argc, argv, "--count");
	const char *estimate = take_option(&argc, argv, "--estimate");
	const bench_set *set = bench_find_set(set_name ? set_name : "default");

	if (!set) {
		std::fprintf(stderr,
			     "ksync-bench: --set is smoke, default or full\n");
		return 1;
	}
	bench_start_company();
	if (count) {
		uint64_t runs = std::strtoull(count, nullptr, 10);

		return bench_count_instructions(runs ? runs : kCountedRuns);
	}
	add_all_rows(set);
	if (estimate) {
		std::printf("%.0f\n", expected_ms / 1e3);
		return 0;
	}
	bench_add_host_facts();
	bench_add_library_facts();
	bench_add_fact("set", set->name);
	for (size_t i = 0; i < bench_fact_count(); i++)
		benchmark::AddCustomContext(bench_fact_name(i),
					    bench_fact_value(i));
	benchmark::Initialize(&argc, argv);
	if (benchmark::ReportUnrecognizedArguments(argc, argv))
		return 1;
	benchmark::RunSpecifiedBenchmarks();
	benchmark::Shutdown();
	return 0;
}
