/* SPDX-License-Identifier: MIT */
/* Names of addresses: printk() has them with %pS; here are none to be had. */
#ifndef KSYNC_GLUE_KALLSYMS_H
#define KSYNC_GLUE_KALLSYMS_H

#include <linux/errno.h>
#include <linux/kernel.h>

#define KSYM_NAME_LEN 512
#define KSYM_SYMBOL_LEN (KSYM_NAME_LEN + 64)
#define sprint_symbol(buf, addr) \
	snprintf(buf, KSYM_SYMBOL_LEN, "%pS", (void *)(addr))
#define kallsyms_lookup_name(name) ((void)(name), 0UL)

#endif
