/* SPDX-License-Identifier: MIT */
/*
 * The task: what a thread is to ksync from its first lock to its exit. Kernel
 * names where the kernel has one; interrupting is ksync's own.
 */
#include <criterion/criterion.h>

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>

#include <linux/mutex.h>
#include <linux/sched.h>

#include <ksync/report.h>

#include "support/process.h"
#include "support/queue.h"
#include "support/report.h"
#include "support/threads.h"

TestSuite(task, .init = reports_take, .fini = reports_none);
TestSuite(interrupt, .init = reports_take, .fini = reports_none);
TestSuite(of_pthread, .init = reports_take, .fini = reports_none);
TestSuite(schedule, .init = reports_take, .fini = reports_none);
TestSuite(thread_exit, .init = reports_take, .fini = reports_none);

static int tid(void)
{
	return (int)syscall(SYS_gettid);
}

static void run_thread(void *(*fn)(void *arg), void *arg)
{
	pthread_t thread;

	cr_assert_eq(pthread_create(&thread, NULL, fn, arg), 0);
	pthread_join(thread, NULL);
	must_have_held();
}

/* ---- before main ---- */

static DEFINE_MUTEX(early_mutex);
static struct task_struct *early_task;
static int early_rounds;

static void *early_thread(void *arg)
{
	for (int i = 0; i < 1000; i++) {
		mutex_lock(&early_mutex);
		early_rounds++;
		mutex_unlock(&early_mutex);
	}
	return arg;
}

/* Before the library's own constructors. */
__attribute__((constructor(101))) static void use_early(void)
{
	pthread_t thread;

	early_task = current;
	if (pthread_create(&thread, NULL, early_thread, NULL))
		return;
	early_thread(NULL);
	pthread_join(thread, NULL);
}

Test(task, locks_and_threads_work_before_main)
{
	cr_assert_eq(early_rounds, 2000);
	cr_assert_eq(early_task, current);
}

/* ---- current ---- */

static void *own_task(void *arg)
{
	struct task_struct *me = current;

	must(me);
	must(me == current);
	must(ksync_task_tid(me) == tid());
	*(struct task_struct **)arg = me;
	return NULL;
}

Test(task, each_thread_has_one_task_of_its_own)
{
	struct task_struct *other = NULL;

	run_thread(own_task, &other);
	cr_assert(other);
	cr_assert_neq(other, current);
	cr_assert_eq(ksync_task_tid(current), tid());
}

Test(task, the_task_is_the_owner_of_what_the_thread_locks)
{
	DEFINE_MUTEX(m);

	mutex_lock(&m);
	cr_assert_eq(mutex_get_owner(&m), (unsigned long)current);
	mutex_unlock(&m);
}

/* ---- pending interrupts ---- */

Test(interrupt, is_pending_until_cleared)
{
	cr_assert_not(signal_pending(current));
	ksync_task_interrupt(current);
	cr_assert(signal_pending(current));
	cr_assert(signal_pending(current));
	cr_assert(ksync_task_clear_pending());
	cr_assert_not(signal_pending(current));
	cr_assert_not(ksync_task_clear_pending());
}

Test(interrupt, is_not_fatal_but_a_kill_is)
{
	ksync_task_interrupt(current);
	cr_assert_not(fatal_signal_pending(current));
	ksync_task_kill(current);
	cr_assert(fatal_signal_pending(current));
	cr_assert(signal_pending(current));
	cr_assert(ksync_task_clear_pending());
	cr_assert_not(signal_pending(current));
	cr_assert_not(fatal_signal_pending(current));
	ksync_task_kill(current);
	cr_assert(signal_pending(current), "a kill alone is pending, too");
	cr_assert(ksync_task_clear_pending());
}

static DEFINE_MUTEX(held);

/* What a thread does that waits for held. */
struct waiter {
	int (*lock)(struct mutex *m);
	struct task_struct *task;
	int ret;
	bool pending_after;
	pthread_t thread;
};

