/* SPDX-License-Identifier: MIT */
/*
 * rwlock_t: readers together, a writer alone, whose turn it is, and what is
 * left by those who are gone.
 */
#include <criterion/criterion.h>

#include <signal.h>

#include <linux/sched.h>
#include <linux/spinlock.h>

#include "support/clock.h"
#include "support/process.h"
#include "support/report.h"
#include "support/sleep.h"
#include "support/threads.h"

TestSuite(rwlock, .init = reports_take, .fini = reports_none);
TestSuite(rwlock_turns, .init = reports_take, .fini = reports_none);
TestSuite(rwlock_guard, .init = reports_take, .fini = reports_none);

static DEFINE_RWLOCK(lock);

static bool can_read(rwlock_t *l)
{
	if (!read_trylock(l))
		return false;
	read_unlock(l);
	return true;
}

static bool can_write(rwlock_t *l)
{
	if (!write_trylock(l))
		return false;
	write_unlock(l);
	return true;
}

/* In another thread: in the checked library this one may not even try. */
static bool others[2];

static void try_both(void *arg, int index)
{
	(void)index;
	others[0] = can_read(arg);
	others[1] = can_write(arg);
}

#define others_can(l, read_, write_)                      \
	do {                                              \
		crew_run(1, try_both, l);                 \
		cr_assert_eq(others[0], read_, "read");   \
		cr_assert_eq(others[1], write_, "write"); \
	} while (0)

/* ---- one after the other ---- */

Test(rwlock, is_eight_bytes_and_zero_is_free)
{
	static const rwlock_t zero;

	if (KSYNC_CHECKED)
		return; /* there it has a name, and is larger */
	cr_assert_eq(sizeof(rwlock_t), 8);
	cr_assert_eq(memcmp(&lock, &zero, sizeof(zero)), 0);
}

Test(rwlock, init_makes_a_free_lock)
{
	rwlock_t a;
	rwlock_t b = __RW_LOCK_UNLOCKED(b);

	memset(&a, 0xff, sizeof(a));
	rwlock_init(&a);
	cr_assert(can_read(&a) && can_write(&a));
	cr_assert(can_read(&b) && can_write(&b));
	cr_assert_not(rwlock_is_contended(&a));
}

Test(rwlock, readers_share_and_a_writer_is_alone)
{
	others_can(&lock, true, true);
	read_lock(&lock);
	others_can(&lock, true, false);
	read_unlock(&lock);
	others_can(&lock, true, true);
	write_lock(&lock);
	others_can(&lock, false, false);
	write_unlock(&lock);
	others_can(&lock, true, true);
}

Test(rwlock, a_trylock_gives_1_if_it_took_the_lock_and_0_if_not)
{
	cr_assert_eq(read_trylock(&lock), 1);
	others_can(&lock, true, false);
	read_unlock(&lock);
	cr_assert_eq(write_trylock(&lock), 1);
	cr_assert_eq(write_trylock(&lock), 0);
	cr_assert_eq(read_trylock(&lock), 0);
	write_unlock(&lock);
	others_can(&lock, true, true);
}

Test(rwlock, all_names_are_one_lock)
{
	unsigned long flags;

	read_lock_irq(&lock);
	cr_assert(irqs_disabled());
	others_can(&lock, true, false);
	read_unlock_irq(&lock);
	cr_assert_not(irqs_disabled());
	read_lock_bh(&lock);
	others_can(&lock, true, false);
	read_unlock_bh(&lock);
	read_lock_irqsave(&lock, flags);
	cr_assert(irqs_disabled());
	others_can(&lock, true, false);
	read_unlock_irqrestore(&lock, flags);
	cr_assert_not(irqs_disabled());

	write_lock_irq(&lock);
	cr_assert(irqs_disabled());
	others_can(&lock, false, false);
	write_unlock_irq(&lock);
	cr_assert_not(irqs_disabled());
	write_lock_bh(&lock);
	others_can(&lock, false, false);
	write_unlock_bh(&lock);
	write_lock_irqsave(&lock, flags);
	cr_assert(irqs_disabled());
	others_can(&lock, false, false);
	cr_assert_eq(write_trylock_irqsave(&lock, flags), 0);
	cr_assert(irqs_disabled());
	flags = 0;
	write_unlock_irqrestore(&lock, flags);
	cr_assert_not(irqs_disabled());
	cr_assert_eq(write_trylock_irqsave(&lock, flags), 1);
	cr_assert(irqs_disabled());
	write_unlock_irqrestore(&lock, flags);
	write_lock_nested(&lock, 1);
	others_can(&lock, false, false);
	write_unlock(&lock);
	others_can(&lock, true, true);
}

