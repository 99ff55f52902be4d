/* SPDX-License-Identifier: MIT */
/*
 * Wait queue: whoever waits for what was made true before a wake-up does not
 * sleep on, whatever the queue was like; and a frame that was left is not
 * touched.
 */
#include <errno.h>

#include <ksync/rcuwait.h>
#include <ksync/wait_bit.h>
#include <ksync/wait_fd.h>
#include <ksync/wait_queue.h>
#include <ksync/wake_q.h>

#include "task/task.h"
#include "system.h"

#define BEGUN KSYNC__EPISODE_BEGUN
#define KNOWN KSYNC__EPISODE_KNOWN

static ksync_wait_queue_head_t queue;
static int condition;
static int payload; /* before the condition, or a wake-up */
static int units;   /* under the queue's lock */
static int told;    /* the callback's */
static int failed;  /* gave up */

static void start(int threads, ksync_u32 episode)
{
	explore_name(&queue.lock, "lock");
	explore_name(&queue.episode, "episode");
	explore_name(&queue.head.next, "head.next");
	explore_name(&queue.head.prev, "head.prev");
	explore_name(&condition, "condition");
	explore_name_value(BEGUN, "BEGUN");
	explore_name_value(BEGUN | KNOWN, "KNOWN");
	ksync_init_waitqueue_head(&queue);
	queue.episode = episode;
	system_tasks(threads);
}

static void two(void)
{
	start(2, 0);
}

static void two_known(void)
{
	start(2, BEGUN | KNOWN);
}

/* Somebody has begun the episode, and not said so to all yet. */
static void two_begun(void)
{
	start(2, BEGUN);
}

/* The waker's look at the empty queue ends the episode. */
static void two_calm(void)
{
	start(2, BEGUN | KNOWN);
	system_task(1)->calm = 255;
}

static void three(void)
{
	start(3, 0);
}

static void three_known(void)
{
	start(3, BEGUN | KNOWN);
}

static void three_calm(void)
{
	start(3, BEGUN | KNOWN);
	system_task(2)->calm = 255;
}

static bool true_now(void)
{
	return condition;
}

static void empty(void)
{
	explore_assert(queue.head.next == &queue.head);
	explore_assert(queue.head.prev == &queue.head);
	explore_assert(queue.lock.raw.word == KSYNC__RAW_FREE);
}

static void make_true(void)
{
	KSYNC_WRITE_ONCE(condition, 1);
	ksync_wake_up(&queue);
}

/* The last thread makes it true, the others wait for that. */
static void event(int self)
{
	if (self)
		make_true();
	else
		ksync_wait_event(queue, KSYNC_READ_ONCE(condition));
}

static void event_of_two(int self)
{
	if (self == 2)
		make_true();
	else
		ksync_wait_event(queue, KSYNC_READ_ONCE(condition));
}

/* Only who is told that somebody is there wakes. */
static void active(int self)
{
	if (self == 0) {
		ksync_wait_event(queue, KSYNC_READ_ONCE(condition));
		return;
	}
	KSYNC_WRITE_ONCE(condition, 1);
	if (ksync_waitqueue_active(&queue))
		ksync_wake_up_all(&queue);
}

/* A waker that makes it true twice, and looks at an empty queue before. */
static void event_twice(int self)
{
	if (self == 0) {
		ksync_wait_event(queue, KSYNC_READ_ONCE(condition));
		return;
	}
	ksync_wake_up(&queue);
	make_true();
}

static void timed(int self)
{
	long left;

	if (self) {
		make_true();
		return;
	}
	left = ksync_wait_event_timeout(queue, KSYNC_READ_ONCE(condition), 1);
	explore_outcome("%d", left != 0);
}

static void interrupted(int self)
{
	int ret;

	if (self) {
		payload = 1;
		ksync_task_interrupt(system_task(0));
		return;
	}
	ret = ksync_wait_event_interruptible(queue, false);
	explore_assert(ret == -EINTR);
	explore_assert(payload == 1);
}

/* Each exclusive waiter takes a unit; each unit has a wake-up for one. */
static bool take(void)
{
	bool taken;

	ksync_spin_lock(&queue.lock);
	taken = units > 0;
	units -= taken;
	ksync_spin_unlock(&queue.lock);
	return taken;
}

static void give(void)
{
	ksync_spin_lock(&queue.lock);
	units++;
	ksync_spin_unlock(&queue.lock);
	ksync_wake_up(&queue);
}

