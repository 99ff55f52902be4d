/* SPDX-License-Identifier: MIT */
/* Output into a buffer of the caller's, or of its own that grows. */
#ifndef KSYNC_GLUE_SEQ_FILE_H
#define KSYNC_GLUE_SEQ_FILE_H

#include <linux/kernel.h>
#include <linux/slab.h>

struct file;
struct inode;
struct path;
struct seq_operations;

struct seq_file {
	char *buf;
	size_t size, from, count;
	long long index;
	const struct seq_operations *op;
	struct file *file;
	void *private;
};

struct seq_operations {
	void *(*start)(struct seq_file *m, loff_t *pos);
	void (*stop)(struct seq_file *m, void *v);
	void *(*next)(struct seq_file *m, void *v, loff_t *pos);
	int (*show)(struct seq_file *m, void *v);
};

#define SEQ_SKIP 1

/* There are no paths here: an error pointer, always. */
char *d_path(const struct path *path, char *buf, int len);
/* Copies, with the characters of `esc` in octal; its end, NULL if too long. */
char *mangle_path(char *to, const char *from, const char *esc);

void seq_printf(struct seq_file *m, const char *fmt, ...) __printf(2, 3);
void seq_vprintf(struct seq_file *m, const char *fmt, va_list args);
void seq_puts(struct seq_file *m, const char *s);
void seq_putc(struct seq_file *m, char c);
int seq_write(struct seq_file *m, const void *data, size_t len);
/* All that `op` shows, as one string that the caller frees with kfree(). */
char *ksync_glue_seq_show(const struct seq_operations *op, void *private);
#define seq_has_overflowed(m) ((m)->count == (m)->size)
#define seq_setwidth(m, width) ((void)(m), (void)(width))
#define seq_pad(m, c) seq_putc(m, c)

/* A file of /proc or debugfs: it is there, and nothing opens it. */
#define DEFINE_SHOW_ATTRIBUTE(name)          \
	static const void *const name##_fops \
		__attribute__((__unused__)) = name##_show
#define DEFINE_SEQ_ATTRIBUTE(name)           \
	static const void *const name##_fops \
		__attribute__((__unused__)) = &name##_sops

#endif
