/* SPDX-License-Identifier: MIT */
/*
 * Lists for RCU readers: what each operation does to the order of the entries
 * and to who is in the list already, of each kind of list; which loops are
 * reported by the checked library; and readers beside a writer.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include <linux/rculist.h>
#include <linux/rculist_bl.h>
#include <linux/rculist_nulls.h>

#include "support/report.h"
#include "support/threads.h"

TestSuite(rculist, .init = reports_take, .fini = reports_none);
TestSuite(rculist_nulls, .init = reports_take, .fini = reports_none);
TestSuite(rculist_bl, .init = reports_take, .fini = reports_none);

struct item {
	char name;
	struct list_head node;
	struct hlist_node hash;
	struct hlist_nulls_node nulls;
	struct hlist_bl_node bl;
	struct rcu_head rcu;
};

#define ITEMS 5
static struct item items[ITEMS] = {
	{ .name = 'a' }, { .name = 'b' }, { .name = 'c' },
	{ .name = 'd' }, { .name = 'e' },
};
static LIST_HEAD(list);
static LIST_HEAD(other);
static HLIST_HEAD(bucket);
static HLIST_HEAD(second);
static struct hlist_nulls_head nulls = HLIST_NULLS_HEAD_INIT(7);
static struct hlist_bl_head bl;

#define node(name) (&items[(name) - 'a'].node)
#define hash(name) (&items[(name) - 'a'].hash)
#define nnode(name) (&items[(name) - 'a'].nulls)
#define bnode(name) (&items[(name) - 'a'].bl)

static char seen[16];
static size_t seen_count;

static void see(const struct item *i)
{
	seen[seen_count++] = i->name;
	seen[seen_count] = 0;
}

static void saw(const char *names)
{
	cr_assert_eq(seen_count, strlen(names), "%s, not %s", seen, names);
	cr_assert_eq(memcmp(seen, names, seen_count), 0, "%s, not %s", seen,
		     names);
	seen_count = 0;
}

/* What a reader finds, and back. */
static void is(struct list_head *head, const char *names)
{
	struct list_head *at = head;
	struct item *pos;

	rcu_read_lock();
	list_for_each_entry_rcu(pos, head, node) see(pos);
	rcu_read_unlock();
	saw(names);
	while (*names) {
		at = at->next;
		cr_assert_eq(at->next->prev, at);
		names++;
	}
	cr_assert_eq(head->prev, at);
}

static void his(struct hlist_head *head, const char *names)
{
	struct hlist_node **link = &head->first;
	struct item *pos;

	rcu_read_lock();
	hlist_for_each_entry_rcu(pos, head, hash) see(pos);
	rcu_read_unlock();
	saw(names);
	for (; *link; link = &(*link)->next)
		cr_assert_eq((*link)->pprev, link);
}

static void nis(const char *names)
{
	struct hlist_nulls_node *at;
	struct item *pos;

	rcu_read_lock();
	hlist_nulls_for_each_entry_rcu(pos, at, &nulls, nulls) see(pos);
	rcu_read_unlock();
	saw(names);
	cr_assert(is_a_nulls(at));
	cr_assert_eq(get_nulls_value(at), 7);
}

static void bis(const char *names)
{
	struct hlist_bl_node *at;
	struct item *pos;

	rcu_read_lock();
	hlist_bl_for_each_entry_rcu(pos, at, &bl, bl) see(pos);
	rcu_read_unlock();
	saw(names);
}

/* ---- list ---- */

Test(rculist, add_puts_in_front_and_add_tail_at_the_end)
{
	list_add_rcu(node('b'), &list);
	list_add_rcu(node('a'), &list);
	list_add_tail_rcu(node('c'), &list);
	is(&list, "abc");
}

Test(rculist, a_deleted_node_still_leads_readers_on)
{
	list_add_rcu(node('b'), &list);
	list_add_rcu(node('a'), &list);
	list_del_rcu(node('a'));
	is(&list, "b");
	cr_assert_eq(node('a')->next, node('b'));
	cr_assert_eq((void *)node('a')->prev, LIST_POISON2);
}

