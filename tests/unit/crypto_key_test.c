#include "crypto_keys.h"

#define P256_PREFIX "3059301306072a8648ce3d020106082a8648ce3d030107034200"
#define P256_ALGORITHM "301306072a8648ce3d020106082a8648ce3d030107"
/* RFC 6979 A.2.5, the public key. */
#define P256_X "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
#define P256_Y "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
#define ED25519_PREFIX "302a300506032b6570032100"
/* RFC 8032 section 7.1, TEST 1. */
#define ED25519_KEY "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

static void refused(siglet_slice spki, siglet_code code, const char *what)
{
	siglet_key *key = NULL;

	OK_ERROR(siglet_key_from_spki(spki, &key), code, "refused: %s", what);
	OK(key == NULL, "nothing is made of it");
	siglet_key_free(key);
	OK(queue_is_empty(), "OpenSSL's error queue is empty");
}

static void accepted(siglet_slice spki, siglet_key_type type, unsigned bits, const char *name)
{
	siglet_key *key = NULL;
	siglet_digest id = { 0 };

	OK_SUCCESS(siglet_key_from_spki(spki, &key), "accepted: %s", name);
	OK(queue_is_empty(), "OpenSSL's error queue is empty");
	if (key == NULL)
		return;
	OK(siglet_key_type_of(key) == type, "its type");
	OK(siglet_key_bits(key) == bits, "%u bits, not %u", bits, siglet_key_bits(key));
	OK(strcmp(siglet_key_describe(key), name) == 0, "described as %s",
	   siglet_key_describe(key));
	OK(siglet_slice_equal(siglet_key_spki(key), spki), "its encoding is kept");
	OK_SUCCESS(siglet_crypto_sha256(&spki, 1, &id), "SHA-256");
	OK(siglet_digest_equal(siglet_key_id(key), &id), "its id is the hash of that");
	OK((siglet_key_raw(key).len == 32) == (type == SIGLET_KEY_ED25519), "raw for Ed25519 only");
	siglet_key_free(key);
}

/* Each one-bit change of the bytes before the key proper, each cut and an added byte. */
static void neighbours_refused(siglet_slice spki, size_t header_len, const char *name)
{
	size_t wrong = 0;

	for (size_t bit = 0; bit < 8 * header_len; bit++) {
		const siglet_slice copy = keys_keep(spki);
		siglet_key *key = NULL;

		keys_need(copy.len == spki.len, "a copy");
		((uint8_t *)(uintptr_t)copy.ptr)[bit / 8] ^= (uint8_t)(1u << bit % 8);

		siglet_err *err = siglet_key_from_spki(copy, &key);

		wrong += err == NULL;
		siglet_err_free(err);
		siglet_key_free(key);
	}
	OK(wrong == 0, "%s: each changed bit of its header is refused", name);
	wrong = 0;
	for (size_t len = 0; len < spki.len; len++) {
		siglet_key *key = NULL;
		siglet_err *err = siglet_key_from_spki(siglet_slice_of(spki.ptr, len), &key);

		wrong += err == NULL || siglet_err_code(err) != SIGLET_E_MALFORMED;
		siglet_err_free(err);
		siglet_key_free(key);
	}
	OK(wrong == 0, "%s: each cut is malformed", name);
	refused(joined(spki, unhex("00")), SIGLET_E_MALFORMED, "a trailing byte");
	OK(queue_is_empty(), "OpenSSL's error queue is empty");
}

static void spki_takes_every_type_in_use(void)
{
	static const struct {
		const char *group, *name;
		siglet_key_type type;
		unsigned bits;
		size_t point;
	} curves[] = {
		{ "P-256", "ECDSA P-256", SIGLET_KEY_P256, 256, 65 },
		{ "P-384", "ECDSA P-384", SIGLET_KEY_P384, 384, 97 },
		{ "P-521", "ECDSA P-521", SIGLET_KEY_P521, 521, 133 },
	};

	for (size_t i = 0; i < SIGLET_COUNT(curves); i++) {
		EVP_PKEY *pkey = make_ec(curves[i].group);
		const siglet_slice spki = spki_of_pkey(pkey);

		accepted(spki, curves[i].type, curves[i].bits, curves[i].name);
		neighbours_refused(spki, spki.len - curves[i].point + 1, curves[i].name);
		EVP_PKEY_free(pkey);
	}
	accepted(unhex(P256_PREFIX "04" P256_X P256_Y), SIGLET_KEY_P256, 256, "ECDSA P-256");
	accepted(unhex(ED25519_PREFIX ED25519_KEY), SIGLET_KEY_ED25519, 256, "Ed25519");
	neighbours_refused(unhex(ED25519_PREFIX ED25519_KEY), 12, "Ed25519");
	accepted(rsa_of_size(2048, EXPONENT_F4), SIGLET_KEY_RSA, 2048, "RSA 2048");
	accepted(rsa_of_size(3072, EXPONENT_F4), SIGLET_KEY_RSA, 3072, "RSA 3072");
}

