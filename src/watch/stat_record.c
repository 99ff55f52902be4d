/* SPDX-License-Identifier: MIT */
/*
 * What was counted of locks, by class, in the terms of the kernel's
 * /proc/lock_stat.
 *
 * Each class that was counted has a record, in shards by processor, so that
 * threads that count the same lock's class meet less. A reader adds them up.
 *
 *  I1  A record is never freed, and found without a lock: by its class.
 *  I2  A time of 0 counts as 1 ns, so that 0 says that there is none yet.
 *  I3  What is counted while others clear may be lost, in parts.
 */
#include <ksync/atomic.h>

#include "graph.h"
#include "kinds.h"
#include "stat_record.h"
#include "table.h"
#include "text.h"

#define SHARDS 4u
#define PLACES KSYNC_LOCK_STAT_PLACES

struct times {
	ksync_atomic64_t count, min, max, total; /* I2 */
};

struct counted {
	ksync_atomic64_t con_bounces, acq_bounces;
	struct times wait, hold;
};

struct place {
	const void *where; /* set once, by who counts it first; ONCE */
	ksync_atomic64_t count;
};

struct ksync__lock_stat {
	ksync_u32 class_id;		   /* read-only */
	struct counted counted[2][SHARDS]; /* by whether it is shared */
	struct place waited[2][PLACES];
	struct place held[2][PLACES];
};

/* Under the graph's lock. */
static struct ksync__table records = { .entry = sizeof(
					       struct ksync__lock_stat) };

KSYNC_COLD static struct ksync__lock_stat *record_make(ksync_u32 class_id)
{
	struct ksync__class *c = ksync__class_at(class_id);
	struct ksync__lock_stat *s;

	ksync__lockdep_lock();
	s = c->stat;
	if (!s)
		s = ksync__table_add(&records);
	if (s && !c->stat) {
		s->class_id = class_id;
		/* ORDER stat_record.made: release. Other end: record_find(). */
		ksync_smp_store_release(&c->stat, s);
	}
	ksync__lockdep_unlock();
	return s;
}

/* NULL: nothing was counted. */
static struct ksync__lock_stat *record_find(ksync_u32 class_id)
{
	/* ORDER stat_record.made: acquire. It is complete.
	 * Other end: record_make(). */
	return ksync_smp_load_acquire(&ksync__class_at(class_id)->stat);
}

/* Made, if there is none; NULL: there is no memory. */
static struct ksync__lock_stat *record_of(ksync_u32 class_id)
{
	struct ksync__lock_stat *s = record_find(class_id);

	return ksync_likely(s) ? s : record_make(class_id);
}

static void times_add(struct times *t, ksync_s64 ns)
{
	ksync_s64 least = ksync_atomic64_read(&t->min);
	ksync_s64 most = ksync_atomic64_read(&t->max);

	if (ns < 1)
		ns = 1; /* I2 */
	ksync_atomic64_inc(&t->count);
	ksync_atomic64_add(ns, &t->total);
	while ((!least || ns < least) &&
	       !ksync_atomic64_try_cmpxchg_relaxed(&t->min, &least, ns))
		;
	while (ns > most &&
	       !ksync_atomic64_try_cmpxchg_relaxed(&t->max, &most, ns))
		;
}

/* Those that come first are told. */
static void place_add(struct place *place, const void *where)
{
	for (unsigned int n = 0; n < PLACES && where; n++, place++) {
		const void *found = KSYNC_READ_ONCE(place->where);

		if (!found &&
		    ksync_try_cmpxchg_relaxed(&place->where, &found, where))
			found = where;
		if (found == where) {
			ksync_atomic64_inc(&place->count);
			return;
		}
	}
}

static struct counted *shard_of(struct ksync__lock_stat *s, bool shared,
				unsigned int processor)
{
	return &s->counted[shared][processor % SHARDS];
}

void ksync__stat_waits(ksync_u32 class_id, bool shared,
		       const struct ksync__stat_wait *wait)
{
	struct ksync__lock_stat *s = record_of(class_id);

	if (!s)
		return;
	if (wait->bounced)
		ksync_atomic64_inc(
			&shard_of(s, shared, wait->processor)->con_bounces);
	place_add(s->waited[shared], wait->waited_at);
	place_add(s->held[shared], wait->held_at);
}

