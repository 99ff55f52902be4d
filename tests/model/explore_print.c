/* SPDX-License-Identifier: MIT */
/*
 * The story of a failed execution: it is run once more, and each step tells
 * what it did. The table has a column for each thread; beside a step stands its
 * order, and the ORDER label in the comment before its source line.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "explore_engine.h"

#define MAX_LINES (MAX_STEPS + 500)
#define MAX_NAMES 200
#define MAX_CALLERS 6
#define TEXT 80
#define COLUMN 22
#define LAST_COLUMN 46
#define SLOT 64
/* Values below are numbers, not addresses. */
#define SMALL 65536

struct line {
	uint8_t thread;
	char text[TEXT];
	const char *order;
	uintptr_t code[MAX_CALLERS];
};

struct name {
	uint64_t value;
	bool is_address;
	char text[32];
};

struct story {
	struct line line[MAX_LINES];
	int lines;
	struct name name[MAX_NAMES];
	int names;
};

/* Where code is: the innermost place that is no part of the explorer. */
struct place {
	char function[64];
	char file[256];
	int line;
};

void print_reset(void)
{
	if (!ex->story)
		ex->story = calloc(1, sizeof(*ex->story));
	ex->story->lines = 0;
	ex->story->names = 0;
}

static void name_add(uint64_t value, bool is_address, const char *format,
		     va_list arguments)
{
	struct story *s = ex->story;
	struct name *n;

	if (!ex->telling || s->names == MAX_NAMES)
		return;
	n = &s->name[s->names++];
	n->value = value;
	n->is_address = is_address;
	vsnprintf(n->text, sizeof(n->text), format, arguments);
}

void explore_name(const volatile void *addr, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	name_add((uintptr_t)addr, true, format, arguments);
	va_end(arguments);
}

void explore_name_value(uint64_t value, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	name_add(value, false, format, arguments);
	va_end(arguments);
}

static const char *name_find(uint64_t value, bool is_address)
{
	struct story *s = ex->story;

	for (int i = s->names - 1; i >= 0; i--)
		if (s->name[i].value == value &&
		    s->name[i].is_address == is_address)
			return s->name[i].text;
	return NULL;
}

/* A few results of these may be in use at a time. */
static char *text_slot(void)
{
	static char slots[8][SLOT];
	static unsigned int next;

	return slots[next++ % 8];
}

static int stack_owner(uint64_t value)
{
	for (int i = 0; i < EXPLORE_THREADS; i++)
		if (value - (uintptr_t)ex->thread[i].stack < STACK_SIZE)
			return i;
	return -1;
}

const char *print_place(const volatile void *p)
{
	uintptr_t addr = (uintptr_t)p;
	const char *name = name_find(addr, true);
	long offset = shadow_offset(addr);
	char *text;

	if (name)
		return name;
	text = text_slot();
	if (offset >= 0)
		snprintf(text, SLOT, "heap+%ld", offset);
	else if (stack_owner(addr) >= 0)
		snprintf(text, SLOT, "T%d's frame", stack_owner(addr));
	else if (!symbol_name(addr, text, SLOT))
		snprintf(text, SLOT, "%#lx", (unsigned long)addr);
	return text;
}

const char *print_value(uint64_t value)
{
	const char *name;
	char symbol[SLOT - 1];
	char *text;
	long offset;
	int stack;

	name = name_find(value, false);
	if (name)
		return name;
	text = text_slot();
	stack = stack_owner(value);
	offset = shadow_offset(value);
	if (stack >= 0)
		snprintf(text, SLOT, "&T%d's frame|%d", stack,
			 (int)(value % 16));
	else if (offset >= 0)
		snprintf(text, SLOT, "&heap+%ld", offset);
	else if (value < SMALL)
		snprintf(text, SLOT, "%d", (int)value);
	else if ((name = name_find(value, true)))
		snprintf(text, SLOT, "&%s", name);
	else if (symbol_name(value, symbol, sizeof(symbol)))
		snprintf(text, SLOT, "&%s", symbol);
	else
		snprintf(text, SLOT, "%#llx", (unsigned long long)value);
	return text;
}

/* Who called the engine, innermost first, as far as the stack goes. */
static void callers(uintptr_t *code)
{
	struct thread *self = running_thread();
	uintptr_t *frame = self->frame;
	uintptr_t end = (uintptr_t)self->stack + STACK_SIZE;

	for (int i = 0; i < MAX_CALLERS; i++) {
		code[i] = frame[1] - 1;
		if (frame[0] <= (uintptr_t)frame || frame[0] >= end)
			return;
		frame = (uintptr_t *)frame[0];
	}
}

