#include "audit/audit_internal.h"

#include <inttypes.h>
#include <stdio.h>

/* What is asked of a CT log, whether it has static files or answers as RFC 6962 has it. */

/* ---- static files ---- */

static siglet_err *digest(siglet_slice tile, unsigned width, siglet_entries *ret_entries,
			  siglet_hash32 ret_leaves[SIGLET_TILE_WIDTH])
{
	siglet_reader reader = { tile };
	siglet_err *err = NULL;
	unsigned count = 0;

	for (; err == NULL && reader.left.len > 0 && count < SIGLET_TILE_WIDTH; count++) {
		siglet_slice entry = SIGLET_SLICE_NONE;

		err = siglet_ct_next_tile_leaf(&reader, &entry);
		if (err != NULL || count >= width)
			continue;
		ret_entries->of[count] = entry;
		err = siglet_ct_hash_leaf(entry, &ret_leaves[count]);
	}
	if (err == NULL)
		err = siglet_reader_end(&reader);
	if (err == NULL && count != width && (count != SIGLET_TILE_WIDTH || count < width))
		err = siglet_err_new(SIGLET_E_MALFORMED, "%u entries, not %u", count, width);
	if (err != NULL)
		return siglet_err_wrap(err, "entry %u of the tile", count);
	ret_entries->count = width;
	return NULL;
}

const siglet_tile_format siglet_audit_ct_tiles = { SIGLET_TILE_DATA, digest };

/* ---- questions ---- */

/* Of answers only a tree head is ever asked for again. */
static siglet_err *ask(siglet_source *source, const char *path, siglet_buf *ret_json)
{
	siglet_buf_init(ret_json, SIGLET_MAX_CT_ANSWER);
	return siglet_source_fetch(source, path, SIGLET_ANY_COPY, ret_json);
}

siglet_err *siglet_audit_ct_head(siglet_source *source, const audit_log *log,
				 siglet_freshness freshness, siglet_buf *ret_note)
{
	siglet_ct_head head;
	siglet_arena arena;
	siglet_buf json;
	siglet_err *err;

	siglet_buf_init(&json, SIGLET_MAX_CT_ANSWER);
	siglet_arena_init(&arena, SIGLET_MAX_NOTE_BYTES);
	err = siglet_source_fetch(source, "ct/v1/get-sth", freshness, &json);
	if (err == NULL) {
		err = siglet_ct_head_parse(siglet_buf_slice(&json), &arena, &head);
		/* What is not in an answer is no sign that there is no log. */
		if (err != NULL && siglet_err_code(err) == SIGLET_E_MISSING)
			err = siglet_err_recode(err, SIGLET_E_MALFORMED);
	}
	if (err == NULL)
		err = siglet_ct_head_write(&head, log->name, log->verifier.id, ret_note);
	siglet_arena_clear(&arena);
	siglet_buf_clear(&json);
	return err;
}

siglet_err *siglet_audit_ct_growth(siglet_source *source, uint64_t old_size, uint64_t new_size,
				   siglet_merkle_list *ret_proof)
{
	char path[128];
	siglet_buf json;
	siglet_err *err;

	(void)snprintf(path, sizeof(path),
		       "ct/v1/get-sth-consistency?first=%" PRIu64 "&second=%" PRIu64, old_size,
		       new_size);
	err = ask(source, path, &json);
	if (err == NULL)
		err = siglet_ct_growth_parse(siglet_buf_slice(&json), ret_proof);
	siglet_buf_clear(&json);
	return err;
}

siglet_err *siglet_audit_ct_inclusion(siglet_source *source, uint64_t index, uint64_t size,
				      siglet_buf *ret_entry, siglet_hash32 *ret_leaf,
				      siglet_merkle_list *ret_proof)
{
	siglet_slice entry = SIGLET_SLICE_NONE;
	siglet_buf json, leaf;
	char path[128];
	siglet_err *err;

	(void)snprintf(path, sizeof(path),
		       "ct/v1/get-entry-and-proof?leaf_index=%" PRIu64 "&tree_size=%" PRIu64, index,
		       size);
	err = ask(source, path, &json);
	siglet_buf_init(&leaf, SIGLET_MAX_BUNDLE_TILE_BYTES);
	if (err == NULL)
		err = siglet_ct_inclusion_parse(siglet_buf_slice(&json), &leaf, ret_proof);
	if (err == NULL)
		err = siglet_ct_leaf_parse(siglet_buf_slice(&leaf), &entry);
	if (err == NULL)
		err = siglet_ct_hash_leaf(entry, ret_leaf);
	if (err == NULL)
		err = siglet_buf_append(ret_entry, entry);
	siglet_buf_clear(&leaf);
	siglet_buf_clear(&json);
	return err;
}