static void exclusive(int self)
{
	if (self == 2) {
		give();
		give();
		return;
	}
	(void)ksync_wait_event_interruptible_exclusive(queue, take());
}

/* One of two is interrupted at the moment when it is chosen. */
static void exclusive_interrupted(int self)
{
	if (self == 2) {
		give();
		ksync_task_interrupt(system_task(0));
		return;
	}
	if (ksync_wait_event_interruptible_exclusive(queue, take()))
		failed++;
	else if (self == 0)
		give();
}

static bool unit_there(void)
{
	return units > 0;
}

/* What sleeps on has a unit waiting, or it is a deadlock that is right. */
static void no_units(void)
{
	explore_assert(units == 0);
	empty();
}

/* An entry with no thread: what it misses, who queued it finds. */
static int tell(ksync_wait_queue_entry_t *entry, unsigned int mode, int flags,
		void *key)
{
	(void)entry;
	(void)mode;
	(void)flags;
	(void)key;
	told++;
	return 0;
}

static ksync_wait_queue_entry_t heard;

static void hear(void)
{
	ksync_init_waitqueue_func_entry(&heard, tell);
	ksync_add_wait_queue(&queue, &heard);
	failed = !KSYNC_READ_ONCE(condition);
}

static void callback(int self)
{
	if (self)
		make_true();
	else
		hear();
}

/* The kernel's waitqueue_active() is a mere look at the ring: it may find
 * nobody while who is queued does not see the change. */
static bool found;

static void mere_look(int self)
{
	if (self == 0) {
		hear();
		return;
	}
	KSYNC_WRITE_ONCE(condition, 1);
	found = KSYNC_READ_ONCE(queue.head.next) != &queue.head;
}

static void real_look(int self)
{
	if (self == 0) {
		hear();
		return;
	}
	KSYNC_WRITE_ONCE(condition, 1);
	found = ksync_waitqueue_active(&queue);
}

static void what_looks_found(void)
{
	explore_outcome("%s", failed && !found ? "lost" : "found");
}

/* The first look finds nobody, and may end the episode. */
static void callback_twice(int self)
{
	if (self)
		ksync_wake_up(&queue);
	callback(self);
}

/* When it is out, it is not called any more. */
static void callback_leaves(int self)
{
	if (self) {
		make_true();
		return;
	}
	hear();
	ksync_remove_wait_queue(&queue, &heard);
	failed = 0;
	told = 0;
}

/* Two listen, and the second may rely on the barrier of the first. */
static ksync_wait_queue_entry_t heard_too;
static int missed; /* the second's */

static void callbacks(int self)
{
	if (self == 1) {
		ksync_init_waitqueue_func_entry(&heard_too, tell);
		ksync_add_wait_queue(&queue, &heard_too);
		missed = !KSYNC_READ_ONCE(condition);
	} else if (self == 2) {
		make_true();
	} else {
		hear();
	}
}

static void callbacks_told(void)
{
	explore_assert(told >= failed + missed);
}

static void callback_gone(void)
{
	explore_assert(!told);
	empty();
}

static void callback_told(void)
{
	if (failed)
		explore_assert(told);
}

/* Looks between two wake-ups at what may sleep: no wake-up is lost. */
static void woken(int self)
{
	KSYNC_DEFINE_WAIT_FUNC(entry, ksync_woken_wake_function);

	if (self) {
		payload = 1;
		ksync_wake_up(&queue);
		return;
	}
	ksync_add_wait_queue(&queue, &entry);
	if (!explore_choose(2))
		KSYNC_WRITE_ONCE(condition, 2);
	while (!KSYNC_READ_ONCE(condition))
		(void)ksync_wait_woken(&entry, KSYNC_TASK_IDLE,
				       KSYNC_MAX_SCHEDULE_TIMEOUT);
	ksync_remove_wait_queue(&queue, &entry);
}

static void woken_event(int self)
{
	if (self)
		make_true();
	else
		woken(0);
}

/* By hand: the kernel's loop, and an entry that stays queued. */
static void by_hand(int self)
{
	KSYNC_DECLARE_WAITQUEUE(entry, system_task(self));

	if (self) {
		make_true();
		return;
	}
	ksync_add_wait_queue(&queue, &entry);
	for (;;) {
		ksync_set_current_state(KSYNC_TASK_UNINTERRUPTIBLE);
		if (KSYNC_READ_ONCE(condition))
			break;
		ksync_schedule();
	}
	ksync_set_current_state_relaxed(KSYNC_TASK_RUNNING);
	ksync_remove_wait_queue(&queue, &entry);
}

