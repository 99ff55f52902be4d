/* SPDX-License-Identifier: MIT */
/*
 * A user goes on after it has put its reference.
 *
 * Reported as: data race
 */
#include <ksync/completion.h>
#include <ksync/percpu_ref.h>

#include "../crew.h"

static ksync_percpu_ref_t refs;
static ksync_completion_t idle;
static int uses;

static void on_idle(ksync_percpu_ref_t *r)
{
	(void)r;
	ksync_complete(&idle);
}

static void *use(void *arg)
{
	ksync_percpu_ref_put(&refs);
	uses++;
	return arg;
}

int main(void)
{
	pthread_t user;

	ksync_init_completion(&idle);
	need(!ksync_percpu_ref_init(&refs, on_idle, 0), "memory");
	ksync_percpu_ref_get(&refs);
	user = start(use, NULL);
	ksync_percpu_ref_kill(&refs);
	ksync_wait_for_completion(&idle);
	uses++;
	finish(user);
	ksync_percpu_ref_exit(&refs);
	return uses < 0;
}
