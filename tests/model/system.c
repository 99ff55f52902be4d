/* SPDX-License-Identifier: MIT */
/*
 * The system below ksync, as the explorer has it. CMake compiles src/port's
 * clock.c, futex.c, membarrier.c, rseq.c, percpu.c and percpu_count.c
 * unchanged, with the calls that they make
 * renamed to the system_ functions here; the other files of src/port, and
 * src/task/wait.c, have their counterpart here.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include <ksync/atomic.h>
#include <ksync/percpu.h>
#include <ksync/report.h>

#include "port/life.h"
#include "port/port.h"
#include "task/task.h"
#include "task/wait.h"
#include "system.h"

#define NS_PER_SEC 1000000000LL
#define FIRST_TID 100
#define PAGE 4096ul
#define GENERATIONS (1ul << 40)

long system_syscall(long number, ...);
int system_clock_gettime(clockid_t clock, struct timespec *now);

static long result(int error)
{
	errno = error;
	return error ? -1 : 0;
}

/* What the thread's next sleep is interrupted by, before it sleeps. */
static void (*handlers[EXPLORE_THREADS])(void);

void system_interrupt(void (*handler)(void))
{
	handlers[explore_self()] = handler;
}

static void handler_runs(void)
{
	void (*handler)(void);

	if (explore_self() < 0 || !handlers[explore_self()])
		return;
	handler = handlers[explore_self()];
	handlers[explore_self()] = NULL;
	handler();
}

/*
 * Whoever is woken takes the word if it can: the system gives it to one of
 * them, which is one of these executions.
 */
static int lock_pi(uint32_t *word, int64_t deadline)
{
	uint32_t mine = (uint32_t)ksync__gettid() | KSYNC__PI_WAITERS;
	uint32_t found = KSYNC_READ_ONCE(*word);
	int error;

	for (;;) {
		if (!(found & KSYNC__PI_TID)) {
			if (ksync_try_cmpxchg(word, &found, mine))
				return 0;
			continue;
		}
		if (!(found & KSYNC__PI_WAITERS) &&
		    !ksync_try_cmpxchg(word, &found, found | KSYNC__PI_WAITERS))
			continue;
		error = explore_futex_wait(word, found | KSYNC__PI_WAITERS,
					   deadline);
		if (error && error != EAGAIN && error != EINTR)
			return error;
		found = KSYNC_READ_ONCE(*word);
	}
}

static int unlock_pi(uint32_t *word)
{
	ksync_smp_store_release(word, 0u);
	(void)explore_futex_wake(word, EXPLORE_THREADS);
	return 0;
}

static bool bare;

void system_is_bare(void)
{
	bare = true;
}

static long membarrier(int command)
{
	bool registering =
		command == MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED ||
		command == MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ;

	return result(!bare && explore_membarrier(registering) ? 0 : EPERM);
}

/* ---- descriptors ---- */

/* Readable, closed; and how often one was set. */
#define EVENTFDS 4
#define FD_READABLE 1u
#define FD_CLOSED 2u
#define FD_ONE_MORE 4u

unsigned int ksync__eventfd_process;
static uint32_t eventfds[EVENTFDS];
static int eventfds_made;

int ksync__eventfd_make(void)
{
	explore_name(&eventfds[eventfds_made], "fd %d", eventfds_made);
	KSYNC_WRITE_ONCE(eventfds[eventfds_made], FD_READABLE);
	return eventfds_made++;
}

/* In one step. Who polls sees what was done before it was made readable, as in
 * the kernel, where both take the descriptor's lock. */
static void eventfd_change(int fd, uint32_t gone, uint32_t set, uint32_t more)
{
	uint32_t was = KSYNC_READ_ONCE(eventfds[fd]);

	do
		if (was & FD_CLOSED)
			explore_fail("a closed descriptor is used");
	while (!ksync_try_cmpxchg_release(&eventfds[fd], &was,
					  ((was & ~gone) | set) + more));
}

