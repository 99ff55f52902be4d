/* SPDX-License-Identifier: MIT */
/*
 * Words: base.owner, a task reference or 0; base.waitq, a wait queue (waitq.h)
 * with
 *
 *	HANDOFF	a waiter has waited for long, was woken and lost; the first
 *		gets the lock next. Missing: it may starve. One too many: slow.
 *
 * and ctx, the context of the owner, or NULL.
 *
 *  from            event                   to              by
 *  owner 0         lock                    owner T, ctx    T
 *  owner T         a waiter queues         +link           waiter
 *  owner T         unlock                  owner 0         T, wakes the first
 *  owner T,        unlock                  owner N, -N's   T, wakes N
 *   HANDOFF                                 link, HANDOFF
 *  owner 0         a waiter runs           owner N, -link  N
 *  owner T         a woken waiter lost,    HANDOFF         N
 *                   and is impatient
 *  any             timeout, interrupt,     -link           N; wakes the first
 *                   refusal                                if owner is 0
 *
 *  Every change of all three is made under the queue's lock, whose order is
 *  all that this file needs; owner is read without it where that is a guess.
 *
 *  I1  Contexts in the queue stand by age, the oldest first; who has none
 *      stands where it came.
 *  I2  Of two contexts that each hold a mutex the younger never waits for the
 *      older (wait-die), or knows that it has to give way (wound-wait). Both
 *      are looked at when a context queues and when one becomes the owner's.
 *  I3  The owner's context exists while owner is not 0, and a queued one while
 *      it is queued, both seen under the queue's lock: only who holds a mutex
 *      or stands in its queue is looked at.
 *  I4  wounded is set for a context that holds a mutex, and cleared by its own
 *      thread when it holds none. Whoever sets it, or makes a waiter's refusal
 *      due, wakes that thread afterwards.
 *  I5  Unlock's last access to the mutex is the release of the queue's lock.
 */
#include <errno.h>

#include <ksync/ww_mutex.h>

#include "owner.h"
#include "task/park.h"
#include "task/waitq.h"
#include "watch/report.h"

#define HANDOFF 2ul

#define TYPE "ww_mutex"

struct ww_waiter {
	struct ksync__waiter node;
	ksync_ww_acquire_ctx_t *ctx; /* read-only once queued */
	bool told; /* was woken since it looked. Under the queue's lock */
};

static unsigned int ww_injects;

static struct ww_waiter *waiter_of(struct ksync__waiter *node)
{
	return (struct ww_waiter *)node;
}

static struct ww_waiter *ww_next(unsigned long word, struct ww_waiter *w)
{
	struct ksync__waiter *next = w->node.next;

	return next == ksync__waitq_first(word) ? NULL : waiter_of(next);
}

static bool ctx_older(const ksync_ww_acquire_ctx_t *a,
		      const ksync_ww_acquire_ctx_t *b)
{
	return (long)(a->stamp - b->stamp) < 0;
}

/* ---- who gives way; all under the queue's lock ---- */

/* A context without a mutex keeps nobody waiting, and may always wait. */
static bool ww_keeps_others(const struct ww_waiter *w)
{
	return w->ctx && w->ctx->acquired;
}

/* Does wait-die refuse this one? "behind": a context stands before it. */
static bool ww_dies(const ksync_ww_mutex_t *m, const struct ww_waiter *w,
		    bool behind)
{
	return behind || (m->ctx && ctx_older(m->ctx, w->ctx));
}

static bool ww_is_behind(unsigned long word, struct ww_waiter *w)
{
	struct ww_waiter *q = waiter_of(ksync__waitq_first(word));

	for (; q && q != w; q = ww_next(word, q))
		if (q->ctx)
			return true;
	return false;
}

/* Has the queued waiter to give way? */
static bool ww_refused(const ksync_ww_mutex_t *m, unsigned long word,
		       struct ww_waiter *w)
{
	if (!ww_keeps_others(w))
		return false;
	if (!m->ww_class->is_wait_die)
		return KSYNC_READ_ONCE(w->ctx->wounded);
	return ww_dies(m, w, ww_is_behind(word, w));
}

