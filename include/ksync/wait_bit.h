/* SPDX-License-Identifier: MIT */
/*
 * To wait for a bit of any word, or for any variable, without a queue in the
 * object: the queues are a table of the library's, found by the address. So the
 * object may go while somebody still wakes.
 */
#ifndef KSYNC_WAIT_BIT_H
#define KSYNC_WAIT_BIT_H

#include <ksync/bitops.h>
#include <ksync/wait_queue.h>

typedef struct KSYNC_TAG(wait_bit_key) {
	unsigned long *flags;  /* the word, or the variable */
	int bit_nr;	       /* of the word; -1: a variable */
	unsigned long timeout; /* in jiffies, when the wait is over */
} ksync_wait_bit_key_t;

typedef struct KSYNC_TAG(wait_bit_queue_entry) {
	ksync_wait_bit_key_t key;
	ksync_wait_queue_entry_t wq_entry;
} ksync_wait_bit_queue_entry_t;

/* What a waiter does while the bit is set: 0, or why it gives up. */
typedef int ksync_wait_bit_action_t(ksync_wait_bit_key_t *key,
				    unsigned int mode);

KSYNC_BEGIN_DECLS

KSYNC_API int ksync__wait_on_bit(unsigned long *word, int bit,
				 ksync_wait_bit_action_t *action,
				 unsigned int mode, unsigned long timeout);
KSYNC_API int ksync__wait_on_bit_lock(unsigned long *word, int bit,
				      ksync_wait_bit_action_t *action,
				      unsigned int mode);
KSYNC_API ksync_wait_queue_head_t *
ksync__init_wait_var(ksync_wait_bit_queue_entry_t *entry, const void *var);
KSYNC_API ksync_wait_queue_head_t *ksync__bit_waitqueue(const void *word,
							int bit);

/* Is it over? */
KSYNC_PRIVATE_INLINE bool ksync__bit_is_clear(const unsigned long *word,
					      int bit)
{
	/* ORDER wait_bit.clear: acquire. Sees what was done before it was
	 * cleared. Other end: ksync_clear_and_wake_up_bit(). */
	return !ksync_test_bit_acquire(bit, word);
}

/* Set it if it is clear. */
KSYNC_PRIVATE_INLINE bool ksync__bit_take(unsigned long *word, int bit)
{
	/* ORDER wait_bit.clear: acquire. Other end:
	 * ksync_clear_and_wake_up_bit(). */
	return !ksync_test_and_set_bit_lock(bit, word);
}

/**
 * ksync_bit_wait() - sleep, unless something is pending
 * @key: not used
 * @mode: KSYNC_TASK_INTERRUPTIBLE or the like, which is the thread's state
 *
 * Context: An action of ksync_wait_on_bit_action().
 * Return: 0, or -EINTR.
 * Example::
 *
 *	ksync_wait_bit_action_t *action = ksync_bit_wait;
 */
KSYNC_API int ksync_bit_wait(ksync_wait_bit_key_t *key, unsigned int mode);

/**
 * ksync_bit_wait_timeout() - the same until the key's time
 * @key: of the wait
 * @mode: KSYNC_TASK_INTERRUPTIBLE or the like, which is the thread's state
 *
 * Context: An action of ksync_wait_on_bit_action().
 * Return: 0; -EAGAIN if the time is over, or -EINTR.
 * Example::
 *
 *	ksync_wait_bit_action_t *action = ksync_bit_wait_timeout;
 */
KSYNC_API int ksync_bit_wait_timeout(ksync_wait_bit_key_t *key,
				     unsigned int mode);

/**
 * ksync_wake_up_bit() - wake who waits for a bit
 * @word: the word
 * @bit: number of its bit, which was cleared before
 *
 * Context: Any but signal handlers.
 * Order: As ksync_wake_up(): needs no barrier in between, which the kernel's
 *	does.
 * Example::
 *
 *	static unsigned long flags;
 *
 *	ksync_clear_bit(3, &flags);
 *	ksync_wake_up_bit(&flags, 3);
 */
KSYNC_API void ksync_wake_up_bit(const unsigned long *word, int bit);

/**
 * ksync_wake_up_var() - wake who waits for a variable
 * @var: its address, which need not be readable any more
 *
 * Context: Any but signal handlers.
 * Order: As ksync_wake_up().
 * Example::
 *
 *	static int left;
 *
 *	KSYNC_WRITE_ONCE(left, 0);
 *	ksync_wake_up_var(&left);
 */
KSYNC_API void ksync_wake_up_var(const void *var);

