/* SPDX-License-Identifier: MIT */
/*
 * Words: count, twice the number of references that are counted here, plus DEAD
 * and BIAS; the copies of ksync__copies; SHARED, what their sections look at
 *
 *  from          event          to                     by          order
 *  no SHARED     get, put       a copy +- 1            anybody     release
 *  SHARED, or    get            count + 2              anybody
 *   no section
 *  the same      put            count - 2              a holder    release
 *  0             the last put   the same: released     that holder acquire
 *  BIAS          to one place   SHARED                 switcher    (fence)
 *  BIAS, SHARED  then           count + 2 * the sum of switcher
 *                               the copies - BIAS
 *  no BIAS       per processor  copies 0; then         switcher
 *                               count + BIAS;          switcher
 *                               then no SHARED         switcher    release
 *  no DEAD       kill           DEAD; then to one      owner
 *                               place; then a put
 *  DEAD          resurrect      count + 2 - DEAD       owner       release
 *
 *  I1  The references are count without BIAS, halved, and the sum of the
 *      copies, at all times. A copy alone may be negative, and wraps.
 *  I2  BIAS is more than all references: count is not zero while it is there.
 *      The sum is added and BIAS dropped in one operation: so whoever brings
 *      count to zero is the last.
 *  I3  Counting in count is right in all states, so who has no sections, or
 *      has read SHARED long ago, does it.
 *  I4  No BIAS, then SHARED, and after the fence: no section adds to a copy.
 *  I5  Switchers are one at a time, under the lock. Where a fork's child finds
 *      a switch begun, BIAS tells that it has to be done, and it is done anew.
 *  I6  Functions of others are called without the lock.
 */
#include <errno.h>

#include <ksync/percpu_ref.h>
#include <ksync/watch.h>

#include "port/port.h"
#include "task/waitq.h"
#include "watch/report.h"

#define SHARED KSYNC__PERCPU_REF_SHARED
#define DEAD KSYNC__PERCPU_REF_DEAD
#define ONE KSYNC__PERCPU_REF_ONE
#define BIAS (LONG_MAX / 2 + 1)

/* how: what was asked for, and whether there are copies. */
#define STAYS_SHARED KSYNC_PERCPU_REF_INIT_ATOMIC
#define MAY_COME_BACK KSYNC_PERCPU_REF_ALLOW_REINIT
#define HAS_COPIES (1u << 31)

static void ref_misused(ksync_percpu_ref_t *ref, const char *what,
			const char *advice, const void *where)
{
	ksync__misuse("percpu_ref", ref, what, advice, where,
		      KSYNC_HOLDER_NONE);
}

static bool ref_is_biased(ksync_percpu_ref_t *ref)
{
	return ksync_atomic_long_read(&ref->ksync__count) > BIAS / 2;
}

static struct ksync_task *ref_lock(ksync_percpu_ref_t *ref)
{
	struct ksync_task *self = ksync__task_self();

	(void)ksync__waitq_lock(&ref->ksync__lock, self);
	return self;
}

static void ref_unlock(ksync_percpu_ref_t *ref, struct ksync_task *self)
{
	ksync__waitq_unlock(&ref->ksync__lock, self, 0);
}

/* Under the lock, or by who has it alone, when nobody adds to the copies. */
static void ref_drop_copies(ksync_percpu_ref_t *ref)
{
	if (ref->ksync__how & HAS_COPIES)
		ksync__percpu_free(ref->ksync__copies, sizeof(long));
	ref->ksync__how &= ~HAS_COPIES;
}

/* Under the lock. False: there were more puts than gets. */
static bool ref_share(ksync_percpu_ref_t *ref)
{
	long left;

	if (!ref_is_biased(ref))
		return true;
	ksync__percpu_close(&ref->ksync__shared, SHARED);
	ksync_watch_step("percpu_ref.sum");
	/* What those did that put per processor is passed on by the caller's
	 * own put. */
	left = ksync_atomic_long_add_return_relaxed(
		ksync__percpu_sum(ref->ksync__copies) * ONE - BIAS,
		&ref->ksync__count);
	if (!(ref->ksync__how & MAY_COME_BACK))
		ref_drop_copies(ref);
	return left >= ONE;
}

/* Under the lock, if it is to be so. False: it cannot. */
static bool ref_spread(ksync_percpu_ref_t *ref)
{
	if ((ref->ksync__how & STAYS_SHARED) || ksync_percpu_ref_is_dying(ref))
		return true;
	if (!(ref->ksync__how & HAS_COPIES))
		return !ksync__percpu_has_sections();
	if (!ref_is_biased(ref)) {
		ksync__percpu_zero(ref->ksync__copies);
		ksync_atomic_long_add(BIAS, &ref->ksync__count);
	}
	ksync_watch_step("percpu_ref.spread");
	ksync__percpu_open(&ref->ksync__shared, SHARED);
	return true;
}

int ksync_percpu_ref_init(ksync_percpu_ref_t *ref,
			  ksync_percpu_ref_func_t *release, unsigned int flags)
{
	long *copies = NULL;

	if (flags & (STAYS_SHARED | KSYNC_PERCPU_REF_INIT_DEAD))
		flags |= MAY_COME_BACK;
	if (ksync__percpu_has_sections()) {
		copies = ksync__percpu_alloc(sizeof(long));
		if (!copies)
			return -ENOMEM;
	}
	*ref = (ksync_percpu_ref_t){
		.ksync__copies = copies,
		.ksync__shared = SHARED,
		.ksync__how = (flags & (STAYS_SHARED | MAY_COME_BACK)) |
			      (copies ? HAS_COPIES : 0),
		.ksync__count = KSYNC_ATOMIC_INIT(
			flags & KSYNC_PERCPU_REF_INIT_DEAD ? DEAD : ONE),
		.ksync__release = release,
	};
	(void)ref_spread(ref);
	return 0;
}

