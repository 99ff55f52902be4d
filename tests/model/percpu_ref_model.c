/* SPDX-License-Identifier: MIT */
/*
 * percpu_ref: released once, after the last user, whatever is between a get and
 * its put: the kill, a switch, another processor, a refused membarrier.
 */
#include <ksync/atomic.h>
#include <ksync/percpu_ref.h>

#include "system.h"

static ksync_percpu_ref_t *ref;
static int payload; /* the users', then the releaser's: a race is found */
static int uses[EXPLORE_THREADS];
static ksync_atomic_t releases, killed;

static void release(ksync_percpu_ref_t *r)
{
	for (int i = 0; i < EXPLORE_THREADS; i++)
		payload += uses[i];
	ksync_atomic_inc(&releases);
	ksync_percpu_ref_exit(r);
}

static void begin_with(unsigned int flags)
{
	ref = explore_alloc(sizeof(*ref));
	explore_assert(!ksync_percpu_ref_init(ref, release, flags));
	explore_name(&ref->ksync__count, "count");
	explore_name(&ref->ksync__shared, "shared");
	explore_name(ref->ksync__copies, "copy of CPU 0");
	explore_name((char *)ref->ksync__copies + (1 << KSYNC__PERCPU_SHIFT),
		     "copy of CPU 1");
	system_tasks(1);
}

static void begin(void)
{
	begin_with(0);
}

static void begin_migrates(void)
{
	begin_with(0);
	system_migrates();
}

static void begin_stranger(void)
{
	begin_with(0);
	system_without_sections(1u << 1);
}

static void begin_again(void)
{
	begin_with(KSYNC_PERCPU_REF_ALLOW_REINIT);
}

static void begin_shared(void)
{
	begin_with(KSYNC_PERCPU_REF_INIT_ATOMIC);
}

/* The others have a reference each. */
static void begin_held(void)
{
	begin_with(0);
	ksync_percpu_ref_get_many(ref, 1);
}

/* Told to whoever releases: it may be made alive again. */
static void release_again(ksync_percpu_ref_t *r)
{
	(void)r;
	ksync_atomic_inc(&releases);
}

static void begin_again_held(void)
{
	begin_again();
	ref->ksync__release = release_again;
	ksync_percpu_ref_get(ref);
}

static void confirm(ksync_percpu_ref_t *r)
{
	(void)r;
	ksync_smp_store_release(&killed.counter, 1);
}

static void use(int self)
{
	uses[self]++;
	ksync_percpu_ref_put(ref);
}

static void kill_or_use(int self)
{
	bool late;

	if (!self) {
		ksync_percpu_ref_kill_and_confirm(ref, confirm);
		return;
	}
	late = ksync_atomic_read_acquire(&killed);
	if (!ksync_percpu_ref_tryget_live(ref)) {
		explore_outcome("dead");
		return;
	}
	explore_assert(!late);
	explore_outcome("live");
	use(self);
}

static void kill_or_put(int self)
{
	if (!self)
		ksync_percpu_ref_kill(ref);
	else
		use(self);
}

/* tryget may come before the kill, or while the other user is still there. */
static void kill_or_try(int self)
{
	if (!self)
		ksync_percpu_ref_kill(ref);
	else if (self == 1)
		use(self);
	else if (ksync_percpu_ref_tryget(ref))
		use(self);
}

static void switch_or_use(int self)
{
	if (!self) {
		ksync_percpu_ref_switch_to_atomic(ref, NULL);
		ksync_percpu_ref_switch_to_percpu(ref);
		ksync_percpu_ref_kill(ref);
		return;
	}
	if (ksync_percpu_ref_tryget_live(ref))
		use(self);
}

static void to_percpu_or_use(int self)
{
	if (!self) {
		ksync_percpu_ref_switch_to_percpu(ref);
		ksync_percpu_ref_kill(ref);
		return;
	}
	if (ksync_percpu_ref_tryget_live(ref))
		use(self);
}

static void resurrect_or_use(int self)
{
	if (!self) {
		ksync_percpu_ref_kill(ref);
		ksync_percpu_ref_resurrect(ref);
		ksync_percpu_ref_kill(ref);
		return;
	}
	use(self);
}

static void once(void)
{
	int used = 0;

	for (int i = 0; i < EXPLORE_THREADS; i++)
		used += uses[i];
	explore_assert(ksync_atomic_read(&releases) == 1);
	explore_assert(payload == used);
	explore_assert(ksync_percpu_ref_is_zero(ref));
	explore_free(ref);
}

static void begin_dead(void)
{
	begin_with(KSYNC_PERCPU_REF_INIT_DEAD);
}

static void begin_dead_stranger(void)
{
	begin_dead();
	system_without_sections(1u << 1);
}

static void reinit_or_use(int self)
{
	if (!self) {
		payload = 5;
		ksync_percpu_ref_reinit(ref);
		return;
	}
	if (!ksync_percpu_ref_tryget_live(ref)) {
		explore_outcome("dead");
		return;
	}
	explore_assert(payload == 5);
	explore_outcome("live");
	ksync_percpu_ref_put(ref);
}

static void kill_at_the_end(void)
{
	payload = 0;
	uses[1] = 0;
	ksync_percpu_ref_kill(ref);
	once();
}

/* Zero may have been there between the kills, too. */
static void once_or_twice(void)
{
	int times = ksync_atomic_read(&releases);

	explore_assert(times == 1 || times == 2);
	explore_outcome("%d", times);
	explore_assert(ksync_percpu_ref_is_zero(ref));
	ksync_percpu_ref_exit(ref);
	explore_free(ref);
}

static const struct explore_test tests[] = {
	{ "kill", .threads = 2, .setup = begin, .thread = kill_or_use,
	  .finish = once, .outcomes = "live|dead" },
	{ "kill_migrates", .threads = 2, .setup = begin_migrates,
	  .thread = kill_or_use, .finish = once, .outcomes = "live|dead" },
	{ "kill_stranger", .threads = 2, .setup = begin_stranger,
	  .thread = kill_or_use, .finish = once, .outcomes = "live|dead" },
	{ "kill_barrier_fails", .threads = 2, .setup = begin,
	  .thread = kill_or_use, .finish = once, .barrier_fails = true },
	{ "kill_shared", .threads = 2, .setup = begin_shared,
	  .thread = kill_or_use, .finish = once, .outcomes = "live|dead" },
	{ "put", .threads = 2, .setup = begin_held, .thread = kill_or_put,
	  .finish = once },
	{ "switch", .threads = 2, .setup = begin_again, .thread = switch_or_use,
	  .finish = once },
	{ "to_percpu", .threads = 2, .setup = begin_shared,
	  .thread = to_percpu_or_use, .finish = once },
	{ "resurrect", .threads = 2, .setup = begin_again_held,
	  .thread = resurrect_or_use, .finish = once_or_twice,
	  .outcomes = "1|2" },
	{ "three_try", .threads = 3, .setup = begin_held, .thread = kill_or_try,
	  .finish = once },
	{ "reinit", .threads = 2, .setup = begin_dead, .thread = reinit_or_use,
	  .finish = kill_at_the_end, .outcomes = "live|dead" },
	{ "reinit_stranger", .threads = 2, .setup = begin_dead_stranger,
	  .thread = reinit_or_use, .finish = kill_at_the_end,
	  .outcomes = "live|dead" },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
