/* SPDX-License-Identifier: MIT */
/*
 * A small HTTP server: /status, /echo, 404, 400. SIGTERM or SIGINT stops it; it
 * then says what it did, and fails if a connection or a configuration is left.
 *
 *	http_status [--port N] [--workers N] [--swaps N] [--swap-us N]
 *
 * --swaps replaces the configuration N times while it serves.
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "config.h"
#include "conn.h"
#include "server.h"

static const struct config defaults = {
	.max_request = 8192,
	.request_ms = 2000,
	.idle_ms = 5000,
	.banner = "http_status",
};

struct swapper {
	long swaps;
	unsigned int every_us;
	long done;
	bool stop; /* atomic */
};

static void *swap(void *arg)
{
	struct swapper *s = arg;
	struct config next = defaults;

	while (s->done < s->swaps &&
	       !__atomic_load_n(&s->stop, __ATOMIC_ACQUIRE)) {
		next.generation = (unsigned long)++s->done;
		if (!config_set(&next))
			break;
		usleep(s->every_us);
	}
	return NULL;
}

static long number(const char *text, long low, long high)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*end || n < low || n > high) {
		fprintf(stderr, "http_status: %s is not from %ld to %ld\n",
			text, low, high);
		exit(2);
	}
	return n;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "port", required_argument, NULL, 'p' },
		{ "workers", required_argument, NULL, 'w' },
		{ "swaps", required_argument, NULL, 's' },
		{ "swap-us", required_argument, NULL, 'u' },
		{ 0 },
	};
	struct swapper swapper = { .every_us = 1000 };
	struct server_totals t;
	pthread_t swap_thread;
	sigset_t signals;
	int workers = 4;
	int port = 8000;
	int opt;
	int err;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 'p')
			port = (int)number(optarg, 0, 65535);
		else if (opt == 'w')
			workers = (int)number(optarg, 1, SERVER_MAX_WORKERS);
		else if (opt == 's')
			swapper.swaps = number(optarg, 0, 1000000000);
		else if (opt == 'u')
			swapper.every_us =
				(unsigned int)number(optarg, 0, 1000000);
		else
			return 2;
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	if (!config_set(&defaults))
		return 1;
	port = server_open(port);
	err = port < 0 ? port : server_start(workers);
	if (err < 0) {
		fprintf(stderr, "http_status: %s\n", strerror(-err));
		return 1;
	}
	printf("listening on 127.0.0.1:%d\n", port);
	fflush(stdout);
	pthread_create(&swap_thread, NULL, swap, &swapper);
	server_accept(signalfd(-1, &signals, SFD_CLOEXEC));
	__atomic_store_n(&swapper.stop, true, __ATOMIC_RELEASE);
	pthread_join(swap_thread, NULL);
	server_stop();
	config_clear();
	t = server_totals();
	printf("accepted %ld refused %ld requests %ld errors %ld broken %ld "
	       "swaps %ld\n",
	       t.accepted, t.refused, t.requests, t.errors, t.broken,
	       swapper.done);
	printf("left: connections %ld configurations %ld\n", conn_alive(),
	       config_alive());
	return conn_alive() || config_alive();
}
