/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                             \
	"a unit is in one place, a descriptor that is told of one has it, "   \
	"whoever takes it sees what was done before, and what was closed is " \
	"not touched"

#include <poll.h>
#include <string.h>

#include <ksync/ksync.h>

#include "stress.h"

/* The other thread may have stopped: false when time is over. That nothing came
 * for a while is no progress. */
static bool poll_for(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	unsigned int turn = 0;

	while (poll(&p, 1, 20) == 0)
		if (!stress_wait(&turn))
			return false;
	return true;
}

/* ---- one unit passes on what lies beside it, one by a descriptor ---- */

static ksync_semaphore_t there;
static ksync_completion_t back;
static unsigned long passed; /* plain: whose unit it is may touch it */

static void before_pass(void)
{
	ksync_sema_init(&there, 1);
	ksync_init_completion(&back);
	passed = 0;
}

static void pass(struct stress_thread *self)
{
	ksync_unit_fd_t f;

	stress_require(!(self->index ?
				 ksync_unit_fd_open_completion(&f, &back) :
				 ksync_unit_fd_open_semaphore(&f, &there)),
		       "no descriptor");
	while (stress_on(self)) {
		if (!ksync_unit_fd_take(&f)) {
			if (!poll_for(f.fd))
				break;
			continue;
		}
		passed++;
		if (self->index)
			ksync_up(&there);
		else
			ksync_complete(&back);
	}
	ksync_unit_fd_close(&f);
}

/* ---- one unit as a lock, by threads and by descriptors that come ---- */

static ksync_semaphore_t door;
static unsigned long inside; /* plain */

static void before_door(void)
{
	ksync_sema_init(&door, 1);
}

static void after_door(void)
{
	stress_require(!ksync_down_trylock(&door), "the unit was lost");
	stress_require(ksync_down_trylock(&door), "there is a unit too many");
}

/* True with the unit, or false: it was closed before. */
static bool take_by_descriptor(struct stress_thread *self)
{
	ksync_unit_fd_t f;
	bool has;

	if (ksync_unit_fd_open_semaphore(&f, &door))
		return false;
	has = ksync_unit_fd_take(&f);
	if (!has && stress_chance(self, 2) && poll_for(f.fd))
		has = ksync_unit_fd_take(&f);
	ksync_unit_fd_close(&f);
	memset(&f, 0x5a, sizeof(f));
	return has;
}

static void crowd(struct stress_thread *self)
{
	bool has;

	while (stress_on(self)) {
		has = stress_chance(self, 2) ? take_by_descriptor(self) :
					       !ksync_down_timeout(&door, 2);
		if (!has)
			continue;
		stress_require(!inside, "two have the one unit");
		inside = 1;
		if (stress_chance(self, 4))
			stress_delay(self);
		inside = 0;
		ksync_up(&door);
	}
}

/* ---- a wait queue's descriptor: each change is seen ---- */

static ksync_wait_queue_head_t changed;
static unsigned long changes; /* relaxed */
static bool over;

static void before_changes(void)
{
	ksync_init_waitqueue_head(&changed);
	changes = passed = 0;
	over = false;
}

static void look(struct stress_thread *self)
{
	unsigned long seen = 0;
	ksync_wait_fd_t f;

	if (self->index) {
		while (stress_on(self)) {
			unsigned long mine = KSYNC_READ_ONCE(changes) + 1;

			KSYNC_WRITE_ONCE(changes, mine);
			ksync_wake_up(&changed);
			/* It has to come: nothing else will wake it. */
			while (stress_on(self) &&
			       ksync_smp_load_acquire(&passed) != mine)
				ksync_cpu_relax();
		}
		ksync_smp_store_release(&over, true);
		ksync_wake_up(&changed);
		return;
	}
	stress_require(!ksync_wait_fd_open(&f, &changed), "no descriptor");
	while (!ksync_smp_load_acquire(&over)) {
		struct pollfd p = { .fd = f.fd, .events = POLLIN };

		(void)poll(&p, 1, -1);
		(void)ksync_wait_fd_clear(&f);
		seen = KSYNC_READ_ONCE(changes);
		ksync_smp_store_release(&passed, seen);
	}
	ksync_wait_fd_close(&f);
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "pass",
		  .threads = 2,
		  .before = before_pass,
		  .body = pass },
		{ .name = "crowd",
		  .threads = 4,
		  .any_number = true,
		  .before = before_door,
		  .body = crowd,
		  .after = after_door },
		{ .name = "look",
		  .threads = 2,
		  .before = before_changes,
		  .body = look },
		{ .name = NULL },
	};

	return stress_main("unit_fd", INVARIANT, scenes);
}
