/* SPDX-License-Identifier: MIT */
/* The same on a pthread mutex and a count under it, to compare with. */
#include "config.h"

#include <pthread.h>
#include <stdlib.h>

struct config_ref {
	struct config data;
	long count;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct config_ref *current_config;
static long alive;

struct config_ref *config_get(void)
{
	struct config_ref *ref;

	pthread_mutex_lock(&lock);
	ref = current_config;
	ref->count++;
	pthread_mutex_unlock(&lock);
	return ref;
}

const struct config *config_of(struct config_ref *ref)
{
	return &ref->data;
}

void config_put(struct config_ref *ref)
{
	long left;

	pthread_mutex_lock(&lock);
	left = --ref->count;
	if (!left)
		alive--;
	pthread_mutex_unlock(&lock);
	if (!left)
		free(ref);
}

static void replace(struct config_ref *fresh)
{
	struct config_ref *old;

	pthread_mutex_lock(&lock);
	old = current_config;
	current_config = fresh;
	if (fresh)
		alive++;
	pthread_mutex_unlock(&lock);
	if (old)
		config_put(old);
}

bool config_set(const struct config *next)
{
	struct config_ref *fresh = malloc(sizeof(*fresh));

	if (!fresh)
		return false;
	fresh->data = *next;
	fresh->count = 1;
	replace(fresh);
	return true;
}

void config_clear(void)
{
	replace(NULL);
}

long config_alive(void)
{
	return alive;
}
