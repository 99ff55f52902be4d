/* SPDX-License-Identifier: MIT */
/*
 * Plain accesses: each remembers when each thread last read and wrote, plainly
 * and atomically. Two accesses of which one is a plain write, or one plain and
 * the other an atomic write, must be ordered by what happens before.
 *
 * Lives end by a kind of write: explore_free() writes the whole block, and the
 * return of a function writes its frame. So who may still use dead memory is
 * found as a race even where it was quick enough in this execution. What was
 * used of a frame stays dead until its own thread, in another function by then,
 * writes there again.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "explore_engine.h"

#define CELL 4u	    /* bytes watched together, with a bit for each */
#define SLOTS 8192u /* cells in use at a time, a power of two */
#define ARENA_SIZE ((size_t)1 << 20)
#define MAX_BLOCKS 64

struct cell {
	uintptr_t key;
	uint8_t who[ACCESSES];		     /* a bit for each thread */
	uint16_t when[ACCESSES][IDENTITIES]; /* 0: never */
	uint8_t bytes[ACCESSES][IDENTITIES];
	uintptr_t code[ACCESSES][IDENTITIES];
	bool dead; /* in a frame that ended */
};

struct block {
	uintptr_t start, end;
	bool freed;
	bool forever;
	uintptr_t freed_by;
};

struct shadow {
	struct cell slot[SLOTS];
	uint16_t used[SLOTS];
	unsigned int uses;

	/* Cells of each thread's stack. */
	uint16_t on_stack[EXPLORE_THREADS][SLOTS];
	unsigned int on_stacks[EXPLORE_THREADS];
	uintptr_t lowest[EXPLORE_THREADS];

	char *arena;
	size_t arena_used;
	struct block block[MAX_BLOCKS];
	int blocks;
};

/* With which accesses of others an access races. */
static const uint8_t conflicts[ACCESSES] = {
	[PLAIN_READ] = 1u << PLAIN_WRITE | 1u << ATOMIC_WRITE,
	[PLAIN_WRITE] = 1u << PLAIN_READ | 1u << PLAIN_WRITE |
			1u << ATOMIC_READ | 1u << ATOMIC_WRITE,
	[ATOMIC_READ] = 1u << PLAIN_WRITE,
	[ATOMIC_WRITE] = 1u << PLAIN_READ | 1u << PLAIN_WRITE,
};

static const char *const access_names[ACCESSES] = {
	[PLAIN_READ] = "reads it",
	[PLAIN_WRITE] = "writes it",
	[ATOMIC_READ] = "reads it atomically",
	[ATOMIC_WRITE] = "writes it atomically",
};

