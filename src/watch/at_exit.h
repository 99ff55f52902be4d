/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_SRC_AT_EXIT_H
#define KSYNC_SRC_AT_EXIT_H

/* The process exits: print what its environment asks for. */
void ksync__at_exit_print(void);

#endif
