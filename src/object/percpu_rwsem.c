/* SPDX-License-Identifier: MIT */
/*
 * Words: began and ended, of each processor; closed, what the readers' sections
 * look at; block; waiter, the writer that sleeps over readers; writers, a rwsem
 *
 *  from         event                       to            by        order
 *  not closed   down_read                   a began + 1   reader    release
 *  closed       down_read                   a began + 1   reader    full
 *   and then: no block                      has it        reader    acquire
 *             block                         ended + 1, and waits in writers,
 *                                           which it reads while it adds 1
 *  a reader     up_read                     ended + 1     reader    light
 *  writers held down_write                  block WAITS   writer
 *               not closed                  closed        writer    (fence)
 *               closed                      the same      writer    full
 *   and then: as many ended as began        block WRITES  writer    acquire
 *  block        it has to wait              waiter        writer    heavy
 *  block        up_write, or it gives up    no block      writer    release
 *  writers held its writer is gone, and     no block      who finds
 *   no WRITES   has not begun                             that
 *  closed       OPENS_AFTER reads without   not closed    a reader, (writers)
 *               a write                                   reading writers
 *
 *  I1  began and ended only grow. If ended, summed first, is as much as began,
 *      summed then, all are over whose beginning was seen: each end that was
 *      seen has its beginning before it. So a reader may begin on one
 *      processor, find block and end on another.
 *  I2  After block and the fence, or the full barrier, whose beginning is not
 *      seen finds block, and does not read.
 *  I3  block is there as long as a writer reads the sums, or writes; closed
 *      does not change meanwhile. Both are changed by who holds writers.
 *  I4  Without block nobody reads the sums to rely on them. So who reads
 *      writers, and so keeps block away, may add without a look.
 *  I5  Threads without sections take the closed way at any time.
 *  I6  Who has writers without WRITES has changed nothing. If it is gone, as in
 *      a fork's child, who finds that takes its place, and gives up for it.
 *  I7  A task may be woken when it waits no more, and exists for ever.
 */
#include <errno.h>
#include <limits.h>

#include <ksync/percpu_rwsem.h>

#include "port/life.h"
#include "port/port.h"
#include "sleep/owner.h"
#include "sleep/rwsem.h"
#include "task/park.h"
#include "task/wait.h"
#include "watch/report.h"

#define CLOSED KSYNC__PERCPU_RWSEM_CLOSED
#define BEGAN KSYNC__PERCPU_RWSEM_BEGAN
#define ENDED KSYNC__PERCPU_RWSEM_ENDED
#define COUNTS_SIZE (2 * sizeof(long))

/* block */
#define WAITS 1u
#define WRITES 2u

/*
 * To close again costs as much as so many reads by the closed way cost more
 * than by the other: bench/percpu_rwsem_bench.c. The first of each processor's
 * LOOKS looks at all counts.
 */
#define OPENS_AFTER 2048
#define LOOKS 256

/* A request of a form; the caller's task exists from here on. */
static struct ksync__request rwsem_request(ksync_percpu_rw_semaphore_t *sem,
					   int kind, ksync_s64 deadline,
					   bool can_fail, const void *where)
{
	return (struct ksync__request){
		.type = "percpu_rwsem",
		.lock = sem,
		.where = where,
		.can_fail = can_fail,
		.wait = { .self = ksync__task_self(),
			  .kind = kind,
			  .deadline = deadline },
	};
}

/* ---- life ---- */

/* For who reads "writers", or has it alone. Without sections it stays closed:
 * additions are full barriers there, and there is nothing to gain. */
static void rwsem_open(ksync_percpu_rw_semaphore_t *sem)
{
	if (ksync__percpu_has_sections())
		ksync__percpu_open(&sem->ksync__closed, CLOSED);
}

/* By a reader, which sees what writers did. */
static void rwsem_open_if_idle(ksync_percpu_rw_semaphore_t *sem)
{
	if (!ksync__rwsem_read_if_idle(&sem->ksync__writers))
		return;
	ksync_watch_step("percpu_rwsem.open");
	rwsem_open(sem);
	ksync__up_read_fast(&sem->ksync__writers);
}

KSYNC_COLD static void rwsem_make(ksync_percpu_rw_semaphore_t *sem)
{
	long *counts = ksync__percpu_alloc(COUNTS_SIZE);
	long *nothing = NULL;

	if (!counts)
		ksync__panic("ksync: no memory for a percpu_rwsem\n");
	/* ORDER percpu_rwsem.counts: release. They are zero. Other end:
	 * rwsem_made(). */
	if (!ksync_try_cmpxchg_release(&sem->ksync__counts, &nothing, counts))
		ksync__percpu_free(counts, COUNTS_SIZE);
}