static void *wait_for_held(void *arg)
{
	struct waiter *w = arg;

	__atomic_store_n(&w->task, current, __ATOMIC_RELEASE);
	w->ret = w->lock(&held);
	w->pending_after = signal_pending(current);
	if (w->ret == 0)
		mutex_unlock(&held);
	return NULL;
}

static int lock_interruptible(struct mutex *m)
{
	return mutex_lock_interruptible(m);
}

static int lock_killable(struct mutex *m)
{
	return mutex_lock_killable(m);
}

/* Late enough not to be the end of the wait. */
static const struct timespec *far_away(void)
{
	static struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += 600;
	return &at;
}

static int lock_interruptible_until(struct mutex *m)
{
	return ksync_mutex_lock_interruptible_until(m, far_away());
}

static int lock_killable_until(struct mutex *m)
{
	return ksync_mutex_lock_killable_until(m, far_away());
}

static int lock(struct mutex *m)
{
	mutex_lock(m);
	return 0;
}

static struct task_struct *task_of(struct waiter *w)
{
	return __atomic_load_n(&w->task, __ATOMIC_ACQUIRE);
}

/* Returns when the thread is in the queue, and probably asleep. */
static void start_waiter(struct waiter *w)
{
	const int before = mutex_waiters(&held);

	cr_assert_eq(pthread_create(&w->thread, NULL, wait_for_held, w), 0);
	wait_until(mutex_waiters(&held) > before);
	nap_ms(1);
}

static void join_waiter(struct waiter *w)
{
	pthread_join(w->thread, NULL);
}

static void end_by_interrupt(int (*how)(struct mutex *m))
{
	struct waiter w = { .lock = how };

	mutex_lock(&held);
	start_waiter(&w);
	ksync_task_interrupt(task_of(&w));
	join_waiter(&w);
	cr_assert_eq(w.ret, -EINTR);
	cr_assert(w.pending_after);
	mutex_unlock(&held);
}

Test(interrupt, ends_an_interruptible_wait_and_stays_pending)
{
	end_by_interrupt(lock_interruptible);
	end_by_interrupt(lock_interruptible_until);
}

static void end_by_kill_alone(int (*how)(struct mutex *m))
{
	struct waiter w = { .lock = how };

	mutex_lock(&held);
	start_waiter(&w);
	ksync_task_interrupt(task_of(&w));
	nap_ms(5);
	cr_assert_eq(mutex_waiters(&held), 1);
	ksync_task_kill(task_of(&w));
	join_waiter(&w);
	cr_assert_eq(w.ret, -EINTR);
	mutex_unlock(&held);
}

Test(interrupt, does_not_end_a_killable_wait_but_a_kill_does)
{
	end_by_kill_alone(lock_killable);
	end_by_kill_alone(lock_killable_until);
}

Test(interrupt, a_kill_ends_an_interruptible_wait)
{
	struct waiter w = { .lock = lock_interruptible };

	mutex_lock(&held);
	start_waiter(&w);
	ksync_task_kill(task_of(&w));
	join_waiter(&w);
	cr_assert_eq(w.ret, -EINTR);
	mutex_unlock(&held);
}

Test(interrupt, neither_ends_a_plain_wait)
{
	struct waiter w = { .lock = lock };

	mutex_lock(&held);
	start_waiter(&w);
	ksync_task_interrupt(task_of(&w));
	ksync_task_kill(task_of(&w));
	nap_ms(5);
	cr_assert_eq(mutex_waiters(&held), 1);
	mutex_unlock(&held);
	join_waiter(&w);
	cr_assert_eq(w.ret, 0);
	cr_assert(w.pending_after);
}

/* Interrupts itself, then waits. */
static void *wait_interrupted(void *arg)
{
	ksync_task_interrupt(current);
	return wait_for_held(arg);
}

Test(interrupt, before_the_wait_is_as_good)
{
	struct waiter w = { .lock = lock_interruptible };

	mutex_lock(&held);
	run_thread(wait_interrupted, &w);
	cr_assert_eq(w.ret, -EINTR);
	mutex_unlock(&held);
}

