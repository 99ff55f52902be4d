/* SPDX-License-Identifier: MIT */
/*
 * Waiting, and what the kernel does.
 *
 * Sleep. A futex wait compares and falls asleep in one step, as does a wake:
 * the kernel's queue lock and full barriers make them so. A sleep ends by a
 * wake, at any moment by its deadline if that is near, or for no reason while
 * the test allows it. A far deadline never comes: it stands for "look again in
 * case of trouble", and would hide a lost wake-up.
 *
 * Spinning. To read the same store twice in a loop changes nothing, so who has
 * read a word goes on when it has news. Nothing new, for ever, is reported. If
 * it only finds that it has to wait again, it could as well have waited for the
 * next news, which is another execution.
 *
 * Membarrier makes each other thread execute a full barrier somewhere between
 * its begin and its end. Compilers reorder, so this is a barrier for a program
 * only where that says ksync_barrier(), the light half: if a thread passes one
 * after its turn came, it sees what the caller had done; else the caller sees
 * what the thread did before it. The caller waits for each thread's turn, so
 * this is an order of plain accesses, too, which a fence alone is not.
 *
 * Time. No machine keeps a store for half a millisecond. So in the middle of a
 * nap of one all is visible that was stored before it began, and at its end all
 * that was stored before its middle: a thread that still reads something old
 * during the nap does so in its first half.
 *
 * The futex is no fence. The kernel executes a full barrier in each wait and
 * wake, but what futex(2) promises is one order of the operations on one word,
 * and that is what memory_queue_pass() gives: who comes later sees what those
 * before had seen. Less than what is there hides no failure; more would hide
 * the fence that an algorithm lacks and should have under a label.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "explore_engine.h"

#define CLOCK_START 1000000000LL
#define CLOCK_JUMP 1000000000LL
#define FAR_NS 5000000000LL
#define SETTLING_NS 1000000LL
#define NEVER INT64_MAX

void wait_reset(void)
{
	memset(ex->heavy, 0, sizeof(ex->heavy));
	memset(ex->after_heavy, 0, sizeof(ex->after_heavy));
	ex->barrier_gone = false;
	ex->clock = CLOCK_START;
	ex->clock_jumps = ex->test->clock_jumps;
	ex->spurious = ex->test->spurious;
	ex->arrivals = 0;
}

int64_t explore_clock(void)
{
	EXPLORE_ENTER();
	/* Without jumps it still moves when sleepers' deadlines come. */
	if (!ex->test->clock_jumps)
		step_begin(TOUCH_CLOCK, 0);
	else
		step_begin(0, TOUCH_CLOCK);
	if (ex->clock_jumps && step_choose(2)) {
		ex->clock_jumps--;
		ex->clock += CLOCK_JUMP;
		print_tell(NULL, "time has passed");
		step_end(0, TOUCH_CLOCK);
	} else {
		step_end(TOUCH_CLOCK, 0);
	}
	return ex->clock;
}

static bool deadline_near(const struct thread *t)
{
	return t->deadline - ex->clock < FAR_NS;
}

bool wait_is_over(const struct thread *t)
{
	return t->woken || deadline_near(t) || ex->spurious > 0;
}

static void settle(const struct view *what)
{
	view_join_seen(&ex->settled, what);
}

/* Can it end by anything but a wake-up? That depends on the clock, and on the
 * spurious wake-ups that others leave. */
static footprint sleep_watches(const struct thread *t)
{
	return (t->deadline != NEVER ? TOUCH_CLOCK : 0) |
	       (ex->test->spurious ? TOUCH_SPURIOUS : 0);
}

/* The end of a sleep, as its own step. */
static int sleep_end(int l, bool settles)
{
	struct thread *self = running_thread();
	footprint watched = sleep_watches(self);
	footprint touched = TOUCH(l) | watched;

	if (settles)
		touched |= TOUCH_SETTLED;
	step_begin(0, touched);
	if (settles && !self->woken) {
		settle(&self->asleep_since);
		self->asleep_since = memory_newest();
		print_tell(NULL, "half of the time is over");
		step_end(TOUCH(l), TOUCH_SETTLED);
		step_begin(0, touched);
	}
	if (self->woken) {
		/* With more time, its deadline could have come before. */
		memory_queue_pass(l);
		print_tell(NULL, "was woken");
		self->state = RUNNABLE;
		step_end(watched & TOUCH_CLOCK, TOUCH(l));
		return 0;
	}
	self->state = RUNNABLE;
	if (!deadline_near(self) || (ex->spurious && step_choose(2))) {
		ex->spurious--;
		print_tell(NULL, "wakes up for no reason");
		step_end(watched, TOUCH(l) | TOUCH_SPURIOUS);
		return 0;
	}
	if (ex->clock < self->deadline)
		ex->clock = self->deadline;
	if (settles)
		settle(&self->asleep_since);
	print_tell(NULL, "wakes up: it is time");
	step_end(watched, TOUCH(l) | TOUCH_CLOCK | (touched & TOUCH_SETTLED));
	return ETIMEDOUT;
}

