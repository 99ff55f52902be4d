/* SPDX-License-Identifier: MIT */
/* ksync_status(): what the library found is what there is. */
#include <criterion/criterion.h>

#include <linux/membarrier.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ksync/compiler.h>
#include <ksync/status.h>

Test(status, says_which_library_this_is)
{
	struct ksync_status status;

	ksync_status(&status);
	cr_assert_str_eq(status.version, KSYNC_VERSION_STRING);
	cr_assert_str_eq(status.variant, KSYNC_CHECKED ? "checked" : "release");
	cr_assert_eq(status.tsan, KSYNC_THREAD_SANITIZER);
}

Test(status, finds_membarrier_where_it_is)
{
	struct ksync_status status;
	const long commands =
		syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);

	ksync_status(&status);
	cr_assert_eq(status.membarrier,
		     commands > 0 &&
			     commands & MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}

Test(status, finds_an_rseq_area_of_a_sensible_size_or_none)
{
	struct ksync_status status;

	ksync_status(&status);
	cr_assert(status.rseq_size == 0 || status.rseq_size >= 20, "%u bytes",
		  status.rseq_size);
}
