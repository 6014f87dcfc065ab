/*
 * scitt_maker: statements, services and their receipts for tests, right and wrong ones.
 *
 * A fault of the maker itself ends the test: nothing here is under test.
 */
#ifndef SIGLET_TEST_SCITT_MAKER_H
#define SIGLET_TEST_SCITT_MAKER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/check.h"
#include "../lib/heads.h"
#include "scitt/scitt.h"

#define MAKER_UNUSED __attribute__((unused))

#define MAKER_DO(call)                                                      \
	do {                                                                \
		siglet_err *maker_err = (call);                             \
		if (maker_err != NULL) {                                    \
			printf("Bail out! %s:%d: %s\n", __FILE__, __LINE__, \
			       siglet_err_message(maker_err));              \
			exit(3);                                            \
		}                                                           \
	} while (0)

/* What is wrong with a receipt, or merely another way to be right. */
typedef enum receipt_way {
	RECEIPT_PLAIN = 0,
	/* right */
	RECEIPT_ATTACHED, /* the root is the payload */
	RECEIPT_TWO_PROOFS,
	RECEIPT_MOST_PROOFS,
	RECEIPT_OTHER_SIZE, /* in which the same hashes lead to the same root */
	RECEIPT_WITHOUT_KID,
	RECEIPT_WITHOUT_ISSUER,
	/* wrong */
	RECEIPT_UNTAGGED,
	RECEIPT_NO_VDS,
	RECEIPT_VDS_UNPROTECTED,
	RECEIPT_VDS_MMR,
	RECEIPT_NO_VDP,
	RECEIPT_VDP_ARRAY,
	RECEIPT_NO_PROOFS,
	RECEIPT_UNKNOWN_PROOFS,
	RECEIPT_MANY_PROOFS,
	RECEIPT_PROOF_MAP,   /* of another structure */
	RECEIPT_OTHER_ENTRY, /* a good proof of something else */
	RECEIPT_OTHER_HASH,
	RECEIPT_SHORT_HASH,
	RECEIPT_LONG_PATH,
	RECEIPT_CUT_PATH,
	RECEIPT_OTHER_INDEX, /* RFC9162_SHA256 from here on */
	RECEIPT_INDEX_IS_SIZE,
	RECEIPT_HUGE_SIZE,
	RECEIPT_NEGATIVE_INDEX,
	RECEIPT_NO_EVIDENCE, /* CCF_LEDGER_SHA256 from here on */
	RECEIPT_LONG_EVIDENCE,
	RECEIPT_BYTES_EVIDENCE,
	RECEIPT_OTHER_EVIDENCE,
	RECEIPT_OTHER_TRANSACTION,
	RECEIPT_SIDE_NUMBER,
	RECEIPT_OTHER_SIDE,
	RECEIPT_NO_LEAF,
	RECEIPT_SHORT_LEAF,
	/* both again */
	RECEIPT_TWO_ROOTS,
	RECEIPT_ATTACHED_OTHER,
	RECEIPT_OTHER_SIGNER,
	RECEIPT_OTHER_KID,
	RECEIPT_OTHER_ISSUER,
	RECEIPT_WAYS,
} receipt_way;

typedef struct service {
	siglet_signer *signer, *other;
	siglet_scitt_structure structure;
	int64_t algorithm;
	const char *issuer;
	char kid[66];
} service;

MAKER_UNUSED static siglet_signer *maker_signer(const char *name)
{
	const siglet_key_details *details = siglet_key_details_find(siglet_slice_str(name));
	siglet_signer *signer = NULL;

	MAKER_DO(siglet_signer_generate(details, &signer));
	return signer;
}

MAKER_UNUSED static service service_new(siglet_scitt_structure structure, const char *issuer)
{
	const bool ccf = structure == SIGLET_SCITT_CCF_LEDGER_SHA256;
	const char *details = ccf ? "PKIX_ECDSA_P384_SHA_384" : "PKIX_ECDSA_P256_SHA_256";
	service s = { .signer = maker_signer(details),
		      .other = maker_signer(details),
		      .structure = structure,
		      .algorithm = ccf ? -35 : -7,
		      .issuer = issuer };
	const siglet_digest *id = siglet_key_id(siglet_signer_key(s.signer));

	for (size_t i = 0; i < SIGLET_SHA256_SIZE; i++)
		(void)snprintf(s.kid + 2 * i, 3, "%02x", id->bytes[i]);
	if (!ccf)
		(void)snprintf(s.kid, sizeof(s.kid), "key-of-%.20s", issuer);
	return s;
}

