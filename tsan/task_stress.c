/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                         \
	"no interrupt and no token is lost, and a task record shows its " \
	"next thread, and who finds its thread gone, all that was done "  \
	"with it before"

#include <errno.h>

#include <ksync/ksync.h>

#include "task/park.h"
#include "stress.h"

static void not_interested(const struct ksync_report *report)
{
	(void)report;
}

/*
 * More threads than the first chunk has records: a stranger to them all looks
 * up records in a new chunk. It synchronises with nobody, so only the chunk's
 * own order lets it read there. Each chunk is new once, so no time limit ends
 * the first round.
 */
#define ROOMS 100

static ksync_mutex_t rooms[ROOMS];
static unsigned int guests; /* relaxed: in their rooms */
static unsigned int visits; /* relaxed: times that all rooms were seen */
static bool leave;	    /* relaxed: told to the guests */
static bool closed;	    /* relaxed: told to the stranger */

static void before_chunks(void)
{
	for (int i = 0; i < ROOMS; i++)
		ksync_mutex_init(&rooms[i]);
	closed = false;
}

static void stay(struct stress_thread *self, void *room)
{
	unsigned int turn = 0;

	(void)self;
	ksync_mutex_lock(room);
	(void)__atomic_fetch_add(&guests, 1, __ATOMIC_RELAXED);
	while (!KSYNC_READ_ONCE(leave))
		(void)stress_wait(&turn);
	ksync_mutex_unlock(room);
}

static void wait_for_count(struct stress_thread *self,
			   const unsigned int *count, unsigned int enough)
{
	unsigned int turn = 0;

	while (KSYNC_READ_ONCE(*count) < enough) {
		(void)stress_on(self);
		(void)stress_wait(&turn);
	}
}

static void host_guests(struct stress_thread *self)
{
	struct stress_child *guest[ROOMS];

	KSYNC_WRITE_ONCE(leave, false);
	KSYNC_WRITE_ONCE(guests, 0u);
	for (int i = 0; i < ROOMS; i++)
		guest[i] = stress_spawn(self, stay, &rooms[i]);
	wait_for_count(self, &guests, ROOMS);
	wait_for_count(self, &visits, KSYNC_READ_ONCE(visits) + 2);
	KSYNC_WRITE_ONCE(leave, true);
	for (int i = 0; i < ROOMS; i++)
		stress_join(guest[i]);
}

static void look_at_rooms(struct stress_thread *self)
{
	unsigned int turn = 0;

	for (int i = 0; i < ROOMS; i++)
		(void)ksync_mutex_get_owner(&rooms[i]);
	KSYNC_WRITE_ONCE(visits, KSYNC_READ_ONCE(visits) + 1);
	(void)stress_on(self);
	(void)stress_wait(&turn);
}

static void chunks(struct stress_thread *self)
{
	if (self->index == 0) {
		do {
			host_guests(self);
		} while (stress_on(self));
		KSYNC_WRITE_ONCE(closed, true);
	}
	while (!KSYNC_READ_ONCE(closed))
		look_at_rooms(self);
}

/*
 * Records go from thread to thread, while others keep them. What a keeper did
 * before its put comes before the next thread has the record.
 */
#define KEEPERS 2
#define OWNERS 6

static struct {
	unsigned int used[KEEPERS]; /* plain: the record's user's */
} notes[1 << 16];		    /* by the index in a task reference */
static ksync_task_t *kept[KEEPERS]; /* given by release to a keeper */

static unsigned int *note_of(const ksync_task_t *task)
{
	return notes[KSYNC_READ_ONCE(task->ref) & 0xffff].used;
}

static void own_record(struct stress_thread *self, void *unused)
{
	ksync_task_t *task = ksync_current();
	ksync_task_t *none;

	(void)unused;
	stress_require(!ksync_signal_pending(task),
		       "a new thread is interrupted by an old interrupt");
	for (int i = 0; i < KEEPERS; i++)
		note_of(task)[i] = 0;
	for (int i = 0; i < KEEPERS; i++) {
		none = NULL;
		(void)ksync_task_get(task);
		if (!__atomic_compare_exchange_n(&kept[i], &none, task, 0,
						 __ATOMIC_RELEASE,
						 __ATOMIC_RELAXED))
			ksync_task_put(task);
	}
	stress_delay(self);
}

static void make_owners(struct stress_thread *self)
{
	struct stress_child *owner[OWNERS];

	for (int i = 0; i < OWNERS; i++)
		owner[i] = stress_spawn(self, own_record, NULL);
	for (int i = 0; i < OWNERS; i++)
		stress_join(owner[i]);
}

