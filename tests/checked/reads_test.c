/* SPDX-License-Identifier: MIT */
/*
 * The checked library: sections of reads that may fail, and what it says of
 * sequence counters (docs/seqlock.md, "misuse").
 */
#include <string.h>

#include <criterion/criterion.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/once.h>
#include <linux/seqlock.h>

#include "../support/process.h"
#include "../support/report.h"
#include "../support/threads.h"

static void take_all(void)
{
	reports_take();
	reports.of_life = true;
}

TestSuite(reads, .init = take_all, .fini = reports_none, .timeout = 60);

/* One report with these words, since the last look. */
#define expect_said(words)                                                     \
	do {                                                                   \
		cr_assert_eq(reports_count(), 1, "%d reports, not 1: %s",      \
			     reports_count(), words);                          \
		cr_assert(strstr(reports.kept[0].what, words), "reported: %s", \
			  reports.kept[0].what);                               \
		cr_assert(reports.kept[0].where);                              \
		reports_forget();                                              \
	} while (0)
#define expect_silence() \
	cr_assert_eq(reports_count(), 0, "reported: %s", reports.kept[0].what)

static seqcount_t count = SEQCNT_ZERO(count);
static DEFINE_SEQLOCK(sl);
static DEFINE_MUTEX(mutex);
static DEFINE_SPINLOCK(spin);
static seqcount_mutex_t of_mutex = SEQCNT_MUTEX_ZERO(of_mutex, &mutex);
static seqcount_spinlock_t of_spin = SEQCNT_SPINLOCK_ZERO(of_spin, &spin);

static __attribute__((noinline)) unsigned int look_and_forget(void)
{
	return read_seqcount_begin(&count);
}

static void look_properly(void)
{
	unsigned int seq;

	do {
		seq = read_seqcount_begin(&count);
	} while (read_seqcount_retry(&count, seq));
}

/* ---- a forgotten retry ---- */

Test(reads, a_section_that_is_begun_again_without_an_end)
{
	unsigned int seq = look_and_forget();

	expect_silence();
	seq = look_and_forget();
	expect_said("the section before was never ended");
	cr_assert_eq(reports.kept[0].object, &count);
	cr_assert_not(read_seqcount_retry(&count, seq));
	seq = look_and_forget();
	expect_silence();
	cr_assert_not(read_seqcount_retry(&count, seq));
}

Test(reads, sections_that_end_are_no_mistake)
{
	for (int i = 0; i < 100; i++) {
		unsigned int seq = look_and_forget();

		look_properly();
		cr_assert_not(read_seqcount_retry(&count, seq));
		cr_assert_not(read_seqcount_retry(&count, seq));
		seq = look_and_forget();
		ksync_read_seqcount_discard(&count);
	}
	expect_silence();
}

/* Deeper frames read the same, and end before this one does. */
static __attribute__((noinline)) long read_deeper(int depth)
{
	unsigned int seq = read_seqcount_begin(&count);
	long sum = depth ? read_deeper(depth - 1) : 0;

	must(!read_seqcount_retry(&count, seq));
	return sum + 1;
}

Test(reads, recursion_is_no_mistake)
{
	cr_assert_eq(read_deeper(100), 101);
	cr_assert_eq(read_deeper(3), 4);
	must_have_held();
	expect_silence();
}

static void read_in_handler(int signal)
{
	(void)signal;
	look_properly();
}

Test(reads, a_signal_handler_in_a_section_is_no_mistake)
{
	signal(SIGUSR1, read_in_handler);
	for (int i = 0; i < 3; i++) {
		unsigned int seq = read_seqcount_begin(&count);

		raise(SIGUSR1);
		cr_assert_not(read_seqcount_retry(&count, seq));
	}
	expect_silence();
}

Test(reads, raw_forms_are_not_looked_at)
{
	for (int i = 0; i < 3; i++) {
		cr_assert_eq(raw_read_seqcount_begin(&count), 0);
		cr_assert_eq(raw_seqcount_begin(&count), 0);
		cr_assert_eq(raw_read_seqcount(&count), 0);
	}
	expect_silence();
}

Test(reads, lockdep_off_is_not_looked_at)
{
	lockdep_off();
	for (int i = 0; i < 3; i++)
		cr_assert_eq(look_and_forget(), 0);
	lockdep_on();
	expect_silence();
}

static void forget_and_exit(void *arg, int index)
{
	(void)arg;
	(void)index;
	must(look_and_forget() == 0);
}

Test(reads, a_section_that_is_open_when_its_thread_exits)
{
	crew_run(1, forget_and_exit, NULL);
	expect_said("never ended when its reader exits");
}

static void leave_scopes(enum ss_state state)
{
	scoped_seqlock_read(&sl, state) break;
	scoped_seqlock_read(&sl, state) return;
}

