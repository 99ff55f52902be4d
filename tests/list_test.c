/* SPDX-License-Identifier: MIT */
/*
 * Lists without readers beside the writer: what each operation does to the
 * order of the entries, and to the links of who leaves.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include <linux/list.h>

struct item {
	char name;
	struct list_head node;
	struct hlist_node hash;
};

#define ITEMS 5
static struct item items[ITEMS];
static LIST_HEAD(list);
static struct item *nowhere; /* that the compiler does not know it is NULL */
static LIST_HEAD(other);
static HLIST_HEAD(bucket);
static HLIST_HEAD(second);

static struct item *item(char name)
{
	return &items[name - 'a'];
}

static struct list_head *node(char name)
{
	return &item(name)->node;
}

static struct hlist_node *hash(char name)
{
	return &item(name)->hash;
}

/* Two lists with these entries. */
static void start(const char *names, const char *others)
{
	for (int i = 0; i < ITEMS; i++) {
		items[i].name = (char)('a' + i);
		INIT_LIST_HEAD(&items[i].node);
		INIT_HLIST_NODE(&items[i].hash);
	}
	INIT_LIST_HEAD(&list);
	INIT_LIST_HEAD(&other);
	while (*names)
		list_add_tail(node(*names++), &list);
	while (*others)
		list_add_tail(node(*others++), &other);
}

/* The list is these, forth and back. */
static void is(struct list_head *head, const char *names)
{
	struct list_head *at = head;

	for (const char *n = names; *n; n++) {
		cr_assert_eq(at->next->prev, at);
		at = at->next;
		cr_assert_eq(at, node(*n), "no %c in %s", *n, names);
	}
	cr_assert_eq(at->next, head, "more than %s", names);
	cr_assert_eq(head->prev, at);
	cr_assert_eq(list_count_nodes(head), strlen(names));
}

static void hstart(const char *names, const char *others)
{
	start("", "");
	INIT_HLIST_HEAD(&bucket);
	INIT_HLIST_HEAD(&second);
	for (size_t n = strlen(names); n; n--)
		hlist_add_head(hash(names[n - 1]), &bucket);
	for (size_t n = strlen(others); n; n--)
		hlist_add_head(hash(others[n - 1]), &second);
}

static void his(struct hlist_head *head, const char *names)
{
	struct hlist_node **link = &head->first;

	for (const char *n = names; *n; n++) {
		cr_assert_eq(*link, hash(*n), "no %c in %s", *n, names);
		cr_assert_eq((*link)->pprev, link);
		link = &(*link)->next;
	}
	cr_assert_null(*link);
	cr_assert_eq(hlist_count_nodes(head), strlen(names));
}

static char seen[3 * ITEMS];
static size_t seen_count;

static void see(const struct item *i)
{
	seen[seen_count++] = i->name;
}

static void saw(const char *names)
{
	cr_assert_eq(seen_count, strlen(names));
	cr_assert_eq(memcmp(seen, names, seen_count), 0, "%s", seen);
	seen_count = 0;
}

/* ---- list ---- */

Test(list, initialisers_make_lists_without_entries)
{
	struct list_head local = LIST_HEAD_INIT(local);

	is(&local, "");
	is(&list, "");
	start("ab", "");
	INIT_LIST_HEAD(&list);
	is(&list, "");
	cr_assert(list_empty(&list));
	start("a", "");
	cr_assert_not(list_empty(&list));
}

Test(list, add_puts_in_front_and_add_tail_at_the_end)
{
	start("bc", "");
	list_add(node('a'), &list);
	list_add_tail(node('d'), &list);
	is(&list, "abcd");
	list_add(node('e'), node('b'));
	is(&list, "abecd");
}

Test(list, a_deleted_node_is_poison_and_the_rest_stays)
{
	start("abc", "");
	list_del(node('b'));
	is(&list, "ac");
	cr_assert_eq((void *)node('b')->next, LIST_POISON1);
	cr_assert_eq((void *)node('b')->prev, LIST_POISON2);
	list_del_init(node('a'));
	is(&list, "c");
	cr_assert(list_empty(node('a')));
	list_del_init(node('a'));
	is(&list, "c");
}

