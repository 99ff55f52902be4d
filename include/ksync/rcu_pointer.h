/* SPDX-License-Identifier: MIT */
/*
 * Pointers that are published to RCU readers. <ksync/rcu.h> includes this.
 */
#ifndef KSYNC_RCU_POINTER_H
#define KSYNC_RCU_POINTER_H

#include <ksync/atomic.h>
#include <ksync/watch.h>

/*
 * The checked library evaluates the condition, once, and reports a place where
 * it is false: once, or unless the caller is a reader.
 */
#if KSYNC_CHECKED
#define KSYNC__RCU_READER_OR(cond) ((cond) ? (void)0 : ksync__dep_no_reader())
#define KSYNC__RCU_PROTECTED(cond) \
	((cond) ? (void)0 : ksync__dep_not_protected())
#else
#define KSYNC__RCU_READER_OR(cond) ((void)sizeof(!(cond)))
#define KSYNC__RCU_PROTECTED(cond) ((void)sizeof(!(cond)))
#endif

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
#define ksync_rcu_dereference(p) ksync_rcu_dereference_check(p, 0)
/* For a reader, or where cond says why not. */
#define ksync_rcu_dereference_check(p, cond) \
	(KSYNC__RCU_READER_OR(cond), ksync_rcu_dereference_raw(p))
/* For the updater, who excludes others: cond says how. */
#define ksync_rcu_dereference_protected(p, cond) \
	(KSYNC__RCU_PROTECTED(cond), KSYNC_READ_ONCE(p))
/* The value alone, to compare with NULL; not to be followed. */
#define ksync_rcu_access_pointer(p) KSYNC_READ_ONCE(p)
#ifdef __cplusplus
extern "C++" {
template <class ksync__t>
KSYNC_PRIVATE_INLINE typename ksync__change<ksync__t>::type
ksync__rcu_replace(ksync__t *p, typename ksync__change<ksync__t>::type v)
{
	typename ksync__change<ksync__t>::type old = KSYNC_READ_ONCE(*p);

	ksync_rcu_assign_pointer(*p, v);
	return old;
}
}
/* Publish v, get the old pointer; for the updater. */
#define ksync_rcu_replace_pointer(p, v, cond) \
	(KSYNC__RCU_PROTECTED(cond), ksync__rcu_replace(KSYNC__ADDRESS(p), v))
#else
#define ksync_rcu_replace_pointer(p, v, cond)        \
	KSYNC__RCU_REPLACE(KSYNC_UNIQUE(ksync__at_), \
			   KSYNC_UNIQUE(ksync__was_), p, v, cond)
#define KSYNC__RCU_REPLACE(at, was, p, v, cond)                   \
	__extension__({                                           \
		__typeof__(&(p)) at = &(p);                       \
		KSYNC__PLAIN(p)                                   \
		was = ksync_rcu_dereference_protected(*at, cond); \
                                                                  \
		ksync_rcu_assign_pointer(*at, v);                 \
		was;                                              \
	})
#endif
/* Before the pointer is public, or to NULL: no order. */
#define KSYNC_RCU_INIT_POINTER(p, v) KSYNC_WRITE_ONCE(p, v)
#define KSYNC_RCU_INITIALIZER(v) (v)
#define ksync_unrcu_pointer(p) (p)
/* The object is kept by other means from here on. */
#define ksync_rcu_pointer_handoff(p) (p)

#endif
