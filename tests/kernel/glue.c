/* SPDX-License-Identifier: MIT */
/* What the glue promises, header by header, as a suite of its own KUnit. */
#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/cpumask.h>
#include <linux/hash.h>
#include <linux/hrtimer.h>
#include <linux/jump_label.h>
#include <linux/math64.h>
#include <linux/notifier.h>
#include <linux/overflow.h>
#include <linux/random.h>
#include <linux/seq_file.h>
#include <linux/smp.h>
#include <linux/unaligned.h>
#include <linux/workqueue.h>

#define CONFIG_GLUE_IS_HERE 1
#define CONFIG_GLUE_IS_OUTSIDE_MODULE 1

static void config(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, IS_ENABLED(CONFIG_GLUE_IS_HERE));
	KUNIT_EXPECT_TRUE(test, IS_BUILTIN(CONFIG_GLUE_IS_HERE));
	KUNIT_EXPECT_FALSE(test, IS_MODULE(CONFIG_GLUE_IS_HERE));
	KUNIT_EXPECT_TRUE(test, IS_ENABLED(CONFIG_GLUE_IS_OUTSIDE));
	KUNIT_EXPECT_TRUE(test, IS_MODULE(CONFIG_GLUE_IS_OUTSIDE));
	KUNIT_EXPECT_FALSE(test, IS_ENABLED(CONFIG_GLUE_IS_NOWHERE));
}

static void numbers(struct kunit *test)
{
	int n = 3;

	KUNIT_EXPECT_EQ(test, min(n++, 7), 3);
	KUNIT_EXPECT_EQ(test, n, 4);
	KUNIT_EXPECT_EQ(test, max3(1, 9, 4), 9);
	KUNIT_EXPECT_EQ(test, clamp(12, 1, 10), 10);
	KUNIT_EXPECT_EQ(test, clamp_val((u8)200, 1, 100), 100);
	KUNIT_EXPECT_EQ(test, min_not_zero(0, 5), 5);
	KUNIT_EXPECT_EQ(test, min_t(u8, 257, 3), 1);
	KUNIT_EXPECT_EQ(test, round_up(13, 8), 16);
	KUNIT_EXPECT_EQ(test, roundup(13, 5), 15);
	KUNIT_EXPECT_EQ(test, DIV_ROUND_UP(7, 2), 4);
	KUNIT_EXPECT_EQ(test, DIV_ROUND_CLOSEST(-7, 2), -4);
	KUNIT_EXPECT_EQ(test, int_sqrt(99), 9);
	KUNIT_EXPECT_EQ(test, int_sqrt(ULONG_MAX), (1UL << 32) - 1);
	KUNIT_EXPECT_EQ(test, ALIGN(5, 4), 8);
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED(64, 16));
	KUNIT_EXPECT_EQ(test, ilog2(1025), 10);
	KUNIT_EXPECT_EQ(test, roundup_pow_of_two(33), 64);
	KUNIT_EXPECT_EQ(test, rounddown_pow_of_two(33), 32);
	KUNIT_EXPECT_EQ(test, order_base_2(33), 6);
	KUNIT_EXPECT_EQ(test, fls(0), 0);
	KUNIT_EXPECT_EQ(test, fls64(1ULL << 63), 64);
	KUNIT_EXPECT_EQ(test, rol32(0x80000001, 1), 3);
	KUNIT_EXPECT_EQ(test, sign_extend32(0xf, 3), -1);
	KUNIT_EXPECT_EQ(test,
			mul_u64_u64_div_u64(1ULL << 40, 1ULL << 40, 1ULL << 50),
			1ULL << 30);
}

static void overflows(struct kunit *test)
{
	struct {
		int n;
		long item[];
	} *many = NULL;
	size_t size;
	u8 byte;

	KUNIT_EXPECT_TRUE(test, check_add_overflow(200, 100, &byte));
	KUNIT_EXPECT_FALSE(test, check_mul_overflow(3, 50, &byte));
	KUNIT_EXPECT_EQ(test, byte, 150);
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(3, 7, &byte));
	KUNIT_EXPECT_FALSE(test, check_shl_overflow(3, 6, &byte));
	KUNIT_EXPECT_EQ(test, byte, 192);
	size = SIZE_MAX / 2;
	KUNIT_EXPECT_EQ(test, struct_size(many, item, size), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, struct_size(many, item, 4), 8 + 4 * sizeof(long));
	KUNIT_EXPECT_EQ(test, array_size(size, 3), SIZE_MAX);
}

