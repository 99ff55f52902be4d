/* SPDX-License-Identifier: MIT */
/* Files for debugging: no-ops, of which none is ever there. */
#ifndef KSYNC_GLUE_DEBUGFS_H
#define KSYNC_GLUE_DEBUGFS_H

#include <linux/err.h>
#include <linux/seq_file.h>
#include <linux/types.h>

struct dentry;
#define KSYNC__GLUE_NO_DENTRY ((struct dentry *)ERR_PTR(-ENODEV))
#define debugfs_initialized() false
#define debugfs_create_dir(name, parent) \
	((void)(name), (void)(parent), KSYNC__GLUE_NO_DENTRY)
#define debugfs_create_file(name, mode, parent, data, fops)        \
	((void)(name), (void)(parent), (void)(data), (void)(fops), \
	 KSYNC__GLUE_NO_DENTRY)
#define debugfs_create_symlink(name, parent, dest) KSYNC__GLUE_NO_DENTRY
#define debugfs_create_u32(name, mode, parent, value) ((void)(value))
#define debugfs_create_u64(name, mode, parent, value) ((void)(value))
#define debugfs_create_bool(name, mode, parent, value) ((void)(value))
#define debugfs_create_atomic_t(name, mode, parent, value) ((void)(value))
#define debugfs_remove(dentry) ((void)(dentry))
#define debugfs_remove_recursive(dentry) ((void)(dentry))

#endif
