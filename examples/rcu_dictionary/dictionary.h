/* SPDX-License-Identifier: MIT */
/* A dictionary of words that is read while it is edited. */
#ifndef DICTIONARY_H
#define DICTIONARY_H

#include <stdbool.h>

/* What readers see of a word: all of one edit, or of another. */
struct meaning {
	unsigned long edits; /* of this word so far; grows */
	unsigned long check; /* of the word and its edits */
};

bool dictionary_make(unsigned long words);
/* False: no memory. One that is there already is replaced. */
bool dictionary_set(const char *word);
/* False: it is not there. */
bool dictionary_remove(const char *word);
bool dictionary_find(const char *word, struct meaning *meaning);
unsigned long dictionary_check(const char *word, unsigned long edits);
/* Nobody uses it any more. How many entries are left, which is none. */
long dictionary_end(void);

/* Around all finds of a thread. */
void dictionary_reader_begin(void);
void dictionary_reader_end(void);
extern const char dictionary_library[];

#endif
