/* SPDX-License-Identifier: MIT */
/* The inline bodies: src/defer/rcu_urcu.h has them for their types. */
#include <urcu/urcu-memb.h>
