/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                      \
	"a reader never sees what was freed a grace period after its " \
	"removal, and callbacks run once, in order, after what came "  \
	"before their call"

#include <stdlib.h>

#include <ksync/ksync.h>

#include "stress.h"

struct item {
	unsigned long value; /* plain: complete before it is published */
	unsigned long twice; /* plain */
	ksync_rcu_head_t rcu;
};

static struct item *shared;
static ksync_mutex_t update_lock = KSYNC_MUTEX_INIT;

static struct item *item_new(unsigned long value)
{
	struct item *it = malloc(sizeof(*it));

	stress_require(it, "no memory");
	it->value = value;
	it->twice = 2 * value;
	return it;
}

static void item_free(struct item *it)
{
	it->value = 1;
	it->twice = 1;
	free(it);
}

static void item_callback(ksync_rcu_head_t *head)
{
	item_free(ksync_container_of(head, struct item, rcu));
}

static void before(void)
{
	shared = item_new(1);
}

static void after(void)
{
	ksync_rcu_barrier();
	item_free(shared);
	shared = NULL;
}

static void read_once(struct stress_thread *self)
{
	struct item *it;
	unsigned long value;

	ksync_guard(rcu)();
	it = ksync_rcu_dereference(shared);
	value = it->value;
	if (stress_chance(self, 4))
		stress_delay(self);
	stress_require(it->twice == 2 * value, "an item changed");
}

static void update_once(struct stress_thread *self, unsigned long value)
{
	struct item *fresh = item_new(value);
	struct item *old;
	unsigned long cookie;

	ksync_mutex_lock(&update_lock);
	old = ksync_rcu_replace_pointer(shared, fresh, 1);
	ksync_mutex_unlock(&update_lock);
	switch (stress_random(self, 6)) {
	case 0:
		ksync_synchronize_rcu();
		item_free(old);
		break;
	case 3:
		ksync_cond_synchronize_rcu(ksync_get_state_synchronize_rcu());
		item_free(old);
		break;
	case 4:
		cookie = ksync_start_poll_synchronize_rcu();
		while (!ksync_poll_state_synchronize_rcu(cookie))
			stress_delay(self);
		item_free(old);
		break;
	case 1:
		ksync_call_rcu(&old->rcu, item_callback);
		break;
	case 2:
		ksync_kfree_rcu(old, rcu);
		break;
	default:
		ksync_kfree_rcu_mightsleep(old);
	}
}

/* Thread 0 updates, the others read. */
static void one_updater(struct stress_thread *self)
{
	unsigned long n = 1;

	while (stress_on(self)) {
		if (self->index)
			read_once(self);
		else
			update_once(self, ++n);
	}
}

static void all_do_both(struct stress_thread *self)
{
	unsigned long n = 1;

	while (stress_on(self)) {
		if (stress_chance(self, 8))
			update_once(self, ++n);
		else
			read_once(self);
	}
}

/* ---- callbacks, of threads that never read ---- */

#define CALLERS 3

struct call {
	ksync_rcu_head_t rcu;
	unsigned int caller;  /* plain: written before the call */
	unsigned long number; /* plain */
};

/* plain: the callbacks' alone, and whoever waited for them. */
static unsigned long ran[CALLERS];

static void call_ran(ksync_rcu_head_t *head)
{
	struct call *c = ksync_container_of(head, struct call, rcu);

	stress_require(ran[c->caller] == c->number,
		       "callbacks ran out of order, or twice");
	ran[c->caller]++;
	free(c);
}

static void before_calls(void)
{
	for (int i = 0; i < CALLERS; i++)
		ran[i] = 0;
}

static void calls(struct stress_thread *self)
{
	unsigned long n = 0;

	while (stress_on(self)) {
		for (unsigned int i = stress_random(self, 20) + 1; i; i--) {
			struct call *c = malloc(sizeof(*c));

			stress_require(c, "no memory");
			c->caller = self->index;
			c->number = n++;
			ksync_call_rcu(&c->rcu, call_ran);
		}
		if (self->threads == 1) {
			ksync_rcu_barrier();
			stress_require(ran[0] == n,
				       "rcu_barrier() left a callback");
		}
	}
	ksync_rcu_barrier();
}

static void after_calls(void)
{
	ksync_rcu_barrier();
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "one updater",
		  .threads = 3,
		  .before = before,
		  .body = one_updater,
		  .after = after },
		{ .name = "all",
		  .threads = 4,
		  .any_number = true,
		  .before = before,
		  .body = all_do_both,
		  .after = after },
		{ .name = "calls",
		  .threads = CALLERS,
		  .before = before_calls,
		  .body = calls,
		  .after = after_calls },
		{ .name = "barrier",
		  .threads = 1,
		  .before = before_calls,
		  .body = calls,
		  .after = after_calls },
		{ .name = NULL },
	};

	return stress_main("rcu", INVARIANT, scenes);
}