static volatile sig_atomic_t handled;

static void read_in_handler(int signal)
{
	(void)signal;
	read_lock(&lock);
	handled++;
	read_unlock(&lock);
}

Test(rwlock, a_handler_may_read_what_irq_forms_write)
{
	struct sigaction action = { .sa_handler = read_in_handler };
	unsigned long flags;

	sigaction(SIGUSR1, &action, NULL);
	ksync_irq_signals_set(true);
	write_lock_irq(&lock);
	raise(SIGUSR1);
	cr_assert_eq(handled, 0);
	write_unlock_irq(&lock);
	cr_assert_eq(handled, 1);
	read_lock_irqsave(&lock, flags);
	raise(SIGUSR1);
	cr_assert_eq(handled, 1);
	read_unlock_irqrestore(&lock, flags);
	cr_assert_eq(handled, 2);
}

/* ---- misuse ---- */

Test(rwlock, unlock_of_a_free_lock_is_reported_and_does_nothing)
{
	read_unlock(&lock);
	expect_misuse("rwlock",
		      KSYNC_CHECKED ? "nobody holds it" : "nobody reads", &lock,
		      KSYNC_HOLDER_NONE);
	write_unlock(&lock);
	expect_misuse("rwlock",
		      KSYNC_CHECKED ? "nobody holds it" : "no writer holds it",
		      &lock, KSYNC_HOLDER_NONE);
	others_can(&lock, true, true);
}

Test(rwlock, unlock_of_the_other_kind_is_reported_and_does_nothing)
{
	if (KSYNC_CHECKED)
		return; /* which knows what each thread holds: tests/checked */
	write_lock(&lock);
	read_unlock(&lock);
	expect_misuse("rwlock", "nobody reads", &lock, KSYNC_HOLDER_NONE);
	others_can(&lock, false, false);
	write_unlock(&lock);
	read_lock(&lock);
	write_unlock(&lock);
	expect_misuse("rwlock", "no writer holds it", &lock, KSYNC_HOLDER_NONE);
	others_can(&lock, true, false);
	read_unlock(&lock);
	others_can(&lock, true, true);
}

static int got;

static void read_and_tell(void *arg, int index)
{
	(void)arg;
	(void)index;
	read_lock(&lock);
	__atomic_fetch_add(&got, 1, __ATOMIC_RELEASE);
	read_unlock(&lock);
}

static void write_and_tell(void *arg, int index)
{
	(void)arg;
	(void)index;
	write_lock(&lock);
	__atomic_fetch_add(&got, 1, __ATOMIC_RELEASE);
	write_unlock(&lock);
}

static int go_on_read(void)
{
	return cond_resched_rwlock_read(&lock);
}

static int go_on_write(void)
{
	return cond_resched_rwlock_write(&lock);
}

static void lets_go(int (*go_on)(void))
{
	struct crew crew;
	int let_go = 0;

	cr_assert_eq(go_on(), 0);
	crew_start(&crew, 1, write_and_tell, NULL);
	while (!__atomic_load_n(&got, __ATOMIC_ACQUIRE)) {
		let_go += go_on();
		nap_us(1);
	}
	crew_join(&crew);
	cr_assert_geq(let_go, 1);
	others_can(&lock, go_on == go_on_read, false);
}

Test(rwlock, a_reader_lets_go_for_who_waits_and_only_then)
{
	read_lock(&lock);
	lets_go(go_on_read);
	read_unlock(&lock);
}

Test(rwlock, a_writer_lets_go_for_who_waits_and_only_then)
{
	write_lock(&lock);
	lets_go(go_on_write);
	write_unlock(&lock);
}

