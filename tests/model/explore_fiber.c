/* SPDX-License-Identifier: MIT */
/*
 * Threads as stacks that take turns on one real thread. A stack is entered once
 * through ucontext, which makes system calls; from then on turns change by
 * longjmp, and a thread begins anew by a jump to its bottom, which abandons
 * what was above.
 */
#define _GNU_SOURCE
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "explore_engine.h"

void explore_per_thread(void *addr, size_t size)
{
	struct own *own = &ex->own[ex->owns++];

	if (ex->owns > MAX_OWN || size > sizeof(own->initial))
		abort();
	own->addr = addr;
	own->size = size;
	memcpy(own->initial, addr, size);
}

/* The program's __thread objects are one. */
static int thread_locals(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	(void)data;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_TLS)
			explore_per_thread(info->dlpi_tls_data,
					   info->dlpi_phdr[i].p_memsz);
	return 1; /* the first is the program itself */
}

bool fiber_owns(uintptr_t addr)
{
	for (int i = 0; i < ex->owns; i++)
		if (addr - (uintptr_t)ex->own[i].addr < ex->own[i].size)
			return true;
	return false;
}

/* The objects that each thread has for itself: from one's to another's. */
static void own_exchange(int from, int to)
{
	for (int i = 0; i < ex->owns; i++) {
		struct own *own = &ex->own[i];

		memcpy(own->of[from], own->addr, own->size);
		memcpy(own->addr, own->of[to], own->size);
	}
}

void fiber_act(int thread)
{
	own_exchange(ex->acting, thread);
	ex->acting = thread;
}

void fiber_switch(int thread)
{
	int from = ex->running;

	if (_setjmp(ex->thread[from].turn))
		return;
	own_exchange(from, thread);
	ex->running = thread;
	_longjmp(ex->thread[thread].turn, 1);
}

/* The bottom of a thread's stack. */
static void fiber_bottom(int thread)
{
	if (_setjmp(ex->thread[thread].entry) == 0)
		setcontext(ex->thread[thread].bottom);
	ex->fiber_body(ex->running);
	abort();
}

static void fiber_make(int thread)
{
	struct thread *t = &ex->thread[thread];
	ucontext_t here, there;

	t->stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (t->stack == MAP_FAILED)
		abort();
	t->bottom = &here;
	getcontext(&there);
	there.uc_stack.ss_sp = t->stack;
	there.uc_stack.ss_size = STACK_SIZE;
	there.uc_link = NULL;
	makecontext(&there, (void (*)(void))fiber_bottom, 1, thread);
	swapcontext(&here, &there);
}

void fiber_start(void (*body)(int thread))
{
	ex->fiber_body = body;
	dl_iterate_phdr(thread_locals, NULL);
	for (int i = 0; i < EXPLORE_THREADS; i++)
		fiber_make(i);
}

/* Run a thread from its beginning, until somebody switches back to MAIN. */
void fiber_enter(int thread)
{
	if (_setjmp(ex->thread[MAIN].turn))
		return;
	own_exchange(MAIN, thread);
	ex->running = thread;
	_longjmp(ex->thread[thread].entry, 1);
}

void fiber_reset(void)
{
	ex->running = MAIN;
	ex->acting = MAIN;
	for (int i = 0; i < ex->owns; i++) {
		struct own *own = &ex->own[i];

		for (int t = 0; t < IDENTITIES; t++)
			memcpy(own->of[t], own->initial, own->size);
		memcpy(own->addr, own->initial, own->size);
	}
}
