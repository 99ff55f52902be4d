/* SPDX-License-Identifier: MIT */
/*
 * Who asks in a reader whether nobody has entered, and is told so, is waited
 * for by who enters: the two never are there at once.
 */
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/rcu_sync.h>

static DEFINE_RCU_SYNC(sync);
static atomic_t fast, slow;

static int reader(void *unused)
{
	while (!kthread_should_stop()) {
		rcu_read_lock();
		if (rcu_sync_is_idle(&sync)) {
			atomic_inc(&fast);
			WARN_ON(atomic_read(&slow));
			atomic_dec(&fast);
		}
		rcu_read_unlock();
		cond_resched();
	}
	return 0;
}

static int __init syncs(void)
{
	struct task_struct *readers[2];

	for (int i = 0; i < 2; i++) {
		readers[i] = kthread_run(reader, NULL, "reader%d", i);
		if (IS_ERR(readers[i]))
			return PTR_ERR(readers[i]);
	}
	for (int i = 0; i < 20; i++) {
		rcu_sync_enter(&sync);
		atomic_inc(&slow);
		WARN_ON(atomic_read(&fast));
		rcu_sync_enter(&sync);
		rcu_sync_exit(&sync);
		WARN_ON(atomic_read(&fast));
		atomic_dec(&slow);
		rcu_sync_exit(&sync);
	}
	for (int i = 0; i < 2; i++)
		kthread_stop(readers[i]);
	rcu_sync_dtor(&sync);
	return ksync_glue_warnings() ? -EINVAL : 0;
}
module_init(syncs);
