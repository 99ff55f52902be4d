/* SPDX-License-Identifier: MIT */
/*
 * Wait queues. The system's header of this name has flags of waitpid(), which
 * <sys/wait.h> has as well, and cannot be included after: it is left to those
 * who have no kernel names.
 */
#if defined(__cplusplus) || defined(__ASSEMBLER__)
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#include_next <linux/wait.h>
#elif !defined(KSYNC_COMPAT_WAIT_H)
#define KSYNC_COMPAT_WAIT_H

#include <linux/sched.h>
#include <linux/spinlock.h>

#include <ksync/wait_queue.h>

typedef ksync_wait_queue_entry_t wait_queue_entry_t;
typedef ksync_wait_queue_head_t wait_queue_head_t;
typedef ksync_wait_queue_func_t wait_queue_func_t;

#define WQ_FLAG_EXCLUSIVE KSYNC_WQ_FLAG_EXCLUSIVE
#define WQ_FLAG_WOKEN KSYNC_WQ_FLAG_WOKEN
#define WQ_FLAG_CUSTOM KSYNC_WQ_FLAG_CUSTOM
#define WQ_FLAG_DONE KSYNC_WQ_FLAG_DONE
#define WQ_FLAG_PRIORITY KSYNC_WQ_FLAG_PRIORITY

#define __WAIT_QUEUE_HEAD_INITIALIZER(name) KSYNC__WAIT_QUEUE_HEAD_INIT(name)
#define DECLARE_WAIT_QUEUE_HEAD(name) KSYNC_DECLARE_WAIT_QUEUE_HEAD(name)
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name) \
	KSYNC_DECLARE_WAIT_QUEUE_HEAD(name)
#define init_waitqueue_head(wq_head) ksync_init_waitqueue_head(wq_head)

#define DECLARE_WAITQUEUE(name, tsk) KSYNC_DECLARE_WAITQUEUE(name, tsk)
#define DEFINE_WAIT_FUNC(name, function) KSYNC_DEFINE_WAIT_FUNC(name, function)
#define DEFINE_WAIT(name) KSYNC_DEFINE_WAIT(name)
#define init_wait_func(wait, function)                             \
	do {                                                       \
		ksync_init_waitqueue_entry(wait, ksync_current()); \
		(wait)->func = (function);                         \
	} while (0)
#define init_wait(wait) init_wait_func(wait, ksync_autoremove_wake_function)

KSYNC__KERNEL_NAME void init_waitqueue_entry(struct wait_queue_entry *wq_entry,
					     struct task_struct *p)
{
	ksync_init_waitqueue_entry(wq_entry, p);
}

KSYNC__KERNEL_NAME void
init_waitqueue_func_entry(struct wait_queue_entry *wq_entry,
			  wait_queue_func_t func)
{
	ksync_init_waitqueue_func_entry(wq_entry, func);
}

KSYNC__KERNEL_NAME void init_wait_entry(struct wait_queue_entry *wq_entry,
					int flags)
{
	ksync_init_wait_entry(wq_entry, flags);
}

KSYNC__KERNEL_NAME int default_wake_function(struct wait_queue_entry *wq_entry,
					     unsigned int mode, int flags,
					     void *key)
{
	return ksync_default_wake_function(wq_entry, mode, flags, key);
}

KSYNC__KERNEL_NAME int
autoremove_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode,
			 int sync, void *key)
{
	return ksync_autoremove_wake_function(wq_entry, mode, sync, key);
}

KSYNC__KERNEL_NAME int woken_wake_function(struct wait_queue_entry *wq_entry,
					   unsigned int mode, int sync,
					   void *key)
{
	return ksync_woken_wake_function(wq_entry, mode, sync, key);
}

KSYNC__KERNEL_NAME void add_wait_queue(struct wait_queue_head *wq_head,
				       struct wait_queue_entry *wq_entry)
{
	ksync_add_wait_queue(wq_head, wq_entry);
}

KSYNC__KERNEL_NAME void
add_wait_queue_exclusive(struct wait_queue_head *wq_head,
			 struct wait_queue_entry *wq_entry)
{
	ksync_add_wait_queue_exclusive(wq_head, wq_entry);
}

