/* SPDX-License-Identifier: MIT */
/*
 * Floor 2: what ksync needs from the system below it. CMake chooses the files
 * of this folder; nothing above it makes a system call.
 *
 * All functions here keep errno as it is, allocate nothing from the heap and
 * may be called from a signal handler, unless said otherwise.
 */
#ifndef KSYNC_SRC_PORT_H
#define KSYNC_SRC_PORT_H

#include <ksync/types.h>

/* Absolute nanoseconds of CLOCK_MONOTONIC; a deadline that never comes. */
#define KSYNC__NEVER INT64_MAX

/* clock.c */
ksync_s64 ksync__clock_ns(void);
/* NULL is never. Saturates. -EINVAL unless 0 <= tv_nsec < 10^9. */
int ksync__deadline_of_timespec(const struct timespec *ts, ksync_s64 *deadline);
/* A relative number of jiffies from now; negative is now. Saturates. */
ksync_s64 ksync__deadline_of_jiffies(long timeout);
/* Sleep for about that long; a signal may end it early. */
void ksync__nap(ksync_s64 ns);
void ksync__yield(void);

/*
 * futex.c: sleep while *word is val. 0 when woken (or for no reason),
 * -EAGAIN if *word was something else, -ETIME at the deadline, -EINTR when a
 * signal handler ran.
 */
int ksync__futex_wait(ksync_u32 *word, ksync_u32 val, ksync_s64 deadline);
void ksync__futex_wake(ksync_u32 *word, int count);

/*
 * membarrier.c: the heavy half of an asymmetric barrier. If it returns true,
 * each running thread of the process executed a full barrier between call and
 * return. It may begin to return false at any time (a sandbox that is entered
 * late).
 */
bool ksync__membarrier(void);
/* What the last call, or the probe at load time, returned. */
bool ksync__membarrier_works(void);

/* rseq.c: size of the area that libc registered for each thread, 0 if none. */
unsigned int ksync__rseq_size(void);

/* thread.c */
int ksync__gettid(void);
/* Has the thread of this id, of this process, ended? */
bool ksync__thread_is_gone(int tid);
/*
 * Start a detached thread that takes no signals. False if there can be none.
 * Not from a signal handler.
 */
bool ksync__thread_start(void *(*fn)(void *));
/*
 * Have fn(arg) called when the calling thread exits; it returns true to be
 * called once more, after the other thread-exit destructors of that round.
 * One fn for the process. Not from a signal handler.
 */
void ksync__at_thread_exit(bool (*fn)(void *arg), void *arg);
/* Before fork in the forking thread, after it in the parent and the child. */
void ksync__at_fork(void (*prepare)(void), void (*parent)(void),
		    void (*child)(void));

/* pages.c: zeroed memory from the system, NULL if there is none. */
void *ksync__pages_alloc(size_t size);

/* heap.c: zeroed memory from malloc, aligned for any type; NULL if none. Not
 * from a signal handler. */
void *ksync__heap_alloc(size_t size);
void ksync__heap_free(void *p);

/* console.c: where reports go when nobody took them. */
void ksync__console_write(const char *text, size_t length);
/* The variable's value, or NULL; NULL in set-user-ID programs. */
const char *ksync__env(const char *name);
_Noreturn void ksync__abort(void);
/* There is no way to go on and no memory to say more. */
_Noreturn void ksync__panic(const char *text);
/* Name of the function or object at addr and the distance from its start. */
bool ksync__symbol(const void *addr, const char **module, const char **name,
		   unsigned long *offset);

#endif
