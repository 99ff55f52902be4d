/* SPDX-License-Identifier: MIT */
/*
 * Word: *mark, in a page that the kernel zeroes in the child of a fork
 *
 *  from    event                        to      by
 *  ALIVE   the process is copied        COPIED  the kernel, in the child
 *  COPIED  somebody looks               SEEN    that thread
 *  SEEN    each part has been told      ALIVE   that thread
 *
 * Word: setting, a count of threads that use the key, plus CLOSED
 *
 *  n       a thread sets its value      n + 1, n
 *  n       the code goes away           CLOSED + n, until n is 0
 *
 *  I1  start() may run in several threads at once, and a process may be copied
 *      in the middle of it: each step may be done twice, and what is left over
 *      is given back or does no harm.
 *  I2  Fork handlers that are registered twice act once: the outer ones.
 *  I3  The key is deleted only when the code goes away: while there is code, a
 *      thread that exits calls it.
 *
 * Where there is no such page (before Linux 4.14; qemu-user takes the call and
 * does not wipe) the fork handler alone says COPIED, and copies that bypass it
 * are not noticed.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include <ksync/atomic.h>

#include "life.h"
#include "port.h"

#define COPIED 0u
#define SEEN 1u
#define ALIVE 2u

#define CLOSED (1 << 30)

/*
 * POSIX promises four rounds of thread-exit destructors. In the last one
 * ThreadSanitizer ends the thread, and whatever it watches must not run after
 * that: the third is the last that counts.
 */
#define EXIT_ROUNDS 3u

/* As long as others' destructors of a thread may take to set a key. */
#define UNLOAD_WAITS_NS 100000000LL
/* Between two looks at what another thread is about to do. */
#define MOMENT_NS 50000LL

extern const struct ksync__life_part *const __start_ksynclife[]
	__attribute__((visibility("hidden")));
extern const struct ksync__life_part *const __stop_ksynclife[]
	__attribute__((visibility("hidden")));

static int started;
static ksync_u32 mark_of_handlers = ALIVE;
static ksync_u32 *mark = &mark_of_handlers;
static int process;	       /* its id, when it was last looked at */
static bool copied_for_sure;   /* says the fork handler */
static unsigned long key_word; /* the key + 1; 0: there is none */
static ksync_atomic_t setting;
static sem_t *at_exit; /* of a copy that can be unloaded: has a unit
				* when the process exits */

/* The calling thread's. */
static KSYNC_TLS struct {
	ksync_u64 signals;	 /* as they were before the fork */
	unsigned int forks;	 /* prepared and not over: 1, or I2 */
	unsigned int exit_round; /* destructor calls so far */
	bool sees;		 /* it is the one who said SEEN */
	bool sees_child;	 /* and has done so since its prepare */
} here;

/* ---- the parts ---- */

typedef void part_fn(const struct ksync__life_part *part, bool arg);

static void parts_of(enum ksync__floor floor, part_fn *fn, bool arg)
{
	const struct ksync__life_part *const *p;

	for (p = __start_ksynclife; p < __stop_ksynclife; p++)
		if ((*p)->floor == floor)
			fn(*p, arg);
}

static void parts_up(part_fn *fn, bool arg)
{
	for (int floor = 0; floor < KSYNC__FLOORS; floor++)
		parts_of((enum ksync__floor)floor, fn, arg);
}

static void parts_down(part_fn *fn, bool arg)
{
	for (int floor = KSYNC__FLOORS - 1; floor >= 0; floor--)
		parts_of((enum ksync__floor)floor, fn, arg);
}

static void part_start(const struct ksync__life_part *part, bool unused)
{
	(void)unused;
	if (part->holder)
		KSYNC_WRITE_ONCE(ksync__copy.holder, part->holder);
	if (part->wake)
		KSYNC_WRITE_ONCE(ksync__copy.wake, part->wake);
	if (part->start)
		part->start();
}

static void part_prepare(const struct ksync__life_part *part, bool unused)
{
	(void)unused;
	if (part->prepare)
		part->prepare();
}

static void part_parent(const struct ksync__life_part *part, bool unused)
{
	(void)unused;
	if (part->parent)
		part->parent();
}

static void part_child(const struct ksync__life_part *part, bool prepared)
{
	if (part->child)
		part->child(prepared);
}

static void part_thread_exit(const struct ksync__life_part *part, bool last)
{
	if (part->thread_exit)
		part->thread_exit(last);
}

static void part_unload(const struct ksync__life_part *part, bool unused)
{
	(void)unused;
	if (part->unload)
		part->unload();
}

