// SPDX-License-Identifier: MIT
/*
 * What there is to measure. Filled by constructors, before main(), by one
 * thread; read-only afterwards.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

#define MAX_SUBJECTS 512
#define MAX_FAMILIES 64
#define MAX_FACTS 1024

struct fact {
	char *name;
	char *value;
};

static const struct bench_subject *subjects[MAX_SUBJECTS];
static size_t subject_count;
static const struct bench_family *families[MAX_FAMILIES];
static size_t family_count;
static struct fact facts[MAX_FACTS];
static size_t fact_count;

static void check_room(size_t count, size_t room, const char *what)
{
	if (count < room)
		return;
	fprintf(stderr, "ksync-bench: too many %s, raise the limit in %s\n",
		what, __FILE__);
	abort();
}

void bench_add_subject(const struct bench_subject *subject)
{
	check_room(subject_count, MAX_SUBJECTS, "subjects");
	subjects[subject_count++] = subject;
}

void bench_add_family(const struct bench_family *family)
{
	check_room(family_count, MAX_FAMILIES, "families");
	families[family_count++] = family;
}

void bench_add_fact(const char *name, const char *value)
{
	check_room(fact_count, MAX_FACTS, "facts");
	facts[fact_count].name = strdup(name);
	facts[fact_count].value = strdup(value);
	fact_count++;
}

size_t bench_subject_count(void)
{
	return subject_count;
}

const struct bench_subject *bench_subject_at(size_t index)
{
	return subjects[index];
}

const struct bench_family *bench_find_family(const char *name)
{
	for (size_t i = 0; i < family_count; i++)
		if (!strcmp(families[i]->name, name))
			return families[i];
	return NULL;
}

size_t bench_fact_count(void)
{
	return fact_count;
}

const char *bench_fact_name(size_t index)
{
	return facts[index].name;
}

const char *bench_fact_value(size_t index)
{
	return facts[index].value;
}

static void section_name(unsigned int ns, char *name, size_t size)
{
	if (!ns)
		snprintf(name, size, "empty");
	else if (ns % 1000)
		snprintf(name, size, "%uns", ns);
	else
		snprintf(name, size, "%uus", ns / 1000);
}

void bench_row_name(const struct bench_subject *subject,
		    const struct bench_scenario *scenario, const char *impl,
		    char *name, size_t size)
{
	const char *alone = subject->op ? subject->op : "uncontended";
	const char *shared = subject->op ? subject->op : "contended";
	static const char *const busy[] = {
		[BENCH_THROUGHPUT] = "busy",
		[BENCH_WAIT_MEDIAN] = "busy_wait_median",
		[BENCH_WAIT_P90] = "busy_wait_p90",
		[BENCH_LATE_P90] = "busy_late_p90",
	};
	char section[16];

	if (!scenario) {
		snprintf(name, size, "%s/%s/%s", subject->family, alone, impl);
		return;
	}
	section_name(scenario->section_ns, section, sizeof(section));
	if (scenario->hogs)
		shared = busy[scenario->measure];
	snprintf(name, size, "%s/%s:%u:%s/%s", subject->family, shared,
		 scenario->threads, section, impl);
}
