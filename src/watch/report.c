/* SPDX-License-Identifier: MIT */
/*
 * Reports: who is told, how often, and what happens to the process.
 *
 * Word: a slot of an open-addressed table of the misuses that were reported:
 * where, who called, and what kind. Each is 0 until it is set, once.
 *
 *  where, what  event                       to    by
 *  0, 0         a misuse finds it           W, 0  that thread
 *  W, 0         the same, or another's at   W, K  the first of them: it is
 *               the same place                    new, and reported
 *
 *  I1  Equal misuses look at the same slots in the same order, and none passes
 *      a slot that it could set: so one of them alone finds its own new.
 *  I2  A slot that is left at W, 0, by a thread that ends there, is free for
 *      what is misused at W.
 *
 * The hook is the program's. It may use ksync, wait, fork, end the thread or
 * the process, throw and jump: nothing here, and nothing of the family that
 * reports, waits for its return.
 */
#include <string.h>

#include <ksync/atomic.h>
#include <ksync/watch.h>

#include "port/life.h"
#include "port/port.h"
#include "report.h"

#define SEEN_SLOTS 1024u

/* Hooks that are called from within a hook; deeper ones go to the printer. */
#define NESTED_MAX 4u

struct place {
	const void *where;
	const char *what;
};

static struct place seen[SEEN_SLOTS];
static ksync_u32 seen_full;
static ksync_report_fn hook;

static struct {
	bool read;
	bool abort_on_report;
	bool trap_on_report;
	bool wait_on_deadlock;
} environment;

/*
 * The frames from which this thread called hooks that have not returned. A hook
 * that was left by a jump did not return either; but a frame that is not above
 * the present one is none any more.
 */
static KSYNC_TLS struct {
	unsigned int depth;
	const void *frame[NESTED_MAX];
} nested;

static bool env_is(const char *name, const char *value)
{
	const char *found = ksync__env(name);

	return found && strcmp(found, value) == 0;
}

/* Once, when nobody changes it: what is told to a program at its start. */
static void environment_read(void)
{
	if (KSYNC_READ_ONCE(environment.read))
		return;
	KSYNC_WRITE_ONCE(environment.abort_on_report,
			 env_is("KSYNC_ON_REPORT", "abort"));
	KSYNC_WRITE_ONCE(environment.trap_on_report,
			 env_is("KSYNC_ON_REPORT", "trap"));
	KSYNC_WRITE_ONCE(environment.wait_on_deadlock,
			 env_is("KSYNC_ON_DEADLOCK", "wait"));
	KSYNC_WRITE_ONCE(environment.read, true);
}

/* Where to begin to look for this place, whatever the kind. */
static unsigned int place_hash(const struct place *p)
{
	/* Fibonacci hashing: the top bits of a product with 2^32 / phi. */
	unsigned long key = (unsigned long)p->where;

	return (ksync_u32)((key ^ (key >> (sizeof(key) * 4))) * 0x9E3779B1u) >>
	       22;
}

/* Is this slot free for the place, or its own already? Else it is another's. */
static bool slot_take(struct place *slot, const struct place *p, bool *is_new)
{
	const void *where = KSYNC_READ_ONCE(slot->where);
	const char *what = KSYNC_READ_ONCE(slot->what);

	if (!where && ksync_try_cmpxchg_relaxed(&slot->where, &where, p->where))
		where = p->where;
	if (where != p->where)
		return false;
	*is_new = !what &&
		  ksync_try_cmpxchg_relaxed(&slot->what, &what, p->what);
	return *is_new || what == p->what;
}

enum found { NEW, KNOWN, NO_ROOM };

static enum found place_find(const struct place *p)
{
	unsigned int start = place_hash(p);
	bool is_new;

	for (unsigned int i = 0; i < SEEN_SLOTS; i++)
		if (slot_take(&seen[(start + i) % SEEN_SLOTS], p, &is_new))
			return is_new ? NEW : KNOWN;
	return NO_ROOM;
}

/* Of hooks that did not return, frames are left that are below this one. */
static unsigned int hooks_around(const void *frame)
{
	unsigned int depth = nested.depth;

	while (depth && nested.frame[depth - 1] <= frame)
		depth--;
	return depth;
}

bool ksync__report_in_hook(void)
{
	return hooks_around(__builtin_frame_address(0)) != 0;
}

