#include "audit/audit_internal.h"

#include <string.h>

/* One entry, by its place, its hash, or the name that Rekor v1 gave it. */

#define LEAF_DIGITS ((size_t)2 * SIGLET_SHA256_SIZE)
#define TREE_DIGITS ((size_t)2 * 8)

/* The id ends with the leaf's hash; the tree's id may stand before it. */
static siglet_err *read_id(const char *id, audit_claim *claim)
{
	const size_t len = strlen(id);
	siglet_buf bytes;
	siglet_err *err;

	if (len != LEAF_DIGITS && len != TREE_DIGITS + LEAF_DIGITS)
		return siglet_err_new(SIGLET_E_USAGE, "an id has %zu or %zu hexadecimal digits",
				      LEAF_DIGITS, TREE_DIGITS + LEAF_DIGITS);
	siglet_buf_init(&bytes, len / 2);
	err = siglet_hex_decode(siglet_slice_str(id), &bytes);
	if (err != NULL) {
		siglet_buf_clear(&bytes);
		return siglet_err_recode(siglet_err_wrap(err, "id"), SIGLET_E_USAGE);
	}
	memcpy(claim->leaf.bytes, bytes.ptr + bytes.len - SIGLET_SHA256_SIZE, SIGLET_SHA256_SIZE);
	claim->has_leaf = true;
	/* As the log writes it. */
	siglet_buf hex;

	siglet_buf_init(&hex, len);
	err = siglet_hex_encode(siglet_buf_slice(&bytes), &hex);
	if (err == NULL)
		memcpy(claim->id, siglet_buf_text(&hex), len + 1);
	siglet_buf_clear(&hex);
	siglet_buf_clear(&bytes);
	return err;
}

static siglet_err *take_lookup(const siglet_audit_lookup *lookup, audit_claim *claim)
{
	siglet_hash32 leaf = lookup->leaf;
	siglet_err *err = NULL;

	claim->has_index = lookup->has_index;
	claim->index = lookup->index;
	claim->wants_entry = lookup->wants_entry;
	if (lookup->id != NULL)
		err = read_id(lookup->id, claim);
	if (err == NULL && lookup->has_leaf) {
		if (claim->has_leaf && !siglet_hash32_equal(&leaf, &claim->leaf))
			return siglet_err_new(SIGLET_E_USAGE, "the id ends with another hash");
		claim->has_leaf = true;
		claim->leaf = leaf;
	}
	if (err == NULL && !claim->has_leaf && !claim->has_index)
		err = siglet_err_new(SIGLET_E_USAGE, "say which entry");
	return err;
}

siglet_err *siglet_audit_look_up(const siglet_audit *audit, const siglet_audit_lookup *lookup)
{
	audit_claim claim;
	siglet_err *err;

	siglet_audit_claim_init(&claim, lookup->check);
	err = take_lookup(lookup, &claim);
	if (err == NULL && !siglet_audit_can_ask(audit))
		err = siglet_err_hint(siglet_err_new(SIGLET_E_USAGE, "there is nobody to ask"),
				      "with --offline, --from must name a folder");
	if (err == NULL)
		err = siglet_audit_one_log(audit, &claim.log);
	if (err == NULL)
		siglet_audit_claims_settle(audit, &claim, 1);
	siglet_audit_claim_clear(&claim);
	return err;
}
