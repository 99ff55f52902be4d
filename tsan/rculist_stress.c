/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                            \
	"a reader finds complete entries, each that is in the list all the " \
	"time, and the end of its list; who finds its node alone has it back"

#include <stdlib.h>

#include <ksync/ksync.h>

#include "stress.h"

#define KEYS 8

struct item {
	unsigned long key; /* plain: complete before it is published */
	unsigned long twice;
	ksync_list_head_t node;
	ksync_hlist_node_t hash;
	ksync_hlist_bl_node_t bl;
	ksync_rcu_head_t rcu;
};

static ksync_mutex_t lock = KSYNC_MUTEX_INIT; /* the writers' */
static KSYNC_LIST_HEAD(list);		      /* even keys are always there */
static KSYNC_HLIST_HEAD(bucket);
static ksync_hlist_bl_head_t bl;

static struct item *item_new(unsigned long key)
{
	struct item *i = calloc(1, sizeof(*i));

	stress_require(i, "no memory");
	i->key = key;
	i->twice = 2 * key;
	return i;
}

static void item_free(ksync_rcu_head_t *head)
{
	struct item *i = ksync_container_of(head, struct item, rcu);

	i->key = 1;
	i->twice = 1;
	free(i);
}

static void insert(struct item *i, bool front)
{
	if (front)
		ksync_list_add_rcu(&i->node, &list);
	else
		ksync_list_add_tail_rcu(&i->node, &list);
	ksync_hlist_add_head_rcu(&i->hash, &bucket);
	ksync_hlist_bl_lock(&bl);
	ksync_hlist_bl_add_head_rcu(&i->bl, &bl);
	ksync_hlist_bl_unlock(&bl);
}

static void extract(struct item *i)
{
	ksync_list_del_rcu(&i->node);
	ksync_hlist_del_rcu(&i->hash);
	ksync_hlist_bl_lock(&bl);
	ksync_hlist_bl_del_rcu(&i->bl);
	ksync_hlist_bl_unlock(&bl);
	ksync_call_rcu(&i->rcu, item_free);
}

static struct item *find(unsigned long key)
{
	struct item *i;

	ksync_list_for_each_entry(i, &list, node)
		if (i->key == key)
			return i;
	return NULL;
}

static void before(void)
{
	for (unsigned long key = 0; key < KEYS; key += 2)
		insert(item_new(key), false);
}

static void after(void)
{
	struct item *i, *next;

	ksync_list_for_each_entry_safe(i, next, &list, node)
		extract(i);
	ksync_rcu_barrier();
	stress_require(ksync_hlist_empty(&bucket) && ksync_hlist_bl_empty(&bl),
		       "an entry is left");
}

static void change(struct stress_thread *self)
{
	unsigned long key = stress_random(self, KEYS);
	struct item *i, *fresh;

	ksync_guard(mutex)(&lock);
	i = find(key);
	if (!i) {
		insert(item_new(key), stress_chance(self, 2));
		return;
	}
	if (key % 2) {
		extract(i);
		return;
	}
	/* In its place at once. */
	fresh = item_new(key);
	ksync_list_replace_rcu(&i->node, &fresh->node);
	ksync_hlist_replace_rcu(&i->hash, &fresh->hash);
	ksync_hlist_bl_lock(&bl);
	ksync_hlist_bl_add_head_rcu(&fresh->bl, &bl);
	ksync_hlist_bl_del_rcu(&i->bl);
	ksync_hlist_bl_unlock(&bl);
	ksync_call_rcu(&i->rcu, item_free);
}

static unsigned int look(const struct item *i)
{
	stress_require(i->key < KEYS && i->twice == 2 * i->key,
		       "an entry is not complete");
	return 1u << i->key;
}

static void walk(struct stress_thread *self)
{
	unsigned int always = 0x55, found = 0;
	ksync_hlist_bl_node_t *at;
	struct item *i;

	ksync_guard(rcu)();
	switch (stress_random(self, 3)) {
	case 0:
		ksync_list_for_each_entry_rcu(i, &list, node) found |= look(i);
		break;
	case 1:
		ksync_hlist_for_each_entry_rcu(i, &bucket, hash)
			found |= look(i);
		break;
	default:
		ksync_hlist_bl_for_each_entry_rcu(i, at, &bl, bl)
			found |= look(i);
		always = 0; /* there is no replace */
	}
	stress_require((found & always) == always,
		       "an entry that is always there was not found");
}

static void walks(struct stress_thread *self)
{
	while (stress_on(self)) {
		if (stress_chance(self, 4))
			change(self);
		else
			walk(self);
		stress_delay(self);
	}
}

/* ---- entries that move between two buckets, of one memory ---- */

struct mover {
	unsigned long key; /* read-only */
	ksync_hlist_nulls_node_t node;
};

static struct mover movers[KEYS];
static ksync_hlist_nulls_head_t buckets[2]; /* key 0 is always in the first */

static void before_moves(void)
{
	for (unsigned int n = 0; n < 2; n++)
		ksync_hlist_nulls_head_init(&buckets[n], n);
	for (unsigned int key = 0; key < KEYS; key++) {
		movers[key].key = key;
		ksync_hlist_nulls_add_tail_rcu(&movers[key].node, &buckets[0]);
	}
}

static void move(struct stress_thread *self)
{
	struct mover *m = &movers[1 + stress_random(self, KEYS - 1)];

	ksync_guard(mutex)(&lock);
	ksync_hlist_nulls_del_init_rcu(&m->node);
	ksync_hlist_nulls_add_head_rcu(&m->node,
				       &buckets[stress_random(self, 2)]);
}

static void moves(struct stress_thread *self)
{
	ksync_hlist_nulls_node_t *at;
	struct mover *m;
	bool found;

	while (stress_on(self)) {
		if (self->index == 0) {
			move(self);
			continue;
		}
		ksync_rcu_read_lock();
		do {
			found = false;
			ksync_hlist_nulls_for_each_entry_rcu(
				m, at, &buckets[0], node) found |= m->key == 0;
		} while (!found && ksync_get_nulls_value(at) != 0);
		ksync_rcu_read_unlock();
		stress_require(found, "led away, and did not see it");
	}
}

/* ---- a node on a waiter's stack, as it were ---- */

static ksync_list_head_t mine;
static unsigned int answer; /* plain: the giver's, then the waiter's */

static void before_careful(void)
{
	ksync_list_head_init(&mine);
	ksync_list_head_init(&list);
}

static void careful(struct stress_thread *self)
{
	unsigned int number = 0, turn;

	while (stress_on(self)) {
		turn = 0;
		if (self->index == 0) {
			ksync_scoped_guard(mutex, &lock)
				ksync_list_add(&mine, &list);
			while (!ksync_list_empty_careful(&mine))
				if (!stress_wait(&turn))
					return;
			stress_require(answer == ++number, "an old answer");
			answer = 0;
			continue;
		}
		ksync_mutex_lock(&lock);
		if (!ksync_list_empty(&list)) {
			answer = ++number;
			ksync_list_del_init_careful(&mine);
		}
		ksync_mutex_unlock(&lock);
		(void)stress_wait(&turn);
	}
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "walks",
		  .threads = 4,
		  .any_number = true,
		  .before = before,
		  .body = walks,
		  .after = after },
		{ .name = "moves",
		  .threads = 4,
		  .any_number = true,
		  .before = before_moves,
		  .body = moves },
		{ .name = "careful",
		  .threads = 2,
		  .before = before_careful,
		  .body = careful },
		{ .name = NULL },
	};

	return stress_main("rculist", INVARIANT, scenes);
}