void ksync__report(const struct ksync_report *report)
{
	const void *frame = __builtin_frame_address(0);
	unsigned int depth = hooks_around(frame);
	unsigned int notes;
	/* ORDER report.hook: acquire. The hook's own data is visible to it.
	 * Other end: ksync_report_hook_set(). */
	ksync_report_fn fn = ksync_smp_load_acquire(&hook);

	ksync_watch_order_acquire(&hook);
	if (KSYNC_CHECKED)
		ksync__held_reports();
	/* Others' constructors may come before the library's start. */
	environment_read();
	if (fn && depth < NESTED_MAX) {
		nested.frame[depth] = frame;
		KSYNC_WRITE_ONCE(nested.depth, depth + 1);
		notes = ksync_watch_divert();
		fn(report);
		ksync_watch_resume(notes);
		KSYNC_WRITE_ONCE(nested.depth, depth);
	} else {
		ksync_report_print(report);
	}
	if (KSYNC_READ_ONCE(environment.abort_on_report))
		ksync__abort();
	if (KSYNC_READ_ONCE(environment.trap_on_report))
		ksync__trap();
}

ksync_report_fn ksync_report_hook_set(ksync_report_fn fn)
{
	ksync_watch_order_release(&hook);
	/* ORDER report.hook: release. Other end: ksync__report(). */
	return ksync_xchg_release(&hook, fn);
}

/* The last one that is told; then, that it was. */
static void no_room(const struct ksync_report *report)
{
	struct ksync_report last = *report;

	if (ksync_xchg_relaxed(&seen_full, 1u))
		return;
	last.type = "report";
	last.what = "too many places with a misuse to remember; what comes at "
		    "further ones is not reported";
	last.advice = "mend what was reported so far";
	ksync__report(report);
	ksync__report(&last);
}

/* The place of the thread's last misuse, if there is no more to say of it. */
static KSYNC_TLS struct place said;

static KSYNC_COLD void misuse_say(const struct ksync_report *report)
{
	struct place place = { .where = report->where, .what = report->what };
	enum found found = place_find(&place);

	said = place;
	if (found == KNOWN || (found == NO_ROOM && KSYNC_READ_ONCE(seen_full)))
		return;
	if (found == NEW)
		ksync__report(report);
	else
		no_room(report);
}

void ksync__misuse(const char *type, const void *object, const char *what,
		   const char *advice, const void *where, int holder_tid)
{
	/* Before anything that costs: a saturated refcount comes here with
	 * each operation. */
	if (said.where == where && said.what == what)
		return;
	if (KSYNC_CHECKED && ksync__held_suppresses(object))
		return;
	ksync__misuse_detailed(type, object, what, advice, where, holder_tid,
			       NULL, false);
}

void ksync__misuse_detailed(const char *type, const void *object,
			    const char *what, const char *advice,
			    const void *where, int holder_tid,
			    const char *details, bool again)
{
	struct ksync_report report = {
		.kind = KSYNC_REPORT_MISUSE,
		.type = type,
		.what = what,
		.advice = advice,
		.object = object,
		.where = where,
		.tid = ksync__gettid(),
		.holder_tid = holder_tid,
		.size = sizeof(report),
		.details = details,
	};

	if (again)
		ksync__report(&report);
	else
		misuse_say(&report);
}

void ksync__deadlock(const char *type, const void *object, const char *what,
		     const char *advice, const void *where, int holder_tid)
{
	if (KSYNC_CHECKED)
		ksync__tell_deadlock(type, object, what, advice, where,
				     holder_tid);
	else
		ksync__deadlock_detailed(type, object, what, advice, where,
					 holder_tid, NULL);
}

void ksync__deadlock_detailed(const char *type, const void *object,
			      const char *what, const char *advice,
			      const void *where, int holder_tid,
			      const char *details)
{
	struct ksync_report report = {
		.kind = KSYNC_REPORT_DEADLOCK,
		.type = type,
		.what = what,
		.advice = advice,
		.object = object,
		.where = where,
		.tid = ksync__gettid(),
		.holder_tid = holder_tid,
		.size = sizeof(report),
		.details = details,
	};

	ksync__report(&report);
	if (!KSYNC_READ_ONCE(environment.wait_on_deadlock))
		ksync__abort();
}

_Noreturn void ksync__bug(const char *which, const void *object)
{
	struct ksync_report report = {
		.kind = KSYNC_REPORT_BUG,
		.type = "ksync",
		.what = which,
		.advice = "this is a bug in ksync or memory was overwritten",
		.object = object,
		.where = __builtin_return_address(0),
		.tid = ksync__gettid(),
		.size = sizeof(report),
	};

	ksync__report(&report);
	ksync__abort();
}

static void report_failed(const char *what, const char *advice)
{
	ksync__misuse("life", NULL, what, advice, KSYNC__CALLER(),
		      KSYNC_HOLDER_NONE);
}

static const struct ksync__life_part report_life = {
	.floor = KSYNC__FLOOR_WATCH,
	.start = environment_read,
	.failed = report_failed,
};
KSYNC__LIFE_PART(report_life);
