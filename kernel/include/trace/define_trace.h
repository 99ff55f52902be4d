/* SPDX-License-Identifier: MIT */
/* The events of the header before are complete as they are: no second pass. */
#undef TRACE_SYSTEM
#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
