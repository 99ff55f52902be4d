/* SPDX-License-Identifier: MIT */
/*
 * Wait queues: every form of waiting, who is woken and who is not, functions of
 * entries, what no wake-up loses, fork, and misuse.
 */
#include <criterion/criterion.h>

#include <linux/wait.h>
#include <sys/wait.h>

#include "port/port.h"
#include "support/process.h"
#include "support/queue.h"
#include "support/report.h"
#include "support/sandbox.h"
#include "support/threads.h"

TestSuite(wait_queue, .init = reports_take, .fini = reports_none,
	  .timeout = 120);
TestSuite(wait_event, .init = reports_take, .fini = reports_none,
	  .timeout = 120);
TestSuite(wait_wake, .init = reports_take, .fini = reports_none,
	  .timeout = 120);
TestSuite(wait_misuse, .init = reports_take, .fini = reports_none,
	  .timeout = 120);
TestSuite(wait_fork, .init = reports_take, .fini = reports_none,
	  .timeout = 120);
TestSuite(wait_sandbox, .init = reports_take, .fini = reports_none,
	  .timeout = 120);

static DECLARE_WAIT_QUEUE_HEAD(wq);
static bool ready;

static int queued(struct wait_queue_head *queue)
{
	int n = 0;

	spin_lock(&queue->lock);
	for (struct list_head *l = queue->head.next; l != &queue->head;
	     l = l->next)
		n++;
	spin_unlock(&queue->lock);
	return n;
}

/* ---- one thread ---- */

Test(wait_queue, is_24_bytes)
{
	cr_assert(KSYNC_CHECKED ||
		  sizeof(wait_queue_head_t) == 8 + 2 * sizeof(void *));
}

Test(wait_queue, is_empty_when_initialised)
{
	wait_queue_head_t q;

	memset(&q, 0xff, sizeof(q));
	init_waitqueue_head(&q);
	cr_assert_not(waitqueue_active(&q));
	cr_assert_not(wq_has_sleeper(&q));
	cr_assert_not(wq_has_single_sleeper(&q));
	cr_assert_eq(queued(&q), 0);
	wake_up(&q);
	wake_up_all(&q);
}

Test(wait_queue, add_and_remove_and_who_is_there)
{
	DECLARE_WAITQUEUE(one, current);
	DECLARE_WAITQUEUE(two, current);

	add_wait_queue(&wq, &one);
	cr_assert(waitqueue_active(&wq));
	cr_assert(wq_has_sleeper(&wq));
	cr_assert(wq_has_single_sleeper(&wq));
	add_wait_queue_exclusive(&wq, &two);
	cr_assert_not(wq_has_single_sleeper(&wq));
	cr_assert_eq(queued(&wq), 2);
	remove_wait_queue(&wq, &one);
	cr_assert(wq_has_single_sleeper(&wq));
	remove_wait_queue(&wq, &two);
	cr_assert_not(waitqueue_active(&wq));
	/* Out already: nothing happens. */
	remove_wait_queue(&wq, &two);
}

static struct wait_queue_entry *entry_at(int n)
{
	struct list_head *l = wq.head.next;

	while (n--)
		l = l->next;
	return container_of(l, struct wait_queue_entry, entry);
}

Test(wait_queue, priority_before_plain_before_exclusive)
{
	DECLARE_WAITQUEUE(plain, current);
	DECLARE_WAITQUEUE(plain2, current);
	DECLARE_WAITQUEUE(excl, current);
	DECLARE_WAITQUEUE(prio, current);

	add_wait_queue_exclusive(&wq, &excl);
	add_wait_queue_priority(&wq, &prio);
	add_wait_queue(&wq, &plain);
	add_wait_queue(&wq, &plain2);
	cr_assert_eq(entry_at(0), &prio);
	cr_assert_eq(entry_at(1), &plain2);
	cr_assert_eq(entry_at(2), &plain);
	cr_assert_eq(entry_at(3), &excl);
	cr_assert_eq(excl.flags, WQ_FLAG_EXCLUSIVE);
	cr_assert_eq(prio.flags, WQ_FLAG_PRIORITY);
	remove_wait_queue(&wq, &plain);
	remove_wait_queue(&wq, &plain2);
	remove_wait_queue(&wq, &prio);
	remove_wait_queue(&wq, &excl);
}

Test(wait_queue, only_one_has_priority_exclusively)
{
	DECLARE_WAITQUEUE(one, current);
	DECLARE_WAITQUEUE(two, current);

	cr_assert_eq(add_wait_queue_priority_exclusive(&wq, &one), 0);
	cr_assert_eq(add_wait_queue_priority_exclusive(&wq, &two), -EBUSY);
	remove_wait_queue(&wq, &one);
	cr_assert_eq(add_wait_queue_priority_exclusive(&wq, &two), 0);
	remove_wait_queue(&wq, &two);
}

Test(wait_queue, prepare_queues_and_sets_the_state_and_finish_undoes_both)
{
	DEFINE_WAIT(wait);

	cr_assert_eq(wait.private, current);
	prepare_to_wait(&wq, &wait, TASK_INTERRUPTIBLE);
	cr_assert_eq(get_current_state(), TASK_INTERRUPTIBLE);
	cr_assert_eq(queued(&wq), 1);
	prepare_to_wait(&wq, &wait, TASK_UNINTERRUPTIBLE);
	cr_assert_eq(get_current_state(), TASK_UNINTERRUPTIBLE);
	cr_assert_eq(queued(&wq), 1);
	finish_wait(&wq, &wait);
	cr_assert_eq(get_current_state(), TASK_RUNNING);
	cr_assert_eq(queued(&wq), 0);
}

