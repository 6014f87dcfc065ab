/*
 * The body of a log entry, read as that of each kind; then the input as an entry of a bundle, which
 * must stay the same when it is written and read again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tlog/tlog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* A P-256 key: the generator as its point (FIPS 186-5, SP 800-186). */
static siglet_key *make_key(void)
{
	static const char spki[] =
		"3059301306072a8648ce3d020106082a8648ce3d03010703420004"
		"6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
		"4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
	siglet_key *key = NULL;
	siglet_buf der;
	siglet_err *err;

	siglet_buf_init(&der, 128);
	err = siglet_hex_decode(siglet_slice_str(spki), &der);
	if (err == NULL)
		err = siglet_key_from_spki(siglet_buf_slice(&der), &key);
	require(err == NULL);
	siglet_buf_clear(&der);
	return key;
}

/* Whatever matches is what is to be proven, byte for byte. */
static void match_body(siglet_slice body, siglet_entry_kind kind, const siglet_key *key)
{
	static const uint8_t signature[] = "a signature";
	static const struct {
		const char *name, *version;
	} names[] = { { "", "" },
		      { "hashedrekord", "0.0.1" },
		      { "dsse", "0.0.1" },
		      { "intoto", "0.0.2" },
		      { "hashedrekord", "0.0.2" } };
	const siglet_digests artifact = { .mask = 7 };
	siglet_entry_subject subject = { .signature = { signature, sizeof(signature) },
					 .key = key,
					 .artifact = &artifact };
	siglet_entry entry = { .kind = kind, .body = body };
	siglet_buf proven;

	entry.kind_name = siglet_slice_str(names[kind].name);
	entry.kind_version = siglet_slice_str(names[kind].version);
	siglet_buf_init(&proven, 1u << 24);
	(void)siglet_entry_hashes(&entry);
	for (int i = 0; i < 2; i++) {
		siglet_err *err = siglet_entry_match(&entry, &subject, &proven);

		require(err != NULL || body.len == 0 ||
			siglet_slice_equal(siglet_buf_slice(&proven), body));
		require(err == NULL || proven.len == 0);
		siglet_err_free(err);
		siglet_buf_clear(&proven);
		subject.is_dsse = !subject.is_dsse;
	}
}

static bool write_entry(const siglet_entry *entry, siglet_buf *ret_text)
{
	siglet_json_writer writer;
	siglet_err *err;

	siglet_json_writer_init(&writer, ret_text, 0);
	siglet_entry_write(entry, &writer, NULL);
	err = siglet_json_writer_finish(&writer);
	siglet_err_free(err);
	return err == NULL;
}

static void read_entry(siglet_slice input)
{
	siglet_entry first = { 0 }, again = { 0 };
	siglet_json_doc *doc = NULL, *doc_again = NULL;
	siglet_buf text, text_again;
	siglet_arena arena;
	siglet_err *err = siglet_json_parse(input, 1u << 20, &doc);

	siglet_arena_init(&arena, 1u << 24);
	siglet_buf_init(&text, 1u << 24);
	siglet_buf_init(&text_again, 1u << 24);
	if (err == NULL)
		err = siglet_entry_read(siglet_json_root(doc), &arena, &first);
	if (err == NULL && write_entry(&first, &text)) {
		err = siglet_json_parse(siglet_buf_slice(&text), 1u << 24, &doc_again);
		require(err == NULL);
		err = siglet_entry_read(siglet_json_root(doc_again), &arena, &again);
		require(err == NULL && write_entry(&again, &text_again));
		require(siglet_slice_equal(siglet_buf_slice(&text), siglet_buf_slice(&text_again)));
	}
	siglet_err_free(err);
	siglet_json_doc_free(doc_again);
	siglet_json_doc_free(doc);
	siglet_buf_clear(&text_again);
	siglet_buf_clear(&text);
	siglet_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const siglet_slice input = siglet_slice_of(data, size);
	siglet_key *key = make_key();

	for (int kind = SIGLET_ENTRY_HASHEDREKORD_V001; kind <= SIGLET_ENTRY_HASHEDREKORD_V002;
	     kind++)
		match_body(input, (siglet_entry_kind)kind, key);
	siglet_key_free(key);
	read_entry(input);
	return 0;
}
