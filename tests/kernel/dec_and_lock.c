/* SPDX-License-Identifier: MIT */
/* The last of many puts, and only that, takes the lock. */
#include <linux/module.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

int _atomic_dec_and_lock(atomic_t *atomic, spinlock_t *lock);

static DEFINE_SPINLOCK(lock);
static atomic_t users = ATOMIC_INIT(3000);
static int last;

static void put(struct work_struct *work)
{
	for (int i = 0; i < 1000; i++) {
		if (_atomic_dec_and_lock(&users, &lock)) {
			last++;
			spin_unlock(&lock);
		}
	}
}

static int __init puts_(void)
{
	struct work_struct works[3];

	for (int i = 0; i < 3; i++) {
		INIT_WORK_ONSTACK(&works[i], put);
		schedule_work(&works[i]);
	}
	for (int i = 0; i < 3; i++)
		flush_work(&works[i]);
	return last == 1 && atomic_read(&users) == 0 ? 0 : -EINVAL;
}
module_init(puts_);