static void strings(struct kunit *test)
{
	char text[8], *end;
	int ints[6];
	int number;
	bool on;

	KUNIT_EXPECT_EQ(test, strscpy(text, "seven.."), 7);
	KUNIT_EXPECT_EQ(test, strscpy(text, "eight..."), -E2BIG);
	KUNIT_EXPECT_STREQ(test, text, "eight..");
	KUNIT_EXPECT_EQ(test, strscpy(text, "long", 3), -E2BIG);
	KUNIT_EXPECT_STREQ(test, text, "lo");
	KUNIT_EXPECT_EQ(test, kstrtoint("-12\n", 10, &number), 0);
	KUNIT_EXPECT_EQ(test, number, -12);
	KUNIT_EXPECT_EQ(test, kstrtoint("12x", 10, &number), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtoint("", 10, &number), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtoint(" 1", 10, &number), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtoint("2147483648", 10, &number), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtobool("off", &on), 0);
	KUNIT_EXPECT_FALSE(test, on);
	KUNIT_EXPECT_EQ(test, kstrtobool("maybe", &on), -EINVAL);
	KUNIT_EXPECT_TRUE(test, sysfs_streq("on\n", "on"));
	KUNIT_EXPECT_FALSE(test, sysfs_streq("on\nx", "on"));
	KUNIT_EXPECT_EQ(test, str_has_prefix("kernel", "ker"), 3);
	KUNIT_EXPECT_EQ(test, memparse("4M", &end), 4ULL << 20);
	get_options("1,4-6,9", 6, ints);
	KUNIT_EXPECT_EQ(test, ints[0], 5);
	KUNIT_EXPECT_EQ(test, ints[4], 6);
	KUNIT_EXPECT_EQ(test, ints[5], 9);
}

static void formats(struct kunit *test)
{
	static const u8 bytes[] = { 1, 0xab, 3 };
	DECLARE_BITMAP(bits, 70) = { 0x2f, 0x20 };
	char text[64];

	snprintf(text, sizeof(text), "%*ph|%*phC", 3, bytes, 2, bytes);
	KUNIT_EXPECT_STREQ(test, text, "01 ab 03|01:ab");
	snprintf(text, sizeof(text), "%pe %pe", ERR_PTR(-ENOMEM),
		 ERR_PTR(-EAGAIN));
	KUNIT_EXPECT_STREQ(test, text, "-ENOMEM -EAGAIN");
	snprintf(text, sizeof(text), "%*pbl", 70, bits);
	KUNIT_EXPECT_STREQ(test, text, "0-3,5,69");
	snprintf(text, sizeof(text), "%ps", (void *)kfree);
	KUNIT_EXPECT_STREQ(test, text, "kfree");
	snprintf(text, sizeof(text), "%-5d|%5.1x|%llu|%hhd|%c%%|%.3s|%*d", 42,
		 255, ~0ULL, 300, 'c', "string", 4, 7);
	KUNIT_EXPECT_STREQ(test, text,
			   "42   |   ff|18446744073709551615|44|c%|str|   7");
	KUNIT_EXPECT_EQ(test, snprintf(text, 4, "%s", "abcdef"), 6);
	KUNIT_EXPECT_EQ(test, scnprintf(text, 4, "%s", "abcdef"), 3);
	KUNIT_EXPECT_STREQ(test, text, "abc");
}

static void bitmaps(struct kunit *test)
{
	DECLARE_BITMAP(map, 130) = { 0 };
	DECLARE_BITMAP(other, 130) = { 0 };

	KUNIT_EXPECT_TRUE(test, bitmap_empty(map, 130));
	bitmap_set(map, 60, 10);
	KUNIT_EXPECT_EQ(test, bitmap_weight(map, 130), 10);
	KUNIT_EXPECT_EQ(test, find_first_bit(map, 130), 60);
	KUNIT_EXPECT_EQ(test, find_next_zero_bit(map, 130, 60), 70);
	KUNIT_EXPECT_EQ(test, find_last_bit(map, 130), 69);
	KUNIT_EXPECT_EQ(test, find_next_bit(map, 130, 70), 130);
	KUNIT_EXPECT_EQ(test, bitmap_find_next_zero_area(map, 130, 50, 20, 7),
			72);
	bitmap_fill(other, 130);
	KUNIT_EXPECT_TRUE(test, bitmap_full(other, 130));
	KUNIT_EXPECT_TRUE(test, bitmap_subset(map, other, 130));
	KUNIT_EXPECT_TRUE(test, bitmap_andnot(other, other, map, 130));
	KUNIT_EXPECT_FALSE(test, bitmap_intersects(map, other, 130));
}

