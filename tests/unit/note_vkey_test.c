#include "note/note.h"

#include <string.h>

#include "note_vectors.h"
#include "note_witness.h"

/* The example of C2SP signed-note. */
#define EXAMPLE_VKEY "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
static const char EXAMPLE_NOTE[] = "This is an example message.\n\n" DASH " example.com/foo "
				   "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsY"
				   "jOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

static siglet_arena arena;

static siglet_err *parse(const char *vkey, siglet_note_key **ret_key)
{
	return siglet_note_key_parse(siglet_slice_str(vkey), ret_key);
}

static siglet_err *try(const char *vkey)
{
	siglet_note_key *key = NULL;
	siglet_err *err = parse(vkey, &key);

	siglet_note_key_free(key);
	return err;
}

/* A note of the vectors' checkpoint and one line. */
static siglet_note note_of(const char *text, const char *name, const char *line)
{
	siglet_slice copy = SIGLET_SLICE_NONE;
	siglet_note note = { 0 };
	siglet_buf whole;

	siglet_buf_init(&whole, MAX_WITNESS_TEXT);
	well(siglet_buf_printf(&whole, "%s\n" DASH " %s %s\n", text, name, line));
	well(siglet_arena_copy(&arena, siglet_buf_slice(&whole), &copy));
	well(siglet_note_parse(copy, &arena, &note));
	siglet_buf_clear(&whole);
	return note;
}

static void the_example_verifies(void)
{
	siglet_note_verifier verifier = { 0 };
	siglet_note_key *key = NULL;
	siglet_note note = { 0 };
	int64_t time_s = -1;

	well(siglet_note_parse(siglet_slice_str(EXAMPLE_NOTE), &arena, &note));
	OK_SUCCESS(parse(EXAMPLE_VKEY, &key), "the example's vkey is read");
	if (key == NULL)
		return;
	OK(siglet_slice_is(siglet_note_key_name(key), "example.com/foo") &&
		   siglet_note_key_type(key) == SIGLET_NOTE_ED25519 &&
		   siglet_note_key_is_usable(key),
	   "its name and type");
	OK_SUCCESS(siglet_note_key_verifier(key, &verifier), "it gives a verifier");
	OK_SUCCESS(siglet_note_verify(&note, &verifier), "which verifies the example");
	OK_SUCCESS(siglet_note_key_verify(key, &note, &time_s), "as the key itself does");
	OK(time_s == 0, "without a time");
	siglet_note_key_free(key);
}

static void ecdsa_is_over_sha256_whatever_the_curve(void)
{
	const siglet_note note = note_of(VECTOR_TEXT, VECTOR_ORIGIN, VECTOR_ECDSA_LINE);
	const siglet_note other = note_of(VECTOR_TEXT, VECTOR_ORIGIN, VECTOR_ECDSA_SHA384_LINE);
	siglet_note_verifier verifier = { 0 };
	siglet_note_key *key = NULL;

	OK_SUCCESS(parse(VECTOR_ECDSA_VKEY, &key), "an ECDSA key on P-384 is read");
	if (key == NULL)
		return;
	OK(siglet_note_key_type(key) == SIGLET_NOTE_ECDSA, "its type");
	OK_SUCCESS(siglet_note_key_verifier(key, &verifier), "it gives a verifier");
	OK_SUCCESS(siglet_note_verify(&note, &verifier), "which verifies SHA-256");
	OK_ERROR(siglet_note_verify(&other, &verifier), SIGLET_E_MISMATCH, "and not SHA-384");
	siglet_note_key_free(key);
}

static void ids_are_computed(void)
{
	static const uint8_t raw[32] = { 0xe9, 0x32, 0x79, 0x1a, 0xe6, 0xe7, 0xa8, 0x40,
					 0xa4, 0x61, 0x64, 0xc9, 0x04, 0x78, 0x64, 0x26,
					 0xd5, 0xe7, 0x82, 0x1d, 0xd8, 0xb2, 0x9a, 0x00,
					 0xd6, 0x1c, 0xae, 0x72, 0xaf, 0xdd, 0x4d, 0xa4 };
	const siglet_slice name = siglet_slice_str("example.com/foo");
	const siglet_slice material = siglet_slice_of(raw, sizeof(raw));
	uint8_t id[4] = { 0 }, other[4] = { 0 };

	OK_SUCCESS(siglet_note_key_id(SIGLET_NOTE_ED25519, name, material, id), "an id");
	OK(memcmp(id, "\x53\x0d\x90\x3a", 4) == 0, "the example's");
	OK_SUCCESS(siglet_note_key_id(SIGLET_NOTE_COSIGNATURE, name, material, other), "another");
	OK(memcmp(id, other, 4) != 0, "which differs, with the type");
	OK_SUCCESS(siglet_note_key_id(SIGLET_NOTE_ECDSA, name, material, id), "of ECDSA");
	OK_SUCCESS(siglet_note_key_id(SIGLET_NOTE_ECDSA, siglet_slice_str("x"), material, other),
		   "and of another name");
	OK(memcmp(id, other, 4) == 0, "the same: ECDSA's id knows no name");
	OK_ERROR(siglet_note_key_id((siglet_note_type)0x05, name, material, id),
		 SIGLET_E_UNSUPPORTED, "no id for a type that is not known");
}

