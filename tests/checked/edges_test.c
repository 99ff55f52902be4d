/* SPDX-License-Identifier: MIT */
/*
 * The checked library where it is alone with itself: in a fork's child, in
 * signal handlers, on small stacks, without memory or standard error, when
 * memory comes back that had other locks, with very many locks, in urgent and
 * in cancelled threads, and when a report's hook does not return.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>

#include "../support/process.h"
#include "../support/threads.h"
#include "said.h"

SAID_SUITE(edges);

static DEFINE_MUTEX(mutex);
static DEFINE_MUTEX(other);
static DEFINE_MUTEX(beside);
static DEFINE_SPINLOCK(spin);

static void both(struct mutex *one, struct mutex *two)
{
	mutex_lock(one);
	mutex_lock(two);
	mutex_unlock(two);
	mutex_unlock(one);
}

/* ---- fork ---- */

static void child_goes_on(void *arg)
{
	(void)arg;
	must(lockdep_is_held(&mutex) == 1);
	must(lockdep_is_held(&spin) == 1);
	must(mutex.dep_map.holder == getpid());
	might_sleep();
	must(reports_count() == 1);
	reports_forget();
	spin_unlock(&spin);
	mutex_unlock(&mutex);
	/* What was learned before is known. */
	both(&other, &mutex);
	must(reports_count() == 1);
}

Test(edges, a_forks_child_holds_what_its_thread_held)
{
	both(&mutex, &other);
	mutex_lock(&mutex);
	spin_lock(&spin);
	child_succeeds(child_goes_on, NULL);
	spin_unlock(&spin);
	mutex_unlock(&mutex);
	expect_silence();
}

static bool stop;

static void learns(void *arg, int index)
{
	(void)arg;
	(void)index;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		struct lock_class_key key;
		struct mutex fresh;

		lockdep_register_key(&key);
		mutex_init(&fresh);
		lockdep_set_class(&fresh, &key);
		both(&mutex, &fresh);
		lockdep_unregister_key(&key);
		nap_us(50);
	}
}

static void child_learns(void *arg)
{
	struct mutex fresh;

	(void)arg;
	mutex_init(&fresh);
	both(&other, &fresh);
	must(reports_count() == 0);
}

/* Others are in the graph at any moment. */
Test(edges, a_fork_while_others_learn)
{
	struct crew crew;

	crew_start(&crew, 2, learns, NULL);
	for (int i = 0; i < 50; i++)
		child_succeeds(child_learns, NULL);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	crew_join(&crew);
	expect_silence();
}

/* ---- signals ---- */

static int handled;

/* Each handler's locks are its own; it comes at any moment of the thread's. */
static void handler(int sig)
{
	static DEFINE_SPINLOCK(handlers);

	(void)sig;
	spin_lock(&handlers);
	spin_unlock(&handlers);
	rcu_read_lock();
	rcu_read_unlock();
	handled++;
}

Test(edges, handlers_that_lock)
{
	struct sigaction act = { .sa_handler = handler };
	struct itimerval often = { { 0, 100 }, { 0, 100 } };
	struct itimerval never = { { 0, 0 }, { 0, 0 } };

	/* The thread's first lock, and reader, come before its handlers'. */
	both(&mutex, &other);
	rcu_read_lock();
	rcu_read_unlock();
	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; KSYNC_READ_ONCE(handled) < 2000; i++) {
		struct mutex fresh;

		mutex_lock(&mutex);
		mutex_init(&fresh);
		mutex_lock(&fresh);
		spin_lock(&spin);
		spin_unlock(&spin);
		mutex_unlock(&mutex);
		mutex_unlock(&fresh);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	expect_silence();
	lockdep_assert_none_held_once();
	might_sleep();
	expect_silence();
	/* It looks at what comes as ever. */
	both(&other, &mutex);
	expect_said("in an order that can deadlock");
}

/* ---- stacks and memory ---- */

static void *reports_on_little(void *arg)
{
	(void)arg;
	both(&mutex, &other);
	both(&other, &mutex);
	spin_lock(&spin);
	might_sleep();
	spin_unlock(&spin);
	return NULL;
}

