/* SPDX-License-Identifier: MIT */
/*
 * struct completion: units, for ever, results of every form, strict FIFO,
 * objects on the stack, and misuse.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <sys/mman.h>

#include <linux/completion.h>

#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/sched.h>

#include "support/process.h"
#include "support/report.h"
#include "support/threads.h"

#include "task/grant.h"

TestSuite(completion, .init = reports_take, .fini = reports_none);

static DECLARE_COMPLETION(done);

/* ---- one thread ---- */

Test(completion, is_at_most_eight_bytes)
{
	cr_assert(KSYNC_CHECKED || sizeof(struct completion) <= 8);
}

Test(completion, is_not_complete_at_first_however_it_was_made)
{
	DECLARE_COMPLETION_ONSTACK(on_stack);
	DECLARE_COMPLETION_ONSTACK_MAP(with_map, NULL);
	struct completion initialised = COMPLETION_INITIALIZER(initialised);
	struct completion c;

	memset(&c, 0xff, sizeof(c));
	init_completion(&c);
	cr_assert_not(completion_done(&c));
	cr_assert_not(try_wait_for_completion(&c));
	cr_assert_not(completion_done(&on_stack));
	cr_assert_not(completion_done(&with_map));
	cr_assert_not(completion_done(&initialised));
	cr_assert_not(completion_done(&done));
	memset(&c, 0xff, sizeof(c));
	init_completion_map(&c, NULL);
	cr_assert_not(completion_done(&c));
}

Test(completion, each_complete_lets_one_wait_go_also_a_later_one)
{
	for (int i = 0; i < 3; i++)
		complete(&done);
	wait_for_completion(&done);
	cr_assert(completion_done(&done));
	cr_assert(try_wait_for_completion(&done));
	wait_for_completion_io(&done);
	cr_assert_not(completion_done(&done));
	cr_assert_not(try_wait_for_completion(&done));
	complete_on_current_cpu(&done);
	cr_assert(try_wait_for_completion(&done));
	cr_assert_not(try_wait_for_completion(&done));
}

Test(completion, completion_done_takes_nothing)
{
	complete(&done);
	for (int i = 0; i < 3; i++)
		cr_assert(completion_done(&done));
	cr_assert(try_wait_for_completion(&done));
}

Test(completion, complete_all_is_for_ever_until_reinit)
{
	complete(&done);
	complete_all(&done);
	for (int i = 0; i < 1000; i++) {
		wait_for_completion(&done);
		cr_assert(try_wait_for_completion(&done));
		cr_assert(completion_done(&done));
	}
	complete(&done);
	cr_assert_eq(done.word, KSYNC__COMPLETION_ALL);
	complete_all(&done);
	cr_assert(completion_done(&done));
	reinit_completion(&done);
	cr_assert_not(completion_done(&done));
	cr_assert_not(try_wait_for_completion(&done));
	complete(&done);
	cr_assert(try_wait_for_completion(&done));
	cr_assert_not(try_wait_for_completion(&done));
}

Test(completion, reinit_drops_units_that_nobody_took)
{
	for (int i = 0; i < 3; i++)
		complete(&done);
	reinit_completion(&done);
	cr_assert_not(completion_done(&done));
	reinit_completion(&done);
	cr_assert_not(completion_done(&done));
}

Test(completion, so_many_units_that_it_is_complete_for_ever)
{
	done.word = KSYNC__COMPLETION_ALL - 2 * KSYNC__COMPLETION_UNIT;
	complete(&done);
	cr_assert(try_wait_for_completion(&done));
	cr_assert_eq(done.word,
		     KSYNC__COMPLETION_ALL - 2 * KSYNC__COMPLETION_UNIT);
	complete(&done);
	complete(&done);
	complete(&done);
	for (int i = 0; i < 100; i++)
		cr_assert(try_wait_for_completion(&done));
	cr_assert_eq(done.word, KSYNC__COMPLETION_ALL);
	cr_assert_eq(done.word >> 5, KSYNC_COMPLETION_MAX);
	reinit_completion(&done);
}

