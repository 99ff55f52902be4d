/* SPDX-License-Identifier: MIT */
#define INVARIANT "what a lock of another object guards is changed under it"

#include <ksync/ksync.h>

#include "stress.h"

#define OWNERS 3

struct owner {
	ksync_rw_semaphore_t lock;
};

struct pair {
	long a, b;
};

KSYNC_DEFINE_LOCKED_BY(pair, struct pair, struct owner, lock)

static struct owner owners[OWNERS];
static struct pair_locked_by pairs[OWNERS]; /* by the owner of its number */

static void before(void)
{
	struct pair zero = { 0, 0 };

	for (int i = 0; i < OWNERS; i++) {
		ksync_init_rwsem(&owners[i].lock);
		pair_locked_by_init(&pairs[i], &owners[i], zero);
	}
}

static void sections(struct stress_thread *self)
{
	while (stress_on(self)) {
		unsigned int i = stress_random(self, OWNERS);

		if (stress_chance(self, 2)) {
			ksync_guard(rwsem_write)(&owners[i].lock);
			struct pair *p = pair_locked_by_access_mut(&pairs[i],
								   &owners[i]);

			p->a++;
			stress_delay(self);
			p->b++;
		} else {
			ksync_guard(rwsem_read)(&owners[i].lock);
			const struct pair *p =
				pair_locked_by_access(&pairs[i], &owners[i]);

			stress_require(p->a == p->b, "found half a change");
		}
	}
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "sections",
		  .threads = 4,
		  .any_number = true,
		  .before = before,
		  .body = sections },
		{ .name = NULL },
	};

	return stress_main("locked_by", INVARIANT, scenes);
}
