/* SPDX-License-Identifier: MIT */
/* A library that, when the process ends, still has something to do. */
void (*late_call)(void);

__attribute__((destructor)) static void end(void)
{
	if (late_call)
		late_call();
}