/* ---- results ---- */

Test(completion, every_form_succeeds_at_once_when_it_is_done)
{
	struct timespec past = { 0, 0 };

	ksync_task_kill(current);
	complete_all(&done);
	cr_assert_eq(wait_for_completion_interruptible(&done), 0);
	cr_assert_eq(wait_for_completion_killable(&done), 0);
	cr_assert_eq(wait_for_completion_state(&done, TASK_INTERRUPTIBLE), 0);
	cr_assert_eq(wait_for_completion_timeout(&done, 77), 77);
	cr_assert_eq(wait_for_completion_io_timeout(&done, 77), 77);
	cr_assert_eq(wait_for_completion_interruptible_timeout(&done, 77), 77);
	cr_assert_eq(wait_for_completion_killable_timeout(&done, 77), 77);
	cr_assert_eq(ksync_wait_for_completion_until(&done, &past), 0);
	cr_assert_eq(
		ksync_wait_for_completion_interruptible_until(&done, &past), 0);
	cr_assert_eq(ksync_wait_for_completion_killable_until(&done, &past), 0);
	cr_assert(ksync_task_clear_pending());
}

Test(completion, time_that_is_left_is_never_below_1)
{
	complete_all(&done);
	cr_assert_eq(wait_for_completion_timeout(&done, 0), 1);
	cr_assert_eq(wait_for_completion_io_timeout(&done, 0), 1);
	cr_assert_eq(wait_for_completion_interruptible_timeout(&done, 0), 1);
	cr_assert_eq(wait_for_completion_killable_timeout(&done, 0), 1);
	cr_assert_eq(wait_for_completion_timeout(&done, 1), 1);
}

Test(completion, time_is_over_with_0)
{
	long long begin = now_ms();

	cr_assert_eq(wait_for_completion_timeout(&done, 20), 0);
	cr_assert_geq(now_ms() - begin, 19);
	cr_assert_eq(wait_for_completion_timeout(&done, 0), 0);
	cr_assert_eq(wait_for_completion_io_timeout(&done, 1), 0);
	cr_assert_eq(wait_for_completion_interruptible_timeout(&done, 1), 0);
	cr_assert_eq(wait_for_completion_killable_timeout(&done, 1), 0);
	complete(&done);
	cr_assert(try_wait_for_completion(&done));
	cr_assert_not(try_wait_for_completion(&done));
}

Test(completion, until_ends_with_ETIME_and_refuses_a_bad_time)
{
	struct timespec past = { 1, 0 };
	struct timespec bad = { 1, 1000000000 };

	cr_assert_eq(ksync_wait_for_completion_until(&done, &past), -ETIME);
	cr_assert_eq(ksync_wait_for_completion_until(&done, &bad), -EINVAL);
	cr_assert_eq(ksync_wait_for_completion_interruptible_until(&done,
								   &past),
		     -ETIME);
	cr_assert_eq(ksync_wait_for_completion_killable_until(&done, &bad),
		     -EINVAL);
}

/* The kernel looks for a signal before it looks at the time. */
Test(completion, interrupt_ends_a_wait_with_ERESTARTSYS)
{
	ksync_task_interrupt(current);
	cr_assert_eq(wait_for_completion_interruptible(&done), -ERESTARTSYS);
	cr_assert_eq(wait_for_completion_interruptible_timeout(&done, 9),
		     -ERESTARTSYS);
	cr_assert_eq(wait_for_completion_interruptible_timeout(&done, 0),
		     -ERESTARTSYS);
	cr_assert_eq(wait_for_completion_state(&done, TASK_INTERRUPTIBLE),
		     -ERESTARTSYS);
	cr_assert_eq(wait_for_completion_killable_timeout(&done, 1), 0);
	cr_assert_eq(wait_for_completion_timeout(&done, 1), 0);
	ksync_task_kill(current);
	cr_assert_eq(wait_for_completion_killable(&done), -ERESTARTSYS);
	cr_assert_eq(wait_for_completion_killable_timeout(&done, 9),
		     -ERESTARTSYS);
	cr_assert_eq(wait_for_completion_state(&done, TASK_KILLABLE),
		     -ERESTARTSYS);
	cr_assert_eq(wait_for_completion_timeout(&done, 1), 0);
	cr_assert(ksync_task_clear_pending());
	cr_assert_eq(ERESTARTSYS, 512);
}

