/* SPDX-License-Identifier: MIT */
/* At most so many lines in each interval. */
#ifndef KSYNC_GLUE_RATELIMIT_H
#define KSYNC_GLUE_RATELIMIT_H

#include <linux/compiler.h>
#include <linux/jiffies.h>

#define DEFAULT_RATELIMIT_INTERVAL (5 * HZ)
#define DEFAULT_RATELIMIT_BURST 10
#define RATELIMIT_MSG_ON_RELEASE 1

struct ratelimit_state {
	int interval, burst;
	int printed, missed; /* atomic */
	unsigned long begin; /* atomic */
	unsigned long flags;
};

#define RATELIMIT_STATE_INIT(name, every, most) \
	{ .interval = (every), .burst = (most) }
#define RATELIMIT_STATE_INIT_DISABLED RATELIMIT_STATE_INIT(, 0, 10)
#define DEFINE_RATELIMIT_STATE(name, every, most) \
	struct ratelimit_state name = RATELIMIT_STATE_INIT(name, every, most)
#define ratelimit_set_flags(rs, f) ((rs)->flags = (f))

int ksync_glue_ratelimit(struct ratelimit_state *rs, unsigned long now);
#define __ratelimit(rs) ksync_glue_ratelimit(rs, jiffies)

static inline void ratelimit_state_init(struct ratelimit_state *rs,
					int interval, int burst)
{
	*rs = (struct ratelimit_state)RATELIMIT_STATE_INIT(, interval, burst);
}

static inline void ratelimit_default_init(struct ratelimit_state *rs)
{
	ratelimit_state_init(rs, DEFAULT_RATELIMIT_INTERVAL,
			     DEFAULT_RATELIMIT_BURST);
}

#define WARN_ON_RATELIMIT(cond, rs) WARN_ON((cond) && __ratelimit(rs))
#define WARN_RATELIMIT(cond, fmt...)                                      \
	__extension__({                                                   \
		static DEFINE_RATELIMIT_STATE(ksync__rs,                  \
					      DEFAULT_RATELIMIT_INTERVAL, \
					      DEFAULT_RATELIMIT_BURST);   \
		int ksync__cond = !!(cond);                               \
		if (ksync__cond && __ratelimit(&ksync__rs))               \
			WARN(1, fmt);                                     \
		ksync__cond;                                              \
	})

#endif
