/* SPDX-License-Identifier: MIT */
/*
 * What C11 allows a small program, by axioms: no steps, no views, nothing of
 * the explorer. All candidate executions are written down, and those that break
 * no axiom are kept.
 *
 * A candidate: which store each load reads (rf), each place's order of stores
 * (co), and for each heavy barrier and other thread how many of that thread's
 * light ones came before its turn. From these, with po for program order:
 *
 *	rb	a load, then the stores after the one that it reads
 *	eco	rf, co, rb and what they make together
 *	sw	from a release to an acquire that reads it or what a chain of
 *		read-modify-writes made of it; either may be a fence, before
 *		the store or behind the load
 *	turns	from a light barrier before its turn to the end of the heavy
 *		one, as if that were an acquire fence; from the begin of the
 *		heavy one to a light barrier after its turn
 *	hb	po, sw and turns, and what they make together
 *
 * The axioms are RC11's (Lahav, Vafeiadis, Kang, Hur, Dreyer: Repairing
 * Sequential Consistency in C/C++11, PLDI 2017), with C++20's release sequences
 * and full fences as the only seq_cst operations:
 *
 *	coherence	no hb; eco circle
 *	atomicity	nothing between what an rmw reads and what it stores
 *	fences		F before G if F hb G, or F hb; eco; hb G: no circle
 *	no thin air	no circle of po, rf and turns
 *
 * A full operation is its acq_rel form between two full fences, a full load an
 * acquire behind one; both ends of a heavy barrier are full fences, too.
 */
#include <string.h>

#include "explore_program.h"

#define MAX_EVENTS 64
typedef uint64_t set; /* of events */
#define IN(e) ((set)1 << (e))
#define OPS_ALL (PROGRAM_THREADS * PROGRAM_OPS)
#define INIT (-1)

struct event {
	int thread; /* -1: before all */
	int place;
	bool reads, writes, acquires, releases;
	bool fence, full;
	bool light, shadow; /* shadow: a light barrier, for heavy ones */
	int source;	    /* event that is read */
	int rank;	    /* of a store, in its place's order */
};

struct candidate {
	const struct program *p;
	void (*found)(const struct result *r, void *arg);
	void *arg;

	/* Operations that read, and their source: an operation, or INIT. */
	int reads;
	int read[OPS_ALL];
	int source[OPS_ALL]; /* of each operation */

	/* What they make. */
	enum { UNKNOWN, RAN, SKIPPED, STOPPED } state[OPS_ALL];
	bool wrote[OPS_ALL];
	int64_t result[OPS_ALL], stored[OPS_ALL];

	int events;
	struct event event[MAX_EVENTS];
	int of_op[OPS_ALL];		  /* the event that accesses memory */
	int begin[OPS_ALL], end[OPS_ALL]; /* of a heavy barrier */
	set base[MAX_EVENTS]; /* po and sw: what is directly after */
	set po_rf[MAX_EVENTS];
	set hb[MAX_EVENTS];
	int writes[PROGRAM_PLACES];
	int write[PROGRAM_PLACES][OPS_ALL]; /* in their order */
};

static const struct op *op_at(const struct candidate *c, int op)
{
	return &c->p->op[op / PROGRAM_OPS][op % PROGRAM_OPS];
}

static bool op_is(const struct candidate *c, int op)
{
	return op / PROGRAM_OPS < c->p->threads &&
	       op % PROGRAM_OPS < c->p->ops[op / PROGRAM_OPS];
}

static bool op_reads(const struct op *o)
{
	switch (o->kind) {
	case OP_LOAD:
	case OP_AWAIT:
	case OP_XCHG:
	case OP_ADD:
	case OP_CMPXCHG:
		return true;
	default:
		return false;
	}
}

static bool op_may_write(const struct op *o)
{
	switch (o->kind) {
	case OP_STORE:
	case OP_XCHG:
	case OP_ADD:
	case OP_CMPXCHG:
		return true;
	default:
		return false;
	}
}

