/* SPDX-License-Identifier: MIT */
/*
 * One atomic type's operations. No include guard: <ksync/atomic.h> includes
 * this three times, and the kernel-named headers three times more, after
 * defining
 *
 *	KSYNC__AN(op)	the function's name, for example ksync_atomic##op
 *	KSYNC__AT	the type, a struct whose only member is "counter"
 *	KSYNC__AV	its value's type
 *	KSYNC__AU	the unsigned type of the same size
 *
 * Names, arguments and orders are the kernel's. An operation without a result
 * is relaxed. One with a result is fully ordered, or carries its order as a
 * suffix: _acquire, _release, _relaxed. A conditional operation that does
 * nothing orders nothing. Arithmetic wraps.
 */

#define KSYNC__A_ORDERS(gen, op)                     \
	gen(op, , _FULL) gen(op, _acquire, _ACQUIRE) \
		gen(op, _release, _RELEASE) gen(op, _relaxed, _RELAXED)

/* The wrapped sum and difference. */
#define KSYNC__A_add(a, b)     \
	KSYNC__CAST(KSYNC__AV, \
		    KSYNC__CAST(KSYNC__AU, a) + KSYNC__CAST(KSYNC__AU, b))
#define KSYNC__A_sub(a, b)     \
	KSYNC__CAST(KSYNC__AV, \
		    KSYNC__CAST(KSYNC__AU, a) - KSYNC__CAST(KSYNC__AU, b))

KSYNC_INLINE KSYNC__AV KSYNC__AN(_read)(const KSYNC__AT *v)
{
	return ksync__mc_load(&v->counter, KSYNC__MO_RELAXED);
}

KSYNC_INLINE KSYNC__AV KSYNC__AN(_read_acquire)(const KSYNC__AT *v)
{
	return ksync__mc_load(&v->counter, KSYNC__MO_ACQUIRE);
}

KSYNC_INLINE void KSYNC__AN(_set)(KSYNC__AT *v, KSYNC__AV i)
{
	ksync__mc_store(&v->counter, i, KSYNC__MO_RELAXED);
}

KSYNC_INLINE void KSYNC__AN(_set_release)(KSYNC__AT *v, KSYNC__AV i)
{
	ksync__mc_store(&v->counter, i, KSYNC__MO_RELEASE);
}

