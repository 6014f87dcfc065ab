/* What COSE and JOSE write in another way than DER: ECDSA signatures, RSA keys; and RSA PSS with larger hashes. */
#include "crypto_keys.h"

typedef struct curve {
	const char *group;
	siglet_scheme scheme;
	size_t half;
} curve;

static const curve curves[] = {
	{ "P-256", SIGLET_SCHEME_ECDSA_SHA256, 32 },
	{ "P-384", SIGLET_SCHEME_ECDSA_SHA384, 48 },
	{ "P-521", SIGLET_SCHEME_ECDSA_SHA512, 66 },
};

static void refuses_raw(const siglet_key *key, siglet_slice raw, siglet_code code,
			const char *claim)
{
	siglet_buf out;

	siglet_buf_init(&out, 1024);
	OK_ERROR(siglet_ecdsa_to_der(siglet_key_type_of(key), raw, &out), code, "%s, %s",
		 siglet_key_describe(key), claim);
	OK(out.len == 0, "… nothing is appended");
	siglet_buf_clear(&out);
}

static void refuses_der(const siglet_key *key, siglet_slice bytes, siglet_code code,
			const char *claim)
{
	siglet_buf out;

	siglet_buf_init(&out, 1024);
	OK_ERROR(siglet_ecdsa_from_der(siglet_key_type_of(key), bytes, &out), code, "%s, %s",
		 siglet_key_describe(key), claim);
	OK(out.len == 0, "… nothing is appended");
	siglet_buf_clear(&out);
}

static void neighbours_are_refused(const curve *c, const siglet_key *key, siglet_slice raw,
				   siglet_slice signature)
{
	static const uint8_t zeros[132];
	const siglet_slice none = { zeros, c->half };
	const siglet_slice r = { raw.ptr, c->half }, s = { raw.ptr + c->half, c->half };

	refuses_raw(key, siglet_slice_of(raw.ptr, raw.len - 1), SIGLET_E_LENGTH, "a byte less");
	refuses_raw(key, joined(raw, siglet_slice_of(zeros, 1)), SIGLET_E_LENGTH, "a byte more");
	refuses_raw(key, SIGLET_SLICE_NONE, SIGLET_E_LENGTH, "nothing");
	refuses_raw(key, joined(none, s), SIGLET_E_MISMATCH, "r is zero");
	refuses_raw(key, joined(r, none), SIGLET_E_MISMATCH, "s is zero");
	refuses_der(key, siglet_slice_of(signature.ptr, signature.len - 1), SIGLET_E_MALFORMED,
		    "DER that is cut");
	refuses_der(key, joined(signature, siglet_slice_of(zeros, 1)), SIGLET_E_MALFORMED,
		    "DER with a byte behind it");
	refuses_der(key, SIGLET_SLICE_NONE, SIGLET_E_MALFORMED, "no DER");
}

/* Now and then a half begins with zeros: as many signatures until that came up. */
static void both_ways(const curve *c)
{
	EVP_PKEY *pkey = make_ec(c->group);
	siglet_key *key = key_of_spki(spki_of_pkey(pkey));
	const siglet_slice m = siglet_slice_str("a message");
	const EVP_MD *md = EVP_get_digestbyname(c->half == 32	? "SHA256"
						: c->half == 48 ? "SHA384"
								: "SHA512");
	siglet_buf raw, again;
	bool same = true, verified = true, seen = false;

	OK(siglet_ecdsa_half(siglet_key_type_of(key)) == c->half, "%s: %zu bytes", c->group,
	   c->half);
	siglet_buf_init(&raw, 1024);
	siglet_buf_init(&again, 1024);
	for (int i = 0; i < 4000 && !seen; i++) {
		const siglet_slice signature = sign(pkey, md, NULL, m);

		siglet_buf_truncate(&raw, 0);
		siglet_buf_truncate(&again, 0);
		keys_need(siglet_ecdsa_from_der(siglet_key_type_of(key), signature, &raw) == NULL,
			  "halves");
		keys_need(siglet_ecdsa_to_der(siglet_key_type_of(key), siglet_buf_slice(&raw),
					      &again) == NULL,
			  "DER");
		same = same && siglet_slice_equal(signature, siglet_buf_slice(&again)) &&
		       raw.len == 2 * c->half;
		/* P-521 has nine bits in its first two bytes. */
		seen = raw.ptr[c->half == 66 ? 1 : 0] == 0;
		if (i == 0 || seen)
			verified = verified && siglet_key_verify(key, c->scheme, m,
								 siglet_buf_slice(&again)) == NULL;
		if (i == 0)
			neighbours_are_refused(c, key, siglet_buf_slice(&raw), signature);
	}
	OK(same, "%s: there and back it is the same", c->group);
	OK(verified && seen, "%s: and verifies, with leading zeros too", c->group);
	siglet_buf_clear(&again);
	siglet_buf_clear(&raw);
	siglet_key_free(key);
	EVP_PKEY_free(pkey);
}

static void other_keys_have_no_halves(void)
{
	EVP_PKEY *pkey = make_ed25519();
	siglet_key *key = key_of_spki(spki_of_pkey(pkey));
	static const uint8_t bytes[64] = { 1 };

	OK(siglet_ecdsa_half(siglet_key_type_of(key)) == 0, "Ed25519 has no r and s");
	refuses_raw(key, siglet_slice_of(bytes, 64), SIGLET_E_USAGE, "64 bytes");
	refuses_der(key, siglet_slice_of(bytes, 64), SIGLET_E_USAGE, "64 bytes");
	siglet_key_free(key);
	EVP_PKEY_free(pkey);
}