static void keep_record(struct stress_thread *self, ksync_task_t **place,
			unsigned int keeper)
{
	ksync_task_t *task = __atomic_load_n(place, __ATOMIC_ACQUIRE);
	unsigned int turn = 0;

	if (!task) {
		(void)stress_wait(&turn);
		return;
	}
	stress_delay(self);
	note_of(task)[keeper]++;
	stress_require(note_of(task)[keeper] == 1,
		       "a kept record has got another thread");
	ksync_task_interrupt(task);
	KSYNC_WRITE_ONCE(*place, (ksync_task_t *)NULL);
	ksync_task_put(task);
}

static void keepers(struct stress_thread *self)
{
	unsigned int keeper = self->index - 1;

	while (stress_on(self)) {
		if (self->index == 0)
			make_owners(self);
		else
			keep_record(self, &kept[keeper], keeper);
	}
}

static void after_keepers(void)
{
	for (int i = 0; i < KEEPERS; i++) {
		if (kept[i])
			ksync_task_put(kept[i]);
		kept[i] = NULL;
	}
}

/* Who is told that a mutex's holder is gone sees all that the holder did. */
static ksync_mutex_t orphan = KSYNC_MUTEX_INIT;
static unsigned long will;   /* plain, under the orphan */
static ksync_task_t *holder; /* relaxed */
static unsigned int found;   /* by publish and await: holders found gone */

static void die_holding(struct stress_thread *self, void *unused)
{
	(void)unused;
	ksync_mutex_lock(&orphan);
	will++;
	KSYNC_WRITE_ONCE(holder, ksync_task_get(ksync_current()));
	stress_delay(self);
}

static bool find_out(unsigned long count)
{
	ksync_task_t *task;
	unsigned int turn = 0;

	while ((task = KSYNC_READ_ONCE(holder)) == NULL)
		if (!stress_wait(&turn))
			return false;
	while (ksync_task_tid(task) != 0)
		(void)stress_wait(&turn);
	while (ksync_mutex_lock_timeout(&orphan, 1) != -EDEADLK)
		(void)stress_wait(&turn);
	stress_require(will == count, "a holder's last words are lost");
	ksync_mutex_init(&orphan);
	KSYNC_WRITE_ONCE(holder, (ksync_task_t *)NULL);
	ksync_task_put(task);
	return true;
}

static void before_gone(void)
{
	(void)ksync_report_hook_set(not_interested);
	will = 0;
	found = 0;
}

static void gone(struct stress_thread *self)
{
	struct stress_child *child;

	for (unsigned int count = 1; stress_on(self); count++) {
		if (self->index == 0) {
			child = stress_spawn(self, die_holding, NULL);
			(void)stress_await(&found, count);
			stress_join(child);
		} else {
			if (!find_out(count))
				return;
			stress_publish(&found, count);
		}
	}
}

static void after_gone(void)
{
	(void)ksync_report_hook_set(NULL);
	if (holder)
		ksync_task_put(holder);
	holder = NULL;
	ksync_mutex_init(&orphan);
}

/*
 * An interrupt ends a wait, or the next wait at once, and what was done before
 * it is then visible. The lock's holder is nobody who could unlock.
 */
static ksync_mutex_t held = KSYNC_MUTEX_INIT;
static unsigned int message;   /* plain: what the interrupt announces */
static ksync_task_t *listener; /* relaxed */
static unsigned int heard;     /* by publish and await: messages heard */
static bool silence;	       /* relaxed: there will be no more */

static void before_told(void)
{
	ksync_mutex_lock(&held);
	message = 0;
	heard = 0;
	silence = false;
}

static void listen(struct stress_thread *self)
{
	unsigned int turn;

	KSYNC_WRITE_ONCE(listener, ksync_task_get(ksync_current()));
	for (unsigned int count = 1; stress_on(self); count++) {
		/* The park's token would order too: see it pending first. */
		turn = 0;
		while (stress_random(self, 64) &&
		       !ksync_signal_pending(ksync_current()))
			if (!stress_wait(&turn))
				return;
		stress_require(ksync_mutex_lock_killable(&held) == -EINTR,
			       "took a held lock");
		if (KSYNC_READ_ONCE(silence))
			return;
		stress_require(message == count,
			       "-EINTR came before what caused it");
		stress_require(ksync_task_clear_pending(),
			       "-EINTR without an interrupt");
		stress_publish(&heard, count);
	}
}

