/* SPDX-License-Identifier: MIT */
/*
 * Signals as what interrupts are in a kernel. The handler of a signal is a
 * class in the graph of orders, as if it was a lock:
 *
 *	A then the handler	A is taken where the signal may come: whoever
 *				holds A may have to run the handler to its end
 *	the handler then B	the handler waits for B
 *
 * So the graph finds what can deadlock by a handler as it finds all else: a
 * lock that is taken in a handler and where its signal may come, and a longer
 * way from one that is taken in a handler to one that is taken so.
 *
 *  I1  A way of using a class is looked at once: the class, whether readers
 *      share it, the place in the program, how deep its stack is, and whether
 *      interrupts are disabled. Handlers have stacks that are deeper by what
 *      the system puts there, or others.
 *  I2  Once a lock is taken in a handler the signals that are blocked tell
 *      ways apart, too. To ask for them is a system call.
 *  I3  What was open to a signal before the first lock is taken in a handler is
 *      remembered with its class, and put into the graph then.
 */
#include <ksync/atomic.h>
#include <ksync/watch.h>

#include "chains.h"
#include "graph.h"
#include "port/port.h"
#include "text.h"

#define SIGNALS 64u
#define BIT(signal) ((ksync_u64)1 << ((signal) - 1))

/* Under the graph's lock: class of a signal's handler; 0: takes no locks. */
static ksync_u32 handlers[SIGNALS + 1];

/* Does any handler take a lock? Set once. */
static bool any_handler;

unsigned long ksync__usage_of(const struct ksync__held *h, unsigned long way)
{
	unsigned long what =
		h->class_id * 8ul + h->shared * 2u + (h->tried ? 1u : 0u);

	if (ksync_unlikely(KSYNC_READ_ONCE(any_handler)))
		way ^= (unsigned long)ksync__signals_blocked(); /* I2 */
	return ksync__chain_mix(ksync__chain_mix((unsigned long)h->where, what),
				way);
}

static struct ksync__held handler_of(unsigned int signal, const void *where)
{
	return (struct ksync__held){ .class_id = handlers[signal],
				     .where = where };
}

static bool opens(unsigned int signal, const struct ksync__held *taken, int tid,
		  struct ksync__circle *circle)
{
	struct ksync__held handler = handler_of(signal, taken->where);

	return ksync__step_learn(taken, &handler, tid, circle);
}

/* I3. No way leads on from the handler yet, so this closes no circle. */
static void open_before(unsigned int signal, struct ksync__circle *circle)
{
	for (ksync_u32 id = 1; id < handlers[signal]; id++) {
		struct ksync__class *c = ksync__class_at(id);

		for (unsigned char n = 0; n < 2; n++) {
			struct ksync__held taken = { .class_id = id,
						     .where = c->open[n].where,
						     .shared = n };

			if (c->open[n].signals & BIT(signal))
				(void)opens(signal, &taken, c->open[n].tid,
					    circle);
		}
	}
}

static bool handler_begin(unsigned int signal, struct ksync__circle *circle)
{
	char name[24] = "";
	struct ksync__text t = { name, sizeof(name) - 1, 0 };

	if (handlers[signal])
		return true;
	ksync__text_put(&t, "signal ");
	ksync__text_number(&t, signal, 10);
	handlers[signal] = ksync__class_make(name, KSYNC_KIND_SIGNAL, 0);
	if (!handlers[signal])
		return false;
	KSYNC_WRITE_ONCE(any_handler, true);
	open_before(signal, circle);
	return true;
}

/* In a handler of these signals it is waited for. */
static bool in_handlers(const struct ksync__held *next, ksync_u64 signals,
			const void *handler, int tid,
			struct ksync__circle *circle)
{
	bool closes = false;

	for (unsigned int s = 1; s <= SIGNALS && !closes; s++) {
		struct ksync__held from;

		if (!(signals & BIT(s)) || !handler_begin(s, circle))
			continue;
		from = handler_of(s, handler);
		closes = ksync__step_learn(&from, next, tid, circle);
	}
	return closes;
}

static bool open_to(const struct ksync__held *taken, ksync_u64 signals, int tid,
		    struct ksync__circle *circle)
{
	struct ksync__open *open =
		&ksync__class_at(taken->class_id)->open[taken->shared != 0];
	bool closes = false;

	if (signals & ~open->signals) {
		open->signals |= signals;
		open->where = taken->where;
		open->tid = tid;
	}
	for (unsigned int s = 1; s <= SIGNALS && !closes; s++)
		if (handlers[s] && signals & BIT(s))
			closes = opens(s, taken, tid, circle);
	return closes;
}

bool ksync__usage_waits(const struct ksync__held *h, unsigned long usage,
			int tid, struct ksync__circle *circle)
{
	/* Who waits need not come to take it. */
	unsigned long half = ksync__chain_mix(usage, 1);
	const void *handler = NULL;
	ksync_u64 signals;
	bool closes;

	if (ksync__chain_known(half))
		return false;
	signals = ksync__handler_signals(&handler);
	ksync__lockdep_lock();
	closes = signals && in_handlers(h, signals, handler, tid, circle);
	if (!closes && !ksync__chain_known(half))
		ksync__chain_put(half);
	ksync__lockdep_unlock();
	return closes;
}

bool ksync__usage_taken(const struct ksync__held *h, unsigned long usage,
			int tid, struct ksync__circle *circle)
{
	ksync_u64 signals = ~ksync__signals_blocked();
	bool closes;

	ksync__lockdep_lock();
	closes = open_to(h, signals, tid, circle);
	if (!closes && !ksync__chain_known(usage))
		ksync__chain_put(usage);
	ksync__lockdep_unlock();
	return closes;
}
