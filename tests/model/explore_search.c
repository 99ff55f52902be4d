/* SPDX-License-Identifier: MIT */
/*
 * The search: depth first through all executions that differ.
 *
 * An execution is a sequence of steps; a step is one thread's next operation
 * and one of its options, for example which store a load reads. Two steps of
 * different threads depend on each other if one writes what the other touches.
 * Executions that differ only in the order of independent steps are the same,
 * and of each such class one is enough:
 *
 *	A race is a pair of dependent steps of different threads with no step
 *	between them that orders them. For each race in an execution, another
 *	execution has to begin, at the earlier step, with what leads to the
 *	later one first. Where a thread that can begin so is to be tried
 *	already, nothing is added ("source sets").
 *
 *	A thread that was tried at a step is not tried again below the steps
 *	that were tried after it, as long as nothing depends on its next
 *	operation ("sleep sets").
 *
 * P. Abdulla, S. Aronis, B. Jonsson, K. Sagonas: Optimal dynamic partial order
 * reduction, POPL 2014, algorithm 1, with two changes: options, and loads that
 * ignore a store which they could have run before do not read around it, as
 * another execution has that order (explore_memory.c).
 */
#define _GNU_SOURCE
#include <link.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore_engine.h"

#define BIT(thread) (1u << (thread))

static bool depend(const struct step *a, const struct step *b)
{
	return (a->writes & (b->reads | b->writes)) | (a->reads & b->writes);
}

bool step_is_past(int thread, int number)
{
	return thread == MAIN || running_thread()->past[thread] > number;
}

bool step_is_before(int thread, int number, int step)
{
	return step >= 0 && ex->steps[step].past[thread] > number;
}

static bool thread_enabled(const struct thread *t)
{
	switch (t->state) {
	case RUNNABLE:
		return t->await < 0 ||
		       !((t->reads | t->writes) & TOUCH(t->await)) ||
		       memory_has_news(t->await, t);
	case ASLEEP:
		return wait_is_over(t);
	default:
		return false;
	}
}

static unsigned int threads_enabled(void)
{
	unsigned int enabled = 0;

	for (int i = 0; i < ex->test->threads; i++)
		if (thread_enabled(&ex->thread[i]))
			enabled |= BIT(i);
	return enabled;
}

/* No thread can go on. A bounded spinner would: that is another execution. */
static enum ending search_ended(void)
{
	enum ending ending = COMPLETE;

	for (int i = 0; i < ex->test->threads; i++) {
		const struct thread *t = &ex->thread[i];

		if (t->state == RUNNABLE && t->await_bounded)
			return REDUNDANT;
		if (t->state != DONE && !(ex->test->servants & BIT(i)))
			ending = STUCK;
	}
	return ending;
}

/* The script's next step: "a3" is three of thread 0, "b=1" one of thread 1 with
 * its option 1. False at its end. */
static bool script_next(struct step *s)
{
	const char *at = ex->script;

	if (*at < 'a' || *at >= 'a' + ex->test->threads)
		return false;
	s->thread = (uint8_t)(*at - 'a');
	if (!ex->script_left) {
		ex->script_left = 1;
		if (at[1] == '=')
			s->option = (uint16_t)atoi(at + 2);
		else if (at[1] >= '0' && at[1] <= '9')
			ex->script_left = atoi(at + 1);
	}
	if (--ex->script_left == 0)
		ex->script += 1 + strspn(at + 1, "=0123456789");
	return true;
}

/* Which threads need not be tried after this step. */
static unsigned int still_asleep(const struct step *s)
{
	unsigned int sleep = 0;

	for (int i = 0; i < ex->test->threads; i++) {
		struct step next = { .reads = ex->thread[i].reads,
				     .writes = ex->thread[i].writes };

		if (((s->sleep | s->done) & BIT(i)) && i != s->thread &&
		    !depend(s, &next))
			sleep |= BIT(i);
	}
	return sleep;
}

/* The one that runs goes on if it may: turns cost. */
static int thread_of(unsigned int set)
{
	int last = ex->length ? ex->steps[ex->length - 1].thread : 0;

	return set & BIT(last) ? last : __builtin_ctz(set);
}

/* The thread that has to fall asleep first, or -1. */
static int thread_first(void)
{
	while (ex->to_sleep) {
		int t = __builtin_ctz(ex->to_sleep);

		if (ex->thread[t].state == RUNNABLE)
			return t;
		ex->to_sleep &= ~BIT(t);
		ex->fixed = ex->length;
	}
	return -1;
}

/*
 * Let something begin at step i that leads to step s, the next one after so
 * many, without i: one of the first steps, of those after i that do not depend
 * on i, and of s.
 */
