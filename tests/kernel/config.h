/* SPDX-License-Identifier: MIT */
/* What the kernel's files are configured with: <linux/kconfig.h> reads it. */
#define CONFIG_64BIT 1
#define CONFIG_SMP 1
#define CONFIG_PRINTK 1
#define CONFIG_BUG 1
#define CONFIG_XARRAY_MULTI 1
#define CONFIG_REF_TRACKER 1
#define CONFIG_RT_MUTEXES 1
