/* SPDX-License-Identifier: MIT */
/* The frames of the caller. */
#ifndef KSYNC_GLUE_STACKTRACE_H
#define KSYNC_GLUE_STACKTRACE_H

#include <linux/types.h>

unsigned int stack_trace_save(unsigned long *store, unsigned int size,
			      unsigned int skip);
void stack_trace_print(const unsigned long *entries, unsigned int n,
		       int spaces);
int stack_trace_snprint(char *buf, size_t size, const unsigned long *entries,
			unsigned int n, int spaces);
#define filter_irq_stacks(entries, n) (n)

#endif