MAKER_UNUSED static void service_clear(service *s)
{
	siglet_signer_free(s->other);
	siglet_signer_free(s->signer);
}

/* ---- writing ---- */

static inline void write_str(siglet_cbor_writer *w, const char *text)
{
	siglet_cbor_write_text(w, siglet_slice_str(text));
}

static inline siglet_buf maker_buf(void)
{
	siglet_buf buf;

	siglet_buf_init(&buf, 32u << 20);
	return buf;
}

/* What a message is made of; the maps are complete. */
typedef struct maker_parts {
	siglet_buf inside, outside;
	siglet_slice payload;
	bool is_detached, is_untagged;
} maker_parts;

static inline siglet_buf make_message(const siglet_signer *signer, const maker_parts *parts)
{
	const siglet_cose_draft draft = { .protected_map = siglet_buf_slice(&parts->inside),
					  .unprotected_map = siglet_buf_slice(&parts->outside),
					  .payload = parts->payload,
					  .is_detached = parts->is_detached };
	siglet_buf signature = maker_buf(), message = maker_buf();

	MAKER_DO(siglet_cose_sign(heads(), signer, &draft, &signature));
	MAKER_DO(siglet_cose_write(heads(), &draft, siglet_buf_slice(&signature), &message));
	if (parts->is_untagged) {
		memmove(message.ptr, message.ptr + 1, message.len - 1);
		siglet_buf_truncate(&message, message.len - 1);
	}
	siglet_buf_clear(&signature);
	return message;
}

/* ---- proofs ---- */

#define MAKER_EVIDENCE "ce:2.9:0123"

/* A tree of seven leaves; the entry is leaf 2. */
typedef struct maker_tree {
	siglet_hash32 nodes[3], root;
} maker_tree;

static inline siglet_hash32 hash_of(uint8_t seed)
{
	siglet_hash32 hash;

	memset(hash.bytes, seed, sizeof(hash.bytes));
	return hash;
}

static inline maker_tree rfc9162_tree(siglet_slice entry)
{
	maker_tree tree = { .nodes = { hash_of(1), hash_of(2), hash_of(3) } };
	siglet_hash32 acc;

	MAKER_DO(siglet_merkle_hash_leaf(entry, &acc));
	MAKER_DO(siglet_merkle_hash_node(&acc, &tree.nodes[0], &acc));
	MAKER_DO(siglet_merkle_hash_node(&tree.nodes[1], &acc, &acc));
	MAKER_DO(siglet_merkle_hash_node(&acc, &tree.nodes[2], &tree.root));
	return tree;
}

static inline void sha256_of(const siglet_slice *parts, size_t count, siglet_hash32 *ret_hash)
{
	MAKER_DO(siglet_sha256(parts, count, ret_hash->bytes));
}

/* One sibling on the left, then two on the right. */
static inline maker_tree ccf_tree(siglet_slice entry)
{
	maker_tree tree = { .nodes = { hash_of(1), hash_of(2), hash_of(3) } };
	const siglet_slice evidence = siglet_slice_str(MAKER_EVIDENCE);
	siglet_hash32 transaction = hash_of(9), evidence_hash, data, acc;

	sha256_of(&entry, 1, &data);
	sha256_of(&evidence, 1, &evidence_hash);
	const siglet_slice leaf[] = { siglet_hash32_slice(&transaction),
				      siglet_hash32_slice(&evidence_hash),
				      siglet_hash32_slice(&data) };

	sha256_of(leaf, 3, &acc);
	for (size_t i = 0; i < 3; i++) {
		const siglet_hash32 below = acc;
		const siglet_slice node[] = { siglet_hash32_slice(i == 0 ? &tree.nodes[i] : &below),
					      siglet_hash32_slice(i == 0 ? &below
									 : &tree.nodes[i]) };

		sha256_of(node, 2, &acc);
	}
	tree.root = acc;
	return tree;
}

