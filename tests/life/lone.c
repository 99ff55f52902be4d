/* SPDX-License-Identifier: MIT */
/* One lock and nothing else: links without liburcu. */
#include <ksync/mutex.h>

static KSYNC_DEFINE_MUTEX(m);

int main(void)
{
	ksync_mutex_lock(&m);
	ksync_mutex_unlock(&m);
	return 0;
}
