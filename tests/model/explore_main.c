/* SPDX-License-Identifier: MIT */
/*
 * The command line, and what is said about each test.
 *
 *	--list		the tests, one a line
 *	--only NAME	only this test; a name that ends in * is a beginning
 *	--bound N	also search tests that need it, whole; 1 is the least
 *	--sample N	of each test beyond the bound, or of --only's, run N
 *			executions of the search, and N random ones
 *	--most N	a test that is not searched whole after N executions
 *			counts as a sample
 *	--replay STEPS	run and print one execution of --only's test
 *	--show		print the execution also where a test has to fail
 *	--every-order	search without reduction
 *	--compare	search both ways: the final states must be the same
 *	--outcomes	print all outcomes, as .outcomes has them
 *	--quiet		only say what fails
 *	--tsv		a line of fields for each test
 *	--progress	a line about each second on standard output; a terminal
 *			gets them on one line without asking
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "explore_engine.h"

#ifdef KSYNC_CHECKED
#define EXPLORE_CHECKED KSYNC_CHECKED
#else
#define EXPLORE_CHECKED 0
#endif

/* Of outcomes that are not allowed so many are named. */
#define OUTCOMES_NAMED 10

struct options {
	const char *program;
	const char *only;
	const char *replay;
	unsigned long sample;
	unsigned long most; /* 0: all */
	bool list;
	bool show;
	bool compare;
	bool quiet;
	bool outcomes;
	bool tsv;
	bool progress;
};

struct engine *ex;

