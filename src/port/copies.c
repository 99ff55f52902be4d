/* SPDX-License-Identifier: MIT */
/*
 * Copies of the library in one process: the program's own, a plugin's, the
 * shared one. They have no symbol in common. Each has a note in the object that
 * it was linked into, which says where its struct ksync__copy is; the loader
 * knows the notes of all objects.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <ksync/atomic.h>

#include "life.h"
#include "port.h"

#define NAME "ksync"

/* Found by the note alone. */
struct ksync__copy ksync__copy __attribute__((visibility("hidden"), used)) = {
	.size = sizeof(struct ksync__copy),
	.number = UINT32_MAX,
	.checked = KSYNC_CHECKED,
};

__asm__(".pushsection .note.ksync,\"a\",%note\n"
	"	.balign 4\n"
	"	.long 6, 4, 1\n" /* length of name and of content; type */
	"	.asciz \"" NAME "\"\n"
	"	.balign 4\n"
	"	.long " KSYNC__COPY_SYMBOL " - .\n"
	"	.popsection\n");

/* Returns whether it is the one. */
typedef bool copy_fn(struct ksync__copy *copy, void *arg);

struct search {
	copy_fn *fn;
	void *arg;
	const char *path; /* of the object that has it, or "" */
};

static size_t up_to(size_t n, size_t align)
{
	return (n + align - 1) / align * align;
}

/* The copy that a note tells of, if it does. */
static struct ksync__copy *copy_of_note(const char *note)
{
	const ElfW(Nhdr) *head = (const void *)note;
	int32_t offset;

	note += sizeof(*head);
	if (head->n_namesz != sizeof(NAME) ||
	    head->n_descsz != sizeof(offset) ||
	    memcmp(note, NAME, sizeof(NAME)) != 0)
		return NULL;
	note += up_to(sizeof(NAME), 4);
	memcpy(&offset, note, sizeof(offset));
	return (void *)((uintptr_t)note + (uintptr_t)(intptr_t)offset);
}

static int object_searched(struct dl_phdr_info *object, size_t size, void *arg)
{
	struct search *search = arg;

	(void)size;
	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		const char *note =
			(const char *)(object->dlpi_addr + segment->p_vaddr);
		const char *end = note + segment->p_memsz;
		size_t align = segment->p_align == 8 ? 8 : 4;

		if (segment->p_type != PT_NOTE)
			continue;
		while (note + sizeof(ElfW(Nhdr)) <= end) {
			const ElfW(Nhdr) *head = (const void *)note;
			struct ksync__copy *copy = copy_of_note(note);

			search->path = object->dlpi_name;
			if (copy && copy != &ksync__copy &&
			    search->fn(copy, search->arg))
				return 1;
			note += sizeof(*head);
			note += up_to(head->n_namesz, align);
			note += up_to(head->n_descsz, align);
		}
	}
	return 0;
}

/* Of the copies that are not this one. */
static bool copies_search(struct search *search)
{
	return dl_iterate_phdr(object_searched, search) != 0;
}

/* ---- whose thread is it ---- */

struct question {
	unsigned int number, mask;
	unsigned long ref;
	int answer;
};

static bool copy_asked(struct ksync__copy *copy, void *arg)
{
	struct question *q = arg;

	if (!copy->holder || (copy->number & q->mask) != q->number)
		return false;
	q->answer = copy->holder(q->ref);
	return true;
}

int ksync__copies_ask(unsigned int number, unsigned int mask, unsigned long ref)
{
	struct question q = { number, mask, ref, 0 };
	struct search search = { copy_asked, &q, NULL };

	return copies_search(&search) ? q.answer : -1;
}

/* ---- who waits for a word ---- */

struct wake {
	const void *word;
	int bit;
};

static bool copy_has_wake(const struct ksync__copy *copy)
{
	return copy->size >=
	       offsetof(struct ksync__copy, wake) + sizeof(copy->wake);
}

static bool copy_woken(struct ksync__copy *copy, void *arg)
{
	const struct wake *w = arg;
	void (*wake)(const void *word, int bit) = NULL;

	if (copy_has_wake(copy))
		wake = KSYNC_READ_ONCE(copy->wake);
	if (wake)
		wake(w->word, w->bit);
	return false;
}

void ksync__copies_wake(const void *word, int bit)
{
	struct wake w = { word, bit };
	struct search search = { copy_woken, &w, NULL };

	(void)copies_search(&search);
}

/*
 * Whoever starts later tells both, before anybody waits in it: his heavy
 * barrier is after this, so that who has not seen it changed his word before
 * (wait_queue.c, I2).
 */
static void copy_met(struct ksync__copy *copy)
{
	if (!copy_has_wake(copy))
		return;
	KSYNC_WRITE_ONCE(copy->others, 1u);
	KSYNC_WRITE_ONCE(ksync__copy.others, 1u);
}

/* ---- one variant in a process ---- */

static bool copy_differs(struct ksync__copy *copy, void *unused)
{
	bool checked = copy->size > offsetof(struct ksync__copy, checked) &&
		       copy->checked;

	(void)unused;
	copy_met(copy);
	return checked != (ksync__copy.checked != 0);
}

static char *put(char *to, const char *end, const char *text)
{
	while (*text && to < end)
		*to++ = *text++;
	*to = '\0';
	return to;
}

/* Long paths are cut. */
#define PATH_ROOM 400

static char *put_copy(char *to, const char *path, bool checked)
{
	to = put(to, to + PATH_ROOM, checked ? "checked: " : "release: ");
	return put(to, to + PATH_ROOM, path && *path ? path : "the program");
}

void ksync__copies_agree(void)
{
	struct search search = { copy_differs, NULL, NULL };
	const bool checked = ksync__copy.checked != 0;
	char text[5 * PATH_ROOM];
	char *to = text;
	const char *mine = NULL;
	unsigned long offset;

	if (ksync_likely(!copies_search(&search)))
		return;
	(void)ksync__module(&ksync__copy, &mine, &offset);
	to = put(to, to + PATH_ROOM,
		 "ksync: the release and the checked library in one process\n"
		 "  ");
	to = put_copy(to, mine, checked);
	to = put(to, to + PATH_ROOM, "\n  ");
	to = put_copy(to, search.path, !checked);
	(void)put(to, to + PATH_ROOM,
		  "\n  advice   their locks differ; link the program, its "
		  "libraries and its plugins all with ksync::checked or all "
		  "with ksync::ksync\n");
	ksync__panic(text);
}
