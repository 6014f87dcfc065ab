/*
 * An identity token: what is read in it, and the name that its certificate would have.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "oidc/oidc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	siglet_token *token = NULL;
	siglet_err *err = siglet_token_parse(siglet_slice_of(data, size), &token);
	siglet_buf text;

	require((err == NULL) == (token != NULL));
	if (token != NULL) {
		siglet_buf_init(&text, 1u << 24);
		require(siglet_token_issuer(token).len > 0 && siglet_token_subject(token).len > 0);
		require(siglet_slice_equal(siglet_token_jwt(token), siglet_slice_of(data, size)));
		err = siglet_token_expected_san(token, &text);
		siglet_err_free(err);
		siglet_buf_clear(&text);
		(void)siglet_token_challenge(token);
		err = siglet_token_print_claims(token, 2, &text);
		siglet_err_free(err);
		/* The signature is nobody's business. */
		require(text.len == 0 || !siglet_slice_contains(siglet_buf_slice(&text), "c2ln"));
		siglet_buf_clear(&text);
		err = siglet_token_check(token, "sigstore", 1800000000);
		require(err != NULL || siglet_token_expires_s(token) > 1800000000);
	}
	siglet_err_free(err);
	siglet_token_free(token);
	return 0;
}
