/* SPDX-License-Identifier: MIT */
#include "kinds.h"

/* clang-format off */
const struct lock_kind ksync__lock_kinds[KSYNC_KINDS] = {
	/*                         name        waits       inside
	 *		ordered told   ends   resolves unlock_sleeps */
	[KSYNC_KIND_NONE]      = { "lock",      WAIT_SLEEP, WAIT_SLEEP,
			false, false, false, false, false },
	[KSYNC_KIND_MAP]       = { "map",       WAIT_NOT,   WAIT_SLEEP,
			true,  false, false, false, false },
	[KSYNC_KIND_MUTEX]     = { "mutex",     WAIT_SLEEP, WAIT_SLEEP,
			true,  true,  false, false, true },
	[KSYNC_KIND_SEMAPHORE] = { "semaphore", WAIT_SLEEP, WAIT_SLEEP,
			true,  false, false, false, false },
	[KSYNC_KIND_SPINLOCK]  = { "spinlock",  WAIT_SPIN,  WAIT_SPIN,
			true,  false, false, false, false },
	[KSYNC_KIND_RAW_SPINLOCK] = { "raw_spinlock", WAIT_RAW, WAIT_RAW,
			true,  false, false, false, false },
	[KSYNC_KIND_BIT_SPINLOCK] = { "bit_spinlock", WAIT_RAW, WAIT_SPIN,
			false, true,  false, false, false },
	[KSYNC_KIND_RWLOCK]    = { "rwlock",    WAIT_SPIN,  WAIT_SPIN,
			true,  false, false, false, false },
	[KSYNC_KIND_RWSEM]     = { "rwsem",     WAIT_SLEEP, WAIT_SLEEP,
			true,  false, false, false, true },
	[KSYNC_KIND_COMPLETION] = { "completion", WAIT_SLEEP, WAIT_SLEEP,
			true,  false, false, false, false },
	[KSYNC_KIND_RCU]       = { "rcu",       WAIT_NOT,   WAIT_SPIN,
			true,  true,  true,  false, false },
	[KSYNC_KIND_SRCU]      = { "srcu",      WAIT_NOT,   WAIT_SLEEP,
			true,  false, false, false, false },
	[KSYNC_KIND_PERCPU_RWSEM] = { "percpu_rwsem", WAIT_SLEEP, WAIT_SLEEP,
			true,  false, false, false, true },
	[KSYNC_KIND_KTHREAD]   = { "kthread",   WAIT_NOT,   WAIT_SLEEP,
			true,  true,  true,  false, false },
	[KSYNC_KIND_SEQCOUNT]  = { "seqcount",  WAIT_NOT,   WAIT_SPIN,
			true,  false, false, false, false },
	[KSYNC_KIND_RT_MUTEX]  = { "rt_mutex",  WAIT_SLEEP, WAIT_SLEEP,
			true,  true,  false, true, true },
	[KSYNC_KIND_WW_MUTEX]  = { "ww_mutex",  WAIT_SLEEP, WAIT_SLEEP,
			true,  true,  false, true, true },
	[KSYNC_KIND_WW_ACQUIRE] = { "ww_acquire", WAIT_SLEEP, WAIT_SLEEP,
			true,  false, false, false, false },
	[KSYNC_KIND_ONCE]      = { "once",      WAIT_NOT,   WAIT_SLEEP,
			true,  true,  false, false, false },
	[KSYNC_KIND_SIGNAL]    = { "handler",   WAIT_NOT,   WAIT_SLEEP,
			true,  true,  true,  false, false },
};
/* clang-format on */