Test(reads, a_scope_that_is_left_has_ended)
{
	for (int i = 0; i < 3; i++) {
		leave_scopes(ss_lockless);
		leave_scopes(ss_lock);
	}
	expect_silence();
}

/* ---- write sections ---- */

Test(reads, sleeping_in_a_write_section)
{
	write_seqcount_begin(&count);
	ksync_might_sleep();
	expect_said("may sleep where nobody may sleep");
	write_seqcount_end(&count);
	ksync_might_sleep();
	mutex_lock(&mutex);
	write_seqcount_begin(&of_mutex);
	ksync_might_sleep();
	expect_said("may sleep where nobody may sleep");
	write_seqcount_end(&of_mutex);
	ksync_might_sleep();
	mutex_unlock(&mutex);
	expect_silence();
}

Test(reads, a_reader_may_sleep)
{
	unsigned int seq = read_seqcount_begin(&count);

	ksync_might_sleep();
	cr_assert_not(read_seqcount_retry(&count, seq));
}

Test(reads, a_write_section_without_its_lock)
{
	write_seqcount_begin(&of_mutex);
	expect_said("asserted to be held");
	cr_assert_eq(reports.kept[0].object, &mutex);
	lockdep_off();
	write_seqcount_end(&of_mutex);
	lockdep_on();
	raw_write_seqcount_barrier(&of_spin);
	expect_said("asserted to be held");
	write_seqcount_invalidate(&of_spin);
	expect_said("asserted to be held");
	spin_lock(&spin);
	write_seqcount_begin(&of_spin);
	write_seqcount_end(&of_spin);
	spin_unlock(&spin);
}

Test(reads, a_write_section_of_who_only_reads_its_lock)
{
	static DEFINE_RWLOCK(rw);
	static seqcount_rwlock_t s = SEQCNT_RWLOCK_ZERO(s, &rw);

	read_lock(&rw);
	write_seqcount_invalidate(&s);
	expect_said("asserted to be held for writing");
	read_unlock(&rw);
	write_lock(&rw);
	write_seqcount_begin(&s);
	write_seqcount_end(&s);
	write_unlock(&rw);
}

static void end_the_others(void *arg, int index)
{
	(void)arg;
	(void)index;
	write_seqcount_end(&count);
}

Test(reads, a_section_that_another_thread_ends)
{
	write_seqcount_begin(&count);
	crew_run(1, end_the_others, NULL);
	expect_said("by a thread that does not hold it");
	write_seqcount_end(&count);
	look_properly();
}

static void exit_within(void *arg, int index)
{
	(void)arg;
	(void)index;
	write_seqcount_begin(&count);
}

Test(reads, a_writer_that_exits_in_its_section)
{
	crew_run(1, exit_within, NULL);
	expect_said("its holder exits");
}

static void read_own_section(void *arg)
{
	unsigned int seq;

	(void)arg;
	without_core();
	ksync_report_hook_set(NULL);
	write_seqcount_begin(&count);
	seq = read_seqcount_begin(&count);
	must(!read_seqcount_retry(&count, seq));
}

Test(reads, who_reads_in_its_own_write_section_is_told_at_once)
{
	child_aborts(read_own_section, NULL);
}

Test(reads, who_does_not_wait_may_read_in_its_own_write_section)
{
	unsigned int seq;

	write_seqcount_begin(&count);
	seq = raw_seqcount_begin(&count);
	cr_assert(read_seqcount_retry(&count, seq));
	write_seqcount_end(&count);
	expect_silence();
}

Test(reads, zeroed_memory_is_no_counter)
{
	static seqcount_t zero;
	unsigned int seq = read_seqcount_begin(&zero);

	expect_said("never initialised");
	cr_assert_not(read_seqcount_retry(&zero, seq));
}

/* ---- orders: a reader waits for a writer ---- */

Test(reads, a_lock_in_a_write_section_and_a_read_section_under_the_lock)
{
	static DEFINE_SPINLOCK(inner);
	static seqcount_t s = SEQCNT_ZERO(s);
	unsigned int seq;

	write_seqcount_begin(&s);
	spin_lock(&inner);
	spin_unlock(&inner);
	write_seqcount_end(&s);
	expect_silence();
	spin_lock(&inner);
	seq = read_seqcount_begin(&s);
	expect_said("in an order that can deadlock");
	spin_unlock(&inner);
	cr_assert_not(read_seqcount_retry(&s, seq));
}

