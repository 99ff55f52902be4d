/* SPDX-License-Identifier: MIT */
/* The system's header, and permissions in the kernel's words. */
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#pragma push_macro("KSYNC_SYSTEM_HEADERS")
#undef KSYNC_SYSTEM_HEADERS
#define KSYNC_SYSTEM_HEADERS
#include_next <linux/stat.h>
#pragma pop_macro("KSYNC_SYSTEM_HEADERS")

#ifndef KSYNC_GLUE_STAT_H
#define KSYNC_GLUE_STAT_H

#if !defined(__cplusplus) && !defined(__ASSEMBLER__)

#include <sys/stat.h>

#define S_IRWXUGO (S_IRWXU | S_IRWXG | S_IRWXO)
#define S_IALLUGO (S_ISUID | S_ISGID | S_ISVTX | S_IRWXUGO)
#define S_IRUGO (S_IRUSR | S_IRGRP | S_IROTH)
#define S_IWUGO (S_IWUSR | S_IWGRP | S_IWOTH)
#define S_IXUGO (S_IXUSR | S_IXGRP | S_IXOTH)

#endif

#endif
