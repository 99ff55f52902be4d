/* SPDX-License-Identifier: MIT */
/*
 * Uses of memory that a reader, or a reference, does not keep any more: each
 * case is one such mistake. A sanitizer sees it if threads meet as they must;
 * here they are made to, by step points of the program's own.
 *
 *	corpus CASE forced|free|right
 *
 * forced: the threads pass their step points in the case's order. free: they
 * run as they come. right: without the mistake, as they come.
 */
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ksync/completion.h>
#include <ksync/percpu_ref.h>
#include <ksync/rcu.h>
#include <ksync/revocable.h>
#include <ksync/srcu.h>

#if !KSYNC_STEPS
#error "compile this with -DKSYNC_STEPS=1"
#endif

void (*ksync__step_hook)(const char *place);

struct object {
	long value;
	ksync_percpu_ref_t refs;
};

static struct object *shared;
static bool right;

/* ---- the order of step points ---- */

static const char *const *order; /* of the case, up to NULL */
static int turn; /* relaxed: no sanitizer learns an order of it */

static void pass(const char *place)
{
	int mine = 0;

	while (order[mine] && strcmp(order[mine], place) != 0)
		mine++;
	if (!order[mine])
		return; /* the library's own */
	while (__atomic_load_n(&turn, __ATOMIC_RELAXED) != mine)
		sched_yield();
	__atomic_store_n(&turn, mine + 1, __ATOMIC_RELAXED);
}

static const char *const after_free[] = { "reader.got", "updater.begins",
					  "updater.freed", "reader.touches",
					  NULL };
static const char *const before_init[] = { "updater.published", "reader.looks",
					   "reader.looked", "updater.inits",
					   NULL };

static volatile long seen; /* the reader's */

static void touch(struct object *o)
{
	ksync_watch_step("reader.touches");
	if (o)
		seen = o->value;
}

static struct object *object_make(void)
{
	struct object *o = calloc(1, sizeof(*o));

	if (!o)
		exit(2);
	return o;
}

static void object_free(struct object *o)
{
	free(o);
	ksync_watch_step("updater.freed");
}

/* ---- RCU ---- */

static void rcu_reader(bool stays)
{
	struct object *o;

	ksync_rcu_read_lock();
	o = ksync_rcu_dereference(shared);
	ksync_watch_step("reader.got");
	if (stays)
		touch(o);
	ksync_rcu_read_unlock();
	if (!stays)
		touch(o);
}

static void rcu_updater(bool waits)
{
	struct object *old;

	ksync_watch_step("updater.begins");
	old = ksync_rcu_replace_pointer(shared, NULL, true);
	if (waits)
		ksync_synchronize_rcu();
	object_free(old);
}

static void *rcu_reads(void *arg)
{
	rcu_reader(true);
	return arg;
}

static void *rcu_reads_too_long(void *arg)
{
	rcu_reader(right);
	return arg;
}

static void *rcu_updates(void *arg)
{
	rcu_updater(true);
	return arg;
}

static void *rcu_updates_at_once(void *arg)
{
	rcu_updater(right);
	return arg;
}

/* ---- published before it is whole ---- */

static void *publishes_early(void *arg)
{
	struct object *o = malloc(sizeof(*o));

	if (!o)
		exit(2);
	if (right)
		o->value = 1;
	ksync_rcu_assign_pointer(shared, o);
	ksync_watch_step("updater.published");
	ksync_watch_step("updater.inits");
	if (!right)
		o->value = 1;
	return arg;
}

static void *looks(void *arg)
{
	struct object *o;

	ksync_watch_step("reader.looks");
	ksync_rcu_read_lock();
	o = ksync_rcu_dereference(shared);
	if (o)
		seen = o->value;
	ksync_rcu_read_unlock();
	ksync_watch_step("reader.looked");
	return arg;
}

/* ---- SRCU ---- */

KSYNC_DEFINE_STATIC_SRCU(domain);

static void srcu_reader(bool stays)
{
	int idx = ksync_srcu_read_lock(&domain);
	struct object *o = ksync_srcu_dereference(shared, &domain);

	ksync_watch_step("reader.got");
	if (stays)
		touch(o);
	ksync_srcu_read_unlock(&domain, idx);
	if (!stays)
		touch(o);
}

static void srcu_updater(bool waits)
{
	struct object *old;

	ksync_watch_step("updater.begins");
	old = ksync_rcu_replace_pointer(shared, NULL, true);
	if (waits)
		ksync_synchronize_srcu(&domain);
	object_free(old);
}

