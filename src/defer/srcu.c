/* SPDX-License-Identifier: MIT */
/*
 * Sleepable RCU: readers and grace periods.
 *
 * Word: idx, of a state: with which counters new readers are counted, and how
 * often the process was copied
 *  from    event                            to          by
 *  g + i   others could keep it waiting     g + !i      a grace period
 *  g + i   the process is a fork's child    g + 2 + i   the child
 *
 * Words: locks[x], unlocks[x], on each processor; x: the lower two bits of idx
 *  n   a reader begins, ends, that read x   n + 1       the reader   light
 *  n   the process is a fork's child that   0           the child
 *      will count here
 *
 * Word: seq
 *  even n  somebody needs a grace period    n + 1       under lock
 *  odd n   it is over                       n + 1       under lock   release
 *
 * Word: wanted, such an x plus 1, and a number
 *  n, any    readers of x are awaited        n + 1, x + 1  under lock  heavy
 *  n, x + 1  one of them has ended           n, 0          the reader
 *  n, x + 1  the grace period is over        n, 0          under lock
 *
 *  I1  Each counter only grows. If the unlocks of an index, summed before a
 *      fence, are as many as the locks, summed after it, then nobody was a
 *      reader of that index at the moment of the fence: else there would be a
 *      lock more. (Or as many more as an unsigned long has values, within the
 *      time of one look.)
 *  I2  A grace period is over when, since it began, there was such a moment for
 *      each index: whoever was a reader before has ended. It does not matter
 *      when a reader has read the index with which it is counted; who did so
 *      before a flip, and is counted after it, is a reader of the next grace
 *      period. left has the indices that had no such moment yet.
 *  I3  Newcomers are counted with one index alone. If only that one is left,
 *      idx flips, and nobody can keep it waiting but who is there.
 *  I4  States stay: a reader that has ended, and whose domain may be gone, may
 *      still look whether it has to wake somebody.
 *  I5  In a fork's child nobody reads. Who was a reader when it was copied ends
 *      with an index that is too old to be counted. Whom a signal handler that
 *      forked has interrupted in between, when it had read idx and was about to
 *      count, does so in the child where the parent counted: so that one counts
 *      elsewhere. If nothing is counted nobody reads, and idx may stay; so do
 *      two forks one after the other not lead back.
 */
#include <errno.h>
#include <limits.h>

#include "srcu.h"

#include "port/life.h"
#include "task/wait.h"
#include "watch/report.h"

#define COUNTS_SIZE sizeof(struct ksync__srcu_counts)

static struct ksync__srcu_state *states; /* ORDER srcu.states */
static ksync_atomic_t unused; /* how many of them are nobody's, or were */
static struct ksync__srcu_state *taken_last; /* ONCE */

static struct ksync__srcu_state *state_of(struct ksync__srcu *readers)
{
	return ksync_container_of(readers, struct ksync__srcu_state, readers);
}

static unsigned int index_now(const struct ksync__srcu_state *s)
{
	return KSYNC_READ_ONCE(s->readers.idx) & 1;
}

/* ---- states ---- */

struct ksync__srcu_state *ksync__srcu_states(void)
{
	/* ORDER srcu.states: acquire. Each is made. Other end:
	 * state_enlist(). */
	return ksync_smp_load_acquire(&states);
}

static void state_enlist(struct ksync__srcu_state *s)
{
	struct ksync__srcu_state *first = KSYNC_READ_ONCE(states);

	do {
		KSYNC_WRITE_ONCE(s->next, first);
		/* ORDER srcu.states: release. Other end:
		 * ksync__srcu_states(). */
	} while (!ksync_try_cmpxchg_release(&states, &first, s));
}

static bool state_take_this(struct ksync__srcu_state *s, const void *domain)
{
	/* What it has counted on, and nobody is in it: no order is needed. */
	if (KSYNC_READ_ONCE(s->domain) ||
	    ksync_cmpxchg_relaxed(&s->domain, (const void *)NULL, domain))
		return false;
	ksync_atomic_dec(&unused);
	KSYNC_WRITE_ONCE(taken_last, s);
	return true;
}

