/* SPDX-License-Identifier: MIT */
/*
 * Floor 2: what ksync needs from the system below it. CMake chooses the files
 * of this folder; nothing above it makes a system call.
 *
 * All functions here keep errno as it is, allocate nothing from the heap and
 * may be called from a signal handler, unless said otherwise. None is a
 * cancellation point: a thread that ended in one would stay in queues and keep
 * locks. So a system call that libc makes one is made by syscall(), which is
 * not; tests/cancel/symbols.sh looks.
 */
#ifndef KSYNC_SRC_PORT_H
#define KSYNC_SRC_PORT_H

#include <stdarg.h>
#include <sys/types.h>

#include <ksync/types.h>

/* clock.c */
ksync_s64 ksync__clock_ns(void);
/* A relative number of jiffies from now; negative is now. Saturates. */
ksync_s64 ksync__deadline_of_jiffies(long timeout);

/* What is left until then, for who was in time: at least 1. */
long ksync__jiffies_until(ksync_s64 deadline);

/*
 * futex.c: sleep while *word is val. 0 when woken (or for no reason),
 * -EAGAIN if *word was something else, -ETIME at the deadline, -EINTR when a
 * signal handler ran. Where futexes are refused it sleeps for a moment at most,
 * and no wake-up is needed.
 */
int ksync__futex_wait(ksync_u32 *word, ksync_u32 val, ksync_s64 deadline);
void ksync__futex_wake(ksync_u32 *word, int count);

/*
 * A word that is the holder's thread id, which the kernel lends its waiters'
 * priority; KSYNC__PI_ has its other bits, which the kernel changes. lock: 0
 * when the caller is the holder; -ETIME; -ESRCH: the holder is no thread;
 * -EDEADLK: the caller, or a circle of holders; -EAGAIN: try again; another: it
 * cannot be had here. unlock: the holder hands it over.
 */
#define KSYNC__PI_TID 0x3fffffffu
#define KSYNC__PI_WAITERS 0x80000000u
#define KSYNC__PI_OWNER_DIED 0x40000000u /* while the caller waited for it */
int ksync__futex_lock_pi(ksync_u32 *word, ksync_s64 deadline);
int ksync__futex_unlock_pi(ksync_u32 *word);
/* Sleep for about that long; a signal may end it early. */
void ksync__nap(ksync_s64 ns);
/* The handlers of signals that have arrived have run, also where a tool defers
 * them. */
void ksync__handlers_run(void);

/*
 * membarrier.c: the heavy half of an asymmetric barrier. If it returns true,
 * each running thread of the process executed a full barrier between call and
 * return. It may begin to return false at any time (a sandbox that is entered
 * late).
 */
bool ksync__membarrier(void);
/* What the last call, or the probe at load time, returned. */
bool ksync__membarrier_works(void);

/*
 * rseq_*.c: size of the area that libc registered for each thread, 0 if none;
 * and where it is, from the thread pointer.
 */
unsigned int ksync__rseq_size(void);
long ksync__rseq_offset(void);

/* rseq.c: what ksync__percpu_fence() does. */
enum {
	KSYNC__FENCE_NO_SECTIONS, /* there are none to be interrupted */
	KSYNC__FENCE_MEMBARRIER,
	KSYNC__FENCE_VISITS,
	KSYNC__FENCE_NAPS,
};
int ksync__percpu_fence_by(void);

/*
 * processors.c: numbers of processors are below "numbers" for ever; those that
 * may exist here are below "possible".
 */
struct ksync__processors {
	unsigned int numbers;
	unsigned int possible;
};
struct ksync__processors ksync__processors(void);
/* percpu_count.c: how many copies there are. */
unsigned int ksync__percpu_units(void);

/* thread.c */
int ksync__gettid(void);
int ksync__getpid(void);
typedef pthread_t ksync__thread_t;
ksync__thread_t ksync__thread_self(void);
bool ksync__thread_equal(ksync__thread_t a, ksync__thread_t b);
/* The processor that the caller runs on, for a moment; 0 if not known. */
unsigned int ksync__processor(void);
/* Let others run. False, and nothing done, in other classes than SCHED_OTHER:
 * there it waits for who may never be willing, or gives up a period. */
bool ksync__yield(void);
/* For ever, as the caller could only do; for a debugger. */
_Noreturn void ksync__thread_hang(void);
void ksync__thread_yield(void);
/*
 * A thread's name, of KSYNC__THREAD_NAME bytes with the 0 at its end. 0, or
 * what the system says: -ESRCH if there is no thread of this id.
 */
