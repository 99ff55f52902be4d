/* SPDX-License-Identifier: MIT */
/*
 * WARN_*() and BUG(): said once with place and stack, counted; or your
 * hook's.
 */
#ifndef KSYNC_GLUE_BUG_H
#define KSYNC_GLUE_BUG_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/once_lite.h>
#include <linux/printk.h>

#define TAINT_WARN 9
#define TAINT_OOT_MODULE 12
#define LOCKDEP_STILL_OK 0
#define LOCKDEP_NOW_UNRELIABLE 1

/*
 * Who is told of a warning, or of a BUG: the text without a newline, the place.
 * Given NULL, the text goes to printk() with a stack again. For tests.
 */
typedef void (*ksync_glue_bug_hook)(const char *text, const char *file,
				    int line);
ksync_glue_bug_hook ksync_glue_set_warn_hook(ksync_glue_bug_hook hook);
ksync_glue_bug_hook ksync_glue_set_bug_hook(ksync_glue_bug_hook hook);
/* How often a WARN_*() held, those that were not printed too. */
unsigned long ksync_glue_warnings(void);

struct ksync_glue_place {
	const char *file, *func;
	int line;
	int said; /* atomic */
	int once;
};

__printf(2, 3) __cold void ksync_glue_warn(struct ksync_glue_place *place,
					   const char *fmt, ...);
__noreturn __cold void ksync_glue_bug(const char *file, int line,
				      const char *func);

#define KSYNC__GLUE_WARN(condition, only_once, fmt...)                 \
	__extension__({                                                \
		int ksync__warns = !!(condition);                      \
		if (ksync_unlikely(ksync__warns)) {                    \
			static struct ksync_glue_place ksync__here = { \
				.file = __FILE__,                      \
				.func = __func__,                      \
				.line = __LINE__,                      \
				.once = (only_once),                   \
			};                                             \
			ksync_glue_warn(&ksync__here, fmt);            \
		}                                                      \
		ksync_unlikely(ksync__warns);                          \
	})

#define WARN_ON(condition) KSYNC__GLUE_WARN(condition, 0, "%s", #condition)
#define WARN_ON_ONCE(condition) KSYNC__GLUE_WARN(condition, 1, "%s", #condition)
#define WARN(condition, fmt...) KSYNC__GLUE_WARN(condition, 0, fmt)
#define WARN_ONCE(condition, fmt...) KSYNC__GLUE_WARN(condition, 1, fmt)
#define WARN_TAINT(condition, taint, fmt...) WARN(condition, fmt)
#define WARN_TAINT_ONCE(condition, taint, fmt...) WARN_ONCE(condition, fmt)
#define WARN_ON_SMP(condition) WARN_ON(condition)
#define WARN_ON_FUNCTION_MISMATCH(x, fn) WARN_ON_ONCE((x) != (fn))
#define __WARN() WARN_ON(1)
#define BUG() ksync_glue_bug(__FILE__, __LINE__, __func__)
#define BUG_ON(condition)                      \
	do {                                   \
		if (ksync_unlikely(condition)) \
			BUG();                 \
	} while (0)
#define CHECK_DATA_CORRUPTION(condition, fmt...) WARN(condition, fmt)
#define add_taint(flag, lockdep_ok) ((void)(flag), (void)(lockdep_ok))
#define panic(fmt...)                   \
	do {                            \
		printk(KERN_EMERG fmt); \
		BUG();                  \
	} while (0)

#endif
