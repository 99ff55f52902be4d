/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_WAIT_BIT_H
#define KSYNC_COMPAT_WAIT_BIT_H

#include <linux/wait.h>

#include <ksync/wait_bit.h>

typedef ksync_wait_bit_action_t wait_bit_action_f;

KSYNC__KERNEL_NAME int bit_wait(struct wait_bit_key *key, unsigned int mode)
{
	return ksync_bit_wait(key, mode);
}

KSYNC__KERNEL_NAME int bit_wait_io(struct wait_bit_key *key, unsigned int mode)
{
	return ksync_bit_wait(key, mode);
}

KSYNC__KERNEL_NAME int bit_wait_timeout(struct wait_bit_key *key,
					unsigned int mode)
{
	return ksync_bit_wait_timeout(key, mode);
}

KSYNC__KERNEL_NAME int bit_wait_io_timeout(struct wait_bit_key *key,
					   unsigned int mode)
{
	return ksync_bit_wait_timeout(key, mode);
}

#define wake_up_bit(word, bit) ksync_wake_up_bit(word, bit)
#define wake_up_var(var) ksync_wake_up_var(var)
#define bit_waitqueue(word, bit) ksync__bit_waitqueue(word, bit)

KSYNC__KERNEL_NAME int wait_on_bit(unsigned long *word, int bit,
				   unsigned int mode)
{
	return ksync_wait_on_bit(word, bit, mode);
}

KSYNC__KERNEL_NAME int wait_on_bit_io(unsigned long *word, int bit,
				      unsigned int mode)
{
	return ksync_wait_on_bit(word, bit, mode);
}

KSYNC__KERNEL_NAME int wait_on_bit_timeout(unsigned long *word, int bit,
					   unsigned int mode,
					   unsigned long timeout)
{
	return ksync_wait_on_bit_timeout(word, bit, mode, timeout);
}

KSYNC__KERNEL_NAME int wait_on_bit_action(unsigned long *word, int bit,
					  wait_bit_action_f *action,
					  unsigned int mode)
{
	return ksync_wait_on_bit_action(word, bit, action, mode);
}

KSYNC__KERNEL_NAME int wait_on_bit_lock(unsigned long *word, int bit,
					unsigned int mode)
{
	return ksync_wait_on_bit_lock(word, bit, mode);
}

KSYNC__KERNEL_NAME int wait_on_bit_lock_io(unsigned long *word, int bit,
					   unsigned int mode)
{
	return ksync_wait_on_bit_lock(word, bit, mode);
}

KSYNC__KERNEL_NAME int wait_on_bit_lock_action(unsigned long *word, int bit,
					       wait_bit_action_f *action,
					       unsigned int mode)
{
	return ksync_test_and_set_bit(bit, word) ?
		       ksync__wait_on_bit_lock(word, bit, action, mode) :
		       0;
}

KSYNC__KERNEL_NAME void clear_and_wake_up_bit(int bit, unsigned long *word)
{
	ksync_clear_and_wake_up_bit(bit, word);
}

KSYNC__KERNEL_NAME bool test_and_clear_wake_up_bit(int bit, unsigned long *word)
{
	if (!ksync_test_and_clear_bit(bit, word))
		return false;
	ksync_wake_up_bit(word, bit);
	return true;
}

/* Who waits for 0 may have freed it by then. */
KSYNC__KERNEL_NAME bool atomic_dec_and_wake_up(atomic_t *var)
{
	if (!ksync_atomic_dec_and_test(var))
		return false;
	ksync_wake_up_var(var);
	return true;
}

#define store_release_wake_up(var, val)            \
	do {                                       \
		ksync_smp_store_release(var, val); \
		ksync_wake_up_var(var);            \
	} while (0)

#define wait_var_event(var, condition) ksync_wait_var_event(var, condition)
#define wait_var_event_io(var, condition) \
	ksync_wait_var_event_io(var, condition)
#define wait_var_event_timeout(var, condition, timeout) \
	ksync_wait_var_event_timeout(var, condition, timeout)
#define wait_var_event_killable(var, condition) \
	ksync__event_int(ksync_wait_var_event_killable(var, condition))
#define wait_var_event_interruptible(var, condition) \
	ksync__event_int(ksync_wait_var_event_interruptible(var, condition))
#define wait_var_event_spinlock(var, condition, lock) \
	ksync_wait_var_event_spinlock(var, condition, lock)
#define wait_var_event_mutex(var, condition, lock) \
	ksync_wait_var_event_mutex(var, condition, lock)

#endif