static inline void write_hash(siglet_cbor_writer *w, const siglet_hash32 *hash, receipt_way way,
			      bool is_last)
{
	siglet_hash32 changed = *hash;

	changed.bytes[5] ^= way == RECEIPT_OTHER_HASH && is_last;
	siglet_cbor_write_bytes(w, siglet_slice_of(changed.bytes,
						   way == RECEIPT_SHORT_HASH && is_last ? 31 : 32));
}

static inline void write_rfc9162_proof(siglet_cbor_writer *w, const maker_tree *tree,
				       receipt_way way)
{
	const size_t count = way == RECEIPT_CUT_PATH ? 2 : way == RECEIPT_LONG_PATH ? 65 : 3;

	siglet_cbor_write_begin_array(w);
	if (way == RECEIPT_HUGE_SIZE)
		siglet_cbor_write_uint(w, (uint64_t)INT64_MAX + 1);
	else
		siglet_cbor_write_uint(w, way == RECEIPT_OTHER_SIZE ? 8 : 7);
	if (way == RECEIPT_NEGATIVE_INDEX)
		siglet_cbor_write_int(w, -1);
	else
		siglet_cbor_write_uint(w, way == RECEIPT_OTHER_INDEX	 ? 3
					  : way == RECEIPT_INDEX_IS_SIZE ? 7
									 : 2);
	siglet_cbor_write_begin_array(w);
	for (size_t i = 0; i < count; i++)
		write_hash(w, &tree->nodes[i % 3], way, i == 2);
	siglet_cbor_write_end_array(w);
	siglet_cbor_write_end_array(w);
}

static inline void write_ccf_leaf(siglet_cbor_writer *w, siglet_slice entry, receipt_way way)
{
	static char endless[1025];
	const siglet_hash32 transaction = hash_of(way == RECEIPT_OTHER_TRANSACTION ? 8 : 9);
	siglet_hash32 data;

	memset(endless, 'a', sizeof(endless));
	sha256_of(&entry, 1, &data);
	siglet_cbor_write_begin_array(w);
	siglet_cbor_write_bytes(w, siglet_hash32_slice(&transaction));
	if (way == RECEIPT_BYTES_EVIDENCE)
		siglet_cbor_write_bytes(w, siglet_slice_str(MAKER_EVIDENCE));
	else if (way == RECEIPT_LONG_EVIDENCE)
		siglet_cbor_write_text(w, siglet_slice_of(endless, sizeof(endless)));
	else
		write_str(w, way == RECEIPT_NO_EVIDENCE	     ? ""
			     : way == RECEIPT_OTHER_EVIDENCE ? "ce:2.9:0124"
							     : MAKER_EVIDENCE);
	if (way != RECEIPT_SHORT_LEAF)
		siglet_cbor_write_bytes(w, siglet_hash32_slice(&data));
	siglet_cbor_write_end_array(w);
}

static inline void write_ccf_proof(siglet_cbor_writer *w, const maker_tree *tree,
				   siglet_slice entry, receipt_way way)
{
	const size_t count = way == RECEIPT_CUT_PATH ? 2 : way == RECEIPT_LONG_PATH ? 65 : 3;

	siglet_cbor_write_begin_map(w);
	if (way != RECEIPT_NO_LEAF) {
		siglet_cbor_write_int(w, 1);
		write_ccf_leaf(w, entry, way);
	}
	siglet_cbor_write_int(w, 2);
	siglet_cbor_write_begin_array(w);
	for (size_t i = 0; i < count; i++) {
		siglet_cbor_write_begin_array(w);
		if (way == RECEIPT_SIDE_NUMBER)
			siglet_cbor_write_uint(w, 1);
		else
			siglet_cbor_write_bool(w, (i == 0) != (way == RECEIPT_OTHER_SIDE));
		write_hash(w, &tree->nodes[i % 3], way, i == 2);
		siglet_cbor_write_end_array(w);
	}
	siglet_cbor_write_end_array(w);
	siglet_cbor_write_end_map(w);
}