Test(wait_queue, prepare_exclusive_says_whether_it_was_the_first)
{
	DEFINE_WAIT(one);
	DEFINE_WAIT(two);

	cr_assert(prepare_to_wait_exclusive(&wq, &one, TASK_INTERRUPTIBLE));
	cr_assert_not(prepare_to_wait_exclusive(&wq, &two, TASK_INTERRUPTIBLE));
	cr_assert_eq(one.flags, WQ_FLAG_EXCLUSIVE);
	cr_assert_eq(entry_at(1), &two);
	finish_wait(&wq, &two);
	finish_wait(&wq, &one);
}

Test(wait_queue, prepare_event_stops_for_what_its_state_lets_through)
{
	static const struct {
		unsigned int state;
		bool kill;
		long ret;
	} cases[] = {
		{ TASK_INTERRUPTIBLE, false, -ERESTARTSYS },
		{ TASK_INTERRUPTIBLE, true, -ERESTARTSYS },
		{ TASK_KILLABLE, false, 0 },
		{ TASK_KILLABLE, true, -ERESTARTSYS },
		{ TASK_UNINTERRUPTIBLE, true, 0 },
		{ TASK_IDLE, true, 0 },
	};
	struct wait_queue_entry wait;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		init_wait_entry(&wait, 0);
		prepare_to_wait(&wq, &wait, cases[i].state);
		(cases[i].kill ? ksync_task_kill :
				 ksync_task_interrupt)(current);
		cr_assert_eq(prepare_to_wait_event(&wq, &wait, cases[i].state),
			     cases[i].ret, "case %zu", i);
		cr_assert_eq(queued(&wq), cases[i].ret == 0);
		finish_wait(&wq, &wait);
		ksync_task_clear_pending();
	}
}

/* ---- the forms of waiting ---- */

Test(wait_event, returns_at_once_where_the_condition_is_true)
{
	int looks = 0;
	DEFINE_SPINLOCK(lock);

	ksync_task_kill(current);
	wait_event(wq, ++looks);
	wait_event_idle(wq, ++looks);
	io_wait_event(wq, ++looks);
	wait_event_idle_exclusive(wq, ++looks);
	cr_assert_eq(wait_event_interruptible(wq, ++looks), 0);
	cr_assert_eq(wait_event_killable(wq, ++looks), 0);
	cr_assert_eq(wait_event_freezable(wq, ++looks), 0);
	cr_assert_eq(wait_event_state(wq, ++looks, TASK_INTERRUPTIBLE), 0);
	cr_assert_eq(wait_event_interruptible_exclusive(wq, ++looks), 0);
	cr_assert_eq(wait_event_killable_exclusive(wq, ++looks), 0);
	cr_assert_eq(wait_event_freezable_exclusive(wq, ++looks), 0);
	cr_assert_eq(wait_event_hrtimeout(wq, ++looks, 0), 0);
	cr_assert_eq(wait_event_interruptible_hrtimeout(wq, ++looks, 0), 0);
	cr_assert_eq(wait_event_timeout(wq, ++looks, 30), 30);
	cr_assert_eq(wait_event_timeout(wq, ++looks, 0), 1);
	cr_assert_eq(wait_event_interruptible_timeout(wq, ++looks, 30), 30);
	cr_assert_eq(wait_event_killable_timeout(wq, ++looks, 30), 30);
	cr_assert_eq(wait_event_idle_timeout(wq, ++looks, 30), 30);
	cr_assert_eq(wait_event_idle_exclusive_timeout(wq, ++looks, 30), 30);
	cr_assert_eq(wait_event_freezable_timeout(wq, ++looks, 30), 30);
	wait_event_cmd(wq, ++looks, looks = -99, looks = -99);
	wait_event_exclusive_cmd(wq, ++looks, looks = -99, looks = -99);
	spin_lock_irq(&lock);
	wait_event_lock_irq(wq, ++looks, lock);
	wait_event_lock_irq_cmd(wq, ++looks, lock, looks = -99);
	cr_assert_eq(wait_event_interruptible_lock_irq(wq, ++looks, lock), 0);
	cr_assert_eq(wait_event_lock_irq_timeout(wq, ++looks, lock, 5), 5);
	cr_assert_eq(wait_event_interruptible_lock_irq_timeout(wq, ++looks,
							       lock, 5),
		     5);
	spin_unlock_irq(&lock);
	cr_assert_eq(looks, 27, "each looked once, not %d times", looks);
	ksync_task_clear_pending();
}

Test(wait_event, interruptible_forms_end_with_ERESTARTSYS)
{
	DEFINE_SPINLOCK(lock);

	ksync_task_interrupt(current);
	cr_assert_eq(wait_event_interruptible(wq, false), -ERESTARTSYS);
	cr_assert_eq(wait_event_freezable(wq, false), -ERESTARTSYS);
	cr_assert_eq(wait_event_interruptible_exclusive(wq, false),
		     -ERESTARTSYS);
	cr_assert_eq(wait_event_interruptible_timeout(wq, false, 10000),
		     -ERESTARTSYS);
	cr_assert_eq(wait_event_freezable_timeout(wq, false, 10000),
		     -ERESTARTSYS);
	cr_assert_eq(wait_event_interruptible_hrtimeout(wq, false, 1ll << 40),
		     -ERESTARTSYS);
	spin_lock_irq(&lock);
	cr_assert_eq(wait_event_interruptible_lock_irq(wq, false, lock),
		     -ERESTARTSYS);
	cr_assert_eq(wait_event_interruptible_lock_irq_timeout(wq, false, lock,
							       10000),
		     -ERESTARTSYS);
	cr_assert(spin_is_locked(&lock));
	spin_unlock_irq(&lock);
	spin_lock(&wq.lock);
	cr_assert_eq(wait_event_interruptible_locked(wq, false), -ERESTARTSYS);
	cr_assert_eq(wait_event_interruptible_exclusive_locked(wq, false),
		     -ERESTARTSYS);
	spin_unlock(&wq.lock);
	cr_assert_eq(queued(&wq), 0);
	cr_assert_eq(get_current_state(), TASK_RUNNING);
}

