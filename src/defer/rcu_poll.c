/* SPDX-License-Identifier: MIT */
/*
 * Grace periods that are asked for, and looked at later. They are made by the
 * callbacks' thread, or by whoever waits for one anyway.
 *
 * Word: wanted, the last cookie that somebody asked for
 *  c  a grace period is asked for  d > c  who asks  full
 *
 *  I1  The thread looks at wanted before it leaves, and after each wake-up; who
 *      has changed it looks for the thread afterwards (runner.c, I1 and I2).
 *  I2  In a fork's child wanted is as it was and the thread is gone: so who
 *      finds that a grace period is not over looks for the thread, too.
 */
#include <ksync/rcu.h>

#include "rcu_gp.h"

#include "port/life.h"
#include "watch/report.h"

static unsigned long wanted;

/* Cookies are as near to each other as half of all numbers. */
static bool is_later(unsigned long a, unsigned long b)
{
	return (long)(a - b) > 0;
}

bool ksync__rcu_poll_wants(void)
{
	return !ksync__rcu_is_over(KSYNC_READ_ONCE(wanted));
}

static void want(unsigned long cookie, const void *where)
{
	unsigned long last = KSYNC_READ_ONCE(wanted);

	do {
		if (!is_later(cookie, last))
			break;
		/* ORDER calls.push: full. Either the callbacks' thread sees
		 * this, or it is seen that there is none. Other end:
		 * runner_leave(). */
	} while (!ksync_try_cmpxchg(&wanted, &last, cookie));
	if (!ksync__rcu_runner_ask())
		ksync__misuse("rcu", &wanted,
			      "no thread can be made for a grace period",
			      "allow one more thread, or wait for one by "
			      "cond_synchronize_rcu()",
			      where, KSYNC_HOLDER_NONE);
}

unsigned long ksync_get_state_synchronize_rcu(void)
{
	ksync__life_see_fork();
	return ksync__rcu_cookie();
}

unsigned long ksync_start_poll_synchronize_rcu(void)
{
	unsigned long cookie = ksync_get_state_synchronize_rcu();

	want(cookie, KSYNC__CALLER());
	return cookie;
}

bool ksync_poll_state_synchronize_rcu(unsigned long cookie)
{
	ksync__life_see_fork();
	if (ksync__rcu_is_over(cookie))
		return true;
	/* I2 */
	if (ksync__rcu_poll_wants())
		(void)ksync__rcu_runner_ask();
	return false;
}

void ksync_cond_synchronize_rcu(unsigned long cookie)
{
	if (!ksync_poll_state_synchronize_rcu(cookie))
		ksync_synchronize_rcu();
}
