/* SPDX-License-Identifier: MIT */
/*
 * For gcc's analyzer (-fanalyzer -DKSYNC_ANALYZE): functions named bad_ have to
 * be reported, functions named good_ must not. For every compiler: each value
 * of WRONG must not compile; the error has to contain the words beside it.
 */
#include <ksync/arc.h>

struct box {
	int value;
};

static void box_drop(struct box *b)
{
	(void)b;
}

KSYNC_DEFINE_ARC(box, struct box, box_drop)
KSYNC_DEFINE_ARC(number, long, NULL)

extern void use(struct box *b);

#if WRONG == 1 /* incompatible */
void weak_is_no_arc(struct box_weak *w)
{
	box_arc_put(w);
}
#endif
#if WRONG == 2 /* incompatible */
void unique_is_no_arc(struct box_unique *u)
{
	use(box_arc_data(u));
}
#endif
#if WRONG == 3 /* incompatible */
void borrow_is_no_arc(struct box_borrow *b)
{
	box_arc_put(b);
}
#endif
#if WRONG == 4 /* incompatible */
void object_is_no_arc(struct box *b)
{
	box_arc_put(b);
}
#endif
#if WRONG == 5 /* incompatible */
void arc_is_not_unique(struct box_arc *a)
{
	use(box_unique_data(a));
}
#endif
#if WRONG == 6 /* incompatible */
void arc_is_no_weak(struct box_arc *a)
{
	box_weak_put(a);
}
#endif
#if WRONG == 7 /* incompatible */
void arc_is_of_its_type(struct number_arc *n)
{
	box_arc_put(n);
}
#endif
#if WRONG == 8 /* incompatible */
void raw_is_of_its_type(long *n)
{
	box_arc_put(box_arc_from_raw(n));
}
#endif
#if WRONG == 9 /* unused */
void new_is_looked_at(void)
{
	box_arc_new((struct box){ 1 });
}
#endif
#if WRONG == 10 /* unused */
void unique_new_is_looked_at(void)
{
	box_unique_new();
}
#endif
#if WRONG == 11 /* unused */
void got_one_is_kept(struct box_arc *a)
{
	box_arc_get(a);
}
#endif
#if WRONG == 12 /* unused */
void borrowed_one_is_kept(struct box_borrow *b)
{
	box_borrow_get(b);
}
#endif
#if WRONG == 13 /* unused */
void weak_one_is_kept(struct box_arc *a)
{
	box_arc_downgrade(a);
}
#endif
#if WRONG == 14 /* unused */
void upgrade_is_looked_at(struct box_weak *w)
{
	box_weak_upgrade(w);
}
#endif
#if WRONG == 15 /* unused */
void into_unique_is_looked_at(struct box_arc *a)
{
	box_arc_into_unique_or_put(a);
}
#endif
#if WRONG == 16 /* unused */
void shared_one_is_kept(struct box_unique *u)
{
	box_unique_share(u);
}
#endif

#if WRONG == 17 /* incompatible */
void weak_is_not_cleaned_up_as_shared(struct box_arc *a)
{
	struct box_weak *w ksync_free(box_arc) = box_arc_downgrade(a);

	(void)w;
}
#endif
#if WRONG == 18 /* incompatible */
void unique_is_not_cleaned_up_as_shared(void)
{
	struct box_unique *u ksync_free(box_arc) = box_unique_new();

	(void)u;
}
#endif
#if WRONG == 19 /* incompatible */
void shared_is_not_cleaned_up_as_weak(struct box_arc *a)
{
	struct box_arc *b ksync_free(box_weak) = box_arc_get(a);

	(void)b;
}
#endif
#if WRONG == 20 /* incompatible */
void another_type_is_not_cleaned_up(struct number_arc *n)
{
	struct number_arc *b ksync_free(box_arc) = number_arc_get(n);

	(void)b;
}
#endif
#if WRONG == 21 /* unused */
void raw_one_is_kept(struct box_arc *a)
{
	box_arc_into_raw(a);
}
#endif
#if WRONG == 22 /* unused */
void one_from_raw_is_kept(struct box *b)
{
	box_arc_from_raw(b);
}
#endif
struct text {
	int length;
#if WRONG == 23 /* flexible array\|variable sized */
	char bytes[];
#else
	char bytes[8];
#endif
};
KSYNC_DEFINE_ARC(text, struct text, NULL)
#if WRONG == 24 /* incompatible */
static void number_drop(struct box *b)
{
	(void)b;
}
KSYNC_DEFINE_ARC(wrong, long, number_drop)
#endif

