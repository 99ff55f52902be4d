/* SPDX-License-Identifier: MIT */
/* Sessions that are looked up all the time, and closed while they are used. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <ksync/rcuref.h>

#define WORKERS 3

struct session {
	ksync_rcuref_t refs;
	ksync_rcu_head_t rcu;
	ksync_atomic_t requests;
};

static struct session *current_session;
static ksync_atomic_t closed;

/* A reference to the session, or NULL if there is none any more. */
static struct session *session_get(void)
{
	struct session *s;

	ksync_guard(rcu)();
	s = ksync_rcu_dereference(current_session);
	return s && ksync_rcuref_get(&s->refs) ? s : NULL;
}

static void session_put(struct session *s)
{
	if (ksync_rcuref_put(&s->refs)) {
		printf("closed after %d requests\n",
		       ksync_atomic_read(&s->requests));
		ksync_kfree_rcu(s, rcu); /* somebody may still look it up */
		ksync_atomic_inc(&closed);
	}
}

static void *work(void *arg)
{
	struct session *s;

	for (int i = 0; i < 1000 && (s = session_get()); i++) {
		ksync_atomic_inc(&s->requests);
		session_put(s);
	}
	return arg;
}

int main(void)
{
	struct session *s = calloc(1, sizeof(*s));
	pthread_t workers[WORKERS];

	if (!s)
		return 1;
	ksync_rcuref_init(&s->refs, 1);
	ksync_rcu_assign_pointer(current_session, s);
	for (int i = 0; i < WORKERS; i++)
		pthread_create(&workers[i], NULL, work, NULL);
	ksync_rcu_assign_pointer(current_session, NULL);
	session_put(s);
	for (int i = 0; i < WORKERS; i++)
		pthread_join(workers[i], NULL);
	ksync_rcu_barrier();
	return ksync_atomic_read(&closed) != 1;
}
