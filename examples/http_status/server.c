/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "conn.h"
#include "http.h"
#include "sync.h"

/* A queue that stays full for this long refuses a new connection. */
#define QUEUE_PATIENCE_MS 200
/* How long a worker keeps an idle connection while others wait. */
#define IDLE_MS_UNDER_LOAD 1
#define QUEUE_LENGTH SERVER_MAX_CONNECTIONS
#define RESPONSE_ROOM (CONN_BUFFER + 512)

static int listener = -1;
static bool stopping; /* atomic */

static struct {
	lock_t lock;
	units_t items;
	units_t slots;
	struct conn_ref *ring[QUEUE_LENGTH]; /* under lock */
	unsigned int head;		     /* under lock */
	unsigned int length;		     /* under lock; read without */
} queue;

/* Every connection, so that a stop can reach those in a read. */
static struct {
	lock_t lock;
	struct conn_ref *ref[SERVER_MAX_CONNECTIONS]; /* under lock */
	unsigned int open;			      /* under lock */
} table;

static struct {
	int count;
	pthread_t thread[SERVER_MAX_WORKERS];
	waiter_t waiter[SERVER_MAX_WORKERS]; /* set by each worker */
	units_t ready;
} pool;

static struct {
	counter_t accepted, refused, requests, errors, broken;
} totals;

static bool is_stopping(void)
{
	return __atomic_load_n(&stopping, __ATOMIC_ACQUIRE);
}

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/* A place in the queue is known to be free: its unit was taken. */
static void queue_put(struct conn_ref *ref)
{
	lock_take(&queue.lock);
	queue.ring[(queue.head + queue.length) % QUEUE_LENGTH] = ref;
	__atomic_store_n(&queue.length, queue.length + 1, __ATOMIC_RELAXED);
	lock_release(&queue.lock);
	units_give(&queue.items);
}

static struct conn_ref *queue_get(void)
{
	struct conn_ref *ref = NULL;

	lock_take(&queue.lock);
	if (queue.length) {
		ref = queue.ring[queue.head];
		queue.head = (queue.head + 1) % QUEUE_LENGTH;
		__atomic_store_n(&queue.length, queue.length - 1,
				 __ATOMIC_RELAXED);
	}
	lock_release(&queue.lock);
	if (ref)
		units_give(&queue.slots);
	return ref;
}

static bool others_wait(void)
{
	return __atomic_load_n(&queue.length, __ATOMIC_RELAXED) != 0;
}

static int table_reserve(void)
{
	int slot = -1;

	lock_take(&table.lock);
	for (int i = 0; slot < 0 && i < SERVER_MAX_CONNECTIONS; i++)
		if (!table.ref[i])
			slot = i;
	lock_release(&table.lock);
	return slot;
}

static void table_set(unsigned int slot, struct conn_ref *ref)
{
	lock_take(&table.lock);
	table.ref[slot] = ref;
	table.open++;
	lock_release(&table.lock);
}

/* The connection is over: the table lets go of it. */
static void table_clear(struct conn *c)
{
	struct conn_ref *ref;

	lock_take(&table.lock);
	ref = table.ref[c->slot];
	table.ref[c->slot] = NULL;
	table.open--;
	lock_release(&table.lock);
	conn_put(ref);
}

/* All of it, within the connection's deadline. */
static bool send_all(struct conn *c, const char *buf, size_t length)
{
	while (length) {
		ssize_t n = send(c->fd, buf, length, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			struct pollfd p = { .fd = c->fd, .events = POLLOUT };
			int64_t left = c->deadline_ns - now_ns();

			if (left <= 0 ||
			    poll(&p, 1, (int)(left / 1000000) + 1) <= 0)
				return false;
			continue;
		}
		if (n <= 0)
			return false;
		buf += n;
		length -= (size_t)n;
	}
	return true;
}

static bool answer(struct conn *c, int status, const char *type,
		   const char *body, size_t length, bool keep_alive)
{
	char out[RESPONSE_ROOM];
	size_t n = http_response(out, sizeof(out), status, type, body, length,
				 keep_alive);

	counter_add(&totals.requests, 1);
	if (status != 200)
		counter_add(&totals.errors, 1);
	return send_all(c, out, n);
}

