/* SPDX-License-Identifier: MIT */
/*
 * The server: one thread accepts, a pool serves. Connections wait in a bounded
 * queue; the configuration is replaced while requests run.
 */
#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>

#define SERVER_MAX_CONNECTIONS 1024
#define SERVER_MAX_WORKERS 64

struct server_totals {
	long accepted;
	long refused;  /* too many connections, or the queue stayed full */
	long requests; /* answered, whatever the status */
	long errors;   /* of them: not 200 */
	long broken;   /* connections that ended inside a request */
};

/* Listen on 127.0.0.1; 0 takes any port. The port, or -errno. */
int server_open(int port);
/* Start the pool: 0 or -errno. */
int server_start(int workers);
/* Accept until stop_fd is readable. */
void server_accept(int stop_fd);
/* End all waits, serve what is being served, drop every reference. */
void server_stop(void);
struct server_totals server_totals(void);

#endif
