/* SPDX-License-Identifier: MIT */
#include <ksync/box.h>

typedef ksync_box_t box_t;