static inline siglet_buf make_proof(const service *s, const maker_tree *tree, siglet_slice entry,
				    receipt_way way)
{
	const bool is_map =
		(s->structure == SIGLET_SCITT_CCF_LEDGER_SHA256) != (way == RECEIPT_PROOF_MAP);
	siglet_buf proof = maker_buf();
	siglet_cbor_writer w;

	siglet_cbor_writer_init(&w, heads(), &proof);
	if (is_map)
		write_ccf_proof(&w, tree, entry, way);
	else
		write_rfc9162_proof(&w, tree, way);
	MAKER_DO(siglet_cbor_writer_finish(&w));
	return proof;
}

/* ---- receipts ---- */

/* When receipts are issued, in seconds since 1970; 0: they do not say. */
static int64_t maker_issued_at_s = 1750000000;

static inline siglet_buf receipt_inside(const service *s, receipt_way way)
{
	siglet_buf map = maker_buf();
	siglet_cbor_writer w;

	siglet_cbor_writer_init(&w, heads(), &map);
	siglet_cbor_write_begin_map(&w);
	siglet_cbor_write_int(&w, SIGLET_COSE_ALG);
	siglet_cbor_write_int(&w, s->algorithm);
	if (way != RECEIPT_WITHOUT_KID) {
		siglet_cbor_write_int(&w, SIGLET_COSE_KID);
		siglet_cbor_write_bytes(&w, siglet_slice_str(way == RECEIPT_OTHER_KID ? "another"
										      : s->kid));
	}
	if (way != RECEIPT_NO_VDS && way != RECEIPT_VDS_UNPROTECTED) {
		siglet_cbor_write_int(&w, SIGLET_COSE_VDS);
		siglet_cbor_write_int(&w, way == RECEIPT_VDS_MMR ? 3 : (int)s->structure);
	}
	if (way != RECEIPT_WITHOUT_ISSUER) {
		siglet_cbor_write_int(&w, SIGLET_COSE_CWT_CLAIMS);
		siglet_cbor_write_begin_map(&w);
		siglet_cbor_write_int(&w, SIGLET_CWT_ISS);
		write_str(&w, way == RECEIPT_OTHER_ISSUER ? "another.example" : s->issuer);
		if (maker_issued_at_s != 0) {
			siglet_cbor_write_int(&w, SIGLET_CWT_IAT);
			siglet_cbor_write_int(&w, maker_issued_at_s);
		}
		siglet_cbor_write_end_map(&w);
	}
	siglet_cbor_write_end_map(&w);
	MAKER_DO(siglet_cbor_writer_finish(&w));
	return map;
}

static inline void write_proofs(siglet_cbor_writer *w, siglet_slice proof, siglet_slice second,
				receipt_way way)
{
	const size_t count = way == RECEIPT_NO_PROOFS				     ? 0
			     : way == RECEIPT_MANY_PROOFS			     ? 17
			     : way == RECEIPT_MOST_PROOFS			     ? 16
			     : way == RECEIPT_TWO_PROOFS || way == RECEIPT_TWO_ROOTS ? 2
										     : 1;

	siglet_cbor_write_begin_array(w);
	for (size_t i = 0; i < count; i++)
		siglet_cbor_write_bytes(w, i == 1 && way == RECEIPT_TWO_ROOTS ? second : proof);
	siglet_cbor_write_end_array(w);
}

static inline siglet_buf receipt_outside(siglet_slice proof, siglet_slice second, receipt_way way)
{
	siglet_buf map = maker_buf();
	siglet_cbor_writer w;

	siglet_cbor_writer_init(&w, heads(), &map);
	siglet_cbor_write_begin_map(&w);
	if (way == RECEIPT_VDS_UNPROTECTED) {
		siglet_cbor_write_int(&w, SIGLET_COSE_VDS);
		siglet_cbor_write_int(&w, 1);
	}
	if (way != RECEIPT_NO_VDP) {
		siglet_cbor_write_int(&w, SIGLET_COSE_VDP);
		if (way == RECEIPT_VDP_ARRAY) {
			write_proofs(&w, proof, second, way);
		} else {
			siglet_cbor_write_begin_map(&w);
			siglet_cbor_write_int(&w, way == RECEIPT_UNKNOWN_PROOFS ? -9 : -1);
			write_proofs(&w, proof, second, way);
			siglet_cbor_write_end_map(&w);
		}
	}
	siglet_cbor_write_end_map(&w);
	MAKER_DO(siglet_cbor_writer_finish(&w));
	return map;
}