/* One that was a domain's and is nobody's any more. Where many are unused, the
 * next one is near that which was taken last. */
static struct ksync__srcu_state *state_take(const void *domain)
{
	struct ksync__srcu_state *first = KSYNC_READ_ONCE(taken_last);
	struct ksync__srcu_state *s;

	if (!ksync_atomic_read(&unused))
		return NULL;
	for (s = first; s; s = s->next)
		if (state_take_this(s, domain))
			return s;
	for (s = ksync__srcu_states(); s && s != first; s = s->next)
		if (state_take_this(s, domain))
			return s;
	return NULL;
}

static void state_put(struct ksync__srcu_state *s)
{
	KSYNC_WRITE_ONCE(s->domain, (const void *)NULL);
	ksync_atomic_inc(&unused);
}

/* That, or a new one; NULL: no memory. Malloc is not for handlers. */
static struct ksync__srcu_state *state_get(const void *domain)
{
	struct ksync__srcu_state *s = state_take(domain);

	if (s)
		return s;
	s = ksync__pages_alloc(sizeof(*s));
	if (!s)
		return NULL;
	s->readers.counts = ksync__percpu_alloc(COUNTS_SIZE);
	if (!s->readers.counts) {
		ksync__pages_free(s, sizeof(*s));
		return NULL;
	}
	s->domain = domain;
	ksync__calls_enlist(&s->calls);
	state_enlist(s);
	return s;
}

KSYNC_COLD static void state_make(ksync_srcu_struct_t *ssp)
{
	struct ksync__srcu_state *s = state_get(ssp);
	struct ksync__srcu *nothing = NULL;

	if (!s)
		ksync__panic("ksync: no memory for a domain of SRCU\n");
	/* ORDER srcu.state: release. It is made. Other end:
	 * ksync__srcu_read_lock(). */
	if (!ksync_try_cmpxchg_release(&ssp->state, &nothing, &s->readers))
		state_put(s); /* another thread has made it */
}

struct ksync__srcu_state *ksync__srcu_state(ksync_srcu_struct_t *ssp)
{
	struct ksync__srcu *s;

	ksync__life_see_fork();
	/* ORDER srcu.state: acquire. Other end: state_make(). */
	while (ksync_unlikely(!(s = ksync_smp_load_acquire(&ssp->state))))
		state_make(ssp);
	return state_of(s);
}

int ksync__srcu_init(ksync_srcu_struct_t *ssp, const char *name,
		     ksync_lock_class_key_t *key)
{
	struct ksync__srcu_state *s = state_get(ssp);

	ksync_watch_created(KSYNC__SRCU(ssp), 0, name, key);
	KSYNC_WRITE_ONCE(ssp->state, s ? &s->readers : NULL);
	return s ? 0 : -ENOMEM;
}

