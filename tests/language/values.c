/* SPDX-License-Identifier: MIT */
/*
 * What the macros that take a variable do with its type, its qualifiers, the
 * value and the number of times that they look at each. Runs in C with native
 * names, and with the kernel's if NAMES is 1. Says nothing and exits with 0.
 */
#if NAMES
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/container_of.h>
#include <linux/jiffies.h>
#include <linux/kref.h>
#include <linux/rcupdate.h>
#include <linux/semaphore.h>
#else
#include <ksync/ksync.h>
#define READ_ONCE KSYNC_READ_ONCE
#define WRITE_ONCE KSYNC_WRITE_ONCE
#define smp_load_acquire ksync_smp_load_acquire
#define smp_store_release ksync_smp_store_release
#define smp_store_mb ksync_smp_store_mb
#define xchg ksync_xchg
#define xchg_acquire ksync_xchg_acquire
#define xchg_release ksync_xchg_release
#define xchg_relaxed ksync_xchg_relaxed
#define cmpxchg ksync_cmpxchg
#define cmpxchg_acquire ksync_cmpxchg_acquire
#define cmpxchg_release ksync_cmpxchg_release
#define cmpxchg_relaxed ksync_cmpxchg_relaxed
#define cmpxchg64 ksync_cmpxchg
#define try_cmpxchg ksync_try_cmpxchg
#define try_cmpxchg_acquire ksync_try_cmpxchg_acquire
#define try_cmpxchg_release ksync_try_cmpxchg_release
#define try_cmpxchg_relaxed ksync_try_cmpxchg_relaxed
#define try_cmpxchg64 ksync_try_cmpxchg
#define rcu_assign_pointer ksync_rcu_assign_pointer
#define rcu_dereference ksync_rcu_dereference
#define rcu_dereference_raw ksync_rcu_dereference_raw
#define rcu_dereference_check ksync_rcu_dereference_check
#define rcu_dereference_protected ksync_rcu_dereference_protected
#define rcu_access_pointer ksync_rcu_access_pointer
#define rcu_replace_pointer ksync_rcu_replace_pointer
#define rcu_pointer_handoff ksync_rcu_pointer_handoff
#define unrcu_pointer ksync_unrcu_pointer
#define RCU_INIT_POINTER KSYNC_RCU_INIT_POINTER
#define RCU_INITIALIZER KSYNC_RCU_INITIALIZER
#define no_free_ptr ksync_no_free_ptr
#define retain_and_null_ptr ksync_retain_and_null_ptr
#define container_of ksync_container_of
#define IS_ERR_VALUE(x) ksync_IS_ERR((const void *)(uintptr_t)(x))
#define msecs_to_jiffies ksync_msecs_to_jiffies
#define usecs_to_jiffies ksync_usecs_to_jiffies
#define ATOMIC_INIT KSYNC_ATOMIC_INIT
#define ATOMIC64_INIT KSYNC_ATOMIC64_INIT
#define ATOMIC_LONG_INIT KSYNC_ATOMIC_LONG_INIT
#define SEMAPHORE_INIT(name, n) KSYNC_SEMAPHORE_INIT(n)
#endif
#if NAMES
#define SEMAPHORE_INIT __SEMAPHORE_INITIALIZER
#endif

#include <ksync/arc.h>

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                   \
	do {                                                               \
		if (!(condition)) {                                        \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, \
				#condition);                               \
			exit(1);                                           \
		}                                                          \
	} while (0)

/* Each argument that a macro is given counts when it is looked at. */
static int looked;
static int look(void)
{
	return ++looked;
}
#define ONCE(x) (*(look(), &(x)))
#define VALUE(x) (look(), (x))
#define LOOKS(n, statement)           \
	do {                          \
		looked = 0;           \
		statement;            \
		CHECK(looked == (n)); \
	} while (0)

struct pair {
	short a, b;
};
struct wide {
	int a, b;
};
enum color { RED, GREEN };

