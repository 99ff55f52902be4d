/* SPDX-License-Identifier: MIT */
/*
 * Does the explorer find what it is for? Each of these programs is wrong, but
 * for those named right, and has to fail with its message.
 */
#include <ksync/atomic.h>

#include "explore.h"

#define NEVER INT64_MAX

static int x, y;
static int plain;
static uint32_t word;
static int *pointer;

/* Two plain writes; a plain write against an atomic read. */
static void race(int self)
{
	plain += self;
}

static void race_mixed(int self)
{
	if (self)
		x = 1;
	else
		(void)KSYNC_READ_ONCE(x);
}

/* Ordered by a flag, or hardly. */
static void race_not(int self)
{
	if (self == 0) {
		plain = 1;
		ksync_smp_store_release(&x, 1);
	} else if (ksync_smp_load_acquire(&x)) {
		plain++;
	}
}

static void race_relaxed(int self)
{
	if (self == 0) {
		plain = 1;
		KSYNC_WRITE_ONCE(x, 1);
	} else if (ksync_smp_load_acquire(&x)) {
		plain++;
	}
}

/* Full fences alone order no plain accesses. */
static void race_fences(int self)
{
	if (self == 0) {
		plain = 1;
		ksync_smp_mb();
		KSYNC_WRITE_ONCE(x, 1);
		return;
	}
	KSYNC_WRITE_ONCE(y, 1);
	ksync_smp_mb();
	plain++;
}

/* But membarrier does: its caller waits for everybody's turn. */
static void race_heavy(int self, bool light)
{
	if (self == 0) {
		explore_outcome("%d", plain);
		if (light)
			ksync_barrier();
		KSYNC_WRITE_ONCE(x, 1);
	} else if (KSYNC_READ_ONCE(x)) {
		(void)explore_membarrier(false);
		plain++;
	}
}

static void race_heavy_light(int self)
{
	race_heavy(self, true);
}

static void race_heavy_alone(int self)
{
	race_heavy(self, false);
}

static void promise(int self)
{
	if (self)
		KSYNC_WRITE_ONCE(x, 1);
	else
		explore_assert(KSYNC_READ_ONCE(x) == 0);
}

/* A plain write in between is seen by those who come after it. */
static void plain_between(int self)
{
	if (self == 0) {
		KSYNC_WRITE_ONCE(x, 1);
		x = 2;
		ksync_smp_store_release(&y, 1);
	} else if (ksync_smp_load_acquire(&y)) {
		explore_assert(KSYNC_READ_ONCE(x) == 2);
	}
}

static void make(void)
{
	pointer = explore_alloc(sizeof(*pointer));
	*pointer = 1;
}

static void use_after_free(int self)
{
	if (self)
		explore_free(pointer);
	else
		explore_assert(*pointer == 1);
}

static void free_twice(int self)
{
	(void)self;
	explore_free(pointer);
}

static void leak(int self)
{
	(void)self;
}

/* A frame is gone while the other still has its address: in time, or late. */
static void frame(int self)
{
	int mine = 1;

	if (self == 0) {
		ksync_smp_store_release(&pointer, &mine);
		return;
	}
	if (ksync_smp_load_acquire(&pointer))
		*pointer = 2;
}

static void frame_kept(int self)
{
	int mine = 1;

	if (self == 0) {
		ksync_smp_store_release(&pointer, &mine);
		while (!ksync_smp_load_acquire(&x))
			explore_await(&x, false);
		return;
	}
	if (ksync_smp_load_acquire(&pointer))
		*pointer = 2;
	ksync_smp_store_release(&x, 1);
}

/* The dead frame's place is in another function's by now. */
__attribute__((noinline)) static void frame_publish(void)
{
	int mine = 1;

	ksync_smp_store_release(&pointer, &mine);
	__asm__ volatile("" : : "r"(&mine) : "memory");
}

