#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "../lib/check.h"
#include "crypto/crypto.h"

static const char *const ALGORITHMS[] = {
	"ecdsa-sha2-256-nistp256",
	"ecdsa-sha2-384-nistp384",
	"ecdsa-sha2-512-nistp521",
	"ed25519",
	"ed25519-ph",
	"rsa-sign-pkcs1-3072-sha256",
	"rsa-sign-pss-3072-sha256",
	"ml-dsa-44",
	"ml-dsa-87",
};

static siglet_signer *make(const char *name)
{
	const siglet_key_details *details = siglet_key_details_registry(siglet_slice_str(name));
	siglet_signer *signer = NULL;
	siglet_err *err = details == NULL ? siglet_err_new(SIGLET_E_USAGE, "unknown")
					  : siglet_signer_generate(details, &signer);

	if (err != NULL && siglet_err_code(err) == SIGLET_E_UNSUPPORTED)
		SKIP("%s: %s", name, siglet_err_message(err));
	else
		OK(err == NULL, "%s: a key", name);
	siglet_err_free(err);
	return signer;
}

static void what_is_signed_verifies(const char *name)
{
	const siglet_slice message = siglet_slice_str("a message");
	siglet_signer *signer = make(name), *other;
	siglet_buf signature;

	if (signer == NULL)
		return;
	other = make(name);
	siglet_buf_init(&signature, 10000);
	OK_SUCCESS(siglet_signer_sign(signer, message, &signature), "%s signs", name);
	OK_SUCCESS(siglet_key_verify(siglet_signer_key(signer), siglet_signer_scheme(signer),
				     message, siglet_buf_slice(&signature)),
		   "%s: its key verifies it", name);
	OK_ERROR(siglet_key_verify(siglet_signer_key(signer), siglet_signer_scheme(signer),
				   siglet_slice_str("b message"), siglet_buf_slice(&signature)),
		 SIGLET_E_MISMATCH, "%s: not another message", name);
	OK_ERROR(siglet_key_verify(siglet_signer_key(other), siglet_signer_scheme(signer), message,
				   siglet_buf_slice(&signature)),
		 SIGLET_E_MISMATCH, "%s: nor another key", name);
	OK(ERR_peek_error() == 0, "%s: no error is left in the queue", name);
	siglet_buf_clear(&signature);
	siglet_signer_free(other);
	siglet_signer_free(signer);
}

static void a_digest_must_be_the_schemes(void)
{
	siglet_signer *signer = make("ecdsa-sha2-256-nistp256"), *whole = make("ed25519");
	siglet_digest digest = { .hash = SIGLET_SHA384 };
	siglet_buf signature;

	siglet_buf_init(&signature, 1000);
	OK_ERROR(siglet_signer_sign_digest(signer, &digest, &signature), SIGLET_E_USAGE,
		 "a SHA-384 digest");
	digest.hash = SIGLET_SHA256;
	OK_SUCCESS(siglet_signer_sign_digest(signer, &digest, &signature), "a SHA-256 digest");
	OK_SUCCESS(siglet_key_verify_digest(siglet_signer_key(signer), SIGLET_SCHEME_ECDSA_SHA256,
					    &digest, siglet_buf_slice(&signature)),
		   "verifies");
	OK_ERROR(siglet_signer_sign_digest(whole, &digest, &signature), SIGLET_E_USAGE,
		 "pure Ed25519 signs no digest");
	siglet_buf_clear(&signature);
	siglet_signer_free(whole);
	siglet_signer_free(signer);
}

static void old_algorithms_make_no_signatures(void)
{
	static const char *const old[] = { "rsa-sign-pkcs1-2048-sha256",
					   "rsa-sign-pss-2048-sha256" };
	siglet_signer *signer = NULL;

	for (size_t i = 0; i < SIGLET_COUNT(old); i++)
		OK_ERROR(siglet_signer_generate(
				 siglet_key_details_registry(siglet_slice_str(old[i])), &signer),
			 SIGLET_E_UNSUPPORTED, "%s", old[i]);
	for (int number = 1; number < 24; number++) {
		const siglet_key_details *details = siglet_key_details_number(number);

		if (details != NULL && (number < 5 || number == 6 || number == 19 || number == 20))
			OK(!siglet_key_details_may_sign(details), "%s", details->name);
	}
	OK(siglet_key_details_registry(siglet_slice_str("ecdsa")) == NULL, "half a name");
	OK(siglet_key_details_registry(SIGLET_SLICE_NONE) == NULL, "no name");
}

