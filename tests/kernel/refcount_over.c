/* SPDX-License-Identifier: MIT */
/*
 * With the kernel's own header and source a program has the kernel's refcounts,
 * also beside locks of ksync's: saturation is warned of by WARN_ONCE().
 */
#include <linux/refcount.h>

#include <linux/module.h>
#include <linux/mutex.h>

static int warned;

static void warn(const char *text, const char *file, int line)
{
	warned += strstr(file, "refcount") != NULL;
}

static int __init refcounts(void)
{
	DEFINE_MUTEX(lock);
	refcount_t count = REFCOUNT_INIT(INT_MAX);
	bool last;

	ksync_glue_set_warn_hook(warn);
	refcount_inc(&count);
	if (warned != 1 || refcount_read(&count) != REFCOUNT_SATURATED)
		return -EINVAL;
	refcount_set(&count, 1);
	last = refcount_dec_and_mutex_lock(&count, &lock);
	if (!last || !mutex_is_locked(&lock))
		return -EINVAL;
	mutex_unlock(&lock);
	return 0;
}
module_init(refcounts);
