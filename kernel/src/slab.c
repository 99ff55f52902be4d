/* SPDX-License-Identifier: MIT */
/*
 * kmalloc() and caches over malloc(). The objects of a type-safe cache stay
 * with
 * it when they are freed, and go when the cache does.
 */
#include <linux/bug.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static long allocated;					 /* blocks; atomic */
static unsigned long fail_after, fail_every, fail_count; /* atomic */
static pthread_once_t fail_read = PTHREAD_ONCE_INIT;

static void fail_set(unsigned long after, unsigned long every)
{
	__atomic_store_n(&fail_after, after, __ATOMIC_RELAXED);
	__atomic_store_n(&fail_count, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&fail_every, every, __ATOMIC_RELAXED);
}

static void fail_from_environment(void)
{
	const char *said = getenv("KSYNC_FAIL_ALLOC");
	char *rest;
	unsigned long after;

	if (!said)
		return;
	after = strtoul(said, &rest, 10);
	fail_set(after, *rest == ',' ? strtoul(rest + 1, NULL, 10) : 1);
}

void ksync_glue_fail_alloc(unsigned long after, unsigned long every)
{
	pthread_once(&fail_read, fail_from_environment);
	fail_set(after, every);
}

static bool fails(gfp_t flags)
{
	unsigned long every, n;

	pthread_once(&fail_read, fail_from_environment);
	every = __atomic_load_n(&fail_every, __ATOMIC_RELAXED);
	if (!every || flags & __GFP_NOFAIL)
		return false;
	n = __atomic_fetch_add(&fail_count, 1, __ATOMIC_RELAXED);
	n -= __atomic_load_n(&fail_after, __ATOMIC_RELAXED);
	return (long)n >= 0 && n % every == every - 1;
}

long ksync_glue_allocated(void)
{
	return __atomic_load_n(&allocated, __ATOMIC_RELAXED);
}

/* Who allocated what: by address, under the lock. For ksync-insmod. */
struct block {
	struct block *next;
	const void *p, *from;
};
static struct block *blocks[1024];
static pthread_mutex_t blocks_lock = PTHREAD_MUTEX_INITIALIZER;
static bool track;

static struct block **bucket(const void *p)
{
	return &blocks[((uintptr_t)p >> 4) % ARRAY_SIZE(blocks)];
}

static void remember(const void *p, const void *from)
{
	struct block *block = malloc(sizeof(*block));

	if (!block)
		return;
	*block = (struct block){ .p = p, .from = from };
	pthread_mutex_lock(&blocks_lock);
	block->next = *bucket(p);
	*bucket(p) = block;
	pthread_mutex_unlock(&blocks_lock);
}

const void *ksync_glue_forget(const void *p)
{
	struct block **link = bucket(p), *found;

	if (ZERO_OR_NULL_PTR(p))
		return p;
	__atomic_sub_fetch(&allocated, 1, __ATOMIC_RELAXED);
	if (!track)
		return p;
	pthread_mutex_lock(&blocks_lock);
	while (*link && (*link)->p != p)
		link = &(*link)->next;
	found = *link;
	if (found)
		*link = found->next;
	pthread_mutex_unlock(&blocks_lock);
	free(found);
	return p;
}

void ksync_glue_track(void)
{
	track = true;
}

long ksync_glue_print_leaks(void)
{
	long n = 0;

	pthread_mutex_lock(&blocks_lock);
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
		for (struct block *block = blocks[i]; block;
		     block = block->next, n++) {
			pr_err("leak: %zu bytes at %px, allocated by %pS\n",
			       ksize(block->p), block->p, block->from);
		}
	}
	pthread_mutex_unlock(&blocks_lock);
	return n;
}

static void *got(void *p, gfp_t flags, const void *from)
{
	if (p)
		__atomic_add_fetch(&allocated, 1, __ATOMIC_RELAXED);
	else
		BUG_ON(flags & __GFP_NOFAIL);
	if (p && track)
		remember(p, from);
	return p;
}

#define CALLER __builtin_return_address(0)

void *ksync_glue_alloc(size_t size, gfp_t flags)
{
	if (size == 0)
		return ZERO_SIZE_PTR;
	if (fails(flags))
		return NULL;
	return got(flags & __GFP_ZERO ? calloc(1, size) : malloc(size), flags,
		   CALLER);
}

void *ksync_glue_realloc(const void *p, size_t size, gfp_t flags)
{
	size_t before = ksize(p);
	void *to;

	if (ZERO_OR_NULL_PTR(p))
		return ksync_glue_alloc(size, flags);
	if (size == 0) {
		kfree(p);
		return ZERO_SIZE_PTR;
	}
	if (fails(flags))
		return NULL;
	if (track) { /* the one goes, the other comes */
		to = ksync_glue_alloc(size, flags);
		if (to) {
			memcpy(to, p, before < size ? before : size);
			kfree(p);
		}
		return to;
	}
	to = realloc((void *)p, size);
	if (to && flags & __GFP_ZERO && malloc_usable_size(to) > before)
		memset((char *)to + before, 0, malloc_usable_size(to) - before);
	return to;
}

void kfree(const void *p)
{
	if (ZERO_OR_NULL_PTR(p))
		return;
	free((void *)ksync_glue_forget(p));
}

size_t ksize(const void *p)
{
	return ZERO_OR_NULL_PTR(p) ? 0 : malloc_usable_size((void *)p);
}