void bad_double_put(void)
{
	struct box_arc *a = box_arc_new((struct box){ 1 });

	if (!a)
		return;
	box_arc_put(a);
	box_arc_put(a);
}

void bad_double_put_by_scope(void)
{
	struct box_arc *a ksync_free(box_arc) = box_arc_new((struct box){ 1 });

	if (!a)
		return;
	box_arc_put(a);
}

void bad_use_after_put(void)
{
	struct box_arc *a = box_arc_new((struct box){ 1 });

	if (!a)
		return;
	box_arc_put(a);
	use(box_arc_data(a));
}

void bad_leaked_new(void)
{
	struct box_arc *a = box_arc_new((struct box){ 1 });

	if (!a)
		return;
	use(box_arc_data(a));
}

void bad_leaked_unique(void)
{
	struct box_unique *u = box_unique_new();

	if (!u)
		return;
	use(box_unique_data(u));
}

void good_get_and_put(void)
{
	struct box_unique *u = box_unique_new();
	struct box_arc *a;
	struct box_arc *b;

	if (!u)
		return;
	box_unique_data(u)->value = 1;
	a = box_unique_share(u);
	b = box_arc_get(a);
	use(box_arc_data(b));
	box_arc_put(b);
	box_arc_put(a);
}

void good_scope(void)
{
	struct box_arc *a ksync_free(box_arc) = box_arc_new((struct box){ 1 });

	if (!a)
		return;
	use(box_borrow_data(box_arc_borrow(a)));
}

void good_taken_out_of_scope(void)
{
	struct box_unique *u ksync_free(box_unique) = box_unique_new();
	struct box_arc *a;

	if (!u)
		return;
	a = box_unique_share(ksync_no_free_ptr(u));
	box_arc_put(a);
}

void good_weak(void)
{
	struct box_arc *a = box_arc_new((struct box){ 1 });
	struct box_weak *w;
	struct box_arc *b;

	if (!a)
		return;
	w = box_arc_downgrade(a);
	b = box_weak_upgrade(w);
	if (b)
		box_arc_put(b);
	box_weak_put(w);
	box_arc_put(a);
}

void bad_borrow_after_put(void)
{
	struct box_arc *a = box_arc_new((struct box){ 1 });

	if (!a)
		return;
	box_arc_put(a);
	use(box_borrow_data(box_arc_borrow(a)));
}

void bad_double_weak_put(struct box_arc *a)
{
	struct box_weak *w = box_arc_downgrade(a);

	box_weak_put(w);
	box_weak_put(w);
}

void bad_unique_after_share(void)
{
	struct box_unique *u = box_unique_new();
	struct box_arc *a;

	if (!u)
		return;
	a = box_unique_share(u);
	use(box_unique_data(u));
	box_arc_put(a);
}

void bad_leaked_upgrade(struct box_weak *w)
{
	struct box_arc *a = box_weak_upgrade(w);

	if (a)
		use(box_arc_data(a));
}

void good_into_unique(struct box_arc *a)
{
	struct box_unique *u = box_arc_into_unique_or_put(a);

	if (!u)
		return;
	box_unique_data(u)->value = 2;
	box_arc_put(box_unique_share(u));
}

void good_raw_there_and_back(struct box_arc *a)
{
	struct box *raw = box_arc_into_raw(box_arc_get(a));

	use(raw);
	box_arc_put(box_arc_from_raw(raw));
}

void good_new_that_is_given_away(struct box_arc **out)
{
	*out = box_arc_new((struct box){ 1 });
}

void good_borrowed_and_kept(struct box_borrow *b)
{
	struct box_arc *a = box_borrow_get(b);

	use(box_arc_data(a));
	box_arc_put(a);
}
