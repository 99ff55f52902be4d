/* SPDX-License-Identifier: MIT */
/*
 * kthreads: made, run, stopped, parked, and what they inherit; workers: works
 * at once and later, flushed, cancelled; and misuse.
 */
#define _GNU_SOURCE
#include <criterion/criterion.h>

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/list.h>

#include "support/process.h"
#include "support/report.h"
#include "support/threads.h"
#include "task/task.h"

TestSuite(kthread, .init = reports_take, .fini = reports_none);
TestSuite(kthread_worker, .init = reports_take, .fini = reports_none);

static int begun; /* threads that have begun their functions */

static void tell(int *word)
{
	__atomic_fetch_add(word, 1, __ATOMIC_RELEASE);
}

static int told(int *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

/* Sleeps until it is told; what it is given is what it returns. */
static int until_stop(void *data)
{
	tell(&begun);
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop_or_park())
			__set_current_state(TASK_RUNNING);
		schedule();
		if (kthread_should_park())
			kthread_parkme();
		if (kthread_should_stop())
			return (int)(intptr_t)data;
	}
}

/* And has begun: who is told to stop before that does not begin. */
static struct task_struct *run(int (*fn)(void *data), void *data)
{
	int before = told(&begun);
	struct task_struct *k = kthread_run(fn, data, "test/%d", 7);

	cr_assert_not(IS_ERR(k));
	wait_until(told(&begun) > before);
	return k;
}

/* ---- a thread's life ---- */

Test(kthread, is_created_asleep_and_begins_when_it_is_woken)
{
	struct task_struct *k = kthread_create(until_stop, (void *)5, "test");

	cr_assert_not(IS_ERR(k));
	cr_assert_not(task_is_running(k));
	nap_ms(2);
	cr_assert_eq(told(&begun), 0);
	cr_assert_eq(wake_up_process(k), 1);
	wait_until(told(&begun));
	cr_assert_eq(kthread_stop(k), 5);
}

Test(kthread, stop_returns_what_its_function_did)
{
	cr_assert_eq(kthread_stop(run(until_stop, (void *)-3)), -3);
}

Test(kthread, stop_of_one_that_was_never_woken_is_eintr)
{
	struct task_struct *k =
		kthread_create_on_node(until_stop, NULL, -1, "%s", "never");

	cr_assert_not(IS_ERR(k));
	cr_assert_eq(kthread_stop(k), -EINTR);
	cr_assert_eq(told(&begun), 0);
}

static int exits_with(void *data)
{
	tell(&begun);
	kthread_exit((int)(intptr_t)data);
}

static int returns(void *data)
{
	return (int)(intptr_t)data;
}

Test(kthread, one_that_has_ended_says_how_to_who_keeps_its_task)
{
	struct task_struct *k = kthread_create(exits_with, (void *)11, "ends");

	cr_assert_not(IS_ERR(k));
	get_task_struct(k);
	wake_up_process(k);
	wait_until(!ksync_task_tid(k));
	cr_assert_eq(kthread_stop(k), 11);
	cr_assert_eq(kthread_stop(k), 11, "and again");
	cr_assert_eq(kthread_park(k), -ENOSYS);
	put_task_struct(k);
	k = kthread_create(returns, (void *)12, "ends");
	cr_assert_not(IS_ERR(k));
	get_task_struct(k);
	wake_up_process(k);
	wait_until(!ksync_task_tid(k));
	cr_assert_eq(kthread_stop_put(k), 12);
}

static DECLARE_COMPLETION(over);

static int completes(void *data)
{
	kthread_complete_and_exit(data, 4);
}

Test(kthread, complete_and_exit_does_both)
{
	struct task_struct *k = kthread_create(completes, &over, "ends");

	cr_assert_not(IS_ERR(k));
	get_task_struct(k);
	wake_up_process(k);
	wait_for_completion(&over);
	cr_assert_eq(kthread_stop_put(k), 4);
	k = kthread_create(completes, NULL, "ends");
	cr_assert_not(IS_ERR(k));
	get_task_struct(k);
	wake_up_process(k);
	wait_until(!ksync_task_tid(k));
	cr_assert_eq(kthread_stop_put(k), 4);
}

static int ends_itself(void *data)
{
	pthread_exit(data);
}