static void raw_is_the_ed25519_key(void)
{
	siglet_key *key = key_of_spki(unhex(ED25519_PREFIX ED25519_KEY));

	OK(siglet_slice_equal(siglet_key_raw(key), unhex(ED25519_KEY)), "the 32 bytes");
	siglet_key_free(key);
}

static void equal_compares_the_whole_key(void)
{
	siglet_key *a = key_of_spki(unhex(P256_PREFIX "04" P256_X P256_Y));
	siglet_key *b = key_of_spki(unhex(P256_PREFIX "04" P256_X P256_Y));
	siglet_key *c = key_of_spki(unhex(ED25519_PREFIX ED25519_KEY));
	siglet_key *d = key_of_spki(flipped(unhex(ED25519_PREFIX ED25519_KEY), -1));

	OK(siglet_key_equal(a, b), "the same key twice");
	OK(!siglet_key_equal(a, c), "keys of two types");
	OK(!siglet_key_equal(c, d), "keys that differ in the last byte");
	siglet_key_free(a);
	siglet_key_free(b);
	siglet_key_free(c);
	siglet_key_free(d);
	siglet_key_free(NULL);
}

static void spki_refuses_points_off_the_curve(void)
{
	const siglet_slice spki = unhex(P256_PREFIX "04" P256_X P256_Y);
	static const char *const groups[] = { "P-384", "P-521" };
	const siglet_slice zeros = keys_keep(siglet_slice_of((uint8_t[64]) { 0 }, 64));

	refused(flipped(spki, -1), SIGLET_E_MALFORMED, "P-256, y off by one");
	refused(flipped(spki, -64), SIGLET_E_MALFORMED, "P-256, another x");
	refused(joined(unhex(P256_PREFIX "04"), zeros), SIGLET_E_MALFORMED, "P-256, (0, 0)");
	/* (0, sqrt b) is on the curve; p stands for the same 0, but is not reduced. */
	accepted(unhex(P256_PREFIX
		       "04"
		       "0000000000000000000000000000000000000000000000000000000000000000"
		       "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4"),
		 SIGLET_KEY_P256, 256, "ECDSA P-256");
	refused(unhex(P256_PREFIX
		      "04"
		      "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
		      "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4"),
		SIGLET_E_MALFORMED, "P-256, x not below the prime");
	for (size_t i = 0; i < SIGLET_COUNT(groups); i++) {
		EVP_PKEY *pkey = make_ec(groups[i]);

		refused(flipped(spki_of_pkey(pkey), -1), SIGLET_E_MALFORMED, groups[i]);
		EVP_PKEY_free(pkey);
	}
}

static void spki_refuses_other_point_forms(void)
{
	/* y is odd: 0x99. */
	refused(spki_of(unhex(P256_ALGORITHM), unhex("03" P256_X)), SIGLET_E_UNSUPPORTED,
		"a compressed point");
	refused(spki_of(unhex(P256_ALGORITHM), unhex("07" P256_X P256_Y)), SIGLET_E_UNSUPPORTED,
		"a hybrid point");
	refused(spki_of(unhex(P256_ALGORITHM), unhex("06" P256_X P256_Y)), SIGLET_E_UNSUPPORTED,
		"a hybrid point with the wrong parity");
	refused(spki_of(unhex(P256_ALGORITHM), unhex("00")), SIGLET_E_UNSUPPORTED, "no point");
}

/* X9.62 lets a key bring its own curve: CVE-2020-0601 was a generator of the attacker's choice. */
static void spki_refuses_explicit_curves(void)
{
	EVP_PKEY *pkey = make_ec("P-256");

	keys_need(EVP_PKEY_set_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_ENCODING, "explicit") ==
			  1,
		  "explicit parameters");
	refused(spki_of_pkey(pkey), SIGLET_E_UNSUPPORTED,
		"explicit parameters, even those of P-256");
	EVP_PKEY_free(pkey);
}