__attribute__((noinline)) static void frame_above(void)
{
	volatile int room[64];

	room[0] = 1;
	__asm__ volatile("" : : "r"(room) : "memory");
	while (!ksync_smp_load_acquire(&x))
		explore_await(&x, false);
	room[1] = room[0];
}

static void frame_use(void)
{
	int *p;

	while (!(p = ksync_smp_load_acquire(&pointer)))
		explore_await(&pointer, false);
	*p = 2;
	ksync_smp_store_release(&x, 1);
}

static void frame_reused(int self)
{
	if (self == 1) {
		frame_publish();
		frame_above();
	} else {
		frame_use();
	}
}

/* The same place once more, by a function that has it. */
__attribute__((noinline)) static void frame_before(void)
{
	volatile int room[64];

	for (int i = 0; i < 64; i++)
		room[i] = i;
	__asm__ volatile("" : : "r"(room) : "memory");
}

__attribute__((noinline)) static void frame_lend(void)
{
	int mine = 1;

	ksync_smp_store_release(&pointer, &mine);
	while (!ksync_smp_load_acquire(&x))
		explore_await(&x, false);
	explore_assert(mine == 2);
}

static void frame_lent(int self)
{
	if (self == 1) {
		frame_before();
		frame_lend();
	} else {
		frame_use();
	}
}

/* Each waits for the other. */
static void deadlock(int self)
{
	int *mine = self ? &x : &y;
	int *others = self ? &y : &x;

	while (!KSYNC_READ_ONCE(*others))
		explore_await(others, false);
	KSYNC_WRITE_ONCE(*mine, 1);
}

static void spin(int self)
{
	if (self)
		return;
	while (!KSYNC_READ_ONCE(x))
		explore_await(&x, false);
}

static void forever(int self)
{
	if (self)
		return;
	for (;;)
		KSYNC_WRITE_ONCE(x, 1);
}

/* A futex: the waker looks for sleepers in the right order, or too early. */
static void sleeper(void)
{
	while (!KSYNC_READ_ONCE(word))
		explore_futex_wait(&word, 0, NEVER);
}

static void wake(int self)
{
	if (self == 0) {
		sleeper();
		return;
	}
	KSYNC_WRITE_ONCE(word, 1u);
	explore_futex_wake(&word, 1);
}

static void wake_early(int self)
{
	if (self == 0) {
		sleeper();
		return;
	}
	explore_futex_wake(&word, 1);
	KSYNC_WRITE_ONCE(word, 1u);
}

static void wake_one(int self)
{
	if (self < 2) {
		sleeper();
		return;
	}
	KSYNC_WRITE_ONCE(word, 1u);
	explore_futex_wake(&word, 1);
}

static bool word_set(void)
{
	return word != 0;
}

/* Whoever expects that nothing ends a sleep early is wrong. */
static void sleep_once(int self)
{
	if (self == 0) {
		explore_futex_wait(&word, 0, NEVER);
		explore_assert(KSYNC_READ_ONCE(word) == 1);
		return;
	}
	KSYNC_WRITE_ONCE(word, 1u);
	explore_futex_wake(&word, 1);
}

/* A near deadline comes at any moment, a far one never. */
static void deadline_near(int self)
{
	if (self == 0)
		explore_outcome(
			"%d", explore_futex_wait(&word, 0,
						 explore_clock() + 1000) != 0);
	else
		explore_futex_wake(&word, 1);
}

static void deadline_far(int self)
{
	if (self == 0)
		(void)explore_futex_wait(&word, 0,
					 explore_clock() + 10000000000);
}

/* Time does not stand still for who may look twice. */
static void time_passes(int self)
{
	int64_t before = explore_clock();

	(void)self;
	explore_assert(explore_clock() == before);
}

/* The same place with two sizes. */
static void sizes(int self)
{
	if (self)
		(void)ksync__mc_load((uint8_t *)&word, __ATOMIC_RELAXED);
	else
		KSYNC_WRITE_ONCE(word, 1u);
}

/* A half of what is used whole. */
static uint64_t wide;

