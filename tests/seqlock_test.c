/* SPDX-License-Identifier: MIT */
/*
 * seqcount_t and its relatives, seqlock_t and seqcount_latch_t: what readers
 * are told, under every name; that writers wait for nobody; what is reported.
 */
#define _GNU_SOURCE
#include <criterion/criterion.h>

#include <sched.h>
#include <signal.h>
#include <sys/resource.h>

#include <linux/seqlock.h>

#include "support/clock.h"
#include "support/process.h"
#include "support/report.h"
#include "support/threads.h"

TestSuite(seqcount, .init = reports_take, .fini = reports_none);
TestSuite(seqcount_latch, .init = reports_take, .fini = reports_none);
TestSuite(seqlock, .init = reports_take, .fini = reports_none);
TestSuite(seqlock_guard, .init = reports_take, .fini = reports_none);

static seqcount_t count = SEQCNT_ZERO(count);
static DEFINE_SEQLOCK(sl);

static DEFINE_RAW_SPINLOCK(raw);
static DEFINE_SPINLOCK(spin);
static DEFINE_MUTEX(mutex);
static DEFINE_RWLOCK(rw);
static seqcount_rwlock_t of_rw = SEQCNT_RWLOCK_ZERO(of_rw, &rw);
static DEFINE_WW_CLASS(ww_class);
static struct ww_mutex ww;
static seqcount_ww_mutex_t of_ww = SEQCNT_WW_MUTEX_ZERO(of_ww, &ww);
static seqcount_raw_spinlock_t of_raw = SEQCNT_RAW_SPINLOCK_ZERO(of_raw, &raw);
static seqcount_spinlock_t of_spin = SEQCNT_SPINLOCK_ZERO(of_spin, &spin);
static seqcount_mutex_t of_mutex = SEQCNT_MUTEX_ZERO(of_mutex, &mutex);

/* A retry whose answer does not matter: the section ends. */
#define END(s, seq) ((void)!read_seqcount_retry(s, seq))

/* ---- a counter, one thread ---- */

Test(seqcount, is_four_bytes_and_eight_with_a_lock)
{
	if (KSYNC_CHECKED)
		return; /* there they have names, and are larger */
	cr_assert_eq(sizeof(seqcount_t), 4);
	cr_assert_eq(sizeof(seqcount_mutex_t), 4);
	cr_assert_eq(sizeof(seqcount_ww_mutex_t), 4);
	cr_assert_eq(sizeof(seqcount_rwlock_t), 4);
	cr_assert_eq(sizeof(seqcount_latch_t), 4);
	cr_assert_eq(sizeof(seqlock_t), 8);
}

Test(seqcount, init_makes_a_counter_at_rest)
{
	seqcount_t s;
	unsigned int seq;

	memset(&s, 0xff, sizeof(s));
	seqcount_init(&s);
	seq = read_seqcount_begin(&s);
	cr_assert_eq(seq, 0);
	cr_assert_not(read_seqcount_retry(&s, seq));
}

Test(seqcount, a_section_without_a_writer_is_whole)
{
	unsigned int seq = read_seqcount_begin(&count);

	cr_assert_eq(seq & 1, 0);
	cr_assert_not(read_seqcount_retry(&count, seq));
}

Test(seqcount, a_section_with_a_writer_in_it_is_read_again)
{
	unsigned int seq = read_seqcount_begin(&count);

	write_seqcount_begin(&count);
	write_seqcount_end(&count);
	cr_assert(read_seqcount_retry(&count, seq));
	seq = read_seqcount_begin(&count);
	cr_assert_not(read_seqcount_retry(&count, seq));
}

Test(seqcount, a_section_that_a_writer_is_still_in_is_read_again)
{
	unsigned int seq = read_seqcount_begin(&count);

	write_seqcount_begin(&count);
	cr_assert(read_seqcount_retry(&count, seq));
	write_seqcount_end(&count);
}

Test(seqcount, a_retry_may_be_asked_twice)
{
	unsigned int seq = read_seqcount_begin(&count);

	cr_assert_not(read_seqcount_retry(&count, seq));
	cr_assert_not(read_seqcount_retry(&count, seq));
	cr_assert_not(__read_seqcount_retry(&count, seq));
	write_seqcount_begin(&count);
	write_seqcount_end(&count);
	cr_assert(__read_seqcount_retry(&count, seq));
}

