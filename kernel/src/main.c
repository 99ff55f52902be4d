/* SPDX-License-Identifier: MIT */
/*
 * The main() of a program that has none: parameters, inits, exits. Its status
 * is 0, or the error of the init that failed, as a number (11 of -EAGAIN).
 */
#include <linux/init.h>
#include <linux/kernel.h>

#include <signal.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	sigset_t ends;
	int err, sig;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	if (getenv("KSYNC_KERNEL_WAIT"))
		pthread_sigmask(SIG_BLOCK, &ends, NULL);
	err = ksync_kernel_start(argc, argv);
	if (!err && getenv("KSYNC_KERNEL_WAIT"))
		sigwait(&ends, &sig);
	if (!err)
		ksync_kernel_stop();
	return -err & 127;
}