Test(completion, native_names_say_EINTR)
{
	ksync_task_kill(current);
	cr_assert_eq(ksync_wait_for_completion_interruptible(&done), -EINTR);
	cr_assert_eq(ksync_wait_for_completion_killable(&done), -EINTR);
	cr_assert_eq(ksync_wait_for_completion_interruptible_timeout(&done, 9),
		     -EINTR);
	cr_assert_eq(ksync_wait_for_completion_killable_timeout(&done, 9),
		     -EINTR);
	cr_assert_eq(ksync_wait_for_completion_state(&done,
						     KSYNC_TASK_KILLABLE),
		     -EINTR);
	cr_assert_eq(ksync_wait_for_completion_interruptible_until(&done, NULL),
		     -EINTR);
	cr_assert_eq(ksync_wait_for_completion_killable_until(&done, NULL),
		     -EINTR);
	cr_assert(ksync_task_clear_pending());
}

/* ---- waiters ---- */

static int waiters(struct completion *c)
{
	struct ksync_task *self = ksync__task_self();
	unsigned long word = ksync__waitq_lock(&c->word, self);
	struct ksync__waiter *w;
	int n = 0;

	if (word & KSYNC__WAITQ_VALUE)
		return 0;
	for (w = ksync__waitq_first(word); w; w = ksync__waitq_next(word, w))
		n++;
	ksync__waitq_unlock(&c->word, self, word);
	return n;
}

#define FORMS 13

/* 0 when it is done, in every form. */
static int wait_in_form(int form)
{
	struct timespec later = { now_ms() / 1000 + 100, 0 };
	unsigned long ages = 100 * HZ;
	long left;

	switch (form) {
	case 0:
		wait_for_completion(&done);
		return 0;
	case 1:
		wait_for_completion_io(&done);
		return 0;
	case 2:
		return wait_for_completion_interruptible(&done);
	case 3:
		return wait_for_completion_killable(&done);
	case 4:
		left = (long)wait_for_completion_timeout(&done, ages);
		break;
	case 5:
		left = (long)wait_for_completion_io_timeout(&done, ages);
		break;
	case 6:
		left = wait_for_completion_interruptible_timeout(&done, ages);
		break;
	case 7:
		left = wait_for_completion_killable_timeout(&done, ages);
		break;
	case 8:
		return ksync_wait_for_completion_until(&done, &later);
	case 9:
		return ksync_wait_for_completion_interruptible_until(&done,
								     NULL);
	case 10:
		return ksync_wait_for_completion_killable_until(&done, &later);
	case 11:
		return wait_for_completion_state(&done, TASK_UNINTERRUPTIBLE);
	default:
		left = (long)wait_for_completion_timeout(&done, ULONG_MAX);
		return left != MAX_SCHEDULE_TIMEOUT;
	}
	return left < 1 || left > (long)ages;
}

static void wait_once_in_form(void *arg, int index)
{
	(void)index;
	must(wait_in_form(*(int *)arg) == 0);
}

Test(completion, sleeper_of_every_form_is_let_go)
{
	for (int form = 0; form < FORMS; form++) {
		struct crew crew;

		crew_start(&crew, 1, wait_once_in_form, &form);
		wait_until(waiters(&done) == 1);
		if (form % 2)
			complete(&done);
		else
			complete_all(&done);
		crew_join(&crew);
		cr_assert_eq(completion_done(&done), form % 2 == 0);
		reinit_completion(&done);
	}
}

