/* SPDX-License-Identifier: MIT */
/* A seccomp sandbox that takes a system call away from running threads. */
#ifndef TESTS_SUPPORT_SANDBOX_H
#define TESTS_SUPPORT_SANDBOX_H

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Does the kernel, or who stands for it, have seccomp? Nothing changes. */
static inline bool sandbox_exists(void)
{
	return prctl(PR_GET_SECCOMP) == 0 &&
	       syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0,
		       &(unsigned int){ SECCOMP_RET_ERRNO }) == 0;
}

/*
 * From now on the call fails with this error in all threads of the process, for
 * ever. False where the kernel, or who stands for it, has no seccomp.
 */
static inline bool sandbox_enter(struct sock_filter *rules, size_t number)
{
	struct sock_fprog program = {
		.len = (unsigned short)number,
		.filter = rules,
	};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		       SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
}

static inline bool sandbox_refuse(int nr, int error)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K,
			 SECCOMP_RET_ERRNO | (unsigned int)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	return sandbox_enter(rules, sizeof(rules) / sizeof(rules[0]));
}

/* The same for calls whose second argument is op; little-endian machines. */
static inline bool sandbox_refuse_op(int nr, int op, int error)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)nr, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[1])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)op, 0, 1),
		BPF_STMT(BPF_RET | BPF_K,
			 SECCOMP_RET_ERRNO | (unsigned int)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	return sandbox_enter(rules, sizeof(rules) / sizeof(rules[0]));
}

#endif