Test(wait_event, killable_forms_end_for_a_kill_alone)
{
	ksync_task_interrupt(current);
	cr_assert_eq(wait_event_killable_timeout(wq, false, 5), 0);
	ksync_task_kill(current);
	cr_assert_eq(wait_event_killable(wq, false), -ERESTARTSYS);
	cr_assert_eq(wait_event_killable_exclusive(wq, false), -ERESTARTSYS);
	cr_assert_eq(wait_event_killable_timeout(wq, false, 10000),
		     -ERESTARTSYS);
	cr_assert_eq(wait_event_state(wq, false, TASK_KILLABLE), -ERESTARTSYS);
}

Test(wait_event, native_names_end_with_EINTR)
{
	ksync_task_interrupt(current);
	cr_assert_eq(ksync_wait_event_interruptible(wq, false), -EINTR);
	cr_assert_eq(ksync_wait_event_interruptible_timeout(wq, false, 10000),
		     -EINTR);
}

Test(wait_event, timed_forms_end_with_0_in_time)
{
	long long begin = now_ms();

	cr_assert_eq(wait_event_timeout(wq, false, 20), 0);
	cr_assert_geq(now_ms() - begin, 19);
	cr_assert_eq(wait_event_timeout(wq, false, 0), 0);
	cr_assert_eq(wait_event_timeout(wq, false, -5), 0);
	cr_assert_eq(wait_event_interruptible_timeout(wq, false, 2), 0);
	cr_assert_eq(wait_event_idle_timeout(wq, false, 2), 0);
	cr_assert_eq(wait_event_idle_exclusive_timeout(wq, false, 2), 0);
	begin = now_ms();
	cr_assert_eq(wait_event_hrtimeout(wq, false, 20000000), -ETIME);
	cr_assert_geq(now_ms() - begin, 19);
	cr_assert_eq(wait_event_hrtimeout(wq, false, 0), -ETIME);
	cr_assert_eq(wait_event_hrtimeout(wq, false, -1), -ETIME);
	cr_assert_eq(queued(&wq), 0);
}

Test(wait_event, a_condition_that_is_true_at_the_end_of_the_time_counts)
{
	int looks = 0;

	/* False at first, before the sleep, and true after it. */
	cr_assert_eq(wait_event_timeout(wq, ++looks == 3, 5), 1);
	looks = 0;
	cr_assert_eq(wait_event_hrtimeout(wq, ++looks == 3, 5000000), 0);
}

struct form {
	const char *name;
	void (*wait)(void);
};

#define FORM(name, call)              \
	static void form_##name(void) \
	{                             \
		call;                 \
	}
#define IS_READY READ_ONCE(ready)

static DEFINE_SPINLOCK(form_lock);
static int cmds;

FORM(event, wait_event(wq, IS_READY))
FORM(idle, wait_event_idle(wq, IS_READY))
FORM(idle_exclusive, wait_event_idle_exclusive(wq, IS_READY))
FORM(interruptible, must(wait_event_interruptible(wq, IS_READY) == 0))
FORM(killable, must(wait_event_killable(wq, IS_READY) == 0))
FORM(exclusive, must(wait_event_interruptible_exclusive(wq, IS_READY) == 0))
FORM(timeout, must(wait_event_timeout(wq, IS_READY, 60000) > 0))
FORM(max, must(wait_event_timeout(wq, IS_READY, MAX_SCHEDULE_TIMEOUT) ==
	       MAX_SCHEDULE_TIMEOUT))
FORM(hrtimeout, must(wait_event_hrtimeout(wq, IS_READY, 1ll << 40) == 0))
FORM(hrtimeout_max,
     must(wait_event_interruptible_hrtimeout(wq, IS_READY, INT64_MAX) == 0))
FORM(cmd, wait_event_cmd(wq, IS_READY, cmds++, cmds++))

static void form_lock_irq(void)
{
	spin_lock_irq(&form_lock);
	wait_event_lock_irq_cmd(wq, IS_READY, form_lock,
				must(!spin_is_locked(&form_lock)));
	must(spin_is_locked(&form_lock));
	spin_unlock_irq(&form_lock);
}

static void form_locked(void)
{
	spin_lock(&wq.lock);
	must(wait_event_interruptible_locked(wq, IS_READY) == 0);
	must(spin_is_locked(&wq.lock));
	spin_unlock(&wq.lock);
}

static void form_woken(void)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);

	add_wait_queue(&wq, &wait);
	while (!IS_READY)
		wait_woken(&wait, TASK_INTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
	remove_wait_queue(&wq, &wait);
}

static void form_by_hand(void)
{
	DEFINE_WAIT(wait);

	for (;;) {
		prepare_to_wait(&wq, &wait, TASK_UNINTERRUPTIBLE);
		if (IS_READY)
			break;
		schedule();
	}
	finish_wait(&wq, &wait);
}

static void form_old_style(void)
{
	DECLARE_WAITQUEUE(wait, current);

	add_wait_queue(&wq, &wait);
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (IS_READY)
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	remove_wait_queue(&wq, &wait);
}

