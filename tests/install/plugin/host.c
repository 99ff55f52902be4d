/* SPDX-License-Identifier: MIT */
/*
 *	host PLUGIN LIBKSYNC stays|inside
 *
 * A program that does not know ksync loads and unloads a plugin that uses it.
 * LIBKSYNC is the library's SONAME: it stays loaded, or it was never there as
 * the plugin has ksync inside. Threads that used the plugin exit, and a process
 * forks, when the plugin is gone. The last time it is loaded it is still there
 * at exit.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 3
#define THREADS 4

static void (*plugin_touch)(void);
static pthread_barrier_t touched, unloaded;

static void require(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "host: failed: %s\n", what);
	exit(1);
}

static int is_loaded(const char *name)
{
	void *handle = dlopen(name, RTLD_NOW | RTLD_NOLOAD);

	if (handle)
		dlclose(handle);
	return handle != NULL;
}

static void *visit(void *arg)
{
	plugin_touch();
	pthread_barrier_wait(&touched);
	pthread_barrier_wait(&unloaded);
	return arg;
}

static void fork_once(void)
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	require(child > 0 && waitpid(child, &status, 0) == child && status == 0,
		"a fork when the plugin is gone");
}

/* Without unloading: the plugin's destructor is the process's. */
static void load_and_use(const char *plugin)
{
	void *handle = dlopen(plugin, RTLD_NOW | RTLD_LOCAL);
	int (*plugin_run)(void);

	require(handle != NULL, "dlopen");
	*(void **)&plugin_run = dlsym(handle, "plugin_run");
	require(plugin_run && plugin_run() == 0, "the plugin that stays");
}

static void load_use_unload(const char *plugin, const char *libksync, int stays)
{
	void *handle = dlopen(plugin, RTLD_NOW | RTLD_LOCAL);
	pthread_t threads[THREADS];
	int (*plugin_run)(void);

	require(handle != NULL, "dlopen");
	*(void **)&plugin_run = dlsym(handle, "plugin_run");
	*(void **)&plugin_touch = dlsym(handle, "plugin_touch");
	require(plugin_run && plugin_touch, "dlsym");
	require(is_loaded(libksync) == stays, "where ksync comes from");

	require(plugin_run() == 0, "the plugin's own threads");
	for (int i = 0; i < THREADS; i++)
		require(!pthread_create(&threads[i], NULL, visit, NULL),
			"pthread_create");
	pthread_barrier_wait(&touched);

	require(dlclose(handle) == 0, "dlclose");
	require(!is_loaded(plugin), "the plugin is gone after dlclose");
	require(is_loaded(libksync) == stays, "libksync stays, if loaded");
	pthread_barrier_wait(&unloaded);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	fork_once();
}

int main(int argc, char **argv)
{
	require(argc == 4, "usage");
	pthread_barrier_init(&touched, NULL, THREADS + 1);
	pthread_barrier_init(&unloaded, NULL, THREADS + 1);
	for (int i = 0; i < ROUNDS; i++)
		load_use_unload(argv[1], argv[2], !strcmp(argv[3], "stays"));
	load_and_use(argv[1]);
	printf("host: loaded and unloaded %d times; %d threads outlived each\n",
	       ROUNDS, THREADS);
	return 0;
}
