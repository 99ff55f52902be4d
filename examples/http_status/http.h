/* SPDX-License-Identifier: MIT */
/* HTTP/1.1, as much as this server speaks: text in, text out, no sockets. */
#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>
#include <stddef.h>

struct http_request {
	const char *target; /* into the buffer, not terminated */
	size_t target_length;
	const char *body;
	size_t body_length;
	bool post;
	bool keep_alive;
	size_t length; /* of all of it, in the buffer */
};

/*
 * Parse what has arrived. 0: a whole request. -EAGAIN: not yet. Otherwise the
 * status to answer with before closing: 400, 405, 413 or 431.
 */
int http_parse(const char *buf, size_t length, size_t max_request,
	       struct http_request *req);

/* A response into buf; its length, or 0 if it does not fit. */
size_t http_response(char *buf, size_t room, int status, const char *type,
		     const char *body, size_t body_length, bool keep_alive);

#endif
