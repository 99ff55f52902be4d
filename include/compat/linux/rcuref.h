/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_RCUREF_H
#define KSYNC_COMPAT_RCUREF_H

#include <linux/rcupdate.h>

#include <ksync/rcuref.h>

typedef ksync_rcuref_t rcuref_t;

#define RCUREF_ONEREF KSYNC_RCUREF_ONEREF
#define RCUREF_MAXREF KSYNC_RCUREF_MAXREF
#define RCUREF_SATURATED KSYNC_RCUREF_SATURATED
#define RCUREF_RELEASED KSYNC_RCUREF_RELEASED
#define RCUREF_DEAD KSYNC_RCUREF_DEAD
#define RCUREF_NOREF KSYNC_RCUREF_NOREF
#define RCUREF_INIT(i) KSYNC_RCUREF_INIT(i)

KSYNC__KERNEL_NAME void rcuref_init(rcuref_t *ref, unsigned int cnt)
{
	ksync_rcuref_init(ref, cnt);
}

KSYNC__KERNEL_NAME unsigned int rcuref_read(rcuref_t *ref)
{
	return ksync_rcuref_read(ref);
}

KSYNC__KERNEL_NAME bool rcuref_is_dead(rcuref_t *ref)
{
	return ksync_rcuref_is_dead(ref);
}

KSYNC_MUST_CHECK KSYNC__KERNEL_NAME bool rcuref_get(rcuref_t *ref)
{
	return ksync_rcuref_get(ref);
}

KSYNC_MUST_CHECK KSYNC__KERNEL_NAME bool __rcuref_put(rcuref_t *ref)
{
	return ksync___rcuref_put(ref);
}

KSYNC_MUST_CHECK KSYNC__KERNEL_NAME bool rcuref_put_rcusafe(rcuref_t *ref)
{
	return ksync_rcuref_put_rcusafe(ref);
}

KSYNC_MUST_CHECK KSYNC__KERNEL_NAME bool rcuref_put(rcuref_t *ref)
{
	return ksync_rcuref_put(ref);
}

#endif
