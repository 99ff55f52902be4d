/* SPDX-License-Identifier: MIT */
/*
 * A copy of a variable for each CPU. A thread is not pinned: between
 * this_cpu_ptr() and its use it may be on another CPU, beside a thread that
 * uses the same copy. So this_cpu_add() and the like are atomic operations.
 */
#ifndef KSYNC_GLUE_PERCPU_H
#define KSYNC_GLUE_PERCPU_H

#include <linux/cleanup.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/percpu-defs.h>
#include <linux/smp.h>

void *ksync_glue_alloc_percpu(size_t size, size_t align);
void free_percpu(void *p);

#define alloc_percpu(type)                                         \
	((__typeof__(type) *)ksync_glue_alloc_percpu(sizeof(type), \
						     __alignof__(type)))
#define alloc_percpu_gfp(type, gfp) alloc_percpu(type)
#define __alloc_percpu(size, align) ksync_glue_alloc_percpu(size, align)
#define __alloc_percpu_gfp(size, align, gfp) \
	ksync_glue_alloc_percpu(size, align)

DEFINE_FREE(free_percpu, void *, free_percpu(_T))

#endif
