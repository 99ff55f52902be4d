/* SPDX-License-Identifier: MIT */
/* The CPUs: as many as the system has, numbered from 0. */
#include <linux/cpumask.h>
#include <linux/smp.h>

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

static struct cpumask all, each[NR_CPUS], none;
static unsigned int cpus;
static pthread_once_t counted = PTHREAD_ONCE_INIT;

static void count(void)
{
	long n = sysconf(_SC_NPROCESSORS_CONF);

	cpus = n < 1 ? 1 : n > NR_CPUS ? NR_CPUS : (unsigned int)n;
	for (unsigned int cpu = 0; cpu < cpus; cpu++) {
		__set_bit(cpu, all.bits);
		__set_bit(cpu, each[cpu].bits);
	}
}

unsigned int ksync_glue_cpus(void)
{
	pthread_once(&counted, count);
	return cpus;
}

const struct cpumask *ksync_glue_cpumask(void)
{
	pthread_once(&counted, count);
	return &all;
}

const struct cpumask *ksync_glue_cpumask_of(unsigned int cpu)
{
	pthread_once(&counted, count);
	return cpu < cpus ? &each[cpu] : &none;
}

unsigned int ksync_glue_this_cpu(void)
{
	int cpu = sched_getcpu();

	return cpu < 0 || (unsigned int)cpu >= ksync_glue_cpus() ?
		       0 :
		       (unsigned int)cpu;
}
