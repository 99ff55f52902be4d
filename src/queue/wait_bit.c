/* SPDX-License-Identifier: MIT */
/*
 * A table of wait queues, found by the address of a word and the number of a
 * bit, or by that of a variable. Two objects may have one queue: its entries'
 * function knows by the key whom a wake-up is for. Each copy of the library has
 * a table of its own, with those who wait in it.
 */
#include <ksync/wait_bit.h>

#include "port/life.h"

#define TABLE_BITS 8
#define VARIABLE (-1)

#define ONE(n) KSYNC__WAIT_QUEUE_HEAD_INIT(table[n])
#define FOUR(n) ONE(n), ONE((n) + 1), ONE((n) + 2), ONE((n) + 3)
#define SIXTEEN(n) FOUR(n), FOUR((n) + 4), FOUR((n) + 8), FOUR((n) + 12)
#define MANY(n) \
	SIXTEEN(n), SIXTEEN((n) + 16), SIXTEEN((n) + 32), SIXTEEN((n) + 48)

static ksync_wait_queue_head_t table[1 << TABLE_BITS] = { MANY(0), MANY(64),
							  MANY(128),
							  MANY(192) };

static unsigned int hash(const void *word, int bit)
{
	ksync_u64 value = (ksync_u64)(uintptr_t)word * 0x9e3779b97f4a7c15ull;

	value += (ksync_u64)(unsigned int)bit * 0xc2b2ae3d27d4eb4full;
	return (unsigned int)((value ^ value >> 29) >> (64 - TABLE_BITS - 8)) %
	       (1u << TABLE_BITS);
}

ksync_wait_queue_head_t *ksync__bit_waitqueue(const void *word, int bit)
{
	return &table[hash(word, bit)];
}

static int bit_function(ksync_wait_queue_entry_t *entry, unsigned int mode,
			int flags, void *key)
{
	ksync_wait_bit_queue_entry_t *waiter = ksync_container_of(
		entry, ksync_wait_bit_queue_entry_t, wq_entry);
	const ksync_wait_bit_key_t *said = key;

	if (said->flags != waiter->key.flags ||
	    said->bit_nr != waiter->key.bit_nr)
		return 0;
	/* Set again meanwhile: another wake-up will come. */
	if (said->bit_nr != VARIABLE &&
	    ksync_test_bit(said->bit_nr, said->flags))
		return 0;
	return ksync_autoremove_wake_function(entry, mode, flags, key);
}

static void entry_init(ksync_wait_bit_queue_entry_t *entry, const void *word,
		       int bit)
{
	ksync_init_wait_entry(&entry->wq_entry, 0);
	entry->wq_entry.func = bit_function;
	entry->key = (ksync_wait_bit_key_t){
		.flags = (unsigned long *)(uintptr_t)word,
		.bit_nr = bit,
	};
}

ksync_wait_queue_head_t *
ksync__init_wait_var(ksync_wait_bit_queue_entry_t *entry, const void *var)
{
	entry_init(entry, var, VARIABLE);
	return ksync__bit_waitqueue(var, VARIABLE);
}

/* Those who wait in this copy. */
static void wake_here(const void *word, int bit)
{
	ksync_wait_queue_head_t *queue = &table[hash(word, bit)];
	ksync_wait_bit_key_t key = {
		.flags = (unsigned long *)(uintptr_t)word,
		.bit_nr = bit,
	};

	(void)ksync_wake_up_key(queue, KSYNC_TASK_NORMAL, 1, &key);
}

static void wake_up_key(const void *word, int bit)
{
	wake_here(word, bit);
	if (ksync_unlikely(KSYNC_READ_ONCE(ksync__copy.others)))
		ksync__copies_wake(word, bit);
}

static const struct ksync__life_part wait_bit_life = {
	.floor = KSYNC__FLOOR_QUEUE,
	.wake = wake_here,
};
KSYNC__LIFE_PART(wait_bit_life);

void ksync_wake_up_bit(const unsigned long *word, int bit)
{
	wake_up_key(word, bit);
}

void ksync_wake_up_var(const void *var)
{
	wake_up_key(var, VARIABLE);
}

int ksync_bit_wait(ksync_wait_bit_key_t *key, unsigned int mode)
{
	(void)key;
	ksync_schedule();
	return ksync_signal_pending_state(mode, ksync_current()) ? -EINTR : 0;
}

int ksync_bit_wait_timeout(ksync_wait_bit_key_t *key, unsigned int mode)
{
	long left = (long)(key->timeout - ksync_jiffies());

	if (left <= 0)
		return -EAGAIN;
	(void)ksync_schedule_timeout(left);
	return ksync_signal_pending_state(mode, ksync_current()) ? -EINTR : 0;
}

int ksync__wait_on_bit(unsigned long *word, int bit,
		       ksync_wait_bit_action_t *action, unsigned int mode,
		       unsigned long timeout)
{
	ksync_wait_queue_head_t *queue = ksync__bit_waitqueue(word, bit);
	ksync_wait_bit_queue_entry_t entry;
	int ret = 0;

	entry_init(&entry, word, bit);
	if (timeout > KSYNC_MAX_JIFFY_OFFSET)
		timeout = KSYNC_MAX_JIFFY_OFFSET;
	entry.key.timeout = ksync_jiffies() + timeout;
	do {
		ksync_prepare_to_wait(queue, &entry.wq_entry, mode);
		if (ksync_test_bit(bit, word))
			ret = action(&entry.key, mode);
	} while (!ksync__bit_is_clear(word, bit) && !ret);
	ksync_finish_wait(queue, &entry.wq_entry);
	return ret;
}

int ksync__wait_on_bit_lock(unsigned long *word, int bit,
			    ksync_wait_bit_action_t *action, unsigned int mode)
{
	ksync_wait_queue_head_t *queue = ksync__bit_waitqueue(word, bit);
	ksync_wait_bit_queue_entry_t entry;
	int ret = 0;

	entry_init(&entry, word, bit);
	do {
		(void)ksync_prepare_to_wait_exclusive(queue, &entry.wq_entry,
						      mode);
		if (ksync_test_bit(bit, word))
			ret = action(&entry.key, mode);
		/* Out first: a wake-up that chose it was for this look. */
		if (ret)
			ksync_finish_wait(queue, &entry.wq_entry);
		if (ksync__bit_take(word, bit)) {
			ret = 0;
			break;
		}
	} while (!ret);
	ksync_finish_wait(queue, &entry.wq_entry);
	return ret;
}