Test(kthread, one_that_ends_by_other_means_is_eintr)
{
	struct task_struct *k = kthread_create(ends_itself, NULL, "ends");

	cr_assert_not(IS_ERR(k));
	get_task_struct(k);
	wake_up_process(k);
	wait_until(!ksync_task_tid(k));
	cr_assert_eq(kthread_stop_put(k), -EINTR);
}

static pthread_key_t key;
static int destroyed;

static void destroy(void *word)
{
	nap_ms(2);
	tell(word);
}

static int has_local(void *data)
{
	pthread_setspecific(key, &destroyed);
	return until_stop(data);
}

Test(kthread, after_stop_its_destructors_have_run)
{
	struct task_struct *k;

	pthread_key_create(&key, destroy);
	k = run(has_local, NULL);
	cr_assert_eq(kthread_stop(k), 0);
	cr_assert_eq(told(&destroyed), 1);
	pthread_key_delete(key);
}

static int interrupted;

static int sleeps(void *data)
{
	(void)data;
	tell(&begun);
	while (!kthread_should_stop())
		if (msleep_interruptible(60000))
			tell(&interrupted);
	return signal_pending(current);
}

Test(kthread, stop_interrupts_it)
{
	struct task_struct *k = run(sleeps, NULL);

	cr_assert_eq(kthread_stop(k), 1);
	cr_assert_leq(told(&interrupted), 1);
}

static int knows_itself(void *data)
{
	bool frozen = true;

	must(kthread_data(current) == data);
	must(kthread_probe_data(current) == data);
	must(kthread_func(current) == (void *)knows_itself);
	tell(&begun);
	while (!kthread_freezable_should_stop(&frozen))
		msleep(1);
	return frozen;
}

Test(kthread, knows_its_function_and_data)
{
	struct task_struct *k = run(knows_itself, &begun);

	cr_assert_eq(kthread_data(k), &begun);
	cr_assert_eq(kthread_func(k), (void *)knows_itself);
	cr_assert_eq(kthread_stop(k), 0);
	must_have_held();
}

Test(kthread, other_threads_are_told_nothing)
{
	cr_assert_not(kthread_should_stop());
	cr_assert_not(kthread_should_park());
	cr_assert_not(kthread_should_stop_or_park());
	cr_assert_null(kthread_data(current));
	cr_assert_null(kthread_func(current));
	kthread_parkme();
}

/* ---- what it is ---- */

static sigset_t mask;
static cpu_set_t allowed;
static int policy;
static char name[TASK_COMM_LEN];

static int looks(void *data)
{
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	sched_getaffinity(0, sizeof(allowed), &allowed);
	/* musl's own functions only say that they are missing. */
	policy = (int)syscall(SYS_sched_getscheduler, 0);
	get_task_comm(name, current);
	tell(&begun);
	return until_stop(data);
}

Test(kthread, has_the_name_that_its_format_makes)
{
	struct task_struct *k =
		kthread_run(looks, NULL, "long name %u/%s", 4u, "and more");

	cr_assert_not(IS_ERR(k));
	wait_until(told(&begun) == 2);
	cr_assert_eq(strcmp(name, "long name 4/and"), 0, "%s", name);
	cr_assert_eq(kthread_stop(k), 0);
}

Test(kthread, blocks_asynchronous_signals_alone)
{
	struct task_struct *k = run(looks, NULL);

	wait_until(told(&begun) == 2);
	cr_assert(sigismember(&mask, SIGTERM));
	cr_assert(sigismember(&mask, SIGUSR1));
	cr_assert(sigismember(&mask, SIGALRM));
	cr_assert_not(sigismember(&mask, SIGSEGV));
	cr_assert_not(sigismember(&mask, SIGABRT));
	cr_assert_eq(kthread_stop(k), 0);
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	cr_assert_not(sigismember(&mask, SIGTERM), "its maker's are as before");
}

static int first_processor(void)
{
	sched_getaffinity(0, sizeof(allowed), &allowed);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &allowed))
			return cpu;
	return 0;
}