void print_line_add(const char *order, const char *format, ...)
{
	struct story *s = ex->story;
	struct line *l;
	va_list arguments;

	if (ex->running == MAIN || s->lines == MAX_LINES)
		return;
	l = &s->line[s->lines++];
	*l = (struct line){ .thread = (uint8_t)ex->running, .order = order };
	va_start(arguments, format);
	vsnprintf(l->text, sizeof(l->text), format, arguments);
	va_end(arguments);
	callers(l->code);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Files whose operations are told by their caller's line. */
static bool is_operation(const char *file)
{
	static const char *const names[] = {
		"explore_memory.c", "explore_wait.c", "explore_search.c",
		"explore_hooks.c",  "machine.h",      "atomic.h",
		"atomic_family.h",  "bitops.h",	      "system.c",
		"futex.c",	    "membarrier.c",   "clock.c",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(base_name(file), names[i]) == 0)
			return true;
	return false;
}

/* A copy that fits, cut if it has to be. */
static void text_copy(char *to, size_t size, const char *from)
{
	size_t length = strnlen(from, size - 1);

	memcpy(to, from, length);
	to[length] = '\0';
}

/* Read addr2line's answers: a line with the address, then two for each function
 * that was inlined there, innermost first. */
static void places_read(FILE *answers, struct place *places, int count)
{
	char function[256], where[1024];
	int at = -1;

	while (fgets(function, sizeof(function), answers)) {
		struct place *p = &places[at];
		char *colon;

		if (strncmp(function, "0x", 2) == 0) {
			at++;
			continue;
		}
		if (!fgets(where, sizeof(where), answers))
			break;
		colon = strrchr(where, ':');
		if (at < 0 || at >= count || p->line || !colon)
			continue;
		*colon = '\0';
		function[strcspn(function, "\n")] = '\0';
		if (is_operation(where))
			continue;
		p->line = atoi(colon + 1);
		text_copy(p->function, sizeof(p->function), function);
		text_copy(p->file, sizeof(p->file), where);
	}
}

/* The places of code addresses, asked of addr2line all at once. */
static struct place *places_find(const uintptr_t *code, int count)
{
	struct place *places = calloc((size_t)count, sizeof(*places));
	char *command = malloc(100 + 20 * (size_t)count);
	FILE *answers;
	int length;

	length = sprintf(command, "addr2line -aif -e /proc/%d/exe",
			 (int)getpid());
	for (int i = 0; i < count; i++)
		length += sprintf(command + length, " %#lx",
				  (unsigned long)code[i]);
	strcpy(command + length, " 2>/dev/null");
	answers = popen(command, "r");
	if (answers) {
		places_read(answers, places, count);
		pclose(answers);
	}
	free(command);
	return places;
}

/*
 * The label in the comment before the statement of that line: upwards, over
 * lines of the same statement, to the end of a comment, and in it the label
 * with the kind that fits.
 */
static void label_find(const struct place *p, char *label, size_t size)
{
	char text[12][160] = { "" };
	FILE *file = fopen(p->file, "r");
	bool in_comment = false;
	int line = 0;

	label[0] = '\0';
	if (!file)
		return;
	while (line < p->line &&
	       fgets(text[++line % 12], sizeof(text[0]), file))
		;
	fclose(file);
	for (int i = line; i > 0 && i > line - 12; i--) {
		char *t = text[i % 12];
		char *order = strstr(t, "ORDER ");
		size_t length = strcspn(t, "\n");

		if (i < line && !in_comment) {
			in_comment = strstr(t, "*/") != NULL;
			if (!in_comment &&
			    (length == 0 || t[length - 1] == ';'))
				return;
		}
		if (in_comment && order) {
			order += strlen("ORDER ");
			length = strspn(order, "abcdefghijklmnopqrstuvwxyz"
					       "0123456789_.");
			length -= length && order[length - 1] == '.';
			snprintf(label, size, "%.*s", (int)length, order);
			return;
		}
		if (in_comment && strstr(t, "/*"))
			in_comment = false;
	}
}

static void print_line(int number, const struct line *l, const struct place *p)
{
	int width = COLUMN * (ex->test->threads - 1) + LAST_COLUMN;
	int indent = COLUMN * l->thread;
	char label[64] = "";

	printf("%5d  %*s%-*s", number, indent, "", width - indent, l->text);
	if (!p) {
		printf("\n");
		return;
	}
	if (l->order)
		label_find(p, label, sizeof(label));
	printf(" %-8s %-16s %s:%d %s()\n", l->order ? l->order : "", label,
	       base_name(p->file), p->line, p->function);
}

static void print_table(const struct story *s)
{
	uintptr_t *code = calloc((size_t)s->lines * MAX_CALLERS, sizeof(*code));
	struct place *places;

	for (int i = 0; i < s->lines; i++)
		memcpy(&code[i * MAX_CALLERS], s->line[i].code,
		       sizeof(s->line[i].code));
	places = places_find(code, s->lines * MAX_CALLERS);
	printf(" step  ");
	for (int t = 0; t < ex->test->threads; t++)
		printf("T%-*d", COLUMN - 1, t);
	printf("\n");
	for (int i = 0; i < s->lines; i++) {
		const struct place *p = NULL;

		for (int c = MAX_CALLERS - 1; c >= 0; c--)
			if (places[i * MAX_CALLERS + c].line)
				p = &places[i * MAX_CALLERS + c];
		print_line(i + 1, &s->line[i], p);
	}
	free(places);
	free(code);
}

static void print_blame(void)
{
	struct place *places = places_find(ex->blame, 2);

	for (int i = 0; i < 2; i++)
		if (places[i].line)
			printf("  %s %s:%d, %s()\n", i ? "and " : "at  ",
			       base_name(places[i].file), places[i].line,
			       places[i].function);
	free(places);
}

/* The steps as script_next() reads them; to be freed. */
char *print_script(void)
{
	char *text = malloc(16 * (size_t)ex->length + 2);
	char *end = text;

	if (!ex->length)
		*end++ = '-';
	for (int i = 0, count; i < ex->length; i += count) {
		struct step *s = &ex->steps[i];

		for (count = 1;
		     !s->option && i + count < ex->length &&
		     s[count].thread == s->thread && !s[count].option;
		     count++)
			;
		*end++ = (char)('a' + s->thread);
		if (s->option)
			end += sprintf(end, "=%d", s->option);
		else if (count > 1)
			end += sprintf(end, "%d", count);
	}
	*end = '\0';
	return text;
}

/* The execution has just been told. */
void print_failure(const char *program, const char *script)
{
	printf("%s: %s\n", ex->test->name,
	       ex->ending == FAILED ? ex->failure : "nothing failed");
	print_blame();
	print_table(ex->story);
	printf("replay: %s %s--only %s --replay %s\n", program,
	       ex->every_order ? "--every-order " : "", ex->test->name, script);
}