/* PEM of a key, encrypted where there is a phrase. */
static siglet_buf write_pem(const siglet_signer *signer, const char *phrase)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *text = NULL;
	siglet_buf pem;

	siglet_buf_init_secret(&pem, 65536);
	const int written =
		PEM_write_bio_PKCS8PrivateKey(out, siglet_signer_pkey(signer),
					      phrase == NULL ? NULL : EVP_aes_256_cbc(), phrase,
					      phrase == NULL ? 0 : (int)strlen(phrase), NULL, NULL);
	const long len = BIO_get_mem_data(out, &text);
	OK(written == 1 && siglet_buf_append(&pem, siglet_slice_of(text, (size_t)len)) == NULL,
	   "a PEM file");
	BIO_free(out);
	return pem;
}

static void keys_come_from_pem(void)
{
	siglet_signer *made = make("ecdsa-sha2-384-nistp384"), *read = NULL;
	siglet_buf plain = write_pem(made, NULL), secret = write_pem(made, "open sesame");
	const siglet_slice right = siglet_slice_str("open sesame");

	OK_SUCCESS(siglet_signer_from_pem(siglet_buf_slice(&plain), SIGLET_SLICE_NONE, &read),
		   "plain");
	OK(read != NULL && siglet_key_equal(siglet_signer_key(read), siglet_signer_key(made)) &&
		   siglet_signer_scheme(read) == SIGLET_SCHEME_ECDSA_SHA384,
	   "it is the same, and signs with its curve's hash");
	siglet_signer_free(read);
	read = NULL;
	OK_SUCCESS(siglet_signer_from_pem(siglet_buf_slice(&secret), right, &read), "encrypted");
	siglet_signer_free(read);
	read = NULL;
	OK_ERROR(siglet_signer_from_pem(siglet_buf_slice(&secret), SIGLET_SLICE_NONE, &read),
		 SIGLET_E_MISSING, "encrypted, without a passphrase");
	OK_ERROR(siglet_signer_from_pem(siglet_buf_slice(&secret), siglet_slice_str("sesame"),
					&read),
		 SIGLET_E_MISMATCH, "with a wrong one");
	OK_ERROR(siglet_signer_from_pem(siglet_slice_str("nothing"), SIGLET_SLICE_NONE, &read),
		 SIGLET_E_MALFORMED, "no PEM");
	OK_ERROR(siglet_signer_from_pem(SIGLET_SLICE_NONE, SIGLET_SLICE_NONE, &read),
		 SIGLET_E_MALFORMED, "nothing");
	OK_ERROR(siglet_signer_from_pem(
			 siglet_slice_str("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n"),
			 SIGLET_SLICE_NONE, &read),
		 SIGLET_E_UNSUPPORTED, "cosign's own format");
	OK(read == NULL && ERR_peek_error() == 0, "nothing is returned, nothing queued");
	siglet_buf_clear(&secret);
	siglet_buf_clear(&plain);
	siglet_signer_free(made);
}

static void random_bytes_differ(void)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 };

	OK_SUCCESS(siglet_crypto_random(a, sizeof(a)), "random bytes");
	OK_SUCCESS(siglet_crypto_random(b, sizeof(b)), "… and others");
	OK(memcmp(a, b, sizeof(a)) != 0, "they differ");
}

int main(void)
{
	for (size_t i = 0; i < SIGLET_COUNT(ALGORITHMS); i++)
		what_is_signed_verifies(ALGORITHMS[i]);
	a_digest_must_be_the_schemes();
	old_algorithms_make_no_signatures();
	keys_come_from_pem();
	random_bytes_differ();
	siglet_signer_free(NULL);
	return tap_done();
}
