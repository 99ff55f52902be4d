// SPDX-License-Identifier: MIT
/* The Rust rivals. Their loops are Rust's own: rust/src/lib.rs. */
#include "bench.h"

void bench_rust_std_mutex(uint64_t n, unsigned int work);
void bench_rust_arc(uint64_t n, unsigned int work);
void bench_rust_weak(uint64_t n, unsigned int work);
size_t bench_rust_std_mutex_bytes(void);
size_t bench_rust_arc_bytes(void);

#ifdef BENCH_PARKING_LOT_VERSION
void bench_rust_parking_lot(uint64_t n, unsigned int work);
size_t bench_rust_parking_lot_bytes(void);
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
	static struct bench_subject refcount, kref, arc, weak, mutex;

	add_arc(&refcount, "refcount", 0);
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
