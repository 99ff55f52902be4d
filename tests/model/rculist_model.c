/* SPDX-License-Identifier: MIT */
/*
 * Lists of RCU: a reader finds each entry that is in the list all the time, in
 * order, and of those that come or go it finds complete ones; it comes to the
 * end. What is freed after a grace period is rcu's model.
 */
#include <ksync/atomic.h>

/* The acquire form of rcu_dereference() stands for what processors do: the
 * explorer does not know that an address depends on a load. */
#undef KSYNC_THREAD_SANITIZER
#define KSYNC_THREAD_SANITIZER 1
#include <ksync/rcu_pointer.h>
#undef KSYNC_THREAD_SANITIZER
#define KSYNC_THREAD_SANITIZER 0

#include <string.h>

#include <ksync/hlist_nulls.h>
#include <ksync/rcu.h>
#include <ksync/rculist.h>
#include <ksync/rculist_bl.h>

#include "system.h"

struct item {
	char name; /* plain: written before it is published */
	ksync_list_head_t node;
	ksync_hlist_node_t hash;
	ksync_hlist_nulls_node_t nulls;
	ksync_hlist_bl_node_t bl;
};

static struct item a, b, c, d;
static KSYNC_LIST_HEAD(list);
static KSYNC_LIST_HEAD(other);
static KSYNC_HLIST_HEAD(bucket);
static KSYNC_HLIST_HEAD(second);
static ksync_hlist_nulls_head_t one, two;
static ksync_hlist_bl_head_t bl;
static ksync_list_head_t *bare = &list; /* not by way of a function */

static struct item *named(struct item *i, char name)
{
	i->name = name;
	return i;
}

static void names(void)
{
	explore_name(&list.next, "list");
	explore_name(&a.node.next, "a.next");
	explore_name(&b.node.next, "b.next");
	explore_name(&c.node.next, "c.next");
}

static void three(void)
{
	struct item *all[] = { named(&a, 'a'), named(&b, 'b'), named(&c, 'c') };

	names();
	ksync_hlist_nulls_head_init(&one, 1);
	ksync_hlist_nulls_head_init(&two, 2);
	ksync_hlist_bl_lock(&bl);
	for (int i = 2; i >= 0; i--) {
		ksync_list_add(&all[i]->node, &list);
		ksync_hlist_add_head(&all[i]->hash, &bucket);
		ksync_hlist_nulls_add_head(&all[i]->nulls, &one);
		ksync_hlist_bl_add_head(&all[i]->bl, &bl);
	}
	ksync_hlist_bl_unlock(&bl);
}

static void reader_begin(int thread)
{
	(void)thread;
	ksync_rcu_read_lock();
}

/* Of what may be read by readers alone: thread 1 is one. */
static void three_and_reader(void)
{
	three();
	system_tasks(2);
	explore_as(1, reader_begin);
}

static void walk(void)
{
	struct item *pos;

	ksync_list_for_each_entry_lockless(pos, &list, node)
		explore_outcome("%c", pos->name);
}

static void hwalk(void)
{
	struct item *pos;

	ksync_hlist_for_each_entry_rcu_notrace(pos, &bucket, hash)
		explore_outcome("%c", pos->name);
}

/* What is left leads back as it leads on. */
static void sound(void)
{
	ksync_list_head_t *at = bare;
	ksync_hlist_node_t **link;
	ksync_hlist_head_t *heads[] = { &bucket, &second };

	do {
		explore_assert(at->next->prev == at);
		at = at->next;
	} while (at != bare);
	for (int i = 0; i < 2; i++)
		for (link = &heads[i]->first; *link; link = &(*link)->next)
			explore_assert((*link)->pprev == link);
}

static void add(int self)
{
	if (self)
		walk();
	else
		ksync_list_add_rcu(&named(&d, 'd')->node, &list);
}

static void add_tail(int self)
{
	if (self)
		walk();
	else
		ksync_list_add_tail_rcu(&named(&d, 'd')->node, &list);
}

static void del(int self)
{
	if (self)
		walk();
	else
		ksync_list_del_rcu(&b.node);
}

static void replace(int self)
{
	if (self)
		walk();
	else
		ksync_list_replace_rcu(&b.node, &named(&d, 'd')->node);
}

/* Nobody reads what is emptied. */
static void synced(void)
{
	explore_assert(ksync_list_empty(&other));
}

static void with_other(void)
{
	three();
	ksync_list_del(&c.node);
	ksync_list_add(&c.node, &other);
	ksync_list_add_tail(&named(&d, 'd')->node, &other);
}

static void splice(int self)
{
	if (self)
		walk();
	else
		ksync_list_splice_init_rcu(&other, &list, synced);
}

static void splice_tail(int self)
{
	if (self)
		walk();
	else
		ksync_list_splice_tail_init_rcu(&other, &list, synced);
}

/* Backwards, while the one in the middle goes. */
static void bidir(int self)
{
	ksync_list_head_t *at = &list;

	if (self == 0) {
		ksync_list_bidir_del_rcu(&b.node);
		return;
	}
	while ((at = ksync_list_bidir_prev_rcu(at)) != &list)
		explore_outcome("%c",
				ksync_list_entry(at, struct item, node)->name);
}

static void hadd(int self)
{
	if (self)
		hwalk();
	else
		ksync_hlist_add_head_rcu(&named(&d, 'd')->hash, &bucket);
}