Test(list, replace_takes_the_place_and_replace_init_leaves_the_other_alone)
{
	start("abc", "");
	list_replace(node('b'), node('d'));
	is(&list, "adc");
	list_replace_init(node('a'), node('e'));
	is(&list, "edc");
	cr_assert(list_empty(node('a')));
	list_replace_init(&list, &other);
	is(&other, "edc");
	is(&list, "");
}

Test(list, swap_of_neighbours_and_of_others)
{
	start("abcd", "");
	list_swap(node('a'), node('b'));
	is(&list, "bacd");
	list_swap(node('a'), node('b'));
	is(&list, "abcd");
	list_swap(node('a'), node('d'));
	is(&list, "dbca");
	start("ab", "cd");
	list_swap(node('a'), node('d'));
	is(&list, "db");
	is(&other, "ca");
}

Test(list, move_within_a_list_and_to_another)
{
	start("abc", "d");
	list_move(node('c'), &list);
	is(&list, "cab");
	list_move_tail(node('c'), &other);
	is(&list, "ab");
	is(&other, "dc");
	start("abcd", "");
	list_bulk_move_tail(&list, node('a'), node('b'));
	is(&list, "cdab");
	list_bulk_move_tail(&list, node('a'), node('b'));
	is(&list, "cdab");
}

Test(list, predicates_know_the_ends)
{
	start("abc", "d");
	cr_assert(list_is_first(node('a'), &list));
	cr_assert_not(list_is_first(node('b'), &list));
	cr_assert(list_is_last(node('c'), &list));
	cr_assert_not(list_is_last(node('b'), &list));
	cr_assert(list_is_head(&list, &list));
	cr_assert_not(list_is_head(node('a'), &list));
	cr_assert(list_is_singular(&other));
	cr_assert_not(list_is_singular(&list));
	start("", "");
	cr_assert_not(list_is_singular(&list));
}

Test(list, rotation_keeps_the_order)
{
	start("abcd", "");
	list_rotate_left(&list);
	is(&list, "bcda");
	list_rotate_to_front(node('d'), &list);
	is(&list, "dabc");
	list_rotate_to_front(node('d'), &list);
	is(&list, "dabc");
	list_rotate_left(&other);
	is(&other, "");
}

Test(list, cut_position_takes_what_is_up_to_the_node)
{
	start("abcd", "");
	list_cut_position(&other, &list, node('b'));
	is(&other, "ab");
	is(&list, "cd");
	list_cut_position(&other, &list, &list);
	is(&other, "");
	is(&list, "cd");
	list_cut_position(&other, &list, node('d'));
	is(&other, "cd");
	is(&list, "");
	list_cut_position(&other, &list, &list);
	is(&other, "");
}

Test(list, cut_before_takes_what_is_before_the_node)
{
	start("abcd", "");
	list_cut_before(&other, &list, node('c'));
	is(&other, "ab");
	is(&list, "cd");
	list_cut_before(&other, &list, node('c'));
	is(&other, "");
	is(&list, "cd");
	list_cut_before(&other, &list, &list);
	is(&other, "cd");
	is(&list, "");
}

Test(list, splice_joins_two_lists)
{
	start("ab", "cd");
	list_splice(&other, &list);
	is(&list, "cdab");
	start("ab", "cd");
	list_splice_tail(&other, &list);
	is(&list, "abcd");
	start("ab", "cd");
	list_splice_init(&other, &list);
	is(&list, "cdab");
	is(&other, "");
	list_splice_tail_init(&list, &other);
	is(&other, "cdab");
	is(&list, "");
	list_splice(&list, &other);
	list_splice_tail(&list, &other);
	is(&other, "cdab");
}

Test(list, entries_are_found_from_links)
{
	start("abc", "");
	cr_assert_eq(list_entry(node('b'), struct item, node), item('b'));
	cr_assert_eq(list_first_entry(&list, struct item, node), item('a'));
	cr_assert_eq(list_last_entry(&list, struct item, node), item('c'));
	cr_assert_eq(list_first_entry_or_null(&list, struct item, node),
		     item('a'));
	cr_assert_eq(list_last_entry_or_null(&list, struct item, node),
		     item('c'));
	cr_assert_null(list_first_entry_or_null(&other, struct item, node));
	cr_assert_null(list_last_entry_or_null(&other, struct item, node));
	cr_assert_eq(list_next_entry(item('a'), node), item('b'));
	cr_assert_eq(list_prev_entry(item('b'), node), item('a'));
	cr_assert_eq(list_next_entry_circular(item('c'), &list, node),
		     item('a'));
	cr_assert_eq(list_next_entry_circular(item('a'), &list, node),
		     item('b'));
	cr_assert_eq(list_prev_entry_circular(item('a'), &list, node),
		     item('c'));
	cr_assert_eq(list_prev_entry_circular(item('b'), &list, node),
		     item('a'));
}

