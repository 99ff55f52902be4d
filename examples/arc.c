/* SPDX-License-Identifier: MIT */
/* A session that threads share, and a weak reference that remembers it. */
#include <pthread.h>
#include <stdio.h>

#include <ksync/arc.h>

struct session {
	const char *user;
	ksync_atomic_t requests;
};

static void session_drop(struct session *s)
{
	printf("%s: %d requests\n", s->user, ksync_atomic_read(&s->requests));
}

KSYNC_DEFINE_ARC(session, struct session, session_drop)

static void *serve(void *arg)
{
	/* The thread's own reference: put at the end of the scope. */
	struct session_arc *s ksync_free(session_arc) = arg;

	ksync_atomic_inc(&session_arc_data(s)->requests);
	return NULL;
}

int main(void)
{
	struct session_arc *s =
		session_arc_new((struct session){ .user = "alice" });
	struct session_weak *remembered;
	pthread_t threads[3];

	if (!s)
		return 1;
	remembered = session_arc_downgrade(s);
	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, serve, session_arc_get(s));
	session_arc_put(s);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	/* It was dropped with the last reference: not to be had any more. */
	s = session_weak_upgrade(remembered);
	session_weak_put(remembered);
	return s != NULL;
}
