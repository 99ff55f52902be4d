/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <link.h>
#include <string.h>

#include "port.h"

struct search {
	const char *const *names;
	bool found;
};

/* The one that this code is in. */
static bool is_ours(const struct dl_phdr_info *file)
{
	ElfW(Addr) here = (ElfW(Addr))(uintptr_t)&ksync__others_need;

	for (int i = 0; i < file->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &file->dlpi_phdr[i];

		if (p->p_type == PT_LOAD &&
		    here - file->dlpi_addr - p->p_vaddr < p->p_memsz)
			return true;
	}
	return false;
}

static const ElfW(Dyn) * dynamic_of(const struct dl_phdr_info *file)
{
	for (int i = 0; i < file->dlpi_phnum; i++)
		if (file->dlpi_phdr[i].p_type == PT_DYNAMIC)
			return (const ElfW(Dyn) *)(file->dlpi_addr +
						   file->dlpi_phdr[i].p_vaddr);
	return NULL;
}

static bool is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (!strncmp(name, *names, strlen(*names)))
			return true;
	return false;
}

static int look(struct dl_phdr_info *file, size_t size, void *arg)
{
	struct search *s = arg;
	const ElfW(Dyn) *dynamic = dynamic_of(file);
	const char *strings = NULL;

	(void)size;
	if (!dynamic || is_ours(file))
		return 0;
	for (const ElfW(Dyn) *d = dynamic; d->d_tag != DT_NULL; d++)
		if (d->d_tag == DT_STRTAB)
			strings = (const char *)d->d_un.d_ptr;
	for (const ElfW(Dyn) *d = dynamic; d->d_tag != DT_NULL; d++)
		if (d->d_tag == DT_NEEDED && strings &&
		    is_one_of(strings + d->d_un.d_val, s->names))
			s->found = true;
	return s->found;
}

bool ksync__others_need(const char *const *names)
{
	struct search s = { names, false };

	(void)dl_iterate_phdr(look, &s);
	return s.found;
}
