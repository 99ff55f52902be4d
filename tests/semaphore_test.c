/* SPDX-License-Identifier: MIT */
/*
 * struct semaphore: units, results, strict FIFO, units that are not lost, and
 * misuse.
 */
#include <criterion/criterion.h>

#include <stdlib.h>

#include <linux/semaphore.h>

#include <linux/errno.h>
#include <linux/sched.h>

#include "support/process.h"
#include "support/report.h"
#include "support/threads.h"

#include "task/waitq.h"

TestSuite(semaphore, .init = reports_take, .fini = reports_none);

static DEFINE_SEMAPHORE(sem, 0);

/* ---- one thread ---- */

Test(semaphore, is_at_most_sixteen_bytes)
{
	cr_assert(KSYNC_CHECKED || sizeof(struct semaphore) <= 16);
}

Test(semaphore, holds_as_many_units_as_it_was_given)
{
	struct semaphore s;

	memset(&s, 0xff, sizeof(s));
	sema_init(&s, 3);
	for (int i = 0; i < 3; i++)
		cr_assert_eq(down_trylock(&s), 0);
	cr_assert_eq(down_trylock(&s), 1);
	up(&s);
	cr_assert_eq(down_trylock(&s), 0);
}

/* The word "guess" is only where the fast paths begin. */
Test(semaphore, a_wrong_guess_changes_nothing)
{
	static const ksync_u32 guesses[] = {
		0,
		1,
		2,
		3,
		KSYNC_SEMAPHORE_MAX - 1u,
		KSYNC_SEMAPHORE_MAX,
		0x80000000u,
		UINT_MAX,
	};

	for (size_t i = 0; i < sizeof(guesses) / sizeof(guesses[0]); i++) {
		sema_init(&sem, 1);
		sem.guess = guesses[i];
		up(&sem);
		cr_assert_eq(sem.count, 2);
		sem.guess = guesses[i];
		cr_assert_eq(down_trylock(&sem), 0);
		cr_assert_eq(sem.count, 1);
		sem.guess = guesses[i];
		down(&sem);
		sem.guess = guesses[i];
		cr_assert_eq(down_trylock(&sem), 1);
		cr_assert_eq(sem.count, 0);
		sem.guess = guesses[i];
		up(&sem);
		cr_assert_eq(sem.count, 1);
	}
}

Test(semaphore, trylock_gives_0_for_a_unit_and_1_for_none)
{
	cr_assert_eq(down_trylock(&sem), 1);
	up(&sem);
	cr_assert_eq(down_trylock(&sem), 0);
}

Test(semaphore, takes_a_unit_that_is_there_in_every_form)
{
	struct timespec past = { 0, 0 };

	sema_init(&sem, 7);
	down(&sem);
	cr_assert_eq(down_interruptible(&sem), 0);
	cr_assert_eq(down_killable(&sem), 0);
	cr_assert_eq(down_timeout(&sem, 0), 0);
	cr_assert_eq(ksync_down_until(&sem, &past), 0);
	cr_assert_eq(ksync_down_interruptible_until(&sem, &past), 0);
	cr_assert_eq(down_trylock(&sem), 0);
	cr_assert_eq(down_trylock(&sem), 1);
}

Test(semaphore, timeout_ends_with_ETIME)
{
	long long begin = now_ms();

	cr_assert_eq(down_timeout(&sem, 20), -ETIME);
	cr_assert_geq(now_ms() - begin, 19);
	cr_assert_eq(down_timeout(&sem, 0), -ETIME);
	cr_assert_eq(down_timeout(&sem, -5), -ETIME);
}

Test(semaphore, until_ends_with_ETIME_and_refuses_a_bad_time)
{
	struct timespec past = { 1, 0 };
	struct timespec bad = { 1, 1000000000 };

	cr_assert_eq(ksync_down_until(&sem, &past), -ETIME);
	cr_assert_eq(ksync_down_until(&sem, &bad), -EINVAL);
	cr_assert_eq(ksync_down_interruptible_until(&sem, &past), -ETIME);
}

