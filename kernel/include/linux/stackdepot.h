/* SPDX-License-Identifier: MIT */
/* Stacks that are kept: the last 1023 that were saved, with their frames. */
#ifndef KSYNC_GLUE_STACKDEPOT_H
#define KSYNC_GLUE_STACKDEPOT_H

#include <linux/gfp.h>
#include <linux/stacktrace.h>
#include <linux/types.h>

typedef u32 depot_stack_handle_t;
depot_stack_handle_t stack_depot_save(unsigned long *entries, unsigned int n,
				      gfp_t flags);
unsigned int stack_depot_fetch(depot_stack_handle_t handle,
			       unsigned long **entries);
void stack_depot_print(depot_stack_handle_t stack);
int stack_depot_snprint(depot_stack_handle_t handle, char *buf, size_t size,
			int spaces);
static inline int stack_depot_init(void)
{
	return 0;
}
#define stack_depot_put(handle) ((void)(handle))
#define stack_depot_request_early_init() ((void)0)

#endif
