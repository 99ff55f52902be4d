/* SPDX-License-Identifier: MIT */
/*
 * For gcc's analyzer (-fanalyzer -DKSYNC_ANALYZE): functions named bad_ have to
 * be reported, functions named good_ must not. For every compiler: each
 * WRONG_TYPE must not compile.
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

extern void use(struct box *b);

#if WRONG_TYPE == 1
void weak_is_no_arc(struct box_weak *w)
{
	box_arc_put(w);
}
#elif WRONG_TYPE == 2
void unique_is_no_arc(struct box_unique *u)
{
	use(box_arc_data(u));
}
#elif WRONG_TYPE == 3
void borrow_is_no_arc(struct box_borrow *b)
{
	box_arc_put(b);
}
#elif WRONG_TYPE == 4
void object_is_no_arc(struct box *b)
{
	box_arc_put(b);
}
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
