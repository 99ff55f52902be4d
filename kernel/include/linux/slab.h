/* SPDX-License-Identifier: MIT */
/* kmalloc() and caches of objects, over malloc(). */
#ifndef KSYNC_GLUE_SLAB_H
#define KSYNC_GLUE_SLAB_H

#include <linux/alloc_tag.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/lockdep.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#define SLAB_CONSISTENCY_CHECKS 0x00000100U
#define SLAB_RED_ZONE 0x00000400U
#define SLAB_POISON 0x00000800U
#define SLAB_HWCACHE_ALIGN 0x00002000U
#define SLAB_CACHE_DMA 0x00004000U
#define SLAB_STORE_USER 0x00010000U
#define SLAB_PANIC 0x00040000U
#define SLAB_TYPESAFE_BY_RCU 0x00080000U
#define SLAB_MEM_SPREAD 0
#define SLAB_ACCOUNT 0x04000000U
#define SLAB_NO_MERGE 0x01000000U
#define SLAB_RECLAIM_ACCOUNT 0x00020000U
#define SLAB_TEMPORARY SLAB_RECLAIM_ACCOUNT
#define ARCH_KMALLOC_MINALIGN 16
#define ARCH_SLAB_MINALIGN 8
#define KMALLOC_MAX_SIZE (1UL << 30)
#define KMALLOC_MAX_CACHE_SIZE (1UL << 13)
#define ZERO_SIZE_PTR ((void *)16)
#define ZERO_OR_NULL_PTR(x) ((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)

void *ksync_glue_alloc(size_t size, gfp_t flags);
void *ksync_glue_realloc(const void *p, size_t size, gfp_t flags);
void kfree(const void *p);
void kfree_sensitive(const void *p);
size_t ksize(const void *p);

/*
 * The next `after` allocations succeed, then each `every`th fails (0: none do);
 * also by KSYNC_FAIL_ALLOC="after,every". __GFP_NOFAIL never fails.
 */
void ksync_glue_fail_alloc(unsigned long after, unsigned long every);
/* Blocks that were allocated and are not freed. */
long ksync_glue_allocated(void);

/* From now on remember who allocates; print who did not free, how many. */
void ksync_glue_track(void);
long ksync_glue_print_leaks(void);

/* RCU frees it later, by free(). */
const void *ksync_glue_forget(const void *p);
#undef kfree_rcu
#define kfree_rcu(ptr, ...)                        \
	do {                                       \
		(void)ksync_glue_forget(ptr);      \
		ksync_kfree_rcu(ptr, __VA_ARGS__); \
	} while (0)

#define KSYNC__GLUE_MAY_SLEEP(flags) \
	might_sleep_if(gfpflags_allow_blocking(flags))

static inline __malloc void *kmalloc(size_t size, gfp_t flags)
{
	KSYNC__GLUE_MAY_SLEEP(flags);
	return ksync_glue_alloc(size, flags);
}

static inline __malloc void *kzalloc(size_t size, gfp_t flags)
{
	return kmalloc(size, flags | __GFP_ZERO);
}

static inline void *kmalloc_array(size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return kmalloc(bytes, flags);
}

static inline void *kcalloc(size_t n, size_t size, gfp_t flags)
{
	return kmalloc_array(n, size, flags | __GFP_ZERO);
}

static inline void *krealloc(const void *p, size_t size, gfp_t flags)
{
	KSYNC__GLUE_MAY_SLEEP(flags);
	return ksync_glue_realloc(p, size, flags);
}

static inline void *krealloc_array(const void *p, size_t n, size_t size,
				   gfp_t flags)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return krealloc(p, bytes, flags);
}

#define kmalloc_noprof(size, flags) kmalloc(size, flags)
#define kzalloc_noprof(size, flags) kzalloc(size, flags)
#define kmalloc_node(size, flags, node) ((void)(node), kmalloc(size, flags))
#define kzalloc_node(size, flags, node) ((void)(node), kzalloc(size, flags))
#define kmalloc_array_node(n, size, flags, node) \
	((void)(node), kmalloc_array(n, size, flags))
#define kcalloc_node(n, size, flags, node) \
	((void)(node), kcalloc(n, size, flags))
#define kmalloc_node_noprof(size, flags, node) kmalloc_node(size, flags, node)
#define kvmalloc(size, flags) kmalloc(size, flags)
#define kvzalloc(size, flags) kzalloc(size, flags)
#define kvmalloc_node(size, flags, node) kmalloc_node(size, flags, node)
#define kvmalloc_node_noprof(size, flags, node) kmalloc_node(size, flags, node)
#define kvzalloc_node(size, flags, node) kzalloc_node(size, flags, node)
#define kvmalloc_array(n, size, flags) kmalloc_array(n, size, flags)
#define kvcalloc(n, size, flags) kcalloc(n, size, flags)
#define kvfree(p) kfree(p)
#define kvfree_sensitive(p, len) kfree_sensitive(p)
#define kfree_const(p) kfree(p)
#define kmalloc_size_roundup(size) (size)
#define kmem_valid_obj(p) false
#define kmem_dump_obj(p) ksync_glue_dump_obj(p)
bool ksync_glue_dump_obj(void *p);

DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T))
DEFINE_FREE(kvfree, void *, if (!IS_ERR_OR_NULL(_T)) kvfree(_T))

/* Objects of one size. */
struct kmem_cache;

struct kmem_cache_args {
	unsigned int align, useroffset, usersize, freeptr_offset;
	bool use_freeptr_offset;
	void (*ctor)(void *object);
};

struct kmem_cache *ksync_glue_cache_create(const char *name, unsigned int size,
					   unsigned int align,
					   slab_flags_t flags,
					   void (*ctor)(void *));
void *ksync_glue_cache_alloc(struct kmem_cache *cache, gfp_t flags);
void kmem_cache_free(struct kmem_cache *cache, void *object);
bool ksync_glue_cache_typesafe(struct kmem_cache *cache);
void ksync_glue_cache_destroy(struct kmem_cache *cache);
unsigned int kmem_cache_size(struct kmem_cache *cache);
int kmem_cache_shrink(struct kmem_cache *cache);

#define kmem_cache_create(name, size, args_or_align, ...) \
	KSYNC__GLUE_CACHE_N(name, size, args_or_align, ##__VA_ARGS__)
static inline struct kmem_cache *
ksync__glue_cache_args(const char *name, unsigned int size,
		       struct kmem_cache_args *args, slab_flags_t flags)
{
	return ksync_glue_cache_create(name, size, args ? args->align : 0,
				       flags, args ? args->ctor : NULL);
}

static inline struct kmem_cache *
ksync__glue_cache_plain(const char *name, unsigned int size, unsigned int align,
			slab_flags_t flags, void (*ctor)(void *))
{
	return ksync_glue_cache_create(name, size, align, flags, ctor);
}
/* With four arguments the third is a struct kmem_cache_args, or NULL. */
#define KSYNC__GLUE_CACHE_N(name, size, third, ...)                  \
	KSYNC__GLUE_CACHE_PICK(__VA_ARGS__, ksync__glue_cache_plain, \
			       ksync__glue_cache_args, )             \
	(name, size, third, __VA_ARGS__)
#define KSYNC__GLUE_CACHE_PICK(a, b, c, ...) c
#undef KSYNC__GLUE_CACHE_N
#define KSYNC__GLUE_CACHE_N(name, size, third, ...)                  \
	KSYNC__GLUE_CACHE_PICK(__VA_ARGS__, ksync__glue_cache_plain, \
			       ksync__glue_cache_args,               \
			       _)(name, size, third, __VA_ARGS__)
#define kmem_cache_create_usercopy(name, size, align, flags, off, len, ctor) \
	ksync__glue_cache_plain(name, size, align, flags, ctor)
#define KMEM_CACHE(type, flags)                             \
	ksync__glue_cache_plain(#type, sizeof(struct type), \
				__alignof__(struct type), flags, NULL)

static inline void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t flags)
{
	KSYNC__GLUE_MAY_SLEEP(flags);
	return ksync_glue_cache_alloc(cache, flags);
}

#define kmem_cache_zalloc(cache, flags) \
	kmem_cache_alloc(cache, (flags) | __GFP_ZERO)
#define kmem_cache_alloc_node(cache, flags, node) kmem_cache_alloc(cache, flags)
#define kmem_cache_alloc_lru(cache, lru, flags) \
	((void)(lru), kmem_cache_alloc(cache, flags))

static inline int kmem_cache_alloc_bulk(struct kmem_cache *cache, gfp_t flags,
					size_t n, void **objects)
{
	for (size_t i = 0; i < n; i++) {
		objects[i] = kmem_cache_alloc(cache, flags);
		if (!objects[i]) {
			while (i)
				kmem_cache_free(cache, objects[--i]);
			return 0;
		}
	}
	return (int)n;
}

static inline void kmem_cache_free_bulk(struct kmem_cache *cache, size_t n,
					void **objects)
{
	while (n)
		kmem_cache_free(cache, objects[--n]);
}

/* Readers may still look at the objects of a type-safe cache. */
static inline void kmem_cache_destroy(struct kmem_cache *cache)
{
	if (!cache)
		return;
	might_sleep();
	if (ksync_glue_cache_typesafe(cache))
		synchronize_rcu();
	rcu_barrier();
	ksync_glue_cache_destroy(cache);
}

#endif
