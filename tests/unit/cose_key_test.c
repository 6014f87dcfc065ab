#include "../lib/check.h"
#include "../lib/heads.h"
#include "cose/cose.h"

#include "cose_vectors.h"

/* COSE_Key, right and wrong. */

#define P256 "2001 215820" VECTOR_P256_X "225820" VECTOR_P256_Y

static siglet_err *read_key(const char *hex, siglet_cose_key *ret_key, siglet_slice *ret_kid)
{
	static uint8_t kid[64];
	siglet_buf bytes = unhex(hex);
	siglet_cbor_doc *doc = NULL;
	siglet_err *err =
		siglet_cbor_parse(heads(), siglet_buf_slice(&bytes), bytes.len, NULL, &doc);

	*ret_key = (siglet_cose_key) { 0 };
	if (err == NULL)
		err = siglet_cose_key_read(siglet_cbor_root(doc), ret_key);
	if (err == NULL && ret_key->kid.len <= sizeof(kid)) {
		/* It lives no longer than its document. */
		if (ret_key->kid.len > 0)
			memcpy(kid, ret_key->kid.ptr, ret_key->kid.len);
		*ret_kid = siglet_slice_of(kid, ret_key->kid.len);
	}
	siglet_cbor_doc_free(doc);
	siglet_buf_clear(&bytes);
	return err;
}

static void accepts(const char *hex, const char *described, const char *kid, const char *algorithm)
{
	siglet_cose_key key;
	siglet_slice read_kid = SIGLET_SLICE_NONE;

	OK_SUCCESS(read_key(hex, &key, &read_kid), "%s", described);
	if (key.key == NULL)
		exit(1);
	OK(strcmp(siglet_key_describe(key.key), described) == 0, "… is one");
	OK(siglet_slice_is(read_kid, kid), "… named \"%s\"", kid);
	OK(algorithm == NULL ? key.algorithm == NULL
			     : key.algorithm != NULL && strcmp(key.algorithm->name, algorithm) == 0,
	   "… for %s", algorithm == NULL ? "any algorithm" : algorithm);
	siglet_key_free(key.key);
}

static void refuses(const char *hex, siglet_code code, const char *text)
{
	siglet_cose_key key;
	siglet_slice kid;
	siglet_err *err = read_key(hex, &key, &kid);
	const bool good = err != NULL && siglet_err_code(err) == code && key.key == NULL &&
			  strstr(siglet_err_message(err), text) != NULL;

	if (!OK(good, "refused: %s", text))
		printf("# got: %s: %s\n", err == NULL ? "" : siglet_code_name(siglet_err_code(err)),
		       err == NULL ? "success" : siglet_err_message(err));
	siglet_err_free(err);
	siglet_key_free(key.key);
}

static void keys_of_each_type(void)
{
	accepts("a4 0102 " P256, "ECDSA P-256", "", NULL);
	accepts("a6 0102 024131 0326 " P256, "ECDSA P-256", "1", "ES256");
	accepts("a5 0102 0328 " P256, "ECDSA P-256", "", "ESP256");
	accepts("a5 0102 048102 " P256, "ECDSA P-256", "", NULL);
	accepts("a5 0102 04820102 " P256, "ECDSA P-256", "", NULL);
	accepts("a5 0102 0581 00 " P256, "ECDSA P-256", "", NULL);
	accepts("a4 0102 2002 215830" VECTOR_P384_X "225830" VECTOR_P384_Y, "ECDSA P-384", "",
		NULL);
	accepts("a4 0102 2003 215842" VECTOR_P521_X "225842" VECTOR_P521_Y, "ECDSA P-521", "",
		NULL);
	accepts("a3 0101 2006 215820" VECTOR_ED25519_X, "Ed25519", "", NULL);
	accepts("a4 0101 0327 2006 215820" VECTOR_ED25519_X, "Ed25519", "", "EdDSA");
	accepts("a3 0103 20590100" VECTOR_RSA_N "2143" VECTOR_RSA_E, "RSA 2048", "", NULL);
	accepts("a4 0103 033825 20590100" VECTOR_RSA_N "2143" VECTOR_RSA_E, "RSA 2048", "",
		"PS384");
}

