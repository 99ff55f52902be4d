/* SPDX-License-Identifier: MIT */
/*
 * The explorer's insides, shared by its files:
 *
 *	explore_search.c	which step comes next, in which execution
 *	explore_memory.c	what a load may read
 *	explore_fences.c	what full fences forbid it
 *	explore_wait.c		sleeping, spinning, membarrier, time
 *	explore_shadow.c	plain accesses: races, lifetimes
 *	explore_hooks.c		what the compiler calls before each of them
 *	explore_fiber.c		threads as stacks that take turns
 *	explore_print.c		the table of a failed execution
 *	explore_symbols.c	names of static objects
 *	explore_outcomes.c	what the executions of a test said
 *	explore_states.c	final states, to compare two searches
 *	explore_main.c		the command line
 *
 * All state is in one structure outside the program's static data, which is put
 * back before each execution.
 */
#ifndef EXPLORE_ENGINE_H
#define EXPLORE_ENGINE_H

#include <setjmp.h>
#include <string.h>

#include "explore.h"

/* Setup and finish run as a thread of their own, which is never scheduled. */
#define MAIN EXPLORE_THREADS
#define IDENTITIES (EXPLORE_THREADS + 1)

#define MAX_LOCATIONS 96
#define MAX_MESSAGES 250
#define MAX_STEPS 3000
#define MAX_FENCES 64
#define MAX_PRIVATE 16

/*
 * What a step touches: a bit for each location, and for what is not memory. Two
 * steps of different threads may be exchanged unless one writes what the other
 * touches.
 */
__extension__ typedef unsigned __int128 footprint;
#define TOUCH(location) ((footprint)1 << (location))
#define TOUCH_HEAVY ((footprint)1 << 127) /* membarrier, its light half */
#define TOUCH_CLOCK ((footprint)1 << 126)
#define TOUCH_SETTLED ((footprint)1 << 125)  /* all memory, for a nap */
#define TOUCH_SPURIOUS ((footprint)1 << 124) /* how many may still come */

/*
 * What a thread, or the reader of a message, knows. A message's place in its
 * location's order is a number; 0 is the location's first.
 */
struct view {
	uint32_t seen[MAX_LOCATIONS]; /* the newest message known */
	uint16_t epoch[IDENTITIES];   /* what happens before, of each */
	uint64_t fences;	      /* full ones that happen before */
};

/* A full fence. */
struct fence {
	uint64_t earlier;	      /* those that stand before it */
	uint32_t seen[MAX_LOCATIONS]; /* the newest message known to it */
};

/* A store. */
struct message {
	uint64_t value;
	struct view view; /* what its reader may acquire */
	uint32_t at;
	uint64_t fences; /* that happen before it */
	int step;	 /* number of the step that stored it */
	uint8_t thread;
	bool follows; /* nothing can come between the one before */
	bool plain;   /* the value is what is in memory now */
	bool again;   /* stored twice: nobody else comes next */
};

struct location {
	int size;
	int count;
	struct message *message; /* in their order, oldest first */
	struct view queue;	 /* seen by those who woke or slept */
	int reads;
	struct {
		uint32_t at;	 /* of the message */
		uint64_t fences; /* that happen before its readers */
	} read[MAX_MESSAGES];
};

enum thread_state { RUNNABLE, ASLEEP, HUNG, DONE };

struct thread {
	struct view now;	/* what has happened before */
	struct view acquirable; /* what an acquire fence would add */
	struct view released;	/* what a relaxed store passes on */
	struct view light;	/* what light barriers have shown */
	enum thread_state state;

	/* The next step. */
	footprint reads, writes;
	int await; /* location that must have news, or -1 */
	bool await_bounded;
	int waited;	    /* for this, and did nothing since; or -1 */
	bool interrupted;   /* since its section began */
	int loaded;	    /* location of its last load, */
	uint32_t loaded_at; /* and the message */

	/* Asleep. */
	uint32_t *word;
	int64_t deadline;
	int arrival; /* who sleeps longest is woken first */
	bool woken;
	struct view asleep_since; /* of all memory, when it fell asleep */
	const char *hung;

	/* The number of each thread's last step that is before, plus one. */
	uint16_t past[EXPLORE_THREADS];

