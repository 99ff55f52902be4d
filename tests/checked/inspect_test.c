/* SPDX-License-Identifier: MIT */
/*
 * The checked library: statistics of locks, and the graph of their orders, as
 * the program reads them and as they are printed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>

#include <ksync/inspect.h>

#include "../support/process.h"
#include "../support/queue.h"
#include "../support/threads.h"
#include "said.h"

SAID_SUITE(inspect);

static DEFINE_MUTEX(ledger);
static DEFINE_MUTEX(quiet);
static DEFINE_SPINLOCK(cache);
static DECLARE_RWSEM(tree);

/* What is written to a file, in one piece. */
static char printed[1 << 16];

static void read_back(int fd)
{
	ssize_t n;

	cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
	n = read(fd, printed, sizeof(printed) - 1);
	cr_assert(n >= 0);
	printed[n] = '\0';
	close(fd);
}

static void print(bool (*fn)(int fd, enum ksync_form form),
		  enum ksync_form form)
{
	int fd = memfd_create("printed", 0);

	cr_assert(fn(fd, form));
	read_back(fd);
}

static bool print_stat(int fd, enum ksync_form form)
{
	return ksync_lock_stat_print(fd, form);
}

static bool print_graph(int fd, enum ksync_form form)
{
	return ksync_lock_graph_print(fd, form);
}

#define expect_printed(words) \
	cr_assert(strstr(printed, words), "%s is not in:\n%s", words, printed)
#define expect_not_printed(words) \
	cr_assert(!strstr(printed, words), "%s is in:\n%s", words, printed)

/* The line of a name, or one without a name. */
static struct ksync_lock_stat stat_of(const char *name, bool shared)
{
	struct ksync_lock_stat stat;
	unsigned int cursor = 0;

	while (ksync_lock_stat_read(&cursor, &stat))
		if (!strcmp(stat.name, name) && stat.shared == shared)
			return stat;
	return (struct ksync_lock_stat){ .kind = NULL };
}

static void use(struct mutex *lock, int times)
{
	while (times--) {
		mutex_lock(lock);
		mutex_unlock(lock);
	}
}

/* ---- statistics ---- */

Test(inspect, nothing_is_counted_before_it_is_switched_on)
{
	use(&ledger, 3);
	cr_assert_null(stat_of("ledger", false).kind);
}

Test(inspect, each_acquisition_counts)
{
	struct ksync_lock_stat stat;

	ksync_lock_stat_set(true);
	use(&ledger, 3);
	spin_lock(&cache);
	spin_unlock(&cache);
	stat = stat_of("ledger", false);
	cr_assert_str_eq(stat.kind, "mutex");
	cr_assert_eq(stat.hold.count, 3);
	cr_assert_eq(stat.wait.count, 0);
	cr_assert_eq(stat.con_bounces, 0);
	cr_assert_eq(stat_of("cache", false).hold.count, 1);
	cr_assert_null(stat_of("quiet", false).kind, "nobody took it");
}

Test(inspect, hold_times_add_up)
{
	struct ksync_lock_stat stat;
	long long before, took;

	ksync_lock_stat_set(true);
	use(&ledger, 1);
	before = now_ms();
	mutex_lock(&ledger);
	nap_ms(20);
	mutex_unlock(&ledger);
	took = now_ms() - before + 1;
	stat = stat_of("ledger", false);
	cr_assert_geq(stat.hold.max, 19 * 1000000ull);
	cr_assert_leq(stat.hold.max, (unsigned long long)took * 1000000ull);
	cr_assert_lt(stat.hold.min, stat.hold.max);
	cr_assert_eq(stat.hold.min + stat.hold.max, stat.hold.total);
}

Test(inspect, readers_have_a_line_of_their_own)
{
	ksync_lock_stat_set(true);
	down_read(&tree);
	up_read(&tree);
	down_write(&tree);
	up_write(&tree);
	down_write(&tree);
	up_write(&tree);
	cr_assert_eq(stat_of("tree", true).hold.count, 1);
	cr_assert_eq(stat_of("tree", false).hold.count, 2);
}

static void *lock_once(void *arg)
{
	use(arg, 1);
	return NULL;
}

