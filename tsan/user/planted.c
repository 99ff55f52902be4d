/* SPDX-License-Identifier: MIT */
/*
 * Mistakes, one a run, that ThreadSanitizer has to report although the library
 * is not instrumented.
 *
 *	planted NAME
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ksync/ksync.h>

static ksync_mutex_t a = KSYNC_MUTEX_INIT;
static ksync_mutex_t b = KSYNC_MUTEX_INIT;
static KSYNC_DEFINE_SPINLOCK(s);
static long data;

static void two(void *(*first)(void *), void *(*second)(void *))
{
	pthread_t threads[2];

	pthread_create(&threads[0], NULL, first, NULL);
	pthread_create(&threads[1], NULL, second, NULL);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
}

static void one(void *(*fn)(void *))
{
	pthread_t thread;

	pthread_create(&thread, NULL, fn, NULL);
	pthread_join(thread, NULL);
}

/* ---- one thread forgets the lock ---- */

static void *with_lock(void *unused)
{
	for (int i = 0; i < 1000; i++) {
		ksync_mutex_lock(&a);
		data++;
		ksync_mutex_unlock(&a);
	}
	return unused;
}

static void *without_lock(void *unused)
{
	for (int i = 0; i < 1000; i++)
		data++;
	return unused;
}

static void missing_lock(void)
{
	two(with_lock, without_lock);
}

/* ---- two orders, one after the other: no deadlock happens ---- */

static void *a_then_b(void *unused)
{
	ksync_mutex_lock(&a);
	ksync_mutex_lock(&b);
	ksync_mutex_unlock(&b);
	ksync_mutex_unlock(&a);
	return unused;
}

static void *b_then_a(void *unused)
{
	ksync_mutex_lock(&b);
	ksync_mutex_lock(&a);
	ksync_mutex_unlock(&a);
	ksync_mutex_unlock(&b);
	return unused;
}

static void abba(void)
{
	one(a_then_b);
	one(b_then_a);
}

static void *a_then_s(void *unused)
{
	ksync_mutex_lock(&a);
	ksync_spin_lock(&s);
	ksync_spin_unlock(&s);
	ksync_mutex_unlock(&a);
	return unused;
}

static void *s_then_a(void *unused)
{
	ksync_spin_lock(&s);
	ksync_mutex_lock(&a);
	ksync_mutex_unlock(&a);
	ksync_spin_unlock(&s);
	return unused;
}

static void abba_spin(void)
{
	one(a_then_s);
	one(s_then_a);
}

/* ---- a use after the reference was put ---- */

struct object {
	ksync_refcount_t refs;
	long value;
};

static struct object *object;

static void *put_then_use(void *unused)
{
	struct object *o = object;

	if (ksync_refcount_dec_and_test(&o->refs))
		free(o);
	else
		o->value++;
	return unused;
}

static void early_free(void)
{
	for (int i = 0; i < 50; i++) {
		object = calloc(1, sizeof(*object));
		ksync_refcount_set(&object->refs, 2);
		two(put_then_use, put_then_use);
	}
}

/* ---- misuse of a mutex ---- */

static void *unlock_a(void *unused)
{
	ksync_mutex_unlock(&a);
	return unused;
}

static void stranger(void)
{
	ksync_mutex_lock(&a);
	one(unlock_a);
}

/* ---- RCU ---- */

#if KSYNC_HAVE_RCU
static struct object *shared;
static int over;

static void *read_shared(void *unused)
{
	while (!KSYNC_READ_ONCE(over)) {
		ksync_guard(rcu)();
		data = ksync_rcu_dereference(shared)->value;
		usleep(50);
		data = ksync_rcu_dereference(shared)->value;
	}
	return unused;
}

static void *free_at_once(void *unused)
{
	for (int i = 0; i < 300; i++) {
		struct object *old = ksync_rcu_replace_pointer(
			shared, calloc(1, sizeof(*object)), 1);

		old->value = -1;
		free(old);
		usleep(30);
	}
	KSYNC_WRITE_ONCE(over, 1);
	return unused;
}

static void *publish_plainly(void *unused)
{
	for (int i = 0; i < 300; i++) {
		struct object *old = shared;
		struct object *fresh = calloc(1, sizeof(*object));

		fresh->value = 1;
		shared = fresh;
		ksync_synchronize_rcu();
		free(old);
	}
	KSYNC_WRITE_ONCE(over, 1);
	return unused;
}

static void rcu_free_at_once(void)
{
	shared = calloc(1, sizeof(*object));
	two(read_shared, free_at_once);
}

static void rcu_publish_plainly(void)
{
	shared = calloc(1, sizeof(*object));
	two(read_shared, publish_plainly);
}
#endif

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} bugs[] = {
		{ "missing_lock", missing_lock },
		{ "abba", abba },
		{ "abba_spin", abba_spin },
		{ "early_free", early_free },
		{ "stranger", stranger },
#if KSYNC_HAVE_RCU
		{ "rcu_free_at_once", rcu_free_at_once },
		{ "rcu_publish_plainly", rcu_publish_plainly },
#endif
	};

	for (unsigned int i = 0; i < sizeof(bugs) / sizeof(bugs[0]); i++)
		if (argc == 2 && !strcmp(argv[1], bugs[i].name)) {
			bugs[i].run();
			return 0;
		}
	for (unsigned int i = 0; i < sizeof(bugs) / sizeof(bugs[0]); i++)
		puts(bugs[i].name);
	return 2;
}
