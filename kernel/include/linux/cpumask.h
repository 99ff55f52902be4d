/* SPDX-License-Identifier: MIT */
/* Sets of CPUs: those that the program may use are there, and online. */
#ifndef KSYNC_GLUE_CPUMASK_H
#define KSYNC_GLUE_CPUMASK_H

#include <linux/bitmap.h>
#include <linux/kernel.h>

#ifndef NR_CPUS
#define NR_CPUS 1024
#endif

typedef struct cpumask {
	DECLARE_BITMAP(bits, NR_CPUS);
} cpumask_t;
typedef struct cpumask cpumask_var_t[1];

unsigned int ksync_glue_cpus(void);
const struct cpumask *ksync_glue_cpumask(void);
const struct cpumask *ksync_glue_cpumask_of(unsigned int cpu);

#define nr_cpu_ids ksync_glue_cpus()
#define nr_cpumask_bits ((unsigned int)NR_CPUS)
#define cpu_possible_mask ksync_glue_cpumask()
#define cpu_online_mask ksync_glue_cpumask()
#define cpu_present_mask ksync_glue_cpumask()
#define cpu_active_mask ksync_glue_cpumask()
#define cpu_all_mask ksync_glue_cpumask()
#define cpu_none_mask ksync_glue_cpumask_of(NR_CPUS)
#define cpu_dying_mask cpu_none_mask
#define cpumask_of(cpu) ksync_glue_cpumask_of(cpu)
#define num_online_cpus() ksync_glue_cpus()
#define num_possible_cpus() ksync_glue_cpus()
#define num_present_cpus() ksync_glue_cpus()
#define num_active_cpus() ksync_glue_cpus()
#define cpu_online(cpu) ((unsigned int)(cpu) < ksync_glue_cpus())
#define cpu_possible(cpu) cpu_online(cpu)
#define cpu_present(cpu) cpu_online(cpu)
#define cpu_active(cpu) cpu_online(cpu)
#define cpu_is_offline(cpu) (!cpu_online(cpu))

#define cpumask_bits(mask) ((mask)->bits)
#define cpumask_first(mask) \
	((unsigned int)find_first_bit((mask)->bits, NR_CPUS))
#define cpumask_first_zero(mask) \
	((unsigned int)find_first_zero_bit((mask)->bits, NR_CPUS))
#define cpumask_last(mask) ((unsigned int)find_last_bit((mask)->bits, NR_CPUS))
#define cpumask_next(n, mask)                               \
	((unsigned int)find_next_bit((mask)->bits, NR_CPUS, \
				     (unsigned long)((n) + 1)))
#define cpumask_next_zero(n, mask)                               \
	((unsigned int)find_next_zero_bit((mask)->bits, NR_CPUS, \
					  (unsigned long)((n) + 1)))
#define cpumask_next_and(n, a, b)                                       \
	((unsigned int)find_next_and_bit((a)->bits, (b)->bits, NR_CPUS, \
					 (unsigned long)((n) + 1)))
#define cpumask_first_and(a, b) cpumask_next_and(-1, a, b)
#define cpumask_any_and(a, b) cpumask_first_and(a, b)
#define cpumask_any(mask) cpumask_first(mask)
#define cpumask_any_but(mask, cpu)                                          \
	(cpumask_first(mask) != (unsigned int)(cpu) ? cpumask_first(mask) : \
						      cpumask_next(cpu, mask))
#define cpumask_full(mask) bitmap_full((mask)->bits, (unsigned long)NR_CPUS)
#define cpumask_xor(d, a, b) \
	bitmap_xor((d)->bits, (a)->bits, (b)->bits, NR_CPUS)
#define cpumask_complement(d, s) \
	bitmap_complement((d)->bits, (s)->bits, NR_CPUS)
#define cpumask_weight(mask) bitmap_weight((mask)->bits, NR_CPUS)
#define cpumask_empty(mask) bitmap_empty((mask)->bits, (unsigned long)NR_CPUS)
#define cpumask_clear(mask) bitmap_zero((mask)->bits, NR_CPUS)
#define cpumask_setall(mask) bitmap_fill((mask)->bits, NR_CPUS)
#define cpumask_copy(dst, src) bitmap_copy((dst)->bits, (src)->bits, NR_CPUS)
#define cpumask_and(d, a, b) \
	bitmap_and((d)->bits, (a)->bits, (b)->bits, NR_CPUS)
#define cpumask_or(d, a, b) bitmap_or((d)->bits, (a)->bits, (b)->bits, NR_CPUS)
#define cpumask_andnot(d, a, b) \
	bitmap_andnot((d)->bits, (a)->bits, (b)->bits, NR_CPUS)
