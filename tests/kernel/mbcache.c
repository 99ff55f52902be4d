/* SPDX-License-Identifier: MIT */
/* Entries by key and value: found, taken away, and told apart. */
#include <linux/mbcache.h>
#include <linux/module.h>

static int __init caches(void)
{
	struct mb_cache *cache = mb_cache_create(4);
	struct mb_cache_entry *entry;
	int n = 0;

	if (!cache)
		return -ENOMEM;
	for (u64 value = 1; value <= 40; value++) {
		if (mb_cache_entry_create(cache, GFP_KERNEL, (u32)(value % 4),
					  value, true))
			return -EINVAL;
	}
	if (mb_cache_entry_create(cache, GFP_KERNEL, 1, 1, true) != -EBUSY)
		return -EINVAL;
	for (entry = mb_cache_entry_find_first(cache, 1); entry;
	     entry = mb_cache_entry_find_next(cache, entry))
		n++;
	entry = mb_cache_entry_get(cache, 2, 2);
	if (!entry || entry->e_value != 2)
		return -EINVAL;
	mb_cache_entry_put(cache, entry);
	if (mb_cache_entry_delete_or_get(cache, 2, 2))
		return -EINVAL;
	if (mb_cache_entry_get(cache, 2, 2))
		return -EINVAL;
	mb_cache_destroy(cache);
	return n == 10 ? 0 : -EINVAL;
}
module_init(caches);
