/* SPDX-License-Identifier: MIT */
/*
 * Threads look words up, another one edits them, for some seconds:
 *
 *	rcu_dictionary [--words FILE] [--readers N] [--seconds S] [--edit-us N]
 *
 * FILE has a word in each line; by default it is the system's list, and if
 * there is none a short one that is compiled in. --edit-us is the pause between
 * two edits. It takes longer than S if until then not all threads have done
 * something. Exit status 1: a reader found something wrong, or an entry is
 * left.
 */
#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dictionary.h"

#define SYSTEM_LIST "/usr/share/dict/words"
#define MAX_READERS 64
#define ROUND 256 /* lookups between two looks at the clock's flag */

/* One word in so many is taken out and put in again, besides being changed. */
#define COMES_AND_GOES 16

static const char *const few[] = {
	"atom",	   "barrier", "callback", "deadlock", "epoch",	 "fence",
	"grace",   "handoff", "inline",	  "jiffy",    "kernel",	 "lock",
	"mutex",   "nest",    "owner",	  "period",   "queue",	 "reader",
	"section", "thread",  "unlock",	  "volatile", "waiter",	 "xchg",
	"yield",   "zone",    "acquire",  "release",  "relaxed", "order",
	"park",	   "wake",    "spin",	  "sleep",    "signal",	 "fork",
};

static char **words;
static unsigned long count;
static bool stop; /* atomic */
static int wrong; /* atomic */
static int began; /* atomic: threads that have done something */

struct reader {
	pthread_t thread;
	unsigned long found, missed, rounds;
	double seconds;	     /* of a processor */
	unsigned long *seen; /* of each word, edits that this reader saw */
	unsigned long random;
} __attribute__((aligned(128)));

static unsigned long random_of(unsigned long *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void is_wrong(const char *what, const char *word)
{
	fprintf(stderr, "rcu_dictionary: %s: %s\n", what, word);
	__atomic_store_n(&wrong, 1, __ATOMIC_RELAXED);
}

static void look_up(struct reader *me, unsigned long i)
{
	struct meaning m;

	if (!dictionary_find(words[i], &m)) {
		if (i % COMES_AND_GOES)
			is_wrong("a word that was never removed is gone",
				 words[i]);
		me->missed++;
		return;
	}
	me->found++;
	if (m.check != dictionary_check(words[i], m.edits))
		is_wrong("no edit ever wrote this", words[i]);
	if (i % COMES_AND_GOES == 0)
		return; /* its edits begin anew */
	if (m.edits < me->seen[i])
		is_wrong("an earlier edit came back", words[i]);
	me->seen[i] = m.edits;
}

/* Of CLOCK_MONOTONIC, or what this thread has had of a processor. */
static double seconds_of(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void *read_words(void *arg)
{
	struct reader *me = arg;

	dictionary_reader_begin();
	do {
		for (int i = 0; i < ROUND; i++)
			look_up(me, random_of(&me->random) % count);
		if (!me->rounds++)
			__atomic_fetch_add(&began, 1, __ATOMIC_RELAXED);
	} while (!__atomic_load_n(&stop, __ATOMIC_RELAXED));
	dictionary_reader_end();
	me->seconds = seconds_of(CLOCK_THREAD_CPUTIME_ID);
	return NULL;
}

static void nap(long ns)
{
	struct timespec length = { ns / 1000000000, ns % 1000000000 };

	nanosleep(&length, NULL);
}

struct editor {
	long pause_us;
	unsigned long edits;
};

static void *edit_words(void *arg)
{
	struct editor *me = arg;
	unsigned long random = 88172645463325252ul;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		unsigned long i = random_of(&random) % count;

		if (i % COMES_AND_GOES || !dictionary_remove(words[i]))
			if (!dictionary_set(words[i]))
				is_wrong("no memory", words[i]);
		if (!me->edits++)
			__atomic_fetch_add(&began, 1, __ATOMIC_RELAXED);
		if (me->pause_us)
			nap(me->pause_us * 1000);
	}
	return NULL;
}

static bool word_add(const char *word, size_t length)
{
	if (count % 1024 == 0) {
		char **more = realloc(words, (count + 1024) * sizeof(*words));

		if (!more)
			return false;
		words = more;
	}
	words[count] = strndup(word, length);
	return words[count] && dictionary_set(words[count]) && ++count;
}

static bool words_of(FILE *file)
{
	char line[256];

	while (fgets(line, sizeof(line), file)) {
		size_t length = strcspn(line, "\n");

		if (length && !word_add(line, length))
			return false;
	}
	return count > 0;
}

static bool words_load(const char *path)
{
	FILE *file = fopen(path ? path : SYSTEM_LIST, "r");
	bool good;

	if (!file && path) {
		perror(path);
		return false;
	}
	if (file) {
		good = dictionary_make(1ul << 17) && words_of(file);
		fclose(file);
		return good;
	}
	fprintf(stderr, "rcu_dictionary: no " SYSTEM_LIST
			" (Debian: wamerican), so a short list\n");
	good = dictionary_make(sizeof(few) / sizeof(few[0]));
	for (size_t i = 0; good && i < sizeof(few) / sizeof(few[0]); i++)
		good = word_add(few[i], strlen(few[i]));
	return good;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "words", required_argument, NULL, 'w' },
		{ "readers", required_argument, NULL, 'r' },
		{ "seconds", required_argument, NULL, 's' },
		{ "edit-us", required_argument, NULL, 'e' },
		{ NULL, 0, NULL, 0 },
	};
	static struct reader readers[MAX_READERS];
	struct editor editor = { 1000, 0 };
	const char *path = NULL;
	double seconds = 1, spent = 0, start;
	int option, number = 2;
	unsigned long found = 0, missed = 0;
	pthread_t editing;
	long left;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (option) {
		case 'w':
			path = optarg;
			break;
		case 'r':
			number = atoi(optarg);
			break;
		case 's':
			seconds = atof(optarg);
			break;
		case 'e':
			editor.pause_us = atol(optarg);
			break;
		default:
			return 2;
		}
	if (number < 1 || number > MAX_READERS || optind != argc)
		return 2;
	if (!words_load(path))
		return 1;
	for (int i = 0; i < number; i++) {
		readers[i].random = 0x9e3779b97f4a7c15ul * (i + 1ul);
		readers[i].seen = calloc(count, sizeof(unsigned long));
		if (!readers[i].seen || pthread_create(&readers[i].thread, NULL,
						       read_words, &readers[i]))
			return 1;
	}
	if (pthread_create(&editing, NULL, edit_words, &editor))
		return 1;
	start = seconds_of(CLOCK_MONOTONIC);
	nap((long)(seconds * 1e9));
	while (__atomic_load_n(&began, __ATOMIC_RELAXED) < number + 1)
		nap(1000000);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	seconds = seconds_of(CLOCK_MONOTONIC) - start;
	pthread_join(editing, NULL);
	for (int i = 0; i < number; i++) {
		pthread_join(readers[i].thread, NULL);
		found += readers[i].found;
		missed += readers[i].missed;
		spent += readers[i].seconds;
		free(readers[i].seen);
	}
	left = dictionary_end();
	for (unsigned long i = 0; i < count; i++)
		free(words[i]);
	free(words);
	printf("%s: %lu words, %.0f lookups/s, %.1f ns of a processor each, "
	       "%lu edits, %lu not there, %ld entries left\n",
	       dictionary_library, count, (double)(found + missed) / seconds,
	       spent * 1e9 / (double)(found + missed), editor.edits, missed,
	       left);
	return wrong || left || !found || !editor.edits;
}