static void another_curve_is_too_large(void)
{
	EVP_PKEY *small = make_ec("P-256"), *large = make_ec("P-384");
	siglet_key *key = key_of_spki(spki_of_pkey(small));

	refuses_der(key, sign(large, EVP_sha256(), NULL, siglet_slice_str("m")), SIGLET_E_MALFORMED,
		    "numbers of P-384");
	siglet_key_free(key);
	EVP_PKEY_free(large);
	EVP_PKEY_free(small);
}

/* ---- RSA ---- */

static siglet_slice number_of(EVP_PKEY *pkey, const char *name)
{
	BIGNUM *number = NULL;
	uint8_t bytes[512];

	keys_need(EVP_PKEY_get_bn_param(pkey, name, &number) == 1, name);

	const siglet_slice kept =
		keys_keep(siglet_slice_of(bytes, (size_t)BN_bn2bin(number, bytes)));

	BN_free(number);
	return kept;
}

static void refuses_rsa(siglet_slice n, siglet_slice e, siglet_code code, const char *claim)
{
	siglet_key *key = NULL;

	OK_ERROR(siglet_key_from_rsa(n, e, &key), code, "RSA by its numbers: %s", claim);
	OK(key == NULL && queue_is_empty(), "… and leaves nothing");
}

static void rsa_keys_are_made_of_numbers(EVP_PKEY *pkey)
{
	const siglet_slice n = number_of(pkey, OSSL_PKEY_PARAM_RSA_N);
	const siglet_slice e = number_of(pkey, OSSL_PKEY_PARAM_RSA_E), zero = unhex("00");
	static const uint8_t endless[2049] = { 0x80 };
	siglet_key *key = NULL, *same = key_of_spki(spki_of_pkey(pkey));

	OK_SUCCESS(siglet_key_from_rsa(n, e, &key), "RSA by its numbers");
	OK(key != NULL && siglet_key_equal(key, same), "… is the same key");
	refuses_rsa(joined(zero, n), e, SIGLET_E_MALFORMED, "a zero before n");
	refuses_rsa(n, joined(zero, e), SIGLET_E_MALFORMED, "a zero before e");
	refuses_rsa(SIGLET_SLICE_NONE, e, SIGLET_E_MALFORMED, "no n");
	refuses_rsa(n, SIGLET_SLICE_NONE, SIGLET_E_MALFORMED, "no e");
	refuses_rsa(flipped(n, -1), e, SIGLET_E_MALFORMED, "an even n");
	refuses_rsa(siglet_slice_of(n.ptr, 255), e, SIGLET_E_UNSUPPORTED, "a short n");
	refuses_rsa(siglet_slice_of(endless, 2049), e, SIGLET_E_UNSUPPORTED, "an endless n");
	refuses_rsa(n, siglet_slice_of(endless, 9), SIGLET_E_UNSUPPORTED, "an endless e");
	refuses_rsa(n, unhex("01"), SIGLET_E_UNSUPPORTED, "e of 1");
	siglet_key_free(same);
	siglet_key_free(key);
}

static void pss_takes_larger_hashes(EVP_PKEY *pkey, const char *name, siglet_scheme scheme,
				    siglet_scheme other)
{
	siglet_key *key = key_of_spki(spki_of_pkey(pkey));
	const EVP_MD *md = EVP_get_digestbyname(name);
	const pss good = { EVP_MD_get_size(md), md }, salt = { 32, md },
		  mgf = { EVP_MD_get_size(md), EVP_sha256() };
	const siglet_slice m = siglet_slice_str("a message");
	const siglet_slice signature = sign(pkey, md, &good, m);

	OK_SUCCESS(siglet_key_verify(key, scheme, m, signature), "RSA PSS with %s", name);
	OK_ERROR(siglet_key_verify(key, scheme, siglet_slice_str("b message"), signature),
		 SIGLET_E_MISMATCH, "… not another message");
	OK_ERROR(siglet_key_verify(key, scheme, m, flipped(signature, 9)), SIGLET_E_MISMATCH,
		 "… not another signature");
	OK_ERROR(siglet_key_verify(key, other, m, signature), SIGLET_E_MISMATCH,
		 "… not under another hash");
	OK_ERROR(siglet_key_verify(key, scheme, m, sign(pkey, md, &salt, m)), SIGLET_E_MISMATCH,
		 "… not with another salt");
	OK_ERROR(siglet_key_verify(key, scheme, m, sign(pkey, md, &mgf, m)), SIGLET_E_MISMATCH,
		 "… not with another mask");
	siglet_key_free(key);
}

int main(void)
{
	for (size_t i = 0; i < SIGLET_COUNT(curves); i++)
		both_ways(&curves[i]);
	other_keys_have_no_halves();
	another_curve_is_too_large();

	EVP_PKEY *rsa = make_rsa();

	rsa_keys_are_made_of_numbers(rsa);
	pss_takes_larger_hashes(rsa, "SHA384", SIGLET_SCHEME_RSA_PSS_SHA384,
				SIGLET_SCHEME_RSA_PSS_SHA512);
	pss_takes_larger_hashes(rsa, "SHA512", SIGLET_SCHEME_RSA_PSS_SHA512,
				SIGLET_SCHEME_RSA_PSS_SHA384);
	EVP_PKEY_free(rsa);
	return keys_done();
}
