/* SPDX-License-Identifier: MIT */
/* A handler that sleeps while it is called, and is removed meanwhile. */
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include <ksync/completion.h>
#include <ksync/srcu.h>

struct handler {
	void (*fn)(struct handler *self);
	int calls;
	ksync_completion_t thrice;
};

KSYNC_DEFINE_STATIC_SRCU(domain);
static struct handler *handler;

static void slowly(struct handler *self)
{
	struct timespec nap = { 0, 1000000 };

	nanosleep(&nap, NULL); /* as an RCU reader must not */
	if (++self->calls == 3)
		ksync_complete(&self->thrice);
}

static void *notify(void *unused)
{
	for (;;) {
		ksync_guard(srcu)(&domain);
		struct handler *h = ksync_srcu_dereference(handler, &domain);

		if (!h)
			return unused;
		h->fn(h);
	}
}

int main(void)
{
	struct handler mine = { .fn = slowly };
	pthread_t thread;

	ksync_init_completion(&mine.thrice);
	ksync_rcu_assign_pointer(handler, &mine);
	pthread_create(&thread, NULL, notify, NULL);
	ksync_wait_for_completion(&mine.thrice);
	ksync_rcu_assign_pointer(handler, NULL);
	ksync_synchronize_srcu(&domain); /* nobody is in it any more */
	printf("removed after %s\n",
	       mine.calls < 3 ? "too few" : "3 calls or more");
	pthread_join(thread, NULL);
	ksync_cleanup_srcu_struct(&domain);
	return 0;
}