static void ww_tell_die(const ksync_ww_mutex_t *m, unsigned long word)
{
	struct ww_waiter *w = waiter_of(ksync__waitq_first(word));
	bool behind = false;

	for (; w; w = ww_next(word, w)) {
		if (ww_keeps_others(w) && !w->told && ww_dies(m, w, behind)) {
			w->told = true;
			ksync__unpark(w->node.task);
		}
		if (w->ctx)
			behind = true;
	}
}

/* The oldest waiter that others may wait for wounds a younger owner. */
static void ww_tell_wound(ksync_ww_mutex_t *m, unsigned long word)
{
	struct ww_waiter *w = waiter_of(ksync__waitq_first(word));
	struct ksync_task *task;

	while (w && !ww_keeps_others(w))
		w = ww_next(word, w);
	if (!w || !m->ctx || !ctx_older(w->ctx, m->ctx) ||
	    KSYNC_READ_ONCE(m->ctx->wounded))
		return;
	KSYNC_WRITE_ONCE(m->ctx->wounded, 1u);
	task = ksync__task_of_ref(m->base.owner);
	if (task)
		ksync__unpark(task);
}

/* The queue or the owner's context has changed (I2). */
static void ww_tell(ksync_ww_mutex_t *m, unsigned long word)
{
	if (!ksync__waitq_first(word))
		return;
	if (m->ww_class->is_wait_die)
		ww_tell_die(m, word);
	else
		ww_tell_wound(m, word);
}

/* ---- the words; all under the queue's lock ---- */

static void ww_set_owner(ksync_ww_mutex_t *m, unsigned long word,
			 const struct ksync_task *task,
			 ksync_ww_acquire_ctx_t *ctx)
{
	KSYNC_WRITE_ONCE(m->base.owner, task->ref);
	m->ctx = ctx;
	ww_tell(m, word);
}

static unsigned long ww_unlink(unsigned long word, struct ww_waiter *w)
{
	word = ksync__waitq_remove(word, &w->node);
	return ksync__waitq_first(word) ? word : word & ~HANDOFF;
}

/* By age (I1). */
static unsigned long ww_queue(ksync_ww_mutex_t *m, unsigned long word,
			      struct ww_waiter *w)
{
	struct ww_waiter *q = waiter_of(ksync__waitq_first(word));

	if (!w->ctx)
		q = NULL;
	while (q && !(q->ctx && ctx_older(w->ctx, q->ctx)))
		q = ww_next(word, q);
	if (q)
		word = ksync__waitq_insert(&m->base.waitq, word, &w->node,
					   &q->node);
	else
		word = ksync__waitq_append(&m->base.waitq, word, &w->node);
	ww_tell(m, word);
	return word;
}

/* "revive": also a destroyed one, after a report. */
static bool ww_take(ksync_ww_mutex_t *m, ksync_ww_acquire_ctx_t *ctx,
		    const struct ksync__request *req, bool revive)
{
	unsigned long owner = KSYNC_READ_ONCE(m->base.owner);
	struct ksync_task *self = req->wait.self;
	unsigned long word;
	bool taken;

	if (owner && !(revive && owner == KSYNC__DESTROYED))
		return false;
	word = ksync__waitq_lock(&m->base.waitq, self);
	taken = m->base.owner == owner && !(word & HANDOFF);
	if (taken)
		ww_set_owner(m, word, self, ctx);
	ksync__waitq_unlock(&m->base.waitq, self, word);
	if (taken && owner)
		ksync__owner_destroyed(req);
	return taken;
}

/* ---- waiting ---- */

static bool ww_spin(ksync_ww_mutex_t *m, ksync_ww_acquire_ctx_t *ctx,
		    struct ksync__request *req)
{
	ksync__wait_may_spin(&req->wait);
	do {
		if (ww_take(m, ctx, req, true))
			return true;
		if (ctx && KSYNC_READ_ONCE(ctx->wounded))
			return false;
	} while (ksync__wait_spin(&req->wait, &m->base.owner));
	return false;
}

/*
 * The queued waiter's look, under the queue's lock: 1 if it has to go on
 * waiting; 0 with the lock, or an error, and it is not queued any more. "over"
 * is why it does not want to wait, or 0.
 */
