/* SPDX-License-Identifier: MIT */
/* Loads the plugin that it is given. */
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	alarm(60);
	if (argc == 2 && dlopen(argv[1], RTLD_NOW))
		return 0;
	puts(argc == 2 ? dlerror() : "loader PLUGIN");
	return 1;
}
