#include <stdlib.h>
#include <string.h>

#include "note/note_internal.h"

/* Verifier keys: a name, and a key that signs notes in one way under it. */

#define ID_DIGITS (2 * (size_t)SIGLET_NOTE_ID_SIZE)
#define MAX_COSIGNER_NAME 255 /* tlog-cosignature: a length of one byte */

struct siglet_note_key {
	siglet_note_type type;
	siglet_buf name, material;
	uint8_t id[SIGLET_NOTE_ID_SIZE];
	siglet_key *key; /* NULL: OpenSSL has no such algorithm */
	siglet_scheme scheme;
};

typedef struct kind {
	siglet_note_type type;
	siglet_key_type key_type; /* 0: the material is a SubjectPublicKeyInfo */
	siglet_scheme scheme;
} kind;

static const kind *find_kind(unsigned type)
{
	static const kind kinds[] = {
		{ SIGLET_NOTE_ED25519, SIGLET_KEY_ED25519, SIGLET_SCHEME_ED25519 },
		{ SIGLET_NOTE_ECDSA, 0, SIGLET_SCHEME_ECDSA_SHA256 },
		{ SIGLET_NOTE_COSIGNATURE, SIGLET_KEY_ED25519, SIGLET_SCHEME_ED25519 },
		{ SIGLET_NOTE_COSIGNATURE_ML_DSA, SIGLET_KEY_ML_DSA_44, SIGLET_SCHEME_ML_DSA },
	};

	for (size_t i = 0; i < SIGLET_COUNT(kinds); i++)
		if ((unsigned)kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

siglet_err *siglet_note_key_id(siglet_note_type type, siglet_slice name, siglet_slice material,
			       uint8_t ret_id[SIGLET_NOTE_ID_SIZE])
{
	const uint8_t separator[2] = { '\n', (uint8_t)type };
	const siglet_slice parts[] = { name, siglet_slice_of(separator, sizeof(separator)),
				       material };
	const bool is_bare = type == SIGLET_NOTE_ECDSA; /* hashed without name and type */
	siglet_digest digest = { 0 };
	siglet_err *err;

	if (find_kind((unsigned)type) == NULL)
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "a key of type 0x%02x", (unsigned)type);
	err = is_bare ? siglet_crypto_sha256(&parts[2], 1, &digest)
		      : siglet_crypto_sha256(parts, SIGLET_COUNT(parts), &digest);
	if (err == NULL)
		memcpy(ret_id, digest.bytes, SIGLET_NOTE_ID_SIZE);
	return err;
}

/* The three parts; the last may hold a plus of its own. */
static siglet_err *split(siglet_slice vkey, siglet_slice *ret_name, siglet_slice *ret_id,
			 siglet_slice *ret_key)
{
	const uint8_t *plus = vkey.len == 0 ? NULL : memchr(vkey.ptr, '+', vkey.len);
	size_t name_len;

	if (plus == NULL)
		return siglet_err_new(SIGLET_E_MALFORMED, "not NAME+ID+KEY");
	name_len = (size_t)(plus - vkey.ptr);
	if (vkey.len < name_len + 1 + ID_DIGITS + 1 || plus[1 + ID_DIGITS] != '+')
		return siglet_err_new(SIGLET_E_MALFORMED, "no id of %zu hex digits", ID_DIGITS);
	*ret_name = siglet_slice_of(vkey.ptr, name_len);
	*ret_id = siglet_slice_of(plus + 1, ID_DIGITS);
	*ret_key = siglet_slice_of(plus + 1 + ID_DIGITS + 1, vkey.len - name_len - ID_DIGITS - 2);
	return NULL;
}

/* A note is UTF-8 without control characters, so no other name could ever sign one. */
static siglet_err *check_name(siglet_slice name)
{
	bool is_fit = siglet_note_name_is_valid(name) && siglet_utf8_is_valid(name);

	for (size_t i = 0; i < name.len; i++)
		is_fit = is_fit && name.ptr[i] >= 0x20;
	if (!is_fit)
		return siglet_err_new(SIGLET_E_MALFORMED, "\"%s\" is no key name",
				      siglet_text_printable(name).text);
	return NULL;
}

/* Sets type, scheme and material. */
static siglet_err *decode_material(siglet_note_key *key, siglet_slice text, kind *ret_kind)
{
	const kind *found;
	siglet_buf decoded;
	siglet_err *err;

	siglet_buf_init(&decoded, SIGLET_MAX_VKEY_BYTES);
	err = siglet_base64_decode(text, &decoded);
	if (err != NULL)
		goto out;
	if (decoded.len < 2) {
		err = siglet_err_new(SIGLET_E_MALFORMED, "a key of %zu bytes with its type",
				     decoded.len);
		goto out;
	}
	found = find_kind(decoded.ptr[0]);
	if (found == NULL) {
		err = siglet_err_new(SIGLET_E_UNSUPPORTED, "a key of type 0x%02x", decoded.ptr[0]);
		goto out;
	}
	*ret_kind = *found;
	key->type = found->type;
	key->scheme = found->scheme;
	err = siglet_buf_append(&key->material, siglet_slice_of(decoded.ptr + 1, decoded.len - 1));
out:
	siglet_buf_clear(&decoded);
	return err;
}

static siglet_err *check_id(siglet_note_key *key, siglet_slice text)
{
	siglet_buf given;
	siglet_err *err;

	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] >= 'A' && text.ptr[i] <= 'F')
			return siglet_err_new(SIGLET_E_MALFORMED, "an id in capital letters");
	siglet_buf_init(&given, SIGLET_NOTE_ID_SIZE);
	err = siglet_hex_decode(text, &given);
	if (err == NULL)
		err = siglet_note_key_id(key->type, siglet_buf_slice(&key->name),
					 siglet_buf_slice(&key->material), key->id);
	if (err == NULL && memcmp(given.ptr, key->id, sizeof(key->id)) != 0)
		err = siglet_err_new(SIGLET_E_MISMATCH,
				     "the id is %02x%02x%02x%02x by its name and key, not %s",
				     key->id[0], key->id[1], key->id[2], key->id[3],
				     siglet_text_printable(text).text);
	siglet_buf_clear(&given);
	return err;
}

