/* SPDX-License-Identifier: MIT */
/*
 * Two translation units. With NAMES a callback under kernel names; without, a
 * caller as the library is one, under native names. UBSan and CFI compare the
 * type of the function that is called with the type by which it is called.
 */
#if NAMES

#include <linux/rcupdate.h>

struct object {
	int called;
	struct rcu_head rcu;
};
static struct object object;

static void callback(struct rcu_head *head)
{
	container_of(head, struct object, rcu)->called++;
}

extern struct callback_head *object_head(void);
struct rcu_head *object_head(void)
{
	object.rcu.func = callback;
	return &object.rcu;
}

extern int object_called(void);
int object_called(void)
{
	return object.called;
}

#else

#include <ksync/rcu.h>

extern ksync_rcu_head_t *object_head(void);
extern int object_called(void);

int main(void)
{
	ksync_rcu_head_t *head = object_head();
	ksync_rcu_callback_fn func = head->func;

	func(head);
	return object_called() != 1;
}

#endif