void shadow_start(void)
{
	ex->shadow = calloc(1, sizeof(*ex->shadow));
	ex->shadow->arena = mmap(NULL, ARENA_SIZE, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

void shadow_reset(void)
{
	struct shadow *s = ex->shadow;

	while (s->uses)
		memset(&s->slot[s->used[--s->uses]], 0, sizeof(s->slot[0]));
	for (int i = 0; i < EXPLORE_THREADS; i++) {
		s->on_stacks[i] = 0;
		s->lowest[i] = UINTPTR_MAX;
	}
	memset(s->arena, 0, s->arena_used);
	s->arena_used = 0;
	s->blocks = 0;
}

/* Code that called the engine. */
static uintptr_t caller_code(void)
{
	return ((uintptr_t *)running_thread()->frame)[1];
}

/* Whose stack is that? -1 if nobody's. */
static int stack_of(uintptr_t addr)
{
	for (int i = 0; i < EXPLORE_THREADS; i++)
		if (addr - (uintptr_t)ex->thread[i].stack < STACK_SIZE)
			return i;
	return -1;
}

static struct cell *cell_of(uintptr_t key)
{
	struct shadow *s = ex->shadow;
	unsigned int i = (unsigned int)((key / CELL) * 0x9E3779B1u);

	for (unsigned int tries = 0; tries < SLOTS; tries++, i++) {
		struct cell *c = &s->slot[i % SLOTS];

		if (c->key == key)
			return c;
		if (c->key)
			continue;
		c->key = key;
		s->used[s->uses++] = (uint16_t)(i % SLOTS);
		return c;
	}
	explore_fail("too many plain locations");
}

/* With what of others this access is not ordered. */
static void cell_check(struct cell *c, enum access access, uint8_t bytes,
		       const char *what)
{
	const struct view *now = &running_thread()->now;

	for (int a = 0; a < ACCESSES; a++) {
		unsigned int others = c->who[a] & ~(1u << ex->running);

		if (!(conflicts[access] & (1u << a)))
			continue;
		for (; others; others &= others - 1) {
			int t = __builtin_ctz(others);

			if (!(c->bytes[a][t] & bytes) ||
			    c->when[a][t] <= now->epoch[t])
				continue;
			ex->blame[0] = caller_code();
			ex->blame[1] = c->code[a][t];
			explore_fail("data race on %s: T%d %s, T%d %s",
				     print_place((void *)c->key), ex->running,
				     what, t, access_names[a]);
		}
	}
}

/* A function returns: what is below its caller's part of the stack ends. */
void shadow_frame_end(uintptr_t dead_below)
{
	struct shadow *s = ex->shadow;
	int self = ex->running;
	uintptr_t lowest = UINTPTR_MAX;
	unsigned int kept = 0;

	if (self == MAIN || s->lowest[self] >= dead_below)
		return;
	for (unsigned int i = 0; i < s->on_stacks[self]; i++) {
		struct cell *c = &s->slot[s->on_stack[self][i]];

		if (c->key >= dead_below) {
			s->on_stack[self][kept++] = s->on_stack[self][i];
			if (c->key < lowest)
				lowest = c->key;
			continue;
		}
		cell_check(c, PLAIN_WRITE, (1u << CELL) - 1, "left its frame");
		memory_forget(c->key, c->key + CELL);
		memset(c->who, 0, sizeof(c->who));
		memset(c->bytes, 0, sizeof(c->bytes));
		c->dead = true;
	}
	s->on_stacks[self] = kept;
	s->lowest[self] = lowest;
}

/* Enter a cell into the list of those of its stack. */
static void stack_note(int stack, struct cell *c)
{
	struct shadow *s = ex->shadow;

	for (unsigned int i = 0; i < s->on_stacks[stack]; i++)
		if (&s->slot[s->on_stack[stack][i]] == c)
			return;
	s->on_stack[stack][s->on_stacks[stack]++] = (uint16_t)(c - s->slot);
	if (c->key < s->lowest[stack])
		s->lowest[stack] = c->key;
}

_Noreturn static void frame_is_dead(int stack)
{
	ex->blame[0] = caller_code();
	explore_fail("T%d uses a dead frame of T%d's", ex->running, stack);
}

static struct block *block_of(uintptr_t addr)
{
	struct shadow *s = ex->shadow;

	for (int i = 0; i < s->blocks; i++)
		if (addr - s->block[i].start <
		    s->block[i].end - s->block[i].start)
			return &s->block[i];
	return NULL;
}

static bool in_arena(uintptr_t addr)
{
	return addr - (uintptr_t)ex->shadow->arena < ARENA_SIZE;
}

long shadow_offset(uintptr_t addr)
{
	return in_arena(addr) ? (long)(addr - (uintptr_t)ex->shadow->arena) :
				-1;
}

/* Is the memory alive? */
static void life_check(uintptr_t addr, int stack)
{
	struct block *b;

	if (stack >= 0 && stack != ex->running && ex->running != MAIN &&
	    (ex->thread[stack].state == DONE ||
	     addr < (uintptr_t)ex->thread[stack].frame))
		frame_is_dead(stack);
	if (!in_arena(addr))
		return;
	b = block_of(addr);
	if (b && !b->freed)
		return;
	ex->blame[0] = caller_code();
	if (!b)
		explore_fail("access beyond a block's end");
	ex->blame[1] = b->freed_by;
	explore_fail("use after free of %s", print_place((void *)addr));
}

void shadow_access(enum access access, const volatile void *p, size_t size)
{
	uintptr_t addr = (uintptr_t)p;
	uintptr_t end = addr + size;
	int self = ex->running;
	int stack;

	if (fiber_owns(addr))
		return;
	stack = stack_of(addr);
	life_check(addr, stack);
	if (access == PLAIN_WRITE) {
		memory_plain_write(addr, size);
		running_thread()->waited = -1;
	}
	for (uintptr_t key = addr & ~(uintptr_t)(CELL - 1); key < end;
	     key += CELL) {
		struct cell *c = cell_of(key);
		unsigned int first = key < addr ? (unsigned int)(addr - key) :
						  0;
		unsigned int after =
			end - key < CELL ? (unsigned int)(end - key) : CELL;
		uint8_t bytes = (uint8_t)((1u << after) - (1u << first));

		if (c->dead && stack != self && self != MAIN)
			frame_is_dead(stack);
		c->dead = false;
		cell_check(c, access, bytes, access_names[access]);
		c->who[access] |= (uint8_t)(1u << self);
		c->when[access][self] = running_thread()->now.epoch[self];
		c->bytes[access][self] |= bytes;
		c->code[access][self] = caller_code();
		if (stack >= 0)
			stack_note(stack, c);
	}
}

void shadow_alone(void)
{
	struct shadow *s = ex->shadow;
	uint8_t self = (uint8_t)(1u << ex->running);

	for (unsigned int i = 0; i < s->uses; i++) {
		s->slot[s->used[i]].who[PLAIN_READ] &= self;
		s->slot[s->used[i]].who[ATOMIC_READ] &= self;
		s->slot[s->used[i]].who[ATOMIC_WRITE] &= self;
	}
}

static void *arena_take(size_t size, bool forever)
{
	struct shadow *s = ex->shadow;
	size_t room = (size + 63) & ~(size_t)63;
	struct block *b = &s->block[s->blocks];

	if (s->blocks == MAX_BLOCKS || s->arena_used + room > ARENA_SIZE)
		explore_fail("out of the explorer's memory");
	s->blocks++;
	*b = (struct block){ .forever = forever };
	b->start = (uintptr_t)s->arena + s->arena_used;
	b->end = b->start + size;
	s->arena_used += room;
	return (void *)b->start;
}

void *explore_alloc(size_t size)
{
	return arena_take(size, false);
}

void *explore_alloc_forever(size_t size)
{
	return arena_take(size, true);
}

void explore_free(void *p)
{
	struct block *b = block_of((uintptr_t)p);

	EXPLORE_ENTER();
	if (!p)
		return;
	if (!b || b->start != (uintptr_t)p)
		explore_fail("frees what was not allocated");
	shadow_access(PLAIN_WRITE, p, b->end - b->start);
	memory_forget(b->start, b->end);
	b->freed = true;
	b->freed_by = caller_code();
}

void shadow_leaks(void)
{
	struct shadow *s = ex->shadow;

	for (int i = 0; i < s->blocks; i++)
		if (!s->block[i].freed && !s->block[i].forever)
			explore_fail("leaks %s",
				     print_place((void *)s->block[i].start));
}