static siglet_err *check_curve(const siglet_key *key)
{
	const siglet_key_type type = siglet_key_type_of(key);

	if (type == SIGLET_KEY_P256 || type == SIGLET_KEY_P384 || type == SIGLET_KEY_P521)
		return NULL;
	return siglet_err_new(SIGLET_E_MALFORMED, "the key is %s, not ECDSA",
			      siglet_key_describe(key));
}

static siglet_err *import(siglet_note_key *key, const kind *k)
{
	const siglet_slice material = siglet_buf_slice(&key->material);
	siglet_err *err;

	if (k->key_type == 0) {
		err = siglet_key_from_spki(material, &key->key);
		return err != NULL ? err : check_curve(key->key);
	}
	err = siglet_key_from_raw(k->key_type, material, &key->key);
	/* A policy may name newer keys than this build knows: they count for nothing, see quorum. */
	if (err != NULL && key->type == SIGLET_NOTE_COSIGNATURE_ML_DSA &&
	    siglet_err_code(err) == SIGLET_E_UNSUPPORTED) {
		siglet_err_free(err);
		err = NULL;
	}
	return err;
}

static siglet_err *parse_into(siglet_note_key *key, siglet_slice vkey)
{
	siglet_slice name = SIGLET_SLICE_NONE, id = SIGLET_SLICE_NONE, text = SIGLET_SLICE_NONE;
	kind k = { 0 };
	siglet_err *err;

	if (vkey.len > SIGLET_MAX_VKEY_BYTES)
		return siglet_err_new(SIGLET_E_LIMIT, "a vkey of %zu bytes, at most %d are read",
				      vkey.len, SIGLET_MAX_VKEY_BYTES);
	err = split(vkey, &name, &id, &text);
	if (err == NULL)
		err = check_name(name);
	if (err == NULL)
		err = siglet_buf_append(&key->name, name);
	if (err == NULL)
		err = decode_material(key, text, &k);
	if (err == NULL && key->type == SIGLET_NOTE_COSIGNATURE_ML_DSA &&
	    name.len > MAX_COSIGNER_NAME)
		err = siglet_err_new(SIGLET_E_MALFORMED, "a cosigner's name of %zu bytes",
				     name.len);
	if (err == NULL)
		err = check_id(key, id);
	return err != NULL ? err : import(key, &k);
}

siglet_err *siglet_note_key_parse(siglet_slice vkey, siglet_note_key **ret_key)
{
	siglet_note_key *key = siglet_calloc(1, sizeof(*key));
	siglet_err *err;

	if (key == NULL)
		return siglet_err_nomem();
	siglet_buf_init(&key->name, SIGLET_MAX_VKEY_BYTES);
	siglet_buf_init(&key->material, SIGLET_MAX_VKEY_BYTES);
	err = parse_into(key, vkey);
	if (err != NULL) {
		siglet_note_key_free(key);
		return siglet_err_wrap(err, "vkey");
	}
	*ret_key = key;
	return NULL;
}

void siglet_note_key_free(siglet_note_key *key)
{
	if (key == NULL)
		return;
	siglet_buf_clear(&key->name);
	siglet_buf_clear(&key->material);
	siglet_key_free(key->key);
	free(key);
}

siglet_slice siglet_note_key_name(const siglet_note_key *key)
{
	return siglet_buf_slice(&key->name);
}

siglet_note_type siglet_note_key_type(const siglet_note_key *key)
{
	return key->type;
}

bool siglet_note_key_is_usable(const siglet_note_key *key)
{
	return key->key != NULL;
}

/* The types of one algorithm have the same material, and those of different ones differ in length. */
bool siglet_note_key_equal(const siglet_note_key *a, const siglet_note_key *b)
{
	return siglet_slice_equal(siglet_buf_slice(&a->material), siglet_buf_slice(&b->material));
}

siglet_note_verifier siglet_note_key_lines(const siglet_note_key *key)
{
	siglet_note_verifier verifier = { .name = siglet_buf_slice(&key->name),
					  .key = key->key,
					  .scheme = key->scheme };

	memcpy(verifier.id, key->id, sizeof(verifier.id));
	return verifier;
}

siglet_err *siglet_note_key_verifier(const siglet_note_key *key, siglet_note_verifier *ret_verifier)
{
	if (key->type != SIGLET_NOTE_ED25519 && key->type != SIGLET_NOTE_ECDSA)
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "a key of cosignatures (type 0x%02x)",
				      (unsigned)key->type);
	*ret_verifier = siglet_note_key_lines(key);
	return NULL;
}