Test(semaphore, interrupt_ends_only_a_call_that_would_sleep)
{
	up(&sem);
	ksync_task_interrupt(current);
	cr_assert_eq(down_interruptible(&sem), 0);
	cr_assert_eq(down_interruptible(&sem), -EINTR);
	cr_assert_eq(ksync_down_interruptible_until(&sem, NULL), -EINTR);
	cr_assert(ksync_task_clear_pending());
}

Test(semaphore, killable_ends_for_a_kill_but_not_for_an_interrupt)
{
	ksync_task_interrupt(current);
	cr_assert_eq(down_timeout(&sem, 1), -ETIME);
	ksync_task_kill(current);
	cr_assert_eq(down_killable(&sem), -EINTR);
	cr_assert_eq(down_interruptible(&sem), -EINTR);
	ksync_task_clear_pending();
}

static int units(void)
{
	int n = 0;

	while (!down_trylock(&sem))
		n++;
	for (int i = 0; i < n; i++)
		up(&sem);
	return n;
}

static int held_in_block(void)
{
	guard(semaphore)(&sem);
	return units();
}

Test(semaphore, a_guard_takes_a_unit_and_gives_it_back)
{
	int runs = 0;

	sema_init(&sem, 2);
	cr_assert_eq(held_in_block(), 1);
	cr_assert_eq(units(), 2);
	scoped_guard(semaphore, &sem) {
		scoped_guard(semaphore_intr, &sem)
			cr_assert_eq(units(), 0);
		cr_assert_eq(units(), 1);
		runs++;
	}
	scoped_guard(semaphore_try, &sem) {
		cr_assert_eq(units(), 1);
		runs++;
	}
	scoped_guard(semaphore_kill, &sem) {
		cr_assert_eq(units(), 1);
		runs++;
	}
	cr_assert_eq(runs, 3);
	cr_assert_eq(units(), 2);
}

Test(semaphore, a_guard_that_found_no_unit_gives_none_back)
{
	int refused = 0;

	scoped_guard(semaphore_try, &sem)
		cr_assert_fail("there was none");
	scoped_cond_guard(semaphore_try, refused++, &sem)
		cr_assert_fail("there was none");
	ksync_task_interrupt(current);
	scoped_cond_guard(semaphore_intr, refused++, &sem)
		cr_assert_fail("interrupted");
	ksync_task_kill(current);
	scoped_cond_guard(semaphore_kill, refused++, &sem)
		cr_assert_fail("killed");
	ACQUIRE(semaphore_intr, slot)(&sem);
	cr_assert_eq(ACQUIRE_ERR(semaphore_intr, &slot), -EINTR);
	ACQUIRE(semaphore_try, other)(&sem);
	cr_assert_eq(ACQUIRE_ERR(semaphore_try, &other), -EBUSY);
	ksync_task_clear_pending();
	cr_assert_eq(refused, 3);
	cr_assert_eq(units(), 0);
}

Test(semaphore, any_thread_may_add_units_without_having_taken_one)
{
	for (int i = 0; i < 1000; i++)
		up(&sem);
	for (int i = 0; i < 1000; i++)
		cr_assert_eq(down_trylock(&sem), 0);
	cr_assert_eq(down_trylock(&sem), 1);
}

Test(semaphore, up_beyond_the_largest_count_is_reported_and_dropped)
{
	sema_init(&sem, KSYNC_SEMAPHORE_MAX - 1);
	up(&sem);
	cr_assert_eq(reports_count(), 0);
	up(&sem);
	expect_misuse("semaphore", "beyond the largest count", &sem,
		      KSYNC_HOLDER_NONE);
	cr_assert_eq(down_trylock(&sem), 0);
	cr_assert_eq(sem.count, KSYNC_SEMAPHORE_MAX - 1u);
}

