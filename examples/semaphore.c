/* SPDX-License-Identifier: MIT */
/* Two producers, three consumers, a bounded buffer; then an orderly stop. */
#include <pthread.h>
#include <stdio.h>

#include <ksync/mutex.h>
#include <ksync/semaphore.h>

#define SLOTS 8
#define EACH 1000

static KSYNC_DEFINE_SEMAPHORE(free_slots, SLOTS);
static KSYNC_DEFINE_SEMAPHORE(items, 0);
static KSYNC_DEFINE_SEMAPHORE(ready, 0);
static KSYNC_DEFINE_MUTEX(buffer_lock);
static int buffer[SLOTS];
static unsigned int head;
static unsigned int tail;
static long sum;

static void *produce(void *unused)
{
	for (int i = 1; i <= EACH; i++) {
		ksync_down(&free_slots);
		ksync_scoped_guard(mutex, &buffer_lock) {
			buffer[tail++ % SLOTS] = i;
		}
		ksync_up(&items);
	}
	return unused;
}

static void *consume(void *task)
{
	*(ksync_task_t **)task = ksync_current();
	ksync_up(&ready);
	/* Until somebody interrupts us while there is nothing to do. */
	while (!ksync_down_interruptible(&items)) {
		ksync_scoped_guard(mutex, &buffer_lock) {
			sum += buffer[head++ % SLOTS];
		}
		ksync_up(&free_slots);
	}
	return NULL;
}

int main(void)
{
	pthread_t producers[2];
	pthread_t consumers[3];
	ksync_task_t *tasks[3];

	for (int i = 0; i < 3; i++)
		pthread_create(&consumers[i], NULL, consume, &tasks[i]);
	for (int i = 0; i < 2; i++)
		pthread_create(&producers[i], NULL, produce, NULL);
	for (int i = 0; i < 2; i++)
		pthread_join(producers[i], NULL);
	/* All slots are free again when all items are consumed. */
	for (int i = 0; i < SLOTS; i++)
		ksync_down(&free_slots);
	for (int i = 0; i < 3; i++)
		ksync_down(&ready);
	for (int i = 0; i < 3; i++)
		ksync_task_interrupt(tasks[i]);
	for (int i = 0; i < 3; i++)
		pthread_join(consumers[i], NULL);
	printf("sum %ld\n", sum);
	return sum != 2L * EACH * (EACH + 1) / 2;
}