static const struct form forms[] = {
	{ "wait_event", form_event },
	{ "wait_event_idle", form_idle },
	{ "wait_event_idle_exclusive", form_idle_exclusive },
	{ "wait_event_interruptible", form_interruptible },
	{ "wait_event_killable", form_killable },
	{ "wait_event_interruptible_exclusive", form_exclusive },
	{ "wait_event_timeout", form_timeout },
	{ "wait_event_timeout, without end", form_max },
	{ "wait_event_hrtimeout", form_hrtimeout },
	{ "wait_event_interruptible_hrtimeout, no end", form_hrtimeout_max },
	{ "wait_event_cmd", form_cmd },
	{ "wait_event_lock_irq_cmd", form_lock_irq },
	{ "wait_event_interruptible_locked", form_locked },
	{ "wait_woken", form_woken },
	{ "prepare_to_wait", form_by_hand },
	{ "add_wait_queue", form_old_style },
};
#define FORMS (int)(sizeof(forms) / sizeof(forms[0]))

static int returned;

static void wait_in_form(void *arg, int index)
{
	(void)index;
	((const struct form *)arg)->wait();
	must(get_current_state() == TASK_RUNNING);
	__atomic_fetch_add(&returned, 1, __ATOMIC_RELEASE);
}

static int times_returned(void)
{
	return __atomic_load_n(&returned, __ATOMIC_ACQUIRE);
}

Test(wait_event, every_form_sleeps_until_it_is_woken)
{
	struct crew crew;

	for (int i = 0; i < FORMS; i++) {
		ready = false;
		returned = 0;
		crew_start(&crew, 1, wait_in_form, (void *)&forms[i]);
		wait_until(queued(&wq) == 1);
		/* Woken for nothing, it waits on. */
		wake_up(&wq);
		wait_until(queued(&wq) == 1);
		nap_ms(2);
		cr_assert_eq(times_returned(), 0, "%s", forms[i].name);
		WRITE_ONCE(ready, true);
		wake_up(&wq);
		crew_join(&crew);
		cr_assert_eq(times_returned(), 1);
		cr_assert_eq(queued(&wq), 0, "%s", forms[i].name);
	}
	cr_assert_gt(cmds, 0);
	cr_assert_eq(cmds % 2, 0);
}

static void interrupt_in_form(int form, void (*how)(struct task_struct *))
{
	struct crew crew;
	struct task_struct *task;

	ready = false;
	returned = 0;
	crew_start(&crew, 1, wait_in_form, (void *)&forms[form]);
	wait_until(queued(&wq) == 1);
	task = entry_at(0)->private;
	how(task);
	nap_ms(5);
	cr_assert_eq(times_returned(), 0);
	WRITE_ONCE(ready, true);
	wake_up(&wq);
	crew_join(&crew);
}

Test(wait_event, an_uninterruptible_wait_ends_for_nothing_else)
{
	interrupt_in_form(0, ksync_task_interrupt);
	interrupt_in_form(0, ksync_task_kill);
}

static int results[CREW_MAX];

static void wait_to_be_interrupted(void *arg, int index)
{
	(void)arg;
	results[index] = wait_event_interruptible(wq, false);
}

Test(wait_event, an_interrupt_ends_a_sleep)
{
	struct crew crew;

	crew_start(&crew, 1, wait_to_be_interrupted, NULL);
	wait_until(queued(&wq) == 1);
	ksync_task_interrupt(entry_at(0)->private);
	crew_join(&crew);
	cr_assert_eq(results[0], -ERESTARTSYS);
	cr_assert_eq(queued(&wq), 0);
}

/* ---- who is woken ---- */

static int turns; /* how many may go */

static bool take_turn(void)
{
	int n = READ_ONCE(turns);

	while (n > 0)
		if (try_cmpxchg(&turns, &n, n - 1))
			return true;
	return false;
}

static void wait_exclusively(void *arg, int index)
{
	(void)arg;
	(void)index;
	must(wait_event_interruptible_exclusive(wq, take_turn()) == 0);
	__atomic_fetch_add(&returned, 1, __ATOMIC_RELEASE);
}

static void wait_plainly(void *arg, int index)
{
	(void)arg;
	(void)index;
	wait_event(wq, READ_ONCE(ready));
	__atomic_fetch_add(&returned, 1, __ATOMIC_RELEASE);
}

Test(wait_wake, wakes_all_plain_and_one_exclusive_waiter)
{
	struct crew plain, exclusive;

	crew_start(&plain, 5, wait_plainly, NULL);
	crew_start(&exclusive, 4, wait_exclusively, NULL);
	wait_until(wait_queue_sleepers(&wq) == 9);
	WRITE_ONCE(ready, true);
	WRITE_ONCE(turns, 1);
	cr_assert_eq(wake_up(&wq), 1);
	wait_until(times_returned() == 6);
	wait_until(queued(&wq) == 3);
	nap_ms(5);
	cr_assert_eq(times_returned(), 6);
	crew_join(&plain);
	WRITE_ONCE(turns, 3);
	cr_assert_eq(wake_up_nr(&wq, 2), 2);
	wait_until(times_returned() == 8);
	wake_up(&wq);
	crew_join(&exclusive);
}

Test(wait_wake, all_wakes_all)
{
	struct crew crew;

	crew_start(&crew, 40, wait_exclusively, NULL);
	wait_until(queued(&wq) == 40);
	WRITE_ONCE(turns, 40);
	wake_up_all(&wq);
	crew_join(&crew);
	cr_assert_eq(queued(&wq), 0);
}

static int order[CREW_MAX];
static int places;

static void note_order(void *arg, int index)
{
	(void)arg;
	(void)index;
	must(wait_event_interruptible_exclusive(wq, take_turn()) == 0);
}

static int told_first(struct wait_queue_entry *entry, unsigned int mode,
		      int flags, void *key)
{
	(void)mode;
	(void)flags;
	(void)key;
	order[places++] = (int)(long)entry->private;
	return 1;
}

