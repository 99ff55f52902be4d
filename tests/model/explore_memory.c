/* SPDX-License-Identifier: MIT */
/*
 * Memory, as C11 has it without reads from the future.
 *
 * A location is a list of messages, its stores in their order. What a thread
 * has seen of each location is the least that it may read from it; a message
 * carries what its reader acquires. So a load may read an old message until
 * something told its thread of a newer one.
 *
 *	relaxed store	passes on what the last release fence did
 *	release store	passes on all that its thread knows
 *	relaxed load	learns that the message exists; an acquire fence later
 *			learns what came with it
 *	acquire load	learns what came with it
 *	read-modify-write	reads the message before its own, and passes
 *			on what came with that too (release sequence)
 *	full fence	explore_fences.c
 *
 * A seq_cst load or store is stronger here than in C11: a store stands between
 * full fences, a load behind one. ksync has none.
 *
 * A store that is not the newest may be ignored by a load, and be stored in
 * front of, only if it is before the load, or before the store that the load
 * reads, in the order of dependent steps: else the execution in which the load
 * comes first has the same result, and the search goes there too.
 */
#include <stdlib.h>
#include <string.h>

#include "explore_engine.h"

/* Distance of new messages, so that others fit in between. */
#define GAP (1u << 16)

static bool order_acquires(int order)
{
	return order == __ATOMIC_ACQUIRE || order == __ATOMIC_ACQ_REL ||
	       order == __ATOMIC_CONSUME || order == __ATOMIC_SEQ_CST;
}

static bool order_releases(int order)
{
	return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL ||
	       order == __ATOMIC_SEQ_CST;
}

static const char *order_name(int order)
{
	switch (order) {
	case __ATOMIC_ACQUIRE:
	case __ATOMIC_CONSUME:
		return "acquire";
	case __ATOMIC_RELEASE:
		return "release";
	case __ATOMIC_ACQ_REL:
		return "acq_rel";
	case __ATOMIC_SEQ_CST:
		return "full";
	default:
		return "relaxed";
	}
}

void view_join_seen(struct view *to, const struct view *from)
{
	for (int i = 0; i < ex->locations; i++)
		if (to->seen[i] < from->seen[i])
			to->seen[i] = from->seen[i];
}

void view_join(struct view *to, const struct view *from)
{
	view_join_seen(to, from);
	for (int i = 0; i < IDENTITIES; i++)
		if (to->epoch[i] < from->epoch[i])
			to->epoch[i] = from->epoch[i];
	to->fences |= from->fences;
}

void memory_reset(void)
{
	ex->locations = 0;
	ex->privates = 0;
	fences_reset();
	memset(&ex->settled, 0, sizeof(ex->settled));
	for (int i = 0; i < IDENTITIES; i++) {
		struct thread *t = &ex->thread[i];

		memset(&t->now, 0, sizeof(t->now));
		memset(&t->light, 0, sizeof(t->light));
		t->now.epoch[i] = 1;
		t->acquirable = t->now;
		t->released = (struct view){ .seen = { 0 } };
	}
}

/* The threads begin with what setup did, and finish knows what they did. */
void memory_begin_threads(void)
{
	for (int i = 0; i < ex->test->threads; i++) {
		struct thread *t = &ex->thread[i];

		view_join(&t->now, &ex->thread[MAIN].now);
		t->acquirable = t->now;
	}
	memory_new_epoch(&ex->thread[MAIN]);
}

void memory_end_threads(void)
{
	struct thread *main = &ex->thread[MAIN];

	for (int i = 0; i < ex->test->threads; i++)
		view_join(&main->now, &ex->thread[i].now);
	main->acquirable = main->now;
}

/* What the running thread does from now on is not known to those who acquire
 * what it has released. */
void memory_new_epoch(struct thread *self)
{
	self->now.epoch[ex->running]++;
	self->acquirable.epoch[ex->running]++;
}

