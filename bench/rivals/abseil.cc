// SPDX-License-Identifier: MIT
/*
 * abseil's mutex, which has readers, too; without its deadlock detection: some
 * builds have it on, which costs several times the lock itself and is not what
 * a release user gets.
 */
#include <absl/synchronization/mutex.h>

#include <cstdint>

#include "bench.h"
#include "loop.h"

namespace
{

struct BENCH_ALIGNED line {
	absl::Mutex mutex;
	uint64_t total;
};

line *shared_line()
{
	static line the_line;

	return &the_line;
}

BENCH_SECTION_LOOP(run_mutex, line *at = BENCH_OPAQUE(shared_line()),
		   at->mutex.Lock(), at->total, at->mutex.Unlock())

BENCH_RW_LOOPS(rw, line *at = BENCH_OPAQUE(shared_line()),
	       at->mutex.ReaderLock(), at->mutex.ReaderUnlock(),
	       at->mutex.Lock(), at->mutex.Unlock(), at->total)

__attribute__((constructor)) void stop_detection()
{
	absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

BENCH_SUBJECT(mutex, "mutex", nullptr, "abseil", BENCH_ABSEIL_VERSION,
	      run_mutex, sizeof(absl::Mutex), 0)
BENCH_RW_SUBJECTS(rw, "abseil", BENCH_ABSEIL_VERSION, sizeof(absl::Mutex), 0)

} // namespace
