/* SPDX-License-Identifier: MIT */
/*
 * What this machine offers, and which fallbacks are in use.
 */
#ifndef KSYNC_STATUS_H
#define KSYNC_STATUS_H

#include <ksync/types.h>

struct ksync_status {
	const char *version; /* of the library, not of the headers */
	const char *variant; /* "release" */
	/*
	 * membarrier(2). Without it a mutex's first waiter after a calm time
	 * takes a nap of a millisecond before it sleeps.
	 */
	bool membarrier;
	/* rseq(2) area that libc registered, in bytes; 0 if there is none. */
	unsigned int rseq_size;
	/* The program brought ThreadSanitizer; the library tells it. */
	bool tsan;
};

KSYNC_BEGIN_DECLS

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

KSYNC_END_DECLS

#endif
