/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                            \
	"all families at once, with interrupts, timeouts, kills and forks: " \
	"each keeps its promise, nothing is lost and nothing is left"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ksync/ksync.h>

#include "stress.h"

#define MAX_TASKS 64

static ksync_task_t *tasks[MAX_TASKS]; /* relaxed */
static long objects;		       /* relaxed: what lives on the heap */

/* Under whichever lock the name says, plain; and how often, relaxed. */
static struct guarded {
	unsigned long plain;
	unsigned long count;
} by_mutex, by_rt_mutex, by_semaphore, by_spinlock, by_rwlock, by_rwsem,
	by_ww_mutex[2], by_condvar;

static void visit(struct stress_thread *self, struct guarded *g)
{
	g->plain++;
	if (stress_chance(self, 16))
		stress_delay(self);
	ksync_atomic_long_inc((ksync_atomic_long_t *)&g->count);
}

static bool got(int ret)
{
	stress_require(!ret || ret == -EINTR || ret == -ETIME, "wrong result");
	if (ret == -EINTR)
		(void)ksync_task_clear_pending();
	return !ret;
}

/* ---- exclusive locks ---- */

static ksync_mutex_t mutex;
static ksync_rt_mutex_t rt_mutex;
static ksync_semaphore_t semaphore;
static ksync_spinlock_t spinlock;

static void use_mutex(struct stress_thread *self)
{
	switch (stress_random(self, 3)) {
	case 0:
		if (!got(ksync_mutex_lock_interruptible(&mutex)))
			return;
		break;
	case 1:
		if (!got(ksync_mutex_lock_timeout(&mutex, 1)))
			return;
		break;
	default:
		ksync_mutex_lock(&mutex);
	}
	visit(self, &by_mutex);
	ksync_mutex_unlock(&mutex);
}

static void use_rt_mutex(struct stress_thread *self)
{
	if (stress_chance(self, 2))
		ksync_rt_mutex_lock(&rt_mutex);
	else if (!got(ksync_rt_mutex_lock_timeout(&rt_mutex, 1)))
		return;
	visit(self, &by_rt_mutex);
	ksync_rt_mutex_unlock(&rt_mutex);
}

static void use_semaphore(struct stress_thread *self)
{
	if (stress_chance(self, 2))
		ksync_down(&semaphore);
	else if (!got(ksync_down_interruptible(&semaphore)))
		return;
	visit(self, &by_semaphore);
	ksync_up(&semaphore);
}

static void use_spinlock(struct stress_thread *self)
{
	(void)self;
	ksync_spin_lock(&spinlock);
	by_spinlock.plain++;
	ksync_atomic_long_inc((ksync_atomic_long_t *)&by_spinlock.count);
	ksync_spin_unlock(&spinlock);
}

/* ---- two locks in any order ---- */

static KSYNC_DEFINE_WW_CLASS(ww_class);
static ksync_ww_mutex_t ww[2];

static void use_ww_mutex(struct stress_thread *self)
{
	unsigned int first = stress_random(self, 2);
	ksync_ww_acquire_ctx_t ctx;

	ksync_ww_acquire_init(&ctx, &ww_class);
	stress_require(!ksync_ww_mutex_lock(&ww[first], &ctx),
		       "refused without a lock");
	while (ksync_ww_mutex_lock(&ww[!first], &ctx)) {
		ksync_ww_mutex_unlock(&ww[first]);
		first = !first;
		ksync_ww_mutex_lock_slow(&ww[first], &ctx);
	}
	visit(self, &by_ww_mutex[0]);
	visit(self, &by_ww_mutex[1]);
	ksync_ww_mutex_unlock(&ww[0]);
	ksync_ww_mutex_unlock(&ww[1]);
	ksync_ww_acquire_fini(&ctx);
}

/* ---- readers and writers ---- */

static ksync_rwlock_t rwlock;
static ksync_rw_semaphore_t rwsem;
static ksync_seqlock_t seqlock;
static unsigned long pair[2]; /* equal, by seqlock; relaxed */

static void use_rwlock(struct stress_thread *self)
{
	unsigned long seen;

	if (stress_chance(self, 4)) {
		ksync_write_lock(&rwlock);
		visit(self, &by_rwlock);
		ksync_write_unlock(&rwlock);
		return;
	}
	ksync_read_lock(&rwlock);
	seen = by_rwlock.plain;
	stress_require(seen == by_rwlock.plain, "written while it is read");
	ksync_read_unlock(&rwlock);
}

