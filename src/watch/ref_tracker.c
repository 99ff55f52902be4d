/* SPDX-License-Identifier: MIT */
/*
 * Directories of references, and the trackers of those that are held.
 *
 * Word: state of a tracker
 *
 *  FREE  a reference is got             HELD  who got it, locked
 *  HELD  it is put                      PUT   who puts it
 *  PUT   others were put after it, or   FREE  locked
 *        its directory ended
 *
 *  I1  Records are never freed, so a tracker that was put may be looked at.
 *  I2  All but state, and the counters of what is not tracked, is under the
 *      graph's lock.
 *  I3  A signal handler that comes where its thread has that lock tracks
 *      nothing: what it gets is counted alone, what it puts is put later.
 */
#include <errno.h>
#include <string.h>

#include <ksync/atomic.h>
#include <ksync/ref_tracker.h>

#include "checked_report.h"
#include "held.h"
#include "port/life.h"
#include "port/port.h"
#include "ref_tracker.h"
#include "report.h"
#include "table.h"

#define CALLS 8u
#define NAME 40u
#define GROUPS 16u

enum { FREE, HELD, PUT };

struct dir {
	const void *object;
	char name[NAME];
	const void *made_at;
	bool dead;
	unsigned int quarantine;   /* how many more may be kept */
	ksync_atomic_t untracked;  /* got alone, for want of memory */
	ksync_atomic_t without;	   /* got without a tracker */
	ksync_ref_tracker_t *held; /* the newest first, also some that were
				    * put; and what was, the newest first */
	ksync_ref_tracker_t *put;
};

struct KSYNC_TAG(ref_tracker) {
	ksync_atomic_t state;
	ksync_u32 dir;
	ksync_ref_tracker_t *next;
	const void *put_at; /* ONCE */
	unsigned int calls;
	const void *call[CALLS]; /* that got it */
};

static struct ksync__table dirs = { .entry = sizeof(struct dir) };
static struct ksync__table trackers = { .entry = sizeof(ksync_ref_tracker_t) };
static ksync_ref_tracker_t *unused;
static bool inherited; /* of a fork's parent, who tells of them */

/* I3. What is not to be looked at of locks is, of references. */
static bool look(void)
{
	if (ksync__mine.busy)
		return false;
	ksync__mine.busy = true;
	ksync_barrier();
	ksync__lockdep_lock();
	return true;
}

static void look_away(void)
{
	ksync__lockdep_unlock();
	ksync_barrier();
	ksync__mine.busy = false;
}

/* NULL: one of which nothing is kept. */
static struct dir *dir_of(const ksync_ref_tracker_dir_t *dir)
{
	ksync_u32 id = KSYNC_READ_ONCE(dir->id);

	return id ? ksync__table_at(&dirs, id - 1) : NULL;
}

void ksync__ref_dir_init(ksync_ref_tracker_dir_t *dir, unsigned int quarantine,
			 const char *name)
{
	struct dir *d = NULL;
	ksync_u32 id = 0;

	ksync__held_begin();
	if (!look())
		return;
	for (ksync_u32 n = 0; n < dirs.used && !d; n++) {
		struct dir *old = ksync__table_at(&dirs, n);

		if (old->dead && !old->held) {
			d = old;
			id = n + 1;
		}
	}
	if (!d) {
		d = ksync__table_add(&dirs);
		id = dirs.used;
	}
	if (d) {
		*d = (struct dir){ .object = dir,
				   .made_at = KSYNC__CALLER(),
				   .quarantine = quarantine };
		for (unsigned int n = 0; name && n < NAME - 1 && name[n]; n++)
			d->name[n] = name[n];
		KSYNC_WRITE_ONCE(dir->id, id);
	}
	look_away();
}

static void tracker_free(ksync_ref_tracker_t *t)
{
	ksync_atomic_set(&t->state, FREE);
	t->next = unused;
	unused = t;
}

/* The oldest that was put; there is one. */
static void put_free_oldest(struct dir *d)
{
	ksync_ref_tracker_t **at = &d->put;
	ksync_ref_tracker_t *t;

	while ((*at)->next)
		at = &(*at)->next;
	t = *at;
	*at = NULL;
	tracker_free(t);
}

/* What was put goes into quarantine. */
static void sweep(struct dir *d)
{
	ksync_ref_tracker_t **at = &d->held;

	while (*at) {
		ksync_ref_tracker_t *t = *at;

		if (ksync_atomic_read(&t->state) == HELD) {
			at = &t->next;
			continue;
		}
		*at = t->next;
		t->next = d->put;
		d->put = t;
		if (d->quarantine)
			d->quarantine--;
		else
			put_free_oldest(d);
	}
}

