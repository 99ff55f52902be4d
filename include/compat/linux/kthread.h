/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_KTHREAD_H
#define KSYNC_COMPAT_KTHREAD_H

#include <linux/err.h>
#include <linux/sched.h>
#include <linux/completion.h>

#include <ksync/kthread_worker.h>

#define kthread_create(threadfn, data, ...) \
	ksync_kthread_create(threadfn, data, __VA_ARGS__)
#define kthread_create_on_node(threadfn, data, node, ...) \
	ksync_kthread_create_on_node(threadfn, data, node, __VA_ARGS__)
#define kthread_run(threadfn, data, ...) \
	ksync_kthread_run(threadfn, data, __VA_ARGS__)
#define kthread_probe_data(k) ksync_kthread_probe_data(k)
#define kthread_init_worker(worker) ksync_kthread_init_worker(worker)
#define kthread_init_work(work, fn) ksync_kthread_init_work(work, fn)
#define kthread_init_delayed_work(dwork, fn) \
	ksync_kthread_init_delayed_work(dwork, fn)
#define kthread_create_worker(flags, ...) \
	ksync_kthread_create_worker(flags, __VA_ARGS__)
#define kthread_run_worker(flags, ...) \
	ksync_kthread_run_worker(flags, __VA_ARGS__)

#define KTW_FREEZABLE KSYNC_KTW_FREEZABLE
#define KTHREAD_WORKER_INIT(worker) KSYNC_KTHREAD_WORKER_INIT(worker)
#define KTHREAD_WORK_INIT(work, fn) KSYNC_KTHREAD_WORK_INIT(work, fn)
#define KTHREAD_DELAYED_WORK_INIT(dwork, fn) \
	KSYNC_KTHREAD_DELAYED_WORK_INIT(dwork, fn)
#define DEFINE_KTHREAD_WORKER(worker) KSYNC_DEFINE_KTHREAD_WORKER(worker)
#define DEFINE_KTHREAD_WORKER_ONSTACK(worker) \
	KSYNC_DEFINE_KTHREAD_WORKER(worker)
#define DEFINE_KTHREAD_WORK(work, fn) KSYNC_DEFINE_KTHREAD_WORK(work, fn)
#define DEFINE_KTHREAD_DELAYED_WORK(dwork, fn) \
	KSYNC_DEFINE_KTHREAD_DELAYED_WORK(dwork, fn)

typedef void (*kthread_work_func_t)(struct kthread_work *work);

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK struct task_struct *
kthread_create_on_cpu(int (*threadfn)(void *data), void *data, unsigned int cpu,
		      const char *namefmt)
{
	return ksync_kthread_create_on_cpu(threadfn, data, cpu, namefmt);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK struct task_struct *
kthread_run_on_cpu(int (*threadfn)(void *data), void *data, unsigned int cpu,
		   const char *namefmt)
{
	return ksync_kthread_run_on_cpu(threadfn, data, cpu, namefmt);
}

KSYNC__KERNEL_NAME void kthread_bind(struct task_struct *k, unsigned int cpu)
{
	ksync_kthread_bind(k, cpu);
}

KSYNC__KERNEL_NAME int kthread_stop(struct task_struct *k)
{
	return ksync_kthread_stop(k);
}

KSYNC__KERNEL_NAME int kthread_stop_put(struct task_struct *k)
{
	return ksync_kthread_stop_put(k);
}

KSYNC__KERNEL_NAME bool kthread_should_stop(void)
{
	return ksync_kthread_should_stop();
}

KSYNC__KERNEL_NAME bool kthread_should_park(void)
{
	return ksync_kthread_should_park();
}

KSYNC__KERNEL_NAME bool kthread_should_stop_or_park(void)
{
	return ksync_kthread_should_stop_or_park();
}

KSYNC__KERNEL_NAME bool kthread_freezable_should_stop(bool *was_frozen)
{
	return ksync_kthread_freezable_should_stop(was_frozen);
}

KSYNC__KERNEL_NAME int kthread_park(struct task_struct *k)
{
	return ksync_kthread_park(k);
}

KSYNC__KERNEL_NAME void kthread_unpark(struct task_struct *k)
{
	ksync_kthread_unpark(k);
}

KSYNC__KERNEL_NAME void kthread_parkme(void)
{
	ksync_kthread_parkme();
}

KSYNC__KERNEL_NAME __attribute__((noreturn)) void kthread_exit(long result)
{
	ksync_kthread_exit((int)result);
}

KSYNC__KERNEL_NAME __attribute__((noreturn)) void
kthread_complete_and_exit(struct completion *comp, long code)
{
	ksync_kthread_complete_and_exit(comp, (int)code);
}

KSYNC__KERNEL_NAME void *kthread_data(struct task_struct *k)
{
	return ksync_kthread_data(k);
}

KSYNC__KERNEL_NAME void *kthread_func(struct task_struct *k)
{
	return ksync_kthread_func(k);
}

KSYNC__KERNEL_NAME int kthread_worker_fn(void *worker_ptr)
{
	return ksync_kthread_worker_fn(worker_ptr);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK struct kthread_worker *
kthread_create_worker_on_cpu(int cpu, unsigned int flags, const char *namefmt)
{
	return ksync_kthread_create_worker_on_cpu((unsigned int)cpu, flags,
						  namefmt);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK struct kthread_worker *
kthread_run_worker_on_cpu(int cpu, unsigned int flags, const char *namefmt)
{
	return ksync_kthread_run_worker_on_cpu((unsigned int)cpu, flags,
					       namefmt);
}

KSYNC__KERNEL_NAME void kthread_destroy_worker(struct kthread_worker *worker)
{
	ksync_kthread_destroy_worker(worker);
}

KSYNC__KERNEL_NAME bool kthread_queue_work(struct kthread_worker *worker,
					   struct kthread_work *work)
{
	return ksync_kthread_queue_work(worker, work);
}

KSYNC__KERNEL_NAME bool
kthread_queue_delayed_work(struct kthread_worker *worker,
			   struct kthread_delayed_work *dwork,
			   unsigned long delay)
{
	return ksync_kthread_queue_delayed_work(worker, dwork, delay);
}

KSYNC__KERNEL_NAME bool
kthread_mod_delayed_work(struct kthread_worker *worker,
			 struct kthread_delayed_work *dwork,
			 unsigned long delay)
{
	return ksync_kthread_mod_delayed_work(worker, dwork, delay);
}

KSYNC__KERNEL_NAME void kthread_flush_work(struct kthread_work *work)
{
	ksync_kthread_flush_work(work);
}

KSYNC__KERNEL_NAME void kthread_flush_worker(struct kthread_worker *worker)
{
	ksync_kthread_flush_worker(worker);
}

KSYNC__KERNEL_NAME bool kthread_cancel_work_sync(struct kthread_work *work)
{
	return ksync_kthread_cancel_work_sync(work);
}

KSYNC__KERNEL_NAME bool
kthread_cancel_delayed_work_sync(struct kthread_delayed_work *work)
{
	return ksync_kthread_cancel_delayed_work_sync(work);
}

#endif
