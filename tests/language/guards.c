/* SPDX-License-Identifier: MIT */
/*
 * Guards, cleanup, locks and timeouts as users write them: without a warning in
 * C with native names, with the kernel's (NAMES is 1), and in C++. Further
 * members of a guard begin as zeroes. Says nothing and exits with 0.
 */
#if NAMES
#include <linux/cleanup.h>
#include <linux/jiffies.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/semaphore.h>
#include <linux/spinlock.h>
#else
#include <ksync/ksync.h>
#define spinlock_t ksync_spinlock_t
#define DEFINE_MUTEX KSYNC_DEFINE_MUTEX
#define DEFINE_SPINLOCK KSYNC_DEFINE_SPINLOCK
#define DEFINE_SEMAPHORE KSYNC_DEFINE_SEMAPHORE
#define DEFINE_FREE KSYNC_DEFINE_FREE
#define DEFINE_CLASS KSYNC_DEFINE_CLASS
#define EXTEND_CLASS KSYNC_EXTEND_CLASS
#define CLASS KSYNC_CLASS
#define DEFINE_GUARD KSYNC_DEFINE_GUARD
#define DEFINE_GUARD_COND KSYNC_DEFINE_GUARD_COND
#define DEFINE_LOCK_GUARD_0 KSYNC_DEFINE_LOCK_GUARD_0
#define DEFINE_LOCK_GUARD_1 KSYNC_DEFINE_LOCK_GUARD_1
#define DEFINE_LOCK_GUARD_1_COND KSYNC_DEFINE_LOCK_GUARD_1_COND
#define __free ksync_free
#define no_free_ptr ksync_no_free_ptr
#define return_ptr ksync_return_ptr
#define guard ksync_guard
#define scoped_guard ksync_scoped_guard
#define scoped_cond_guard ksync_scoped_cond_guard
#define ACQUIRE KSYNC_ACQUIRE
#define ACQUIRE_ERR KSYNC_ACQUIRE_ERR
#define HZ KSYNC_HZ
#define MAX_SCHEDULE_TIMEOUT KSYNC_MAX_SCHEDULE_TIMEOUT
#define msecs_to_jiffies ksync_msecs_to_jiffies
#define usecs_to_jiffies ksync_usecs_to_jiffies
#define down_timeout ksync_down_timeout
#define up ksync_up
#define spin_lock ksync_spin_lock
#define spin_unlock ksync_spin_unlock
#define spin_trylock ksync_spin_trylock
#define spin_lock_irqsave ksync_spin_lock_irqsave
#define spin_unlock_irqrestore ksync_spin_unlock_irqrestore
#define spin_trylock_irqsave ksync_spin_trylock_irqsave
#define spin_lock_nested ksync_spin_lock_nested
#define mutex_lock_nested ksync_mutex_lock_nested
#define mutex_lock_interruptible_nested ksync_mutex_lock_interruptible_nested
#define mutex_unlock ksync_mutex_unlock
#define kfree_rcu ksync_kfree_rcu
#define rcu_head ksync_rcu_head
#endif

#include <ksync/report.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                   \
	do {                                                               \
		if (!(condition)) {                                        \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, \
				#condition);                               \
			exit(1);                                           \
		}                                                          \
	} while (0)

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static DEFINE_SPINLOCK(spin);
static DEFINE_SPINLOCK(other_spin);
static DEFINE_SEMAPHORE(slots, 2);

#ifdef __cplusplus
#define AS(type, x) static_cast<type>(x)
#else
#define AS(type, x) ((type)(x))
#endif

struct object {
	int value;
	struct rcu_head rcu;
};

DEFINE_FREE(bytes, void *, if (_T) free(_T))
DEFINE_FREE(object, struct object *, if (_T) kfree_rcu(_T, rcu))
DEFINE_FREE(number, int, if (_T > 0) CHECK(_T == 7))

struct file {
	int number;
};
static int closed;
DEFINE_CLASS(file, struct file, closed += _T.number, { number }, int number)
EXTEND_CLASS(file, _of_none, { 100 }, void)

struct thing {
	spinlock_t lock;
};
DEFINE_LOCK_GUARD_1(
	thing, struct thing,
	{
		if (spin_trylock(&_T->lock->lock))
			_T->took = 1;
	},
	{
		if (_T->took)
			spin_unlock(&_T->lock->lock);
	},
	int took, spare)
DEFINE_LOCK_GUARD_1(thing_plain, struct thing, spin_lock(&_T->lock->lock),
		    spin_unlock(&_T->lock->lock))
DEFINE_LOCK_GUARD_1_COND(thing_plain, _try, spin_trylock(&_T->lock->lock))
static int depth;
DEFINE_LOCK_GUARD_0(deeper, depth++, depth--)
DEFINE_LOCK_GUARD_0(counted, _T->at = depth++, depth--, int at; int never)
DEFINE_GUARD(thing_bare, struct thing *, spin_lock(&_T->lock),
	     spin_unlock(&_T->lock))
