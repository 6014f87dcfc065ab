#include "scitt_maker.h"

#include "cose_vectors.h"

/* Files of keys: each form, and what is none. */

static siglet_scitt_keys *keys;

static siglet_err *add(siglet_slice bytes)
{
	siglet_scitt_keys_free(keys);
	keys = NULL;
	MAKER_DO(siglet_scitt_keys_new(&keys));
	return siglet_scitt_keys_add(keys, heads(), siglet_slice_str("service.example"), bytes);
}

static void accepts(siglet_slice bytes, size_t count, const char *claim)
{
	OK_SUCCESS(add(bytes), "%s", claim);
	OK(siglet_scitt_keys_count(keys) == count, "… %zu keys", count);
	for (size_t i = 0; i < siglet_scitt_keys_count(keys); i++)
		OK(siglet_slice_is(siglet_scitt_keys_at(keys, i).issuer, "service.example"),
		   "… of that service");
}

static void accepts_hex(const char *hex, size_t count, const char *claim)
{
	siglet_buf bytes = unhex(hex);

	accepts(siglet_buf_slice(&bytes), count, claim);
	siglet_buf_clear(&bytes);
}

static void refuses(siglet_slice bytes, siglet_code code, const char *text)
{
	siglet_err *err = add(bytes);

	if (!OK(err != NULL && siglet_err_code(err) == code &&
			strstr(siglet_err_message(err), text) != NULL,
		"refused: %s", text))
		printf("# got: %s: %s\n", err == NULL ? "" : siglet_code_name(siglet_err_code(err)),
		       err == NULL ? "success" : siglet_err_message(err));
	OK(siglet_scitt_keys_count(keys) == 0, "… and no key is left of it");
	siglet_err_free(err);
}

static void refuses_hex(const char *hex, siglet_code code, const char *text)
{
	siglet_buf bytes = unhex(hex);

	refuses(siglet_buf_slice(&bytes), code, text);
	siglet_buf_clear(&bytes);
}

static void refuses_text(const char *text, siglet_code code, const char *message)
{
	refuses(siglet_slice_str(text), code, message);
}

#define P256 "2001 215820" VECTOR_P256_X "225820" VECTOR_P256_Y
#define ED25519 "a3 0101 2006 215820" VECTOR_ED25519_X

static void cose_keys_are_read(void)
{
	accepts_hex("a4 0102 " P256, 1, "one COSE_Key");
	OK(siglet_scitt_keys_at(keys, 0).kid.len == 0 &&
		   siglet_scitt_keys_at(keys, 0).algorithm == NULL,
	   "… without id and algorithm");
	accepts_hex("81 a6 0102 0243616263 0326 " P256, 1, "a set of one");
	OK(siglet_slice_is(siglet_scitt_keys_at(keys, 0).kid, "abc") &&
		   siglet_scitt_keys_at(keys, 0).algorithm != NULL,
	   "… with both");
	accepts_hex("82 a4 0102 " P256 ED25519, 2, "a set of two");
	accepts_hex("83 a1 0104 a3 0101 2004 214101 " ED25519, 1, "two that are not used, and one");
	accepts_hex("83 a1 016161 a5 0102 036161 " P256 ED25519, 1, "two that have names, and one");
	accepts_hex("82 a5 0102 04 8101 " P256 ED25519, 1,
		    "one that is not for verifying, and one");
	refuses_hex("a5 0102 04 8101 " P256, SIGLET_E_UNSUPPORTED,
		    "a key that is not for verifying");
	refuses_hex("80", SIGLET_E_LENGTH, "an array of 0");
	refuses_hex("a0", SIGLET_E_MISSING, "a key without kty");
	refuses_hex("a1 0104", SIGLET_E_UNSUPPORTED, "a key of type 4");
	refuses_hex("81 a1 0104", SIGLET_E_MISSING, "not one key that can be used here");
	refuses_hex("82 a4 0102 " P256 "a0", SIGLET_E_MISSING, "a key without kty");
	refuses_hex("82 a4 0102 " P256 "01", SIGLET_E_MALFORMED, "an unsigned integer, not a map");
	refuses_hex("82 a4 0102 " P256 "a5 0102 " P256 "2341ff", SIGLET_E_USAGE, "a private key");
	refuses_hex("a4 0102 " P256 "00", SIGLET_E_MALFORMED, "1 bytes too many");
	refuses_hex("d2 80", SIGLET_E_MALFORMED, "a tag, not an array");
}

