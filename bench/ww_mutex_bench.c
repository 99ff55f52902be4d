// SPDX-License-Identifier: MIT
/*
 * The wound/wait mutex: a section under two locks that are taken in turns in
 * either order, beside two mutexes that are taken by trying (std::scoped_lock);
 * and one lock without a context.
 */
#include <ksync/ww_mutex.h>

#include "bench.h"
#include "loop.h"

static KSYNC_DEFINE_WW_CLASS(bench_class);

static struct line {
	ksync_ww_mutex_t mutex;
	uint64_t total;
} lines[2] BENCH_ALIGNED, single BENCH_ALIGNED;

__attribute__((constructor)) static void init(void)
{
	ksync_ww_mutex_init(&single.mutex, &bench_class);
	for (int i = 0; i < 2; i++)
		ksync_ww_mutex_init(&lines[i].mutex, &bench_class);
}

static void enter_both(ksync_ww_acquire_ctx_t *ctx, struct line *at,
		       unsigned int first)
{
	ksync_ww_mutex_t *a = &at[first & 1].mutex;
	ksync_ww_mutex_t *b = &at[~first & 1].mutex;
	ksync_ww_mutex_t *had;

	ksync_ww_acquire_init(ctx, &bench_class);
	if (ksync_ww_mutex_lock(a, ctx))
		__builtin_trap();
	while (ksync_ww_mutex_lock(b, ctx)) {
		ksync_ww_mutex_unlock(a);
		ksync_ww_mutex_lock_slow(b, ctx);
		had = a;
		a = b;
		b = had;
	}
}

static void leave_both(ksync_ww_acquire_ctx_t *ctx, struct line *at)
{
	ksync_ww_mutex_unlock(&at[0].mutex);
	ksync_ww_mutex_unlock(&at[1].mutex);
	ksync_ww_acquire_fini(ctx);
}

BENCH_SECTION_LOOP(run_pair, struct line *at = BENCH_OPAQUE(&lines[0]);
		   ksync_ww_acquire_ctx_t ctx,
		   enter_both(&ctx, at, (unsigned int)n), at->total,
		   leave_both(&ctx, at))

BENCH_SECTION_LOOP(run_single, struct line *at = BENCH_OPAQUE(&single),
		   if (ksync_ww_mutex_lock(&at->mutex, NULL)) __builtin_trap(),
		   at->total, ksync_ww_mutex_unlock(&at->mutex))

BENCH_SUBJECT(pair, .family = "ww_mutex", .impl = "ksync", .run = run_pair,
	      .bytes = sizeof(ksync_ww_mutex_t))
BENCH_SUBJECT(single, .family = "ww_mutex", .op = "single", .impl = "ksync",
	      .run = run_single, .bytes = sizeof(ksync_ww_mutex_t),
	      .traits = BENCH_ALONE)

static const struct bench_scenario contended[] = {
	/* threads, section in ns */
	{ 2, 0 },
	{ 2, 500 },
	{ 8, 500 },
	{ 64, 500 },
};

BENCH_FAMILY(ww_mutex, contended)
