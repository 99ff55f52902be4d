/* SPDX-License-Identifier: MIT */
/*
 * A log that a realtime thread shares with others: who writes it is not held up
 * by threads of middle priority while the realtime one waits.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>

#include <ksync/rt_mutex.h>

static KSYNC_DEFINE_RT_MUTEX(log_lock);
static char last[64]; /* under log_lock */
static int lines;     /* under log_lock */

static void log_line(const char *who, int n)
{
	ksync_guard(rt_mutex)(&log_lock);
	snprintf(last, sizeof(last), "%s %d", who, n);
	lines++;
}

static void *control(void *unused)
{
	struct sched_param param = { .sched_priority = 10 };

	/* Without the permission it is a thread as others are. */
	(void)pthread_setschedparam(pthread_self(), SCHED_FIFO, &param);
	for (int i = 0; i < 1000; i++)
		log_line("control", i);
	return unused;
}

int main(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, control, NULL);
	for (int i = 0; i < 1000; i++)
		log_line("housekeeping", i);
	pthread_join(thread, NULL);
	printf("%d lines, the last: %s\n", lines, last);
	return lines != 2000;
}
