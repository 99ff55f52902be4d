/* SPDX-License-Identifier: MIT */
/*
 * What the checked library says of a program, as letters: one for each report,
 * in the order in which they were made. Each program is a child of its own,
 * since what was told once for a place is not told there again.
 */
#ifndef TESTS_CHECKED_VERDICT_H
#define TESTS_CHECKED_VERDICT_H

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "../support/process.h"
#include "../support/report.h"

#define VERDICT_ROOM 32

static const struct {
	char letter;
	const char *words;
} verdict_words[] = {
	{ 'o', "in an order that can deadlock" },
	{ 'h', "taken in a signal handler, and where its signal may come" },
	{ 'k', "out of the order that its class's compare function says" },
	{ 'c', "another lock of its class" },
	{ 'r', "locked again by its holder" },
	{ 'R', "read again by its reader" },
	{ 'N', "ordered by a lock that is not held" },
	{ 's', "may sleep where nobody may sleep" },
	{ 'w', "nobody may wait for it" },
	{ 'n', "nobody holds it" },
	{ 'v', "does not hold it for writing" },
	{ 'x', "by a thread that does not hold it" },
	{ 'i', "initialised while it is held" },
	{ 'f', "its memory is freed" },
	{ 'd', "destroyed while it is held" },
	{ 'u', "never initialised" },
	{ 'e', "its holder exits" },
	{ 'S', "with a subclass above" },
	{ 'D', "suspicious rcu_dereference()" },
	{ 'P', "suspicious rcu_dereference_protected()" },
	{ 'm', "leaves a section that it is not in" },
};

/* In memory that the children share. */
static struct {
	char letters[VERDICT_ROOM];
	int count;
} *verdict;

static char verdict_letter(const char *what)
{
	for (size_t n = 0; n < sizeof(verdict_words) / sizeof(verdict_words[0]);
	     n++)
		if (strstr(what, verdict_words[n].words))
			return verdict_words[n].letter;
	return '?';
}

/* What could only hang ends with its report. */
static void verdict_hook(const struct ksync_report *report)
{
	int n = __atomic_fetch_add(&verdict->count, 1, __ATOMIC_RELAXED);

	if (n < VERDICT_ROOM - 1)
		verdict->letters[n] = verdict_letter(report->what);
	if (report->kind == KSYNC_REPORT_DEADLOCK)
		_exit(0);
}

static void verdict_child(void (*play)(const void *arg), const void *arg)
{
	alarm(CHILD_SECONDS);
	ksync_report_hook_set(verdict_hook);
	play(arg);
	_exit(0);
}

/* "!" if the child did not end well. */
static const char *verdict_of(void (*play)(const void *arg), const void *arg)
{
	int status;
	pid_t pid;

	if (!verdict)
		verdict = mmap(NULL, sizeof(*verdict), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	cr_assert_neq((void *)verdict, MAP_FAILED);
	memset(verdict, 0, sizeof(*verdict));
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		verdict_child(play, arg);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	return status ? "!" : verdict->letters;
}

#endif