Test(wait_wake, exclusive_waiters_first_come_first_served)
{
	struct wait_queue_entry entries[4];

	(void)note_order;
	for (long i = 0; i < 4; i++) {
		init_waitqueue_func_entry(&entries[i], told_first);
		entries[i].private = (void *)i;
		add_wait_queue_exclusive(&wq, &entries[i]);
	}
	for (int i = 0; i < 4; i++) {
		cr_assert_eq(wake_up(&wq), 1);
		cr_assert_eq(places, i + 1);
		cr_assert_eq(order[i], i);
		remove_wait_queue(&wq, &entries[i]);
	}
}

Test(wait_wake, interruptible_wakes_no_others)
{
	struct crew crew;

	crew_start(&crew, 1, wait_plainly, NULL);
	wait_until(wait_queue_sleepers(&wq) == 1);
	WRITE_ONCE(ready, true);
	wake_up_interruptible(&wq);
	wake_up_interruptible_all(&wq);
	wake_up_interruptible_nr(&wq, 3);
	wake_up_interruptible_sync(&wq);
	nap_ms(5);
	cr_assert_eq(times_returned(), 0);
	wake_up_sync(&wq);
	crew_join(&crew);
}

Test(wait_wake, by_who_has_the_lock)
{
	struct crew crew;

	crew_start(&crew, 30, wait_exclusively, NULL);
	wait_until(queued(&wq) == 30);
	spin_lock(&wq.lock);
	turns = 30;
	cr_assert_eq(wake_up_locked(&wq), 1);
	wake_up_all_locked(&wq);
	spin_unlock(&wq.lock);
	crew_join(&crew);
}

/* ---- functions of entries ---- */

static struct {
	int calls;
	unsigned int mode;
	void *key;
	int ret;
	bool locked;
} called;

static int note_call(struct wait_queue_entry *entry, unsigned int mode,
		     int flags, void *key)
{
	(void)flags;
	called.calls++;
	called.mode = mode;
	called.key = key;
	called.locked = spin_is_locked(&wq.lock);
	(void)entry;
	return called.ret;
}

Test(wait_wake, a_function_gets_mode_and_key_and_runs_under_the_lock)
{
	struct wait_queue_entry entry;
	int what = 3;

	init_waitqueue_func_entry(&entry, note_call);
	add_wait_queue(&wq, &entry);
	wake_up(&wq);
	cr_assert_eq(called.calls, 1);
	cr_assert_eq(called.mode, TASK_NORMAL);
	cr_assert_null(called.key);
	cr_assert(called.locked);
	__wake_up(&wq, TASK_INTERRUPTIBLE, 1, &what);
	cr_assert_eq(called.calls, 2);
	cr_assert_eq(called.mode, TASK_INTERRUPTIBLE);
	cr_assert_eq(called.key, &what);
	wake_up_poll(&wq, 0x41u);
	cr_assert_eq(key_to_poll(called.key), 0x41u);
	wake_up_interruptible_poll(&wq, 4u);
	cr_assert_eq(key_to_poll(called.key), 4u);
	spin_lock(&wq.lock);
	wake_up_locked_poll(&wq, 8u);
	__wake_up_locked_key(&wq, TASK_NORMAL, &what);
	__wake_up_locked(&wq, TASK_NORMAL, 1);
	spin_unlock(&wq.lock);
	cr_assert_eq(called.calls, 7);
	remove_wait_queue(&wq, &entry);
	wake_up(&wq);
	cr_assert_eq(called.calls, 7);
}

Test(wait_wake, who_holds_the_lock_puts_entries_in_and_out)
{
	struct wait_queue_entry at_front, behind, not_in;

	init_waitqueue_func_entry(&at_front, note_call);
	init_waitqueue_func_entry(&behind, note_call);
	init_waitqueue_func_entry(&not_in, note_call);
	called.ret = 1;
	spin_lock(&wq.lock);
	__add_wait_queue_entry_tail_exclusive(&wq, &behind);
	__add_wait_queue_exclusive(&wq, &at_front);
	__add_wait_queue_entry_tail(&wq, &not_in);
	cr_assert_eq(wq.head.next, &at_front.entry);
	cr_assert_eq(behind.entry.next, &not_in.entry);
	__remove_wait_queue(&wq, &not_in);
	spin_unlock(&wq.lock);
	cr_assert_eq(wake_up(&wq), 1, "both are exclusive");
	cr_assert_eq(called.calls, 1);
	spin_lock(&wq.lock);
	__remove_wait_queue(&wq, &at_front);
	__remove_wait_queue(&wq, &behind);
	__add_wait_queue(&wq, &not_in);
	spin_unlock(&wq.lock);
	wake_up_all(&wq);
	cr_assert_eq(called.calls, 2);
	(void)__wake_up(&wq, TASK_NORMAL, 0, NULL);
	cr_assert_eq(called.calls, 3);
	cr_assert(called.locked);
	remove_wait_queue(&wq, &not_in);
}

static atomic_t waker_is_there, let_in;

static void wake_after_change(void *unused, int index)
{
	(void)unused;
	(void)index;
	atomic_set(&let_in, 1);
	atomic_set(&waker_is_there, 1);
	__wake_up(&wq, TASK_NORMAL, 1, NULL);
}

/* It has seen the condition false under the lock, before it is in the queue. */
Test(wait_wake, a_waker_by_the_locked_form_waits_for_who_looked_under_the_lock)
{
	struct wait_queue_entry entry;
	struct crew crew;

	init_waitqueue_func_entry(&entry, note_call);
	called.ret = 1;
	spin_lock(&wq.lock);
	cr_assert_eq(atomic_read(&let_in), 0);
	crew_start(&crew, 1, wake_after_change, NULL);
	wait_until(atomic_read(&waker_is_there));
	__add_wait_queue_entry_tail(&wq, &entry);
	spin_unlock(&wq.lock);
	crew_join(&crew);
	cr_assert_eq(called.calls, 1);
	remove_wait_queue(&wq, &entry);
}

