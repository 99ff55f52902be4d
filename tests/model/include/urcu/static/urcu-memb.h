/* SPDX-License-Identifier: MIT */
/* The inline bodies: src/rcu_urcu.h includes them for their types alone. */
#include <urcu/urcu-memb.h>
