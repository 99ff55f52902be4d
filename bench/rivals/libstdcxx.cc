// SPDX-License-Identifier: MIT
/* The C++ standard library's mutexes and shared pointer. */
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <shared_mutex>

#include "bench.h"
#include "loop.h"

namespace
{

struct BENCH_ALIGNED line {
	std::mutex mutex;
	uint64_t total;
};

line shared_line;

BENCH_SECTION_LOOP(run_mutex, line *at = BENCH_OPAQUE(&shared_line),
		   at->mutex.lock(), at->total, at->mutex.unlock())

struct BENCH_ALIGNED pair {
	std::shared_mutex mutex;
	uint64_t a, b;
};

pair shared_pair;

BENCH_INLINE void read_pair(pair *at)
{
	std::shared_lock<std::shared_mutex> held(at->mutex);

	BENCH_USE(at->a);
	BENCH_USE(at->b);
}

BENCH_INLINE void write_pair(pair *at)
{
	std::unique_lock<std::shared_mutex> held(at->mutex);

	at->a++;
	at->b++;
}

BENCH_OP_LOOP(run_read, pair *at = BENCH_OPAQUE(&shared_pair), read_pair(at))
BENCH_OP_LOOP(run_write, pair *at = BENCH_OPAQUE(&shared_pair), write_pair(at))
BENCH_OP_LOOP(run_mixed, pair *at = BENCH_OPAQUE(&shared_pair),
	      if (n % BENCH_READS) read_pair(at);
	      else write_pair(at))
/* Two, in either order, by locking one and trying the other. */
line pair_of_lines[2];

BENCH_SECTION_LOOP(run_scoped_lock, line *at = BENCH_OPAQUE(&pair_of_lines[0]),
		   std::lock(at[n & 1].mutex, at[~n & 1].mutex), at->total,
		   (at[0].mutex.unlock(), at[1].mutex.unlock()))

std::once_flag done;

BENCH_OP_LOOP(run_once, std::once_flag *at = BENCH_OPAQUE(&done),
	      std::call_once(*at, [] {}))

struct BENCH_ALIGNED rw_line {
	std::shared_mutex mutex;
	uint64_t total;
};

rw_line shared_rw_line;

BENCH_RW_LOOPS(rw, rw_line *at = BENCH_OPAQUE(&shared_rw_line),
	       at->mutex.lock_shared(), at->mutex.unlock_shared(),
	       at->mutex.lock(), at->mutex.unlock(), at->total)

BENCH_RATE_LOOP(run_rw, rw_line *at = BENCH_OPAQUE(&shared_rw_line),
		at->mutex.lock_shared(), at->mutex.unlock_shared(),
		at->mutex.lock(), at->mutex.unlock(), at->total)

std::shared_ptr<uint64_t> &shared_object()
{
	static std::shared_ptr<uint64_t> object = std::make_shared<uint64_t>(0);

	return object;
}

/* Sees how much memory an object and its counts take together. */
size_t weighed;

template <typename T> struct weighing_allocator {
	using value_type = T;

	weighing_allocator() = default;
	template <typename U> weighing_allocator(const weighing_allocator<U> &)
	{
	}
	T *allocate(size_t count)
	{
		weighed = count * sizeof(T);
		return std::allocator<T>().allocate(count);
	}
	void deallocate(T *at, size_t count)
	{
		std::allocator<T>().deallocate(at, count);
	}
};

size_t count_bytes()
{
	std::allocate_shared<uint64_t>(weighing_allocator<uint64_t>(), 0u);
	return weighed - sizeof(uint64_t);
}

BENCH_OP_LOOP(run_pointer,
	      std::shared_ptr<uint64_t> *from = BENCH_OPAQUE(&shared_object()),
	      std::shared_ptr<uint64_t> copy(*from);
	      BENCH_USE(copy.get()))

BENCH_OP_LOOP(run_upgrade,
	      std::weak_ptr<uint64_t> weak(*BENCH_OPAQUE(&shared_object())),
	      std::shared_ptr<uint64_t> strong(weak.lock());
	      BENCH_USE(strong.get()))

struct BENCH_ALIGNED event {
	std::mutex mutex;
	std::condition_variable changed;
	unsigned int units;
};

/* Two on two processors, two on one. At exit somebody still waits, for whom
 * their destructors would wait: so they are never destroyed. */
alignas(event) unsigned char events_memory[4 * sizeof(event)];
event *const events = new (events_memory) event[4]();

void event_post(event &e)
{
	std::lock_guard<std::mutex> held(e.mutex);

	e.units++;
	e.changed.notify_one();
}

void event_wait(event &e)
{
	std::unique_lock<std::mutex> held(e.mutex);

	while (!e.units)
		e.changed.wait(held);
	e.units--;
}

void post(int side)
{
	event_post(events[side]);
}

void wait(int side)
{
	event_wait(events[side]);
}

void post_near(int side)
{
	event_post(events[2 + side]);
}

void wait_near(int side)
{
	event_wait(events[2 + side]);
}

bench_pair far_pair = { post, wait, false, false };
bench_pair near_pair = { post_near, wait_near, true, false };

void run_far_pair(uint64_t n, unsigned int)
{
	bench_pair_run(&far_pair, n);
}

void run_near_pair(uint64_t n, unsigned int)
{
	bench_pair_run(&near_pair, n);
}

/* C++ before C++20 has no designated initialisers. */
BENCH_SUBJECT(far_pair, "condvar", "round_trip", "std-condition_variable",
	      BENCH_LIBSTDCXX, run_far_pair, sizeof(std::condition_variable),
	      BENCH_ALONE | BENCH_PAIR)
BENCH_SUBJECT(near_pair, "condvar", "round_trip_one_cpu",
	      "std-condition_variable", BENCH_LIBSTDCXX, run_near_pair,
	      sizeof(std::condition_variable), BENCH_ALONE | BENCH_PAIR)
BENCH_SUBJECT(mutex, "mutex", nullptr, "std-mutex", BENCH_LIBSTDCXX, run_mutex,
	      sizeof(std::mutex), BENCH_RARE)
BENCH_SUBJECT(once, "once", "done", "std-call_once", BENCH_LIBSTDCXX, run_once,
	      sizeof(std::once_flag), BENCH_ALONE)
BENCH_SUBJECT(shared_read, "seqlock", "read", "std-shared_mutex",
	      BENCH_LIBSTDCXX, run_read, 0, BENCH_ALONE)
BENCH_SUBJECT(shared_write, "seqlock", "write", "std-shared_mutex",
	      BENCH_LIBSTDCXX, run_write, 0, BENCH_ALONE)
BENCH_SUBJECT(shared_mixed, "seqlock", "mixed", "std-shared_mutex",
	      BENCH_LIBSTDCXX, run_mixed, sizeof(std::shared_mutex), BENCH_RARE)
BENCH_SUBJECT(pair, "ww_mutex", nullptr, "std-scoped_lock", BENCH_LIBSTDCXX,
	      run_scoped_lock, sizeof(std::mutex), 0)
BENCH_RW_SUBJECTS(rw, "std-shared_mutex", BENCH_LIBSTDCXX,
		  sizeof(std::shared_mutex), BENCH_RARE)
BENCH_RATE_SUBJECTS(run_rw, "std-shared_mutex", BENCH_LIBSTDCXX,
		    sizeof(std::shared_mutex))
BENCH_SUBJECT(pointer, "refcount", nullptr, "shared_ptr", BENCH_LIBSTDCXX,
	      run_pointer, count_bytes(), 0)
BENCH_SUBJECT(arc_pointer, "arc", nullptr, "shared_ptr", BENCH_LIBSTDCXX,
	      run_pointer, count_bytes(), BENCH_ALONE)
BENCH_SUBJECT(arc_upgrade, "arc", "upgrade", "weak_ptr", BENCH_LIBSTDCXX,
	      run_upgrade, 0, BENCH_ALONE)
BENCH_SUBJECT(aref_pointer, "aref", nullptr, "shared_ptr", BENCH_LIBSTDCXX,
	      run_pointer, count_bytes(), 0)
BENCH_SUBJECT(kref_pointer, "kref", nullptr, "shared_ptr", BENCH_LIBSTDCXX,
	      run_pointer, count_bytes(), BENCH_ALONE)

} // namespace
