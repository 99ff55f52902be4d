/* SPDX-License-Identifier: MIT */
/* Chains of all four kinds: their order, who stops one, who is not there. */
#include <linux/module.h>
#include <linux/notifier.h>

static char called[8];

static int call(struct notifier_block *nb, unsigned long action, void *data)
{
	char *at = called + strlen(called);

	*at = (char)('0' + nb->priority);
	return action == (unsigned long)nb->priority ? NOTIFY_STOP : NOTIFY_OK;
}

static struct notifier_block low = { .notifier_call = call, .priority = 1 };
static struct notifier_block high = { .notifier_call = call, .priority = 3 };
static struct notifier_block mid = { .notifier_call = call, .priority = 2 };

static ATOMIC_NOTIFIER_HEAD(atomic);
static BLOCKING_NOTIFIER_HEAD(blocking);
static RAW_NOTIFIER_HEAD(raw);
static struct srcu_notifier_head srcu;

static bool is_called(const char *expected, int ret, int expected_ret)
{
	bool same = !strcmp(called, expected) && ret == expected_ret;

	if (!same)
		pr_err("called %s, not %s; %d\n", called, expected, ret);
	memset(called, 0, sizeof(called));
	return same;
}

#define CHAIN(kind)                                                            \
	static int chain_##kind(void)                                          \
	{                                                                      \
		if (kind##_notifier_chain_register(&kind, &low) ||             \
		    kind##_notifier_chain_register(&kind, &high) ||            \
		    kind##_notifier_chain_register(&kind, &mid))               \
			return -ENOMEM;                                        \
		if (!is_called("321",                                          \
			       kind##_notifier_call_chain(&kind, 9, NULL),     \
			       NOTIFY_OK) ||                                   \
		    !is_called("32",                                           \
			       kind##_notifier_call_chain(&kind, 2, NULL),     \
			       NOTIFY_STOP))                                   \
			return -EINVAL;                                        \
		if (kind##_notifier_chain_unregister(&kind, &high) ||          \
		    kind##_notifier_chain_unregister(&kind, &high) != -ENOENT) \
			return -EINVAL;                                        \
		return is_called("21",                                         \
				 kind##_notifier_call_chain(&kind, 9, NULL),   \
				 NOTIFY_OK) &&                                 \
				       !kind##_notifier_chain_unregister(      \
					       &kind, &low) &&                 \
				       !kind##_notifier_chain_unregister(      \
					       &kind, &mid) ?                  \
			       0 :                                             \
			       -EINVAL;                                        \
	}
CHAIN(atomic)
CHAIN(blocking)
CHAIN(raw)
CHAIN(srcu)

static int __init notifiers(void)
{
	int ret = chain_atomic() ?: chain_blocking() ?: chain_raw();

	srcu_init_notifier_head(&srcu);
	ret = ret ?: chain_srcu();
	srcu_cleanup_notifier_head(&srcu);
	return ret ?: ksync_glue_warnings() ? -EINVAL : 0;
}
module_init(notifiers);