Test(kthread, inherits_no_affinity_and_no_class)
{
	cpu_set_t before, one;
	struct sched_param batch = { 0 };
	struct task_struct *k;

	CPU_ZERO(&one);
	CPU_SET(first_processor(), &one);
	before = allowed;
	cr_assert_eq(sched_setaffinity(0, sizeof(one), &one), 0);
	cr_assert_eq(syscall(SYS_sched_setscheduler, 0, SCHED_BATCH, &batch),
		     0);
	k = run(looks, NULL);
	wait_until(told(&begun) == 2);
	cr_assert(CPU_EQUAL(&allowed, &before));
	cr_assert_eq(policy, SCHED_OTHER);
	cr_assert_eq(kthread_stop(k), 0);
}

Test(kthread, on_a_cpu_it_is_bound_and_named_after_it)
{
	unsigned int cpu = (unsigned int)first_processor();
	char expected[TASK_COMM_LEN];
	struct task_struct *k = kthread_run_on_cpu(looks, NULL, cpu, "at/%u");

	cr_assert_not(IS_ERR(k));
	wait_until(told(&begun) == 2);
	snprintf(expected, sizeof(expected), "at/%u", cpu);
	cr_assert_eq(strcmp(name, expected), 0, "%s", name);
	cr_assert_eq(CPU_COUNT(&allowed), 1);
	cr_assert(CPU_ISSET(cpu, &allowed));
	cr_assert_eq(kthread_stop(k), 0);
}

Test(kthread, a_cpu_that_is_not_there_leaves_it_unbound)
{
	struct task_struct *k =
		kthread_create_on_cpu(looks, NULL, 8191, "at/%u");

	cr_assert_not(IS_ERR(k));
	kthread_bind(k, 1u << 30);
	wake_up_process(k);
	wait_until(told(&begun) == 2);
	cr_assert_geq(CPU_COUNT(&allowed), 1);
	cr_assert_eq(kthread_stop(k), 0);
}

/* ---- parking ---- */

static int rounds;

static int goes_round(void *data)
{
	tell(&begun);
	while (!kthread_should_stop()) {
		if (kthread_should_park())
			kthread_parkme();
		tell(&rounds);
		nap_us(1);
	}
	return (int)(intptr_t)data;
}

Test(kthread, park_waits_until_it_is_parked_and_unpark_lets_it_go)
{
	struct task_struct *k = run(goes_round, (void *)1);

	for (int i = 0; i < 20; i++) {
		int before;

		cr_assert_eq(kthread_park(k), 0);
		before = told(&rounds);
		nap_us(100);
		cr_assert_eq(told(&rounds), before);
		cr_assert_eq(wake_up_process(k), 0, "nothing else wakes it");
		kthread_unpark(k);
		wait_until(told(&rounds) != before);
	}
	cr_assert_eq(kthread_stop(k), 1);
}

Test(kthread, park_and_unpark_at_once_again_and_again)
{
	struct task_struct *k = run(goes_round, NULL);

	for (struct effort e = effort(5000, 200); effort_more(&e);) {
		cr_assert_eq(kthread_park(k), 0);
		kthread_unpark(k);
	}
	cr_assert_eq(kthread_stop(k), 0);
}

Test(kthread, one_that_is_parked_can_be_stopped)
{
	struct task_struct *k = run(goes_round, (void *)2);

	cr_assert_eq(kthread_park(k), 0);
	cr_assert_eq(kthread_stop(k), 2);
}

Test(kthread, one_that_was_not_woken_parks_before_it_begins)
{
	struct task_struct *k = kthread_create(goes_round, (void *)3, "parks");

	cr_assert_not(IS_ERR(k));
	cr_assert_eq(kthread_park(k), 0);
	cr_assert_eq(told(&begun), 0);
	kthread_unpark(k);
	wait_until(told(&begun));
	cr_assert_eq(kthread_stop(k), 3);
}

static int parks_itself(void *data)
{
	must(kthread_park(current) == 0);
	tell(&begun);
	kthread_parkme();
	return until_stop(data);
}

Test(kthread, one_may_tell_itself_to_park)
{
	struct task_struct *k = run(parks_itself, NULL);

	wait_until(!task_is_running(k));
	kthread_unpark(k);
	wait_until(told(&begun) == 2);
	cr_assert_eq(kthread_stop(k), 0);
	must_have_held();
}

static int ends_when_told_to_park(void *data)
{
	tell(&begun);
	while (!kthread_should_park())
		msleep(1);
	return (int)(intptr_t)data;
}