Test(rculist, bidir_leads_both_ways)
{
	list_add_tail_rcu(node('a'), &list);
	list_add_tail_rcu(node('b'), &list);
	list_add_tail_rcu(node('c'), &list);
	list_bidir_del_rcu(node('b'));
	is(&list, "ac");
	cr_assert_eq(node('b')->next, node('c'));
	rcu_read_lock();
	cr_assert_eq(rcu_dereference(list_bidir_prev_rcu(node('b'))),
		     node('a'));
	cr_assert_eq(ksync_list_bidir_prev_rcu(node('c')), node('a'));
	rcu_read_unlock();
}

Test(rculist, replace_takes_the_place)
{
	list_add_tail_rcu(node('a'), &list);
	list_add_tail_rcu(node('b'), &list);
	list_add_tail_rcu(node('c'), &list);
	list_replace_rcu(node('b'), node('d'));
	is(&list, "adc");
	cr_assert_eq(node('b')->next, node('c'));
	cr_assert_eq((void *)node('b')->prev, LIST_POISON2);
}

static int syncs;

static void sync_counted(void)
{
	syncs++;
	cr_assert(list_empty(&other), "readers come in yet");
	synchronize_rcu();
}

Test(rculist, splice_waits_for_the_readers_of_what_it_empties)
{
	list_add_tail_rcu(node('a'), &list);
	list_add_tail_rcu(node('b'), &list);
	list_splice_init_rcu(&other, &list, sync_counted);
	cr_assert_eq(syncs, 0, "there was nothing");
	list_add_tail_rcu(node('c'), &other);
	list_add_tail_rcu(node('d'), &other);
	list_splice_init_rcu(&other, &list, sync_counted);
	cr_assert_eq(syncs, 1);
	is(&list, "cdab");
	is(&other, "");
	list_add_tail_rcu(node('e'), &other);
	list_splice_tail_init_rcu(&other, &list, sync_counted);
	cr_assert_eq(syncs, 2);
	is(&list, "cdabe");
	INIT_LIST_HEAD_RCU(&list);
	is(&list, "");
}

Test(rculist, first_and_next_look_once)
{
	rcu_read_lock();
	cr_assert_null(list_first_or_null_rcu(&list, struct item, node));
	list_add_rcu(node('b'), &list);
	list_add_rcu(node('a'), &list);
	cr_assert_eq(list_first_or_null_rcu(&list, struct item, node), items);
	cr_assert_eq(list_next_or_null_rcu(&list, node('a'), struct item, node),
		     items + 1);
	cr_assert_null(
		list_next_or_null_rcu(&list, node('b'), struct item, node));
	cr_assert_eq(list_entry_rcu(list_next_rcu(&list), struct item, node),
		     items);
	cr_assert_eq(list_entry_lockless(list.next, struct item, node), items);
	cr_assert_eq(list_tail_rcu(&list), node('b'));
	rcu_read_unlock();
}

Test(rculist, loops)
{
	struct item *pos;
	struct list_head *at;

	for (char c = 'a'; c < 'e'; c++)
		list_add_tail_rcu(node(c), &list);
	list_for_each_entry_rcu(pos, &list, node, true) see(pos);
	saw("abcd");
	list_for_each_entry_srcu(pos, &list, node, true) see(pos);
	saw("abcd");
	list_for_each_entry_lockless(pos, &list, node) see(pos);
	saw("abcd");
	rcu_read_lock();
	pos = items + 1;
	list_for_each_entry_continue_rcu(pos, &list, node) see(pos);
	saw("cd");
	pos = items + 1;
	list_for_each_entry_from_rcu(pos, &list, node) see(pos);
	saw("bcd");
	list_for_each_rcu(at, &list) see(list_entry(at, struct item, node));
	saw("abcd");
	rcu_read_unlock();
}

/* ---- hlist ---- */

