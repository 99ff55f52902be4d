/* SPDX-License-Identifier: MIT */
/*
 * One check reads a node that has been given to RCU, as a kernel that is not
 * preempted lets it: there, code that does not sleep is a reader. Here somebody
 * has to say so, around the test.
 */
#include <linux/init.h>
#include <linux/rcupdate.h>

static int __init begin(void)
{
	rcu_read_lock();
	return 0;
}
subsys_initcall(begin);

static int __init end(void)
{
	rcu_read_unlock();
	return 0;
}
late_initcall(end);