void ksync__eventfd_set(int fd)
{
	eventfd_change(fd, 0, FD_READABLE, FD_ONE_MORE);
	(void)explore_futex_wake(&eventfds[fd], EXPLORE_THREADS);
}

void ksync__eventfd_clear(int fd)
{
	eventfd_change(fd, FD_READABLE, 0, 0);
}

void ksync__eventfd_close(int fd)
{
	eventfd_change(fd, FD_READABLE, FD_CLOSED, 0);
}

void system_poll(int fd)
{
	uint32_t is;

	while (!((is = ksync_smp_load_acquire(&eventfds[fd])) & FD_READABLE))
		(void)explore_futex_wait(&eventfds[fd], is, INT64_MAX);
}

uint32_t system_poll_edge(int fd, uint32_t seen)
{
	uint32_t is;

	while ((is = ksync_smp_load_acquire(&eventfds[fd])) / FD_ONE_MORE ==
	       seen)
		(void)explore_futex_wait(&eventfds[fd], is, INT64_MAX);
	return is / FD_ONE_MORE;
}

/* ---- processors, and sections on them ---- */

#define CPUS 2u

static unsigned int without_sections;
static bool migrates;

void system_without_sections(unsigned int threads)
{
	without_sections = threads;
}

void system_migrates(void)
{
	migrates = true;
}

unsigned int ksync__processor(void)
{
	if (explore_self() < 0)
		return 0;
	return migrates ? (unsigned int)explore_choose(CPUS) :
			  (unsigned int)explore_self() % CPUS;
}

bool system_section_add(long *p, long v, const ksync_u32 *flags, ksync_u32 mask)
{
	char *copy;

	if (!ksync__percpu_has_sections() ||
	    (explore_self() >= 0 && (without_sections >> explore_self() & 1)))
		return false;
	copy = (char *)p + ((size_t)ksync__processor() << KSYNC__PERCPU_SHIFT);
	do {
		explore_section();
		if (flags &&
		    (explore_load(flags, sizeof(*flags), __ATOMIC_ACQUIRE) &
		     mask))
			return false;
	} while (!explore_section_add(copy, sizeof(long), (uint64_t)v));
	return true;
}

struct ksync__processors ksync__processors(void)
{
	return (struct ksync__processors){ CPUS, CPUS };
}

unsigned int ksync__rseq_size(void)
{
	return bare ? 0 : 32;
}

long ksync__rseq_offset(void)
{
	return 32;
}

static long affinity_get(unsigned long *mask)
{
	*mask = (1ul << CPUS) - 1;
	return sizeof(*mask);
}

/* Who is on the last processor has been on all. */
static long affinity_set(const unsigned long *mask)
{
	if (!(*mask & ((1ul << CPUS) - 1)))
		return result(EINVAL);
	if (*mask == 1ul << (CPUS - 1))
		explore_interrupt();
	return 0;
}

long system_syscall(long number, ...)
{
	va_list arguments;
	uint32_t *word;
	const int64_t *at;
	unsigned long *mask;
	uint32_t value;
	int command;

	va_start(arguments, number);
	if (number == SYS_membarrier) {
		command = va_arg(arguments, int);
		va_end(arguments);
		return membarrier(command);
	}
	if (number == SYS_sched_getaffinity ||
	    number == SYS_sched_setaffinity) {
		(void)va_arg(arguments, int);
		(void)va_arg(arguments, long);
		mask = va_arg(arguments, unsigned long *);
		va_end(arguments);
		return number == SYS_sched_getaffinity ? affinity_get(mask) :
							 affinity_set(mask);
	}
	if (number != SYS_futex)
		explore_fail("system call %ld is not modelled", number);
	word = va_arg(arguments, uint32_t *);
	command = va_arg(arguments, int) & FUTEX_CMD_MASK;
	value = va_arg(arguments, uint32_t);
	at = va_arg(arguments, const int64_t *);
	va_end(arguments);
	if (command == FUTEX_WAKE)
		return explore_futex_wake(word, (int)value);
	if (command == FUTEX_LOCK_PI2)
		return result(lock_pi(word, at ? at[0] * NS_PER_SEC + at[1] :
						 KSYNC__NEVER));
	if (command == FUTEX_UNLOCK_PI)
		return result(unlock_pi(word));
	handler_runs();
	return result(explore_futex_wait(
		word, value, at ? at[0] * NS_PER_SEC + at[1] : KSYNC__NEVER));
}