/* From RFC 7517 appendix A.1 and RFC 8037 appendix A.2, without what is not asked for. */
#define JWK_EC                                                                                     \
	"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\"," \
	"\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\",\"use\":\"sig\",\"kid\":\"1\"}"
#define JWK_OKP                                                   \
	"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"alg\":\"EdDSA\"," \
	"\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"
#define JWK_RSA                                                                                 \
	"{\"kty\":\"RSA\",\"n\":"                                                               \
	"\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7"              \
	"aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_"      \
	"RN5w6Cf0h4QyQ5v"                                                                       \
	"-65YGjQR0_"                                                                            \
	"FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTW" \
	"hAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw\"," \
	"\"e\":\"AQAB\",\"alg\":\"PS384\",\"kid\":\"2011-04-29\"}"

#define JWK_OPS(operations)                                                \
	"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"key_ops\":" operations "," \
	"\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"

static void jwks_are_read(void)
{
	accepts(siglet_slice_str(JWK_EC), 1, "one JWK");
	OK(siglet_slice_is(siglet_scitt_keys_at(keys, 0).kid, "1"), "… with its id");
	accepts(siglet_slice_str("{\"keys\":[" JWK_EC "," JWK_OKP "," JWK_RSA "]}"), 3,
		"a set of three");
	OK(strcmp(siglet_key_describe(siglet_scitt_keys_at(keys, 0).key), "ECDSA P-256") == 0 &&
		   strcmp(siglet_key_describe(siglet_scitt_keys_at(keys, 1).key), "Ed25519") == 0 &&
		   strcmp(siglet_key_describe(siglet_scitt_keys_at(keys, 2).key), "RSA 2048") == 0,
	   "… of these types");
	OK(strcmp(siglet_scitt_keys_at(keys, 2).algorithm->name, "PS384") == 0, "… for PS384");
	accepts(siglet_slice_str(
			"\n {\"keys\":[{\"kty\":\"oct\"},{\"kty\":\"EC\",\"crv\":\"secp256k1\"},"
			"{\"kty\":\"OKP\",\"crv\":\"X25519\"},{\"use\":\"enc\"},"
			"{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ES256\",\"use\":\"enc\"}"
			"," JWK_OKP "]}"),
		1, "many that are not used, and one");
	accepts(siglet_slice_str("{\"keys\":[" JWK_OPS("[\"sign\",\"verify\"]") "," JWK_OPS(
			"[\"sign\"]") "," JWK_OPS("[\"encrypt\",\"VERIFY\"]") "]}"),
		1, "one that is for verifying, among those that are not");
	refuses_text(JWK_OPS("[\"sign\"]"), SIGLET_E_UNSUPPORTED,
		     "a key that is not for verifying");
	refuses_text(JWK_OPS("[]"), SIGLET_E_UNSUPPORTED, "a key that is not for verifying");
	refuses_text(JWK_OPS("\"verify\""), SIGLET_E_MALFORMED, "key_ops");
	refuses_text(JWK_OPS("[1]"), SIGLET_E_MALFORMED, "key_ops");
	refuses_text("{\"keys\":[]}", SIGLET_E_MISSING, "not one key that can be used here");
	refuses_text("{}", SIGLET_E_MALFORMED, "neither a JWK nor a set of them");
	refuses_text("[]", SIGLET_E_MALFORMED, "neither a JWK nor a set of them");
	refuses_text("{\"keys\":[1]}", SIGLET_E_MALFORMED, "key 0: not an object");
	refuses_text("{\"keys\":[{}]}", SIGLET_E_MISSING, "key 0: kty: missing");
	refuses_text("{\"kty\":\"EC\"", SIGLET_E_MALFORMED, "byte 11");
	refuses_text("{\"kty\":\"oct\"}", SIGLET_E_UNSUPPORTED, "a key of type oct");
	refuses_text("{\"kty\":\"EC\",\"crv\":\"P-256\"}", SIGLET_E_MISSING, "x: missing");
	refuses_text("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AQ\",\"y\":\"AQ\"}",
		     SIGLET_E_LENGTH, "x of 1 bytes, not 32");
	refuses_text("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"A+==\"}", SIGLET_E_MALFORMED,
		     "x: not base64url");
	refuses_text("{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
		     "\"x\":\"11qYAYKxCrfVS+7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
		     SIGLET_E_MALFORMED, "x: not base64url");
	refuses_text("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"A_/A\"}", SIGLET_E_MALFORMED,
		     "x: not base64url");
	refuses_text("{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
		     "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"}",
		     SIGLET_E_MALFORMED, "x: not base64url");
	refuses_text("{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
		     "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURoA\"}",
		     SIGLET_E_LENGTH, "x of 33 bytes, not 32");
	refuses_text("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"\"}", SIGLET_E_MALFORMED,
		     "x: not base64url");
	refuses_text("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"A~AA\"}", SIGLET_E_MALFORMED, "x");
	refuses_text("{\"kty\":\"EC\",\"crv\":\"P-256\","
		     "\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\","
		     "\"y\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\"}",
		     SIGLET_E_MALFORMED, "public key");
	refuses_text("{\"kty\":\"RSA\",\"n\":\"AQAB\"}", SIGLET_E_MISSING, "e: missing");
	refuses_text("{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
		     "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\",\"d\":\"AQAB\"}",
		     SIGLET_E_USAGE, "a private key");
	refuses_text("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"alg\":\"ES256\","
		     "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
		     SIGLET_E_MISMATCH, "ES256 is not for a key of type Ed25519");
	refuses_text("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"alg\":\"HS256\","
		     "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
		     SIGLET_E_UNSUPPORTED, "algorithm HS256");
	refuses_text("{\"kty\":\"OKP\",\"kid\":1}", SIGLET_E_MALFORMED, "kid: a number");
}