Test(seqcount, raw_read_seqcount_tells_of_a_writer)
{
	unsigned int seq = raw_read_seqcount(&count);

	cr_assert_eq(seq & 1, 0);
	END(&count, seq);
	write_seqcount_begin(&count);
	seq = raw_read_seqcount(&count);
	cr_assert_eq(seq & 1, 1);
	END(&count, seq);
	write_seqcount_end(&count);
}

Test(seqcount, raw_seqcount_begin_does_not_wait_and_its_section_fails)
{
	unsigned int seq;

	seq = raw_seqcount_begin(&count);
	cr_assert_not(read_seqcount_retry(&count, seq));
	write_seqcount_begin(&count);
	seq = raw_seqcount_begin(&count);
	cr_assert_eq(seq & 1, 0);
	cr_assert(read_seqcount_retry(&count, seq));
	write_seqcount_end(&count);
	cr_assert(read_seqcount_retry(&count, seq), "also after its end");
}

Test(seqcount, raw_seqcount_try_begin_says_whether_a_writer_writes)
{
	unsigned int seq = 77;

	cr_assert(raw_seqcount_try_begin(&count, seq));
	cr_assert_not(read_seqcount_retry(&count, seq));
	write_seqcount_begin(&count);
	cr_assert_not(raw_seqcount_try_begin(&count, seq));
	write_seqcount_end(&count);
}

Test(seqcount, raw_forms_are_the_same)
{
	unsigned int seq = raw_read_seqcount_begin(&count);

	raw_write_seqcount_begin(&count);
	cr_assert(read_seqcount_retry(&count, seq));
	raw_write_seqcount_end(&count);
	seq = raw_read_seqcount_begin(&count);
	cr_assert_not(read_seqcount_retry(&count, seq));
}

Test(seqcount, a_barrier_and_invalidate_fail_who_reads_and_let_others_read)
{
	unsigned int seq = read_seqcount_begin(&count);

	raw_write_seqcount_barrier(&count);
	cr_assert(read_seqcount_retry(&count, seq));
	seq = read_seqcount_begin(&count);
	write_seqcount_invalidate(&count);
	cr_assert(read_seqcount_retry(&count, seq));
	seq = read_seqcount_begin(&count);
	cr_assert_not(read_seqcount_retry(&count, seq));
}

Test(seqcount, nested_is_a_section_too)
{
	unsigned int seq = read_seqcount_begin(&count);

	write_seqcount_begin_nested(&count, SINGLE_DEPTH_NESTING);
	cr_assert(read_seqcount_retry(&count, seq));
	write_seqcount_end(&count);
}

Test(seqcount, what_is_discarded_needs_no_retry)
{
	for (int i = 0; i < 3; i++) {
		unsigned int seq = read_seqcount_begin(&count);

		cr_assert_eq(seq & 1, 0);
		ksync_read_seqcount_discard(&count);
	}
}

Test(seqcount, the_number_may_wrap)
{
	unsigned int seq;

	KSYNC_WRITE_ONCE(count.sequence, 0xfffffffeu);
	seq = read_seqcount_begin(&count);
	write_seqcount_begin(&count);
	write_seqcount_end(&count);
	cr_assert_eq(count.sequence, 0);
	cr_assert(read_seqcount_retry(&count, seq));
	seq = read_seqcount_begin(&count);
	cr_assert_not(read_seqcount_retry(&count, seq));
}

/* Each function, with a counter of this type that is under this lock. */
#define ALL_FUNCTIONS(s, lock, unlock)                          \
	do {                                                    \
		const __typeof__(*(s)) *only_read = (s);        \
		unsigned int seq;                               \
                                                                \
		lock;                                           \
		seq = read_seqcount_begin(only_read);           \
		cr_assert_not(read_seqcount_retry(s, seq));     \
		write_seqcount_begin(s);                        \
		seq = raw_seqcount_begin(only_read);            \
		cr_assert(read_seqcount_retry(only_read, seq)); \
		cr_assert_not(raw_seqcount_try_begin(s, seq));  \
		write_seqcount_end(s);                          \
		write_seqcount_begin_nested(s, 1);              \
		write_seqcount_end(s);                          \
		raw_write_seqcount_begin(s);                    \
		raw_write_seqcount_end(s);                      \
		seq = raw_read_seqcount_begin(s);               \
		raw_write_seqcount_barrier(s);                  \
		cr_assert(__read_seqcount_retry(s, seq));       \
		seq = raw_read_seqcount(s);                     \
		write_seqcount_invalidate(s);                   \
		cr_assert(__read_seqcount_retry(s, seq));       \
		cr_assert_eq(read_seqcount_begin(s), seq + 2);  \
		ksync_read_seqcount_discard(s);                 \
		unlock;                                         \
	} while (0)

