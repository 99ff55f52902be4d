/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "http.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *reason(int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 400:
		return "Bad Request";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 413:
		return "Content Too Large";
	case 431:
		return "Request Header Fields Too Large";
	default:
		return "Service Unavailable";
	}
}

/* The request line: method, target, version. 0 or a status. */
static int parse_line(const char *line, size_t length, struct http_request *req)
{
	const char *end = line + length;
	const char *target = memchr(line, ' ', length);
	const char *version;

	if (!target || target == line)
		return 400;
	target++;
	version = memchr(target, ' ', (size_t)(end - target));
	if (!version || version == target || *target != '/')
		return 400;
	req->target = target;
	req->target_length = (size_t)(version - target);
	version++;
	if (end - version != 8 || memcmp(version, "HTTP/1.", 7) ||
	    (version[7] != '0' && version[7] != '1'))
		return 400;
	req->keep_alive = version[7] == '1';
	for (const char *c = line; c < target - 1; c++)
		if (*c < 'A' || *c > 'Z')
			return 400;
	req->post = target - 1 - line == 4 && !memcmp(line, "POST", 4);
	if (!req->post && (target - 1 - line != 3 || memcmp(line, "GET", 3)))
		return 405;
	return 0;
}

static bool is(const char *text, size_t length, const char *word)
{
	return length == strlen(word) && !strncasecmp(text, word, length);
}

/* One header line. 0 or a status. */
static int parse_header(const char *line, size_t length, size_t max_request,
			struct http_request *req)
{
	const char *colon = memchr(line, ':', length);
	const char *value;
	size_t value_length;

	if (!colon || colon == line)
		return 400;
	for (const char *c = line; c < colon; c++)
		if (*c <= ' ' || *c >= 0x7f)
			return 400;
	value = colon + 1;
	value_length = length - (size_t)(value - line);
	while (value_length && (*value == ' ' || *value == '\t')) {
		value++;
		value_length--;
	}
	if (is(line, (size_t)(colon - line), "connection")) {
		if (is(value, value_length, "close"))
			req->keep_alive = false;
	} else if (is(line, (size_t)(colon - line), "transfer-encoding")) {
		return 400;
	} else if (is(line, (size_t)(colon - line), "content-length")) {
		size_t n = 0;

		if (!value_length)
			return 400;
		for (size_t i = 0; i < value_length; i++) {
			if (value[i] < '0' || value[i] > '9')
				return 400;
			n = n * 10 + (size_t)(value[i] - '0');
			if (n > max_request)
				return 413;
		}
		req->body_length = n;
	}
	return 0;
}

int http_parse(const char *buf, size_t length, size_t max_request,
	       struct http_request *req)
{
	const char *end = memmem(buf, length, "\r\n\r\n", 4);
	const char *line = buf;
	int status = 0;

	*req = (struct http_request){ 0 };
	if (!end)
		return length >= max_request ? 431 : -EAGAIN;
	while (!status && line < end) {
		const char *eol =
			memmem(line, (size_t)(end + 2 - line), "\r\n", 2);

		status = line == buf ?
				 parse_line(line, (size_t)(eol - line), req) :
				 parse_header(line, (size_t)(eol - line),
					      max_request, req);
		line = eol + 2;
	}
	if (end == buf)
		return 400;
	if (status)
		return status;
	req->body = end + 4;
	req->length = (size_t)(req->body - buf) + req->body_length;
	if (req->length > max_request)
		return 413;
	return req->length > length ? -EAGAIN : 0;
}

size_t http_response(char *buf, size_t room, int status, const char *type,
		     const char *body, size_t body_length, bool keep_alive)
{
	int n = snprintf(buf, room,
			 "HTTP/1.1 %d %s\r\n"
			 "Content-Type: %s\r\n"
			 "Content-Length: %zu\r\n"
			 "%s\r\n",
			 status, reason(status), type, body_length,
			 keep_alive ? "" : "Connection: close\r\n");

	if (n < 0 || (size_t)n + body_length > room)
		return 0;
	memcpy(buf + n, body, body_length);
	return (size_t)n + body_length;
}
