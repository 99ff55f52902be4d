/* SPDX-License-Identifier: MIT */
/*
 * Is this a signal handler? Nothing in a process says so but its stack: above
 * the handler there is a frame that the system made, which those who unwind
 * know.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <unwind.h>

#include "port.h"

#define SIGNALS 64
#define BIT(signal) ((ksync_u64)1 << ((signal) - 1))

/* A lock is rarely taken deeper in a handler. */
#define FRAMES_MAX 64

/* Those that the threads' library keeps to itself: in their handler whatever
 * follows from a cancellation runs. */
#define LIBRARY_FIRST 32
#define LIBRARY_LAST 33

struct walk {
	unsigned int frames;
	/* Where the functions of the last two frames begin. */
	uintptr_t last;
	uintptr_t before;
	bool found;
};

static _Unwind_Reason_Code walk_frame(struct _Unwind_Context *context,
				      void *arg)
{
	struct walk *walk = arg;
	int of_system = 0;

	(void)_Unwind_GetIPInfo(context, &of_system);
	/* What was interrupted, and goes on at this very address. Below it is
	 * the system's frame, and below that the handler's. */
	if (of_system && walk->frames) {
		walk->found = true;
		return _URC_NORMAL_STOP;
	}
	walk->before = walk->last;
	walk->last = (uintptr_t)_Unwind_GetRegionStart(context);
	return ++walk->frames > FRAMES_MAX ? _URC_NORMAL_STOP : _URC_NO_REASON;
}

/* The function that handles it, or 0. */
static uintptr_t handler_of(int signal)
{
	struct sigaction action;

	if (sigaction(signal, NULL, &action))
		return 0;
	if (action.sa_flags & SA_SIGINFO)
		return (uintptr_t)action.sa_sigaction;
	return action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN ?
		       0 :
		       (uintptr_t)action.sa_handler;
}

static ksync_u64 signals_of(uintptr_t begin)
{
	ksync_u64 blocked = ksync__signals_blocked();
	ksync_u64 of_handler = 0;
	ksync_u64 others = 0;

	for (int signal = 1; signal <= SIGNALS; signal++) {
		uintptr_t handler;

		if (signal >= LIBRARY_FIRST && signal <= LIBRARY_LAST)
			continue;
		handler = handler_of(signal);
		if (handler == begin && begin)
			of_handler |= BIT(signal);
		else if (handler && blocked & BIT(signal))
			others |= BIT(signal);
	}
	if (of_handler)
		return of_handler;
	/* Called by a function that stands for it. One that is blocked and has
	 * a handler is it, unless it may be another that is. */
	if (others & (others - 1) || blocked & BIT(LIBRARY_FIRST))
		return 0;
	return others;
}

ksync_u64 ksync__handler_signals(const void **handler)
{
	struct walk walk = { 0, 0, 0, false };
	ksync_u64 signals = 0;
	int saved = errno;

	(void)_Unwind_Backtrace(walk_frame, &walk);
	if (walk.found) {
		*handler = (const void *)walk.before;
		signals = signals_of(walk.before);
	}
	errno = saved;
	return signals;
}
