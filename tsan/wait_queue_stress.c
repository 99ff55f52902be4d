/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                           \
	"who waits for what was made true before a wake-up does not sleep " \
	"on, who was woken sees what the waker did, and a frame that was "  \
	"left is touched by nobody"

#include <errno.h>

#include <ksync/ksync.h>

#include "stress.h"

/* ---- a turn goes to and fro ---- */

static ksync_wait_queue_head_t queue;
static unsigned int turn;    /* whose; published */
static unsigned long passed; /* plain: whose turn it is may touch it */

static void before_turns(void)
{
	ksync_init_waitqueue_head(&queue);
	turn = 0;
	passed = 0;
}

static bool my_turn(struct stress_thread *self)
{
	return __atomic_load_n(&turn, __ATOMIC_ACQUIRE) == self->index;
}

/* What follows it on the stack uses the entry's memory plainly, at once. */
static __attribute__((noinline)) void use_stack(void)
{
	volatile char bytes[512];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)i;
}

static __attribute__((noinline)) bool wait_turn(struct stress_thread *self)
{
	switch (stress_random(self, 5)) {
	case 0:
		return ksync_wait_event_timeout(queue, my_turn(self), 20) > 0;
	case 1:
		return ksync_wait_event_interruptible_timeout(
			       queue, my_turn(self), 30) > 0;
	case 2:
		return ksync_wait_event_idle_exclusive_timeout(
			       queue, my_turn(self), 20) > 0;
	case 3:
		return !ksync_wait_event_hrtimeout(queue, my_turn(self),
						   20000000);
	default:
		return ksync_wait_event_killable_timeout(queue, my_turn(self),
							 10) > 0;
	}
}

static void turns(struct stress_thread *self)
{
	while (stress_on(self)) {
		if (!wait_turn(self)) {
			use_stack();
			continue;
		}
		use_stack();
		passed++;
		if (stress_chance(self, 8))
			stress_delay(self);
		stress_publish(&turn, (self->index + 1) % self->threads);
		if (stress_chance(self, 2))
			ksync_wake_up_all(&queue);
		else if (ksync_waitqueue_active(&queue))
			ksync_wake_up_nr(&queue, 0);
	}
}

/* ---- a wake-up that is kept ---- */

static unsigned int heard;  /* published: up to which round */
static unsigned long sound; /* plain: before each wake-up */

static void before_kept(void)
{
	ksync_init_waitqueue_head(&queue);
	heard = 0;
	sound = 0;
}

static void kept(struct stress_thread *self)
{
	KSYNC_DEFINE_WAIT_FUNC(entry, ksync_woken_wake_function);
	unsigned int n = 1;

	if (self->index == 0) {
		ksync_add_wait_queue(&queue, &entry);
		stress_publish(&heard, 1);
	}
	while (stress_meet(self)) {
		if (self->index == 0) {
			stress_delay(self);
			(void)ksync_wait_woken(&entry,
					       KSYNC_TASK_UNINTERRUPTIBLE,
					       KSYNC_MAX_SCHEDULE_TIMEOUT);
			stress_require(sound == n, "woken by nobody");
			stress_publish(&heard, ++n);
			continue;
		}
		while (!stress_await(&heard, n))
			; /* it is about to say so */
		sound = n++;
		ksync_wake_up(&queue);
	}
	if (self->index == 0)
		ksync_remove_wait_queue(&queue, &entry);
}

/* ---- units with a wake-up for one each ---- */

#define MAX_TASKS 256

static int units;		       /* under the queue's lock */
static unsigned long given, taken;     /* relaxed */
static ksync_task_t *tasks[MAX_TASKS]; /* relaxed */

static void before_units(void)
{
	ksync_init_waitqueue_head(&queue);
	units = 0;
	given = 0;
	taken = 0;
}

static void after_units(void)
{
	for (int i = 0; i < MAX_TASKS; i++) {
		if (tasks[i])
			ksync_task_put(tasks[i]);
		tasks[i] = NULL;
	}
	stress_require(given == taken + (unsigned long)units,
		       "a unit was lost or made up");
	stress_require(queue.head.next == &queue.head,
		       "somebody is still queued");
}

static bool take_unit(void)
{
	bool there;

	ksync_spin_lock(&queue.lock);
	there = units > 0;
	units -= there;
	ksync_spin_unlock(&queue.lock);
	return there;
}

static void give_unit(struct stress_thread *self)
{
	ksync_spin_lock(&queue.lock);
	units++;
	if (stress_chance(self, 2)) {
		ksync_wake_up_locked(&queue);
		ksync_spin_unlock(&queue.lock);
	} else {
		ksync_spin_unlock(&queue.lock);
		ksync_wake_up(&queue);
	}
	ksync_atomic_long_inc((ksync_atomic_long_t *)&given);
}

static void crowd(struct stress_thread *self)
{
	ksync_task_t *task;
	int ret;

	KSYNC_WRITE_ONCE(tasks[self->index], ksync_task_get(ksync_current()));
	while (stress_on(self)) {
		task = KSYNC_READ_ONCE(
			tasks[stress_random(self, self->threads)]);
		if (task && stress_chance(self, 8))
			ksync_task_interrupt(task);
		give_unit(self);
		stress_delay(self);
		/* There is one for each, so that nobody waits for ever. */
		do {
			ret = ksync_wait_event_interruptible_exclusive(
				queue, take_unit());
			if (ret)
				(void)ksync_task_clear_pending();
		} while (ret);
		use_stack();
		ksync_atomic_long_inc((ksync_atomic_long_t *)&taken);
	}
}

/* ---- a bit as a lock, and one that is cleared for who waits ---- */

static unsigned long bits;
static unsigned long counted; /* plain: under bit 0 */
static unsigned long letter;  /* plain: before bit 1 is cleared */
static unsigned int posted;   /* published: bit 1 is set for this round */

static void before_bits(void)
{
	bits = 0;
	posted = 0;
}

static void count(struct stress_thread *self)
{
	if (ksync_wait_on_bit_lock(&bits, 0, KSYNC_TASK_UNINTERRUPTIBLE))
		stress_broken("interrupted by nobody");
	counted++;
	if (stress_chance(self, 8))
		stress_delay(self);
	ksync_clear_and_wake_up_bit(0, &bits);
}

static void bit_waits(struct stress_thread *self)
{
	unsigned int n = 0;

	while (stress_meet(self)) {
		n++;
		if (self->index == 0) {
			ksync_set_bit(1, &bits);
			stress_publish(&posted, n);
			if (stress_chance(self, 2))
				stress_delay(self);
			(void)ksync_wait_on_bit(&bits, 1, KSYNC_TASK_IDLE);
			stress_require(letter == n, "an old letter");
		} else {
			while (!stress_await(&posted, n))
				; /* it is about to say so */
			letter = n;
			ksync_clear_and_wake_up_bit(1, &bits);
		}
		count(self);
	}
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "turns",
		  .threads = 2,
		  .any_number = true,
		  .before = before_turns,
		  .body = turns },
		{ .name = "kept",
		  .threads = 2,
		  .before = before_kept,
		  .body = kept },
		{ .name = "bits",
		  .threads = 2,
		  .before = before_bits,
		  .body = bit_waits },
		{ .name = "crowd",
		  .threads = 4,
		  .any_number = true,
		  .before = before_units,
		  .body = crowd,
		  .after = after_units },
		{ .name = "many",
		  .threads = 64,
		  .before = before_units,
		  .body = crowd,
		  .after = after_units },
		{ .name = NULL },
	};

	return stress_main("wait_queue", INVARIANT, scenes);
}
