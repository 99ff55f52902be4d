/* SPDX-License-Identifier: MIT */
/* Exchange rates that many threads read and one changes, all at a time. */
#include <pthread.h>
#include <stdio.h>

#include <ksync/rwlock.h>

#define CURRENCIES 3

static struct {
	ksync_rwlock_t lock;
	long rate[CURRENCIES]; /* under lock; all of one day */
} rates = { .lock = KSYNC_RWLOCK_INIT };

static void rates_set(long day)
{
	ksync_guard(write_lock)(&rates.lock);
	for (int i = 0; i < CURRENCIES; i++)
		rates.rate[i] = day;
}

static bool rates_of_one_day(void)
{
	ksync_guard(read_lock)(&rates.lock);
	for (int i = 1; i < CURRENCIES; i++)
		if (rates.rate[i] != rates.rate[0])
			return false;
	return true;
}

static void *work(void *unused)
{
	(void)unused;
	for (int i = 0; i < 1000; i++)
		if (!rates_of_one_day())
			return "a mixture of days";
	return NULL;
}

int main(void)
{
	pthread_t threads[3];
	void *wrong = NULL;

	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, work, NULL);
	for (long day = 1; day <= 100; day++)
		rates_set(day);
	for (int i = 0; i < 3; i++) {
		void *said;

		pthread_join(threads[i], &said);
		wrong = said ? said : wrong;
	}
	puts(wrong ? (const char *)wrong : "each read saw one day's rates");
	return wrong != NULL;
}
