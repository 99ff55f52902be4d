/* SPDX-License-Identifier: MIT */
/* Seconds and nanoseconds. */
#ifndef KSYNC_GLUE_TIME64_H
#define KSYNC_GLUE_TIME64_H

#include <linux/types.h>

#include <time.h>

#define MSEC_PER_SEC 1000L
#define USEC_PER_MSEC 1000L
#define NSEC_PER_USEC 1000L
#define NSEC_PER_MSEC 1000000L
#define USEC_PER_SEC 1000000L
#define NSEC_PER_SEC 1000000000L
#define PSEC_PER_NSEC 1000L
#define FSEC_PER_SEC 1000000000000000LL

struct timespec64 {
	time64_t tv_sec;
	long tv_nsec;
};

static inline struct timespec64 ns_to_timespec64(s64 ns)
{
	s64 seconds = ns / NSEC_PER_SEC;
	s64 rest = ns % NSEC_PER_SEC;

	return rest < 0 ?
		       (struct timespec64){ seconds - 1, rest + NSEC_PER_SEC } :
		       (struct timespec64){ seconds, rest };
}

#define timespec64_to_ns(ts) ((s64)(ts)->tv_sec * NSEC_PER_SEC + (ts)->tv_nsec)

#endif
