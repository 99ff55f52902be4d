/* SPDX-License-Identifier: MIT */
/* Where a stress test puts its delays; only in builds with KSYNC_STEPS. */
#include <ksync/watch.h>

void (*ksync__step_hook)(const char *place);
