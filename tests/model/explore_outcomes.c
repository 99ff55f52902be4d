/* SPDX-License-Identifier: MIT */
/*
 * A set of outcomes: what explore_outcome() said, in any number of executions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore_engine.h"

#define FIRST_SIZE 64

/* Where the text is, or would be. */
static size_t slot_of(const struct outcomes *o, const char *text)
{
	uint64_t number = 14695981039346656037u;

	for (const char *c = text; *c; c++)
		number = (number ^ (unsigned char)*c) * 1099511628211u;
	number ^= number >> 32;
	while (o->slot[number % o->size] &&
	       strcmp(o->slot[number % o->size], text) != 0)
		number++;
	return number % o->size;
}

bool outcomes_has(const struct outcomes *o, const char *text)
{
	return o->size && o->slot[slot_of(o, text)];
}

static void outcomes_grow(struct outcomes *o)
{
	struct outcomes old = *o;

	o->size = old.size ? 2 * old.size : FIRST_SIZE;
	o->slot = calloc(o->size, sizeof(*o->slot));
	for (size_t i = 0; i < old.size; i++)
		if (old.slot[i])
			o->slot[slot_of(o, old.slot[i])] = old.slot[i];
	free(old.slot);
}

void outcomes_add(struct outcomes *o, const char *text)
{
	size_t at;

	if (2 * o->count >= o->size)
		outcomes_grow(o);
	at = slot_of(o, text);
	if (o->slot[at])
		return;
	o->slot[at] = strdup(text);
	o->count++;
}

/* The next text after this place, which begins with 0; NULL at the end. */
const char *outcomes_next(const struct outcomes *o, size_t *place)
{
	while (*place < o->size)
		if (o->slot[(*place)++])
			return o->slot[*place - 1];
	return NULL;
}

static int text_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* One after the other, in order, with bars between them. */
void outcomes_print(const struct outcomes *o)
{
	char **sorted = calloc(o->count + 1, sizeof(*sorted));
	size_t count = 0;

	for (size_t i = 0; i < o->size; i++)
		if (o->slot[i])
			sorted[count++] = o->slot[i];
	qsort(sorted, count, sizeof(*sorted), text_order);
	for (size_t i = 0; i < count; i++)
		printf("%s%s", i ? "|" : "  ", sorted[i]);
	printf("\n");
	free(sorted);
}

void outcomes_free(struct outcomes *o)
{
	for (size_t i = 0; i < o->size; i++)
		free(o->slot[i]);
	free(o->slot);
	*o = (struct outcomes){ 0 };
}
