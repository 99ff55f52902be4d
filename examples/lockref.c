/* SPDX-License-Identifier: MIT */
/* A cached name: who uses it counts; the last one decides under the lock. */
#include <pthread.h>
#include <stdio.h>

#include <ksync/lockref.h>

#define USERS 3

static struct {
	ksync_lockref_t ref;
	int idle; /* under ref.lock: how often nobody used it */
} name;

static void name_put(void)
{
	if (ksync_lockref_put_or_lock(&name.ref))
		return; /* somebody else uses it */
	name.ref.count--;
	name.idle++;
	ksync_spin_unlock(&name.ref.lock);
}

static void *use(void *arg)
{
	for (int i = 0; i < 1000; i++)
		if (ksync_lockref_get_not_dead(&name.ref))
			name_put();
	return arg;
}

int main(void)
{
	pthread_t users[USERS];

	ksync_lockref_init(&name.ref);
	for (int i = 0; i < USERS; i++)
		pthread_create(&users[i], NULL, use, NULL);
	name_put();
	for (int i = 0; i < USERS; i++)
		pthread_join(users[i], NULL);
	ksync_spin_lock(&name.ref.lock);
	ksync_lockref_mark_dead(&name.ref);
	ksync_spin_unlock(&name.ref.lock);
	printf("idle %s\n", name.idle ? "now and then" : "never");
	return ksync_lockref_get_not_dead(&name.ref);
}