Test(semaphore, negative_init_is_reported_and_taken_as_0)
{
	sema_init(&sem, -3);
	expect_misuse("semaphore", "negative", &sem, KSYNC_HOLDER_NONE);
	cr_assert_eq(down_trylock(&sem), 1);
	up(&sem);
	cr_assert_eq(down_trylock(&sem), 0);
}

static DEFINE_SEMAPHORE(negative, -1);

static void use_negative(void *arg)
{
	(void)arg;
	must(down_trylock(&negative) == 1);
	must(down_timeout(&negative, 1) == -ETIME);
	up(&negative);
	must(down_trylock(&negative) == 0);
}

Test(semaphore, negative_initialiser_is_taken_as_0)
{
	child_succeeds(use_negative, NULL);
}

/* ---- waiters ---- */

/* Threads in the queue. */
static int waiters(struct semaphore *s)
{
	struct ksync_task *self = ksync__task_self();
	unsigned long word = ksync__waitq_lock(&s->waitq, self);
	struct ksync__waiter *first = ksync__waitq_first(word);
	struct ksync__waiter *w = first;
	int n = 0;

	while (w) {
		n++;
		w = w->next == first ? NULL : w->next;
	}
	ksync__waitq_unlock(&s->waitq, self, word);
	return n;
}

static int order[CREW_MAX];
static int arrived;
static int finished;

static void wait_in_turn(void *arg, int index)
{
	(void)arg;
	wait_until(__atomic_load_n(&arrived, __ATOMIC_ACQUIRE) == index);
	if (index)
		wait_until(waiters(&sem) == index);
	__atomic_store_n(&arrived, index + 1, __ATOMIC_RELEASE);
	down(&sem);
	order[__atomic_fetch_add(&finished, 1, __ATOMIC_ACQ_REL)] = index;
}

