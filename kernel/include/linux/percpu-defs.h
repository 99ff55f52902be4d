/* SPDX-License-Identifier: MIT */
/* Variables of which each CPU has a copy, and what is done with them. */
#ifndef KSYNC_GLUE_PERCPU_DEFS_H
#define KSYNC_GLUE_PERCPU_DEFS_H

#include <linux/preempt.h>
#include <linux/types.h>

/* Initial values lie in a section of their own, which are CPU 0's copies. */
#define KSYNC__GLUE_PERCPU __attribute__((__section__("ksync_percpu")))
#define DECLARE_PER_CPU(type, name) extern __typeof__(type) name
#define DEFINE_PER_CPU(type, name) KSYNC__GLUE_PERCPU __typeof__(type) name
#define DECLARE_PER_CPU_SHARED_ALIGNED(type, name) DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_SHARED_ALIGNED(type, name) DEFINE_PER_CPU(type, name)
#define DECLARE_PER_CPU_ALIGNED(type, name) DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_ALIGNED(type, name) DEFINE_PER_CPU(type, name)
#define DECLARE_PER_CPU_READ_MOSTLY(type, name) DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_READ_MOSTLY(type, name) DEFINE_PER_CPU(type, name)

/* Of the program or the shared object that is compiled. */
extern char __start_ksync_percpu[]
	__attribute__((__weak__, __visibility__("hidden")));
extern char __stop_ksync_percpu[]
	__attribute__((__weak__, __visibility__("hidden")));

/* The copy of a CPU; the CPU that runs this where it is negative. */
void *ksync_glue_per_cpu(const void *p, int cpu, char *start, char *stop);

#define per_cpu_ptr(ptr, cpu)                                          \
	((__typeof__(*(ptr)) *)ksync_glue_per_cpu(                     \
		(const void *)(ptr), (int)(cpu), __start_ksync_percpu, \
		__stop_ksync_percpu))
#define this_cpu_ptr(ptr) per_cpu_ptr(ptr, -1)
#define raw_cpu_ptr(ptr) this_cpu_ptr(ptr)
#define per_cpu(var, cpu) (*per_cpu_ptr(&(var), cpu))
#define get_cpu_var(var)              \
	(*__extension__({             \
		preempt_disable();    \
		this_cpu_ptr(&(var)); \
	}))
#define put_cpu_var(var) preempt_enable()
#define get_cpu_ptr(ptr)           \
	__extension__({            \
		preempt_disable(); \
		this_cpu_ptr(ptr); \
	})
#define put_cpu_ptr(ptr) preempt_enable()

#define this_cpu_read(var) \
	__atomic_load_n(this_cpu_ptr(&(var)), __ATOMIC_RELAXED)
#define this_cpu_write(var, value) \
	__atomic_store_n(this_cpu_ptr(&(var)), (value), __ATOMIC_RELAXED)
#define this_cpu_add_return(var, value) \
	__atomic_add_fetch(this_cpu_ptr(&(var)), (value), __ATOMIC_RELAXED)
#define this_cpu_add(var, value) ((void)this_cpu_add_return(var, value))
#define this_cpu_sub(var, value) this_cpu_add(var, -(__typeof__(var))(value))
#define this_cpu_inc(var) this_cpu_add(var, 1)
#define this_cpu_dec(var) this_cpu_sub(var, 1)
#define this_cpu_inc_return(var) this_cpu_add_return(var, 1)
#define this_cpu_dec_return(var) this_cpu_add_return(var, -(__typeof__(var))1)
#define this_cpu_sub_return(var, value) \
	this_cpu_add_return(var, -(__typeof__(var))(value))
#define this_cpu_and(var, value)                                 \
	((void)__atomic_and_fetch(this_cpu_ptr(&(var)), (value), \
				  __ATOMIC_RELAXED))
#define this_cpu_or(var, value)                                 \
	((void)__atomic_or_fetch(this_cpu_ptr(&(var)), (value), \
				 __ATOMIC_RELAXED))
#define this_cpu_xchg(var, value) \
	__atomic_exchange_n(this_cpu_ptr(&(var)), (value), __ATOMIC_RELAXED)
#define this_cpu_cmpxchg(var, old, value)                                      \
	__extension__({                                                        \
		__typeof__(var) ksync__old = (old);                            \
		__atomic_compare_exchange_n(this_cpu_ptr(&(var)), &ksync__old, \
					    (value), false, __ATOMIC_RELAXED,  \
					    __ATOMIC_RELAXED);                 \
		ksync__old;                                                    \
	})
#define this_cpu_try_cmpxchg(var, oldp, value)                             \
	__atomic_compare_exchange_n(this_cpu_ptr(&(var)), (oldp), (value), \
				    false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)
#define __this_cpu_read(var) this_cpu_read(var)
#define __this_cpu_write(var, value) this_cpu_write(var, value)
#define __this_cpu_add(var, value) this_cpu_add(var, value)
#define __this_cpu_sub(var, value) this_cpu_sub(var, value)
#define __this_cpu_inc(var) this_cpu_inc(var)
#define __this_cpu_dec(var) this_cpu_dec(var)
#define __this_cpu_inc_return(var) this_cpu_inc_return(var)
#define __this_cpu_dec_return(var) this_cpu_dec_return(var)
#define __this_cpu_add_return(var, value) this_cpu_add_return(var, value)
#define __this_cpu_xchg(var, value) this_cpu_xchg(var, value)
#define __this_cpu_cmpxchg(var, old, value) this_cpu_cmpxchg(var, old, value)
#define raw_cpu_read(var) this_cpu_read(var)
#define raw_cpu_write(var, value) this_cpu_write(var, value)
#define raw_cpu_add(var, value) this_cpu_add(var, value)
#define raw_cpu_inc(var) this_cpu_inc(var)

#endif
