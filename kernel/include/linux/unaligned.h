/* SPDX-License-Identifier: MIT */
/* Numbers at addresses that need not be multiples of their size. */
#ifndef KSYNC_GLUE_UNALIGNED_H
#define KSYNC_GLUE_UNALIGNED_H

#include <asm/byteorder.h>
#include <linux/types.h>

#define get_unaligned(ptr)                                                     \
	__extension__({                                                        \
		struct {                                                       \
			__typeof__(*(ptr)) x;                                  \
		} __attribute__((__packed__))                                  \
		const *ksync__at = (__typeof__(ksync__at))(const void *)(ptr); \
		ksync__at->x;                                                  \
	})
#define put_unaligned(val, ptr)                               \
	__extension__({                                       \
		struct {                                      \
			__typeof__(*(ptr)) x;                 \
		} __attribute__((__packed__)) *ksync__at =    \
			(__typeof__(ksync__at))(void *)(ptr); \
		ksync__at->x = (val);                         \
		(void)0;                                      \
	})

static inline u16 get_unaligned_le16(const void *p)
{
	return le16_to_cpu(get_unaligned((const __le16 *)p));
}

static inline void put_unaligned_le16(u16 val, void *p)
{
	put_unaligned(cpu_to_le16(val), (__le16 *)p);
}

static inline u16 get_unaligned_be16(const void *p)
{
	return be16_to_cpu(get_unaligned((const __be16 *)p));
}

static inline void put_unaligned_be16(u16 val, void *p)
{
	put_unaligned(cpu_to_be16(val), (__be16 *)p);
}

static inline u32 get_unaligned_le32(const void *p)
{
	return le32_to_cpu(get_unaligned((const __le32 *)p));
}

static inline void put_unaligned_le32(u32 val, void *p)
{
	put_unaligned(cpu_to_le32(val), (__le32 *)p);
}

static inline u32 get_unaligned_be32(const void *p)
{
	return be32_to_cpu(get_unaligned((const __be32 *)p));
}

static inline void put_unaligned_be32(u32 val, void *p)
{
	put_unaligned(cpu_to_be32(val), (__be32 *)p);
}

static inline u64 get_unaligned_le64(const void *p)
{
	return le64_to_cpu(get_unaligned((const __le64 *)p));
}

static inline void put_unaligned_le64(u64 val, void *p)
{
	put_unaligned(cpu_to_le64(val), (__le64 *)p);
}

static inline u64 get_unaligned_be64(const void *p)
{
	return be64_to_cpu(get_unaligned((const __be64 *)p));
}

static inline void put_unaligned_be64(u64 val, void *p)
{
	put_unaligned(cpu_to_be64(val), (__be64 *)p);
}

static inline u32 get_unaligned_be24(const u8 *p)
{
	return (u32)p[0] << 16 | (u32)p[1] << 8 | p[2];
}

static inline u32 get_unaligned_le24(const u8 *p)
{
	return (u32)p[2] << 16 | (u32)p[1] << 8 | p[0];
}

#endif
