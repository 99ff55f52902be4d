/* SPDX-License-Identifier: MIT */
/* Timers, work queues and parameters. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/workqueue.h>

static int number = 1;
module_param(number, int, 0644);
static char *name = "none";
module_param(name, charp, 0);
static int list_of[4];
static unsigned int listed;
module_param_array(list_of, int, &listed, 0);
static bool flag;
module_param_named(on, flag, bool, 0);

static void params(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, number, 42);
	KUNIT_EXPECT_STREQ(test, name, "hello");
	KUNIT_EXPECT_EQ(test, listed, 3);
	KUNIT_EXPECT_EQ(test, list_of[2], 9);
	KUNIT_EXPECT_TRUE(test, flag);
}

static DECLARE_COMPLETION(fired);
static int fires;

static void fire(struct timer_list *timer)
{
	if (++fires < 3)
		mod_timer(timer, jiffies + 1);
	else
		complete(&fired);
}

static void timers(struct kunit *test)
{
	static DEFINE_TIMER(timer, fire);
	static DEFINE_TIMER(never, fire);
	unsigned long begin = jiffies;

	KUNIT_EXPECT_FALSE(test, mod_timer(&never, jiffies + 1000 * HZ));
	KUNIT_EXPECT_TRUE(test, mod_timer(&never, jiffies + 2000 * HZ));
	KUNIT_EXPECT_FALSE(test, mod_timer(&timer, jiffies + 10));
	wait_for_completion(&fired);
	KUNIT_EXPECT_TRUE(test, time_after_eq(jiffies, begin + 10));
	timer_delete_sync(&timer);
	KUNIT_EXPECT_EQ(test, fires, 3);
	KUNIT_EXPECT_TRUE(test, timer_pending(&never));
	KUNIT_EXPECT_TRUE(test, timer_delete(&never));
	KUNIT_EXPECT_FALSE(test, timer_delete(&never));
}

static DECLARE_COMPLETION(ticked);
static int ticks;

static enum hrtimer_restart tick(struct hrtimer *timer)
{
	if (++ticks == 4) {
		complete(&ticked);
		return HRTIMER_NORESTART;
	}
	hrtimer_forward_now(timer, us_to_ktime(100));
	return HRTIMER_RESTART;
}

static void hrtimers(struct kunit *test)
{
	struct hrtimer timer;

	hrtimer_setup(&timer, tick, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	hrtimer_start(&timer, us_to_ktime(50), HRTIMER_MODE_REL);
	wait_for_completion(&ticked);
	hrtimer_cancel(&timer);
	KUNIT_EXPECT_EQ(test, ticks, 4);
	KUNIT_EXPECT_FALSE(test, hrtimer_active(&timer));
}

static atomic_t done, at_once, most_at_once;

static void work(struct work_struct *unused)
{
	int now = atomic_inc_return(&at_once);

	if (now > atomic_read(&most_at_once))
		atomic_set(&most_at_once, now);
	usleep_range(200, 300);
	atomic_dec(&at_once);
	atomic_inc(&done);
}

static void queues(struct kunit *test)
{
	struct workqueue_struct *ordered = alloc_ordered_workqueue("glue", 0);
	struct work_struct works[20];

	for (int i = 0; i < 20; i++) {
		INIT_WORK_ONSTACK(&works[i], work);
		KUNIT_EXPECT_TRUE(test, queue_work(ordered, &works[i]));
	}
	flush_workqueue(ordered);
	KUNIT_EXPECT_EQ(test, atomic_read(&done), 20);
	KUNIT_EXPECT_EQ(test, atomic_read(&most_at_once), 1);
	KUNIT_EXPECT_FALSE(test, flush_work(&works[0]));
	queue_work(ordered, &works[0]);
	destroy_workqueue(ordered);
	KUNIT_EXPECT_EQ(test, atomic_read(&done), 21);
}

static DECLARE_COMPLETION(go);
static DECLARE_COMPLETION(runs);
static atomic_t held;

static void hold(struct work_struct *unused)
{
	complete(&runs);
	wait_for_completion(&go);
	atomic_inc(&held);
}

static void same_work(struct kunit *test)
{
	static DECLARE_WORK(one, hold);

	/* While it runs it can be queued again, and runs after itself. */
	KUNIT_EXPECT_TRUE(test, schedule_work(&one));
	wait_for_completion(&runs);
	KUNIT_EXPECT_TRUE(test, schedule_work(&one));
	KUNIT_EXPECT_FALSE(test, schedule_work(&one));
	KUNIT_EXPECT_TRUE(test, work_pending(&one));
	KUNIT_EXPECT_TRUE(test, cancel_work(&one));
	KUNIT_EXPECT_TRUE(test, schedule_work(&one));
	complete_all(&go);
	flush_work(&one);
	KUNIT_EXPECT_EQ(test, atomic_read(&held), 2);
}