static int order[CREW_MAX];
static int arrived;
static int finished;

static void wait_in_turn(void *arg, int index)
{
	(void)arg;
	wait_until(__atomic_load_n(&arrived, __ATOMIC_ACQUIRE) == index);
	if (index)
		wait_until(waiters(&done) == index);
	__atomic_store_n(&arrived, index + 1, __ATOMIC_RELEASE);
	wait_for_completion(&done);
	order[__atomic_fetch_add(&finished, 1, __ATOMIC_ACQ_REL)] = index;
}

Test(completion, waiters_go_in_the_order_in_which_they_came)
{
	enum { N = 16 };
	struct crew crew;

	crew_start(&crew, N, wait_in_turn, NULL);
	wait_until(waiters(&done) == N);
	for (int i = 0; i < N; i++) {
		complete(&done);
		/* It is the first one's, whether that runs yet or not. */
		cr_assert_not(try_wait_for_completion(&done));
		wait_until(__atomic_load_n(&finished, __ATOMIC_ACQUIRE) ==
			   i + 1);
	}
	crew_join(&crew);
	for (int i = 0; i < N; i++)
		cr_assert_eq(order[i], i);
}

static void wait_once(void *arg, int index)
{
	(void)index;
	wait_for_completion(arg);
}

Test(completion, complete_all_lets_all_go_that_wait)
{
	struct crew crew;

	for (int i = 0; i < 20; i++) {
		crew_start(&crew, 16, wait_once, &done);
		wait_until(waiters(&done) == 16);
		complete_all(&done);
		crew_join(&crew);
		cr_assert(completion_done(&done));
		reinit_completion(&done);
	}
}

Test(completion, reinit_leaves_those_that_wait)
{
	struct crew crew;

	crew_start(&crew, 2, wait_once, &done);
	wait_until(waiters(&done) == 2);
	reinit_completion(&done);
	cr_assert_eq(waiters(&done), 2);
	complete_all(&done);
	crew_join(&crew);
}

static void wait_interruptibly(void *arg, int index)
{
	(void)index;
	__atomic_store_n((ksync_task_t **)arg, ksync_task_get(current),
			 __ATOMIC_RELEASE);
	must(wait_for_completion_interruptible(&done) == -ERESTARTSYS);
	ksync_task_clear_pending();
}

Test(completion, interrupt_ends_a_sleep_and_takes_no_unit)
{
	ksync_task_t *task = NULL;
	struct crew crew;

	crew_start(&crew, 1, wait_interruptibly, &task);
	wait_until(waiters(&done) == 1);
	ksync_task_interrupt(__atomic_load_n(&task, __ATOMIC_ACQUIRE));
	crew_join(&crew);
	ksync_task_put(task);
	cr_assert_eq(waiters(&done), 0);
	complete(&done);
	cr_assert(try_wait_for_completion(&done));
}

static struct {
	ksync_task_t *task;
	bool killable;
	int result;
} deaf;

static void wait_deaf(void *arg, int index)
{
	(void)arg;
	(void)index;
	__atomic_store_n(&deaf.task, ksync_task_get(current), __ATOMIC_RELEASE);
	if (deaf.killable)
		deaf.result = wait_for_completion_killable(&done);
	else
		wait_for_completion(&done);
	must(ksync_task_clear_pending());
}

Test(completion, kill_ends_a_killable_sleep_and_an_interrupt_does_not)
{
	for (int killable = 0; killable < 2; killable++) {
		struct crew crew;

		deaf.task = NULL;
		deaf.killable = killable;
		crew_start(&crew, 1, wait_deaf, NULL);
		wait_until(waiters(&done) == 1);
		ksync_task_interrupt(deaf.task);
		if (!killable)
			ksync_task_kill(deaf.task);
		nap_ms(20);
		cr_assert_eq(waiters(&done), 1);
		if (killable)
			ksync_task_kill(deaf.task);
		else
			complete(&done);
		crew_join(&crew);
		cr_assert_eq(deaf.result, killable ? -ERESTARTSYS : 0);
		ksync_task_put(deaf.task);
	}
	cr_assert_not(completion_done(&done));
}

