/* SPDX-License-Identifier: MIT */
/*
 * What the files of the graph of orders share: classes, and the set of what was
 * looked at. All under the graph's lock (ksync__lockdep_lock()), unless said
 * otherwise.
 */
#ifndef KSYNC_SRC_GRAPH_H
#define KSYNC_SRC_GRAPH_H

#include "lockdep.h"

#define KSYNC__CLASS_NAME 40

struct ksync__class {
	char name[KSYNC__CLASS_NAME];
	unsigned char kind;
	unsigned char subclass;
	bool forgotten;
	ksync_u32 sub[KSYNC_SUBCLASSES]; /* of subclass 0: the others */
	ksync_u32 after;		 /* first of the edges from it */
	ksync_lock_cmp_fn cmp;		 /* ORDER classes.id */
	struct ksync__lock_stat *stat;	 /* ORDER stat_record.made */
	/* usage.c: alone, and beside readers, where which signals could
	 * interrupt whoever takes it. */
	struct ksync__open {
		ksync_u64 signals;
		const void *where;
		int tid;
	} open[2];
	/* Of the present search, by "the last edge was one that reads". */
	struct ksync__class_state {
		ksync_u32 search;
		ksync_u32 edge;	 /* by which it was reached */
		ksync_u32 queue; /* next in the queue, as id * 2 + reads */
		bool reads;	 /* state of that edge's first class */
	} state[2];
};

/* classes.c. Class number id, which somebody got; without the lock, too. */
struct ksync__class *ksync__class_at(ksync_u32 id);
/* A new class of this name; 0: no memory. */
ksync_u32 ksync__class_make(const char *name, unsigned int kind,
			    unsigned int subclass);
/* How many there are: 1 to this number. */
ksync_u32 ksync__class_count(void);

/* chains.c. It is known from now on; without memory it is not. */
void ksync__chain_put(unsigned long chain);

/* lockdep.c, which says what the bits are: "first, then". */
#define KSYNC__EDGE_MODES 4u
struct ksync__edge {
	ksync_u32 first;
	ksync_u32 then;
	ksync_u32 next; /* of the first's edges */
	unsigned char bits;
	unsigned char told; /* bits that closed a circle */
	/* Where each bit was seen first. */
	struct ksync__edge_seen {
		int tid;
		const void *held_at;
		const void *then_at;
	} seen[KSYNC__EDGE_MODES];
};
/* Edge number id, of 1 to so many. */
struct ksync__edge *ksync__edge_at(ksync_u32 id);
ksync_u32 ksync__edge_count(void);

/*
 * lockdep.c. Learn that "then" is waited for while "first" is held, which
 * thread tid does. True: that closes a circle, which is not told yet.
 */
bool ksync__step_learn(const struct ksync__held *first,
		       const struct ksync__held *then, int tid,
		       struct ksync__circle *circle);

#endif
