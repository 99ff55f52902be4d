/* SPDX-License-Identifier: MIT */
/* What runs when a program or a module starts and ends. */
#ifndef KSYNC_GLUE_INIT_H
#define KSYNC_GLUE_INIT_H

#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <linux/stringify.h>
#include <linux/types.h>

/* No-ops: nothing is thrown away after the start. */
#define __init
#define __exit
#define __initdata
#define __initconst
#define __exitdata
#define __exit_p(x) (x)
#define __ref
#define __refdata
#define __meminit
#define __devinit
#define __net_init
#define __net_exit
#define __init_or_module
#define __initdata_or_module

typedef int (*initcall_t)(void);
typedef void (*exitcall_t)(void);

/*
 * Registered before main(); they run in ksync_kernel_start(), by level and then
 * in the order of linking, and ksync_kernel_stop() runs the exits backwards.
 */
struct ksync_glue_call {
	struct ksync_glue_call *next;
	int level;
	const char *name;
	initcall_t init;
	exitcall_t exit;
	int (*setup)(char *value);
	void (*held)(void); /* reports locks that this thread holds */
	int done;
};

static inline void ksync__glue_held(void)
{
	lockdep_assert_none_held_once();
}

void ksync_glue_register_call(struct ksync_glue_call *call);

/* May be followed by a semicolon, or not: the kernel's code has both. */
#define KSYNC__GLUE_CALL(order, member, fn, what)                             \
	static struct ksync_glue_call KSYNC__GLUE_PASTE(ksync__call_, fn) = { \
		.level = (order),                                             \
		.name = (what),                                               \
		.member = (fn),                                               \
		.held = ksync__glue_held,                                     \
	};                                                                    \
	static void __attribute__((__constructor__)) KSYNC__GLUE_PASTE(       \
		ksync__register_, fn)(void)                                   \
	{                                                                     \
		ksync_glue_register_call(                                     \
			&KSYNC__GLUE_PASTE(ksync__call_, fn));                \
	}

#define early_initcall(fn) KSYNC__GLUE_CALL(0, init, fn, #fn)
#define pure_initcall(fn) KSYNC__GLUE_CALL(0, init, fn, #fn)
#define core_initcall(fn) KSYNC__GLUE_CALL(1, init, fn, #fn)
#define postcore_initcall(fn) KSYNC__GLUE_CALL(2, init, fn, #fn)
#define arch_initcall(fn) KSYNC__GLUE_CALL(3, init, fn, #fn)
#define subsys_initcall(fn) KSYNC__GLUE_CALL(4, init, fn, #fn)
#define fs_initcall(fn) KSYNC__GLUE_CALL(5, init, fn, #fn)
#define device_initcall(fn) KSYNC__GLUE_CALL(6, init, fn, #fn)
#define __initcall(fn) device_initcall(fn)
#define late_initcall(fn) KSYNC__GLUE_CALL(7, init, fn, #fn)
#define core_initcall_sync(fn) core_initcall(fn)
#define late_initcall_sync(fn) late_initcall(fn)
#define __exitcall(fn) KSYNC__GLUE_CALL(6, exit, fn, #fn)
/* An option "name" or "name=" of the command line, as the kernel's is. */
#define __setup(str, fn) KSYNC__GLUE_CALL(-1, setup, fn, str)
#define early_param(str, fn) KSYNC__GLUE_CALL(-1, setup, fn, str)

#define module_init(fn) device_initcall(fn)
#define module_exit(fn) __exitcall(fn)

/*
 * Give arguments "name=value" to the parameters, and run what is registered;
 * 0, or the first init's error, whose exits then are run. For a program with a
 * main() of its own; one without gets one that does this, waits for SIGINT or
 * SIGTERM if KSYNC_KERNEL_WAIT is set, and stops.
 */
int ksync_kernel_start(int argc, char **argv);
void ksync_kernel_stop(void);

#define parse_early_param() ((void)0)

#ifndef THIS_MODULE
struct module;
extern struct module ksync_glue_this_module;
#define THIS_MODULE (&ksync_glue_this_module)
#endif

#endif