Test(rculist, hlists_have_the_same_operations)
{
	hlist_add_head_rcu(hash('b'), &bucket);
	hlist_add_head_rcu(hash('a'), &bucket);
	hlist_add_tail_rcu(hash('e'), &bucket);
	hlist_add_before_rcu(hash('d'), hash('e'));
	hlist_add_behind_rcu(hash('c'), hash('b'));
	his(&bucket, "abcde");
	hlist_del_rcu(hash('b'));
	his(&bucket, "acde");
	cr_assert_eq(hash('b')->next, hash('c'));
	cr_assert_eq((void *)hash('b')->pprev, LIST_POISON2);
	hlist_del_init_rcu(hash('a'));
	hlist_del_init_rcu(hash('a'));
	his(&bucket, "cde");
	cr_assert(hlist_unhashed(hash('a')));
	cr_assert_eq(hash('a')->next, hash('c'));
	hlist_replace_rcu(hash('d'), hash('a'));
	his(&bucket, "cae");
	hlist_add_tail_rcu(hash('d'), &second);
	his(&second, "d");
	hlists_swap_heads_rcu(&bucket, &second);
	his(&bucket, "d");
	his(&second, "cae");
	hlist_add_behind_rcu(hash('b'), hash('e'));
	his(&second, "caeb");
}

Test(rculist, hlist_loops)
{
	struct hlist_node *at;
	struct item *pos;

	for (char c = 'c'; c >= 'a'; c--)
		hlist_add_head_rcu(hash(c), &bucket);
	hlist_for_each_entry_rcu(pos, &bucket, hash, true) see(pos);
	saw("abc");
	hlist_for_each_entry_srcu(pos, &bucket, hash, true) see(pos);
	saw("abc");
	hlist_for_each_entry_rcu_notrace(pos, &bucket, hash) see(pos);
	saw("abc");
	rcu_read_lock();
	hlist_for_each_entry_rcu_bh(pos, &bucket, hash) see(pos);
	saw("abc");
	pos = items;
	hlist_for_each_entry_continue_rcu(pos, hash) see(pos);
	saw("bc");
	pos = items + 1;
	hlist_for_each_entry_from_rcu(pos, hash) see(pos);
	saw("bc");
	__hlist_for_each_rcu(at, &bucket)
		see(hlist_entry(at, struct item, hash));
	saw("abc");
	rcu_read_unlock();
}

/* ---- nulls ---- */

Test(rculist_nulls, the_end_is_the_lists_number)
{
	cr_assert(hlist_nulls_empty(&nulls));
	cr_assert_eq(get_nulls_value(nulls.first), 7);
	cr_assert_eq((unsigned long)nulls.first, NULLS_MARKER(7));
	INIT_HLIST_NULLS_HEAD(&nulls, 9);
	cr_assert_eq(get_nulls_value(nulls.first), 9);
	cr_assert_not(is_a_nulls(nnode('a')));
}

Test(rculist_nulls, operations)
{
	struct hlist_nulls_node *at;
	struct item *pos;

	hlist_nulls_add_head(nnode('b'), &nulls);
	hlist_nulls_add_head_rcu(nnode('a'), &nulls);
	hlist_nulls_add_tail_rcu(nnode('c'), &nulls);
	nis("abc");
	cr_assert_not(hlist_nulls_empty(&nulls));
	hlist_nulls_del_rcu(nnode('b'));
	nis("ac");
	cr_assert_eq(nnode('b')->next, nnode('c'));
	hlist_nulls_del_init_rcu(nnode('a'));
	hlist_nulls_del_init_rcu(nnode('a'));
	nis("c");
	cr_assert(hlist_nulls_unhashed(nnode('a')));
	cr_assert(hlist_nulls_unhashed_lockless(nnode('a')));
	hlist_nulls_add_fake(nnode('a'));
	cr_assert_not(hlist_nulls_unhashed(nnode('a')));
	hlist_nulls_del_init_rcu(nnode('a'));
	hlist_nulls_add_head_rcu(nnode('a'), &nulls);
	hlist_nulls_for_each_entry(pos, at, &nulls, nulls) see(pos);
	saw("ac");
	at = nnode('c');
	hlist_nulls_for_each_entry_from(pos, at, nulls) see(pos);
	saw("c");
	hlist_nulls_for_each_entry_safe(pos, at, &nulls, nulls)
	{
		see(pos);
		hlist_nulls_del(&pos->nulls);
	}
	saw("ac");
	nis("");
}

