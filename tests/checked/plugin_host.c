/* SPDX-License-Identifier: MIT */
/*
 * Loads a plugin, lets it use its locks around the program's, and unloads it;
 * then again, in the other order: what comes to its place has other classes.
 *
 *	plugin_host PLUGIN
 */
#include <dlfcn.h>
#include <stdio.h>

#include <ksync/ksync.h>

static KSYNC_DEFINE_MUTEX(hosts);
static KSYNC_DEFINE_MUTEX(other);
static int told;

static void count(const struct ksync_report *report)
{
	told++;
	ksync_report_print(report);
}

static void both(ksync_mutex_t *one, ksync_mutex_t *two)
{
	ksync_mutex_lock(one);
	ksync_mutex_lock(two);
	ksync_mutex_unlock(two);
	ksync_mutex_unlock(one);
}

static int use_plugin(const char *path, int inside)
{
	void *plugin = dlopen(path, RTLD_NOW);
	void (*use)(ksync_mutex_t *, int) =
		plugin ? dlsym(plugin, "plugin_use") : NULL;

	if (!use) {
		fprintf(stderr, "plugin_host: %s\n", dlerror());
		return 1;
	}
	use(&hosts, inside);
	dlclose(plugin);
	if (dlopen(path, RTLD_NOW | RTLD_NOLOAD)) {
		fprintf(stderr, "plugin_host: it is still there\n");
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	ksync_report_hook_set(count);
	for (int i = 0; i < 4; i++)
		if (argc != 2 || use_plugin(argv[1], i % 2))
			return 1;
	if (told)
		return 1;
	/* What was learned beside it is there. */
	both(&other, &hosts);
	both(&hosts, &other);
	return told != 1;
}