static int ww_look(ksync_ww_mutex_t *m, unsigned long *word,
		   struct ww_waiter *w, int over)
{
	w->told = false;
	if (m->base.owner == w->node.task->ref)
		return 0; /* handed over */
	if (m->base.owner == 0) {
		*word = ww_unlink(*word, w);
		ww_set_owner(m, *word, w->node.task, w->ctx);
		return 0;
	}
	if (ww_refused(m, *word, w))
		over = -EDEADLK;
	if (!over)
		return 1;
	*word = ww_unlink(*word, w);
	ww_tell(m, *word);
	return over;
}

/* Sleep once: why not to go on, or 0. */
static int ww_nap(ksync_ww_mutex_t *m, const struct ksync__request *req)
{
	ksync_s64 at = ksync__owner_look_at(&req->wait, KSYNC__OWNER_CHECK_NS);

	if (ksync__park(req->wait.self, at)) {
		(void)ksync__task_of_ref_surely(KSYNC_READ_ONCE(m->base.owner));
		if (ksync__owner_is_gone(&m->base.owner))
			return -EOWNERDEAD;
	}
	return ksync__wait_over(&req->wait);
}

/* 0, an error, or -EAGAIN: a fork emptied the queue. */
static int ww_sleep(ksync_ww_mutex_t *m, ksync_ww_acquire_ctx_t *ctx,
		    struct ksync__request *req)
{
	struct ksync_task *self = req->wait.self;
	struct ww_waiter w = { .node = { .task = self, .forks = self->forks },
			       .ctx = ctx };
	int over = ksync__owner_is_gone(&m->base.owner) ?
			   -EOWNERDEAD :
			   ksync__wait_over(&req->wait);
	unsigned long word = ksync__waitq_lock(&m->base.waitq, self);
	int ret;

	word = ww_queue(m, word, &w);
	ksync__wait_queued(&req->wait);
	while ((ret = ww_look(m, &word, &w, over)) > 0) {
		if (ksync__wait_is_impatient(&req->wait))
			word |= HANDOFF;
		ksync__waitq_unlock(&m->base.waitq, self, word);
		ksync_watch_step("ww_mutex.queued");
		over = ww_nap(m, req);
		if (self->forks != w.node.forks) {
			ksync__waitq_left(&w.node);
			/* The holder may have handed it over before that. */
			return KSYNC_READ_ONCE(m->base.owner) == self->ref ?
				       0 :
				       -EAGAIN;
		}
		word = ksync__waitq_lock(&m->base.waitq, self);
	}
	ksync__waitq_unlock(&m->base.waitq, self, word);
	ksync__waitq_left(&w.node);
	return ret;
}

static int ww_lock(ksync_ww_mutex_t *m, ksync_ww_acquire_ctx_t *ctx,
		   struct ksync__request *req)
{
	int ret;

	if (ksync_likely(ww_take(m, ctx, req, false)))
		return 0;
	ret = ksync__owner_check_recursion(KSYNC_READ_ONCE(m->base.owner), req);
	if (ret)
		return ret;
	if (req->wait.deadline == KSYNC__NO_TIME)
		return -EINVAL;
	ksync_watch_contended_at(KSYNC__WW_MUTEX(m), req->where);
	do
		ret = ww_spin(m, ctx, req) ? 0 : ww_sleep(m, ctx, req);
	while (ret == -EAGAIN);
	return ret;
}

/* ---- contexts ---- */

static void ctx_misuse(const ksync_ww_acquire_ctx_t *ctx, const char *what,
		       const char *advice, const void *where)
{
	ksync__misuse("ww_acquire_ctx", ctx, what, advice, where,
		      KSYNC_HOLDER_NONE);
}

/* The context to take it with: NULL, after a report, if that cannot be. */
static ksync_ww_acquire_ctx_t *ctx_usable(ksync_ww_mutex_t *m,
					  ksync_ww_acquire_ctx_t *ctx,
					  const struct ksync_task *self,
					  const void *where)
{
	if (!ctx)
		return NULL;
	if (ctx->ww_class != m->ww_class) {
		ctx_misuse(ctx,
			   ctx->ww_class ? "takes a lock of another class" :
					   "used, but it is not begun",
			   "begin it with the class of the locks that it "
			   "takes; this lock is taken without it",
			   where);
		return NULL;
	}
	if (ctx->task != self->ref) {
		ctx_misuse(ctx, "used by another thread than its own",
			   "begin a context in the thread that locks; this "
			   "lock is taken without it",
			   where);
		return NULL;
	}
	return ctx;
}