/* With what it reads, if anything. */
static void op_run(struct candidate *c, int op, int64_t value)
{
	const struct op *o = op_at(c, op);

	c->state[op] = RAN;
	c->result[op] = op_reads(o) ? value : 0;
	c->wrote[op] = op_may_write(o);
	switch (o->kind) {
	case OP_STORE:
	case OP_XCHG:
		c->stored[op] = o->value;
		break;
	case OP_ADD:
		c->stored[op] = value + o->value;
		break;
	case OP_CMPXCHG:
		c->stored[op] = o->value;
		c->wrote[op] = value == o->expected;
		break;
	case OP_HEAVY:
		c->result[op] = 1;
		break;
	default:
		break;
	}
}

/* Whether a next operation of the thread ran, given those before it. */
static bool op_step(struct candidate *c, int op, int64_t last)
{
	const struct op *o = op_at(c, op);
	int from = c->source[op];

	if (o->when >= 0 && o->when != last) {
		c->state[op] = SKIPPED;
		return true;
	}
	if (!op_reads(o)) {
		op_run(c, op, 0);
	} else if (from == INIT) {
		op_run(c, op, 0);
	} else if (c->state[from] == RAN) {
		op_run(c, op, c->stored[from]);
	} else {
		return false;
	}
	return true;
}

/* As far as one thread comes; true if that is further than before. */
static bool thread_run(struct candidate *c, int thread)
{
	bool more = false, stopped = false;
	int64_t last = 0;

	for (int i = 0; i < c->p->ops[thread]; i++) {
		int op = thread * PROGRAM_OPS + i;

		if (c->state[op] == UNKNOWN) {
			if (stopped)
				c->state[op] = STOPPED;
			else if (!op_step(c, op, last))
				return more;
			more = true;
		}
		if (c->state[op] != RAN)
			continue;
		if (op_reads(op_at(c, op)))
			last = c->result[op];
		if (op_at(c, op)->kind == OP_AWAIT && c->result[op] == 0)
			stopped = true;
	}
	return more;
}

/* Do the sources make an execution? Then all is known of it. */
static bool values_find(struct candidate *c)
{
	bool more = true;

	memset(c->state, 0, sizeof(c->state));
	memset(c->wrote, 0, sizeof(c->wrote));
	while (more) {
		more = false;
		for (int t = 0; t < c->p->threads; t++)
			more |= thread_run(c, t);
	}
	for (int op = 0; op < OPS_ALL; op++) {
		if (!op_is(c, op))
			continue;
		if (c->state[op] == UNKNOWN)
			return false; /* a circle of po and rf */
		if (!op_reads(op_at(c, op)) || c->source[op] == INIT)
			continue;
		if (c->state[op] != RAN || !c->wrote[c->source[op]])
			return false;
	}
	return true;
}

static int event_add(struct candidate *c, int thread)
{
	struct event *e = &c->event[c->events];

	*e = (struct event){ .thread = thread, .place = -1, .source = -1 };
	return c->events++;
}

static void fence_add(struct candidate *c, int thread, int order)
{
	struct event *e = &c->event[event_add(c, thread)];

	e->fence = true;
	e->full = order == __ATOMIC_SEQ_CST;
	e->acquires = order != __ATOMIC_RELEASE;
	e->releases = order != __ATOMIC_ACQUIRE;
}

static void access_add(struct candidate *c, int op)
{
	const struct op *o = op_at(c, op);
	int thread = op / PROGRAM_OPS;
	/* A compare-exchange that fails is a relaxed load. */
	bool ordered = o->kind != OP_CMPXCHG || c->wrote[op];
	struct event *e;

	if (o->order == __ATOMIC_SEQ_CST)
		fence_add(c, thread, o->order);
	c->of_op[op] = event_add(c, thread);
	e = &c->event[c->of_op[op]];
	e->place = o->place;
	e->reads = op_reads(o);
	e->writes = c->wrote[op];
	e->acquires = ordered && e->reads && o->order != __ATOMIC_RELAXED &&
		      o->order != __ATOMIC_RELEASE;
	e->releases = ordered && e->writes && o->order != __ATOMIC_RELAXED &&
		      o->order != __ATOMIC_ACQUIRE;
	if (o->order == __ATOMIC_SEQ_CST && op_may_write(o))
		fence_add(c, thread, o->order);
}

