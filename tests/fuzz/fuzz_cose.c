/* A message that may be signed by a known key, a key, and certificates: read, verified, printed. */
#include <stdint.h>
#include <stdlib.h>

#include "../lib/heads.h"
#include "cose/cose.h"

#include "../unit/cose_vectors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static siglet_key *known_key(void)
{
	static siglet_key *key;
	siglet_buf bytes;
	siglet_cbor_doc *doc = NULL;
	siglet_cose_key read = { 0 };

	if (key != NULL)
		return key;
	bytes = unhex("a4 0102 2001 215820" VECTOR_P256_X "225820" VECTOR_P256_Y);
	require(siglet_cbor_parse(heads(), siglet_buf_slice(&bytes), bytes.len, NULL, &doc) ==
		NULL);
	require(siglet_cose_key_read(siglet_cbor_root(doc), &read) == NULL);
	siglet_cbor_doc_free(doc);
	siglet_buf_clear(&bytes);
	key = read.key;
	return key;
}

/* The private half is published, so that a fuzzer could sign; it can't make what these say. */
static bool is_known(siglet_slice payload)
{
	return siglet_slice_is(payload, "This is the content.");
}

static void verify(const siglet_cose_sign1 *message)
{
	const siglet_cose_context context = { .is_detached = !message->has_payload };
	siglet_err *err = siglet_cose_verify(message, heads(), known_key(), &context);

	require(err != NULL || (is_known(message->payload) && message->is_protected != NULL &&
				message->signature.len == 64));
	siglet_err_free(err);
}

static void read_certificates(const siglet_cose_sign1 *message)
{
	siglet_cose_chain chain = { .count = 0 };
	siglet_err *err = siglet_cose_chain_read(message, &chain);

	require((err == NULL) == (chain.count > 0));
	siglet_err_free(err);
	siglet_cose_chain_clear(&chain);
}

/* What was read is written again with its own bytes, and read as the same. */
static void write_again(const siglet_cose_sign1 *message)
{
	const siglet_cose_draft draft = { .protected_map = message->protected_bytes,
					  .unprotected_map = siglet_cbor_raw(message->unprotected),
					  .payload = message->payload,
					  .is_detached = !message->has_payload };
	siglet_cbor_doc *doc = NULL;
	siglet_cose_sign1 again;
	siglet_buf bytes;

	siglet_buf_init(&bytes, SIGLET_MAX_CBOR_BYTES);
	siglet_err *err = siglet_cose_write(heads(), &draft, message->signature, &bytes);

	/* A tag more may be one level or item too many. */
	if (err == NULL) {
		require(siglet_cose_sign1_parse(heads(), siglet_buf_slice(&bytes), &doc, &again) ==
			NULL);
		require(siglet_slice_equal(again.protected_bytes, message->protected_bytes) &&
			siglet_slice_equal(again.payload, message->payload));
	}
	siglet_err_free(err);
	siglet_cbor_doc_free(doc);
	siglet_buf_clear(&bytes);
}

static void read_as_message(siglet_slice input)
{
	siglet_cbor_doc *doc = NULL;
	siglet_cose_sign1 message;
	siglet_buf text;
	siglet_err *err = siglet_cose_sign1_parse(heads(), input, &doc, &message);

	siglet_buf_init(&text, 64u << 20);
	if (err == NULL) {
		verify(&message);
		read_certificates(&message);
		write_again(&message);
		err = siglet_cose_print(doc, 64, &text);
		require(err == NULL && siglet_utf8_is_valid(siglet_buf_slice(&text)));
	}
	siglet_err_free(err);
	siglet_cbor_doc_free(doc);
	siglet_buf_clear(&text);
}

static void read_as_key(siglet_slice input)
{
	siglet_cbor_doc *doc = NULL;
	siglet_cose_key key = { 0 };
	siglet_err *err = siglet_cbor_parse(heads(), input, SIGLET_MAX_CBOR_BYTES, NULL, &doc);

	if (err == NULL) {
		err = siglet_cose_key_read(siglet_cbor_root(doc), &key);
		require((err == NULL) == (key.key != NULL));
	}
	siglet_err_free(err);
	siglet_key_free(key.key);
	siglet_cbor_doc_free(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (heads() == NULL)
		return 0;
	read_as_message(siglet_slice_of(data, size));
	read_as_key(siglet_slice_of(data, size));
	return 0;
}
