/* SPDX-License-Identifier: MIT */
/*
 * The order of locks: classes, the orders in which they were taken, and the
 * circles in these. It knows neither locks nor threads; held.c keeps
 * what a thread holds.
 */
#ifndef KSYNC_SRC_LOCKDEP_H
#define KSYNC_SRC_LOCKDEP_H

#include <ksync/dep_map.h>

/* One lock that a thread holds. */
struct ksync__held {
	struct ksync__dep_map *map;
	const void *lock;
	const char *name;     /* the map's, which may be gone by the time */
	const void *nest;     /* the map of the lock that orders its class */
	const void *where;    /* that took it */
	ksync_s64 since;      /* when, in ns; 0: not known. lock_stat.c */
	unsigned long chain;  /* hash of what is held, up to this */
	ksync_u32 class_id;   /* 0: no order, or no memory for its class */
	unsigned char kind;   /* enum ksync_lock_kind */
	unsigned char shared; /* SHARED_ */
	unsigned char pins;   /* who relies on that it is held */
	unsigned char inside; /* enum wait_type: the most in this and those
				 before it */
	bool tried;	      /* it was not waited for */
	bool in_section;      /* that was declared, and may not sleep */
	bool apart;	      /* no way leads to it from those before it */
};

/* What may hold a lock at the same time. */
#define SHARED_NOT 0	   /* nobody else */
#define SHARED_READERS 1   /* readers; one may not read again meanwhile */
#define SHARED_RECURSIVE 2 /* readers, of whom each may read again */

/* What a class is called, "name" or "name/subclass". */
struct ksync__class_name {
	const char *name;
	unsigned int subclass;
	unsigned char kind;
};

/*
 * A circle: step i says that "first" was held, taken at held_at, when "then"
 * was taken at then_at by thread tid. The last step is the one just tried.
 */
#define KSYNC__CIRCLE_STEPS 12u
struct ksync__circle {
	unsigned int steps; /* may be more than are told */
	struct ksync__circle_step {
		struct ksync__class_name first;
		struct ksync__class_name then;
		const void *held_at;
		const void *then_at;
		int tid;
	} step[KSYNC__CIRCLE_STEPS];
};

/* The class of a lock that is taken at "where"; 0: no memory. */
ksync_u32 ksync__class_of(struct ksync__dep_map *map, unsigned int subclass,
			  const void *where);

/* Of a class that the caller got from ksync__class_of(). */
struct ksync__class_name ksync__class_name(ksync_u32 id);

/* The class of the locks of this kind that a place in the program initialises;
 * NULL: no memory. */
ksync_lock_class_key_t *ksync__site_key(const void *where, unsigned int kind);

/* The lock's class has this one from now on; NULL: none. */
void ksync__class_set_cmp(struct ksync__dep_map *map, const void *where,
			  ksync_lock_cmp_fn cmp);

/* Of a class, or 0; NULL: it has none. */
ksync_lock_cmp_fn ksync__class_cmp(ksync_u32 id);

/* Was this chain learned? */
bool ksync__chain_known(unsigned long chain);

/*
 * Learn that "then" is taken while those below are held, the newest last. True
 * if that closes a circle; each step that closes one is told once, one step a
 * call.
 */
bool ksync__chain_learn(const struct ksync__held *held, unsigned int depth,
			const struct ksync__held *then, int tid,
			struct ksync__circle *circle);

/*
 * usage.c. A way of using a lock's class, as a hash: "way" tells ways apart, as
 * the caller can, of which some may be in signal handlers. Once
 * ksync__usage_taken() learned it, ksync__chain_known() is true of it.
 */
unsigned long ksync__usage_of(const struct ksync__held *h, unsigned long way);
/* Like ksync__chain_learn(). It is waited for in this way: in a handler? */
bool ksync__usage_waits(const struct ksync__held *h, unsigned long usage,
			int tid, struct ksync__circle *circle);
/* It was taken in this way: which signals could interrupt who did? */
bool ksync__usage_taken(const struct ksync__held *h, unsigned long usage,
			int tid, struct ksync__circle *circle);

/* Forget the classes of a key: what it is used for next is another. */
void ksync__class_forget(ksync_lock_class_key_t *key);

/* held.c. May the calling thread nap when it waits for the graph's lock? Not
 * where it holds a lock whose waiters never do, or waits for one. */
bool ksync__held_may_nap(void);

/* All of this is at rest meanwhile: around a fork, too. */
void ksync__lockdep_lock(void);
void ksync__lockdep_unlock(void);

#endif
