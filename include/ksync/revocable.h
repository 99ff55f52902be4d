/* SPDX-License-Identifier: MIT */
/*
 * Revocable: an object that is taken away from its users while they go on, as
 * in Rust-for-Linux: what a device, a connection or a plugin owns, and what
 * others may use only as long as that is there.
 *
 *	struct port { int fd; };
 *	static void port_drop(struct port *p) { close(p->fd); }
 *
 *	KSYNC_DEFINE_REVOCABLE(port, struct port, port_drop)
 *
 * makes struct port_revocable, with the object inside, and
 *
 *	port_revocable_init		make the object accessible
 *	port_revocable_data		the object, while it is not revoked
 *	port_revocable_try_access	begin an access, or find it revoked
 *	port_revocable_withdraw		end an access
 *	port_revocable_revoke		no access any more; wait, then drop
 *	port_revocable_revoke_nosync	the same without a wait
 *	port_revocable_destroy		revoke, and end what is around it
 *
 * An access is an RCU reader, and must not sleep; the flavour that
 * KSYNC_DEFINE_SRCU_REVOCABLE() makes has SRCU readers, which may, and needs no
 * liburcu. Its functions are the same but for port_revocable_init(), which
 * allocates.
 *
 *	KSYNC_CLASS(port_access, a)(&revocable);
 *	if (a.object)
 *		use(a.object);
 *
 * is an access to the end of the block.
 *
 * Rules. Of all who revoke one does, and drops the object in its own thread
 * when every access is over that began before. Others' revoke returns at once,
 * perhaps before that. What revokes must not be an access itself. The memory
 * around the object stays until nobody can try to access it any more.
 */
#ifndef KSYNC_REVOCABLE_H
#define KSYNC_REVOCABLE_H

#include <ksync/atomic.h>
#include <ksync/cleanup.h>
#include <ksync/srcu.h>
#include <ksync/typed.h>
#if KSYNC_HAVE_RCU
#include <ksync/rcu.h>
#endif

/*
 * Word: available, 1 until it is revoked; relaxed. Whoever reads it is a
 * reader, and a grace period is between its change and the object's end: so a
 * reader that finds 1 is one that the grace period waits for.
 */
typedef struct {
	int available;
} ksync_revocable_t;

typedef struct {
	int available;
	ksync_srcu_struct_t readers;
} ksync_srcu_revocable_t;

/* Of a variable with its object:
 * struct port_revocable r = { KSYNC_REVOCABLE_INIT, { 3 } }; */
#define KSYNC_REVOCABLE_INIT { 1 }
#define KSYNC_SRCU_REVOCABLE_INIT { 1, KSYNC__SRCU_INIT("revocable") }

KSYNC_BEGIN_DECLS

/* True in the one call that changes it. */
KSYNC_PRIVATE_INLINE bool ksync__revocable_take(int *available)
{
	return KSYNC_READ_ONCE(*available) && ksync_xchg_relaxed(available, 0);
}

#if KSYNC_HAVE_RCU
KSYNC_PRIVATE_INLINE int ksync__revocable_init(ksync_revocable_t *r)
{
	KSYNC_WRITE_ONCE(r->available, 1);
	return 0;
}

KSYNC_PRIVATE_INLINE bool ksync__revocable_enter(ksync_revocable_t *r, int *idx)
{
	*idx = 0;
	ksync_rcu_read_lock();
	if (ksync_likely(KSYNC_READ_ONCE(r->available)))
		return true;
	ksync_rcu_read_unlock();
	return false;
}

KSYNC_PRIVATE_INLINE void ksync__revocable_leave(ksync_revocable_t *r, int idx)
{
	(void)r;
	(void)idx;
	ksync_rcu_read_unlock();
}

KSYNC_PRIVATE_INLINE void ksync__revocable_wait(ksync_revocable_t *r)
{
	(void)r;
	ksync_synchronize_rcu();
}

KSYNC_PRIVATE_INLINE void ksync__revocable_end(ksync_revocable_t *r)
{
	(void)r;
}
#endif

KSYNC_PRIVATE_INLINE int ksync__srcu_revocable_init(ksync_srcu_revocable_t *r)
{
	KSYNC_WRITE_ONCE(r->available, 1);
	return ksync_init_srcu_struct(&r->readers);
}

KSYNC_PRIVATE_INLINE bool ksync__srcu_revocable_enter(ksync_srcu_revocable_t *r,
						      int *idx)
{
	*idx = ksync_srcu_read_lock(&r->readers);
	if (ksync_likely(KSYNC_READ_ONCE(r->available)))
		return true;
	ksync_srcu_read_unlock(&r->readers, *idx);
	return false;
}

KSYNC_PRIVATE_INLINE void ksync__srcu_revocable_leave(ksync_srcu_revocable_t *r,
						      int idx)
{
	ksync_srcu_read_unlock(&r->readers, idx);
}

