/* SPDX-License-Identifier: MIT */
/* What runs at the start and at the end, and the parameters. */
#include <linux/module.h>

#include <stdlib.h>

struct module ksync_glue_this_module = { .name = "ksync" };

/* Registered by constructors, one thread's; not changed while they run. */
static struct ksync_glue_call *calls;
static struct kernel_param *params;

void ksync_glue_register_call(struct ksync_glue_call *call)
{
	struct ksync_glue_call **link = &calls;

	while (*link && (*link)->level <= call->level)
		link = &(*link)->next;
	call->next = *link;
	*link = call;
}

void ksync_glue_register_param(struct kernel_param *param)
{
	param->next = params;
	params = param;
}

static int param_set(struct kernel_param *param, const char *value)
{
	int err;

	if (!param->ops->set)
		return -EPERM;
	err = param->ops->set(value, param);
	if (err)
		pr_err("%s=%s: %pe\n", param->name, value, ERR_PTR(err));
	return err;
}

/* name=value, or "module.name=value" as the kernel's command line has it. */
static int argument(const char *arg)
{
	size_t len = strcspn(arg, "=");
	const char *value = arg[len] ? arg + len + 1 : "1";
	const char *dot = memrchr(arg, '.', len);
	const char *name = dot ? dot + 1 : arg;

	for (struct kernel_param *param = params; param; param = param->next) {
		if (strlen(param->name) == (size_t)(arg + len - name) &&
		    !strncmp(param->name, name, (size_t)(arg + len - name)))
			return param_set(param, value);
	}
	for (struct ksync_glue_call *call = calls; call; call = call->next) {
		if (call->setup &&
		    !strncmp(arg, call->name, strlen(call->name))) {
			call->setup((char *)arg + strlen(call->name));
			return 0;
		}
	}
	pr_err("there is no parameter %s\n", arg);
	return -ENOENT;
}

static int parameters(int argc, char **argv)
{
	for (struct kernel_param *param = params; param; param = param->next) {
		char name[96];
		const char *value;

		(snprintf)(name, sizeof(name), "KSYNC_PARAM_%s", param->name);
		value = getenv(name);
		if (value) {
			int err = param_set(param, value);

			if (err)
				return err;
		}
	}
	for (int i = 1; i < argc; i++) {
		int err = argument(argv[i]);

		if (err)
			return err;
	}
	return 0;
}

int ksync_kernel_start(int argc, char **argv)
{
	int err = parameters(argc, argv);

	if (err)
		return err;
	for (struct ksync_glue_call *call = calls; call; call = call->next) {
		if (call->done)
			continue;
		call->done = 1;
		err = call->init ? call->init() : 0;
		call->held();
		if (err < 0) {
			/* One module is one init and one exit: who failed has
			 * undone its own. */
			return err;
		}
	}
	ksync_glue_this_module.state = MODULE_STATE_LIVE;
	return 0;
}

static void stop_from(struct ksync_glue_call *call)
{
	if (!call)
		return;
	stop_from(call->next);
	if (call->exit && call->done) {
		call->done = 0;
		call->exit();
		call->held();
	}
}

void ksync_kernel_stop(void)
{
	ksync_glue_this_module.state = MODULE_STATE_GOING;
	stop_from(calls);
}

bool try_module_get(struct module *module)
{
	__module_get(module);
	return true;
}

void __module_get(struct module *module)
{
	if (module)
		__atomic_add_fetch(&module->references, 1, __ATOMIC_RELAXED);
}

void module_put(struct module *module)
{
	if (module)
		WARN_ON(__atomic_sub_fetch(&module->references, 1,
					   __ATOMIC_RELEASE) < 0);
}

int module_refcount(struct module *module)
{
	return __atomic_load_n(&module->references, __ATOMIC_ACQUIRE);
}