static void malformed_vkeys_are_refused(void)
{
	static const struct {
		const char *vkey;
		siglet_code code;
		const char *claim;
	} cases[] = {
		{ "", SIGLET_E_MALFORMED, "nothing" },
		{ "example.com/foo", SIGLET_E_MALFORMED, "a name alone" },
		{ "example.com/foo+530d903a", SIGLET_E_MALFORMED, "no key" },
		{ "example.com/foo+530d903a+", SIGLET_E_MALFORMED, "an empty key" },
		{ "example.com/foo+530d903a+AQ==", SIGLET_E_MALFORMED, "a type alone" },
		{ "example.com/foo+530d903+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		  SIGLET_E_MALFORMED, "an id of seven digits" },
		{ "example.com/foo+0530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		  SIGLET_E_MALFORMED, "an id of nine digits" },
		{ "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		  SIGLET_E_MALFORMED, "an id in capitals" },
		{ "example.com/foo+530d903g+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		  SIGLET_E_MALFORMED, "an id that is not hex" },
		{ "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		  SIGLET_E_MISMATCH, "another id" },
		{ "example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		  SIGLET_E_MISMATCH, "another name" },
		{ "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2l",
		  SIGLET_E_MISMATCH, "another key" },
		{ "example.com/foo+530d903a-AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		  SIGLET_E_MALFORMED, "another sign before the key" },
		{ "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", SIGLET_E_MALFORMED,
		  "no name" },
		{ "a b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", SIGLET_E_MALFORMED,
		  "a name with a space" },
		{ "a\xc2\xa0+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		  SIGLET_E_MALFORMED, "a name with a no-break space" },
		{ "a\tb+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", SIGLET_E_MALFORMED,
		  "a name with a tab" },
		{ "a\xff+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", SIGLET_E_MALFORMED,
		  "a name that is not UTF-8" },
		{ "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2",
		  SIGLET_E_MALFORMED, "base64 that is cut" },
		{ "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k+",
		  SIGLET_E_MALFORMED, "a fourth part" },
		{ "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n",
		  SIGLET_E_MALFORMED, "a newline behind" },
		{ "example.com/foo+530d903a+BekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		  SIGLET_E_UNSUPPORTED, "type 5, of Certificate Transparency" },
		{ "example.com/foo+530d903a+/+kyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		  SIGLET_E_UNSUPPORTED, "type 255" },
		{ "example.com/foo+530d903a+AOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		  SIGLET_E_UNSUPPORTED, "type 0" },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++)
		OK_ERROR(try(cases[i].vkey), cases[i].code, "refused: %s", cases[i].claim);
}

/* "NAME+ID+KEY" with the id that fits, whatever the material. */
static siglet_err *try_material(siglet_note_type type, const char *name, siglet_slice material)
{
	siglet_buf vkey, key;
	uint8_t id[4] = { 0 };
	siglet_err *err;

	siglet_buf_init(&vkey, MAX_WITNESS_TEXT);
	siglet_buf_init(&key, MAX_WITNESS_TEXT);
	well(siglet_note_key_id(type, siglet_slice_str(name), material, id));
	well(siglet_buf_append_byte(&key, (uint8_t)type));
	well(siglet_buf_append(&key, material));
	well(siglet_buf_printf(&vkey, "%s+%02x%02x%02x%02x+", name, id[0], id[1], id[2], id[3]));
	well(siglet_base64_encode(siglet_buf_slice(&key), &vkey));
	err = try(siglet_buf_text(&vkey));
	siglet_buf_clear(&key);
	siglet_buf_clear(&vkey);
	return err;
}

static void keys_fit_their_type(void)
{
	static const uint8_t zeros[1313];
	char name[300];
	siglet_signer *ed25519 = NULL, *p256 = NULL;

	well(siglet_signer_generate(siglet_key_details_registry(siglet_slice_str("ed25519")),
				    &ed25519));
	well(siglet_signer_generate(
		siglet_key_details_registry(siglet_slice_str("ecdsa-sha2-256-nistp256")), &p256));
	OK_SUCCESS(try_material(SIGLET_NOTE_ED25519, "n",
				siglet_key_raw(siglet_signer_key(ed25519))),
		   "Ed25519 in 32 bytes");
	OK_ERROR(try_material(SIGLET_NOTE_ED25519, "n", siglet_slice_of(zeros, 31)),
		 SIGLET_E_MALFORMED, "not in 31");
	OK_ERROR(try_material(SIGLET_NOTE_COSIGNATURE, "n", siglet_slice_of(zeros, 33)),
		 SIGLET_E_MALFORMED, "nor in 33");
	OK_SUCCESS(try_material(SIGLET_NOTE_ECDSA, "n", siglet_key_spki(siglet_signer_key(p256))),
		   "ECDSA in a SubjectPublicKeyInfo");
	OK_ERROR(try_material(SIGLET_NOTE_ECDSA, "n", siglet_key_spki(siglet_signer_key(ed25519))),
		 SIGLET_E_MALFORMED, "no Ed25519 in the place of ECDSA");
	OK_ERROR(try_material(SIGLET_NOTE_ECDSA, "n", siglet_slice_of(zeros, 65)),
		 SIGLET_E_MALFORMED, "and no bytes of nothing");
	OK_ERROR(try_material(SIGLET_NOTE_COSIGNATURE_ML_DSA, "n", siglet_slice_of(zeros, 1311)),
		 SIGLET_E_MALFORMED, "ML-DSA-44 not in 1311 bytes");
	OK_ERROR(try_material(SIGLET_NOTE_COSIGNATURE_ML_DSA, "n", siglet_slice_of(zeros, 1313)),
		 SIGLET_E_MALFORMED, "nor in 1313");
	memset(name, 'n', sizeof(name));
	name[255] = '\0';
	OK_SUCCESS(try_material(SIGLET_NOTE_COSIGNATURE_ML_DSA, name, siglet_slice_of(zeros, 1312)),
		   "its cosigner's name of 255 bytes");
	name[255] = 'n';
	name[256] = '\0';
	OK_ERROR(try_material(SIGLET_NOTE_COSIGNATURE_ML_DSA, name, siglet_slice_of(zeros, 1312)),
		 SIGLET_E_MALFORMED, "and not of 256");
	siglet_signer_free(p256);
	siglet_signer_free(ed25519);
}

static void vkeys_are_bounded(void)
{
	static char text[SIGLET_MAX_VKEY_BYTES + 2];

	memset(text, 'n', sizeof(text) - 1);
	OK_ERROR(try(text), SIGLET_E_LIMIT, "a vkey of one byte too many");
	text[SIGLET_MAX_VKEY_BYTES] = '\0';
	OK_ERROR(try(text), SIGLET_E_MALFORMED, "one byte less is read");
}

static void keys_are_compared_without_their_names(void)
{
	witness w = witness_new("one"), other = witness_new("one");
	siglet_note_key *keys[4] = { NULL };
	siglet_buf vkey;

	siglet_buf_init(&vkey, MAX_WITNESS_TEXT);
	for (size_t i = 0; i < 4; i++) {
		siglet_buf_truncate(&vkey, 0);
		w.name = i == 2 ? "two" : "one";
		witness_put_vkey(i == 3 ? &other : &w, i == 1 ? 0x01 : 0x04, &vkey);
		well(parse(siglet_buf_text(&vkey), &keys[i]));
	}
	OK(siglet_note_key_equal(keys[0], keys[1]), "a key is the same under another type");
	OK(siglet_note_key_equal(keys[0], keys[2]), "and under another name");
	OK(!siglet_note_key_equal(keys[0], keys[3]), "another key is not");
	for (size_t i = 0; i < 4; i++)
		siglet_note_key_free(keys[i]);
	siglet_buf_clear(&vkey);
	witness_free(&other);
	witness_free(&w);
}

static void cosigning_keys_give_no_plain_verifier(void)
{
	static const char *const vkeys[] = { VECTOR_ED25519_VKEY, VECTOR_ML_DSA_VKEY };

	for (size_t i = 0; i < 2; i++) {
		siglet_note_verifier verifier = { 0 };
		siglet_note_key *key = NULL;

		OK_SUCCESS(parse(vkeys[i], &key), "a cosigning key is read");
		if (key == NULL)
			continue;
		OK_ERROR(siglet_note_key_verifier(key, &verifier), SIGLET_E_UNSUPPORTED,
			 "it gives no verifier that would leave its time out");
		OK(verifier.key == NULL, "and leaves the output alone");
		siglet_note_key_free(key);
	}
}

int main(void)
{
	siglet_arena_init(&arena, 16u << 20);
	the_example_verifies();
	ecdsa_is_over_sha256_whatever_the_curve();
	ids_are_computed();
	malformed_vkeys_are_refused();
	keys_fit_their_type();
	vkeys_are_bounded();
	keys_are_compared_without_their_names();
	cosigning_keys_give_no_plain_verifier();
	siglet_arena_clear(&arena);
	return tap_done();
}
