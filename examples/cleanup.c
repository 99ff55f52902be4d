/* SPDX-License-Identifier: MIT */
/* A list of names under a mutex; nothing is unlocked or freed by hand. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ksync/mutex.h>

struct name {
	struct name *next;
	char text[16];
};

KSYNC_DEFINE_FREE(name, struct name *, free(_T))

static KSYNC_DEFINE_MUTEX(lock);
static struct name *names; /* under lock */

static int add(const char *text)
{
	struct name *fresh ksync_free(name) = calloc(1, sizeof(*fresh));

	if (!fresh)
		return -ENOMEM;
	if (strlen(text) >= sizeof(fresh->text))
		return -EINVAL; /* fresh is freed */
	memcpy(fresh->text, text, strlen(text));
	/* Waits, unless another thread says that it shall not. */
	ksync_scoped_cond_guard(mutex_intr, return -EINTR, &lock) {
		fresh->next = names;
		names = ksync_no_free_ptr(fresh); /* the list's from here on */
	}
	return 0;
}

static int count(void)
{
	int n = 0;

	ksync_guard(mutex)(&lock); /* to the end of the function */
	for (struct name *it = names; it; it = it->next)
		n++;
	return n;
}

static void clear(void)
{
	ksync_scoped_guard(mutex, &lock) /* for the next statement */
		while (names) {
			struct name *first ksync_free(name) = names;

			names = first->next;
		}
}

int main(void)
{
	if (add("Ada") || add("Grace") || add("a name that is too long") == 0)
		return 1;
	printf("%d names\n", count());
	clear();
	return count();
}
