/* SPDX-License-Identifier: MIT */
/* No-ops: the compiler's sanitizers see every access. */
#ifndef KSYNC_GLUE_INSTRUMENTED_H
#define KSYNC_GLUE_INSTRUMENTED_H

#define instrument_read(v, size) ((void)(v))
#define instrument_write(v, size) ((void)(v))
#define instrument_read_write(v, size) ((void)(v))
#define instrument_atomic_read(v, size) ((void)(v))
#define instrument_atomic_write(v, size) ((void)(v))
#define instrument_atomic_read_write(v, size) ((void)(v))

#endif
