/* SPDX-License-Identifier: MIT */
/* What frees memory when there is little: registered, and never called. */
#ifndef KSYNC_GLUE_SHRINKER_H
#define KSYNC_GLUE_SHRINKER_H

#include <linux/gfp.h>
#include <linux/slab.h>

struct mem_cgroup;
struct shrink_control {
	gfp_t gfp_mask;
	int nid;
	unsigned long nr_to_scan, nr_scanned;
	struct mem_cgroup *memcg;
};

#define SHRINK_STOP (~0UL)
#define SHRINK_EMPTY (~0UL - 1)
#define DEFAULT_SEEKS 2
#define SHRINKER_NUMA_AWARE 1

struct shrinker {
	unsigned long (*count_objects)(struct shrinker *s,
				       struct shrink_control *sc);
	unsigned long (*scan_objects)(struct shrinker *s,
				      struct shrink_control *sc);
	long batch;
	int seeks;
	unsigned int flags;
	void *private_data;
};

#define shrinker_alloc(flags, fmt, ...) \
	((struct shrinker *)kzalloc(sizeof(struct shrinker), GFP_KERNEL))
#define shrinker_register(s) ((void)(s))
#define shrinker_free(s) kfree(s)

#endif