static void op_events(struct candidate *c, int op)
{
	const struct op *o = op_at(c, op);
	int thread = op / PROGRAM_OPS;

	switch (o->kind) {
	case OP_FENCE:
		fence_add(c, thread, o->order);
		break;
	case OP_HEAVY:
		c->begin[op] = c->events;
		fence_add(c, thread, __ATOMIC_SEQ_CST);
		c->end[op] = c->events;
		fence_add(c, thread, __ATOMIC_SEQ_CST);
		break;
	case OP_LIGHT:
		c->event[event_add(c, thread)].light = true;
		c->event[event_add(c, thread)].shadow = true;
		break;
	default:
		access_add(c, op);
		break;
	}
}

static void events_make(struct candidate *c)
{
	c->events = 0;
	for (int place = 0; place < PROGRAM_PLACES; place++) {
		struct event *e = &c->event[event_add(c, -1)];

		e->place = place;
		e->writes = true;
		c->writes[place] = 0;
		c->write[place][c->writes[place]++] = place;
	}
	for (int op = 0; op < OPS_ALL; op++) {
		int place = op_at(c, op)->place;

		if (!op_is(c, op) || c->state[op] != RAN)
			continue;
		op_events(c, op);
		if (c->wrote[op])
			c->write[place][c->writes[place]++] = c->of_op[op];
	}
	for (int op = 0; op < OPS_ALL; op++)
		if (op_is(c, op) && c->state[op] == RAN &&
		    op_reads(op_at(c, op)))
			c->event[c->of_op[op]].source =
				c->source[op] == INIT ? op_at(c, op)->place :
							c->of_op[c->source[op]];
}

/* In program order, or one is before all; a shadow has nothing behind it. */
static bool before(const struct candidate *c, int a, int b)
{
	const struct event *x = &c->event[a], *y = &c->event[b];

	if (x->thread < 0)
		return y->thread >= 0;
	return x->thread == y->thread && a < b && !x->shadow;
}

/* From who releases by the store w, to that who acquires. */
static void sw_add(struct candidate *c, int w, int acquirer)
{
	if (c->event[w].releases)
		c->base[w] |= IN(acquirer);
	for (int f = 0; f < w; f++)
		if (c->event[f].fence && c->event[f].releases &&
		    before(c, f, w))
			c->base[f] |= IN(acquirer);
}

static void sw_find(struct candidate *c, int r)
{
	int w = c->event[r].source;

	for (;;) {
		if (c->event[r].acquires)
			sw_add(c, w, r);
		for (int f = r + 1; f < c->events; f++)
			if (((c->event[f].fence && c->event[f].acquires) ||
			     c->event[f].shadow) &&
			    before(c, r, f))
				sw_add(c, w, f);
		if (!c->event[w].reads)
			break;
		w = c->event[w].source; /* a read-modify-write's own */
	}
}

static void base_make(struct candidate *c)
{
	memset(c->base, 0, sizeof(c->base));
	for (int a = 0; a < c->events; a++)
		for (int b = 0; b < c->events; b++)
			if (before(c, a, b))
				c->base[a] |= IN(b);
	memcpy(c->po_rf, c->base, sizeof(c->base));
	for (int r = 0; r < c->events; r++)
		if (c->event[r].reads) {
			c->po_rf[c->event[r].source] |= IN(r);
			sw_find(c, r);
		}
}

static void close(set *relation, int events)
{
	for (int by = 0; by < events; by++)
		for (int a = 0; a < events; a++)
			if (relation[a] & IN(by))
				relation[a] |= relation[by];
}

