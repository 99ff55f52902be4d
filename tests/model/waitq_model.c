/* SPDX-License-Identifier: MIT */
/*
 * Wait queue: its lock guards the ring, first in is first out, and flags stay.
 */
#include <ksync/atomic.h>

#include "task/waitq.h"
#include "system.h"

#define FLAG 4ul

static unsigned long queue;
static int payload; /* under the queue's lock */

static void setup(int threads)
{
	explore_name(&queue, "queue");
	explore_name(&payload, "payload");
	queue = FLAG;
	system_tasks(threads);
}

static void two(void)
{
	setup(2);
}

static void three(void)
{
	setup(3);
}

static int ring_length(unsigned long word)
{
	struct ksync__waiter *first = ksync__waitq_first(word);
	struct ksync__waiter *w = first;
	int length = 0;

	if (!first)
		return 0;
	do {
		explore_assert(w->next->prev == w);
		length++;
		w = w->next;
	} while (w != first);
	return length;
}

/* In and out again, each under the lock; a frame that ended is no ring's. */
static void in_and_out(int self)
{
	struct ksync_task *task = system_task(self);
	struct ksync__waiter w = { .task = task };
	unsigned long word;
	int length;

	word = ksync__waitq_lock(&queue, task);
	length = ring_length(word);
	word = ksync__waitq_append(&queue, word, &w);
	explore_assert(ring_length(word) == length + 1);
	explore_assert(ksync__waitq_first(word)->prev == &w);
	payload++;
	ksync__waitq_unlock(&queue, task, word);

	word = ksync__waitq_lock(&queue, task);
	length = ring_length(word);
	word = ksync__waitq_remove(word, &w);
	explore_assert(ring_length(word) == length - 1);
	payload--;
	ksync__waitq_unlock(&queue, task, word);
	ksync__waitq_left(&w);
}

/* One takes out what another put in. */
static void put_or_take(int self)
{
	struct ksync_task *task = system_task(self);
	struct ksync__waiter w = { .task = task };
	struct ksync__waiter *first;
	unsigned long word;

	word = ksync__waitq_lock(&queue, task);
	first = ksync__waitq_first(word);
	if (first) {
		word = ksync__waitq_remove(word, first);
		ksync__waitq_unlock(&queue, task, word);
		KSYNC_WRITE_ONCE(payload, 1);
		return;
	}
	word = ksync__waitq_append(&queue, word, &w);
	ksync__waitq_unlock(&queue, task, word);
	while (!KSYNC_READ_ONCE(payload))
		explore_await(&payload, false);
	word = ksync__waitq_lock(&queue, task);
	explore_assert(!ksync__waitq_first(word));
	ksync__waitq_unlock(&queue, task, word);
}

static void empty(void)
{
	explore_assert(queue == FLAG);
}

static const struct explore_test tests[] = {
	{ "in_and_out", .threads = 2, .setup = two, .thread = in_and_out,
	  .finish = empty },
	{ "put_or_take", .threads = 2, .setup = two, .thread = put_or_take,
	  .finish = empty },
	{ "three_in_and_out", .threads = 3, .setup = three,
	  .thread = in_and_out, .finish = empty, .bound = 3 },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
