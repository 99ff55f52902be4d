/* SPDX-License-Identifier: MIT */
/* The first worker to come chooses the port; all use that one. */
#include <pthread.h>
#include <stdio.h>

#include <ksync/set_once.h>

struct endpoint {
	const char *host;
	int port;
};

KSYNC_DEFINE_SET_ONCE(endpoint, struct endpoint)

static struct endpoint_set_once chosen;

static void *work(void *mine)
{
	struct endpoint *wanted = mine;

	if (endpoint_set_once_populate(&chosen, *wanted))
		printf("%s:%d\n", wanted->host, wanted->port);
	return NULL;
}

int main(void)
{
	pthread_t threads[3];
	struct endpoint wanted[3];
	const struct endpoint *e;

	for (int i = 0; i < 3; i++) {
		wanted[i] = (struct endpoint){ "localhost", 8000 + i };
		pthread_create(&threads[i], NULL, work, &wanted[i]);
	}
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	e = endpoint_set_once_get(&chosen);
	return !e || e->port < 8000 || e->port > 8002;
}
