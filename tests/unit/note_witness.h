/*
 * note_witness: keys that sign notes, made for a test.
 *
 * Vkeys and lines are written here by hand, so that they don't depend on what is under test.
 */
#ifndef SIGLET_TEST_NOTE_WITNESS_H
#define SIGLET_TEST_NOTE_WITNESS_H

#include <inttypes.h>
#include <string.h>

#include "../lib/check.h"
#include "crypto/crypto.h"
#include "note/note.h"

#define DASH "\xe2\x80\x94"
#define MAX_WITNESS_TEXT 100000

/* An Ed25519 key and the name it signs under. */
typedef struct witness {
	const char *name;
	siglet_signer *signer;
} witness;

/* A fault of the test itself. */
__attribute__((unused)) static void well(siglet_err *err)
{
	if (err == NULL)
		return;
	printf("Bail out! %s\n", siglet_err_message(err));
	exit(3);
}

__attribute__((unused)) static witness witness_new(const char *name)
{
	witness w = { .name = name };

	well(siglet_signer_generate(siglet_key_details_registry(siglet_slice_str("ed25519")),
				    &w.signer));
	return w;
}

__attribute__((unused)) static void witness_free(witness *w)
{
	siglet_signer_free(w->signer);
	w->signer = NULL;
}

static void witness_id(const witness *w, uint8_t type, uint8_t ret_id[4])
{
	const uint8_t line[2] = { '\n', type };
	const siglet_slice parts[] = { siglet_slice_str(w->name), siglet_slice_of(line, 2),
				       siglet_key_raw(siglet_signer_key(w->signer)) };
	siglet_digest digest = { 0 };

	well(siglet_crypto_sha256(parts, 3, &digest));
	memcpy(ret_id, digest.bytes, 4);
}

/* Append its vkey under a type. */
__attribute__((unused)) static void witness_put_vkey(const witness *w, uint8_t type,
						     siglet_buf *out)
{
	const siglet_slice raw = siglet_key_raw(siglet_signer_key(w->signer));
	siglet_buf key;
	uint8_t id[4];

	witness_id(w, type, id);
	siglet_buf_init(&key, 64);
	well(siglet_buf_append_byte(&key, type));
	well(siglet_buf_append(&key, raw));
	well(siglet_buf_printf(out, "%s+%02x%02x%02x%02x+", w->name, id[0], id[1], id[2], id[3]));
	well(siglet_base64_encode(siglet_buf_slice(&key), out));
	siglet_buf_clear(&key);
}

static void witness_put_line(const witness *w, uint8_t type, siglet_slice signature,
			     siglet_buf *note)
{
	siglet_buf blob;
	uint8_t id[4];

	witness_id(w, type, id);
	siglet_buf_init(&blob, 4096);
	well(siglet_buf_append(&blob, siglet_slice_of(id, 4)));
	well(siglet_buf_append(&blob, signature));
	well(siglet_buf_printf(note, DASH " %s ", w->name));
	well(siglet_base64_encode(siglet_buf_slice(&blob), note));
	well(siglet_buf_append_byte(note, '\n'));
	siglet_buf_clear(&blob);
}

/* Append a cosignature over text. What it says of the time and what it signs of it may differ. */
__attribute__((unused)) static void witness_put_cosignature(const witness *w, const char *text,
							    uint64_t said_s, uint64_t signed_s,
							    siglet_buf *note)
{
	siglet_buf message, signature;

	siglet_buf_init(&message, MAX_WITNESS_TEXT);
	siglet_buf_init(&signature, 4096);
	well(siglet_buf_printf(&message, "cosignature/v1\ntime %" PRIu64 "\n%s", signed_s, text));
	well(siglet_buf_append_uint(&signature, said_s, 8));
	well(siglet_signer_sign(w->signer, siglet_buf_slice(&message), &signature));
	witness_put_line(w, 0x04, siglet_buf_slice(&signature), note);
	siglet_buf_clear(&signature);
	siglet_buf_clear(&message);
}

/* Append a log's signature, type 0x01. */
__attribute__((unused)) static void witness_put_signature(const witness *w, const char *text,
							  siglet_buf *note)
{
	siglet_buf signature;

	siglet_buf_init(&signature, 4096);
	well(siglet_signer_sign(w->signer, siglet_slice_str(text), &signature));
	witness_put_line(w, 0x01, siglet_buf_slice(&signature), note);
	siglet_buf_clear(&signature);
}

#endif
