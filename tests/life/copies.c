/* SPDX-License-Identifier: MIT */
/*
 * Two copies of the library in one process: the program's and the plugin's. An
 * object that both use works, or is reported as that.
 */
#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include <ksync/ksync.h>

#include "check.h"

#define ROUNDS 50000

static KSYNC_DEFINE_MUTEX(m);
static long count; /* under m */
static void *plugin;
static void (*plugin_lock)(ksync_mutex_t *m);
static int (*plugin_lock_interruptible)(ksync_mutex_t *m);
static void (*plugin_unlock)(ksync_mutex_t *m);
static void (*plugin_read)(void);
static bool (*plugin_counts)(void);

static void load(void)
{
	plugin = dlopen("./plugin.so", RTLD_NOW | RTLD_GLOBAL);
	require(plugin);
	*(void **)&plugin_lock = dlsym(plugin, "plugin_lock");
	*(void **)&plugin_lock_interruptible =
		dlsym(plugin, "plugin_lock_interruptible");
	*(void **)&plugin_unlock = dlsym(plugin, "plugin_unlock");
	*(void **)&plugin_read = dlsym(plugin, "plugin_read");
	*(void **)&plugin_counts = dlsym(plugin, "plugin_counts");
	require(plugin_counts && plugin_lock && plugin_lock_interruptible &&
		plugin_unlock && plugin_read);
}

static void *through_mine(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		ksync_mutex_lock(&m);
		count++;
		ksync_mutex_unlock(&m);
	}
	return arg;
}

static void *through_plugin(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		plugin_lock(&m);
		count++;
		plugin_unlock(&m);
		plugin_read();
	}
	return arg;
}

static void scene_shared_object(void)
{
	pthread_t threads[4];

	load();
	for (int i = 0; i < 4; i++)
		threads[i] =
			started(i & 1 ? through_mine : through_plugin, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	require(count == 4 * ROUNDS);
}

static const char *said;

static void note_report(const struct ksync_report *report)
{
	said = report->what;
}

static void *keep(void *arg)
{
	plugin_lock(&m);
	return arg;
}

static void scene_reports(void)
{
	load();
	ksync_report_hook_set(note_report);
	plugin_lock(&m);
	require(ksync_mutex_lock_interruptible(&m) == -EDEADLK);
	require(strstr(said, "through another copy"));
	said = NULL;
	ksync_mutex_unlock(&m);
	require(said && strstr(said, "through another copy"));
	require(ksync_mutex_is_locked(&m));
	plugin_unlock(&m);

	/* The copies ask each other whether a holder is gone. */
	run_thread(keep, NULL);
	said = NULL;
	require(ksync_mutex_lock_interruptible(&m) == -EDEADLK);
	require(said && strstr(said, "gone"));
}

/* ---- the plugin goes away, threads that were in it stay ---- */

#define VISITORS 100 /* more than the records that no memory is mapped for */

static pthread_barrier_t visited, unloaded;

static void *visit(void *arg)
{
	plugin_lock(&m);
	plugin_unlock(&m);
	plugin_read();
	require(plugin_counts());
	pthread_barrier_wait(&visited);
	pthread_barrier_wait(&unloaded);
	ksync_mutex_lock(&m);
	ksync_mutex_unlock(&m);
	return arg;
}

static void wait_for_readers(void)
{
#if KSYNC_HAVE_RCU
	ksync_synchronize_rcu();
#endif
}

static void *read_once(void *arg)
{
#if KSYNC_HAVE_RCU
	ksync_rcu_read_lock();
	ksync_rcu_read_unlock();
#endif
	return arg;
}

static void scene_unload(void)
{
	pthread_t threads[VISITORS];
	pid_t child;

	wait_for_readers();
	for (int round = 0; round < 3; round++) {
		load();
		pthread_barrier_init(&visited, NULL, VISITORS + 1);
		pthread_barrier_init(&unloaded, NULL, VISITORS + 1);
		for (int i = 0; i < VISITORS; i++)
			threads[i] = started(visit, NULL);
		pthread_barrier_wait(&visited);
		dlclose(plugin);
		require(!dlopen("./plugin.so", RTLD_NOW | RTLD_NOLOAD));
		pthread_barrier_wait(&unloaded);
		for (int i = 0; i < VISITORS; i++)
			pthread_join(threads[i], NULL);
		child = fork();
		if (child == 0)
			_exit(0);
		is_well(child);
		for (int i = 0; i < 4; i++)
			run_thread(read_once, NULL);
		wait_for_readers();
	}
}

static const struct scene scenes[] = {
	{ "shared_object", scene_shared_object },
	{ "reports", scene_reports },
	{ "unload", scene_unload },
	{ NULL, NULL },
};

int main(int argc, char **argv)
{
	return run_scene(scenes, argc, argv);
}