static void of_every_type(void)
{
	static bool flag;
	static signed char c;
	static volatile unsigned short h;
	static int i;
	static long long ll;
	static float f;
	static volatile double d;
	static enum color e;
	static int *p;
	static const char *volatile text;
	static struct pair pair;
	static volatile struct wide wide;
	static void (*fn)(void);
	static const int constant = 7;
	static const volatile float fixed = 1.5f;

	WRITE_ONCE(flag, 0x100);
	CHECK(flag && *(unsigned char *)&flag == 1);
	WRITE_ONCE(flag, 0.5 > 0);
	CHECK(READ_ONCE(flag));
	CHECK(xchg(&flag, 4) && *(unsigned char *)&flag == 1);
	CHECK(cmpxchg(&flag, 2, 0) && !flag);
	WRITE_ONCE(c, -1);
	CHECK(READ_ONCE(c) == -1);
	WRITE_ONCE(h, 65535);
	CHECK(READ_ONCE(h) == 65535);
	WRITE_ONCE(i, 3.0);
	CHECK(READ_ONCE(i) == 3);
	WRITE_ONCE(ll, -1);
	CHECK(READ_ONCE(ll) == -1);
	CHECK(cmpxchg64(&ll, -1, 1ll << 40) == -1);
	CHECK(smp_load_acquire(&ll) == 1ll << 40);
	WRITE_ONCE(f, 1);
	CHECK(READ_ONCE(f) == 1.0f);
	CHECK(xchg(&f, 2.5f) == 1.0f && f == 2.5f);
	smp_store_release(&d, 1);
	CHECK(smp_load_acquire(&d) == 1.0);
	WRITE_ONCE(e, GREEN);
	CHECK(READ_ONCE(e) == GREEN && cmpxchg(&e, GREEN, RED) == GREEN);
	WRITE_ONCE(p, &i);
	CHECK(READ_ONCE(p) == &i && *READ_ONCE(p) == 3);
	WRITE_ONCE(p, NULL);
	WRITE_ONCE(p, (void *)&i);
	WRITE_ONCE(p, i ? &i : NULL);
	CHECK(cmpxchg(&p, &i, NULL) == &i && !p);
	WRITE_ONCE(text, "text");
	CHECK(*READ_ONCE(text) == 't');
	WRITE_ONCE(fn, of_every_type);
	CHECK(READ_ONCE(fn) == of_every_type);
	WRITE_ONCE(pair, ((struct pair){ 1, 2 }));
	CHECK(READ_ONCE(pair).a == 1 && READ_ONCE(pair).b == 2);
	CHECK(xchg(&pair, ((struct pair){ 3, 4 })).b == 2 && pair.a == 3);
	smp_store_release(&wide, ((struct wide){ 5, 6 }));
	CHECK(smp_load_acquire(&wide).b == 6);
	CHECK(cmpxchg(&wide, ((struct wide){ 5, 6 }), ((struct wide){ 7, 8 }))
		      .a == 5);
	CHECK(READ_ONCE(wide).a == 7);
	CHECK(READ_ONCE(constant) == 7);
	CHECK(READ_ONCE(fixed) == 1.5f);
	smp_store_mb(i, 9);
	CHECK(i == 9);
}

static void by_every_name(void)
{
	static volatile int v;
	static int old;

	CHECK(xchg(&v, 1) == 0 && xchg_acquire(&v, 2) == 1);
	CHECK(xchg_release(&v, 3) == 2 && xchg_relaxed(&v, 4) == 3);
	CHECK(cmpxchg(&v, 4, 5) == 4 && cmpxchg_acquire(&v, 5, 6) == 5);
	CHECK(cmpxchg_release(&v, 6, 7) == 6);
	CHECK(cmpxchg_relaxed(&v, 7, 8) == 7);
	CHECK(cmpxchg(&v, 7, 9) == 8 && v == 8);
	CHECK(!try_cmpxchg(&v, &old, 9) && old == 8);
	CHECK(try_cmpxchg(&v, &old, 9) && old == 8 && v == 9);
	old = 9;
	CHECK(try_cmpxchg_acquire(&v, &old, 10));
	CHECK(!try_cmpxchg_release(&v, &old, 11) && old == 10);
	CHECK(try_cmpxchg_relaxed(&v, &old, 11) && v == 11);
}

