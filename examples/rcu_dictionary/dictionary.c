/* SPDX-License-Identifier: MIT */
/*
 * A hash table of chains. An entry that readers can find is never changed but
 * for its next pointer: an edit puts a new one in its place, and the old one
 * goes when no reader has it.
 */
#include "dictionary.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "sync.h"

struct entry {
	struct entry *next; /* by load and store; changed in an edit */
	head_t head;
	struct meaning meaning; /* read-only, and what follows */
	char word[];
};

static struct entry **chains;
static unsigned long mask;
static long alive; /* entries that are not free; atomic */

const char dictionary_library[] = LIBRARY;

static unsigned long hash_of(const char *word)
{
	unsigned long hash = 14695981039346656037ul;

	while (*word)
		hash = (hash ^ (unsigned char)*word++) * 1099511628211ul;
	return hash ^ hash >> 29;
}

unsigned long dictionary_check(const char *word, unsigned long edits)
{
	return hash_of(word) ^ edits * 0x9e3779b97f4a7c15ul;
}

static struct entry *entry_make(const char *word, unsigned long edits)
{
	size_t length = strlen(word) + 1;
	struct entry *e = malloc(sizeof(*e) + length);

	if (!e)
		return NULL;
	memset(e, 0, sizeof(*e));
	memcpy(e->word, word, length);
	e->meaning.edits = edits;
	e->meaning.check = dictionary_check(word, edits);
	__atomic_fetch_add(&alive, 1, __ATOMIC_RELAXED);
	return e;
}

static void entry_free(head_t *head)
{
	struct entry *e =
		(struct entry *)(void *)((char *)head -
					 offsetof(struct entry, head));

	e->meaning.check = 0; /* whoever finds it now is wrong */
	free(e);
	__atomic_fetch_sub(&alive, 1, __ATOMIC_RELAXED);
}

bool dictionary_make(unsigned long words)
{
	unsigned long size = 64;

	while (size < words)
		size *= 2;
	mask = size - 1;
	chains = calloc(size, sizeof(*chains));
	return chains != NULL;
}

/* In an edit: where the word's entry hangs, or would. */
static struct entry **place_of(const char *word)
{
	struct entry **place = &chains[hash_of(word) & mask];

	while (*place && strcmp((*place)->word, word) != 0)
		place = &(*place)->next;
	return place;
}

bool dictionary_set(const char *word)
{
	struct entry **place, *old, *fresh;

	edit_begin();
	place = place_of(word);
	old = *place;
	fresh = entry_make(word, old ? old->meaning.edits + 1 : 0);
	if (fresh) {
		fresh->next = old ? old->next : NULL;
		store(*place, fresh);
		if (old)
			retire(old);
	}
	edit_end();
	return fresh != NULL;
}

bool dictionary_remove(const char *word)
{
	struct entry **place, *old;

	edit_begin();
	place = place_of(word);
	old = *place;
	if (old) {
		store(*place, old->next);
		retire(old);
	}
	edit_end();
	return old != NULL;
}

bool dictionary_find(const char *word, struct meaning *meaning)
{
	struct entry *e;

	reader_begin();
	e = load(chains[hash_of(word) & mask]);
	while (e && strcmp(e->word, word) != 0)
		e = load(e->next);
	if (e)
		*meaning = e->meaning;
	reader_end();
	return e != NULL;
}

void dictionary_reader_begin(void)
{
	reader_thread_begin();
}

void dictionary_reader_end(void)
{
	reader_thread_end();
}

long dictionary_end(void)
{
	for (unsigned long i = 0; i <= mask; i++) {
		struct entry *next, *e;

		for (e = chains[i]; e; e = next) {
			next = e->next;
			retire(e);
		}
	}
	free(chains);
	retired_all();
	return __atomic_load_n(&alive, __ATOMIC_RELAXED);
}