static void use_rwsem(struct stress_thread *self)
{
	unsigned long seen;

	if (stress_chance(self, 4)) {
		ksync_down_write(&rwsem);
		visit(self, &by_rwsem);
		seen = by_rwsem.plain;
		ksync_downgrade_write(&rwsem);
		stress_require(seen == by_rwsem.plain,
			       "written between the steps of a downgrade");
		ksync_up_read(&rwsem);
		return;
	}
	if (!got(ksync_down_read_interruptible(&rwsem)))
		return;
	seen = by_rwsem.plain;
	stress_require(seen == by_rwsem.plain, "written while it is read");
	ksync_up_read(&rwsem);
}

static void use_seqlock(struct stress_thread *self)
{
	unsigned long a, b;
	unsigned int seq;

	if (stress_chance(self, 4)) {
		ksync_write_seqlock(&seqlock);
		KSYNC_WRITE_ONCE(pair[0], pair[0] + 1);
		KSYNC_WRITE_ONCE(pair[1], pair[1] + 1);
		ksync_write_sequnlock(&seqlock);
		return;
	}
	do {
		seq = ksync_read_seqbegin(&seqlock);
		a = KSYNC_READ_ONCE(pair[0]);
		b = KSYNC_READ_ONCE(pair[1]);
	} while (ksync_read_seqretry(&seqlock, seq));
	stress_require(a == b, "half of a write was read");
}

/* ---- objects that end ---- */

struct object {
	ksync_kref_t refs;
	ksync_rcu_head_t rcu;
	unsigned long value; /* read-only */
};

static struct object *shown; /* published; replaced under mutex */

static struct object *object_new(unsigned long value)
{
	struct object *o = malloc(sizeof(*o));

	stress_require(o, "no memory");
	ksync_kref_init(&o->refs);
	o->value = value;
	ksync_atomic_long_inc((ksync_atomic_long_t *)&objects);
	return o;
}

static void object_free(ksync_rcu_head_t *head)
{
	struct object *o = ksync_container_of(head, struct object, rcu);

	o->value = 0;
	free(o);
	ksync_atomic_long_dec((ksync_atomic_long_t *)&objects);
}

static void object_release(ksync_kref_t *refs)
{
	struct object *o = ksync_container_of(refs, struct object, refs);

	ksync_call_rcu(&o->rcu, object_free);
}

static void replace_object(struct stress_thread *self)
{
	struct object *o = object_new(1 + stress_random(self, 1000));
	struct object *old;

	ksync_mutex_lock(&mutex);
	old = ksync_rcu_dereference_protected(shown,
					      ksync_lockdep_is_held(&mutex));
	ksync_rcu_assign_pointer(shown, o);
	ksync_mutex_unlock(&mutex);
	(void)ksync_kref_put(&old->refs, object_release);
	if (stress_chance(self, 16))
		ksync_synchronize_rcu();
}

static void use_object(struct stress_thread *self)
{
	struct object *o;
	bool held;

	if (stress_chance(self, 8)) {
		replace_object(self);
		return;
	}
	ksync_rcu_read_lock();
	o = ksync_rcu_dereference(shown);
	held = ksync_kref_get_unless_zero(&o->refs);
	stress_require(o->value, "an object that is gone was found");
	ksync_rcu_read_unlock();
	if (!held)
		return;
	stress_delay(self);
	stress_require(o->value, "an object went though it is held");
	(void)ksync_kref_put(&o->refs, object_release);
}

/* ---- waiting for others ---- */

static ksync_completion_t completion;
static ksync_wait_queue_head_t queue;
static unsigned long tickets; /* relaxed; more of them wakes queue */
static ksync_condvar_t condvar;
static ksync_mutex_t condvar_mutex;

static void use_completion(struct stress_thread *self)
{
	if (stress_chance(self, 2))
		ksync_complete(&completion);
	else
		while (stress_chance(self, 2) &&
		       !ksync_wait_for_completion_timeout(&completion, 1))
			;
}

static void use_queue(struct stress_thread *self)
{
	unsigned long seen = KSYNC_READ_ONCE(tickets);

	if (stress_chance(self, 2)) {
		ksync_atomic_long_inc((ksync_atomic_long_t *)&tickets);
		ksync_wake_up(&queue);
		return;
	}
	(void)ksync_wait_event_timeout(queue, KSYNC_READ_ONCE(tickets) != seen,
				       2);
}