Test(semaphore, waiters_get_units_in_the_order_in_which_they_came)
{
	enum { N = 16 };
	struct crew crew;

	crew_start(&crew, N, wait_in_turn, NULL);
	wait_until(waiters(&sem) == N);
	for (int i = 0; i < N; i++) {
		up(&sem);
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
	down(arg);
}

static void wait_in_turn_unless_told(void *arg, int index)
{
	ksync_task_t **odd = arg;

	wait_until(__atomic_load_n(&arrived, __ATOMIC_ACQUIRE) == index);
	wait_until(waiters(&sem) == index);
	odd[index] = ksync_task_get(current);
	__atomic_store_n(&arrived, index + 1, __ATOMIC_RELEASE);
	if (down_interruptible(&sem)) {
		must(index % 2);
		ksync_task_clear_pending();
		return;
	}
	order[__atomic_fetch_add(&finished, 1, __ATOMIC_ACQ_REL)] = index;
}

Test(semaphore, who_leaves_the_queue_does_not_change_the_order_of_the_others)
{
	enum { N = 8 };
	ksync_task_t *tasks[N];
	struct crew crew;

	crew_start(&crew, N, wait_in_turn_unless_told, tasks);
	wait_until(waiters(&sem) == N);
	for (int i = 1; i < N; i += 2)
		ksync_task_interrupt(tasks[i]);
	wait_until(waiters(&sem) == N / 2);
	for (int i = 0; i < N / 2; i++) {
		up(&sem);
		wait_until(__atomic_load_n(&finished, __ATOMIC_ACQUIRE) ==
			   i + 1);
		cr_assert_eq(order[i], 2 * i);
	}
	crew_join(&crew);
	for (int i = 0; i < N; i++)
		ksync_task_put(tasks[i]);
}

static int take_in_form(int form)
{
	struct timespec later = { now_ms() / 1000 + 100, 0 };

	switch (form) {
	case 0:
		down(&sem);
		return 0;
	case 1:
		return down_interruptible(&sem);
	case 2:
		return down_killable(&sem);
	case 3:
		return down_timeout(&sem, 100 * KSYNC_HZ);
	case 4:
		return ksync_down_until(&sem, &later);
	default:
		return ksync_down_interruptible_until(&sem, &later);
	}
}

#define FORMS 6

static void wait_in_form(void *arg, int index)
{
	(void)index;
	must(take_in_form(*(int *)arg) == 0);
}

Test(semaphore, sleeper_of_every_form_gets_the_unit)
{
	for (int form = 0; form < FORMS; form++) {
		struct crew crew;

		crew_start(&crew, 1, wait_in_form, &form);
		wait_until(waiters(&sem) == 1);
		up(&sem);
		crew_join(&crew);
		cr_assert_eq(down_trylock(&sem), 1);
	}
}

Test(semaphore, fast_paths_do_not_take_the_lock_of_the_queue)
{
	struct ksync_task *self = ksync__task_self();
	unsigned long word = ksync__waitq_lock(&sem.waitq, self);

	for (int form = 0; form < FORMS; form++) {
		up(&sem);
		cr_assert_eq(take_in_form(form), 0);
	}
	up(&sem);
	cr_assert_eq(down_trylock(&sem), 0);
	cr_assert_eq(down_trylock(&sem), 1);
	ksync__waitq_unlock(&sem.waitq, self, word);
}

Test(semaphore, newcomer_does_not_take_a_unit_past_a_waiter)
{
	struct crew crew;

	for (int i = 0; i < 200; i++) {
		crew_start(&crew, 1, wait_once, &sem);
		wait_until(waiters(&sem) == 1);
		up(&sem);
		/* The unit is the waiter's, whether it runs yet or not. */
		cr_assert_eq(down_trylock(&sem), 1);
		crew_join(&crew);
	}
}

static void wait_interruptibly(void *arg, int index)
{
	(void)index;
	__atomic_store_n((ksync_task_t **)arg, ksync_task_get(current),
			 __ATOMIC_RELEASE);
	must(down_interruptible(&sem) == -EINTR);
	ksync_task_clear_pending();
}

Test(semaphore, interrupt_ends_a_sleeping_wait)
{
	ksync_task_t *task = NULL;
	struct crew crew;

	crew_start(&crew, 1, wait_interruptibly, &task);
	wait_until(waiters(&sem) == 1);
	ksync_task_interrupt(__atomic_load_n(&task, __ATOMIC_ACQUIRE));
	crew_join(&crew);
	ksync_task_put(task);
	cr_assert_eq(waiters(&sem), 0);
	up(&sem);
	cr_assert_eq(down_trylock(&sem), 0);
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
		deaf.result = down_killable(&sem);
	else
		down(&sem);
	must(ksync_task_clear_pending());
}

Test(semaphore, kill_ends_a_killable_sleep_and_an_interrupt_does_not)
{
	for (int killable = 0; killable < 2; killable++) {
		struct crew crew;

		deaf.task = NULL;
		deaf.killable = killable;
		crew_start(&crew, 1, wait_deaf, NULL);
		wait_until(waiters(&sem) == 1);
		ksync_task_interrupt(deaf.task);
		if (!killable)
			ksync_task_kill(deaf.task);
		nap_ms(20);
		cr_assert_eq(waiters(&sem), 1);
		if (killable)
			ksync_task_kill(deaf.task);
		else
			up(&sem);
		crew_join(&crew);
		cr_assert_eq(deaf.result, killable ? -EINTR : 0);
		ksync_task_put(deaf.task);
	}
	cr_assert_eq(down_trylock(&sem), 1);
}

static struct {
	long given;
	long got;
	long gave_up;
	bool end;
} books;

static void take_with_little_patience(void *arg, int index)
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
		ret = ksync_down_interruptible_until(&sem, &at);
		ksync_task_clear_pending();
		must(ret == 0 || ret == -ETIME || ret == -EINTR);
		__atomic_fetch_add(ret ? &books.gave_up : &books.got, 1,
				   __ATOMIC_RELAXED);
		watchdog_feed();
	}
}

