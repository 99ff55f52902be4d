/* SPDX-License-Identifier: MIT */
/*
 * Right uses of everything, contended so that the slow paths run, on plain data.
 * Built with -fsanitize=thread against the ordinary library, without
 * suppressions: ThreadSanitizer has nothing to say.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <ksync/ksync.h>

#define THREADS 4
#define ROUNDS 2000

static ksync_mutex_t mutex = KSYNC_MUTEX_INIT;
static KSYNC_DEFINE_SPINLOCK(spin);
static long under_mutex; /* plain */
static long under_spin;	 /* plain */

static void work(void)
{
	for (volatile int i = 0; i < 200; i++)
		continue;
}

static int take_somehow(int i)
{
	switch (i % 6) {
	case 0:
		return !ksync_mutex_trylock(&mutex);
	case 1:
		return ksync_mutex_lock_timeout(&mutex, 1);
	case 2:
		return ksync_mutex_lock_interruptible(&mutex);
	case 3:
		return ksync_mutex_lock_killable(&mutex);
	default:
		ksync_mutex_lock(&mutex);
		return 0;
	}
}

static void *locks(void *unused)
{
	for (int i = 0; i < ROUNDS; i++) {
		if (!take_somehow(i)) {
			under_mutex++;
			work();
			ksync_mutex_unlock(&mutex);
		}
		ksync_scoped_guard(spinlock, &spin) {
			under_spin++;
		}
	}
	return unused;
}

/* ---- counts ---- */

struct object {
	ksync_kref_t refs;
	long notes[THREADS]; /* plain: each thread its own */
};

static struct object *object;

static void object_release(ksync_kref_t *refs)
{
	struct object *o = ksync_container_of(refs, struct object, refs);
	long sum = 0;

	for (int i = 0; i < THREADS; i++)
		sum += o->notes[i];
	if (sum != THREADS)
		abort();
	free(o);
}

static void *put_one(void *index)
{
	object->notes[(long)index] = 1;
	ksync_kref_put(&object->refs, object_release);
	return NULL;
}

static ksync_refcount_t users;
static long table_entry; /* plain, under mutex */

static void *dec_and_lock(void *unused)
{
	if (ksync_refcount_dec_and_mutex_lock(&users, &mutex)) {
		table_entry = 0;
		ksync_mutex_unlock(&mutex);
	}
	return unused;
}

struct box {
	long value; /* plain: written while unique */
};
KSYNC_DEFINE_ARC(box, struct box, NULL)

static void *arcs(void *arc)
{
	struct box_arc *a ksync_free(box_arc) = arc;

	if (box_arc_data(a)->value != 7)
		abort();
	return NULL;
}

/* ---- units, and an interrupt that carries data ---- */

static KSYNC_DEFINE_SEMAPHORE(items, 0);
static KSYNC_DEFINE_SEMAPHORE(slots, 1);
static long item;	/* plain: whose unit it is */
static long last_words; /* plain: before the interrupt */

static void *consume(void *unused)
{
	while (!ksync_down_interruptible(&items)) {
		item++;
		ksync_up(&slots);
	}
	if (last_words != 42)
		abort();
	return unused;
}

static ksync_task_t *consumer_task;
static KSYNC_DEFINE_SEMAPHORE(known, 0);

static void *consume_until_interrupted(void *unused)
{
	consumer_task = ksync_current();
	ksync_up(&known);
	return consume(unused);
}

static void units(void)
{
	pthread_t consumer;

	pthread_create(&consumer, NULL, consume_until_interrupted, NULL);
	ksync_down(&known);
	for (int i = 0; i < ROUNDS; i++) {
		ksync_down(&slots);
		item++;
		ksync_up(&items);
	}
	ksync_down(&slots);
	last_words = 42;
	ksync_task_interrupt(consumer_task);
	pthread_join(consumer, NULL);
}

/* ---- RCU ---- */

#if KSYNC_HAVE_RCU
struct setting {
	long value; /* plain: complete before it is published */
	ksync_rcu_head_t rcu;
};

static struct setting *setting;
static long callbacks; /* plain: the callbacks' alone, then main's */

static void setting_free(ksync_rcu_head_t *head)
{
	struct setting *s = ksync_container_of(head, struct setting, rcu);

	s->value = -1;
	callbacks++;
	free(s);
}

static void *look(void *unused)
{
	for (int i = 0; i < ROUNDS; i++) {
		ksync_guard(rcu)();
		if (ksync_rcu_dereference(setting)->value < 0)
			abort();
	}
	return unused;
}

static void replace(long value)
{
	struct setting *fresh = malloc(sizeof(*fresh));
	struct setting *old;

	fresh->value = value;
	old = ksync_rcu_replace_pointer(setting, fresh, 1);
	switch (value % 3) {
	case 0:
		ksync_synchronize_rcu();
		free(old);
		break;
	case 1:
		ksync_call_rcu(&old->rcu, setting_free);
		break;
	default:
		ksync_kfree_rcu(old, rcu);
	}
}

static void rcu(void)
{
	pthread_t readers[2];

	setting = calloc(1, sizeof(*setting));
	for (int i = 0; i < 2; i++)
		pthread_create(&readers[i], NULL, look, NULL);
	for (int i = 0; i < 300; i++)
		replace(i);
	for (int i = 0; i < 2; i++)
		pthread_join(readers[i], NULL);
	ksync_rcu_barrier();
	if (callbacks != 100)
		abort();
	free(setting);
}
#else
static void rcu(void)
{
}
#endif

static void all(void *(*fn)(void *arg))
{
	pthread_t threads[THREADS];

	for (long i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, fn, (void *)i);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

static void share(void)
{
	struct box_arc *a = box_arc_new((struct box){ 7 });
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, arcs, box_arc_get(a));
	box_arc_put(a);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

int main(void)
{
	all(locks);
	object = calloc(1, sizeof(*object));
	ksync_refcount_set(&object->refs.refcount, THREADS);
	all(put_one);
	ksync_refcount_set(&users, THREADS);
	all(dec_and_lock);
	share();
	units();
	rcu();
	ksync_mutex_destroy(&mutex);
	puts("correct");
	return 0;
}
