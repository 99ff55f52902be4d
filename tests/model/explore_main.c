/* SPDX-License-Identifier: MIT */
/*
 * The command line, and what is said about each test.
 *
 *	--list		the tests, one a line
 *	--only NAME	only this test; a name that ends in * is a beginning
 *	--bound N	also run tests that need it; 1 is the least
 *	--replay STEPS	run and print one execution of --only's test
 *	--show		print the execution also where a test has to fail
 *	--every-order	search without reduction
 *	--compare	search both ways: the final states must be the same
 *	--quiet		only say what fails
 *	--tsv		a line of fields for each test
 *	--progress	a line about each second on standard output; a terminal
 *			gets them on one line without asking
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "explore_engine.h"

/* Outcomes of one test. */
#define MAX_OUTCOMES 200
struct outcomes {
	char text[MAX_OUTCOMES][MESSAGE_LENGTH];
	int count;
};

struct options {
	const char *program;
	const char *only;
	const char *replay;
	bool list;
	bool show;
	bool compare;
	bool quiet;
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

static void outcome_add(struct outcomes *o, const char *text)
{
	for (int i = 0; i < o->count; i++)
		if (strcmp(o->text[i], text) == 0)
			return;
	if (o->count < MAX_OUTCOMES)
		snprintf(o->text[o->count++], sizeof(o->text[0]), "%s", text);
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

static int list_length(const char *list)
{
	int count = 1;

	for (; *list; list++)
		count += *list == '|';
	return count;
}

/* Outcomes that are missing or too many; the number of problems. */
static int outcomes_check(const struct outcomes *o, const char *wanted)
{
	int known = 0, bad = 0;

	for (int i = 0; i < o->count; i++) {
		if (list_has(wanted, o->text[i])) {
			known++;
			continue;
		}
		printf("  outcome '%s' is not allowed\n", o->text[i]);
		bad++;
	}
	if (known == list_length(wanted))
		return bad;
	printf("  of %s only these were seen:", wanted);
	for (int i = 0; i < o->count; i++)
		printf(" '%s'", o->text[i]);
	printf("\n");
	return bad + 1;
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

static void search_all(struct outcomes *seen, struct states *states,
		       const struct options *options)
{
	bool show = options->progress || isatty(STDERR_FILENO);
	double began = seconds(), said = began;
	bool more = true;

	ex->executions = ex->redundant = 0;
	ex->longest = 0;
	ex->failure[0] = '\0';
	search_begin(ex->test);
	while (more) {
		search_run();
		ex->executions++;
		if (ex->ending == FAILED)
			break;
		if (ex->ending == REDUNDANT)
			ex->redundant++;
		else
			outcome_add(seen, ex->outcome);
		if (ex->ending == COMPLETE && states)
			states_note(states);
		if (show && ex->executions % LOOK_EVERY == 0)
			progress(options, began, &said);
		more = search_next();
	}
	if (said > began && !options->progress)
		fprintf(stderr, "\r%79s\r", "");
}

/* One execution as the script says, telling. */
static void tell(const char *program, const char *script)
{
	ex->telling = true;
	ex->script = script;
	ex->script_left = 0;
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

static void say(const struct options *options, bool good, double spent)
{
	bool failed = ex->ending == FAILED;

	if (options->tsv)
		printf("%s\t%s\t%d\t%d\t%lu\t%.2f\t%s\n", ex->test->name,
		       good ? "ok" : "FAILED", ex->test->threads,
		       ex->test->bound, ex->executions, spent,
		       failed ? ex->failure : "");
	else if (!options->quiet || !good)
		printf("%-36s %-6s %10lu executions, %lu redundant, "
		       "%d steps, %.2f s%s%s\n",
		       ex->test->name, good ? "ok" : "FAILED", ex->executions,
		       ex->redundant, ex->longest, spent,
		       failed && good ? ": " : "",
		       failed && good ? ex->failure : "");
	if (!good && !failed && ex->test->fails)
		printf("  it should have failed: %s\n", ex->test->fails);
}

/* True if the test ended as it has to. */
static bool run(const struct explore_test *test, const struct options *options)
{
	struct outcomes *seen = calloc(1, sizeof(*seen));
	double began = seconds();
	bool failed, good;

	ex->test = test;
	search_all(seen, NULL, options);
	failed = ex->ending == FAILED;
	good = failed ? test->fails && strstr(ex->failure, test->fails) :
			!test->fails;
	if (good && test->outcomes && outcomes_check(seen, test->outcomes))
		good = false;
	free(seen);
	say(options, good, seconds() - began);
	if (failed && (options->show || (!good && !options->tsv)))
		tell_failure(options->program);
	fflush(stdout);
	return good;
}

/* The reduced search and the full one: do they end in the same states? */
static bool compare(const struct explore_test *test,
		    const struct options *options)
{
	struct outcomes *seen = calloc(1, sizeof(*seen));
	struct states states[2] = { { 0 }, { 0 } };
	unsigned long executions[2];
	bool same;

	ex->test = test;
	for (int full = 0; full < 2; full++) {
		ex->every_order = full;
		search_all(seen, &states[full], options);
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
	free(seen);
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
		"usage: %s [--list] [--only NAME] [--bound N] "
		"[--replay STEPS]\n\t[--show] [--every-order] [--compare] "
		"[--quiet] [--tsv] [--progress]\n",
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
		else
			return usage(argv[0]);
	}
	fiber_start(search_thread);
	for (const struct explore_test *t = tests; t->name; t++) {
		if (!wanted(t, options.only))
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
		else if (!run(t, &options))
			bad++;
	}
	if (!ran) {
		fprintf(stderr, "%s: no such test\n", argv[0]);
		return 2;
	}
	return bad ? 1 : 0;
}