/**
 * ksync_wait_on_bit() - wait until a bit is clear
 * @word: the word
 * @bit: number of its bit
 * @mode: KSYNC_TASK_UNINTERRUPTIBLE or the like
 *
 * Context: May sleep.
 * Order: Acquire if it returns 0.
 * Return: 0; -EINTR if @mode lets what is pending end it.
 * Example::
 *
 *	static unsigned long flags;
 *
 *	if (ksync_wait_on_bit(&flags, 3, KSYNC_TASK_INTERRUPTIBLE) == 0)
 *		ksync_set_bit(4, &flags);
 */
KSYNC_INLINE int ksync_wait_on_bit(unsigned long *word, int bit,
				   unsigned int mode)
{
	ksync_watch_might_sleep();
	if (ksync__bit_is_clear(word, bit))
		return 0;
	return ksync__wait_on_bit(word, bit, ksync_bit_wait, mode, 0);
}

/**
 * ksync_wait_on_bit_timeout() - the same, or give up after a time
 * @word: the word
 * @bit: number of its bit
 * @mode: KSYNC_TASK_UNINTERRUPTIBLE or the like
 * @timeout: jiffies from now
 *
 * Context: May sleep.
 * Order: Acquire if it returns 0.
 * Return: 0; -EAGAIN if the time is over, or -EINTR.
 * Example::
 *
 *	static unsigned long flags;
 *
 *	if (ksync_wait_on_bit_timeout(&flags, 3, KSYNC_TASK_UNINTERRUPTIBLE,
 *				      KSYNC_HZ))
 *		ksync_set_bit(4, &flags);
 */
KSYNC_INLINE int ksync_wait_on_bit_timeout(unsigned long *word, int bit,
					   unsigned int mode,
					   unsigned long timeout)
{
	ksync_watch_might_sleep();
	if (ksync__bit_is_clear(word, bit))
		return 0;
	return ksync__wait_on_bit(word, bit, ksync_bit_wait_timeout, mode,
				  timeout);
}

/**
 * ksync_wait_on_bit_action() - the same with a way of waiting of the caller's
 * @word: the word
 * @bit: number of its bit
 * @action: called while the bit is set, with the thread's state set
 * @mode: KSYNC_TASK_UNINTERRUPTIBLE or the like
 *
 * Context: May sleep.
 * Order: Acquire if it returns 0.
 * Return: 0, or what @action said.
 * Example::
 *
 *	static unsigned long flags;
 *
 *	ksync_wait_on_bit_action(&flags, 3, ksync_bit_wait,
 *				 KSYNC_TASK_UNINTERRUPTIBLE);
 */
KSYNC_INLINE int ksync_wait_on_bit_action(unsigned long *word, int bit,
					  ksync_wait_bit_action_t *action,
					  unsigned int mode)
{
	ksync_watch_might_sleep();
	if (ksync__bit_is_clear(word, bit))
		return 0;
	return ksync__wait_on_bit(word, bit, action, mode, 0);
}

/**
 * ksync_wait_on_bit_lock() - wait until a bit is clear, and set it
 * @word: the word
 * @bit: number of its bit
 * @mode: KSYNC_TASK_UNINTERRUPTIBLE or the like
 *
 * Who cleared it wakes one of those that wait like this.
 *
 * Context: May sleep.
 * Order: Acquire if it returns 0.
 * Return: 0 when the caller has set the bit; -EINTR.
 * Example::
 *
 *	static unsigned long flags;
 *
 *	if (!ksync_wait_on_bit_lock(&flags, 3, KSYNC_TASK_KILLABLE))
 *		ksync_clear_and_wake_up_bit(3, &flags);
 */
KSYNC_INLINE int ksync_wait_on_bit_lock(unsigned long *word, int bit,
					unsigned int mode)
{
	ksync_watch_might_sleep();
	if (ksync__bit_take(word, bit))
		return 0;
	return ksync__wait_on_bit_lock(word, bit, ksync_bit_wait, mode);
}

/**
 * ksync_clear_and_wake_up_bit() - clear a bit, and wake who waits for that
 * @bit: number of the bit
 * @word: the word
 *
 * Context: Any but signal handlers.
 * Order: Release, then as ksync_wake_up().
 * Example::
 *
 *	static unsigned long flags;
 *
 *	ksync_clear_and_wake_up_bit(3, &flags);
 */
