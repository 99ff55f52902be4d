/* SPDX-License-Identifier: MIT */
/*
 * The watch on sleeps (runner/sleep_watch.c): a test fails if one of its sleeps
 * in the library lasts 5 seconds and then ends by its time. Somebody should
 * have woken the thread, and only that it looks again in case of trouble has
 * hidden that.
 */
#ifndef TESTS_SUPPORT_SLEEP_H
#define TESTS_SUPPORT_SLEEP_H

#include <stdbool.h>

/* The calling thread's sleeps in the library, naps too. */
extern _Thread_local long sleeps_here;

/* Set by a test in which nobody comes to wake. */
extern bool long_sleeps_are_right;

#endif
