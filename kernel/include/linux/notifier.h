/* SPDX-License-Identifier: MIT */
/* Chains of functions that are called in order of priority. */
#ifndef KSYNC_GLUE_NOTIFIER_H
#define KSYNC_GLUE_NOTIFIER_H

#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>

struct notifier_block;
typedef int (*notifier_fn_t)(struct notifier_block *nb, unsigned long action,
			     void *data);

struct notifier_block {
	notifier_fn_t notifier_call;
	struct notifier_block __rcu *next;
	int priority;
};

struct atomic_notifier_head {
	spinlock_t lock;
	struct notifier_block __rcu *head;
};

struct blocking_notifier_head {
	struct rw_semaphore rwsem;
	struct notifier_block __rcu *head;
};

struct raw_notifier_head {
	struct notifier_block __rcu *head;
};

struct srcu_notifier_head {
	struct mutex mutex;
	struct srcu_struct srcu;
	struct notifier_block __rcu *head;
};

#define ATOMIC_NOTIFIER_INIT(name) \
	{ .lock = __SPIN_LOCK_UNLOCKED((name).lock), .head = NULL }
#define BLOCKING_NOTIFIER_INIT(name) \
	{ .rwsem = __RWSEM_INITIALIZER((name).rwsem), .head = NULL }