Test(seqcount, every_function_takes_every_counter)
{
	seqcount_spinlock_t init_spin;
	seqcount_raw_spinlock_t init_raw;
	seqcount_mutex_t init_mutex;
	seqcount_ww_mutex_t init_ww;
	seqcount_rwlock_t init_rw;
	spinlock_t l;
	raw_spinlock_t r;
	struct mutex m;

	ALL_FUNCTIONS(&count, (void)0, (void)0);
	ALL_FUNCTIONS(&of_raw, raw_spin_lock(&raw), raw_spin_unlock(&raw));
	ALL_FUNCTIONS(&of_spin, spin_lock(&spin), spin_unlock(&spin));
	ALL_FUNCTIONS(&of_rw, write_lock(&rw), write_unlock(&rw));
	ww_mutex_init(&ww, &ww_class);
	ALL_FUNCTIONS(&of_ww, cr_assert_eq(ww_mutex_lock(&ww, NULL), 0),
		      ww_mutex_unlock(&ww));
	seqcount_ww_mutex_init(&init_ww, &ww);
	ALL_FUNCTIONS(&init_ww, cr_assert_eq(ww_mutex_lock(&ww, NULL), 0),
		      ww_mutex_unlock(&ww));
	seqcount_rwlock_init(&init_rw, &rw);
	ALL_FUNCTIONS(&init_rw, write_lock(&rw), write_unlock(&rw));
	ALL_FUNCTIONS(&of_mutex, mutex_lock(&mutex), mutex_unlock(&mutex));

	spin_lock_init(&l);
	raw_spin_lock_init(&r);
	mutex_init(&m);
	seqcount_spinlock_init(&init_spin, &l);
	seqcount_raw_spinlock_init(&init_raw, &r);
	seqcount_mutex_init(&init_mutex, &m);
	ALL_FUNCTIONS(&init_spin, spin_lock(&l), spin_unlock(&l));
	ALL_FUNCTIONS(&init_raw, raw_spin_lock(&r), raw_spin_unlock(&r));
	ALL_FUNCTIONS(&init_mutex, mutex_lock(&m), mutex_unlock(&m));
	ALL_FUNCTIONS(&sl.seqcount, spin_lock(&sl.lock), spin_unlock(&sl.lock));
}

Test(seqcount, arguments_are_evaluated_once)
{
	static seqcount_mutex_t several[4];
	seqcount_mutex_t *at = several;
	unsigned int seq, number = 0;
	int looked = 0;

	for (int i = 0; i < 4; i++)
		seqcount_mutex_init(&several[i], &mutex);
	mutex_lock(&mutex);
	write_seqcount_begin(at++);
	cr_assert_eq(at, several + 1);
	write_seqcount_end(--at);
	cr_assert_eq(at, several);
	seq = read_seqcount_begin(at++);
	cr_assert_not(read_seqcount_retry(--at, seq + number++));
	cr_assert_eq(number, 1);
	cr_assert(raw_seqcount_try_begin(&several[looked++], seq));
	END(&several[0], seq);
	cr_assert_eq(looked, 1);
	mutex_unlock(&mutex);
}

/* ---- copies ---- */

#define COPIES(type, ...)                                                     \
	do {                                                                  \
		static type shared_;                                          \
		type before_ = __VA_ARGS__, after_;                           \
                                                                              \
		memset(&after_, 0, sizeof(after_));                           \
		ksync_seqcount_copy_in(&shared_, &before_);                   \
		cr_assert_eq(memcmp(&shared_, &before_, sizeof(before_)), 0); \
		ksync_seqcount_copy_out(&after_, (const type *)&shared_);     \
		cr_assert_eq(memcmp(&after_, &before_, sizeof(before_)), 0);  \
	} while (0)

struct odd {
	char bytes[7];
};
struct shorts {
	short s[3];
};
struct ints {
	int i[5];
};
struct mixed {
	long long l;
	void *p;
	double d;
	char c;
};
struct wide {
	char bytes[48];
} __attribute__((aligned(16)));

