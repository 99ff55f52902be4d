/* SPDX-License-Identifier: MIT */
/*
 * The system's header, and modules: one is a program, or a shared object that
 * ksync-insmod loads.
 */
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#pragma push_macro("KSYNC_SYSTEM_HEADERS")
#undef KSYNC_SYSTEM_HEADERS
#define KSYNC_SYSTEM_HEADERS
#include_next <linux/module.h>
#pragma pop_macro("KSYNC_SYSTEM_HEADERS")

#ifndef KSYNC_GLUE_MODULE_H
#define KSYNC_GLUE_MODULE_H

#if !defined(__cplusplus) && !defined(__ASSEMBLER__)

#include <linux/bug.h>
#include <linux/cache.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/stringify.h>
#include <linux/workqueue.h>

#define MODULE_NAME_LEN (64 - sizeof(unsigned long))
#ifndef KBUILD_MODNAME
#define KBUILD_MODNAME "ksync"
#endif

enum module_state {
	MODULE_STATE_LIVE,
	MODULE_STATE_COMING,
	MODULE_STATE_GOING,
	MODULE_STATE_UNFORMED,
};

struct module {
	enum module_state state;
	char name[MODULE_NAME_LEN];
	int references; /* atomic */
};

/* Words for people; nobody reads them here. */
#define KSYNC__GLUE_MODULE_WORDS struct module
#define MODULE_INFO(tag, info) KSYNC__GLUE_MODULE_WORDS
#define MODULE_ALIAS(alias) KSYNC__GLUE_MODULE_WORDS
#define MODULE_AUTHOR(author) KSYNC__GLUE_MODULE_WORDS
#define MODULE_DESCRIPTION(description) KSYNC__GLUE_MODULE_WORDS
#define MODULE_LICENSE(license) KSYNC__GLUE_MODULE_WORDS
#define MODULE_VERSION(version) KSYNC__GLUE_MODULE_WORDS
#define MODULE_SOFTDEP(dep) KSYNC__GLUE_MODULE_WORDS
#define MODULE_FIRMWARE(firmware) KSYNC__GLUE_MODULE_WORDS
#define MODULE_IMPORT_NS(ns) KSYNC__GLUE_MODULE_WORDS
#define MODULE_DEVICE_TABLE(type, name) KSYNC__GLUE_MODULE_WORDS
#define MODULE_ALIAS_FS(name) KSYNC__GLUE_MODULE_WORDS

/* References that ksync-insmod looks at when the module ends. */
bool try_module_get(struct module *module);
void __module_get(struct module *module);
void module_put(struct module *module);
int module_refcount(struct module *module);
#define module_name(mod) ((mod) ? (mod)->name : "kernel")
#define symbol_get(x) (&(x))
#define symbol_put(x) ((void)0)

#endif

#endif
