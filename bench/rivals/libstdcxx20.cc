// SPDX-License-Identifier: MIT
/* What C++20 brought: the counting semaphore. libstdc++ 12 makes a system call
 * for each release, whether anybody waits or not. */
#include <climits>
#include <cstdint>
#include <semaphore>

#include "bench.h"
#include "loop.h"

namespace
{

struct BENCH_ALIGNED line {
	std::counting_semaphore<INT_MAX> semaphore{ 1 };
	uint64_t total = 0;
};

line shared_line;

BENCH_SECTION_LOOP(run_semaphore, line *at = BENCH_OPAQUE(&shared_line),
		   at->semaphore.acquire(), at->total, at->semaphore.release())

BENCH_SUBJECT(semaphore, "semaphore", nullptr, "counting_semaphore",
	      BENCH_LIBSTDCXX, run_semaphore,
	      sizeof(std::counting_semaphore<INT_MAX>), 0)

} // namespace