static uint64_t raw_read(uintptr_t addr, int size)
{
	switch (size) {
	case 1:
		return *(volatile uint8_t *)addr;
	case 2:
		return *(volatile uint16_t *)addr;
	case 4:
		return *(volatile uint32_t *)addr;
	default:
		return *(volatile uint64_t *)addr;
	}
}

static void raw_write(uintptr_t addr, int size, uint64_t value)
{
	memcpy((void *)addr, &value, (size_t)size);
}

static uint64_t cut(uint64_t value, int size)
{
	return size == 8 ? value : value & ((1ull << (8 * size)) - 1);
}

/* The location of an address; made with what memory holds if it is new. */
int memory_location(const volatile void *p, size_t size)
{
	uintptr_t addr = (uintptr_t)p;
	int l;

	for (l = 0; l < ex->locations; l++) {
		uintptr_t other = ex->address[l];
		int other_size = ex->location[l].size;

		if (other == addr && other_size == (int)size)
			return l;
		if (other && other < addr + size &&
		    addr < other + (uintptr_t)other_size)
			explore_fail("accesses of %d and %zu bytes to one "
				     "place are not modelled",
				     other_size, size);
	}
	if (l == MAX_LOCATIONS)
		explore_fail("more than %d atomic locations", MAX_LOCATIONS);
	ex->locations++;
	ex->address[l] = addr;
	ex->location[l].size = (int)size;
	ex->location[l].count = 1;
	ex->location[l].reads = 0;
	memset(&ex->location[l].queue, 0, sizeof(struct view));
	if (!ex->location[l].message)
		ex->location[l].message =
			calloc(MAX_MESSAGES, sizeof(struct message));
	ex->location[l].message[0] = (struct message){
		.value = raw_read(addr, (int)size),
		.thread = MAIN,
		.step = -1,
	};
	return l;
}

/* The memory ends to exist. */
void memory_forget(uintptr_t from, uintptr_t to)
{
	for (int l = 0; l < ex->locations; l++)
		if (ex->address[l] >= from && ex->address[l] < to)
			ex->address[l] = 0;
}

static struct message *newest(int l)
{
	struct location *loc = &ex->location[l];
	struct message *m = &loc->message[loc->count - 1];

	if (m->plain) {
		m->value = raw_read(ex->address[l], loc->size);
		m->plain = false;
	}
	return m;
}

/* Is there a message that the thread has not read yet? */
bool memory_has_news(int l, const struct thread *t)
{
	struct location *loc = &ex->location[l];

	return loc->message[loc->count - 1].at > t->now.seen[l];
}

/* All that has been stored. */
struct view memory_newest(void)
{
	struct view all = { .seen = { 0 } };

	for (int l = 0; l < ex->locations; l++)
		all.seen[l] =
			ex->location[l].message[ex->location[l].count - 1].at;
	return all;
}

void memory_alone(void)
{
	for (int l = 0; l < ex->locations; l++)
		for (int i = 0; i < ex->location[l].count; i++)
			ex->location[l].message[i].again = false;
}

static struct message *message_insert(int l, int after, uint64_t value)
{
	struct location *loc = &ex->location[l];
	struct message *m = &loc->message[after + 1];
	bool last = after + 1 == loc->count;
	uint32_t before = m[-1].at;
	uint32_t gap = last ? GAP : (m->at - before) / 2;

	if (loc->count == MAX_MESSAGES || !gap)
		explore_fail("too many stores to %s: does a loop not end?",
			     print_place((void *)ex->address[l]));
	if (!last)
		memmove(m + 1, m,
			sizeof(*m) * (size_t)(loc->count - after - 1));
	loc->count++;
	m->value = cut(value, loc->size);
	m->at = before + gap;
	m->fences = running_thread()->now.fences;
	m->step = ex->length - 1;
	m->thread = (uint8_t)ex->running;
	m->follows = false;
	m->plain = false;
	m->again = false;
	return m;
}

