/* SPDX-License-Identifier: MIT */
/* A closure waits for the work it was given, and goes on in a work queue. */
#include <linux/closure.h>
#include <linux/module.h>

static atomic_t done;
static struct closure top;

static void part(struct work_struct *work)
{
	struct closure *cl = container_of(work, struct closure, work);

	atomic_inc(&done);
	closure_return(cl);
}

static void start(struct closure *cl)
{
	continue_at(cl, part, system_wq);
}

static int __init closures(void)
{
	struct closure parts[64];

	closure_init_stack(&top);
	for (int i = 0; i < 64; i++) {
		closure_init(&parts[i], &top);
		start(&parts[i]);
	}
	closure_sync(&top);
	return atomic_read(&done) == 64 ? 0 : -EINVAL;
}
module_init(closures);