static bool has_circle(const set *relation, int events)
{
	for (int a = 0; a < events; a++)
		if (relation[a] & IN(a))
			return true;
	return false;
}

/* What is after each event by eco. Stores have their ranks. */
static void eco_make(const struct candidate *c, set *eco)
{
	memset(eco, 0, MAX_EVENTS * sizeof(*eco));
	for (int a = 0; a < c->events; a++)
		for (int b = 0; b < c->events; b++) {
			const struct event *x = &c->event[a], *y = &c->event[b];

			if (a == b || x->place < 0 || x->place != y->place)
				continue;
			if (y->reads && y->source == a)
				eco[a] |= IN(b);
			if (!y->writes)
				continue;
			if (x->writes && x->rank < y->rank)
				eco[a] |= IN(b);
			if (x->reads && c->event[x->source].rank < y->rank)
				eco[a] |= IN(b);
		}
	close(eco, c->events);
}

static bool coherent(const struct candidate *c, const set *eco)
{
	for (int a = 0; a < c->events; a++)
		for (int b = 0; b < c->events; b++)
			if ((c->hb[a] & IN(b)) && (eco[b] & IN(a)))
				return false;
	return true;
}

static bool fences_agree(const struct candidate *c, const set *eco)
{
	set after[MAX_EVENTS] = { 0 };
	set full = 0;

	for (int f = 0; f < c->events; f++)
		if (c->event[f].full)
			full |= IN(f);
	for (int f = 0; f < c->events; f++) {
		set reached = c->hb[f];

		if (!(full & IN(f)))
			continue;
		for (int a = 0; a < c->events; a++)
			if (c->hb[f] & IN(a))
				for (int b = 0; b < c->events; b++)
					if (eco[a] & IN(b))
						reached |= c->hb[b];
		after[f] = reached & full;
	}
	close(after, c->events);
	return !has_circle(after, c->events);
}

static void tell(const struct candidate *c)
{
	struct result r;

	for (int op = 0; op < OPS_ALL; op++) {
		int64_t value = RESULT_NONE;

		if (op_is(c, op) && c->state[op] == SKIPPED)
			value = RESULT_SKIPPED;
		else if (op_is(c, op) && c->state[op] == RAN &&
			 !(op_at(c, op)->kind == OP_AWAIT &&
			   c->result[op] == 0))
			value = c->result[op];
		r.of[op / PROGRAM_OPS][op % PROGRAM_OPS] = value;
	}
	for (int place = 0; place < PROGRAM_PLACES; place++) {
		int last = c->write[place][c->writes[place] - 1];

		r.final[place] = 0;
		for (int op = 0; op < OPS_ALL; op++)
			if (op_is(c, op) && c->wrote[op] &&
			    c->of_op[op] == last)
				r.final[place] = c->stored[op];
	}
	c->found(&r, c->arg);
}

/* Who waits for ever has read what is there for ever. */
static bool waits_for_news(const struct candidate *c)
{
	for (int op = 0; op < OPS_ALL; op++) {
		int place = op_at(c, op)->place;

		if (op_is(c, op) && c->state[op] == RAN &&
		    op_at(c, op)->kind == OP_AWAIT && c->result[op] == 0 &&
		    c->event[c->of_op[op]].source !=
			    c->write[place][c->writes[place] - 1])
			return false;
	}
	return true;
}

static void orders_judge(const struct candidate *c)
{
	set eco[MAX_EVENTS];

	if (!waits_for_news(c))
		return;
	eco_make(c, eco);
	if (coherent(c, eco) && fences_agree(c, eco))
		tell(c);
}

static void swap(int *a, int *b)
{
	int was = *a;

	*a = *b;
	*b = was;
}