/* A plain write, about to happen, to what may be atomic at other times. */
void memory_plain_write(uintptr_t addr, size_t size)
{
	struct thread *self = running_thread();

	for (int l = 0; l < ex->locations; l++) {
		struct location *loc = &ex->location[l];
		struct message *m;

		if (ex->address[l] + (uintptr_t)loc->size <= addr ||
		    addr + size <= ex->address[l])
			continue;
		(void)newest(l);
		m = message_insert(l, loc->count - 1, 0);
		m->plain = true;
		memset(&m->view, 0, sizeof(m->view));
		m->view.seen[l] = m->at;
		self->now.seen[l] = self->acquirable.seen[l] = m->at;
	}
}

enum use { READ, QUEUE_READ, WRITE, UPDATE, EXCHANGE };

/* Does the search have to pass over the newer message here, when this one is
 * chosen? */
static bool may_ignore(const struct message *newer, const struct message *m)
{
	return ex->every_order || step_is_past(newer->thread, newer->step) ||
	       step_is_before(newer->thread, newer->step, m->step);
}

static bool may_ignore_all_newer(const struct location *loc, int i,
				 enum use use)
{
	/* An earlier place in the futex's queue is not the same. */
	if (use == QUEUE_READ)
		return true;
	for (int newer = i + 1; newer < loc->count; newer++)
		if (!may_ignore(&loc->message[newer], &loc->message[i]))
			return false;
	return true;
}

/* Can a message be stored directly behind this one? */
static bool message_open(const struct location *loc, int i)
{
	return i + 1 == loc->count || !loc->message[i + 1].follows;
}

/*
 * Choose the message to read or to store behind. An EXCHANGE takes those that
 * are as expected only if it can replace them.
 */
static int message_choose(int l, enum use use, uint64_t expected)
{
	struct thread *self = running_thread();
	struct location *loc = &ex->location[l];
	uint32_t least = self->now.seen[l];
	int count = 0;
	int chosen;

	if (least < ex->settled.seen[l])
		least = ex->settled.seen[l];
	if (self->await == l && least <= self->now.seen[l])
		least = self->now.seen[l] + 1;
	(void)newest(l);
	for (int i = loc->count - 1; i >= 0; i--) {
		struct message *m = &loc->message[i];

		if (m->at < least || !fences_allow(self, l, m->at))
			break;
		if ((use == READ || use == QUEUE_READ || message_open(loc, i) ||
		     (use == EXCHANGE && m->value != expected)) &&
		    may_ignore_all_newer(loc, i, use))
			ex->candidate[count++] = i;
	}
	if (self->await == l) {
		self->await = -1;
		self->await_bounded = false;
	}
	chosen = ex->candidate[step_choose(count)];
	if (chosen + 1 < loc->count)
		fences_note_ignored(self, l, loc->message[chosen].at);
	return chosen;
}

/* Read message i: it exists, and brings what its writer passed on. */
static struct message *message_read(int l, int i, int order)
{
	struct thread *self = running_thread();
	struct message *m = &ex->location[l].message[i];

	fences_note_read(self, l, m->at);
	if (self->now.seen[l] < m->at)
		self->now.seen[l] = m->at;
	if (order_acquires(order))
		view_join(&self->now, &m->view);
	view_join(&self->acquirable, &m->view);
	if (self->acquirable.seen[l] < m->at)
		self->acquirable.seen[l] = m->at;
	return m;
}

/* Store behind message i; the read of a read-modify-write has been done. */
static void message_write(int l, int i, uint64_t value, int order, bool follows)
{
	struct thread *self = running_thread();
	struct location *loc = &ex->location[l];
	struct message *m = message_insert(l, i, value);

	if (m[-1].again && m[-1].thread != m->thread)
		explore_fail("T%d may still have to store %s again",
			     m[-1].thread, print_place((void *)ex->address[l]));
	self->now.seen[l] = m->at;
	/* It may have read of a newer one, and only have to acquire that. */
	if (self->acquirable.seen[l] < m->at)
		self->acquirable.seen[l] = m->at;
	m->view = order_releases(order) ? self->now : self->released;
	m->view.seen[l] = m->at;
	m->follows = follows;
	if (follows)
		view_join(&m->view, &loc->message[i].view);
	if (i + 2 == loc->count)
		raw_write(ex->address[l], loc->size, m->value);
}