#define cpumask_equal(a, b) bitmap_equal((a)->bits, (b)->bits, NR_CPUS)
#define cpumask_intersects(a, b) \
	bitmap_intersects((a)->bits, (b)->bits, (unsigned long)NR_CPUS)
#define cpumask_subset(a, b) \
	bitmap_subset((a)->bits, (b)->bits, (unsigned long)NR_CPUS)
#define cpumask_set_cpu(cpu, mask) set_bit(cpu, (mask)->bits)
#define cpumask_clear_cpu(cpu, mask) clear_bit(cpu, (mask)->bits)
#define __cpumask_set_cpu(cpu, mask) __set_bit(cpu, (mask)->bits)
#define __cpumask_clear_cpu(cpu, mask) __clear_bit(cpu, (mask)->bits)
#define cpumask_test_cpu(cpu, mask) test_bit(cpu, (mask)->bits)
#define cpumask_test_and_set_cpu(cpu, mask) test_and_set_bit(cpu, (mask)->bits)
#define cpumask_test_and_clear_cpu(cpu, mask) \
	test_and_clear_bit(cpu, (mask)->bits)
#define cpumask_size() sizeof(struct cpumask)
#define cpumask_pr_args(mask) (int)NR_CPUS, (mask)->bits
#define alloc_cpumask_var(mask, flags) ((void)(mask), true)
#define zalloc_cpumask_var(mask, flags) (cpumask_clear(*(mask)), true)
#define alloc_cpumask_var_node(mask, flags, node) alloc_cpumask_var(mask, flags)
#define zalloc_cpumask_var_node(mask, flags, node) \
	zalloc_cpumask_var(mask, flags)
#define free_cpumask_var(mask) ((void)(mask))
#define cpumask_available(mask) ((void)(mask), true)
/* "0-3,8": 0, or the negative number of the error. */
#define cpulist_parse(text, mask) \
	bitmap_parselist(text, (mask)->bits, (int)NR_CPUS)
#define cpumask_of_node(node) ((void)(node), cpu_online_mask)
#define CPU_MASK_NONE { { 0 } }
#define CPU_BITS_NONE { 0 }

#define for_each_cpu(cpu, mask)                               \
	for ((cpu) = cpumask_first(mask); (cpu) < nr_cpu_ids; \
	     (cpu) = cpumask_next((cpu), (mask)))
#define for_each_possible_cpu(cpu) \
	for ((cpu) = 0; (unsigned int)(cpu) < nr_cpu_ids; (cpu)++)
#define for_each_online_cpu(cpu) for_each_possible_cpu(cpu)
#define for_each_present_cpu(cpu) for_each_possible_cpu(cpu)
#define for_each_cpu_or(cpu, a, b)                   \
	for ((cpu) = 0; (cpu) < nr_cpu_ids; (cpu)++) \
		if (cpumask_test_cpu(cpu, a) || cpumask_test_cpu(cpu, b))

#define for_each_cpu_and(cpu, a, b)            \
	for ((cpu) = cpumask_first_and(a, b);  \
	     (unsigned int)(cpu) < nr_cpu_ids; \
	     (cpu) = cpumask_next_and((int)(cpu), (a), (b)))
#define for_each_cpu_andnot(cpu, a, b)               \
	for ((cpu) = 0; (cpu) < nr_cpu_ids; (cpu)++) \
		if (cpumask_test_cpu(cpu, a) && !cpumask_test_cpu(cpu, b))

/* The next one, once round from `start`; nr_cpu_ids after the last. */
static inline unsigned int cpumask_next_wrap(int n, const struct cpumask *mask,
					     int start, bool wrapped)
{
	unsigned int next = cpumask_next(n, mask);

	if (next < nr_cpu_ids)
		return wrapped && n < start && next >= (unsigned int)start ?
			       nr_cpu_ids :
			       next;
	if (wrapped)
		return nr_cpu_ids;
	next = cpumask_first(mask);
	return next < (unsigned int)start ? next : nr_cpu_ids;
}

#define for_each_cpu_wrap(cpu, mask, start)                                   \
	for (unsigned int ksync__left = cpumask_weight(mask),                 \
			  ksync__at = ((cpu) = cpumask_next((int)(start) - 1, \
							    mask),            \
				      (unsigned int)(cpu) >= nr_cpu_ids &&    \
					       ((cpu) = cpumask_first(mask)), \
				      0u);                                    \
	     ksync__at < ksync__left;                                         \
	     ksync__at++, (cpu) = cpumask_next((int)(cpu), mask),             \
			  (void)((unsigned int)(cpu) >= nr_cpu_ids &&         \
				 ((cpu) = cpumask_first(mask))))

#endif
