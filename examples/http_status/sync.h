/* SPDX-License-Identifier: MIT */
/*
 * What the server needs of a library: a lock, a semaphore whose wait ends in
 * time or when the server stops, a counted object. Two implementations, so that
 * the same server runs on ksync and, to compare with, on pthreads.
 */
#ifndef SYNC_H
#define SYNC_H

#include <stdbool.h>

#ifdef HTTP_STATUS_PTHREAD
#include "sync_pthread.h"
#else
#include "sync_ksync.h"
#endif

#endif