static void race_reverse(int i, const struct step *s, int number)
{
	struct step *at = &ex->steps[i];
	int first[EXPLORE_THREADS];
	unsigned int seen = 0, initial = 0, wanted;

	for (int k = i + 1; k <= number; k++) {
		const struct step *next = k < number ? &ex->steps[k] : s;
		bool leads = true;

		if (k < number && next->past[at->thread] > i)
			continue;
		if (seen & BIT(next->thread))
			continue;
		for (int t = 0; t < ex->test->threads; t++)
			if ((seen & BIT(t)) && next->past[t] > first[t])
				leads = false;
		seen |= BIT(next->thread);
		first[next->thread] = k;
		if (leads)
			initial |= BIT(next->thread);
	}
	if ((at->backtrack | at->sleep) & initial)
		return;
	wanted = initial & at->enabled;
	if (wanted & BIT(s->thread))
		at->backtrack |= BIT(s->thread);
	else if (wanted)
		at->backtrack |= wanted & -wanted;
	/* Else only step i lets s happen. */
}

static void past_join(uint16_t *to, const uint16_t *from)
{
	for (int t = 0; t < EXPLORE_THREADS; t++)
		if (to[t] < from[t])
			to[t] = from[t];
}

/* What is before step s, the next one after so many; with what it races. */
static void step_order(struct step *s, int number)
{
	int count = 0;

	memcpy(s->past, ex->thread[s->thread].past, sizeof(s->past));
	for (int i = number - 1; i >= 0; i--) {
		struct step *e = &ex->steps[i];

		if (e->thread == s->thread || s->past[e->thread] > i ||
		    !depend(e, s))
			continue;
		ex->races[count++] = i;
		past_join(s->past, e->past);
	}
	s->past[s->thread] = (uint16_t)(number + 1);
	if (ex->every_order)
		return;
	for (int i = 0; i < count; i++)
		if (ex->races[i] >= ex->fixed)
			race_reverse(ex->races[i], s, number);
}

void search_sleeper_stays(int thread, int number)
{
	struct step s = { .thread = (uint8_t)thread, .reads = TOUCH_SPURIOUS };

	if (ex->test->spurious && number + 1 >= ex->prefix)
		step_order(&s, number);
}

/* Nobody can go on. */
static void sleepers_stay(void)
{
	for (int i = 0; i < ex->test->threads; i++)
		if (ex->thread[i].state == ASLEEP)
			search_sleeper_stays(i, ex->length);
}

static unsigned int sample_below(unsigned int n)
{
	ex->random ^= ex->random << 13;
	ex->random ^= ex->random >> 7;
	ex->random ^= ex->random << 17;
	return (unsigned int)((ex->random >> 20) % n);
}

/* A sample goes on with the thread that runs, or with any. */
static unsigned int sample_threads(unsigned int enabled, int first)
{
	unsigned int one;

	if (first >= 0)
		return BIT(first);
	if (sample_below(2))
		return enabled;
	do
		one = BIT(sample_below((unsigned int)ex->test->threads));
	while (!(enabled & one));
	return one;
}

/* Make the next step; its thread, or MAIN if there is none. */
static int search_step(void)
{
	struct step *s = &ex->steps[ex->length];
	unsigned int enabled = threads_enabled();
	unsigned int allowed;
	int first = thread_first();

	if (ex->length == MAX_STEPS) {
		snprintf(ex->failure, sizeof(ex->failure),
			 "does not end: %d steps", MAX_STEPS);
		ex->ending = FAILED;
		return MAIN;
	}
	if (!enabled) {
		ex->ending = search_ended();
		if (ex->ending == COMPLETE)
			sleepers_stay();
		return MAIN;
	}
	if (ex->script) {
		*s = (struct step){ .options = 1, .enabled = enabled };
		if (!script_next(s) || !(enabled & BIT(s->thread)))
			s->thread = thread_of(enabled);
	} else if (ex->sampling) {
		*s = (struct step){ .options = 1, .enabled = enabled };
		s->thread = thread_of(sample_threads(enabled, first));
	} else if (ex->length >= ex->prefix) {
		*s = (struct step){ .options = 1, .enabled = enabled };
		if (ex->length > ex->fixed && !ex->every_order)
			s->sleep = still_asleep(s - 1);
		allowed = enabled & ~s->sleep;
		if (!allowed) {
			ex->ending = REDUNDANT;
			return MAIN;
		}
		if (first >= 0)
			allowed = enabled = BIT(first);
		s->thread = thread_of(allowed);
		s->backtrack = ex->every_order ? enabled : BIT(s->thread);
	}
	ex->length++;
	return s->thread;
}

static void search_switch(void)
{
	int next = search_step();

	if (next != ex->running)
		fiber_switch(next);
}

