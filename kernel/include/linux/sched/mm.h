/* SPDX-License-Identifier: MIT */
/*
 * Sections in which an allocation must not wait for I/O: no-ops, as malloc()
 * does not.
 */
#ifndef KSYNC_GLUE_SCHED_MM_H
#define KSYNC_GLUE_SCHED_MM_H

#include <linux/gfp.h>
#include <linux/lockdep.h>
#include <linux/sched.h>

#define memalloc_nofs_save() 0U
#define memalloc_nofs_restore(flags) ((void)(flags))
#define memalloc_noio_save() 0U
#define memalloc_noio_restore(flags) ((void)(flags))
#define memalloc_noreclaim_save() 0U
#define memalloc_noreclaim_restore(flags) ((void)(flags))
#define might_alloc(flags) might_sleep_if(gfpflags_allow_blocking(flags))
#define fs_reclaim_acquire(flags) ((void)(flags))
#define fs_reclaim_release(flags) ((void)(flags))
#define current_gfp_context(flags) (flags)

#endif