/* What the service says of an entry. Clear it. */
MAKER_UNUSED static siglet_buf make_receipt(const service *s, siglet_slice entry, receipt_way way)
{
	const siglet_slice about =
		way == RECEIPT_OTHER_ENTRY ? siglet_slice_str("another entry") : entry;
	const bool ccf = s->structure == SIGLET_SCITT_CCF_LEDGER_SHA256;
	const maker_tree tree = ccf ? ccf_tree(about) : rfc9162_tree(about);
	siglet_buf proof = make_proof(s, &tree, about, way);
	siglet_buf second = make_proof(s, &tree, about, RECEIPT_OTHER_HASH);
	siglet_hash32 root = tree.root;
	maker_parts parts = { .inside = receipt_inside(s, way),
			      .outside = receipt_outside(siglet_buf_slice(&proof),
							 siglet_buf_slice(&second), way),
			      .is_detached =
				      way != RECEIPT_ATTACHED && way != RECEIPT_ATTACHED_OTHER,
			      .is_untagged = way == RECEIPT_UNTAGGED };
	siglet_buf receipt;

	root.bytes[0] ^= way == RECEIPT_ATTACHED_OTHER;
	parts.payload = siglet_hash32_slice(&root);
	receipt = make_message(way == RECEIPT_OTHER_SIGNER ? s->other : s->signer, &parts);
	siglet_buf_clear(&parts.outside);
	siglet_buf_clear(&parts.inside);
	siglet_buf_clear(&second);
	siglet_buf_clear(&proof);
	return receipt;
}

/* ---- keys ---- */

/* {1: 2, 2: kid, 3: alg, -1: crv, -2: x, -3: y} */
static inline void write_cose_key(siglet_cbor_writer *w, const siglet_key *key, const char *kid,
				  int64_t algorithm)
{
	const size_t half = siglet_ecdsa_half(siglet_key_type_of(key));
	const siglet_slice spki = siglet_key_spki(key);
	const uint8_t *x = spki.ptr + spki.len - 2 * half;

	siglet_cbor_write_begin_map(w);
	siglet_cbor_write_int(w, 1);
	siglet_cbor_write_int(w, 2);
	if (kid != NULL) {
		siglet_cbor_write_int(w, 2);
		siglet_cbor_write_bytes(w, siglet_slice_str(kid));
	}
	siglet_cbor_write_int(w, 3);
	siglet_cbor_write_int(w, algorithm);
	siglet_cbor_write_int(w, -1);
	siglet_cbor_write_int(w, half == 32 ? 1 : half == 48 ? 2 : 3);
	siglet_cbor_write_int(w, -2);
	siglet_cbor_write_bytes(w, siglet_slice_of(x, half));
	siglet_cbor_write_int(w, -3);
	siglet_cbor_write_bytes(w, siglet_slice_of(x + half, half));
	siglet_cbor_write_end_map(w);
}

/* The service's COSE_Key set. Clear it. */
MAKER_UNUSED static siglet_buf service_keys(const service *s)
{
	siglet_buf set = maker_buf();
	siglet_cbor_writer w;

	siglet_cbor_writer_init(&w, heads(), &set);
	siglet_cbor_write_begin_array(&w);
	write_cose_key(&w, siglet_signer_key(s->signer), s->kid, s->algorithm);
	siglet_cbor_write_end_array(&w);
	MAKER_DO(siglet_cbor_writer_finish(&w));
	return set;
}

MAKER_UNUSED static void pin(siglet_scitt_keys *keys, const service *s, const char *issuer)
{
	siglet_buf set = service_keys(s);

	MAKER_DO(siglet_scitt_keys_add(keys, heads(), siglet_slice_str(issuer),
				       siglet_buf_slice(&set)));
	siglet_buf_clear(&set);
}

#endif
