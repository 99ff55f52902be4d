/* SPDX-License-Identifier: MIT */
/* The CPUs: as many as the system has, numbered from 0. */
#include <linux/cpumask.h>
#include <linux/sched.h>
#include <linux/smp.h>

#include <pthread.h>
#include <sched.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
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

void ksync_glue_set_nice(int pid, long nice)
{
	/* Refused to who has no right to raise it: then it stays as it is. */
	if (pid)
		(void)setpriority(PRIO_PROCESS, (id_t)pid, (int)nice);
}

int ksync_glue_set_cpus(int pid, const struct cpumask *mask)
{
	cpu_set_t set;

	if (!pid)
		return -ESRCH;
	CPU_ZERO(&set);
	for (int cpu = 0; cpu < CPU_SETSIZE && cpu < NR_CPUS; cpu++) {
		if (cpumask_test_cpu(cpu, mask))
			CPU_SET(cpu, &set);
	}
	return sched_setaffinity(pid, sizeof(set), &set) ? -errno : 0;
}

static int list_number(const char **at, unsigned long *number)
{
	char *end;

	if (**at < '0' || **at > '9')
		return -EINVAL;
	*number = strtoul(*at, &end, 10);
	*at = end;
	return 0;
}

int bitmap_parselist(const char *text, unsigned long *map, int nbits)
{
	bitmap_zero(map, (unsigned int)nbits);
	for (const char *at = text; *at && *at != '\n';) {
		unsigned long first, last;
		int ret = list_number(&at, &first);

		last = first;
		if (!ret && *at == '-') {
			at++;
			ret = list_number(&at, &last);
		}
		if (ret || last < first)
			return -EINVAL;
		if (last >= (unsigned long)nbits)
			return -ERANGE;
		bitmap_set(map, (unsigned int)first,
			   (unsigned int)(last - first + 1));
		if (*at == ',')
			at++;
		else if (*at && *at != '\n')
			return -EINVAL;
	}
	return 0;
}