static void dead_check(const ksync_ref_tracker_dir_t *dir, const struct dir *d,
		       const void *where)
{
	if (ksync_unlikely(d->dead))
		ksync__misuse("ref_tracker", dir,
			      "used after its directory ended",
			      "put the references before the object's end",
			      where, KSYNC_HOLDER_NONE);
}

static ksync_ref_tracker_t *tracker_take(void)
{
	ksync_ref_tracker_t *t = unused;

	if (!t)
		return ksync__table_add(&trackers);
	unused = t->next;
	return t;
}

int ksync__ref_got(ksync_ref_tracker_dir_t *dir, ksync_ref_tracker_t **trackerp)
{
	const void *where = KSYNC__CALLER();
	struct dir *d = dir_of(dir);
	ksync_ref_tracker_t *t = NULL;
	const void *call[CALLS];
	unsigned int calls;

	if (trackerp)
		*trackerp = NULL;
	if (!d)
		return 0;
	dead_check(dir, d, where);
	if (!trackerp) {
		ksync_atomic_inc(&d->without);
		return 0;
	}
	ksync__held_begin();
	calls = ksync__stack(where, call, CALLS);
	if (look()) {
		t = tracker_take();
		if (t) {
			t->dir = dir->id;
			t->put_at = NULL;
			t->calls = calls;
			memcpy(t->call, call, sizeof(call));
			ksync_atomic_set(&t->state, HELD);
			t->next = d->held;
			d->held = t;
		}
		look_away();
	}
	*trackerp = t;
	if (t)
		return 0;
	ksync_atomic_inc(&d->untracked);
	return -ENOMEM;
}

static void put_calls(struct ksync__text *t, const char *label,
		      const void *const *call, unsigned int calls)
{
	for (unsigned int n = 0; n < calls; n++) {
		ksync__text_put(t, n ? "             " : label);
		ksync__text_address(t, call[n]);
		ksync__text_put(t, "\n");
	}
}

static void tell_twice(const ksync_ref_tracker_t *tracker, const void *where)
{
	const void *put_at = KSYNC_READ_ONCE(tracker->put_at);
	struct ksync__text t = ksync__details_begin();

	put_calls(&t, "  got      ", tracker->call, tracker->calls);
	if (put_at)
		put_calls(&t, "  put      ", &put_at, 1);
	ksync__misuse_detailed("ref_tracker", tracker,
			       "a reference is put that was put before",
			       "put once for each get; what was put last is "
			       "another's",
			       where, KSYNC_HOLDER_NONE, ksync__details(&t),
			       false);
	ksync__details_end(&t);
}

int ksync__ref_put(ksync_ref_tracker_dir_t *dir, ksync_ref_tracker_t **trackerp)
{
	const void *where = KSYNC__CALLER();
	struct dir *d = dir_of(dir);
	ksync_ref_tracker_t *t = trackerp ? *trackerp : NULL;
	int held = HELD;

	if (!d)
		return 0;
	dead_check(dir, d, where);
	if (!t) {
		ksync_atomic_dec(trackerp ? &d->untracked : &d->without);
		return trackerp ? -EEXIST : 0;
	}
	if (t->dir != dir->id ||
	    !ksync_atomic_try_cmpxchg_relaxed(&t->state, &held, PUT)) {
		tell_twice(t, where);
		return -EINVAL;
	}
	KSYNC_WRITE_ONCE(t->put_at, where);
	if (look()) {
		sweep(d);
		look_away();
	}
	return 0;
}

/* ---- who holds them ---- */

struct group {
	const ksync_ref_tracker_t *first;
	unsigned int count;
};

struct holders {
	unsigned int all;
	unsigned int groups;
	unsigned int others; /* of groups for which there is no room */
	struct group group[GROUPS];
};

static bool is_of_group(const struct group *g, const ksync_ref_tracker_t *t)
{
	return g->first->calls == t->calls &&
	       !memcmp(g->first->call, t->call, t->calls * sizeof(t->call[0]));
}

static void holders_add(struct holders *h, const ksync_ref_tracker_t *t,
			unsigned int limit)
{
	h->all++;
	for (unsigned int n = 0; n < h->groups; n++)
		if (is_of_group(&h->group[n], t)) {
			h->group[n].count++;
			return;
		}
	if (h->groups == GROUPS || h->groups >= limit)
		h->others++;
	else
		h->group[h->groups++] = (struct group){ t, 1 };
}