static DECLARE_COMPLETION(second_ran);

static void wait_for_second(struct work_struct *unused)
{
	wait_for_completion(&second_ran);
}

static void second(struct work_struct *unused)
{
	complete(&second_ran);
}

static void one_waits_for_the_next(struct kunit *test)
{
	static DECLARE_WORK(first_work, wait_for_second);
	static DECLARE_WORK(second_work, second);

	/* At once, as fewer workers may be idle than were called. */
	schedule_work(&first_work);
	schedule_work(&second_work);
	flush_work(&first_work);
	KUNIT_EXPECT_TRUE(test, completion_done(&second_ran) ||
					!work_pending(&second_work));
}

static void requeue(struct work_struct *self)
{
	atomic_inc(&done);
	queue_delayed_work(system_wq, to_delayed_work(self), 0);
}

static void delayed(struct kunit *test)
{
	static DECLARE_DELAYED_WORK(later, work);
	static DECLARE_DELAYED_WORK(always, requeue);

	atomic_set(&done, 0);
	KUNIT_EXPECT_TRUE(test, schedule_delayed_work(&later, 1000 * HZ));
	KUNIT_EXPECT_FALSE(test, schedule_delayed_work(&later, 1));
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&later));
	KUNIT_EXPECT_TRUE(test, flush_delayed_work(&later));
	KUNIT_EXPECT_EQ(test, atomic_read(&done), 1);
	schedule_delayed_work(&later, 1000 * HZ);
	KUNIT_EXPECT_TRUE(test, cancel_delayed_work_sync(&later));
	schedule_delayed_work(&later, 1000 * HZ);
	KUNIT_EXPECT_TRUE(test, mod_delayed_work(system_wq, &later, 1));
	flush_delayed_work(&later);
	KUNIT_EXPECT_EQ(test, atomic_read(&done), 2);

	/* One that queues itself ends when it is cancelled. */
	schedule_delayed_work(&always, 0);
	while (atomic_read(&done) < 20)
		usleep_range(50, 100);
	cancel_delayed_work_sync(&always);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&always));
	atomic_set(&done, 0);
	usleep_range(2000, 3000);
	KUNIT_EXPECT_EQ(test, atomic_read(&done), 0);
}

static void after_readers(struct kunit *test)
{
	struct rcu_work one;

	atomic_set(&done, 0);
	INIT_RCU_WORK(&one, work);
	rcu_read_lock(); /* so that it stays queued */
	KUNIT_EXPECT_TRUE(test, queue_rcu_work(system_wq, &one));
	KUNIT_EXPECT_FALSE(test, queue_rcu_work(system_wq, &one));
	rcu_read_unlock();
	flush_rcu_work(&one);
	KUNIT_EXPECT_EQ(test, atomic_read(&done), 1);
}

/* A cookie is over when a grace period is that began after it was given. */
static void polled(struct kunit *test)
{
	unsigned long before = get_state_synchronize_rcu(), cookie;

	rcu_read_lock();
	cookie = start_poll_synchronize_rcu();
	KUNIT_EXPECT_FALSE(test, poll_state_synchronize_rcu(cookie));
	KUNIT_EXPECT_FALSE(test, poll_state_synchronize_rcu(before));
	KUNIT_EXPECT_TRUE(test, poll_state_synchronize_rcu(
					get_completed_synchronize_rcu()));
	rcu_read_unlock();
	while (!poll_state_synchronize_rcu(cookie))
		usleep_range(50, 100);
	KUNIT_EXPECT_TRUE(test, poll_state_synchronize_rcu(before));
	KUNIT_EXPECT_FALSE(
		test, poll_state_synchronize_rcu(get_state_synchronize_rcu()));
	cond_synchronize_rcu(get_state_synchronize_rcu());
}

static struct kunit_case cases[] = { KUNIT_CASE(params),
				     KUNIT_CASE(timers),
				     KUNIT_CASE(hrtimers),
				     KUNIT_CASE(queues),
				     KUNIT_CASE(same_work),
				     KUNIT_CASE(delayed),
				     KUNIT_CASE(after_readers),
				     KUNIT_CASE(polled),
				     KUNIT_CASE(one_waits_for_the_next),
				     {} };

static struct kunit_suite suite = { .name = "later", .test_cases = cases };
kunit_test_suite(suite);
MODULE_LICENSE("Dual MIT/GPL");
