/* SPDX-License-Identifier: MIT */
/*
 * Wound/wait mutex: one holder, who sees what the last one did; two that want
 * two locks in opposite orders always come through; nobody sleeps for ever.
 */
#include <errno.h>

#include <ksync/ww_mutex.h>

#include "task/task.h"
#include "task/waitq.h"
#include "system.h"

static KSYNC_DEFINE_WW_CLASS(wound);
static KSYNC_DEFINE_WD_CLASS(die);

static ksync_ww_mutex_t lock[2];
static ksync_ww_mutex_t *in_heap;
static int payload[2];				    /* under its lock */
static ksync_ww_acquire_ctx_t ctx[EXPLORE_THREADS]; /* each thread's */
static int entered;				    /* under in_heap */
static ksync_ww_class_t *used;

static void name_lock(ksync_ww_mutex_t *m)
{
	explore_name(&m->base.owner, "owner");
	explore_name(&m->base.waitq, "waitq");
}

static void start(int threads, ksync_ww_class_t *ww_class)
{
	used = ww_class;
	ksync_atomic_long_set(&ww_class->stamp, 0);
	for (int i = 0; i < 2; i++) {
		ksync_ww_mutex_init(&lock[i], ww_class);
		name_lock(&lock[i]);
	}
	system_tasks(threads);
}

static void two_wound(void)
{
	start(2, &wound);
}

static void two_die(void)
{
	start(2, &die);
}

static void all_free(void)
{
	for (int i = 0; i < 2; i++) {
		explore_assert(lock[i].base.owner == 0);
		explore_assert(ksync__waitq_first(lock[i].base.waitq) == NULL);
		explore_assert(lock[i].ctx == NULL);
	}
}

static void touch(int which)
{
	explore_assert(payload[which] == 0);
	payload[which]++;
	payload[which]--;
}

/* ---- without contexts ---- */

static void take_first(int thread)
{
	(void)thread;
	explore_assert(ksync_ww_mutex_lock(&lock[0], NULL) == 0);
}

static void two_of_three(void)
{
	start(3, &wound);
	explore_as(0, take_first);
	entered = 1;
}

static void plain(int self)
{
	/* Thread 0 may have it from the beginning. */
	if (self || !entered)
		explore_assert(ksync_ww_mutex_lock(&lock[0], NULL) == 0);
	touch(0);
	ksync_ww_mutex_unlock(&lock[0]);
}

static void timed(int self)
{
	struct timespec soon = { .tv_sec = 1, .tv_nsec = 1000 };
	int ret;

	if (self == 1) {
		ret = ksync_ww_mutex_lock_until(&lock[0], NULL, &soon);
		explore_outcome("%d", ret != 0);
	} else {
		ret = ksync_ww_mutex_lock(&lock[0], NULL);
	}
	if (ret)
		return;
	touch(0);
	ksync_ww_mutex_unlock(&lock[0]);
}

static void interrupted(int self)
{
	int ret;

	if (self == 0) {
		explore_assert(ksync_ww_mutex_lock(&lock[0], NULL) == 0);
		ksync_task_interrupt(system_task(1));
		touch(0);
		ksync_ww_mutex_unlock(&lock[0]);
		return;
	}
	ret = ksync_ww_mutex_lock_interruptible(&lock[0], NULL);
	explore_outcome("%d", ret != 0);
	if (ret)
		return;
	touch(0);
	ksync_ww_mutex_unlock(&lock[0]);
}

/* Whoever gets it next may free it. */
static void make_in_heap(void)
{
	in_heap = explore_alloc(sizeof(*in_heap));
	ksync_ww_mutex_init(in_heap, &wound);
	name_lock(in_heap);
	entered = 0;
	system_tasks(2);
}

static void free_after(int self)
{
	bool last;

	(void)self;
	explore_assert(ksync_ww_mutex_lock(in_heap, NULL) == 0);
	last = entered++ == 1;
	ksync_ww_mutex_unlock(in_heap);
	if (last)
		explore_free(in_heap);
}

/* ---- with contexts ---- */

static void begin(int thread)
{
	ksync_ww_acquire_init(&ctx[thread], used);
	if (thread < 2)
		explore_assert(
			ksync_ww_mutex_lock(&lock[thread], &ctx[thread]) == 0);
}

/* Each has its lock, thread 0 is the oldest. */
static void meet(int threads, ksync_ww_class_t *ww_class)
{
	start(threads, ww_class);
	for (int i = 0; i < threads; i++)
		explore_as(i, begin);
}

static void met_wound(void)
{
	meet(2, &wound);
}

static void met_die(void)
{
	meet(2, &die);
}

static void three_met_wound(void)
{
	meet(3, &wound);
}

static void three_met_die(void)
{
	meet(3, &die);
}

static void give_back(int which)
{
	touch(which);
	ksync_ww_mutex_unlock(&lock[which]);
}

/* Each wants the other's lock: the younger gives way, and always alone. */
static void want_other(int self)
{
	int ret = ksync_ww_mutex_lock(&lock[!self], &ctx[self]);

	explore_assert(ret == (self ? -EDEADLK : 0));
	if (!ret)
		give_back(!self);
	give_back(self);
}