static void put_counted(struct ksync__text *t, int count, const char *what)
{
	if (!count)
		return;
	ksync__text_put(t, count < 0 ? "  count    -" : "  count    ");
	ksync__text_number(t, (unsigned long)(count < 0 ? -(long)count : count),
			   10);
	ksync__text_put(t, what);
}

/* Locked. How many references are not put. */
static bool put_holders(struct ksync__text *t, struct dir *d,
			unsigned int limit)
{
	int untracked = ksync_atomic_read(&d->untracked);
	int without = ksync_atomic_read(&d->without);
	struct holders h = { 0, 0, 0, { { NULL, 0 } } };

	sweep(d);
	for (const ksync_ref_tracker_t *at = d->held; at; at = at->next)
		holders_add(&h, at, limit);
	ksync__text_put(t, "  name     ");
	ksync__text_put(t, d->name[0] ? d->name : "none");
	ksync__text_put(t, "\n");
	for (unsigned int n = 0; n < h.groups; n++) {
		ksync__text_put(t, "  holds    ");
		ksync__text_number(t, h.group[n].count, 10);
		ksync__text_put(t, " of ");
		ksync__text_number(t, h.all, 10);
		put_calls(t, ", got at ", h.group[n].first->call,
			  h.group[n].first->calls);
	}
	put_counted(t, (int)h.others, " more, got elsewhere\n");
	put_counted(t, untracked, " that were not tracked\n");
	put_counted(t, without, " without trackers\n");
	return h.all || untracked || without;
}

static void leak_tell(const void *object, const char *what, const void *where,
		      struct ksync__text *t)
{
	ksync__misuse_detailed("ref_tracker", object, what,
			       "who got them is to put them, and did not",
			       where, KSYNC_HOLDER_NONE, ksync__details(t),
			       true);
}

void ksync__ref_dir_exit(ksync_ref_tracker_dir_t *dir)
{
	const void *where = KSYNC__CALLER();
	struct dir *d = dir_of(dir);
	struct ksync__text t;
	bool leaks;

	if (!d)
		return;
	dead_check(dir, d, where);
	t = ksync__details_begin();
	ksync__held_begin();
	if (look()) {
		leaks = put_holders(&t, d, GROUPS);
		d->dead = true;
		while (d->put)
			put_free_oldest(d);
		look_away();
		if (leaks)
			leak_tell(dir,
				  "references are held when their directory "
				  "ends",
				  where, &t);
	}
	ksync__details_end(&t);
}

/* What there is of it. */
static struct ksync__text text_of(ksync_ref_tracker_dir_t *dir,
				  unsigned int limit)
{
	struct ksync__text t = ksync__details_begin();
	struct dir *d = dir_of(dir);

	ksync__held_begin();
	if (d && look()) {
		(void)put_holders(&t, d, limit);
		look_away();
	}
	return t;
}

void ksync__ref_dir_print(ksync_ref_tracker_dir_t *dir, unsigned int limit)
{
	struct ksync__text t = text_of(dir, limit);

	(void)ksync__console_write(t.buf, t.length);
	ksync__details_end(&t);
}

int ksync__ref_dir_snprint(ksync_ref_tracker_dir_t *dir, char *buf, size_t size)
{
	struct ksync__text t = text_of(dir, GROUPS);
	size_t n = size && t.length > size - 1 ? size - 1 : t.length;

	if (size) {
		memcpy(buf, t.buf, n);
		buf[n] = '\0';
	}
	ksync__details_end(&t);
	return size ? (int)n : 0;
}

void ksync__ref_tracker_at_exit(void)
{
	for (ksync_u32 n = 0; n < dirs.used && !inherited; n++) {
		struct dir *d = ksync__table_at(&dirs, n);
		struct ksync__text t = ksync__details_begin();
		bool leaks = false;

		if (look()) {
			leaks = !d->dead && put_holders(&t, d, GROUPS);
			look_away();
		}
		if (leaks)
			leak_tell(d->object,
				  "references are held when the process exits",
				  d->made_at, &t);
		ksync__details_end(&t);
	}
}

static void trackers_forked(bool prepared)
{
	(void)prepared;
	inherited = true;
}

static const struct ksync__life_part ref_tracker_life = {
	.floor = KSYNC__FLOOR_WATCH,
	.child = trackers_forked,
};
KSYNC__LIFE_PART(ref_tracker_life);
