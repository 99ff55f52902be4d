/* SPDX-License-Identifier: MIT */
/*
 * The shape that every measured loop shares, so that rows differ in nothing but
 * the operation. rivals/rust/src/lib.rs repeats it in Rust: change both.
 */
#ifndef KSYNC_BENCH_LOOP_H
#define KSYNC_BENCH_LOOP_H

#include <stdbool.h>
#include <stdint.h>

/* Two cache lines: the adjacent-line prefetcher joins pairs. */
#define BENCH_LINE 128
#define BENCH_ALIGNED __attribute__((aligned(BENCH_LINE)))

/*
 * Hides where @ptr came from. A user reaches a lock through a pointer, not
 * through the constant address of a static object.
 */
#define BENCH_OPAQUE(ptr)                                \
	__extension__({                                  \
		__typeof__(ptr) bench_ptr_ = (ptr);      \
		__asm__ volatile("" : "+r"(bench_ptr_)); \
		bench_ptr_;                              \
	})

/* The compiler must have @value ready, as if somebody used it. */
#define BENCH_USE(value) __asm__ volatile("" : : "r"(value))

/* Waits until everything before it is done, run-ahead included. */
static inline void bench_fence(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__asm__ volatile("lfence" : : : "memory");
#elif defined(__aarch64__)
	__asm__ volatile("isb" : : : "memory");
#else
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

/*
 * Simulated work: @units dependent multiplications, fenced. Without the fence
 * the processor runs ahead into the next section and contended loops look up to
 * twice as fast as they are.
 */
static inline void bench_work(unsigned int units)
{
	uint64_t chain = 3;

	while (units--) {
		chain *= chain;
		__asm__ volatile("" : "+r"(chain));
	}
	bench_fence();
}

/*
 * Defines void name(n, work): @enter, one increment of @counter, @leave. The
 * test of @work stands outside, so that the tight loop holds nothing else.
 */
#define BENCH_SECTION_LOOP(name, setup, enter, counter, leave) \
	static void name(uint64_t n, unsigned int work)        \
	{                                                      \
		setup;                                         \
		if (!work) {                                   \
			while (n--) {                          \
				enter;                         \
				(counter)++;                   \
				leave;                         \
			}                                      \
			return;                                \
		}                                              \
		while (n--) {                                  \
			enter;                                 \
			(counter)++;                           \
			bench_work(work);                      \
			leave;                                 \
			bench_work(work);                      \
		}                                              \
	}

/* The same for readers and writers: one turn in 16 writes. */
#define BENCH_RW_LOOP(name, setup, read, leave_read, write, leave_write, \
		      counter)                                           \
	static void name(uint64_t n, unsigned int work)                  \
	{                                                                \
		setup;                                                   \
		while (n--) {                                            \
			if (n % 16) {                                    \
				read;                                    \
				BENCH_USE(counter);                      \
				if (work)                                \
					bench_work(work);                \
				leave_read;                              \
			} else {                                         \
				write;                                   \
				(counter)++;                             \
				if (work)                                \
					bench_work(work);                \
				leave_write;                             \
			}                                                \
			if (work)                                        \
				bench_work(work);                        \
		}                                                        \
	}

/* Defines void name(n, work) for an operation without a section. */
#define BENCH_OP_LOOP(name, setup, op)                  \
	static void name(uint64_t n, unsigned int work) \
	{                                               \
		setup;                                  \
		(void)work;                             \
		while (n--) {                           \
			op;                             \
		}                                       \
	}

/* Part of the loop, whatever the compiler thinks of its size. */
#define BENCH_INLINE static inline __attribute__((always_inline))

/* Of so many operations on what is read often, one writes. */
#define BENCH_READS 16

/*
 * Defines the loops name_read, name_write and name_mixed. Readers look at the
 * counter that writers increase.
 */
#define BENCH_RW_LOOPS(name, setup, enter_read, leave_read, enter_write, \
		       leave_write, counter)                             \
	static void name##_read(uint64_t n, unsigned int work)           \
	{                                                                \
		setup;                                                   \
		while (n--) {                                            \
			enter_read;                                      \
			BENCH_USE(counter);                              \
			if (work)                                        \
				bench_work(work);                        \
			leave_read;                                      \
			if (work)                                        \
				bench_work(work);                        \
		}                                                        \
	}                                                                \
	BENCH_SECTION_LOOP(name##_write, setup, enter_write, counter,    \
			   leave_write)                                  \
	static void name##_mixed(uint64_t n, unsigned int work)          \
	{                                                                \
		setup;                                                   \
		while (n--) {                                            \
			bool writes = n % BENCH_READS == 0;              \
                                                                         \
			if (writes) {                                    \
				enter_write;                             \
				(counter)++;                             \
			} else {                                         \
				enter_read;                              \
				BENCH_USE(counter);                      \
			}                                                \
			if (work)                                        \
				bench_work(work);                        \
			if (writes) {                                    \
				leave_write;                             \
			} else {                                         \
				leave_read;                              \
			}                                                \
			if (work)                                        \
				bench_work(work);                        \
		}                                                        \
	}

/* The rows of these loops. C++ has no designated initialisers before C++20. */
#define BENCH_RW_SUBJECTS(name, impl, version, bytes, traits)        \
	BENCH_SUBJECT(name##_read, "rwsem", "read", impl, version,   \
		      name##_read, bytes, traits)                    \
	BENCH_SUBJECT(name##_write, "rwsem", "write", impl, version, \
		      name##_write, bytes, (traits) | BENCH_ALONE)   \
	BENCH_SUBJECT(name##_mixed, "rwsem", "mixed", impl, version, \
		      name##_mixed, bytes, traits)

/*
 * Defines the loop name_rate, for what is nearly always read: one turn in
 * "every" writes, counted over all of the thread's calls, of which "left" are
 * left; and with the rows of it, by the rate. Alone, "read" never writes.
 */
#define BENCH_RATE_LOOP(name, setup, enter_read, leave_read, enter_write,      \
			leave_write, counter)                                  \
	static uint64_t name##_rate(uint64_t n, uint64_t every, uint64_t left) \
	{                                                                      \
		setup;                                                         \
		while (n--) {                                                  \
			if (--left) {                                          \
				enter_read;                                    \
				BENCH_USE(counter);                            \
				leave_read;                                    \
			} else {                                               \
				enter_write;                                   \
				(counter)++;                                   \
				leave_write;                                   \
				left = every;                                  \
			}                                                      \
		}                                                              \
		return left;                                                   \
	}

#define BENCH_RATE(name, every, op, impl, version, bytes, traits)        \
	static void name##_##every(uint64_t n, unsigned int work)        \
	{                                                                \
		static __thread uint64_t left = every;                   \
                                                                         \
		(void)work;                                              \
		left = name##_rate(n, every, left);                      \
	}                                                                \
	BENCH_SUBJECT(name##_##every, "percpu_rwsem", op, impl, version, \
		      name##_##every, bytes, traits)
#define BENCH_NEVER 0xffffffffffffull
#define BENCH_RATE_SUBJECTS(name, impl, version, bytes)                  \
	BENCH_RATE(name, BENCH_NEVER, "read", impl, version, bytes, 0)   \
	BENCH_RATE(name, 10000, "one_in_10000", impl, version, bytes, 0) \
	BENCH_RATE(name, 1000, "one_in_1000", impl, version, bytes, 0)   \
	BENCH_RATE(name, 100, "one_in_100", impl, version, bytes, 0)     \
	BENCH_RATE(name, 10, "one_in_10", impl, version, bytes, 0)

#endif /* KSYNC_BENCH_LOOP_H */
