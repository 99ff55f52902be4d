/* SPDX-License-Identifier: MIT */
/* A session that several threads share, and a table that only remembers it. */
#include <pthread.h>
#include <stdio.h>

#include <ksync/arc.h>

struct session {
	char user[16];
	ksync_atomic_t requests;
};

static int ended;

static void session_drop(struct session *s)
{
	printf("%s ends after %d requests\n", s->user,
	       ksync_atomic_read(&s->requests));
	ended++;
}

KSYNC_DEFINE_ARC(session, struct session, session_drop)

static void *serve(void *arg)
{
	/* The thread's own reference: put at the end of the scope. */
	struct session_arc *s ksync_free(session_arc) = arg;

	for (int i = 0; i < 100; i++)
		ksync_atomic_inc(&session_arc_data(s)->requests);
	return NULL;
}

int main(void)
{
	/* Fill it in while nobody else can see it, then share it. */
	struct session_unique *u = session_unique_new();
	struct session_arc *mine;
	struct session_weak *remembered;
	pthread_t threads[3];

	if (!u)
		return 1;
	snprintf(session_unique_data(u)->user, 16, "alice");
	mine = session_unique_share(u);
	remembered = session_arc_downgrade(mine);

	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, serve, session_arc_get(mine));
	session_arc_put(mine);

	/* By the weak reference the session is found while it lives. */
	mine = session_weak_upgrade(remembered);
	session_arc_put(mine);

	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	mine = session_weak_upgrade(remembered);
	session_weak_put(remembered);
	return mine || ended != 1;
}