static int constructed;

static void construct(void *object)
{
	constructed++;
	*(int *)object = 77;
}

static void caches(struct kunit *test)
{
	long before = ksync_glue_allocated();
	struct kmem_cache *cache = kmem_cache_create(
		"glue", 24, 64, SLAB_TYPESAFE_BY_RCU, construct);
	struct kmem_cache *plain = kmem_cache_create("plain", 8, NULL, 0);
	int *first, *second;
	char *text;

	first = kmem_cache_alloc(cache, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, *first, 77);
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)first, 64));
	*first = 5;
	kmem_cache_free(cache, first);
	/* Memory of its type, readable and as it was left. */
	KUNIT_EXPECT_EQ(test, *first, 5);
	second = kmem_cache_alloc(cache, GFP_KERNEL);
	KUNIT_EXPECT_PTR_EQ(test, first, second);
	KUNIT_EXPECT_EQ(test, constructed, 1);
	kmem_cache_free(cache, second);
	kmem_cache_destroy(cache);

	first = kmem_cache_zalloc(plain, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, *first, 0);
	kmem_cache_free(plain, first);
	kmem_cache_destroy(plain);

	KUNIT_EXPECT_PTR_EQ(test, kmalloc(0, GFP_KERNEL), ZERO_SIZE_PTR);
	KUNIT_EXPECT_NULL(test, kmalloc_array(SIZE_MAX / 2, 3, GFP_KERNEL));
	text = kasprintf(GFP_KERNEL, "%d%s", 12, "ab");
	KUNIT_EXPECT_STREQ(test, text, "12ab");
	text = krealloc(text, 1000, GFP_KERNEL);
	KUNIT_EXPECT_STREQ(test, text, "12ab");
	kfree(text);
	KUNIT_EXPECT_EQ(test, ksync_glue_allocated(), before);
}

static void failures(struct kunit *test)
{
	void *first, *second, *sure;

	ksync_glue_fail_alloc(1, 1);
	first = kmalloc(8, GFP_KERNEL);
	second = kmalloc(8, GFP_KERNEL);
	sure = kmalloc(8, GFP_KERNEL | __GFP_NOFAIL);
	ksync_glue_fail_alloc(0, 0);
	KUNIT_EXPECT_NOT_NULL(test, first);
	KUNIT_EXPECT_NULL(test, second);
	KUNIT_EXPECT_NOT_NULL(test, sure);
	kfree(first);
	kfree(sure);
}

static int told;
static char last_told[64];

static void tell(const char *text, const char *file, int line)
{
	told++;
	strscpy(last_told, text);
}

static bool warn_at_one_place(bool condition)
{
	return WARN_ON_ONCE(condition);
}

static void warnings(struct kunit *test)
{
	unsigned long before = ksync_glue_warnings();

	ksync_glue_set_warn_hook(tell);
	KUNIT_EXPECT_FALSE(test, warn_at_one_place(false));
	KUNIT_EXPECT_TRUE(test, warn_at_one_place(true));
	KUNIT_EXPECT_TRUE(test, warn_at_one_place(true));
	KUNIT_EXPECT_EQ(test, told, 1);
	KUNIT_EXPECT_TRUE(test, WARN(1, "with %d\n", 7));
	ksync_glue_set_warn_hook(NULL);
	KUNIT_EXPECT_STREQ(test, last_told, "with 7");
	KUNIT_EXPECT_EQ(test, ksync_glue_warnings(), before + 3);
}

static int printed, level_printed;

static void print(int level, const char *text)
{
	printed++;
	level_printed = level;
}

static void prints(struct kunit *test)
{
	ksync_glue_set_print_hook(print);
	for (int i = 0; i < 40; i++) {
		pr_err_once("once\n");
		pr_warn_ratelimited("often\n");
	}
	ksync_glue_set_print_hook(NULL);
	KUNIT_EXPECT_EQ(test, printed, 1 + DEFAULT_RATELIMIT_BURST);
	KUNIT_EXPECT_EQ(test, level_printed, LOGLEVEL_WARNING);
}

static int order[4], calls;