static bool target_is(const struct http_request *req, const char *path)
{
	size_t n = strlen(path);

	return req->target_length >= n && !memcmp(req->target, path, n) &&
	       (req->target_length == n || req->target[n] == '?');
}

static bool answer_status(struct conn *c, const struct config *cfg,
			  bool keep_alive)
{
	char body[256];
	int n = snprintf(body, sizeof(body),
			 "{\"server\": \"%s\", \"generation\": %lu, "
			 "\"requests\": %ld, \"connections\": %ld}\n",
			 cfg->banner, cfg->generation,
			 (long)counter_read(&totals.requests), conn_alive());

	return answer(c, 200, "application/json", body, (size_t)n, keep_alive);
}

static bool answer_echo(struct conn *c, const struct http_request *req,
			bool keep_alive)
{
	const char *query = memchr(req->target, '?', req->target_length);

	if (req->post)
		return answer(c, 200, "text/plain", req->body, req->body_length,
			      keep_alive);
	if (!query)
		return answer(c, 200, "text/plain", "", 0, keep_alive);
	query++;
	return answer(c, 200, "text/plain", query,
		      req->target_length - (size_t)(query - req->target),
		      keep_alive);
}

/* True if the connection goes on. */
static bool serve_request(struct conn *c, const struct http_request *req,
			  const struct config *cfg)
{
	bool keep = req->keep_alive && !is_stopping();
	bool sent;

	c->deadline_ns = now_ns() + cfg->request_ms * 1000000LL;
	if (target_is(req, "/status"))
		sent = answer_status(c, cfg, keep);
	else if (target_is(req, "/echo"))
		sent = answer_echo(c, req, keep);
	else
		sent = answer(c, 404, "text/plain", "not found\n", 10, keep);
	memmove(c->buffer, c->buffer + req->length, c->length - req->length);
	c->length -= req->length;
	c->deadline_ns =
		now_ns() +
		(c->length ? cfg->request_ms : cfg->idle_ms) * 1000000LL;
	return sent && keep;
}

enum fate { AGAIN, REQUEUE, OVER };

/* Read what there is, at most until the deadline. */
static enum fate receive(struct conn *c, const struct config *cfg)
{
	int64_t left = c->deadline_ns - now_ns();
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	bool idle = !c->length;
	int wait_ms = left > 0 ? (int)(left / 1000000) + 1 : 0;
	ssize_t n;

	if (others_wait() && wait_ms > IDLE_MS_UNDER_LOAD)
		wait_ms = IDLE_MS_UNDER_LOAD;
	if (is_stopping() && idle)
		wait_ms = 0;
	if (!poll(&p, 1, wait_ms)) {
		if (now_ns() < c->deadline_ns && !(is_stopping() && idle))
			return others_wait() ? REQUEUE : AGAIN;
		if (!idle)
			counter_add(&totals.broken, 1);
		return OVER;
	}
	n = recv(c->fd, c->buffer + c->length, CONN_BUFFER - c->length, 0);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return AGAIN;
	if (n <= 0) {
		if (!idle)
			counter_add(&totals.broken, 1);
		return OVER;
	}
	if (idle)
		c->deadline_ns = now_ns() + cfg->request_ms * 1000000LL;
	c->length += (size_t)n;
	return AGAIN;
}

/* One request, or a part of one. */
static enum fate serve_once(struct conn *c, const struct config *cfg)
{
	struct http_request req;
	int status = http_parse(c->buffer, c->length, cfg->max_request, &req);

	if (status == -EAGAIN)
		return receive(c, cfg);
	if (status) {
		(void)answer(c, status, "text/plain", "", 0, false);
		return OVER;
	}
	if (!serve_request(c, &req, cfg))
		return OVER;
	return others_wait() && !c->length ? REQUEUE : AGAIN;
}

/* Say that nothing more comes, and take what the peer still sends, or it would
 * see a reset instead of the last answer. */
static void finish(struct conn *c)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };

	if (shutdown(c->fd, SHUT_WR))
		return;
	for (int i = 0; i < 16; i++)
		if (poll(&p, 1, 10) <= 0 ||
		    recv(c->fd, c->buffer, CONN_BUFFER, 0) <= 0)
			return;
}

