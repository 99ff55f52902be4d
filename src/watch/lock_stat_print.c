/* SPDX-License-Identifier: MIT */
/*
 * The statistics of locks as text, in the columns of the kernel's
 * /proc/lock_stat, and as JSON.
 */
#include <string.h>

#include <ksync/inspect.h>

#include "lock_stat.h"
#include "out.h"

#define NAME_WIDTH 40u
#define WIDTH 15u

static void put_repeated(struct ksync__out *out, const char *word, size_t times)
{
	while (times--)
		ksync__text_put(ksync__out(out), word);
}

static void put_right(struct ksync__out *out, const char *word, size_t width)
{
	size_t length = strlen(word);

	put_repeated(out, " ", length < width ? width - length : 0);
	ksync__text_put(ksync__out(out), word);
}

static void put_rule(struct ksync__out *out)
{
	put_repeated(out, "-", NAME_WIDTH + 1 + 12 * WIDTH);
	ksync__text_put(ksync__out(out), "\n");
}

static void put_head(struct ksync__out *out)
{
	static const char *const columns[] = {
		"con-bounces",	"contentions",	  "waittime-min",
		"waittime-max", "waittime-total", "waittime-avg",
		"acq-bounces",	"acquisitions",	  "holdtime-min",
		"holdtime-max", "holdtime-total", "holdtime-avg",
	};

	ksync__text_put(ksync__out(out), "lock_stat version 0.4\n");
	put_rule(out);
	put_right(out, "class name", NAME_WIDTH + 1);
	for (unsigned int n = 0; n < 12; n++)
		put_right(out, columns[n], WIDTH);
	ksync__text_put(ksync__out(out), "\n");
	put_rule(out);
}

static ksync_u64 average(const struct ksync_lock_stat_times *t)
{
	return t->count ? t->total / t->count : 0;
}

static void put_times(struct ksync__out *out,
		      const struct ksync_lock_stat_times *t)
{
	ksync__out_column(out, t->count, WIDTH);
	ksync__out_us(out, t->min, WIDTH);
	ksync__out_us(out, t->max, WIDTH);
	ksync__out_us(out, t->total, WIDTH);
	ksync__out_us(out, average(t), WIDTH);
}

static void put_places(struct ksync__out *out, const char *name,
		       const struct ksync_lock_stat_place *place)
{
	if (!place[0].where)
		return;
	put_right(out, "-----", NAME_WIDTH);
	ksync__text_put(ksync__out(out), "\n");
	for (unsigned int n = 0; n < KSYNC_LOCK_STAT_PLACES; n++) {
		if (!place[n].where)
			return;
		put_right(out, name, NAME_WIDTH);
		ksync__out_column(out, place[n].count, WIDTH);
		ksync__text_put(ksync__out(out), "  ");
		ksync__text_address(ksync__out(out), place[n].where);
		ksync__text_put(ksync__out(out), "\n");
	}
}

static void put_line(struct ksync__out *out, const struct ksync_lock_stat *s)
{
	char name[sizeof(s->name) + 2] = "";
	struct ksync__text t = { name, sizeof(name) - 1, 0 };

	ksync__text_put(&t, s->name);
	ksync__text_put(&t, s->shared ? "-R" : "");
	put_right(out, name, NAME_WIDTH);
	ksync__text_put(ksync__out(out), ":");
	ksync__out_column(out, s->con_bounces, WIDTH);
	put_times(out, &s->wait);
	ksync__out_column(out, s->acq_bounces, WIDTH);
	put_times(out, &s->hold);
	ksync__text_put(ksync__out(out), "\n");
	put_places(out, name, s->waited);
	put_places(out, name, s->held);
}

/* ---- JSON ---- */

static void put_json_times(struct ksync__out *out, bool hold,
			   const struct ksync_lock_stat_times *t)
{
	const char *const *names;
	static const char *const of_wait[] = { "contentions", "waittime-min",
					       "waittime-max", "waittime-total",
					       "waittime-avg" };
	static const char *const of_hold[] = { "acquisitions", "holdtime-min",
					       "holdtime-max", "holdtime-total",
					       "holdtime-avg" };
	const ksync_u64 values[] = { t->count, t->min, t->max, t->total,
				     average(t) };

	names = hold ? of_hold : of_wait;
	for (unsigned int n = 0; n < 5; n++) {
		ksync__text_put(ksync__out(out), ",");
		ksync__out_number(out, names[n], values[n]);
	}
}

static void put_json_places(struct ksync__out *out, const char *name,
			    const struct ksync_lock_stat_place *place)
{
	ksync__text_put(ksync__out(out), ",");
	ksync__out_string(out, name);
	ksync__text_put(ksync__out(out), ":[");
	for (unsigned int n = 0; n < KSYNC_LOCK_STAT_PLACES; n++) {
		if (!place[n].where)
			break;
		ksync__text_put(ksync__out(out), n ? ",{" : "{");
		ksync__out_number(out, "count", place[n].count);
		ksync__text_put(ksync__out(out), ",\"where\":");
		ksync__out_address(out, place[n].where);
		ksync__text_put(ksync__out(out), "}");
	}
	ksync__text_put(ksync__out(out), "]");
}

static void put_json(struct ksync__out *out, const struct ksync_lock_stat *s)
{
	ksync__text_put(ksync__out(out), "{\"name\":");
	ksync__out_string(out, s->name);
	ksync__text_put(ksync__out(out), ",\"kind\":");
	ksync__out_string(out, s->kind);
	ksync__text_put(ksync__out(out), ",\"shared\":");
	ksync__text_put(ksync__out(out), s->shared ? "true," : "false,");
	ksync__out_number(out, "con-bounces", s->con_bounces);
	put_json_times(out, false, &s->wait);
	ksync__text_put(ksync__out(out), ",");
	ksync__out_number(out, "acq-bounces", s->acq_bounces);
	put_json_times(out, true, &s->hold);
	put_json_places(out, "waited", s->waited);
	put_json_places(out, "held", s->held);
	ksync__text_put(ksync__out(out), "}");
}

bool ksync__lock_stat_print(int fd, enum ksync_form form)
{
	struct ksync_lock_stat stat;
	struct ksync__out out;
	unsigned int cursor = 0;
	bool first = true;

	if (form == KSYNC_FORM_DOT)
		return false;
	ksync__out_begin(&out, fd);
	if (form == KSYNC_FORM_JSON)
		ksync__text_put(ksync__out(&out),
				"{\"unit\":\"ns\",\"lock_stat\":[");
	else
		put_head(&out);
	for (; ksync__lock_stat_read(&cursor, &stat); first = false) {
		if (form == KSYNC_FORM_TEXT) {
			put_line(&out, &stat);
			continue;
		}
		ksync__text_put(ksync__out(&out), first ? "\n" : ",\n");
		put_json(&out, &stat);
	}
	if (form == KSYNC_FORM_JSON)
		ksync__text_put(ksync__out(&out), "\n]}\n");
	return ksync__out_end(&out);
}
