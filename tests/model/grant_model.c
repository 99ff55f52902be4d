/* SPDX-License-Identifier: MIT */
/*
 * Grants: who is unlinked is given, sees what the giver did, and its frame is
 * not touched afterwards; who gives up was not given.
 */
#include <ksync/atomic.h>

#include "task/grant.h"
#include "system.h"

static unsigned long queue;
static int payload;
static int results[EXPLORE_THREADS];
static int given; /* how many, by the giver alone */

static void setup(int threads)
{
	explore_name(&queue, "queue");
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

static bool leave(void *object, struct ksync__grantee *w)
{
	unsigned long word = ksync__waitq_lock(object, w->node.task);
	bool left = w->queued;

	if (left)
		word = ksync__grant_unlink(word, w);
	ksync__waitq_unlock(object, w->node.task, word);
	return left;
}

static int wait(int self, int kind, ksync_s64 deadline)
{
	struct ksync_task *task = system_task(self);
	struct ksync__wait wait = { .self = task,
				    .kind = kind,
				    .deadline = deadline };
	struct ksync__grantee w = KSYNC__GRANTEE(task);
	unsigned long word = ksync__waitq_lock(&queue, task);

	word = ksync__grant_queue(&queue, word, &w);
	ksync__waitq_unlock(&queue, task, word);
	results[self] = ksync__grant_wait(&w, &wait, leave, &queue);
	explore_assert(results[self] || payload == 1);
	return results[self];
}

/* To the first that waits, or nobody. */
static void give(int self)
{
	struct ksync_task *task = system_task(self);
	unsigned long word = ksync__waitq_lock(&queue, task);
	struct ksync__grantee *w =
		(struct ksync__grantee *)ksync__waitq_first(word);

	if (w)
		word = ksync__grant_unlink(word, w);
	ksync__waitq_unlock(&queue, task, word);
	if (!w)
		return;
	payload = 1;
	given++;
	ksync__grant(w);
}

static void give_all(int self)
{
	struct ksync_task *task = system_task(self);
	unsigned long word = ksync__waitq_lock(&queue, task);
	struct ksync__waiter *first = ksync__waitq_first(word);
	struct ksync__waiter *w = first;
	struct ksync__waiter *next;

	ksync__grant_unlink_all(word);
	ksync__waitq_unlock(&queue, task, 0);
	payload = 1;
	while (w) {
		next = w->next == first ? NULL : w->next;
		given++;
		ksync__grant((struct ksync__grantee *)w);
		w = next;
	}
}

static void to_one(int self)
{
	if (self)
		give(self);
	else
		(void)wait(self, KSYNC__UNINTERRUPTIBLE, KSYNC__NEVER);
}

static void to_all(int self)
{
	if (self == 0)
		give_all(self);
	else
		(void)wait(self, KSYNC__UNINTERRUPTIBLE,
			   self == 1 ? 1000000001 : KSYNC__NEVER);
}

static void timed(int self)
{
	if (self)
		give(self);
	else
		explore_outcome("%d",
				wait(self, KSYNC__UNINTERRUPTIBLE, 1000000001));
}

static void interrupted(int self)
{
	if (self) {
		give(self);
		ksync_task_interrupt(system_task(0));
	} else {
		explore_outcome("%d",
				wait(self, KSYNC__INTERRUPTIBLE, KSYNC__NEVER));
	}
}

/* Who was given returns 0, everybody else an error. */
static void one_in_queue_or_given(void)
{
	explore_assert(queue == 0);
	explore_assert(given == (results[0] == 0));
}

static void all_given_or_late(void)
{
	explore_assert(queue == 0);
	explore_assert(given == (results[1] == 0) + (results[2] == 0));
}

static const struct explore_test tests[] = {
	{ "to_one_asleep", .threads = 2, .setup = two, .thread = to_one,
	  .finish = one_in_queue_or_given, .asleep = 1 << 0, .spurious = 1 },
	{ "timed", .threads = 2, .setup = two, .thread = timed,
	  .finish = one_in_queue_or_given, .clock_jumps = 1,
	  .outcomes = "0|-62" },
	{ "interrupted", .threads = 2, .setup = two, .thread = interrupted,
	  .finish = one_in_queue_or_given, .outcomes = "0|-4" },
	{ "to_all", .threads = 3, .setup = three, .thread = to_all,
	  .finish = all_given_or_late, .asleep = 1 << 1 | 1 << 2,
	  .clock_jumps = 1 },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