Test(semaphore, no_unit_is_lost_when_waiters_give_up_at_that_moment)
{
	struct crew crew;
	long left = 0;

	watchdog_start();
	crew_start(&crew, 8, take_with_little_patience, NULL);
	for (struct effort e = effort(200000, 400); effort_more(&e);) {
		up(&sem);
		books.given++;
		if (e.rounds % 8 == 0)
			nap_us(20);
	}
	__atomic_store_n(&books.end, true, __ATOMIC_RELEASE);
	crew_join(&crew);
	watchdog_stop();
	while (!down_trylock(&sem))
		left++;
	cr_assert_eq(books.given, books.got + left);
	cr_assert_gt(books.gave_up, 0);
}

static void ping_pong(void *arg, int index)
{
	struct semaphore *pair = arg;

	for (struct effort e = effort(3000, 1000000); effort_more(&e);) {
		down(&pair[index % 2]);
		up(&pair[!(index % 2)]);
		watchdog_feed();
	}
}

Test(semaphore, units_pass_between_64_threads)
{
	struct semaphore pair[2];

	sema_init(&pair[0], 5);
	sema_init(&pair[1], 0);
	watchdog_start();
	crew_run(CREW_MAX, ping_pong, pair);
	watchdog_stop();
	cr_assert_eq(pair[0].count + pair[1].count, 5);
}

struct once {
	struct semaphore *sem;
	bool waiting;
};

static void give_once(void *arg, int index)
{
	struct once *o = arg;
	struct semaphore *s = __atomic_load_n(&o->sem, __ATOMIC_ACQUIRE);

	(void)index;
	if (index % 2)
		wait_until(waiters(s) == 1);
	up(s);
}

Test(semaphore, who_was_let_by_up_may_free_the_semaphore)
{
	for (int i = 0; i < 300; i++) {
		struct once o = { .sem = malloc(sizeof(struct semaphore)) };
		struct crew crew;

		sema_init(o.sem, 0);
		crew_start(&crew, 1, give_once, &o);
		down(o.sem);
		memset(o.sem, 0xff, sizeof(*o.sem));
		free(o.sem);
		crew_join(&crew);
	}
}

/* ---- fork ---- */

static void use_in_child(void *arg)
{
	(void)arg;
	must(down_trylock(&sem) == 1);
	must(down_timeout(&sem, 1) == -ETIME);
	up(&sem);
	must(down_trylock(&sem) == 0);
	up(&sem);
	down(&sem);
}

Test(semaphore, child_of_a_fork_finds_no_waiters_of_its_parent)
{
	struct crew crew;

	crew_start(&crew, 4, wait_once, &sem);
	wait_until(waiters(&sem) == 4);
	child_succeeds(use_in_child, NULL);
	for (int i = 0; i < 4; i++)
		up(&sem);
	crew_join(&crew);
}

/* In a signal handler of a thread that waits. */

static bool in_handler;
static bool may_fork;

static void fork_when_told(int signal)
{
	(void)signal;
	WRITE_ONCE(in_handler, true);
	wait_until(READ_ONCE(may_fork));
	fork_in_handler();
}

static void down_and_fork(void *arg, int index)
{
	(void)arg;
	(void)index;
	down(&sem);
	must(down_trylock(&sem) == 1);
	if (handlers_child == 0)
		end_handlers_child();
}

Test(semaphore, who_was_given_a_unit_and_then_forked_has_it_in_the_child)
{
	struct crew crew;

	signal(SIGUSR1, fork_when_told);
	crew_start(&crew, 1, down_and_fork, NULL);
	wait_until(waiters(&sem) == 1);
	pthread_kill(crew.members[0].thread, SIGUSR1);
	wait_until(READ_ONCE(in_handler));
	up(&sem);
	WRITE_ONCE(may_fork, true);
	crew_join(&crew);
	cr_assert_eq(handlers_status, 0, "the child ended with status 0x%x",
		     handlers_status);
}