/* ---- PEM and certificates ---- */

static siglet_buf pem_of(const char *label, siglet_slice der, unsigned times)
{
	siglet_buf pem = maker_buf();

	for (unsigned i = 0; i < times; i++)
		MAKER_DO(siglet_pem_encode(label, der, &pem));
	return pem;
}

static void pem_is_read(void)
{
	siglet_signer *signer = maker_signer("PKIX_ECDSA_P256_SHA_256");
	const siglet_slice spki = siglet_key_spki(siglet_signer_key(signer));
	siglet_buf pem = pem_of("PUBLIC KEY", spki, 2);

	accepts(siglet_buf_slice(&pem), 2, "public keys in PEM");
	OK(siglet_key_equal(siglet_scitt_keys_at(keys, 1).key, siglet_signer_key(signer)),
	   "… are those");
	siglet_buf_clear(&pem);
	pem = pem_of("PRIVATE KEY", spki, 1);
	refuses(siglet_buf_slice(&pem), SIGLET_E_MALFORMED, "PRIVATE KEY");
	siglet_buf_clear(&pem);
	pem = pem_of("PUBLIC KEY", siglet_slice_of(spki.ptr, spki.len - 1), 1);
	refuses(siglet_buf_slice(&pem), SIGLET_E_MALFORMED, "");
	siglet_buf_clear(&pem);
	pem = pem_of("CERTIFICATE", spki, 1);
	refuses(siglet_buf_slice(&pem), SIGLET_E_MALFORMED, "");
	siglet_buf_clear(&pem);
	refuses_text("no key here\n", SIGLET_E_MISSING, "not one key that can be used here");
	refuses_text("", SIGLET_E_MISSING, "not one key that can be used here");
	siglet_signer_free(signer);
}

/* The certificate of cose-wg's examples once more, as PEM and in CCF's list. */
#define ALICE_BASE64                                                                           \
	"MIIBqTCCAVCgAwIBAgIUTjAZVIQpook9BLjtuhQ7j30XsnYwCgYIKoZIzj0EAwIwLDEqMCgGA1UEAxMhU2Ft" \
	"cGxlIENPU0UgQ2VydGlmaWNhdGUgQXV0aG9yaXR5MCAXDTIwMTIwMjE3MjcyNVoYDzIwNTMxMDEwMTcyNzI1" \
	"WjAZMRcwFQYDVQQDEw5BbGljZSBMb3ZlbGFjZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIY6p7wDJnFq" \
	"pZ21v2bMZg0FkdUeSJG8Lmqbr/UHfZJ8rU7tSCp5hb4BnpsZNsFuABkOi8xI7hLTX/ifD8egmcqjYTBfMAwG" \
	"A1UdEwEB/wQCMAAwDwYDVR0PAQH/BAUDAweAADAdBgNVHQ4EFgQUEVFVWwH/P23d+eVxKtP/cqLZTWIwHwYD" \
	"VR0jBBgwFoAUHm/E0MDaAEqEJ8u9P+BameotLREwCgYIKoZIzj0EAwIDRwAwRAIgOP+SB4crpNaFcAd0eD01" \
	"vltFr1kmWoVnrpUtcYLVy6ACIBY6GDiO/mMQUXOFRYq007v3oMI9nIfaHPN4iE+7zchs"

