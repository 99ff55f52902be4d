/* SPDX-License-Identifier: MIT */
/*
 * What the checked library says: the words for what it finds. The details of a
 * report are lines like those of print.c.
 */
#include <ksync/atomic.h>

#include "checked_report.h"
#include "checks.h"
#include "held.h"
#include "kinds.h"
#include "port/port.h"
#include "report.h"
#include "text.h"

#define DETAILS 4000

/* Not on the stack of who is reported: that may be one of 16 KiB. Of a hook
 * that does not return it remains. */
struct ksync__text ksync__details_begin(void)
{
	static char nothing[1];
	char *buf = ksync__pages_alloc(DETAILS);

	return (struct ksync__text){ buf ? buf : nothing, buf ? DETAILS - 1 : 0,
				     0 };
}

const char *ksync__details(const struct ksync__text *t)
{
	return t->length ? t->buf : NULL;
}

void ksync__details_end(const struct ksync__text *t)
{
	if (t->room)
		ksync__pages_free(t->buf, DETAILS);
}

static void put_class(struct ksync__text *t, struct ksync__class_name c)
{
	ksync__text_put(t, c.name[0] ? c.name : "lock");
	if (c.subclass) {
		ksync__text_put(t, "/");
		ksync__text_number(t, c.subclass, 10);
	}
	ksync__text_put(t, " (");
	ksync__text_put(t, ksync__lock_kind(c.kind)->name);
	ksync__text_put(t, ")");
}

static struct ksync__class_name name_of(const struct ksync__held *h)
{
	if (h->class_id)
		return ksync__class_name(h->class_id);
	return (struct ksync__class_name){ h->name ? h->name : "", 0, h->kind };
}

/* "  held     A (mutex), taken at 0x..." for each, the newest first; and
 * "  section  that may not sleep, since 0x..." of ksync_non_block_start() or
 * of disabled interrupts. */
static void put_held(struct ksync__text *t)
{
	const struct ksync__held *held = ksync__mine.list;
	const void *section = ksync__context_section();

	for (unsigned int n = ksync__mine.depth; n--;) {
		ksync__text_put(t, "  held     ");
		put_class(t, name_of(&held[n]));
		ksync__text_put(t, ", taken at ");
		ksync__text_address(t, held[n].where);
		ksync__text_put(t, "\n");
	}
	if (section) {
		ksync__text_put(t, "  section  that may not sleep, since ");
		ksync__text_address(t, section);
		ksync__text_put(t, "\n");
	}
}

static bool is_signal(struct ksync__class_name c)
{
	return c.kind == KSYNC_KIND_SIGNAL;
}

static void put_step(struct ksync__text *t,
		     const struct ksync__circle_step *step, bool last)
{
	ksync__text_put(t, last ? "  now      " : "  before   ");
	if (is_signal(step->then)) {
		ksync__text_put(t, step->then.name);
		ksync__text_put(t, " may come");
	} else {
		put_class(t, step->then);
		ksync__text_put(t, " at ");
		ksync__text_address(t, step->then_at);
	}
	if (is_signal(step->first)) {
		ksync__text_put(t, "\n             in the handler of ");
		ksync__text_put(t, step->first.name);
		ksync__text_put(t, ", ");
	} else {
		ksync__text_put(t, "\n             while holding ");
		put_class(t, step->first);
		ksync__text_put(t, " taken at ");
	}
	ksync__text_address(t, step->held_at);
	ksync__text_put(t, "\n             in thread ");
	ksync__text_number(t, (unsigned long)step->tid, 10);
	ksync__text_put(t, "\n");
}

/* ---- the scenario: a column for each thread ---- */

#define COLUMNS 4u
#define COLUMN_WIDTH 28u

struct actor {
	struct ksync__class_name takes;
	struct ksync__class_name waits;
	const char *signal; /* in whose handler it waits; or NULL */
};

/* A thread and the handler that interrupts it are one. */
static unsigned int actors_of(const struct ksync__circle *circle,
			      unsigned int steps, struct actor *actor)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < steps; i++) {
		const struct ksync__circle_step *s = &circle->step[i];
		const struct ksync__circle_step *next =
			&circle->step[(i + 1) % steps];

		if (is_signal(s->first))
			continue;
		actor[n++] = (struct actor){
			s->first, is_signal(s->then) ? next->then : s->then,
			is_signal(s->then) ? s->then.name : NULL
		};
	}
	return n;
}

/* The line is one of thread n. */
static void put_column(struct ksync__text *t, unsigned int n, unsigned int of)
{
	ksync__text_put(t, "  scenario ");
	if (of > COLUMNS) {
		ksync__text_put(t, "thread ");
		ksync__text_number(t, n + 1, 10);
		ksync__text_put(t, " ");
		return;
	}
	for (unsigned int i = 0; i < n * COLUMN_WIDTH; i++)
		ksync__text_put(t, " ");
}

