/* SPDX-License-Identifier: MIT */
/* Stacks: saved as addresses, and printed by name. */
#include <linux/kernel.h>
#include <linux/stackdepot.h>
#include <linux/stacktrace.h>

#include <execinfo.h>
#include <pthread.h>

#define KEPT 1024
#define FRAMES 24

/* The handle counts stacks; each is in the place of its rest. */
static struct {
	depot_stack_handle_t handle;
	unsigned int n;
	unsigned long frames[FRAMES];
} kept[KEPT];
static depot_stack_handle_t last;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

unsigned int stack_trace_save(unsigned long *store, unsigned int size,
			      unsigned int skip)
{
	void *frames[64];
	int n = backtrace(frames, ARRAY_SIZE(frames));
	unsigned int kept_frames = 0;

	for (int i = 1 + (int)skip; i < n && kept_frames < size; i++)
		store[kept_frames++] = (unsigned long)frames[i];
	return kept_frames;
}

void stack_trace_print(const unsigned long *entries, unsigned int n, int spaces)
{
	for (unsigned int i = 0; i < n; i++)
		printk("%*s%pS\n", spaces + 1, "", (void *)entries[i]);
}

int stack_trace_snprint(char *buf, size_t size, const unsigned long *entries,
			unsigned int n, int spaces)
{
	int len = 0;

	for (unsigned int i = 0; i < n; i++) {
		len += ksync_glue_snprintf(buf + len, size - (size_t)len,
					   "%*s%pS\n", spaces + 1, "",
					   (void *)entries[i]);
		if ((size_t)len >= size)
			return (int)size;
	}
	return len;
}

depot_stack_handle_t stack_depot_save(unsigned long *entries, unsigned int n,
				      gfp_t flags)
{
	depot_stack_handle_t handle;

	(void)flags;
	pthread_mutex_lock(&lock);
	handle = ++last ? last : ++last;
	kept[handle % KEPT].handle = handle;
	kept[handle % KEPT].n = n < FRAMES ? n : FRAMES;
	for (unsigned int i = 0; i < kept[handle % KEPT].n; i++)
		kept[handle % KEPT].frames[i] = entries[i];
	pthread_mutex_unlock(&lock);
	return handle;
}

/* The frames may be another stack's when a thousand more were saved. */
unsigned int stack_depot_fetch(depot_stack_handle_t handle,
			       unsigned long **entries)
{
	unsigned int n = 0;

	pthread_mutex_lock(&lock);
	*entries = kept[handle % KEPT].frames;
	if (handle && kept[handle % KEPT].handle == handle)
		n = kept[handle % KEPT].n;
	pthread_mutex_unlock(&lock);
	return n;
}

void stack_depot_print(depot_stack_handle_t stack)
{
	unsigned long *entries;
	unsigned int n = stack_depot_fetch(stack, &entries);

	stack_trace_print(entries, n, 0);
}

int stack_depot_snprint(depot_stack_handle_t handle, char *buf, size_t size,
			int spaces)
{
	unsigned long *entries;
	unsigned int n = stack_depot_fetch(handle, &entries);

	return stack_trace_snprint(buf, size, entries, n, spaces);
}
