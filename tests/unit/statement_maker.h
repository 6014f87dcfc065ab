/*
 * statement_maker: an author of statements of SCITT, and services that register them.
 *
 * One author and two services for a test program; a fault of the maker itself ends it.
 */
#ifndef SIGLET_TEST_STATEMENT_MAKER_H
#define SIGLET_TEST_STATEMENT_MAKER_H

#include "cert_maker.h"
#include "scitt_maker.h"

/* ---- who states something ---- */

#define ISSUED_S 1750000000 /* 2025-06-15: of the receipts; the leaf is valid in 2025 */
#define SUBJECT "app 1.0"

static siglet_signer *author;
static X509 *author_root, *author_leaf;
static siglet_cert *certs[2]; /* leaf, root */
static char did[256];	      /* whose certificates these are */
static service ledger, tiles; /* CCF, RFC 9162 */

static void make_did(void)
{
	const siglet_slice der = siglet_cert_der(certs[1]);
	siglet_digest digest = { .hash = SIGLET_SHA256 };
	siglet_buf text = maker_buf();

	MAKER_DO(siglet_crypto_sha256(&der, 1, &digest));
	MAKER_DO(siglet_base64_encode(siglet_digest_slice(&digest), &text));
	for (size_t i = 0; i < text.len; i++)
		text.ptr[i] = text.ptr[i] == '+' ? '-' : text.ptr[i] == '/' ? '_' : text.ptr[i];
	siglet_buf_truncate(&text, text.len - 1);
	(void)snprintf(did, sizeof(did), "did:x509:0:sha256:%s::subject:CN:author",
		       siglet_buf_text(&text));
	siglet_buf_clear(&text);
}

MAKER_UNUSED static void make_author(void)
{
	EVP_PKEY *root_key = ec_key("P-256");

	author = maker_signer("PKIX_ECDSA_P256_SHA_256");
	author_root = make_x509(&(maker_plan) { .name = "root",
						.key = root_key,
						.not_before = "20200101000000Z",
						.not_after = "20401231235959Z",
						.extensions = MAKER_ROOT });
	author_leaf = make_x509(&(maker_plan) { .name = "author",
						.key = siglet_signer_pkey(author),
						.issuer = author_root,
						.issuer_key = root_key,
						.extensions = MAKER_LEAF });
	certs[0] = parse_x509(author_leaf);
	certs[1] = parse_x509(author_root);
	make_did();
	EVP_PKEY_free(root_key);
}

/* What is different about a statement. */
typedef struct plan {
	const char *issuer; /* NULL: did */
	bool no_subject;
	bool by_key; /* a key's id in place of certificates */
	bool is_detached;
	bool has_hash; /* the payload is an artifact's SHA-256 */
	bool changed;  /* the payload, behind the signature's back */
} plan;

static const char stated[] = "what is stated";

static void write_certificates(siglet_cbor_writer *w)
{
	siglet_cbor_write_int(w, SIGLET_COSE_X5CHAIN);
	siglet_cbor_write_begin_array(w);
	for (size_t i = 0; i < SIGLET_COUNT(certs); i++)
		siglet_cbor_write_bytes(w, siglet_cert_der(certs[i]));
	siglet_cbor_write_end_array(w);
}

static siglet_buf inside_of(const plan *p)
{
	siglet_buf map = maker_buf();
	siglet_cbor_writer w;

	siglet_cbor_writer_init(&w, heads(), &map);
	siglet_cbor_write_begin_map(&w);
	siglet_cbor_write_int(&w, SIGLET_COSE_ALG);
	siglet_cbor_write_int(&w, -7);
	siglet_cbor_write_int(&w, SIGLET_COSE_CWT_CLAIMS);
	siglet_cbor_write_begin_map(&w);
	siglet_cbor_write_int(&w, SIGLET_CWT_ISS);
	write_str(&w, p->issuer == NULL ? did : p->issuer);
	if (!p->no_subject) {
		siglet_cbor_write_int(&w, SIGLET_CWT_SUB);
		write_str(&w, SUBJECT);
	}
	siglet_cbor_write_end_map(&w);
	if (p->by_key) {
		siglet_cbor_write_int(&w, SIGLET_COSE_KID);
		siglet_cbor_write_bytes(&w, siglet_slice_str("k"));
	} else {
		write_certificates(&w);
	}
	if (p->has_hash) {
		siglet_cbor_write_int(&w, SIGLET_COSE_PAYLOAD_HASH_ALG);
		siglet_cbor_write_int(&w, siglet_cose_hash_number(SIGLET_SHA256));
	}
	siglet_cbor_write_end_map(&w);
	MAKER_DO(siglet_cbor_writer_finish(&w));
	return map;
}