static void ten_seconds(void (*waiter)(void *arg, int index))
{
	struct crew crew;

	write_lock(&lock);
	crew_start(&crew, 1, waiter, NULL);
	wait_until(rwlock_is_contended(&lock));
	for (int hours = 1; !reports_count(); hours++) {
		clock_put_forward(3600 * hours);
		nap_ms(2);
	}
	clock_put_forward(0);
	expect_misuse("rwlock", "lockup suspected", &lock, KSYNC_HOLDER_NONE);
	cr_assert_not(__atomic_load_n(&got, __ATOMIC_ACQUIRE));
	write_unlock(&lock);
	crew_join(&crew);
	cr_assert_eq(got, 1);
	reports_forget();
}

Test(rwlock, ten_seconds_of_a_readers_wait_are_reported_and_go_on)
{
	ten_seconds(read_and_tell);
}

Test(rwlock, ten_seconds_of_a_writers_wait_are_reported_and_go_on)
{
	ten_seconds(write_and_tell);
}

/* ---- whose turn it is ---- */

static char order_log[8]; /* under lock, or by the last reader */
static int logged;

static void log_turn(char who)
{
	order_log[__atomic_fetch_add(&logged, 1, __ATOMIC_RELAXED)] = who;
}

static void write_turn(void *arg, int index)
{
	(void)arg;
	(void)index;
	write_lock(&lock);
	log_turn('w');
	write_unlock(&lock);
}

static void read_turn(void *arg, int index)
{
	(void)arg;
	(void)index;
	read_lock(&lock);
	log_turn('r');
	read_unlock(&lock);
}

/* Those who wait look again within a nap; on a busy machine some tries of the
 * test tell nothing, as somebody did not come for a millisecond. */
static bool order_is(void (*first)(void *arg, int index),
		     void (*second)(void *arg, int index), bool while_writing,
		     const char *order)
{
	struct crew a, b;

	logged = 0;
	memset(order_log, 0, sizeof(order_log));
	if (while_writing)
		write_lock(&lock);
	else
		read_lock(&lock);
	crew_start(&a, 1, first, NULL);
	wait_until(rwlock_is_contended(&lock));
	crew_start(&b, 1, second, NULL);
	nap_ms(3);
	cr_assert_eq(__atomic_load_n(&logged, __ATOMIC_RELAXED), 0);
	if (while_writing)
		write_unlock(&lock);
	else
		read_unlock(&lock);
	crew_join(&a);
	crew_join(&b);
	return strcmp(order_log, order) == 0;
}

static int times_in_order(void (*first)(void *arg, int index),
			  void (*second)(void *arg, int index),
			  bool while_writing, const char *order)
{
	int right = 0;

	for (int i = 0; i < 20; i++)
		right += order_is(first, second, while_writing, order);
	return right;
}

Test(rwlock_turns, a_writer_does_not_wait_for_readers_after_it)
{
	cr_assert_geq(times_in_order(write_turn, read_turn, false, "wr"), 12);
}

Test(rwlock_turns, a_reader_that_waits_for_a_writer_comes_before_the_next)
{
	cr_assert_geq(times_in_order(read_turn, write_turn, true, "rw"), 12);
}

/* Of readers that never come, so that it does not depend on who is quick. */
Test(rwlock_turns, a_writer_leaves_a_free_lock_to_readers_that_wait)
{
	long before = sleeps_here;

	for (int i = 0; i < 20 && sleeps_here == before; i++) {
		atomic_set(&lock.word, KSYNC__RW_READERS_WAIT);
		write_lock(&lock);
		write_unlock(&lock);
	}
	cr_assert_gt(sleeps_here, before);
}

Test(rwlock_turns, nobody_reads_by_trylock_before_a_writer_that_waits)
{
	struct crew crew;

	read_lock(&lock);
	crew_start(&crew, 1, write_turn, NULL);
	wait_until(rwlock_is_contended(&lock));
	cr_assert(rwlock_needbreak(&lock));
	others_can(&lock, false, false);
	read_unlock(&lock);
	crew_join(&crew);
	others_can(&lock, true, true);
	cr_assert_not(rwlock_is_contended(&lock));
}

static int over;

