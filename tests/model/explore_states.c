/* SPDX-License-Identifier: MIT */
/*
 * The set of final states of a test: its outcome and the last value of each
 * location, as one number. Two searches that find the same set have, as far as
 * a program can tell, found the same executions.
 */
#include <stdlib.h>

#include "explore_engine.h"

#define FIRST_SIZE 1024

static uint64_t mix(uint64_t x)
{
	x ^= x >> 32;
	x *= 0x9E3779B97F4A7C15u;
	x ^= x >> 29;
	x *= 0xBF58476D1CE4E5B9u;
	return x ^ x >> 32;
}

/* Of the execution that just ended; never 0. */
static uint64_t state_number(void)
{
	uint64_t number = 1;

	for (const char *c = ex->outcome; *c; c++)
		number = mix(number + (unsigned char)*c);
	/* Locations are numbered as they were found: their order is none. */
	for (int l = 0; l < ex->locations; l++) {
		struct location *loc = &ex->location[l];
		uint64_t value = loc->message[loc->count - 1].value;

		if (ex->address[l])
			number += mix(mix(ex->address[l]) + value);
	}
	return number | 1;
}

void states_free(struct states *s)
{
	free(s->slot);
	*s = (struct states){ 0 };
}

static bool states_has(const struct states *s, uint64_t number)
{
	for (size_t i = mix(number) % s->size; s->slot[i];
	     i = (i + 1) % s->size)
		if (s->slot[i] == number)
			return true;
	return false;
}

static void states_put(struct states *s, uint64_t number)
{
	size_t i = mix(number) % s->size;

	while (s->slot[i])
		i = (i + 1) % s->size;
	s->slot[i] = number;
	s->count++;
}

static void states_grow(struct states *s)
{
	struct states old = *s;

	s->size = old.size ? 2 * old.size : FIRST_SIZE;
	s->slot = calloc(s->size, sizeof(*s->slot));
	s->count = 0;
	for (size_t i = 0; i < old.size; i++)
		if (old.slot[i])
			states_put(s, old.slot[i]);
	free(old.slot);
}

/* The state in which the execution ended. */
void states_note(struct states *s)
{
	uint64_t number = state_number();

	if (2 * s->count >= s->size)
		states_grow(s);
	if (!states_has(s, number))
		states_put(s, number);
}

bool states_same(const struct states *a, const struct states *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->size; i++)
		if (a->slot[i] && !states_has(b, a->slot[i]))
			return false;
	return true;
}
