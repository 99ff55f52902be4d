/* SPDX-License-Identifier: MIT */
/* Every form of locking a spinlock; the last user frees it with its object. */
#include <sched.h>

#include <ksync/ksync.h>

#include "../crew.h"

#define ROUNDS 3000

static KSYNC_DEFINE_SPINLOCK(lock);
static long counter; /* plain, under the lock */

static void *count(void *unused)
{
	unsigned long flags;

	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		switch (i % 4) {
		case 0:
			while (!ksync_spin_trylock(&lock))
				sched_yield();
			break;
		case 1:
			ksync_spin_lock_irqsave(&lock, flags);
			counter++;
			ksync_spin_unlock_irqrestore(&lock, flags);
			continue;
		default:
			ksync_spin_lock(&lock);
		}
		counter++;
		if (i % 32 == 0)
			sched_yield();
		ksync_spin_unlock(&lock);
	}
	return NULL;
}

static struct object {
	ksync_spinlock_t lock;
	int users; /* plain, under the lock */
} *object;

static void *leave(void *unused)
{
	struct object *mine = object;
	int last;

	(void)unused;
	ksync_spin_lock(&mine->lock);
	last = --mine->users == 0;
	ksync_spin_unlock(&mine->lock);
	if (last)
		free(mine);
	return NULL;
}

int main(void)
{
	crew(count);
	need(counter == (long)CREW * ROUNDS, "the count");
	for (int i = 0; i < 50; i++) {
		object = malloc(sizeof(*object));
		need(object != NULL, "memory");
		ksync_spin_lock_init(&object->lock);
		object->users = CREW;
		crew(leave);
	}
	return 0;
}