static void neighbours_are_refused(void)
{
	refuses("80", SIGLET_E_MALFORMED, "byte 0: an array, not a map");
	refuses("a0", SIGLET_E_MISSING, "byte 0: a key without kty");
	refuses("a1 0102", SIGLET_E_MISSING, "a key without crv");
	refuses("a2 0102 2001", SIGLET_E_MISSING, "a key without x");
	refuses("a3 0102 2001 215820" VECTOR_P256_X, SIGLET_E_MISSING, "a key without y");
	refuses("a1 0101", SIGLET_E_MISSING, "a key without crv");
	refuses("a2 0101 2006", SIGLET_E_MISSING, "a key without x");
	refuses("a1 0103", SIGLET_E_MISSING, "a key without n");
	refuses("a2 0103 20590100" VECTOR_RSA_N, SIGLET_E_MISSING, "a key without e");
	refuses("a4 0104 " P256, SIGLET_E_UNSUPPORTED, "a key of type 4, which is not used here");
	refuses("a4 01613a " P256, SIGLET_E_UNSUPPORTED,
		"1: a name in text, which is not used here");
	refuses("a4 0140 " P256, SIGLET_E_MALFORMED, "1: a byte string, not an integer");
	refuses("a3 0102 206161 2140", SIGLET_E_UNSUPPORTED,
		"-1: a name in text, which is not used here");
	refuses("a3 0101 206161 2140", SIGLET_E_UNSUPPORTED,
		"-1: a name in text, which is not used here");
	refuses("a4 0102 2008 215820" VECTOR_P256_X "225820" VECTOR_P256_Y, SIGLET_E_UNSUPPORTED,
		"-1: curve 8, which is not used here");
	refuses("a3 0101 2007 215820" VECTOR_ED25519_X, SIGLET_E_UNSUPPORTED,
		"-1: curve 7, which is not used here");
	refuses("a3 0101 2001 215820" VECTOR_ED25519_X, SIGLET_E_UNSUPPORTED,
		"-1: curve 1, which is not used here");
	refuses("a4 0102 2001 215820" VECTOR_P256_X "22f5", SIGLET_E_UNSUPPORTED,
		"-3: a compressed point");
	refuses("a4 0102 2002 215820" VECTOR_P256_X "225820" VECTOR_P256_Y, SIGLET_E_LENGTH,
		"-2: x of 32 bytes, not 48");
	refuses("a4 0102 2001 21582100" VECTOR_P256_X "225820" VECTOR_P256_Y, SIGLET_E_LENGTH,
		"-2: x of 33 bytes, not 32");
	refuses("a4 0102 2001 215820" VECTOR_P256_X "225820" VECTOR_P256_X, SIGLET_E_MALFORMED,
		"public key");
	refuses("a4 0103 033825 20590100" VECTOR_RSA_N "214400" VECTOR_RSA_E, SIGLET_E_MALFORMED,
		"RSA exponent is empty or begins with a zero");
	refuses("a3 0103 2081"
		"00"
		"2143" VECTOR_RSA_E,
		SIGLET_E_MALFORMED, "-1: an array, not a byte string");
	refuses("a5 0102 0201 " P256, SIGLET_E_MALFORMED,
		"2: an unsigned integer, not a byte string");
}

static void keys_say_what_they_are_for(void)
{
	refuses("a5 0102 033822 " P256, SIGLET_E_MISMATCH,
		"3: ES384 is not for a key of type ECDSA P-256");
	refuses("a5 0102 033824 " P256, SIGLET_E_MISMATCH,
		"3: PS256 is not for a key of type ECDSA P-256");
	refuses("a5 0102 033818 " P256, SIGLET_E_UNSUPPORTED,
		"3: algorithm -25, which is not used here");
	refuses("a5 0102 03654553323536 " P256, SIGLET_E_UNSUPPORTED,
		"3: a name in text, which is not used here");
	refuses("a5 0102 03f5 " P256, SIGLET_E_MALFORMED, "3: a boolean, not an integer");
	refuses("a5 0102 048122 " P256, SIGLET_E_UNSUPPORTED, "4: a key that is not for verifying");
	refuses("a5 0102 048103 " P256, SIGLET_E_UNSUPPORTED, "4: a key that is not for verifying");
	refuses("a5 0102 048166766572696679 " P256, SIGLET_E_UNSUPPORTED,
		"4: a key that is not for verifying");
	refuses("a5 0102 048101 " P256, SIGLET_E_UNSUPPORTED, "4: a key that is not for verifying");
	refuses("a5 0102 0480 " P256, SIGLET_E_LENGTH, "4: an array of 0");
	refuses("a5 0102 0402 " P256, SIGLET_E_MALFORMED, "4: an unsigned integer, not an array");
}

static void private_keys_are_refused(void)
{
	refuses("a5 0102 " P256 "235820" VECTOR_P256_X, SIGLET_E_USAGE, "a private key");
	refuses("a4 0101 2006 215820" VECTOR_ED25519_X "235820" VECTOR_P256_X, SIGLET_E_USAGE,
		"a private key");
	refuses("a4 0103 20590100" VECTOR_RSA_N "2143" VECTOR_RSA_E "224101", SIGLET_E_USAGE,
		"a private key");
}

int main(void)
{
	if (heads() == NULL) {
		SKIP("built without COSE");
		return tap_done();
	}
	keys_of_each_type();
	neighbours_are_refused();
	keys_say_what_they_are_for();
	private_keys_are_refused();
	return tap_done();
}
