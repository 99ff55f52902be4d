/* SPDX-License-Identifier: MIT */
/*
 * The system's header, and numbers that look random; the same ones each time
 * with KSYNC_RANDOM_SEED.
 */
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#pragma push_macro("KSYNC_SYSTEM_HEADERS")
#undef KSYNC_SYSTEM_HEADERS
#define KSYNC_SYSTEM_HEADERS
#include_next <linux/random.h>
#pragma pop_macro("KSYNC_SYSTEM_HEADERS")

#ifndef KSYNC_GLUE_RANDOM_H
#define KSYNC_GLUE_RANDOM_H

#if !defined(__cplusplus) && !defined(__ASSEMBLER__)

#include <linux/compiler.h>
#include <linux/types.h>

u64 get_random_u64(void);
void get_random_bytes(void *buf, size_t len);
u32 get_random_u32_below(u32 ceil);
#define get_random_u8() ((u8)get_random_u64())
#define get_random_u16() ((u16)get_random_u64())
#define get_random_u32() ((u32)(get_random_u64() >> 32))
#define get_random_long() ((unsigned long)get_random_u64())
#define get_random_u32_above(floor) \
	((floor) + 1 + get_random_u32_below(0xffffffffU - (floor)))
#define get_random_u32_inclusive(floor, ceil) \
	((floor) + get_random_u32_below((ceil) - (floor) + 1))
#define get_random_bytes_wait(buf, len) (get_random_bytes(buf, len), 0)
#define wait_for_random_bytes() 0
#define rng_is_initialized() true
#define add_device_randomness(buf, len) ((void)(buf), (void)(len))
#include <linux/prandom.h>

#endif

#endif
