/* SPDX-License-Identifier: MIT */
/*
 * Pointers that are published to RCU readers. <ksync/rcu.h> includes this.
 */
#ifndef KSYNC_RCU_POINTER_H
#define KSYNC_RCU_POINTER_H

#include <ksync/atomic.h>

/*
 * Publish v through the pointer p: who finds it by ksync_rcu_dereference() sees
 * what was written to the object before.
 */
/* ORDER rcu_pointer.publish: release. Other end:
 * ksync_rcu_dereference_raw(). */
#define ksync_rcu_assign_pointer(p, v) ksync_smp_store_release(&(p), (v))

/*
 * The pointer, for use in a reader. Processors keep the order from a pointer to
 * what it points to, and ksync supports none that does not, so this is a plain
 * load; ThreadSanitizer wants to be told.
 */
#if KSYNC_THREAD_SANITIZER
/* ORDER rcu_pointer.publish: acquire. Other end:
 * ksync_rcu_assign_pointer(). */
#define ksync_rcu_dereference_raw(p) ksync_smp_load_acquire(&(p))
#else
#define ksync_rcu_dereference_raw(p) KSYNC_READ_ONCE(p)
#endif
#define ksync_rcu_dereference(p) ksync_rcu_dereference_raw(p)
/* For a reader, or where cond says why not; a checked library looks. */
#define ksync_rcu_dereference_check(p, cond) \
	((void)sizeof(!(cond)), ksync_rcu_dereference_raw(p))
/* For the updater, who excludes others: cond says how. */
#define ksync_rcu_dereference_protected(p, cond) \
	((void)sizeof(!(cond)), KSYNC_READ_ONCE(p))
/* The value alone, to compare with NULL; not to be followed. */
#define ksync_rcu_access_pointer(p) KSYNC_READ_ONCE(p)
/* Publish v, get the old pointer; for the updater. */
#define ksync_rcu_replace_pointer(p, v, cond)                     \
	__extension__({                                           \
		__typeof__(p) ksync__old =                        \
			ksync_rcu_dereference_protected(p, cond); \
		ksync_rcu_assign_pointer(p, v);                   \
		ksync__old;                                       \
	})
/* Before the pointer is public, or to NULL: no order. */
#define KSYNC_RCU_INIT_POINTER(p, v) KSYNC_WRITE_ONCE(p, v)
#define KSYNC_RCU_INITIALIZER(v) (v)
#define ksync_unrcu_pointer(p) (p)
/* The object is kept by other means from here on. */
#define ksync_rcu_pointer_handoff(p) (p)

#endif