Test(kthread, a_park_ends_when_the_thread_does)
{
	struct task_struct *k =
		kthread_create(ends_when_told_to_park, (void *)8, "ends");

	cr_assert_not(IS_ERR(k));
	get_task_struct(k);
	wake_up_process(k);
	wait_until(told(&begun));
	cr_assert_eq(kthread_park(k), -ENOSYS);
	cr_assert_eq(kthread_stop_put(k), 8);
}

/* ---- fork ---- */

static void forked_stop(void *arg)
{
	must(kthread_park(arg) == -ENOSYS);
	must(kthread_stop(arg) == -ESRCH);
	begun = 0;
	must(kthread_stop(run(until_stop, (void *)9)) == 9);
}

Test(kthread, in_a_forks_child_there_is_none)
{
	struct task_struct *k = run(until_stop, (void *)1);

	get_task_struct(k);
	wait_until(!task_is_running(k));
	child_succeeds(forked_stop, k);
	cr_assert_eq(kthread_stop_put(k), 1);
}

/* ---- misuse ---- */

Test(kthread, a_thread_that_was_not_made_as_one_is_reported)
{
	cr_assert_eq(kthread_stop(current), -EINVAL);
	expect_misuse("kthread", "not made as one", current, KSYNC_HOLDER_NONE);
	cr_assert_eq(kthread_park(current), -EINVAL);
	expect_misuse("kthread", "not made as one", current, KSYNC_HOLDER_NONE);
	kthread_unpark(current);
	expect_misuse("kthread", "not made as one", current, KSYNC_HOLDER_NONE);
}

static void exits_as_one(void *unused, int index)
{
	(void)unused;
	(void)index;
	kthread_exit(1);
}

Test(kthread, the_exit_of_another_thread_is_reported_and_ends_it)
{
	struct crew crew;

	crew_start(&crew, 1, exits_as_one, NULL);
	crew_join(&crew);
	cr_assert_eq(reports_count(), 1);
	cr_assert(strstr(reports.kept[0].what, "not made as one"));
	reports_forget();
}

static int stops_itself(void *data)
{
	(void)data;
	must(kthread_stop(current) == -EDEADLK);
	tell(&begun);
	return until_stop(NULL);
}

Test(kthread, one_that_stops_itself_is_reported)
{
	struct task_struct *k = run(stops_itself, NULL);

	expect_misuse("kthread", "told to stop by itself", k,
		      KSYNC_HOLDER_NONE);
	cr_assert_eq(kthread_stop(k), 0);
	must_have_held();
}

/* Its record is not given out twice. */
Test(kthread, a_stop_after_the_end_of_one_that_nobody_keeps_is_reported)
{
	struct task_struct *self = current; /* not that one's record */
	struct task_struct *k = kthread_run(returns, (void *)13, "ends");
	struct task_struct *one, *two;
	struct ksync_task *record;

	cr_assert_not(IS_ERR(k));
	record = (void *)k;
	wait_until(!ksync_atomic_read(&record->users));
	cr_assert_eq(kthread_stop(k), -ESRCH);
	expect_misuse("kthread", "after it has ended", k, KSYNC_HOLDER_NONE);
	get_task_struct(k);
	put_task_struct(k);
	one = run(goes_round, NULL);
	two = run(goes_round, NULL);
	cr_assert_neq(one, two);
	cr_assert_neq(one, self);
	cr_assert_neq(two, self);
	cr_assert_eq(kthread_stop(one), 0);
	cr_assert_eq(kthread_stop(two), 0);
}

Test(kthread, a_second_park_is_reported)
{
	struct task_struct *k = run(goes_round, NULL);

	cr_assert_eq(kthread_park(k), 0);
	cr_assert_eq(kthread_park(k), -EBUSY);
	expect_misuse("kthread", "it is already", k, KSYNC_HOLDER_NONE);
	cr_assert_eq(kthread_stop(k), 0);
}

/* ---- works ---- */

static DEFINE_KTHREAD_WORKER(worker);
static struct kthread_worker *made;
static struct task_struct *thread;
static int done;
static int order[64];

static void worker_begin(void)
{
	thread = kthread_run(kthread_worker_fn, &worker, "worker");
	cr_assert_not(IS_ERR(thread));
}

static void worker_end(void)
{
	cr_assert_eq(kthread_stop(thread), 0);
	cr_assert_null(worker.task);
}

