/* SPDX-License-Identifier: MIT */
/*
 * What the dictionary needs of a library:
 *
 *	reader_begin, reader_end	around a lookup, and the use of what it
 *					found
 *	reader_thread_begin, _end	around all that a thread reads
 *	load, store			of a pointer that readers follow
 *	edit_begin, edit_end		around a change; one at a time
 *	head_t, retire(entry)		free it when no reader has it any more
 *	retired_all			all that was retired is free
 */
#ifndef SYNC_H
#define SYNC_H

#if defined(DICTIONARY_RWLOCK)
#include "sync_rwlock.h"
#elif defined(DICTIONARY_URCU)
#include "sync_urcu.h"
#else
#include "sync_ksync.h"
#endif

#endif