void step_begin(footprint reads, footprint writes)
{
	struct thread *self = running_thread();

	if (ex->running == MAIN)
		return;
	self->reads = reads;
	self->writes = writes;
	if (ex->starting)
		fiber_switch(MAIN);
	else
		search_switch();
}

/* The execution leads nowhere where others do not. */
_Noreturn void search_redundant(void)
{
	ex->ending = REDUNDANT;
	fiber_switch(MAIN);
	__builtin_unreachable();
}

int step_choose(int options)
{
	struct step *s = &ex->steps[ex->length - 1];

	if (ex->running == MAIN || ex->to_sleep)
		return 0;
	if (s->option >= options)
		explore_fail("choice %d of %d: the steps are another program's",
			     s->option, options);
	s->options = (uint16_t)options;
	/* The first option is the newest message, or that all goes well. */
	if (ex->sampling && sample_below(2))
		s->option = (uint16_t)sample_below((unsigned int)options);
	return s->option;
}

void thread_stop(enum thread_state state)
{
	struct thread *self = running_thread();

	self->state = state;
	self->reads = self->writes = 0;
	if (ex->starting)
		fiber_switch(MAIN);
	else
		search_switch();
}

void step_end(footprint reads, footprint writes)
{
	struct thread *self = running_thread();
	struct step *s = &ex->steps[ex->length - 1];

	memory_new_epoch(self);
	if (writes)
		self->waited = -1;
	if (ex->running == MAIN)
		return;
	s->reads = reads;
	s->writes = writes;
	/* Below the last changed step all is as it was. */
	if (ex->length >= ex->prefix)
		step_order(s, ex->length - 1);
	memcpy(self->past, s->past, sizeof(self->past));
}

/* Prepare the execution after this one; false if there is none. */
static bool search_next(void)
{
	for (int i = ex->length - 1; i >= ex->fixed; i--) {
		struct step *s = &ex->steps[i];
		unsigned int left;

		if (s->option + 1 < s->options) {
			s->option++;
			ex->prefix = i + 1;
			return true;
		}
		s->done |= BIT(s->thread);
		left = s->backtrack & ~s->done & ~s->sleep;
		if (left) {
			s->thread = (uint8_t)__builtin_ctz(left);
			s->option = 0;
			s->options = 1;
			ex->prefix = i + 1;
			return true;
		}
	}
	return false;
}

/* How much of the search is done, as far as it is known yet. */
double search_progress(void)
{
	double done = 0, share = 1;

	for (int i = 0; i < ex->length; i++) {
		struct step *s = &ex->steps[i];
		int tried = __builtin_popcount(s->done);
		int all = __builtin_popcount(s->done | s->backtrack);

		done += share * ((double)tried / all +
				 (double)s->option / s->options / all);
		share /= (double)all * s->options;
	}
	return done;
}

int explore_choose(int n)
{
	int chosen;

	EXPLORE_ENTER();
	step_begin(0, 0);
	chosen = step_choose(n);
	print_tell(NULL, "chooses %d of %d", chosen, n);
	step_end(0, 0);
	return chosen;
}

int explore_self(void)
{
	int self = ex->running == MAIN ? ex->acting : ex->running;

	return self == MAIN ? -1 : self;
}

int explore_bound(void)
{
	return ex->bound;
}

void explore_alone(void)
{
	struct view copied;

	EXPLORE_ENTER();
	step_begin(0, ~(footprint)0);
	/* What they would have done next will not be there to race with it. */
	ex->steps[ex->length - 1].backtrack |=
		ex->steps[ex->length - 1].enabled;
	for (int i = 0; i < ex->test->threads; i++)
		if (i != ex->running)
			ex->thread[i].state = DONE;
	shadow_alone();
	memory_alone();
	/* A copy of memory holds the newest of every place, and nothing can be
	 * stored in front of it. What the others did is not known by that: a
	 * plain object may have been copied half written. */
	copied = memory_newest();
	view_join_seen(&running_thread()->now, &copied);
	view_join_seen(&running_thread()->acquirable, &copied);
	print_tell(NULL, "the other threads end");
	step_end(0, ~(footprint)0);
}

void explore_as(int thread, void (*fn)(int thread))
{
	fiber_act(thread);
	fn(thread);
	fiber_act(MAIN);
}

_Noreturn void explore_fail(const char *format, ...)
{
	va_list arguments;

	if (ex->ending != FAILED) {
		va_start(arguments, format);
		vsnprintf(ex->failure, sizeof(ex->failure), format, arguments);
		va_end(arguments);
		ex->ending = FAILED;
	}
	if (ex->running == MAIN)
		_longjmp(ex->abandon, 1);
	fiber_switch(MAIN);
	__builtin_unreachable();
}