Test(interrupt, leaves_a_lock_alone_that_needs_no_waiting)
{
	struct waiter w = { .lock = lock_interruptible };

	run_thread(wait_interrupted, &w);
	cr_assert_eq(w.ret, 0);
	cr_assert(w.pending_after);
}

static int message;

static void *read_message(void *arg)
{
	struct waiter *w = arg;

	wait_for_held(w);
	must(w->ret == -EINTR);
	must(message == 42);
	return NULL;
}

Test(interrupt, makes_visible_what_the_interrupter_did)
{
	struct waiter w = { .lock = lock_interruptible };

	mutex_lock(&held);
	pthread_create(&w.thread, NULL, read_message, &w);
	wait_until(mutex_waiters(&held));
	message = 42;
	ksync_task_interrupt(task_of(&w));
	join_waiter(&w);
	must_have_held();
	mutex_unlock(&held);
}

/* ---- signals ---- */

static int handled;

static void count_signal(int sig)
{
	(void)sig;
	__atomic_fetch_add(&handled, 1, __ATOMIC_RELEASE);
}

static struct task_struct *handler_task;
static void (*handler_does)(struct task_struct *task);

static void raise_at_task(int sig)
{
	handler_does(READ_ONCE(handler_task));
	count_signal(sig);
}

static void handle(int sig, void (*fn)(int sig))
{
	struct sigaction action = { .sa_handler = fn };

	sigaction(sig, &action, NULL);
}

Test(interrupt, a_posix_signal_ends_no_wait)
{
	struct waiter w = { .lock = lock_interruptible };

	handle(SIGUSR1, count_signal);
	mutex_lock(&held);
	start_waiter(&w);
	for (int i = 1; i <= 3; i++) {
		pthread_kill(w.thread, SIGUSR1);
		wait_until(__atomic_load_n(&handled, __ATOMIC_ACQUIRE) == i);
	}
	nap_ms(5);
	cr_assert_eq(mutex_waiters(&held), 1);
	mutex_unlock(&held);
	join_waiter(&w);
	cr_assert_eq(w.ret, 0);
	cr_assert_not(w.pending_after);
}

Test(interrupt, a_signal_handler_may_interrupt_its_own_thread)
{
	struct waiter w = { .lock = lock_interruptible };

	handle(SIGUSR1, raise_at_task);
	handler_does = ksync_task_interrupt;
	mutex_lock(&held);
	start_waiter(&w);
	WRITE_ONCE(handler_task, task_of(&w));
	pthread_kill(w.thread, SIGUSR1);
	join_waiter(&w);
	cr_assert_eq(w.ret, -EINTR);
	mutex_unlock(&held);
}

static void *raise_here(void *arg)
{
	raise(SIGUSR1);
	return arg;
}

Test(interrupt, a_signal_handler_may_kill_another_thread)
{
	struct waiter w = { .lock = lock_killable };

	handle(SIGUSR1, raise_at_task);
	handler_does = ksync_task_kill;
	mutex_lock(&held);
	start_waiter(&w);
	WRITE_ONCE(handler_task, task_of(&w));
	/* In the newest thread: qemu-i386 breaks others' TLS by signals. */
	run_thread(raise_here, NULL);
	join_waiter(&w);
	cr_assert_eq(w.ret, -EINTR);
	mutex_unlock(&held);
}

/* ---- states, schedule() and who ends it ---- */

Test(schedule, returns_at_once_when_running)
{
	cr_assert_eq(get_current_state(), TASK_RUNNING);
	schedule();
	cr_assert_eq(get_current_state(), TASK_RUNNING);
}

Test(schedule, a_state_is_set_until_it_is_set_again_or_ended)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	cr_assert_eq(get_current_state(), TASK_UNINTERRUPTIBLE);
	cr_assert_not(task_is_running(current));
	__set_current_state(TASK_RUNNING);
	cr_assert(task_is_running(current));
}

Test(schedule, a_wake_up_before_it_is_as_good)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	cr_assert_eq(wake_up_process(current), 1);
	cr_assert_eq(get_current_state(), TASK_RUNNING);
	schedule();
}