/* NULL: it was not used yet. */
static long *rwsem_made(const ksync_percpu_rw_semaphore_t *sem)
{
	/* ORDER percpu_rwsem.counts: acquire. Other end: rwsem_make(). */
	return ksync_smp_load_acquire(&sem->ksync__counts);
}

static long *rwsem_counts(ksync_percpu_rw_semaphore_t *sem)
{
	long *counts;

	while (ksync_unlikely(!(counts = rwsem_made(sem))))
		rwsem_make(sem);
	return counts;
}

int ksync__percpu_rwsem_init(ksync_percpu_rw_semaphore_t *sem, const char *name,
			     ksync_lock_class_key_t *key)
{
	long *counts = ksync__percpu_alloc(COUNTS_SIZE);

	sem->ksync__writers = (ksync_rw_semaphore_t)KSYNC__RWSEM_INIT(name);
	sem->ksync__counts = counts;
	sem->ksync__waiter = NULL;
	sem->ksync__closed = CLOSED;
	sem->ksync__block = 0;
	sem->ksync__written = 0;
	ksync_watch_created(KSYNC__PERCPU_RWSEM(sem), 0, name, key);
	if (!counts)
		return -ENOMEM;
	rwsem_open(sem);
	return 0;
}

/* How many read; those whose beginning is seen: I1. */
static long rwsem_readers(const long *counts, long *began)
{
	long ended = ksync__percpu_sum(ENDED(counts));

	*began = ksync__percpu_sum(BEGAN(counts));
	return *began - ended;
}