static void *srcu_reads(void *arg)
{
	srcu_reader(true);
	return arg;
}

static void *srcu_reads_too_long(void *arg)
{
	srcu_reader(right);
	return arg;
}

static void *srcu_updates(void *arg)
{
	srcu_updater(true);
	return arg;
}

static void *srcu_updates_at_once(void *arg)
{
	srcu_updater(right);
	return arg;
}

/* ---- percpu_ref ---- */

static KSYNC_DECLARE_COMPLETION(confirmed);
static KSYNC_DECLARE_COMPLETION(released);

static void on_confirm(ksync_percpu_ref_t *ref)
{
	(void)ref;
	ksync_complete(&confirmed);
}

static void on_release(ksync_percpu_ref_t *ref)
{
	(void)ref;
	ksync_complete(&released);
}

/* After the confirmation and the last put the object goes. */
static void *ref_ends(void *arg)
{
	struct object *o = arg;

	ksync_watch_step("updater.begins");
	ksync_percpu_ref_kill_and_confirm(&o->refs, on_confirm);
	ksync_wait_for_completion(&confirmed);
	ksync_wait_for_completion(&released);
	ksync_percpu_ref_exit(&o->refs);
	object_free(o);
	return NULL;
}

static void *ref_uses(void *arg)
{
	struct object *o = arg;

	if (right) { /* its reference was got before the thread began */
		touch(o);
		ksync_percpu_ref_put(&o->refs);
		return NULL;
	}
	ksync_percpu_ref_put(&o->refs);
	ksync_watch_step("reader.got");
	touch(o);
	return NULL;
}

/* ---- revocable ---- */

static void box_drop(struct object **o)
{
	object_free(*o);
}

KSYNC_DEFINE_REVOCABLE(box, struct object *, box_drop)
static struct box_revocable box = { KSYNC_REVOCABLE_INIT, NULL };

static void *box_uses(void *arg)
{
	struct box_access a = box_revocable_try_access(&box);
	struct object *o = a.object ? *a.object : NULL;

	ksync_watch_step("reader.got");
	if (right)
		touch(o);
	box_revocable_withdraw(&a);
	if (!right)
		touch(o);
	return arg;
}

static void *box_revokes(void *arg)
{
	ksync_watch_step("updater.begins");
	box_revocable_revoke(&box);
	return arg;
}

/* ---- the cases ---- */

static const struct corpus_case {
	const char *name;
	const char *const *order;
	void *(*reader)(void *arg);
	void *(*updater)(void *arg);
	bool empty; /* nothing is shared at first */
} cases[] = {
	{ "rcu_touch_after_unlock", after_free, rcu_reads_too_long, rcu_updates,
	  false },
	{ "rcu_free_without_grace_period", after_free, rcu_reads,
	  rcu_updates_at_once, false },
	{ "rcu_publish_before_init", before_init, looks, publishes_early,
	  true },
	{ "srcu_touch_after_unlock", after_free, srcu_reads_too_long,
	  srcu_updates, false },
	{ "srcu_free_without_grace_period", after_free, srcu_reads,
	  srcu_updates_at_once, false },
	{ "percpu_ref_use_after_confirm", after_free, ref_uses, ref_ends,
	  false },
	{ "revocable_use_after_withdraw", after_free, box_uses, box_revokes,
	  false },
};

static int run(const struct corpus_case *c)
{
	struct object *o = c->empty ? NULL : object_make();
	pthread_t reader, updater;

	if (c->updater == ref_ends) {
		if (ksync_percpu_ref_init(&o->refs, on_release, 0))
			return 2;
		ksync_percpu_ref_get(&o->refs);
	}
	box.data = o;
	shared = o;
	order = c->order;
	if (pthread_create(&updater, NULL, c->updater, o) ||
	    pthread_create(&reader, NULL, c->reader, o))
		return 2;
	pthread_join(reader, NULL);
	pthread_join(updater, NULL);
	if (c->empty)
		free(shared);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	right = strcmp(argv[2], "right") == 0;
	if (strcmp(argv[2], "forced") == 0)
		ksync__step_hook = pass;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (strcmp(cases[i].name, argv[1]) == 0)
			return run(&cases[i]);
	fprintf(stderr, "corpus: there is no %s\n", argv[1]);
	return 2;
}