static void read_all_the_time(void *arg, int index)
{
	(void)arg;
	(void)index;
	while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE)) {
		read_lock(&lock);
		nap_us(200);
		read_unlock(&lock);
	}
}

/* There are always readers inside, if new ones may come. */
Test(rwlock_turns, a_writer_gets_in_between_readers_that_never_pause)
{
	struct crew crew;

	crew_start(&crew, 6, read_all_the_time, NULL);
	for (int i = 0; i < 30; i++) {
		write_lock(&lock);
		write_unlock(&lock);
	}
	__atomic_store_n(&over, 1, __ATOMIC_RELEASE);
	crew_join(&crew);
}

static void write_all_the_time(void *arg, int index)
{
	(void)arg;
	(void)index;
	while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE)) {
		write_lock(&lock);
		nap_us(200);
		write_unlock(&lock);
	}
}

static int rounds_done[3];

static void read_and_write_rounds(void *arg, int index)
{
	(void)arg;
	for (int i = 0; i < 20; i++) {
		if (index) {
			read_lock(&lock);
			read_unlock(&lock);
		} else {
			write_lock(&lock);
			write_unlock(&lock);
		}
		rounds_done[index]++;
	}
}

Test(rwlock_turns, readers_and_a_writer_get_in_between_writers_that_never_pause)
{
	struct crew crew;

	crew_start(&crew, 4, write_all_the_time, NULL);
	crew_run(3, read_and_write_rounds, NULL);
	__atomic_store_n(&over, 1, __ATOMIC_RELEASE);
	crew_join(&crew);
	for (int n = 0; n < 3; n++)
		cr_assert_eq(rounds_done[n], 20);
}

/* What a thread said that does not come: as if it had no processor, or was lost
 * in a fork. */
Test(rwlock_turns, what_is_reserved_for_who_does_not_come_lapses)
{
	atomic_t *word = &lock.word;

	atomic_set(word, KSYNC__RW_PENDING);
	read_lock(&lock);
	read_unlock(&lock);
	cr_assert_eq(atomic_read(word), 0);
	atomic_set(word, KSYNC__RW_READERS_WAIT);
	write_lock(&lock);
	write_unlock(&lock);
	cr_assert_eq(atomic_read(word), 0);
	/* A reader's claim, and a writer's. */
	for (u32 claim = 2; claim < 4; claim++) {
		lock.claim = claim;
		atomic_set(word, KSYNC__RW_READERS_WAIT);
		write_lock(&lock);
		write_unlock(&lock);
		cr_assert_eq(lock.claim, 0);
		cr_assert_eq(atomic_read(word), 0);
	}
	/* While others read, too. */
	lock.claim = 2;
	read_lock(&lock);
	logged = 0;
	{
		struct crew crew;

		crew_start(&crew, 1, write_turn, NULL);
		wait_until(atomic_read(word) & KSYNC__RW_PENDING);
		read_unlock(&lock);
		crew_join(&crew);
	}
	cr_assert_eq(logged, 1);
	cr_assert_eq(lock.claim, 0);
}

static void read_again_in_child(void *arg)
{
	(void)arg;
	must(rwlock_is_contended(&lock));
	read_unlock(&lock);
	read_lock(&lock);
	read_unlock(&lock);
	write_lock(&lock);
	write_unlock(&lock);
}

Test(rwlock_turns, a_forks_child_does_not_wait_for_the_writer_of_its_parent)
{
	struct crew crew;

	read_lock(&lock);
	crew_start(&crew, 1, write_turn, NULL);
	wait_until(rwlock_is_contended(&lock));
	child_succeeds(read_again_in_child, NULL);
	read_unlock(&lock);
	crew_join(&crew);
}

/* ---- several threads ---- */

static long shared, mirror; /* under lock */
static int writers, readers;

static void section(bool writes)
{
	if (writes) {
		must(__atomic_add_fetch(&writers, 1, __ATOMIC_RELAXED) == 1);
		must(!__atomic_load_n(&readers, __ATOMIC_RELAXED));
		shared++;
		mirror++;
		__atomic_sub_fetch(&writers, 1, __ATOMIC_RELAXED);
	} else {
		__atomic_add_fetch(&readers, 1, __ATOMIC_RELAXED);
		must(!__atomic_load_n(&writers, __ATOMIC_RELAXED));
		must(shared == mirror);
		__atomic_sub_fetch(&readers, 1, __ATOMIC_RELAXED);
	}
}

