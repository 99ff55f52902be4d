/* SPDX-License-Identifier: MIT */
/*
 * Word: refs, a signed count
 *
 *  from        event                    to         by          order
 *  0           set                      n          the owner
 *  n > 0       inc, add                 n + i      a holder    relaxed
 *  n > 1       dec, dec_and_test        n - 1      a holder    release
 *  1           dec_and_test             0          last holder release, then
 *                                                              acquire
 *  0, < 0 or   any that goes wrong      SATURATED  that caller relaxed
 *  too many
 *
 *  I1  From 0 only set() leads back. A get on 0 is misuse.
 *  I2  SATURATED is 2^30 away from both 0 and INT_MIN. Operations that race
 *      with the store below move it by one each and then store again, so no
 *      number of threads that can exist leaves the negative half.
 *  I3  A saturated count never finds a last reference: it leaks. Harmless.
 */
#include <ksync/refcount.h>
#include <ksync/watch.h>

#include "watch/report.h"

static const char negative_advice[] = "get and put positive numbers";

KSYNC_COLD void ksync__refcount_warn_saturate(ksync_refcount_t *r,
					      enum ksync_refcount_saturation t)
{
	static const char *const what[] = {
		[KSYNC_REFCOUNT_ADD_NOT_ZERO_OVF] =
			"saturated by inc_not_zero; the object leaks",
		[KSYNC_REFCOUNT_ADD_OVF] = "saturated; the object leaks",
		[KSYNC_REFCOUNT_ADD_UAF] = "incremented from 0: use after free",
		[KSYNC_REFCOUNT_SUB_UAF] = "went below 0: use after free",
		[KSYNC_REFCOUNT_DEC_LEAK] =
			"plain dec put the last reference; the object leaks",
		[KSYNC_REFCOUNT_NEGATIVE] =
			"a negative number of references; the object leaks",
		[KSYNC_REFCOUNT_GET_NEGATIVE] =
			"a negative number of references: got none",
	};
	static const char *const advice[] = {
		[KSYNC_REFCOUNT_ADD_NOT_ZERO_OVF] =
			"somebody gets references and does not put them",
		[KSYNC_REFCOUNT_ADD_OVF] =
			"somebody gets references and does not put them",
		[KSYNC_REFCOUNT_ADD_UAF] =
			"get from a reference that you have, or with "
			"inc_not_zero under a lock or RCU",
		[KSYNC_REFCOUNT_SUB_UAF] = "put once for each get",
		[KSYNC_REFCOUNT_DEC_LEAK] =
			"put with dec_and_test, and end the object if it "
			"returns true",
		[KSYNC_REFCOUNT_NEGATIVE] = negative_advice,
		[KSYNC_REFCOUNT_GET_NEGATIVE] = negative_advice,
	};

	if (t != KSYNC_REFCOUNT_GET_NEGATIVE)
		ksync_refcount_set(r, KSYNC_REFCOUNT_SATURATED);
	ksync__misuse("refcount", r, what[t], advice[t], KSYNC__CALLER(),
		      KSYNC_HOLDER_NONE);
}

bool ksync_refcount_dec_not_one(ksync_refcount_t *r)
{
	int old = ksync_atomic_read(&r->refs);

	do {
		if (old == 1)
			return false;
		if (old == 0)
			ksync__misuse("refcount", r,
				      "went below 0: use after free",
				      "put once for each get", KSYNC__CALLER(),
				      KSYNC_HOLDER_NONE);
		if (old <= 0)
			return true;
		ksync_watch_order_release(&r->refs);
		/* ORDER refcount.put: release. Other end:
		 * ksync___refcount_sub_and_test(). */
	} while (!ksync_atomic_try_cmpxchg_release(&r->refs, &old, old - 1));
	return true;
}