int system_clock_gettime(clockid_t clock, struct timespec *now)
{
	int64_t ns = explore_clock();

	(void)clock;
	now->tv_sec = ns / NS_PER_SEC;
	now->tv_nsec = ns % NS_PER_SEC;
	return 0;
}

/* wait.c: how long is up to the explorer. */
void ksync__wait_may_spin(struct ksync__wait *w)
{
	w->turn = 0;
}

bool ksync__wait_may_spin_for_event(struct ksync__wait *w)
{
	w->turn = 0;
	return true;
}

void ksync__wait_spun(struct ksync__wait *w, bool came)
{
	(void)w;
	(void)came;
}

void ksync__wait_may_glance(struct ksync__wait *w)
{
	w->turn = 0;
}

bool ksync__wait_spin(struct ksync__wait *w, const void *addr)
{
	if (ksync__wait_over(w) || !explore_spin(addr, w->turn))
		return false;
	w->turn++;
	return true;
}

/* Patience lasts for one loss, or none: more would be more of the same. */
void ksync__wait_queued(struct ksync__wait *w)
{
	w->impatient = 1;
}

bool ksync__wait_is_impatient(struct ksync__wait *w)
{
	return w->impatient-- <= 0 || explore_choose(2);
}

void ksync__backoff_wait(struct ksync__backoff *b, const void *addr)
{
	explore_await(addr, b->bounded);
}

/* pages.c */
void *ksync__pages_alloc(size_t size)
{
	uintptr_t found = (uintptr_t)explore_alloc_forever(size + PAGE);

	return (void *)((found + PAGE - 1) & ~(PAGE - 1));
}

void ksync__pages_free(void *pages, size_t size)
{
	(void)pages;
	(void)size;
}

/* signals.c: no signals are modelled. */
ksync_u64 ksync__signals_block(void)
{
	return 0;
}

void ksync__signals_restore(ksync_u64 old)
{
	(void)old;
}

ksync_u64 ksync__signals_blocked(void)
{
	return ~(ksync_u64)0;
}

/* handler_none.c */
ksync_u64 ksync__handler_signals(const void **handler)
{
	(void)handler;
	return 0;
}

/* stack_none.c */
unsigned int ksync__stack(const void *from, const void **call,
			  unsigned int room)
{
	(void)room;
	call[0] = from;
	return 1;
}

/* file.c: there are none. */
int ksync__file_make(const char *path)
{
	(void)path;
	return -1;
}

bool ksync__file_write(int fd, const char *text, size_t length)
{
	(void)fd;
	(void)text;
	(void)length;
	return false;
}

void ksync__file_close(int fd)
{
	(void)fd;
}

/* heap.c */
void *ksync__heap_alloc(size_t size)
{
	return explore_alloc(size);
}

void ksync__heap_free(void *p)
{
	explore_free(p);
}

/* thread.c */
int ksync__gettid(void)
{
	return FIRST_TID + explore_self();
}

ksync__thread_t ksync__thread_self(void)
{
	return (ksync__thread_t)ksync__gettid();
}

bool ksync__thread_equal(ksync__thread_t a, ksync__thread_t b)
{
	return a == b;
}

void ksync__thread_yield(void)
{
}

int ksync__thread_name(int tid, char *name)
{
	(void)tid;
	(void)name;
	return -ESRCH;
}

int ksync__thread_set_name(int tid, const char *name)
{
	(void)tid;
	(void)name;
	return -ESRCH;
}