/* One thread waits, for as long as it takes to see that it does. */
static void contend(void)
{
	pthread_t thread;

	mutex_lock(&ledger);
	pthread_create(&thread, NULL, lock_once, &ledger);
	wait_until(mutex_waiters(&ledger));
	nap_ms(5);
	mutex_unlock(&ledger);
	pthread_join(thread, NULL);
}

Test(inspect, who_waits_is_counted_with_the_time_that_it_took)
{
	struct ksync_lock_stat stat;

	ksync_lock_stat_set(true);
	contend();
	stat = stat_of("ledger", false);
	cr_assert_eq(stat.wait.count, 1);
	cr_assert_geq(stat.wait.min, 5 * 1000000ull);
	cr_assert_eq(stat.wait.min, stat.wait.total);
	cr_assert_eq(stat.wait.max, stat.wait.total);
	cr_assert_eq(stat.hold.count, 2);
}

Test(inspect, both_places_of_a_wait_are_told)
{
	struct ksync_lock_stat stat;

	ksync_lock_stat_set(true);
	contend();
	contend();
	stat = stat_of("ledger", false);
	cr_assert_neq(stat.waited[0].where, NULL);
	cr_assert_eq(stat.waited[0].count, 2);
	cr_assert_eq(stat.waited[1].where, NULL);
	cr_assert_neq(stat.held[0].where, NULL);
	cr_assert_neq(stat.held[0].where, stat.waited[0].where);
	cr_assert_eq(stat.held[0].count, 2);
}

static void contend_elsewhere(void)
{
	pthread_t thread;

	mutex_lock(&ledger);
	pthread_create(&thread, NULL, lock_once, &ledger);
	wait_until(mutex_waiters(&ledger));
	mutex_unlock(&ledger);
	pthread_join(thread, NULL);
}

Test(inspect, places_are_told_apart)
{
	struct ksync_lock_stat stat;

	ksync_lock_stat_set(true);
	contend();
	contend_elsewhere();
	stat = stat_of("ledger", false);
	cr_assert_eq(stat.waited[0].count, 2);
	cr_assert_eq(stat.held[0].count, 1);
	cr_assert_eq(stat.held[1].count, 1);
	cr_assert_neq(stat.held[0].where, stat.held[1].where);
}

/* On one processor and then on another; false if there is but one. */
static bool move_to(int number)
{
	cpu_set_t may, one;
	int cpu = 0;

	sched_getaffinity(0, sizeof(may), &may);
	for (; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &may) && !number--)
			break;
	if (cpu == CPU_SETSIZE)
		return false;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	return !sched_setaffinity(0, sizeof(one), &one);
}

static void *lock_elsewhere(void *arg)
{
	(void)arg;
	if (!move_to(1))
		return NULL;
	use(&ledger, 1);
	return arg;
}

Test(inspect, a_lock_that_comes_from_another_processor_bounces)
{
	pthread_t thread;
	void *moved;

	ksync_lock_stat_set(true);
	pthread_create(&thread, NULL, lock_elsewhere, &ledger);
	pthread_join(thread, &moved);
	if (!moved)
		return;
	move_to(0);
	use(&ledger, 2);
	cr_assert_eq(stat_of("ledger", false).acq_bounces, 1);
}

Test(inspect, what_was_counted_can_be_forgotten)
{
	ksync_lock_stat_set(true);
	contend();
	ksync_lock_stat_clear();
	cr_assert_null(stat_of("ledger", false).kind);
	use(&ledger, 1);
	cr_assert_eq(stat_of("ledger", false).hold.count, 1);
}

Test(inspect, and_it_can_be_switched_off)
{
	ksync_lock_stat_set(true);
	use(&ledger, 2);
	ksync_lock_stat_set(false);
	use(&ledger, 5);
	cr_assert_eq(stat_of("ledger", false).hold.count, 2);
}

Test(inspect, what_is_given_up_is_no_contention)
{
	ksync_lock_stat_set(true);
	cr_assert(mutex_trylock(&ledger));
	mutex_unlock(&ledger);
	cr_assert_eq(stat_of("ledger", false).wait.count, 0);
	cr_assert_eq(stat_of("ledger", false).hold.count, 1);
}

Test(inspect, subclasses_have_lines_of_their_own)
{
	ksync_lock_stat_set(true);
	mutex_lock_nested(&ledger, SINGLE_DEPTH_NESTING);
	mutex_unlock(&ledger);
	cr_assert_eq(stat_of("ledger/1", false).hold.count, 1);
}