static struct {
	long given;
	long got;
	long gave_up;
	bool end;
} books;

static void wait_with_little_patience(void *arg, int index)
{
	unsigned int dice = (unsigned int)index * 7919u + 1;

	(void)arg;
	while (!__atomic_load_n(&books.end, __ATOMIC_ACQUIRE)) {
		struct timespec at;
		int ret;

		dice = dice * 1664525u + 1013904223u;
		clock_gettime(CLOCK_MONOTONIC, &at);
		at.tv_nsec += (dice >> 8) % 60000;
		at.tv_sec += at.tv_nsec / 1000000000;
		at.tv_nsec %= 1000000000;
		if (dice >> 31)
			ksync_task_interrupt(current);
		ret = ksync_wait_for_completion_interruptible_until(&done, &at);
		ksync_task_clear_pending();
		must(ret == 0 || ret == -ETIME || ret == -EINTR);
		__atomic_fetch_add(ret ? &books.gave_up : &books.got, 1,
				   __ATOMIC_RELAXED);
		watchdog_feed();
	}
}

Test(completion, no_unit_is_lost_when_waiters_give_up_at_that_moment)
{
	struct crew crew;
	long left = 0;

	watchdog_start();
	crew_start(&crew, 8, wait_with_little_patience, NULL);
	for (struct effort e = effort(200000, 400); effort_more(&e);) {
		complete(&done);
		books.given++;
		if (e.rounds % 8 == 0)
			nap_us(20);
	}
	__atomic_store_n(&books.end, true, __ATOMIC_RELEASE);
	crew_join(&crew);
	watchdog_stop();
	while (try_wait_for_completion(&done))
		left++;
	cr_assert_eq(books.given, books.got + left);
	cr_assert_gt(books.gave_up, 0);
}

static void ping_pong(void *arg, int index)
{
	struct completion *pair = arg;

	for (struct effort e = effort(3000, 1000000); effort_more(&e);) {
		wait_for_completion(&pair[index % 2]);
		complete(&pair[!(index % 2)]);
		watchdog_feed();
	}
}

Test(completion, units_pass_between_64_threads)
{
	struct completion pair[2];

	init_completion(&pair[0]);
	init_completion(&pair[1]);
	for (int i = 0; i < 5; i++)
		complete(&pair[0]);
	watchdog_start();
	crew_run(CREW_MAX, ping_pong, pair);
	watchdog_stop();
	cr_assert_eq((pair[0].word >> 5) + (pair[1].word >> 5), 5);
}

/* ---- the object's end ---- */

struct once {
	struct completion *c;
	bool all;
};

static void complete_once(void *arg, int index)
{
	struct once *o = arg;
	struct completion *c = __atomic_load_n(&o->c, __ATOMIC_ACQUIRE);

	/* Not at all, or until it is queued. */
	if (index % 2)
		wait_until(waiters(c) == 1);
	if (__atomic_load_n(&o->all, __ATOMIC_RELAXED))
		complete_all(c);
	else
		complete(c);
}

/* Another access to it would be a fault. */
static void let_go_and_unmap(bool all, bool by_asking)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	for (int i = 0; i < 150; i++) {
		struct once o = { .all = all };
		struct crew crew;

		o.c = mmap(NULL, page, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		cr_assert_neq(o.c, MAP_FAILED);
		init_completion(o.c);
		crew_start(&crew, 1, complete_once, &o);
		if (by_asking)
			while (!completion_done(o.c))
				nap_us(1);
		else
			wait_for_completion(o.c);
		munmap(o.c, page);
		crew_join(&crew);
	}
}

