/* SPDX-License-Identifier: MIT */
/* Transfers between accounts, each under its own lock, in any order. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <ksync/ww_mutex.h>

#define ACCOUNTS 8
#define TRANSFERS 20000

static KSYNC_DEFINE_WW_CLASS(account_class);

static struct account {
	ksync_ww_mutex_t lock;
	long cents; /* under lock */
} accounts[ACCOUNTS];

/* Both locks, whoever else wants them; the stamp stays from try to try. */
static void lock_both(struct account *a, struct account *b,
		      ksync_ww_acquire_ctx_t *ctx)
{
	struct account *first = a, *second = b;

	/* Who holds nothing waits, and is not refused. */
	if (ksync_ww_mutex_lock(&first->lock, ctx))
		abort();
	while (ksync_ww_mutex_lock(&second->lock, ctx) == -EDEADLK) {
		ksync_ww_mutex_unlock(&first->lock);
		ksync_ww_mutex_lock_slow(&second->lock, ctx);
		/* Now the other one. */
		first = second;
		second = first == a ? b : a;
	}
	ksync_ww_acquire_done(ctx);
}

static void transfer(struct account *from, struct account *to, long cents)
{
	ksync_ww_acquire_ctx_t ctx;

	ksync_ww_acquire_init(&ctx, &account_class);
	lock_both(from, to, &ctx);
	from->cents -= cents;
	to->cents += cents;
	ksync_ww_mutex_unlock(&to->lock);
	ksync_ww_mutex_unlock(&from->lock);
	ksync_ww_acquire_fini(&ctx);
}

static void *teller(void *seed)
{
	unsigned int r = *(unsigned int *)seed;

	for (int i = 0; i < TRANSFERS; i++) {
		unsigned int from = (r = r * 1664525u + 1013904223u) >> 29;
		unsigned int by = 1 + (r >> 8) % (ACCOUNTS - 1);

		transfer(&accounts[from], &accounts[(from + by) % ACCOUNTS], 1);
	}
	return NULL;
}

int main(void)
{
	unsigned int seeds[4] = { 1, 2, 3, 4 };
	pthread_t threads[4];
	long sum = 0;

	for (int i = 0; i < ACCOUNTS; i++)
		ksync_ww_mutex_init(&accounts[i].lock, &account_class);
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, teller, &seeds[i]);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < ACCOUNTS; i++)
		sum += accounts[i].cents;
	printf("sum %ld\n", sum);
	return sum != 0;
}