Test(inspect, text_has_the_columns_of_the_kernel)
{
	static const char *const columns[] = {
		"class name",	"con-bounces",	"contentions",
		"waittime-min", "waittime-max", "waittime-total",
		"waittime-avg", "acq-bounces",	"acquisitions",
		"holdtime-min", "holdtime-max", "holdtime-total",
		"holdtime-avg",
	};
	const char *at = printed;

	ksync_lock_stat_set(true);
	contend();
	down_read(&tree);
	up_read(&tree);
	print(print_stat, KSYNC_FORM_TEXT);
	expect_printed("lock_stat version 0.4\n");
	for (size_t n = 0; n < sizeof(columns) / sizeof(columns[0]); n++) {
		at = strstr(at, columns[n]);
		cr_assert(at, "%s is not in its place:\n%s", columns[n],
			  printed);
	}
	expect_printed(" ledger:");
	expect_printed(" tree-R:");
	expect_not_printed("quiet");
	expect_printed("inspect_test+0x");
}

/* Column n, from 1, of a name's line. */
static double column(const char *name, int n)
{
	char *at = strstr(printed, name);

	cr_assert(at, "%s is not in:\n%s", name, printed);
	at += strlen(name);
	while (--n)
		(void)strtod(at, &at);
	return strtod(at, NULL);
}

Test(inspect, text_is_in_microseconds)
{
	struct ksync_lock_stat stat;

	ksync_lock_stat_set(true);
	contend();
	use(&ledger, 1);
	ksync_lock_stat_set(false);
	stat = stat_of("ledger", false);
	print(print_stat, KSYNC_FORM_TEXT);
	cr_assert_eq(column("ledger:", 2), 1);
	cr_assert_float_eq(column("ledger:", 3), stat.wait.min / 1e3, 0.0101);
	cr_assert_float_eq(column("ledger:", 5), stat.wait.total / 1e3, 0.0101);
	cr_assert_eq(column("ledger:", 8), 3);
	cr_assert_float_eq(column("ledger:", 10), stat.hold.max / 1e3, 0.0101);
	cr_assert_float_eq(column("ledger:", 12), stat.hold.total / 3e3,
			   0.0111);
}

static bool json_is_good(void)
{
	FILE *to = popen("python3 -c 'import json,sys; json.load(sys.stdin)'",
			 "w");

	fputs(printed, to);
	return !pclose(to);
}

Test(inspect, json_has_them_too)
{
	ksync_lock_stat_set(true);
	contend();
	print(print_stat, KSYNC_FORM_JSON);
	cr_assert(json_is_good(), "%s", printed);
	expect_printed("\"name\":\"ledger\",\"kind\":\"mutex\"");
	expect_printed("\"contentions\":1,\"waittime-min\":");
	expect_printed("\"acquisitions\":2,\"holdtime-min\":");
	expect_printed("\"waited\":[{\"count\":1,\"where\":\"0x");
}

Test(inspect, a_name_of_any_characters_is_a_string)
{
	static struct lock_class_key key;
	struct mutex odd;

	mutex_init(&odd);
	lockdep_set_class_and_name(&odd, &key, "a\"b\\c\td");
	ksync_lock_stat_set(true);
	use(&odd, 1);
	print(print_stat, KSYNC_FORM_JSON);
	cr_assert(json_is_good(), "%s", printed);
	expect_printed("\"a\\\"b\\\\c\\u0009d\"");
}

Test(inspect, a_file_that_cannot_be_written_is_told)
{
	int full = open("/dev/full", O_WRONLY);

	cr_assert_geq(full, 0);
	ksync_lock_stat_set(true);
	use(&ledger, 1);
	cr_assert_not(ksync_lock_stat_print(full, KSYNC_FORM_TEXT));
	close(full);
	cr_assert_not(ksync_lock_stat_print(1, KSYNC_FORM_DOT), "no such form");
}

/* ---- the graph ---- */

static void both(struct mutex *one, struct mutex *two)
{
	mutex_lock(one);
	mutex_lock(two);
	mutex_unlock(two);
	mutex_unlock(one);
}

/* The number that a class has in what was printed as JSON. */
static int id_of(const char *name)
{
	char words[80];
	char *at;

	snprintf(words, sizeof(words), ",\"name\":\"%s\"", name);
	at = strstr(printed, words);
	cr_assert(at, "%s is not in:\n%s", name, printed);
	while (at[-1] != ':')
		at--;
	return atoi(at);
}

