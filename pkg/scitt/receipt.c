#include "scitt/scitt_internal.h"

#include <inttypes.h>

/* Receipts: a root, computed from a proof, under a service's signature. */

/* What a receipt's reader acts upon. */
static const int64_t labels[] = { SIGLET_COSE_CWT_CLAIMS, SIGLET_COSE_VDS };
static const siglet_cose_understood understood = { labels, SIGLET_COUNT(labels) };

/* ---- reading ---- */

static siglet_err *read_structure(const siglet_cose_sign1 *message,
				  siglet_scitt_structure *ret_structure)
{
	const siglet_cbor *value = siglet_cose_protected(message, SIGLET_COSE_VDS);
	int64_t number = 0;
	siglet_err *err;

	if (value == NULL)
		return siglet_cbor_error(message->item, SIGLET_E_MISSING,
					 "no vds: it is no receipt");
	err = siglet_cbor_need_int64(value, &number);
	if (err != NULL)
		return err;
	if (number != SIGLET_SCITT_RFC9162_SHA256 && number != SIGLET_SCITT_CCF_LEDGER_SHA256)
		return siglet_cbor_error(value, SIGLET_E_UNSUPPORTED,
					 "structure %" PRId64 ", which is not used here", number);
	*ret_structure = (siglet_scitt_structure)number;
	return NULL;
}

static siglet_err *open_proofs(siglet_cbor_doc *doc, const siglet_cbor *list,
			       const siglet_cbor **ret_proofs, size_t *ret_count)
{
	siglet_err *err;

	if (list == NULL)
		return NULL;
	if (siglet_cbor_count(list) > SIGLET_MAX_RECEIPT_PROOFS)
		return siglet_cbor_error(list, SIGLET_E_LIMIT, "%zu proofs, more than %d",
					 siglet_cbor_count(list), SIGLET_MAX_RECEIPT_PROOFS);
	err = siglet_cbor_need_array(list, 1, SIGLET_MAX_RECEIPT_PROOFS);
	for (size_t i = 0; err == NULL && i < siglet_cbor_count(list); i++)
		err = siglet_cbor_open(doc, siglet_cbor_at(list, i), NULL, &ret_proofs[i]);
	if (err == NULL)
		*ret_count = siglet_cbor_count(list);
	return err;
}

static siglet_err *read_proofs(siglet_cbor_doc *doc, siglet_scitt_receipt *r)
{
	const siglet_cbor *map = siglet_cose_unprotected(&r->message, SIGLET_COSE_VDP);
	siglet_err *err;

	if (map == NULL)
		return siglet_cbor_error(r->message.unprotected, SIGLET_E_MISSING,
					 "no proofs (vdp) in it");
	err = siglet_cbor_need(map, SIGLET_CBOR_MAP);
	if (err == NULL)
		err = open_proofs(doc, siglet_cbor_get(map, SIGLET_COSE_VDP_INCLUSION),
				  r->inclusion, &r->inclusion_count);
	if (err == NULL)
		err = open_proofs(doc, siglet_cbor_get(map, SIGLET_COSE_VDP_CONSISTENCY),
				  r->consistency, &r->consistency_count);
	if (err == NULL && r->inclusion_count + r->consistency_count == 0)
		err = siglet_cbor_error(map, SIGLET_E_MISSING, "no proof that is known");
	return err;
}

siglet_err *siglet_scitt_receipt_read(siglet_cbor_doc *doc, const siglet_cbor *item,
				      siglet_scitt_receipt *ret_receipt)
{
	siglet_scitt_receipt r = { .structure = SIGLET_SCITT_RFC9162_SHA256 };
	const siglet_cose_algorithm *algorithm = NULL;
	const siglet_cbor *kid;
	siglet_err *err = siglet_cose_sign1_read(doc, item, &r.message);

	if (err != NULL)
		return err;
	if (!r.message.has_tag)
		return siglet_cbor_error(item, SIGLET_E_MALFORMED, "a receipt without its tag");
	err = siglet_cose_check(&r.message, &understood, &algorithm);
	if (err == NULL)
		err = read_structure(&r.message, &r.structure);
	if (err == NULL)
		err = siglet_cose_claims_read(&r.message, &r.claims);
	kid = siglet_cose_protected(&r.message, SIGLET_COSE_KID);
	if (err == NULL && kid != NULL)
		err = siglet_cbor_need_bytes(kid, &r.kid);
	if (err == NULL)
		err = read_proofs(doc, &r);
	if (err == NULL)
		*ret_receipt = r;
	return err;
}

/* ---- whose key? ---- */

