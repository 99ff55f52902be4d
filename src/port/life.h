/* SPDX-License-Identifier: MIT */
/*
 * The library's life in a process: its start, a fork, the exit of threads, its
 * unload. One place registers for them with the system and tells the parts:
 *
 *	start          from the ground up  once, or more often: I1 in life.c
 *	fork: prepare  from the top down   in the forking thread
 *	      parent   from the ground up  in the forking thread
 *	      child    from the ground up  in whoever notices first
 *	thread exit    from the top down   in each round of destructors
 *	unload         from the top down   of a copy inside a plugin
 *
 * A part enters by KSYNC__LIFE_PART(); the linker makes the table of those that
 * are in the program, so nothing is there for a family that nobody uses. There
 * is no order between the parts of one floor.
 *
 * Constructors of others may run before the library's own, and so may threads
 * that they make: whoever makes a record calls ksync__life_start() first.
 *
 * The program's own fork handlers may run on either side of ours: the system
 * calls them in the order of their registration. So
 *  - between prepare() and parent() or child() the forking thread may do all
 *    that a thread does: lock and unlock, make its record, read, wait;
 *  - between them others may hold what that thread waits for. Nobody may wait
 *    without bound for a prepared fork to be over, nor prepare() for others;
 *  - child() is called before the child's first look at a record, be that in
 *    the program's handlers. Without a prepare() if the process was copied by
 *    _Fork() or clone(): then what others had locked is locked in the child.
 * In all of these asynchronous signals are blocked, but not in start().
 */
#ifndef KSYNC_SRC_LIFE_H
#define KSYNC_SRC_LIFE_H

#include <ksync/types.h>

/* From the ground up: docs/floors.md. */
enum ksync__floor {
	KSYNC__FLOOR_PORT,
	KSYNC__FLOOR_TASK,
	KSYNC__FLOOR_WATCH,
	KSYNC__FLOOR_WORD,
	KSYNC__FLOOR_QUEUE,
	KSYNC__FLOOR_SLEEP,
	KSYNC__FLOOR_DEFER,
	KSYNC__FLOOR_OBJECT,
	KSYNC__FLOORS,
};

/* What a part does not need is NULL. */
struct ksync__life_part {
	enum ksync__floor floor;
	/* May run in two threads at once, and again: it changes nothing then */
	void (*start)(void);
	void (*prepare)(void);
	void (*parent)(void);
	/* The process was copied; prepared: after prepare() in this thread. */
	void (*child)(bool prepared);
	/*
	 * The calling thread exits. Destructors of others may use the library
	 * afterwards; after the last call nobody will be told of this thread
	 * any more. A thread that is first used in its destructors is not told
	 * which call is the last.
	 */
	void (*thread_exit)(bool last);
	/* The code goes away: nobody is in it, but threads that were may run
	 * on, and their thread-local data is as they left it. */
	void (*unload)(void);
	/* Of a task reference: see ksync__copies_ask(). */
	int (*holder)(unsigned long ref);
	/* Who waits for a word, in this copy: see ksync__copies_wake(). */
	void (*wake)(const void *word, int bit);
	/* Something that cleans up could not be registered. */
	void (*failed)(const char *what, const char *advice);
};

#if defined(__has_attribute)
#if __has_attribute(retain)
#define KSYNC__RETAIN , retain
#endif
#endif
#ifndef KSYNC__RETAIN
#define KSYNC__RETAIN
#endif

/* Idempotent; cheap once done. */
void ksync__life_start(void);

/*
 * The table has pointers, between which no compiler leaves a gap. The second
 * object takes life.c along out of an archive.
 */
#define KSYNC__LIFE_PART(part)                                              \
	static const struct ksync__life_part *part##_entry                  \
		__attribute__((section("ksynclife"), used KSYNC__RETAIN)) = \
			&part;                                              \
	static void (*const part##_starts)(void)                            \
		__attribute__((used)) = ksync__life_start

/* The process may be a fork's child that has not noticed. */
void ksync__life_see_fork(void);

/*
 * Have thread_exit() called for the calling thread. False if it cannot be: it
 * is after the last call, there is no memory, the library was unloaded. What
 * the thread leaves behind is then found by those who look at it. May call
 * malloc(), and the program's report hook.
 */
bool ksync__life_watch_thread(void);

/*
 * Is a thread whose very first use of the library is in a destructor told of
 * its end, in whichever round that was? Not if the program has so many keys
 * that some have their destructors called after ours.
 */
bool ksync__life_is_told_last(void);

/*
 * Can this code go away while threads that used it run on? Then they may leave
 * nothing in another library that only this code would take out again.
 */
bool ksync__life_can_unload(void);

/*
 * A small number that no other copy of the library in this process has, so
 * that what one makes is not taken for another's. After ksync__life_start().
 */
unsigned int ksync__life_copy(void);

/* What other copies know of this one. Later versions append to it. */
struct ksync__copy {
	ksync_u32 size;
	ksync_u32 number; /* all ones: it has not started */
	int (*holder)(unsigned long ref);
	ksync_u32 checked; /* KSYNC_CHECKED */
	ksync_u32 others;  /* 1: there are, or were. By whoever starts later */
	void (*wake)(const void *word, int bit);
};

/*
 * The symbol that a link of both archives defines twice: its name is what the
 * linker says then.
 */
#define KSYNC__COPY_SYMBOL "ksync_and_ksync_checked_in_one_program"
extern struct ksync__copy ksync__copy __asm__(KSYNC__COPY_SYMBOL);

/*
 * copies.c: does not return if another copy's locks have another layout, that
 * of ksync::checked or of ksync::ksync. Says which, and where both are.
 */
void ksync__copies_agree(void);

/*
 * copies.c: wake those who wait for a word's bit in other copies of the
 * library, if ksync__copy.others says that there are some: what is found by an
 * address is found in each copy's own table. Looks at all objects.
 */
void ksync__copies_wake(const void *word, int bit);

/*
 * copies.c: have another copy, whose number's bits in the mask are these, say
 * to which thread this reference belongs: its id, or -1 if it is gone, or if
 * there is no such copy. Looks at all objects that are loaded.
 */
int ksync__copies_ask(unsigned int number, unsigned int mask,
		      unsigned long ref);

#endif
