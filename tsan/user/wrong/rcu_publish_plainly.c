/* SPDX-License-Identifier: MIT */
/*
 * An object is published by a plain store.
 * Reported as: data race
 */
#include <unistd.h>

#include <ksync/ksync.h>

#include "../crew.h"

struct setting {
	long value;
};

static struct setting *setting;
static int reading;
static int over;

static void *look(void *unused)
{
	(void)unused;
	while (!KSYNC_READ_ONCE(over)) {
		ksync_guard(rcu)();
		(void)*(volatile long *)&ksync_rcu_dereference(setting)->value;
		KSYNC_WRITE_ONCE(reading, 1);
	}
	return NULL;
}

int main(void)
{
	pthread_t reader;

	setting = calloc(1, sizeof(*setting));
	reader = start(look, NULL);
	while (!KSYNC_READ_ONCE(reading))
		usleep(100);
	for (int i = 0; i < 300; i++) {
		struct setting *fresh = calloc(1, sizeof(*fresh));
		struct setting *old = setting;

		fresh->value = 1;
		setting = fresh;
		ksync_synchronize_rcu();
		free(old);
		usleep(50);
	}
	KSYNC_WRITE_ONCE(over, 1);
	finish(reader);
	return 0;
}
