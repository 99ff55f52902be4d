/* SPDX-License-Identifier: MIT */
/* A macro's value as a string. */
#ifndef KSYNC_GLUE_STRINGIFY_H
#define KSYNC_GLUE_STRINGIFY_H

#define __stringify_1(x...) #x
#define __stringify(x...) __stringify_1(x)

#endif