static void child_with_little_stack(void *arg)
{
	pthread_attr_t attr;
	pthread_t thread;

	(void)arg;
	ksync_report_hook_set(NULL);
	pthread_attr_init(&attr);
	must(pthread_attr_setstacksize(&attr, 16384) == 0);
	must(pthread_create(&thread, &attr, reports_on_little, NULL) == 0);
	pthread_join(thread, NULL);
}

Test(edges, reports_on_a_stack_of_16_kb)
{
	child_succeeds(child_with_little_stack, NULL);
}

#define MANY 600

static void child_without_memory(void *arg)
{
	static struct mutex many[MANY];
	static struct lock_class_key keys[MANY];
	struct rlimit limit = { 1, 1 };

	(void)arg;
	for (int i = 0; i < MANY; i++)
		mutex_init(&many[i]);
	mutex_lock(&mutex);
	must(setrlimit(RLIMIT_AS, &limit) == 0);
	for (int i = 0; i < MANY; i++) {
		lockdep_set_class(&many[i], &keys[i]);
		mutex_lock(&many[i]);
	}
	for (int i = 0; i < MANY; i++)
		mutex_unlock(&many[i]);
	mutex_unlock(&mutex);
	must(reports_count() == 0);
	/* What can be looked at is. */
	spin_lock(&spin);
	might_sleep();
	spin_unlock(&spin);
	must(reports_count() == 1);
}

Test(edges, no_more_memory)
{
	child_succeeds(child_without_memory, NULL);
}

static void child_never_had_memory(void *arg)
{
	struct rlimit limit = { 1, 1 };

	(void)arg;
	must(setrlimit(RLIMIT_AS, &limit) == 0);
	for (int i = 0; i < 10; i++) {
		both(&mutex, &other);
		both(&other, &mutex);
		spin_lock(&spin);
		spin_unlock(&spin);
		rcu_read_lock();
		rcu_read_unlock();
	}
}

Test(edges, never_any_memory)
{
	child_succeeds(child_never_had_memory, NULL);
}

/* A plugin goes and another comes to its place: its keys are others'. */
struct plugin {
	struct lock_class_key key;
	struct mutex lock;
	char name[32];
};

static void plugin_use(struct plugin *p, const char *name, bool first)
{
	strcpy(p->name, name);
	mutex_init(&p->lock);
	lockdep_set_class_and_name(&p->lock, &p->key, p->name);
	if (first)
		both(&p->lock, &mutex);
	else
		both(&mutex, &p->lock);
}