Test(completion, who_was_let_go_may_unmap_it)
{
	let_go_and_unmap(false, false);
}

Test(completion, who_was_let_go_by_complete_all_may_unmap_it)
{
	let_go_and_unmap(true, false);
}

Test(completion, who_saw_that_it_is_done_may_unmap_it)
{
	let_go_and_unmap(false, true);
	let_go_and_unmap(true, true);
}

static void complete_when_queued(void *arg, int index)
{
	(void)index;
	wait_until(waiters(arg) == 1);
	complete(arg);
}

Test(completion, who_slept_and_was_let_go_may_leave_its_frame)
{
	for (int i = 0; i < 100; i++) {
		struct completion *c = malloc(sizeof(*c));
		struct crew crew;

		init_completion(c);
		crew_start(&crew, 1, complete_when_queued, c);
		wait_for_completion(c);
		memset(c, 0xff, sizeof(*c));
		free(c);
		crew_join(&crew);
	}
}

/* ---- misuse ---- */

Test(completion, initialised_while_somebody_waits)
{
	struct completion c;
	struct crew crew;

	memset(&c, 0, sizeof(c));
	init_completion(&c);
	crew_start(&crew, 1, wait_once, &c);
	wait_until(waiters(&c) == 1);
	if (KSYNC_CHECKED) {
		init_completion(&c);
		expect_misuse("completion", "initialised while somebody waits",
			      &c, KSYNC_HOLDER_NONE);
	}
	cr_assert_eq(waiters(&c), 1);
	complete(&c);
	crew_join(&crew);
}

Test(completion, initialised_again_when_nobody_waits)
{
	struct completion c;

	init_completion(&c);
	complete(&c);
	init_completion(&c);
	cr_assert_not(completion_done(&c));
}

/* ---- fork ---- */

static void use_in_child(void *arg)
{
	(void)arg;
	must(!completion_done(&done));
	must(wait_for_completion_timeout(&done, 1) == 0);
	complete(&done);
	must(try_wait_for_completion(&done));
	complete_all(&done);
	wait_for_completion(&done);
}

Test(completion, child_of_a_fork_finds_no_waiters_of_its_parent)
{
	struct crew crew;

	crew_start(&crew, 4, wait_once, &done);
	wait_until(waiters(&done) == 4);
	child_succeeds(use_in_child, NULL);
	complete_all(&done);
	crew_join(&crew);
}

static void has_units(void *arg)
{
	int n = *(int *)arg;

	while (n--)
		must(try_wait_for_completion(&done));
	must(!try_wait_for_completion(&done));
}

static void is_done_for_ever(void *arg)
{
	(void)arg;
	for (int i = 0; i < 100; i++)
		must(try_wait_for_completion(&done));
}

Test(completion, child_of_a_fork_finds_the_units_of_its_parent)
{
	int n = 3;

	for (int i = 0; i < n; i++)
		complete(&done);
	child_succeeds(has_units, &n);
	cr_assert(completion_done(&done));
	complete_all(&done);
	child_succeeds(is_done_for_ever, NULL);
}

/*
 * A thread may be on its way to the queue's lock, or from it, when the word is
 * of units already: the child clears what such a thread left, but not these.
 */
static struct {
	bool there;
	bool end;
} middle;

static void stand_in_the_middle(void *arg, int index)
{
	struct ksync_task *self = ksync__task_self();

	(void)arg;
	if (index)
		WRITE_ONCE(self->waits_on, &done.word);
	else
		WRITE_ONCE(self->has_locked, &done.word);
	WRITE_ONCE(middle.there, true);
	wait_until(READ_ONCE(middle.end));
	WRITE_ONCE(self->waits_on, NULL);
	WRITE_ONCE(self->has_locked, NULL);
}

