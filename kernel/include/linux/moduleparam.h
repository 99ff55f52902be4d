/* SPDX-License-Identifier: MIT */
/*
 * Parameters of a module: from name=value of the command line, or
 * KSYNC_PARAM_name.
 */
#ifndef KSYNC_GLUE_MODULEPARAM_H
#define KSYNC_GLUE_MODULEPARAM_H

#include <linux/build_bug.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/stringify.h>

struct kernel_param;

struct kernel_param_ops {
	unsigned int flags;
	int (*set)(const char *val, const struct kernel_param *kp);
	int (*get)(char *buffer, const struct kernel_param *kp);
	void (*free)(void *arg);
};

struct kparam_string {
	unsigned int maxlen;
	char *string;
};

struct kparam_array {
	unsigned int max, elemsize;
	unsigned int *num;
	const struct kernel_param_ops *ops;
	void *elem;
};

struct kernel_param {
	const char *name;
	const struct kernel_param_ops *ops;
	u16 perm;
	union {
		void *arg;
		const struct kparam_string *str;
		const struct kparam_array *arr;
	};
	struct kernel_param *next;
	const char *doc;
};

void ksync_glue_register_param(struct kernel_param *param);

#define KSYNC__GLUE_PARAM_TYPE(name, type)                                    \
	extern const struct kernel_param_ops param_ops_##name;                \
	int param_set_##name(const char *val, const struct kernel_param *kp); \
	int param_get_##name(char *buffer, const struct kernel_param *kp);
KSYNC__GLUE_PARAM_TYPE(byte, unsigned char)
KSYNC__GLUE_PARAM_TYPE(short, short)
KSYNC__GLUE_PARAM_TYPE(ushort, unsigned short)
KSYNC__GLUE_PARAM_TYPE(int, int)
KSYNC__GLUE_PARAM_TYPE(uint, unsigned int)
KSYNC__GLUE_PARAM_TYPE(long, long)
KSYNC__GLUE_PARAM_TYPE(ulong, unsigned long)
KSYNC__GLUE_PARAM_TYPE(ullong, unsigned long long)
KSYNC__GLUE_PARAM_TYPE(charp, char *)
KSYNC__GLUE_PARAM_TYPE(bool, bool)
KSYNC__GLUE_PARAM_TYPE(invbool, bool)
KSYNC__GLUE_PARAM_TYPE(string, char *)
#undef KSYNC__GLUE_PARAM_TYPE
extern const struct kernel_param_ops param_array_ops;

/* bool is a macro of <stdbool.h>. */
#define param_ops__Bool param_ops_bool

#define module_param_cb(id, ops_, arg_, perm_)                              \
	static struct kernel_param KSYNC__GLUE_PASTE(ksync__param_, id) = { \
		.name = #id,                                                \
		.ops = (ops_),                                              \
		.perm = (perm_),                                            \
		.arg = (arg_),                                              \
	};                                                                  \
	static void __attribute__((__constructor__)) KSYNC__GLUE_PASTE(     \
		ksync__register_param_, id)(void)                           \
	{                                                                   \
		ksync_glue_register_param(                                  \
			&KSYNC__GLUE_PASTE(ksync__param_, id));             \
	}                                                                   \
	struct kernel_param
#define module_param_named(id, value, type, perm) \
	module_param_cb(id, &param_ops_##type, (void *)&(value), perm)
#define module_param(name, type, perm) \
	module_param_named(name, name, type, perm)
#define module_param_unsafe(name, type, perm) module_param(name, type, perm)
#define module_param_named_unsafe(id, v, type, perm) \
	module_param_named(id, v, type, perm)
#define core_param(name, var, type, perm) \
	module_param_named(name, var, type, perm)
#define core_param_cb(name, ops, arg, perm) \
	module_param_cb(name, ops, arg, perm)
#define module_param_string(id, string_, len, perm)                           \
	static const struct kparam_string ksync__string_##id = { (len),       \
								 (string_) }; \
	module_param_cb(id, &param_ops_string, (void *)&ksync__string_##id,   \
			perm)
#define module_param_array_named(id, array, type, nump, perm)  \
	static const struct kparam_array ksync__array_##id = { \
		.max = ARRAY_SIZE(array),                      \
		.elemsize = sizeof((array)[0]),                \
		.num = (nump),                                 \
		.ops = &param_ops_##type,                      \
		.elem = (array),                               \
	};                                                     \
	module_param_cb(id, &param_array_ops, (void *)&ksync__array_##id, perm)
#define module_param_array(name, type, nump, perm) \
	module_param_array_named(name, name, type, nump, perm)
/* Words for people; nobody reads them here. */
#define MODULE_PARM_DESC(name, desc) struct kernel_param
#define MAX_PARAM_PREFIX_LEN (64 - sizeof(unsigned long))
#define kernel_param_lock(mod) ((void)(mod))
#define kernel_param_unlock(mod) ((void)(mod))

#endif
