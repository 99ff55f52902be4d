/* SPDX-License-Identifier: MIT */
/*
 * An object is freed without a grace period.
 * Reported as: data race|heap-use-after-free
 */
#include <unistd.h>

#include <ksync/ksync.h>

#include "../crew.h"

struct setting {
	long value;
};

static struct setting *setting;
static int over;

static void *look(void *unused)
{
	(void)unused;
	while (!KSYNC_READ_ONCE(over)) {
		ksync_guard(rcu)();
		(void)*(volatile long *)&ksync_rcu_dereference(setting)->value;
		usleep(50);
		(void)*(volatile long *)&ksync_rcu_dereference(setting)->value;
	}
	return NULL;
}

int main(void)
{
	pthread_t reader;

	setting = calloc(1, sizeof(*setting));
	reader = start(look, NULL);
	for (int i = 0; i < 300; i++) {
		struct setting *fresh = calloc(1, sizeof(*fresh));
		struct setting *old;

		old = ksync_rcu_replace_pointer(setting, fresh, 1);
		old->value = -1;
		free(old);
		usleep(30);
	}
	KSYNC_WRITE_ONCE(over, 1);
	finish(reader);
	return 0;
}
