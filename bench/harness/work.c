// SPDX-License-Identifier: MIT
/* How many units of bench_work() fill a given time on this machine. */
#include <pthread.h>

#include "loop.h"
#include "parts.h"

#define ROUNDS 9
#define REPEATS 400
#define FEW_UNITS 10u
#define MANY_UNITS 1010u

static double ns_per_unit;
static double ns_fixed;
static pthread_once_t calibrated = PTHREAD_ONCE_INIT;

/* The least of several rounds: others can only make it longer. */
static double least_ns(unsigned int units)
{
	double least = 1e12;

	for (int round = 0; round < ROUNDS; round++) {
		uint64_t start = bench_now_ns();
		double ns;

		for (int i = 0; i < REPEATS; i++)
			bench_work(units);
		ns = (double)(bench_now_ns() - start) / REPEATS;
		if (ns < least)
			least = ns;
	}
	return least;
}

static void calibrate(void)
{
	double few = least_ns(FEW_UNITS), many = least_ns(MANY_UNITS);

	ns_per_unit = (many - few) / (MANY_UNITS - FEW_UNITS);
	ns_fixed = few - FEW_UNITS * ns_per_unit;
}

unsigned int bench_work_units(unsigned int ns)
{
	double units;

	if (!ns)
		return 0;
	pthread_once(&calibrated, calibrate);
	units = (ns - ns_fixed) / ns_per_unit;
	return units < 1 ? 1 : (unsigned int)units;
}