/* 0, EAGAIN or ETIMEDOUT. */
int explore_futex_wait(uint32_t *word, uint32_t value, int64_t deadline)
{
	struct thread *self = running_thread();
	footprint reads = TOUCH_SETTLED, writes;
	bool settles;
	int l;

	EXPLORE_ENTER();
	l = memory_location(word, sizeof(*word));
	writes = TOUCH(l);
	/* How near that is depends on the clock. */
	if (deadline != NEVER)
		step_begin(reads | TOUCH_CLOCK, writes | TOUCH_SETTLED);
	else
		step_begin(reads, writes);
	shadow_access(ATOMIC_READ, word, sizeof(*word));
	if (memory_queue_read(l) != value) {
		step_end(reads, writes);
		return EAGAIN;
	}
	if (ex->running == MAIN)
		explore_fail("setup or finish would sleep for ever");
	self->state = ASLEEP;
	self->word = word;
	self->woken = false;
	self->deadline = deadline;
	self->arrival = ex->arrivals++;
	settles = deadline - ex->clock >= SETTLING_NS && deadline_near(self);
	if (settles) {
		self->asleep_since = memory_newest();
		writes |= TOUCH_SETTLED;
	}
	if (deadline != NEVER)
		reads |= TOUCH_CLOCK;
	print_tell(NULL, "sleeps%s", deadline_near(self) ? " for a while" : "");
	step_end(reads, writes);
	return sleep_end(l, settles);
}

static struct thread *longest_asleep(const uint32_t *word)
{
	struct thread *first = NULL;

	for (int i = 0; i < ex->test->threads; i++) {
		struct thread *t = &ex->thread[i];

		if (t->state == ASLEEP && !t->woken && t->word == word &&
		    (!first || t->arrival < first->arrival))
			first = t;
	}
	return first;
}

/* The kernel does not look at the word, so it may be gone by now. */
int explore_futex_wake(uint32_t *word, int count)
{
	struct thread *t;
	int woken = 0;
	int l;

	EXPLORE_ENTER();
	l = memory_location(word, sizeof(*word));
	step_begin(0, TOUCH(l));
	memory_queue_pass(l);
	while (woken < count && (t = longest_asleep(word))) {
		t->woken = true;
		woken++;
		search_sleeper_stays((int)(t - ex->thread), ex->length - 1);
	}
	print_tell(NULL, "wakes %d of %s", woken, print_place(word));
	step_end(0, TOUCH(l));
	return woken;
}

void explore_await(const volatile void *addr, bool bounded)
{
	struct thread *self = running_thread();
	uintptr_t key = (uintptr_t)addr;

	EXPLORE_ENTER();
	if (ex->running == MAIN)
		explore_fail("setup or finish would spin for ever");
	for (int l = 0; l < ex->locations; l++) {
		if (ex->address[l] != key)
			continue;
		/* It has news, from a compare-exchange that failed. */
		if (self->loaded == l && self->loaded_at < self->now.seen[l])
			return;
		/* Once more around: it could as well have slept on. */
		if (self->waited == l && !ex->every_order)
			search_redundant();
		self->await = l;
		self->await_bounded = bounded;
		self->waited = l;
		return;
	}
	explore_fail("waits for a place that it never read");
}

bool explore_spin(const volatile void *addr, unsigned int turn)
{
	if (turn >= (unsigned int)ex->test->spins || !explore_choose(2))
		return false;
	explore_await(addr, true);
	return true;
}

void explore_at_exit(void (*fn)(int thread))
{
	int thread = ex->running == MAIN ? ex->acting : ex->running;

	ex->thread[thread].at_exit = fn;
}

/*
 * May the turn of these threads come later than now? If the membarrier did not
 * begin in the past it could as well begin later, which is another execution.
 */
static bool heavy_may_wait(int caller, uint8_t threads)
{
	struct heavy *h = &ex->heavy[caller];

	return (h->waits_for & threads) &&
	       (ex->every_order || step_is_past(caller, h->began));
}

/* The light half. */
void explore_light(void)
{
	struct thread *self = running_thread();
	uint8_t me = (uint8_t)(1u << ex->running);
	unsigned int begun = 0, late;

	EXPLORE_ENTER();
	if (ex->running == MAIN)
		return;
	step_begin(TOUCH_HEAVY, 0);
	for (int i = 0; i < ex->test->threads; i++)
		if (heavy_may_wait(i, me))
			begun++;
	late = (unsigned int)step_choose(1 << begun);
	for (int i = 0; i < ex->test->threads; i++) {
		struct heavy *h = &ex->heavy[i];
		bool wait = false;

		if (heavy_may_wait(i, me)) {
			wait = late & 1;
			late >>= 1;
		}
		if (wait || !(h->waits_for & me))
			continue;
		h->waits_for &= (uint8_t)~me;
		view_join(&h->gathered, &self->light);
		view_join(&self->now, &h->before);
	}
	view_join(&self->now, &ex->after_heavy[ex->running]);
	view_join(&self->acquirable, &self->now);
	view_join(&self->light, &self->acquirable);
	print_tell("light", "compiler barrier");
	step_end(TOUCH_HEAVY, 0);
}

