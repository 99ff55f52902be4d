/* SPDX-License-Identifier: MIT */
/*
 * The machine: the only header with compiler builtins for memory access and
 * with inline assembly. Everything above reaches memory that is shared between
 * threads through these names, so that a second implementation of this one file
 * (a model explorer's) sees every access.
 *
 * FULL is the kernel's "fully ordered" read-modify-write: everything before it
 * is ordered before everything after it. On x86 each locked instruction is
 * that; elsewhere a sequentially consistent operation is weaker and stands
 * between two fences. ThreadSanitizer ignores fences and takes the operation's
 * own order, so it gets none (gcc warns about them).
 */
#ifndef KSYNC_MACHINE_H
#define KSYNC_MACHINE_H

#include <ksync/types.h>

#define KSYNC__MO_RELAXED __ATOMIC_RELAXED
#define KSYNC__MO_ACQUIRE __ATOMIC_ACQUIRE
#define KSYNC__MO_RELEASE __ATOMIC_RELEASE
#define KSYNC__MO_FULL __ATOMIC_SEQ_CST

/* Before and after an operation of order mo. */
#if defined(__x86_64__) || defined(__i386__) || KSYNC_THREAD_SANITIZER
#define KSYNC__AROUND(mo) ((void)0)
#else
#define KSYNC__AROUND(mo)                                        \
	do {                                                     \
		if ((mo) == KSYNC__MO_FULL)                      \
			__atomic_thread_fence(__ATOMIC_SEQ_CST); \
	} while (0)
#endif

#define ksync__mc_load(p, mo) __atomic_load_n(p, mo)
#define ksync__mc_store(p, v, mo) __atomic_store_n(p, v, mo)
#define ksync__mc_store_again(p, v) __atomic_store_n(p, v, __ATOMIC_RELAXED)
#define ksync__mc_xchg(p, v, mo) __atomic_exchange_n(p, v, mo)
#define ksync__mc_try_cmpxchg(p, oldp, v, mo) \
	__atomic_compare_exchange_n(p, oldp, v, 0, mo, __ATOMIC_RELAXED)
#define ksync__mc_fetch_add(p, v, mo) __atomic_fetch_add(p, v, mo)
#define ksync__mc_fetch_sub(p, v, mo) __atomic_fetch_sub(p, v, mo)
#define ksync__mc_fetch_and(p, v, mo) __atomic_fetch_and(p, v, mo)
#define ksync__mc_fetch_or(p, v, mo) __atomic_fetch_or(p, v, mo)
#define ksync__mc_fetch_xor(p, v, mo) __atomic_fetch_xor(p, v, mo)

/* The compiler keeps accesses on their side of this; the processor may not. */
#define ksync_barrier() __asm__ __volatile__("" ::: "memory")

#if defined(__x86_64__)
/* 1.8 ns against 16 for mfence: docs/atomic.md, "barriers". */
#define ksync_smp_mb() \
	__asm__ __volatile__("lock; addl $0,-4(%%rsp)" ::: "memory", "cc")
#define ksync_smp_rmb() ksync_barrier()
#define ksync_smp_wmb() ksync_barrier()
#elif defined(__i386__)
#define ksync_smp_mb() \
	__asm__ __volatile__("lock; addl $0,-4(%%esp)" ::: "memory", "cc")
#define ksync_smp_rmb() ksync_barrier()
#define ksync_smp_wmb() ksync_barrier()
#elif KSYNC_THREAD_SANITIZER
#define ksync_smp_mb() __sync_synchronize()
#define ksync_smp_rmb() __sync_synchronize()
#define ksync_smp_wmb() __sync_synchronize()
#else
#define ksync_smp_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define ksync_smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define ksync_smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#endif

#if defined(__x86_64__) || defined(__i386__)
#define ksync_cpu_relax() __asm__ __volatile__("pause" ::: "memory")
#elif defined(__aarch64__)
#define ksync_cpu_relax() __asm__ __volatile__("isb" ::: "memory")
#else
#define ksync_cpu_relax() ksync_barrier()
#endif

#endif
