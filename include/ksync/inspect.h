/* SPDX-License-Identifier: MIT */
/*
 * What the checked library tells when it is asked: statistics of locks, the
 * graph of their orders, who is blocked. docs/inspect.md is the guide.
 *
 * The names are the same in the release library, where they cost nothing and
 * there is nothing to tell: what prints or reads returns false.
 */
#ifndef KSYNC_INSPECT_H
#define KSYNC_INSPECT_H

#include <ksync/dep_map.h>

enum ksync_form {
	KSYNC_FORM_TEXT, /* for people */
	KSYNC_FORM_JSON, /* for programs */
	KSYNC_FORM_DOT,	 /* for graphviz; of the graph alone */
};

/* Places that are told of each line. */
#define KSYNC_LOCK_STAT_PLACES 4u

/* Where in the program, and how often. */
struct ksync_lock_stat_place {
	const void *where; /* NULL: no more of them */
	ksync_u64 count;
};

/* How often, and the shortest, the longest and all together, in ns. */
struct ksync_lock_stat_times {
	ksync_u64 count;
	ksync_u64 min;
	ksync_u64 max;
	ksync_u64 total;
};

/*
 * What was counted of a class of locks, or of its readers. A bounce is a lock
 * that was last held on another processor.
 */
struct ksync_lock_stat {
	char name[48];	       /* as reports have it, with its subclass */
	const char *kind;      /* "mutex" */
	bool shared;	       /* of those who share it */
	ksync_u64 con_bounces; /* of those who had to wait for it */
	ksync_u64 acq_bounces; /* of those who took it */
	struct ksync_lock_stat_times wait; /* who waited, until they had it */
	struct ksync_lock_stat_times hold; /* who gave it back, since then */
	/* Where it was waited for; and who held it then. */
	struct ksync_lock_stat_place waited[KSYNC_LOCK_STAT_PLACES];
	struct ksync_lock_stat_place held[KSYNC_LOCK_STAT_PLACES];
};

KSYNC_BEGIN_DECLS

KSYNC_CHECKED_API void ksync__lock_stat_set(bool on);
KSYNC_CHECKED_API void ksync__lock_stat_clear(void);
KSYNC_CHECKED_API bool ksync__lock_stat_read(unsigned int *cursor,
					     struct ksync_lock_stat *stat);
KSYNC_CHECKED_API bool ksync__lock_stat_print(int fd, enum ksync_form form);
KSYNC_CHECKED_API bool ksync__lock_graph_print(int fd, enum ksync_form form);
KSYNC_CHECKED_API void ksync__watchdog_set(unsigned int seconds);
KSYNC_CHECKED_API bool ksync__blocked_print(int fd);

/**
 * ksync_lock_stat_set() - count from now on, or do not
 * @on: whether to count
 *
 * KSYNC_LOCK_STAT in the environment does it from the start, and prints when
 * the process exits.
 *
 * Context: Any.
 * Example::
 *
 *	ksync_lock_stat_set(true);
 */
KSYNC_PRIVATE_INLINE void ksync_lock_stat_set(bool on)
{
	(void)on;
	if (KSYNC_CHECKED)
		ksync__lock_stat_set(on);
}

/**
 * ksync_lock_stat_clear() - forget what was counted so far
 *
 * What others count meanwhile may be forgotten or not.
 *
 * Context: Any.
 * Example::
 *
 *	ksync_lock_stat_clear();
 */
KSYNC_PRIVATE_INLINE void ksync_lock_stat_clear(void)
{
	if (KSYNC_CHECKED)
		ksync__lock_stat_clear();
}

/**
 * ksync_lock_stat_read() - read the next line of the statistics
 * @cursor: where to go on; 0 at first
 * @stat: takes the line, if there is one
 *
 * A class of which nothing was counted has no line; one that was taken by
 * readers and alone has two.
 *
 * Context: Any.
 * Return: whether there was one more.
 * Example::
 *
 *	struct ksync_lock_stat stat;
 *	unsigned int cursor = 0;
 *
 *	while (ksync_lock_stat_read(&cursor, &stat))
 *		printf("%s %llu\n", stat.name,
 *		       (unsigned long long)stat.wait.count);
 */
KSYNC_PRIVATE_INLINE bool ksync_lock_stat_read(unsigned int *cursor,
					       struct ksync_lock_stat *stat)
{
	(void)cursor;
	(void)stat;
	return KSYNC_CHECKED ? ksync__lock_stat_read(cursor, stat) : false;
}

/**
 * ksync_lock_stat_print() - write the statistics to a file
 * @fd: its descriptor
 * @form: text, in the columns of /proc/lock_stat, or JSON
 *
 * Context: Any. Allocates nothing; a pipe without a reader raises SIGPIPE.
 * Return: whether all of it was written.
 * Example::
 *
 *	(void)ksync_lock_stat_print(1, KSYNC_FORM_TEXT);
 */
KSYNC_PRIVATE_INLINE bool ksync_lock_stat_print(int fd, enum ksync_form form)
{
	(void)fd;
	(void)form;
	return KSYNC_CHECKED ? ksync__lock_stat_print(fd, form) : false;
}

/**
 * ksync_lock_graph_print() - write the graph of the orders of locks to a file
 * @fd: its descriptor
 * @form: text, JSON or dot
 *
 * What is learned meanwhile may be in it or not.
 *
 * Context: Any. Allocates nothing; a pipe without a reader raises SIGPIPE.
 * Return: whether all of it was written. False, too, in a signal handler that
 *	came while its thread was being looked at.
 * Example::
 *
 *	(void)ksync_lock_graph_print(1, KSYNC_FORM_DOT);
 */
KSYNC_PRIVATE_INLINE bool ksync_lock_graph_print(int fd, enum ksync_form form)
{
	(void)fd;
	(void)form;
	return KSYNC_CHECKED ? ksync__lock_graph_print(fd, form) : false;
}

/**
 * ksync_watchdog_set() - report waits that last for longer than this
 * @seconds: how long one may last; 0: any time
 *
 * Of waits that begin from now on: for a lock, a semaphore or a completion, and
 * in ksync_schedule() if nothing may interrupt it. Each is reported once, by a
 * thread that the first wait starts. KSYNC_WATCHDOG in the environment sets it
 * from the start.
 *
 * Context: Any.
 * Example::
 *
 *	ksync_watchdog_set(30);
 */
KSYNC_PRIVATE_INLINE void ksync_watchdog_set(unsigned int seconds)
{
	(void)seconds;
	if (KSYNC_CHECKED)
		ksync__watchdog_set(seconds);
}

/**
 * ksync_blocked_print() - write to a file what each blocked thread waits for
 * @fd: its descriptor
 *
 * Those whose wait began while ksync_watchdog_set() was not 0.
 *
 * Context: Any. Allocates nothing; a pipe without a reader raises SIGPIPE.
 * Return: whether all of it was written.
 * Example::
 *
 *	(void)ksync_blocked_print(2);
 */
KSYNC_PRIVATE_INLINE bool ksync_blocked_print(int fd)
{
	(void)fd;
	return KSYNC_CHECKED ? ksync__blocked_print(fd) : false;
}

KSYNC_END_DECLS

#endif
