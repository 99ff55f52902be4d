/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own percpu_rw_semaphore, in place of ours: a writer is alone,
 * and readers see both words of a pair the same.
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/percpu-rwsem.h>

DEFINE_STATIC_PERCPU_RWSEM(sem);
static int left, right;
static atomic_t writing = ATOMIC_INIT(2);
static DECLARE_COMPLETION(written);

static int reader(void *unused)
{
	while (!kthread_should_stop()) {
		percpu_down_read(&sem);
		WARN_ON(READ_ONCE(left) != READ_ONCE(right));
		percpu_up_read(&sem);
		cond_resched();
	}
	return 0;
}

static int writer(void *unused)
{
	for (int i = 0; i < 20; i++) {
		percpu_down_write(&sem);
		WRITE_ONCE(left, left + 1);
		cond_resched();
		WRITE_ONCE(right, right + 1);
		percpu_up_write(&sem);
	}
	if (atomic_dec_and_test(&writing))
		complete(&written);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static int __init start(void)
{
	struct task_struct *tasks[4];

	/* The members are the kernel's, not ours. */
	BUILD_BUG_ON(!__same_type(sem.rss, struct rcu_sync));
	for (int i = 0; i < 4; i++) {
		tasks[i] = kthread_run(i < 2 ? reader : writer, NULL, "t%d", i);
		if (IS_ERR(tasks[i]))
			return PTR_ERR(tasks[i]);
	}
	wait_for_completion(&written);
	for (int i = 3; i >= 0; i--)
		kthread_stop(tasks[i]);
	printk("%d written\n", left);
	return left == 40 && right == 40 && !ksync_glue_warnings() ? 0 :
								     -EINVAL;
}
module_init(start);
