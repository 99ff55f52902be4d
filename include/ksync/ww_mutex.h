/* SPDX-License-Identifier: MIT */
/*
 * Wound/wait mutex: for who needs several locks at once, in an order that
 * nobody knows beforehand. A transaction (an acquire context) has a stamp; when
 * two of them are in each other's way, the younger one is told -EDEADLK, gives
 * back all that it holds and begins again. The oldest always comes through.
 *
 * A class says who gives way: with wound-wait the older one asks the younger to
 * give back what it holds; with wait-die the younger one does not wait for an
 * older. The first gives way less often, the second never disturbs a holder.
 *
 *	ksync_ww_acquire_ctx_t ctx;
 *
 *	ksync_ww_acquire_init(&ctx, &accounts);
 *	... ksync_ww_mutex_lock(&a->lock, &ctx); 0, or -EDEADLK: unlock all,
 *	    ksync_ww_mutex_lock_slow() on the one that failed, and again ...
 *	ksync_ww_acquire_done(&ctx);
 *	... work, and unlock each ...
 *	ksync_ww_acquire_fini(&ctx);
 *
 * Without a context (NULL) it is a mutex; then the rules of <ksync/mutex.h>
 * hold: no recursion, no exit while holding, unlock where it was locked. When
 * unlock has let somebody in, it does not touch the lock any more.
 *
 * src/sleep/ww_mutex.c has the table of its words, docs/ww_mutex.md the guide.
 */
#ifndef KSYNC_WW_MUTEX_H
#define KSYNC_WW_MUTEX_H

#include <ksync/atomic.h>
#include <ksync/cleanup.h>
#include <ksync/task.h>
#include <ksync/watch.h>

/* Locks that one context may hold together: a static object. */
typedef struct KSYNC_TAG(ww_class) {
	ksync_atomic_long_t stamp; /* the last one given out */
	ksync_lock_class_key_t acquire_key;
	ksync_lock_class_key_t mutex_key;
	const char *acquire_name;
	const char *mutex_name;
	unsigned int is_wait_die;
} ksync_ww_class_t;

/* What the kernel's users reach for: the lock without its transactions. */
struct ksync__ww_base {
	unsigned long owner; /* task reference; 0 = free */
	unsigned long waitq; /* first waiter and flags */
	KSYNC__DEP_MAP_FIELD
};

typedef struct KSYNC_TAG(ww_mutex) {
	struct ksync__ww_base base;
	struct KSYNC_TAG(ww_acquire_ctx) * ctx; /* the owner's, or NULL */
	ksync_ww_class_t *ww_class;		/* read-only */
} ksync_ww_mutex_t;

/* One transaction of one thread, usually on its stack. */
typedef struct KSYNC_TAG(ww_acquire_ctx) {
	unsigned long task;	      /* reference of the thread */
	unsigned long stamp;	      /* the lower, the older */
	ksync_ww_class_t *ww_class;   /* NULL: ended */
	ksync_ww_mutex_t *contending; /* the one that was refused; NULL: none,
				       * or all was given back since */
	unsigned int acquired;	      /* locks that it holds */
	unsigned int wounded;	      /* by an older one: give way */
	unsigned int done;	      /* no more locks */
	unsigned int inject_in;	      /* locks till the next made-up refusal */
	unsigned int inject_every;
	KSYNC__DEP_MAP_FIELD
} ksync_ww_acquire_ctx_t;

KSYNC_STATIC_ASSERT(KSYNC_CHECKED || sizeof(ksync_ww_mutex_t) <= 32,
		    "docs/ww_mutex.md promises it");

