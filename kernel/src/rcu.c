/* SPDX-License-Identifier: MIT */
/* What start_poll_synchronize_rcu() counts, for all files of a program. */
#include <linux/rcupdate.h>

unsigned long ksync_glue_rcu_asked, ksync_glue_rcu_over;
