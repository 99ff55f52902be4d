/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                              \
	"a lock has one holder, who sees what the last one did; transactions " \
	"that want the same locks in any order all come through"

#include <errno.h>

#include <ksync/ksync.h>

#include "stress.h"

#define LOCKS 4
#define WANTED 3
#define MAX_TASKS 64

static KSYNC_DEFINE_WW_CLASS(wound);
static KSYNC_DEFINE_WD_CLASS(die);

static struct place {
	ksync_ww_mutex_t lock;
	unsigned long visits; /* plain, under lock */
} places[LOCKS];
static ksync_ww_class_t *used;
static unsigned long visited;	       /* relaxed */
static ksync_task_t *tasks[MAX_TASKS]; /* relaxed */

static void begin(ksync_ww_class_t *ww_class)
{
	used = ww_class;
	visited = 0;
	for (int i = 0; i < LOCKS; i++) {
		ksync_ww_mutex_init(&places[i].lock, ww_class);
		places[i].visits = 0;
	}
}

static void before_wound(void)
{
	begin(&wound);
}

static void before_die(void)
{
	begin(&die);
}

static void after(void)
{
	unsigned long sum = 0;

	for (int i = 0; i < MAX_TASKS; i++) {
		if (tasks[i])
			ksync_task_put(tasks[i]);
		tasks[i] = NULL;
	}
	for (int i = 0; i < LOCKS; i++) {
		stress_require(ksync_ww_mutex_trylock(&places[i].lock, NULL),
			       "a lock is held by nobody");
		sum += places[i].visits;
		ksync_ww_mutex_unlock(&places[i].lock);
	}
	stress_require(sum == visited, "a visit was lost");
}

/* A thread's transaction: which it wants, how many of them it has. */
struct wish {
	int which[WANTED];
	int has;
};

static void wish_some(struct stress_thread *self, struct wish *w)
{
	bool seen[LOCKS] = { false };

	w->has = 0;
	for (int n = 0; n < WANTED;) {
		int i = (int)stress_random(self, LOCKS);

		if (!seen[i])
			w->which[n++] = i;
		seen[i] = true;
	}
}

static void give_back(struct wish *w)
{
	while (w->has)
		ksync_ww_mutex_unlock(&places[w->which[--w->has]].lock);
}

static int take_next(struct stress_thread *self, ksync_ww_acquire_ctx_t *ctx,
		     ksync_ww_mutex_t *lock)
{
	if (stress_chance(self, 4))
		return ksync_ww_mutex_lock_interruptible(lock, ctx);
	if (stress_chance(self, 8) && ksync_ww_mutex_trylock(lock, ctx))
		return 0;
	return ksync_ww_mutex_lock(lock, ctx);
}

/* All of them: true; false: interrupted, and it has none. */
static bool take_all(struct stress_thread *self, ksync_ww_acquire_ctx_t *ctx,
		     struct wish *w)
{
	int ret, refused;

	while (w->has < WANTED) {
		ret = take_next(self, ctx, &places[w->which[w->has]].lock);
		if (!ret) {
			w->has++;
			stress_delay(self);
			continue;
		}
		refused = w->which[w->has];
		w->which[w->has] = w->which[0];
		give_back(w);
		if (ret == -EINTR) {
			(void)ksync_task_clear_pending();
			return false;
		}
		stress_require(ret == -EDEADLK, "wrong result");
		w->which[0] = refused;
		ksync_ww_mutex_lock_slow(&places[refused].lock, ctx);
		w->has = 1;
	}
	return true;
}

static void transact(struct stress_thread *self)
{
	ksync_ww_acquire_ctx_t ctx;
	ksync_task_t *task;
	struct wish w;

	KSYNC_WRITE_ONCE(tasks[self->index], ksync_task_get(ksync_current()));
	while (stress_on(self)) {
		task = KSYNC_READ_ONCE(
			tasks[stress_random(self, self->threads)]);
		if (task && stress_chance(self, 8))
			ksync_task_interrupt(task);
		wish_some(self, &w);
		ksync_ww_acquire_init(&ctx, used);
		if (take_all(self, &ctx, &w)) {
			ksync_ww_acquire_done(&ctx);
			for (int i = 0; i < WANTED; i++)
				places[w.which[i]].visits++;
			ksync_atomic_long_add(WANTED,
					      (ksync_atomic_long_t *)&visited);
			give_back(&w);
		}
		ksync_ww_acquire_fini(&ctx);
	}
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "wound",
		  .threads = 4,
		  .before = before_wound,
		  .body = transact,
		  .after = after },
		{ .name = "die",
		  .threads = 4,
		  .before = before_die,
		  .body = transact,
		  .after = after },
		{ .name = "many",
		  .threads = 48,
		  .before = before_wound,
		  .body = transact,
		  .after = after },
		{ .name = NULL },
	};

	return stress_main("ww_mutex", INVARIANT, scenes);
}
