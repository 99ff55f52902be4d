/* SPDX-License-Identifier: MIT */
/*
 * Reference trackers: who holds the references to an object, and where they got
 * them. A directory stands for the object, a tracker for each reference. The
 * checked library keeps them; docs/ref_tracker.md is the guide.
 *
 * The names are the same in the release library, where they cost nothing.
 */
#ifndef KSYNC_REF_TRACKER_H
#define KSYNC_REF_TRACKER_H

#include <ksync/types.h>

/* One reference. NULL: none, or there was no memory to remember it. */
struct KSYNC_TAG(ref_tracker);
typedef struct KSYNC_TAG(ref_tracker) ksync_ref_tracker_t;

struct KSYNC_TAG(ref_tracker_dir) {
	ksync_u32 id; /* of what is kept of it; 0: nothing */
};
typedef struct KSYNC_TAG(ref_tracker_dir) ksync_ref_tracker_dir_t;

KSYNC_BEGIN_DECLS

KSYNC_CHECKED_API void ksync__ref_dir_init(ksync_ref_tracker_dir_t *dir,
					   unsigned int quarantine,
					   const char *name);
KSYNC_CHECKED_API void ksync__ref_dir_exit(ksync_ref_tracker_dir_t *dir);
KSYNC_CHECKED_API void ksync__ref_dir_print(ksync_ref_tracker_dir_t *dir,
					    unsigned int limit);
KSYNC_CHECKED_API int ksync__ref_dir_snprint(ksync_ref_tracker_dir_t *dir,
					     char *buf, size_t size);
KSYNC_CHECKED_API int ksync__ref_got(ksync_ref_tracker_dir_t *dir,
				     ksync_ref_tracker_t **trackerp);
KSYNC_CHECKED_API int ksync__ref_put(ksync_ref_tracker_dir_t *dir,
				     ksync_ref_tracker_t **trackerp);

/**
 * ksync_ref_tracker_dir_init() - begin to track an object's references
 * @dir: the object's directory
 * @quarantine: so many trackers that were freed are kept, so that one that is
 *	freed twice is known
 * @name: what reports call it; a string that lasts
 *
 * Context: Any.
 * Example::
 *
 *	static ksync_ref_tracker_dir_t dir;
 *
 *	ksync_ref_tracker_dir_init(&dir, 16, "inode");
 */
KSYNC_PRIVATE_INLINE void
ksync_ref_tracker_dir_init(ksync_ref_tracker_dir_t *dir,
			   unsigned int quarantine, const char *name)
{
	(void)quarantine;
	(void)name;
	dir->id = 0;
	if (KSYNC_CHECKED)
		ksync__ref_dir_init(dir, quarantine, name);
}

/**
 * ksync_ref_tracker_dir_exit() - the object ends
 * @dir: its directory, which may be used no more
 *
 * References that are still held are reported, by where they were got.
 *
 * Context: Any.
 * Example::
 *
 *	static ksync_ref_tracker_dir_t dir;
 *
 *	ksync_ref_tracker_dir_exit(&dir);
 */
KSYNC_PRIVATE_INLINE void
ksync_ref_tracker_dir_exit(ksync_ref_tracker_dir_t *dir)
{
	(void)dir;
	if (KSYNC_CHECKED)
		ksync__ref_dir_exit(dir);
}

/**
 * ksync_ref_tracker_alloc() - a reference was got
 * @dir: of the object
 * @trackerp: takes the reference's tracker; NULL: it has none, and is counted
 *
 * Context: Any.
 * Return: 0; -ENOMEM if it is counted alone, as there is no memory.
 * Example::
 *
 *	static ksync_ref_tracker_dir_t dir;
 *	static ksync_ref_tracker_t *tracker;
 *
 *	(void)ksync_ref_tracker_alloc(&dir, &tracker);
 */
KSYNC_PRIVATE_INLINE int ksync_ref_tracker_alloc(ksync_ref_tracker_dir_t *dir,
						 ksync_ref_tracker_t **trackerp)
{
	(void)dir;
	(void)trackerp;
	return KSYNC_CHECKED ? ksync__ref_got(dir, trackerp) : 0;
}

/**
 * ksync_ref_tracker_free() - and is put
 * @dir: of the object
 * @trackerp: the reference's tracker; NULL: it has none
 *
 * Context: Any.
 * Return: 0; -EEXIST if it was counted alone; -EINVAL if it was put before,
 *	which is reported.
 * Example::
 *
 *	static ksync_ref_tracker_dir_t dir;
 *	static ksync_ref_tracker_t *tracker;
 *
 *	(void)ksync_ref_tracker_free(&dir, &tracker);
 */
KSYNC_PRIVATE_INLINE int ksync_ref_tracker_free(ksync_ref_tracker_dir_t *dir,
						ksync_ref_tracker_t **trackerp)
{
	(void)dir;
	(void)trackerp;
	return KSYNC_CHECKED ? ksync__ref_put(dir, trackerp) : 0;
}

/**
 * ksync_ref_tracker_dir_print() - print who holds references to standard error
 * @dir: of the object
 * @limit: of so many places
 *
 * Context: Any.
 * Example::
 *
 *	static ksync_ref_tracker_dir_t dir;
 *
 *	ksync_ref_tracker_dir_print(&dir, 16);
 */
KSYNC_PRIVATE_INLINE void
ksync_ref_tracker_dir_print(ksync_ref_tracker_dir_t *dir, unsigned int limit)
{
	(void)dir;
	(void)limit;
	if (KSYNC_CHECKED)
		ksync__ref_dir_print(dir, limit);
}

/**
 * ksync_ref_tracker_dir_snprint() - the same, into memory
 * @dir: of the object
 * @buf: takes the text, and a 0 at its end
 * @size: of that, in bytes
 *
 * Context: Any.
 * Return: the length of the text in @buf.
 * Example::
 *
 *	static ksync_ref_tracker_dir_t dir;
 *	char text[4096];
 *
 *	(void)ksync_ref_tracker_dir_snprint(&dir, text, sizeof(text));
 */
KSYNC_PRIVATE_INLINE int
ksync_ref_tracker_dir_snprint(ksync_ref_tracker_dir_t *dir, char *buf,
			      size_t size)
{
	(void)dir;
	if (KSYNC_CHECKED)
		return ksync__ref_dir_snprint(dir, buf, size);
	if (size)
		buf[0] = '\0';
	return 0;
}

KSYNC_END_DECLS

#endif