void ksync_cleanup_srcu_struct(ksync_srcu_struct_t *ssp)
{
	struct ksync__srcu *readers = KSYNC_READ_ONCE(ssp->state);
	struct ksync__srcu_state *s;

	if (readers) {
		s = state_of(readers);
		if (!ksync__srcu_callbacks_ran(s)) {
			ksync__misuse("srcu", ssp,
				      "cleaned up before its callbacks ran",
				      "call srcu_barrier() first; what belongs "
				      "to it stays",
				      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
			return;
		}
		if (!ksync__srcu_advance(s, ksync__srcu_cookie_of(s), false)) {
			ksync__misuse("srcu", ssp,
				      "cleaned up with a reader in it",
				      "end all readers first; what belongs to "
				      "it stays",
				      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
			return;
		}
		KSYNC_WRITE_ONCE(ssp->state, (struct ksync__srcu *)NULL);
		state_put(s);
	}
	ksync_watch_gone(KSYNC__SRCU(ssp));
}

/* Nobody is awaited any more; true: somebody was. The number stays, so that who
 * sleeps over it is not left behind when the next is awaited. */
static bool want_no_more(struct ksync__srcu *readers)
{
	ksync_u32 found = KSYNC_READ_ONCE(readers->wanted);

	while (found & KSYNC__SRCU_WANTED)
		if (ksync_try_cmpxchg_relaxed(&readers->wanted, &found,
					      found & ~KSYNC__SRCU_WANTED))
			return true;
	return false;
}

/* ---- readers ---- */

int ksync__srcu_read_lock_slow(ksync_srcu_struct_t *ssp)
{
	struct ksync__srcu_state *s = ksync__srcu_state(ssp);
	int idx = ksync__srcu_enter(&s->readers);

	ksync_watch_opaque_acquire(&s->tag_grace_period);
	return idx;
}

/* It is of no reader, or of one of before a fork: I5. */
KSYNC_COLD static void index_check(const ksync_srcu_struct_t *ssp,
				   const struct ksync__srcu_state *s, int idx,
				   const void *where)
{
	unsigned int now = KSYNC_READ_ONCE(s->readers.idx) | 1;

	if (idx < 0 || (unsigned int)idx > now)
		ksync__misuse("srcu", ssp,
			      "unlocked with what no srcu_read_lock() returned",
			      "give the unlock what the lock returned", where,
			      KSYNC_HOLDER_NONE);
}

void ksync__srcu_read_unlock_slow(ksync_srcu_struct_t *ssp, int idx)
{
	struct ksync__srcu *readers = KSYNC_READ_ONCE(ssp->state);

	if (ksync_unlikely(!readers)) {
		ksync__misuse("srcu", ssp,
			      "srcu_read_unlock() without srcu_read_lock()",
			      "unlock once for each lock, in the same domain",
			      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
		return;
	}
	ksync_watch_opaque_release(&state_of(readers)->tag_reader);
	if (ksync_unlikely(!ksync__srcu_leave(readers, idx)))
		index_check(ssp, state_of(readers), idx, KSYNC__CALLER());
}

KSYNC_COLD void ksync__srcu_wake(struct ksync__srcu *readers)
{
	if (!want_no_more(readers))
		return;
	ksync__futex_wake(&readers->wanted, INT_MAX);
	/* Who wants to be told said so before a fence that was before the look
	 * which found us, or finds wanted changed: gp_finish(). */
	if (KSYNC_READ_ONCE(state_of(readers)->served))
		ksync__srcu_callbacks_look();
}

/* ---- grace periods ---- */

/* Which counters are of index i: I5. */
static unsigned int set_of(const struct ksync__srcu_state *s, unsigned int i)
{
	return ((KSYNC_READ_ONCE(s->readers.idx) & ~1u) + i) & KSYNC__SRCU_SET;
}

/* Bits of the indices that have no reader at the moment of the fence: I1. */
static unsigned int indices_free(const struct ksync__srcu_state *s)
{
	const long *locks = &s->readers.counts->locks[set_of(s, 0)];
	const long *unlocks = &s->readers.counts->unlocks[set_of(s, 0)];
	long ended[2];

	ended[0] = ksync__percpu_sum(&unlocks[0]);
	ended[1] = ksync__percpu_sum(&unlocks[1]);
	/* ORDER srcu.reader: heavy. Who is not counted finds nothing that was
	 * removed before; what those did that have ended is visible. Other
	 * end: ksync__srcu_enter(), ksync__srcu_leave(). */
	ksync__percpu_fence();
	return (ksync__percpu_sum(&locks[0]) == ended[0] ? 1u : 0) |
	       (ksync__percpu_sum(&locks[1]) == ended[1] ? 2u : 0);
}

/* Has each index had its moment? I2 */
static bool gp_look(struct ksync__srcu_state *s)
{
	unsigned int left = KSYNC_READ_ONCE(s->left) & ~indices_free(s);

	KSYNC_WRITE_ONCE(s->left, left);
	/* I3 */
	if (left == 1u << index_now(s))
		KSYNC_WRITE_ONCE(s->readers.idx, s->readers.idx ^ 1);
	return !left;
}

static void gp_want(struct ksync__srcu_state *s, ksync_u32 set)
{
	s->wants += KSYNC__SRCU_WANTED + 1;
	KSYNC_WRITE_ONCE(s->readers.wanted, s->wants + set + 1);
	/* ORDER srcu.wanted: heavy. Either the next look sees that a reader has
	 * ended, or that one sees that somebody waits. Other end:
	 * ksync__srcu_leave(). */
	ksync__percpu_fence();
}

static ksync_u32 wanted_now(const struct ksync__srcu_state *s)
{
	return KSYNC_READ_ONCE(s->readers.wanted) & KSYNC__SRCU_WANTED;
}

static void gp_begin(struct ksync__srcu_state *s)
{
	KSYNC_WRITE_ONCE(s->left, 3u);
	/* Before the fence of the first look: whose cookie does not know of it
	 * has removed what nobody finds after that. */
	KSYNC_WRITE_ONCE(s->seq, s->seq + 1);
}

static void gp_end(struct ksync__srcu_state *s)
{
	/* After the fence of the last look. */
	KSYNC_WRITE_ONCE(s->seq, s->seq + 1);
	if (want_no_more(&s->readers))
		ksync__futex_wake(&s->readers.wanted, INT_MAX);
	if (s->served)
		ksync__srcu_callbacks_look();
}

/* Look again and again, until it is over or somebody will be woken. */
static bool gp_finish(struct ksync__srcu_state *s)
{
	while (!gp_look(s)) {
		ksync_u32 idle = set_of(s, !index_now(s));

		if (wanted_now(s) == idle + 1)
			return false;
		ksync_watch_step("srcu.want");
		gp_want(s, idle);
	}
	gp_end(s);
	return true;
}

static bool gp_advance(struct ksync__srcu_state *s, unsigned long cookie)
{
	while (!ksync__srcu_is_over(s, cookie)) {
		if (!(s->seq & 1))
			gp_begin(s);
		if (!gp_finish(s))
			return false;
	}
	return true;
}

bool ksync__srcu_advance(struct ksync__srcu_state *s, unsigned long cookie,
			 bool for_callbacks)
{
	ksync_u64 signals;
	bool over;

	if (ksync__srcu_is_over(s, cookie))
		return true;
	signals = ksync__signals_block();
	ksync__raw_lock(&s->lock);
	if (for_callbacks)
		KSYNC_WRITE_ONCE(s->served, true);
	over = gp_advance(s, cookie);
	ksync__raw_unlock(&s->lock);
	ksync__signals_restore(signals);
	return over;
}

unsigned long ksync__srcu_cookie_of(struct ksync__srcu_state *s)
{
	ksync_watch_opaque_release(&s->tag_grace_period);
	/* ORDER srcu.seq: full. What the caller removed comes before the fence
	 * of a grace period that begins later. Other end:
	 * ksync__srcu_is_over(). */
	ksync_smp_mb();
	/* One that has begun does not count. */
	return (KSYNC_READ_ONCE(s->seq) + 3) & ~1ul;
}

bool ksync__srcu_is_over(struct ksync__srcu_state *s, unsigned long cookie)
{
	unsigned long seq = KSYNC_READ_ONCE(s->seq);

	if (cookie != KSYNC_SRCU_COMPLETED && (long)(seq - cookie) < 0)
		return false;
	/* ORDER srcu.seq: full. What the readers did before the fence of the
	 * last look is visible, and nothing that follows comes before. Other
	 * end: ksync__srcu_cookie_of(). */
	ksync_smp_mb();
	ksync_watch_opaque_acquire(&s->tag_reader);
	return true;
}

/* A reader runs: its end is near. */
static bool wait_spin(struct ksync__srcu_state *s, struct ksync__wait *wait,
		      ksync_u32 seen)
{
	bool came;

	if (!ksync__wait_may_spin_for_event(wait))
		return false;
	do {
		came = KSYNC_READ_ONCE(s->readers.wanted) != seen;
	} while (!came && ksync__wait_spin(wait, &s->readers.wanted));
	ksync__wait_spun(wait, came);
	return came;
}

static void state_wait(struct ksync__srcu_state *s, unsigned long cookie,
		       const void *where)
{
	struct ksync__wait wait = { .self = ksync__task_self(),
				    .deadline = KSYNC__NEVER };

	while (!ksync__srcu_advance(s, cookie, false)) {
		ksync_u32 seen = KSYNC_READ_ONCE(s->readers.wanted);

		if (!(seen & KSYNC__SRCU_WANTED) || wait_spin(s, &wait, seen))
			continue;
		if (ksync__futex_wait(&s->readers.wanted, seen,
				      ksync__clock_ns() + KSYNC__LOOK_NS) ==
		    -ETIME)
			ksync__misuse("srcu", s->domain,
				      "has waited 10 s for a reader",
				      "a reader must not wait for a grace "
				      "period of its own domain, nor for who "
				      "does; or it is long, or was never ended",
				      where, KSYNC_HOLDER_NONE);
	}
}

static void synchronize(ksync_srcu_struct_t *ssp, const void *where)
{
	struct ksync__srcu_state *s = ksync__srcu_state(ssp);

	state_wait(s, ksync__srcu_cookie_of(s), where);
}

void ksync_synchronize_srcu(ksync_srcu_struct_t *ssp)
{
	ksync_watch_caller_might_sleep();
	ksync_watch_caller_syncs(KSYNC__SRCU(ssp));
	synchronize(ssp, KSYNC__CALLER());
}

void ksync_synchronize_srcu_expedited(ksync_srcu_struct_t *ssp)
{
	ksync_watch_caller_might_sleep();
	ksync_watch_caller_syncs(KSYNC__SRCU(ssp));
	synchronize(ssp, KSYNC__CALLER());
}

unsigned long ksync_get_state_synchronize_srcu(ksync_srcu_struct_t *ssp)
{
	return ksync__srcu_cookie_of(ksync__srcu_state(ssp));
}

unsigned long ksync_start_poll_synchronize_srcu(ksync_srcu_struct_t *ssp)
{
	struct ksync__srcu_state *s = ksync__srcu_state(ssp);
	unsigned long cookie = ksync__srcu_cookie_of(s);

	(void)ksync__srcu_advance(s, cookie, false);
	return cookie;
}

bool ksync_poll_state_synchronize_srcu(ksync_srcu_struct_t *ssp,
				       unsigned long cookie)
{
	return ksync__srcu_advance(ksync__srcu_state(ssp), cookie, false);
}

/* ---- life ---- */

/* Has a reader begun with the counters that idx names? */
static bool state_counts(const struct ksync__srcu_state *s)
{
	const long *locks = &s->readers.counts->locks[set_of(s, 0)];

	return ksync__percpu_sum(&locks[0]) || ksync__percpu_sum(&locks[1]);
}

/* I5 */
static void state_count_elsewhere(struct ksync__srcu_state *s)
{
	unsigned int set;

	KSYNC_WRITE_ONCE(s->readers.idx, (s->readers.idx + 2) & INT_MAX);
	set = set_of(s, 0);
	for (unsigned int i = 0; i < 2; i++) {
		ksync__percpu_zero(&s->readers.counts->locks[set + i]);
		ksync__percpu_zero(&s->readers.counts->unlocks[set + i]);
	}
}

static void state_child(struct ksync__srcu_state *s)
{
	if (state_counts(s))
		state_count_elsewhere(s);
	KSYNC_WRITE_ONCE(s->readers.wanted, 0u);
	s->lock = (ksync__raw_lock_t){ 0 };
	KSYNC_WRITE_ONCE(s->seq, (s->seq + 1) & ~1ul);
	s->served = false;
	ksync_atomic_set(&s->barriers, 0);
}

static void srcu_child(bool prepared)
{
	(void)prepared;
	for (struct ksync__srcu_state *s = ksync__srcu_states(); s; s = s->next)
		state_child(s);
}

static const struct ksync__life_part srcu_life = {
	.floor = KSYNC__FLOOR_DEFER,
	.child = srcu_child,
};
KSYNC__LIFE_PART(srcu_life);
