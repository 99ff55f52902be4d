/* SPDX-License-Identifier: MIT */
/*
 * libcriterion, made as strict as runner.c
 *
 * Criterion has its verdict when the body of a test returns. It overlooks an
 * assertion that fails in a .fini function, and what LeakSanitizer says when
 * the process ends. So the linker gives us the call of a test's main phase
 * (--wrap), and within it we call the .fini functions, then look for leaks.
 */
#include <criterion/criterion.h>

/* Absent without LeakSanitizer, which comes with AddressSanitizer. */
int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

void __real_criterion_internal_test_main(void (*body)(void));
void __wrap_criterion_internal_test_main(void (*body)(void));

static void (*body_of_test)(void);

/* In place of Criterion's own call. Criterion does not align these records. */
__attribute__((no_sanitize("alignment"))) static void
tear_down(struct criterion_test_extra_data *options)
{
	void (*fini)(void) = options ? options->fini : NULL;

	if (!fini)
		return;
	options->fini = NULL;
	fini();
}

/*
 * Criterion passes a parameter to tests that take one. The test's function has
 * a type of its own, which cannot be checked here.
 */
#if defined(__clang__)
__attribute__((no_sanitize("function")))
#endif
__attribute__((no_sanitize("alignment"))) static void
main_phase(void *param)
{
	((void (*)(void *))body_of_test)(param);
	tear_down(criterion_current_test->data);
	tear_down(criterion_current_suite->data);
	if (__lsan_do_recoverable_leak_check)
		cr_assert(!__lsan_do_recoverable_leak_check(),
			  "memory was leaked, see LeakSanitizer's report");
}

void __wrap_criterion_internal_test_main(void (*body)(void))
{
	body_of_test = body;
	__real_criterion_internal_test_main((void (*)(void))main_phase);
}