Test(schedule, a_wake_up_of_a_running_task_does_nothing)
{
	cr_assert_eq(wake_up_process(current), 0);
	cr_assert_eq(wake_up_state(current, TASK_NORMAL), 0);
}

Test(schedule, a_wake_up_is_for_the_states_it_names)
{
	static const struct {
		unsigned int state, wakes;
		int ends;
	} cases[] = {
		{ TASK_INTERRUPTIBLE, TASK_INTERRUPTIBLE, 1 },
		{ TASK_INTERRUPTIBLE, TASK_UNINTERRUPTIBLE, 0 },
		{ TASK_INTERRUPTIBLE, TASK_NORMAL, 1 },
		{ TASK_UNINTERRUPTIBLE, TASK_INTERRUPTIBLE, 0 },
		{ TASK_UNINTERRUPTIBLE, TASK_NORMAL, 1 },
		{ TASK_KILLABLE, TASK_NORMAL, 1 },
		{ TASK_KILLABLE, TASK_INTERRUPTIBLE, 0 },
		{ TASK_KILLABLE, TASK_WAKEKILL, 1 },
		{ TASK_IDLE, TASK_NORMAL, 1 },
		{ TASK_IDLE, TASK_INTERRUPTIBLE, 0 },
		{ TASK_INTERRUPTIBLE | TASK_FREEZABLE, TASK_NORMAL, 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		set_current_state(cases[i].state);
		cr_assert_eq(wake_up_state(current, cases[i].wakes),
			     cases[i].ends, "case %zu", i);
		cr_assert_eq(get_current_state(),
			     cases[i].ends ? TASK_RUNNING : cases[i].state);
		__set_current_state(TASK_RUNNING);
	}
}

static struct {
	struct task_struct *task;
	unsigned int state;
	bool stop;
	int slept;
	int plain; /* before stop */
} sleeper;

static void *sleep_until_stop(void *arg)
{
	__atomic_store_n(&sleeper.task, current, __ATOMIC_RELEASE);
	for (;;) {
		set_current_state(sleeper.state);
		if (READ_ONCE(sleeper.stop))
			break;
		schedule();
		must(get_current_state() == TASK_RUNNING);
		__atomic_fetch_add(&sleeper.slept, 1, __ATOMIC_RELAXED);
	}
	__set_current_state(TASK_RUNNING);
	return arg;
}

static int times_slept(void)
{
	return __atomic_load_n(&sleeper.slept, __ATOMIC_RELAXED);
}

static pthread_t start_sleeper(unsigned int state)
{
	pthread_t thread;

	sleeper.state = state;
	cr_assert_eq(pthread_create(&thread, NULL, sleep_until_stop, NULL), 0);
	wait_until(__atomic_load_n(&sleeper.task, __ATOMIC_ACQUIRE));
	wait_until(!task_is_running(sleeper.task));
	return thread;
}

static void stop_sleeper(pthread_t thread)
{
	WRITE_ONCE(sleeper.stop, true);
	wake_up_process(sleeper.task);
	pthread_join(thread, NULL);
	must_have_held();
}

Test(schedule, sleeps_until_it_is_woken)
{
	pthread_t thread = start_sleeper(TASK_UNINTERRUPTIBLE);

	nap_ms(20);
	cr_assert_eq(times_slept(), 0);
	cr_assert_eq(wake_up_process(sleeper.task), 1);
	wait_until(times_slept() == 1);
	stop_sleeper(thread);
}

Test(schedule, a_token_for_another_sleep_does_not_end_it)
{
	pthread_t thread = start_sleeper(TASK_UNINTERRUPTIBLE);

	for (int i = 0; i < 5; i++) {
		ksync_task_interrupt(sleeper.task);
		nap_ms(2);
	}
	ksync_task_kill(sleeper.task);
	nap_ms(5);
	cr_assert_eq(times_slept(), 0);
	stop_sleeper(thread);
}

static void *interrupted_in(void *arg)
{
	unsigned int state = *(unsigned int *)arg;

	set_current_state(state);
	ksync_task_interrupt(current);
	if (state != TASK_INTERRUPTIBLE)
		ksync_task_kill(current);
	schedule();
	must(get_current_state() == TASK_RUNNING);
	must(signal_pending(current));
	return NULL;
}

Test(schedule, an_interrupt_ends_interruptible_and_a_kill_killable)
{
	unsigned int states[] = { TASK_INTERRUPTIBLE, TASK_KILLABLE };

	for (int i = 0; i < 2; i++)
		run_thread(interrupted_in, &states[i]);
}

Test(schedule, an_interrupt_that_comes_later_ends_it_and_no_kill_less)
{
	pthread_t thread = start_sleeper(TASK_KILLABLE);

	ksync_task_interrupt(sleeper.task);
	nap_ms(5);
	cr_assert_eq(times_slept(), 0);
	ksync_task_kill(sleeper.task);
	wait_until(times_slept() > 0);
	stop_sleeper(thread);
}

static void *fail_if_state_is_left(void *arg)
{
	must(get_current_state() == TASK_RUNNING);
	if (arg)
		set_current_state(TASK_INTERRUPTIBLE);
	return NULL;
}

Test(schedule, a_state_ends_with_its_thread)
{
	for (int i = 0; i < 50; i++)
		run_thread(fail_if_state_is_left, i % 2 ? &sleeper : NULL);
}

/* Two threads hand a turn to and fro: each wake-up follows its condition. */
static struct {
	struct task_struct *task[2];
	int turn;
	int rounds;
} hand;

static void take_turns(void *arg, int index)
{
	(void)arg;
	__atomic_store_n(&hand.task[index], current, __ATOMIC_RELEASE);
	wait_until(__atomic_load_n(&hand.task[!index], __ATOMIC_ACQUIRE));
	for (int i = 0; i < hand.rounds; i++) {
		for (;;) {
			set_current_state(TASK_UNINTERRUPTIBLE);
			if (READ_ONCE(hand.turn) == index)
				break;
			schedule();
		}
		__set_current_state(TASK_RUNNING);
		watchdog_feed();
		WRITE_ONCE(hand.turn, !index);
		wake_up_process(hand.task[!index]);
	}
	/* The other still looks at this one's record. */
	wait_until(READ_ONCE(hand.turn) == 0 || index == 1);
}

Test(schedule, no_wake_up_is_lost)
{
	hand.rounds = 3000;
	watchdog_start();
	crew_run(2, take_turns, NULL);
	watchdog_stop();
}

/* ---- exit ---- */

static void *keep_current(void *arg)
{
	*(struct task_struct **)arg = get_task_struct(current);
	return NULL;
}

static void *no_interrupt_is_pending(void *arg)
{
	must(current != arg);
	must(!signal_pending(current));
	return NULL;
}

Test(thread_exit, a_kept_task_stays_and_is_nobody_elses)
{
	struct task_struct *kept = NULL;

	run_thread(keep_current, &kept);
	cr_assert_eq(ksync_task_tid(kept), 0);
	for (int i = 0; i < 100; i++) {
		ksync_task_interrupt(kept);
		ksync_task_kill(kept);
		run_thread(no_interrupt_is_pending, kept);
	}
	put_task_struct(kept);
}

Test(thread_exit, get_returns_its_task)
{
	cr_assert_eq(get_task_struct(current), current);
	put_task_struct(current);
	cr_assert_eq(ksync_task_tid(current), tid());
}

static void *exit_interrupted(void *arg)
{
	ksync_task_interrupt(current);
	ksync_task_kill(current);
	return arg;
}

Test(thread_exit, a_pending_interrupt_ends_with_its_thread)
{
	for (int i = 0; i < 100; i++) {
		run_thread(exit_interrupted, NULL);
		run_thread(no_interrupt_is_pending, NULL);
	}
}

#define TASKS 4000

static struct task_struct *tasks[TASKS];

static int compare_pointers(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return (*left > *right) - (*left < *right);
}

static int distinct_tasks(int n)
{
	int distinct = 0;

	qsort(tasks, (size_t)n, sizeof(tasks[0]), compare_pointers);
	for (int i = 0; i < n; i++)
		distinct += i == 0 || tasks[i] != tasks[i - 1];
	return distinct;
}

static void remember_task(void *arg, int index)
{
	struct task_struct **slots = arg;

	slots[index] = current;
}

Test(thread_exit, records_of_thousands_of_threads_are_reused)
{
	int n = 0;

	for (struct effort e = effort(TASKS / 8, 1000); effort_more(&e); n += 8)
		crew_run(8, remember_task, tasks + n);
	/* Eight at a time, and a few that somebody is just leaving. */
	cr_assert_leq(distinct_tasks(n), 32, "%d records for %d threads",
		      distinct_tasks(n), n);
}

/* ---- found by pthread_t ---- */

static void *use_and_stay(void *arg)
{
	(void)current;
	pthread_barrier_wait(arg);
	pthread_barrier_wait(arg);
	return NULL;
}

Test(of_pthread, finds_a_thread_that_used_ksync_until_it_has_exited)
{
	struct task_struct *task, *other = NULL;
	pthread_barrier_t barrier;
	pthread_t thread;

	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&thread, NULL, use_and_stay, &barrier);
	pthread_barrier_wait(&barrier);
	task = ksync_task_of_pthread(thread);
	cr_assert(task);
	cr_assert_neq(task, current);
	cr_assert_gt(ksync_task_tid(task), 0);
	pthread_barrier_wait(&barrier);

	/* Not joined, so its pthread_t is still its own. */
	wait_until(ksync_task_tid(task) == 0);
	cr_assert_null(ksync_task_of_pthread(thread));
	ksync_task_interrupt(task);
	pthread_join(thread, NULL);

	/* Kept, so it is not the next thread's. */
	run_thread(own_task, &other);
	cr_assert_neq(other, task);
	ksync_task_put(task);
}

