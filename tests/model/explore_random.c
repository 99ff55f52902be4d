/* SPDX-License-Identifier: MIT */
/*
 * The explorer against others, on small random programs: the sets of outcomes
 * have to be the same. The others are
 *
 *	axioms		for memory operations (explore_axioms.c)
 *	every order	the search without reduction, for these and for sleeps,
 *			time, spurious wake-ups and a membarrier that fails
 *
 *	explore_random [--random N] [--seed S] [--show]
 *
 * Program number i is made of S + i alone. One that differs is made smaller
 * while it does, and printed with its seed and the difference.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore_engine.h"
#include "explore_program.h"

/* A search in every order ends here, and does not count. Where there are axioms
 * it is only for the smallest. */
#define EVERY_ORDER_LIMIT 40000
#define EVERY_ORDER_LIMIT_BESIDE_AXIOMS 1000
#define REDUCED_LIMIT 200000
#define NEVER INT64_MAX
#define CLOCK_START 1000000000LL

/* Outside of the static data, which each execution begins anew. */
static struct program *program;

static uint32_t place[PROGRAM_PLACES];
static struct result result;

static uint32_t load(const struct op *o)
{
	return (uint32_t)explore_load(&place[o->place], sizeof(place[0]),
				      o->order);
}

static int64_t cmpxchg(const struct op *o)
{
	uint64_t found = (uint64_t)o->expected;

	(void)explore_cmpxchg(&place[o->place], sizeof(place[0]), &found,
			      (uint64_t)o->value, o->order);
	return (int64_t)found;
}

static int64_t wait_for_news(const struct op *o)
{
	uint32_t value;

	while (!(value = load(o)))
		explore_await(&place[o->place], false);
	return value;
}

static int64_t spin(const struct op *o)
{
	unsigned int turn = 0;
	uint32_t value;

	while (!(value = load(o)))
		if (!explore_spin(&place[o->place], turn++))
			break;
	return value;
}

static int64_t op_do(const struct op *o)
{
	uint32_t *word = &place[o->place];
	uint64_t value = (uint64_t)o->value;

	switch (o->kind) {
	case OP_LOAD:
		return load(o);
	case OP_STORE:
		explore_store(word, sizeof(*word), value, o->order);
		return 0;
	case OP_XCHG:
		return (int64_t)explore_rmw(word, sizeof(*word), EXPLORE_XCHG,
					    value, o->order);
	case OP_ADD:
		return (int64_t)explore_rmw(word, sizeof(*word), EXPLORE_ADD,
					    value, o->order);
	case OP_CMPXCHG:
		return cmpxchg(o);
	case OP_AWAIT:
		return wait_for_news(o);
	case OP_FENCE:
		explore_fence(o->order);
		return 0;
	case OP_LIGHT:
		explore_light();
		return 0;
	case OP_HEAVY:
		return explore_membarrier(false);
	case OP_SLEEP:
		return explore_futex_wait(word, (uint32_t)o->expected,
					  o->deadline);
	case OP_WAKE:
		return explore_futex_wake(word, o->value);
	case OP_CLOCK:
		return explore_clock() - CLOCK_START;
	case OP_REGISTER:
		return explore_membarrier(true);
	case OP_SPIN:
		return spin(o);
	default:
		return explore_choose(o->value);
	}
}

/* Has it a result that a condition can ask for? */
static bool op_results(const struct op *o)
{
	return o->kind != OP_STORE && o->kind != OP_FENCE &&
	       o->kind != OP_LIGHT && o->kind != OP_HEAVY;
}

static void thread_do(int self)
{
	int64_t last = 0;

	for (int i = 0; i < program->ops[self]; i++) {
		const struct op *o = &program->op[self][i];

		if (o->when >= 0 && o->when != last) {
			result.of[self][i] = RESULT_SKIPPED;
			continue;
		}
		result.of[self][i] = op_do(o);
		if (op_results(o))
			last = result.of[self][i];
	}
}

static void begin(void)
{
	for (int t = 0; t < PROGRAM_THREADS; t++)
		for (int i = 0; i < PROGRAM_OPS; i++)
			result.of[t][i] = RESULT_NONE;
}

static void number_add(char *text, size_t size, int64_t number)
{
	size_t used = strlen(text);

	if (number == RESULT_NONE)
		snprintf(text + used, size - used, "-");
	else if (number == RESULT_SKIPPED)
		snprintf(text + used, size - used, "/");
	else if (number < 10)
		snprintf(text + used, size - used, "%d", (int)number);
	else
		snprintf(text + used, size - used, "(%lld)", (long long)number);
}