static void hadd_before(int self)
{
	if (self)
		hwalk();
	else
		ksync_hlist_add_before_rcu(&named(&d, 'd')->hash, &b.hash);
}

static void hadd_behind(int self)
{
	if (self)
		hwalk();
	else
		ksync_hlist_add_behind_rcu(&named(&d, 'd')->hash, &b.hash);
}

static void hadd_tail(int self)
{
	if (self)
		hwalk();
	else
		ksync_hlist_add_tail_rcu(&named(&d, 'd')->hash, &bucket);
}

static void hdel(int self)
{
	if (self)
		hwalk();
	else
		ksync_hlist_del_init_rcu(&b.hash);
}

static void hreplace(int self)
{
	if (self)
		hwalk();
	else
		ksync_hlist_replace_rcu(&b.hash, &named(&d, 'd')->hash);
}

static void with_second(void)
{
	three();
	ksync_hlist_add_head(&named(&d, 'd')->hash, &second);
}

static void hswap(int self)
{
	if (self)
		hwalk();
	else
		ksync_hlists_swap_heads_rcu(&bucket, &second);
}

/* One moves to another bucket: who is led there begins anew. */
static void moves(int self)
{
	struct item *pos;
	ksync_hlist_nulls_node_t *at;
	char found[8];
	int n;

	if (self == 0) {
		ksync_hlist_nulls_del_init_rcu(&b.nulls);
		ksync_hlist_nulls_add_head_rcu(&b.nulls, &two);
		return;
	}
	for (int tries = 0; tries < 2; tries++) {
		n = 0;
		KSYNC__HLIST_NULLS_FROM(pos, at,
					ksync_rcu_dereference_raw(one.first),
					ksync_rcu_dereference_raw(at->next),
					nulls)
		found[n++] = pos->name;
		if (ksync_get_nulls_value(at) == 1) {
			explore_outcome("%.*s", n, found);
			return;
		}
	}
	explore_outcome("led away");
}

static void bl_adds(int self)
{
	struct item *pos;
	ksync_hlist_bl_node_t *at;

	if (self == 0) {
		ksync_hlist_bl_lock(&bl);
		ksync_hlist_bl_add_head_rcu(&named(&d, 'd')->bl, &bl);
		ksync_hlist_bl_del_rcu(&b.bl);
		ksync_hlist_bl_unlock(&bl);
		return;
	}
	ksync_hlist_bl_for_each_entry_rcu(pos, at, &bl, bl)
		explore_outcome("%c", pos->name);
}

static void bl_del(int self)
{
	struct item *pos;
	ksync_hlist_bl_node_t *at;

	if (self == 0) {
		ksync_hlist_bl_lock(&bl);
		ksync_hlist_bl_del_rcu(&a.bl);
		ksync_hlist_bl_unlock(&bl);
		return;
	}
	ksync_hlist_bl_for_each_entry_rcu(pos, at, &bl, bl)
		explore_outcome("%c", pos->name);
}

static void bl_unlocked(void)
{
	explore_assert(!ksync_hlist_bl_is_locked(&bl));
}

/* Who finds its node alone, without the lock, has what was left for it. */
static int left;

static void careful(int self)
{
	if (self == 0) {
		left = 7;
		ksync_list_del_init_careful(&b.node);
	} else if (ksync_list_empty_careful(&b.node)) {
		explore_assert(left == 7);
		b.node.next = NULL;
		b.node.prev = NULL;
	}
}

static void came_back(void)
{
	explore_assert(!b.node.next || ksync_list_empty_careful(&b.node));
}

#define TEST(name_, outcomes_)                              \
	{ #name_,	   .threads = 2,    .setup = three, \
	  .thread = name_, .finish = sound, .outcomes = outcomes_ }

static const struct explore_test tests[] = {
	TEST(add, "abc|dabc"),
	TEST(add_tail, "abc|abcd"),
	TEST(del, "abc|ac"),
	TEST(replace, "abc|adc"),
	{ "splice", .threads = 2, .setup = with_other, .thread = splice,
	  .finish = sound, .outcomes = "ab|cdab" },
	{ "splice_tail", .threads = 2, .setup = with_other,
	  .thread = splice_tail, .finish = sound, .outcomes = "ab|abcd" },
	{ "bidir", .threads = 2, .setup = three_and_reader, .thread = bidir,
	  .finish = sound, .outcomes = "cba|ca" },
	TEST(hadd, "abc|dabc"),
	TEST(hadd_before, "abc|adbc"),
	TEST(hadd_behind, "abc|abdc"),
	TEST(hadd_tail, "abc|abcd"),
	TEST(hdel, "abc|ac"),
	TEST(hreplace, "abc|adc"),
	{ "hswap", .threads = 2, .setup = with_second, .thread = hswap,
	  .finish = sound, .outcomes = "abc|d" },
	{ "moves", .threads = 2, .setup = three, .thread = moves,
	  .outcomes = "abc|ac|led away" },
	{ "bl_adds", .threads = 2, .setup = three_and_reader, .thread = bl_adds,
	  .finish = bl_unlocked, .outcomes = "abc|dabc|dac|ac" },
	{ "bl_del", .threads = 2, .setup = three_and_reader, .thread = bl_del,
	  .finish = bl_unlocked, .outcomes = "abc|bc" },
	{ "careful", .threads = 2, .setup = three, .thread = careful,
	  .finish = came_back },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