KSYNC__KERNEL_NAME void
add_wait_queue_priority(struct wait_queue_head *wq_head,
			struct wait_queue_entry *wq_entry)
{
	ksync_add_wait_queue_priority(wq_head, wq_entry);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int
add_wait_queue_priority_exclusive(struct wait_queue_head *wq_head,
				  struct wait_queue_entry *wq_entry)
{
	return ksync_add_wait_queue_priority_exclusive(wq_head, wq_entry);
}

KSYNC__KERNEL_NAME void remove_wait_queue(struct wait_queue_head *wq_head,
					  struct wait_queue_entry *wq_entry)
{
	ksync_remove_wait_queue(wq_head, wq_entry);
}

KSYNC__KERNEL_NAME void prepare_to_wait(struct wait_queue_head *wq_head,
					struct wait_queue_entry *wq_entry,
					int state)
{
	ksync_prepare_to_wait(wq_head, wq_entry, (unsigned int)state);
}

KSYNC__KERNEL_NAME bool
prepare_to_wait_exclusive(struct wait_queue_head *wq_head,
			  struct wait_queue_entry *wq_entry, int state)
{
	return ksync_prepare_to_wait_exclusive(wq_head, wq_entry,
					       (unsigned int)state);
}

/* In the kernel waits for an event end with this. */
KSYNC__KERNEL_NAME int ksync__event_int(int ret)
{
	return ret == -EINTR ? -ERESTARTSYS : ret;
}

KSYNC__KERNEL_NAME long ksync__event_long(long ret)
{
	return ret == -EINTR ? -ERESTARTSYS : ret;
}

KSYNC__KERNEL_NAME long prepare_to_wait_event(struct wait_queue_head *wq_head,
					      struct wait_queue_entry *wq_entry,
					      int state)
{
	return ksync__event_int(ksync_prepare_to_wait_event(
		wq_head, wq_entry, (unsigned int)state));
}

KSYNC__KERNEL_NAME void finish_wait(struct wait_queue_head *wq_head,
				    struct wait_queue_entry *wq_entry)
{
	ksync_finish_wait(wq_head, wq_entry);
}

KSYNC__KERNEL_NAME long wait_woken(struct wait_queue_entry *wq_entry,
				   unsigned int mode, long timeout)
{
	return ksync_wait_woken(wq_entry, mode, timeout);
}

KSYNC__KERNEL_NAME int do_wait_intr(struct wait_queue_head *wq_head,
				    struct wait_queue_entry *wq_entry)
{
	return ksync__event_int(
		ksync__wait_locked(wq_head, wq_entry, TASK_INTERRUPTIBLE));
}

KSYNC__KERNEL_NAME int do_wait_intr_irq(struct wait_queue_head *wq_head,
					struct wait_queue_entry *wq_entry)
{
	return do_wait_intr(wq_head, wq_entry);
}

KSYNC__KERNEL_NAME int waitqueue_active(struct wait_queue_head *wq_head)
{
	return ksync_waitqueue_active(wq_head);
}

KSYNC__KERNEL_NAME bool wq_has_sleeper(struct wait_queue_head *wq_head)
{
	return ksync_wq_has_sleeper(wq_head);
}

KSYNC__KERNEL_NAME bool wq_has_single_sleeper(struct wait_queue_head *wq_head)
{
	return ksync_wq_has_single_sleeper(wq_head);
}

/*
 * Under the queue's lock, which the caller holds. A waker that took no part in
 * it sees the entry from here on: look at the condition after this, unless all
 * wakers take the lock, as __wake_up() does.
 */
KSYNC__KERNEL_NAME void __add_wait_queue(struct wait_queue_head *wq_head,
					 struct wait_queue_entry *wq_entry)
{
	ksync__add_wait_queue_locked(wq_head, wq_entry, false);
}

KSYNC__KERNEL_NAME void
__add_wait_queue_exclusive(struct wait_queue_head *wq_head,
			   struct wait_queue_entry *wq_entry)
{
	wq_entry->flags |= WQ_FLAG_EXCLUSIVE;
	ksync__add_wait_queue_locked(wq_head, wq_entry, false);
}

KSYNC__KERNEL_NAME void
__add_wait_queue_entry_tail(struct wait_queue_head *wq_head,
			    struct wait_queue_entry *wq_entry)
{
	ksync__add_wait_queue_locked(wq_head, wq_entry, true);
}

KSYNC__KERNEL_NAME void
__add_wait_queue_entry_tail_exclusive(struct wait_queue_head *wq_head,
				      struct wait_queue_entry *wq_entry)
{
	wq_entry->flags |= WQ_FLAG_EXCLUSIVE;
	ksync__add_wait_queue_locked(wq_head, wq_entry, true);
}

KSYNC__KERNEL_NAME void __remove_wait_queue(struct wait_queue_head *wq_head,
					    struct wait_queue_entry *wq_entry)
{
	(void)wq_head;
	ksync__remove_wait_queue_locked(wq_entry);
}

/* Takes the lock also if nobody waits, unlike wake_up(). */
KSYNC__KERNEL_NAME int __wake_up(struct wait_queue_head *wq_head,
				 unsigned int mode, int nr, void *key)
{
	unsigned long flags;
	int woken;

	ksync_spin_lock_irqsave(&wq_head->lock, flags);
	woken = ksync__wake_up_locked(wq_head, mode, nr, key);
	ksync_spin_unlock_irqrestore(&wq_head->lock, flags);
	return woken;
}

KSYNC__KERNEL_NAME void __wake_up_sync_key(struct wait_queue_head *wq_head,
					   unsigned int mode, void *key)
{
	(void)ksync_wake_up_key(wq_head, mode, 1, key);
}

KSYNC__KERNEL_NAME void __wake_up_sync(struct wait_queue_head *wq_head,
				       unsigned int mode)
{
	(void)ksync_wake_up_key(wq_head, mode, 1, NULL);
}

KSYNC__KERNEL_NAME void __wake_up_locked(struct wait_queue_head *wq_head,
					 unsigned int mode, int nr)
{
	(void)ksync__wake_up_locked(wq_head, mode, nr, NULL);
}

KSYNC__KERNEL_NAME void __wake_up_locked_key(struct wait_queue_head *wq_head,
					     unsigned int mode, void *key)
{
	(void)ksync__wake_up_locked(wq_head, mode, 1, key);
}

KSYNC__KERNEL_NAME void
__wake_up_locked_sync_key(struct wait_queue_head *wq_head, unsigned int mode,
			  void *key)
{
	(void)ksync__wake_up_locked(wq_head, mode, 1, key);
}

#define wake_up(x) ksync_wake_up(x)
#define wake_up_nr(x, nr) ksync_wake_up_nr(x, nr)
#define wake_up_all(x) ksync_wake_up_all(x)
#define wake_up_locked(x) ksync_wake_up_locked(x)
#define wake_up_all_locked(x) ksync_wake_up_all_locked(x)
#define wake_up_sync(x) ksync_wake_up_sync(x)
#define wake_up_interruptible(x) ksync_wake_up_interruptible(x)
#define wake_up_interruptible_nr(x, nr) ksync_wake_up_interruptible_nr(x, nr)
#define wake_up_interruptible_all(x) ksync_wake_up_interruptible_all(x)
#define wake_up_interruptible_sync(x) ksync_wake_up_interruptible_sync(x)

#define poll_to_key(m) KSYNC_POLL_TO_KEY(m)
#define key_to_poll(m) KSYNC_KEY_TO_POLL(m)
#define POLLFREE KSYNC_POLLFREE
#define wake_up_poll(x, m) ksync_wake_up_poll(x, m)
#define wake_up_poll_on_current_cpu(x, m) ksync_wake_up_poll(x, m)
#define wake_up_locked_poll(x, m) ksync_wake_up_locked_poll(x, m)
#define wake_up_interruptible_poll(x, m) ksync_wake_up_interruptible_poll(x, m)
#define wake_up_interruptible_sync_poll(x, m) \
	ksync_wake_up_interruptible_sync_poll(x, m)
#define wake_up_interruptible_sync_poll_locked(x, m) \
	ksync__wake_up_locked(x, TASK_INTERRUPTIBLE, 1, poll_to_key(m))

KSYNC__KERNEL_NAME void wake_up_pollfree(struct wait_queue_head *wq_head)
{
	ksync_wake_up_pollfree(wq_head);
}

#define wait_event(wq, condition) ksync_wait_event(wq, condition)
#define io_wait_event(wq, condition) ksync_io_wait_event(wq, condition)
#define wait_event_idle(wq, condition) ksync_wait_event_idle(wq, condition)
#define wait_event_idle_exclusive(wq, condition) \
	ksync_wait_event_idle_exclusive(wq, condition)
#define wait_event_cmd(wq, condition, cmd1, cmd2) \
	ksync_wait_event_cmd(wq, condition, cmd1, cmd2)
#define wait_event_exclusive_cmd(wq, condition, cmd1, cmd2) \
	ksync_wait_event_exclusive_cmd(wq, condition, cmd1, cmd2)
#define wait_event_lock_irq(wq, condition, lock) \
	ksync_wait_event_lock_irq(wq, condition, lock)
#define wait_event_lock_irq_cmd(wq, condition, lock, cmd) \
	ksync_wait_event_lock_irq_cmd(wq, condition, lock, cmd)

/* 0 or -ERESTARTSYS. */
#define wait_event_interruptible(wq, condition) \
	ksync__event_int(ksync_wait_event_interruptible(wq, condition))
#define wait_event_killable(wq, condition) \
	ksync__event_int(ksync_wait_event_killable(wq, condition))
#define wait_event_freezable(wq, condition) \
	ksync__event_int(ksync_wait_event_freezable(wq, condition))
#define wait_event_state(wq, condition, state) \
	ksync__event_int(ksync_wait_event_state(wq, condition, state))
#define wait_event_interruptible_exclusive(wq, condition) \
	ksync__event_int(                                 \
		ksync_wait_event_interruptible_exclusive(wq, condition))
#define wait_event_killable_exclusive(wq, condition) \
	ksync__event_int(ksync_wait_event_killable_exclusive(wq, condition))
#define wait_event_freezable_exclusive(wq, condition) \
	ksync__event_int(ksync_wait_event_freezable_exclusive(wq, condition))
#define wait_event_interruptible_lock_irq(wq, condition, lock) \
	ksync__event_int(                                      \
		ksync_wait_event_interruptible_lock_irq(wq, condition, lock))
#define wait_event_interruptible_lock_irq_cmd(wq, condition, lock, cmd) \
	ksync__event_int(ksync_wait_event_interruptible_lock_irq_cmd(   \
		wq, condition, lock, cmd))
#define wait_event_interruptible_locked(wq, condition) \
	ksync__event_int(ksync_wait_event_interruptible_locked(wq, condition))
#define wait_event_interruptible_locked_irq(wq, condition) \
	wait_event_interruptible_locked(wq, condition)
#define wait_event_interruptible_exclusive_locked(wq, condition)          \
	ksync__event_int(ksync_wait_event_interruptible_exclusive_locked( \
		wq, condition))
#define wait_event_interruptible_exclusive_locked_irq(wq, condition) \
	wait_event_interruptible_exclusive_locked(wq, condition)

/* What is left of the time, 0, or -ERESTARTSYS. */
#define wait_event_timeout(wq, condition, timeout) \
	ksync_wait_event_timeout(wq, condition, timeout)
#define wait_event_idle_timeout(wq, condition, timeout) \
	ksync_wait_event_idle_timeout(wq, condition, timeout)
#define wait_event_idle_exclusive_timeout(wq, condition, timeout) \
	ksync_wait_event_idle_exclusive_timeout(wq, condition, timeout)
#define wait_event_lock_irq_timeout(wq, condition, lock, timeout) \
	ksync_wait_event_lock_irq_timeout(wq, condition, lock, timeout)
#define wait_event_interruptible_timeout(wq, condition, timeout)  \
	ksync__event_long(ksync_wait_event_interruptible_timeout( \
		wq, condition, timeout))
#define wait_event_killable_timeout(wq, condition, timeout) \
	ksync__event_long(                                  \
		ksync_wait_event_killable_timeout(wq, condition, timeout))
#define wait_event_freezable_timeout(wq, condition, timeout) \
	ksync__event_long(                                   \
		ksync_wait_event_freezable_timeout(wq, condition, timeout))
#define wait_event_interruptible_lock_irq_timeout(wq, condition, lock,     \
						  timeout)                 \
	ksync__event_long(ksync_wait_event_interruptible_lock_irq_timeout( \
		wq, condition, lock, timeout))

/* The time is a ktime_t, in ns: 0, -ETIME, or -ERESTARTSYS. */
#define wait_event_hrtimeout(wq, condition, timeout) \
	ksync_wait_event_hrtimeout(wq, condition, timeout)
#define wait_event_interruptible_hrtimeout(wq, condition, timeout) \
	ksync__event_int(ksync_wait_event_interruptible_hrtimeout( \
		wq, condition, timeout))

#endif
