/* SPDX-License-Identifier: MIT */
/*
 * The explorer's restartable sections: system.c has the kernel's part. A
 * section looks at its flags, then adds in one step; if a membarrier has come
 * over the thread in between it begins again. That it is interrupted for other
 * reasons is no more than that it began later.
 */
#ifndef KSYNC_RSEQ_H
#define KSYNC_RSEQ_H

#include <ksync/types.h>

#define KSYNC__PERCPU_SHIFT 12
#define KSYNC__SECTIONS 1
#define KSYNC__SECTIONS_TRIED 1
#define KSYNC__RSEQ_CPU 4
#define KSYNC__RSEQ_CS 8

extern long ksync__rseq_at;

bool system_section_add(long *p, long v, const ksync_u32 *flags,
			ksync_u32 mask);

KSYNC_PRIVATE_INLINE bool ksync__section_add(long *p, long v)
{
	return system_section_add(p, v, NULL, 0);
}

KSYNC_PRIVATE_INLINE bool ksync__section_add_unless(long *p, long v,
						    const ksync_u32 *flags,
						    ksync_u32 mask)
{
	return system_section_add(p, v, flags, mask);
}

KSYNC_PRIVATE_INLINE int ksync__section_cpu(long at)
{
	(void)at;
	return 0;
}

KSYNC_PRIVATE_INLINE long ksync__section_offset(const void *own)
{
	(void)own;
	return 0;
}

#endif
