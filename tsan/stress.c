/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <ksync/watch.h>

#include "stress.h"

#define US 1000LL
#define SECOND (1000000 * US)
#define TICK (10000 * US)
#define MAX_THREADS 256u

/* The builtins themselves: a twin may have weakened <ksync/machine.h>. */
#define LOAD(p) __atomic_load_n(p, __ATOMIC_RELAXED)
#define STORE(p, v) __atomic_store_n(p, v, __ATOMIC_RELAXED)

static struct {
	const char *stem;
	uint64_t seed;
	int64_t stall;
	const char *scene;
	unsigned int threads;
	struct stress_thread thread[MAX_THREADS];
	uint64_t operations;
	bool over;	   /* relaxed */
	unsigned int mood; /* relaxed: see step() */
	uint64_t met;	   /* relaxed: arrivals, and STOP */
} run;

static __thread struct stress_thread *current;

/* What ends a stress unless TSAN_OPTIONS says something else. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
	return "halt_on_error=1:exitcode=66:second_deadlock_stack=1:"
	       "report_thread_leaks=0";
}

int64_t stress_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

static void sleep_for(int64_t ns)
{
	struct timespec length = { .tv_sec = ns / SECOND,
				   .tv_nsec = ns % SECOND };

	nanosleep(&length, NULL);
}

/* How a stress ends when it cannot run at all. */
_Noreturn static void give_up(const char *what)
{
	fprintf(stderr, "%s: %s\n", run.stem, what);
	_exit(2);
}

static void print_progress(void)
{
	fprintf(stderr, "  progress:");
	for (unsigned int i = 0; i < run.threads; i++)
		fprintf(stderr, " %llu%s",
			(unsigned long long)LOAD(&run.thread[i].progress),
			LOAD(&run.thread[i].done) ? " (ended)" : "");
	fprintf(stderr, "\n");
}

_Noreturn void stress_broken(const char *what)
{
	fprintf(stderr, "broken: %s\n  in %s, scene %s, seed %llu\n", what,
		run.stem, run.scene, (unsigned long long)run.seed);
	print_progress();
	fflush(NULL);
	_exit(1);
}

static uint64_t mix(uint64_t x)
{
	x += 0x9E3779B97F4A7C15u;
	x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
	x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
	return x ^ (x >> 31);
}

unsigned int stress_random(struct stress_thread *self, unsigned int limit)
{
	self->random++;
	return (unsigned int)(mix(self->random) >> 33) % limit;
}

bool stress_chance(struct stress_thread *self, unsigned int n)
{
	return stress_random(self, n) == 0;
}

void stress_delay(struct stress_thread *self)
{
	unsigned int kind = stress_random(self, 64);

	if (kind == 0)
		sleep_for((1 + stress_random(self, 2000)) * US);
	else if (kind < 4)
		sleep_for((1 + stress_random(self, 100)) * US);
	else if (kind < 16)
		sched_yield();
}

/*
 * The library calls this where being stopped is interesting. Most places are
 * quick at a time, and each may be slow, or very slow; which ones changes with
 * the mood, every tick. Delays everywhere would keep the threads in step, and
 * few interleavings would be seen.
 */
static void step(const char *place)
{
	unsigned int heat = LOAD(&run.mood);

	if (!current)
		return;
	while (*place)
		heat = (heat ^ (unsigned char)*place++) * 16777619u;
	switch (heat >> 29) {
	case 0:
	case 1:
		stress_delay(current);
		break;
	case 2:
		if (stress_chance(current, 4))
			sleep_for((1 + stress_random(current, 2000)) * US);
	}
}

bool stress_on(struct stress_thread *self)
{
	STORE(&self->progress, self->progress + 1);
	return !LOAD(&run.over);
}

bool stress_wait(unsigned int *turn)
{
	if (++*turn < 100)
		sched_yield();
	else
		sleep_for(*turn < 200 ? 50 * US : 500 * US);
	return !LOAD(&run.over);
}

/*
 * Arrivals only count up, and who completes a round decides for all of it
 * whether it is the last.
 */
bool stress_meet(struct stress_thread *self)
{
	const uint64_t STOP = (uint64_t)1 << 63;
	uint64_t seen = LOAD(&run.met);
	uint64_t goal, next;
	unsigned int turn = 0;

	(void)stress_on(self);
	do {
		next = seen + 1;
		if (next % self->threads == 0 && LOAD(&run.over))
			next |= STOP;
	} while (!__atomic_compare_exchange_n(
		&run.met, &seen, next, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	goal = seen - seen % self->threads + self->threads;
	while (((seen = LOAD(&run.met)) & ~STOP) < goal)
		(void)stress_wait(&turn);
	return !(seen & STOP);
}

void stress_publish(unsigned int *word, unsigned int value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}

bool stress_await(const unsigned int *word, unsigned int value)
{
	unsigned int turn = 0;

	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) != value)
		if (!stress_wait(&turn))
			return false;
	return true;
}