/* Of a floor above, as there is nobody on this one who could say it. */
static void failed(const char *what, const char *advice)
{
	const struct ksync__life_part *const *p;

	for (p = __start_ksynclife; p < __stop_ksynclife; p++)
		if ((*p)->failed)
			(*p)->failed(what, advice);
}

/* ---- fork ---- */

/*
 * Was the process copied since its start? A thread may see the page before its
 * content, so the process id is asked, too.
 */
static bool copied(const ksync_u32 *word)
{
	if (ksync_likely(KSYNC_READ_ONCE(*word) == ALIVE))
		return false;
	return KSYNC_READ_ONCE(copied_for_sure) ||
	       ksync__getpid() != KSYNC_READ_ONCE(process);
}

static void mark_make(void)
{
	ksync_u32 *page = ksync__pages_alloc(sizeof(*page));
	int saved = errno;

	if (!page)
		return;
	KSYNC_WRITE_ONCE(*page, ALIVE);
	if (madvise(page, sizeof(*page), MADV_WIPEONFORK) ||
	    ksync_cmpxchg_relaxed(&mark, &mark_of_handlers, page) !=
		    &mark_of_handlers)
		ksync__pages_free(page, sizeof(*page));
	errno = saved;
}

void ksync__life_see_fork(void)
{
	ksync_u32 *word = KSYNC_READ_ONCE(mark);
	ksync_u64 signals;

	if (here.sees || !copied(word))
		return;
	signals = ksync__signals_block();
	while (copied(word)) {
		if (ksync_cmpxchg_relaxed(word, COPIED, SEEN) != COPIED) {
			ksync__nap(MOMENT_NS);
			continue;
		}
		here.sees = true;
		parts_up(part_child, here.forks != 0);
		here.sees = false;
		here.sees_child = true;
		KSYNC_WRITE_ONCE(copied_for_sure, false);
		KSYNC_WRITE_ONCE(process, ksync__getpid());
		KSYNC_WRITE_ONCE(*word, ALIVE);
	}
	ksync__signals_restore(signals);
}

static void fork_prepare(void)
{
	ksync_u64 signals = ksync__signals_block();

	if (here.forks++)
		return;
	here.signals = signals;
	here.sees_child = false;
	parts_down(part_prepare, false);
}

static void fork_parent(void)
{
	if (--here.forks)
		return;
	parts_up(part_parent, false);
	ksync__signals_restore(here.signals);
}

static void fork_child(void)
{
	if (!here.sees_child) {
		/* The kernel, or what emulates it, may not wipe. */
		if (ksync__getpid() != KSYNC_READ_ONCE(process))
			KSYNC_WRITE_ONCE(*mark, COPIED);
		/* Whatever its id is, in whichever name space. */
		KSYNC_WRITE_ONCE(copied_for_sure, true);
	}
	ksync__life_see_fork();
	if (--here.forks == 0)
		ksync__signals_restore(here.signals);
}

/* ---- the exit of threads ---- */

static void thread_exit(void *arg)
{
	bool last = ++here.exit_round >= EXIT_ROUNDS;
	ksync_u64 signals = ksync__signals_block();

	parts_down(part_thread_exit, last);
	ksync__signals_restore(signals);
	/* Other keys' destructors may use locks, too. There is room for it,
	 * as there was before. */
	if (!last)
		(void)pthread_setspecific(
			(pthread_key_t)(KSYNC_READ_ONCE(key_word) - 1), arg);
}

/*
 * A key behind others' keys: their destructors come first in each round, so
 * that who uses the library for the first time in the last round is told of in
 * it. Keys up to this number need no memory of their own in glibc.
 */
#define KEYS 32

static bool key_behind(pthread_key_t *key)
{
	pthread_key_t keys[KEYS];
	int n = 0;

	while (n < KEYS && !pthread_key_create(&keys[n], thread_exit) &&
	       keys[n++] < KEYS - 1)
		;
	if (!n)
		return false;
	*key = keys[--n];
	while (n)
		pthread_key_delete(keys[--n]);
	return true;
}

static void key_make(void)
{
	pthread_key_t key;

	if (!key_behind(&key)) {
		failed("no thread-specific key is left",
		       "the exit of threads is not noticed; delete keys that "
		       "are not needed");
		return;
	}
	if (ksync_cmpxchg_relaxed(&key_word, 0ul, (unsigned long)key + 1))
		pthread_key_delete(key);
}