/* And who gave way comes back. */
static void come_back(int self)
{
	want_other(self);
	if (!self)
		return;
	ksync_ww_mutex_lock_slow(&lock[0], &ctx[self]);
	give_back(0);
}

/* A third, the youngest, has none and wants one: it only waits. */
static void want_other_or_one(int self)
{
	if (self < 2) {
		want_other(self);
		return;
	}
	explore_assert(ksync_ww_mutex_lock(&lock[0], &ctx[self]) == 0);
	give_back(0);
}

/* The younger one has no wish: nobody disturbs it, or it may not notice. */
static void only_older(int self)
{
	if (self == 0) {
		explore_assert(ksync_ww_mutex_lock(&lock[1], &ctx[0]) == 0);
		give_back(1);
	}
	give_back(self);
}

/*
 * The younger one has lock 1 without a context while the older sleeps for it,
 * and takes it again with one, perhaps before the older has woken up.
 */
static void start_steal(void)
{
	meet(2, &wound);
	lock[1].ctx = NULL;
	ctx[1].acquired = 0;
}

static void steal(int self)
{
	ksync_ww_acquire_ctx_t *mine = &ctx[self];
	int ret;

	if (self == 0) {
		explore_assert(ksync_ww_mutex_lock(&lock[1], mine) == 0);
		give_back(1);
		give_back(0);
		return;
	}
	give_back(1);
	explore_assert(ksync_ww_mutex_lock(&lock[1], mine) == 0);
	ret = ksync_ww_mutex_lock(&lock[0], mine);
	explore_outcome("%d", ret != 0);
	if (!ret)
		give_back(0);
	give_back(1);
}

/* From nothing to both and back, in opposite orders. */
static void cross(int self)
{
	ksync_ww_acquire_ctx_t *mine = &ctx[self];
	int first = self;
	int ret;

	ksync_ww_acquire_init(mine, used);
	explore_assert(ksync_ww_mutex_lock(&lock[first], mine) == 0);
	while ((ret = ksync_ww_mutex_lock(&lock[!first], mine))) {
		explore_assert(ret == -EDEADLK);
		ksync_ww_mutex_unlock(&lock[first]);
		first = !first;
		ksync_ww_mutex_lock_slow(&lock[first], mine);
	}
	give_back(first);
	give_back(!first);
	ksync_ww_acquire_fini(mine);
}

static const struct explore_test tests[] = {
	{ "plain", .threads = 2, .setup = two_wound, .thread = plain,
	  .finish = all_free },
	{ "plain_spin", .threads = 2, .setup = two_wound, .thread = plain,
	  .finish = all_free, .spins = 1, .spurious = 1 },
	{ "timed", .threads = 2, .setup = two_wound, .thread = timed,
	  .finish = all_free, .clock_jumps = 1, .outcomes = "0|1" },
	{ "interrupted", .threads = 2, .setup = two_wound,
	  .thread = interrupted, .finish = all_free, .outcomes = "0|1" },
	{ "free_after", .threads = 2, .setup = make_in_heap,
	  .thread = free_after },
	{ "wound", .threads = 2, .setup = met_wound, .thread = want_other,
	  .finish = all_free },
	{ "die", .threads = 2, .setup = met_die, .thread = want_other,
	  .finish = all_free },
	{ "wound_asleep", .threads = 2, .setup = met_wound,
	  .thread = want_other, .finish = all_free, .asleep = 1 << 1 },
	{ "die_asleep", .threads = 2, .setup = met_die, .thread = want_other,
	  .finish = all_free, .asleep = 1 << 0 },
	{ "wound_only_older", .threads = 2, .setup = met_wound,
	  .thread = only_older, .finish = all_free },
	{ "die_only_older", .threads = 2, .setup = met_die,
	  .thread = only_older, .finish = all_free },
	{ "wound_back", .threads = 2, .setup = met_wound, .thread = come_back,
	  .finish = all_free, .asleep = 1 << 1 },
	{ "die_back", .threads = 2, .setup = met_die, .thread = come_back,
	  .finish = all_free, .asleep = 1 << 0 },
	{ "wound_steal", .threads = 2, .setup = start_steal, .thread = steal,
	  .finish = all_free, .asleep = 1 << 0, .outcomes = "0|1", .bound = 2 },
	{ "wound_cross", .threads = 2, .setup = two_wound, .thread = cross,
	  .finish = all_free, .bound = 3 },
	{ "die_cross", .threads = 2, .setup = two_die, .thread = cross,
	  .finish = all_free, .bound = 3 },
	{ "three_plain", .threads = 3, .setup = two_of_three, .thread = plain,
	  .finish = all_free, .asleep = 1 << 1, .bound = 2 },
	{ "three_wound", .threads = 3, .setup = three_met_wound,
	  .thread = want_other_or_one, .finish = all_free, .asleep = 1 << 1 },
	{ "three_die", .threads = 3, .setup = three_met_die,
	  .thread = want_other_or_one, .finish = all_free, .asleep = 1 << 2 },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
