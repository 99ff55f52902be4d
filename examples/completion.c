/* SPDX-License-Identifier: MIT */
/* A request on the asker's stack: whoever serves it says when it is done. */
#include <pthread.h>
#include <stdio.h>

#include <ksync/completion.h>

struct request {
	int number;
	int square;
	ksync_completion_t done;
};

static void *serve(void *arg)
{
	struct request *request = arg;

	request->square = request->number * request->number;
	ksync_complete(&request->done);
	return NULL; /* and does not touch the request any more */
}

static int square(int number)
{
	struct request request = { .number = number };
	pthread_t server;

	ksync_init_completion(&request.done);
	pthread_create(&server, NULL, serve, &request);
	pthread_detach(server);
	ksync_wait_for_completion(&request.done);
	return request.square;
}

int main(void)
{
	int sum = 0;

	for (int i = 1; i <= 10; i++)
		sum += square(i);
	printf("sum of squares: %d\n", sum);
	return sum != 385;
}