static void put_heads(struct ksync__text *t, unsigned int of)
{
	for (unsigned int n = 0; n < of && of <= COLUMNS; n++) {
		size_t begin = t->length;

		ksync__text_put(t, n ? "thread " : "  scenario thread ");
		ksync__text_number(t, n + 1, 10);
		while (n + 1 < of && t->length < t->room &&
		       t->length - begin < COLUMN_WIDTH + (n ? 0u : 11u))
			ksync__text_put(t, " ");
		ksync__text_put(t, n + 1 < of ? "" : "\n");
	}
}

static void put_act(struct ksync__text *t, const char *act,
		    struct ksync__class_name c)
{
	ksync__text_put(t, act);
	put_class(t, c);
	ksync__text_put(t, "\n");
}

/* What each has taken when all wait. */
static void put_scenario(struct ksync__text *t,
			 const struct ksync__circle *circle, unsigned int steps)
{
	struct actor actor[KSYNC__CIRCLE_STEPS];
	unsigned int of = actors_of(circle, steps, actor);

	put_heads(t, of);
	for (unsigned int n = 0; n < of; n++) {
		put_column(t, n, of);
		put_act(t, "takes ", actor[n].takes);
	}
	for (unsigned int n = 0; n < of; n++) {
		if (actor[n].signal) {
			put_column(t, n, of);
			ksync__text_put(t, "<");
			ksync__text_put(t, actor[n].signal);
			ksync__text_put(t, ">\n");
		}
		put_column(t, n, of);
		put_act(t, "waits for ", actor[n].waits);
	}
}

static bool has_signal(const struct ksync__circle *circle, unsigned int steps)
{
	for (unsigned int n = 0; n < steps; n++)
		if (is_signal(circle->step[n].first))
			return true;
	return false;
}

/* Is it waited for only, and taken by others? */
static bool is_event(struct ksync__class_name c)
{
	return c.kind == KSYNC_KIND_RCU || c.kind == KSYNC_KIND_SRCU ||
	       c.kind == KSYNC_KIND_COMPLETION || c.kind == KSYNC_KIND_KTHREAD;
}

/* "  change   take A (mutex) before B (mutex) here, as at 0x..." */
static void put_change(struct ksync__text *t,
		       const struct ksync__circle *circle, unsigned int steps)
{
	const struct ksync__circle_step *now = &circle->step[steps - 1];

	if (is_event(now->then)) {
		ksync__text_put(t, "  change   give back ");
		put_class(t, now->first);
		put_act(t, " before the wait for ", now->then);
		return;
	}
	ksync__text_put(t, "  change   take ");
	put_class(t, now->then);
	ksync__text_put(t, " before ");
	put_class(t, now->first);
	ksync__text_put(t, " here, as at ");
	ksync__text_address(t, circle->step[0].then_at);
	ksync__text_put(t, "\n");
}

static void tell(const char *type, const void *object, const char *what,
		 const char *advice, const void *where, int holder,
		 struct ksync__text *t, bool again)
{
	ksync__misuse_detailed(type, object, what, advice, where, holder,
			       ksync__details(t), again);
	ksync__details_end(t);
}

void ksync__tell_circle(const struct ksync__held *next,
			const struct ksync__circle *circle)
{
	struct ksync__text t;
	unsigned int steps = circle->steps < KSYNC__CIRCLE_STEPS ?
				     circle->steps :
				     KSYNC__CIRCLE_STEPS;

	for (unsigned int n = 0; n < steps; n++)
		if (ksync__is_suppressed(circle->step[n].first.name))
			return;
	t = ksync__details_begin();
	for (unsigned int n = 0; n < steps; n++)
		put_step(&t, &circle->step[n], n + 1 == steps);
	put_scenario(&t, circle, steps);
	if (has_signal(circle, steps)) {
		tell(ksync__lock_kind(next->kind)->name, next->lock,
		     "taken in a signal handler, and where its signal may come",
		     "block the signal where the lock is held: by _irqsave "
		     "forms, after ksync_irq_signals_set(true), or by "
		     "pthread_sigmask()",
		     next->where, KSYNC_HOLDER_NONE, &t, true);
		return;
	}
	put_change(&t, circle, steps);
	tell(ksync__lock_kind(next->kind)->name, next->lock,
	     "taken in an order that can deadlock",
	     "take these locks in one order everywhere; a _nested form or a "
	     "class of its own tells why it cannot happen",
	     next->where, KSYNC_HOLDER_NONE, &t, true);
}

static void tell_twice(const struct ksync__held *next,
		       const struct ksync__held *held, const char *what,
		       const char *advice)
{
	struct ksync__text t;

	if (ksync__is_suppressed(name_of(next).name))
		return;
	t = ksync__details_begin();
	ksync__text_put(&t, "  held     ");
	put_class(&t, name_of(held));
	ksync__text_put(&t, " 0x");
	ksync__text_number(&t, (unsigned long)held->lock, 16);
	ksync__text_put(&t, ", taken at ");
	ksync__text_address(&t, held->where);
	ksync__text_put(&t, "\n");
	tell(ksync__lock_kind(next->kind)->name, next->lock, what, advice,
	     next->where, KSYNC_HOLDER_NONE, &t, false);
}