/* CCF names a key by the hexadecimal SHA-256 of its SubjectPublicKeyInfo. */
static bool is_spki_hash(siglet_slice kid, const siglet_key *key)
{
	const siglet_digest *id = siglet_key_id(key);

	if (kid.len != (size_t)2 * SIGLET_SHA256_SIZE)
		return false;
	for (size_t i = 0; i < SIGLET_SHA256_SIZE; i++) {
		static const char digits[] = "0123456789abcdef";

		if (kid.ptr[2 * i] != (uint8_t)digits[id->bytes[i] >> 4] ||
		    kid.ptr[2 * i + 1] != (uint8_t)digits[id->bytes[i] & 15])
			return false;
	}
	return true;
}

/* How a pinned key and a receipt go together. */
typedef enum claim {
	CLAIM_NONE = 0, /* another service's, or another key's */
	CLAIM_POSSIBLE, /* nothing says whose it is: it counts if it signed the receipt */
	CLAIM_NAMED,	/* the receipt names this key or its service: it must have signed it */
} claim;

static claim claim_of(const siglet_scitt_key *key, const siglet_scitt_receipt *receipt)
{
	if (key->issuer.len > 0 && !siglet_slice_equal(key->issuer, receipt->claims.issuer))
		return CLAIM_NONE;
	if (receipt->kid.len > 0 && key->kid.len > 0)
		return siglet_slice_equal(key->kid, receipt->kid) ? CLAIM_NAMED : CLAIM_NONE;
	if (receipt->kid.len > 0 && is_spki_hash(receipt->kid, key->key))
		return CLAIM_NAMED;
	/* For a CCF ledger the id is that hash; elsewhere it may be anything. */
	if (receipt->kid.len > 0 && receipt->structure == SIGLET_SCITT_CCF_LEDGER_SHA256)
		return CLAIM_NONE;
	return key->issuer.len > 0 ? CLAIM_NAMED : CLAIM_POSSIBLE;
}

/* The algorithm that a key was pinned for is the only one it is for. */
static siglet_err *check_algorithm(const siglet_scitt_key *key, const siglet_scitt_receipt *receipt)
{
	const siglet_cose_algorithm *algorithm = NULL;
	siglet_err *err = siglet_cose_check(&receipt->message, &understood, &algorithm);

	if (err == NULL && key->algorithm != NULL && key->algorithm->scheme != algorithm->scheme)
		err = siglet_err_new(SIGLET_E_MISMATCH, "signed by %s with a key for %s",
				     algorithm->name, key->algorithm->name);
	return err;
}

/* ---- the signature over a root ---- */

static siglet_err *verify_root(const siglet_scitt_receipt *receipt, const siglet_cbor_heads *heads,
			       const siglet_scitt_key *key, const siglet_hash32 *root)
{
	const siglet_cose_context context = { .is_detached = !receipt->message.has_payload,
					      .payload = siglet_hash32_slice(root),
					      .understood = understood };
	siglet_err *err = check_algorithm(key, receipt);

	return err == NULL ? siglet_cose_verify(&receipt->message, heads, key->key, &context) : err;
}

/* A payload that is there is the root, and no other. */
static siglet_err *check_payload(const siglet_scitt_receipt *receipt, const siglet_hash32 *root)
{
	if (!receipt->message.has_payload ||
	    siglet_slice_equal(receipt->message.payload, siglet_hash32_slice(root)))
		return NULL;
	return siglet_cbor_error(siglet_cbor_at(receipt->message.item, 2), SIGLET_E_MISMATCH,
				 "the proof leads to another root");
}

/* The best of the claims. */
static claim claim_among(const siglet_scitt_receipt *receipt, const siglet_scitt_keys *keys)
{
	claim best = CLAIM_NONE;

	for (size_t i = 0; i < siglet_scitt_keys_count(keys); i++) {
		const siglet_scitt_key key = siglet_scitt_keys_at(keys, i);
		const claim one = claim_of(&key, receipt);

		best = one > best ? one : best;
	}
	return best;
}

/* Takes err, which may be NULL. Of a service that nobody named, a receipt that fails is a stranger's. */
static siglet_err *judge(const siglet_scitt_receipt *receipt, const siglet_scitt_keys *keys,
			 siglet_err *err)
{
	if (err == NULL || siglet_err_is_fault(err) || claim_among(receipt, keys) == CLAIM_NAMED)
		return err;
	return siglet_err_recode(err, SIGLET_E_UNTRUSTED);
}

static siglet_err *need_known(const siglet_scitt_receipt *receipt, const siglet_scitt_keys *keys)
{
	if (claim_among(receipt, keys) != CLAIM_NONE)
		return NULL;
	return siglet_err_new(SIGLET_E_UNTRUSTED, "no key of %s was pinned",
			      receipt->claims.issuer.len == 0
				      ? "the service that signed it"
				      : siglet_text_printable(receipt->claims.issuer).text);
}

