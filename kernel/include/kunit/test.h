/* SPDX-License-Identifier: MIT */
/*
 * KUnit's expectations, assertions and suites, which run when the program
 * starts.
 */
#ifndef KSYNC_GLUE_KUNIT_TEST_H
#define KSYNC_GLUE_KUNIT_TEST_H

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>

struct kunit {
	void *priv;
	const char *name;
	int failed;
	void *param_value;
	struct ksync_glue_resource *resources;
	void *out; /* where an assertion goes */
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char name[256];
	int (*suite_init)(struct kunit_suite *suite);
	void (*suite_exit)(struct kunit_suite *suite);
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
};

int ksync_glue_kunit_run(struct kunit_suite *suite);
__printf(5, 6) void ksync_glue_kunit_fail(struct kunit *test, const char *file,
					  int line, bool ends, const char *fmt,
					  ...);
void *kunit_kmalloc_array(struct kunit *test, size_t n, size_t size, gfp_t gfp);
void kunit_kfree(struct kunit *test, const void *ptr);
#define kunit_kmalloc(test, size, gfp) kunit_kmalloc_array(test, 1, size, gfp)
#define kunit_kzalloc(test, size, gfp) \
	kunit_kmalloc_array(test, 1, size, (gfp) | __GFP_ZERO)
#define kunit_kcalloc(test, n, size, gfp) \
	kunit_kmalloc_array(test, n, size, (gfp) | __GFP_ZERO)

#define KUNIT_CASE(fn) { .run_case = (fn), .name = #fn }
#define KUNIT_CASE_SLOW(fn) KUNIT_CASE(fn)
#define kunit_test_suites(suites...)                            \
	static int ksync__kunit_start(void)                     \
	{                                                       \
		struct kunit_suite *const all[] = { suites };   \
		int failed = 0;                                 \
		for (size_t i = 0; i < ARRAY_SIZE(all); i++)    \
			failed += ksync_glue_kunit_run(all[i]); \
		return failed ? -EINVAL : 0;                    \
	}                                                       \
	module_init(ksync__kunit_start)