/* ---- bl ---- */

Test(rculist_bl, readers_walk_past_the_lock_bit)
{
	hlist_bl_lock(&bl);
	hlist_bl_add_head_rcu(bnode('b'), &bl);
	hlist_bl_add_head_rcu(bnode('a'), &bl);
	cr_assert_eq(hlist_bl_first_rcu(&bl), bnode('a'));
	bis("ab");
	cr_assert(hlist_bl_is_locked(&bl));
	hlist_bl_unlock(&bl);
	bis("ab");
	hlist_bl_lock(&bl);
	hlist_bl_del_rcu(bnode('a'));
	cr_assert(hlist_bl_is_locked(&bl));
	hlist_bl_unlock(&bl);
	bis("b");
	cr_assert_eq(bnode('a')->next, bnode('b'));
	hlist_bl_lock(&bl);
	hlist_bl_del_rcu(bnode('b'));
	hlist_bl_unlock(&bl);
	bis("");
	cr_assert_not(hlist_bl_is_locked(&bl));
}

/* ---- careful ---- */

Test(rculist, who_looks_carefully_sees_a_node_that_left)
{
	list_add(node('a'), &list);
	cr_assert_not(list_empty_careful(node('a')));
	list_del_init_careful(node('a'));
	cr_assert(list_empty_careful(node('a')));
	cr_assert(list_empty_careful(&list));
}

/* ---- checked ---- */

static bool asked;

static bool ask(bool answer)
{
	asked = true;
	return answer;
}

#define expect_walk_report(words)                               \
	do {                                                    \
		cr_assert_eq(reports_count(), KSYNC_CHECKED);   \
		cr_assert(!KSYNC_CHECKED ||                     \
			  strstr(reports.kept[0].what, words)); \
		reports_forget();                               \
	} while (0)

Test(rculist, the_checked_library_asks_why_who_is_no_reader_walks)
{
	struct item *pos;

	list_add_rcu(node('a'), &list);
	hlist_add_head_rcu(hash('a'), &bucket);
	list_for_each_entry_rcu(pos, &list, node) see(pos);
	expect_walk_report("rcu_dereference");
	list_for_each_entry_rcu(pos, &list, node, ask(false)) see(pos);
	expect_walk_report("rcu_dereference");
	cr_assert_eq(asked, KSYNC_CHECKED);
	list_for_each_entry_srcu(pos, &list, node, ask(false)) see(pos);
	expect_walk_report("");
	hlist_for_each_entry_rcu(pos, &bucket, hash) see(pos);
	expect_walk_report("rcu_dereference");
	hlist_for_each_entry_srcu(pos, &bucket, hash, ask(false)) see(pos);
	expect_walk_report("");
	saw("aaaaa");
}

/* ---- readers beside a writer ---- */

#define READERS 3
static bool done;

static void walk(void *arg, int index)
{
	struct item *pos;
	int last;

	(void)arg;
	if (index == READERS) {
		struct effort e = effort(1000, 200);

		while (effort_more(&e)) {
			struct item *i = malloc(sizeof(*i));

			i->name = (char)(e.rounds % 100);
			list_add_rcu(&i->node, &list);
			if (e.rounds % 3)
				continue;
			pos = list_entry(list.prev, struct item, node);
			list_del_rcu(&pos->node);
			kfree_rcu(pos, rcu);
		}
		__atomic_store_n(&done, true, __ATOMIC_RELEASE);
	}
	while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE)) {
		last = 0;
		rcu_read_lock();
		list_for_each_entry_rcu(pos, &list, node)
		{
			must(pos->name >= 0 && pos->name < 100);
			last++;
		}
		rcu_read_unlock();
		must(last <= 1000);
	}
}

Test(rculist, readers_walk_beside_a_writer)
{
	struct item *pos, *n;

	crew_run(READERS + 1, walk, NULL);
	list_for_each_entry_safe(pos, n, &list, node) {
		list_del(&pos->node);
		free(pos);
	}
	rcu_barrier();
}