Test(seqcount, copies_are_whole_for_types_of_any_size)
{
	COPIES(char, 'x');
	COPIES(int, 12345);
	COPIES(double, 1.5);
	COPIES(struct odd, { "sixsix" });
	COPIES(struct shorts, { { 1, 2, 3 } });
	COPIES(struct ints, { { 1, 2, 3, 4, 5 } });
	COPIES(struct wide, { "wide" });
	{
		struct mixed a, b;
		static struct mixed shared;

		memset(&a, 0x3c, sizeof(a));
		memset(&b, 0, sizeof(b));
		ksync_seqcount_copy_in(&shared, &a);
		ksync_seqcount_copy_out(&b, &shared);
		cr_assert_eq(memcmp(&a, &b, sizeof(a)), 0);
	}
}

/* ---- a latch ---- */

static seqcount_latch_t latch = SEQCNT_LATCH_ZERO(latch);

Test(seqcount_latch, readers_are_sent_to_the_copy_that_nobody_writes)
{
	unsigned int seq = read_seqcount_latch(&latch);

	cr_assert_eq(seq & 1, 0);
	write_seqcount_latch_begin(&latch);
	cr_assert(read_seqcount_latch_retry(&latch, seq));
	seq = read_seqcount_latch(&latch);
	cr_assert_eq(seq & 1, 1);
	cr_assert_not(read_seqcount_latch_retry(&latch, seq));
	write_seqcount_latch(&latch);
	cr_assert(read_seqcount_latch_retry(&latch, seq));
	seq = read_seqcount_latch(&latch);
	cr_assert_eq(seq & 1, 0);
	cr_assert_not(read_seqcount_latch_retry(&latch, seq));
	write_seqcount_latch_end(&latch);
	cr_assert_not(read_seqcount_latch_retry(&latch, seq));
}

Test(seqcount_latch, raw_forms_are_the_same)
{
	seqcount_latch_t l;
	unsigned int seq;

	seqcount_latch_init(&l);
	seq = raw_read_seqcount_latch(&l);
	raw_write_seqcount_latch(&l);
	cr_assert(raw_read_seqcount_latch_retry(&l, seq));
	raw_write_seqcount_latch(&l);
	cr_assert_eq(raw_read_seqcount_latch(&l), seq + 2);
	cr_assert_not(raw_read_seqcount_latch_retry(&l, seq + 2));
}

Test(seqcount_latch, steps_out_of_order_are_reported)
{
	write_seqcount_latch(&latch);
	expect_misuse("seqcount", "had not begun", &latch, KSYNC_HOLDER_NONE);
	write_seqcount_latch_begin(&latch);
	write_seqcount_latch_begin(&latch);
	expect_misuse("seqcount", "in a write section", &latch,
		      KSYNC_HOLDER_NONE);
	write_seqcount_latch_end(&latch);
	expect_misuse("seqcount", "in a write section", &latch,
		      KSYNC_HOLDER_NONE);
}

static struct pair {
	long a, b;
} copies[2];
static volatile sig_atomic_t handled;

static void read_latch(int signal)
{
	struct pair seen;
	unsigned int seq;

	(void)signal;
	do {
		seq = read_seqcount_latch(&latch);
		ksync_seqcount_copy_out(&seen, &copies[seq & 1]);
	} while (read_seqcount_latch_retry(&latch, seq));
	must(seen.a == seen.b);
	handled = 1;
}

Test(seqcount_latch, a_signal_handler_reads_what_its_thread_is_writing)
{
	struct pair next;

	signal(SIGUSR1, read_latch);
	for (long n = 1; n < 4; n++) {
		next = (struct pair){ n, n };
		write_seqcount_latch_begin(&latch);
		copies[0].a = n;
		handled = 0;
		raise(SIGUSR1);
		cr_assert(handled);
		copies[0].b = n;
		write_seqcount_latch(&latch);
		copies[1].a = n;
		raise(SIGUSR1);
		ksync_seqcount_copy_in(&copies[1], &next);
		write_seqcount_latch_end(&latch);
		raise(SIGUSR1);
	}
	must_have_held();
}

/* ---- a seqlock, one thread ---- */

Test(seqlock, init_makes_a_free_lock)
{
	seqlock_t s;
	seqlock_t t = __SEQLOCK_UNLOCKED(t);

	memset(&s, 0xff, sizeof(s));
	seqlock_init(&s);
	cr_assert_not(spin_is_locked(&s.lock));
	cr_assert_not(spin_is_locked(&t.lock));
	cr_assert_eq(s.seqcount.seqcount.sequence, 0);
	cr_assert_eq(t.seqcount.seqcount.sequence, 0);
}

