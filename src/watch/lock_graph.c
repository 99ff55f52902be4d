/* SPDX-License-Identifier: MIT */
/*
 * The graph of orders as text, JSON or dot. It is read step by step, so that
 * nobody waits for who reads what is written.
 */
#include <ksync/inspect.h>

#include "graph.h"
#include "held.h"
#include "out.h"

/* Under the graph's lock: how many there are. */
struct counts {
	ksync_u32 classes;
	ksync_u32 edges;
};

static struct counts counts_now(void)
{
	struct counts counts;

	ksync__lockdep_lock();
	counts = (struct counts){ ksync__class_count(), ksync__edge_count() };
	ksync__lockdep_unlock();
	return counts;
}

static void put_name(struct ksync__text *t, struct ksync__class_name name)
{
	ksync__text_put(t, name.name[0] ? name.name : "lock");
	if (name.subclass) {
		ksync__text_put(t, "/");
		ksync__text_number(t, name.subclass, 10);
	}
}

static void put_quoted(struct ksync__out *out, struct ksync__class_name name)
{
	char words[KSYNC__CLASS_NAME + 8] = "";
	struct ksync__text t = { words, sizeof(words) - 1, 0 };

	put_name(&t, name);
	ksync__out_string(out, words);
}

static const char *kind_of(struct ksync__class_name name)
{
	return ksync__lock_kind(name.kind)->name;
}

/* How its first was held when its second was waited for, of an edge. */
static const char *const modes[KSYNC__EDGE_MODES] = {
	"alone, then waits",
	"alone, then reads",
	"shared, then waits",
	"shared, then reads",
};

static void put_modes_json(struct ksync__out *out, const struct ksync__edge *e)
{
	const char *between = "";

	ksync__text_put(ksync__out(out), ",\"modes\":[");
	for (unsigned int n = 0; n < KSYNC__EDGE_MODES; n++) {
		const struct ksync__edge_seen *s = &e->seen[n];

		if (!((e->bits | e->told) & (1u << n)))
			continue;
		ksync__text_put(ksync__out(out), between);
		ksync__text_put(ksync__out(out), "{\"mode\":");
		ksync__out_string(out, modes[n]);
		ksync__text_put(ksync__out(out), ",\"held_at\":");
		ksync__out_address(out, s->held_at);
		ksync__text_put(ksync__out(out), ",\"then_at\":");
		ksync__out_address(out, s->then_at);
		ksync__text_put(ksync__out(out), ",");
		ksync__out_number(out, "thread", (ksync_u64)s->tid);
		ksync__text_put(ksync__out(out), ",\"closes_circle\":");
		ksync__text_put(ksync__out(out),
				e->told & (1u << n) ? "true}" : "false}");
		between = ",";
	}
	ksync__text_put(ksync__out(out), "]");
}

static void put_class(struct ksync__out *out, ksync_u32 id,
		      enum ksync_form form)
{
	struct ksync__class_name name = ksync__class_name(id);

	switch (form) {
	case KSYNC_FORM_JSON:
		ksync__text_put(ksync__out(out), id > 1 ? ",\n{" : "\n{");
		ksync__out_number(out, "id", id);
		ksync__text_put(ksync__out(out), ",\"name\":");
		put_quoted(out, name);
		ksync__text_put(ksync__out(out), ",\"kind\":");
		ksync__out_string(out, kind_of(name));
		ksync__text_put(ksync__out(out), "}");
		break;
	case KSYNC_FORM_DOT:
		ksync__text_put(ksync__out(out), "\t");
		ksync__text_number(ksync__out(out), id, 10);
		ksync__text_put(ksync__out(out), " [label=");
		put_quoted(out, name);
		ksync__text_put(ksync__out(out), ", tooltip=");
		ksync__out_string(out, kind_of(name));
		ksync__text_put(ksync__out(out), "];\n");
		break;
	case KSYNC_FORM_TEXT:
		break;
	}
}

static void put_edge_text(struct ksync__out *out, const struct ksync__edge *e,
			  unsigned int mode)
{
	put_name(ksync__out(out), ksync__class_name(e->first));
	ksync__text_put(ksync__out(out), " -> ");
	put_name(ksync__out(out), ksync__class_name(e->then));
	ksync__text_put(ksync__out(out), "\n  held at ");
	ksync__text_address(ksync__out(out), e->seen[mode].held_at);
	ksync__text_put(ksync__out(out), "\n  then at ");
	ksync__text_address(ksync__out(out), e->seen[mode].then_at);
	ksync__text_put(ksync__out(out), "\n");
}

static void put_edge(struct ksync__out *out, ksync_u32 n,
		     const struct ksync__edge *e, enum ksync_form form)
{
	unsigned int bits = e->bits | e->told;

	switch (form) {
	case KSYNC_FORM_JSON:
		ksync__text_put(ksync__out(out), n > 1 ? ",\n{" : "\n{");
		ksync__out_number(out, "first", e->first);
		ksync__text_put(ksync__out(out), ",");
		ksync__out_number(out, "then", e->then);
		put_modes_json(out, e);
		ksync__text_put(ksync__out(out), "}");
		break;
	case KSYNC_FORM_DOT:
		ksync__text_put(ksync__out(out), "\t");
		ksync__text_number(ksync__out(out), e->first, 10);
		ksync__text_put(ksync__out(out), " -> ");
		ksync__text_number(ksync__out(out), e->then, 10);
		ksync__text_put(ksync__out(out),
				e->told ? " [color=red];\n" : ";\n");
		break;
	case KSYNC_FORM_TEXT:
		for (unsigned int m = 0; m < KSYNC__EDGE_MODES; m++)
			if (bits & (1u << m))
				put_edge_text(out, e, m);
		break;
	}
}

static bool edge_read(ksync_u32 n, struct ksync__edge *e)
{
	ksync__lockdep_lock();
	*e = *ksync__edge_at(n);
	ksync__lockdep_unlock();
	/* One that was made when there was no more to be learned. */
	return (e->bits | e->told) != 0;
}

bool ksync__lock_graph_print(int fd, enum ksync_form form)
{
	static const char *const begin[] = { "", "{\"classes\":[",
					     "digraph locks {\n" };
	static const char *const middle[] = { "", "\n],\"orders\":[", "" };
	static const char *const end[] = { "", "\n]}\n", "}\n" };
	struct counts counts;
	struct ksync__edge e;
	struct ksync__out out;
	ksync_u32 put = 0;

	/* Not where its thread has, or waits for, the graph's lock. */
	if (!ksync__held_look())
		return false;
	ksync__out_begin(&out, fd);
	ksync__text_put(ksync__out(&out), begin[form]);
	counts = counts_now();
	for (ksync_u32 id = 1; id <= counts.classes; id++)
		put_class(&out, id, form);
	ksync__text_put(ksync__out(&out), middle[form]);
	for (ksync_u32 n = 1; n <= counts.edges; n++)
		if (edge_read(n, &e))
			put_edge(&out, ++put, &e, form);
	ksync__text_put(ksync__out(&out), end[form]);
	ksync__held_look_away();
	return ksync__out_end(&out);
}