static void use_condvar(struct stress_thread *self)
{
	long left = 0;

	ksync_mutex_lock(&condvar_mutex);
	visit(self, &by_condvar);
	if (stress_chance(self, 2))
		left = ksync_condvar_wait_timeout(
			&condvar, ksync_condvar_mutex(&condvar_mutex), 2);
	else if (stress_chance(self, 2))
		ksync_condvar_signal(&condvar);
	else
		ksync_condvar_broadcast(&condvar);
	stress_require(left >= 0 && left <= 2, "wrong time left");
	by_condvar.plain++;
	ksync_atomic_long_inc((ksync_atomic_long_t *)&by_condvar.count);
	ksync_mutex_unlock(&condvar_mutex);
}

/* ---- the others' task, and a child ---- */

static void disturb(struct stress_thread *self)
{
	ksync_task_t *task =
		KSYNC_READ_ONCE(tasks[stress_random(self, self->threads)]);

	if (!task)
		return;
	if (stress_chance(self, 2))
		ksync_task_interrupt(task);
	else
		ksync_task_kill(task);
}

/* The child is alone: what it holds it has, and what it makes works. */
static void in_child(void)
{
	ksync_mutex_t own = KSYNC_MUTEX_INIT;

	ksync_mutex_unlock(&mutex);
	ksync_mutex_lock(&own);
	ksync_mutex_unlock(&own);
	ksync_rcu_read_lock();
	ksync_rcu_read_unlock();
	ksync_synchronize_rcu();
	_exit(0);
}

/* Older AddressSanitizers copy their allocator's locks as they are. */
#ifdef __SANITIZE_ADDRESS__
#define FORKS 0
#else
#define FORKS 1
#endif

static void fork_once(struct stress_thread *self)
{
	int status = -1;
	pid_t pid;

	(void)self;
	ksync_mutex_lock(&mutex);
	pid = fork();
	if (pid == 0)
		in_child();
	ksync_mutex_unlock(&mutex);
	stress_require(pid > 0, "no child");
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	stress_require(status == 0, "the child did not come through");
}

static void soak(struct stress_thread *self)
{
	static void (*const uses[])(struct stress_thread *self) = {
		use_mutex,    use_rt_mutex,   use_semaphore, use_spinlock,
		use_ww_mutex, use_rwlock,     use_rwsem,     use_seqlock,
		use_object,   use_completion, use_queue,     use_condvar,
		disturb,
	};

	KSYNC_WRITE_ONCE(tasks[self->index], ksync_task_get(ksync_current()));
	while (stress_on(self)) {
		uses[stress_random(self, sizeof(uses) / sizeof(uses[0]))](self);
		if (FORKS && stress_chance(self, 4096))
			fork_once(self);
	}
}

static void before(void)
{
	ksync_mutex_init(&mutex);
	ksync_rt_mutex_init(&rt_mutex);
	ksync_sema_init(&semaphore, 1);
	ksync_spin_lock_init(&spinlock);
	ksync_ww_mutex_init(&ww[0], &ww_class);
	ksync_ww_mutex_init(&ww[1], &ww_class);
	ksync_rwlock_init(&rwlock);
	ksync_init_rwsem(&rwsem);
	ksync_seqlock_init(&seqlock);
	ksync_init_completion(&completion);
	ksync_init_waitqueue_head(&queue);
	ksync_mutex_init(&condvar_mutex);
	ksync_condvar_init(&condvar);
	shown = object_new(1);
}

static void after(void)
{
	static struct guarded *const all[] = {
		&by_mutex,	 &by_rt_mutex,	  &by_semaphore,
		&by_spinlock,	 &by_rwlock,	  &by_rwsem,
		&by_ww_mutex[0], &by_ww_mutex[1], &by_condvar,
	};

	for (int i = 0; i < MAX_TASKS; i++) {
		if (tasks[i])
			ksync_task_put(tasks[i]);
		tasks[i] = NULL;
	}
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		stress_require(all[i]->plain == all[i]->count,
			       "a visit was lost");
	stress_require(pair[0] == pair[1], "half of a write is left");
	(void)ksync_kref_put(&shown->refs, object_release);
	ksync_rcu_barrier();
	stress_require(!objects, "an object is left");
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "soak",
		  .threads = 6,
		  .any_number = true,
		  .before = before,
		  .body = soak,
		  .after = after },
		{ .name = "crowd",
		  .threads = 32,
		  .before = before,
		  .body = soak,
		  .after = after },
		{ .name = NULL },
	};

	return stress_main("soak", INVARIANT, scenes);
}