static const char *edge(const char *format, int first, int then)
{
	static char words[80];

	snprintf(words, sizeof(words), format, first, then);
	return words;
}

Test(inspect, the_graph_has_classes_and_their_orders)
{
	int one, two;

	both(&ledger, &quiet);
	print(print_graph, KSYNC_FORM_JSON);
	cr_assert(json_is_good(), "%s", printed);
	one = id_of("ledger");
	two = id_of("quiet");
	expect_printed(edge("{\"first\":%d,\"then\":%d,", one, two));
	expect_not_printed(edge("{\"first\":%d,\"then\":%d,", two, one));
	expect_printed("\"mode\":\"alone, then waits\",\"held_at\":\"0x");
	expect_printed("\"closes_circle\":false");
	expect_not_printed("\"closes_circle\":true");
	print(print_graph, KSYNC_FORM_TEXT);
	expect_printed("ledger -> quiet\n  held at 0x");
	print(print_graph, KSYNC_FORM_DOT);
	expect_printed("digraph locks {\n");
	expect_printed("[label=\"ledger\", tooltip=\"mutex\"];");
	expect_printed(edge("\t%d -> %d;\n", one, two));
}

Test(inspect, an_order_that_closes_a_circle_says_so)
{
	int one, two;

	both(&ledger, &quiet);
	both(&quiet, &ledger);
	expect_said("an order that can deadlock");
	print(print_graph, KSYNC_FORM_JSON);
	one = id_of("ledger");
	two = id_of("quiet");
	expect_printed(edge("{\"first\":%d,\"then\":%d,", two, one));
	expect_printed("\"closes_circle\":true");
	print(print_graph, KSYNC_FORM_DOT);
	expect_printed(edge("\t%d -> %d [color=red];\n", two, one));
}

Test(inspect, how_a_lock_was_held_is_in_the_graph)
{
	down_read(&tree);
	use(&quiet, 1);
	up_read(&tree);
	print(print_graph, KSYNC_FORM_JSON);
	expect_printed("\"mode\":\"shared, then waits\"");
	expect_not_printed("\"mode\":\"alone, then waits\"");
}

/* ---- by option ---- */

__attribute__((constructor)) static void play(void)
{
	if (!getenv("INSPECT_PLAY"))
		return;
	both(&ledger, &quiet);
	if (strcmp(getenv("INSPECT_PLAY"), "fork") || !fork())
		exit(0);
	wait(NULL);
	_exit(0);
}

struct option {
	const char *name;
	const char *form;
	const char *play;
	int fd;
};

static void again(void *arg)
{
	const struct option *o = arg;
	char *args[] = { "inspect", NULL };
	char value[64];

	snprintf(value, sizeof(value), "%s:/proc/self/fd/%d", o->form, o->fd);
	setenv(o->name, value, 1);
	setenv("INSPECT_PLAY", o->play, 1);
	execv("/proc/self/exe", args);
	_exit(EXIT_FAILED);
}

static void print_by_option(const char *name, const char *form,
			    const char *play)
{
	struct option o = { name, form, play, memfd_create("printed", 0) };

	cr_assert_eq(in_child(again, &o), 0);
	read_back(o.fd);
}

Test(inspect, an_exit_prints_what_the_environment_asks_for)
{
	print_by_option("KSYNC_LOCK_STAT", "text", "1");
	expect_printed(" ledger:");
	print_by_option("KSYNC_LOCK_STAT", "json", "1");
	cr_assert(json_is_good(), "%s", printed);
	expect_printed("\"name\":\"ledger\"");
	print_by_option("KSYNC_LOCK_GRAPH", "dot", "1");
	expect_printed("digraph locks");
	print_by_option("KSYNC_LOCK_GRAPH", "none", "1");
	cr_assert_str_empty(printed, "%s", printed);
}

Test(inspect, a_forks_child_prints_nothing)
{
	print_by_option("KSYNC_LOCK_GRAPH", "json", "fork");
	cr_assert_str_empty(printed, "%s", printed);
	print_by_option("KSYNC_LOCK_STAT", "json", "fork");
	cr_assert_str_empty(printed, "%s", printed);
}
