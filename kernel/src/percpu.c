/* SPDX-License-Identifier: MIT */
/*
 * Copies for each CPU. Those of static variables are made, of a program's or
 * shared object's section as it is, when one of them is first asked for.
 * Allocated ones lie in a reserved range of equal units, one a CPU, in which a
 * pointer is the address in the first.
 */
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/percpu.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <ksync/watch.h>

#define UNIT ((size_t)16 << 20)
#define CLASSES 13 /* of 16 bytes to 64 kB */

struct image {
	struct image *next;
	char *start;
	size_t size;
	char *copies; /* of CPU 1 and the following */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct image *images; /* added under the lock, read without */
/* Under the lock, but the base, which changes once. */
static char *base;
static size_t used;
static void *spare[CLASSES]; /* linked through CPU 0's copies */
/* What lies in each 64 kB of a unit is of one class. */
static unsigned char classes[UNIT >> 16];

/*
 * What the copies hold at first is seen by whoever finds them. The notes are
 * for programs under ThreadSanitizer, which does not see this library's order.
 */
static struct image *image_of(char *start, size_t size)
{
	struct image *image = __atomic_load_n(&images, __ATOMIC_ACQUIRE);

	while (image && image->start != start)
		image = image->next;
	if (image) {
		ksync_watch_opaque_acquire(image);
		return image;
	}
	pthread_mutex_lock(&lock);
	for (image = images; image && image->start != start;)
		image = image->next;
	if (!image) {
		unsigned int others = nr_cpu_ids - 1;

		image = calloc(1, sizeof(*image));
		image->start = start;
		image->size = (size + 63) & ~(size_t)63;
		image->copies = aligned_alloc(64, image->size * others + 64);
		for (unsigned int i = 0; i < others; i++)
			memcpy(image->copies + i * image->size, start, size);
		image->next = images;
		ksync_watch_opaque_release(image);
		__atomic_store_n(&images, image, __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&lock);
	return image;
}

void *ksync_glue_per_cpu(const void *p, int cpu, char *start, char *stop)
{
	char *at = (char *)p;

	if (cpu < 0)
		cpu = (int)ksync_glue_this_cpu();
	if (at >= start && at < stop) {
		struct image *image = image_of(start, (size_t)(stop - start));

		return cpu == 0 ?
			       at :
			       image->copies + (size_t)(cpu - 1) * image->size +
				       (at - start);
	}
	return at + (size_t)cpu * UNIT;
}

static unsigned int class_of(size_t size)
{
	unsigned int class = 0;

	while (((size_t)16 << class) < size)
		class ++;
	return class;
}

/* Under the lock: 64 kB more of this class. */
static bool more(unsigned int class)
{
	size_t size = (size_t)16 << class;

	if (!base) {
		void *range = mmap(NULL, UNIT * nr_cpu_ids,
				   PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
				   -1, 0);

		if (range == MAP_FAILED)
			return false;
		base = range;
	}
	if (used == UNIT)
		return false;
	classes[used >> 16] = (unsigned char)class;
	for (size_t at = 0; at < (size_t)1 << 16; at += size) {
		*(void **)(base + used + at) = spare[class];
		spare[class] = base + used + at;
	}
	used += (size_t)1 << 16;
	return true;
}

void *ksync_glue_alloc_percpu(size_t size, size_t align)
{
	unsigned int class = class_of(size > align ? size : align);
	void *p = NULL;

	if (WARN_ON(class >= CLASSES))
		return NULL;
	pthread_mutex_lock(&lock);
	if (spare[class] || more(class)) {
		p = spare[class];
		spare[class] = *(void **)p;
	}
	pthread_mutex_unlock(&lock);
	for (unsigned int cpu = 0; p && cpu < nr_cpu_ids; cpu++)
		memset((char *)p + cpu * UNIT, 0, size);
	return p;
}

void free_percpu(void *p)
{
	unsigned int class;

	if (!p)
		return;
	pthread_mutex_lock(&lock);
	class = classes[(size_t)((char *)p - base) >> 16];
	*(void **)p = spare[class];
	spare[class] = p;
	pthread_mutex_unlock(&lock);
}