Test(wait_wake, a_function_says_whether_it_counts_and_when_to_stop)
{
	struct wait_queue_entry entries[3];

	for (int i = 0; i < 3; i++) {
		init_waitqueue_func_entry(&entries[i], note_call);
		add_wait_queue_exclusive(&wq, &entries[i]);
	}
	called.ret = 0;
	cr_assert_eq(wake_up(&wq), 0);
	cr_assert_eq(called.calls, 3);
	called.ret = 1;
	cr_assert_eq(wake_up(&wq), 1);
	cr_assert_eq(called.calls, 4);
	called.ret = -1;
	wake_up_all(&wq);
	cr_assert_eq(called.calls, 5);
	for (int i = 0; i < 3; i++)
		remove_wait_queue(&wq, &entries[i]);
}

static int leave_queue(struct wait_queue_entry *entry, unsigned int mode,
		       int flags, void *key)
{
	called.calls++;
	return autoremove_wake_function(entry, mode, flags, key);
}

Test(wait_wake, autoremove_takes_out_whom_it_wakes_and_nobody_else)
{
	struct wait_queue_entry entry;

	init_waitqueue_func_entry(&entry, leave_queue);
	entry.private = current;
	add_wait_queue(&wq, &entry);
	wake_up(&wq);
	cr_assert_eq(queued(&wq), 1, "it was running");
	set_current_state(TASK_UNINTERRUPTIBLE);
	wake_up(&wq);
	cr_assert_eq(get_current_state(), TASK_RUNNING);
	cr_assert_eq(queued(&wq), 0);
	remove_wait_queue(&wq, &entry);
}

Test(wait_wake, default_leaves_the_entry_queued)
{
	DECLARE_WAITQUEUE(entry, current);

	add_wait_queue(&wq, &entry);
	set_current_state(TASK_UNINTERRUPTIBLE);
	wake_up(&wq);
	cr_assert_eq(get_current_state(), TASK_RUNNING);
	cr_assert_eq(queued(&wq), 1);
	remove_wait_queue(&wq, &entry);
}

Test(wait_wake, woken_keeps_a_wake_up_for_the_next_wait)
{
	DEFINE_WAIT_FUNC(entry, woken_wake_function);

	add_wait_queue(&wq, &entry);
	wake_up(&wq);
	cr_assert(entry.flags & WQ_FLAG_WOKEN);
	cr_assert_eq(wait_woken(&entry, TASK_UNINTERRUPTIBLE, 1000), 1000);
	cr_assert_not(entry.flags & WQ_FLAG_WOKEN);
	cr_assert_eq(wait_woken(&entry, TASK_UNINTERRUPTIBLE, 2), 0);
	remove_wait_queue(&wq, &entry);
}

static int wake_the_other(struct wait_queue_entry *entry, unsigned int mode,
			  int flags, void *key)
{
	(void)mode;
	(void)flags;
	wake_up_poll(entry->private, key_to_poll(key));
	return 0;
}

Test(wait_wake, a_function_may_wake_another_queue)
{
	static DECLARE_WAIT_QUEUE_HEAD(outer);
	struct wait_queue_entry chain;
	struct crew crew;

	init_waitqueue_func_entry(&chain, wake_the_other);
	chain.private = &wq;
	add_wait_queue(&outer, &chain);
	crew_start(&crew, 3, wait_plainly, NULL);
	wait_until(queued(&wq) == 3);
	WRITE_ONCE(ready, true);
	wake_up(&outer);
	crew_join(&crew);
	remove_wait_queue(&outer, &chain);
}

static int leave_on_pollfree(struct wait_queue_entry *entry, unsigned int mode,
			     int flags, void *key)
{
	(void)mode;
	(void)flags;
	if (key_to_poll(key) & POLLFREE) {
		struct list_head *l = &entry->entry;

		l->prev->next = l->next;
		l->next->prev = l->prev;
		l->next = l->prev = l;
	}
	return 1;
}

Test(wait_wake, pollfree_gets_all_entries_out)
{
	struct wait_queue_entry entries[2];

	for (int i = 0; i < 2; i++) {
		init_waitqueue_func_entry(&entries[i], leave_on_pollfree);
		add_wait_queue_exclusive(&wq, &entries[i]);
	}
	wake_up_pollfree(&wq);
	cr_assert_eq(queued(&wq), 0);
}

/* ---- nothing is lost ---- */

#define ROUNDS 4000

static int at; /* whose turn */

static void pass_on(void *arg, int index)
{
	const int all = *(int *)arg;

	for (int i = 0; i < ROUNDS / all; i++) {
		if (i % 2)
			wait_event(wq, READ_ONCE(at) == index);
		else
			must(wait_event_interruptible(wq, READ_ONCE(at) ==
								  index) == 0);
		watchdog_feed();
		WRITE_ONCE(at, (index + 1) % all);
		wake_up_all(&wq);
	}
}

Test(wait_wake, no_wake_up_is_lost)
{
	static int sizes[] = { 2, 3, 8 };

	watchdog_start();
	for (int i = 0; i < 3; i++) {
		at = 0;
		crew_run(sizes[i], pass_on, &sizes[i]);
	}
	watchdog_stop();
}