#define KSYNC__THREAD_NAME 16
int ksync__thread_name(int tid, char *name);
int ksync__thread_set_name(int tid, const char *name);
/* Has the thread of this id, of this process, ended? */
bool ksync__thread_is_gone(int tid);
/* The name that a format makes, and its 0. */
void ksync__thread_name_make(char *name, const char *format, va_list args);
/*
 * Start a thread that inherits nothing of its maker: it has the processors that
 * the process began with, SCHED_OTHER, the process's nice value, a name of its
 * own, and blocks asynchronous signals alone. False if there can be none. With
 * @thread, which is set, somebody joins it or it detaches itself; without, it
 * is detached. The kind has to be there until fn() runs.
 */
#define KSYNC__THREAD_STACK (256u << 10)
struct ksync__thread_kind {
	void (*fn)(void *arg);
	void *arg;
	const char *name; /* at most 15 characters */
	size_t stack;	  /* bytes; 0: as the system has it */
};
bool ksync__thread_start(const struct ksync__thread_kind *kind,
			 ksync__thread_t *thread);
/* Wait until it is gone. Not from a signal handler. */
void ksync__thread_join(ksync__thread_t thread);
void ksync__thread_detach_self(void);
_Noreturn void ksync__thread_exit(void);
/* One processor for the thread of this id; nothing if that cannot be had. */
void ksync__thread_bind(int tid, unsigned int processor);
/* Such a thread ends if it has nothing to do until then. */
ksync_s64 ksync__thread_idle_until(void);
/* What is called between the two is no cancellation point. */
int ksync__cancel_off(void);
void ksync__cancel_restore(int old);

/*
 * signals.c: block asynchronous signals, cancellation included, in the calling
 * thread, so that no handler finds half of what it changes; and as it was.
 */
ksync_u64 ksync__signals_block(void);
void ksync__signals_restore(ksync_u64 old);
/* Those that are blocked in the calling thread, number n as bit n - 1. */
ksync_u64 ksync__signals_blocked(void);

/*
 * handler_unwind.c, or handler_none.c: the signals in whose handler the caller
 * is, of the innermost; 0: in none, or it cannot be said. Several have one
 * handler. *handler: that function. Takes some microseconds.
 */
ksync_u64 ksync__handler_signals(const void **handler);

/*
 * stack_unwind.c, or stack_none.c: the calls that led here, as they return, up
 * to so many: the first is "from", if it is among them. Their number is 1 at
 * least.
 */
unsigned int ksync__stack(const void *from, const void **call,
			  unsigned int room);

/*
 * needs.c: does another file of the program than ours name one of these, NULL
 * at the end, among the libraries that it needs? Beginnings of their names. Not
 * from a signal handler: waits for the loader.
 */
bool ksync__others_need(const char *const *names);

/* eventfd.c: one that is readable, and never blocks; or an error. Then made
 * readable, or not. A fork's child shares it with its parent: how many forks
 * this process is away from the first one says whose it is. */
extern unsigned int ksync__eventfd_process;
int ksync__eventfd_make(void);
void ksync__eventfd_set(int fd);
void ksync__eventfd_clear(int fd);
void ksync__eventfd_close(int fd);

/* pages.c: zeroed memory from the system, NULL if there is none. */
void *ksync__pages_alloc(size_t size);
void ksync__pages_free(void *pages, size_t size);

/* heap.c: zeroed memory from malloc, aligned for any type; NULL if none. Not
 * from a signal handler. */
void *ksync__heap_alloc(size_t size);
void ksync__heap_free(void *p);

/*
 * console.c: where reports go when nobody took them. How much of the text
 * standard error took: all, or what it took before it failed or was full for
 * 100 ms. A text of at most PIPE_BUF is taken by a pipe as a whole or not.
 */
size_t ksync__console_write(const char *text, size_t length);
/* The variable's value, or NULL; NULL in set-user-ID programs. */
const char *ksync__env(const char *name);
_Noreturn void ksync__abort(void);
void ksync__trap(void);
/* There is no way to go on and no memory to say more. */
_Noreturn void ksync__panic(const char *text);

/*
 * file.c: a file that is made, or emptied, to be written: its descriptor, or an
 * error. Was all of it written? To standard error by ksync__console_write().
 */
int ksync__file_make(const char *path);
bool ksync__file_write(int fd, const char *text, size_t length);
void ksync__file_close(int fd);

/*
 * module.c: the loaded file that addr belongs to, and the address that it has
 * in that file's symbol table. Waits for nobody.
 */
bool ksync__module(const void *addr, const char **path, unsigned long *offset);

#endif
