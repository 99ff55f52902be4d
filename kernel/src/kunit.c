/* SPDX-License-Identifier: MIT */
/*
 * KUnit: a suite's cases one after the other; what a case allocates ends with
 * it.
 */
#include <kunit/test.h>

#include <setjmp.h>

struct ksync_glue_resource {
	struct ksync_glue_resource *next;
	void *block;
};

static void case_run(struct kunit_suite *suite, struct kunit_case *one,
		     struct kunit *test)
{
	jmp_buf out;

	test->out = &out;
	if (setjmp(out) == 0) {
		if (suite->init && suite->init(test)) {
			test->failed++;
			return;
		}
		one->run_case(test);
	}
	test->out = NULL;
	if (suite->exit)
		suite->exit(test);
}

int ksync_glue_kunit_run(struct kunit_suite *suite)
{
	int failed = 0, n = 0;

	if (suite->suite_init && suite->suite_init(suite))
		return 1;
	for (struct kunit_case *one = suite->test_cases; one->run_case; one++) {
		struct kunit test = { .name = one->name };

		case_run(suite, one, &test);
		while (test.resources)
			kunit_kfree(&test, test.resources->block);
		pr_info("%s %d %s.%s\n", test.failed ? "not ok" : "ok", ++n,
			suite->name, one->name);
		failed += test.failed != 0;
	}
	if (suite->suite_exit)
		suite->suite_exit(suite);
	pr_info("%s: %d of %d passed\n", suite->name, n - failed, n);
	return failed;
}

void ksync_glue_kunit_fail(struct kunit *test, const char *file, int line,
			   bool ends, const char *fmt, ...)
{
	struct va_format said = { .fmt = fmt };
	va_list args;

	va_start(args, fmt);
	said.va = &args;
	pr_err("# %s: %s:%d: %pV\n", test->name, file, line, &said);
	va_end(args);
	test->failed++;
	if (ends && test->out)
		longjmp(*(jmp_buf *)test->out, 1);
}

void *kunit_kmalloc_array(struct kunit *test, size_t n, size_t size, gfp_t gfp)
{
	struct ksync_glue_resource *resource = kmalloc(sizeof(*resource), gfp);

	if (!resource)
		return NULL;
	resource->block = kmalloc_array(n, size, gfp);
	resource->next = test->resources;
	test->resources = resource;
	return resource->block;
}

void kunit_kfree(struct kunit *test, const void *ptr)
{
	struct ksync_glue_resource **link = &test->resources;

	while (*link && (*link)->block != ptr)
		link = &(*link)->next;
	if (*link) {
		struct ksync_glue_resource *resource = *link;

		*link = resource->next;
		kfree(resource->block);
		kfree(resource);
	}
}
