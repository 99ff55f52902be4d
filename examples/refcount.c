/* SPDX-License-Identifier: MIT */
/* A message for several threads; whoever is the last to read it frees it. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <ksync/refcount.h>

#define READERS 3

struct message {
	ksync_refcount_t refs;
	const char *text;
};

static int freed;

static void message_put(struct message *m)
{
	if (ksync_refcount_dec_and_test(&m->refs)) {
		free(m);
		freed++;
	}
}

static void *read_it(void *m)
{
	puts(((struct message *)m)->text);
	message_put(m);
	return NULL;
}

int main(void)
{
	struct message *m = malloc(sizeof(*m));
	pthread_t readers[READERS];

	if (!m)
		return 1;
	m->text = "hello";
	ksync_refcount_set(&m->refs, 1);
	for (int i = 0; i < READERS; i++) {
		ksync_refcount_inc(&m->refs); /* the reader's own */
		pthread_create(&readers[i], NULL, read_it, m);
	}
	message_put(m);
	for (int i = 0; i < READERS; i++)
		pthread_join(readers[i], NULL);
	return freed != 1;
}
