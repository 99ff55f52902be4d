/* SPDX-License-Identifier: MIT */
/* CPUs neither come nor go: no-ops. */
#ifndef KSYNC_GLUE_CPUHPLOCK_H
#define KSYNC_GLUE_CPUHPLOCK_H

#define cpus_read_lock() ((void)0)
#define cpus_read_unlock() ((void)0)
#define cpus_read_trylock() 1
#define cpus_write_lock() ((void)0)
#define cpus_write_unlock() ((void)0)
#define lockdep_assert_cpus_held() ((void)0)
#define cpu_hotplug_disable() ((void)0)
#define cpu_hotplug_enable() ((void)0)

#endif
