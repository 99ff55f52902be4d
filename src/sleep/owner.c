/* SPDX-License-Identifier: MIT */
/* The diagnosis of an owner's word, which is only read here. */
#include <errno.h>

#include <ksync/atomic.h>

#include "owner.h"
#include "watch/report.h"

static int owner_stuck(const struct ksync__request *req, int holder,
		       const char *what, const char *advice)
{
	if (req->can_fail) {
		ksync__misuse(req->type, req->lock, what, advice, req->where,
			      holder);
		return -EDEADLK;
	}
	ksync__deadlock(req->type, req->lock, what, advice, req->where, holder);
	ksync__thread_hang();
}

bool ksync__owner_is_here_elsewhere(unsigned long owner)
{
	return ksync__ref_is_foreign(owner) &&
	       ksync__holder_of_ref(owner) == ksync__gettid();
}

int ksync__owner_check_recursion(unsigned long owner,
				 const struct ksync__request *req)
{
	if (ksync_unlikely(ksync__owner_is_here_elsewhere(owner)))
		return owner_stuck(req, ksync__gettid(),
				   "locked again by its holder, through "
				   "another copy of the library",
				   KSYNC__ONE_COPY);
	if (owner != req->wait.self->ref)
		return 0;
	return owner_stuck(req, ksync__holder_of_ref(owner),
			   "locked again by its holder",
			   "this lock is not recursive: split the function "
			   "that expects it held");
}

ksync_s64 ksync__owner_look_at(const struct ksync__wait *wait,
			       ksync_s64 longest)
{
	ksync_s64 at = ksync__clock_ns() + longest;

	return at < wait->deadline ? at : wait->deadline;
}

bool ksync__owner_is_gone(const unsigned long *word)
{
	unsigned long owner = KSYNC_READ_ONCE(*word);

	/* Looked up twice: it may have unlocked and exited in between. */
	return ksync__holder_of_ref(owner) == KSYNC_HOLDER_GONE &&
	       KSYNC_READ_ONCE(*word) == owner;
}

int ksync__owner_gone(const struct ksync__request *req)
{
	return owner_stuck(req, KSYNC_HOLDER_GONE,
			   "held by a thread that is gone",
			   "unlock before the thread exits; do not fork while "
			   "other threads hold locks; initialise the lock");
}

void ksync__owner_unknown(const struct ksync__request *req, bool readers)
{
	ksync__misuse(req->type, req->lock,
		      readers ? "read for 10 seconds while somebody waits: its "
				"readers may be gone" :
				"written for 10 seconds by nobody",
		      "a thread that exits, or that a fork does not copy, "
		      "never releases; nor does the caller, if it holds it "
		      "itself",
		      req->where, KSYNC_HOLDER_NONE);
}

int ksync__owner_circle(const struct ksync__request *req, unsigned long owner)
{
	return owner_stuck(req, ksync__holder_of_ref(owner),
			   "its holder waits, perhaps over others, for the "
			   "caller",
			   "take such locks in one order");
}

void ksync__owner_destroyed(const struct ksync__request *req)
{
	ksync__misuse(req->type, req->lock, "locked after it was destroyed",
		      "keep the object alive, or initialise it again",
		      req->where, KSYNC_HOLDER_NONE);
}

void ksync__owner_stranger(const char *type, const void *lock,
			   unsigned long owner, const void *where)
{
	if (!owner)
		ksync__misuse(type, lock, "unlocked, but nobody holds it",
			      "unlock once for each lock", where,
			      KSYNC_HOLDER_NONE);
	else if (owner == KSYNC__DESTROYED)
		ksync__misuse(type, lock, "unlocked after it was destroyed",
			      "unlock before the object's end", where,
			      KSYNC_HOLDER_NONE);
	else if (ksync__owner_is_here_elsewhere(owner))
		ksync__misuse(type, lock,
			      "unlocked through another copy of the library "
			      "than the one that locked it",
			      KSYNC__ONE_COPY, where, ksync__gettid());
	else
		ksync__misuse(type, lock,
			      "unlocked by a thread that does not hold it",
			      "unlock in the thread that locked; a semaphore "
			      "may be released by another",
			      where, ksync__holder_of_ref(owner));
}

void ksync__owner_busy(const char *type, const void *lock, unsigned long owner,
		       const void *where)
{
	if (owner == KSYNC__DESTROYED)
		ksync__misuse(type, lock, "destroyed twice",
			      "destroy once, when nobody uses it", where,
			      KSYNC_HOLDER_NONE);
	else
		ksync__misuse(type, lock, "destroyed while it is held",
			      "unlock first", where,
			      ksync__holder_of_ref(owner));
}
