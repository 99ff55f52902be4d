/* SPDX-License-Identifier: MIT */
/*
 * The system's header, and names of files that stand for nothing here: there
 * is no file system.
 */
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#pragma push_macro("KSYNC_SYSTEM_HEADERS")
#undef KSYNC_SYSTEM_HEADERS
#define KSYNC_SYSTEM_HEADERS
#include_next <linux/fs.h>
#pragma pop_macro("KSYNC_SYSTEM_HEADERS")

#ifndef KSYNC_GLUE_FS_H
#define KSYNC_GLUE_FS_H

#if !defined(__cplusplus) && !defined(__ASSEMBLER__)

#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/stat.h>
#include <linux/wait_bit.h>

struct file;
struct inode;
struct dentry;
struct super_block;

struct file_operations {
	void *owner;
	ssize_t (*read)(struct file *file, char *buf, size_t n, loff_t *pos);
	ssize_t (*write)(struct file *file, const char *buf, size_t n,
			 loff_t *pos);
	int (*open)(struct inode *inode, struct file *file);
	int (*release)(struct inode *inode, struct file *file);
	loff_t (*llseek)(struct file *file, loff_t offset, int whence);
};

#endif

#endif