/* What the waker did before is seen by whom it woke. */
static void sees(int self)
{
	KSYNC_DEFINE_WAIT(entry);

	if (self) {
		payload = 1;
		while (!ksync_wake_up_nr(&queue, 1))
			explore_await(&queue.head.next, false);
		return;
	}
	ksync_prepare_to_wait_exclusive(&queue, &entry,
					KSYNC_TASK_UNINTERRUPTIBLE);
	ksync_schedule();
	ksync_finish_wait(&queue, &entry);
	explore_assert(payload == 1);
}

/* One task at a place. */
static ksync_rcuwait_t place;

static void at_place(int self)
{
	if (self == 0) {
		(void)ksync_rcuwait_wait_event(&place,
					       KSYNC_READ_ONCE(condition),
					       KSYNC_TASK_UNINTERRUPTIBLE);
		return;
	}
	KSYNC_WRITE_ONCE(condition, 1);
	(void)ksync_rcuwait_wake_up(&place);
}

/* A bit, at a queue of the table's. */
static unsigned long flags;

static void bit_set(void)
{
	start(2, 0);
	flags = 1;
	explore_name(&flags, "flags");
	ksync__bit_waitqueue(&flags, 0)->episode = BEGUN | KNOWN;
}

static void bit(int self)
{
	if (self) {
		payload = 1;
		ksync_clear_and_wake_up_bit(0, &flags);
		return;
	}
	explore_assert(!ksync_wait_on_bit(&flags, 0, KSYNC_TASK_IDLE));
	explore_assert(payload == 1);
}

static void bit_free(void)
{
	bit_set();
	flags = 0;
}

static void bit_lock(int self)
{
	(void)self;
	explore_assert(!ksync_wait_on_bit_lock(&flags, 0, KSYNC_TASK_IDLE));
	payload++;
	ksync_clear_and_wake_up_bit(0, &flags);
}

static bool bit_clear(void)
{
	return !flags;
}

/* Two lists want one task: the second relies on the first. */
static void lists(int self)
{
	KSYNC_DEFINE_WAKE_Q(list);

	if (self == 0) {
		for (;;) {
			ksync_set_current_state(KSYNC_TASK_UNINTERRUPTIBLE);
			if (KSYNC_READ_ONCE(condition))
				break;
			ksync_schedule();
		}
		ksync_set_current_state_relaxed(KSYNC_TASK_RUNNING);
		return;
	}
	if (self == 2)
		KSYNC_WRITE_ONCE(condition, 1);
	ksync_wake_q_add(&list, system_task(0));
	ksync_wake_up_q(&list);
}

static void three_tasks(void)
{
	system_tasks(3);
	explore_name(&condition, "condition");
	explore_name(&system_task(0)->wake_next, "wake_next");
}

/* ---- a descriptor ---- */

static ksync_wait_fd_t fd;
static int fd_wakers;
static int fd_ready[EXPLORE_THREADS], fd_payload[EXPLORE_THREADS];

static void fd_opened(int threads)
{
	start(threads, 0);
	fd_wakers = threads - 1;
	explore_assert(ksync_wait_fd_open(&fd, &queue) == 0);
}

static void fd_two(void)
{
	fd_opened(2);
}

static void fd_three(void)
{
	fd_opened(3);
}

/* Clear, look, poll: of as many as make something ready, none is missed. */
static void fd_loop(int self)
{
	int there = 0, wanted = fd_wakers;

	if (self) {
		fd_payload[self] = 1;
		ksync_smp_store_release(&fd_ready[self], 1);
		ksync_wake_up(&queue);
		return;
	}
	while (there < wanted) {
		system_poll(fd.fd);
		explore_assert(ksync_wait_fd_clear(&fd));
		there = 0;
		for (int i = 1; i <= wanted; i++)
			if (ksync_smp_load_acquire(&fd_ready[i])) {
				explore_assert(fd_payload[i] == 1);
				there++;
			}
	}
	ksync_wait_fd_close(&fd);
}

static void fd_ends(int self)
{
	if (self) {
		ksync_wake_up_pollfree(&queue);
		return;
	}
	while (ksync_wait_fd_clear(&fd))
		system_poll(fd.fd);
	system_poll(fd.fd); /* its end stays readable */
	ksync_wait_fd_close(&fd);
}

/* It is closed while others wake. */
static void fd_closes(int self)
{
	if (self)
		ksync_wake_up(&queue);
	else
		ksync_wait_fd_close(&fd);
}