void ksync__stat_taken(ksync_u32 class_id, bool shared, unsigned int processor,
		       bool bounced, ksync_s64 waited)
{
	struct ksync__lock_stat *s = record_of(class_id);
	struct counted *c;

	if (!s)
		return;
	c = shard_of(s, shared, processor);
	if (bounced)
		ksync_atomic64_inc(&c->acq_bounces);
	if (waited >= 0)
		times_add(&c->wait, waited);
}

void ksync__stat_given(ksync_u32 class_id, bool shared, unsigned int processor,
		       ksync_s64 held)
{
	struct ksync__lock_stat *s = record_of(class_id);

	if (s)
		times_add(&shard_of(s, shared, processor)->hold, held);
}

/* ---- reading ---- */

static void times_sum(struct ksync_lock_stat_times *sum, const struct times *t)
{
	ksync_u64 least = (ksync_u64)ksync_atomic64_read(&t->min);
	ksync_u64 most = (ksync_u64)ksync_atomic64_read(&t->max);

	sum->count += (ksync_u64)ksync_atomic64_read(&t->count);
	sum->total += (ksync_u64)ksync_atomic64_read(&t->total);
	if (least && (!sum->min || least < sum->min))
		sum->min = least;
	if (most > sum->max)
		sum->max = most;
}

static void places_read(struct ksync_lock_stat_place *to,
			const struct place *place)
{
	for (unsigned int n = 0; n < PLACES; n++) {
		to[n].where = KSYNC_READ_ONCE(place[n].where);
		to[n].count = (ksync_u64)ksync_atomic64_read(&place[n].count);
	}
}

static void name_read(struct ksync_lock_stat *stat,
		      struct ksync__class_name name)
{
	struct ksync__text t = { stat->name, sizeof(stat->name) - 1, 0 };

	ksync__text_put(&t, name.name[0] ? name.name : "lock");
	if (name.subclass) {
		ksync__text_put(&t, "/");
		ksync__text_number(&t, name.subclass, 10);
	}
	stat->kind = ksync__lock_kind(name.kind)->name;
}

bool ksync__stat_read(ksync_u32 class_id, bool shared,
		      struct ksync_lock_stat *stat)
{
	const struct ksync__lock_stat *s = record_find(class_id);

	if (!s)
		return false;
	*stat = (struct ksync_lock_stat){ .shared = shared };
	for (unsigned int n = 0; n < SHARDS; n++) {
		const struct counted *c = &s->counted[shared][n];

		stat->con_bounces +=
			(ksync_u64)ksync_atomic64_read(&c->con_bounces);
		stat->acq_bounces +=
			(ksync_u64)ksync_atomic64_read(&c->acq_bounces);
		times_sum(&stat->wait, &c->wait);
		times_sum(&stat->hold, &c->hold);
	}
	places_read(stat->waited, s->waited[shared]);
	places_read(stat->held, s->held[shared]);
	name_read(stat, ksync__class_name(s->class_id));
	return stat->wait.count || stat->hold.count || stat->waited[0].where;
}

static void times_clear(struct times *t)
{
	ksync_atomic64_set(&t->count, 0);
	ksync_atomic64_set(&t->total, 0);
	ksync_atomic64_set(&t->min, 0);
	ksync_atomic64_set(&t->max, 0);
}

static void places_clear(struct place *place)
{
	for (unsigned int n = 0; n < PLACES; n++) {
		KSYNC_WRITE_ONCE(place[n].where, NULL);
		ksync_atomic64_set(&place[n].count, 0);
	}
}

void ksync__stat_clear(ksync_u32 class_id, bool shared)
{
	struct ksync__lock_stat *s = record_find(class_id);

	if (!s)
		return;
	for (unsigned int n = 0; n < SHARDS; n++) {
		struct counted *c = &s->counted[shared][n];

		ksync_atomic64_set(&c->con_bounces, 0);
		ksync_atomic64_set(&c->acq_bounces, 0);
		times_clear(&c->wait);
		times_clear(&c->hold);
	}
	places_clear(s->waited[shared]);
	places_clear(s->held[shared]);
}