static const char *age(int l, int i)
{
	return i + 1 < ex->location[l].count ? ", not the newest" : "";
}

/* The body of a load, within a step. */
static uint64_t read_and_tell(int l, enum use use, int order)
{
	int i = message_choose(l, use, 0);
	struct message *m = message_read(l, i, order);

	print_tell(order_name(order), "%s reads %s%s",
		   print_place((void *)ex->address[l]), print_value(m->value),
		   age(l, i));
	return m->value;
}

/* The kernel's lock of the queue behind a futex: what one caller had seen, the
 * next one sees. */
void memory_queue_pass(int l)
{
	struct thread *self = running_thread();
	struct view *queue = &ex->location[l].queue;

	view_join_seen(&self->acquirable, queue);
	view_join_seen(&self->now, &self->acquirable);
	view_join_seen(queue, &self->acquirable);
}

/* The same, and a look at the word meanwhile. */
uint64_t memory_queue_read(int l)
{
	uint64_t value;

	memory_queue_pass(l);
	value = read_and_tell(l, QUEUE_READ, __ATOMIC_RELAXED);
	memory_queue_pass(l);
	return value;
}

void explore_fence(int order)
{
	struct thread *self = running_thread();

	EXPLORE_ENTER();
	if (order == __ATOMIC_SEQ_CST)
		fences_pass(self);
	if (order_acquires(order))
		self->now = self->acquirable;
	if (order_releases(order))
		self->released = self->now;
	memory_new_epoch(self);
	print_tell(order_name(order), "fence");
}

void explore_private(const volatile void *addr, int thread)
{
	if (ex->privates == MAX_PRIVATE)
		explore_fail("more than %d private objects", MAX_PRIVATE);
	ex->private[ex->privates].addr = (uintptr_t)addr;
	ex->private[ex->privates++].thread = thread;
}

static bool is_private(const volatile void *p)
{
	for (int i = 0; i < ex->privates; i++) {
		if (ex->private[i].addr != (uintptr_t)p)
			continue;
		if (ex->running != MAIN && ex->running != ex->private[i].thread)
			explore_fail("%s is not private to T%d", print_place(p),
				     ex->private[i].thread);
		return true;
	}
	return false;
}

uint64_t explore_load(const volatile void *p, size_t size, int order)
{
	uint64_t value;
	int l;

	if (is_private(p))
		return raw_read((uintptr_t)p, (int)size);
	if (order == __ATOMIC_SEQ_CST)
		explore_fence(order);
	EXPLORE_ENTER();
	l = memory_location(p, size);
	step_begin(TOUCH(l) | TOUCH_SETTLED, 0);
	shadow_access(ATOMIC_READ, p, size);
	value = read_and_tell(l, READ, order);
	running_thread()->loaded = l;
	running_thread()->loaded_at = running_thread()->now.seen[l];
	step_end(TOUCH(l) | TOUCH_SETTLED, 0);
	return value;
}

void explore_store(volatile void *p, size_t size, uint64_t value, int order)
{
	int l, i;

	if (is_private(p)) {
		raw_write((uintptr_t)p, (int)size, value);
		return;
	}
	if (order == __ATOMIC_SEQ_CST)
		explore_fence(order);
	EXPLORE_ENTER();
	l = memory_location(p, size);
	step_begin(TOUCH_SETTLED, TOUCH(l));
	shadow_access(ATOMIC_WRITE, p, size);
	i = message_choose(l, WRITE, 0);
	print_tell(order_name(order), "%s = %s%s", print_place((void *)p),
		   print_value(cut(value, (int)size)), age(l, i));
	message_write(l, i, value, order, false);
	step_end(TOUCH_SETTLED, TOUCH(l));
	if (order == __ATOMIC_SEQ_CST)
		explore_fence(order);
}

/*
 * No step of its own: between the two stores others could only have read the
 * value that both write, as message_write() makes sure. What they acquire is
 * what they would from the second, which passes on less.
 */
