/* SPDX-License-Identifier: MIT */
/*
 * The explorer's machine: it stands before include/ksync/machine.h in the
 * include path, so the library's headers and sources take their steps here.
 * FULL operations are what the real file makes of them on a machine whose
 * atomic operations are no full barriers: the operation between two fences.
 */
#ifndef KSYNC_MACHINE_H
#define KSYNC_MACHINE_H

#include <ksync/types.h>

#include "../../explore.h"

#define KSYNC__MO_RELAXED __ATOMIC_RELAXED
#define KSYNC__MO_ACQUIRE __ATOMIC_ACQUIRE
#define KSYNC__MO_RELEASE __ATOMIC_RELEASE
#define KSYNC__MO_FULL __ATOMIC_ACQ_REL

#define KSYNC__AROUND(mo)                                \
	do {                                             \
		if ((mo) == KSYNC__MO_FULL)              \
			explore_fence(__ATOMIC_SEQ_CST); \
	} while (0)

/* A value as it travels: through its own type, so that it is cut or extended
 * as an assignment would. */
#define EXPLORE_PACK(p, v) ((uint64_t)(uintptr_t)(__typeof__(*(p)))(v))
#define EXPLORE_UNPACK(p, v) ((__typeof__(*(p)))(uintptr_t)(v))

#define ksync__mc_load(p, mo) \
	EXPLORE_UNPACK(p, explore_load((p), sizeof(*(p)), (mo)))
#define ksync__mc_store(p, v, mo) \
	explore_store((p), sizeof(*(p)), EXPLORE_PACK(p, v), (mo))
#define ksync__mc_store_again(p, v) \
	explore_store_again((p), sizeof(*(p)), EXPLORE_PACK(p, v))
#define EXPLORE_RMW(p, what, v, mo)                              \
	EXPLORE_UNPACK(p, explore_rmw((p), sizeof(*(p)), (what), \
				      EXPLORE_PACK(p, v), (mo)))
#define ksync__mc_xchg(p, v, mo) EXPLORE_RMW(p, EXPLORE_XCHG, v, mo)
#define ksync__mc_fetch_add(p, v, mo) EXPLORE_RMW(p, EXPLORE_ADD, v, mo)
#define ksync__mc_fetch_sub(p, v, mo) EXPLORE_RMW(p, EXPLORE_SUB, v, mo)
#define ksync__mc_fetch_and(p, v, mo) EXPLORE_RMW(p, EXPLORE_AND, v, mo)
#define ksync__mc_fetch_or(p, v, mo) EXPLORE_RMW(p, EXPLORE_OR, v, mo)
#define ksync__mc_fetch_xor(p, v, mo) EXPLORE_RMW(p, EXPLORE_XOR, v, mo)
#define ksync__mc_try_cmpxchg(p, oldp, v, mo)                             \
	__extension__({                                                   \
		uint64_t explore__old = EXPLORE_PACK(p, *(oldp));         \
		bool explore__done =                                      \
			explore_cmpxchg((p), sizeof(*(p)), &explore__old, \
					EXPLORE_PACK(p, v), (mo));        \
		if (!explore__done)                                       \
			*(oldp) = EXPLORE_UNPACK(p, explore__old);        \
		explore__done;                                            \
	})

/* What a membarrier in another thread turns into a full one. */
#define ksync_barrier() explore_light()
#define ksync_smp_mb() explore_fence(__ATOMIC_SEQ_CST)
#define ksync_smp_rmb() explore_fence(__ATOMIC_ACQUIRE)
#define ksync_smp_wmb() explore_fence(__ATOMIC_RELEASE)
/* Spinning is explore_await()'s: a pause alone changes nothing. */
#define ksync_cpu_relax() ((void)0)

#endif
