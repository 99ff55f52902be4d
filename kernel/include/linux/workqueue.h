/* SPDX-License-Identifier: MIT */
/* Work for threads of the library: pools that grow while work waits. */
#ifndef KSYNC_GLUE_WORKQUEUE_H
#define KSYNC_GLUE_WORKQUEUE_H

#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/lockdep.h>
#include <linux/rcupdate.h>
#include <linux/timer.h>
#include <linux/workqueue_types.h>

#define WORK_STRUCT_PENDING_BIT 0
#define WORKER_DESC_LEN 24

struct delayed_work {
	struct work_struct work;
	struct timer_list timer;
	struct workqueue_struct *wq;
	int cpu;
};

struct rcu_work {
	struct work_struct work;
	struct rcu_head rcu;
	struct workqueue_struct *wq;
};

/* Ordered ones run one at a time; the others' bits change nothing here. */
enum wq_flags {
	WQ_BH = 1,
	WQ_UNBOUND = 2,
	WQ_FREEZABLE = 4,
	WQ_MEM_RECLAIM = 8,
	WQ_HIGHPRI = 16,
	WQ_CPU_INTENSIVE = 32,
	WQ_SYSFS = 64,
	WQ_POWER_EFFICIENT = 128,
	KSYNC__WQ_ORDERED = 1 << 17,
	WQ_MAX_ACTIVE = 2048,
	WQ_UNBOUND_MAX_ACTIVE = 2048,
	WQ_DFL_ACTIVE = 1024,
	WORK_CPU_UNBOUND = NR_CPUS,
};

extern struct workqueue_struct *system_wq, *system_highpri_wq, *system_long_wq,
	*system_unbound_wq, *system_freezable_wq, *system_power_efficient_wq;

struct workqueue_struct *ksync_glue_workqueue(unsigned int flags,
					      int max_active, const char *fmt,
					      ...) __printf(3, 4);
void ksync_glue_destroy_workqueue(struct workqueue_struct *wq);
void ksync_glue_flush_workqueue(struct workqueue_struct *wq);
bool ksync_glue_flush_work(struct work_struct *work);
bool ksync_glue_cancel_work(struct work_struct *work, bool sync);
bool ksync_glue_queue_delayed(struct workqueue_struct *wq,
			      struct delayed_work *dwork, unsigned long delay,
			      bool again);
bool ksync_glue_flush_delayed(struct delayed_work *dwork);
bool ksync_glue_cancel_delayed(struct delayed_work *dwork, bool sync);
void ksync_glue_delayed_fire(struct timer_list *timer);
bool ksync_glue_queue_work(struct workqueue_struct *wq,
			   struct work_struct *work);
bool ksync_glue_claim_work(struct work_struct *work);
void ksync_glue_queue_claimed(struct workqueue_struct *wq,
			      struct work_struct *work);
struct work_struct *current_work(void);