#define WRITES(take, release)                                     \
	do {                                                      \
		unsigned int seq = read_seqbegin(&sl);            \
                                                                  \
		cr_assert_not(read_seqretry(&sl, seq));           \
		take;                                             \
		cr_assert(spin_is_locked(&sl.lock), #take);       \
		cr_assert(read_seqretry(&sl, seq), #take);        \
		release;                                          \
		cr_assert_not(spin_is_locked(&sl.lock), #take);   \
		cr_assert(read_seqretry(&sl, seq), #take);        \
		seq = read_seqbegin(&sl);                         \
		cr_assert_not(read_seqretry(&sl, seq), #release); \
	} while (0)

Test(seqlock, every_write_form_locks_and_fails_readers)
{
	unsigned long flags;

	WRITES(write_seqlock(&sl), write_sequnlock(&sl));
	WRITES(write_seqlock_irq(&sl), write_sequnlock_irq(&sl));
	WRITES(write_seqlock_bh(&sl), write_sequnlock_bh(&sl));
	WRITES(write_seqlock_irqsave(&sl, flags),
	       write_sequnlock_irqrestore(&sl, flags));
}

#define EXCLUDES(take, release)                                 \
	do {                                                    \
		unsigned int seq = read_seqbegin(&sl);          \
                                                                \
		take;                                           \
		cr_assert(spin_is_locked(&sl.lock), #take);     \
		cr_assert_not(read_seqretry(&sl, seq),          \
			      "%s fails"                        \
			      " a reader",                      \
			      #take);                           \
		release;                                        \
		cr_assert_not(spin_is_locked(&sl.lock), #take); \
	} while (0)

Test(seqlock, every_exclusive_read_form_locks_and_fails_no_reader)
{
	unsigned long flags;

	EXCLUDES(read_seqlock_excl(&sl), read_sequnlock_excl(&sl));
	EXCLUDES(read_seqlock_excl_irq(&sl), read_sequnlock_excl_irq(&sl));
	EXCLUDES(read_seqlock_excl_bh(&sl), read_sequnlock_excl_bh(&sl));
	EXCLUDES(read_seqlock_excl_irqsave(&sl, flags),
		 read_sequnlock_excl_irqrestore(&sl, flags));
}

static void write_once(void)
{
	write_seqlock(&sl);
	write_sequnlock(&sl);
}

Test(seqlock, begin_or_lock_reads_without_and_then_with_the_lock)
{
	int seq, next = 0, passes = 0;

	do {
		seq = next;
		read_seqbegin_or_lock(&sl, &seq);
		cr_assert_eq(spin_is_locked(&sl.lock), passes == 1);
		cr_assert_eq(seq & 1, passes == 1);
		if (!passes++)
			write_once();
		next = 1;
	} while (need_seqretry(&sl, seq));
	cr_assert_eq(passes, 2);
	done_seqretry(&sl, seq);
	cr_assert_not(spin_is_locked(&sl.lock));
}

Test(seqlock, begin_or_lock_irqsave_is_the_same)
{
	int seq, next = 0, passes = 0;
	unsigned long flags;

	do {
		seq = next;
		flags = read_seqbegin_or_lock_irqsave(&sl, &seq);
		cr_assert_eq(spin_is_locked(&sl.lock), passes == 1);
		if (!passes++)
			write_once();
		next = 1;
	} while (need_seqretry(&sl, seq));
	cr_assert_eq(passes, 2);
	done_seqretry_irqrestore(&sl, seq, flags);
	cr_assert_not(spin_is_locked(&sl.lock));
}

Test(seqlock, begin_or_lock_takes_no_lock_if_nobody_writes)
{
	int seq = 0;

	read_seqbegin_or_lock(&sl, &seq);
	cr_assert_not(need_seqretry(&sl, seq));
	done_seqretry(&sl, seq);
	cr_assert_not(spin_is_locked(&sl.lock));
}

/* ---- scopes ---- */

static const enum ss_state all_states[] = { ss_lockless, ss_lock,
					    ss_lock_irqsave };

Test(seqlock_guard, a_scope_that_nobody_disturbs_runs_once_without_the_lock)
{
	for (int i = 0; i < 3; i++) {
		int passes = 0;

		scoped_seqlock_read(&sl, all_states[i])
		{
			cr_assert_not(spin_is_locked(&sl.lock));
			passes++;
		}
		cr_assert_eq(passes, 1);
	}
}

Test(seqlock_guard, a_scope_that_was_disturbed_runs_again_in_its_way)
{
	for (int i = 0; i < 3; i++) {
		int passes = 0;

		scoped_seqlock_read(&sl, all_states[i])
		{
			bool locked = passes && all_states[i] != ss_lockless;

			cr_assert_eq(spin_is_locked(&sl.lock), locked);
			if (passes++ < 2 && !locked)
				write_once();
		}
		cr_assert_eq(passes, i ? 2 : 3);
		cr_assert_not(spin_is_locked(&sl.lock));
	}
}

static int leave_scope(enum ss_state state, int at)
{
	int passes = 0;

	scoped_seqlock_read(&sl, state)
	{
		if (passes++ == at)
			return passes;
		write_once();
	}
	return 0;
}

Test(seqlock_guard, a_scope_may_be_left_in_any_pass)
{
	for (int i = 0; i < 3; i++) {
		int passes = 0;

		for (int at = 0; at < 2; at++) {
			cr_assert_eq(leave_scope(all_states[i], at), at + 1);
			cr_assert_not(spin_is_locked(&sl.lock));
		}
		scoped_seqlock_read(&sl, all_states[i])
		{
			if (passes++)
				break;
			write_once();
		}
		cr_assert_not(spin_is_locked(&sl.lock));
	}
}

Test(seqlock_guard, scopes_nest)
{
	static DEFINE_SEQLOCK(other);
	int passes = 0;

	scoped_seqlock_read(&sl, ss_lock)
		scoped_seqlock_read(&other, ss_lockless) passes++;
	cr_assert_eq(passes, 1);
}

#define GUARDS(class)                                            \
	do {                                                     \
		unsigned int seq = read_seqbegin(&sl);           \
                                                                 \
		{                                                \
			guard(class)(&sl);                       \
			cr_assert(spin_is_locked(&sl.lock));     \
		}                                                \
		cr_assert_not(spin_is_locked(&sl.lock), #class); \
		disturbed = read_seqretry(&sl, seq);             \
	} while (0)

Test(seqlock_guard, guards_hold_to_the_end_of_the_block)
{
	bool disturbed;

	GUARDS(write_seqlock);
	cr_assert(disturbed);
	GUARDS(write_seqlock_irq);
	cr_assert(disturbed);
	GUARDS(write_seqlock_bh);
	cr_assert(disturbed);
	GUARDS(write_seqlock_irqsave);
	cr_assert(disturbed);
	GUARDS(read_seqlock_excl);
	cr_assert_not(disturbed);
}

/* ---- misuse ---- */

Test(seqcount, an_end_without_a_beginning_is_reported_and_fails_readers)
{
	unsigned int seq = read_seqcount_begin(&count);

	write_seqcount_end(&count);
	cr_assert_eq(reports_count(), 1);
	cr_assert_str_eq(reports.kept[0].type, "seqcount");
	cr_assert_eq(reports.kept[0].object, &count);
	reports_forget();
	raw_write_seqcount_end(&count);
	expect_misuse("seqcount", "had not begun", &count, KSYNC_HOLDER_NONE);
	cr_assert(read_seqcount_retry(&count, seq));
	seq = read_seqcount_begin(&count);
	cr_assert_not(read_seqcount_retry(&count, seq));
}

Test(seqcount, a_section_in_a_section_is_reported_and_readers_stay_out)
{
	unsigned int seq = read_seqcount_begin(&count);

	write_seqcount_begin(&count);
	write_seqcount_begin(&count);
	expect_misuse("seqcount", "written in a write section", &count,
		      KSYNC_CHECKED ? ksync__gettid() : KSYNC_HOLDER_NONE);
	raw_write_seqcount_begin(&count);
	expect_misuse("seqcount", "written in a write section", &count,
		      KSYNC_CHECKED ? ksync__gettid() : KSYNC_HOLDER_NONE);
	cr_assert(read_seqcount_retry(&count, seq));
	cr_assert_not(raw_seqcount_try_begin(&count, seq));
	write_seqcount_end(&count);
	seq = read_seqcount_begin(&count);
	cr_assert_not(read_seqcount_retry(&count, seq));
}

static int got;

static void read_and_tell(void *arg, int index)
{
	unsigned int seq;

	(void)arg;
	(void)index;
	do {
		seq = read_seqcount_begin(&count);
	} while (read_seqcount_retry(&count, seq));
	__atomic_store_n(&got, 1, __ATOMIC_RELEASE);
}

Test(seqcount, ten_seconds_of_waiting_are_reported_and_go_on)
{
	int writer = KSYNC_CHECKED ? ksync__gettid() : KSYNC_HOLDER_NONE;
	struct crew crew;

	write_seqcount_begin(&count);
	crew_start(&crew, 1, read_and_tell, NULL);
	/* It may not have begun to wait when the clock is set: again, then. */
	for (long hours = 1; !reports_count(); hours++) {
		if (hours > 20000)
			stuck("no report", __FILE__, __LINE__);
		clock_put_forward(3600 * hours);
		nap_ms(2);
	}
	clock_put_forward(0);
	expect_misuse("seqcount", "waited for 10 seconds", &count, writer);
	cr_assert_not(__atomic_load_n(&got, __ATOMIC_ACQUIRE));
	write_seqcount_end(&count);
	crew_join(&crew);
	cr_assert_eq(got, 1);
}

Test(seqcount, a_writer_that_goes_on_writing_is_no_lockup)
{
	struct crew crew;

	write_seqcount_begin(&count);
	crew_start(&crew, 2, read_and_tell, NULL);
	for (int hours = 1; hours <= 12; hours++) {
		nap_ms(2);
		KSYNC_WRITE_ONCE(count.sequence, count.sequence + 2);
		clock_put_forward(3600 * hours);
	}
	clock_put_forward(0);
	write_seqcount_end(&count);
	crew_join(&crew);
	/* One that looked only before and after a step saw it change. */
	cr_assert_eq(reports_count(), 0);
}

/* ---- several threads ---- */

static struct pair shared;
static int stop;
static long reads, writes;

#define UNTIL_STOPPED while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE))

static void write_pairs(void)
{
	struct effort e = effort(20000, 300);
	long n = 0;

	while (effort_more(&e)) {
		struct pair next = { n + 1, -n - 1 };

		write_seqlock(&sl);
		ksync_seqcount_copy_in(&shared, &next);
		write_sequnlock(&sl);
		if (!(++n % 64))
			sched_yield();
	}
	__atomic_fetch_add(&writes, n, __ATOMIC_RELAXED);
	__atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
}

static void read_pairs(int how)
{
	long done = 0;

	UNTIL_STOPPED
	{
		struct pair seen;

		if (how < 3) {
			scoped_seqlock_read(&sl, all_states[how])
				ksync_seqcount_copy_out(&seen, &shared);
		} else {
			unsigned int seq;

			do {
				seq = read_seqbegin(&sl);
				seen.a = READ_ONCE(shared.a);
				seen.b = READ_ONCE(shared.b);
			} while (read_seqretry(&sl, seq));
		}
		must(seen.a == -seen.b);
		done++;
	}
	__atomic_fetch_add(&reads, done, __ATOMIC_RELAXED);
}

static void write_or_read(void *arg, int index)
{
	const int *writers = arg;

	if (index < *writers)
		write_pairs();
	else
		read_pairs((index - *writers) % 4);
}

Test(seqlock, what_is_read_is_whole)
{
	int writers = 1;

	crew_run(5, write_or_read, &writers);
	cr_assert_gt(writes, 0);
}

Test(seqlock, what_many_threads_read_on_few_cores_is_whole)
{
	int writers = 2;

	crew_run(24, write_or_read, &writers);
	cr_assert_gt(writes, 0);
}

/* Readers that read all the time: the writer waits for none of them. */
static void only_read(void *arg, int index)
{
	(void)arg;
	(void)index;
	UNTIL_STOPPED
	{
		unsigned int seq = read_seqcount_begin(&count);

		(void)!read_seqcount_retry(&count, seq);
	}
}

Test(seqcount, a_writer_waits_for_no_reader)
{
	struct crew crew;
	unsigned int seq = read_seqcount_begin(&count);

	crew_start(&crew, 4, only_read, NULL);
	for (int n = 0; n < 1000; n++) {
		write_seqcount_begin(&count);
		write_seqcount_end(&count);
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
	crew_join(&crew);
	cr_assert(read_seqcount_retry(&count, seq));
	cr_assert_eq(read_seqcount_begin(&count), 2000);
	ksync_read_seqcount_discard(&count);
}

/*
 * A writer lost its processor: it sleeps in its section. Its reader, meanwhile,
 * must not use one up.
 */
static long reader_cpu_us;

static void read_and_count(void *arg, int index)
{
	struct rusage usage;

	read_and_tell(arg, index);
	getrusage(RUSAGE_THREAD, &usage);
	reader_cpu_us =
		usage.ru_utime.tv_sec * 1000000 + usage.ru_utime.tv_usec +
		usage.ru_stime.tv_sec * 1000000 + usage.ru_stime.tv_usec;
}

Test(seqcount, a_reader_naps_while_its_writer_does_not_run)
{
	struct crew crew;

	raw_write_seqcount_begin(&count);
	crew_start(&crew, 1, read_and_count, NULL);
	nap_ms(400);
	raw_write_seqcount_end(&count);
	crew_join(&crew);
	cr_assert_lt(reader_cpu_us, 200000, "%ld us of 400 ms", reader_cpu_us);
}

/*
 * The reader has a realtime class, and shares its only processor with the
 * writer, which has not: the writer gets on.
 */
static int written;

static void on_one_processor(void)
{
	cpu_set_t one;
	int cpu = sched_getcpu();

	CPU_ZERO(&one);
	CPU_SET(cpu < 0 ? 0 : cpu, &one);
	(void)sched_setaffinity(0, sizeof(one), &one);
}

static void write_slowly_or_read_first(void *arg, int index)
{
	struct sched_param high = { .sched_priority = 1 };

	if (index == 0) {
		raw_write_seqcount_begin(&count);
		__atomic_store_n(&written, 1, __ATOMIC_RELEASE);
		for (volatile long n = 0; n < 3000000; n++)
			;
		raw_write_seqcount_end(&count);
		return;
	}
	wait_until(__atomic_load_n(&written, __ATOMIC_ACQUIRE));
	must(sched_setscheduler(0, SCHED_FIFO, &high) == 0);
	read_and_tell(arg, index);
}

Test(seqcount, a_realtime_reader_lets_a_writer_below_it_go_on)
{
	struct sched_param high = { .sched_priority = 1 };
	struct sched_param none = { .sched_priority = 0 };

	if (sched_setscheduler(0, SCHED_FIFO, &high))
		cr_skip_test("SCHED_FIFO is not allowed here");
	sched_setscheduler(0, SCHED_OTHER, &none);
	on_one_processor();
	crew_run(2, write_slowly_or_read_first, NULL);
	cr_assert_eq(got, 1);
}

/* ---- fork ---- */

static void child_ends_the_section(void *arg)
{
	unsigned int seq;

	(void)arg;
	write_sequnlock(&sl);
	seq = read_seqbegin(&sl);
	must(!read_seqretry(&sl, seq));
	write_once();
}

Test(seqlock, a_fork_in_a_write_section_leaves_both_in_it)
{
	write_seqlock(&sl);
	child_succeeds(child_ends_the_section, NULL);
	write_sequnlock(&sl);
	write_once();
}

static int forked;

static void stay_in_section(void *arg, int index)
{
	(void)arg;
	(void)index;
	raw_write_seqcount_begin(&count);
	__atomic_store_n(&written, 1, __ATOMIC_RELEASE);
	wait_until(__atomic_load_n(&forked, __ATOMIC_ACQUIRE));
	raw_write_seqcount_end(&count);
}

static void child_is_told(void *arg)
{
	struct crew crew;

	(void)arg;
	crew_start(&crew, 1, read_and_tell, NULL);
	for (long hours = 1; !reports_count(); hours++) {
		if (hours > 20000)
			stuck("no report", __FILE__, __LINE__);
		clock_put_forward(3600 * hours);
		nap_ms(2);
	}
	must(report_is(reports.kept, KSYNC_REPORT_MISUSE, "seqcount",
		       "waited for 10 seconds", &count, KSYNC_HOLDER_NONE));
	/* What the program can do. */
	seqcount_init(&count);
	crew_join(&crew);
	must(got == 1);
}

Test(seqcount, a_child_without_its_writer_is_told)
{
	struct crew crew;

	crew_start(&crew, 1, stay_in_section, NULL);
	wait_until(__atomic_load_n(&written, __ATOMIC_ACQUIRE));
	child_succeeds(child_is_told, NULL);
	__atomic_store_n(&forked, 1, __ATOMIC_RELEASE);
	crew_join(&crew);
}
