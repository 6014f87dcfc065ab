#include "tuf/tuf_internal.h"

/* TUF section 4.2: public keys, in all spellings that are in use. */

#define MAX_POINT_BYTES 133

/* The key's type and how it signs, by "keytype" and "scheme". */
typedef struct kind {
	const char *keytype;
	const char *scheme;
	siglet_key_type type;
	siglet_scheme how;
} kind;

static const kind kinds[] = {
	{ "ecdsa", "ecdsa-sha2-nistp256", SIGLET_KEY_P256, SIGLET_SCHEME_ECDSA_SHA256 },
	{ "ecdsa", "ecdsa-sha2-nistp384", SIGLET_KEY_P384, SIGLET_SCHEME_ECDSA_SHA384 },
	/* As python-tuf and the first production roots wrote them. */
	{ "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", SIGLET_KEY_P256,
	  SIGLET_SCHEME_ECDSA_SHA256 },
	{ "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", SIGLET_KEY_P384,
	  SIGLET_SCHEME_ECDSA_SHA384 },
	{ "ed25519", "ed25519", SIGLET_KEY_ED25519, SIGLET_SCHEME_ED25519 },
	{ "rsa", "rsassa-pss-sha256", SIGLET_KEY_RSA, SIGLET_SCHEME_RSA_PSS_SHA256_ANY_SALT },
};

static const kind *find_kind(siglet_slice keytype, siglet_slice scheme)
{
	for (size_t i = 0; i < SIGLET_COUNT(kinds); i++)
		if (siglet_slice_is(keytype, kinds[i].keytype) &&
		    siglet_slice_is(scheme, kinds[i].scheme))
			return &kinds[i];
	return NULL;
}

/* An Ed25519 key, and in the first production roots a point, is in hex; all others are in PEM. */
static siglet_err *read_public(const kind *k, siglet_slice text, siglet_key **ret_key)
{
	siglet_buf raw;
	siglet_err *err;

	if (siglet_slice_has_prefix(text, "-----BEGIN"))
		return siglet_key_from_pem(text, ret_key);
	siglet_buf_init(&raw, MAX_POINT_BYTES);
	err = siglet_hex_decode(text, &raw);
	if (err == NULL)
		err = siglet_key_from_raw(k->type, siglet_buf_slice(&raw), ret_key);
	siglet_buf_clear(&raw);
	return err;
}

siglet_err *siglet_tuf_key_read(const siglet_json *object, siglet_key **ret_key,
				siglet_scheme *ret_scheme)
{
	const siglet_json *value = siglet_json_object_get(object, "keyval");
	const siglet_slice text = siglet_json_string(siglet_json_object_get(value, "public"));
	const kind *k = find_kind(siglet_json_string(siglet_json_object_get(object, "keytype")),
				  siglet_json_string(siglet_json_object_get(object, "scheme")));
	siglet_key *key = NULL;
	siglet_err *err;

	*ret_key = NULL;
	if (k == NULL)
		return NULL;
	err = read_public(k, text, &key);
	if (err != NULL) {
		if (siglet_err_is_fault(err))
			return err;
		siglet_err_free(err);
		return NULL;
	}
	if (siglet_key_type_of(key) != k->type) {
		siglet_key_free(key);
		return NULL;
	}
	*ret_key = key;
	*ret_scheme = k->how;
	return NULL;
}