/* Uses in the arguments of others: of the same name and of another. */
static void nested(void)
{
	static int a = 1, b = 2, c = 3;

	WRITE_ONCE(a, READ_ONCE(b) + READ_ONCE(c));
	CHECK(a == 5);
	CHECK(xchg(&a, xchg(&b, xchg(&c, 9))) == 5 && a == 2 && b == 3);
	CHECK(cmpxchg(&a, cmpxchg(&a, 0, 0), cmpxchg(&b, 3, 4)) == 2);
	CHECK(a == 3 && b == 4);
	smp_store_release(&a, smp_load_acquire(&b) + smp_load_acquire(&c));
	CHECK(a == 13);
	CHECK(try_cmpxchg(&a, (WRITE_ONCE(c, 13), &c), READ_ONCE(b)));
	CHECK(a == 4);
}

/* As statements, whose results nobody wants, and in odd places. */
static void as_statements(void)
{
	static int a, b;
	static int *p;
	static struct {
		int x;
		int v[3];
	} array;

	xchg(&a, 1);
	cmpxchg(&a, 1, 2);
	try_cmpxchg(&a, &b, 2);
	READ_ONCE(a);
	smp_load_acquire(&a);
	rcu_replace_pointer(p, &a, 1);
	rcu_dereference(p);
	xchg(&p, 0);
	a ? WRITE_ONCE(a, 1) : WRITE_ONCE(b, 1);
	for (WRITE_ONCE(a, 0); READ_ONCE(a) < 3;
	     WRITE_ONCE(a, READ_ONCE(a) + 1))
		b = READ_ONCE(a);
	while (!try_cmpxchg(&a, &b, b + 1))
		continue;
	CHECK(a == 4 && b == 3);
	CHECK(container_of(&array.v[1], __typeof__(array), v[1]) == &array);
}

static struct wide *published;

static void once(void)
{
	static int i, old;
	static struct wide object, other;
	static void *taken;
	struct pair *outer;
	static struct pair whole;
	bool truth;

	LOOKS(1, (void)READ_ONCE(ONCE(i)));
	LOOKS(2, WRITE_ONCE(ONCE(i), VALUE(1)));
	LOOKS(1, (void)smp_load_acquire(VALUE(&i)));
	LOOKS(2, smp_store_release(VALUE(&i), VALUE(1)));
	LOOKS(2, smp_store_mb(ONCE(i), VALUE(1)));
	LOOKS(2, (void)xchg(VALUE(&i), VALUE(1)));
	LOOKS(2, (void)xchg_relaxed(VALUE(&i), VALUE(1)));
	LOOKS(3, (void)cmpxchg(VALUE(&i), VALUE(0), VALUE(1)));
	LOOKS(3, (void)cmpxchg(VALUE(&i), VALUE(1), VALUE(1)));
	LOOKS(3, (void)try_cmpxchg(VALUE(&i), VALUE(&old), VALUE(1)));
	LOOKS(3, (void)try_cmpxchg(VALUE(&i), VALUE(&old), VALUE(1)));
	LOOKS(2, rcu_assign_pointer(ONCE(published), VALUE(&object)));
	LOOKS(1, (void)rcu_dereference(ONCE(published)));
	LOOKS(1, (void)rcu_dereference_raw(ONCE(published)));
	LOOKS(1, (void)rcu_dereference_check(ONCE(published), 1));
	LOOKS(1, (void)rcu_dereference_protected(ONCE(published), 1));
	LOOKS(1, (void)rcu_access_pointer(ONCE(published)));
	LOOKS(2, CHECK(rcu_replace_pointer(ONCE(published), VALUE(&other), 1) ==
		       &object));
	CHECK(published == &other);
	LOOKS(1, (void)rcu_pointer_handoff(VALUE(&other)));
	LOOKS(1, (void)unrcu_pointer(VALUE(&other)));
	LOOKS(2, RCU_INIT_POINTER(ONCE(published), VALUE(NULL)));
	CHECK(!published);
	taken = &i;
	LOOKS(1, CHECK(no_free_ptr(ONCE(taken)) == &i));
	CHECK(!taken);
	LOOKS(1, retain_and_null_ptr(ONCE(taken)));
	LOOKS(1, outer = container_of(VALUE(&whole.b), struct pair, b));
	CHECK(outer == &whole);
	LOOKS(1, truth = IS_ERR_VALUE(VALUE(-5)));
	CHECK(truth);
	LOOKS(1, CHECK(msecs_to_jiffies(VALUE(5)) == 5));
	LOOKS(1, CHECK(usecs_to_jiffies(VALUE(1001)) == 2));
#if NAMES
	unsigned long then = 1, now = 2;

	LOOKS(2, CHECK(time_after(VALUE(now), VALUE(then))));
	LOOKS(2, CHECK(time_before(VALUE(then), VALUE(now))));
	LOOKS(2, CHECK(time_after_eq(VALUE(now), VALUE(then))));
	LOOKS(2, CHECK(time_before_eq(VALUE(then), VALUE(now))));
	LOOKS(1, CHECK(container_of_const((const short *)VALUE(&whole.b),
					  struct pair, b) == outer));
#endif
}