_Noreturn void ksync__thread_hang(void)
{
	explore_hang("hangs by intention");
}

bool ksync__thread_is_gone(int tid)
{
	(void)tid;
	return explore_self() < 0;
}

/* A thread that ksync starts: setup and a fork's child have none to give; else
 * a thread of the test waits in system_servant() to be it. */
static bool forked;
static struct ksync__thread_kind servant;
static int servant_runs;
static bool servant_in_setup;

bool ksync__others_need(const char *const *names)
{
	(void)names;
	return false;
}

static bool servant_ends;

ksync_s64 ksync__thread_idle_until(void)
{
	return servant_ends ? ksync__clock_ns() : KSYNC__NEVER;
}

int ksync__cancel_off(void)
{
	return 0;
}

void ksync__cancel_restore(int old)
{
	(void)old;
}

bool ksync__thread_start(const struct ksync__thread_kind *kind,
			 ksync__thread_t *thread)
{
	(void)thread;
	servant = *kind;
	if ((explore_self() < 0 && !servant_in_setup) || forked)
		return false;
	/* The first has not begun yet. */
	if (servant_runs)
		explore_fail("a second thread is started");
	ksync_smp_store_release(&servant_runs, 1);
	return true;
}

/* Who is it has ended before it is joined. */
void ksync__thread_join(ksync__thread_t thread)
{
	(void)thread;
}

void ksync__thread_detach_self(void)
{
}

_Noreturn void ksync__thread_exit(void)
{
	explore_hang("ends");
}

void ksync__thread_bind(int tid, unsigned int processor)
{
	(void)tid;
	(void)processor;
}

void ksync__thread_name_make(char *name, const char *format, va_list args)
{
	(void)format;
	(void)args;
	name[0] = '\0';
}

void system_servant(void)
{
	for (;;) {
		while (!ksync_smp_load_acquire(&servant_runs))
			explore_await(&servant_runs, false);
		KSYNC_WRITE_ONCE(servant_runs, 0);
		servant.fn(servant.arg);
	}
}

void system_servant_ends(void)
{
	servant_ends = true;
}

void system_servant_starts(void)
{
	servant_in_setup = true;
}

/* life.c */
extern const struct ksync__life_part *const __start_ksynclife[];
extern const struct ksync__life_part *const __stop_ksynclife[];

typedef void part_fn(const struct ksync__life_part *part, bool arg);

static void parts_of(int floor, part_fn *fn, bool arg)
{
	const struct ksync__life_part *const *p;

	for (p = __start_ksynclife; p < __stop_ksynclife; p++)
		if ((int)(*p)->floor == floor)
			fn(*p, arg);
}

static void parts_up(part_fn *fn, bool arg)
{
	for (int floor = 0; floor < KSYNC__FLOORS; floor++)
		parts_of(floor, fn, arg);
}

static void parts_down(part_fn *fn, bool arg)
{
	for (int floor = KSYNC__FLOORS - 1; floor >= 0; floor--)
		parts_of(floor, fn, arg);
}

static void part_start(const struct ksync__life_part *part, bool unused)
{
	(void)unused;
	if (part->start)
		part->start();
}

static void part_prepare(const struct ksync__life_part *part, bool unused)
{
	(void)unused;
	if (part->prepare)
		part->prepare();
}

static void part_after(const struct ksync__life_part *part, bool child)
{
	if (child && part->child)
		part->child(true);
	if (!child && part->parent)
		part->parent();
}

static void part_thread_exit(const struct ksync__life_part *part, bool last)
{
	if (part->thread_exit)
		part->thread_exit(last);
}

/* The models' main() starts it. */
void ksync__life_start(void)
{
}

void ksync__life_see_fork(void)
{
}

bool ksync__life_is_told_last(void)
{
	return true;
}

bool ksync__life_can_unload(void)
{
	return false;
}

unsigned int ksync__life_copy(void)
{
	return 0;
}

int ksync__copies_ask(unsigned int number, unsigned int mask, unsigned long ref)
{
	(void)number;
	(void)mask;
	(void)ref;
	return -1;
}

