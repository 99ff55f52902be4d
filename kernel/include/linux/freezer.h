/* SPDX-License-Identifier: MIT */
/* Nothing is frozen: no-ops. */
#ifndef KSYNC_GLUE_FREEZER_H
#define KSYNC_GLUE_FREEZER_H

#include <linux/sched.h>
#include <linux/wait.h>

#define freezing(p) false
#define frozen(p) false
#define try_to_freeze() false
#define set_freezable() false
#define freezer_do_not_count() ((void)0)
#define freezer_count() ((void)0)
#define set_freezable_with_signal() false

#endif