static void initialisers(void)
{
	int n = 3;

	looked = 0;
	struct {
		ksync_atomic_t a;
		ksync_atomic64_t a64;
		ksync_atomic_long_t al;
		ksync_refcount_t r;
		ksync_kref_t k;
		ksync_semaphore_t s;
		ksync_semaphore_t none;
		struct wide *p;
	} it = {
		ATOMIC_INIT(VALUE(n)),
		ATOMIC64_INIT(VALUE(n)),
		ATOMIC_LONG_INIT(VALUE(n)),
		KSYNC_REFCOUNT_INIT(VALUE(n)),
		KSYNC_KREF_INIT(VALUE(n)),
		SEMAPHORE_INIT(it.s, VALUE(n)),
		SEMAPHORE_INIT(it.none, VALUE(-n)),
		RCU_INITIALIZER(VALUE(published)),
	};
	static ksync_semaphore_t fixed = SEMAPHORE_INIT(fixed, 4);
	static ksync_semaphore_t negative = SEMAPHORE_INIT(negative, -4);

	CHECK(looked == 8);
	CHECK(it.a.counter == 3 && it.a64.counter == 3 && it.al.counter == 3);
	CHECK(ksync_refcount_read(&it.r) == 3 && ksync_kref_read(&it.k) == 3);
	CHECK(it.s.count == 3 && it.none.count == 0);
	CHECK(fixed.count == 4 && negative.count == 0);
}

struct box {
	int *dropped;
};

/* Names that a macro might have had for its own. */
static void fn(struct box *object)
{
	++*object->dropped;
}
static void drop(long *value)
{
	(void)value;
}

KSYNC_DEFINE_ARC(box, struct box, fn)
KSYNC_DEFINE_ARC(number, long, drop)

static void arcs(void)
{
	int dropped = 0;

	{
		struct box_unique *u ksync_free(box_unique) = box_unique_new();

		CHECK(u);
		box_unique_data(u)->dropped = &dropped;
		struct box_arc *const a ksync_free(box_arc) =
			box_unique_share(no_free_ptr(u));
		struct box_weak *w ksync_free(box_weak) = box_arc_downgrade(a);
		struct box_arc *b ksync_free(box_arc) = box_weak_upgrade(w);

		CHECK(!u && b == a && box_arc_count(a) == 2);
		b = box_arc_from_raw(box_arc_into_raw(b));
		CHECK(box_borrow_data(box_arc_borrow(b))->dropped == &dropped);
		CHECK(dropped == 0);
	}
	CHECK(dropped == 1);
	struct number_arc *n ksync_free(number_arc) = number_arc_new(7);
	CHECK(n && *number_arc_data(n) == 7);
}

int main(void)
{
	of_every_type();
	by_every_name();
	nested();
	as_statements();
	once();
	initialisers();
	arcs();
	return 0;
}