static void tell(struct stress_thread *self)
{
	ksync_task_t *task;
	unsigned int turn = 0;

	while ((task = KSYNC_READ_ONCE(listener)) == NULL)
		if (!stress_wait(&turn))
			return;
	for (unsigned int count = 1; stress_on(self); count++) {
		stress_delay(self);
		message = count;
		ksync_task_kill(task);
		if (!stress_await(&heard, count))
			break;
	}
	/* The listener may have begun to sleep before time was over. */
	KSYNC_WRITE_ONCE(silence, true);
	ksync_task_kill(task);
}

static void told(struct stress_thread *self)
{
	if (self->index == 0)
		listen(self);
	else
		tell(self);
}

static void after_told(void)
{
	ksync_mutex_unlock(&held);
	ksync_task_put(listener);
	listener = NULL;
}

/*
 * A token per turn, and nothing else between the two threads. With one unparker
 * and no signals no park returns early.
 */
static struct ksync_task *players[2];
static unsigned long turns; /* plain: the token holder's */
static bool last_turn;	    /* likewise */
static ksync_u32 giving[2]; /* relaxed: this player is in ksync__unpark() */

/*
 * Unpark's wake-up of the turn before is over by then: coming late, it would
 * end the other's next park early.
 */
static void give_token(unsigned int from)
{
	unsigned int turn = 0;

	while (KSYNC_READ_ONCE(giving[1 - from]))
		(void)stress_wait(&turn);
	KSYNC_WRITE_ONCE(giving[from], 1u);
	ksync__unpark(KSYNC_READ_ONCE(players[1 - from]));
	KSYNC_WRITE_ONCE(giving[from], 0u);
}

static void tokens(struct stress_thread *self)
{
	struct ksync_task *me = ksync__task_self();
	bool last = false;

	/* The record's last thread may have left a token. */
	(void)ksync__park(me, stress_clock());
	KSYNC_WRITE_ONCE(players[self->index], me);
	(void)stress_meet(self);
	if (self->index == 0)
		give_token(0);
	while (!last) {
		stress_require(ksync__park(me, INT64_MAX) == 0,
			       "a park without end timed out");
		stress_require(turns++ % 2 != self->index,
			       "a token was there twice");
		if (last_turn)
			return;
		last = !stress_on(self);
		last_turn = last;
		stress_delay(self);
		give_token(self->index);
	}
}

static void before_tokens(void)
{
	turns = 0;
	last_turn = false;
}

/*
 * One sets its state and sleeps, without a condition; the other writes plainly
 * and ends the state. Often that is before schedule(), which then finds no
 * token but the state alone.
 */
static ksync_task_t *dreamer; /* published by awake */
static unsigned int awake;    /* published: how often it woke up */
static unsigned long told_it; /* plain: before each wake-up */

static void before_states(void)
{
	awake = 0;
	told_it = 0;
}

static void states(struct stress_thread *self)
{
	unsigned int n = 1;

	if (self->index == 0) {
		dreamer = ksync_task_get(ksync_current());
		stress_publish(&awake, 1);
	}
	while (stress_meet(self)) {
		if (self->index == 0) {
			ksync_set_current_state(KSYNC_TASK_UNINTERRUPTIBLE);
			stress_delay(self);
			ksync_schedule();
			stress_require(told_it == n, "woken by nobody");
			stress_publish(&awake, ++n);
			continue;
		}
		while (!stress_await(&awake, n))
			; /* it is about to say so */
		told_it = n++;
		while (!ksync_wake_up_process(dreamer))
			stress_delay(self);
	}
	if (self->index == 0)
		ksync_task_put(dreamer);
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		/* The first, while there is no second chunk. */
		{ .name = "chunks",
		  .threads = 2,
		  .before = before_chunks,
		  .body = chunks },
		{ .name = "keepers",
		  .threads = 1 + KEEPERS,
		  .body = keepers,
		  .after = after_keepers },
		{ .name = "gone",
		  .threads = 2,
		  .before = before_gone,
		  .body = gone,
		  .after = after_gone },
		{ .name = "told",
		  .threads = 2,
		  .before = before_told,
		  .body = told,
		  .after = after_told },
		{ .name = "tokens",
		  .threads = 2,
		  .before = before_tokens,
		  .body = tokens },
		{ .name = "states",
		  .threads = 2,
		  .before = before_states,
		  .body = states },
		{ .name = NULL },
	};

	return stress_main("task", INVARIANT, scenes);
}