Test(of_pthread, finds_the_caller)
{
	struct task_struct *me = current;

	cr_assert_eq(ksync_task_of_pthread(pthread_self()), me);
	ksync_task_put(me);
}

static void *wait_at(void *arg)
{
	pthread_barrier_wait(arg);
	return NULL;
}

Test(of_pthread, does_not_find_a_thread_that_did_not_use_ksync)
{
	pthread_barrier_t barrier;
	pthread_t thread;

	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&thread, NULL, wait_at, &barrier);
	cr_assert_null(ksync_task_of_pthread(thread));
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
}

Test(of_pthread, interrupts_a_wait_of_the_thread_it_found)
{
	struct waiter w = { .lock = lock_interruptible };
	struct task_struct *task;

	mutex_lock(&held);
	start_waiter(&w);
	task = ksync_task_of_pthread(w.thread);
	cr_assert_eq(task, task_of(&w));
	ksync_task_interrupt(task);
	ksync_task_put(task);
	join_waiter(&w);
	cr_assert_eq(w.ret, -EINTR);
	mutex_unlock(&held);
}

/*
 * Threads come and go while they are looked for: whoever is found is kept, so
 * its record is not another thread's before it is put.
 */
static void *come_and_go(void *arg)
{
	(void)current;
	__atomic_store_n((bool *)arg, true, __ATOMIC_RELEASE);
	return NULL;
}