static void spki_refuses_other_types(void)
{
	static const char *const groups[] = { "secp256k1", "P-224", "brainpoolP256r1" };

	for (size_t i = 0; i < SIGLET_COUNT(groups); i++) {
		EVP_PKEY *pkey = make_ec(groups[i]);

		refused(spki_of_pkey(pkey), SIGLET_E_UNSUPPORTED, groups[i]);
		EVP_PKEY_free(pkey);
	}

	EVP_PKEY *x25519 = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	EVP_PKEY *ed448 = EVP_PKEY_Q_keygen(NULL, NULL, "ED448");

	keys_need(x25519 != NULL && ed448 != NULL, "keys");
	refused(spki_of_pkey(x25519), SIGLET_E_UNSUPPORTED, "X25519");
	refused(spki_of_pkey(ed448), SIGLET_E_UNSUPPORTED, "Ed448");
	EVP_PKEY_free(x25519);
	EVP_PKEY_free(ed448);
	refused(spki_of(unhex("300b06092a864886f70d01010a"), pkcs1_of_size(2048, EXPONENT_F4)),
		SIGLET_E_UNSUPPORTED, "id-RSASSA-PSS");
	refused(spki_of(unhex("300606042a030405"), unhex("00")), SIGLET_E_UNSUPPORTED,
		"an unknown algorithm");
	refused(spki_of(unhex("300506032b6570"), unhex("00")), SIGLET_E_UNSUPPORTED,
		"Ed25519 of one byte");
}

static void spki_refuses_rsa_of_odd_sizes(void)
{
	refused(rsa_of_size(1024, EXPONENT_F4), SIGLET_E_UNSUPPORTED, "RSA of 1024 bits");
	refused(rsa_of_size(2047, EXPONENT_F4), SIGLET_E_UNSUPPORTED, "RSA of 2047 bits");
	accepted(rsa_of_size(2048, EXPONENT_F4), SIGLET_KEY_RSA, 2048, "RSA 2048");
	accepted(rsa_of_size(2049, EXPONENT_F4), SIGLET_KEY_RSA, 2049, "RSA 2049");
	accepted(rsa_of_size(16384, EXPONENT_F4), SIGLET_KEY_RSA, 16384, "RSA 16384");
	refused(rsa_of_size(16385, EXPONENT_F4), SIGLET_E_UNSUPPORTED, "RSA of 16385 bits");
}

static void spki_refuses_odd_rsa_exponents(void)
{
	accepted(rsa_of_size(2048, "020103"), SIGLET_KEY_RSA, 2048, "RSA 2048");
	accepted(rsa_of_size(2048, "020500ffffffff"), SIGLET_KEY_RSA, 2048, "RSA 2048");
	refused(rsa_of_size(2048, "020101"), SIGLET_E_UNSUPPORTED,
		"exponent 1: no signature at all");
	refused(rsa_of_size(2048, "020100"), SIGLET_E_UNSUPPORTED, "exponent 0");
	refused(rsa_of_size(2048, "020102"), SIGLET_E_UNSUPPORTED, "an even exponent");
	refused(rsa_of_size(2048, "02050100000001"), SIGLET_E_UNSUPPORTED, "exponent 2^32 + 1");
	refused(rsa_of_size(2048, "0201ff"), SIGLET_E_MALFORMED, "exponent -1");
}

static void spki_refuses_rsa_that_is_not_der(void)
{
	const siglet_slice key = pkcs1_of_size(2048, EXPONENT_F4);
	const siglet_slice n = der(
		0x02, joined(unhex("80"), flipped(siglet_slice_of((uint8_t[255]) { 0 }, 255), -1)));
	const siglet_slice even =
		der(0x02, joined(unhex("0080"), siglet_slice_of((uint8_t[255]) { 0 }, 255)));

	neighbours_refused(spki_of(unhex(RSA_ALGORITHM), key), 19, "RSA");
	refused(spki_of(unhex("300b06092a864886f70d010101"), key), SIGLET_E_MALFORMED,
		"no NULL in the algorithm");
	refused(spki_of(unhex("300e06092a864886f70d010101020105"), key), SIGLET_E_MALFORMED,
		"a number in its place");
	refused(spki_of(unhex("300e06092a864886f70d010101058100"), key), SIGLET_E_MALFORMED,
		"a length in long form");
	refused(rsa_of_size(2048, "020400010001"), SIGLET_E_MALFORMED,
		"an exponent with a leading zero");
	refused(spki_of(unhex(RSA_ALGORITHM), der(0x30, joined(n, unhex(EXPONENT_F4)))),
		SIGLET_E_MALFORMED, "a negative modulus");
	refused(spki_of(unhex(RSA_ALGORITHM), der(0x30, joined(even, unhex(EXPONENT_F4)))),
		SIGLET_E_MALFORMED, "an even modulus");
	refused(spki_of(unhex(RSA_ALGORITHM), joined(key, unhex("00"))), SIGLET_E_MALFORMED,
		"a byte behind the RSAPublicKey");
	refused(spki_of(unhex(RSA_ALGORITHM), unhex("0500")), SIGLET_E_MALFORMED,
		"no RSAPublicKey at all");
	refused(key, SIGLET_E_MALFORMED, "a bare RSAPublicKey");
	refused(der(0x30, joined(unhex(RSA_ALGORITHM), der(0x03, joined(unhex("01"), key)))),
		SIGLET_E_MALFORMED, "an unused bit in the bit string");
}

