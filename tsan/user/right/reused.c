/* SPDX-License-Identifier: MIT */
/* Memory of one mutex becomes another one, with another place in the order. */
#include <ksync/ksync.h>

#include "../crew.h"

static KSYNC_DEFINE_MUTEX(fixed);
static ksync_mutex_t place;

static void use_after_fixed(void)
{
	ksync_mutex_init(&place);
	ksync_mutex_lock(&fixed);
	ksync_mutex_lock(&place);
	ksync_mutex_unlock(&place);
	ksync_mutex_unlock(&fixed);
	ksync_mutex_destroy(&place);
}

static void use_before_fixed(void)
{
	ksync_mutex_init(&place);
	ksync_mutex_lock(&place);
	ksync_mutex_lock(&fixed);
	ksync_mutex_unlock(&fixed);
	ksync_mutex_unlock(&place);
	ksync_mutex_destroy(&place);
}

static void *after(void *unused)
{
	(void)unused;
	use_after_fixed();
	return NULL;
}

static void *before(void *unused)
{
	(void)unused;
	use_before_fixed();
	return NULL;
}

int main(void)
{
	for (int i = 0; i < 20; i++)
		in_turn(after, before);
	return 0;
}