KSYNC_PRIVATE_INLINE void ksync__srcu_revocable_wait(ksync_srcu_revocable_t *r)
{
	ksync_synchronize_srcu(&r->readers);
}

KSYNC_PRIVATE_INLINE void ksync__srcu_revocable_end(ksync_srcu_revocable_t *r)
{
	ksync_cleanup_srcu_struct(&r->readers);
}

KSYNC_END_DECLS

/*
 * KSYNC_DEFINE_REVOCABLE(name, type, drop_fn): a revocable type, whose accesses
 * are RCU readers; drop_fn(type *) ends the object, not its memory, and may be
 * NULL.
 */
#define KSYNC_DEFINE_REVOCABLE(name, type, drop_fn)                       \
	KSYNC__DEFINE_REVOCABLE(name, type, drop_fn, , ksync_revocable_t, \
				ksync__revocable)
/* The same, whose accesses are SRCU readers of the object's own domain. */
#define KSYNC_DEFINE_SRCU_REVOCABLE(name, type, drop_fn)               \
	KSYNC__DEFINE_REVOCABLE(name, type, drop_fn, KSYNC_MUST_CHECK, \
				ksync_srcu_revocable_t, ksync__srcu_revocable)

/* clang-format off */
#define KSYNC__DEFINE_REVOCABLE(name, type, drop_fn, must_check, word, flavour)\
	KSYNC__TYPED_STRICT                                                   \
	struct name##_revocable {                                             \
		word revocable;                                               \
		type data;                                                    \
	};                                                                    \
	/* What an access is: the object, or NULL if it is revoked. */        \
	struct name##_access {                                                \
		type *object;                                                 \
		struct name##_revocable *from;                                \
		int idx;                                                      \
	};                                                                    \
	/* The object is filled in; before anybody else knows it. */          \
	KSYNC__TYPED_BODY(must_check int name##_revocable_init(               \
				    struct name##_revocable *ksync__r),       \
		return flavour##_init(&ksync__r->revocable);)                 \
	KSYNC__TYPED_BODY(type *name##_revocable_data(                        \
				    struct name##_revocable *ksync__r),       \
		return &ksync__r->data;)                                      \
	KSYNC__TYPED_BODY(KSYNC_MUST_CHECK struct name##_access               \
			    name##_revocable_try_access(                      \
				    struct name##_revocable *ksync__r),       \
		struct name##_access ksync__a;                                \
                                                                              \
		ksync__a.object = NULL;                                       \
		ksync__a.from = ksync__r;                                     \
		if (flavour##_enter(&ksync__r->revocable, &ksync__a.idx))     \
			ksync__a.object = &ksync__r->data;                    \
		return ksync__a;)                                             \
	/* Of none, and a second time: nothing. */                            \
	KSYNC__TYPED_BODY(void name##_revocable_withdraw(                     \
				    struct name##_access *ksync__a),          \
		if (!ksync__a->object)                                        \
			return;                                               \
		ksync__a->object = NULL;                                      \
		flavour##_leave(&ksync__a->from->revocable, ksync__a->idx);)  \
	KSYNC__TYPED_BODY(void ksync__##name##_revocable_drop(                \
				    struct name##_revocable *ksync__r),       \
		void (*ksync__drop)(type *) = drop_fn;                        \
                                                                              \
		if (ksync__drop)                                              \
			ksync__drop(&ksync__r->data);)                        \
	/* True if this call has revoked it; the object is dropped then. */   \
	KSYNC__TYPED_BODY(bool name##_revocable_revoke(                       \
				    struct name##_revocable *ksync__r),       \
		if (!ksync__revocable_take(&ksync__r->revocable.available))   \
			return false;                                         \
		flavour##_wait(&ksync__r->revocable);                         \
		ksync__##name##_revocable_drop(ksync__r);                     \
		return true;)                                                 \
	/* For who knows that no access is going on. */                       \
	KSYNC__TYPED_BODY(bool name##_revocable_revoke_nosync(                \
				    struct name##_revocable *ksync__r),       \
		if (!ksync__revocable_take(&ksync__r->revocable.available))   \
			return false;                                         \
		ksync__##name##_revocable_drop(ksync__r);                     \
		return true;)                                                 \
	/* Nobody tries to access it any more, and no revoke is going on. */  \
	KSYNC__TYPED_BODY(void name##_revocable_destroy(                      \
				    struct name##_revocable *ksync__r),       \
		(void)name##_revocable_revoke(ksync__r);                      \
		flavour##_end(&ksync__r->revocable);)                         \
	KSYNC_DEFINE_CLASS(name##_access, struct name##_access,               \
			   name##_revocable_withdraw(&_T),                    \
			   name##_revocable_try_access(ksync__r),             \
			   struct name##_revocable *ksync__r)
/* clang-format on */

#endif