	void (*at_exit)(int thread);
	void *frame;   /* of the engine's function that it is in */
	jmp_buf turn;  /* where it goes on */
	jmp_buf entry; /* where it begins anew */
	char *stack;
	void *bottom; /* the context that made it */
};

/* An object of which each thread has its own. */
#define MAX_OWN 4
#define OWN_SIZE 512
struct own {
	void *addr;
	size_t size;
	char initial[OWN_SIZE];
	char of[IDENTITIES][OWN_SIZE];
};

/* One step, and what was tried in its place. Sets of threads are bits. */
struct step {
	uint8_t thread;
	uint8_t enabled;
	uint8_t backtrack; /* to be tried */
	uint8_t done;	   /* tried */
	uint8_t sleep;	   /* tried before, and nothing changed since */
	uint16_t option;   /* which of the step's */
	uint16_t options;  /* so many */
	footprint reads, writes;
	uint16_t past[EXPLORE_THREADS];
};

/* A membarrier between its call and its return. */
struct heavy {
	uint8_t waits_for;    /* threads that did not take part yet */
	int began;	      /* number of the step */
	struct view before;   /* what its caller had seen */
	struct view gathered; /* what the others have */
};

enum ending {
	COMPLETE,
	STUCK,	   /* some thread waits for ever */
	REDUNDANT, /* other executions cover it */
	FAILED,
};

#define MESSAGE_LENGTH 400

struct engine {
	const struct explore_test *test;
	bool every_order; /* no reduction: to check the reduction */
	bool sampling;	  /* random executions, one independent of the other */
	uint64_t random;  /* state of the choices of these */
	int bound;

	/* The search. */
	struct step steps[MAX_STEPS];
	int length;
	int prefix;	       /* steps that are as in the last execution */
	unsigned int to_sleep; /* threads of test->asleep that do not yet */
	int fixed;	       /* steps before they did, not searched */
	enum ending ending;
	char failure[MESSAGE_LENGTH];
	uintptr_t blame[2]; /* code that the failure is about */
	char outcome[MESSAGE_LENGTH];
	int races[MAX_STEPS];
	unsigned long executions, redundant;
	int longest;
	/* If not NULL: the threads and options to follow. */
	const char *script;
	int script_left; /* steps of its current letter */
	bool starting;	 /* each thread goes up to its first step */
	char *data;	 /* the program's static data, */
	size_t data_size;
	char *data_saved; /* and how it was at first */

	/* The execution. */
	struct thread thread[IDENTITIES];
	int running;
	int acting; /* whom MAIN stands for */
	int owns;
	struct own own[MAX_OWN];
	void (*fiber_body)(int thread);
	jmp_buf abandon; /* MAIN's way out of a failed setup or finish */

	/* Memory. */
	int locations;
	uintptr_t address[MAX_LOCATIONS];
	struct location location[MAX_LOCATIONS];
	int candidate[MAX_MESSAGES];
	struct {
		uintptr_t addr;
		int thread;
	} private[MAX_PRIVATE];
	int privates;
	struct fence fence[MAX_FENCES];
	int fences;
	struct view settled; /* visible to all since a nap */

	/* The system. */
	struct heavy heavy[EXPLORE_THREADS];
	struct view after_heavy[EXPLORE_THREADS];
	bool barrier_gone;
	int64_t clock;
	int clock_jumps;
	int spurious;
	int arrivals;

	struct shadow *shadow;
	const char *file; /* the program's, mapped */
	/* The story of one execution, while it is told. */
	struct story *story;
	bool telling;
};

extern struct engine *ex;

static inline struct thread *running_thread(void)
{
	return &ex->thread[ex->running];
}

/* First in each function that a test's code calls: where that code is. */
#define EXPLORE_ENTER() (running_thread()->frame = __builtin_frame_address(0))

struct outcomes;
struct states;

/* explore_search.c: a step begins when it is its turn, may choose among
 * options once, and ends with what it really touched. */
