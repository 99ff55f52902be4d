/* SPDX-License-Identifier: MIT */
/*
 * ksync-insmod MODULE.so [NAME=VALUE...]: a module as a process. Runs its init,
 * waits for SIGINT or SIGTERM, runs its exit, and says what it left behind:
 * blocks, references to the module and, if it was linked with the checked
 * library, locks. Status 0, the number of the error of its init, or 125.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define LEFT_BEHIND 125

int main(int argc, char **argv)
{
	sigset_t ends;
	long left;
	int err, sig;

	if (argc < 2) {
		fprintf(stderr,
			"usage: ksync-insmod MODULE.so [NAME=VALUE...]\n");
		return 2;
	}
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	ksync_glue_track();
	if (!dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL)) {
		fprintf(stderr, "ksync-insmod: %s\n", dlerror());
		return 2;
	}
	strscpy(THIS_MODULE->name, kbasename(argv[1]));
	err = ksync_kernel_start(argc - 1, argv + 1);
	if (err) {
		pr_err("%s: init: %pe\n", THIS_MODULE->name, ERR_PTR(err));
		return -err & 127;
	}
	sigwait(&ends, &sig);
	left = module_refcount(THIS_MODULE);
	if (left)
		pr_err("%s: %ld references are left\n", THIS_MODULE->name,
		       left);
	ksync_kernel_stop();
	left += ksync_glue_print_leaks();
	return left ? LEFT_BEHIND : 0;
}