void kfree_sensitive(const void *p)
{
	if (!ZERO_OR_NULL_PTR(p))
		explicit_bzero((void *)p, ksize(p));
	kfree(p);
}

bool ksync_glue_dump_obj(void *p)
{
	pr_cont(" block at %px\n", p);
	return true;
}

/* Whole pages, at their boundary. */
unsigned long __get_free_pages(gfp_t flags, unsigned int order)
{
	size_t size = PAGE_SIZE << order;
	void *p = NULL;

	if (fails(flags) || posix_memalign(&p, PAGE_SIZE, size))
		return 0;
	if (flags & __GFP_ZERO)
		memset(p, 0, size);
	return (unsigned long)got(p, flags, CALLER);
}

void free_pages(unsigned long addr, unsigned int order)
{
	(void)order;
	kfree((void *)addr);
}

unsigned long ksync_glue_ram_pages(void)
{
	long pages = sysconf(_SC_PHYS_PAGES);

	return pages > 0 ? (unsigned long)pages : 1UL << 18;
}

struct kmem_cache {
	const char *name;
	size_t size, align;
	slab_flags_t flags;
	void (*ctor)(void *);
	long live; /* objects that the user has; atomic */
	pthread_mutex_t lock;
	/* Of a type-safe cache, under the lock: each object's link lies behind
	 * it, as readers may still look at the object. */
	void *spare;
};

static void **link_of(struct kmem_cache *cache, void *object)
{
	return (void **)((char *)object + cache->size);
}

struct kmem_cache *ksync_glue_cache_create(const char *name, unsigned int size,
					   unsigned int align,
					   slab_flags_t flags,
					   void (*ctor)(void *))
{
	struct kmem_cache *cache = calloc(1, sizeof(*cache));

	if (!cache)
		return NULL;
	cache->name = strdup(name ? name : "?");
	cache->align = align > sizeof(void *) ? align : sizeof(void *);
	if (flags & SLAB_HWCACHE_ALIGN && cache->align < 64)
		cache->align = 64;
	cache->size = (size + sizeof(void *) - 1) & ~(sizeof(void *) - 1);
	cache->flags = flags;
	cache->ctor = ctor;
	pthread_mutex_init(&cache->lock, NULL);
	return cache;
}

/* The constructor runs once for memory that stays with a type-safe cache. */
void *ksync_glue_cache_alloc(struct kmem_cache *cache, gfp_t flags)
{
	bool typesafe = ksync_glue_cache_typesafe(cache);
	void *object = NULL;

	if (fails(flags))
		return NULL;
	if (typesafe) {
		pthread_mutex_lock(&cache->lock);
		object = cache->spare;
		if (object)
			cache->spare = *link_of(cache, object);
		pthread_mutex_unlock(&cache->lock);
	}
	if (!object) {
		size_t size = cache->size + (typesafe ? sizeof(void *) : 0);

		if (posix_memalign(&object, cache->align, size))
			object = NULL;
		if (!got(object, flags, CALLER))
			return NULL;
		if (cache->ctor)
			cache->ctor(object);
	}
	if (flags & __GFP_ZERO)
		memset(object, 0, cache->size);
	__atomic_add_fetch(&cache->live, 1, __ATOMIC_RELAXED);
	return object;
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	if (!object)
		return;
	__atomic_sub_fetch(&cache->live, 1, __ATOMIC_RELAXED);
	if (!ksync_glue_cache_typesafe(cache)) {
		kfree(object);
		return;
	}
	pthread_mutex_lock(&cache->lock);
	*link_of(cache, object) = cache->spare;
	cache->spare = object;
	pthread_mutex_unlock(&cache->lock);
}

bool ksync_glue_cache_typesafe(struct kmem_cache *cache)
{
	return cache->flags & SLAB_TYPESAFE_BY_RCU;
}

/* Of a type-safe cache, its caller knows that no reader is left. */
static void cache_empty(struct kmem_cache *cache)
{
	pthread_mutex_lock(&cache->lock);
	while (cache->spare) {
		void *object = cache->spare;

		cache->spare = *link_of(cache, object);
		kfree(object);
	}
	pthread_mutex_unlock(&cache->lock);
}

void ksync_glue_cache_destroy(struct kmem_cache *cache)
{
	long live = __atomic_load_n(&cache->live, __ATOMIC_RELAXED);

	WARN(live, "kmem_cache_destroy(%s): %ld objects are in use",
	     cache->name, live);
	cache_empty(cache);
	pthread_mutex_destroy(&cache->lock);
	free((char *)cache->name);
	free(cache);
}

unsigned int kmem_cache_size(struct kmem_cache *cache)
{
	return (unsigned int)cache->size;
}

/* What is spare in a type-safe cache may still be read. */
int kmem_cache_shrink(struct kmem_cache *cache)
{
	(void)cache;
	return 0;
}

void *ksync_glue_memdup(const void *src, size_t len, size_t extra, gfp_t flags)
{
	char *copy;

	if (!src)
		return NULL;
	copy = ksync_glue_alloc(len + extra, flags);
	if (copy) {
		memcpy(copy, src, len);
		memset(copy + len, 0, extra);
	}
	return copy;
}

char *ksync_glue_strndup(const char *s, size_t max, gfp_t flags)
{
	return s ? ksync_glue_memdup(s, strnlen(s, max), 1, flags) : NULL;
}