Test(list, loops_over_links)
{
	struct list_head *l, *n;

	start("abc", "");
	list_for_each(l, &list)
		see(list_entry(l, struct item, node));
	saw("abc");
	list_for_each_prev(l, &list) see(list_entry(l, struct item, node));
	saw("cba");
	l = node('a');
	list_for_each_continue(l, &list) see(list_entry(l, struct item, node));
	saw("bc");
	list_for_each_prev_safe(l, n, &list)
	{
		see(list_entry(l, struct item, node));
		list_move_tail(l, &other);
	}
	saw("cba");
	is(&other, "cba");
	list_for_each_safe(l, n, &other)
	{
		see(list_entry(l, struct item, node));
		list_del(l);
	}
	saw("cba");
	is(&other, "");
	list_for_each(l, &list)
		cr_assert_fail("an entry of an empty list");
}

Test(list, loops_over_entries)
{
	struct item *pos;

	start("abcd", "");
	list_for_each_entry(pos, &list, node)
		see(pos);
	saw("abcd");
	cr_assert(list_entry_is_head(pos, &list, node));
	list_for_each_entry_reverse(pos, &list, node) see(pos);
	saw("dcba");
	pos = item('b');
	list_for_each_entry_continue(pos, &list, node) see(pos);
	saw("cd");
	pos = item('c');
	list_for_each_entry_continue_reverse(pos, &list, node) see(pos);
	saw("ba");
	pos = item('c');
	list_for_each_entry_from(pos, &list, node) see(pos);
	saw("cd");
	pos = item('b');
	list_for_each_entry_from_reverse(pos, &list, node) see(pos);
	saw("ba");
	pos = READ_ONCE(nowhere);
	pos = list_prepare_entry(pos, &list, node);
	list_for_each_entry_continue(pos, &list, node) see(pos);
	saw("abcd");
	pos = list_prepare_entry(item('c'), &list, node);
	list_for_each_entry_continue(pos, &list, node) see(pos);
	saw("d");
}

Test(list, safe_loops_survive_that_the_entry_goes)
{
	struct item *pos, *n;

	start("abcd", "");
	list_for_each_entry_safe(pos, n, &list, node) {
		see(pos);
		list_del(&pos->node);
		memset(&pos->node, 0, sizeof(pos->node));
	}
	saw("abcd");
	is(&list, "");
	start("abcd", "");
	list_for_each_entry_safe_reverse(pos, n, &list, node)
	{
		see(pos);
		list_del(&pos->node);
	}
	saw("dcba");
	start("abcd", "");
	pos = item('b');
	list_for_each_entry_safe_continue(pos, n, &list, node)
	{
		see(pos);
		list_del(&pos->node);
	}
	saw("cd");
	start("abcd", "");
	pos = item('b');
	list_for_each_entry_safe_from(pos, n, &list, node)
	{
		see(pos);
		list_del(&pos->node);
	}
	saw("bcd");
	is(&list, "a");
	start("abd", "c");
	list_for_each_entry_safe(pos, n, &list, node) {
		see(pos);
		if (pos == item('b')) {
			list_move(node('c'), node('b'));
			list_safe_reset_next(pos, n, node);
		}
	}
	saw("abcd");
}

/* ---- hlist ---- */

Test(hlist, initialisers_make_lists_without_entries)
{
	struct hlist_head local = HLIST_HEAD_INIT;

	his(&local, "");
	his(&bucket, "");
	cr_assert(hlist_empty(&bucket));
	hstart("a", "");
	cr_assert_not(hlist_empty(&bucket));
	cr_assert_not(hlist_unhashed(hash('a')));
	cr_assert_not(hlist_unhashed_lockless(hash('a')));
	cr_assert(hlist_unhashed(hash('b')));
	cr_assert(hlist_unhashed_lockless(hash('b')));
}

