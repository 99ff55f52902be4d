/* SPDX-License-Identifier: MIT */
/* Made from include/compat/headers.txt by cmake/lint/lint.py --write. */
#if defined(KSYNC_SYSTEM_HEADERS) || defined(__cplusplus) || \
	defined(__ASSEMBLER__)
#include_next <linux/fs.h>
/* The first that comes with <linux/aio_abi.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(__LINUX__AIO_ABI_H) && \
	!defined(KSYNC__LINUX_FS_FOR_LINUX_AIO_ABI)
#define KSYNC__LINUX_FS_FOR_LINUX_AIO_ABI
#include_next <linux/fs.h>
/* The first that comes with <linux/io_uring.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(LINUX_IO_URING_H) && \
	!defined(KSYNC__LINUX_FS_FOR_LINUX_IO_URING)
#define KSYNC__LINUX_FS_FOR_LINUX_IO_URING
#include_next <linux/fs.h>
/* The first that comes with <linux/romfs_fs.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(__LINUX_ROMFS_FS_H) && \
	!defined(KSYNC__LINUX_FS_FOR_LINUX_ROMFS_FS)
#define KSYNC__LINUX_FS_FOR_LINUX_ROMFS_FS
#include_next <linux/fs.h>
/* The first that comes with <linux/sound.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(_LINUX_SOUND_H) && \
	!defined(KSYNC__LINUX_FS_FOR_LINUX_SOUND)
#define KSYNC__LINUX_FS_FOR_LINUX_SOUND
#include_next <linux/fs.h>
#else
#error "<linux/fs.h>: ksync has nothing of the kernel's, and the system's is \
another file. Instead: link ksync::kernel, which has it; or your own \
types of files and inodes. A header of your own goes before ksync's in \
the include path; -DKSYNC_SYSTEM_HEADERS gets the system's"
#endif
