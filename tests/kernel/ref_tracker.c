/* SPDX-License-Identifier: MIT */
/* A reference that is not given back is told with the stack of who took it. */
#include <linux/module.h>
#include <linux/ref_tracker.h>

static struct ref_tracker_dir dir;
static int leaks;

static void print(int level, const char *text)
{
	leaks += strstr(text, "has 1/1 users at") != NULL;
}

static int __init trackers(void)
{
	struct ref_tracker *kept = NULL, *given = NULL;

	ref_tracker_dir_init(&dir, 16, "test");
	ref_tracker_alloc(&dir, &kept, GFP_KERNEL);
	ref_tracker_alloc(&dir, &given, GFP_KERNEL);
	if (ref_tracker_free(&dir, &given))
		return -EINVAL;
	ksync_glue_set_print_hook(print);
	ref_tracker_dir_print(&dir, 4);
	ksync_glue_set_print_hook(NULL);
	if (leaks != 1)
		return -EINVAL;
	ref_tracker_free(&dir, &kept);
	ref_tracker_dir_exit(&dir);
	return ksync_glue_warnings() ? -EINVAL : 0;
}
module_init(trackers);
