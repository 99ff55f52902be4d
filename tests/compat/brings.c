/* SPDX-License-Identifier: MIT */
/* Uses what each of the kernel's headers of locks brings along; run.sh includes
 * one of them. */

struct object {
	atomic_t users;
	atomic_long_t bytes;
	spinlock_t lock;
	raw_spinlock_t raw;
	unsigned long flags;
	u32 size;
	u64 due;
	struct task_struct *owner;
};

struct object *find(u32 *size);
int use(struct object *o);

struct object *find(u32 *size)
{
	return *size ? container_of(size, struct object, size) :
		       ERR_PTR(-ENOMEM);
}

int use(struct object *o)
{
	unsigned long flags, late = jiffies + msecs_to_jiffies(10) + 2 * HZ;

	if (IS_ERR_OR_NULL(o) || unlikely(signal_pending(current)))
		return -ERESTARTSYS;
	guard(spinlock)(&o->lock);
	raw_spin_lock_irqsave(&o->raw, flags);
	set_bit(1, &o->flags);
	WRITE_ONCE(o->owner, current);
	smp_mb();
	atomic_inc(&o->users);
	raw_spin_unlock_irqrestore(&o->raw, flags);
	return time_after(jiffies, late) && READ_ONCE(o->size) &&
	       smp_load_acquire(&o->due);
}