static void does(struct kthread_work *work)
{
	(void)work;
	tell(&done);
}

static DEFINE_KTHREAD_WORK(work, does);
static DEFINE_KTHREAD_DELAYED_WORK(later, does);

Test(kthread_worker, does_what_is_queued)
{
	worker_begin();
	for (int i = 1; i < 100; i++) {
		cr_assert(kthread_queue_work(&worker, &work));
		kthread_flush_work(&work);
		cr_assert_eq(told(&done), i);
	}
	worker_end();
}

struct numbered {
	struct kthread_work work;
	int number;
};

static void notes(struct kthread_work *w)
{
	order[done++] = ksync_container_of(w, struct numbered, work)->number;
}

Test(kthread_worker, does_it_in_the_order_of_queueing)
{
	struct numbered works[64];

	worker_begin();
	for (int i = 0; i < 64; i++) {
		works[i].number = i;
		kthread_init_work(&works[i].work, notes);
		cr_assert(kthread_queue_work(&worker, &works[i].work));
	}
	kthread_flush_worker(&worker);
	for (int i = 0; i < 64; i++)
		cr_assert_eq(order[i], i);
	worker_end();
}

/* Blocks its worker until it is let go. */
static int blocking, let_go;

static void blocks(struct kthread_work *w)
{
	(void)w;
	tell(&blocking);
	while (!told(&let_go))
		nap_us(50);
}

static DEFINE_KTHREAD_WORK(blocker, blocks);

static void worker_block(void)
{
	worker_begin();
	cr_assert(kthread_queue_work(&worker, &blocker));
	wait_until(told(&blocking));
}

Test(kthread_worker, a_work_is_queued_once_at_a_time)
{
	worker_block();
	cr_assert(kthread_queue_work(&worker, &work));
	cr_assert_not(kthread_queue_work(&worker, &work));
	tell(&let_go);
	kthread_flush_work(&work);
	cr_assert_eq(told(&done), 1);
	cr_assert(kthread_queue_work(&worker, &work));
	kthread_flush_worker(&worker);
	cr_assert_eq(told(&done), 2);
	worker_end();
}

static void again(struct kthread_work *w)
{
	tell(&done);
	if (told(&done) < 10)
		must(kthread_queue_work(&worker, w));
}

Test(kthread_worker, a_work_may_queue_itself)
{
	kthread_init_work(&work, again);
	worker_begin();
	cr_assert(kthread_queue_work(&worker, &work));
	wait_until(told(&done) == 10);
	worker_end();
	must_have_held();
}

static void frees(struct kthread_work *w)
{
	free(w);
	tell(&done);
}

Test(kthread_worker, a_work_may_be_freed_by_its_function)
{
	worker_begin();
	for (int i = 0; i < 100; i++) {
		struct kthread_work *w = malloc(sizeof(*w));

		kthread_init_work(w, frees);
		cr_assert(kthread_queue_work(&worker, w));
	}
	kthread_flush_worker(&worker);
	cr_assert_eq(told(&done), 100);
	worker_end();
}

Test(kthread_worker, a_cancelled_work_is_not_done)
{
	worker_block();
	cr_assert(kthread_queue_work(&worker, &work));
	cr_assert(kthread_cancel_work_sync(&work));
	cr_assert_not(kthread_cancel_work_sync(&work));
	tell(&let_go);
	kthread_flush_worker(&worker);
	cr_assert_eq(told(&done), 0);
	worker_end();
}

static void cancels(void *unused, int index)
{
	(void)unused;
	(void)index;
	must(!kthread_cancel_work_sync(&blocker));
	must(told(&let_go));
	tell(&done);
}

Test(kthread_worker, a_cancel_waits_for_the_work_that_is_being_done)
{
	struct crew crew;

	worker_block();
	crew_start(&crew, 1, cancels, NULL);
	wait_until(READ_ONCE(blocker.canceling));
	cr_assert_not(kthread_queue_work(&worker, &blocker),
		      "refused meanwhile");
	cr_assert_eq(told(&done), 0);
	tell(&let_go);
	crew_join(&crew);
	cr_assert(kthread_queue_work(&worker, &blocker), "and not afterwards");
	kthread_flush_work(&blocker);
	worker_end();
}

static int running;

