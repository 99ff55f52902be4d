/* SPDX-License-Identifier: MIT */
/*
 * What this machine offers, and which fallbacks are in use.
 */
#ifndef KSYNC_STATUS_H
#define KSYNC_STATUS_H

#include <ksync/types.h>

struct ksync_status {
	const char *version; /* of the library, not of the headers */
	const char *variant; /* "release", or "checked" */
	/*
	 * membarrier(2). Without it a mutex's first waiter after a calm time
	 * takes a nap of a millisecond before it sleeps.
	 */
	bool membarrier;
	/* rseq(2) area that libc registered, in bytes; 0 if there is none. */
	unsigned int rseq_size;
	/*
	 * How counts with a copy for each processor are made: "rseq", or
	 * "atomic" on other processors than x86-64, and if rseq(2), or the
	 * command of membarrier(2) that goes with it, was missing at the start.
	 * In a thread for which libc could not register rseq they are atomic
	 * operations in any case.
	 */
	const char *percpu;
	/*
	 * Who wants their sum interrupts the other threads by "membarrier"; if
	 * that has been refused since, by "visits" to each processor; if that
	 * was, too, by "naps" of 20 ms. "none" if they are atomic.
	 */
	const char *percpu_fence;
	/* The program brought ThreadSanitizer; the library tells it. */
	bool tsan;
};

KSYNC_BEGIN_DECLS

/* A function and a structure of one name: g++ -Wshadow minds. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
/**
 * ksync_status() - what the library found at run time
 * @status: filled in
 *
 * The answer may change: a sandbox that is entered later may take membarrier
 * away.
 *
 * Context: Any.
 * Example::
 *
 *	struct ksync_status status;
 *
 *	ksync_status(&status);
 *	printf("membarrier: %s\n", status.membarrier ? "yes" : "no");
 */
KSYNC_API void ksync_status(struct ksync_status *status);
#pragma GCC diagnostic pop

KSYNC_END_DECLS

#endif