#define RAW_NOTIFIER_INIT(name) { .head = NULL }
#define SRCU_NOTIFIER_INIT(name, pcpu)                \
	{ .mutex = __MUTEX_INITIALIZER((name).mutex), \
	  .head = NULL,                               \
	  .srcu = KSYNC__SRCU_INIT(#name) }
#define SRCU_NOTIFIER_HEAD(name) \
	struct srcu_notifier_head name = SRCU_NOTIFIER_INIT(name, )
#define SRCU_NOTIFIER_HEAD_STATIC(name) static SRCU_NOTIFIER_HEAD(name)
#define ATOMIC_NOTIFIER_HEAD(name) \
	struct atomic_notifier_head name = ATOMIC_NOTIFIER_INIT(name)
#define BLOCKING_NOTIFIER_HEAD(name) \
	struct blocking_notifier_head name = BLOCKING_NOTIFIER_INIT(name)
#define RAW_NOTIFIER_HEAD(name) \
	struct raw_notifier_head name = RAW_NOTIFIER_INIT(name)
#define ATOMIC_INIT_NOTIFIER_HEAD(nh)        \
	do {                                 \
		spin_lock_init(&(nh)->lock); \
		(nh)->head = NULL;           \
	} while (0)
#define BLOCKING_INIT_NOTIFIER_HEAD(nh)   \
	do {                              \
		init_rwsem(&(nh)->rwsem); \
		(nh)->head = NULL;        \
	} while (0)
#define RAW_INIT_NOTIFIER_HEAD(nh) ((void)((nh)->head = NULL))

#define NOTIFY_DONE 0x0000
#define NOTIFY_OK 0x0001
#define NOTIFY_STOP_MASK 0x8000
#define NOTIFY_BAD (NOTIFY_STOP_MASK | 0x0002)
#define NOTIFY_STOP (NOTIFY_OK | NOTIFY_STOP_MASK)

static inline int notifier_from_errno(int err)
{
	return err ? NOTIFY_STOP_MASK | (NOTIFY_OK - err) : NOTIFY_OK;
}

static inline int notifier_to_errno(int ret)
{
	ret &= ~NOTIFY_STOP_MASK;
	return ret > NOTIFY_OK ? NOTIFY_OK - ret : 0;
}

/* Higher priorities come first, equal ones in the order of their coming. */
static inline int ksync__glue_notifier_add(struct notifier_block **link,
					   struct notifier_block *nb,
					   bool unique)
{
	for (; *link; link = &(*link)->next) {
		if (*link == nb)
			return -EEXIST;
		if (nb->priority > (*link)->priority)
			break;
		if (unique && nb->priority == (*link)->priority)
			return -EBUSY;
	}
	nb->next = *link;
	rcu_assign_pointer(*link, nb);
	return 0;
}

static inline int ksync__glue_notifier_remove(struct notifier_block **link,
					      struct notifier_block *nb)
{
	for (; *link; link = &(*link)->next) {
		if (*link == nb) {
			rcu_assign_pointer(*link, nb->next);
			return 0;
		}
	}
	return -ENOENT;
}

static inline int ksync__glue_notifier_call(struct notifier_block **head,
					    unsigned long action, void *data)
{
	struct notifier_block *nb = rcu_dereference_raw(*head);
	int ret = NOTIFY_DONE;

	while (nb && !(ret & NOTIFY_STOP_MASK)) {
		struct notifier_block *next = rcu_dereference_raw(nb->next);

		ret = nb->notifier_call(nb, action, data);
		nb = next;
	}
	return ret;
}

static inline int
atomic_notifier_chain_register(struct atomic_notifier_head *nh,
			       struct notifier_block *nb)
{
	unsigned long flags;
	int ret;

	spin_lock_irqsave(&nh->lock, flags);
	ret = ksync__glue_notifier_add(&nh->head, nb, false);
	spin_unlock_irqrestore(&nh->lock, flags);
	return ret;
}

static inline int
atomic_notifier_chain_unregister(struct atomic_notifier_head *nh,
				 struct notifier_block *nb)
{
	unsigned long flags;
	int ret;

	spin_lock_irqsave(&nh->lock, flags);
	ret = ksync__glue_notifier_remove(&nh->head, nb);
	spin_unlock_irqrestore(&nh->lock, flags);
	synchronize_rcu();
	return ret;
}

static inline int atomic_notifier_call_chain(struct atomic_notifier_head *nh,
					     unsigned long action, void *data)
{
	int ret;

	rcu_read_lock();
	ret = ksync__glue_notifier_call(&nh->head, action, data);
	rcu_read_unlock();
	return ret;
}

static inline int
blocking_notifier_chain_register(struct blocking_notifier_head *nh,
				 struct notifier_block *nb)
{
	int ret;

	down_write(&nh->rwsem);
	ret = ksync__glue_notifier_add(&nh->head, nb, false);
	up_write(&nh->rwsem);
	return ret;
}

static inline int
blocking_notifier_chain_unregister(struct blocking_notifier_head *nh,
				   struct notifier_block *nb)
{
	int ret;

	down_write(&nh->rwsem);
	ret = ksync__glue_notifier_remove(&nh->head, nb);
	up_write(&nh->rwsem);
	return ret;
}

static inline int
blocking_notifier_call_chain(struct blocking_notifier_head *nh,
			     unsigned long action, void *data)
{
	int ret;

	if (!rcu_access_pointer(nh->head))
		return NOTIFY_DONE;
	down_read(&nh->rwsem);
	ret = ksync__glue_notifier_call(&nh->head, action, data);
	up_read(&nh->rwsem);
	return ret;
}

static inline int raw_notifier_chain_register(struct raw_notifier_head *nh,
					      struct notifier_block *nb)
{
	return ksync__glue_notifier_add(&nh->head, nb, false);
}

static inline int raw_notifier_chain_unregister(struct raw_notifier_head *nh,
						struct notifier_block *nb)
{
	return ksync__glue_notifier_remove(&nh->head, nb);
}

static inline int raw_notifier_call_chain(struct raw_notifier_head *nh,
					  unsigned long action, void *data)
{
	return ksync__glue_notifier_call(&nh->head, action, data);
}

/* Aborts if there is no memory for the domain, as the kernel's does. */
static inline void srcu_init_notifier_head(struct srcu_notifier_head *nh)
{
	mutex_init(&nh->mutex);
	BUG_ON(init_srcu_struct(&nh->srcu) < 0);
	nh->head = NULL;
}

#define srcu_cleanup_notifier_head(name) cleanup_srcu_struct(&(name)->srcu)

static inline int srcu_notifier_chain_register(struct srcu_notifier_head *nh,
					       struct notifier_block *nb)
{
	int ret;

	mutex_lock(&nh->mutex);
	ret = ksync__glue_notifier_add(&nh->head, nb, false);
	mutex_unlock(&nh->mutex);
	return ret;
}

static inline int srcu_notifier_chain_unregister(struct srcu_notifier_head *nh,
						 struct notifier_block *nb)
{
	int ret;

	mutex_lock(&nh->mutex);
	ret = ksync__glue_notifier_remove(&nh->head, nb);
	mutex_unlock(&nh->mutex);
	synchronize_srcu(&nh->srcu);
	return ret;
}

static inline int srcu_notifier_call_chain(struct srcu_notifier_head *nh,
					   unsigned long action, void *data)
{
	int idx = srcu_read_lock(&nh->srcu);
	int ret = ksync__glue_notifier_call(&nh->head, action, data);

	srcu_read_unlock(&nh->srcu, idx);
	return ret;
}

#endif