static void queues_itself_later(struct kthread_work *w)
{
	kthread_queue_delayed_work(&worker, &later, 1000000);
	tell(&running);
	wait_until(told(&let_go));
	must(!list_empty(&w->node));
}

static void flushes_later(void *unused, int index)
{
	(void)unused;
	(void)index;
	kthread_flush_work(&later.work);
	must(told(&let_go));
	tell(&done);
}

Test(kthread_worker, a_flush_waits_for_what_runs_and_not_for_its_next_time)
{
	struct crew crew;

	worker_begin();
	kthread_init_delayed_work(&later, queues_itself_later);
	cr_assert(kthread_queue_delayed_work(&worker, &later, 0));
	wait_until(told(&running));
	crew_start(&crew, 1, flushes_later, NULL);
	wait_until(READ_ONCE(worker.work_list.next) != &worker.work_list);
	cr_assert_eq(told(&done), 0);
	tell(&let_go);
	crew_join(&crew);
	cr_assert(kthread_cancel_delayed_work_sync(&later), "is yet to come");
	worker_end();
}

Test(kthread_worker, flush_and_cancel_of_what_was_never_queued_return_at_once)
{
	kthread_flush_work(&work);
	cr_assert_not(kthread_cancel_work_sync(&work));
	cr_assert_not(kthread_cancel_delayed_work_sync(&later));
}

Test(kthread_worker, a_delayed_work_is_done_when_it_is_due_and_not_before)
{
	long long begin = now_ms();

	worker_begin();
	cr_assert(kthread_queue_delayed_work(&worker, &later,
					     msecs_to_jiffies(30)));
	cr_assert_not(kthread_queue_delayed_work(&worker, &later, 0));
	kthread_flush_work(&later.work);
	kthread_flush_worker(&worker);
	wait_until(told(&done));
	cr_assert_geq(now_ms() - begin, 29);
	cr_assert(kthread_queue_delayed_work(&worker, &later, 0));
	kthread_flush_work(&later.work);
	cr_assert_eq(told(&done), 2);
	worker_end();
}

struct numbered_later {
	struct kthread_delayed_work later;
	int number;
};

static void notes_later(struct kthread_work *w)
{
	struct numbered_later *l =
		ksync_container_of(w, struct numbered_later, later.work);

	order[done] = l->number;
	tell(&done);
}

Test(kthread_worker, who_is_due_first_is_done_first)
{
	static struct numbered_later works[3];
	static const unsigned long delays[] = { 30, 10, 20 };

	worker_block();
	for (int i = 0; i < 3; i++) {
		kthread_init_delayed_work(&works[i].later, notes_later);
		works[i].number = i;
		cr_assert(kthread_queue_delayed_work(&worker, &works[i].later,
						     delays[i]));
	}
	nap_ms(40);
	tell(&let_go);
	wait_until(told(&done) == 3);
	cr_assert_eq(order[0], 1);
	cr_assert_eq(order[1], 2);
	cr_assert_eq(order[2], 0);
	worker_end();
}

Test(kthread_worker, mod_changes_when_it_is_due)
{
	worker_begin();
	cr_assert_not(kthread_mod_delayed_work(&worker, &later, 100000),
		      "it was not queued");
	cr_assert(kthread_mod_delayed_work(&worker, &later, 200000));
	cr_assert(kthread_mod_delayed_work(&worker, &later, 0));
	kthread_flush_work(&later.work);
	cr_assert_eq(told(&done), 1);
	cr_assert_not(kthread_cancel_delayed_work_sync(&later));
	worker_end();
}

Test(kthread_worker, a_sleep_until_a_work_is_due_ends_for_an_earlier_one)
{
	worker_begin();
	cr_assert(kthread_queue_delayed_work(&worker, &later, 100000));
	wait_until(!task_is_running(thread));
	cr_assert(kthread_queue_work(&worker, &work));
	kthread_flush_work(&work);
	cr_assert_eq(told(&done), 1);
	cr_assert(kthread_cancel_delayed_work_sync(&later));
	worker_end();
}

Test(kthread_worker, is_created_asleep_and_begins_with_the_first_work)
{
	made = kthread_create_worker(KTW_FREEZABLE, "made/%d", 1);
	cr_assert_not(IS_ERR(made));
	cr_assert_not(task_is_running(made->task));
	cr_assert(kthread_queue_work(made, &work));
	kthread_flush_work(&work);
	cr_assert_eq(told(&done), 1);
	kthread_destroy_worker(made);
}

