/* SPDX-License-Identifier: MIT */
/* What a thread has told ThreadSanitizer so far: ksync/watch.h. */
#include <ksync/watch.h>

KSYNC_TLS unsigned int ksync__notes;
KSYNC_TLS unsigned int ksync__reads;