void explore_store_again(volatile void *p, size_t size, uint64_t value)
{
	struct thread *self = running_thread();
	struct location *loc;
	int l, i;

	if (is_private(p) || ex->running == MAIN)
		return;
	EXPLORE_ENTER();
	l = memory_location(p, size);
	loc = &ex->location[l];
	for (i = loc->count - 1; loc->message[i].at > self->now.seen[l]; i--)
		;
	if (loc->message[i].thread != ex->running ||
	    loc->message[i].value != value)
		explore_fail("%s is not what its thread stored last",
			     print_place((void *)p));
	loc->message[i].again = true;
	loc->message[i].view = self->released;
	loc->message[i].view.seen[l] = loc->message[i].at;
}

static uint64_t rmw_result(enum explore_rmw what, uint64_t old, uint64_t value)
{
	switch (what) {
	case EXPLORE_XCHG:
		return value;
	case EXPLORE_ADD:
		return old + value;
	case EXPLORE_SUB:
		return old - value;
	case EXPLORE_AND:
		return old & value;
	case EXPLORE_OR:
		return old | value;
	default:
		return old ^ value;
	}
}

uint64_t explore_rmw(volatile void *p, size_t size, enum explore_rmw what,
		     uint64_t value, int order)
{
	uint64_t old, result;
	int l, i;

	if (order == __ATOMIC_SEQ_CST)
		explore_fence(order);
	EXPLORE_ENTER();
	l = memory_location(p, size);
	step_begin(TOUCH_SETTLED, TOUCH(l));
	shadow_access(ATOMIC_WRITE, p, size);
	i = message_choose(l, UPDATE, 0);
	old = message_read(l, i, order)->value;
	result = cut(rmw_result(what, old, value), (int)size);
	print_tell(order_name(order), "%s: %s -> %s%s", print_place((void *)p),
		   print_value(old), print_value(result), age(l, i));
	message_write(l, i, result, order, true);
	step_end(TOUCH_SETTLED, TOUCH(l));
	if (order == __ATOMIC_SEQ_CST)
		explore_fence(order);
	return old;
}

/* The body of an addition to the newest value, a release, within a step. */
void memory_add(int l, uint64_t value)
{
	int i = ex->location[l].count - 1;
	uint64_t old, result;

	(void)newest(l);
	old = message_read(l, i, __ATOMIC_RELAXED)->value;
	result = cut(old + value, ex->location[l].size);
	print_tell("section", "%s: %s -> %s",
		   print_place((void *)ex->address[l]), print_value(old),
		   print_value(result));
	message_write(l, i, result, __ATOMIC_RELEASE, true);
}

/* Strong; relaxed if it fails. */
bool explore_cmpxchg(volatile void *p, size_t size, uint64_t *expected,
		     uint64_t value, int order)
{
	uint64_t old;
	int l, i;
	bool same;

	if (order == __ATOMIC_SEQ_CST)
		explore_fence(order);
	EXPLORE_ENTER();
	l = memory_location(p, size);
	step_begin(TOUCH_SETTLED, TOUCH(l));
	i = message_choose(l, EXCHANGE, cut(*expected, (int)size));
	old = ex->location[l].message[i].value;
	same = old == cut(*expected, (int)size);
	shadow_access(same ? ATOMIC_WRITE : ATOMIC_READ, p, size);
	(void)message_read(l, i, same ? order : __ATOMIC_RELAXED);
	if (same) {
		print_tell(order_name(order), "%s: %s -> %s",
			   print_place((void *)p), print_value(old),
			   print_value(cut(value, (int)size)));
		message_write(l, i, value, order, true);
		step_end(TOUCH_SETTLED, TOUCH(l));
	} else {
		print_tell("relaxed", "%s is %s, not %s%s",
			   print_place((void *)p), print_value(old),
			   print_value(*expected), age(l, i));
		*expected = old;
		step_end(TOUCH(l) | TOUCH_SETTLED, 0);
	}
	if (order == __ATOMIC_SEQ_CST)
		explore_fence(order);
	return same;
}
