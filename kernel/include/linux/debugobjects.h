/* SPDX-License-Identifier: MIT */
/*
 * No-ops: ksync reports by itself what is done to an object in the wrong
 * state.
 */
#ifndef KSYNC_GLUE_DEBUGOBJECTS_H
#define KSYNC_GLUE_DEBUGOBJECTS_H

#include <linux/list.h>
#include <linux/spinlock.h>

enum debug_obj_state {
	ODEBUG_STATE_NONE,
	ODEBUG_STATE_INIT,
	ODEBUG_STATE_INACTIVE,
	ODEBUG_STATE_ACTIVE,
	ODEBUG_STATE_DESTROYED,
	ODEBUG_STATE_NOTAVAILABLE,
};

struct debug_obj_descr {
	const char *name;
	void *(*debug_hint)(void *addr);
	bool (*is_static_object)(void *addr);
	bool (*fixup_init)(void *addr, enum debug_obj_state state);
	bool (*fixup_activate)(void *addr, enum debug_obj_state state);
	bool (*fixup_destroy)(void *addr, enum debug_obj_state state);
	bool (*fixup_free)(void *addr, enum debug_obj_state state);
	bool (*fixup_assert_init)(void *addr, enum debug_obj_state state);
};
#define debug_object_init(addr, descr) ((void)(addr))
#define debug_object_init_on_stack(addr, descr) ((void)(addr))
#define debug_object_activate(addr, descr) 0
#define debug_object_deactivate(addr, descr) ((void)(addr))
#define debug_object_destroy(addr, descr) ((void)(addr))
#define debug_object_free(addr, descr) ((void)(addr))
#define debug_object_assert_init(addr, descr) ((void)(addr))
#define debug_object_active_state(addr, descr, a, b) ((void)(addr))
#define debug_check_no_obj_freed(addr, size) ((void)(addr))

#endif