static void service_certificates_are_read(void)
{
	siglet_buf der = maker_buf(), pem;

	MAKER_DO(siglet_base64_decode(siglet_slice_str(ALICE_BASE64), &der));
	pem = pem_of("CERTIFICATE", siglet_buf_slice(&der), 2);
	accepts(siglet_buf_slice(&pem), 2, "certificates in PEM");
	accepts(siglet_slice_str("{\"parameters\":[{\"serviceCertificate\":\"" ALICE_BASE64
				 "\",\"treeAlgorithm\":\"CCF\"}]}"),
		1, "CCF's list");
	refuses_text("{\"parameters\":[]}", SIGLET_E_MISSING, "not one key that can be used here");
	refuses_text("{\"parameters\":[{}]}", SIGLET_E_MISSING,
		     "service 0: serviceCertificate: missing");
	refuses_text("{\"parameters\":[{\"serviceCertificate\":\"AAAA\"}]}", SIGLET_E_MALFORMED,
		     "service 0");
	siglet_buf_clear(&pem);
	siglet_buf_clear(&der);
}

/* ---- ceilings ---- */

static void keys_are_bounded(void)
{
	siglet_buf set = maker_buf(), one = unhex("a4 0102 " P256);
	siglet_cbor_writer w;

	for (size_t count = SIGLET_MAX_SCITT_KEYS; count <= SIGLET_MAX_SCITT_KEYS + 1; count++) {
		siglet_buf_truncate(&set, 0);
		siglet_cbor_writer_init(&w, heads(), &set);
		siglet_cbor_write_begin_array(&w);
		for (size_t i = 0; i < count; i++)
			siglet_cbor_write_raw(&w, siglet_buf_slice(&one));
		siglet_cbor_write_end_array(&w);
		MAKER_DO(siglet_cbor_writer_finish(&w));
		if (count == SIGLET_MAX_SCITT_KEYS)
			OK_SUCCESS(add(siglet_buf_slice(&set)), "as many keys as may be");
		else
			refuses(siglet_buf_slice(&set), SIGLET_E_LENGTH, "an array of 257");
	}
	siglet_buf_truncate(&set, 0);
	while (set.len <= SIGLET_MAX_SCITT_KEY_BYTES)
		MAKER_DO(siglet_buf_append_str(&set, "# nothing but words, line after line\n"));
	refuses(siglet_buf_slice(&set), SIGLET_E_LIMIT, "bytes of keys, more than");
	siglet_buf_truncate(&set, 0);
	MAKER_DO(siglet_buf_append_str(&set, JWK_EC));
	while (set.len < SIGLET_MAX_SCITT_KEY_BYTES)
		MAKER_DO(siglet_buf_append_byte(&set, ' '));
	OK_SUCCESS(add(siglet_buf_slice(&set)), "as many bytes as may be");
	MAKER_DO(siglet_buf_append_byte(&set, ' '));
	refuses(siglet_buf_slice(&set), SIGLET_E_LIMIT, "1048577 bytes of keys, more than 1048576");
	siglet_buf_clear(&one);
	siglet_buf_clear(&set);
}

static void files_add_up(void)
{
	siglet_buf one = unhex("a4 0102 " P256);

	accepts_hex("a4 0102 " P256, 1, "one file");
	for (size_t i = 1; i < SIGLET_MAX_SCITT_KEYS; i++)
		MAKER_DO(siglet_scitt_keys_add(keys, heads(), SIGLET_SLICE_NONE,
					       siglet_buf_slice(&one)));
	OK(siglet_scitt_keys_count(keys) == SIGLET_MAX_SCITT_KEYS, "many files");
	OK_ERROR(siglet_scitt_keys_add(keys, heads(), SIGLET_SLICE_NONE, siglet_buf_slice(&one)),
		 SIGLET_E_LIMIT, "one too many");
	OK(siglet_scitt_keys_count(keys) == SIGLET_MAX_SCITT_KEYS, "… leaves the others");
	siglet_buf_clear(&one);
}

int main(void)
{
	if (heads() == NULL) {
		SKIP("built without COSE");
		return tap_done();
	}
	cose_keys_are_read();
	jwks_are_read();
	pem_is_read();
	service_certificates_are_read();
	keys_are_bounded();
	files_add_up();
	siglet_scitt_keys_free(keys);
	return tap_done();
}
