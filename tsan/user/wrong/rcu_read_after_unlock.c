/* SPDX-License-Identifier: MIT */
/*
 * A reader goes on using what it found after its section has ended.
 * Reported as: data race|heap-use-after-free
 */
#include <unistd.h>

#include <ksync/ksync.h>

#include "../crew.h"

struct setting {
	long value;
};

static struct setting *setting;
static int left;
static int freed;

static void *look(void *unused)
{
	struct setting *found;

	ksync_rcu_read_lock();
	found = ksync_rcu_dereference(setting);
	ksync_rcu_read_unlock();
	KSYNC_WRITE_ONCE(left, 1);
	while (!KSYNC_READ_ONCE(freed))
		usleep(100);
	(void)*(volatile long *)&found->value;
	return unused;
}

int main(void)
{
	pthread_t reader;
	struct setting *old;

	setting = calloc(1, sizeof(*setting));
	reader = start(look, NULL);
	while (!KSYNC_READ_ONCE(left))
		usleep(100);
	old = ksync_rcu_replace_pointer(setting, NULL, 1);
	ksync_synchronize_rcu();
	old->value = -1;
	free(old);
	KSYNC_WRITE_ONCE(freed, 1);
	finish(reader);
	return 0;
}
