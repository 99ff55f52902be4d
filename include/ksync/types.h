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

/* Jiffies in a second. */
#define KSYNC_HZ 1000
/* A timeout of this many jiffies never ends. */
#define KSYNC_MAX_SCHEDULE_TIMEOUT LONG_MAX
/* The longest time that can be added to a point in time. */
#define KSYNC_MAX_JIFFY_OFFSET ((LONG_MAX >> 1) - 1)

KSYNC_BEGIN_DECLS

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
	return m > INT_MAX ? (unsigned long)KSYNC_MAX_JIFFY_OFFSET : m;
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
	return (unsigned int)j;
}

KSYNC_END_DECLS

#endif
