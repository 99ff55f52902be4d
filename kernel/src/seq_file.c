/* SPDX-License-Identifier: MIT */
/* Output of seq_file: what does not fit marks the buffer as full. */
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/string.h>

void seq_vprintf(struct seq_file *m, const char *fmt, va_list args)
{
	if (m->count < m->size) {
		int n = ksync_glue_vsnprintf(m->buf + m->count,
					     m->size - m->count, fmt, args);

		m->count = (size_t)n < m->size - m->count ?
				   m->count + (size_t)n :
				   m->size;
	}
}

void seq_printf(struct seq_file *m, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	seq_vprintf(m, fmt, args);
	va_end(args);
}

int seq_write(struct seq_file *m, const void *data, size_t len)
{
	if (m->size - m->count <= len) {
		m->count = m->size;
		return -1;
	}
	memcpy(m->buf + m->count, data, len);
	m->count += len;
	m->buf[m->count] = '\0';
	return 0;
}

void seq_puts(struct seq_file *m, const char *s)
{
	seq_write(m, s, strlen(s));
}

void seq_putc(struct seq_file *m, char c)
{
	seq_write(m, &c, 1);
}

/* From the beginning again, with twice the room, until all fits. */
char *ksync_glue_seq_show(const struct seq_operations *op, void *private)
{
	for (size_t size = 4096;; size *= 2) {
		struct seq_file m = { .size = size,
				      .op = op,
				      .private = private };
		loff_t pos = 0;
		void *v;

		m.buf = ksync_glue_alloc(size, GFP_KERNEL | __GFP_ZERO);
		if (!m.buf)
			return NULL;
		v = op->start(&m, &pos);
		while (!IS_ERR_OR_NULL(v) && m.count < m.size) {
			size_t before = m.count;

			if (op->show(&m, v) == SEQ_SKIP) {
				m.count = before;
				m.buf[before] = '\0';
			}
			v = op->next(&m, v, &pos);
		}
		op->stop(&m, v);
		if (m.count < m.size)
			return m.buf;
		kfree(m.buf);
	}
}

char *d_path(const struct path *path, char *buf, int len)
{
	return ERR_PTR(-ENOENT);
}

char *mangle_path(char *to, const char *from, const char *esc)
{
	for (; to <= from; from++) {
		unsigned char c = (unsigned char)*from;

		if (!c)
			return to;
		if (!strchr(esc, c)) {
			*to++ = (char)c;
			continue;
		}
		if (to + 4 > from + 1)
			break;
		*to++ = '\\';
		*to++ = (char)('0' + (c >> 6));
		*to++ = (char)('0' + (c >> 3 & 7));
		*to++ = (char)('0' + (c & 7));
	}
	return NULL;
}