/* What pthread_setspecific() says; -1 without a key. */
static int key_set(void)
{
	unsigned long word = KSYNC_READ_ONCE(key_word);
	int ret = -1;

	if (word && !(ksync_atomic_inc_return_relaxed(&setting) & CLOSED))
		ret = pthread_setspecific((pthread_key_t)(word - 1), &here);
	if (word)
		ksync_atomic_dec(&setting);
	return ret;
}

bool ksync__life_watch_thread(void)
{
	int saved = errno;
	int ret;

	if (here.exit_round >= EXIT_ROUNDS)
		return false;
	ret = key_set();
	errno = saved;
	if (ret > 0)
		failed("no memory to notice a thread's exit",
		       "a lock that this thread holds when it exits is found "
		       "to be so late");
	return ret == 0;
}

unsigned int ksync__life_copy(void)
{
	return (unsigned int)KSYNC_READ_ONCE(key_word) - 1;
}

/* ---- start and unload ---- */

extern const ElfW(Ehdr) __ehdr_start
	__attribute__((visibility("hidden"), weak));
extern ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden"), weak));

/* Not in the program itself, nor in a library that stays. */
static bool can_be_unloaded(void)
{
	const char *header = (const char *)&__ehdr_start;

	if (!_DYNAMIC || (header && header + __ehdr_start.e_phoff ==
					    (const char *)getauxval(AT_PHDR)))
		return false;
	for (const ElfW(Dyn) *d = _DYNAMIC; d->d_tag != DT_NULL; d++)
		if (d->d_tag == DT_FLAGS_1 && (d->d_un.d_val & DF_1_NODELETE))
			return false;
	return true;
}

extern int __cxa_atexit(void (*fn)(void *), void *arg, void *object);

/*
 * Destructors run when the process exits and when the object is unloaded. Only
 * at exit does libc call this function of its own, which stays.
 */
static void unload_make(void)
{
	sem_t *s;

	if (!can_be_unloaded())
		return;
	s = ksync__heap_alloc(sizeof(*s));
	if (s &&
	    !__cxa_atexit((void (*)(void *))(void (*)(void))sem_post, s, NULL))
		(void)ksync_cmpxchg_relaxed(&at_exit, (sem_t *)NULL, s);
}

/*
 * Such keys come after ours in each round. They get the lowest number that is
 * free, so these are there first. Each exists if it has a value, or takes one.
 */
bool ksync__life_is_told_last(void)
{
	pthread_key_t behind = (pthread_key_t)KSYNC_READ_ONCE(key_word);

	for (pthread_key_t key = behind; key < behind + KEYS; key++)
		if (pthread_getspecific(key) ||
		    pthread_setspecific(key, NULL) == 0)
			return false;
	return behind != 0;
}

bool ksync__life_can_unload(void)
{
	return KSYNC_READ_ONCE(at_exit) != NULL;
}

void ksync__life_start(void)
{
	if (ksync_likely(KSYNC_READ_ONCE(started)))
		return;
	ksync__copies_agree();
	KSYNC_WRITE_ONCE(process, ksync__getpid());
	mark_make();
	key_make();
	if (pthread_atfork(fork_prepare, fork_parent, fork_child))
		failed("no memory for fork handlers",
		       "after a fork, RCU may have to be given up");
	unload_make();
	parts_up(part_start, false);
	KSYNC_WRITE_ONCE(ksync__copy.number, ksync__life_copy());
	KSYNC_WRITE_ONCE(started, 1);
}

/*
 * Before the program's own constructors, and after its destructors: what it
 * registers in them is in the order that it has with the shared library.
 */
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wprio-ctor-dtor"

__attribute__((constructor(100))) static void start(void)
{
	ksync__life_start();
}

__attribute__((destructor(100))) static void unload(void)
{
	ksync_s64 deadline = ksync__clock_ns() + UNLOAD_WAITS_NS;
	unsigned long word = KSYNC_READ_ONCE(key_word);
	int unit = 0;

	if (!at_exit || (sem_getvalue(at_exit, &unit), unit))
		return;
	(void)ksync_atomic_fetch_or_relaxed(CLOSED, &setting);
	while (ksync_atomic_read(&setting) != CLOSED &&
	       ksync__clock_ns() < deadline)
		ksync__nap(MOMENT_NS);
	if (word)
		pthread_key_delete((pthread_key_t)(word - 1));
	parts_down(part_unload, false);
	if (mark != &mark_of_handlers)
		ksync__pages_free(mark, sizeof(*mark));
}