DEFINE_GUARD_COND(thing_bare, _try, spin_trylock(&_T->lock))
DEFINE_GUARD_COND(thing_bare, _never, -EINTR, _RET == 0)

/* Leaves something else than zeroes on the stack. */
static __attribute__((noinline)) void dirty(void)
{
	volatile char bytes[4096];

	for (unsigned int i = 0; i < sizeof(bytes); i++)
		bytes[i] = 0x5a;
}

static __attribute__((noinline)) int took(struct thing *t)
{
	CLASS(thing, g)(t);

	return g.took | g.spare;
}

static __attribute__((noinline)) int never(void)
{
	CLASS(counted, g)();

	return g.never;
}

static void members_begin_as_zeroes(void)
{
	struct thing t = { KSYNC_SPINLOCK_INIT };

	spin_lock(&t.lock);
	dirty();
	CHECK(took(&t) == 0);
	spin_unlock(&t.lock);
	dirty();
	CHECK(never() == 0);
	CHECK(took(&t) == 1);
	CHECK(!ksync_spin_is_locked(&t.lock));
}

static int scopes(void)
{
	int turns = 0;

	scoped_guard(mutex, &first) {
		scoped_guard(mutex, &second) {
			scoped_guard(spinlock, &spin)
				scoped_guard(spinlock_irqsave, &other_spin)
					turns++;
			CHECK(ksync_mutex_is_locked(&second));
		}
		CHECK(!ksync_mutex_is_locked(&second));
		scoped_cond_guard(mutex_try, return 1, &second) {
			scoped_cond_guard(mutex_intr, return 2, &first)
				turns += 100;
		}
	}
	return turns;
}

static int scopes_that_fail(void)
{
	struct thing t = { KSYNC_SPINLOCK_INIT };
	int turns = 0;

	scoped_guard(thing_bare, &t) {
		scoped_guard(thing_bare_try, &t)
			turns += 100;
		scoped_cond_guard(thing_bare_try, turns += 1, &t)
			turns += 100;
		scoped_cond_guard(thing_plain_try, turns += 1, &t) {
			turns += 100;
		}
		for (int i = 0; i < 3; i++)
			scoped_cond_guard(thing_bare_never, turns += 1, &t)
				turns += 100;
	}
	scoped_guard(deeper) {
		scoped_guard(counted)
			CHECK(depth == 2);
		scoped_guard(rcu)
			CHECK(ksync_rcu_read_lock_held());
	}
	if (turns)
		scoped_guard(thing_plain, &t)
			turns++;
	return turns;
}

static int named(void)
{
	ACQUIRE(mutex_try, a)(&first);
	int error = ACQUIRE_ERR(mutex_try, &a);

	if (error)
		return error;
	ACQUIRE(mutex_try, b)(&first);
	return ACQUIRE_ERR(mutex_try, &b);
}

static char *kept(void)
{
	char *text __free(bytes) = AS(char *, calloc(1, 2));
	struct object *o __free(object) =
		AS(struct object *, calloc(1, sizeof(*o)));
	int seven __free(number) = 7;

	CHECK(text && o && seven == 7);
	*text = 'x';
	return_ptr(text);
}

static void classes(void)
{
	{
		CLASS(file, f)(3);
		CLASS(file_of_none, none)();

		CHECK(f.number == 3 && none.number == 100);
	}
	CHECK(closed == 103);
}

static void locks(void)
{
	unsigned long flags;
	unsigned int ms = 20;
	unsigned long j = msecs_to_jiffies(ms);
	long patience = msecs_to_jiffies(ms);

	guard(mutex)(&first);
	guard(mutex)(&second);
	CHECK(j == 20 && patience == 20);
	CHECK(down_timeout(&slots, msecs_to_jiffies(250)) == 0);
	CHECK(down_timeout(&slots, HZ / 10) == 0);
	CHECK(down_timeout(&slots, usecs_to_jiffies(ms)) == -ETIME);
	up(&slots);
	CHECK(down_timeout(&slots, MAX_SCHEDULE_TIMEOUT) == 0);
	CHECK(ksync_mutex_lock_timeout(&first, msecs_to_jiffies(ms)) != 0);
	spin_lock_irqsave(&spin, flags);
	spin_unlock_irqrestore(&spin, flags);
	CHECK(spin_trylock_irqsave(&spin, flags));
	spin_lock_nested(&other_spin, 1);
	spin_unlock(&other_spin);
	spin_unlock_irqrestore(&spin, flags);
}

static void quiet(const struct ksync_report *report)
{
	(void)report;
}

int main(void)
{
	char *text;

	ksync_report_hook_set(quiet);
	members_begin_as_zeroes();
	CHECK(scopes() == 2);
	CHECK(scopes_that_fail() == 6);
	CHECK(named() == -EBUSY && !ksync_mutex_is_locked(&first));
	text = kept();
	CHECK(*text == 'x');
	free(text);
	classes();
	locks();
	ksync_rcu_barrier();
	return 0;
}
