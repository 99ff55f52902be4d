/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_DELAY_H
#define KSYNC_COMPAT_DELAY_H

#include <linux/jiffies.h>
#include <linux/sched.h>

#include <ksync/delay.h>

#define mdelay(ms) ksync_mdelay(ms)
#define udelay(us) ksync_udelay(us)
#define ndelay(ns) ksync_ndelay(ns)

KSYNC__KERNEL_NAME void msleep(unsigned int msecs)
{
	ksync_msleep(msecs);
}

KSYNC__KERNEL_NAME unsigned long msleep_interruptible(unsigned int msecs)
{
	return ksync_msleep_interruptible(msecs);
}

KSYNC__KERNEL_NAME void ssleep(unsigned int seconds)
{
	ksync_ssleep(seconds);
}

KSYNC__KERNEL_NAME void usleep_range_state(unsigned long min, unsigned long max,
					   unsigned int state)
{
	ksync_usleep_range_state(min, max, state);
}

KSYNC__KERNEL_NAME void usleep_range(unsigned long min, unsigned long max)
{
	ksync_usleep_range(min, max);
}

KSYNC__KERNEL_NAME void usleep_range_idle(unsigned long min, unsigned long max)
{
	ksync_usleep_range_idle(min, max);
}

KSYNC__KERNEL_NAME void fsleep(unsigned long usecs)
{
	ksync_fsleep(usecs);
}

#endif