static void halves(int self)
{
	if (self)
		(void)ksync__mc_load((uint32_t *)&wide + 1, __ATOMIC_RELAXED);
	else
		KSYNC_WRITE_ONCE(wide, 1ull << 32);
}

/* A failure that needs two old values, of more than one. */
static void old_values(int self)
{
	int was_x;

	if (self == 0) {
		KSYNC_WRITE_ONCE(word, 1u);
		KSYNC_WRITE_ONCE(word, 2u);
		KSYNC_WRITE_ONCE(x, 1);
		KSYNC_WRITE_ONCE(y, 1);
	} else if (KSYNC_READ_ONCE(y)) {
		was_x = KSYNC_READ_ONCE(x);
		explore_assert(KSYNC_READ_ONCE(word) || was_x);
	}
}

/* More outcomes than anybody would list by hand: each counts. */
#define MANY1(p) p "0|" p "1"
#define MANY2(p) MANY1(p "0") "|" MANY1(p "1")
#define MANY4(p) \
	MANY2(p "00") "|" MANY2(p "01") "|" MANY2(p "10") "|" MANY2(p "11")
#define MANY8 \
	MANY4_AT("00") "|" MANY4_AT("01") "|" MANY4_AT("10") "|" MANY4_AT("11")
#define MANY4_AT(p) \
	MANY4(p "00") "|" MANY4(p "01") "|" MANY4(p "10") "|" MANY4(p "11")

static void many(int self)
{
	(void)self;
	for (int i = 0; i < 8; i++)
		explore_outcome("%d", explore_choose(2));
}

/* Stored again: it may not be another's by then, and passes on less. */
static void again(int self)
{
	int found = 0;

	if (self == 0) {
		if (ksync_try_cmpxchg_acquire(&x, &found, 1)) {
			KSYNC__STORE_AGAIN(x, 1);
			KSYNC_WRITE_ONCE(x, 0);
		}
	} else if (ksync_try_cmpxchg_acquire(&x, &found, 2)) {
		KSYNC__STORE_AGAIN(x, 2);
		KSYNC_WRITE_ONCE(x, 0);
	}
}

static void again_others(int self)
{
	if (self == 0) {
		(void)ksync_xchg_relaxed(&x, 1);
		KSYNC__STORE_AGAIN(x, 1);
	} else {
		(void)ksync_xchg_relaxed(&x, 2);
	}
}

static void again_else(int self)
{
	if (self == 0) {
		(void)ksync_xchg_relaxed(&x, 1);
		KSYNC__STORE_AGAIN(x, 2);
	}
}

static void again_passes(int self, bool twice)
{
	int found = 1;

	if (self == 0) {
		plain = 1;
		ksync_smp_store_release(&x, 1);
	} else if (self == 1) {
		if (ksync_try_cmpxchg_relaxed(&x, &found, 2) && twice)
			KSYNC__STORE_AGAIN(x, 2);
	} else if (ksync_smp_load_acquire(&x) == 2) {
		plain++;
	}
}

static void again_chain(int self)
{
	again_passes(self, false);
}

static void again_breaks(int self)
{
	again_passes(self, true);
}

/* Who serves may wait for ever. */
static void serve(int self)
{
	if (self == 0)
		for (;;)
			(void)explore_futex_wait(&word, 0, NEVER);
}

/* The others end after any of their steps; what they have read is no matter. */
static void alone(int self)
{
	if (self) {
		explore_assert(plain == 0);
		KSYNC_WRITE_ONCE(x, 1);
		KSYNC_WRITE_ONCE(x, 2);
		return;
	}
	explore_alone();
	plain = 1;
	explore_outcome("%d", KSYNC_READ_ONCE(x));
}

/* An object that is not private after all. */
static void private_setup(void)
{
	explore_private(&x, 0);
}

static void private_use(int self)
{
	KSYNC_WRITE_ONCE(x, self);
}