struct stress_child {
	pthread_t id;
	struct stress_thread thread;
	void (*body)(struct stress_thread *self, void *arg);
	void *arg;
};

static void *child_run(void *arg)
{
	struct stress_child *child = arg;

	current = &child->thread;
	child->body(&child->thread, child->arg);
	return NULL;
}

struct stress_child *
stress_spawn(struct stress_thread *parent,
	     void (*body)(struct stress_thread *self, void *arg), void *arg)
{
	struct stress_child *child = calloc(1, sizeof(*child));

	if (!child)
		give_up("no memory");
	parent->random++;
	child->thread.random = mix(parent->random);
	child->body = body;
	child->arg = arg;
	if (pthread_create(&child->id, NULL, child_run, child))
		give_up("no thread");
	return child;
}

void stress_join(struct stress_child *child)
{
	pthread_join(child->id, NULL);
	free(child);
}

/* Until all threads have ended: tell the time, and look for stalls. */
static void watch(int64_t end)
{
	static uint64_t seen[MAX_THREADS];
	static int64_t since[MAX_THREADS];
	int64_t last = stress_clock();
	bool alive = true;

	for (unsigned int i = 0; i < run.threads; i++)
		since[i] = last;
	while (alive) {
		int64_t now, late;

		sleep_for(TICK);
		now = stress_clock();
		/* What holds the watchdog up also holds up the watched. */
		late = now - last - TICK;
		last = now;
		STORE(&run.mood, (unsigned int)mix(run.seed + (uint64_t)now));
		if (now >= end)
			STORE(&run.over, true);
		alive = false;
		for (unsigned int i = 0; i < run.threads; i++) {
			uint64_t progress = LOAD(&run.thread[i].progress);

			if (LOAD(&run.thread[i].done))
				continue;
			alive = true;
			since[i] = progress != seen[i] ? now : since[i] + late;
			seen[i] = progress;
			if (now - since[i] > run.stall)
				stress_broken("stall: a thread makes no "
					      "progress");
		}
	}
}

static const struct stress_scene *playing;

static void *thread_run(void *arg)
{
	struct stress_thread *self = arg;

	current = self;
	playing->body(self);
	STORE(&self->done, true);
	return NULL;
}

static void play(const struct stress_scene *scene, unsigned int threads,
		 int64_t length)
{
	static uint64_t scenes;
	pthread_t id[MAX_THREADS];
	int64_t end = stress_clock() + length;

	playing = scene;
	run.scene = scene->name;
	run.threads = threads;
	run.over = false;
	run.met = 0;
	scenes++;
	if (scene->before)
		scene->before();
	for (unsigned int i = 0; i < threads; i++)
		run.thread[i] = (struct stress_thread){
			.index = i,
			.threads = threads,
			.random = mix(run.seed ^ mix(scenes << 32 | i)),
		};
	for (unsigned int i = 0; i < threads; i++)
		if (pthread_create(&id[i], NULL, thread_run, &run.thread[i]))
			give_up("no thread");
	watch(end);
	for (unsigned int i = 0; i < threads; i++) {
		pthread_join(id[i], NULL);
		run.operations += run.thread[i].progress;
	}
	if (scene->after)
		scene->after();
}

static const char *setting(const char *name, const char *otherwise)
{
	const char *found = getenv(name);

	return found && *found ? found : otherwise;
}

static bool chosen(const struct stress_scene *scene)
{
	const char *only = setting("KSYNC_STRESS_SCENE", scene->name);

	return strcmp(only, scene->name) == 0;
}

int stress_main(const char *stem, const char *invariant,
		const struct stress_scene *scenes)
{
	double seconds = atof(setting("KSYNC_STRESS_SECONDS", "2"));
	unsigned int threads =
		(unsigned int)atoi(setting("KSYNC_STRESS_THREADS", "0"));
	unsigned int count = 0;

	run.stem = stem;
	run.stall = (int64_t)(atof(setting("KSYNC_STRESS_STALL", "5")) *
			      (double)SECOND);
	run.seed = strtoull(setting("KSYNC_STRESS_SEED", "0"), NULL, 0);
	if (!run.seed)
		run.seed = mix((uint64_t)stress_clock()) >> 32;
	if (threads > MAX_THREADS)
		give_up("KSYNC_STRESS_THREADS is too large");
	for (const struct stress_scene *s = scenes; s->name; s++)
		count += chosen(s);
	if (seconds <= 0 || !count)
		give_up("no time, or no such scene");

	printf("%s: %s\nseed %llu, %g seconds\n", stem, invariant,
	       (unsigned long long)run.seed, seconds);
	fflush(stdout);
#if KSYNC_STEPS
	ksync__step_hook = step;
#else
	(void)step;
#endif
	for (const struct stress_scene *s = scenes; s->name; s++)
		if (chosen(s))
			play(s, threads && s->any_number ? threads : s->threads,
			     (int64_t)(seconds * (double)SECOND) / count);
	printf("ok %s %llu operations, seed %llu\n", stem,
	       (unsigned long long)run.operations,
	       (unsigned long long)run.seed);
	return 0;
}