/* What was there, and 394: receipts. */
static siglet_buf outside_of(const siglet_cbor *was, const siglet_buf *receipts, size_t count)
{
	siglet_buf map = maker_buf();
	siglet_cbor_writer w;

	siglet_cbor_writer_init(&w, heads(), &map);
	siglet_cbor_write_begin_map(&w);
	for (size_t i = 0; i < siglet_cbor_count(was); i++) {
		siglet_cbor_write_raw(&w, siglet_cbor_raw(siglet_cbor_key(was, i)));
		siglet_cbor_write_raw(&w, siglet_cbor_raw(siglet_cbor_value(was, i)));
	}
	if (count > 0) {
		siglet_cbor_write_int(&w, SIGLET_COSE_RECEIPTS);
		siglet_cbor_write_begin_array(&w);
		for (size_t i = 0; i < count; i++)
			siglet_cbor_write_bytes(&w, siglet_buf_slice(&receipts[i]));
		siglet_cbor_write_end_array(&w);
	}
	siglet_cbor_write_end_map(&w);
	MAKER_DO(siglet_cbor_writer_finish(&w));
	return map;
}

MAKER_UNUSED static siglet_buf statement_of(const plan *p, siglet_slice outside)
{
	const siglet_slice text = siglet_slice_str(stated);
	siglet_buf inside = inside_of(p), signature = maker_buf(), message = maker_buf();
	siglet_digest digest = { .hash = SIGLET_SHA256 };
	siglet_cose_draft draft = { .protected_map = siglet_buf_slice(&inside),
				    .unprotected_map = outside,
				    .payload = text,
				    .is_detached = p->is_detached };

	MAKER_DO(siglet_crypto_sha256(&text, 1, &digest));
	if (p->has_hash)
		draft.payload = siglet_digest_slice(&digest);
	MAKER_DO(siglet_cose_sign(heads(), author, &draft, &signature));
	if (p->changed)
		draft.payload = siglet_slice_str("what is not");
	MAKER_DO(siglet_cose_write(heads(), &draft, siglet_buf_slice(&signature), &message));
	siglet_buf_clear(&signature);
	siglet_buf_clear(&inside);
	return message;
}

/* ---- and who registers it ---- */

typedef struct registration {
	const service *by;
	receipt_way way;
} registration;

/* ECDSA signatures differ each time: the receipts are put around what they are about. */
MAKER_UNUSED static siglet_buf with_receipts(siglet_slice message,
					     const registration *registrations, size_t count)
{
	siglet_buf receipts[8] = { 0 }, registered = maker_buf(), whole = maker_buf(), outside;
	siglet_cbor_doc *doc = NULL;
	siglet_scitt_statement statement = { .receipt_count = 0 };
	siglet_cbor_writer w;

	MAKER_DO(siglet_cbor_parse(heads(), message, message.len, NULL, &doc));
	MAKER_DO(siglet_cose_sign1_read(doc, siglet_cbor_root(doc), &statement.message));
	MAKER_DO(siglet_scitt_registered(heads(), &statement, &registered));
	for (size_t i = 0; i < count; i++)
		receipts[i] = make_receipt(registrations[i].by, siglet_buf_slice(&registered),
					   registrations[i].way);
	outside = outside_of(statement.message.unprotected, receipts, count);
	siglet_cbor_writer_init(&w, heads(), &whole);
	siglet_cbor_write_tag(&w, SIGLET_COSE_TAG_SIGN1);
	siglet_cbor_write_begin_array(&w);
	siglet_cbor_write_raw(&w, siglet_cbor_raw(siglet_cbor_at(statement.message.item, 0)));
	siglet_cbor_write_raw(&w, siglet_buf_slice(&outside));
	siglet_cbor_write_raw(&w, siglet_cbor_raw(siglet_cbor_at(statement.message.item, 2)));
	siglet_cbor_write_raw(&w, siglet_cbor_raw(siglet_cbor_at(statement.message.item, 3)));
	siglet_cbor_write_end_array(&w);
	MAKER_DO(siglet_cbor_writer_finish(&w));
	for (size_t i = 0; i < count; i++)
		siglet_buf_clear(&receipts[i]);
	siglet_buf_clear(&outside);
	siglet_buf_clear(&registered);
	siglet_cbor_doc_free(doc);
	return whole;
}

MAKER_UNUSED static void make_services(void)
{
	ledger = service_new(SIGLET_SCITT_CCF_LEDGER_SHA256, "ledger.example");
	tiles = service_new(SIGLET_SCITT_RFC9162_SHA256, "tiles.example");
}

MAKER_UNUSED static void clear_makers(void)
{
	service_clear(&tiles);
	service_clear(&ledger);
	siglet_cert_free(certs[1]);
	siglet_cert_free(certs[0]);
	X509_free(author_leaf);
	X509_free(author_root);
	siglet_signer_free(author);
}

#endif
