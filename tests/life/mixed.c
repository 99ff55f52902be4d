/* SPDX-License-Identifier: MIT */
/*
 *	mixed [PLUGIN]
 *
 * A function that uses a mutex; with MIXED_MAIN, a program that calls it and
 * loads a plugin, which may be of the other variant.
 */
#include <dlfcn.h>
#include <stdio.h>

#include <ksync/ksync.h>

static KSYNC_DEFINE_MUTEX(m);

__attribute__((visibility("default"))) void MIXED_USE(void);

void MIXED_USE(void)
{
	ksync_mutex_lock(&m);
	ksync_mutex_unlock(&m);
}

#ifdef MIXED_MAIN
int main(int argc, char **argv)
{
	MIXED_USE();
	if (argc > 1 && !dlopen(argv[1], RTLD_NOW | RTLD_LOCAL)) {
		fprintf(stderr, "mixed: %s\n", dlerror());
		return 1;
	}
	return 0;
}
#endif