static const struct explore_test tests[] = {
	{ "race", .threads = 2, .thread = race, .fails = "data race" },
	{ "race_mixed", .threads = 2, .thread = race_mixed,
	  .fails = "data race" },
	{ "right_race_not", .threads = 2, .thread = race_not },
	{ "race_relaxed", .threads = 2, .thread = race_relaxed,
	  .fails = "data race" },
	{ "race_fences", .threads = 2, .thread = race_fences,
	  .fails = "data race" },
	{ "right_race_heavy", .threads = 2, .thread = race_heavy_light },
	{ "race_heavy_alone", .threads = 2, .thread = race_heavy_alone,
	  .fails = "data race" },
	{ "promise", .threads = 2, .thread = promise,
	  .fails = "KSYNC_READ_ONCE(x) == 0 is false" },
	{ "right_plain_between", .threads = 2, .thread = plain_between },
	{ "use_after_free", .threads = 2, .setup = make,
	  .thread = use_after_free, .fails = "data race" },
	{ "free_twice", .threads = 2, .setup = make, .thread = free_twice,
	  .fails = "use after free" },
	{ "leak", .threads = 2, .setup = make, .thread = leak,
	  .fails = "leaks" },
	{ "frame", .threads = 2, .thread = frame, .fails = "dead frame" },
	{ "right_frame_kept", .threads = 2, .thread = frame_kept },
	{ "frame_reused", .threads = 2, .thread = frame_reused,
	  .fails = "dead frame" },
	{ "right_frame_lent", .threads = 2, .thread = frame_lent },
	{ "deadlock", .threads = 2, .thread = deadlock,
	  .fails = "T0 waits for news" },
	{ "spin", .threads = 2, .thread = spin, .fails = "unbounded spinning" },
	{ "forever", .threads = 2, .thread = forever,
	  .fails = "does a loop not end" },
	{ "right_wake", .threads = 2, .thread = wake, .spurious = 1 },
	{ "wake_early", .threads = 2, .thread = wake_early,
	  .fails = "lost wake-up" },
	{ "wake_one", .threads = 3, .thread = wake_one, .available = word_set,
	  .fails = "lost wake-up" },
	{ "right_sleep_once", .threads = 2, .thread = sleep_once },
	{ "sleep_once", .threads = 2, .thread = sleep_once, .spurious = 1,
	  .fails = "is false" },
	{ "right_deadline_near", .threads = 2, .thread = deadline_near,
	  .outcomes = "0|1" },
	{ "deadline_far", .threads = 2, .thread = deadline_far,
	  .fails = "nobody is left to wake it" },
	{ "right_time_stands", .threads = 2, .thread = time_passes },
	{ "time_passes", .threads = 2, .thread = time_passes, .clock_jumps = 1,
	  .fails = "is false" },
	{ "right_again", .threads = 2, .thread = again },
	{ "again_others", .threads = 2, .thread = again_others,
	  .fails = "may still have to store" },
	{ "again_else", .threads = 2, .thread = again_else,
	  .fails = "not what its thread stored last" },
	{ "right_again_chain", .threads = 3, .thread = again_chain },
	{ "again_breaks", .threads = 3, .thread = again_breaks,
	  .fails = "data race" },
	{ "serve", .threads = 2, .thread = serve,
	  .fails = "nobody is left to wake it" },
	{ "right_serve", .threads = 2, .thread = serve, .servants = 1 },
	{ "right_alone", .threads = 2, .thread = alone, .outcomes = "0|1|2" },
	{ "sizes", .threads = 2, .thread = sizes, .fails = "not modelled" },
	{ "halves", .threads = 2, .thread = halves, .fails = "not modelled" },
	{ "right_many", .threads = 1, .thread = many, .outcomes = MANY8 },
	{ "old_values", .threads = 2, .thread = old_values,
	  .fails = "is false" },
	{ "five", .threads = 5, .thread = serve,
	  .fails = "more than 4 threads are not modelled" },
	{ "private", .threads = 2, .setup = private_setup,
	  .thread = private_use, .fails = "not private" },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return explore_main(argc, argv, tests);
}
