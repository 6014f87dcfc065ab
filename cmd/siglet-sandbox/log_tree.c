#include "sandbox.h"

#include <string.h>

/* A log of an instance, and what becomes of it when it is told to misbehave. */

void tree_grow(tree *t, size_t count)
{
	for (size_t i = t->count; i < count; i++) {
		siglet_buf entry;

		siglet_buf_init(&entry, 64);
		put(&entry, "somebody else's entry %zu", i);
		(void)tree_add(t, siglet_buf_slice(&entry));
		siglet_buf_clear(&entry);
	}
}

tree *log_shown(log_tree *l)
{
	return l->is_forked ? &l->fork : &l->honest;
}

void log_clear(log_tree *l)
{
	tree_clear(&l->honest);
	tree_clear(&l->fork);
}

/* Another entry in the same form: a digit of what was signed is another. */
static void put_other(siglet_slice entry, siglet_buf *out)
{
	static const char *const members[] = { "\"digest\":\"", "\"value\":\"" };

	WELL(siglet_buf_append(out, entry));
	/* Of the CT log: another time. */
	if (entry.len > 11 && entry.ptr[0] == 0) {
		out->ptr[9] ^= 1;
		return;
	}
	for (size_t i = 0; i < SIGLET_COUNT(members); i++) {
		char *at = strstr((char *)out->ptr, members[i]);

		if (siglet_buf_text(out)[0] != '{' || at == NULL)
			continue;
		at += strlen(members[i]);
		*at = *at == '1' ? '2' : '1';
		return;
	}
	put(out, "!");
}

static void fork_at(log_tree *l, size_t begin, size_t size)
{
	const tree *from = &l->honest;

	tree_clear(&l->fork);
	for (size_t i = 0; i < from->count && (size == 0 || i < size); i++) {
		const siglet_slice entry = siglet_buf_slice(&from->entries[i]);
		siglet_buf other;

		siglet_buf_init(&other, MAX_BODY_BYTES + 1);
		if (i >= begin)
			put_other(entry, &other);
		else
			WELL(siglet_buf_append(&other, entry));
		(void)tree_add(&l->fork, siglet_buf_slice(&other));
		siglet_buf_clear(&other);
	}
	tree_grow(&l->fork, size);
}

void log_misbehave(log_tree *l, log_faults *f)
{
	if (f->grows)
		tree_grow(log_shown(l), (size_t)f->grown_size);
	f->grows = false;
	if (f->is_new_fork)
		fork_at(l, (size_t)f->fork_at, (size_t)f->fork_size);
	f->is_new_fork = false;
	l->is_forked = f->forks;
	if (f->is_frozen && !f->has_size) {
		f->has_size = true;
		f->size = log_shown(l)->count;
	}
}
