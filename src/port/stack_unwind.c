/* SPDX-License-Identifier: MIT */
/* The calls that led here, for those who unwind stacks. */
#define _GNU_SOURCE
#include <errno.h>
#include <unwind.h>

#include "port.h"

struct walk {
	const void *from; /* where to begin; NULL once that was seen */
	const void **call;
	unsigned int count;
	unsigned int room;
	unsigned int frames;
};

/* A stack that is deeper than this, or broken, is told in part. */
#define FRAMES_MAX 64

static _Unwind_Reason_Code walk_frame(struct _Unwind_Context *context,
				      void *arg)
{
	struct walk *walk = arg;
	const void *call = (const void *)_Unwind_GetIP(context);

	if (call == walk->from)
		walk->from = NULL;
	if (!walk->from && call)
		walk->call[walk->count++] = call;
	return walk->count == walk->room || ++walk->frames == FRAMES_MAX ?
		       _URC_NORMAL_STOP :
		       _URC_NO_REASON;
}

unsigned int ksync__stack(const void *from, const void **call,
			  unsigned int room)
{
	struct walk walk = { from, call, 0, room, 0 };
	int saved = errno;

	(void)_Unwind_Backtrace(walk_frame, &walk);
	errno = saved;
	if (!walk.count) {
		call[0] = from;
		walk.count = 1;
	}
	return walk.count;
}