#define alloc_workqueue(fmt, flags, max_active, args...) \
	ksync_glue_workqueue(flags, max_active, fmt, ##args)
#define alloc_ordered_workqueue(fmt, flags, args...) \
	ksync_glue_workqueue((flags) | KSYNC__WQ_ORDERED, 1, fmt, ##args)
#define create_workqueue(name) alloc_workqueue("%s", WQ_MEM_RECLAIM, 1, name)
#define create_singlethread_workqueue(name) \
	alloc_ordered_workqueue("%s", 0, name)
#define create_freezable_workqueue(name) create_workqueue(name)
#define destroy_workqueue(wq) (might_sleep(), ksync_glue_destroy_workqueue(wq))

#define __WORK_INITIALIZER(name, fn) { .func = (fn) }
#define __DELAYED_WORK_INITIALIZER(name, fn, fl) \
	{ .work = { .func = (fn) },              \
	  .timer = __TIMER_INITIALIZER(ksync_glue_delayed_fire, fl) }
#define DECLARE_WORK(name, fn) \
	struct work_struct name = __WORK_INITIALIZER(name, fn)
#define DECLARE_DELAYED_WORK(name, fn) \
	struct delayed_work name = __DELAYED_WORK_INITIALIZER(name, fn, 0)
#define DECLARE_DEFERRABLE_WORK(name, fn) DECLARE_DELAYED_WORK(name, fn)
#define INIT_WORK(work, fn) \
	((void)(*(work) = (struct work_struct)__WORK_INITIALIZER(, fn)))
#define INIT_WORK_ONSTACK(work, fn) INIT_WORK(work, fn)
#define INIT_DELAYED_WORK(dwork, fn)                                        \
	((void)(*(dwork) = (struct delayed_work)__DELAYED_WORK_INITIALIZER( \
			, fn, 0)))
#define INIT_DELAYED_WORK_ONSTACK(dwork, fn) INIT_DELAYED_WORK(dwork, fn)
#define INIT_DEFERRABLE_WORK(dwork, fn) INIT_DELAYED_WORK(dwork, fn)
#define INIT_RCU_WORK(rwork, fn) INIT_WORK(&(rwork)->work, fn)
#define destroy_work_on_stack(work) ((void)(work))
#define destroy_delayed_work_on_stack(work) ((void)(work))
#define PREPARE_WORK(w, fn) ((void)((w)->func = (fn)))
#define work_data_bits(work) ((unsigned long *)&(work)->data)
#define work_pending(work) ((atomic_long_read(&(work)->data) & 1) != 0)
#define delayed_work_pending(dwork) work_pending(&(dwork)->work)
#define to_delayed_work(w) container_of(w, struct delayed_work, work)
#define to_rcu_work(w) container_of(w, struct rcu_work, work)

#define queue_work(wq, work) ksync_glue_queue_work(wq, work)
#define queue_work_on(cpu, wq, work) ((void)(cpu), queue_work(wq, work))
#define queue_work_node(node, wq, work) ((void)(node), queue_work(wq, work))
#define queue_delayed_work(wq, dwork, delay) \
	ksync_glue_queue_delayed(wq, dwork, delay, false)
#define queue_delayed_work_on(cpu, wq, dwork, delay) \
	((void)(cpu), queue_delayed_work(wq, dwork, delay))
#define mod_delayed_work(wq, dwork, delay) \
	ksync_glue_queue_delayed(wq, dwork, delay, true)
#define mod_delayed_work_on(cpu, wq, dwork, delay) \
	((void)(cpu), mod_delayed_work(wq, dwork, delay))
#define schedule_work(work) queue_work(system_wq, work)
#define schedule_work_on(cpu, work) ((void)(cpu), schedule_work(work))
#define schedule_delayed_work(dwork, delay) \
	queue_delayed_work(system_wq, dwork, delay)
#define schedule_delayed_work_on(cpu, dwork, delay) \
	((void)(cpu), schedule_delayed_work(dwork, delay))
#define flush_work(work) (might_sleep(), ksync_glue_flush_work(work))
#define flush_delayed_work(dwork) \
	(might_sleep(), ksync_glue_flush_delayed(dwork))
#define cancel_work(work) ksync_glue_cancel_work(work, false)
#define cancel_work_sync(work) \
	(might_sleep(), ksync_glue_cancel_work(work, true))
#define cancel_delayed_work(dwork) ksync_glue_cancel_delayed(dwork, false)
#define cancel_delayed_work_sync(dwork) \
	(might_sleep(), ksync_glue_cancel_delayed(dwork, true))
#define disable_work_sync(work) cancel_work_sync(work)
#define flush_workqueue(wq) (might_sleep(), ksync_glue_flush_workqueue(wq))
#define __flush_workqueue(wq) flush_workqueue(wq)
#define drain_workqueue(wq) flush_workqueue(wq)
#define flush_scheduled_work() flush_workqueue(system_wq)
#define current_is_workqueue_rescuer() false
#define system_bh_wq system_wq
/* A hint of which nothing is made. */
#define workqueue_set_min_active(wq, n) ((void)(wq), (void)(n))
#define workqueue_set_max_active(wq, n) ((void)(wq), (void)(n))
#define set_worker_desc(fmt...) no_printk(fmt)

static inline void ksync__glue_rcu_work(struct rcu_head *head)
{
	struct rcu_work *rwork = container_of(head, struct rcu_work, rcu);

	ksync_glue_queue_claimed(rwork->wq, &rwork->work);
}

static inline bool queue_rcu_work(struct workqueue_struct *wq,
				  struct rcu_work *rwork)
{
	if (!ksync_glue_claim_work(&rwork->work))
		return false;
	rwork->wq = wq;
	call_rcu(&rwork->rcu, ksync__glue_rcu_work);
	return true;
}

static inline bool flush_rcu_work(struct rcu_work *rwork)
{
	if (work_pending(&rwork->work))
		rcu_barrier();
	return flush_work(&rwork->work);
}

#endif
