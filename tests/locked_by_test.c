/* SPDX-License-Identifier: MIT */
/*
 * LockedBy: the owner opens its own data and no other's, and in the checked
 * library by the lock that is held.
 */
#include <criterion/criterion.h>

#include <ksync/locked_by.h>
#include <ksync/mutex.h>
#include <ksync/rwsem.h>
#include <ksync/spinlock.h>

#include "support/report.h"
#include "support/threads.h"

TestSuite(locked_by, .init = reports_take, .fini = reports_none);

struct dir {
	ksync_mutex_t lock;
	ksync_rw_semaphore_t sem;
	ksync_spinlock_t spin;
};

KSYNC_DEFINE_LOCKED_BY(size, long, struct dir, lock)
KSYNC_DEFINE_LOCKED_BY(name, int, struct dir, sem)
KSYNC_DEFINE_LOCKED_BY(mark, char, struct dir, spin)

static struct dir mine, other;
static struct size_locked_by size;
static struct name_locked_by name;
static struct mark_locked_by mark;

static void make(void)
{
	ksync_mutex_init(&mine.lock);
	ksync_init_rwsem(&mine.sem);
	ksync_spin_lock_init(&mine.spin);
	ksync_mutex_init(&other.lock);
	ksync_init_rwsem(&other.sem);
	ksync_spin_lock_init(&other.spin);
	size_locked_by_init(&size, &mine, 5);
	name_locked_by_init(&name, &mine, 6);
	mark_locked_by_init(&mark, &mine, 'x');
}

Test(locked_by, the_owner_opens_what_init_put_in)
{
	make();
	ksync_mutex_lock(&mine.lock);
	cr_assert_eq(*size_locked_by_access(&size, &mine), 5);
	*size_locked_by_access_mut(&size, &mine) = 8;
	cr_assert_eq(*size_locked_by_access(&size, &mine), 8);
	cr_assert_eq(size_locked_by_access_mut(&size, &mine), &size.data);
	ksync_mutex_unlock(&mine.lock);
}

Test(locked_by, a_lock_of_any_kind_will_do)
{
	make();
	ksync_spin_lock(&mine.spin);
	*mark_locked_by_access_mut(&mark, &mine) = 'y';
	cr_assert_eq(*mark_locked_by_access(&mark, &mine), 'y');
	ksync_spin_unlock(&mine.spin);
	ksync_down_read(&mine.sem);
	cr_assert_eq(*name_locked_by_access(&name, &mine), 6);
	ksync_up_read(&mine.sem);
	ksync_down_write(&mine.sem);
	*name_locked_by_access_mut(&name, &mine) = 9;
	cr_assert_eq(*name_locked_by_access(&name, &mine), 9);
	ksync_up_write(&mine.sem);
}

Test(locked_by, another_owner_is_reported_and_gets_nothing_to_read)
{
	make();
	ksync_mutex_lock(&other.lock);
	cr_assert_null(size_locked_by_access(&size, &other));
	expect_misuse("locked_by", "does not own it", &size, KSYNC_HOLDER_NONE);
	ksync_mutex_unlock(&other.lock);
}

Test(locked_by, another_owner_is_reported_and_gets_nothing_to_write)
{
	make();
	ksync_mutex_lock(&other.lock);
	cr_assert_null(size_locked_by_access_mut(&size, &other));
	expect_misuse("locked_by", "does not own it", &size, KSYNC_HOLDER_NONE);
	ksync_mutex_unlock(&other.lock);
}

/* The release library does not know what is held. */
static void expect_unheld(const char *words)
{
	if (!KSYNC_CHECKED)
		return;
	cr_assert_eq(reports_count(), 1);
	cr_assert_not_null(strstr(reports.kept[0].what, words), "%s",
			   reports.kept[0].what);
	reports_forget();
}

Test(locked_by, reading_without_the_lock_is_seen_by_the_checked_library)
{
	make();
	cr_assert_not_null(size_locked_by_access(&size, &mine));
	expect_unheld("asserted to be held by the caller");
}

Test(locked_by, writing_without_the_lock_is_seen_by_the_checked_library)
{
	make();
	cr_assert_not_null(size_locked_by_access_mut(&size, &mine));
	expect_unheld("asserted to be held for writing");
}

Test(locked_by, writing_under_a_readers_lock_is_seen_by_the_checked_library)
{
	make();
	ksync_down_read(&mine.sem);
	cr_assert_not_null(name_locked_by_access_mut(&name, &mine));
	expect_unheld("asserted to be held for writing");
	ksync_up_read(&mine.sem);
}

static void add(void *arg, int index)
{
	(void)arg;
	(void)index;
	for (int i = 0; i < 1000; i++) {
		ksync_guard(mutex)(&mine.lock);
		++*size_locked_by_access_mut(&size, &mine);
	}
}

Test(locked_by, threads_change_it_one_after_the_other)
{
	make();
	crew_run(4, add, NULL);
	ksync_mutex_lock(&mine.lock);
	cr_assert_eq(*size_locked_by_access(&size, &mine), 4005);
	ksync_mutex_unlock(&mine.lock);
}
