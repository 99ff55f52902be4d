/* SPDX-License-Identifier: MIT */
/* printk(): to standard error from level 6 up to what KSYNC_LOGLEVEL says. */
#ifndef KSYNC_GLUE_PRINTK_H
#define KSYNC_GLUE_PRINTK_H

#include <linux/compiler.h>
#include <linux/init.h>
#include <linux/kern_levels.h>
#include <linux/once_lite.h>

#include <stdarg.h>

/* Gets each line with its level and without it; NULL for the default. */
typedef void (*ksync_glue_print_hook)(int level, const char *text);
ksync_glue_print_hook ksync_glue_set_print_hook(ksync_glue_print_hook hook);

/* What %pV prints. */
struct va_format {
	const char *fmt;
	va_list *va;
};

/*
 * gcc knows %p alone. Here are %pS %ps %pB %pF (a function's name), %pe (an
 * error's), %*ph (bytes), %*pb %*pbl (bits), %pV, %pK %px %pd? no more.
 */
int _printk(const char *fmt, ...) __attribute__((__format__(printf, 1, 2)));
int vprintk(const char *fmt, va_list args);
void dump_stack(void);
void dump_stack_lvl(const char *log_lvl);
#define printk(fmt...) _printk(fmt)
#define printk_deferred(fmt...) _printk(fmt)
#define early_printk(fmt...) _printk(fmt)

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif
#define pr_emerg(fmt, ...) printk(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert(fmt, ...) printk(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit(fmt, ...) printk(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...) printk(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...) printk(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice(fmt, ...) printk(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...) printk(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
#define pr_cont(fmt, ...) printk(KERN_CONT fmt, ##__VA_ARGS__)
#define no_printk(fmt, ...)                          \
	__extension__({                              \
		if (0)                               \
			_printk(fmt, ##__VA_ARGS__); \
		0;                                   \
	})
#ifdef DEBUG
#define pr_devel(fmt, ...) printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#else
#define pr_devel(fmt, ...) no_printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#endif
#define pr_debug(fmt, ...) pr_devel(fmt, ##__VA_ARGS__)

#define printk_once(fmt, ...) DO_ONCE_LITE(_printk, fmt, ##__VA_ARGS__)
#define pr_emerg_once(fmt, ...) \
	printk_once(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert_once(fmt, ...) \
	printk_once(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit_once(fmt, ...) printk_once(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err_once(fmt, ...) printk_once(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn_once(fmt, ...) \
	printk_once(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice_once(fmt, ...) \
	printk_once(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info_once(fmt, ...) printk_once(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)

#include <linux/ratelimit.h>
#define printk_ratelimited(fmt, ...)                                     \
	__extension__({                                                  \
		static struct ratelimit_state ksync__rs =                \
			RATELIMIT_STATE_INIT(ksync__rs,                  \
					     DEFAULT_RATELIMIT_INTERVAL, \
					     DEFAULT_RATELIMIT_BURST);   \
		if (__ratelimit(&ksync__rs))                             \
			printk(fmt, ##__VA_ARGS__);                      \
	})
#define pr_emerg_ratelimited(fmt, ...) \
	printk_ratelimited(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert_ratelimited(fmt, ...) \
	printk_ratelimited(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit_ratelimited(fmt, ...) \
	printk_ratelimited(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err_ratelimited(fmt, ...) \
	printk_ratelimited(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn_ratelimited(fmt, ...) \
	printk_ratelimited(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice_ratelimited(fmt, ...) \
	printk_ratelimited(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info_ratelimited(fmt, ...) \
	printk_ratelimited(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
#define pr_debug_ratelimited(fmt, ...) \
	no_printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#define printk_ratelimit() 1

enum { DUMP_PREFIX_NONE, DUMP_PREFIX_ADDRESS, DUMP_PREFIX_OFFSET };

/* The kernel's printf, with the forms of %p above. */
int ksync_glue_vsnprintf(char *buf, size_t size, const char *fmt, va_list args);
int ksync_glue_snprintf(char *buf, size_t size, const char *fmt, ...)
	__printf(3, 4);
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args);
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);

/*
 * One row of 16 or 32 bytes as groups of 1, 2, 4 or 8, and as ASCII beside;
 * the length that it has, or would have if it did not fit.
 */
int hex_dump_to_buffer(const void *buf, size_t len, int row, int group,
		       char *line, size_t size, bool ascii);
void print_hex_dump(const char *level, const char *prefix, int prefix_type,
		    int row, int group, const void *buf, size_t len,
		    bool ascii);
#define print_hex_dump_bytes(prefix, type, buf, len) \
	print_hex_dump(KERN_DEBUG, prefix, type, 16, 1, buf, len, true)
#define print_hex_dump_debug(prefix, type, row, group, buf, len, ascii) \
	print_hex_dump(KERN_DEBUG, prefix, type, row, group, buf, len, ascii)

#endif