static const struct explore_test tests[] = {
	{ "event", .threads = 2, .setup = two, .thread = event, .finish = empty,
	  .available = true_now },
	{ "event_known", .threads = 2, .setup = two_known, .thread = event,
	  .finish = empty, .available = true_now },
	{ "event_begun", .threads = 2, .setup = two_begun, .thread = event,
	  .finish = empty, .available = true_now },
	{ "event_spurious", .threads = 2, .setup = two, .thread = event,
	  .finish = empty, .available = true_now, .spurious = 1 },
	{ "event_barrier_fails", .threads = 2, .setup = two, .thread = event,
	  .finish = empty, .available = true_now, .barrier_fails = true,
	  .bound = 2 },
	{ "event_calm", .threads = 2, .setup = two_calm, .thread = event_twice,
	  .finish = empty, .available = true_now, .bound = 2 },
	{ "active", .threads = 2, .setup = two, .thread = active,
	  .finish = empty, .available = true_now },
	{ "active_known", .threads = 2, .setup = two_known, .thread = active,
	  .finish = empty, .available = true_now },
	{ "timed", .threads = 2, .setup = two_known, .thread = timed,
	  .finish = empty, .outcomes = "0|1" },
	{ "interrupted", .threads = 2, .setup = two_known,
	  .thread = interrupted, .finish = empty },
	{ "mere_look", .threads = 2, .setup = two_known, .thread = mere_look,
	  .finish = what_looks_found, .outcomes = "found|lost" },
	{ "real_look", .threads = 2, .setup = two, .thread = real_look,
	  .finish = what_looks_found, .outcomes = "found" },
	{ "callback", .threads = 2, .setup = two, .thread = callback,
	  .finish = callback_told },
	{ "callback_begun", .threads = 2, .setup = two_begun,
	  .thread = callback, .finish = callback_told },
	{ "callback_calm", .threads = 2, .setup = two_calm,
	  .thread = callback_twice, .finish = callback_told },
	{ "callback_leaves", .threads = 2, .setup = two_known,
	  .thread = callback_leaves, .finish = callback_gone },
	{ "callback_barrier_fails", .threads = 2, .setup = two,
	  .thread = callback, .finish = callback_told, .barrier_fails = true },
	{ "woken", .threads = 2, .setup = two_known, .thread = woken_event,
	  .finish = empty, .available = true_now },
	{ "by_hand", .threads = 2, .setup = two_known, .thread = by_hand,
	  .finish = empty, .available = true_now },
	{ "sees", .threads = 2, .setup = two_known, .thread = sees,
	  .finish = empty },
	{ "rcuwait", .threads = 2, .setup = two, .thread = at_place,
	  .available = true_now },
	{ "bit", .threads = 2, .setup = bit_set, .thread = bit,
	  .available = bit_clear },
	{ "bit_lock", .threads = 2, .setup = bit_free, .thread = bit_lock,
	  .available = bit_clear },
	{ "fd", .threads = 2, .setup = fd_two, .thread = fd_loop,
	  .finish = empty },
	{ "fd_ends", .threads = 2, .setup = fd_two, .thread = fd_ends },
	{ "fd_closes", .threads = 2, .setup = fd_two, .thread = fd_closes,
	  .finish = empty },
	{ "three_fd", .threads = 3, .setup = fd_three, .thread = fd_loop,
	  .finish = empty, .bound = 2 },
	{ "three_lists", .threads = 3, .setup = three_tasks, .thread = lists,
	  .available = true_now },
	{ "three_callbacks", .threads = 3, .setup = three, .thread = callbacks,
	  .finish = callbacks_told, .bound = 2 },
	{ "three_event", .threads = 3, .setup = three, .thread = event_of_two,
	  .finish = empty, .available = true_now, .bound = 3 },
	{ "three_asleep", .threads = 3, .setup = three, .thread = event_of_two,
	  .available = true_now, .asleep = 1 << 0, .bound = 2 },
	{ "three_calm", .threads = 3, .setup = three_calm,
	  .thread = event_of_two, .finish = empty, .available = true_now,
	  .bound = 3 },
	{ "three_exclusive", .threads = 3, .setup = three_known,
	  .thread = exclusive, .finish = no_units, .available = unit_there,
	  .asleep = 1 << 0 | 1 << 1, .bound = 2 },
	{ "three_interrupted", .threads = 3, .setup = three_known,
	  .thread = exclusive_interrupted, .available = unit_there,
	  .asleep = 1 << 0 | 1 << 1, .bound = 3 },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