/* One of the candidates must have signed it. */
static siglet_err *verify_signature(const siglet_scitt_receipt *receipt,
				    const siglet_cbor_heads *heads, const siglet_scitt_keys *keys,
				    siglet_scitt_proven *proven)
{
	siglet_err *why = check_payload(receipt, &proven->root);

	if (why != NULL)
		return why;
	why = siglet_err_new(SIGLET_E_UNTRUSTED, "no key of the service was pinned");
	for (size_t i = 0; i < siglet_scitt_keys_count(keys); i++) {
		const siglet_scitt_key key = siglet_scitt_keys_at(keys, i);

		if (claim_of(&key, receipt) == CLAIM_NONE)
			continue;
		siglet_err_free(why);
		why = verify_root(receipt, heads, &key, &proven->root);
		if (why == NULL)
			proven->key = i;
		if (why == NULL || siglet_err_is_fault(why))
			return why;
	}
	return why;
}

siglet_err *siglet_scitt_receipt_check_entry(const siglet_scitt_receipt *receipt,
					     const siglet_cbor_heads *heads,
					     const siglet_scitt_keys *keys,
					     const siglet_scitt_entry *entry,
					     siglet_scitt_proven *ret_proven)
{
	siglet_scitt_proven proven = { 0 };
	siglet_err *err = need_known(receipt, keys);

	if (err == NULL && receipt->inclusion_count == 0)
		err = siglet_err_new(SIGLET_E_MISSING, "it has no proof of inclusion");
	for (size_t i = 0; err == NULL && i < receipt->inclusion_count; i++) {
		siglet_scitt_proven one = { 0 };

		err = siglet_scitt_inclusion_root(receipt->structure, receipt->inclusion[i], entry,
						  &one);
		if (err == NULL && i > 0 && !siglet_hash32_equal(&one.root, &proven.root))
			err = siglet_cbor_error(receipt->inclusion[i], SIGLET_E_MISMATCH,
						"this proof leads to another root than the first");
		if (err == NULL)
			proven = one;
	}
	if (err == NULL)
		err = verify_signature(receipt, heads, keys, &proven);
	if (err == NULL)
		*ret_proven = proven;
	return judge(receipt, keys, err);
}

siglet_err *siglet_scitt_receipt_check(const siglet_scitt_receipt *receipt,
				       const siglet_cbor_heads *heads,
				       const siglet_scitt_keys *keys, siglet_slice entry,
				       siglet_scitt_proven *ret_proven)
{
	siglet_scitt_entry about;
	siglet_err *err = siglet_scitt_entry_hash(entry, &about);

	return err == NULL
		       ? siglet_scitt_receipt_check_entry(receipt, heads, keys, &about, ret_proven)
		       : err;
}

/* ---- growth ---- */

static siglet_err *grow(const siglet_scitt_receipt *receipt, uint64_t old_size,
			const siglet_hash32 *old_root, siglet_scitt_proven *proven)
{
	siglet_scitt_growth growth;
	siglet_hash32 root;
	bool found = false;

	for (size_t i = 0; i < receipt->consistency_count; i++) {
		siglet_err *err = siglet_scitt_growth_read(receipt->consistency[i], &growth);

		if (err == NULL && growth.old_size != old_size)
			continue;
		if (err == NULL)
			err = siglet_merkle_consistency_root(growth.old_size, growth.new_size,
							     growth.nodes, growth.count, old_root,
							     &root);
		if (err == NULL && found && !siglet_hash32_equal(&root, &proven->root))
			err = siglet_cbor_error(receipt->consistency[i], SIGLET_E_MISMATCH,
						"this proof leads to another root than the first");
		if (err != NULL)
			return err;
		found = true;
		proven->root = root;
		proven->tree_size = growth.new_size;
	}
	if (found)
		return NULL;
	return siglet_err_new(SIGLET_E_MISSING, "no proof from a tree of %" PRIu64 " entries",
			      old_size);
}

siglet_err *siglet_scitt_receipt_check_growth(const siglet_scitt_receipt *receipt,
					      const siglet_cbor_heads *heads,
					      const siglet_scitt_keys *keys, uint64_t old_size,
					      const siglet_hash32 *old_root,
					      siglet_scitt_proven *ret_proven)
{
	siglet_scitt_proven proven = { 0 };
	siglet_err *err = need_known(receipt, keys);

	if (err == NULL && receipt->structure != SIGLET_SCITT_RFC9162_SHA256)
		err = siglet_err_new(SIGLET_E_UNSUPPORTED,
				     "growth is proven of RFC9162_SHA256 only");
	if (err == NULL)
		err = grow(receipt, old_size, old_root, &proven);
	if (err == NULL)
		err = verify_signature(receipt, heads, keys, &proven);
	if (err == NULL)
		*ret_proven = proven;
	return judge(receipt, keys, err);
}
