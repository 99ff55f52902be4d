/* SPDX-License-Identifier: MIT */
/* A report hook with data of its own, set while other threads run. */
#include <sched.h>

#include <ksync/ksync.h>

#include "../crew.h"

static int seen; /* plain: written before the hook is set, then the hook's */
static int ready;

static void hear(const struct ksync_report *report)
{
	need(report->kind == KSYNC_REPORT_MISUSE, "the kind");
	need(seen == 1, "the hook's data");
	seen++;
}

static void *misuse(void *unused)
{
	ksync_refcount_t dead = KSYNC_REFCOUNT_INIT(0);

	(void)unused;
	while (!KSYNC_READ_ONCE(ready))
		sched_yield();
	ksync_refcount_inc(&dead);
	return NULL;
}

int main(void)
{
	pthread_t id = start(misuse, NULL);

	seen = 1;
	ksync_report_hook_set(hear);
	KSYNC_WRITE_ONCE(ready, 1);
	finish(id);
	need(seen == 2, "one report");
	return 0;
}