#define kunit_test_suite(suite) kunit_test_suites(&suite)
#define kunit_test_init_section_suites(suites...) kunit_test_suites(suites)
#define kunit_info(test, fmt, ...) \
	pr_info("# %s: " fmt, (test)->name, ##__VA_ARGS__)
#define kunit_warn(test, fmt, ...) \
	pr_warn("# %s: " fmt, (test)->name, ##__VA_ARGS__)
#define kunit_err(test, fmt, ...) \
	pr_err("# %s: " fmt, (test)->name, ##__VA_ARGS__)
#define kunit_skip(test, fmt, ...)                                \
	do {                                                      \
		kunit_info(test, "skipped: " fmt, ##__VA_ARGS__); \
		return;                                           \
	} while (0)

#define KSYNC__KUNIT(test, holds, ends, fmt, ...)                             \
	do {                                                                  \
		if (!(holds))                                                 \
			ksync_glue_kunit_fail(test, __FILE__, __LINE__, ends, \
					      fmt, ##__VA_ARGS__);            \
	} while (0)
#define KSYNC__KUNIT_COMPARE(test, a, op, b, ends)                             \
	do {                                                                   \
		__auto_type ksync__left = (a);                                 \
		__auto_type ksync__right = (b);                                \
		KSYNC__KUNIT(test, ksync__left op ksync__right, ends,          \
			     "%s %s %s: %lld, %lld", #a, #op, #b,              \
			     (long long)ksync__left, (long long)ksync__right); \
	} while (0)
#define KUNIT_SUCCEED(test) ((void)(test))
#define KUNIT_FAIL(test, fmt, ...) \
	KSYNC__KUNIT(test, 0, false, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_TRUE(test, c) \
	KSYNC__KUNIT(test, c, false, "%s is false", #c)
#define KUNIT_EXPECT_FALSE(test, c) \
	KSYNC__KUNIT(test, !(c), false, "%s is true", #c)
#define KUNIT_EXPECT_EQ(test, a, b) KSYNC__KUNIT_COMPARE(test, a, ==, b, false)
#define KUNIT_EXPECT_NE(test, a, b) KSYNC__KUNIT_COMPARE(test, a, !=, b, false)
#define KUNIT_EXPECT_LT(test, a, b) KSYNC__KUNIT_COMPARE(test, a, <, b, false)
#define KUNIT_EXPECT_LE(test, a, b) KSYNC__KUNIT_COMPARE(test, a, <=, b, false)
#define KUNIT_EXPECT_GT(test, a, b) KSYNC__KUNIT_COMPARE(test, a, >, b, false)
#define KUNIT_EXPECT_GE(test, a, b) KSYNC__KUNIT_COMPARE(test, a, >=, b, false)
#define KSYNC__KUNIT_SAME(test, a, op, b, ends, fmt, ...)              \
	KSYNC__KUNIT(test, (const void *)(a)op(const void *)(b), ends, \
		     "%s %s %s " fmt, #a, #op, #b, ##__VA_ARGS__)
#define KUNIT_EXPECT_PTR_EQ(test, a, b) \
	KSYNC__KUNIT_SAME(test, a, ==, b, false, "")
#define KUNIT_EXPECT_PTR_NE(test, a, b) \
	KSYNC__KUNIT_SAME(test, a, !=, b, false, "")
#define KUNIT_EXPECT_PTR_EQ_MSG(test, a, b, fmt, ...) \
	KSYNC__KUNIT_SAME(test, a, ==, b, false, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_STREQ(test, a, b) \
	KSYNC__KUNIT(test, strcmp(a, b) == 0, false, "%s: %s", #a, (a))
#define KUNIT_EXPECT_NULL(test, p) KUNIT_EXPECT_PTR_EQ(test, p, NULL)
#define KUNIT_EXPECT_NOT_NULL(test, p) KUNIT_EXPECT_PTR_NE(test, p, NULL)
#define KUNIT_EXPECT_TRUE_MSG(test, c, fmt, ...) \
	KSYNC__KUNIT(test, c, false, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_FALSE_MSG(test, c, fmt, ...) \
	KSYNC__KUNIT(test, !(c), false, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_EQ_MSG(test, a, b, fmt, ...) \
	KSYNC__KUNIT(test, (a) == (b), false, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_LE_MSG(test, a, b, fmt, ...) \
	KSYNC__KUNIT(test, (a) <= (b), false, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_TRUE(test, c) \
	KSYNC__KUNIT(test, c, true, "%s is false", #c)
#define KUNIT_ASSERT_TRUE_MSG(test, c, fmt, ...) \
	KSYNC__KUNIT(test, c, true, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_FALSE(test, c) \
	KSYNC__KUNIT(test, !(c), true, "%s is true", #c)
#define KUNIT_ASSERT_EQ(test, a, b) KSYNC__KUNIT_COMPARE(test, a, ==, b, true)
#define KUNIT_ASSERT_EQ_MSG(test, a, b, fmt, ...) \
	KSYNC__KUNIT(test, (a) == (b), true, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_LE_MSG(test, a, b, fmt, ...) \
	KSYNC__KUNIT(test, (a) <= (b), true, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_PTR_EQ_MSG(test, a, b, fmt, ...) \
	KSYNC__KUNIT_SAME(test, a, ==, b, true, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_LT_MSG(test, a, b, fmt, ...) \
	KSYNC__KUNIT(test, (a) < (b), false, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_GE_MSG(test, a, b, fmt, ...) \
	KSYNC__KUNIT(test, (a) >= (b), false, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_GT_MSG(test, a, b, fmt, ...) \
	KSYNC__KUNIT(test, (a) > (b), false, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_NE_MSG(test, a, b, fmt, ...) \
	KSYNC__KUNIT(test, (a) != (b), false, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_NE(test, a, b) KSYNC__KUNIT_COMPARE(test, a, !=, b, true)
#define KUNIT_ASSERT_LE(test, a, b) KSYNC__KUNIT_COMPARE(test, a, <=, b, true)
#define KUNIT_ASSERT_PTR_EQ(test, a, b) \
	KSYNC__KUNIT_SAME(test, a, ==, b, true, "")
#define KUNIT_ASSERT_PTR_NE(test, a, b) \
	KSYNC__KUNIT_SAME(test, a, !=, b, true, "")
#define KUNIT_ASSERT_NOT_NULL(test, p) KUNIT_ASSERT_PTR_NE(test, p, NULL)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL(test, p)                                  \
	KSYNC__KUNIT(test, !IS_ERR_OR_NULL(p), true, "%s is an error or NULL", \
		     #p)
#define KUNIT_EXPECT_NOT_ERR_OR_NULL(test, p)         \
	KSYNC__KUNIT(test, !IS_ERR_OR_NULL(p), false, \
		     "%s is an error or NULL", #p)

#endif
