#include "rekor/rekor_internal.h"

#include <inttypes.h>
#include <string.h>

#include "tiles/tiles.h"

/*
 * An entry of a Rekor v2 log from what the log publishes for everybody (C2SP tlog-tiles): the
 * checkpoint, the bundle that holds the entry, and a proof made of the hashes in tiles.
 */

typedef struct reader {
	siglet_source *source;
	siglet_checkpoint checkpoint;
	siglet_tree *tree;
} reader;

/* ---- the checkpoint ---- */

static const siglet_log *find_log(const siglet_trustroot *root, const siglet_note *note)
{
	const size_t count = root == NULL ? 0 : siglet_trustroot_tlog_count(root);

	for (size_t i = 0; i < count; i++) {
		const siglet_log *log = siglet_trustroot_tlog(root, i);
		siglet_note_verifier verifier = {
			.name = log->name,
			.key = log->key,
			.scheme = log->scheme,
		};
		siglet_err *err;

		memcpy(verifier.id, log->checkpoint_id, sizeof(verifier.id));
		err = siglet_note_verify(note, &verifier);
		if (err == NULL)
			return log;
		siglet_err_free(err);
	}
	return NULL;
}

/* What it says is verified with the entry, as a stranger would; here it leads to the right log. */
static siglet_err *read_checkpoint(reader *r, const siglet_trustroot *root, uint64_t index,
				   siglet_rekor_entry *entry)
{
	const siglet_log *log;
	siglet_note note;
	siglet_buf text;
	siglet_err *err;

	siglet_buf_init(&text, SIGLET_MAX_NOTE_BYTES);
	err = siglet_source_fetch(r->source, "checkpoint", SIGLET_ANY_COPY, &text);
	if (err == NULL)
		err = siglet_arena_copy(&entry->arena, siglet_buf_slice(&text),
					&entry->entry.checkpoint);
	siglet_buf_clear(&text);
	if (err != NULL)
		return err;
	err = siglet_note_parse(entry->entry.checkpoint, &entry->arena, &note);
	if (err == NULL)
		err = siglet_checkpoint_parse(&note, &r->checkpoint);
	if (err != NULL)
		return siglet_err_wrap(err, "checkpoint");
	log = find_log(root, &note);
	if (log == NULL)
		return siglet_err_new(SIGLET_E_UNTRUSTED,
				      "checkpoint: signed by no log of the trusted root");
	if (index >= r->checkpoint.size)
		return siglet_err_new(SIGLET_E_RANGE, "entry %" PRIu64 " of a tree of %" PRIu64,
				      index, r->checkpoint.size);
	return siglet_arena_copy(&entry->arena, log->log_id, &entry->entry.log_id);
}

/* ---- the entry ---- */

static siglet_err *read_body(const reader *r, uint64_t index, siglet_rekor_entry *entry)
{
	siglet_buf body;
	siglet_err *err;

	siglet_buf_init(&body, SIGLET_MAX_ENTRY_BYTES);
	err = siglet_tree_entry(r->tree, index, &body);
	if (err == NULL)
		err = siglet_arena_copy(&entry->arena, siglet_buf_slice(&body), &entry->entry.body);
	siglet_buf_clear(&body);
	return err;
}

static siglet_err *fill(reader *r, const siglet_trustroot *root, uint64_t index,
			siglet_rekor_entry *entry)
{
	siglet_hash32 *nodes = NULL;
	siglet_merkle_list proof;
	siglet_err *err = read_checkpoint(r, root, index, entry);

	if (err == NULL)
		err = siglet_tree_open(r->source, r->checkpoint.size, &r->checkpoint.root,
				       &r->tree);
	if (err == NULL)
		err = read_body(r, index, entry);
	if (err == NULL)
		err = siglet_merkle_prove_inclusion(index, r->checkpoint.size, siglet_tree_look_up,
						    r->tree, &proof);
	if (err == NULL)
		err = siglet_arena_alloc(&entry->arena, proof.count, sizeof(*nodes), &nodes);
	if (err != NULL)
		return err;
	if (proof.count > 0)
		memcpy(nodes, proof.nodes, proof.count * sizeof(*nodes));
	entry->entry.kind = SIGLET_ENTRY_HASHEDREKORD_V002;
	entry->entry.kind_name = siglet_slice_str("hashedrekord");
	entry->entry.kind_version = siglet_slice_str("0.0.2");
	entry->entry.log_index = (int64_t)index;
	entry->entry.has_proof = true;
	entry->entry.proof_index = (int64_t)index;
	entry->entry.proof_size = (int64_t)r->checkpoint.size;
	entry->entry.proof_nodes = nodes;
	entry->entry.proof_count = proof.count;
	return NULL;
}

siglet_err *siglet_rekor_entry_from_tiles(const siglet_transport *transport, const char *base_url,
					  const siglet_trustroot *root, uint64_t index,
					  siglet_rekor_entry *ret_entry)
{
	siglet_rekor_entry entry;
	reader r = { .source = NULL };
	siglet_err *err = siglet_source_new(base_url, transport, 0, &r.source);

	siglet_rekor_entry_init(&entry);
	if (err == NULL)
		err = siglet_source_set_prefix(r.source, "/api/v2");
	if (err == NULL)
		err = fill(&r, root, index, &entry);
	siglet_tree_free(r.tree);
	siglet_source_free(r.source);
	if (err != NULL) {
		siglet_rekor_entry_clear(&entry);
		/* What a log must serve and does not is a failure of the service. */
		return siglet_err_code(err) == SIGLET_E_MISSING
			       ? siglet_err_recode(err, SIGLET_E_NETWORK)
			       : err;
	}
	siglet_rekor_entry_clear(ret_entry);
	*ret_entry = entry;
	return NULL;
}