static void serve(struct conn_ref *ref)
{
	struct conn *c = conn_of(ref);
	enum fate fate;

	do {
		struct config_ref *cfg = config_get();

		fate = serve_once(c, config_of(cfg));
		config_put(cfg);
	} while (fate == AGAIN);
	/* Without a free place the connection stays with this worker. */
	if (fate == REQUEUE) {
		if (units_take_timeout(&queue.slots, 0)) {
			serve(ref);
			return;
		}
		queue_put(ref);
		return;
	}
	finish(c);
	table_clear(c);
	conn_put(ref);
}

static void *work(void *index)
{
	struct conn_ref *ref;

	pool.waiter[(long)index] = waiter_self();
	units_give(&pool.ready);
	while (!units_take(&queue.items)) {
		ref = queue_get();
		if (ref)
			serve(ref);
	}
	/* Interrupted: the server stops. What waits is served once more. */
	while ((ref = queue_get()) != NULL)
		serve(ref);
	return NULL;
}

int server_open(int port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons((unsigned short)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t length = sizeof(addr);
	int one = 1;

	listener =
		socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener < 0)
		return -errno;
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(listener, SERVER_MAX_CONNECTIONS) ||
	    getsockname(listener, (struct sockaddr *)&addr, &length))
		return -errno;
	return ntohs(addr.sin_port);
}

int server_start(int workers)
{
	lock_init(&queue.lock);
	lock_init(&table.lock);
	units_init(&queue.items, 0);
	units_init(&queue.slots, QUEUE_LENGTH);
	units_init(&pool.ready, 0);
	for (; pool.count < workers; pool.count++) {
		int err = pthread_create(&pool.thread[pool.count], NULL, work,
					 (void *)(long)pool.count);

		if (err)
			return -err;
		(void)units_take(&pool.ready);
	}
	return 0;
}

static void refuse(int fd)
{
	static const char text[] = "HTTP/1.1 503 Service Unavailable\r\n"
				   "Content-Length: 0\r\n"
				   "Connection: close\r\n\r\n";

	counter_add(&totals.refused, 1);
	(void)!send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
}

static void take(int fd)
{
	struct config_ref *cfg;
	struct conn_ref *ref;
	int slot = table_reserve();
	int one = 1;

	counter_add(&totals.accepted, 1);
	if (slot < 0 || units_take_timeout(&queue.slots, QUEUE_PATIENCE_MS)) {
		refuse(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	ref = conn_new(fd, (unsigned int)slot);
	if (!ref) {
		units_give(&queue.slots);
		return;
	}
	cfg = config_get();
	conn_of(ref)->deadline_ns =
		now_ns() + config_of(cfg)->request_ms * 1000000LL;
	config_put(cfg);
	table_set((unsigned int)slot, conn_get(ref));
	queue_put(ref);
}

void server_accept(int stop_fd)
{
	struct pollfd p[] = {
		{ .fd = listener, .events = POLLIN },
		{ .fd = stop_fd, .events = POLLIN },
	};

	for (;;) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return;
		if (p[1].revents)
			return;
		if (!p[0].revents)
			continue;
		for (;;) {
			int fd = accept4(listener, NULL, NULL,
					 SOCK_NONBLOCK | SOCK_CLOEXEC);

			if (fd < 0)
				break;
			take(fd);
		}
	}
}

void server_stop(void)
{
	close(listener);
	__atomic_store_n(&stopping, true, __ATOMIC_RELEASE);
	lock_take(&table.lock);
	/* Reads end at once; what was asked is still answered. */
	for (int i = 0; i < SERVER_MAX_CONNECTIONS; i++)
		if (table.ref[i])
			shutdown(conn_of(table.ref[i])->fd, SHUT_RD);
	lock_release(&table.lock);
	for (int i = 0; i < pool.count; i++)
		waiter_interrupt(pool.waiter[i], &queue.items);
	for (int i = 0; i < pool.count; i++)
		pthread_join(pool.thread[i], NULL);
	for (int i = 0; i < pool.count; i++)
		waiter_drop(pool.waiter[i]);
}

struct server_totals server_totals(void)
{
	return (struct server_totals){
		.accepted = counter_read(&totals.accepted),
		.refused = counter_read(&totals.refused),
		.requests = counter_read(&totals.requests),
		.errors = counter_read(&totals.errors),
		.broken = counter_read(&totals.broken),
	};
}