/* What each thread saw, then the final values. */
static void result_text(const struct result *r, char *text, size_t size)
{
	text[0] = '\0';
	for (int t = 0; t < program->threads; t++) {
		for (int i = 0; i < program->ops[t]; i++)
			number_add(text, size, r->of[t][i]);
		strncat(text, t + 1 < program->threads ? "," : ".", 2);
	}
	for (int i = 0; i < PROGRAM_PLACES; i++)
		number_add(text, size, r->final[i]);
}

static void end(void)
{
	char text[MESSAGE_LENGTH];

	for (int i = 0; i < PROGRAM_PLACES; i++)
		result.final[i] = (int64_t)explore_load(
			&place[i], sizeof(place[i]), __ATOMIC_RELAXED);
	result_text(&result, text, sizeof(text));
	explore_outcome("%s", text);
}

/* Making programs. */
static uint64_t random_next(uint64_t *state)
{
	uint64_t x = *state += 0x9E3779B97F4A7C15u;

	x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
	x = (x ^ x >> 27) * 0x94D049BB133111EBu;
	return x ^ x >> 31;
}

static int below(uint64_t *state, int n)
{
	return (int)(random_next(state) % (uint64_t)n);
}

static int order_of(uint64_t *state, enum op_kind kind)
{
	static const int loads[] = { __ATOMIC_RELAXED, __ATOMIC_RELAXED,
				     __ATOMIC_ACQUIRE, __ATOMIC_SEQ_CST };
	static const int stores[] = { __ATOMIC_RELAXED, __ATOMIC_RELAXED,
				      __ATOMIC_RELEASE, __ATOMIC_SEQ_CST };
	static const int both[] = { __ATOMIC_RELAXED, __ATOMIC_RELAXED,
				    __ATOMIC_ACQUIRE, __ATOMIC_RELEASE,
				    __ATOMIC_ACQ_REL, __ATOMIC_SEQ_CST };
	static const int fences[] = { __ATOMIC_ACQUIRE, __ATOMIC_RELEASE,
				      __ATOMIC_ACQ_REL, __ATOMIC_SEQ_CST,
				      __ATOMIC_SEQ_CST };

	switch (kind) {
	case OP_LOAD:
	case OP_AWAIT:
	case OP_SPIN:
		return loads[below(state, 4)];
	case OP_STORE:
		return stores[below(state, 4)];
	case OP_FENCE:
		return fences[below(state, 5)];
	default:
		return both[below(state, 6)];
	}
}

static int64_t deadline_of(uint64_t *state)
{
	/* Of a moment, a nap, one that a jump or another's brings near; far. */
	static const int64_t after[] = { 1000,	     2000000,	 4000000000,
					 5500000000, 8000000000, 20000000000,
					 0 };
	int i = below(state, 7);

	return after[i] ? CLOCK_START + after[i] : NEVER;
}

/* What a program is about: kinds of operations, each as often as it stands
 * there. */
struct theme {
	bool system;
	int most_ops[PROGRAM_THREADS + 1]; /* for so many threads */
	enum op_kind kinds[12];
	int kinds_count;
};

#define LOADS OP_LOAD, OP_LOAD, OP_LOAD
#define STORES OP_STORE, OP_STORE, OP_STORE
static const struct theme themes[] = {
	{ .most_ops = { 0, 0, 5, 4, 3 },
	  .kinds = { LOADS, STORES },
	  .kinds_count = 6 },
	{ .most_ops = { 0, 0, 5, 4, 3 },
	  .kinds = { LOADS, STORES, OP_FENCE, OP_FENCE },
	  .kinds_count = 8 },
	{ .most_ops = { 0, 0, 5, 4, 3 },
	  .kinds = { LOADS, STORES, OP_LIGHT, OP_LIGHT, OP_HEAVY },
	  .kinds_count = 9 },
	{ .most_ops = { 0, 0, 5, 3, 3 },
	  .kinds = { LOADS, STORES, OP_XCHG, OP_ADD, OP_CMPXCHG, OP_AWAIT,
		     OP_FENCE },
	  .kinds_count = 11 },
	{ .system = true,
	  .most_ops = { 0, 0, 4, 3, 2 },
	  .kinds = { OP_SLEEP, OP_SLEEP, OP_WAKE, OP_CLOCK, OP_LOAD, OP_STORE },
	  .kinds_count = 6 },
	{ .system = true,
	  .most_ops = { 0, 0, 4, 3, 2 },
	  .kinds = { OP_SLEEP, OP_SLEEP, OP_WAKE, OP_LOAD, OP_LOAD, OP_STORE,
		     OP_STORE, OP_ADD, OP_AWAIT, OP_SPIN },
	  .kinds_count = 10 },
	{ .system = true,
	  .most_ops = { 0, 0, 4, 2, 2 },
	  .kinds = { OP_LOAD, OP_STORE, OP_STORE, OP_LIGHT, OP_HEAVY,
		     OP_REGISTER, OP_CHOOSE },
	  .kinds_count = 7 },
};
#define THEMES (sizeof(themes) / sizeof(themes[0]))