/* Try each store next in the place's order, then the other places. */
static void orders_try(struct candidate *c, int place, int from)
{
	int *order = c->write[place];

	if (place == PROGRAM_PLACES) {
		orders_judge(c);
		return;
	}
	if (from == c->writes[place]) {
		orders_try(c, place + 1, 1);
		return;
	}
	for (int i = from; i < c->writes[place]; i++) {
		struct event *e = &c->event[order[i]];

		/* Atomicity. */
		if (e->reads && e->source != order[from - 1])
			continue;
		swap(&order[from], &order[i]);
		e->rank = from;
		orders_try(c, place, from + 1);
		swap(&order[from], &order[i]);
	}
}

static void orders_all(struct candidate *c)
{
	memcpy(c->hb, c->base, sizeof(c->hb));
	close(c->hb, c->events);
	if (has_circle(c->hb, c->events))
		return;
	for (int place = 0; place < PROGRAM_PLACES; place++)
		c->event[c->write[place][0]].rank = 0;
	orders_try(c, 0, 1);
}

/* So many of the thread's light barriers come before its turn. */
static void turn_add(struct candidate *c, int op, int thread, int early)
{
	int begin = c->begin[op], end = c->end[op];
	int lights = 0;

	for (int e = 0; e < c->events; e++) {
		int from = e, to = end;

		if (c->event[e].thread != thread)
			continue;
		lights += c->event[e].light;
		if (c->event[e].light && lights > early) {
			from = begin;
			to = e;
		} else if (!c->event[e].shadow || lights > early) {
			continue;
		}
		c->base[from] |= IN(to);
		c->po_rf[from] |= IN(to);
	}
}

static int lights_of(const struct candidate *c, int thread)
{
	int count = 0;

	for (int e = 0; e < c->events; e++)
		count += c->event[e].thread == thread && c->event[e].light;
	return count;
}

/* For each heavy barrier and other thread, each place of its turn. */
static void turns_try(struct candidate *c, int op, int thread)
{
	set base[MAX_EVENTS], po_rf[MAX_EVENTS];

	while (op < OPS_ALL && (!op_is(c, op) || c->state[op] != RAN ||
				op_at(c, op)->kind != OP_HEAVY)) {
		op++;
		thread = 0;
	}
	if (op == OPS_ALL) {
		memcpy(po_rf, c->po_rf, sizeof(po_rf));
		close(po_rf, c->events);
		if (!has_circle(po_rf, c->events))
			orders_all(c);
		return;
	}
	if (thread == c->p->threads) {
		turns_try(c, op + 1, 0);
		return;
	}
	if (thread == op / PROGRAM_OPS) {
		turns_try(c, op, thread + 1);
		return;
	}
	memcpy(base, c->base, sizeof(base));
	memcpy(po_rf, c->po_rf, sizeof(po_rf));
	for (int early = 0; early <= lights_of(c, thread); early++) {
		turn_add(c, op, thread, early);
		turns_try(c, op, thread + 1);
		memcpy(c->base, base, sizeof(base));
		memcpy(c->po_rf, po_rf, sizeof(po_rf));
	}
}

static void sources_judge(struct candidate *c)
{
	if (!values_find(c))
		return;
	events_make(c);
	base_make(c);
	turns_try(c, 0, 0);
}

/* Each source for each operation that reads. */
static void sources_try(struct candidate *c, int n)
{
	int op = c->read[n];

	if (n == c->reads) {
		sources_judge(c);
		return;
	}
	c->source[op] = INIT;
	sources_try(c, n + 1);
	for (int from = 0; from < OPS_ALL; from++) {
		if (from == op || !op_is(c, from) ||
		    !op_may_write(op_at(c, from)) ||
		    op_at(c, from)->place != op_at(c, op)->place)
			continue;
		c->source[op] = from;
		sources_try(c, n + 1);
	}
}

void axioms_enumerate(const struct program *p,
		      void (*found)(const struct result *r, void *arg),
		      void *arg)
{
	struct candidate c = { .p = p, .found = found, .arg = arg };

	for (int op = 0; op < OPS_ALL; op++)
		if (op_is(&c, op) && op_reads(op_at(&c, op)))
			c.read[c.reads++] = op;
	sources_try(&c, 0);
}
