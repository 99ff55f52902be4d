/* SPDX-License-Identifier: MIT */
/* What the server can be told while it runs. Readers never wait. */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>

struct config {
	unsigned long generation;
	size_t max_request; /* bytes of head and body */
	int request_ms;	    /* for a request to arrive, from its first byte
				 * or, on a new connection, from the start */
	int idle_ms;	    /* between requests */
	char banner[32];
};

struct config_ref; /* a reference to one configuration */

/* The present configuration, to be put back. */
struct config_ref *config_get(void);
const struct config *config_of(struct config_ref *ref);
void config_put(struct config_ref *ref);

/* Replace it; false without memory. One caller at a time. */
bool config_set(const struct config *next);
/* The end: the last reference but those that are out goes. */
void config_clear(void);
/* Configurations that exist. */
long config_alive(void);

#endif
