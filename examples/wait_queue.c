/* SPDX-License-Identifier: MIT */
/* A buffer of one line between two threads: each waits for what the other does.
 */
#include <pthread.h>
#include <stdio.h>

#include <ksync/wait_queue.h>

#define LINES 1000

static KSYNC_DECLARE_WAIT_QUEUE_HEAD(changed);
static int line; /* written before "full" says so */
static int full;

static void *write_lines(void *unused)
{
	for (int i = 1; i <= LINES; i++) {
		ksync_wait_event(changed, !ksync_smp_load_acquire(&full));
		line = i;
		ksync_smp_store_release(&full, 1);
		ksync_wake_up(&changed);
	}
	return unused;
}

int main(void)
{
	pthread_t writer;
	long sum = 0;

	pthread_create(&writer, NULL, write_lines, NULL);
	for (int i = 0; i < LINES; i++) {
		if (!ksync_wait_event_timeout(changed,
					      ksync_smp_load_acquire(&full),
					      10 * KSYNC_HZ))
			break; /* nothing came for ten seconds */
		sum += line;
		ksync_smp_store_release(&full, 0);
		ksync_wake_up(&changed);
	}
	pthread_join(writer, NULL);
	printf("sum %ld\n", sum);
	return sum != LINES * (LINES + 1L) / 2;
}
