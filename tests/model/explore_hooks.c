/* SPDX-License-Identifier: MIT */
/*
 * What the compiler calls before each plain access under -fsanitize=thread.
 * There is no runtime behind it but this.
 */
#include <string.h>

#include "explore_engine.h"

#define HOOK(name, access, size)                \
	void name(void *p);                     \
	void name(void *p)                      \
	{                                       \
		EXPLORE_ENTER();                \
		shadow_access(access, p, size); \
	}
#define HOOKS(size)                                                  \
	HOOK(__tsan_read##size, PLAIN_READ, size)                    \
	HOOK(__tsan_write##size, PLAIN_WRITE, size)                  \
	HOOK(__tsan_read_write##size, PLAIN_WRITE, size)             \
	HOOK(__tsan_unaligned_read##size, PLAIN_READ, size)          \
	HOOK(__tsan_unaligned_write##size, PLAIN_WRITE, size)        \
	HOOK(__tsan_unaligned_read_write##size, PLAIN_WRITE, size)   \
	HOOK(__tsan_volatile_read##size, PLAIN_READ, size)           \
	HOOK(__tsan_volatile_write##size, PLAIN_WRITE, size)         \
	HOOK(__tsan_unaligned_volatile_read##size, PLAIN_READ, size) \
	HOOK(__tsan_unaligned_volatile_write##size, PLAIN_WRITE, size)
HOOKS(1)
HOOKS(2)
HOOKS(4)
HOOKS(8)
HOOKS(16)

void __tsan_read_range(void *p, size_t size);
void __tsan_read_range(void *p, size_t size)
{
	EXPLORE_ENTER();
	if (size)
		shadow_access(PLAIN_READ, p, size);
}

void __tsan_write_range(void *p, size_t size);
void __tsan_write_range(void *p, size_t size)
{
	EXPLORE_ENTER();
	if (size)
		shadow_access(PLAIN_WRITE, p, size);
}

void *__tsan_memset(void *p, int byte, size_t size);
void *__tsan_memset(void *p, int byte, size_t size)
{
	EXPLORE_ENTER();
	if (size)
		shadow_access(PLAIN_WRITE, p, size);
	return memset(p, byte, size);
}

void *__tsan_memcpy(void *to, const void *from, size_t size);
void *__tsan_memcpy(void *to, const void *from, size_t size)
{
	EXPLORE_ENTER();
	if (size) {
		shadow_access(PLAIN_READ, from, size);
		shadow_access(PLAIN_WRITE, to, size);
	}
	return memcpy(to, from, size);
}

void *__tsan_memmove(void *to, const void *from, size_t size);
void *__tsan_memmove(void *to, const void *from, size_t size)
{
	EXPLORE_ENTER();
	if (size) {
		shadow_access(PLAIN_READ, from, size);
		shadow_access(PLAIN_WRITE, to, size);
	}
	return memmove(to, from, size);
}

void __tsan_init(void);
void __tsan_init(void)
{
}

void __tsan_func_entry(void *code);
void __tsan_func_entry(void *code)
{
	(void)code;
}

void __tsan_func_exit(void);
void __tsan_func_exit(void)
{
	EXPLORE_ENTER();
	/* The saved frame pointer is the function's own, above which are its
	 * caller's and the place to return to. */
	shadow_frame_end(*(uintptr_t *)__builtin_frame_address(0) +
			 2 * sizeof(uintptr_t));
}