Test(hlist, add_puts_a_node_where_it_says)
{
	hstart("b", "");
	hlist_add_head(hash('a'), &bucket);
	his(&bucket, "ab");
	hlist_add_behind(hash('d'), hash('b'));
	hlist_add_before(hash('c'), hash('d'));
	his(&bucket, "abcd");
	hlist_add_before(hash('e'), hash('a'));
	his(&bucket, "eabcd");
	hstart("ac", "");
	hlist_add_behind(hash('b'), hash('a'));
	his(&bucket, "abc");
}

Test(hlist, a_deleted_node_is_poison_and_the_rest_stays)
{
	hstart("abcd", "");
	hlist_del(hash('b'));
	his(&bucket, "acd");
	cr_assert_eq((void *)hash('b')->next, LIST_POISON1);
	cr_assert_eq((void *)hash('b')->pprev, LIST_POISON2);
	hlist_del_init(hash('a'));
	his(&bucket, "cd");
	cr_assert(hlist_unhashed(hash('a')));
	cr_assert_null(hash('a')->next);
	hlist_del_init(hash('a'));
	hlist_del(hash('d'));
	his(&bucket, "c");
}

Test(hlist, a_fake_node_is_deleted_like_others)
{
	hstart("", "");
	hlist_add_fake(hash('a'));
	cr_assert(hlist_fake(hash('a')));
	cr_assert_not(hlist_unhashed(hash('a')));
	hlist_del_init(hash('a'));
	cr_assert(hlist_unhashed(hash('a')));
	cr_assert_not(hlist_fake(hash('a')));
}

Test(hlist, singular_is_the_only_one)
{
	hstart("ab", "c");
	cr_assert_not(hlist_is_singular_node(hash('a'), &bucket));
	cr_assert_not(hlist_is_singular_node(hash('b'), &bucket));
	cr_assert(hlist_is_singular_node(hash('c'), &second));
	cr_assert_not(hlist_is_singular_node(hash('c'), &bucket));
}

Test(hlist, lists_move_and_join)
{
	hstart("ab", "");
	hlist_move_list(&bucket, &second);
	his(&bucket, "");
	his(&second, "ab");
	hlist_move_list(&bucket, &second);
	his(&second, "");
	hstart("ab", "cd");
	hlist_splice_init(&bucket, hash('b'), &second);
	his(&bucket, "");
	his(&second, "abcd");
	hstart("ab", "");
	hlist_splice_init(&bucket, hash('b'), &second);
	his(&second, "ab");
}

Test(hlist, loops_over_nodes_and_entries)
{
	struct hlist_node *h, *n;
	struct item *pos;

	hstart("abc", "");
	hlist_for_each(h, &bucket) see(hlist_entry(h, struct item, hash));
	saw("abc");
	hlist_for_each_entry(pos, &bucket, hash) see(pos);
	saw("abc");
	cr_assert_null(pos);
	pos = item('a');
	hlist_for_each_entry_continue(pos, hash) see(pos);
	saw("bc");
	pos = item('b');
	hlist_for_each_entry_from(pos, hash) see(pos);
	saw("bc");
	hlist_for_each_entry_safe(pos, n, &bucket, hash)
	{
		see(pos);
		hlist_del(&pos->hash);
	}
	saw("abc");
	his(&bucket, "");
	hstart("abc", "");
	hlist_for_each_safe(h, n, &bucket)
	{
		see(hlist_entry(h, struct item, hash));
		hlist_del(h);
	}
	saw("abc");
	hlist_for_each_entry(pos, &bucket, hash)
		cr_assert_fail("an entry of an empty list");
}

Test(hlist, entry_safe_evaluates_once_and_keeps_null)
{
	struct hlist_node *nothing = NULL;
	struct hlist_node *at[] = { hash('a'), hash('b') };
	struct hlist_node **next = at;

	cr_assert_null(hlist_entry_safe(nothing, struct item, hash));
	cr_assert_eq(hlist_entry_safe(*next++, struct item, hash), item('a'));
	cr_assert_eq(next, at + 1);
}