/* Before a lock is taken. */
static void ctx_check(ksync_ww_mutex_t *m, ksync_ww_acquire_ctx_t *ctx,
		      const void *where)
{
	if (!ctx->acquired)
		KSYNC_WRITE_ONCE(ctx->wounded, 0u);
	if (ksync_unlikely(ctx->done))
		ctx_misuse(ctx, "takes a lock after ww_acquire_done()",
			   "take all locks before", where);
	if (ksync_likely(!ctx->contending))
		return;
	if (ctx->acquired)
		ctx_misuse(ctx, "goes on after -EDEADLK with locks held",
			   "unlock all that it holds first, for the older one "
			   "waits for them",
			   where);
	else if (ctx->contending != m)
		ctx_misuse(ctx, "takes another lock than the one that refused",
			   "after -EDEADLK take that one first, by "
			   "ww_mutex_lock_slow()",
			   where);
	ctx->contending = NULL;
}

/* Is it this one's turn to be refused for nothing? Each time later. */
static bool ctx_injects(ksync_ww_acquire_ctx_t *ctx)
{
	if (ksync_likely(!ctx->inject_every) || --ctx->inject_in)
		return false;
	if (ctx->inject_every < 1u << 28)
		ctx->inject_every =
			ctx->inject_every * 3 + ctx->inject_every / 2 + 1;
	ctx->inject_in = ctx->inject_every;
	return true;
}

/* ww_lock()'s result, and what it means for the context. */
static int ctx_result(ksync_ww_mutex_t *m, ksync_ww_acquire_ctx_t *ctx,
		      const struct ksync__request *req, int ret)
{
	if (ret == -EOWNERDEAD)
		return ksync__owner_gone(req);
	if (!ctx)
		return ret;
	if (!ret && ctx->acquired++ && ctx_injects(ctx)) {
		ksync__ww_mutex_unlock(m);
		ret = -EDEADLK;
	}
	if (ret == -EDEADLK)
		ctx->contending = m;
	return ret;
}

void ksync__ww_acquire_init(ksync_ww_acquire_ctx_t *ctx,
			    ksync_ww_class_t *ww_class)
{
	ctx->task = ksync__task_self()->ref;
	ctx->stamp = (unsigned long)ksync_atomic_long_inc_return_relaxed(
		&ww_class->stamp);
	ctx->ww_class = ww_class;
	ctx->contending = NULL;
	ctx->acquired = 0;
	KSYNC_WRITE_ONCE(ctx->wounded, 0u);
	ctx->done = 0;
	ctx->inject_every = KSYNC_READ_ONCE(ww_injects);
	ctx->inject_in = ctx->inject_every;
}

void ksync_ww_acquire_done(ksync_ww_acquire_ctx_t *ctx)
{
	if (ctx->done)
		ctx_misuse(ctx, "done twice",
			   "say it once, after the last lock", KSYNC__CALLER());
	ctx->done = 1;
}

bool ksync__ww_acquire_fini(ksync_ww_acquire_ctx_t *ctx)
{
	if (!ctx->ww_class)
		ctx_misuse(ctx, "ended, but it is not begun", "end it once",
			   KSYNC__CALLER());
	else if (ctx->acquired)
		ctx_misuse(ctx, "ended with locks held", "unlock them first",
			   KSYNC__CALLER());
	else {
		ctx->ww_class = NULL;
		return true;
	}
	return false;
}

bool ksync_ww_mutex_inject(bool on)
{
	return ksync_xchg_relaxed(&ww_injects, on ? 1u : 0u) != 0;
}

/* ---- the lock ---- */

