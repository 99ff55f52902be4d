/* SPDX-License-Identifier: MIT */
/* Interrupts that announce data, and more threads than the pool begins with. */
#include <errno.h>
#include <sched.h>

#include <ksync/ksync.h>

#include "../crew.h"

#define MESSAGES 50
#define VISITORS 100

static KSYNC_DEFINE_MUTEX(held);
static ksync_task_t *listener;
static int message; /* plain: written before the interrupt */
static ksync_atomic_t heard = KSYNC_ATOMIC_INIT(0);

static void *listen(void *unused)
{
	(void)unused;
	ksync_smp_store_release(&listener, ksync_task_get(ksync_current()));
	for (int i = 1; i <= MESSAGES; i++) {
		/* In every other round do not fall asleep first. */
		while (i % 2 && !ksync_signal_pending(ksync_current()))
			sched_yield();
		need(ksync_mutex_lock_interruptible(&held) == -EINTR,
		     "a held mutex");
		need(message == i, "the message");
		ksync_task_clear_pending();
		ksync_atomic_set_release(&heard, i);
	}
	return NULL;
}

static void tell(void)
{
	ksync_task_t *task;
	pthread_t id = start(listen, NULL);

	while (!(task = ksync_smp_load_acquire(&listener)))
		sched_yield();
	for (int i = 1; i <= MESSAGES; i++) {
		message = i;
		ksync_task_interrupt(task);
		while (ksync_atomic_read_acquire(&heard) != i)
			sched_yield();
	}
	finish(id);
	ksync_task_put(task);
}

static KSYNC_DEFINE_MUTEX(door);
static long visits; /* plain, under the door */
static pthread_key_t key;

static void visit(void *unused)
{
	(void)unused;
	ksync_mutex_lock(&door);
	visits++;
	ksync_mutex_unlock(&door);
}

static void *visitor(void *unused)
{
	(void)unused;
	need(pthread_setspecific(key, &visits) == 0, "setspecific");
	visit(NULL);
	return NULL;
}

int main(void)
{
	pthread_t id[VISITORS];

	ksync_mutex_lock(&held);
	tell();
	ksync_mutex_unlock(&held);

	/* They use the lock again while they exit. */
	need(pthread_key_create(&key, visit) == 0, "key");
	ksync_mutex_lock(&door);
	for (int i = 0; i < VISITORS; i++)
		id[i] = start(visitor, NULL);
	ksync_mutex_unlock(&door);
	for (int i = 0; i < VISITORS; i++)
		finish(id[i]);
	need(visits == 2 * VISITORS, "the visits");
	return 0;
}
