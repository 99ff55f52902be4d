/* SPDX-License-Identifier: MIT */
/*
 * Classes of locks: which a lock belongs to, what it is called.
 *
 * Word: id of a key, a class or 0
 *
 *  0      a lock of it is taken first   its class   graph locked
 *  class  the key is given back         0           graph locked
 *
 *  I1  Classes are never freed, and a class's name never changes; so a report
 *      may be written outside the lock.
 */
#include <ksync/atomic.h>
#include <ksync/watch.h>

#include "chains.h"
#include "graph.h"
#include "table.h"

/* Locks without a key in memory that belongs to no module: by their site. */
struct site {
	const void *where;
	ksync_u32 next; /* of this bucket, its number + 1 */
	unsigned char kind;
	ksync_lock_class_key_t key;
};

#define SITE_BUCKETS 1024u

/* Under the graph's lock. */
static struct ksync__table classes = { .entry = sizeof(struct ksync__class) };
static struct ksync__table sites = { .entry = sizeof(struct site) };
static ksync_u32 site_buckets[SITE_BUCKETS];

/* Is there a class with a compare function? Relaxed: see ksync__class_cmp(). */
static bool any_cmp;

struct ksync__class *ksync__class_at(ksync_u32 id)
{
	return ksync__table_at(&classes, id - 1);
}

ksync_u32 ksync__class_count(void)
{
	return classes.used;
}

ksync_u32 ksync__class_make(const char *name, unsigned int kind,
			    unsigned int subclass)
{
	struct ksync__class *c = ksync__table_add(&classes);
	unsigned int n = 0;

	if (!c)
		return 0;
	while (name && n < KSYNC__CLASS_NAME - 1 && name[n]) {
		c->name[n] = name[n];
		n++;
	}
	c->kind = (unsigned char)kind;
	c->subclass = (unsigned char)subclass;
	return classes.used;
}

static ksync_u32 *site_bucket(const void *where)
{
	return &site_buckets[ksync__chain_mix(0, (unsigned long)where) %
			     SITE_BUCKETS];
}

/* Under the graph's lock: the class of a place; NULL: no memory. */
static ksync_lock_class_key_t *site_key(const void *where, unsigned int kind)
{
	ksync_u32 *bucket = site_bucket(where);
	struct site *site;

	for (ksync_u32 n = *bucket; n; n = site->next) {
		site = ksync__table_at(&sites, n - 1);
		if (site->where == where && site->kind == kind)
			return &site->key;
	}
	site = ksync__table_add(&sites);
	if (!site)
		return NULL;
	site->where = where;
	site->kind = (unsigned char)kind;
	site->next = *bucket;
	*bucket = sites.used;
	return &site->key;
}

ksync_lock_class_key_t *ksync__site_key(const void *where, unsigned int kind)
{
	ksync_lock_class_key_t *key;

	ksync__lockdep_lock();
	key = site_key(where, kind);
	ksync__lockdep_unlock();
	return key;
}

/*
 * Under the graph's lock: what stands for a lock's class. Without a key a
 * static lock is a class of its own; another, which was copied from an
 * initialiser, is of the place where it is taken first.
 */
static ksync_lock_class_key_t *map_key(struct ksync__dep_map *map,
				       const void *where)
{
	const char *path;
	unsigned long offset;

	if (!map->key && !ksync__module(map, &path, &offset))
		KSYNC_WRITE_ONCE(map->key, site_key(where, map->kind));
	return map->key ? map->key : &map->own;
}

static ksync_u32 class_find(struct ksync__dep_map *map, unsigned int subclass,
			    const void *where)
{
	ksync_lock_class_key_t *key = map_key(map, where);
	ksync_u32 *id = &key->id;

	if (!*id)
		/* ORDER classes.id: release. Other end:
		 * ksync__class_of(). */
		ksync_smp_store_release(id, ksync__class_make(map->name,
							      map->kind, 0));
	if (subclass && *id) {
		id = &ksync__class_at(*id)->sub[subclass];
		if (!*id)
			/* ORDER classes.id: release. Other end:
			 * ksync__class_of(). */
			ksync_smp_store_release(
				id, ksync__class_make(map->name, map->kind,
						      subclass));
	}
	return *id;
}

ksync_u32 ksync__class_of(struct ksync__dep_map *map, unsigned int subclass,
			  const void *where)
{
	ksync_lock_class_key_t *key = KSYNC_READ_ONCE(map->key);
	/* ORDER classes.id: acquire. The class is in its table. Other end:
	 * class_find(). */
	ksync_u32 id = ksync_smp_load_acquire(key ? &key->id : &map->own.id);

	if (ksync_likely(id && !subclass))
		return id;
	if (id)
		/* ORDER classes.id: acquire. Other end: class_find(). */
		id = ksync_smp_load_acquire(
			&ksync__class_at(id)->sub[subclass]);
	if (ksync_likely(id))
		return id;
	ksync__lockdep_lock();
	id = class_find(map, subclass, where);
	ksync__lockdep_unlock();
	return id;
}

struct ksync__class_name ksync__class_name(ksync_u32 id)
{
	struct ksync__class *c = ksync__class_at(id);

	/* I1 */
	return (struct ksync__class_name){ c->name, c->subclass, c->kind };
}

void ksync__class_set_cmp(struct ksync__dep_map *map, const void *where,
			  ksync_lock_cmp_fn cmp)
{
	ksync_u32 id = ksync__class_of(map, map->subclass, where);

	if (!id)
		return;
	KSYNC_WRITE_ONCE(ksync__class_at(id)->cmp, cmp);
	if (cmp)
		KSYNC_WRITE_ONCE(any_cmp, true);
}

ksync_lock_cmp_fn ksync__class_cmp(ksync_u32 id)
{
	if (ksync_likely(!KSYNC_READ_ONCE(any_cmp)) || !id)
		return NULL;
	return KSYNC_READ_ONCE(ksync__class_at(id)->cmp);
}

void ksync__class_forget(ksync_lock_class_key_t *key)
{
	struct ksync__class *c;

	ksync__lockdep_lock();
	if (key->id) {
		c = ksync__class_at(key->id);
		c->forgotten = true;
		for (unsigned int n = 1; n < KSYNC_SUBCLASSES; n++)
			if (c->sub[n])
				ksync__class_at(c->sub[n])->forgotten = true;
	}
	KSYNC_WRITE_ONCE(key->id, 0u);
	ksync__lockdep_unlock();
}