/* Each unit with a wake-up for one: none is left while somebody sleeps. */
static void give_and_take(void *arg, int index)
{
	(void)arg;
	for (int i = 0; i < ROUNDS / 4; i++) {
		if (index % 2) {
			__atomic_fetch_add(&turns, 1, __ATOMIC_RELEASE);
			wake_up(&wq);
		} else {
			must(wait_event_interruptible_exclusive(
				     wq, take_turn()) == 0);
		}
		watchdog_feed();
	}
}

Test(wait_wake, no_unit_is_left_while_somebody_sleeps)
{
	watchdog_start();
	crew_run(8, give_and_take, NULL);
	watchdog_stop();
	cr_assert_eq(turns, 0);
}

/* Queues that come and go: each episode begins anew, and ends. */
static struct {
	wait_queue_head_t *queue;
	int rounds;
} fresh;

static void wake_fresh(void *arg, int index)
{
	(void)arg;
	for (int i = 0; i < 300; i++) {
		if (index == 0) {
			DECLARE_WAIT_QUEUE_HEAD_ONSTACK(queue);

			WRITE_ONCE(ready, false);
			__atomic_store_n(&fresh.queue, &queue,
					 __ATOMIC_RELEASE);
			wait_event(queue, READ_ONCE(ready));
			/* The waker is done with it. */
			wait_until(!__atomic_load_n(&fresh.queue,
						    __ATOMIC_ACQUIRE));
		} else {
			wait_queue_head_t *queue;

			while (!(queue = __atomic_load_n(&fresh.queue,
							 __ATOMIC_ACQUIRE)))
				ksync_cpu_relax();
			WRITE_ONCE(ready, true);
			wake_up(queue);
			__atomic_store_n(&fresh.queue, NULL, __ATOMIC_RELEASE);
		}
		watchdog_feed();
	}
}

Test(wait_wake, the_first_waiter_of_a_queue_is_not_missed)
{
	watchdog_start();
	crew_run(2, wake_fresh, NULL);
	watchdog_stop();
}

Test(wait_wake, an_episode_ends_when_nobody_has_come_for_a_while)
{
	DECLARE_WAITQUEUE(entry, current);

	add_wait_queue(&wq, &entry);
	remove_wait_queue(&wq, &entry);
	cr_assert(wq.episode & KSYNC__EPISODE_FLAGS);
	for (int i = 0; i < 300; i++)
		wake_up(&wq);
	/* Without, the next one would be dear. */
	cr_assert_eq(!(wq.episode & KSYNC__EPISODE_FLAGS),
		     ksync__membarrier_works());
	add_wait_queue(&wq, &entry);
	cr_assert(wq.episode & KSYNC__EPISODE_FLAGS);
	remove_wait_queue(&wq, &entry);
}

/* ---- without membarrier ---- */

static bool without_membarrier(void)
{
	return sandbox_refuse(SYS_membarrier, EPERM);
}

static void lose_nothing(void *arg)
{
	(void)arg;
	if (!without_membarrier())
		return;
	watchdog_start();
	crew_run(2, wake_fresh, NULL);
	at = 0;
	crew_run(3, pass_on, &(int){ 3 });
	watchdog_stop();
}

Test(wait_sandbox, nothing_is_lost_when_membarrier_is_refused_late)
{
	DECLARE_WAITQUEUE(entry, current);

	add_wait_queue(&wq, &entry);
	remove_wait_queue(&wq, &entry);
	child_succeeds(lose_nothing, NULL);
}

/* ---- fork ---- */

static void child_uses_queue(void *arg)
{
	struct crew crew;

	(void)arg;
	must(!waitqueue_active(&wq));
	wake_up_all(&wq);
	must(queued(&wq) == 0);
	WRITE_ONCE(ready, false);
	crew_start(&crew, 2, wait_plainly, NULL);
	wait_until(queued(&wq) == 2);
	WRITE_ONCE(ready, true);
	wake_up(&wq);
	crew_join(&crew);
}

Test(wait_fork, a_child_finds_no_waiters_of_threads_that_it_has_not)
{
	struct crew crew;

	crew_start(&crew, 6, wait_plainly, NULL);
	wait_until(queued(&wq) == 6);
	child_succeeds(child_uses_queue, NULL);
	WRITE_ONCE(ready, true);
	wake_up(&wq);
	crew_join(&crew);
}

static struct wait_queue_entry listener;

static void child_is_heard(void *arg)
{
	(void)arg;
	called.calls = 0;
	wake_up(&wq);
	must(called.calls == 1);
	remove_wait_queue(&wq, &listener);
	must(queued(&wq) == 0);
}

Test(wait_fork, a_childs_callbacks_stay)
{
	struct crew crew;

	init_waitqueue_func_entry(&listener, note_call);
	crew_start(&crew, 3, wait_plainly, NULL);
	wait_until(queued(&wq) == 3);
	add_wait_queue_exclusive(&wq, &listener);
	child_succeeds(child_is_heard, NULL);
	WRITE_ONCE(ready, true);
	wake_up(&wq);
	crew_join(&crew);
	remove_wait_queue(&wq, &listener);
}

static bool stop_traffic;

static void traffic(void *arg, int index)
{
	(void)arg;
	while (!READ_ONCE(stop_traffic)) {
		if (index % 2)
			wake_up_all(&wq);
		else
			(void)wait_event_timeout(wq, false, 1);
	}
}

Test(wait_fork, a_child_of_busy_threads_has_a_queue_that_works)
{
	struct crew crew;

	crew_start(&crew, 4, traffic, NULL);
	for (struct effort e = effort(60, 3000); effort_more(&e);)
		child_succeeds(child_uses_queue, NULL);
	WRITE_ONCE(stop_traffic, true);
	crew_join(&crew);
}

