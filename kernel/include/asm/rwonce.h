/* SPDX-License-Identifier: MIT */
/* READ_ONCE() and WRITE_ONCE(). */
#ifndef KSYNC_GLUE_ASM_RWONCE_H
#define KSYNC_GLUE_ASM_RWONCE_H

#include <linux/compiler.h>

#endif
