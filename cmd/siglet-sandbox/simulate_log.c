#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * siglet-sandbox simulate-log: a tile log of any size that is nowhere. All its entries are the
 * same one, so each height of the tree has one hash; a fork has another entry from some index on.
 */

#define HEIGHTS (8 * TILE_LEVELS + 1)

typedef struct simulated {
	uint64_t size, shown_size;
	entry_options entry_options;
	siglet_buf entries[2];
	siglet_hash32 nodes[2][HEIGHTS];
	bool forks;
	uint64_t fork_at;
	instance *in;
} simulated;

/* Over 2^height entries, of which some may be before the fork and some behind it. */
static void hash_range(const simulated *s, unsigned height, uint64_t index, siglet_hash32 *ret_hash)
{
	const uint64_t begin = index << height, end = (index + 1) << height;
	siglet_hash32 left, right;

	if (!s->forks || end <= s->fork_at) {
		*ret_hash = s->nodes[0][height];
	} else if (begin >= s->fork_at) {
		*ret_hash = s->nodes[1][height];
	} else {
		hash_range(s, height - 1, 2 * index, &left);
		hash_range(s, height - 1, 2 * index + 1, &right);
		WELL(siglet_merkle_hash_node(&left, &right, ret_hash));
	}
}

static void make_hash(void *context, unsigned level, uint64_t index, siglet_hash32 *ret_hash)
{
	hash_range(context, 8 * level, index, ret_hash);
}

static void make_entry(void *context, uint64_t index, siglet_buf *out)
{
	const simulated *s = context;
	const siglet_buf *entry = &s->entries[s->forks && index >= s->fork_at];

	WELL(siglet_buf_append_uint(out, entry->len, 2));
	WELL(siglet_buf_append(out, siglet_buf_slice(entry)));
}

static void put_checkpoint(const instance *in, uint64_t size, const siglet_hash32 *root,
			   siglet_buf *ret_note)
{
	write_checkpoint(in, 0, (size_t)size, root, ret_note);
}

static tile_log view(instance *in, simulated *s)
{
	return (tile_log) { .in = in,
			    .faults = &in->faults.logs[LOG_V2],
			    .size = s->shown_size,
			    .entries = "entries",
			    .context = s,
			    .hash = make_hash,
			    .entry = make_entry,
			    .checkpoint = put_checkpoint };
}

/* A fork is not what it saw. */
static void show_witness(instance *in, siglet_buf *ret_note)
{
	const log_faults *f = &in->faults.logs[LOG_V2];
	simulated honest = *(const simulated *)in->context;

	honest.forks = false;
	honest.shown_size = f->grows ? f->grown_size : honest.size;
	const tile_log log = view(in, &honest);
	witness_note(&log, ret_note);
}

static void answer(instance *in, const request *q, response *r)
{
	const tile_log log = view(in, in->context);

	r->service = SERVICE_REKOR;
	tile_log_answer(&log, log_server_path(q->path), r);
}

static void misbehave(instance *in)
{
	simulated *s = in->context;
	log_faults *f = &in->faults.logs[LOG_V2];

	s->shown_size = f->grows ? f->grown_size : s->size;
	if (f->forks && f->fork_size != 0)
		s->shown_size = f->fork_size;
	s->forks = f->forks;
	s->fork_at = f->fork_at;
	if (f->is_frozen && !f->has_size) {
		f->has_size = true;
		f->size = s->shown_size;
	}
}

/* ---- the verb ---- */

static void make_nodes(simulated *s, entry_maker *m)
{
	for (int i = 0; i < 2; i++) {
		siglet_hash32 *nodes = s->nodes[i];

		siglet_buf_init(&s->entries[i], MAX_ENTRY_BYTES);
		WELL(siglet_buf_append(&s->entries[i], entries_make(m, (uint64_t)i)));
		WELL(siglet_merkle_hash_leaf(siglet_buf_slice(&s->entries[i]), &nodes[0]));
		for (unsigned height = 1; height < HEIGHTS; height++)
			WELL(siglet_merkle_hash_node(&nodes[height - 1], &nodes[height - 1],
						     &nodes[height]));
	}
}

static int set_option(const char *name, const char *value, simulated *s, const char **url,
		      log_server_options *o)
{
	if (strcmp(name, "--size") == 0)
		return read_number(value, MAX_LOG_SIZE, &s->size) ? 0 : complain(name, value);
	if (strcmp(name, "--name") == 0) {
		*url = value;
		return 0;
	}
	return entry_option(name, value, &s->entry_options) ? 0 : log_server_option(name, value, o);
}

int simulate_log(int argc, char **argv)
{
	static simulated s = { .size = (uint64_t)1 << 30,
			       .entry_options = { .bytes = 600, .seed = 1 } };
	const char *name = V2_HOST;
	log_server_options o = { 0 };
	char url[300];
	entry_maker *maker;
	instance *in;
	int status;

	for (int i = 0; i < argc; i += 2) {
		status = i + 1 == argc ? complain("a value is missing", argv[i])
				       : set_option(argv[i], argv[i + 1], &s, &name, &o);
		if (status != 0)
			return status;
	}
	(void)snprintf(url, sizeof(url), "https://%s", name);
	in = instance_new_bare(&o.faults, o.keys, name, url);
	s.entry_options.keys = o.keys;
	maker = entries_new(in, &s.entry_options);
	make_nodes(&s, maker);
	witness_make_all(in, 1, o.keys);
	in->answer = answer;
	in->misbehave = misbehave;
	in->saw = show_witness;
	in->context = &s;
	if (o.keys != NULL)
		write_public(in, o.keys);
	status = log_server_run(in, &o);
	for (int i = 0; i < 2; i++)
		siglet_buf_clear(&s.entries[i]);
	entries_free(maker);
	instance_free(in);
	return status;
}
