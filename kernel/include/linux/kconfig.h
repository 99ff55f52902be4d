/* SPDX-License-Identifier: MIT */
/*
 * IS_ENABLED() and its kin, over the options that the port's own header
 * defines.
 */
#ifndef KSYNC_GLUE_KCONFIG_H
#define KSYNC_GLUE_KCONFIG_H

/* -DKSYNC_KCONFIG='"my_config.h"': lines such as #define CONFIG_SMP 1. */
#ifdef KSYNC_KCONFIG
#include KSYNC_KCONFIG
#endif

/*
 * An option that is 1 becomes "0, 1, 0", of which the second is taken; one that
 * is not defined becomes "NAME 1, 0", of which the second is 0.
 */
#define KSYNC__OPTION_1 0,
#define KSYNC__SECOND(first, second, ...) second
#define KSYNC__IS_SET(option) KSYNC__IS_SET_(option)
#define KSYNC__IS_SET_(value) KSYNC__IS_SET__(KSYNC__OPTION_##value)
#define KSYNC__IS_SET__(maybe) KSYNC__SECOND(maybe 1, 0, 0)

/* Built in; as a module, which nothing is here unless the config says so. */
#define IS_BUILTIN(option) KSYNC__IS_SET(option)
#define IS_MODULE(option) KSYNC__IS_SET(option##_MODULE)
#define IS_REACHABLE(option) IS_ENABLED(option)
#define IS_ENABLED(option) \
	(KSYNC__IS_SET(option) || KSYNC__IS_SET(option##_MODULE))

#endif
