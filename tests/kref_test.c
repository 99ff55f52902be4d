/* SPDX-License-Identifier: MIT */
/*
 * struct kref: who ends an object, when, and with which lock.
 */
#include <criterion/criterion.h>

#include <linux/container_of.h>
#include <linux/kref.h>

#include "support/report.h"
#include "support/threads.h"

TestSuite(kref, .init = reports_take, .fini = reports_none);

static DEFINE_MUTEX(table_mutex);
static DEFINE_SPINLOCK(table_spinlock);

struct session {
	int number;
	struct kref refs;
};

static struct session session;
static int released;
static pthread_t released_by;

static void release(struct kref *refs)
{
	cr_assert_eq(container_of(refs, struct session, refs), &session);
	released++;
	released_by = pthread_self();
}

Test(kref, is_a_refcount)
{
	struct kref init = KREF_INIT(3);

	cr_assert_eq(sizeof(struct kref), sizeof(refcount_t));
	cr_assert_eq(kref_read(&init), 3);
	cr_assert_eq(refcount_read(&init.refcount), 3);
}

Test(kref, init_begins_with_one_reference)
{
	kref_init(&session.refs);
	cr_assert_eq(kref_read(&session.refs), 1);
}

Test(kref, get_and_put_count)
{
	kref_init(&session.refs);
	kref_get(&session.refs);
	cr_assert_eq(kref_read(&session.refs), 2);
	cr_assert_eq(kref_put(&session.refs, release), 0);
	cr_assert_eq(kref_read(&session.refs), 1);
	cr_assert_eq(released, 0);
}

Test(kref, the_last_put_runs_release_once_in_its_thread_and_says_so)
{
	kref_init(&session.refs);
	cr_assert_eq(kref_put(&session.refs, release), 1);
	cr_assert_eq(released, 1);
	cr_assert(pthread_equal(released_by, pthread_self()));
}

Test(kref, get_unless_zero_fails_on_a_dead_object)
{
	kref_init(&session.refs);
	cr_assert(kref_get_unless_zero(&session.refs));
	cr_assert_eq(kref_read(&session.refs), 2);
	cr_assert_eq(kref_put(&session.refs, release), 0);
	cr_assert_eq(kref_put(&session.refs, release), 1);
	cr_assert_not(kref_get_unless_zero(&session.refs));
	cr_assert_eq(kref_read(&session.refs), 0);
}

/* ---- with a lock ---- */

static void release_under_mutex(struct kref *refs)
{
	cr_assert_eq(mutex_get_owner(&table_mutex),
		     (unsigned long)ksync_current());
	release(refs);
	mutex_unlock(&table_mutex);
}

static void release_under_spinlock(struct kref *refs)
{
	cr_assert(spin_is_locked(&table_spinlock));
	release(refs);
	spin_unlock(&table_spinlock);
}

Test(kref, put_mutex_hands_the_mutex_to_release)
{
	kref_init(&session.refs);
	cr_assert_eq(kref_put_mutex(&session.refs, release_under_mutex,
				    &table_mutex),
		     1);
	cr_assert_eq(released, 1);
	cr_assert_not(mutex_is_locked(&table_mutex));
}

Test(kref, put_lock_hands_the_spinlock_to_release)
{
	kref_init(&session.refs);
	cr_assert_eq(kref_put_lock(&session.refs, release_under_spinlock,
				   &table_spinlock),
		     1);
	cr_assert_eq(released, 1);
	cr_assert_not(spin_is_locked(&table_spinlock));
}

Test(kref, puts_that_are_not_the_last_do_not_take_the_lock)
{
	kref_init(&session.refs);
	kref_get(&session.refs);
	kref_get(&session.refs);
	mutex_lock(&table_mutex);
	spin_lock(&table_spinlock);
	cr_assert_eq(kref_put_mutex(&session.refs, release_under_mutex,
				    &table_mutex),
		     0);
	cr_assert_eq(kref_put_lock(&session.refs, release_under_spinlock,
				   &table_spinlock),
		     0);
	spin_unlock(&table_spinlock);
	mutex_unlock(&table_mutex);
	cr_assert_eq(kref_read(&session.refs), 1);
	cr_assert_eq(released, 0);
}

/* ---- misuse ---- */

Test(kref, a_get_on_a_dead_object_is_reported_and_it_leaks)
{
	kref_init(&session.refs);
	cr_assert_eq(kref_put(&session.refs, release), 1);
	kref_get(&session.refs);
	expect_misuse("refcount", "use after free", &session.refs,
		      KSYNC_HOLDER_NONE);
	cr_assert_eq(kref_put(&session.refs, release), 0);
	expect_misuse("refcount", "below 0", &session.refs, KSYNC_HOLDER_NONE);
	cr_assert_eq(released, 1);
}

Test(kref, a_put_too_many_is_reported_and_releases_nothing)
{
	kref_init(&session.refs);
	cr_assert_eq(kref_put(&session.refs, release), 1);
	cr_assert_eq(kref_put(&session.refs, release), 0);
	expect_misuse("refcount", "below 0", &session.refs, KSYNC_HOLDER_NONE);
	cr_assert_eq(kref_put_mutex(&session.refs, release_under_mutex,
				    &table_mutex),
		     0);
	cr_assert_not(mutex_is_locked(&table_mutex));
	cr_assert_eq(released, 1);
}

/* ---- several threads ---- */

struct thing {
	struct kref refs;
	int written[4];
};

static int things;

static void thing_free(struct kref *refs)
{
	struct thing *t = container_of(refs, struct thing, refs);

	/* What each holder did comes before this. */
	for (int i = 0; i < 4; i++)
		must(t->written[i] == i + 1);
	__atomic_fetch_sub(&things, 1, __ATOMIC_RELAXED);
	free(t);
}

static void write_and_put(void *arg, int index)
{
	struct thing *t = arg;

	kref_get(&t->refs);
	t->written[index] = index + 1;
	kref_put(&t->refs, thing_free);
	kref_put(&t->refs, thing_free);
}

Test(kref, release_comes_after_everything_that_was_done_with_the_object)
{
	for (struct effort e = effort(500, 300); effort_more(&e);) {
		struct thing *t = calloc(1, sizeof(*t));

		t->refs = (struct kref)KREF_INIT(4);
		things = 1;
		crew_run(4, write_and_put, t);
		cr_assert_eq(things, 0);
	}
}