static void op_make(struct op *o, uint64_t *state, const struct theme *theme,
		    int places, int *stored)
{
	o->kind = theme->kinds[below(state, theme->kinds_count)];
	o->place = below(state, places);
	o->order = order_of(state, o->kind);
	/* Each store has a value of its own, where that is what counts. */
	if (o->kind == OP_STORE || o->kind == OP_XCHG || o->kind == OP_CMPXCHG)
		o->value = ++stored[o->place];
	else
		o->value = 1 + below(state, 2);
	o->expected = below(state, 2);
	o->when = below(state, 12) ? -1 : below(state, 2);
	o->deadline = deadline_of(state);
}

/* True if axioms do not apply to it. */
static bool program_make(struct program *p, uint64_t seed)
{
	uint64_t state = seed;
	const struct theme *theme = &themes[below(&state, THEMES)];
	int places = below(&state, 5) ? 2 : 1 + 2 * below(&state, 2);
	int stored[PROGRAM_PLACES] = { 0 };

	memset(p, 0, sizeof(*p));
	p->threads = 2 + below(&state, theme->system ? 2 : 3);
	for (int t = 0; t < p->threads; t++) {
		int most = theme->most_ops[p->threads];

		p->ops[t] = most - below(&state, most > 2 ? 3 : 2);
		for (int i = 0; i < p->ops[t]; i++)
			op_make(&p->op[t][i], &state, theme, places, stored);
	}
	if (!theme->system)
		return false;
	p->spurious = below(&state, 3);
	p->clock_jumps = below(&state, 2);
	p->spins = below(&state, 3);
	p->barrier_fails = below(&state, 2);
	return true;
}

/* Searching. */
static bool within(void *limit)
{
	return ex->executions < *(unsigned long *)limit;
}

enum verdict { SAME, DIFFERENT, TOO_LARGE };

/* False if it was too large. */
static bool explore(struct outcomes *seen, bool system, bool every_order)
{
	struct explore_test *test = calloc(1, sizeof(*test));
	unsigned long limit = !every_order ? REDUCED_LIMIT :
			      system	   ? EVERY_ORDER_LIMIT :
					     EVERY_ORDER_LIMIT_BESIDE_AXIOMS;

	test->name = "random";
	test->threads = program->threads;
	test->setup = begin;
	test->thread = thread_do;
	test->finish = end;
	test->servants = (1u << program->threads) - 1;
	test->spurious = program->spurious;
	test->clock_jumps = program->clock_jumps;
	test->spins = program->spins;
	test->barrier_fails = program->barrier_fails;
	ex->every_order = every_order;
	search_all(test, seen, NULL, within, &limit);
	if (ex->ending == FAILED)
		outcomes_add(seen, ex->failure);
	free(test);
	return ex->ending == FAILED || ex->executions < limit;
}

static void axioms_found(const struct result *r, void *arg)
{
	char text[MESSAGE_LENGTH];

	result_text(r, text, sizeof(text));
	outcomes_add(arg, text);
}

static int difference(const struct outcomes *a, const struct outcomes *b,
		      const char *format)
{
	const char *text;
	int count = 0;

	for (size_t at = 0; (text = outcomes_next(a, &at));) {
		if (outcomes_has(b, text))
			continue;
		if (format)
			printf(format, text);
		count++;
	}
	return count;
}

/* The explorer's outcomes with another's; says what differs if asked to. */
static enum verdict verdict_of(const struct outcomes *mine,
			       const struct outcomes *others, bool say,
			       const char *name)
{
	int lost, more;

	if (say)
		printf("  the explorer and %s:\n", name);
	lost = difference(others, mine, say ? "    lost: %s\n" : NULL);
	more = difference(mine, others, say ? "    impossible: %s\n" : NULL);
	return lost || more ? DIFFERENT : SAME;
}

static enum verdict program_judge(bool system, bool say)
{
	struct outcomes mine = { 0 }, axioms = { 0 }, every = { 0 };
	enum verdict verdict = TOO_LARGE;

	if (!explore(&mine, system, false))
		goto out;
	if (!system) {
		axioms_enumerate(program, axioms_found, &axioms);
		verdict = verdict_of(&mine, &axioms, say, "axioms");
	}
	if ((say || verdict != DIFFERENT) && explore(&every, system, true)) {
		enum verdict second =
			verdict_of(&mine, &every, say, "every order");

		if (verdict != DIFFERENT)
			verdict = second;
	}
out:
	outcomes_free(&mine);
	outcomes_free(&axioms);
	outcomes_free(&every);
	return verdict;
}

