/* SPDX-License-Identifier: MIT */
/*
 * Word: refcnt, one less than the number of references, modulo 2^32
 *
 *  from         event        to          by           order
 *  n            get          n + 1       anybody      relaxed
 *  n > 0        put          n - 1       a holder     release
 *  0            put          NOREF       a holder     release
 *  NOREF        get          0           anybody      relaxed: it lives again
 *  NOREF        put, 2nd     DEAD        who put      acquire
 *               step
 *  NOREF        put          DEAD        no holder: misuse
 *  dead zone    get, put     DEAD        anybody; the put is misuse
 *  MAXREF       get          SATURATED   misuse
 *  saturated    get, put     SATURATED
 *
 *  I1  From DEAD nothing leads back, so the second step succeeds once: by the
 *      one who ends the object.
 *  I2  Each zone is 2^29 wide on both sides of its middle, to which each slow
 *      path brings the count back: no number of threads that can exist leaves
 *      it by racing.
 *  I3  Who comes to the second step has been in an RCU reader since the first,
 *      so the word is there, though another has found NOREF meanwhile, made it
 *      DEAD and begun to free the object.
 *  I4  A put judges by what it found itself: what the word is now may be
 *      another's.
 */
#include <ksync/rcuref.h>

#include "watch/report.h"

static void rcuref_set(ksync_rcuref_t *ref, unsigned int cnt)
{
	ksync_atomic_set(&ref->refcnt, (int)cnt);
}

static void rcuref_saturate(ksync_rcuref_t *ref)
{
	rcuref_set(ref, KSYNC_RCUREF_SATURATED);
}

KSYNC_COLD bool ksync__rcuref_get_slow(ksync_rcuref_t *ref)
{
	unsigned int cnt = (unsigned int)ksync_atomic_read(&ref->refcnt);

	if (cnt >= KSYNC_RCUREF_RELEASED) {
		rcuref_set(ref, KSYNC_RCUREF_DEAD);
		return false;
	}
	rcuref_saturate(ref);
	ksync__misuse("rcuref", ref, "saturated; the object leaks",
		      "somebody gets references and does not put them",
		      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
	return true;
}

/* The second step, of who has found NOREF (I3). */
bool ksync__rcuref_mark_dead(ksync_rcuref_t *ref)
{
	int cnt = (int)KSYNC_RCUREF_NOREF;

	/* ORDER rcuref.put: acquire. The object's end comes after every other
	 * put. Other end: ksync__rcuref_dec(). */
	return ksync_atomic_try_cmpxchg_acquire(&ref->refcnt, &cnt,
						(int)KSYNC_RCUREF_DEAD);
}

/* A put has found "cnt" (I4), of a count that is saturated or dead. */
KSYNC_COLD void ksync__rcuref_put_slow(ksync_rcuref_t *ref, unsigned int cnt)
{
	if (cnt < KSYNC_RCUREF_RELEASED) {
		rcuref_saturate(ref);
		return;
	}
	rcuref_set(ref, KSYNC_RCUREF_DEAD);
	ksync__misuse("rcuref", ref, "put without a reference: use after free",
		      "put once for each get", KSYNC__CALLER(),
		      KSYNC_HOLDER_NONE);
}