/* The only copy there is. */
struct ksync__copy ksync__copy;

void ksync__copies_wake(const void *word, int bit)
{
	(void)word;
	(void)bit;
}

static void exit_run(int thread)
{
	(void)thread;
	parts_down(part_thread_exit, true);
}

bool ksync__life_watch_thread(void)
{
	if (explore_self() >= 0)
		explore_at_exit(exit_run);
	return true;
}

bool system_fork(void (*copy)(void))
{
	bool child;

	/* A step of its own: what is prepared may be no step, such as the
	 * graph's lock, which is not to be held from the start. */
	(void)KSYNC_READ_ONCE(forked);
	parts_down(part_prepare, false);
	copy();
	child = explore_choose(2);
	if (child) {
		explore_alone();
		forked = true;
	}
	parts_up(part_after, child);
	return child;
}

/* console.c: a report that no test expects. */
size_t ksync__console_write(const char *text, size_t length)
{
	explore_fail("%.*s", (int)length, text);
}

const char *ksync__env(const char *name)
{
	(void)name;
	return NULL;
}

void ksync__trap(void)
{
}

_Noreturn void ksync__abort(void)
{
	explore_fail("aborts");
}

_Noreturn void ksync__panic(const char *text)
{
	explore_fail("%s", text);
}

/* Static data is the program's, else no lock of it has a class of its own. */
bool ksync__module(const void *addr, const char **path, unsigned long *offset)
{
	extern const char __executable_start, _end;
	const char *at = addr;

	*path = "model";
	*offset = (unsigned long)(at - &__executable_start);
	return at >= &__executable_start && at < &_end;
}

/* For models. */
static ksync_task_t *tasks[EXPLORE_THREADS];

static void task_make(int thread)
{
	ksync_task_t *t = ksync_current();

	tasks[thread] = t;
	/* As if others had used the record before: a reference then does not
	 * look like a small number. */
	ksync__self = t->ref + GENERATIONS;
	KSYNC_WRITE_ONCE(t->ref, ksync__self);
	explore_name_value(ksync__self, "ref of T%d", thread);
	explore_name(t, "task of T%d", thread);
	explore_name(&t->park, "T%d.park", thread);
	explore_name(&t->state, "T%d.state", thread);
	explore_name(&t->pending, "T%d.pending", thread);
	explore_name(&t->ref, "T%d.ref", thread);
	explore_name(&t->users, "T%d.users", thread);
	explore_name(&t->tid, "T%d.tid", thread);
	/* For a fork's child, and nothing forks here. */
	explore_private(&t->waits_on, thread);
	explore_private(&t->has_locked, thread);
	explore_private(&t->sections, thread);
	explore_private(&t->entries, thread);
}

void system_task_of(int thread)
{
	explore_as(thread, task_make);
}

void system_exit_of(int thread)
{
	explore_as(thread, exit_run);
}

void system_tasks(int threads)
{
	for (int i = 0; i < threads; i++)
		system_task_of(i);
}

ksync_task_t *system_task(int thread)
{
	return tasks[thread];
}

/* Of the records that the threads have, with no step in between. */
struct ksync_task *system_tasks_find(bool (*fn)(struct ksync_task *task));
struct ksync_task *system_tasks_find(bool (*fn)(struct ksync_task *task))
{
	for (int i = 0; i < EXPLORE_THREADS; i++)
		if (tasks[i] && fn(tasks[i]))
			return tasks[i];
	return NULL;
}

static int reports;

static void report_count(const struct ksync_report *report)
{
	(void)report;
	reports++;
}

void system_expect_reports(void)
{
	ksync_report_hook_set(report_count);
}

int system_reports(void)
{
	return reports;
}

int system_main(int argc, char **argv, const struct explore_test *tests)
{
	explore_per_thread(&errno, sizeof(errno));
	parts_up(part_start, false);
	return explore_main(argc, argv, tests);
}
