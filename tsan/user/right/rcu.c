/* SPDX-License-Identifier: MIT */
/* Readers of plain data, which is replaced and freed in every way. */
#include <ksync/ksync.h>

#include "../crew.h"

#define ROUNDS 300

struct setting {
	long value; /* plain: complete before it is published */
	ksync_rcu_head_t rcu;
};

static struct setting *setting;
static int over;
static long freed; /* plain: the callbacks' alone, then main's */

static void setting_free(ksync_rcu_head_t *head)
{
	struct setting *s = ksync_container_of(head, struct setting, rcu);

	s->value = -1;
	freed++;
	free(s);
}

static void *look(void *unused)
{
	(void)unused;
	while (!KSYNC_READ_ONCE(over)) {
		ksync_guard(rcu)();
		need(ksync_rcu_dereference(setting)->value >= 0, "not freed");
	}
	return NULL;
}

static void replace(long value)
{
	struct setting *fresh = malloc(sizeof(*fresh));
	struct setting *old;

	need(fresh != NULL, "memory");
	fresh->value = value;
	old = ksync_rcu_replace_pointer(setting, fresh, 1);
	switch (value % 3) {
	case 0:
		ksync_synchronize_rcu();
		old->value = -1;
		free(old);
		break;
	case 1:
		ksync_call_rcu(&old->rcu, setting_free);
		break;
	default:
		ksync_kfree_rcu(old, rcu);
	}
}

int main(void)
{
	pthread_t readers[2];

	setting = calloc(1, sizeof(*setting));
	need(setting != NULL, "memory");
	for (int i = 0; i < 2; i++)
		readers[i] = start(look, NULL);
	for (long i = 0; i < ROUNDS; i++)
		replace(i);
	KSYNC_WRITE_ONCE(over, 1);
	for (int i = 0; i < 2; i++)
		finish(readers[i]);
	ksync_rcu_barrier();
	need(freed == ROUNDS / 3, "the callbacks");
	free(setting);
	return 0;
}
