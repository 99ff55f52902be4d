/* SPDX-License-Identifier: MIT */
/*
 * Names of the program's static objects, from its own file's symbol table. The
 * program is linked at a fixed address, so the table's are the real ones.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "explore_engine.h"

static const char *file_map(void)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct stat about;
	void *map = MAP_FAILED;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &about) == 0)
		map = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE,
			   fd, 0);
	close(fd);
	return map == MAP_FAILED ? NULL : map;
}

static const ElfW(Shdr) * table_find(const char *file)
{
	const ElfW(Ehdr) *head = (const void *)file;
	const ElfW(Shdr) *section = (const void *)(file + head->e_shoff);

	for (int i = 0; i < head->e_shnum; i++)
		if (section[i].sh_type == SHT_SYMTAB)
			return &section[i];
	return NULL;
}

/* Write "name" or "name+8"; false if no static object is there. */
bool symbol_name(uintptr_t addr, char *text, size_t size)
{
	const ElfW(Ehdr) * head;
	const ElfW(Shdr) * table, *strings;
	const ElfW(Sym) * symbol;

	if (!ex->file)
		ex->file = file_map();
	if (!ex->file || !(table = table_find(ex->file)))
		return false;
	head = (const void *)ex->file;
	strings = (const ElfW(Shdr) *)(const void *)(ex->file + head->e_shoff) +
		  table->sh_link;
	symbol = (const void *)(ex->file + table->sh_offset);
	for (size_t i = 0; i < table->sh_size / sizeof(*symbol); i++) {
		const ElfW(Sym) *s = &symbol[i];
		const char *name = ex->file + strings->sh_offset + s->st_name;

		if ((s->st_info & 15) != STT_OBJECT ||
		    addr - s->st_value >= s->st_size)
			continue;
		if (addr == s->st_value)
			snprintf(text, size, "%s", name);
		else
			snprintf(text, size, "%s+%zu", name,
				 (size_t)(addr - s->st_value));
		return true;
	}
	return false;
}
