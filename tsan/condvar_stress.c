/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                           \
	"who returns from a wait has the lock; no signal is lost when one " \
	"that waits gives up, and a broadcast reaches all"

#include <errno.h>

#include <ksync/ksync.h>

#include "stress.h"

static ksync_mutex_t mutex;
static ksync_spinlock_t spin;
static bool by_spinlock;

static void lock(void)
{
	if (by_spinlock)
		ksync_spin_lock(&spin);
	else
		ksync_mutex_lock(&mutex);
}

static void unlock(void)
{
	if (by_spinlock)
		ksync_spin_unlock(&spin);
	else
		ksync_mutex_unlock(&mutex);
}

static ksync_condvar_lock_t by(void)
{
	return by_spinlock ? ksync_condvar_spinlock(&spin) :
			     ksync_condvar_mutex(&mutex);
}

/* ---- goods, made and taken; waiters with and without patience ---- */

#define MAX_TASKS 64

static ksync_condvar_t there; /* goods */
static ksync_condvar_t room;
static unsigned long stock; /* plain, under the lock, as are these */
static unsigned long made, taken;
static unsigned long inside;
static ksync_task_t *tasks[MAX_TASKS]; /* relaxed */

static void before_goods(void)
{
	ksync_mutex_init(&mutex);
	ksync_spin_lock_init(&spin);
	ksync_condvar_init(&there);
	ksync_condvar_init(&room);
	stock = made = taken = inside = 0;
}

static void before_goods_mutex(void)
{
	by_spinlock = false;
	before_goods();
}

static void before_goods_spin(void)
{
	by_spinlock = true;
	before_goods();
}

static void after_goods(void)
{
	for (int i = 0; i < MAX_TASKS; i++) {
		if (tasks[i])
			ksync_task_put(tasks[i]);
		tasks[i] = NULL;
	}
	stress_require(made == taken + stock, "goods were lost");
	ksync_condvar_destroy(&there);
	ksync_condvar_destroy(&room);
}

/* 0, or why it gave up. The end of the scene is looked at every 20 ms. */
static int wait_somehow(struct stress_thread *self, ksync_condvar_t *cv)
{
	struct timespec at;
	int64_t ns = stress_clock() + 1;
	int ret;

	switch (stress_random(self, 4)) {
	case 0:
		ret = ksync_condvar_wait_timeout(cv, by(), 20) ? 0 : -ETIME;
		break;
	case 1:
		ns += stress_random(self, 300000);
		at.tv_sec = ns / 1000000000;
		at.tv_nsec = ns % 1000000000;
		ret = ksync_condvar_wait_until(cv, by(), &at);
		break;
	default:
		ns += 20000000;
		at.tv_sec = ns / 1000000000;
		at.tv_nsec = ns % 1000000000;
		ret = ksync_condvar_wait_interruptible_until(cv, by(), &at);
	}
	stress_require(!inside, "somebody else has the lock");
	inside = 1;
	if (stress_chance(self, 16))
		stress_delay(self);
	inside = 0;
	stress_require(!ret || ret == -ETIME || ret == -EINTR, "wrong result");
	if (ret == -EINTR)
		(void)ksync_task_clear_pending();
	return ret;
}

static void make(struct stress_thread *self)
{
	int ret = 0;

	lock();
	while (stock >= 3 && !ret)
		ret = wait_somehow(self, &room);
	if (!ret) {
		stock++;
		made++;
		if (stress_chance(self, 2))
			ksync_condvar_signal(&there);
		else
			ksync_condvar_broadcast(&there);
	} else if (stock < 3) {
		/* It may have been told in the last moment. */
		ksync_condvar_signal(&room);
	}
	unlock();
}

static void take(struct stress_thread *self)
{
	int ret = 0;
	bool took = false;

	lock();
	while (!stock && !ret)
		ret = wait_somehow(self, &there);
	if (stock) {
		stock--;
		taken++;
		took = true;
	}
	unlock();
	if (took)
		ksync_condvar_signal(&room);
}

static void trade(struct stress_thread *self)
{
	ksync_task_t *task;

	KSYNC_WRITE_ONCE(tasks[self->index], ksync_task_get(ksync_current()));
	while (stress_on(self)) {
		task = KSYNC_READ_ONCE(
			tasks[stress_random(self, self->threads)]);
		if (task && stress_chance(self, 16))
			ksync_task_interrupt(task);
		if (self->index % 2)
			make(self);
		else
			take(self);
	}
}

/* ---- rounds: one opens, all others wait without a limit ---- */

static ksync_condvar_t opened, passed;
static unsigned long round_now; /* plain, under the lock, as are these */
static unsigned long through;
static bool closing;

static void before_rounds(void)
{
	before_goods();
	ksync_condvar_init(&opened);
	ksync_condvar_init(&passed);
	round_now = through = 0;
	closing = false;
}

static void before_rounds_mutex(void)
{
	by_spinlock = false;
	before_rounds();
}

static void before_rounds_spin(void)
{
	by_spinlock = true;
	before_rounds();
}

static void open_rounds(struct stress_thread *self)
{
	bool last = false;

	while (!last) {
		if (stress_chance(self, 2))
			stress_delay(self);
		last = !stress_on(self);
		lock();
		round_now++;
		through = 0;
		closing = last;
		ksync_condvar_broadcast(&opened);
		while (through + 1 < self->threads)
			ksync_condvar_wait(&passed, by());
		unlock();
	}
}

static void follow_rounds(struct stress_thread *self)
{
	unsigned long seen = 0;
	bool last = false;

	while (!last) {
		(void)stress_on(self);
		if (stress_chance(self, 4))
			stress_delay(self);
		lock();
		while (round_now == seen)
			ksync_condvar_wait(&opened, by());
		stress_require(round_now == seen + 1, "a round was missed");
		seen = round_now;
		last = closing;
		if (++through + 1 == self->threads)
			ksync_condvar_signal(&passed);
		unlock();
	}
}

static void rounds(struct stress_thread *self)
{
	if (self->index)
		follow_rounds(self);
	else
		open_rounds(self);
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "rounds",
		  .threads = 4,
		  .any_number = true,
		  .before = before_rounds_mutex,
		  .body = rounds },
		{ .name = "rounds_spin",
		  .threads = 4,
		  .before = before_rounds_spin,
		  .body = rounds },
		{ .name = "goods",
		  .threads = 6,
		  .before = before_goods_mutex,
		  .body = trade,
		  .after = after_goods },
		{ .name = "goods_spin",
		  .threads = 4,
		  .before = before_goods_spin,
		  .body = trade,
		  .after = after_goods },
		{ .name = NULL },
	};

	return stress_main("condvar", INVARIANT, scenes);
}
