// SPDX-License-Identifier: MIT
/* The Rust rivals. Their loops are Rust's own: rust/src/lib.rs. */
#include "bench.h"
#include "loop.h"

void bench_rust_std_mutex(uint64_t n, unsigned int work);
void bench_rust_arc(uint64_t n, unsigned int work);
void bench_rust_weak(uint64_t n, unsigned int work);
size_t bench_rust_std_mutex_bytes(void);
size_t bench_rust_arc_bytes(void);

void bench_rust_event_post(int side);
void bench_rust_event_wait(int side);

static void post_near(int side)
{
	bench_rust_event_post(2 + side);
}

static void wait_near(int side)
{
	bench_rust_event_wait(2 + side);
}

BENCH_PAIR_SUBJECT(rust, bench_rust_event_post, bench_rust_event_wait, false,
		   .family = "condvar", .impl = "rust-std",
		   .version = BENCH_RUST_VERSION)
BENCH_PAIR_SUBJECT(rust_near, post_near, wait_near, true, .family = "condvar",
		   .impl = "rust-std", .version = BENCH_RUST_VERSION)

#ifdef BENCH_PARKING_LOT_VERSION
void bench_rust_parking_event_post(int side);
void bench_rust_parking_event_wait(int side);

static void post_parking_near(int side)
{
	bench_rust_parking_event_post(2 + side);
}

static void wait_parking_near(int side)
{
	bench_rust_parking_event_wait(2 + side);
}

BENCH_PAIR_SUBJECT(parking_lot, bench_rust_parking_event_post,
		   bench_rust_parking_event_wait, false, .family = "condvar",
		   .impl = "parking_lot", .version = BENCH_PARKING_LOT_VERSION)
BENCH_PAIR_SUBJECT(parking_lot_near, post_parking_near, wait_parking_near, true,
		   .family = "condvar", .impl = "parking_lot",
		   .version = BENCH_PARKING_LOT_VERSION)

void bench_rust_parking_lot(uint64_t n, unsigned int work);
size_t bench_rust_parking_lot_bytes(void);
#endif

#define RW_LOOPS(name)                                                 \
	void bench_rust_##name##_read(uint64_t n, unsigned int work);  \
	void bench_rust_##name##_write(uint64_t n, unsigned int work); \
	void bench_rust_##name##_mixed(uint64_t n, unsigned int work); \
	uint64_t bench_rust_##name##_rate(uint64_t n, uint64_t every,  \
					  uint64_t left);              \
	size_t bench_rust_##name##_bytes(void);

/* One lock's three loops. */
static void add_rwlock(struct bench_subject rows[3], const char *impl,
		       const char *version, const bench_run_fn loops[3],
		       size_t bytes)
{
	static const char *const ops[] = { "read", "write", "mixed" };

	for (int i = 0; i < 3; i++) {
		rows[i].family = "rwsem";
		rows[i].op = ops[i];
		rows[i].impl = impl;
		rows[i].version = version;
		rows[i].run = loops[i];
		rows[i].bytes = bytes;
		rows[i].traits = i == 1 ? BENCH_ALONE : 0;
		bench_add_subject(&rows[i]);
	}
}

RW_LOOPS(rwlock)
BENCH_RATE_SUBJECTS(bench_rust_rwlock, "rust-std", BENCH_RUST_VERSION, 0)

__attribute__((constructor)) static void add_std_rwlock(void)
{
	static struct bench_subject rows[3];
	static const bench_run_fn loops[] = { bench_rust_rwlock_read,
					      bench_rust_rwlock_write,
					      bench_rust_rwlock_mixed };

	add_rwlock(rows, "rust-std", BENCH_RUST_VERSION, loops,
		   bench_rust_rwlock_bytes());
}

#ifdef BENCH_PARKING_LOT_VERSION
RW_LOOPS(parking_rw)
BENCH_RATE_SUBJECTS(bench_rust_parking_rw, "parking_lot",
		    BENCH_PARKING_LOT_VERSION, 0)

__attribute__((constructor)) static void add_parking_rwlock(void)
{
	static struct bench_subject rows[3];
	static const bench_run_fn loops[] = { bench_rust_parking_rw_read,
					      bench_rust_parking_rw_write,
					      bench_rust_parking_rw_mixed };

	add_rwlock(rows, "parking_lot", BENCH_PARKING_LOT_VERSION, loops,
		   bench_rust_parking_rw_bytes());
}
#endif

/* Counts one object in families of several names. Sizes are known to Rust. */
static void add_arc(struct bench_subject *arc, const char *family,
		    unsigned int traits)
{
	arc->family = family;
	arc->impl = "rust-arc";
	arc->version = BENCH_RUST_VERSION;
	arc->run = bench_rust_arc;
	arc->bytes = bench_rust_arc_bytes();
	arc->traits = traits;
	bench_add_subject(arc);
}

__attribute__((constructor)) static void add_subjects(void)
{
	static struct bench_subject refcount, percpu, kref, arc, weak, mutex;

	add_arc(&refcount, "refcount", 0);
	add_arc(&percpu, "percpu_ref", 0);
	add_arc(&kref, "kref", BENCH_ALONE);
	add_arc(&arc, "arc", BENCH_ALONE);
	weak.family = "arc";
	weak.op = "upgrade";
	weak.impl = "rust-weak";
	weak.version = BENCH_RUST_VERSION;
	weak.run = bench_rust_weak;
	weak.traits = BENCH_ALONE;
	bench_add_subject(&weak);
	mutex.family = "mutex";
	mutex.impl = "rust-std";
	mutex.version = BENCH_RUST_VERSION;
	mutex.run = bench_rust_std_mutex;
	mutex.bytes = bench_rust_std_mutex_bytes();
	bench_add_subject(&mutex);
}

#ifdef BENCH_PARKING_LOT_VERSION
__attribute__((constructor)) static void add_parking_lot(void)
{
	static struct bench_subject mutex = {
		.family = "mutex",
		.impl = "parking_lot",
		.version = BENCH_PARKING_LOT_VERSION,
		.run = bench_rust_parking_lot,
	};

	mutex.bytes = bench_rust_parking_lot_bytes();
	bench_add_subject(&mutex);
}
#endif

#ifdef BENCH_CROSSBEAM_EPOCH_VERSION
void bench_rust_crossbeam(uint64_t n, unsigned int work);

BENCH_SUBJECT(crossbeam, .family = "rcu", .op = "read",
	      .impl = "crossbeam-epoch",
	      .version = BENCH_CROSSBEAM_EPOCH_VERSION,
	      .run = bench_rust_crossbeam, .traits = BENCH_ALONE)
#endif
