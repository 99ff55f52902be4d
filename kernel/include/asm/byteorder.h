/* SPDX-License-Identifier: MIT */
/* The order of bytes; the system's header has it with two underscores. */
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#include_next <asm/byteorder.h>

#ifndef KSYNC_GLUE_BYTEORDER_H
#define KSYNC_GLUE_BYTEORDER_H

#if !defined(__cplusplus) && !defined(__ASSEMBLER__)

#include <linux/types.h>

#define cpu_to_le16(x) __cpu_to_le16(x)
#define cpu_to_le16p(p) __cpu_to_le16p(p)
#define cpu_to_le16s(p) __cpu_to_le16s(p)
#define le16_to_cpu(x) __le16_to_cpu(x)
#define le16_to_cpup(p) __le16_to_cpup(p)
#define le16_to_cpus(p) __le16_to_cpus(p)
#define cpu_to_be16(x) __cpu_to_be16(x)
#define cpu_to_be16p(p) __cpu_to_be16p(p)
#define cpu_to_be16s(p) __cpu_to_be16s(p)
#define be16_to_cpu(x) __be16_to_cpu(x)
#define be16_to_cpup(p) __be16_to_cpup(p)
#define be16_to_cpus(p) __be16_to_cpus(p)
#define cpu_to_le32(x) __cpu_to_le32(x)
#define cpu_to_le32p(p) __cpu_to_le32p(p)
#define cpu_to_le32s(p) __cpu_to_le32s(p)
#define le32_to_cpu(x) __le32_to_cpu(x)
#define le32_to_cpup(p) __le32_to_cpup(p)
#define le32_to_cpus(p) __le32_to_cpus(p)
#define cpu_to_be32(x) __cpu_to_be32(x)
#define cpu_to_be32p(p) __cpu_to_be32p(p)
#define cpu_to_be32s(p) __cpu_to_be32s(p)
#define be32_to_cpu(x) __be32_to_cpu(x)
#define be32_to_cpup(p) __be32_to_cpup(p)
#define be32_to_cpus(p) __be32_to_cpus(p)
#define cpu_to_le64(x) __cpu_to_le64(x)
#define cpu_to_le64p(p) __cpu_to_le64p(p)
#define cpu_to_le64s(p) __cpu_to_le64s(p)
#define le64_to_cpu(x) __le64_to_cpu(x)
#define le64_to_cpup(p) __le64_to_cpup(p)
#define le64_to_cpus(p) __le64_to_cpus(p)
#define cpu_to_be64(x) __cpu_to_be64(x)
#define cpu_to_be64p(p) __cpu_to_be64p(p)
#define cpu_to_be64s(p) __cpu_to_be64s(p)
#define be64_to_cpu(x) __be64_to_cpu(x)
#define be64_to_cpup(p) __be64_to_cpup(p)
#define be64_to_cpus(p) __be64_to_cpus(p)

static inline void le16_add_cpu(__le16 *var, u16 val)
{
	*var = cpu_to_le16(le16_to_cpu(*var) + val);
}

static inline void be16_add_cpu(__be16 *var, u16 val)
{
	*var = cpu_to_be16(be16_to_cpu(*var) + val);
}

static inline void le32_add_cpu(__le32 *var, u32 val)
{
	*var = cpu_to_le32(le32_to_cpu(*var) + val);
}

static inline void be32_add_cpu(__be32 *var, u32 val)
{
	*var = cpu_to_be32(be32_to_cpu(*var) + val);
}

static inline void le64_add_cpu(__le64 *var, u64 val)
{
	*var = cpu_to_le64(le64_to_cpu(*var) + val);
}

static inline void be64_add_cpu(__be64 *var, u64 val)
{
	*var = cpu_to_be64(be64_to_cpu(*var) + val);
}

#define swab16(x) __swab16(x)
#define swab32(x) __swab32(x)
#define swab64(x) __swab64(x)
#define swahw32(x) __swahw32(x)
#define swahb32(x) __swahb32(x)

#endif

#endif