static void spki_refuses_what_is_no_key(void)
{
	const siglet_slice large = keys_keep(siglet_slice_of((uint8_t[8193]) { 0x30 }, 8193));

	refused(SIGLET_SLICE_NONE, SIGLET_E_MALFORMED, "nothing");
	refused(unhex("3000"), SIGLET_E_MALFORMED, "an empty sequence");
	refused(siglet_slice_str("-----BEGIN PUBLIC KEY-----"), SIGLET_E_MALFORMED, "text");
	refused(siglet_slice_of(large.ptr, 8192), SIGLET_E_MALFORMED, "8192 bytes of nothing");
	refused(large, SIGLET_E_UNSUPPORTED, "more bytes than any key has");
}

static void from_details(const char *name, siglet_slice bytes, siglet_code code)
{
	const siglet_key_details *details = siglet_key_details_find(siglet_slice_str(name));
	siglet_key *key = NULL;

	if (!OK(details != NULL, "%s is known", name))
		return;
	if (code == 0)
		OK_SUCCESS(siglet_key_from_details(details, bytes, &key), "%s: accepted", name);
	else
		OK_ERROR(siglet_key_from_details(details, bytes, &key), code, "%s: refused", name);
	OK((key != NULL) == (code == 0), "a key only on success");
	siglet_key_free(key);
	OK(queue_is_empty(), "OpenSSL's error queue is empty");
}

static void details_must_name_what_the_key_is(void)
{
	const siglet_slice p256 = unhex(P256_PREFIX "04" P256_X P256_Y);
	const siglet_slice ed25519 = unhex(ED25519_PREFIX ED25519_KEY);
	const siglet_slice rsa = rsa_of_size(2048, EXPONENT_F4);

	from_details("PKIX_ECDSA_P256_SHA_256", p256, 0);
	from_details("PKIX_ECDSA_P256_HMAC_SHA_256", p256, 0);
	from_details("PKIX_ECDSA_P384_SHA_384", p256, SIGLET_E_MISMATCH);
	from_details("PKIX_ED25519", p256, SIGLET_E_MISMATCH);
	from_details("PKIX_ED25519", ed25519, 0);
	from_details("PKIX_ED25519_PH", ed25519, 0);
	from_details("PKIX_ECDSA_P256_SHA_256", ed25519, SIGLET_E_MISMATCH);
	from_details("PKIX_RSA_PKCS1V15_2048_SHA256", rsa, 0);
	from_details("PKIX_RSA_PSS_2048_SHA256", rsa, 0);
	from_details("PKIX_RSA_PKCS1V15_3072_SHA256", rsa, SIGLET_E_MISMATCH);
	from_details("PKIX_RSA_PSS_4096_SHA256", rsa, SIGLET_E_MISMATCH);
	from_details("PKIX_RSA_PKCS1V5", rsa, 0);
	from_details("PKIX_RSA_PSS", rsa, 0);
	from_details("PKIX_RSA_PKCS1V5", p256, SIGLET_E_MISMATCH);
	from_details("PKIX_ECDSA_P256_SHA_256", SIGLET_SLICE_NONE, SIGLET_E_MALFORMED);
}

