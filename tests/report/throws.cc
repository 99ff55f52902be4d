// SPDX-License-Identifier: MIT
//
// A hook that throws, through the library's frames: at a misuse, and at a
// deadlock where the library would not have returned. The locks are as good
// afterwards as before.
#include <cstdio>
#include <stdexcept>
#include <string>

#include <ksync/mutex.h>
#include <ksync/refcount.h>
#include <ksync/report.h>
#include <ksync/semaphore.h>
#include <ksync/spinlock.h>

static void hook(const struct ksync_report *report)
{
	throw std::runtime_error(report->what);
}

static int failed;
static int caught;

template <typename Misuse> static void expect(const char *words, Misuse misuse)
{
	try {
		misuse();
	} catch (const std::runtime_error &e) {
		caught++;
		if (std::string(e.what()).find(words) != std::string::npos)
			return;
		std::fprintf(stderr, "says: %s\n", e.what());
	}
	std::fprintf(stderr, "nothing thrown that says '%s'\n", words);
	failed = 1;
}

int main()
{
	static KSYNC_DEFINE_MUTEX(mutex);
	static KSYNC_DEFINE_SPINLOCK(spinlock);
	static KSYNC_DEFINE_SEMAPHORE(semaphore, KSYNC_SEMAPHORE_MAX);
	ksync_refcount_t refs = KSYNC_REFCOUNT_INIT(0);

	ksync_report_hook_set(hook);
	expect("nobody holds it", [] { ksync_mutex_unlock(&mutex); });
	ksync_mutex_lock(&mutex);
	// More often than hooks may be nested: each was left.
	for (int i = 0; i < 10; i++)
		expect("again by its holder", [] { ksync_mutex_lock(&mutex); });
	ksync_mutex_unlock(&mutex);
	ksync_mutex_lock(&mutex);
	ksync_mutex_unlock(&mutex);

	expect("nobody holds it", [] { ksync_spin_unlock(&spinlock); });
	ksync_spin_lock(&spinlock);
	ksync_spin_unlock(&spinlock);

	expect("largest count", [] { ksync_up(&semaphore); });
	ksync_down(&semaphore);
	ksync_up(&semaphore);

	expect("use after free", [&] { ksync_refcount_inc(&refs); });
	if ((int)ksync_refcount_read(&refs) >= 0)
		failed = 1;

	std::printf("%d thrown and caught\n", caught);
	return failed;
}