void ksync_percpu_ref_exit(ksync_percpu_ref_t *ref)
{
	KSYNC_WRITE_ONCE(ref->ksync__shared, SHARED);
	ksync_atomic_long_set(&ref->ksync__count, DEAD);
	ref_drop_copies(ref);
}

KSYNC_COLD void ksync__percpu_ref_last(ksync_percpu_ref_t *ref, long left,
				       unsigned long nr)
{
	if (ksync_unlikely(left < 0)) {
		ksync_atomic_long_add((long)nr * ONE, &ref->ksync__count);
		ref_misused(ref, "put without a reference",
			    "put once for each get; the put is undone",
			    KSYNC__CALLER());
		return;
	}
	/* ORDER percpu_ref.put: acquire. Other end:
	 * ksync_percpu_ref_put_many(). */
	(void)ksync_atomic_long_read_acquire(&ref->ksync__count);
	ksync_watch_order_acquire(&ref->ksync__count);
	if (ref->ksync__release)
		ref->ksync__release(ref);
}

static void ref_kill(ksync_percpu_ref_t *ref, ksync_percpu_ref_func_t *confirm,
		     const void *where)
{
	struct ksync_task *self = ref_lock(ref);
	long before =
		ksync_atomic_long_fetch_or_relaxed(DEAD, &ref->ksync__count);
	bool killed = before & DEAD;
	bool right = killed || ref_share(ref);

	ref_unlock(ref, self);
	if (killed) {
		ref_misused(ref, "killed twice", "kill it once; nothing is put",
			    where);
		return;
	}
	if (confirm)
		confirm(ref);
	ksync_watch_order_release(&ref->ksync__count);
	if (right)
		ksync_percpu_ref_put(ref);
	else
		ref_misused(ref, "more was put than got, as its kill finds",
			    "put once for each get; the object leaks", where);
}

void ksync_percpu_ref_kill_and_confirm(ksync_percpu_ref_t *ref,
				       ksync_percpu_ref_func_t *confirm)
{
	ref_kill(ref, confirm, KSYNC__CALLER());
}

void ksync_percpu_ref_kill(ksync_percpu_ref_t *ref)
{
	ref_kill(ref, NULL, KSYNC__CALLER());
}

static void ref_to_atomic(ksync_percpu_ref_t *ref, const void *where)
{
	struct ksync_task *self = ref_lock(ref);
	bool right;

	ref->ksync__how |= STAYS_SHARED;
	right = ref_share(ref);
	ref_unlock(ref, self);
	if (!right)
		ref_misused(ref, "more was put than got, as the switch finds",
			    "put once for each get", where);
}

void ksync_percpu_ref_switch_to_atomic(ksync_percpu_ref_t *ref,
				       ksync_percpu_ref_func_t *confirm)
{
	ref_to_atomic(ref, KSYNC__CALLER());
	if (confirm)
		confirm(ref);
}

void ksync_percpu_ref_switch_to_atomic_sync(ksync_percpu_ref_t *ref)
{
	ksync_watch_caller_might_sleep();
	ref_to_atomic(ref, KSYNC__CALLER());
}

void ksync_percpu_ref_switch_to_percpu(ksync_percpu_ref_t *ref)
{
	struct ksync_task *self = ref_lock(ref);
	bool done;

	ref->ksync__how &= ~STAYS_SHARED;
	done = ref_spread(ref);
	ref_unlock(ref, self);
	if (!done)
		ref_misused(ref,
			    "counts per processor again, which init excluded",
			    "give init KSYNC_PERCPU_REF_ALLOW_REINIT; it goes "
			    "on to count in one place",
			    KSYNC__CALLER());
}

/* What is wrong with it, or NULL. Under the lock. */
static const char *ref_revive(ksync_percpu_ref_t *ref, bool only_zero)
{
	if (!ksync_percpu_ref_is_dying(ref))
		return "made alive though it was not killed";
	if (only_zero && !ksync_percpu_ref_is_zero(ref))
		return "begun anew while there are references";
	ksync_watch_order_release(&ref->ksync__count);
	/* ORDER percpu_ref.live: release. Other end:
	 * ksync__percpu_ref_add(). */
	(void)ksync_atomic_long_add_return_release(ONE - DEAD,
						   &ref->ksync__count);
	if (!ref_spread(ref))
		return "counts per processor again, which init excluded";
	return NULL;
}

static void ref_resurrect(ksync_percpu_ref_t *ref, bool only_zero,
			  const void *where)
{
	struct ksync_task *self = ref_lock(ref);
	const char *wrong = ref_revive(ref, only_zero);

	ref_unlock(ref, self);
	if (wrong)
		ref_misused(ref, wrong,
			    "kill it before, and for a reinit wait for the "
			    "last put; give init KSYNC_PERCPU_REF_ALLOW_REINIT",
			    where);
}

void ksync_percpu_ref_resurrect(ksync_percpu_ref_t *ref)
{
	ref_resurrect(ref, false, KSYNC__CALLER());
}

void ksync_percpu_ref_reinit(ksync_percpu_ref_t *ref)
{
	ref_resurrect(ref, true, KSYNC__CALLER());
}
