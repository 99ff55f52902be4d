/* SPDX-License-Identifier: MIT */
/*
 * Compiles with kernel names and, of the headers that libc reaches by itself,
 * as C++ too. The system's headers come first, last and in between.
 */
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/stat.h>

#ifndef __cplusplus
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kref.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#endif

#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/types.h>

#include <ksync/ksync.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the system's own headers say is still there. */
int flags = CLONE_VM | EINVAL;
__u32 number = FUTEX_WAIT;

#ifndef __cplusplus
/* The tags are the kernel's, and the native types are the same. */
struct object {
	struct kref refs;
	struct mutex lock;
	spinlock_t spin;
	raw_spinlock_t raw;
	refcount_t count;
	atomic_t atomic;
	struct task_struct *task;
};

ksync_mutex_t *native_mutex(struct object *o);
ksync_mutex_t *native_mutex(struct object *o)
{
	ksync_kref_get(&o->refs);
	ksync_refcount_inc(&o->count);
	ksync_spin_lock(&o->spin);
	spin_unlock(&o->spin);
	o->task = ksync_current();
	o->task = current;
	return &o->lock;
}

static DEFINE_MUTEX(static_mutex);
static DEFINE_SPINLOCK(static_spinlock);

/* In kernel code these are functions: their address can be taken. */
void (*const functions[])(struct mutex *lock) = { mutex_lock, mutex_unlock };
void *const objects[] = { &static_mutex, &static_spinlock };
#endif
