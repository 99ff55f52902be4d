/* SPDX-License-Identifier: MIT */
/* How many CPUs there can be. */
#ifndef KSYNC_GLUE_THREADS_H
#define KSYNC_GLUE_THREADS_H

#ifndef NR_CPUS
#define NR_CPUS 1024
#endif
#define CONFIG_NR_CPUS NR_CPUS
#define PID_MAX_LIMIT (4 * 1024 * 1024)

#endif
