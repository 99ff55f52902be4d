/* SPDX-License-Identifier: MIT */
/*
 * One access to a variable of any type that fits a machine word or 8 bytes:
 * integer, enumeration, bool, pointer, floating point, small structure; const
 * and volatile as the access permits. <ksync/atomic.h> has the public names.
 *
 * A value that is stored is first converted to the variable's type, by the
 * language's own rules for an initialisation: a pointer to a derived class
 * becomes one to its base, 2 becomes true, and what does not convert (an
 * unrelated pointer, or one that would lose a const) is an error, in C too. Its
 * bytes are then accessed as an integer of their size.
 *
 * Each argument is evaluated once, before the access and the fences around it,
 * and in C from left to right (a store's variable last).
 * Local names are numbered, so that uses may nest.
 */
#ifndef KSYNC_ATOMIC_ACCESS_H
#define KSYNC_ATOMIC_ACCESS_H

#include <ksync/machine.h>

/* Integers that may stand for an object of any type. i386 aligns 8 bytes to 4,
 * and a compiler that believed that would call a library. */
typedef uint8_t __attribute__((may_alias)) ksync__word1;
typedef uint16_t __attribute__((may_alias)) ksync__word2;
typedef uint32_t __attribute__((may_alias)) ksync__word4;
typedef uint64_t __attribute__((may_alias, aligned(8))) ksync__word8;

#define KSYNC__ACCESS_SIZE "not a type of 1, 2, 4 or 8 bytes"
#define KSYNC__ACCESS_CONST "the object is const"

#ifdef __cplusplus

extern "C++" {

/* A type without const and volatile. */
template <class ksync__t> struct ksync__plain {
	typedef ksync__t type;
	static const bool is_const = false;
};
template <class ksync__t> struct ksync__plain<volatile ksync__t> {
	typedef ksync__t type;
	static const bool is_const = false;
};
template <class ksync__t> struct ksync__plain<const ksync__t> {
	typedef ksync__t type;
	static const bool is_const = true;
};
template <class ksync__t> struct ksync__plain<const volatile ksync__t> {
	typedef ksync__t type;
	static const bool is_const = true;
};

template <size_t ksync__size> struct ksync__word {
	static_assert(ksync__size == 1, KSYNC__ACCESS_SIZE);
	typedef ksync__word1 type;
};
template <> struct ksync__word<2> {
	typedef ksync__word2 type;
};
template <> struct ksync__word<4> {
	typedef ksync__word4 type;
};
template <> struct ksync__word<8> {
	typedef ksync__word8 type;
};

/* What the functions below know of the variable. */
template <class ksync__t> struct ksync__access {
	typedef typename ksync__plain<ksync__t>::type type;
	typedef typename ksync__word<sizeof(ksync__t)>::type word;
	static_assert(__is_trivially_copyable(type),
		      "a type that cannot be copied byte by byte");
};
template <class ksync__t> struct ksync__change : ksync__access<ksync__t> {
	static_assert(!ksync__plain<ksync__t>::is_const, KSYNC__ACCESS_CONST);
};

template <int ksync__mo, class ksync__t>
KSYNC_PRIVATE_INLINE typename ksync__access<ksync__t>::type
ksync__load(const ksync__t *p)
{
	typedef typename ksync__access<ksync__t>::type type;
	typedef typename ksync__access<ksync__t>::word word;

	return __builtin_bit_cast(
		type, static_cast<word>(ksync__mc_load(
			      reinterpret_cast<const volatile word *>(p),
			      ksync__mo)));
}

template <int ksync__mo, class ksync__t>
KSYNC_PRIVATE_INLINE void ksync__store(ksync__t *p,
				       typename ksync__change<ksync__t>::type v)
{
	typedef typename ksync__change<ksync__t>::word word;

	ksync__mc_store(reinterpret_cast<volatile word *>(p),
			__builtin_bit_cast(word, v), ksync__mo);
}

template <int ksync__mo, class ksync__t>
KSYNC_PRIVATE_INLINE typename ksync__change<ksync__t>::type
ksync__xchg(ksync__t *p, typename ksync__change<ksync__t>::type v)
{
	typedef typename ksync__change<ksync__t>::type type;
	typedef typename ksync__change<ksync__t>::word word;
	word old;

	KSYNC__AROUND(ksync__mo);
	old = ksync__mc_xchg(reinterpret_cast<volatile word *>(p),
			     __builtin_bit_cast(word, v), ksync__mo);
	KSYNC__AROUND(ksync__mo);
	return __builtin_bit_cast(type, old);
}

template <int ksync__mo, class ksync__t, class ksync__o>
KSYNC_PRIVATE_INLINE bool
ksync__try_cmpxchg(ksync__t *p, ksync__o *oldp,
		   typename ksync__change<ksync__t>::type v)
{
	typedef typename ksync__change<ksync__t>::type type;
	typedef typename ksync__change<ksync__t>::word word;
	type old = *oldp;
	word found = __builtin_bit_cast(word, old);
	bool done;

	KSYNC__AROUND(ksync__mo);
	done = ksync__mc_try_cmpxchg(reinterpret_cast<volatile word *>(p),
				     &found, __builtin_bit_cast(word, v),
				     ksync__mo);
	KSYNC__AROUND(ksync__mo);
	if (!done)
		*oldp = __builtin_bit_cast(type, found);
	return done;
}

template <int ksync__mo, class ksync__t>
KSYNC_PRIVATE_INLINE typename ksync__change<ksync__t>::type
ksync__cmpxchg(ksync__t *p, typename ksync__change<ksync__t>::type old,
	       typename ksync__change<ksync__t>::type v)
{
	typedef typename ksync__change<ksync__t>::type type;
	typedef typename ksync__change<ksync__t>::word word;
	word found = __builtin_bit_cast(word, old);

	KSYNC__AROUND(ksync__mo);
	(void)ksync__mc_try_cmpxchg(reinterpret_cast<volatile word *>(p),
				    &found, __builtin_bit_cast(word, v),
				    ksync__mo);
	KSYNC__AROUND(ksync__mo);
	return __builtin_bit_cast(type, found);
}

} /* extern "C++" */