/* op(i, v), fetch_op(i, v): the old value. */
#define KSYNC__A_FETCH(op, suffix, order)                                    \
	KSYNC_INLINE KSYNC__AV KSYNC__AN(_fetch##op##suffix)(KSYNC__AV i,    \
							     KSYNC__AT * v)  \
	{                                                                    \
		KSYNC__AV old;                                               \
                                                                             \
		KSYNC__AROUND(KSYNC__MO##order);                             \
		old = ksync__mc_fetch##op(&v->counter, i, KSYNC__MO##order); \
		KSYNC__AROUND(KSYNC__MO##order);                             \
		return old;                                                  \
	}
#define KSYNC__A_VOID(op)                                                     \
	KSYNC_INLINE void KSYNC__AN(op)(KSYNC__AV i, KSYNC__AT * v)           \
	{                                                                     \
		(void)ksync__mc_fetch##op(&v->counter, i, KSYNC__MO_RELAXED); \
	}
KSYNC__A_VOID(_add)
KSYNC__A_VOID(_sub)
KSYNC__A_VOID(_and)
KSYNC__A_VOID(_or)
KSYNC__A_VOID(_xor)
KSYNC__A_ORDERS(KSYNC__A_FETCH, _add)
KSYNC__A_ORDERS(KSYNC__A_FETCH, _sub)
KSYNC__A_ORDERS(KSYNC__A_FETCH, _and)
KSYNC__A_ORDERS(KSYNC__A_FETCH, _or)
KSYNC__A_ORDERS(KSYNC__A_FETCH, _xor)

/* op_return(i, v): the new value. */
#define KSYNC__A_RETURN(op, suffix, order)                                   \
	KSYNC_INLINE KSYNC__AV KSYNC__AN(op##_return##suffix)(KSYNC__AV i,   \
							      KSYNC__AT * v) \
	{                                                                    \
		return KSYNC__A##op(KSYNC__AN(_fetch##op##suffix)(i, v), i); \
	}
KSYNC__A_ORDERS(KSYNC__A_RETURN, _add)
KSYNC__A_ORDERS(KSYNC__A_RETURN, _sub)

/* andnot: clear the bits of i. */
KSYNC_INLINE void KSYNC__AN(_andnot)(KSYNC__AV i, KSYNC__AT *v)
{
	KSYNC__AN(_and)(~i, v);
}
#define KSYNC__A_ANDNOT(op, suffix, order)                                     \
	KSYNC_INLINE KSYNC__AV KSYNC__AN(_fetch_andnot##suffix)(KSYNC__AV i,   \
								KSYNC__AT * v) \
	{                                                                      \
		return KSYNC__AN(_fetch_and##suffix)(~i, v);                   \
	}
KSYNC__A_ORDERS(KSYNC__A_ANDNOT, _andnot)

/* inc and dec: add and sub of 1. */
#define KSYNC__A_ONE(one, op)                           \
	KSYNC_INLINE void KSYNC__AN(one)(KSYNC__AT * v) \
	{                                               \
		KSYNC__AN(op)(1, v);                    \
	}
#define KSYNC__A_INC(op, suffix, order)                                      \
	KSYNC_INLINE KSYNC__AV KSYNC__AN(_inc_return##suffix)(KSYNC__AT * v) \
	{                                                                    \
		return KSYNC__AN(_add_return##suffix)(1, v);                 \
	}                                                                    \
	KSYNC_INLINE KSYNC__AV KSYNC__AN(_fetch_inc##suffix)(KSYNC__AT * v)  \
	{                                                                    \
		return KSYNC__AN(_fetch_add##suffix)(1, v);                  \
	}                                                                    \
	KSYNC_INLINE KSYNC__AV KSYNC__AN(_dec_return##suffix)(KSYNC__AT * v) \
	{                                                                    \
		return KSYNC__AN(_sub_return##suffix)(1, v);                 \
	}                                                                    \
	KSYNC_INLINE KSYNC__AV KSYNC__AN(_fetch_dec##suffix)(KSYNC__AT * v)  \
	{                                                                    \
		return KSYNC__AN(_fetch_sub##suffix)(1, v);                  \
	}                                                                    \
	/* Is the sum negative? */                                           \
	KSYNC_INLINE bool KSYNC__AN(_add_negative##suffix)(KSYNC__AV i,      \
							   KSYNC__AT * v)    \
	{                                                                    \
		return KSYNC__AN(_add_return##suffix)(i, v) < 0;             \
	}
KSYNC__A_ONE(_inc, _add)
KSYNC__A_ONE(_dec, _sub)
KSYNC__A_ORDERS(KSYNC__A_INC, _inc)

/* xchg(v, new): the old value. cmpxchg: the value found. */
#define KSYNC__A_XCHG(op, suffix, order)                                     \
	KSYNC_INLINE KSYNC__AV KSYNC__AN(_xchg##suffix)(KSYNC__AT * v,       \
							KSYNC__AV i)         \
	{                                                                    \
		KSYNC__AV old;                                               \
                                                                             \
		KSYNC__AROUND(KSYNC__MO##order);                             \
		old = ksync__mc_xchg(&v->counter, i, KSYNC__MO##order);      \
		KSYNC__AROUND(KSYNC__MO##order);                             \
		return old;                                                  \
	}                                                                    \
	/* True if *old was found and replaced; else *old is renewed. */     \
	KSYNC_INLINE bool KSYNC__AN(_try_cmpxchg##suffix)(                   \
		KSYNC__AT * v, KSYNC__AV * old, KSYNC__AV i)                 \
	{                                                                    \
		bool done;                                                   \
                                                                             \
		KSYNC__AROUND(KSYNC__MO##order);                             \
		done = ksync__mc_try_cmpxchg(&v->counter, old, i,            \
					     KSYNC__MO##order);              \
		KSYNC__AROUND(KSYNC__MO##order);                             \
		return done;                                                 \
	}                                                                    \
	KSYNC_INLINE KSYNC__AV KSYNC__AN(                                    \
		_cmpxchg##suffix)(KSYNC__AT * v, KSYNC__AV old, KSYNC__AV i) \
	{                                                                    \
		(void)KSYNC__AN(_try_cmpxchg##suffix)(v, &old, i);           \
		return old;                                                  \
	}
KSYNC__A_ORDERS(KSYNC__A_XCHG, _xchg)

/* Did the result become zero? */
KSYNC_INLINE bool KSYNC__AN(_sub_and_test)(KSYNC__AV i, KSYNC__AT *v)
{
	return KSYNC__AN(_sub_return)(i, v) == 0;
}

KSYNC_INLINE bool KSYNC__AN(_dec_and_test)(KSYNC__AT *v)
{
	return KSYNC__AN(_dec_return)(v) == 0;
}

KSYNC_INLINE bool KSYNC__AN(_inc_and_test)(KSYNC__AT *v)
{
	return KSYNC__AN(_inc_return)(v) == 0;
}

/*
 * The conditional ones, one loop: replace old by new unless the condition
 * stops it. What the loop leaves in "old" is the value found.
 */
#define KSYNC__A_UNLESS(v, old, stop, new)   \
	KSYNC__AV old = KSYNC__AN(_read)(v); \
                                             \
	do {                                 \
		if (ksync_unlikely(stop))    \
			break;               \
	} while (!KSYNC__AN(_try_cmpxchg)(v, &old, new))

/* Add a unless the value is u: the value found. */
KSYNC_INLINE KSYNC__AV KSYNC__AN(_fetch_add_unless)(KSYNC__AT *v, KSYNC__AV a,
						    KSYNC__AV u)
{
	KSYNC__A_UNLESS(v, old, old == u, KSYNC__A_add(old, a));
	return old;
}

KSYNC_INLINE bool KSYNC__AN(_add_unless)(KSYNC__AT *v, KSYNC__AV a, KSYNC__AV u)
{
	return KSYNC__AN(_fetch_add_unless)(v, a, u) != u;
}

KSYNC_INLINE bool KSYNC__AN(_inc_not_zero)(KSYNC__AT *v)
{
	return KSYNC__AN(_add_unless)(v, 1, 0);
}

KSYNC_INLINE bool KSYNC__AN(_inc_unless_negative)(KSYNC__AT *v)
{
	KSYNC__A_UNLESS(v, old, old < 0, KSYNC__A_add(old, 1));
	return old >= 0;
}

KSYNC_INLINE bool KSYNC__AN(_dec_unless_positive)(KSYNC__AT *v)
{
	KSYNC__A_UNLESS(v, old, old > 0, KSYNC__A_sub(old, 1));
	return old <= 0;
}

/* Decrement unless that makes it negative: the old value minus one. */
KSYNC_INLINE KSYNC__AV KSYNC__AN(_dec_if_positive)(KSYNC__AT *v)
{
	KSYNC__A_UNLESS(v, old, KSYNC__A_sub(old, 1) < 0, KSYNC__A_sub(old, 1));
	return KSYNC__A_sub(old, 1);
}

#undef KSYNC__A_ORDERS
#undef KSYNC__A_add
#undef KSYNC__A_sub
#undef KSYNC__A_FETCH
#undef KSYNC__A_VOID
#undef KSYNC__A_RETURN
#undef KSYNC__A_ANDNOT
#undef KSYNC__A_ONE
#undef KSYNC__A_INC
#undef KSYNC__A_XCHG
#undef KSYNC__A_UNLESS
