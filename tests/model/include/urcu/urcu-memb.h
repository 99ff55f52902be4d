/* SPDX-License-Identifier: MIT */
/*
 * liburcu's memb flavour for the explorer, as far as src/defer/rcu_urcu.h
 * uses it. It stands before the system's header in the include path; the names
 * are liburcu's, the code is urcu.c's in the folder above.
 */
#ifndef MODEL_URCU_MEMB_H
#define MODEL_URCU_MEMB_H

#include <stdbool.h>
#include <stdint.h>

#define URCU_GP_CTR_PHASE (1UL << (sizeof(unsigned long) << 2))

struct urcu_gp {
	unsigned long ctr;
	int32_t futex;
};

struct urcu_node {
	struct urcu_node *next, *prev;
};

/* One of each thread; the node is in the registry. */
struct urcu_reader {
	unsigned long ctr;
	struct urcu_node node;
	unsigned int registered; /* the thread's own */
	unsigned int settled;	 /* under the registry's lock */
};

/* Not __thread: other threads use it, and here all __thread objects of a name
 * have one address. */
#define URCU_TLS(name) (*name##_of_self())
struct urcu_reader *urcu_memb_reader_of_self(void);

extern struct urcu_gp urcu_memb_gp;
extern int urcu_memb_has_sys_membarrier;

void urcu_memb_register_thread(void);
void urcu_memb_unregister_thread(void);
void urcu_memb_read_lock(void);
void urcu_memb_read_unlock(void);
int urcu_memb_read_ongoing(void);
void urcu_memb_synchronize_rcu(void);

/* For models. In setup: names for the table of a failure. */
void urcu_names(void);
/* In setup: grace periods sleep until readers wake them. */
extern bool urcu_sleeps;
/* In a fork's child that goes on to use it: the registry is whole, unlocked. */
void urcu_is_whole(void);

#endif