void ksync_percpu_free_rwsem(ksync_percpu_rw_semaphore_t *sem)
{
	long *counts = sem->ksync__counts;
	unsigned long owner = KSYNC_READ_ONCE(sem->ksync__writers.owner);
	long began;

	if (owner) {
		ksync__owner_busy("percpu_rwsem", sem, owner, KSYNC__CALLER());
		return;
	}
	if (counts && rwsem_readers(counts, &began) > 0) {
		ksync__misuse("percpu_rwsem", sem, "freed while it is read",
			      "end all readers first; nothing is freed",
			      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
		return;
	}
	sem->ksync__closed = CLOSED;
	sem->ksync__counts = NULL;
	sem->ksync__written = KSYNC__PERCPU_RWSEM_NEVER;
	if (counts)
		ksync__percpu_free(counts, COUNTS_SIZE);
	ksync_watch_gone(KSYNC__PERCPU_RWSEM(sem));
}

static void rwsem_unblock(ksync_percpu_rw_semaphore_t *sem)
{
	ksync_watch_order_release(&sem->ksync__block);
	/* ORDER percpu_rwsem.block: release. Other end: rwsem_enter(). */
	ksync_smp_store_release(&sem->ksync__block, 0u);
	ksync_watch_step("percpu_rwsem.unblock");
	ksync__up_write_fast(&sem->ksync__writers);
}

/* I6 */
static void rwsem_replace(ksync_percpu_rw_semaphore_t *sem)
{
	unsigned long *word = &sem->ksync__writers.owner;
	unsigned long owner = KSYNC_READ_ONCE(*word);

	if (ksync_likely(!owner) ||
	    KSYNC_READ_ONCE(sem->ksync__block) == WRITES ||
	    !ksync__owner_is_gone(word) ||
	    !ksync_try_cmpxchg_relaxed(word, &owner, ksync__self))
		return;
	KSYNC_WRITE_ONCE(sem->ksync__waiter, (struct ksync_task *)NULL);
	rwsem_unblock(sem);
}

/* ---- readers ---- */

/* The closed way. */
static bool rwsem_enter(ksync_percpu_rw_semaphore_t *sem, long *counts)
{
	ksync__percpu_add(BEGAN(counts), 1);
	/* ORDER percpu_rwsem.enter: full. Either this sees that somebody
	 * writes, or that one sees the count. Other end: rwsem_block(). */
	ksync_smp_mb();
	/* ORDER percpu_rwsem.block: acquire. Sees all that writers did. Other
	 * end: rwsem_unblock(). */
	if (!ksync_smp_load_acquire(&sem->ksync__block))
		return true;
	ksync_watch_step("percpu_rwsem.enter");
	ksync__percpu_up_read(sem);
	return false;
}

/* A reader that had to take the closed way: is that still worth it? */
static void rwsem_look(ksync_percpu_rw_semaphore_t *sem, const long *counts)
{
	if (ksync_likely((ksync__percpu_here(BEGAN(counts)) & (LOOKS - 1)) !=
			 1))
		return;
	if (ksync__percpu_sum(BEGAN(counts)) -
		    KSYNC_READ_ONCE(sem->ksync__written) >=
	    OPENS_AFTER)
		rwsem_open_if_idle(sem);
}

bool ksync__percpu_down_read_try(ksync_percpu_rw_semaphore_t *sem)
{
	long *counts = rwsem_counts(sem);

	if (!rwsem_enter(sem, counts)) {
		(void)ksync__task_self();
		rwsem_replace(sem);
		if (KSYNC_READ_ONCE(sem->ksync__block) ||
		    !rwsem_enter(sem, counts))
			return false;
	}
	rwsem_look(sem, counts);
	return true;
}

KSYNC_COLD static int rwsem_read(ksync_percpu_rw_semaphore_t *sem, int kind,
				 ksync_s64 deadline, bool can_fail,
				 const void *where)
{
	struct ksync__request req =
		rwsem_request(sem, kind, deadline, can_fail, where);
	int ret;

	ksync_watch_contended_at(KSYNC__PERCPU_RWSEM(sem), where);
	ret = ksync__rwsem_read(&sem->ksync__writers, &req);
	if (ret)
		return ret;
	/* I4 */
	ksync__percpu_add(BEGAN(sem->ksync__counts), 1);
	ksync__up_read_fast(&sem->ksync__writers);
	return 0;
}

void ksync__percpu_down_read_slow(ksync_percpu_rw_semaphore_t *sem)
{
	if (!ksync__percpu_down_read_try(sem))
		(void)rwsem_read(sem, KSYNC__UNINTERRUPTIBLE, KSYNC__NEVER,
				 false, KSYNC__CALLER());
}

int ksync__percpu_down_read_kind_slow(ksync_percpu_rw_semaphore_t *sem,
				      int kind)
{
	if (ksync__percpu_down_read_try(sem))
		return 0;
	return rwsem_read(sem, kind, KSYNC__NEVER, true, KSYNC__CALLER());
}

int ksync__percpu_down_read_timeout_slow(ksync_percpu_rw_semaphore_t *sem,
					 long timeout)
{
	if (ksync__percpu_down_read_try(sem))
		return 0;
	return rwsem_read(sem, KSYNC__UNINTERRUPTIBLE,
			  ksync__deadline_of_jiffies(timeout), true,
			  KSYNC__CALLER());
}

int ksync__percpu_down_read_until_slow(ksync_percpu_rw_semaphore_t *sem,
				       ksync_s64 deadline)
{
	if (ksync__percpu_down_read_try(sem))
		return 0;
	return rwsem_read(sem, KSYNC__UNINTERRUPTIBLE, deadline, true,
			  KSYNC__CALLER());
}

KSYNC_COLD void ksync__percpu_up_read_wake(ksync_percpu_rw_semaphore_t *sem)
{
	struct ksync_task *waiter = KSYNC_READ_ONCE(sem->ksync__waiter);

	if (waiter)
		ksync__unpark(waiter);
}

KSYNC_COLD void ksync__percpu_up_read_stranger(ksync_percpu_rw_semaphore_t *sem)
{
	ksync__misuse("percpu_rwsem", sem,
		      "released by a reader, but nobody has taken it",
		      "up_read() once for each down_read()", KSYNC__CALLER(),
		      KSYNC_HOLDER_NONE);
}

/* ---- writers ---- */

/* Holding "writers": newcomers do not read from here on: I2. */
static void rwsem_block(ksync_percpu_rw_semaphore_t *sem)
{
	KSYNC_WRITE_ONCE(sem->ksync__block, WAITS);
	ksync_watch_step("percpu_rwsem.block");
	if (!(KSYNC_READ_ONCE(sem->ksync__closed) & CLOSED))
		ksync__percpu_close(&sem->ksync__closed, CLOSED);
	/* ORDER percpu_rwsem.enter: full. Other end: rwsem_enter(). */
	ksync_smp_mb();
}

/* Does anybody read? More ends than beginnings are put right. */
static bool rwsem_is_read(ksync_percpu_rw_semaphore_t *sem,
			  const struct ksync__request *req)
{
	long *counts = sem->ksync__counts;
	long began;
	long readers = rwsem_readers(counts, &began);

	if (ksync_unlikely(readers < 0)) {
		ksync__percpu_add(BEGAN(counts), -readers);
		began -= readers;
		ksync__misuse("percpu_rwsem", sem,
			      "released by more readers than have taken it",
			      "up_read() once for each down_read()", req->where,
			      KSYNC_HOLDER_NONE);
	}
	/* Where it was read last: for who opens. */
	KSYNC_WRITE_ONCE(sem->ksync__written, began);
	return readers > 0;
}

/* A reader that runs will be over soon. */
static bool rwsem_spin(ksync_percpu_rw_semaphore_t *sem,
		       struct ksync__request *req)
{
	bool over;

	if (!ksync__wait_may_spin_for_event(&req->wait))
		return false;
	do {
		over = !rwsem_is_read(sem, req);
	} while (!over && ksync__wait_spin(&req->wait, &sem->ksync__block));
	ksync__wait_spun(&req->wait, over);
	return over;
}

/* Sleep until a reader ends, or nothing happens for as long as one may. */
static void rwsem_sleep(ksync_percpu_rw_semaphore_t *sem,
			struct ksync__request *req, bool *told)
{
	long *counts = sem->ksync__counts;
	long before = ksync__percpu_sum(ENDED(counts));

	if (!ksync__park(req->wait.self,
			 ksync__owner_look_at(&req->wait,
					      KSYNC__OWNER_CHECK_NS)) ||
	    *told || ksync__wait_over(&req->wait) ||
	    ksync__percpu_sum(ENDED(counts)) != before)
		return;
	*told = true;
	ksync__owner_unknown(req, true);
}

/* Until nobody reads. 0, or why it gives up. */
static int rwsem_wait(ksync_percpu_rw_semaphore_t *sem,
		      struct ksync__request *req)
{
	bool told = false;
	int ret = 0;

	if (!rwsem_is_read(sem, req) || rwsem_spin(sem, req))
		return 0;
	ksync_watch_contended_at(KSYNC__PERCPU_RWSEM(sem), req->where);
	KSYNC_WRITE_ONCE(sem->ksync__waiter, req->wait.self);
	/* ORDER percpu_rwsem.waiter: heavy. Other end:
	 * ksync__percpu_up_read(). */
	ksync__percpu_fence();
	ksync_watch_step("percpu_rwsem.wait");
	while (rwsem_is_read(sem, req)) {
		ret = req->wait.deadline == KSYNC__NO_TIME ?
			      -EINVAL :
			      ksync__wait_over(&req->wait);
		if (ret)
			break;
		rwsem_sleep(sem, req, &told);
	}
	KSYNC_WRITE_ONCE(sem->ksync__waiter, (struct ksync_task *)NULL);
	return ret;
}

static int rwsem_write(ksync_percpu_rw_semaphore_t *sem, int kind,
		       ksync_s64 deadline, bool can_fail, const void *where)
{
	struct ksync__request req =
		rwsem_request(sem, kind, deadline, can_fail, where);
	int ret;

	(void)rwsem_counts(sem);
	rwsem_replace(sem);
	ret = ksync__rwsem_write(&sem->ksync__writers, &req);
	if (ret)
		return ret;
	rwsem_block(sem);
	ret = rwsem_wait(sem, &req);
	if (ret)
		rwsem_unblock(sem);
	else
		KSYNC_WRITE_ONCE(sem->ksync__block, WRITES);
	return ret;
}

void ksync__percpu_down_write(ksync_percpu_rw_semaphore_t *sem)
{
	(void)rwsem_write(sem, KSYNC__UNINTERRUPTIBLE, KSYNC__NEVER, false,
			  KSYNC__CALLER());
}

int ksync__percpu_down_write_kind(ksync_percpu_rw_semaphore_t *sem, int kind)
{
	return rwsem_write(sem, kind, KSYNC__NEVER, true, KSYNC__CALLER());
}

int ksync__percpu_down_write_timeout(ksync_percpu_rw_semaphore_t *sem,
				     long timeout)
{
	return rwsem_write(sem, KSYNC__UNINTERRUPTIBLE,
			   ksync__deadline_of_jiffies(timeout), true,
			   KSYNC__CALLER());
}

int ksync__percpu_down_write_until(ksync_percpu_rw_semaphore_t *sem,
				   ksync_s64 deadline)
{
	return rwsem_write(sem, KSYNC__UNINTERRUPTIBLE, deadline, true,
			   KSYNC__CALLER());
}

void ksync__percpu_up_write(ksync_percpu_rw_semaphore_t *sem)
{
	unsigned long owner = KSYNC_READ_ONCE(sem->ksync__writers.owner);

	if (ksync_unlikely(owner != ksync__self)) {
		ksync__owner_stranger("percpu_rwsem", sem, owner,
				      KSYNC__CALLER());
		return;
	}
	rwsem_unblock(sem);
}

/* ---- looks ---- */

bool ksync_percpu_is_read_locked(const ksync_percpu_rw_semaphore_t *sem)
{
	const long *counts = rwsem_made(sem);
	long began;

	return counts && rwsem_readers(counts, &began) > 0 &&
	       !ksync_percpu_is_write_locked(sem);
}

KSYNC_COLD void
ksync__percpu_rwsem_assert(const ksync_percpu_rw_semaphore_t *sem)
{
	if (!ksync_percpu_is_write_locked(sem) &&
	    !ksync_percpu_is_read_locked(sem))
		ksync__misuse("percpu_rwsem", sem,
			      "asserted to be held, but it is free",
			      "take it around this code", KSYNC__CALLER(),
			      KSYNC_HOLDER_NONE);
}
