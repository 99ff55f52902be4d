/* SPDX-License-Identifier: MIT */
/*
 * A connection: a socket with what has arrived on it. Shared by the worker that
 * serves it and by the table through which a stop reaches it; closed when the
 * last of them lets go.
 */
#ifndef CONN_H
#define CONN_H

#include <stddef.h>
#include <stdint.h>

#define CONN_BUFFER 16384

struct conn {
	int fd;		     /* read-only while shared */
	unsigned int slot;   /* in the server's table; read-only likewise */
	int64_t deadline_ns; /* the worker's that has the connection */
	size_t length;	     /* the same: bytes in buffer */
	char buffer[CONN_BUFFER]; /* the same */
};

struct conn_ref;

/* NULL without memory; then fd is closed. */
struct conn_ref *conn_new(int fd, unsigned int slot);
struct conn_ref *conn_get(struct conn_ref *ref);
void conn_put(struct conn_ref *ref);
struct conn *conn_of(struct conn_ref *ref);
/* Connections that exist. */
long conn_alive(void);

#endif