/* Take operations away while it differs. */
static void program_shrink(bool system)
{
	bool smaller = true;

	while (smaller) {
		smaller = false;
		for (int t = 0; t < program->threads; t++)
			for (int i = 0; i < program->ops[t]; i++) {
				struct program was = *program;

				memmove(&program->op[t][i],
					&program->op[t][i + 1],
					sizeof(program->op[t][0]) *
						(size_t)(program->ops[t] - i -
							 1));
				program->ops[t]--;
				if (program_judge(system, false) == DIFFERENT)
					smaller = true;
				else
					*program = was;
			}
	}
}

/* Printing. */
static const char *order_name(int order)
{
	switch (order) {
	case __ATOMIC_RELAXED:
		return "relaxed";
	case __ATOMIC_ACQUIRE:
		return "acquire";
	case __ATOMIC_RELEASE:
		return "release";
	case __ATOMIC_ACQ_REL:
		return "acq_rel";
	default:
		return "full";
	}
}

static void op_print(const struct op *o)
{
	char x = "xyz"[o->place];
	const char *order = order_name(o->order);

	if (o->when >= 0)
		printf("if last == %d: ", o->when);
	switch (o->kind) {
	case OP_LOAD:
		printf("load %c %s", x, order);
		break;
	case OP_STORE:
		printf("%c = %d %s", x, o->value, order);
		break;
	case OP_XCHG:
		printf("xchg %c %d %s", x, o->value, order);
		break;
	case OP_ADD:
		printf("add %c %d %s", x, o->value, order);
		break;
	case OP_CMPXCHG:
		printf("cmpxchg %c %d -> %d %s", x, o->expected, o->value,
		       order);
		break;
	case OP_AWAIT:
		printf("await %c %s", x, order);
		break;
	case OP_FENCE:
		printf("fence %s", order);
		break;
	case OP_LIGHT:
		printf("light");
		break;
	case OP_HEAVY:
		printf("heavy");
		break;
	case OP_SLEEP:
		printf("sleep %c %d", x, o->expected);
		if (o->deadline != NEVER)
			printf(" until +%lld ns",
			       (long long)(o->deadline - CLOCK_START));
		break;
	case OP_WAKE:
		printf("wake %c, %d", x, o->value);
		break;
	case OP_CLOCK:
		printf("clock");
		break;
	case OP_REGISTER:
		printf("register");
		break;
	case OP_SPIN:
		printf("spin %c %s", x, order);
		break;
	default:
		printf("choose of %d", o->value);
		break;
	}
}

static void program_print(void)
{
	const struct program *p = program;

	if (p->spurious || p->clock_jumps || p->spins || p->barrier_fails)
		printf("  spurious %d, jumps %d, spins %d, barrier fails %d\n",
		       p->spurious, p->clock_jumps, p->spins, p->barrier_fails);
	for (int t = 0; t < p->threads; t++) {
		printf("  T%d: ", t);
		for (int i = 0; i < p->ops[t]; i++) {
			printf("%s", i ? "; " : "");
			op_print(&p->op[t][i]);
		}
		printf("\n");
	}
}

static int compare_all(uint64_t seed, int count, bool show)
{
	int different = 0, large = 0, systems = 0;

	for (int i = 0; i < count; i++) {
		bool system = program_make(program, seed + (uint64_t)i);
		enum verdict verdict = program_judge(system, false);

		systems += system;
		large += verdict == TOO_LARGE;
		if (show || verdict == DIFFERENT)
			printf("--seed %llu\n",
			       (unsigned long long)(seed + (uint64_t)i));
		if (verdict == DIFFERENT) {
			different++;
			program_shrink(system);
			program_print();
			program_judge(system, true);
		} else if (show) {
			program_print();
		}
		fflush(stdout);
	}
	printf("%d programs from seed %llu: %d with axioms, %d with system "
	       "calls; %d too large to compare, %d different\n",
	       count, (unsigned long long)seed, count - systems, systems, large,
	       different);
	return different ? 1 : 0;
}

int main(int argc, char **argv)
{
	uint64_t seed = 1;
	int count = 300;
	bool show = false;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--show") == 0) {
			show = true;
		} else if (i + 1 < argc && strcmp(argv[i], "--random") == 0) {
			count = atoi(argv[++i]);
		} else if (i + 1 < argc && strcmp(argv[i], "--seed") == 0) {
			seed = strtoull(argv[++i], NULL, 0);
		} else {
			fprintf(stderr,
				"usage: %s [--random N] [--seed S] [--show]\n",
				argv[0]);
			return 2;
		}
	}
	explore_per_thread(&errno, sizeof(errno));
	fiber_start(search_thread);
	program = calloc(1, sizeof(*program));
	return compare_all(seed, count, show);
}
