/* SPDX-License-Identifier: MIT */
/* Rows of bytes. */
#include <linux/printk.h>
#include <linux/kernel.h>
#include <linux/string.h>

#define ROW_MAX 32
#define ROW_CHARS (ROW_MAX * 3 + 2 + ROW_MAX + 1)

int hex_dump_to_buffer(const void *buf, size_t len, int row, int group,
		       char *line, size_t size, bool ascii)
{
	const unsigned char *bytes = buf;
	char text[ROW_CHARS];
	size_t at = 0, width;

	if (row != 16 && row != 32)
		row = 16;
	if (len > (size_t)row)
		len = (size_t)row;
	if ((group != 2 && group != 4 && group != 8) || len % (size_t)group)
		group = 1;
	width = (size_t)(row / group * (2 * group + 1) + 1);
	for (size_t i = 0; i < len; i += (size_t)group) {
		if (i)
			text[at++] = ' ';
		for (int j = 0; j < group; j++) {
			/* A group is a number, in the order of the machine. */
			bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
			unsigned char byte =
				bytes[i + (size_t)(little ? group - 1 - j : j)];

			text[at++] = hex_asc_hi(byte);
			text[at++] = hex_asc_lo(byte);
		}
	}
	if (ascii && len) {
		while (at < width)
			text[at++] = ' ';
		for (size_t i = 0; i < len; i++)
			text[at++] = bytes[i] >= ' ' && bytes[i] < 0x7f ?
					     (char)bytes[i] :
					     '.';
	}
	text[at] = 0;
	if (size)
		strscpy(line, text, size);
	return (int)at;
}

void print_hex_dump(const char *level, const char *prefix, int prefix_type,
		    int row, int group, const void *buf, size_t len, bool ascii)
{
	const char *bytes = buf;
	char line[ROW_CHARS];

	if (row != 16 && row != 32)
		row = 16;
	for (size_t at = 0; at < len; at += (size_t)row) {
		hex_dump_to_buffer(bytes + at, len - at, row, group, line,
				   sizeof(line), ascii);
		if (prefix_type == DUMP_PREFIX_ADDRESS)
			printk("%s%s%p: %s\n", level, prefix, bytes + at, line);
		else if (prefix_type == DUMP_PREFIX_OFFSET)
			printk("%s%s%.8zx: %s\n", level, prefix, at, line);
		else
			printk("%s%s%s\n", level, prefix, line);
	}
}
