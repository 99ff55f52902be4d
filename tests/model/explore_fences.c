/* SPDX-License-Identifier: MIT */
/*
 * Full fences. All of them stand in one order, but which is not tried out: it
 * is enough that there is one. Fence F has to stand before fence G
 *
 *	if F happens before G; or
 *	if an access that F happens before, and another to the same location
 *	that happens before G, come in this order: they store one after the
 *	other, or one reads what the other stores, or one reads what the
 *	other replaces.
 *
 * Whoever reads an old message, or stores in front of one, puts his fences
 * before those that know the newer one. He may do so unless that closes a
 * circle. This is RC11's rule for fences (Lahav et al., Repairing Sequential
 * Consistency in C/C++11, PLDI 2017), checked at each such access.
 */
#include "explore_engine.h"

void fences_reset(void)
{
	ex->fences = 0;
}

/* The set with all that stands before its members. */
static uint64_t with_earlier(uint64_t set)
{
	uint64_t all = set;

	for (int f = 0; f < ex->fences; f++)
		if (set & (1ull << f))
			all |= ex->fence[f].earlier;
	return all;
}

/* Fences that know of something newer than that. */
static uint64_t knowing_newer(int l, uint32_t at)
{
	uint64_t set = 0;

	for (int f = 0; f < ex->fences; f++)
		if (ex->fence[f].seen[l] > at)
			set |= 1ull << f;
	return set;
}

/* May the thread ignore what is newer than this message? */
bool fences_allow(const struct thread *t, int l, uint32_t at)
{
	return !(with_earlier(t->now.fences) & knowing_newer(l, at));
}

/* It does. */
void fences_note_ignored(const struct thread *t, int l, uint32_t at)
{
	uint64_t before = with_earlier(t->now.fences);
	uint64_t after = knowing_newer(l, at);

	if (!before || !after)
		return;
	for (int f = 0; f < ex->fences; f++)
		if ((ex->fence[f].earlier | 1ull << f) & after)
			ex->fence[f].earlier |= before;
}

/* Remember a read, for fences that will know of newer messages. */
void fences_note_read(const struct thread *t, int l, uint32_t at)
{
	struct location *loc = &ex->location[l];

	if (!t->now.fences)
		return;
	for (int i = 0; i < loc->reads; i++)
		if (loc->read[i].at == at) {
			loc->read[i].fences |= t->now.fences;
			return;
		}
	if (loc->reads == MAX_MESSAGES)
		explore_fail("too many reads");
	loc->read[loc->reads].at = at;
	loc->read[loc->reads++].fences = t->now.fences;
}

void fences_pass(struct thread *t)
{
	struct fence *f = &ex->fence[ex->fences];
	uint64_t before;

	t->now = t->acquirable;
	before = t->now.fences;
	for (int l = 0; l < ex->locations; l++) {
		struct location *loc = &ex->location[l];
		uint32_t seen = t->now.seen[l];

		for (int i = 0; i < loc->count; i++)
			if (loc->message[i].at <= seen)
				before |= loc->message[i].fences;
		for (int i = 0; i < loc->reads; i++)
			if (loc->read[i].at < seen)
				before |= loc->read[i].fences;
	}
	if (ex->running != MAIN) {
		if (ex->fences == MAX_FENCES)
			explore_fail("more than %d full fences", MAX_FENCES);
		f->earlier = with_earlier(before);
		memcpy(f->seen, t->now.seen, sizeof(f->seen));
		t->now.fences |= 1ull << ex->fences++;
		t->acquirable.fences = t->now.fences;
	}
	t->released = t->now;
}