/*
 * A section is never on both sides of an interruption: what it has read before
 * is not what it adds after. So the two meet in one step: it has added before,
 * which the interrupter sees, or it is late and begins again.
 */
void explore_section(void)
{
	EXPLORE_ENTER();
	explore_light();
	running_thread()->interrupted = false;
}

bool explore_section_add(volatile void *p, size_t size, uint64_t value)
{
	struct thread *self = running_thread();
	int l;

	EXPLORE_ENTER();
	l = memory_location(p, size);
	step_begin(TOUCH_HEAVY | TOUCH_SETTLED, TOUCH(l));
	if (self->interrupted) {
		print_tell("section", "begins again");
		step_end(TOUCH_HEAVY, 0);
		return false;
	}
	shadow_access(ATOMIC_WRITE, p, size);
	memory_add(l, value);
	view_join(&self->light, &self->acquirable);
	view_join(&self->light, &self->now);
	step_end(TOUCH_HEAVY | TOUCH_SETTLED, TOUCH(l));
	return true;
}

static void heavy_begin(struct heavy *h, bool may_fail)
{
	struct thread *self = running_thread();

	step_begin(0, TOUCH_HEAVY);
	if (may_fail && !ex->barrier_gone && ex->test->barrier_fails &&
	    step_choose(2))
		ex->barrier_gone = true;
	if (may_fail && ex->barrier_gone) {
		print_tell("heavy", "membarrier fails");
		step_end(0, TOUCH_HEAVY);
		return;
	}
	fences_pass(self);
	h->began = ex->length - 1;
	h->before = self->now;
	memset(&h->gathered, 0, sizeof(h->gathered));
	h->waits_for = (uint8_t)((1u << ex->test->threads) - 1);
	h->waits_for &= (uint8_t)~(1u << ex->running);
	print_tell("heavy", "membarrier begins");
	step_end(0, TOUCH_HEAVY);
}

static void heavy_end(struct heavy *h)
{
	struct thread *self = running_thread();

	step_begin(0, TOUCH_HEAVY);
	for (int i = 0; i < ex->test->threads; i++) {
		if (!(h->waits_for & (1u << i)))
			continue;
		view_join(&h->gathered, &ex->thread[i].light);
		view_join(&ex->after_heavy[i], &h->before);
		ex->thread[i].interrupted = true;
	}
	h->waits_for = 0;
	view_join(&self->acquirable, &h->gathered);
	fences_pass(self);
	print_tell("heavy", "membarrier ends");
	step_end(0, TOUCH_HEAVY);
}

bool explore_membarrier(bool registering)
{
	EXPLORE_ENTER();
	if (ex->running == MAIN)
		return !ex->barrier_gone;
	if (registering) {
		step_begin(TOUCH_HEAVY, 0);
		print_tell("heavy", "asks for membarrier");
		step_end(TOUCH_HEAVY, 0);
		return !ex->barrier_gone;
	}
	heavy_begin(&ex->heavy[ex->running], true);
	if (ex->barrier_gone)
		return false;
	heavy_end(&ex->heavy[ex->running]);
	return true;
}

void explore_interrupt(void)
{
	EXPLORE_ENTER();
	if (ex->running == MAIN)
		return;
	heavy_begin(&ex->heavy[ex->running], false);
	heavy_end(&ex->heavy[ex->running]);
}

/* What a thread that is not done waits for. */
static void wait_describe(int i, char *text, size_t size)
{
	const struct thread *t = &ex->thread[i];

	if (t->state == ASLEEP)
		snprintf(text, size,
			 "; T%d sleeps and nobody is left to wake it", i);
	else if (t->state == HUNG)
		snprintf(text, size, "; T%d %s", i, t->hung);
	else if (t->state == RUNNABLE)
		snprintf(text, size, "; T%d waits for news of %s", i,
			 print_place((void *)ex->address[t->await]));
}

_Noreturn void wait_explain(void)
{
	const char *kind = "deadlock";
	char text[MESSAGE_LENGTH / 2] = "";
	int asleep = 0, others = 0;
	bool lost;

	for (int i = 0; i < ex->test->threads; i++) {
		const struct thread *t = &ex->thread[i];
		size_t used = strlen(text);

		wait_describe(i, text + used, sizeof(text) - used);
		asleep += t->state == ASLEEP;
		others += t->state == RUNNABLE || t->state == HUNG;
		if (t->state == RUNNABLE)
			kind = "unbounded spinning";
		else if (t->state == HUNG)
			kind = "hangs";
	}
	lost = ex->test->available ? ex->test->available() : asleep == 1;
	if (asleep && !others && lost)
		kind = "lost wake-up";
	explore_fail("%s%s", kind, text);
}