Test(of_pthread, keeps_whom_it_finds_while_threads_exit)
{
	int found = 0;

	for (struct effort e = effort(3000, 1000); effort_more(&e);) {
		bool came = false, next_came;
		struct task_struct *task;
		pthread_t thread, next;

		pthread_create(&thread, NULL, come_and_go, &came);
		wait_until(__atomic_load_n(&came, __ATOMIC_ACQUIRE));
		task = ksync_task_of_pthread(thread);
		pthread_join(thread, NULL);
		pthread_create(&next, NULL, come_and_go, &next_came);
		if (task) {
			found++;
			/* Its thread is gone, and it is nobody else's. */
			cr_assert_eq(ksync_task_tid(task), 0);
			ksync_task_put(task);
		}
		pthread_join(next, NULL);
	}
	cr_log_info("found %d", found);
}

/* Uses ksync first in the last destructor there is: nothing retires that. */
static pthread_key_t last_key;

static void use_at_last(void *arg)
{
	static __thread int rounds;

	if (++rounds < PTHREAD_DESTRUCTOR_ITERATIONS)
		pthread_setspecific(last_key, arg);
	else
		(void)current;
}

static int left_by; /* its thread's id */

static void *leave_a_record(void *arg)
{
	pthread_setspecific(last_key, arg);
	left_by = tid();
	return NULL;
}

