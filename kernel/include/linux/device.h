/* SPDX-License-Identifier: MIT */
/*
 * Of devices their messages; what needs the model of devices does not
 * compile.
 */
#ifndef KSYNC_GLUE_DEVICE_H
#define KSYNC_GLUE_DEVICE_H

#include <linux/kernel.h>
#include <linux/mmzone.h>
#include <linux/slab.h>

struct device {
	const char *init_name;
	struct device *parent;
	void *driver_data;
};

#define dev_name(dev) ((dev)->init_name ? (dev)->init_name : "device")
#define dev_to_node(dev) ((void)(dev), NUMA_NO_NODE)
#define dev_get_drvdata(dev) ((dev)->driver_data)
#define dev_set_drvdata(dev, data) ((void)((dev)->driver_data = (data)))
#define dev_printk(level, dev, fmt, ...) \
	printk(level "%s: " fmt, dev_name(dev), ##__VA_ARGS__)
#define dev_err(dev, fmt, ...) dev_printk(KERN_ERR, dev, fmt, ##__VA_ARGS__)
#define dev_warn(dev, fmt, ...) \
	dev_printk(KERN_WARNING, dev, fmt, ##__VA_ARGS__)
#define dev_info(dev, fmt, ...) dev_printk(KERN_INFO, dev, fmt, ##__VA_ARGS__)
#define dev_dbg(dev, fmt, ...) no_printk(fmt, ##__VA_ARGS__)

#endif
