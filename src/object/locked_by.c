/* SPDX-License-Identifier: MIT */
/*
 * The word is the owner's address, which nobody changes: who shows another
 * object may hold that one's lock, and no lock of this data's.
 */
#include <ksync/locked_by.h>

#include "watch/report.h"

KSYNC_COLD void ksync__locked_by_refused(const void *data, const void *owner)
{
	(void)owner;
	ksync__misuse("locked_by", data,
		      "accessed by the lock of an object that does not own it",
		      "give the owner that it was initialised with",
		      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
}
