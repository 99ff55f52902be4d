/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_MACHINE_H
#define KSYNC_MACHINE_H

#include <stdbool.h>

#include <ksync/compiler.h>

#define ksync_barrier() __asm__ __volatile__("" ::: "memory")
#define ksync_smp_mb() __sync_synchronize()
#define ksync_load_relaxed(p) __atomic_load_n(p, __ATOMIC_RELAXED)
#define ksync_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define ksync_store_relaxed(p, v) __atomic_store_n(p, v, __ATOMIC_RELAXED)
#define ksync_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)

#endif
