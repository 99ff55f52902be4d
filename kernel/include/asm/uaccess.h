/* SPDX-License-Identifier: MIT */
/* Memory of the user. */
#ifndef KSYNC_GLUE_ASM_UACCESS_H
#define KSYNC_GLUE_ASM_UACCESS_H

#include <linux/uaccess.h>

#endif