static void mixed_sections(void *arg, int index)
{
	const int *rounds = arg;
	unsigned long flags;

	for (int i = 0; i < *rounds; i++) {
		switch ((index + i) % 6) {
		case 0:
			write_lock(&lock);
			section(true);
			write_unlock(&lock);
			break;
		case 1:
			write_lock_irqsave(&lock, flags);
			section(true);
			write_unlock_irqrestore(&lock, flags);
			break;
		case 2:
			while (!write_trylock(&lock))
				nap_us(1);
			section(true);
			write_unlock(&lock);
			break;
		case 3:
			while (!read_trylock(&lock))
				nap_us(1);
			section(false);
			read_unlock(&lock);
			break;
		default:
			read_lock(&lock);
			section(false);
			read_unlock(&lock);
		}
	}
}

Test(rwlock, one_writer_or_readers_hold_it)
{
	int rounds = 3000;

	crew_run(4, mixed_sections, &rounds);
	must_have_held();
	cr_assert_eq(shared, 4 * rounds / 2);
	cr_assert(can_write(&lock));
}

Test(rwlock, of_many_threads_on_few_cores_too)
{
	int rounds = 60;

	crew_run(CREW_MAX, mixed_sections, &rounds);
	must_have_held();
	cr_assert_eq(shared, CREW_MAX * rounds / 2);
}

struct object {
	rwlock_t lock;
	atomic_t users;
};

static struct object *object;

static void leave_object(void *arg, int index)
{
	struct object *o = object;
	bool last;

	(void)arg;
	if (index % 2) {
		write_lock(&o->lock);
		last = atomic_dec_and_test(&o->users);
		write_unlock(&o->lock);
	} else {
		read_lock(&o->lock);
		last = atomic_dec_and_test(&o->users);
		read_unlock(&o->lock);
	}
	if (last) {
		/* Nobody may look at the lock any more. */
		memset(o, 0x5a, sizeof(*o));
		free(o);
	}
}

/* A reader that leaves last is the only one that is left: who writes is alone.
 */
Test(rwlock, the_last_user_may_free_it_after_unlock)
{
	for (struct effort e = effort(300, 400); effort_more(&e);) {
		object = malloc(sizeof(*object));
		rwlock_init(&object->lock);
		atomic_set(&object->users, 2);
		crew_run(2, leave_object, NULL);
	}
}

/* ---- guards ---- */

#define IN_SCOPE(class, reads)                           \
	do {                                             \
		int turns = 0;                           \
                                                         \
		scoped_guard(class, &lock) {             \
			others_can(&lock, reads, false); \
			turns++;                         \
		}                                        \
		cr_assert_eq(turns, 1, #class);          \
		others_can(&lock, true, true);           \
		scoped_guard(class, &lock)               \
			break;                           \
		others_can(&lock, true, true);           \
	} while (0)

Test(rwlock_guard, every_class_holds_in_its_scope)
{
	IN_SCOPE(read_lock, true);
	IN_SCOPE(read_lock_irq, true);
	IN_SCOPE(read_lock_irqsave, true);
	IN_SCOPE(write_lock, false);
	IN_SCOPE(write_lock_irq, false);
	IN_SCOPE(write_lock_irqsave, false);
}

Test(rwlock_guard, a_conditional_scope_is_skipped_if_the_lock_is_busy)
{
	int failed = 0, turns = 0;

	scoped_cond_guard(write_lock_try, failed++, &lock) {
		turns++;
		scoped_cond_guard(write_lock_try, failed++, &lock)
			turns += 100;
		scoped_cond_guard(read_lock_try, failed++, &lock)
			turns += 100;
		others_can(&lock, false, false);
	}
	scoped_cond_guard(read_lock_try, failed++, &lock)
		turns++;
	cr_assert_eq(turns, 2);
	cr_assert_eq(failed, 2);
	others_can(&lock, true, true);
}