static void details_choose_the_encoding(void)
{
	const siglet_slice pkcs1 = pkcs1_of_size(4096, EXPONENT_F4);
	const siglet_slice spki = rsa_of_size(4096, EXPONENT_F4);
	const siglet_key_details *details =
		siglet_key_details_find(siglet_slice_str("PKCS1_RSA_PKCS1V5"));
	siglet_key *a = NULL, *b = key_of_spki(spki);

	keys_need(details != NULL, "the row");
	OK_SUCCESS(siglet_key_from_details(details, pkcs1, &a), "PKCS#1");
	OK(a != NULL && siglet_key_equal(a, b), "is the same key as its SPKI");
	OK(a != NULL && siglet_digest_equal(siglet_key_id(a), siglet_key_id(b)), "and has its id");
	siglet_key_free(a);
	siglet_key_free(b);

	from_details("PKCS1_RSA_PSS", pkcs1, 0);
	from_details("PKCS1_RSA_PKCS1V5", spki, SIGLET_E_MALFORMED);
	from_details("PKIX_RSA_PKCS1V5", pkcs1, SIGLET_E_MALFORMED);
	from_details("PKCS1_RSA_PKCS1V5", joined(pkcs1, unhex("00")), SIGLET_E_MALFORMED);
	from_details("PKCS1_RSA_PKCS1V5", pkcs1_of_size(4096, "020400010001"), SIGLET_E_MALFORMED);
	from_details("PKCS1_RSA_PKCS1V5", SIGLET_SLICE_NONE, SIGLET_E_MALFORMED);
	from_details("PKCS1_RSA_PKCS1V5", unhex("3000"), SIGLET_E_MALFORMED);
	from_details("PKCS1_RSA_PKCS1V5", pkcs1_of_size(2047, EXPONENT_F4), SIGLET_E_UNSUPPORTED);
	from_details("PKCS1_RSA_PKCS1V5",
		     keys_keep(siglet_slice_of((uint8_t[8193]) { 0x30 }, 8193)),
		     SIGLET_E_MALFORMED);
}

static const char *pem(const char *label, siglet_slice bytes)
{
	siglet_buf text;

	siglet_buf_init(&text, 1 << 16);
	keys_need(siglet_pem_encode(label, bytes, &text) == NULL, "PEM");

	const siglet_slice copy = keys_keep(siglet_buf_slice(&text));

	siglet_buf_clear(&text);
	return (const char *)copy.ptr;
}

static void from_pem(siglet_slice text, siglet_code code, const char *what)
{
	siglet_key *key = NULL;

	if (code == 0)
		OK_SUCCESS(siglet_key_from_pem(text, &key), "%s", what);
	else
		OK_ERROR(siglet_key_from_pem(text, &key), code, "refused: %s", what);
	OK((key != NULL) == (code == 0), "a key only on success");
	siglet_key_free(key);
}

static void pem_wants_exactly_one_key(void)
{
	const siglet_slice one =
		siglet_slice_str(pem("PUBLIC KEY", unhex(ED25519_PREFIX ED25519_KEY)));
	const siglet_slice other = siglet_slice_str(pem("CERTIFICATE", unhex("3000")));
	const siglet_slice long_one = siglet_slice_str(
		pem("PUBLIC KEY", siglet_slice_of((uint8_t[8193]) { 0x30 }, 8193)));
	const siglet_slice text = siglet_slice_str("A key:\n");

	from_pem(one, 0, "a PEM block");
	from_pem(joined(text, joined(one, text)), 0, "text around it");
	from_pem(joined(one, one), SIGLET_E_MALFORMED, "two keys");
	from_pem(other, SIGLET_E_MALFORMED, "a certificate");
	from_pem(joined(one, other), SIGLET_E_MALFORMED, "a certificate behind the key");
	from_pem(SIGLET_SLICE_NONE, SIGLET_E_MISSING, "nothing");
	from_pem(text, SIGLET_E_MISSING, "no PEM block");
	from_pem(siglet_slice_of(one.ptr, one.len - 10), SIGLET_E_MALFORMED, "a cut block");
	from_pem(long_one, SIGLET_E_LIMIT, "a block longer than any key");
	from_pem(siglet_slice_str(pem("PUBLIC KEY", unhex("3000"))), SIGLET_E_MALFORMED, "no SPKI");
}

int main(void)
{
	spki_takes_every_type_in_use();
	raw_is_the_ed25519_key();
	equal_compares_the_whole_key();
	spki_refuses_points_off_the_curve();
	spki_refuses_other_point_forms();
	spki_refuses_explicit_curves();
	spki_refuses_other_types();
	spki_refuses_rsa_of_odd_sizes();
	spki_refuses_odd_rsa_exponents();
	spki_refuses_rsa_that_is_not_der();
	spki_refuses_what_is_no_key();
	details_must_name_what_the_key_is();
	details_choose_the_encoding();
	pem_wants_exactly_one_key();
	return keys_done();
}
