/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_REF_TRACKER_H
#define KSYNC_COMPAT_REF_TRACKER_H

#include <linux/kernel_names.h>

#include <ksync/ref_tracker.h>

KSYNC__KERNEL_NAME void ref_tracker_dir_init(struct ref_tracker_dir *dir,
					     unsigned int quarantine_count,
					     const char *name)
{
	ksync_ref_tracker_dir_init(dir, quarantine_count, name);
}

KSYNC__KERNEL_NAME void ref_tracker_dir_exit(struct ref_tracker_dir *dir)
{
	ksync_ref_tracker_dir_exit(dir);
}

KSYNC__KERNEL_NAME void ref_tracker_dir_print(struct ref_tracker_dir *dir,
					      unsigned int display_limit)
{
	ksync_ref_tracker_dir_print(dir, display_limit);
}

KSYNC__KERNEL_NAME int ref_tracker_dir_snprint(struct ref_tracker_dir *dir,
					       char *buf, size_t size)
{
	return ksync_ref_tracker_dir_snprint(dir, buf, size);
}

/* The flags say nothing here. */
KSYNC__KERNEL_NAME int ref_tracker_alloc(struct ref_tracker_dir *dir,
					 struct ref_tracker **trackerp,
					 unsigned int gfp)
{
	(void)gfp;
	return ksync_ref_tracker_alloc(dir, trackerp);
}

KSYNC__KERNEL_NAME int ref_tracker_free(struct ref_tracker_dir *dir,
					struct ref_tracker **trackerp)
{
	return ksync_ref_tracker_free(dir, trackerp);
}

#endif
