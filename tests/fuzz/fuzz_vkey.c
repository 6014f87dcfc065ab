/* A verifier key, as a person or a policy gives it; and a note that claims to be signed by a known one. */
#include <stdint.h>
#include <stdlib.h>

#include "note/note.h"

#include "../unit/note_vectors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void read_key(siglet_slice input)
{
	siglet_note_key *key = NULL;
	siglet_note_verifier verifier = { 0 };
	siglet_err *err = siglet_note_key_parse(input, &key);

	if (err == NULL) {
		const siglet_note_type type = siglet_note_key_type(key);
		const siglet_slice name = siglet_note_key_name(key);

		require(name.len > 0 && siglet_utf8_is_valid(name));
		require(siglet_note_key_is_usable(key) || type == SIGLET_NOTE_COSIGNATURE_ML_DSA);
		require(siglet_note_key_equal(key, key));
		err = siglet_note_key_verifier(key, &verifier);
		require((err == NULL) ==
			(type == SIGLET_NOTE_ED25519 || type == SIGLET_NOTE_ECDSA));
		require(err != NULL || verifier.key != NULL);
	}
	siglet_err_free(err);
	siglet_note_key_free(key);
}

/* What verifies under these keys is what they signed. */
static void verify_note(siglet_slice input, const char *vkey, const char *text)
{
	siglet_note_key *key = NULL;
	siglet_note note = { 0 };
	siglet_arena arena;
	int64_t time_s = -1;
	siglet_err *err;

	siglet_arena_init(&arena, 1u << 20);
	err = siglet_note_parse(input, &arena, &note);
	if (err == NULL)
		err = siglet_note_key_parse(siglet_slice_str(vkey), &key);
	if (err == NULL)
		err = siglet_note_key_verify(key, &note, &time_s);
	if (err == NULL)
		require(siglet_slice_has_prefix(note.text, text) &&
			(time_s == VECTOR_TIME_S || time_s == 0));
	siglet_err_free(err);
	siglet_note_key_free(key);
	siglet_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const siglet_slice input = siglet_slice_of(data, size);

	read_key(input);
	verify_note(input, VECTOR_ED25519_VKEY, VECTOR_TEXT);
	verify_note(input, VECTOR_ML_DSA_VKEY, VECTOR_TEXT);
	verify_note(input, VECTOR_LOG_VKEY, VECTOR_TEXT);
	verify_note(input, VECTOR_ECDSA_VKEY, VECTOR_TEXT);
	return 0;
}
