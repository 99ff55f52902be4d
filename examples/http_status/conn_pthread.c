/* SPDX-License-Identifier: MIT */
#include "conn.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

struct conn_ref {
	struct conn data;
	atomic_int count;
};

static atomic_long alive;

struct conn_ref *conn_new(int fd, unsigned int slot)
{
	struct conn_ref *ref = calloc(1, sizeof(*ref));

	if (!ref) {
		close(fd);
		return NULL;
	}
	ref->data.fd = fd;
	ref->data.slot = slot;
	atomic_init(&ref->count, 1);
	atomic_fetch_add(&alive, 1);
	return ref;
}

struct conn_ref *conn_get(struct conn_ref *ref)
{
	atomic_fetch_add_explicit(&ref->count, 1, memory_order_relaxed);
	return ref;
}

void conn_put(struct conn_ref *ref)
{
	if (atomic_fetch_sub(&ref->count, 1) != 1)
		return;
	close(ref->data.fd);
	free(ref);
	atomic_fetch_sub(&alive, 1);
}

struct conn *conn_of(struct conn_ref *ref)
{
	return &ref->data;
}

long conn_alive(void)
{
	return atomic_load(&alive);
}
