#include "bundle/bundle.h"

/*
 * What a bundle has of a Rekor log, in CBOR, for gateways that read no JSON: the proof as receipts
 * carry it (RFC 9942 section 5.2), the checkpoint as the log signed it. No receipt: its signature is
 * one of COSE over the root, and no log of Rekor's makes one.
 */

/* [size, index, [hashes]], encoded. */
static siglet_err *encode_proof(const siglet_cbor_heads *heads, const siglet_entry *entry,
				uint64_t size, siglet_buf *ret_proof)
{
	siglet_cbor_writer w;

	siglet_cbor_writer_init(&w, heads, ret_proof);
	siglet_cbor_write_begin_array(&w);
	siglet_cbor_write_uint(&w, size);
	siglet_cbor_write_int(&w, entry->proof_index);
	siglet_cbor_write_begin_array(&w);
	for (size_t i = 0; i < entry->proof_count; i++)
		siglet_cbor_write_bytes(&w, siglet_hash32_slice(&entry->proof_nodes[i]));
	siglet_cbor_write_end_array(&w);
	siglet_cbor_write_end_array(&w);
	return siglet_cbor_writer_finish(&w);
}

static siglet_err *encode(const siglet_cbor_heads *heads, const siglet_entry *entry,
			  siglet_slice proof, siglet_buf *ret_cbor)
{
	siglet_cbor_writer w;

	siglet_cbor_writer_init(&w, heads, ret_cbor);
	siglet_cbor_write_begin_map(&w);
	siglet_cbor_write_int(&w, SIGLET_COSE_VDS);
	siglet_cbor_write_int(&w, SIGLET_COSE_VDS_RFC9162_SHA256);
	siglet_cbor_write_int(&w, SIGLET_COSE_VDP);
	siglet_cbor_write_begin_map(&w);
	siglet_cbor_write_int(&w, SIGLET_COSE_VDP_INCLUSION);
	siglet_cbor_write_begin_array(&w);
	siglet_cbor_write_bytes(&w, proof);
	siglet_cbor_write_end_array(&w);
	siglet_cbor_write_end_map(&w);
	siglet_cbor_write_int(&w, SIGLET_COSE_REKOR_ENTRY);
	siglet_cbor_write_bytes(&w, entry->body);
	siglet_cbor_write_int(&w, SIGLET_COSE_REKOR_CHECKPOINT);
	siglet_cbor_write_text(&w, entry->checkpoint);
	siglet_cbor_write_int(&w, SIGLET_COSE_REKOR_LOG_ID);
	siglet_cbor_write_bytes(&w, entry->log_id);
	siglet_cbor_write_int(&w, SIGLET_COSE_REKOR_LOG_INDEX);
	siglet_cbor_write_int(&w, entry->log_index);
	siglet_cbor_write_end_map(&w);
	return siglet_cbor_writer_finish(&w);
}

siglet_err *siglet_bundle_write_rekor_proof(const siglet_cbor_heads *heads,
					    const siglet_entry *entry, siglet_buf *ret_cbor)
{
	siglet_inclusion inclusion = { 0 };
	siglet_arena arena;
	siglet_buf proof;
	siglet_err *err;

	if (entry->body.len == 0)
		return siglet_err_new(SIGLET_E_MISSING, "the log's entry is not in the bundle");
	siglet_arena_init(&arena, SIGLET_MAX_BUNDLE_BYTES);
	siglet_buf_init(&proof, SIGLET_MAX_BUNDLE_BYTES);
	err = siglet_entry_recompute(entry, entry->body, &arena, &inclusion);
	if (err == NULL)
		err = encode_proof(heads, entry, inclusion.checkpoint.size, &proof);
	if (err == NULL)
		err = encode(heads, entry, siglet_buf_slice(&proof), ret_cbor);
	siglet_buf_clear(&proof);
	siglet_arena_clear(&arena);
	return err;
}