#define KSYNC__ADDRESS(x) __builtin_addressof(x)
#define KSYNC__LOAD(p, mo) ksync__load<mo>(p)
#define KSYNC__STORE(p, v, mo) ksync__store<mo>(p, v)
#define KSYNC__XCHG(p, v, mo) ksync__xchg<mo>(p, v)
#define KSYNC__TRY_CMPXCHG(p, oldp, v, mo) ksync__try_cmpxchg<mo>(p, oldp, v)
#define KSYNC__CMPXCHG(p, old, v, mo) ksync__cmpxchg<mo>(p, old, v)

#else

/* The type of a value of x: without const and volatile. */
#define KSYNC__PLAIN(x) __typeof__(((void)0, (x)))

/* What may be read or written, and what may be written: checked. */
#define KSYNC__ACCESS(p)                                                      \
	_Static_assert((sizeof(*(p)) == 1 || sizeof(*(p)) == 2 ||             \
			sizeof(*(p)) == 4 || sizeof(*(p)) == 8) &&            \
			       __builtin_types_compatible_p(                  \
				       KSYNC__PLAIN(*(p)), __typeof__(*(p))), \
		       KSYNC__ACCESS_SIZE)
#define KSYNC__CHANGE(p)                                                     \
	KSYNC__ACCESS(p);                                                    \
	_Static_assert(__builtin_types_compatible_p(__typeof__(&*(p)),       \
						    KSYNC__PLAIN(*(p)) *) || \
			       __builtin_types_compatible_p(                 \
				       __typeof__(&*(p)),                    \
				       volatile KSYNC__PLAIN(*(p)) *),       \
		       KSYNC__ACCESS_CONST)

/* The type of a pointer to the integer of the size of *p. */
#define KSYNC__WORD_PTR(p, qualifiers)                                      \
	__typeof__(__builtin_choose_expr(                                   \
		sizeof(*(p)) == 8, (qualifiers ksync__word8 *)0,            \
		__builtin_choose_expr(                                      \
			sizeof(*(p)) == 4, (qualifiers ksync__word4 *)0,    \
			__builtin_choose_expr(sizeof(*(p)) == 2,            \
					      (qualifiers ksync__word2 *)0, \
					      (qualifiers ksync__word1 *)0))))

/* A value of the type of *p, and its bytes as that integer. */
#define KSYNC__BITS(p)                                            \
	union {                                                   \
		KSYNC__PLAIN(*(p)) ksync__value;                  \
		__typeof__(*(KSYNC__WORD_PTR(p, ))0) ksync__bits; \
	}

/* Between these, what C compilers only warn about is an error. */
#ifdef __clang__
#define KSYNC__STRICT                                                    \
	_Pragma("GCC diagnostic push") _Pragma(                          \
		"GCC diagnostic error \"-Wincompatible-pointer-types\"") \
		_Pragma("GCC diagnostic error \"-Wint-conversion\"")
#else
#define KSYNC__STRICT                                                         \
	_Pragma("GCC diagnostic push") _Pragma(                               \
		"GCC diagnostic error \"-Wincompatible-pointer-types\"")      \
		_Pragma("GCC diagnostic error \"-Wint-conversion\"") _Pragma( \
			"GCC diagnostic error \"-Wdiscarded-qualifiers\"")
#endif
#define KSYNC__STRICT_END _Pragma("GCC diagnostic pop")

#define KSYNC__ADDRESS(x) (&(x))
#define KSYNC__LOAD(p, mo) KSYNC__LOAD_AS(KSYNC_UNIQUE(ksync__got_), p, mo)
#define KSYNC__STORE(p, v, mo) \
	KSYNC__STORE_AS(KSYNC_UNIQUE(ksync__put_), p, v, mo)
