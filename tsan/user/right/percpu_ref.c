/* SPDX-License-Identifier: MIT */
/* Whoever is told of the end has what the users did, and who finds it alive
 * again has what was done before that. */
#include <ksync/completion.h>
#include <ksync/percpu_ref.h>

#include "../crew.h"

#define LIVES 10

static ksync_percpu_ref_t refs;
static ksync_completion_t idle;
static int used[CREW]; /* each user's; between two lives the owner's */
static int over;       /* the owner's, before the last life */

static void on_idle(ksync_percpu_ref_t *r)
{
	(void)r;
	ksync_complete(&idle);
}

static void *use(void *arg)
{
	size_t i = (size_t)arg;
	int end = 0;

	while (!end) {
		if (!ksync_percpu_ref_tryget_live(&refs))
			continue;
		used[i]++;
		end = over;
		ksync_percpu_ref_put(&refs);
	}
	return NULL;
}

int main(void)
{
	pthread_t users[CREW];
	int sum = 0;

	ksync_init_completion(&idle);
	need(!ksync_percpu_ref_init(&refs, on_idle,
				    KSYNC_PERCPU_REF_ALLOW_REINIT),
	     "memory");
	for (size_t i = 0; i < CREW; i++)
		users[i] = start(use, (void *)i);
	for (int life = 0; life < LIVES; life++) {
		ksync_percpu_ref_kill(&refs);
		ksync_wait_for_completion(&idle);
		for (int i = 0; i < CREW; i++)
			sum += used[i];
		over = life == LIVES - 1;
		ksync_percpu_ref_reinit(&refs);
	}
	for (size_t i = 0; i < CREW; i++)
		finish(users[i]);
	ksync_percpu_ref_exit(&refs);
	return sum < 0;
}