/* Who reads holds nothing that others wait for. */
Test(reads, a_lock_in_a_read_section_and_a_write_section_under_the_lock)
{
	static DEFINE_SPINLOCK(inner);
	static seqcount_t s = SEQCNT_ZERO(s);
	unsigned int seq = read_seqcount_begin(&s);

	spin_lock(&inner);
	spin_unlock(&inner);
	cr_assert_not(read_seqcount_retry(&s, seq));
	spin_lock(&inner);
	write_seqcount_begin(&s);
	write_seqcount_end(&s);
	spin_unlock(&inner);
	expect_silence();
}

Test(reads, write_sections_of_one_class_nest_by_subclass)
{
	static seqcount_t two[2];

	for (int i = 0; i < 2; i++)
		seqcount_init(&two[i]);
	write_seqcount_begin(&two[0]);
	write_seqcount_begin_nested(&two[1], SINGLE_DEPTH_NESTING);
	write_seqcount_end(&two[1]);
	write_seqcount_end(&two[0]);
	expect_silence();
	write_seqcount_begin(&two[0]);
	write_seqcount_begin(&two[1]);
	expect_said("another lock of its class");
	write_seqcount_end(&two[1]);
	write_seqcount_end(&two[0]);
}

/* ---- once ---- */

static void take_mutex(void *arg)
{
	mutex_lock(arg);
	mutex_unlock(arg);
}

static void once_make(ksync_once_t *o)
{
	ksync_once_init(o); /* one place, one class */
}

Test(reads, a_lock_in_an_initialisation_and_the_initialisation_under_it)
{
	static DEFINE_MUTEX(inner);
	ksync_once_t first, second;

	once_make(&first);
	once_make(&second);
	cr_assert(ksync_once(&first, take_mutex, &inner));
	expect_silence();
	mutex_lock(&inner);
	cr_assert(ksync_once_begin(&second));
	expect_said("in an order that can deadlock");
	ksync_once_end(&second);
	mutex_unlock(&inner);
}

Test(reads, a_once_that_is_done_has_no_order)
{
	static DEFINE_MUTEX(inner);
	ksync_once_t o;

	once_make(&o);
	cr_assert(ksync_once(&o, take_mutex, &inner));
	mutex_lock(&inner);
	cr_assert_not(ksync_once(&o, take_mutex, &inner));
	mutex_unlock(&inner);
	expect_silence();
}

static void add_nothing(void)
{
}

static void may_sleep(void)
{
	ksync_might_sleep();
}

Test(reads, sleeping_in_a_function_of_do_once)
{
	cr_assert(DO_ONCE(may_sleep));
	expect_said("may sleep where nobody may sleep");
	cr_assert(DO_ONCE_SLEEPABLE(may_sleep));
	spin_lock(&spin);
	cr_assert(DO_ONCE(add_nothing));
	expect_silence();
	cr_assert(DO_ONCE_SLEEPABLE(add_nothing));
	expect_said("may sleep where nobody may sleep");
	spin_unlock(&spin);
}

/* ---- threads that wait for each other ---- */

static ksync_once_t crossed[2];
static int crossing;

static void told_and_gone(const struct ksync_report *report)
{
	if (strstr(report->what, "wait for each other"))
		_exit(0);
}

static void need_the_other(void *arg)
{
	int index = arg == &crossed[1];

	__atomic_add_fetch(&crossing, 1, __ATOMIC_RELEASE);
	wait_until(__atomic_load_n(&crossing, __ATOMIC_ACQUIRE) == 2);
	ksync_once(&crossed[!index], need_the_other, &crossed[!index]);
}

static void begin_own(void *arg, int index)
{
	(void)arg;
	ksync_once(&crossed[index], need_the_other, &crossed[index]);
}

static void begin_both(void *arg)
{
	ksync_report_hook_set(told_and_gone);
	crew_run(2, begin_own, arg);
	_exit(EXIT_FAILED);
}

Test(reads, initialisations_that_need_each_other)
{
	for (int i = 0; i < 2; i++)
		ksync_once_init(&crossed[i]);
	child_succeeds(begin_both, NULL);
}

static seqcount_t crossed_count = SEQCNT_ZERO(crossed_count);

static void write_or_read_crossed(void *arg, int index)
{
	(void)arg;
	if (index == 0) {
		write_seqcount_begin(&crossed_count);
		__atomic_store_n(&crossing, 1, __ATOMIC_RELEASE);
		wait_until(spin_is_locked(&spin));
		spin_lock(&spin);
		return;
	}
	wait_until(__atomic_load_n(&crossing, __ATOMIC_ACQUIRE));
	spin_lock(&spin);
	must(read_seqcount_begin(&crossed_count) == 0);
}

static void read_what_waits_for_us(void *arg)
{
	ksync_report_hook_set(told_and_gone);
	crew_run(2, write_or_read_crossed, arg);
	_exit(EXIT_FAILED);
}

Test(reads, a_reader_whose_writer_waits_for_it)
{
	child_succeeds(read_what_waits_for_us, NULL);
}
