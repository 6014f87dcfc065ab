#include "sandbox.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

/* Small things that several services need. */

void sandbox_end(const char *text, const char *file, int line)
{
	(void)fprintf(stderr, "siglet-sandbox: %s:%d: %s\n", file, line, text);
	exit(70);
}

void sandbox_well(siglet_err *err, const char *file, int line)
{
	if (err == NULL)
		return;
	(void)fprintf(stderr, "siglet-sandbox: %s:%d: %s\n", file, line, siglet_err_message(err));
	exit(70);
}

void put(siglet_buf *out, const char *format, ...)
{
	char text[4096];
	va_list args;

	va_start(args, format);
	const int len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	MUST(len >= 0 && (size_t)len < sizeof(text));
	WELL(siglet_buf_append(out, siglet_slice_of(text, (size_t)len)));
}

void put_base64(siglet_buf *out, siglet_slice data)
{
	WELL(siglet_base64_encode(data, out));
}

void sign_bytes(const siglet_signer *key, siglet_slice data, siglet_buf *ret_signature)
{
	WELL(siglet_signer_sign(key, data, ret_signature));
}

/* ---- other people's keys and signatures ---- */

bool verifies(const siglet_key *key, const siglet_digest *digest, siglet_slice signature)
{
	siglet_scheme schemes[SIGLET_MAX_SCHEMES];
	const size_t count = siglet_key_schemes(key, schemes);

	for (size_t i = 0; i < count; i++) {
		siglet_err *err = siglet_key_verify_digest(key, schemes[i], digest, signature);

		if (err == NULL)
			return true;
		siglet_err_free(err);
	}
	return false;
}

bool verifies_message(const siglet_key *key, siglet_slice message, siglet_slice signature)
{
	siglet_scheme schemes[SIGLET_MAX_SCHEMES];
	const size_t count = siglet_key_schemes(key, schemes);

	for (size_t i = 0; i < count; i++) {
		siglet_err *err = siglet_key_verify(key, schemes[i], message, signature);

		if (err == NULL)
			return true;
		siglet_err_free(err);
	}
	return false;
}

static siglet_key *key_of_pkey(EVP_PKEY *pkey)
{
	unsigned char *der = NULL;
	const int len = pkey == NULL ? -1 : i2d_PUBKEY(pkey, &der);
	siglet_key *key = NULL;

	if (len > 0)
		siglet_err_free(siglet_key_from_spki(siglet_slice_of(der, (size_t)len), &key));
	OPENSSL_free(der);
	siglet_crypto_clear_errors();
	return key;
}

siglet_key *key_of_cert_der(siglet_slice der)
{
	const unsigned char *at = der.ptr;
	X509 *cert = d2i_X509(NULL, &at, (long)der.len);
	siglet_key *key = cert == NULL ? NULL : key_of_pkey(X509_get0_pubkey(cert));

	X509_free(cert);
	return key;
}

siglet_key *key_of_pem(siglet_slice pem)
{
	siglet_slice left = pem;
	siglet_key *key = NULL;
	bool found = false;
	siglet_buf der;

	siglet_buf_init(&der, 65536);
	siglet_err_free(siglet_pem_next(&left, "CERTIFICATE", &der, &found));
	if (found)
		key = key_of_cert_der(siglet_buf_slice(&der));
	else
		siglet_err_free(siglet_key_from_pem(pem, &key));
	siglet_buf_clear(&der);
	return key;
}
