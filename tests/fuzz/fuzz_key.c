/*
 * A public key: read as SPKI, as PKCS#1 and as PEM; one that is taken must keep its bytes, be the
 * same when read again, and call nothing its signature that is none.
 */
#include <stdint.h>
#include <stdlib.h>

#include <openssl/err.h>

#include "crypto/crypto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool condition)
{
	if (!condition)
		abort();
}

/* Nobody signed the input with a key that the same input brings. */
static void refuse_signatures(const siglet_key *key, siglet_slice input)
{
	for (int i = 0; i <= SIGLET_SCHEME_ML_DSA + 1; i++) {
		siglet_err *err = siglet_key_verify(key, (siglet_scheme)i, input, input);

		need(err != NULL);
		siglet_err_free(err);
		need(ERR_peek_error() == 0);
	}
}

static void exercise(siglet_key *key, siglet_slice input)
{
	const siglet_slice spki = siglet_key_spki(key);
	const siglet_key_details *details = siglet_key_details_default(key);
	siglet_scheme schemes[SIGLET_MAX_SCHEMES];
	siglet_key *again = NULL;

	need(siglet_key_from_spki(spki, &again) == NULL);
	need(siglet_key_equal(key, again));
	need(siglet_key_type_of(key) == siglet_key_type_of(again));
	siglet_key_free(again);
	need(siglet_key_schemes(key, schemes) > 0);
	if (details != NULL) {
		need(siglet_key_from_details(details, spki, &again) == NULL);
		siglet_key_free(again);
	}
	refuse_signatures(key, input);
	siglet_key_free(key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const siglet_slice input = siglet_slice_of(data, size);
	siglet_key *key = NULL;
	siglet_err *err = siglet_key_from_spki(input, &key);

	if (err == NULL) {
		need(siglet_slice_equal(siglet_key_spki(key), input));
		exercise(key, input);
	}
	siglet_err_free(err);
	need(ERR_peek_error() == 0);

	key = NULL;
	err = siglet_key_from_details(siglet_key_details_number(1), input, &key);
	if (err == NULL)
		exercise(key, input);
	siglet_err_free(err);
	need(ERR_peek_error() == 0);

	key = NULL;
	err = siglet_key_from_pem(input, &key);
	if (err == NULL)
		exercise(key, input);
	siglet_err_free(err);
	need(ERR_peek_error() == 0);
	return 0;
}
