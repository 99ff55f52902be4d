/* SPDX-License-Identifier: MIT */
/* Flags of allocations. */
#ifndef KSYNC_GLUE_GFP_TYPES_H
#define KSYNC_GLUE_GFP_TYPES_H

#include <linux/types.h>

/* malloc() decides; of these __GFP_ZERO and __GFP_NOFAIL are heeded. */
#define ___GFP_BIT(n) ((gfp_t)1 << (n))
#define __GFP_DMA ___GFP_BIT(0)
#define __GFP_HIGHMEM ___GFP_BIT(1)
#define __GFP_DMA32 ___GFP_BIT(2)
#define __GFP_MOVABLE ___GFP_BIT(3)
#define __GFP_RECLAIMABLE ___GFP_BIT(4)
#define __GFP_HIGH ___GFP_BIT(5)
#define __GFP_IO ___GFP_BIT(6)
#define __GFP_FS ___GFP_BIT(7)
#define __GFP_ZERO ___GFP_BIT(8)
#define __GFP_DIRECT_RECLAIM ___GFP_BIT(10)
#define __GFP_KSWAPD_RECLAIM ___GFP_BIT(11)
#define __GFP_WRITE ___GFP_BIT(12)
#define __GFP_NOWARN ___GFP_BIT(13)
#define __GFP_RETRY_MAYFAIL ___GFP_BIT(14)
#define __GFP_NOFAIL ___GFP_BIT(15)
#define __GFP_NORETRY ___GFP_BIT(16)
#define __GFP_MEMALLOC ___GFP_BIT(17)
#define __GFP_COMP ___GFP_BIT(18)
#define __GFP_NOMEMALLOC ___GFP_BIT(19)
#define __GFP_HARDWALL ___GFP_BIT(20)
#define __GFP_THISNODE ___GFP_BIT(21)
#define __GFP_ACCOUNT ___GFP_BIT(22)
#define __GFP_ZEROTAGS ___GFP_BIT(23)
#define __GFP_SKIP_ZERO ___GFP_BIT(24)
#define __GFP_SKIP_KASAN ___GFP_BIT(25)
#define __GFP_NOLOCKDEP ___GFP_BIT(26)
#define __GFP_NO_OBJ_EXT ___GFP_BIT(27)
#define __GFP_BITS_SHIFT 28
#define __GFP_BITS_MASK ((gfp_t)((1 << __GFP_BITS_SHIFT) - 1))
#define __GFP_RECLAIM (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)
#define GFP_ATOMIC (__GFP_HIGH | __GFP_KSWAPD_RECLAIM)
#define GFP_KERNEL (__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_KERNEL_ACCOUNT (GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_NOWAIT (__GFP_KSWAPD_RECLAIM | __GFP_NOWARN)
#define GFP_NOIO __GFP_RECLAIM
#define GFP_NOFS (__GFP_RECLAIM | __GFP_IO)
#define GFP_USER (__GFP_RECLAIM | __GFP_IO | __GFP_FS | __GFP_HARDWALL)
#define GFP_HIGHUSER (GFP_USER | __GFP_HIGHMEM)
#define GFP_DMA __GFP_DMA
#define GFP_ZONEMASK (__GFP_DMA | __GFP_HIGHMEM | __GFP_DMA32 | __GFP_MOVABLE)
#define GFP_DMA32 __GFP_DMA32

#endif
