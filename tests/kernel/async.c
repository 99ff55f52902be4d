/* SPDX-License-Identifier: MIT */
/* Functions that run beside, and who waits for those before a cookie. */
#include <linux/async.h>
#include <linux/module.h>

static atomic_t done;
void async_init(void);

static void one(void *data, async_cookie_t cookie)
{
	WARN_ON(!current_is_async());
	atomic_inc((atomic_t *)data);
}

static int __init asyncs(void)
{
	async_init();
	WARN_ON(current_is_async());
	for (int i = 0; i < 50; i++)
		async_schedule(one, &done);
	async_synchronize_full();
	return atomic_read(&done) == 50 && !ksync_glue_warnings() ? 0 : -EINVAL;
}
module_init(asyncs);
