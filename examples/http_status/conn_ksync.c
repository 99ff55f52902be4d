/* SPDX-License-Identifier: MIT */
#include "conn.h"

#include <unistd.h>

#include <ksync/arc.h>

static ksync_atomic_long_t alive;

static void conn_drop(struct conn *c)
{
	close(c->fd);
	ksync_atomic_long_dec(&alive);
}

KSYNC_DEFINE_ARC(conn, struct conn, conn_drop)

struct conn_ref *conn_new(int fd, unsigned int slot)
{
	struct conn_unique *u = conn_unique_new();
	struct conn *c;

	if (!u) {
		close(fd);
		return NULL;
	}
	c = conn_unique_data(u);
	c->fd = fd;
	c->slot = slot;
	ksync_atomic_long_inc(&alive);
	return (struct conn_ref *)(void *)conn_unique_share(u);
}

struct conn_ref *conn_get(struct conn_ref *ref)
{
	return (struct conn_ref *)(void *)conn_arc_get(
		(struct conn_arc *)(void *)ref);
}

void conn_put(struct conn_ref *ref)
{
	conn_arc_put((struct conn_arc *)(void *)ref);
}

struct conn *conn_of(struct conn_ref *ref)
{
	return conn_arc_data((struct conn_arc *)(void *)ref);
}

long conn_alive(void)
{
	return ksync_atomic_long_read(&alive);
}