Test(of_pthread, does_not_take_a_thread_for_one_that_had_its_handle_before)
{
	pthread_barrier_t barrier;
	pthread_t thread;

	pthread_key_create(&last_key, use_at_last);
	run_thread(leave_a_record, &barrier);
	/* Joined is a little earlier than gone. */
	wait_until(syscall(SYS_tgkill, getpid(), left_by, 0) != 0);

	/* libc gives the new thread the old one's stack, and so its handle. */
	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&thread, NULL, wait_at, &barrier);
	cr_assert_null(ksync_task_of_pthread(thread));
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
}

static void *exit_keeping(void *arg)
{
	struct task_struct **slot = arg;

	*slot = get_task_struct(current);
	return NULL;
}

Test(thread_exit, kept_records_go_back_to_the_pool_when_put)
{
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 200; i++)
			run_thread(exit_keeping, &tasks[round * 200 + i]);
		for (int i = 0; i < 200; i++)
			put_task_struct(tasks[round * 200 + i]);
	}
	cr_assert_leq(distinct_tasks(600), 232);
}

/* ---- destructors of a thread that exits ---- */

static pthread_key_t keys[2];
static DEFINE_MUTEX(exit_mutex);
static int exit_sum;
static struct task_struct *exit_tasks[16];
static int exit_calls;

/*
 * POSIX promises four rounds. The library ends the thread's task in the third,
 * and makes another one if somebody asks. ThreadSanitizer ends the thread in
 * the fourth, so what it instruments must not have a destructor left by then.
 */
#define EXIT_ROUNDS (KSYNC_THREAD_SANITIZER ? 2 : 4)
#define SAME_TASK_ROUNDS 2

static __thread int exit_round;

/* Asks to be called in every round. */
static void use_lock_at_exit(void *arg)
{
	pthread_key_t *key = arg;

	mutex_lock(&exit_mutex);
	must(mutex_get_owner(&exit_mutex) == (unsigned long)current);
	exit_tasks[exit_calls++ % 16] = current;
	exit_sum++;
	mutex_unlock(&exit_mutex);
	if (exit_round++ / 2 < EXIT_ROUNDS - 1)
		pthread_setspecific(*key, key);
}

static void *exit_through_destructors(void *arg)
{
	if (arg)
		must(current);
	pthread_setspecific(keys[0], &keys[0]);
	pthread_setspecific(keys[1], &keys[1]);
	return NULL;
}

static void make_keys(void)
{
	cr_assert_eq(pthread_key_create(&keys[0], use_lock_at_exit), 0);
	/* The library makes its own key when it first needs one. */
	mutex_lock(&exit_mutex);
	mutex_unlock(&exit_mutex);
	cr_assert_eq(pthread_key_create(&keys[1], use_lock_at_exit), 0);
}

Test(thread_exit, locks_work_in_all_rounds_of_key_destructors)
{
	make_keys();
	run_thread(exit_through_destructors, current);
	cr_assert_eq(exit_sum, 2 * EXIT_ROUNDS);
	for (int i = 1; i < 2 * SAME_TASK_ROUNDS; i++)
		cr_assert_eq(exit_tasks[i], exit_tasks[0], "call %d", i);
}

