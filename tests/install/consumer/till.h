/* SPDX-License-Identifier: MIT */
/* One object for a translation unit in native names and one in kernel names. */
#ifndef TILL_H
#define TILL_H

#include <ksync/mutex.h>
#include <ksync/refcount.h>

struct till {
	ksync_mutex_t lock;
	ksync_refcount_t users;
	int cents; /* under lock */
};

extern struct till till;

/* True if the caller holds the till's lock, as seen in native names. */
bool till_is_mine(void);
void till_add(int cents);

#endif