Test(kthread_worker, destroy_does_what_is_queued_first)
{
	struct numbered works[20];

	made = kthread_run_worker(0, "made");
	cr_assert_not(IS_ERR(made));
	for (int i = 0; i < 20; i++) {
		kthread_init_work(&works[i].work, does);
		cr_assert(kthread_queue_work(made, &works[i].work));
	}
	kthread_destroy_worker(made);
	cr_assert_eq(told(&done), 20);
	made = kthread_create_worker_on_cpu(first_processor(), 0, "on/%u");
	cr_assert_not(IS_ERR(made));
	kthread_destroy_worker(made);
	made = kthread_run_worker_on_cpu(first_processor(), 0, "on/%u");
	cr_assert_not(IS_ERR(made));
	kthread_destroy_worker(made);
}

Test(kthread_worker, parks_between_two_works)
{
	worker_begin();
	cr_assert_eq(kthread_park(thread), 0);
	cr_assert(kthread_queue_work(&worker, &work));
	nap_ms(1);
	cr_assert_eq(told(&done), 0);
	kthread_unpark(thread);
	kthread_flush_work(&work);
	cr_assert_eq(told(&done), 1);
	worker_end();
}

Test(kthread_worker, a_second_worker_for_a_work_is_reported_and_refused)
{
	static DEFINE_KTHREAD_WORKER(other);

	worker_begin();
	cr_assert(kthread_queue_work(&worker, &work));
	kthread_flush_work(&work);
	cr_assert_not(kthread_queue_work(&other, &work));
	expect_misuse("kthread_work", "second worker", &work,
		      KSYNC_HOLDER_NONE);
	worker_end();
}

static void flushes_itself(struct kthread_work *w)
{
	kthread_flush_work(w);
	tell(&done);
}

static void cancels_itself(struct kthread_work *w)
{
	must(!kthread_cancel_work_sync(w));
	tell(&done);
}

Test(kthread_worker, a_work_that_waits_for_its_worker_is_reported)
{
	worker_begin();
	kthread_init_work(&work, flushes_itself);
	cr_assert(kthread_queue_work(&worker, &work));
	kthread_flush_work(&work);
	expect_misuse("kthread_worker", "by one of its own", &worker,
		      KSYNC_HOLDER_NONE);
	kthread_init_work(&work, cancels_itself);
	cr_assert(kthread_queue_work(&worker, &work));
	kthread_flush_work(&work);
	expect_misuse("kthread_worker", "by one of its own", &worker,
		      KSYNC_HOLDER_NONE);
	cr_assert_eq(told(&done), 2);
	worker_end();
	must_have_held();
}

Test(kthread_worker, a_delayed_work_that_is_left_is_reported_and_not_done)
{
	made = kthread_run_worker(0, "made");
	cr_assert_not(IS_ERR(made));
	cr_assert(kthread_queue_delayed_work(made, &later, 100000));
	kthread_destroy_worker(made);
	expect_misuse("kthread_worker", "works that are not done", made,
		      KSYNC_HOLDER_NONE);
	cr_assert_eq(told(&done), 0);
}

/* ---- all at once ---- */

static struct kthread_work works[4];
static int counted[4];
static int queued;

static void counts(struct kthread_work *w)
{
	counted[w - works]++;
}

static void queue_and_cancel(void *unused, int index)
{
	(void)unused;
	for (struct effort e = effort(3000, 200); effort_more(&e);) {
		struct kthread_work *w = &works[(index + e.rounds) % 4];

		if (kthread_queue_work(&worker, w))
			tell(&queued);
		if (e.rounds % 3 == 0 && kthread_cancel_work_sync(w))
			__atomic_fetch_sub(&queued, 1, __ATOMIC_RELAXED);
		if (e.rounds % 7 == 0)
			kthread_flush_work(w);
	}
}

Test(kthread_worker, each_queueing_is_done_or_cancelled_once)
{
	for (int i = 0; i < 4; i++)
		kthread_init_work(&works[i], counts);
	worker_begin();
	crew_run(3, queue_and_cancel, NULL);
	kthread_flush_worker(&worker);
	cr_assert_eq(counted[0] + counted[1] + counted[2] + counted[3],
		     told(&queued));
	worker_end();
}
