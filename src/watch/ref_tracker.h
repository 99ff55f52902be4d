/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_SRC_REF_TRACKER_H
#define KSYNC_SRC_REF_TRACKER_H

/* The process exits: who holds references? */
void ksync__ref_tracker_at_exit(void);

#endif
