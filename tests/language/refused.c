/* SPDX-License-Identifier: MIT */
/*
 * As C with native and with kernel names (NAMES is 1), and as C++: each value
 * of WRONG must not compile, 0 must. The error has to contain the words that
 * run.sh finds beside the number. "c:" or "c++:" before them: only there, for
 * the other language allows it.
 */
#if NAMES
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/container_of.h>
#include <linux/rcupdate.h>
#define DO_READ_ONCE READ_ONCE
#define DO_WRITE_ONCE WRITE_ONCE
#define DO_RCU_INIT_POINTER RCU_INIT_POINTER
#define DO_RCU_ASSIGN_POINTER rcu_assign_pointer
#define DO_RCU_REPLACE_POINTER rcu_replace_pointer
#define DO_STORE_RELEASE smp_store_release
#define DO_LOAD_ACQUIRE smp_load_acquire
#define DO_STORE_MB smp_store_mb
#define DO_XCHG xchg
#define DO_CMPXCHG cmpxchg
#define DO_TRY_CMPXCHG try_cmpxchg
#define DO_CONTAINER_OF container_of
#else
#include <ksync/ksync.h>
#define DO_READ_ONCE KSYNC_READ_ONCE
#define DO_WRITE_ONCE KSYNC_WRITE_ONCE
#define DO_RCU_INIT_POINTER KSYNC_RCU_INIT_POINTER
#define DO_RCU_ASSIGN_POINTER ksync_rcu_assign_pointer
#define DO_RCU_REPLACE_POINTER ksync_rcu_replace_pointer
#define DO_STORE_RELEASE ksync_smp_store_release
#define DO_LOAD_ACQUIRE ksync_smp_load_acquire
#define DO_STORE_MB ksync_smp_store_mb
#define DO_XCHG ksync_xchg
#define DO_CMPXCHG ksync_cmpxchg
#define DO_TRY_CMPXCHG ksync_try_cmpxchg
#define DO_CONTAINER_OF ksync_container_of
#endif

struct one {
	int x;
};
struct two {
	double y;
};
struct three {
	char c[3];
};
struct big {
	long l[3];
};

void use(struct one *a, struct two *b, const struct one *c, int n);

static struct one *gp;
static volatile int v;
static const int constant = 1;
static struct three three;
static struct big big;
static int array[2];

void use(struct one *a, struct two *b, const struct one *c, int n)
{
	struct one *old = a;

	DO_RCU_ASSIGN_POINTER(gp, a);
	(void)DO_CMPXCHG(&v, n, constant);
	(void)DO_TRY_CMPXCHG(&gp, &old, a);
	(void)b, (void)c, (void)three, (void)big, (void)array;
	(void)DO_CONTAINER_OF(&a->x, struct one, x);

#if WRONG == 1 /* incompatible\|cannot convert\|no matching */
	DO_RCU_ASSIGN_POINTER(gp, b);
#elif WRONG == 2  /* discards\|invalid conversion\|no matching */
	DO_RCU_ASSIGN_POINTER(gp, c);
#elif WRONG == 3  /* incompatible\|cannot convert\|no matching */
	(void)DO_RCU_REPLACE_POINTER(gp, b, 1);
#elif WRONG == 4  /* discards\|invalid conversion\|no matching */
	(void)DO_RCU_REPLACE_POINTER(gp, c, 1);
#elif WRONG == 5  /* incompatible\|cannot convert\|no matching */
	DO_WRITE_ONCE(gp, b);
#elif WRONG == 6  /* discards\|invalid conversion\|no matching */
	DO_WRITE_ONCE(gp, c);
#elif WRONG == 7  /* incompatible\|cannot convert\|no matching */
	DO_RCU_INIT_POINTER(gp, b);
#elif WRONG == 8  /* discards\|invalid conversion\|no matching */
	DO_RCU_INIT_POINTER(gp, c);
#elif WRONG == 9  /* incompatible\|cannot convert\|no matching */
	DO_STORE_RELEASE(&gp, b);
#elif WRONG == 10 /* discards\|invalid conversion\|no matching */
	DO_STORE_RELEASE(&gp, c);
#elif WRONG == 11 /* incompatible\|cannot convert\|no matching */
	(void)DO_XCHG(&gp, b);
#elif WRONG == 12 /* discards\|invalid conversion\|no matching */
	(void)DO_XCHG(&gp, c);
#elif WRONG == 13 /* incompatible\|cannot convert\|no matching */
	(void)DO_CMPXCHG(&gp, b, a);
#elif WRONG == 14 /* incompatible\|cannot convert\|no matching */
	(void)DO_CMPXCHG(&gp, a, b);
#elif WRONG == 15 /* discards\|invalid conversion\|no matching */
	(void)DO_CMPXCHG(&gp, a, c);
#elif WRONG == 16 /* incompatible\|cannot convert\|no matching */
	(void)DO_TRY_CMPXCHG(&gp, &b, a);
#elif WRONG == 17 /* incompatible\|cannot convert\|no matching */
	(void)DO_TRY_CMPXCHG(&gp, &old, b);
#elif WRONG == 18 /* discards\|invalid conversion\|no matching\|cannot init */
	(void)DO_TRY_CMPXCHG(&gp, &c, a);
#elif WRONG == \
	19 /* makes pointer\|integer to pointer\|invalid conv\|matching */
	DO_WRITE_ONCE(gp, n);
#elif WRONG == \
	20 /* makes integer\|pointer to integer\|invalid conv\|matching */
	DO_WRITE_ONCE(v, a);
#elif WRONG == \
	21 /* makes pointer\|integer to pointer\|invalid conv\|matching */
	DO_RCU_ASSIGN_POINTER(gp, n);
#elif WRONG == 22 /* the object is const */
	DO_WRITE_ONCE(constant, 2);
#elif WRONG == 23 /* the object is const */
	(void)DO_XCHG(&constant, 2);
#elif WRONG == 24 /* the object is const */
	(void)DO_CMPXCHG(&constant, 1, 2);
#elif WRONG == 25 /* the object is const */
	DO_STORE_RELEASE(&c->x, 2);
#elif WRONG == 26 /* not a type of 1, 2, 4 or 8 bytes */
	(void)DO_READ_ONCE(three);
#elif WRONG == 27 /* not a type of 1, 2, 4 or 8 bytes */
	DO_WRITE_ONCE(big, big);
#elif WRONG == 28 /* not a type of 1, 2, 4 or 8 bytes */
	(void)DO_LOAD_ACQUIRE(&big);
#elif WRONG == 29 /* not a type of 1\|array\|no matching */
	(void)DO_READ_ONCE(array);
#elif WRONG == 30 /* void */
	(void)DO_LOAD_ACQUIRE((void *)a);
#elif WRONG == 31 /* not a pointer to that member */
	(void)DO_CONTAINER_OF(b, struct one, x);
#elif WRONG == 32 /* not a pointer to that member */
	(void)DO_CONTAINER_OF(&b->y, struct one, x);
#elif WRONG == 33 /* incompatible\|cannot convert\|no matching */
	DO_STORE_MB(gp, b);
#endif
}
