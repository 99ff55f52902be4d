/* SPDX-License-Identifier: MIT */
/*
 * Restartable sections, rseq(2): a few instructions on the calling thread's
 * processor that end with one store. If the thread is preempted, migrated or
 * interrupted by a signal before that store, the kernel has it begin the
 * section again. So nothing of the section has happened, or all of it, on one
 * processor, and no locked operation is needed.
 *
 * Each section reads the number of its processor inside. That is negative where
 * the thread has no sections: libc registered none for it, or ksync uses none;
 * then nothing is done, and the caller has another way.
 *
 * The thread's field that names its section is empty after each: the kernel
 * reads what it names at the next preemption, and the code may be gone by then
 * with the plugin that it was inlined into.
 *
 * With <ksync/machine.h> the only header with machine code; the model explorer
 * has its own of both.
 */
#ifndef KSYNC_RSEQ_H
#define KSYNC_RSEQ_H

#include <ksync/types.h>

/* The copies of an object for two processors lie so far apart. */
#define KSYNC__PERCPU_SHIFT 12

#if (defined(__x86_64__) && defined(__LP64__)) || defined(__aarch64__)
#define KSYNC__SECTIONS 1
#else
#define KSYNC__SECTIONS 0
#endif

/*
 * aarch64's have not run yet where a kernel could interrupt them: qemu-user has
 * no rseq. Until they have, the library does not use them there, unless it is
 * built to try them.
 */
#ifndef KSYNC__SECTIONS_TRIED
#if defined(__aarch64__)
#define KSYNC__SECTIONS_TRIED 0
#else
#define KSYNC__SECTIONS_TRIED KSYNC__SECTIONS
#endif
#endif

KSYNC_BEGIN_DECLS

/*
 * Where the kernel's struct rseq of each thread is, from its thread pointer; or
 * where a structure is that looks like that of a thread without sections.
 * Written at load time; whoever got memory from ksync__percpu_alloc() comes
 * after that.
 */
extern KSYNC_API long ksync__rseq_at;

/* Fields of the kernel's struct rseq. */
#define KSYNC__RSEQ_CPU 4
#define KSYNC__RSEQ_CS 8

#if defined(__x86_64__) && KSYNC__SECTIONS

/*
 * The section is from 1 to 2; 0 announces it, 4 is where the kernel goes on
 * instead, behind the mark that it asks for, and 5 is where it is given up. The
 * sections of the assembler are in the group of the function ("?"), so that
 * they go where the linker drops one of several copies.
 */
#define KSYNC__SECTION_BEGIN                    \
	".pushsection __rseq_cs,\"aw?\"\n\t"    \
	".balign 32\n"                          \
	"3:\n\t"                                \
	".long 0, 0\n\t"                        \
	".quad 1f, 2f - 1f, 4f\n\t"             \
	".popsection\n"                         \
	"0:\n\t"                                \
	"leaq 3b(%%rip), %%rax\n\t"             \
	"movq %%rax, %%fs:%c[cs](%[at])\n"      \
	"1:\n\t"                                \
	"movslq %%fs:%c[cpu](%[at]), %%rax\n\t" \
	"testq %%rax, %%rax\n\t"                \
	"js 5f\n\t"

#define KSYNC__SECTION_END                          \
	"2:\n\t"                                    \
	"movq $0, %%fs:%c[cs](%[at])\n\t"           \
	".pushsection .text.ksync_rseq,\"ax?\"\n\t" \
	".byte 0x0f, 0xb9, 0x3d\n\t"                \
	".long 0x53053053\n"                        \
	"4:\n\t"                                    \
	"jmp 0b\n"                                  \
	"5:\n\t"                                    \
	"movq $0, %%fs:%c[cs](%[at])\n\t"           \
	"jmp %l[given_up]\n\t"                      \
	".popsection"

/*
 * Add v to the processor's copy of *p: a release, as to who reads that copy.
 * False: no sections here.
 */
KSYNC_PRIVATE_INLINE bool ksync__section_add(long *p, long v)
{
	__asm__ __volatile__ goto(
		KSYNC__SECTION_BEGIN
		"shlq %[shift], %%rax\n\t"
		"addq %[v], (%[p], %%rax)\n" KSYNC__SECTION_END
		:
		: [at] "r"(ksync__rseq_at), [p] "r"(p), [v] "er"(v),
		  [cpu] "i"(KSYNC__RSEQ_CPU), [cs] "i"(KSYNC__RSEQ_CS),
		  [shift] "i"(KSYNC__PERCPU_SHIFT)
		: "rax", "memory", "cc"
		: given_up);
	return true;
given_up:
	return false;
}

/*
 * The same if no bit of mask is in *flags, as the section looks, which is an
 * acquire; else false.
 */
KSYNC_PRIVATE_INLINE bool ksync__section_add_unless(long *p, long v,
						    const ksync_u32 *flags,
						    ksync_u32 mask)
{
	__asm__ __volatile__ goto(
		KSYNC__SECTION_BEGIN
		"testl %[mask], %[flags]\n\t"
		"jnz 5f\n\t"
		"shlq %[shift], %%rax\n\t"
		"addq %[v], (%[p], %%rax)\n" KSYNC__SECTION_END
		:
		: [at] "r"(ksync__rseq_at), [p] "r"(p), [v] "er"(v),
		  [flags] "m"(*flags), [mask] "ir"(mask),
		  [cpu] "i"(KSYNC__RSEQ_CPU), [cs] "i"(KSYNC__RSEQ_CS),
		  [shift] "i"(KSYNC__PERCPU_SHIFT)
		: "rax", "memory", "cc"
		: given_up);
	return true;
given_up:
	return false;
}