void ksync__tell_class_twice(const struct ksync__held *next,
			     const struct ksync__held *held)
{
	tell_twice(next, held, "taken while another lock of its class is held",
		   "two threads that take two such locks in different orders "
		   "deadlock; a _nested form tells which comes first");
}

void ksync__tell_against_cmp(const struct ksync__held *next,
			     const struct ksync__held *held)
{
	tell_twice(next, held,
		   "taken out of the order that its class's compare function "
		   "says",
		   "take the locks of the class in that order");
}

void ksync__tell_read_twice(const struct ksync__held *next,
			    const struct ksync__held *held)
{
	tell_twice(
		next, held, "read again by its reader",
		"a writer that waits in between keeps new readers out: split "
		"the function that expects it to be held");
}

void ksync__tell_waiters(const struct ksync__dep_map *map, const void *lock,
			 const void *where, const struct ksync__waiter *waiter,
			 unsigned int count)
{
	struct ksync__text t;

	for (unsigned int n = 0; n < count; n++)
		if (ksync__is_suppressed(waiter[n].name))
			return;
	t = ksync__details_begin();
	for (unsigned int n = 0; n < count; n++) {
		ksync__text_put(&t, "  waits    thread ");
		ksync__text_number(&t, (unsigned long)waiter[n].tid, 10);
		ksync__text_put(&t, " for ");
		put_class(&t, (struct ksync__class_name){
				      waiter[n].name ? waiter[n].name : "", 0,
				      waiter[n].kind });
		ksync__text_put(&t, " of thread ");
		ksync__text_number(&t, (unsigned long)waiter[n].holder, 10);
		ksync__text_put(&t, "\n");
	}
	put_held(&t);
	tell(ksync__lock_kind(map->kind)->name, lock,
	     "threads wait for each other, and none will go on",
	     "take these locks in one order everywhere", where,
	     waiter[0].holder, &t, true);
}

void ksync__tell_nest(const struct ksync__held *next)
{
	struct ksync__text t;

	if (ksync__is_suppressed(name_of(next).name))
		return;
	t = ksync__details_begin();
	put_held(&t);
	tell(ksync__lock_kind(next->kind)->name, next->lock,
	     "ordered by a lock that is not held",
	     "take the lock that a _nest_lock form names before it",
	     next->where, KSYNC_HOLDER_NONE, &t, false);
}

void ksync__tell_deadlock(const char *type, const void *object,
			  const char *what, const char *advice,
			  const void *where, int holder_tid)
{
	struct ksync__text t = ksync__details_begin();

	put_held(&t);
	ksync__deadlock_detailed(type, object, what, advice, where, holder_tid,
				 ksync__details(&t));
	ksync__details_end(&t);
}

void ksync__tell_recursion(const struct ksync__held *next)
{
	ksync__tell_deadlock(
		ksync__lock_kind(next->kind)->name, next->lock,
		"locked again by its holder",
		"it is not recursive: split the function that expects the lock "
		"held",
		next->where, KSYNC_READ_ONCE(next->map->holder));
}

void ksync__tell_context(const char *type, const void *object, const char *what,
			 const char *advice, const void *where)
{
	struct ksync__text t = ksync__details_begin();

	put_held(&t);
	tell(type, object, what, advice, where, KSYNC_HOLDER_NONE, &t, false);
}

static void put_name(struct ksync__text *t, const char *name)
{
	ksync__text_put(t, "  name     ");
	ksync__text_put(t, name ? name : "none");
	ksync__text_put(t, "\n");
}

void ksync__tell_left(const struct ksync__held *h, const char *what)
{
	struct ksync__text t;

	if (ksync__is_suppressed(name_of(h).name))
		return;
	t = ksync__details_begin();
	put_name(&t, name_of(h).name);
	ksync__text_put(&t, "  taken    last at ");
	ksync__text_address(&t, h->where);
	ksync__text_put(&t, "\n");
	tell(ksync__lock_kind(h->kind)->name, h->lock, what,
	     "release it on every way out", h->where,
	     h->shared ? KSYNC_HOLDER_NONE : ksync__mine.tid, &t, false);
}

void ksync__tell_map(const struct ksync__dep_map *map, const void *lock,
		     const char *what, const char *advice, const void *where)
{
	struct ksync__text t;
	const void *taken = KSYNC_READ_ONCE(map->where);

	if (ksync__is_suppressed(map->name))
		return;
	t = ksync__details_begin();
	if (map->kind == KSYNC_KIND_NONE || map->kind >= KSYNC_KINDS)
		taken = NULL;
	else
		put_name(&t, map->name);
	if (taken) {
		ksync__text_put(&t, "  taken    last at ");
		ksync__text_address(&t, taken);
		ksync__text_put(&t, "\n");
	}
	tell(ksync__lock_kind(map->kind)->name, lock, what, advice, where,
	     KSYNC_READ_ONCE(map->holder), &t, false);
}
