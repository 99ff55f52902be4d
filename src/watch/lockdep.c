/* SPDX-License-Identifier: MIT */
/*
 * The graph of orders: classes (classes.c) and what leads from one to another,
 * learned from chains of held locks, each once (chains.c).
 *
 * A step "A then B" is an edge from A to B. Each end says how it was held:
 *
 *	first	E alone, S beside readers: who waits for it
 *	then	N waits for readers, too; R reads, beside readers that do
 *
 * An edge has a bit for each pair that was seen. A way over edges means that
 * its first lock's holder may have to wait for its last, unless at some lock on
 * it a reader (xR) comes to one that readers hold (Sx): there nobody waits. A
 * circle of edges without such a place is a deadlock.
 *
 *  I1  Edges are never freed.
 *  I2  A chain is known only when all its edges are in the graph. A known one
 *      is not looked at again: that is what makes a lock cheap.
 *  I3  A trylock waits for nobody, so no edge leads to it; but others wait for
 *      it, so edges lead from it.
 *  I4  A step that closed a circle was told; it is marked, and no way leads
 *      over it, or each later report would tell of it again.
 *  I5  What is taken in a lock has a step from that lock alone, and a way from
 *      those before it; unless there is none that counts. A lock that stands
 *      apart (tried; a reader that may read again; ordered by another lock) has
 *      none to it, so that steps are made from those before it, too.
 */
#include <ksync/atomic.h>
#include <ksync/raw_lock.h>
#include <ksync/watch.h>

#include "graph.h"
#include "table.h"

#define EN 1u
#define ER 2u
#define SN 4u
#define SR 8u
#define FIRST_ALONE (EN | ER)
#define THEN_WAITS (EN | SN)

static struct {
	ksync__raw_lock_t lock;
	ksync_u32 search;
	struct ksync__table edges; /* entry n is edge n + 1 */
} graph = { .edges = { .entry = sizeof(struct ksync__edge) } };

struct ksync__edge *ksync__edge_at(ksync_u32 id)
{
	return ksync__table_at(&graph.edges, id - 1);
}

ksync_u32 ksync__edge_count(void)
{
	return graph.edges.used;
}

void ksync__lockdep_lock(void)
{
	if (ksync_likely(ksync__raw_lock_fast(&graph.lock)))
		return;
	if (ksync__held_may_nap())
		(void)ksync__raw_lock_wait(&graph.lock, KSYNC__NEVER);
	else
		(void)ksync__raw_lock_spin(&graph.lock, KSYNC__NEVER);
}

void ksync__lockdep_unlock(void)
{
	ksync__raw_unlock(&graph.lock);
}

static unsigned char step_bit(const struct ksync__held *first,
			      const struct ksync__held *then)
{
	bool reads = then->shared == SHARED_RECURSIVE;

	if (first->shared)
		return reads ? SR : SN;
	return reads ? ER : EN;
}

static struct ksync__edge *edge_find(ksync_u32 first, ksync_u32 then)
{
	ksync_u32 id = ksync__class_at(first)->after;

	while (id && ksync__edge_at(id)->then != then)
		id = ksync__edge_at(id)->next;
	return id ? ksync__edge_at(id) : NULL;
}

/* NULL: no memory. */
static struct ksync__edge *edge_make(const struct ksync__held *first,
				     const struct ksync__held *then)
{
	struct ksync__class *c = ksync__class_at(first->class_id);
	struct ksync__edge *e = ksync__table_add(&graph.edges);

	if (!e)
		return NULL;
	e->first = first->class_id;
	e->then = then->class_id;
	e->next = c->after;
	c->after = graph.edges.used;
	return e;
}

static struct ksync__edge_seen *edge_seen(struct ksync__edge *e,
					  unsigned int bits)
{
	return &e->seen[__builtin_ctz(bits)];
}

/* Of an edge, what a way that comes to its first class may go on by. */
static unsigned int edge_bits(const struct ksync__edge *e, bool reads)
{
	unsigned int bits = e->bits & (reads ? FIRST_ALONE : ~0u);

	return bits & THEN_WAITS ? bits & THEN_WAITS : bits;
}

/* The state, if the search was not there yet. */
static struct ksync__class_state *state_new(ksync_u32 id, bool reads)
{
	struct ksync__class *c = ksync__class_at(id);

	/* Where every edge may be gone on by was reached before: enough. */
	if (c->state[false].search == graph.search ||
	    c->state[reads].search == graph.search)
		return NULL;
	c->state[reads].search = graph.search;
	return &c->state[reads];
}

/*
 * The shortest way from "from" to "to" that is a deadlock with a step back. Its
 * last edge, or 0; and the state of that edge's first class.
 */
