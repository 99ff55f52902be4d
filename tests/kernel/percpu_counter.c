/* SPDX-License-Identifier: MIT */
/* What workers count on their CPUs is all in the sum. */
#include <linux/module.h>
#include <linux/percpu_counter.h>
#include <linux/workqueue.h>

static struct percpu_counter counter;
static DEFINE_PER_CPU(long, plain) = 0;

static void count(struct work_struct *work)
{
	for (int i = 0; i < 20000; i++) {
		percpu_counter_inc(&counter);
		this_cpu_inc(plain);
	}
}

static int __init counters(void)
{
	struct work_struct works[3];
	unsigned int cpu;
	long sum = 0;

	if (percpu_counter_init(&counter, 5, GFP_KERNEL))
		return -ENOMEM;
	for (int i = 0; i < 3; i++) {
		INIT_WORK_ONSTACK(&works[i], count);
		schedule_work(&works[i]);
	}
	for (int i = 0; i < 3; i++)
		flush_work(&works[i]);
	for_each_possible_cpu(cpu) sum += per_cpu(plain, cpu);
	printk("%lld %ld\n", (long long)percpu_counter_sum(&counter), sum);
	if (percpu_counter_sum(&counter) != 60005 || sum != 60000)
		return -EINVAL;
	percpu_counter_destroy(&counter);
	return 0;
}
module_init(counters);