/* Before the library's own constructors, whose steps are nobody's. */
__attribute__((constructor(101))) static void engine_make(void)
{
	ex = mmap(NULL, sizeof(*ex), PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (ex == MAP_FAILED)
		abort();
	ex->running = MAIN;
	ex->acting = MAIN;
	ex->bound = 1;
	shadow_start();
	print_reset();
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Is the text one of those between bars? */
static bool list_has(const char *list, const char *text)
{
	size_t length = strlen(text);

	for (const char *at = list; at; at = strchr(at, '|')) {
		at += *at == '|';
		if (strncmp(at, text, length) == 0 &&
		    (at[length] == '|' || !at[length]))
			return true;
	}
	return false;
}

/* The texts between bars that are not among the outcomes; how many. */
static int outcomes_missing(const struct outcomes *o, const char *wanted)
{
	char *list = strdup(wanted), *rest = list, *text;
	int missing = 0;

	while ((text = strsep(&rest, "|"))) {
		if (outcomes_has(o, text))
			continue;
		printf("  outcome '%s' was not seen\n", text);
		missing++;
	}
	free(list);
	return missing;
}

/* Outcomes that are missing or too many; the number of problems. */
static int outcomes_check(const struct outcomes *o, const char *wanted)
{
	int bad = 0;
	const char *text;

	for (size_t at = 0; (text = outcomes_next(o, &at));)
		if (!list_has(wanted, text) && bad++ < OUTCOMES_NAMED)
			printf("  outcome '%s' is not allowed\n", text);
	if (bad > OUTCOMES_NAMED)
		printf("  and %d more\n", bad - OUTCOMES_NAMED);
	return bad + outcomes_missing(o, wanted);
}

/* Executions between two looks at the clock. */
#define LOOK_EVERY 256

/* Say how far the search is, once a second. */
static void progress(const struct options *options, double began, double *said)
{
	double now = seconds();

	if (now - *said < 1)
		return;
	*said = now;
	fprintf(options->progress ? stdout : stderr,
		"%s%s: %.0f %%, %lu executions, %.0f/s%s",
		options->progress ? "  " : "\r", ex->test->name,
		100 * search_progress(), ex->executions,
		(double)ex->executions / (now - began),
		options->progress ? "\n" : "   ");
	fflush(options->progress ? stdout : stderr);
}

struct looks {
	const struct options *options;
	bool show;
	bool stopped;
	double began, said;
};

static bool look(void *arg)
{
	struct looks *l = arg;

	if (l->show && ex->executions % LOOK_EVERY == 0)
		progress(l->options, l->began, &l->said);
	l->stopped = l->options->most && ex->executions >= l->options->most;
	return !l->stopped;
}

/* False: it stopped before the end. */
static bool search(struct outcomes *seen, struct states *states,
		   const struct options *options)
{
	double now = seconds();
	struct looks looks = {
		.options = options,
		.show = options->progress || isatty(STDERR_FILENO),
		.began = now,
		.said = now,
	};

	search_all(ex->test, seen, states, look, &looks);
	if (looks.said > looks.began && !options->progress)
		fprintf(stderr, "\r%79s\r", "");
	return !looks.stopped;
}

/* One execution as the script says, telling. */
static void tell(const char *program, const char *script)
{
	ex->telling = true;
	ex->script = script;
	ex->script_left = 0;
	ex->prefix = 0; /* its steps are all new */
	search_run();
	ex->telling = false;
	ex->script = NULL;
	print_failure(program, script);
}

/* The failed execution once more. */
static void tell_failure(const char *program)
{
	char *script = print_script();

	tell(program, script);
	if (ex->ending != FAILED)
		printf("  It does not fail again: the test depends on what "
		       "the explorer does not control.\n");
	free(script);
}

static void say(const struct options *options, bool good, bool sampled,
		double spent)
{
	bool failed = ex->ending == FAILED;
	const char *verdict = !good ? "FAILED" : sampled ? "sample" : "ok";

	if (options->tsv)
		printf("%s\t%s\t%d\t%d\t%lu\t%.2f\t%s\n", ex->test->name,
		       verdict, ex->test->threads, ex->test->bound,
		       ex->executions, spent, failed ? ex->failure : "");
	else if (!options->quiet || !good)
		printf("%-36s %-6s %10lu executions, %lu redundant, "
		       "%d steps, %.2f s%s%s\n",
		       ex->test->name, verdict, ex->executions, ex->redundant,
		       ex->longest, spent, failed && good ? ": " : "",
		       failed && good ? ex->failure : "");
	if (!good && !failed && ex->test->fails)
		printf("  it should have failed: %s\n", ex->test->fails);
}

/* True if the test ended as it has to. */
static bool run(const struct explore_test *test, const struct options *options)
{
	struct outcomes seen = { 0 };
	double began = seconds();
	bool failed, good, whole;

	ex->test = test;
	whole = search(&seen, NULL, options);
	failed = ex->ending == FAILED;
	good = failed ? test->fails && strstr(ex->failure, test->fails) :
			!test->fails;
	if (good && whole && test->outcomes &&
	    outcomes_check(&seen, test->outcomes))
		good = false;
	if (options->outcomes)
		outcomes_print(&seen);
	outcomes_free(&seen);
	say(options, good, !whole, seconds() - began);
	if (failed && (options->show || (!good && !options->tsv)))
		tell_failure(options->program);
	fflush(stdout);
	return good;
}

static bool within(void *limit)
{
	return ex->executions < *(const unsigned long *)limit;
}

/*
 * The same, for some executions of a test that takes long: the first ones of
 * the search, which try all that can happen near the end, and random ones.
 */
static bool sample(const struct explore_test *test,
		   const struct options *options)
{
	struct outcomes seen = { 0 };
	unsigned long limit = options->sample;
	bool every_order = ex->every_order;
	double began = seconds();
	bool failed;

	search_all(test, &seen, NULL, within, &limit);
	if (ex->ending != FAILED && ex->executions == limit)
		search_sample(test, limit);
	outcomes_free(&seen);
	failed = ex->ending == FAILED;
	say(options, !failed, true, seconds() - began);
	if (failed && !options->tsv)
		tell_failure(options->program);
	ex->every_order = every_order;
	fflush(stdout);
	return !failed;
}

/* The reduced search and the full one: do they end in the same states? */
static bool compare(const struct explore_test *test,
		    const struct options *options)
{
	struct outcomes seen = { 0 };
	struct states states[2] = { { 0 }, { 0 } };
	unsigned long executions[2];
	bool same;

	ex->test = test;
	for (int full = 0; full < 2; full++) {
		ex->every_order = full;
		search(&seen, &states[full], options);
		executions[full] = ex->executions;
	}
	same = states_same(&states[0], &states[1]);
	printf("%-36s %-6s %zu final states in %lu executions, "
	       "%zu in all %lu\n",
	       test->name, same ? "ok" : "FAILED", states[0].count,
	       executions[0], states[1].count, executions[1]);
	fflush(stdout);
	states_free(&states[0]);
	states_free(&states[1]);
	outcomes_free(&seen);
	return same;
}

static bool flag_read(struct options *options, const char *word)
{
	if (strcmp(word, "--list") == 0)
		options->list = true;
	else if (strcmp(word, "--show") == 0)
		options->show = true;
	else if (strcmp(word, "--compare") == 0)
		options->compare = true;
	else if (strcmp(word, "--outcomes") == 0)
		options->outcomes = true;
	else if (strcmp(word, "--quiet") == 0)
		options->quiet = true;
	else if (strcmp(word, "--tsv") == 0)
		options->tsv = true;
	else if (strcmp(word, "--progress") == 0)
		options->progress = true;
	else if (strcmp(word, "--every-order") == 0)
		ex->every_order = true;
	else
		return false;
	return true;
}

static bool wanted(const struct explore_test *test, const char *only)
{
	size_t length;

	if (!only)
		return test->bound <= ex->bound;
	length = strlen(only);
	if (length && only[length - 1] == '*')
		return strncmp(test->name, only, length - 1) == 0;
	return strcmp(test->name, only) == 0;
}

static int usage(const char *program)
{
	fprintf(stderr,
		"usage: %s [--list] [--only NAME] [--bound N] [--sample N] "
		"[--most N] [--replay STEPS]\n\t[--show] [--every-order] "
		"[--compare] [--outcomes] [--quiet] [--tsv] [--progress]\n",
		program);
	return 2;
}

int explore_main(int argc, char **argv, const struct explore_test *tests)
{
	struct options options = { .program = argv[0] };
	int ran = 0, bad = 0;

	for (int i = 1; i < argc; i++) {
		const char *next = i + 1 < argc ? argv[i + 1] : NULL;

		if (flag_read(&options, argv[i]))
			continue;
		if (!next)
			return usage(argv[0]);
		if (strcmp(argv[i], "--only") == 0)
			options.only = argv[++i];
		else if (strcmp(argv[i], "--bound") == 0)
			ex->bound = atoi(argv[++i]);
		else if (strcmp(argv[i], "--replay") == 0)
			options.replay = argv[++i];
		else if (strcmp(argv[i], "--sample") == 0)
			options.sample = strtoul(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--most") == 0)
			options.most = strtoul(argv[++i], NULL, 10);
		else
			return usage(argv[0]);
	}
	fiber_start(search_thread);
	for (const struct explore_test *t = tests; t->name; t++) {
		bool sampled = options.sample &&
			       (options.only || t->bound > ex->bound);

		if (!wanted(t, options.only) && (options.only || !sampled))
			continue;
		if (EXPLORE_CHECKED && t->release)
			continue;
		ran++;
		ex->test = t;
		if (options.list)
			printf("%s\t%d\t%d\n", t->name, t->threads, t->bound);
		else if (options.replay)
			tell(argv[0], options.replay);
		else if (options.compare && !t->fails)
			bad += !compare(t, &options);
		else if (options.compare)
			continue;
		else if (!(sampled ? sample : run)(t, &options))
			bad++;
	}
	if (!ran) {
		fprintf(stderr, "%s: no such test\n", argv[0]);
		return 2;
	}
	return bad ? 1 : 0;
}
