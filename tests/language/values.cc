/* SPDX-License-Identifier: MIT */
/*
 * The same in C++: values are converted as in an initialisation. Says nothing
 * and exits with 0.
 */
#include <cstdio>
#include <cstdlib>

/* As headers of C may be included. */
extern "C" {
#include <ksync/ksync.h>
}

#define CHECK(condition)                                              \
	do {                                                          \
		if (!(condition)) {                                   \
			std::fprintf(stderr, "%s:%d: %s\n", __FILE__, \
				     __LINE__, #condition);           \
			std::exit(1);                                 \
		}                                                     \
	} while (0)

static int looked;
static int look()
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

namespace
{

struct first {
	int a = 1;
};
struct second {
	int b = 2;
};
struct both : first, second {
	int c = 3;
};
/* Converts to a pointer, and to int. */
struct handle {
	both *object;
	operator second *() const
	{
		return object;
	}
	explicit operator int() const
	{
		return 5;
	}
};
struct wide {
	int a, b;
};
enum class color : unsigned char { red, green };

second *shared;
second *volatile shared_volatile;
const second *shared_const;

void pointers_to_bases()
{
	both object;
	second *want = &object;
	second *none = nullptr;
	handle h = { &object };

	ksync_rcu_assign_pointer(shared, &object);
	CHECK(shared == want && ksync_rcu_dereference(shared)->b == 2);
	KSYNC_WRITE_ONCE(shared, nullptr);
	KSYNC_WRITE_ONCE(shared, &object);
	CHECK(KSYNC_READ_ONCE(shared) == want);
	KSYNC_RCU_INIT_POINTER(shared, NULL);
	KSYNC_RCU_INIT_POINTER(shared, &object);
	CHECK(shared == want);
	shared = nullptr;
	CHECK(!ksync_xchg(&shared, &object) && shared == want);
	CHECK(ksync_xchg_relaxed(&shared, nullptr) == want);
	CHECK(ksync_try_cmpxchg(&shared, &none, &object) && shared == want);
	CHECK(ksync_cmpxchg(&shared, &object, nullptr) == want && !shared);
	CHECK(!ksync_cmpxchg_acquire(&shared, nullptr, &object));
	CHECK(shared == want);
	shared = nullptr;
	CHECK(!ksync_rcu_replace_pointer(shared, &object, true));
	CHECK(shared == want);
	ksync_smp_store_release(&shared, h);
	CHECK(ksync_smp_load_acquire(&shared) == want);
	ksync_smp_store_mb(shared, &object);
	CHECK(shared == want);
	KSYNC_WRITE_ONCE(shared_volatile, &object);
	CHECK(ksync_xchg(&shared_volatile, nullptr) == want);
	CHECK(!ksync_cmpxchg(&shared_volatile, nullptr, &object));
	CHECK(KSYNC_READ_ONCE(shared_volatile)->b == 2);
	ksync_rcu_assign_pointer(shared_const, shared);
	ksync_rcu_assign_pointer(shared_const, &object);
	CHECK(shared_const == want);
}

template <class T> T through(T value)
{
	T object = T();

	KSYNC_WRITE_ONCE(object, value);
	CHECK(ksync_smp_load_acquire(&object) == value);
	CHECK(ksync_xchg(&object, T()) == value);
	CHECK(ksync_cmpxchg(&object, T(), value) == T());
	return KSYNC_READ_ONCE(object);
}

void other_types()
{
	static bool flag;
	static int i;
	static float f;
	static volatile double d;
	static color e;
	static wide w;
	static void (*fn)();
	const int constant = 7;
	int &reference = i;
	int array[2] = { 1, 2 };

	KSYNC_WRITE_ONCE(flag, 0x100);
	CHECK(*reinterpret_cast<unsigned char *>(&flag) == 1);
	CHECK(ksync_xchg(&flag, 4));
	CHECK(*reinterpret_cast<unsigned char *>(&flag) == 1);
	KSYNC_WRITE_ONCE(i, 3);
	KSYNC_WRITE_ONCE(reference, KSYNC_READ_ONCE(reference) + 1);
	CHECK(i == 4);
	KSYNC_WRITE_ONCE(f, 1);
	CHECK(ksync_xchg(&f, 2.5f) == 1.0f && KSYNC_READ_ONCE(f) == 2.5f);
	KSYNC_WRITE_ONCE(d, 1);
	CHECK(KSYNC_READ_ONCE(d) == 1.0);
	KSYNC_WRITE_ONCE(e, color::green);
	CHECK(ksync_cmpxchg(&e, color::green, color::red) == color::green);
	ksync_smp_store_release(&w, (wide{ 1, 2 }));
	CHECK(ksync_xchg(&w, (wide{ 3, 4 })).b == 2);
	CHECK(KSYNC_READ_ONCE(w).a == 3);
	KSYNC_WRITE_ONCE(fn, other_types);
	CHECK(KSYNC_READ_ONCE(fn) == other_types);
	CHECK(KSYNC_READ_ONCE(constant) == 7);
	CHECK(ksync_xchg(array, 9) == 1 && array[0] == 9);
	CHECK(through('c') == 'c' && through(1ull << 40) == 1ull << 40);
	CHECK(through(&i) == &i && through(1.5) == 1.5 && through(true));
}

/* An object of a type that C++ derives, with a drop of any name. */
struct box : wide {
	int *dropped;
};

void fn(box *b)
{
	++*b->dropped;
}

KSYNC_DEFINE_ARC(box, box, fn)
KSYNC_DEFINE_ARC(number, long, nullptr)

void arcs()
{
	int dropped = 0;
	{
		box_unique *u ksync_free(box_unique) = box_unique_new();

		CHECK(u);
		box_unique_data(u)->dropped = &dropped;
		box_arc *const a ksync_free(box_arc) =
			box_unique_share(ksync_no_free_ptr(u));
		box_weak *w ksync_free(box_weak) = box_arc_downgrade(a);
		box_arc *b ksync_free(box_arc) = box_weak_upgrade(w);

		CHECK(!u && b == a && box_arc_count(a) == 2);
		b = box_arc_from_raw(box_arc_into_raw(b));
		CHECK(box_borrow_data(box_arc_borrow(b))->dropped == &dropped);
		CHECK(dropped == 0);
	}
	CHECK(dropped == 1);
	number_arc *n ksync_free(number_arc) = number_arc_new(7);
	CHECK(n && *number_arc_data(n) == 7);
}

/* In templates, in lambdas, by this, as statements. */
template <class T> struct cell {
	T v;
	T get() const
	{
		return KSYNC_READ_ONCE(v);
	}
	void set(const T &x)
	{
		KSYNC_WRITE_ONCE(v, x);
		ksync_smp_store_release(&this->v, x);
	}
};

void odd_places()
{
	static int a, b;
	static int *p;
	struct {
		int x;
		int v[3];
	} static array;
	cell<double> d;
	cell<const char *> text;
	auto set = [&](int v) {
		KSYNC_WRITE_ONCE(a, v);
		return KSYNC_READ_ONCE(a);
	};

	d.set(1.5);
	text.set("text");
	CHECK(d.get() == 1.5 && *text.get() == 't' && set(3) == 3);
	ksync_xchg(&a, 1);
	ksync_cmpxchg(&a, 1, 2);
	KSYNC_READ_ONCE(a);
	ksync_rcu_replace_pointer(p, &a, 1);
	a ? KSYNC_WRITE_ONCE(a, 1) : KSYNC_WRITE_ONCE(b, 1);
	typedef decltype(array) type;
	CHECK(ksync_container_of(&array.v[1], type, v[1]) == &array);
}

void once()
{
	static int i, old;
	static both object;
	static int *taken = &i;
	static wide whole;
	wide *outer;

	LOOKS(1, (void)KSYNC_READ_ONCE(ONCE(i)));
	LOOKS(2, KSYNC_WRITE_ONCE(ONCE(i), VALUE(1)));
	LOOKS(3, (void)ksync_cmpxchg(VALUE(&i), VALUE(1), VALUE(2)));
	LOOKS(3, (void)ksync_try_cmpxchg(VALUE(&i), VALUE(&old), VALUE(2)));
	LOOKS(2, ksync_rcu_assign_pointer(ONCE(shared), VALUE(&object)));
	LOOKS(2, (void)ksync_rcu_replace_pointer(ONCE(shared), VALUE(&object),
						 true));
	LOOKS(1, CHECK(ksync_no_free_ptr(ONCE(taken)) == &i));
	CHECK(!taken);
	LOOKS(1, ksync_retain_and_null_ptr(ONCE(taken)));
	static box derived;

	CHECK(ksync_container_of(&derived.dropped, box, dropped) == &derived);
	CHECK(ksync_container_of(&derived.b, box, b) == &derived);
	LOOKS(1, outer = ksync_container_of(VALUE(&whole.b), struct wide, b));
	CHECK(outer == &whole);
	const int *fixed = &whole.b;
	const wide *outer_const = ksync_container_of(fixed, wide, b);
	CHECK(outer_const == outer);
	void *any = &whole.b;
	CHECK(ksync_container_of(any, wide, b) == outer);
	LOOKS(1, ksync_semaphore_t s = KSYNC_SEMAPHORE_INIT(VALUE(-3));
	      CHECK(s.count == 0));
}

struct base {
	int id;
};
struct entry : base { /* not of standard layout */
	ksync_list_head_t node;
	ksync_hlist_node_t hash;
	entry(int i)
	{
		id = i;
	}
};

KSYNC_LIST_HEAD(ring);
KSYNC_HLIST_HEAD(bucket);

void lists()
{
	entry one(1), two(2);
	entry *pos, *then;
	ksync_hlist_node_t *next;
	const ksync_list_head_t *const_ring = &ring;
	int sum = 0;

	ksync_list_add_tail(&one.node, &ring);
	ksync_list_add_tail(&two.node, &ring);
	ksync_hlist_add_head(&one.hash, &bucket);
	ksync_list_for_each_entry(pos, &ring, node)
		sum += pos->id;
	ksync_list_for_each_entry_reverse(pos, &ring, node) sum += pos->id;
	ksync_hlist_for_each_entry(pos, &bucket, hash) sum += pos->id;
	CHECK(sum == 7 && !pos && ksync_list_count_nodes(const_ring) == 2);
	CHECK(ksync_list_next_entry_circular(&two, &ring, node) == &one);
	CHECK(ksync_list_last_entry_or_null(&ring, entry, node) == &two);
	CHECK(!ksync_hlist_entry_safe(one.hash.next, entry, hash));
	ksync_list_for_each_entry_safe(pos, then, &ring, node)
		ksync_list_del(&pos->node);
	ksync_hlist_for_each_entry_safe(pos, next, &bucket, hash)
		ksync_hlist_del(&pos->hash);
	CHECK(ksync_list_empty(&ring) && ksync_hlist_empty(&bucket));
	CHECK(one.node.next == KSYNC_LIST_POISON1);
}

ksync_semaphore_t fixed_semaphore = KSYNC_SEMAPHORE_INIT(4);

} /* namespace */

int main()
{
	pointers_to_bases();
	other_types();
	odd_places();
	once();
	arcs();
	lists();
	CHECK(fixed_semaphore.count == 4);
	return 0;
}
