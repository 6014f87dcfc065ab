/* A statement with receipts, a receipt, a file of keys: read, and held against keys that did not sign them. */
#include <stdint.h>
#include <stdlib.h>

#include "../lib/heads.h"
#include "scitt/scitt.h"

#include "../unit/cose_vectors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* A key for anybody's receipts, so that every proof is looked at. */
static const siglet_scitt_keys *pinned(void)
{
	static siglet_scitt_keys *keys;
	siglet_buf bytes;

	if (keys != NULL)
		return keys;
	bytes = unhex("82 a4 0102 2001 215820" VECTOR_P256_X "225820" VECTOR_P256_Y
		      "a4 0102 2002 215830" VECTOR_P384_X "225830" VECTOR_P384_Y);
	require(siglet_scitt_keys_new(&keys) == NULL);
	require(siglet_scitt_keys_add(keys, heads(), SIGLET_SLICE_NONE, siglet_buf_slice(&bytes)) ==
		NULL);
	siglet_buf_clear(&bytes);
	return keys;
}

static void check_statement(siglet_cbor_doc *doc)
{
	siglet_scitt_statement statement;
	siglet_scitt_findings findings = { .count = 0 };
	siglet_err *err = siglet_scitt_statement_read(doc, siglet_cbor_root(doc), &statement);

	if (err == NULL) {
		require(statement.claims.issuer.len > 0 && statement.claims.subject.len > 0);
		err = siglet_scitt_check(doc, &statement, pinned(), &findings);
		require(err == NULL && findings.count == statement.receipt_count &&
			findings.services == 0);
		siglet_err_free(siglet_scitt_findings_require(&findings, 0));
	}
	siglet_err_free(err);
	siglet_scitt_findings_clear(&findings);
}

static void check_receipt(siglet_cbor_doc *doc)
{
	static const siglet_hash32 root;
	siglet_scitt_receipt receipt;
	siglet_scitt_proven proven;
	siglet_err *err = siglet_scitt_receipt_read(doc, siglet_cbor_root(doc), &receipt);

	if (err == NULL) {
		err = siglet_scitt_receipt_check(&receipt, heads(), pinned(),
						 siglet_slice_str("entry"), &proven);
		require(err != NULL);
		siglet_err_free(err);
		err = siglet_scitt_receipt_check_growth(&receipt, heads(), pinned(), 3, &root,
							&proven);
		require(err != NULL);
	}
	siglet_err_free(err);
}

static void read_keys(siglet_slice input)
{
	siglet_scitt_keys *keys = NULL;

	require(siglet_scitt_keys_new(&keys) == NULL);
	siglet_err *err = siglet_scitt_keys_add(keys, heads(), siglet_slice_str("i"), input);

	require((err == NULL) == (siglet_scitt_keys_count(keys) > 0));
	siglet_err_free(err);
	siglet_scitt_keys_free(keys);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const siglet_slice input = siglet_slice_of(data, size);
	siglet_cbor_doc *doc = NULL;

	if (heads() == NULL)
		return 0;
	siglet_err *err = siglet_cbor_parse(heads(), input, SIGLET_MAX_CBOR_BYTES,
					    siglet_cose_sign1_names, &doc);

	if (err == NULL) {
		check_statement(doc);
		check_receipt(doc);
	}
	siglet_err_free(err);
	siglet_cbor_doc_free(doc);
	read_keys(input);
	return 0;
}
