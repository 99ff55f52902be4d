/* SPDX-License-Identifier: MIT */
/* What kernel/rcu/update.c has for this test. */
#include <linux/cpumask.h>
#include <linux/module.h>
#include <linux/sched.h>

long torture_sched_setaffinity(pid_t pid, const struct cpumask *in_mask);

long torture_sched_setaffinity(pid_t pid, const struct cpumask *in_mask)
{
	int ret = ksync_glue_set_cpus(pid, in_mask);

	WARN_ONCE(ret, "no affinity for %d: %d\n", pid, ret);
	return ret;
}
