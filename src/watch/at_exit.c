/* SPDX-License-Identifier: MIT */
/*
 * What the environment asks to be printed when the process exits: "json", or
 * "json:FILE".
 */
#include <string.h>

#include <ksync/atomic.h>
#include <ksync/inspect.h>

#include "at_exit.h"
#include "port/life.h"
#include "port/port.h"

struct option {
	const char *name;
	bool (*print)(int fd, enum ksync_form form);
	bool asked;
	enum ksync_form form;
	const char *file; /* NULL: standard error */
};

/* Written once, when nobody changes the environment; and by a fork's child. */
static struct option options[] = {
	{ "KSYNC_LOCK_STAT", ksync__lock_stat_print, false, KSYNC_FORM_TEXT,
	  NULL },
	{ "KSYNC_LOCK_GRAPH", ksync__lock_graph_print, false, KSYNC_FORM_TEXT,
	  NULL },
};
#define OPTIONS (sizeof(options) / sizeof(options[0]))

static void option_read(struct option *o)
{
	static const char *const forms[] = {
		[KSYNC_FORM_TEXT] = "text",
		[KSYNC_FORM_JSON] = "json",
		[KSYNC_FORM_DOT] = "dot",
	};
	const char *value = ksync__env(o->name);
	size_t length = value ? strcspn(value, ":") : 0;

	for (unsigned int n = 0; value && n < 3; n++) {
		if (length != strlen(forms[n]) ||
		    strncmp(value, forms[n], length) != 0)
			continue;
		o->asked = true;
		o->form = (enum ksync_form)n;
		o->file = value[length] ? value + length + 1 : NULL;
	}
}

static void options_read(void)
{
	static bool read;

	if (KSYNC_READ_ONCE(read))
		return;
	for (unsigned int n = 0; n < OPTIONS; n++)
		option_read(&options[n]);
	if (options[0].asked)
		ksync__lock_stat_set(true);
	KSYNC_WRITE_ONCE(read, true);
}

/* It has what its parent counted, and would tell it twice. */
static void options_forked(bool prepared)
{
	(void)prepared;
	for (unsigned int n = 0; n < OPTIONS; n++)
		options[n].asked = false;
}

static void option_print(const struct option *o)
{
	int fd = o->file ? ksync__file_make(o->file) : 2;

	if (fd < 0)
		return;
	(void)o->print(fd, o->form);
	if (o->file)
		ksync__file_close(fd);
}

void ksync__at_exit_print(void)
{
	for (unsigned int n = 0; n < OPTIONS; n++)
		if (options[n].asked)
			option_print(&options[n]);
}

static const struct ksync__life_part at_exit_life = {
	.floor = KSYNC__FLOOR_WATCH,
	.start = options_read,
	.child = options_forked,
};
KSYNC__LIFE_PART(at_exit_life);
