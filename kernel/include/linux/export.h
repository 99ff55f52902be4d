/* SPDX-License-Identifier: MIT */
/*
 * Marks of symbols for modules: no-ops, as every symbol of a program can be
 * had.
 */
#ifndef KSYNC_GLUE_EXPORT_H
#define KSYNC_GLUE_EXPORT_H

#include <linux/compiler.h>
#include <linux/stringify.h>

/* KSYNC__GLUE_EXPORT is a declaration, as the line ends with a semicolon. */
#define KSYNC__GLUE_EXPORT struct ksync__glue_export
#define EXPORT_SYMBOL(sym) KSYNC__GLUE_EXPORT
#define EXPORT_SYMBOL_GPL(sym) KSYNC__GLUE_EXPORT
#define EXPORT_SYMBOL_NS(sym, ns) KSYNC__GLUE_EXPORT
#define EXPORT_SYMBOL_NS_GPL(sym, ns) KSYNC__GLUE_EXPORT
#define EXPORT_PER_CPU_SYMBOL(var) KSYNC__GLUE_EXPORT
#define EXPORT_PER_CPU_SYMBOL_GPL(var) KSYNC__GLUE_EXPORT
#define EXPORT_TRACEPOINT_SYMBOL(name) KSYNC__GLUE_EXPORT
#define EXPORT_TRACEPOINT_SYMBOL_GPL(name) KSYNC__GLUE_EXPORT

#ifndef THIS_MODULE
struct module;
extern struct module ksync_glue_this_module;
#define THIS_MODULE (&ksync_glue_this_module)
#endif

#endif
