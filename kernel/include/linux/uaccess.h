/* SPDX-License-Identifier: MIT */
/* Memory of the user: the program's own. */
#ifndef KSYNC_GLUE_UACCESS_H
#define KSYNC_GLUE_UACCESS_H

#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

#define access_ok(addr, size) ((addr) != NULL)
#define copy_from_user(to, from, n) ((void)memcpy(to, from, n), 0UL)
#define copy_to_user(to, from, n) ((void)memcpy(to, from, n), 0UL)
#define get_user(x, ptr) ((x) = *(ptr), 0)
#define put_user(x, ptr) (*(ptr) = (x), 0)
#define strncpy_from_user(dst, src, n) ((long)strscpy(dst, src, n))
#define clear_user(to, n) ((void)memset(to, 0, n), 0UL)

#endif