static int called(struct notifier_block *nb, unsigned long action, void *data)
{
	order[calls++ & 3] = nb->priority;
	return action == 2 && nb->priority == 5 ? NOTIFY_BAD : NOTIFY_OK;
}

static void notifiers(struct kunit *test)
{
	static BLOCKING_NOTIFIER_HEAD(chain);
	static ATOMIC_NOTIFIER_HEAD(atomic_chain);
	struct notifier_block low = { .notifier_call = called, .priority = 1 };
	struct notifier_block high = { .notifier_call = called, .priority = 5 };

	blocking_notifier_chain_register(&chain, &low);
	blocking_notifier_chain_register(&chain, &high);
	KUNIT_EXPECT_EQ(test, blocking_notifier_chain_register(&chain, &low),
			-EEXIST);
	KUNIT_EXPECT_EQ(test, blocking_notifier_call_chain(&chain, 1, NULL),
			NOTIFY_OK);
	KUNIT_EXPECT_EQ(test, order[0], 5);
	KUNIT_EXPECT_EQ(test, order[1], 1);
	calls = 0;
	KUNIT_EXPECT_EQ(test, blocking_notifier_call_chain(&chain, 2, NULL),
			NOTIFY_BAD);
	KUNIT_EXPECT_EQ(test, calls, 1);
	blocking_notifier_chain_unregister(&chain, &low);
	KUNIT_EXPECT_EQ(test, blocking_notifier_chain_unregister(&chain, &low),
			-ENOENT);
	atomic_notifier_chain_register(&atomic_chain, &low);
	KUNIT_EXPECT_EQ(test,
			atomic_notifier_call_chain(&atomic_chain, 1, NULL),
			NOTIFY_OK);
	atomic_notifier_chain_unregister(&atomic_chain, &low);
	KUNIT_EXPECT_EQ(test, notifier_to_errno(notifier_from_errno(-EIO)),
			-EIO);
}

static void *seq_start(struct seq_file *m, loff_t *pos)
{
	return *pos < 3000 ? pos : NULL;
}

static void *seq_next(struct seq_file *m, void *v, loff_t *pos)
{
	(*pos)++;
	return seq_start(m, pos);
}

static void seq_stop(struct seq_file *m, void *v)
{
}

static int seq_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%lld ", (long long)*(loff_t *)v);
	seq_putc(m, '\n');
	return *(loff_t *)v % 2 ? SEQ_SKIP : 0;
}

static void sequences(struct kunit *test)
{
	static const struct seq_operations op = {
		.start = seq_start,
		.next = seq_next,
		.stop = seq_stop,
		.show = seq_show,
	};
	char *text = ksync_glue_seq_show(&op, NULL);

	KUNIT_EXPECT_EQ(test, str_has_prefix(text, "0 \n2 \n4 \n"), 9);
	KUNIT_EXPECT_STREQ(test, strstr(text, "2996"), "2996 \n2998 \n");
	kfree(text);
}

static void cpus(struct kunit *test)
{
	unsigned int cpu, n = 0;

	for_each_online_cpu(cpu) n++;
	KUNIT_EXPECT_EQ(test, n, num_online_cpus());
	KUNIT_EXPECT_EQ(test, cpumask_weight(cpu_online_mask), n);
	KUNIT_EXPECT_EQ(test, cpumask_first(cpumask_of(0)), 0);
	KUNIT_EXPECT_LT(test, get_cpu(), n);
	put_cpu();
}

static void randoms(struct kunit *test)
{
	struct rnd_state one, two;

	prandom_seed_state(&one, 7);
	prandom_seed_state(&two, 7);
	KUNIT_EXPECT_EQ(test, prandom_u32_state(&one), prandom_u32_state(&two));
	for (int i = 0; i < 1000; i++) {
		u32 n = get_random_u32_inclusive(3, 5);

		KUNIT_EXPECT_TRUE(test, n >= 3 && n <= 5);
	}
}

