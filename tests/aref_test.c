/* SPDX-License-Identifier: MIT */
/*
 * ARef: what each function does to the object's own count, and when it ends.
 */
#include <criterion/criterion.h>

#include <stdlib.h>

#include <ksync/aref.h>
#if KSYNC_HAVE_RCU
#include <ksync/rcu.h>
#endif

#include "support/report.h"
#include "support/threads.h"

TestSuite(aref, .init = reports_take, .fini = reports_none);

struct file {
	int value;
	ksync_refcount_t refs;
};

static int released;

static void file_release(struct file *f)
{
	f->value = -1;
	__atomic_fetch_add(&released, 1, __ATOMIC_RELAXED);
}

KSYNC_DEFINE_AREF(file, struct file, refs, file_release)

static struct file file = { 7, KSYNC_REFCOUNT_INIT(1) };

static unsigned int count(void)
{
	return ksync_refcount_read(&file.refs);
}

Test(aref, from_raw_takes_the_reference_over_and_into_raw_gives_it_back)
{
	struct file_aref *a = file_aref_from_raw(&file);

	cr_assert_eq(count(), 1);
	cr_assert_eq(file_aref_data(a), &file);
	cr_assert_eq(file_aref_into_raw(a), &file);
	cr_assert_eq(count(), 1);
	cr_assert_eq(released, 0);
}

Test(aref, get_and_clone_are_one_reference_more_and_put_is_one_less)
{
	struct file_aref *a = file_aref_get(&file);
	struct file_aref *b = file_aref_clone(a);

	cr_assert_eq(count(), 3);
	cr_assert(file_aref_ptr_eq(a, b));
	file_aref_put(a);
	cr_assert_eq(count(), 2);
	file_aref_put(b);
	cr_assert_eq(count(), 1);
	cr_assert_eq(released, 0);
}

Test(aref, the_last_put_releases_once)
{
	struct file_aref *a = file_aref_from_raw(&file);

	file_aref_put(file_aref_clone(a));
	cr_assert_eq(released, 0);
	file_aref_put(a);
	cr_assert_eq(released, 1);
	cr_assert_eq(file.value, -1);
}

Test(aref, put_takes_null)
{
	file_aref_put(NULL);
	cr_assert_eq(count(), 1);
}

Test(aref, get_not_zero_gets_none_of_an_object_that_has_ended)
{
	struct file_aref *a = file_aref_get_not_zero(&file);

	cr_assert_not_null(a);
	cr_assert_eq(count(), 2);
	file_aref_put(a);
	file_aref_put(file_aref_from_raw(&file));
	cr_assert_eq(released, 1);
	cr_assert_null(file_aref_get_not_zero(&file));
	cr_assert_eq(count(), 0);
}

Test(aref, two_objects_are_not_the_same)
{
	struct file other = { 1, KSYNC_REFCOUNT_INIT(1) };
	struct file_aref *a = file_aref_from_raw(&file);
	struct file_aref *b = file_aref_from_raw(&other);

	cr_assert_not(file_aref_ptr_eq(a, b));
	file_aref_put(a);
	file_aref_put(b);
	cr_assert_eq(released, 2);
}

static unsigned int in_a_scope(void)
{
	struct file_aref *a ksync_free(file_aref) = file_aref_get(&file);

	cr_assert_eq(file_aref_data(a)->value, 7);
	return count();
}

Test(aref, free_puts_at_the_end_of_the_scope)
{
	cr_assert_eq(in_a_scope(), 2);
	cr_assert_eq(count(), 1);
}

Test(aref, a_put_too_many_is_reported_and_releases_nothing)
{
	file_aref_put(file_aref_from_raw(&file));
	file_aref_put(file_aref_from_raw(&file));
	cr_assert_eq(released, 1);
	expect_misuse("refcount", "below 0", &file.refs, KSYNC_HOLDER_NONE);
}

/* ---- a count of another kind ---- */

struct handle {
	int users;
};

static void handle_open(struct handle *h)
{
	h->users++;
}

static void handle_close(struct handle *h)
{
	h->users--;
}

KSYNC_DEFINE_AREF_WITH(handle, struct handle, handle_open, handle_close)

Test(aref, counts_by_the_functions_that_are_given)
{
	struct handle h = { 1 };
	struct handle_aref *a = handle_aref_get(&h);
	struct handle_aref *b = handle_aref_clone(a);

	cr_assert_eq(h.users, 3);
	handle_aref_put(a);
	handle_aref_put(b);
	handle_aref_put(NULL);
	cr_assert_eq(h.users, 1);
}

/* ---- threads ---- */

#define THREADS 4

static void get_and_put(void *arg, int index)
{
	struct file_aref *mine = arg;

	(void)index;
	for (int i = 0; i < 1000; i++) {
		struct file_aref *a ksync_free(file_aref) =
			file_aref_clone(mine);

		must(file_aref_data(a)->value == 7);
	}
	file_aref_put(mine);
}

Test(aref, of_many_threads_the_last_releases)
{
	struct file_aref *a = file_aref_from_raw(&file);

	for (int i = 1; i < THREADS; i++)
		cr_assert(file_aref_ptr_eq(file_aref_clone(a), a));
	crew_run(THREADS, get_and_put, a);
	cr_assert_eq(released, 1);
	cr_assert_eq(count(), 0);
}

#if KSYNC_HAVE_RCU
struct node {
	ksync_refcount_t refs;
	ksync_rcu_head_t rcu;
	int value;
};

static struct node *shared;

static void node_release(struct node *n)
{
	__atomic_fetch_add(&released, 1, __ATOMIC_RELAXED);
	ksync_kfree_rcu(n, rcu);
}

KSYNC_DEFINE_AREF(node, struct node, refs, node_release)

static struct node_aref *node_find(void)
{
	struct node *n;

	ksync_guard(rcu)();
	n = ksync_rcu_dereference(shared);
	return n ? node_aref_get_not_zero(n) : NULL;
}

static void find(void *arg, int index)
{
	(void)arg;
	(void)index;
	for (;;) {
		struct node_aref *a ksync_free(node_aref) = node_find();

		if (!a)
			return;
		must(node_aref_data(a)->value == 3);
	}
}

Test(aref, what_is_found_in_a_reader_is_got_or_has_ended)
{
	struct node *n = calloc(1, sizeof(*n));
	struct crew crew;

	ksync_refcount_set(&n->refs, 1);
	n->value = 3;
	ksync_rcu_assign_pointer(shared, n);
	crew_start(&crew, THREADS, find, NULL);
	/* Else there might always be one who has a reference. */
	ksync_rcu_assign_pointer(shared, NULL);
	node_aref_put(node_aref_from_raw(n));
	crew_join(&crew);
	cr_assert_eq(released, 1);
	ksync_rcu_barrier();
}
#endif
