// SPDX-License-Identifier: MIT
/* The C++ standard library's mutex and shared pointer. */
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

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

/* C++ before C++20 has no designated initialisers. */
BENCH_SUBJECT(mutex, "mutex", nullptr, "std-mutex", BENCH_LIBSTDCXX, run_mutex,
	      sizeof(std::mutex), BENCH_RARE)
BENCH_SUBJECT(pointer, "refcount", nullptr, "shared_ptr", BENCH_LIBSTDCXX,
	      run_pointer, count_bytes(), 0)
BENCH_SUBJECT(arc_pointer, "arc", nullptr, "shared_ptr", BENCH_LIBSTDCXX,
	      run_pointer, count_bytes(), BENCH_ALONE)
BENCH_SUBJECT(arc_upgrade, "arc", "upgrade", "weak_ptr", BENCH_LIBSTDCXX,
	      run_upgrade, 0, BENCH_ALONE)
BENCH_SUBJECT(kref_pointer, "kref", nullptr, "shared_ptr", BENCH_LIBSTDCXX,
	      run_pointer, count_bytes(), BENCH_ALONE)

} // namespace