int ksync__ww_mutex_lock(ksync_ww_mutex_t *m, ksync_ww_acquire_ctx_t *ctx,
			 int kind, ksync_s64 deadline)
{
	struct ksync__request req = {
		.type = TYPE,
		.lock = m,
		.where = KSYNC__CALLER(),
		.can_fail = true,
		.wait = { .self = ksync__task_self(),
			  .kind = kind,
			  .deadline = deadline },
	};
	int ret;

	ctx = ctx_usable(m, ctx, req.wait.self, req.where);
	if (ctx) {
		if (KSYNC_READ_ONCE(m->base.owner) == req.wait.self->ref &&
		    m->ctx == ctx)
			return -EALREADY;
		ctx_check(m, ctx, req.where);
	}
	ret = ctx_result(m, ctx, &req, ww_lock(m, ctx, &req));
	if (!ret)
		ksync_watch_order_acquire(m);
	return ret;
}

int ksync__ww_mutex_lock_slow(ksync_ww_mutex_t *m, ksync_ww_acquire_ctx_t *ctx,
			      int kind, bool can_fail)
{
	struct ksync__request req = {
		.type = TYPE,
		.lock = m,
		.where = KSYNC__CALLER(),
		.can_fail = can_fail,
		.wait = { .self = ksync__task_self(),
			  .kind = kind,
			  .deadline = KSYNC__NEVER },
	};
	int ret;

	ctx = ctx_usable(m, ctx, req.wait.self, req.where);
	if (ctx && !ctx->contending)
		ctx_misuse(ctx, "lock_slow() for a lock that did not refuse",
			   "call ww_mutex_lock(), and this after -EDEADLK",
			   req.where);
	if (ctx) {
		ctx_check(m, ctx, req.where);
		/* This form cannot be refused. */
		if (ctx->acquired)
			ctx = NULL;
	}
	ret = ctx_result(m, ctx, &req, ww_lock(m, ctx, &req));
	if (!ret)
		ksync_watch_order_acquire(m);
	return ret;
}

bool ksync__ww_mutex_trylock(ksync_ww_mutex_t *m, ksync_ww_acquire_ctx_t *ctx)
{
	struct ksync__request req = {
		.type = TYPE,
		.lock = m,
		.where = KSYNC__CALLER(),
		.wait = { .self = ksync__task_self() },
	};

	ctx = ctx_usable(m, ctx, req.wait.self, req.where);
	if (ctx)
		ctx_check(m, ctx, req.where);
	if (!ww_take(m, ctx, &req, false))
		return false;
	if (ctx)
		ctx->acquired++;
	ksync_watch_order_acquire(m);
	return true;
}

void ksync__ww_mutex_unlock(ksync_ww_mutex_t *m)
{
	struct ksync_task *self = ksync__task_self();
	unsigned long owner = KSYNC_READ_ONCE(m->base.owner);
	struct ww_waiter *first;
	struct ksync_task *task = NULL;
	unsigned long word;

	if (ksync_unlikely(owner != self->ref)) {
		ksync__owner_stranger(TYPE, m, owner, KSYNC__CALLER());
		return;
	}
	ksync_watch_order_release(m);
	if (m->ctx)
		m->ctx->acquired--;
	word = ksync__waitq_lock(&m->base.waitq, self);
	first = waiter_of(ksync__waitq_first(word));
	m->ctx = NULL;
	if (first)
		task = first->node.task;
	if (first && (word & HANDOFF)) {
		word = ww_unlink(word, first) & ~HANDOFF;
		ww_set_owner(m, word, task, first->ctx);
	} else {
		KSYNC_WRITE_ONCE(m->base.owner, 0ul);
	}
	ksync__waitq_unlock(&m->base.waitq, self, word);
	ksync_watch_step("ww_mutex.unlocked");
	/* A waiter's frame, and the mutex, may be gone (I5). */
	if (task)
		ksync__unpark(task);
}

void ksync__ww_mutex_destroy(ksync_ww_mutex_t *m)
{
	struct ksync_task *self = ksync__task_self();
	unsigned long word = ksync__waitq_lock(&m->base.waitq, self);
	unsigned long owner = m->base.owner;

	if (!owner)
		KSYNC_WRITE_ONCE(m->base.owner, KSYNC__DESTROYED);
	ksync__waitq_unlock(&m->base.waitq, self, word);
	if (owner)
		ksync__owner_busy(TYPE, m, owner, KSYNC__CALLER());
}
