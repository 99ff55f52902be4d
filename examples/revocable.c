/* SPDX-License-Identifier: MIT */
/* A sensor that threads read until somebody pulls it out. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>

#include <ksync/delay.h>
#include <ksync/revocable.h>

struct sensor {
	int celsius;
	ksync_atomic_t readings;
};

static void sensor_drop(struct sensor *s)
{
	printf("gone after %d readings\n", ksync_atomic_read(&s->readings));
	s->celsius = -300; /* nobody sees that */
}

KSYNC_DEFINE_SRCU_REVOCABLE(sensor, struct sensor, sensor_drop)

static struct sensor_revocable sensor = { KSYNC_SRCU_REVOCABLE_INIT,
					  { .celsius = 21 } };

static int sensor_read(int *celsius)
{
	KSYNC_CLASS(sensor_access, a)(&sensor);

	if (!a.object)
		return -ENODEV;
	ksync_usleep_range(10, 20); /* an access of this flavour may sleep */
	ksync_atomic_inc(&a.object->readings);
	*celsius = a.object->celsius;
	return 0;
}

static void *watch(void *wrong)
{
	int celsius;

	while (sensor_read(&celsius) == 0)
		if (celsius != 21)
			*(int *)wrong = 1;
	return NULL;
}

int main(void)
{
	pthread_t threads[3];
	int wrong[3] = { 0 };

	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, watch, &wrong[i]);
	while (ksync_atomic_read(&sensor_revocable_data(&sensor)->readings) <
	       100)
		ksync_msleep(1);
	sensor_revocable_revoke(&sensor);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	sensor_revocable_destroy(&sensor);
	return wrong[0] || wrong[1] || wrong[2];
}
