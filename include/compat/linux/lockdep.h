/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_LOCKDEP_H
#define KSYNC_COMPAT_LOCKDEP_H

#include <linux/kernel_names.h>

#include <linux/irqflags.h>

#include <ksync/lockdep.h>

#define MAX_LOCKDEP_SUBCLASSES KSYNC_SUBCLASSES
#define SINGLE_DEPTH_NESTING KSYNC_SINGLE_DEPTH_NESTING

#define LOCK_STATE_UNKNOWN KSYNC_LOCK_STATE_UNKNOWN
#define LOCK_STATE_NOT_HELD KSYNC_LOCK_STATE_NOT_HELD
#define LOCK_STATE_HELD KSYNC_LOCK_STATE_HELD

KSYNC__KERNEL_NAME void lockdep_off(void)
{
	ksync_lockdep_off();
}

KSYNC__KERNEL_NAME void lockdep_on(void)
{
	ksync_lockdep_on();
}

KSYNC__KERNEL_NAME void lockdep_register_key(struct lock_class_key *key)
{
	ksync_lockdep_register_key(key);
}

KSYNC__KERNEL_NAME void lockdep_unregister_key(struct lock_class_key *key)
{
	ksync_lockdep_unregister_key(key);
}

KSYNC__KERNEL_NAME void debug_check_no_locks_freed(const void *mem_from,
						   unsigned long mem_len)
{
	ksync_debug_check_no_locks_freed(mem_from, mem_len);
}

#define lockdep_is_held(lock) ksync_lockdep_is_held(lock)
#define lockdep_is_held_type(lock, r) ksync_lockdep_is_held_type(lock, r)

/* Reported unless the condition holds. */
#define lockdep_assert(cond) ksync_lockdep_assert(cond)
#define lockdep_assert_once(cond) ksync_lockdep_assert(cond)
#define lockdep_assert_held(l) ksync_lockdep_assert_held(l)
#define lockdep_assert_held_write(l) ksync_lockdep_assert_held_write(l)
#define lockdep_assert_held_read(l) ksync_lockdep_assert_held_read(l)
#define lockdep_assert_held_once(l) ksync_lockdep_assert_held_once(l)
#define lockdep_assert_not_held(l) ksync_lockdep_assert_not_held(l)
#define lockdep_assert_none_held_once() ksync_lockdep_assert_none_held_once()

#define lockdep_set_class(lock, key) ksync_lockdep_set_class(lock, key)
#define lockdep_set_class_and_name(lock, key, name) \
	ksync_lockdep_set_class_and_name(lock, key, name)
#define lockdep_set_class_and_subclass(lock, key, sub) \
	ksync_lockdep_set_class_and_subclass(lock, key, sub)
#define lockdep_set_subclass(lock, sub) ksync_lockdep_set_subclass(lock, sub)
#define lockdep_set_novalidate_class(lock) \
	ksync_lockdep_set_novalidate_class(lock)
#define lockdep_set_notrack_class(lock) ksync_lockdep_set_notrack_class(lock)

/* The function is given the locks, not their maps; nothing is printed by it. */
#define lock_set_cmp_fn(lock, cmp_fn, print_fn) \
	((void)(print_fn), ksync_lock_set_cmp_fn(lock, cmp_fn))

/* As if the lock was taken and given back here: the order is learned. */
#define might_lock(lock) ksync_might_lock(lock)
#define might_lock_read(lock) ksync_might_lock_read(lock)
#define might_lock_nested(lock, subclass) \
	ksync_might_lock_nested(lock, subclass)

/* What the kernel has in other headers, which all of its code includes. */
#define might_sleep() ksync_might_sleep()
#define might_sleep_if(cond) ksync_might_sleep_if(cond)
#define might_fault() ksync_might_sleep()
#define non_block_start() ksync_non_block_start()
#define non_block_end() ksync_non_block_end()
#define preempt_count() KSYNC__CAST(int, ksync_preempt_count())
#define in_atomic() ksync_in_atomic()
#define cant_sleep()                        \
	do {                                \
		if (!ksync_irqs_disabled()) \
			ksync_cant_sleep(); \
	} while (0)

#define _RET_IP_ KSYNC__CAST(unsigned long, __builtin_return_address(0))

#define lockdep_assert_irqs_enabled() \
	ksync_lockdep_assert(!ksync_irqs_disabled())
#define lockdep_assert_irqs_disabled() \
	ksync_lockdep_assert(ksync_irqs_disabled())
#define lockdep_assert_preemption_enabled() \
	ksync_lockdep_assert(!ksync_in_atomic() && !ksync_irqs_disabled())
#define lockdep_assert_preemption_disabled() \
	ksync_lockdep_assert(ksync_in_atomic() || ksync_irqs_disabled())

#define NIL_COOKIE ((struct pin_cookie){ 0 })
#define lockdep_pin_lock(l) ksync_lockdep_pin_lock(l)
#define lockdep_repin_lock(l, c) ksync_lockdep_repin_lock(l, c)
#define lockdep_unpin_lock(l, c) ksync_lockdep_unpin_lock(l, c)

/* Maps of the program's own. Whether one is checked is not asked: it is. */
#define STATIC_LOCKDEP_MAP_INIT(name, key) KSYNC_LOCKDEP_MAP_INIT(name)
#define lockdep_init_map(map, name, key, subclass) \
	ksync_lockdep_init_map(map, name, key, subclass)
#define lock_acquire(map, subclass, trylock, read, check, nest, ip)            \
	ksync__lock_map_acquire(map, KSYNC__DEP_MAP(map),                      \
				KSYNC_WATCH_SUBCLASS(subclass) |               \
					((trylock) ? KSYNC_WATCH_TRY : 0u) |   \
					((read) ? KSYNC_WATCH_SHARED : 0u) |   \
					((read) == 2 ? KSYNC_WATCH_RECURSIVE : \
						       0u),                    \
				(nest))
#define lock_release(map, ip) ksync_lock_map_release(map)
#define lock_is_held(map) (ksync_lockdep_is_held(map) != 0)
#define lock_map_acquire(map) ksync_lock_map_acquire(map, 0)
#define lock_map_acquire_try(map) ksync_lock_map_acquire(map, KSYNC_WATCH_TRY)
#define lock_map_acquire_read(map) \
	ksync_lock_map_acquire(map, KSYNC_WATCH_SHARED | KSYNC_WATCH_RECURSIVE)
#define lock_map_release(map) ksync_lock_map_release(map)
#define lock_map_sync(map) ksync_lock_map_sync(map)

#endif