static ksync_u32 way_find(const struct ksync__held *from,
			  const struct ksync__held *to, bool *reads)
{
	ksync_u32 head =
		from->class_id * 2 + (from->shared == SHARED_RECURSIVE);
	ksync_u32 tail = head;

	graph.search++;
	*state_new(head / 2, head % 2) =
		(struct ksync__class_state){ graph.search, 0, 0, 0 };
	for (; head; head = ksync__class_at(head / 2)->state[head % 2].queue) {
		ksync_u32 id = ksync__class_at(head / 2)->after;

		for (; id; id = ksync__edge_at(id)->next) {
			struct ksync__edge *e = ksync__edge_at(id);
			unsigned int bits = edge_bits(e, head % 2);
			bool then_reads = !(bits & THEN_WAITS);
			struct ksync__class_state *s;

			if (!bits || ksync__class_at(e->then)->forgotten)
				continue;
			*reads = head % 2;
			if (e->then == to->class_id &&
			    !(then_reads && to->shared))
				return id;
			s = state_new(e->then, then_reads);
			if (!s)
				continue;
			*s = (struct ksync__class_state){ graph.search, id, 0,
							  *reads };
			ksync__class_at(tail / 2)->state[tail % 2].queue =
				e->then * 2 + then_reads;
			tail = e->then * 2 + then_reads;
		}
	}
	return 0;
}

/* The edge before this one on the way that was found; 0: it is the first. */
static ksync_u32 way_back(ksync_u32 id, bool *reads)
{
	struct ksync__class_state *s =
		&ksync__class_at(ksync__edge_at(id)->first)->state[*reads];

	*reads = s->reads;
	return s->edge;
}

/* The way that was found, and the step that closes it. */
static void circle_tell(struct ksync__circle *circle, ksync_u32 last,
			bool reads, const struct ksync__held *first,
			const struct ksync__held *then, int tid)
{
	bool state = reads;
	unsigned int n = 1;

	for (ksync_u32 id = last; id; id = way_back(id, &state))
		n++;
	circle->steps = n;
	if (n > KSYNC__CIRCLE_STEPS)
		n = KSYNC__CIRCLE_STEPS;
	circle->step[--n] =
		(struct ksync__circle_step){ ksync__class_name(first->class_id),
					     ksync__class_name(then->class_id),
					     first->where, then->where, tid };
	for (ksync_u32 id = last; n; id = way_back(id, &reads)) {
		struct ksync__edge *e = ksync__edge_at(id);
		const struct ksync__edge_seen *s =
			edge_seen(e, edge_bits(e, reads));

		circle->step[--n] = (struct ksync__circle_step){
			ksync__class_name(e->first), ksync__class_name(e->then),
			s->held_at, s->then_at, s->tid
		};
	}
}

enum step {
	STEP_MADE,   /* ways lead over it */
	STEP_TOLD,   /* I4 */
	STEP_CLOSES, /* a circle, which is told now */
	STEP_LOST,   /* no memory */
};

/* Under the graph's lock. */
static enum step step_learn(const struct ksync__held *first,
			    const struct ksync__held *then, int tid,
			    struct ksync__circle *circle)
{
	struct ksync__edge *e = edge_find(first->class_id, then->class_id);
	unsigned char bit = step_bit(first, then);
	ksync_u32 last;
	bool reads;

	if (e && ((e->bits | e->told) & bit))
		return e->bits & bit ? STEP_MADE : STEP_TOLD;
	if (!e)
		e = edge_make(first, then);
	if (e)
		*edge_seen(e, bit) = (struct ksync__edge_seen){ tid,
								first->where,
								then->where };
	last = way_find(then, first, &reads);
	if (last)
		circle_tell(circle, last, reads, first, then, tid);
	if (e)
		*(last ? &e->told : &e->bits) |= bit;
	if (last)
		return STEP_CLOSES;
	return e ? STEP_MADE : STEP_LOST;
}

bool ksync__step_learn(const struct ksync__held *first,
		       const struct ksync__held *then, int tid,
		       struct ksync__circle *circle)
{
	return step_learn(first, then, tid, circle) == STEP_CLOSES;
}

bool ksync__chain_learn(const struct ksync__held *held, unsigned int depth,
			const struct ksync__held *then, int tid,
			struct ksync__circle *circle)
{
	enum step step = STEP_MADE;
	bool known;

	ksync__lockdep_lock();
	known = ksync__chain_known(then->chain);
	for (unsigned int n = known ? 0 : depth; n--;) {
		const struct ksync__held *first = &held[n];

		/* Of two of a class something else says which comes first. */
		if (!first->class_id || first->class_id == then->class_id)
			continue;
		step = step_learn(first, then, tid, circle);
		if (step == STEP_CLOSES || step == STEP_LOST ||
		    (step == STEP_MADE && !first->apart)) /* I5 */
			break;
	}
	/* Of a circle's chain the rest is looked at when it is taken again. */
	if (!known && step != STEP_CLOSES && step != STEP_LOST)
		ksync__chain_put(then->chain);
	ksync__lockdep_unlock();
	return step == STEP_CLOSES;
}
