// SPDX-License-Identifier: MIT
/*
 * What a reader must know about the machine and the build to judge the numbers.
 * Facts that the system does not tell read "unknown".
 */
#include <gnu/libc-version.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "parts.h"

#define VALUE_SIZE 256

static const char unknown[] = "unknown";

static void cut_line(char *text)
{
	text[strcspn(text, "\n")] = '\0';
}

static void add_file(const char *name, const char *path)
{
	char value[VALUE_SIZE];
	FILE *file = fopen(path, "r");

	if (!file || !fgets(value, sizeof(value), file))
		strcpy(value, unknown);
	if (file)
		fclose(file);
	cut_line(value);
	bench_add_fact(name, value);
}

/* The value of @key's first line in /proc/cpuinfo, or NULL. */
static const char *cpuinfo(const char *key, char *line, int size)
{
	FILE *file = fopen("/proc/cpuinfo", "r");
	const char *value = NULL;

	if (!file)
		return NULL;
	while (!value && fgets(line, size, file)) {
		char *colon = strstr(line, ": ");

		if (colon && !strncmp(line, key, strlen(key)))
			value = colon + 2;
	}
	fclose(file);
	if (value)
		cut_line(line);
	return value;
}

static void add_processor(void)
{
	char line[4096], count[16];
	const char *value = cpuinfo("model name", line, sizeof(line));

	bench_add_fact("cpu_model", value ? value : unknown);
	value = cpuinfo("vendor_id", line, sizeof(line));
	bench_add_fact("cpu_vendor", value ? value : unknown);
	value = cpuinfo("cpu family", line, sizeof(line));
	bench_add_fact("cpu_family", value ? value : unknown);
	/* "model name" comes behind "model". */
	value = cpuinfo("model", line, sizeof(line));
	bench_add_fact("cpu_number", value ? value : unknown);
	value = cpuinfo("microcode", line, sizeof(line));
	bench_add_fact("microcode", value ? value : unknown);
	value = cpuinfo("flags", line, sizeof(line));
	bench_add_fact("hypervisor", !value			  ? unknown :
				     strstr(value, " hypervisor") ? "yes" :
								    "no");
	snprintf(count, sizeof(count), "%u", bench_cpus());
	bench_add_fact("cpus_allowed", count);
	add_file("governor", "/sys/devices/system/cpu/cpu0/cpufreq/"
			     "scaling_governor");
	add_file("turbo_off", "/sys/devices/system/cpu/intel_pstate/no_turbo");
	add_file("smt", "/sys/devices/system/cpu/smt/active");
	add_file("dmi_product", "/sys/class/dmi/id/product_name");
}

static void add_system(void)
{
	struct utsname name;
	char value[3 * VALUE_SIZE];

	uname(&name);
	snprintf(value, sizeof(value), "%s %s %s", name.sysname, name.release,
		 name.machine);
	bench_add_fact("kernel", value);
	snprintf(value, sizeof(value), "glibc %s", gnu_get_libc_version());
	bench_add_fact("libc", value);
	add_file("load", "/proc/loadavg");
	add_file("aslr", "/proc/sys/kernel/randomize_va_space");
	add_file("thp", "/sys/kernel/mm/transparent_hugepage/enabled");
}

static void add_build(void)
{
	bench_add_fact("compiler", BENCH_COMPILER);
	bench_add_fact("flags", BENCH_FLAGS);
	bench_add_fact("library_flags", BENCH_LIBRARY_FLAGS);
	bench_add_fact("build_type", BENCH_BUILD_TYPE);
	bench_add_fact("rivals_missing", BENCH_RIVALS_MISSING);
	bench_add_fact("round_trip_source", "first two allowed processors");
}

void bench_add_host_facts(void)
{
	char value[32];

	add_processor();
	add_system();
	add_build();
	snprintf(value, sizeof(value), "%.0f", bench_round_trip_ns());
	bench_add_fact("round_trip_ns", value);
}
