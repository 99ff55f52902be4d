/* SPDX-License-Identifier: MIT */
/* Functions that a thread calls later; where the kernel has an interrupt. */
#ifndef KSYNC_GLUE_TIMER_H
#define KSYNC_GLUE_TIMER_H

#include <linux/container_of.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/types.h>

struct ksync_glue_timer {
	struct ksync_glue_timer *next, **link; /* under the timers' mutex */
	u64 when;			       /* ns of CLOCK_MONOTONIC */
	void (*fire)(struct ksync_glue_timer *timer);
};

struct timer_list {
	struct ksync_glue_timer glue;
	unsigned long expires;
	void (*function)(struct timer_list *timer);
	u32 flags;
};

#define TIMER_DEFERRABLE 1
#define TIMER_IRQSAFE 2
#define TIMER_PINNED 4

void ksync_glue_timer_fire(struct ksync_glue_timer *timer);
/* True if it was pending before. */
bool ksync_glue_timer_set(struct ksync_glue_timer *timer, u64 when);
/* Take it back; `sync` waits for its function, too. */
bool ksync_glue_timer_del(struct ksync_glue_timer *timer, bool sync);
bool ksync_glue_timer_pending(const struct ksync_glue_timer *timer);

#define __TIMER_INITIALIZER(fn, fl)                  \
	{ .glue = { .fire = ksync_glue_timer_fire }, \
	  .function = (fn),                          \
	  .flags = (fl) }
#define TIMER_INITIALIZER(fn) __TIMER_INITIALIZER(fn, 0)
#define DEFINE_TIMER(name, fn) struct timer_list name = TIMER_INITIALIZER(fn)
#define timer_setup(timer, fn, fl) \
	((void)(*(timer) = (struct timer_list)__TIMER_INITIALIZER(fn, fl)))
#define timer_setup_on_stack(timer, fn, fl) timer_setup(timer, fn, fl)
#define destroy_timer_on_stack(timer) ((void)(timer))
#define from_timer(var, timer, member) \
	container_of(timer, __typeof__(*var), member)
#define timer_container_of(var, timer, member) from_timer(var, timer, member)
#define timer_pending(timer) ksync_glue_timer_pending(&(timer)->glue)

bool mod_timer(struct timer_list *timer, unsigned long expires);
#define mod_timer_pending(timer, at) \
	(timer_pending(timer) && mod_timer(timer, at))
#define add_timer(timer) ((void)mod_timer((timer), (timer)->expires))
#define timer_delete(timer) ksync_glue_timer_del(&(timer)->glue, false)
#define timer_delete_sync(timer) \
	(might_sleep(), ksync_glue_timer_del(&(timer)->glue, true))
#define timer_shutdown(timer) timer_delete(timer)
#define timer_shutdown_sync(timer) timer_delete_sync(timer)
#define del_timer(timer) timer_delete(timer)
#define del_timer_sync(timer) timer_delete_sync(timer)
#define try_to_del_timer_sync(timer) timer_delete(timer)
#define round_jiffies(j) (j)
#define round_jiffies_relative(j) (j)
#define round_jiffies_up(j) (j)

#endif