Test(edges, memory_that_had_other_locks)
{
	struct plugin *p = mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	plugin_use(p, "gone", true);
	cr_assert_eq(mmap(p, sizeof(*p), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
		     (void *)p);
	plugin_use(p, "new", false);
	expect_silence();
	/* What is told of it lives longer than it does. */
	cr_assert_eq(munmap(p, sizeof(*p)), 0);
	both(&other, &mutex);
	both(&mutex, &other);
	expect_said("in an order that can deadlock");
}

/* ---- a hook that does not return ---- */

static void ending_hook(const struct ksync_report *report)
{
	keep_details(report);
	pthread_exit(NULL);
}

static void *is_ended(void *arg)
{
	(void)arg;
	both(&other, &mutex);
	return NULL;
}

Test(edges, a_hook_that_ends_the_thread)
{
	pthread_t thread;

	both(&mutex, &other);
	ksync_report_hook_set(ending_hook);
	/* Its report is made before the lock is taken; then it exits with the
	 * one that it holds, which ends nothing more. */
	pthread_create(&thread, NULL, is_ended, NULL);
	pthread_join(thread, NULL);
	cr_assert_geq(reports_count(), 1);
	cr_assert(strstr(reports.kept[0].what, "in an order"));
	reports_forget();
	ksync_report_hook_set(keep_details);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	might_sleep();
	expect_silence();
}

/* ---- many ---- */

#define HELD 300

Test(edges, hundreds_held_at_once)
{
	static struct mutex many[HELD];
	static struct lock_class_key keys[HELD];

	for (int i = 0; i < HELD; i++) {
		mutex_init(&many[i]);
		lockdep_set_class(&many[i], &keys[i]);
		mutex_lock(&many[i]);
	}
	for (int i = 0; i < HELD; i++)
		lockdep_assert_held(&many[i]);
	/* From the middle, from the ends. */
	for (int i = HELD / 2; i < HELD; i++)
		mutex_unlock(&many[i]);
	for (int i = 0; i < HELD / 2; i++)
		mutex_unlock(&many[i]);
	lockdep_assert_none_held_once();
	expect_silence();
	both(&many[HELD - 1], &many[0]);
	expect_said("in an order that can deadlock");
}

#define CLASSES 5000

Test(edges, thousands_of_classes)
{
	static struct mutex many[CLASSES];
	static struct lock_class_key keys[CLASSES];

	for (int i = 0; i < CLASSES; i++) {
		mutex_init(&many[i]);
		lockdep_set_class(&many[i], &keys[i]);
	}
	for (int i = 0; i + 1 < CLASSES; i++)
		both(&many[i], &many[i + 1]);
	expect_silence();
	both(&many[CLASSES - 1], &many[0]);
	expect_said("in an order that can deadlock");
	expect_details("scenario thread 1 takes ");
}

/* ---- urgent threads ---- */

static void learns_urgently(void *arg, int index)
{
	struct sched_param param = { .sched_priority = 1 + index };

	(void)arg;
	must(sched_setscheduler(0, SCHED_FIFO, &param) == 0);
	for (int i = 0; i < 300; i++) {
		struct lock_class_key key;
		struct mutex fresh;

		lockdep_register_key(&key);
		mutex_init(&fresh);
		lockdep_set_class(&fresh, &key);
		both(&mutex, &fresh);
		lockdep_unregister_key(&key);
	}
}

/* Who is in the graph may be less urgent than who waits for that. */
Test(edges, realtime_threads)
{
	struct sched_param none = { .sched_priority = 1 };

	if (sched_setscheduler(0, SCHED_FIFO, &none))
		cr_skip("no SCHED_FIFO here");
	none.sched_priority = 0;
	sched_setscheduler(0, SCHED_OTHER, &none);
	crew_run(4, learns_urgently, NULL);
	must_have_held();
	expect_silence();
}

/* ---- cancellation ---- */

static void gives_back(void *lock)
{
	mutex_unlock(lock);
}

static int cancel_now;

static void *is_cancelled(void *arg)
{
	mutex_lock(&mutex);
	pthread_cleanup_push(gives_back, &mutex);
	if (arg)
		mutex_lock(&other);
	__atomic_store_n(&cancel_now, 1, __ATOMIC_RELEASE);
	for (;;)
		pause();
	pthread_cleanup_pop(1);
	return NULL;
}

static void cancel_one(void *arg)
{
	pthread_t thread;

	cancel_now = 0;
	pthread_create(&thread, NULL, is_cancelled, arg);
	wait_until(__atomic_load_n(&cancel_now, __ATOMIC_ACQUIRE));
	pthread_cancel(thread);
	pthread_join(thread, NULL);
}

Test(edges, cancellation)
{
	cancel_one(NULL);
	expect_silence();
	cancel_one("");
	expect_said("its holder exits");
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	expect_silence();
}

/* ---- standard error ---- */

static void reports_to(int fd)
{
	ksync_report_hook_set(NULL);
	dup2(fd, 2);
	(void)reports_on_little(NULL);
	/* It goes on. */
	ksync_report_hook_set(keep_details);
	both(&other, &beside);
	both(&beside, &other);
	must(reports_count() == 1);
}

static void child_without_stderr(void *arg)
{
	(void)arg;
	close(2);
	ksync_report_hook_set(NULL);
	(void)reports_on_little(NULL);
}

static void child_with_full_pipe(void *arg)
{
	int ends[2];
	char full[4096] = "";

	(void)arg;
	must(pipe2(ends, O_NONBLOCK) == 0);
	while (write(ends[1], full, sizeof(full)) > 0)
		;
	reports_to(ends[1]);
}

static void child_with_broken_pipe(void *arg)
{
	int ends[2];

	(void)arg;
	must(pipe(ends) == 0);
	close(ends[0]);
	reports_to(ends[1]);
}

Test(edges, standard_error_closed_full_and_broken)
{
	child_succeeds(child_without_stderr, NULL);
	child_succeeds(child_with_full_pipe, NULL);
	child_succeeds(child_with_broken_pipe, NULL);
}