/* The processor that the caller runs on, as such a structure has it. */
KSYNC_PRIVATE_INLINE int ksync__section_cpu(long at)
{
	int cpu;

	__asm__ __volatile__("movl %%fs:%c[cpu](%[at]), %[number]"
			     : [number] "=r"(cpu)
			     : [at] "r"(at), [cpu] "i"(KSYNC__RSEQ_CPU));
	return cpu;
}

/* Where an object of the calling thread is, from its thread pointer. */
KSYNC_PRIVATE_INLINE long ksync__section_offset(const void *own)
{
	const char *thread;

	__asm__("movq %%fs:0, %[thread]" : [thread] "=r"(thread));
	return KSYNC__CAST(const char *, own) - thread;
}

#elif defined(__aarch64__)

/* As above; x16 is the thread's struct rseq. */
#define KSYNC__SECTION_BEGIN                 \
	".pushsection __rseq_cs,\"aw?\"\n\t" \
	".balign 32\n"                       \
	"3:\n\t"                             \
	".long 0, 0\n\t"                     \
	".quad 1f, 2f - 1f, 4f\n\t"          \
	".popsection\n\t"                    \
	"mrs x16, tpidr_el0\n\t"             \
	"add x16, x16, %[at]\n"              \
	"0:\n\t"                             \
	"adrp x17, 3b\n\t"                   \
	"add x17, x17, :lo12:3b\n\t"         \
	"str x17, [x16, %[cs]]\n"            \
	"1:\n\t"                             \
	"ldrsw x17, [x16, %[cpu]]\n\t"       \
	"tbnz x17, #63, 5f\n\t"

#define KSYNC__SECTION_END          \
	"2:\n\t"                    \
	"str xzr, [x16, %[cs]]\n\t" \
	"b 6f\n\t"                  \
	".inst 0xd428bc00\n"        \
	"4:\n\t"                    \
	"b 0b\n"                    \
	"5:\n\t"                    \
	"str xzr, [x16, %[cs]]\n\t" \
	"b %l[given_up]\n"          \
	"6:"

#define KSYNC__SECTION_ADD                     \
	"add x17, %[p], x17, lsl %[shift]\n\t" \
	"ldr x15, [x17]\n\t"                   \
	"add x15, x15, %[v]\n\t"               \
	"stlr x15, [x17]\n"

KSYNC_PRIVATE_INLINE bool ksync__section_add(long *p, long v)
{
	__asm__ __volatile__ goto(
		KSYNC__SECTION_BEGIN KSYNC__SECTION_ADD KSYNC__SECTION_END
		:
		: [at] "r"(ksync__rseq_at), [p] "r"(p), [v] "r"(v),
		  [cpu] "i"(KSYNC__RSEQ_CPU), [cs] "i"(KSYNC__RSEQ_CS),
		  [shift] "i"(KSYNC__PERCPU_SHIFT)
		: "x15", "x16", "x17", "memory", "cc"
		: given_up);
	return true;
given_up:
	return false;
}

KSYNC_PRIVATE_INLINE bool ksync__section_add_unless(long *p, long v,
						    const ksync_u32 *flags,
						    ksync_u32 mask)
{
	__asm__ __volatile__ goto(
		KSYNC__SECTION_BEGIN
		"ldar w15, [%[flags]]\n\t"
		"tst w15, %w[mask]\n\t"
		"b.ne 5f\n\t" KSYNC__SECTION_ADD KSYNC__SECTION_END
		:
		: [at] "r"(ksync__rseq_at), [p] "r"(p), [v] "r"(v),
		  [flags] "r"(flags), [mask] "r"(mask),
		  [cpu] "i"(KSYNC__RSEQ_CPU), [cs] "i"(KSYNC__RSEQ_CS),
		  [shift] "i"(KSYNC__PERCPU_SHIFT)
		: "x15", "x16", "x17", "memory", "cc"
		: given_up);
	return true;
given_up:
	return false;
}

KSYNC_PRIVATE_INLINE int ksync__section_cpu(long at)
{
	long cpu;

	__asm__ __volatile__("mrs %[number], tpidr_el0\n\t"
			     "add %[number], %[number], %[at]\n\t"
			     "ldrsw %[number], [%[number], %[cpu]]"
			     : [number] "=&r"(cpu)
			     : [at] "r"(at), [cpu] "i"(KSYNC__RSEQ_CPU));
	return KSYNC__CAST(int, cpu);
}

KSYNC_PRIVATE_INLINE long ksync__section_offset(const void *own)
{
	const char *thread;

	__asm__("mrs %[thread], tpidr_el0" : [thread] "=r"(thread));
	return KSYNC__CAST(const char *, own) - thread;
}

#else

KSYNC_PRIVATE_INLINE bool ksync__section_add(long *p, long v)
{
	(void)p;
	(void)v;
	return false;
}

KSYNC_PRIVATE_INLINE bool ksync__section_add_unless(long *p, long v,
						    const ksync_u32 *flags,
						    ksync_u32 mask)
{
	(void)p;
	(void)v;
	(void)flags;
	(void)mask;
	return false;
}

KSYNC_PRIVATE_INLINE int ksync__section_cpu(long at)
{
	(void)at;
	return -1;
}

KSYNC_PRIVATE_INLINE long ksync__section_offset(const void *own)
{
	(void)own;
	return 0;
}

#endif

KSYNC_END_DECLS

#endif