KSYNC_INLINE void ksync_clear_and_wake_up_bit(int bit, unsigned long *word)
{
	/* ORDER wait_bit.clear: release. Other end: ksync__bit_is_clear(). */
	ksync_clear_bit_unlock(bit, word);
	ksync_wake_up_bit(word, bit);
}

KSYNC_END_DECLS

#define ksync_wait_on_bit_io(word, bit, mode) ksync_wait_on_bit(word, bit, mode)
#define ksync_wait_on_bit_lock_io(word, bit, mode) \
	ksync_wait_on_bit_lock(word, bit, mode)

/* As KSYNC__WAIT(), at the queue of a variable's address. */
#define KSYNC__WAIT_VAR(var, condition, state, type, begin, stop, sleep)      \
	__extension__({                                                       \
		ksync_wait_bit_queue_entry_t ksync__entry;                    \
		ksync_wait_queue_head_t *ksync__queue =                       \
			ksync__init_wait_var(&ksync__entry, var);             \
		type ksync__ret = begin;                                      \
		int ksync__stop;                                              \
                                                                              \
		for (;;) {                                                    \
			ksync__stop = ksync_prepare_to_wait_event(            \
				ksync__queue, &ksync__entry.wq_entry, state); \
			if (stop)                                             \
				break;                                        \
			if (ksync__stop) {                                    \
				ksync__ret = ksync__stop;                     \
				break;                                        \
			}                                                     \
			sleep;                                                \
		}                                                             \
		ksync_finish_wait(ksync__queue, &ksync__entry.wq_entry);      \
		ksync__ret;                                                   \
	})
#define KSYNC__WAIT_VAR_INT(var, condition, state, before, after)         \
	__extension__({                                                   \
		int ksync__result = 0;                                    \
                                                                          \
		ksync_watch_might_sleep();                                \
		if (!(condition))                                         \
			ksync__result = KSYNC__WAIT_VAR(                  \
				var, condition, state, int, 0, condition, \
				KSYNC__SLEEP_AROUND(before, after));      \
		ksync__result;                                            \
	})

/*
 * Wait until a condition of the variable is true: whoever changes it calls
 * ksync_wake_up_var().
 */
#define ksync_wait_var_event(var, condition)                                   \
	((void)KSYNC__WAIT_VAR_INT(var, condition, KSYNC_TASK_UNINTERRUPTIBLE, \
				   , ))
#define ksync_wait_var_event_io(var, condition) \
	ksync_wait_var_event(var, condition)
#define ksync_wait_var_event_killable(var, condition) \
	KSYNC__WAIT_VAR_INT(var, condition, KSYNC_TASK_KILLABLE, , )
#define ksync_wait_var_event_interruptible(var, condition) \
	KSYNC__WAIT_VAR_INT(var, condition, KSYNC_TASK_INTERRUPTIBLE, , )
#define ksync_wait_var_event_timeout(var, condition, timeout)                \
	__extension__({                                                      \
		long ksync__left = timeout;                                  \
                                                                             \
		ksync_watch_might_sleep();                                   \
		if (!KSYNC__TIMED(condition, ksync__left))                   \
			ksync__left = KSYNC__WAIT_VAR(                       \
				var, condition, KSYNC_TASK_UNINTERRUPTIBLE,  \
				long, ksync__left,                           \
				KSYNC__TIMED(condition, ksync__ret),         \
				ksync__ret =                                 \
					ksync_schedule_timeout(ksync__ret)); \
		ksync__left;                                                 \
	})

/* With a lock that is held, but not while the thread sleeps. Without saying
 * that it may sleep: the lock may be a spinlock. */
#define ksync_wait_var_event_any_lock(var, condition, lock, type, state)  \
	__extension__({                                                   \
		int ksync__result = 0;                                    \
                                                                          \
		if (!(condition))                                         \
			ksync__result = KSYNC__WAIT_VAR(                  \
				var, condition, state, int, 0, condition, \
				KSYNC__SLEEP_AROUND(                      \
					ksync_##type##_unlock(lock),      \
					ksync_##type##_lock(lock)));      \
		ksync__result;                                            \
	})
#define ksync_wait_var_event_spinlock(var, condition, lock)              \
	((void)ksync_wait_var_event_any_lock(var, condition, lock, spin, \
					     KSYNC_TASK_UNINTERRUPTIBLE))
/* <ksync/mutex.h> is the caller's to include. */
#define ksync_wait_var_event_mutex(var, condition, lock)                  \
	((void)ksync_wait_var_event_any_lock(var, condition, lock, mutex, \
					     KSYNC_TASK_UNINTERRUPTIBLE))

#endif
