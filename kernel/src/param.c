/* SPDX-License-Identifier: MIT */
/* The types of parameters. */
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/string.h>

#define NUMBER(name, type, read, format)                                     \
	int param_set_##name(const char *val, const struct kernel_param *kp) \
	{                                                                    \
		return read(val, 0, (type *)kp->arg);                        \
	}                                                                    \
	int param_get_##name(char *buffer, const struct kernel_param *kp)    \
	{                                                                    \
		return scnprintf(buffer, PAGE_SIZE, format "\n",             \
				 *(type *)kp->arg);                          \
	}                                                                    \
	const struct kernel_param_ops param_ops_##name = {                   \
		.set = param_set_##name,                                     \
		.get = param_get_##name,                                     \
	};

NUMBER(byte, unsigned char, kstrtou8, "%hhu")
NUMBER(short, short, kstrtos16, "%hi")
NUMBER(ushort, unsigned short, kstrtou16, "%hu")
NUMBER(int, int, kstrtoint, "%i")
NUMBER(uint, unsigned int, kstrtouint, "%u")
NUMBER(long, long, kstrtol, "%li")
NUMBER(ulong, unsigned long, kstrtoul, "%lu")
NUMBER(ullong, unsigned long long, kstrtoull, "%llu")

int param_set_bool(const char *val, const struct kernel_param *kp)
{
	return kstrtobool(val && *val ? val : "1", kp->arg);
}

int param_get_bool(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, PAGE_SIZE, "%c\n",
			 *(bool *)kp->arg ? 'Y' : 'N');
}

int param_set_invbool(const char *val, const struct kernel_param *kp)
{
	bool value;
	int err = kstrtobool(val, &value);

	if (!err)
		*(bool *)kp->arg = !value;
	return err;
}

int param_get_invbool(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, PAGE_SIZE, "%c\n",
			 *(bool *)kp->arg ? 'N' : 'Y');
}

/* The string is the argument's or the environment's own: it stays. */
int param_set_charp(const char *val, const struct kernel_param *kp)
{
	*(const char **)kp->arg = val;
	return 0;
}

int param_get_charp(char *buffer, const struct kernel_param *kp)
{
	const char *s = *(const char **)kp->arg;

	return scnprintf(buffer, PAGE_SIZE, "%s\n", s ? s : "(null)");
}

int param_set_string(const char *val, const struct kernel_param *kp)
{
	ssize_t n = ksync_glue_strscpy(kp->str->string, val, kp->str->maxlen,
				       false);

	return n < 0 ? -ENOSPC : 0;
}

int param_get_string(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, PAGE_SIZE, "%s\n", kp->str->string);
}

static int param_set_array(const char *val, const struct kernel_param *kp)
{
	const struct kparam_array *arr = kp->arr;
	unsigned int n = 0;

	while (*val) {
		size_t len = strcspn(val, ",");
		char item[64];
		struct kernel_param one = {
			.name = kp->name,
			.arg = (char *)arr->elem + n * arr->elemsize,
		};
		int err;

		if (n == arr->max || len >= sizeof(item))
			return -EINVAL;
		memcpy(item, val, len);
		item[len] = '\0';
		err = arr->ops->set(item, &one);
		if (err)
			return err;
		n++;
		val += len + (val[len] == ',');
	}
	if (arr->num)
		*arr->num = n;
	return 0;
}

#define OPS(name)                                          \
	const struct kernel_param_ops param_ops_##name = { \
		.set = param_set_##name,                   \
		.get = param_get_##name,                   \
	};
OPS(bool)
OPS(invbool)
OPS(charp)
OPS(string)
const struct kernel_param_ops param_array_ops = { .set = param_set_array };