_Noreturn void explore_hang(const char *why)
{
	running_thread()->hung = why;
	thread_stop(HUNG);
	__builtin_unreachable();
}

void explore_outcome(const char *format, ...)
{
	size_t used = strlen(ex->outcome);
	size_t room = sizeof(ex->outcome) - used;
	va_list arguments;
	int length;

	EXPLORE_ENTER();
	va_start(arguments, format);
	length = vsnprintf(ex->outcome + used, room, format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= room)
		explore_fail("an outcome of more than %zu letters",
			     sizeof(ex->outcome) - 1);
}

void search_thread(int thread)
{
	struct thread *self = &ex->thread[thread];

	ex->test->thread(thread);
	if (ex->test->exits && self->at_exit)
		self->at_exit(thread);
	thread_stop(DONE);
}

/* The program's static data that can change: its writable segment without what
 * the linker protected. */
static int data_find(struct dl_phdr_info *info, size_t size, void *unused)
{
	uintptr_t protected = 0;

	(void)size;
	(void)unused;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type == PT_GNU_RELRO)
		protected = info->dlpi_addr + p->p_vaddr + p->p_memsz;
	}
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + p->p_vaddr;
		uintptr_t end = start + p->p_memsz;

		if (p->p_type != PT_LOAD || !(p->p_flags & PF_W))
			continue;
		if (protected > start && protected <= end)
			start = protected;
		ex->data = (char *)start;
		ex->data_size = end - start;
	}
	return 1; /* the first is the program itself */
}

/* All static data is as it was before the first execution. */
static void data_restore(void)
{
	if (!ex->data) {
		dl_iterate_phdr(data_find, NULL);
		ex->data_saved = malloc(ex->data_size);
		memcpy(ex->data_saved, ex->data, ex->data_size);
	}
	memcpy(ex->data, ex->data_saved, ex->data_size);
}

static void execution_begin(void)
{
	data_restore();
	fiber_reset();
	memory_reset();
	wait_reset();
	shadow_reset();
	print_reset();
	ex->length = 0;
	ex->fixed = 0;
	ex->to_sleep = ex->test->asleep;
	ex->ending = COMPLETE;
	ex->outcome[0] = '\0';
	ex->blame[0] = ex->blame[1] = 0;
	for (int i = 0; i < IDENTITIES; i++) {
		struct thread *t = &ex->thread[i];

		t->state = RUNNABLE;
		t->await = -1;
		t->waited = -1;
		t->loaded = -1;
		t->await_bounded = false;
		t->at_exit = NULL;
		memset(t->past, 0, sizeof(t->past));
	}
}

/* One execution, from setup to finish. */
void search_run(void)
{
	execution_begin();
	if (_setjmp(ex->abandon))
		return;
	if (ex->test->threads > EXPLORE_THREADS)
		explore_fail("more than %d threads are not modelled",
			     EXPLORE_THREADS);
	if (ex->test->setup)
		ex->test->setup();
	memory_begin_threads();
	ex->starting = true;
	for (int i = 0; i < ex->test->threads && ex->ending != FAILED; i++)
		fiber_enter(i);
	ex->starting = false;
	if (ex->ending == FAILED)
		return;
	search_switch();
	if (ex->ending == FAILED || ex->ending == REDUNDANT)
		return;
	if (ex->length > ex->longest)
		ex->longest = ex->length;
	memory_end_threads();
	if (ex->ending == STUCK)
		wait_explain();
	if (ex->test->finish)
		ex->test->finish();
	shadow_leaks();
}

void search_all(const struct explore_test *test, struct outcomes *seen,
		struct states *states, bool (*go_on)(void *arg), void *arg)
{
	ex->test = test;
	ex->prefix = 0;
	ex->length = 0;
	ex->executions = ex->redundant = 0;
	ex->longest = 0;
	ex->failure[0] = '\0';
	do {
		search_run();
		ex->executions++;
		if (ex->ending == FAILED)
			return;
		if (ex->ending == REDUNDANT)
			ex->redundant++;
		else
			outcomes_add(seen, ex->outcome);
		if (ex->ending == COMPLETE && states)
			states_note(states);
	} while (go_on(arg) && search_next());
}

void search_sample(const struct explore_test *test, unsigned long count)
{
	bool every_order = ex->every_order;

	ex->test = test;
	ex->sampling = ex->every_order = true;
	ex->random = 1;
	ex->prefix = 0;
	ex->executions = ex->redundant = 0;
	ex->longest = 0;
	ex->failure[0] = '\0';
	do {
		search_run();
		ex->executions++;
	} while (ex->ending != FAILED && ex->executions < count);
	ex->sampling = false;
	/* A failure is replayed as it was found. */
	if (ex->ending != FAILED)
		ex->every_order = every_order;
}