#define KSYNC__WW_CLASS_INIT(name, wait_die)                \
	{ KSYNC_ATOMIC_LONG_INIT(0), { 0 },	     { 0 }, \
	  #name "_acquire",	     #name "_mutex", wait_die }
/* A class by wound-wait, and one by wait-die. */
#define KSYNC_DEFINE_WW_CLASS(name) \
	ksync_ww_class_t name = KSYNC__WW_CLASS_INIT(name, 0)
#define KSYNC_DEFINE_WD_CLASS(name) \
	ksync_ww_class_t name = KSYNC__WW_CLASS_INIT(name, 1)

/* What the verbs of the seam are told. */
#define KSYNC__WW_MUTEX(m) \
	ksync__watched(m, KSYNC__DEP_MAP(&(m)->base), KSYNC_KIND_WW_MUTEX)
#define KSYNC__WW_ACQUIRE(ctx) \
	ksync__watched(ctx, KSYNC__DEP_MAP(ctx), KSYNC_KIND_WW_ACQUIRE)

KSYNC_BEGIN_DECLS

/* In src/sleep/ww_mutex.c. */
KSYNC_API void ksync__ww_acquire_init(ksync_ww_acquire_ctx_t *ctx,
				      ksync_ww_class_t *ww_class);
KSYNC_API bool ksync__ww_acquire_fini(ksync_ww_acquire_ctx_t *ctx);
KSYNC_API int ksync__ww_mutex_lock(ksync_ww_mutex_t *m,
				   ksync_ww_acquire_ctx_t *ctx, int kind,
				   ksync_s64 deadline);
KSYNC_API int ksync__ww_mutex_lock_slow(ksync_ww_mutex_t *m,
					ksync_ww_acquire_ctx_t *ctx, int kind,
					bool can_fail);
KSYNC_API bool ksync__ww_mutex_trylock(ksync_ww_mutex_t *m,
				       ksync_ww_acquire_ctx_t *ctx);
KSYNC_API void ksync__ww_mutex_unlock(ksync_ww_mutex_t *m);
KSYNC_API void ksync__ww_mutex_destroy(ksync_ww_mutex_t *m);

/**
 * ksync_ww_mutex_init() - make a wound/wait mutex ready for use
 * @m: memory for a mutex that nobody uses
 * @ww_class: class of all those that one transaction may take; a static object
 *
 * Context: Any.
 * Example::
 *
 *	static KSYNC_DEFINE_WW_CLASS(accounts);
 *	ksync_ww_mutex_t lock;
 *
 *	ksync_ww_mutex_init(&lock, &accounts);
 */
KSYNC_INLINE void ksync_ww_mutex_init(ksync_ww_mutex_t *m,
				      ksync_ww_class_t *ww_class)
{
	KSYNC_WRITE_ONCE(m->base.owner, 0ul);
	KSYNC_WRITE_ONCE(m->base.waitq, 0ul);
	m->ctx = NULL;
	m->ww_class = ww_class;
	ksync_watch_created(KSYNC__WW_MUTEX(m), 0, ww_class->mutex_name,
			    &ww_class->mutex_key);
}

/**
 * ksync_ww_mutex_destroy() - end a wound/wait mutex's life
 * @m: initialised mutex that nobody holds or waits for
 *
 * A later lock or unlock is then reported. Destroying a held mutex is reported
 * and does nothing.
 *
 * Context: Any.
 * Example::
 *
 *	static KSYNC_DEFINE_WW_CLASS(accounts);
 *	ksync_ww_mutex_t lock;
 *
 *	ksync_ww_mutex_init(&lock, &accounts);
 *	ksync_ww_mutex_destroy(&lock);
 */
KSYNC_INLINE void ksync_ww_mutex_destroy(ksync_ww_mutex_t *m)
{
	ksync_watch_gone(KSYNC__WW_MUTEX(m));
	ksync__ww_mutex_destroy(m);
}

/**
 * ksync_ww_acquire_init() - begin a transaction
 * @ctx: memory for a context that is not in use
 * @ww_class: class of the mutexes that it will take
 *
 * The context gets a stamp: it is younger than all that began before. Begin it
 * once, and keep it when a lock refuses with -EDEADLK: so it grows old, and
 * comes through.
 *
 * Context: Any but signal handlers.
 * Locks: In the checked library a lock that is held until
 *	ksync_ww_acquire_fini(): transactions, too, have an order.
 * Example::
 *
 *	static KSYNC_DEFINE_WW_CLASS(accounts);
 *	ksync_ww_acquire_ctx_t ctx;
 *
 *	ksync_ww_acquire_init(&ctx, &accounts);
 *	ksync_ww_acquire_fini(&ctx);
 */
KSYNC_INLINE void ksync_ww_acquire_init(ksync_ww_acquire_ctx_t *ctx,
					ksync_ww_class_t *ww_class)
{
	ksync__ww_acquire_init(ctx, ww_class);
	ksync_watch_created(KSYNC__WW_ACQUIRE(ctx), 0, ww_class->acquire_name,
			    &ww_class->acquire_key);
	ksync_watch_acquire(KSYNC__WW_ACQUIRE(ctx), KSYNC_WATCH_EXCLUSIVE);
	ksync_watch_acquired(KSYNC__WW_ACQUIRE(ctx), KSYNC_WATCH_EXCLUSIVE);
}

/**
 * ksync_ww_acquire_done() - the transaction has all its locks
 * @ctx: context of the calling thread
 *
 * Optional: a lock that is taken with this context afterwards is reported.
 *
 * Context: Any but signal handlers.
 * Example::
 *
 *	static KSYNC_DEFINE_WW_CLASS(accounts);
 *	ksync_ww_acquire_ctx_t ctx;
 *
 *	ksync_ww_acquire_init(&ctx, &accounts);
 *	ksync_ww_acquire_done(&ctx);
 *	ksync_ww_acquire_fini(&ctx);
 */
KSYNC_API void ksync_ww_acquire_done(ksync_ww_acquire_ctx_t *ctx);

/**
 * ksync_ww_acquire_fini() - end a transaction
 * @ctx: context of the calling thread, which holds no lock any more
 *
 * With locks held it is reported; they keep their holder, and the context,
 * which must not go away before they are unlocked.
 *
 * Context: Any but signal handlers.
 * Example::
 *
 *	static KSYNC_DEFINE_WW_CLASS(accounts);
 *	ksync_ww_acquire_ctx_t ctx;
 *
 *	ksync_ww_acquire_init(&ctx, &accounts);
 *	ksync_ww_acquire_fini(&ctx);
 */
KSYNC_INLINE void ksync_ww_acquire_fini(ksync_ww_acquire_ctx_t *ctx)
{
	if (ksync_unlikely(!ksync__ww_acquire_fini(ctx)))
		return;
	if (ksync_unlikely(!ksync_watch_release(KSYNC__WW_ACQUIRE(ctx),
						KSYNC_WATCH_EXCLUSIVE)))
		return;
	ksync_watch_released(KSYNC__WW_ACQUIRE(ctx), KSYNC_WATCH_EXCLUSIVE);
	ksync_watch_gone(KSYNC__WW_ACQUIRE(ctx));
}

/* The context is what orders the mutexes that it takes. */
KSYNC_PRIVATE_INLINE void ksync__ww_acquire(ksync_ww_mutex_t *m,
					    ksync_ww_acquire_ctx_t *ctx)
{
	ksync_watch_acquire_nest(KSYNC__WW_MUTEX(m), KSYNC_WATCH_EXCLUSIVE,
				 ctx ? KSYNC__DEP_NEST(ctx) : NULL);
}

KSYNC_PRIVATE_INLINE int ksync__ww_result(ksync_ww_mutex_t *m, int ret)
{
	if (ksync_likely(!ret)) {
		ksync_watch_acquired(KSYNC__WW_MUTEX(m), KSYNC_WATCH_EXCLUSIVE);
		return 0;
	}
	ksync_watch_abandoned(KSYNC__WW_MUTEX(m), KSYNC_WATCH_EXCLUSIVE);
	if (KSYNC_LOCK_NOTES && ret == -EINTR)
		ksync__task_told();
	return ret;
}

/**
 * ksync_ww_mutex_lock() - take a mutex within a transaction
 * @m: initialised mutex of the context's class
 * @ctx: context of the calling thread; NULL: as a mutex, which has no way back
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0.
 * Locks: Holds @m if it returns 0 or -EALREADY.
 * Return: 0; -EDEADLK if an older transaction is in the way: unlock all that
 *	this context holds, then ksync_ww_mutex_lock_slow() on @m, then the
 *	others again; -EALREADY if this context holds @m. -EDEADLK without a
 *	context, reported, if the caller holds @m or the holder is gone.
 * Example::
 *
 *	static KSYNC_DEFINE_WW_CLASS(accounts);
 *	ksync_ww_mutex_t lock;
 *
 *	ksync_ww_mutex_init(&lock, &accounts);
 *	if (ksync_ww_mutex_lock(&lock, NULL) == 0)
 *		ksync_ww_mutex_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_ww_mutex_lock(ksync_ww_mutex_t *m, ksync_ww_acquire_ctx_t *ctx)
{
	ksync__ww_acquire(m, ctx);
	return ksync__ww_result(m, ksync__ww_mutex_lock(m, ctx,
							KSYNC__UNINTERRUPTIBLE,
							KSYNC__NEVER));
}

/**
 * ksync_ww_mutex_lock_interruptible() - lock, or stop on interrupt
 * @m: initialised mutex of the context's class
 * @ctx: context of the calling thread, or NULL
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0; after -EINTR what the interrupter did before
 *	is visible.
 * Locks: Holds @m if it returns 0 or -EALREADY.
 * Return: as ksync_ww_mutex_lock(); -EINTR if it would have had to sleep and an
 *	interrupt or a kill is pending. After that nothing has to be given back.
 * Example::
 *
 *	static KSYNC_DEFINE_WW_CLASS(accounts);
 *	ksync_ww_mutex_t lock;
 *
 *	ksync_ww_mutex_init(&lock, &accounts);
 *	if (ksync_ww_mutex_lock_interruptible(&lock, NULL) == 0)
 *		ksync_ww_mutex_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_ww_mutex_lock_interruptible(ksync_ww_mutex_t *m,
				  ksync_ww_acquire_ctx_t *ctx)
{
	ksync__ww_acquire(m, ctx);
	return ksync__ww_result(m, ksync__ww_mutex_lock(m, ctx,
							KSYNC__INTERRUPTIBLE,
							KSYNC__NEVER));
}

/**
 * ksync_ww_mutex_lock_until() - lock, or give up at a point in time
 * @m: initialised mutex of the context's class
 * @ctx: context of the calling thread, or NULL
 * @deadline: absolute time of CLOCK_MONOTONIC; NULL waits without end
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0, none otherwise.
 * Locks: Holds @m if it returns 0 or -EALREADY.
 * Return: as ksync_ww_mutex_lock(); -ETIME if the time was over; -EINVAL if it
 *	would have had to sleep and tv_nsec is not below 10^9.
 * Example::
 *
 *	static KSYNC_DEFINE_WW_CLASS(accounts);
 *	ksync_ww_mutex_t lock;
 *	struct timespec at;
 *
 *	ksync_ww_mutex_init(&lock, &accounts);
 *	clock_gettime(CLOCK_MONOTONIC, &at);
 *	at.tv_sec += 2;
 *	if (ksync_ww_mutex_lock_until(&lock, NULL, &at) == 0)
 *		ksync_ww_mutex_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_ww_mutex_lock_until(ksync_ww_mutex_t *m, ksync_ww_acquire_ctx_t *ctx,
			  const struct timespec *deadline)
{
	ksync__ww_acquire(m, ctx);
	return ksync__ww_result(
		m, ksync__ww_mutex_lock(m, ctx, KSYNC__UNINTERRUPTIBLE,
					ksync__deadline(deadline)));
}

/**
 * ksync_ww_mutex_lock_slow() - take the mutex that refused, after giving way
 * @m: the mutex that refused with -EDEADLK
 * @ctx: context of the calling thread, which holds no mutex
 *
 * Waits until @m is free, and cannot be refused. Called while the context holds
 * a mutex, or for one that did not refuse, it is reported.
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire.
 * Locks: Holds @m.
 * Example::
 *
 *	static KSYNC_DEFINE_WW_CLASS(accounts);
 *	ksync_ww_mutex_t lock;
 *	ksync_ww_acquire_ctx_t ctx;
 *
 *	ksync_ww_mutex_init(&lock, &accounts);
 *	ksync_ww_acquire_init(&ctx, &accounts);
 *	if (ksync_ww_mutex_lock(&lock, &ctx) == -EDEADLK)
 *		ksync_ww_mutex_lock_slow(&lock, &ctx);
 *	ksync_ww_mutex_unlock(&lock);
 *	ksync_ww_acquire_fini(&ctx);
 */
KSYNC_INLINE void ksync_ww_mutex_lock_slow(ksync_ww_mutex_t *m,
					   ksync_ww_acquire_ctx_t *ctx)
{
	ksync__ww_acquire(m, ctx);
	(void)ksync__ww_result(
		m, ksync__ww_mutex_lock_slow(m, ctx, KSYNC__UNINTERRUPTIBLE,
					     false));
}

/**
 * ksync_ww_mutex_lock_slow_interruptible() - the same, or stop on interrupt
 * @m: the mutex that refused with -EDEADLK
 * @ctx: context of the calling thread, which holds no mutex
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0; after -EINTR what the interrupter did before
 *	is visible.
 * Locks: Holds @m if it returns 0.
 * Return: 0; -EINTR if it would have had to sleep and an interrupt or a kill is
 *	pending; -EDEADLK, reported, if the holder is gone.
 * Example::
 *
 *	static KSYNC_DEFINE_WW_CLASS(accounts);
 *	ksync_ww_mutex_t lock;
 *	ksync_ww_acquire_ctx_t ctx;
 *	int ret;
 *
 *	ksync_ww_mutex_init(&lock, &accounts);
 *	ksync_ww_acquire_init(&ctx, &accounts);
 *	ret = ksync_ww_mutex_lock(&lock, &ctx);
 *	if (ret == -EDEADLK)
 *		ret = ksync_ww_mutex_lock_slow_interruptible(&lock, &ctx);
 *	if (ret == 0)
 *		ksync_ww_mutex_unlock(&lock);
 *	ksync_ww_acquire_fini(&ctx);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_ww_mutex_lock_slow_interruptible(ksync_ww_mutex_t *m,
				       ksync_ww_acquire_ctx_t *ctx)
{
	ksync__ww_acquire(m, ctx);
	return ksync__ww_result(m, ksync__ww_mutex_lock_slow(
					   m, ctx, KSYNC__INTERRUPTIBLE, true));
}

/**
 * ksync_ww_mutex_trylock() - take a mutex if that needs no waiting
 * @m: initialised mutex of the context's class
 * @ctx: context of the calling thread, or NULL
 *
 * Context: Any but signal handlers.
 * Order: Acquire if it returns 1, none otherwise.
 * Locks: Holds @m if it returns 1.
 * Return: 1 if it took the mutex, 0 if somebody, perhaps the caller, holds it.
 * Example::
 *
 *	static KSYNC_DEFINE_WW_CLASS(accounts);
 *	ksync_ww_mutex_t lock;
 *
 *	ksync_ww_mutex_init(&lock, &accounts);
 *	if (ksync_ww_mutex_trylock(&lock, NULL))
 *		ksync_ww_mutex_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_ww_mutex_trylock(ksync_ww_mutex_t *m, ksync_ww_acquire_ctx_t *ctx)
{
	bool taken;

	ksync_watch_acquire(KSYNC__WW_MUTEX(m), KSYNC_WATCH_TRY);
	taken = ksync__ww_mutex_trylock(m, ctx);
	if (taken)
		ksync_watch_acquired(KSYNC__WW_MUTEX(m), KSYNC_WATCH_TRY);
	else
		ksync_watch_abandoned(KSYNC__WW_MUTEX(m), KSYNC_WATCH_TRY);
	return taken;
}

/**
 * ksync_ww_mutex_unlock() - release a mutex
 * @m: mutex that the calling thread holds, with a context or without
 *
 * Unlocking a mutex that another thread holds, or nobody, is reported and does
 * nothing. Whoever gets the mutex next may free it.
 *
 * Context: Any but signal handlers.
 * Order: Release.
 * Locks: Releases @m.
 * Example::
 *
 *	static KSYNC_DEFINE_WW_CLASS(accounts);
 *	ksync_ww_mutex_t lock;
 *
 *	ksync_ww_mutex_init(&lock, &accounts);
 *	if (ksync_ww_mutex_trylock(&lock, NULL))
 *		ksync_ww_mutex_unlock(&lock);
 */
KSYNC_INLINE void ksync_ww_mutex_unlock(ksync_ww_mutex_t *m)
{
	if (ksync_unlikely(!ksync_watch_release(KSYNC__WW_MUTEX(m),
						KSYNC_WATCH_EXCLUSIVE)))
		return;
	ksync__ww_mutex_unlock(m);
	ksync_watch_released(KSYNC__WW_MUTEX(m), KSYNC_WATCH_EXCLUSIVE);
}

/**
 * ksync_ww_mutex_is_locked() - does anybody hold the mutex?
 * @m: initialised mutex
 *
 * Context: Any.
 * Order: None: the answer may be old when it arrives.
 * Return: true if it is held.
 * Example::
 *
 *	static KSYNC_DEFINE_WW_CLASS(accounts);
 *	ksync_ww_mutex_t lock;
 *	bool busy;
 *
 *	ksync_ww_mutex_init(&lock, &accounts);
 *	busy = ksync_ww_mutex_is_locked(&lock);
 */
KSYNC_INLINE bool ksync_ww_mutex_is_locked(const ksync_ww_mutex_t *m)
{
	return KSYNC_READ_ONCE(m->base.owner) != 0;
}

/**
 * ksync_ww_mutex_inject() - refuse now and then, to test the way back
 * @on: whether contexts that begin from now on are refused without a reason
 *
 * The way back after -EDEADLK runs rarely, and so it rots. With this on, each
 * context that holds a mutex is refused its next one once, again after three
 * or four more, then after ever more: so it comes to an end.
 *
 * Context: Any.
 * Return: whether it was on before.
 * Example::
 *
 *	bool before = ksync_ww_mutex_inject(true);
 *
 *	ksync_ww_mutex_inject(before);
 */
KSYNC_API bool ksync_ww_mutex_inject(bool on);

KSYNC_END_DECLS

#endif