void step_begin(footprint reads, footprint writes);
int step_choose(int options);
void step_end(footprint reads, footprint writes);
_Noreturn void search_redundant(void);
/* The running thread has no next step. */
void thread_stop(enum thread_state state);
/* Is the step with that number, of that thread, before the next one? */
bool step_is_past(int thread, int number);
/* Is it before that other step? */
bool step_is_before(int thread, int number, int step);
/*
 * After so many steps, a sleeper is woken, or stays to the end: it did not wake
 * for no reason, maybe as another had the last such wake-up. That is a race, as
 * if its own step were the next.
 */
void search_sleeper_stays(int thread, int number);
/* Run one execution. */
void search_run(void);
/* A thread's whole life, from bottom to end of its stack. */
void search_thread(int thread);
double search_progress(void);
/* All executions, up to one that fails; or go_on() ends it. */
void search_all(const struct explore_test *test, struct outcomes *seen,
		struct states *states, bool (*go_on)(void *arg), void *arg);
/* So many executions at random, up to one that fails. */
void search_sample(const struct explore_test *test, unsigned long count);

/* explore_memory.c */
void memory_reset(void);
int memory_location(const volatile void *p, size_t size);
bool memory_has_news(int location, const struct thread *t);
void memory_queue_pass(int location);
void memory_add(int location, uint64_t value);
uint64_t memory_queue_read(int location);
void memory_plain_write(uintptr_t addr, size_t size);
void memory_forget(uintptr_t from, uintptr_t to);
void memory_begin_threads(void);
void memory_new_epoch(struct thread *self);
void memory_end_threads(void);
struct view memory_newest(void);
/* The running thread is alone: no other stores anything again. */
void memory_alone(void);
void view_join(struct view *to, const struct view *from);
/* Without what happens before: the order of stores only. */
void view_join_seen(struct view *to, const struct view *from);

/* explore_fences.c */
void fences_reset(void);
void fences_pass(struct thread *t);
bool fences_allow(const struct thread *t, int location, uint32_t at);
void fences_note_ignored(const struct thread *t, int location, uint32_t at);
void fences_note_read(const struct thread *t, int location, uint32_t at);

/* explore_wait.c */
void wait_reset(void);
bool wait_is_over(const struct thread *t);
/* Nobody can go on: fail, and say why. */
_Noreturn void wait_explain(void);

/* explore_shadow.c */
enum access { PLAIN_READ, PLAIN_WRITE, ATOMIC_READ, ATOMIC_WRITE };
#define ACCESSES 4
void shadow_start(void);
void shadow_reset(void);
void shadow_access(enum access access, const volatile void *p, size_t size);
void shadow_frame_end(uintptr_t dead_below);
/* The others are gone: what they have read may be overwritten, and what they
 * have stored atomically is whole. */
void shadow_alone(void);
void shadow_leaks(void);
/* How far into explore_alloc()'s memory is that? -1: it is elsewhere. */
long shadow_offset(uintptr_t addr);

/* explore_fiber.c */
#define STACK_SIZE (64 * 1024)
void fiber_start(void (*body)(int thread));
void fiber_reset(void);
void fiber_enter(int thread);
void fiber_switch(int thread);
/* MAIN stands for this thread from now on. */
void fiber_act(int thread);
/* Is this address one thread's own, though all use it? */
bool fiber_owns(uintptr_t addr);

/* explore_states.c */
struct states {
	uint64_t *slot;
	size_t size;
	size_t count;
};
void states_note(struct states *s);
bool states_same(const struct states *a, const struct states *b);
void states_free(struct states *s);

/* explore_outcomes.c */
struct outcomes {
	char **slot;
	size_t size;
	size_t count;
};
bool outcomes_has(const struct outcomes *o, const char *text);
void outcomes_add(struct outcomes *o, const char *text);
const char *outcomes_next(const struct outcomes *o, size_t *place);
void outcomes_print(const struct outcomes *o);
void outcomes_free(struct outcomes *o);

/* explore_symbols.c */
bool symbol_name(uintptr_t addr, char *text, size_t size);

/* explore_print.c */
void print_reset(void);
void print_line_add(const char *order, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* What the running thread just did. */
#define print_tell(...)                              \
	do {                                         \
		if (ex->telling)                     \
			print_line_add(__VA_ARGS__); \
	} while (0)
const char *print_value(uint64_t value);
const char *print_place(const volatile void *addr);
char *print_script(void);
void print_failure(const char *program, const char *script);

#endif