#define KSYNC__XCHG(p, v, mo)                                                  \
	KSYNC__XCHG_AS(KSYNC_UNIQUE(ksync__at_), KSYNC_UNIQUE(ksync__put_), p, \
		       v, mo)
#define KSYNC__TRY_CMPXCHG(p, oldp, v, mo)                 \
	KSYNC__TRY_CMPXCHG_AS(KSYNC_UNIQUE(ksync__at_),    \
			      KSYNC_UNIQUE(ksync__oldp_),  \
			      KSYNC_UNIQUE(ksync__put_),   \
			      KSYNC_UNIQUE(ksync__old_),   \
			      KSYNC_UNIQUE(ksync__found_), \
			      KSYNC_UNIQUE(ksync__done_), p, oldp, v, mo)
#define KSYNC__CMPXCHG(p, old, v, mo)                                          \
	KSYNC__CMPXCHG_AS(KSYNC_UNIQUE(ksync__at_), KSYNC_UNIQUE(ksync__put_), \
			  KSYNC_UNIQUE(ksync__was_),                           \
			  KSYNC_UNIQUE(ksync__found_), p, old, v, mo)

#define KSYNC__LOAD_AS(got, p, mo)                                           \
	__extension__({                                                      \
		KSYNC__ACCESS(p);                                            \
		KSYNC__BITS(p) got;                                          \
                                                                             \
		got.ksync__bits =                                            \
			ksync__mc_load((KSYNC__WORD_PTR(p, const volatile))( \
					       const volatile void *)(p),    \
				       mo);                                  \
		got.ksync__value;                                            \
	})
#define KSYNC__STORE_AS(put, p, v, mo)                                      \
	__extension__({                                                     \
		KSYNC__CHANGE(p);                                           \
		KSYNC__STRICT                                               \
		KSYNC__BITS(p) put = { .ksync__value = (v) };               \
		KSYNC__STRICT_END                                           \
                                                                            \
		ksync__mc_store(                                            \
			(KSYNC__WORD_PTR(p, volatile))(volatile void *)(p), \
			put.ksync__bits, mo);                               \
	})
#define KSYNC__XCHG_AS(at, put, p, v, mo)                                  \
	__extension__({                                                    \
		KSYNC__CHANGE(p);                                          \
		KSYNC__WORD_PTR(p, volatile)                               \
		at = (KSYNC__WORD_PTR(p, volatile))(volatile void *)(p);   \
		KSYNC__STRICT                                              \
		KSYNC__BITS(p) put = { .ksync__value = (v) };              \
		KSYNC__STRICT_END                                          \
                                                                           \
		KSYNC__AROUND(mo);                                         \
		put.ksync__bits = ksync__mc_xchg(at, put.ksync__bits, mo); \
		KSYNC__AROUND(mo);                                         \
		put.ksync__value;                                          \
	})
/* "found" is no member: compilers keep a plain integer in a register. */
#define KSYNC__TRY_CMPXCHG_AS(at, was, put, old, found, done, p, oldp, v, mo)  \
	__extension__({                                                        \
		KSYNC__CHANGE(p);                                              \
		KSYNC__WORD_PTR(p, volatile)                                   \
		at = (KSYNC__WORD_PTR(p, volatile))(volatile void *)(p);       \
		__typeof__(&*(oldp)) was = (oldp);                             \
		KSYNC__STRICT                                                  \
		KSYNC__BITS(p) old = { .ksync__value = *was };                 \
		KSYNC__BITS(p) put = { .ksync__value = (v) };                  \
		KSYNC__STRICT_END                                              \
		__typeof__(old.ksync__bits) found = old.ksync__bits;           \
		bool done;                                                     \
                                                                               \
		KSYNC__AROUND(mo);                                             \
		done = ksync__mc_try_cmpxchg(at, &found, put.ksync__bits, mo); \
		KSYNC__AROUND(mo);                                             \
		if (!done) {                                                   \
			old.ksync__bits = found;                               \
			*was = old.ksync__value;                               \
		}                                                              \
		done;                                                          \
	})
#define KSYNC__CMPXCHG_AS(at, put, was, found, p, old, v, mo)                 \
	__extension__({                                                       \
		KSYNC__CHANGE(p);                                             \
		KSYNC__WORD_PTR(p, volatile)                                  \
		at = (KSYNC__WORD_PTR(p, volatile))(volatile void *)(p);      \
		KSYNC__STRICT                                                 \
		KSYNC__BITS(p) was = { .ksync__value = (old) };               \
		KSYNC__BITS(p) put = { .ksync__value = (v) };                 \
		KSYNC__STRICT_END                                             \
		__typeof__(was.ksync__bits) found = was.ksync__bits;          \
                                                                              \
		KSYNC__AROUND(mo);                                            \
		(void)ksync__mc_try_cmpxchg(at, &found, put.ksync__bits, mo); \
		KSYNC__AROUND(mo);                                            \
		was.ksync__bits = found;                                      \
		was.ksync__value;                                             \
	})

#endif

#endif
