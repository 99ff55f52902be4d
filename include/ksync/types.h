/* SPDX-License-Identifier: MIT */
/*
 * Integers and time.
 *
 * A jiffy is one millisecond of CLOCK_MONOTONIC. Functions named _timeout take
 * a relative number of jiffies, as the kernel's do; functions named _until take
 * an absolute struct timespec of CLOCK_MONOTONIC.
 */
#ifndef KSYNC_TYPES_H
#define KSYNC_TYPES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <ksync/compiler.h>
#include <ksync/config.h>
#include <ksync/names.h>

typedef uint32_t ksync_u32;
typedef int32_t ksync_s32;
/* long long on every machine, as in the kernel. */
typedef unsigned long long ksync_u64;
typedef long long ksync_s64;

/* For a callback; inside the object. One tag in both name spaces: the library
 * calls the function, and UBSan compares the type of its parameter. */
struct ksync_rcu_head {
	struct ksync_rcu_head *next; /* the queue's */
	void (*func)(struct ksync_rcu_head *head);
};
typedef struct ksync_rcu_head ksync_rcu_head_t;

/* Jiffies in a second. */
#define KSYNC_HZ 1000
/* A timeout of this many jiffies never ends. */
#define KSYNC_MAX_SCHEDULE_TIMEOUT LONG_MAX
/* The longest time that can be added to a point in time. */
#define KSYNC_MAX_JIFFY_OFFSET ((LONG_MAX >> 1) - 1)

KSYNC_BEGIN_DECLS

/**
 * ksync_jiffies() - the time in jiffies
 *
 * Context: Any.
 * Return: CLOCK_MONOTONIC in jiffies; on 32-bit machines it wraps.
 * Example::
 *
 *	unsigned long start = ksync_jiffies();
 *	bool late = ksync_jiffies() - start > 5 * KSYNC_HZ;
 */
KSYNC_API unsigned long ksync_jiffies(void);

/**
 * ksync_msecs_to_jiffies() - convert milliseconds to jiffies
 * @m: milliseconds; as in the kernel, more than INT_MAX, and so what a negative
 *	number becomes, is the longest time
 *
 * Context: Any.
 * Return: the same time in jiffies, or KSYNC_MAX_JIFFY_OFFSET.
 * Example::
 *
 *	unsigned long patience = ksync_msecs_to_jiffies(250);
 */
KSYNC_INLINE unsigned long ksync_msecs_to_jiffies(unsigned int m)
{
	return m > INT_MAX ?
		       KSYNC__CAST(unsigned long, KSYNC_MAX_JIFFY_OFFSET) :
		       m;
}

/**
 * ksync_usecs_to_jiffies() - convert microseconds to jiffies
 * @u: microseconds
 *
 * Context: Any.
 * Return: the time in jiffies, rounded up.
 * Example::
 *
 *	unsigned long patience = ksync_usecs_to_jiffies(1500);
 */
KSYNC_INLINE unsigned long ksync_usecs_to_jiffies(unsigned int u)
{
	return u / 1000u + (u % 1000u != 0);
}

/**
 * ksync_jiffies_to_msecs() - convert jiffies to milliseconds
 * @j: jiffies
 *
 * Context: Any.
 * Return: the same time in milliseconds.
 * Example::
 *
 *	unsigned int ms = ksync_jiffies_to_msecs(2 * KSYNC_HZ);
 */
KSYNC_INLINE unsigned int ksync_jiffies_to_msecs(unsigned long j)
{
	return KSYNC__CAST(unsigned int, j);
}

/* A deadline in ns of CLOCK_MONOTONIC: one that never comes; no time at all. */
#define KSYNC__NEVER INT64_MAX
#define KSYNC__NO_TIME INT64_MIN

/*
 * The deadline at a point in time. Inline, so that the program's struct
 * timespec does not reach the library: on 32-bit machines libc has two, and the
 * library may have been built with the other. Saturates; NULL is never.
 */
KSYNC_PRIVATE_INLINE ksync_s64 ksync__deadline(const struct timespec *at)
{
	ksync_s64 seconds; /* time_t may be too narrow to compare */

	if (!at)
		return KSYNC__NEVER;
	seconds = at->tv_sec;
	if (at->tv_nsec < 0 || at->tv_nsec >= 1000000000)
		return KSYNC__NO_TIME;
	if (seconds < 0)
		return 0;
	if (seconds >= KSYNC__NEVER / 1000000000)
		return KSYNC__NEVER;
	return seconds * 1000000000 + at->tv_nsec;
}

KSYNC_END_DECLS

/* The functions; compilers see that the value fits into a timeout, a long. */
#define ksync_msecs_to_jiffies(m) (ksync_msecs_to_jiffies(m) & ULONG_MAX >> 1)
#define ksync_usecs_to_jiffies(u) (ksync_usecs_to_jiffies(u) & ULONG_MAX >> 1)

#endif
