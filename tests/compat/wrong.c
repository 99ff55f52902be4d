/* SPDX-License-Identifier: MIT */
/*
 * Each value of WRONG must not compile; 0 must. The error has to contain the
 * words that run.sh finds beside the number.
 */
#if WRONG == 1 /* KSYNC_KERNEL_NAMES */
#undef KSYNC_KERNEL_NAMES
#include <ksync/mutex.h>
#endif

#if WRONG == 2 /* ksync_ names */
#define __cplusplus 201103L
#endif

#include <linux/cleanup.h>
#include <linux/container_of.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>

struct outer {
	int number;
	char name[4];
};

int use(struct outer *o, refcount_t *r, int *n);

static DEFINE_MUTEX(m);
static DEFINE_SPINLOCK(s);
static DEFINE_RAW_SPINLOCK(raw);

int use(struct outer *o, refcount_t *r, int *n)
{
	unsigned long flags;

	container_of(n, struct outer, number)->name[0] = 'x';
#if WRONG == 3 /* not a pointer to that member */
	container_of(&o->name[0], struct outer, number)->number = 1;
#endif
	{
		guard(mutex)(&m);
	}
#if WRONG == 4 /* cannot say that this lock failed */
	guard(mutex_try)(&m);
#endif
	scoped_cond_guard(mutex_try, return 2, &m)
		*n = 1;
#if WRONG == 5 /* does not fail */
	scoped_cond_guard(mutex, return 2, &m)
		*n = 1;
#endif
#if WRONG == 6 /* unused-result */
	mutex_trylock(&m);
#endif
#if WRONG == 7 /* unused-result */
	mutex_lock_interruptible(&m);
#endif
#if WRONG == 8 /* unused-result */
	refcount_dec_and_test(r);
#endif
#if WRONG == 9 /* unused-result */
	refcount_inc_not_zero(r);
#endif
#if WRONG == 10 /* unused */
	no_free_ptr(n);
#ifdef __clang__
#error "unused: clang does not look through the cast"
#endif
#endif
#if WRONG == 11 /* incompatible */
	spin_lock(&m);
#endif
#if WRONG == 12 /* incompatible */
	mutex_lock(&s);
#endif
#if WRONG == 13 /* incompatible */
	refcount_inc(n);
#endif
#if WRONG == 14 /* incompatible */
	spin_lock(&raw);
#endif
#if WRONG == 15 /* incompatible */
	raw_spin_unlock(&s);
#endif
	raw_spin_lock(&raw);
	raw_spin_unlock(&raw);
	spin_lock_irqsave(&s, flags);
	spin_unlock_irqrestore(&s, flags);
	return o->number + refcount_dec_and_test(r);
}
