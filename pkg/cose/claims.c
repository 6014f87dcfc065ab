#include "cose/cose.h"

#include <string.h>

/* CWT claims in the protected header (RFC 9597): who says it, of what, since when. */

static siglet_err *read_text(const siglet_cbor *claims, int64_t key, siglet_slice *ret_text)
{
	const siglet_cbor *value = siglet_cbor_get(claims, key);
	siglet_slice text = SIGLET_SLICE_NONE;
	siglet_err *err;

	if (value == NULL)
		return NULL;
	err = siglet_cbor_need_text(value, &text);
	if (err != NULL)
		return err;
	if (text.len == 0 || text.len > SIGLET_MAX_CWT_TEXT)
		return siglet_cbor_error(value, SIGLET_E_LENGTH,
					 "a claim of %zu bytes, not 1 to %d", text.len,
					 SIGLET_MAX_CWT_TEXT);
	/* What is compared must end where it seems to end. */
	if (memchr(text.ptr, '\0', text.len) != NULL)
		return siglet_cbor_error(value, SIGLET_E_MALFORMED, "a claim with a NUL in it");
	*ret_text = text;
	return NULL;
}

/* RFC 8392 has a plain number; some write it with tag 1 (epoch-based date). */
static siglet_err *read_time(const siglet_cbor *claims, siglet_cose_claims *ret_claims)
{
	const siglet_cbor *value = siglet_cbor_get(claims, SIGLET_CWT_IAT);
	siglet_err *err;

	if (value == NULL)
		return NULL;
	if (siglet_cbor_tag(value) == 1)
		value = siglet_cbor_tagged(value);
	err = siglet_cbor_need_int64(value, &ret_claims->issued_at_s);
	ret_claims->has_issued_at = err == NULL;
	return err;
}

/* For whom, until when and since when it holds: who can't judge that must not accept it. */
static siglet_err *check_limits(const siglet_cbor *claims)
{
	static const struct {
		int64_t key;
		const char *text;
	} limits[] = {
		{ SIGLET_CWT_AUD, "aud (whom it is for)" },
		{ SIGLET_CWT_EXP, "exp (when it ends)" },
		{ SIGLET_CWT_NBF, "nbf (when it begins)" },
	};

	for (size_t i = 0; i < SIGLET_COUNT(limits); i++) {
		const siglet_cbor *value = siglet_cbor_get(claims, limits[i].key);

		if (value != NULL)
			return siglet_cbor_error(value, SIGLET_E_UNSUPPORTED,
						 "the claim %s is not judged here", limits[i].text);
	}
	return NULL;
}

siglet_err *siglet_cose_claims_read(const siglet_cose_sign1 *message,
				    siglet_cose_claims *ret_claims)
{
	const siglet_cbor *map = siglet_cose_protected(message, SIGLET_COSE_CWT_CLAIMS);
	siglet_cose_claims claims = { .is_present = map != NULL };
	siglet_err *err = NULL;

	if (map != NULL)
		err = siglet_cbor_need(map, SIGLET_CBOR_MAP);
	if (err == NULL)
		err = read_text(map, SIGLET_CWT_ISS, &claims.issuer);
	if (err == NULL)
		err = read_text(map, SIGLET_CWT_SUB, &claims.subject);
	if (err == NULL)
		err = read_time(map, &claims);
	if (err == NULL)
		err = check_limits(map);
	if (err == NULL)
		*ret_claims = claims;
	return err;
}
