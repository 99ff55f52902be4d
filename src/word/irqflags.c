/* SPDX-License-Identifier: MIT */
/*
 * Word: ksync__irqs of a thread, which its signal handlers share
 *
 *  from           event      to             by       order
 *  ON             disable    OFF            thread   signals are not blocked
 *  ON             disable    OFF | BLOCKED  thread   after they were blocked
 *  OFF            enable     ON             thread
 *  OFF | BLOCKED  enable     ON             thread   before they are restored
 *
 *  I1  A handler leaves the word as it found it. So it may come between any two
 *      steps, and does: before the signals are blocked and after they are
 *      restored, when the word is ON.
 *  I2  The mask to restore is written and read with signals blocked.
 */
#include <ksync/irqflags.h>

#include "port/life.h"
#include "port/port.h"
#include "task/task.h"
#include "watch/report.h"

KSYNC_TLS unsigned int ksync__irqs = KSYNC__IRQS_ON;
bool ksync__irqs_are_signals;

static KSYNC_TLS struct {
	ksync_u64 mask;	   /* to restore; I2 */
	const void *where; /* they were blocked, last */
} blocked;

bool ksync_irq_signals_set(bool on)
{
	bool was = KSYNC_READ_ONCE(ksync__irqs_are_signals);

	KSYNC_WRITE_ONCE(ksync__irqs_are_signals, on);
	return was;
}

KSYNC_COLD void ksync__irqs_block(void)
{
	ksync_u64 mask = ksync__signals_block();

	/* Those that came before that. */
	ksync__handlers_run();
	blocked.mask = mask;
	blocked.where = KSYNC__CALLER();
	ksync__irqs = KSYNC__IRQS_OFF | KSYNC__IRQS_BLOCKED;
}

KSYNC_COLD void ksync__irqs_unblock(void)
{
	ksync_u64 mask = blocked.mask;

	ksync__irqs = KSYNC__IRQS_ON;
	ksync_barrier();
	ksync__signals_restore(mask);
}

static void irqs_thread_exit(bool last)
{
	(void)last;
	if (ksync__irqs & KSYNC__IRQS_BLOCKED)
		ksync__misuse("irq", ksync__task_self(),
			      "a thread exits with interrupts disabled",
			      "what _irq or _irqsave locked, the _irq or "
			      "_irqrestore form unlocks",
			      blocked.where, KSYNC_HOLDER_NONE);
}

static const struct ksync__life_part irqs_life = {
	.floor = KSYNC__FLOOR_WORD,
	.thread_exit = irqs_thread_exit,
};
KSYNC__LIFE_PART(irqs_life);