Test(thread_exit, threads_that_lock_only_in_destructors_leak_nothing)
{
	int n = 0;

	if (KSYNC_THREAD_SANITIZER)
		cr_skip_test("the task's end would come after TSan's");
	make_keys();
	for (struct effort e = effort(TASKS, 500); effort_more(&e);) {
		run_thread(exit_through_destructors, NULL);
		tasks[n++] = exit_tasks[(exit_calls - 1) % 16];
	}
	cr_assert_leq(distinct_tasks(n), 128, "%d records for %d threads",
		      distinct_tasks(n), n);
}

/* What C++ compiles a thread_local object's destructor to; not in musl. */
extern int __cxa_thread_atexit_impl(void (*fn)(void *arg), void *arg, void *dso)
	__attribute__((weak));
extern void *__dso_handle;

static void lock_in_tls_destructor(void *arg)
{
	struct mutex *m = arg;

	mutex_lock(m);
	must(mutex_get_owner(m) == (unsigned long)current);
	exit_sum++;
	mutex_unlock(m);
}

static void *exit_through_tls(void *arg)
{
	__cxa_thread_atexit_impl(lock_in_tls_destructor, &exit_mutex,
				 &__dso_handle);
	return arg;
}

Test(thread_exit, locks_work_in_destructors_of_thread_local_objects)
{
	if (!__cxa_thread_atexit_impl)
		cr_skip_test("libc has no thread-local destructors");
	run_thread(exit_through_tls, NULL);
	cr_assert_eq(exit_sum, 1);
}

/* ---- exit of the process ---- */

static void lock_at_exit(void)
{
	mutex_lock(&exit_mutex);
	must(mutex_get_owner(&exit_mutex) == (unsigned long)current);
	mutex_unlock(&exit_mutex);
	_exit(must_failures ? EXIT_FAILED : 7);
}

static void exit_through_handlers(void *arg)
{
	(void)arg;
	if (atexit(lock_at_exit))
		_exit(EXIT_FAILED);
	exit(EXIT_FAILED);
}

Test(task, locks_work_in_atexit_handlers)
{
	int status = in_child(exit_through_handlers, NULL);

	cr_assert(WIFEXITED(status));
	cr_assert_eq(WEXITSTATUS(status), 7);
}

/* ---- fork ---- */

struct two_tasks {
	struct task_struct *mine;
	struct task_struct *other;
};

static void look_at_tasks(void *arg)
{
	struct two_tasks *t = arg;

	must(current == t->mine);
	must(ksync_task_tid(current) == tid());
	must(ksync_task_tid(t->other) == 0);
	ksync_task_interrupt(t->other);
	must(!signal_pending(current));
	put_task_struct(t->other);
}

Test(task, a_forked_child_keeps_its_task_and_the_others_are_gone)
{
	struct waiter w = { .lock = lock };
	struct two_tasks t = { .mine = current };
	int before = tid();

	mutex_lock(&held);
	start_waiter(&w);
	t.other = get_task_struct(task_of(&w));
	child_succeeds(look_at_tasks, &t);
	cr_assert_eq(ksync_task_tid(current), before);
	cr_assert_neq(ksync_task_tid(t.other), 0);
	mutex_unlock(&held);
	join_waiter(&w);
	put_task_struct(t.other);
}

static void *task_in_child(void *arg)
{
	(void)arg;
	must(ksync_task_tid(current) == tid());
	return NULL;
}

static void *fork_without_task(void *arg)
{
	pid_t pid = fork();
	int status = -1;

	(void)arg;
	if (pid == 0) {
		task_in_child(NULL);
		_exit(must_failures ? EXIT_FAILED : 0);
	}
	must(waitpid(pid, &status, 0) == pid);
	must(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	return NULL;
}

Test(task, a_thread_that_never_used_ksync_may_fork)
{
	run_thread(fork_without_task, NULL);
}

static void child_with_pending(void *arg)
{
	(void)arg;
	must(signal_pending(current));
	must(ksync_task_clear_pending());
}

Test(task, a_pending_interrupt_survives_fork)
{
	ksync_task_interrupt(current);
	child_succeeds(child_with_pending, NULL);
	cr_assert(ksync_task_clear_pending());
}
