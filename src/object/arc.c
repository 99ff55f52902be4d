/* SPDX-License-Identifier: MIT */
/*
 * Words: strong, weak; two refcounts (refcount.c)
 *
 *  strong, weak  event                  to        by            order
 *  -             alloc                  0, 1      the owner
 *  0, w          share                  1, w      unique owner  release
 *  n, w          get                    n+1, w    a holder      relaxed
 *  n > 1, w      put                    n-1, w    a holder      release
 *  1, w          put: drop, then        0, w-1    last holder   release, then
 *                weak put                                       acquire
 *  1, w          into_unique_or_put     0, w      last holder   the same
 *  n, w          downgrade, weak get    n, w+1    a holder      relaxed
 *  n > 0, w      upgrade                n+1, w    weak holder   acquire
 *  0, w > 1      weak put               0, w-1    weak holder   release
 *  0, 1          weak put: free         -         the last      release, then
 *                                                               acquire
 *
 *  I1  All strong references together, or the unique one, have one weak one. So
 *      the memory lives as long as anybody may look at the counts.
 *  I2  strong is 0 while the object is unique, dropped or being dropped: no
 *      upgrade gets in. Only share() leaves 0.
 *  I3  A saturated strong count leaks the object, a saturated weak one the
 *      memory.
 */
#include <ksync/arc.h>
#include <ksync/watch.h>

#include "port/port.h"

ksync_arc_t *ksync__arc_alloc(size_t size, void (*drop)(void *object))
{
	ksync_arc_t *arc = ksync__heap_alloc(size);

	if (!arc)
		return NULL;
	ksync_refcount_set(&arc->weak, 1);
	arc->drop = drop;
	return arc;
}

void ksync__arc_drop(ksync_arc_t *arc)
{
	if (arc->drop)
		arc->drop(ksync__arc_object(arc));
	ksync_watch_order_release(&arc->weak);
	ksync__arc_weak_put(arc);
}

void ksync__arc_free(ksync_arc_t *arc)
{
	ksync_watch_order_acquire(&arc->weak);
	ksync__heap_free(arc);
}
