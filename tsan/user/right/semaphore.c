/* SPDX-License-Identifier: MIT */
/* Units that pass data on, in every form, and an interrupt that does. */
#include <errno.h>
#include <sched.h>

#include <ksync/ksync.h>

#include "../crew.h"

#define ROUNDS 2000

static KSYNC_DEFINE_SEMAPHORE(items, 0);
static KSYNC_DEFINE_SEMAPHORE(slots, 1);
static long item; /* plain: whose unit it is */

static KSYNC_DEFINE_SEMAPHORE(known, 0);
static ksync_task_t *consumer; /* plain: before a unit of known */
static long last_words;	       /* plain: before the interrupt */

static void *consume(void *unused)
{
	(void)unused;
	consumer = ksync_task_get(ksync_current());
	ksync_up(&known);
	while (!ksync_down_interruptible(&items)) {
		item++;
		ksync_up(&slots);
	}
	need(last_words == 42, "what was said before the interrupt");
	return NULL;
}

static int take_slot(int form)
{
	switch (form) {
	case 0:
		return ksync_down_trylock(&slots);
	case 1:
		return ksync_down_timeout(&slots, 1);
	case 2:
		return ksync_down_killable(&slots);
	default:
		ksync_down(&slots);
		return 0;
	}
}

int main(void)
{
	pthread_t id = start(consume, NULL);

	ksync_down(&known);
	for (int i = 0; i < ROUNDS; i++) {
		while (take_slot(i % 4))
			sched_yield();
		item++;
		ksync_up(&items);
	}
	ksync_down(&slots);
	need(item == 2 * ROUNDS, "the count");
	last_words = 42;
	ksync_task_interrupt(consumer);
	finish(id);
	ksync_task_put(consumer);
	return 0;
}