static int fork_here(struct wait_queue_entry *entry, unsigned int mode,
		     int flags, void *key)
{
	if (called.calls++ == 0)
		fork_in_handler();
	return default_wake_function(entry, mode, flags, key);
}

/* The thread that forks in a function of an entry is under the lock. */
Test(wait_fork, a_fork_under_the_lock_goes_on_in_both)
{
	struct wait_queue_entry entry;

	init_waitqueue_func_entry(&entry, fork_here);
	entry.private = current;
	add_wait_queue(&wq, &entry);
	wake_up(&wq);
	remove_wait_queue(&wq, &entry);
	must(queued(&wq) == 0);
	if (handlers_child == 0)
		end_handlers_child();
	cr_assert_eq(handlers_status, 0);
	must_have_held();
}

static void fork_on_signal(int sig)
{
	(void)sig;
	fork_in_handler();
}

static void wait_and_be_forked(void *arg, int index)
{
	(void)arg;
	(void)index;
	/* The child waits on, and nobody will come but time. */
	must(wait_event_timeout(wq, READ_ONCE(ready), 300) == 0 ||
	     handlers_child != 0);
	if (handlers_child == 0) {
		must(queued(&wq) == 0);
		end_handlers_child();
	}
}

Test(wait_fork, a_waiter_that_a_handler_forks_waits_on_in_the_child)
{
	struct sigaction action = { .sa_handler = fork_on_signal };
	struct crew crew;

	handlers_child = 1;
	sigaction(SIGUSR1, &action, NULL);
	crew_start(&crew, 1, wait_and_be_forked, NULL);
	wait_until(queued(&wq) == 1);
	pthread_kill(crew.members[0].thread, SIGUSR1);
	crew_join(&crew);
	cr_assert(WIFEXITED(handlers_status) &&
			  WEXITSTATUS(handlers_status) == 0,
		  "the child ended with 0x%x", handlers_status);
}

/* ---- misuse ---- */

Test(wait_misuse, an_entry_that_is_queued_twice)
{
	DECLARE_WAITQUEUE(entry, current);

	add_wait_queue(&wq, &entry);
	add_wait_queue(&wq, &entry);
	expect_misuse("wait_queue", "queued already", &wq, KSYNC_HOLDER_NONE);
	cr_assert_eq(queued(&wq), 1);
	remove_wait_queue(&wq, &entry);
}

Test(wait_misuse, a_queue_that_was_never_initialised)
{
	static wait_queue_head_t zero;
	DECLARE_WAITQUEUE(entry, current);

	wake_up(&zero);
	reports.of_life = true;
	add_wait_queue(&zero, &entry);
	cr_assert_geq(reports_count(), 1);
	cr_assert(strstr(reports.kept[reports_count() - 1].what,
			 "never initialised"));
	reports_forget();
	set_current_state(TASK_UNINTERRUPTIBLE);
	wake_up(&zero);
	cr_assert_eq(get_current_state(), TASK_RUNNING);
	remove_wait_queue(&zero, &entry);
}

static int wake_itself(struct wait_queue_entry *entry, unsigned int mode,
		       int flags, void *key)
{
	(void)entry;
	(void)mode;
	(void)flags;
	(void)key;
	called.calls++;
	wake_up(&wq);
	return 0;
}

Test(wait_misuse, a_function_that_wakes_its_own_queue)
{
	struct wait_queue_entry entry;

	init_waitqueue_func_entry(&entry, wake_itself);
	add_wait_queue(&wq, &entry);
	wake_up(&wq);
	expect_misuse("wait_queue", "function of one of its own entries", &wq,
		      KSYNC_HOLDER_NONE);
	cr_assert_eq(called.calls, 2, "it is made up for, once");
	remove_wait_queue(&wq, &entry);
}

static int remove_itself(struct wait_queue_entry *entry, unsigned int mode,
			 int flags, void *key)
{
	(void)mode;
	(void)flags;
	(void)key;
	without_core();
	remove_wait_queue(&wq, entry);
	return 0;
}

static void removes_itself(void *arg)
{
	struct wait_queue_entry entry;

	(void)arg;
	init_waitqueue_func_entry(&entry, remove_itself);
	add_wait_queue(&wq, &entry);
	wake_up(&wq);
}

Test(wait_misuse, a_function_that_would_wait_for_its_own_queues_lock)
{
	child_aborts(removes_itself, NULL);
}

Test(wait_misuse, an_entry_that_stays_through_pollfree)
{
	DECLARE_WAITQUEUE(entry, current);

	add_wait_queue(&wq, &entry);
	wake_up_pollfree(&wq);
	expect_misuse("wait_queue", "stays though the queue", &wq,
		      KSYNC_HOLDER_NONE);
	remove_wait_queue(&wq, &entry);
}

static struct wait_queue_entry left_behind;

static void *leave_entry(void *arg)
{
	init_wait_entry(&left_behind, 0);
	prepare_to_wait(&wq, &left_behind, TASK_INTERRUPTIBLE);
	*(int *)arg = ksync_task_tid(current);
	__set_current_state(TASK_RUNNING);
	return NULL;
}

Test(wait_misuse, a_thread_that_exits_while_it_is_queued)
{
	pthread_t thread;
	int tid = 0;

	pthread_create(&thread, NULL, leave_entry, &tid);
	pthread_join(thread, NULL);
	expect_misuse("wait_queue", "exits while it is queued", NULL, tid);
	remove_wait_queue(&wq, &left_behind);
}

Test(wait_misuse, a_negative_time_is_no_time)
{
	cr_assert_eq(wait_event_timeout(wq, false, LONG_MIN), 0);
	cr_assert_eq(wait_event_hrtimeout(wq, false, INT64_MIN), -ETIME);
	cr_assert_eq(get_current_state(), TASK_RUNNING);
}