static void bytes(struct kunit *test)
{
	static const u8 eight[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	__le32 le = cpu_to_le32(0x11223344);
	char line[100], to[12];
	u8 at[9] = { 0 };

	KUNIT_EXPECT_EQ(test, ((u8 *)&le)[0], 0x44);
	le32_add_cpu(&le, 1);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(le), 0x11223345u);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(eight + 1), 0x02030405u);
	KUNIT_EXPECT_EQ(test, get_unaligned_le16(eight + 1), 0x0302);
	KUNIT_EXPECT_EQ(test, get_unaligned_be24(eight), 0x010203u);
	put_unaligned_be64(0x0102030405060708ULL, at + 1);
	KUNIT_EXPECT_EQ(test, memcmp(at + 1, eight, 8), 0);
	KUNIT_EXPECT_EQ(test,
			hex_dump_to_buffer("ab\n", 3, 16, 1, line, sizeof(line),
					   true),
			16 * 3 + 1 + 3);
	KUNIT_EXPECT_EQ(test, str_has_prefix(line, "61 62 0a "), 9);
	KUNIT_EXPECT_STREQ(test, line + 16 * 3 + 1, "ab.");
	KUNIT_EXPECT_EQ(
		test, hex_dump_to_buffer(eight, 8, 16, 4, line, 5, false), 17);
	KUNIT_EXPECT_EQ(test, strlen(line), 4);
	strscpy(to + 4, "a b");
	KUNIT_EXPECT_PTR_EQ(test, mangle_path(to, to + 4, " "), to + 6);
	KUNIT_EXPECT_EQ(test, memcmp(to, "a\\040b", 6), 0);
	strscpy(to, "   ");
	KUNIT_EXPECT_NULL(test, mangle_path(to, to, " "));
}

static void branches(struct kunit *test)
{
	static DEFINE_STATIC_KEY_FALSE(off);
	static DEFINE_STATIC_KEY_TRUE(on);

	KUNIT_EXPECT_FALSE(test, static_branch_unlikely(&off));
	KUNIT_EXPECT_TRUE(test, static_branch_likely(&on));
	static_branch_inc(&off);
	static_branch_disable(&on);
	KUNIT_EXPECT_TRUE(test, static_branch_unlikely(&off));
	KUNIT_EXPECT_FALSE(test, static_branch_likely(&on));
	static_branch_dec(&off);
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&off.key));
}

/* A list of CPUs, and each after each, once round. */
static void cpu_lists(struct kunit *test)
{
	DECLARE_BITMAP(map, 16);
	unsigned int n = 0, cpu;

	KUNIT_EXPECT_EQ(test, bitmap_parselist("1,3-5\n", map, 16), 0);
	KUNIT_EXPECT_EQ(test, map[0], 0x3aUL);
	KUNIT_EXPECT_EQ(test, bitmap_parselist("", map, 16), 0);
	KUNIT_EXPECT_EQ(test, bitmap_weight(map, 16), 0u);
	KUNIT_EXPECT_EQ(test, bitmap_parselist("3-1", map, 16), -EINVAL);
	KUNIT_EXPECT_EQ(test, bitmap_parselist("1-", map, 16), -EINVAL);
	KUNIT_EXPECT_EQ(test, bitmap_parselist("1 2", map, 16), -EINVAL);
	KUNIT_EXPECT_EQ(test, bitmap_parselist("16", map, 16), -ERANGE);
	for_each_cpu_wrap(cpu, cpu_online_mask, 1) n++;
	KUNIT_EXPECT_EQ(test, n, num_online_cpus());
	KUNIT_EXPECT_EQ(test, cpumask_next_wrap(-1, cpumask_of(0), 0, false),
			0u);
	KUNIT_EXPECT_EQ(test, cpumask_next_wrap(0, cpumask_of(0), 0, true),
			nr_cpu_ids);
	KUNIT_EXPECT_EQ(test, cpumask_any_but(cpumask_of(0), 1), 0u);
	KUNIT_EXPECT_EQ(test, fns(0x1aUL, 1), 3UL);
	KUNIT_EXPECT_EQ(test, fns(0x1aUL, 3), (unsigned long)BITS_PER_LONG);
	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(current, cpu_online_mask),
			0);
	KUNIT_EXPECT_EQ(test, current->pid, task_pid_nr(current));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(config),   KUNIT_CASE(numbers),   KUNIT_CASE(overflows),
	KUNIT_CASE(strings),  KUNIT_CASE(formats),   KUNIT_CASE(bitmaps),
	KUNIT_CASE(caches),   KUNIT_CASE(failures),  KUNIT_CASE(warnings),
	KUNIT_CASE(prints),   KUNIT_CASE(notifiers), KUNIT_CASE(sequences),
	KUNIT_CASE(cpus),     KUNIT_CASE(randoms),   KUNIT_CASE(bytes),
	KUNIT_CASE(branches), KUNIT_CASE(cpu_lists), {}
};

static struct kunit_suite suite = { .name = "glue", .test_cases = cases };
kunit_test_suite(suite);
