/* SPDX-License-Identifier: MIT */
/*
 * glibc 2.35 and later find the object of an address without the loader's lock,
 * which dladdr() takes: a report may come from a thread for which whoever holds
 * that lock waits.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <sys/auxv.h>

#include "port.h"

/* A static program has it only if something else needs it. */
extern __typeof__(_dl_find_object) _dl_find_object __attribute__((weak));

bool ksync__module(const void *addr, const char **path, unsigned long *offset)
{
	struct dl_find_object found;
	const struct link_map *map;

	if (!_dl_find_object || _dl_find_object((void *)addr, &found))
		return false;
	map = found.dlfo_link_map;
	if (!map || !map->l_name)
		return false;
	/* The program itself has no name there. */
	*path = *map->l_name ? map->l_name : (const char *)getauxval(AT_EXECFN);
	*offset = (unsigned long)addr - (unsigned long)map->l_addr;
	return *path != NULL;
}
