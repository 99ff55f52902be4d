/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_BENCH_URCU_READER_H
#define KSYNC_BENCH_URCU_READER_H

/* Makes the calling thread one of liburcu's readers. */
void bench_urcu_register(void);

#endif