Test(completion, child_of_a_fork_keeps_units_beside_a_thread_in_the_middle)
{
	struct crew crew;
	int n = 2;

	crew_start(&crew, 2, stand_in_the_middle, NULL);
	wait_until(READ_ONCE(middle.there));
	complete(&done);
	complete(&done);
	child_succeeds(has_units, &n);
	complete_all(&done);
	child_succeeds(is_done_for_ever, NULL);
	WRITE_ONCE(middle.end, true);
	crew_join(&crew);
}

static bool in_handler;
static bool may_fork;

static void fork_when_told(int signal)
{
	(void)signal;
	WRITE_ONCE(in_handler, true);
	wait_until(READ_ONCE(may_fork));
	fork_in_handler();
}

static bool told_to_end;

static void wait_and_fork(void *arg, int index)
{
	(void)arg;
	(void)index;
	wait_for_completion(&done);
	if (handlers_child == 0)
		end_handlers_child();
	WRITE_ONCE(told_to_end, true);
}

Test(completion, who_was_let_go_and_then_forked_is_let_go_in_the_child)
{
	struct crew crew;

	signal(SIGUSR1, fork_when_told);
	crew_start(&crew, 1, wait_and_fork, NULL);
	wait_until(waiters(&done) == 1);
	pthread_kill(crew.members[0].thread, SIGUSR1);
	wait_until(READ_ONCE(in_handler));
	complete(&done);
	WRITE_ONCE(may_fork, true);
	crew_join(&crew);
	cr_assert_eq(handlers_status, 0, "the child ended with status 0x%x",
		     handlers_status);
}

/* The same between the two halves of complete(). */
Test(completion, who_is_about_to_be_let_go_and_forks_is_let_go_in_the_child)
{
	struct ksync_task *self = ksync__task_self();
	struct ksync__grantee *w;
	struct crew crew;
	unsigned long word;

	signal(SIGUSR1, fork_when_told);
	crew_start(&crew, 1, wait_and_fork, NULL);
	wait_until(waiters(&done) == 1);
	pthread_kill(crew.members[0].thread, SIGUSR1);
	wait_until(READ_ONCE(in_handler));
	word = ksync__waitq_lock(&done.word, self);
	w = (struct ksync__grantee *)ksync__waitq_first(word);
	word = ksync__grant_unlink(word, w);
	ksync__waitq_unlock(&done.word, self, word);
	WRITE_ONCE(may_fork, true);
	wait_until(__atomic_load_n(&handlers_status, __ATOMIC_ACQUIRE) != -1);
	ksync__grant(w);
	crew_join(&crew);
	cr_assert_eq(handlers_status, 0, "the child ended with status 0x%x",
		     handlers_status);
}

static void wait_and_be_let_go(void *arg, int index)
{
	(void)arg;
	(void)index;
	wait_for_completion(&done);
	if (handlers_child == 0)
		end_handlers_child();
	WRITE_ONCE(told_to_end, true);
}

static void *complete_in_child(void *unused)
{
	must(waiters(&done) < 2);
	complete(&done);
	return unused;
}

static void fork_and_complete(int signal)
{
	pthread_t thread;

	(void)signal;
	fork_in_handler();
	if (handlers_child == 0)
		must(!pthread_create(&thread, NULL, complete_in_child, NULL));
}

Test(completion, who_waits_and_forks_waits_on_in_parent_and_child)
{
	struct crew crew;

	signal(SIGUSR1, fork_and_complete);
	crew_start(&crew, 2, wait_and_be_let_go, NULL);
	wait_until(waiters(&done) == 2);
	pthread_kill(crew.members[0].thread, SIGUSR1);
	wait_until(__atomic_load_n(&handlers_status, __ATOMIC_ACQUIRE) != -1);
	cr_assert_not(READ_ONCE(told_to_end));
	complete(&done);
	complete(&done);
	crew_join(&crew);
	cr_assert_eq(handlers_status, 0, "the child ended with status 0x%x",
		     handlers_status);
}
