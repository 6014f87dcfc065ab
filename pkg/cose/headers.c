#include "cose/cose.h"

#include <inttypes.h>

/* What the headers say, before any key is looked at. */

/* Only the signer may say these. RFC 9052 would let alg be unprotected; then anybody chose it. */
static const struct {
	int64_t label;
	const char *name;
} signed_only[] = {
	{ SIGLET_COSE_ALG, "alg" },
	{ SIGLET_COSE_CRIT, "crit" },
	{ SIGLET_COSE_CWT_CLAIMS, "CWT claims" },
	{ SIGLET_COSE_PAYLOAD_HASH_ALG, "payload-hash-alg" },
	{ SIGLET_COSE_PREIMAGE_CONTENT_TYPE, "preimage-content-type" },
	{ SIGLET_COSE_PAYLOAD_LOCATION, "payload-location" },
	{ SIGLET_COSE_VDS, "vds" },
};

static siglet_err *check_unprotected(const siglet_cose_sign1 *message)
{
	for (size_t i = 0; i < SIGLET_COUNT(signed_only); i++) {
		const siglet_cbor *value = siglet_cose_unprotected(message, signed_only[i].label);

		if (value != NULL)
			return siglet_cbor_error(value, SIGLET_E_MALFORMED,
						 "%s counts only in the protected header",
						 signed_only[i].name);
	}
	return NULL;
}

/* ---- kinds ---- */

static siglet_err *check_type(const siglet_cbor *value)
{
	if (value == NULL || siglet_cbor_kind_of(value) == SIGLET_CBOR_UINT ||
	    siglet_cbor_kind_of(value) == SIGLET_CBOR_TEXT)
		return NULL;
	return siglet_cbor_error(value, SIGLET_E_MALFORMED, "%s, not a media type or its number",
				 siglet_cbor_kind_name(siglet_cbor_kind_of(value)));
}

/* What nobody acts upon is still of the kind that it should be. */
static siglet_err *check_kinds(const siglet_cbor *header)
{
	const siglet_cbor *kid = siglet_cbor_get(header, SIGLET_COSE_KID);
	siglet_err *err = kid == NULL ? NULL : siglet_cbor_need(kid, SIGLET_CBOR_BYTES);

	if (err == NULL)
		err = check_type(siglet_cbor_get(header, SIGLET_COSE_CONTENT_TYPE));
	if (err == NULL)
		err = check_type(siglet_cbor_get(header, SIGLET_COSE_TYP));
	return err;
}

/* ---- alg ---- */

static siglet_err *find_algorithm(const siglet_cose_sign1 *message,
				  const siglet_cose_algorithm **ret_algorithm)
{
	const siglet_cbor *value = siglet_cose_protected(message, SIGLET_COSE_ALG);
	const siglet_cose_algorithm *algorithm;
	int64_t number = 0;
	siglet_err *err;

	if (value == NULL)
		return siglet_cbor_error(siglet_cbor_at(message->item, 0), SIGLET_E_MISSING,
					 "no alg in it");
	if (siglet_cbor_kind_of(value) == SIGLET_CBOR_TEXT)
		return siglet_cbor_error(value, SIGLET_E_UNSUPPORTED, "an algorithm in text");
	err = siglet_cbor_need_int64(value, &number);
	if (err != NULL)
		return err;
	algorithm = siglet_cose_algorithm_find(number);
	if (algorithm == NULL) {
		const char *name = siglet_cose_algorithm_name(number);

		return siglet_cbor_error(value, SIGLET_E_UNSUPPORTED,
					 "algorithm %" PRId64 "%s%s%s, which is not used here",
					 number, name == NULL ? "" : " (", name == NULL ? "" : name,
					 name == NULL ? "" : ")");
	}
	*ret_algorithm = algorithm;
	return NULL;
}

/* ---- crit ---- */

static bool is_understood(int64_t label, const siglet_cose_understood *understood)
{
	/* These are what any reader of COSE understands (RFC 9052 section 3.1). */
	if (label >= SIGLET_COSE_ALG && label <= SIGLET_COSE_KID)
		return true;
	for (size_t i = 0; i < understood->count; i++)
		if (understood->labels[i] == label)
			return true;
	return false;
}

static bool has_label(const siglet_cbor *header, const siglet_cbor *label)
{
	for (size_t i = 0; i < siglet_cbor_count(header); i++)
		if (siglet_cbor_same_key(siglet_cbor_key(header, i), label))
			return true;
	return false;
}

static siglet_err *check_critical(const siglet_cose_sign1 *message, const siglet_cbor *label,
				  const siglet_cose_understood *understood)
{
	int64_t number = 0;
	siglet_err *err;

	if (siglet_cbor_kind_of(label) == SIGLET_CBOR_TEXT)
		return siglet_cbor_error(label, SIGLET_E_UNSUPPORTED,
					 "a label that must be understood, and is not");
	err = siglet_cbor_need_int64(label, &number);
	if (err != NULL)
		return err;
	if (!has_label(message->is_protected, label))
		return siglet_cbor_error(label, SIGLET_E_MALFORMED,
					 "label %" PRId64 " is critical and not protected", number);
	if (!is_understood(number, understood))
		return siglet_cbor_error(label, SIGLET_E_UNSUPPORTED,
					 "label %" PRId64 " must be understood, and is not",
					 number);
	return NULL;
}

static siglet_err *check_crit(const siglet_cose_sign1 *message,
			      const siglet_cose_understood *understood)
{
	const siglet_cbor *crit = siglet_cose_protected(message, SIGLET_COSE_CRIT);
	siglet_err *err;

	if (crit == NULL)
		return NULL;
	err = siglet_cbor_need_array(crit, 1, SIGLET_CBOR_MAX_PAIRS);
	for (size_t i = 0; err == NULL && i < siglet_cbor_count(crit); i++)
		err = check_critical(message, siglet_cbor_at(crit, i), understood);
	return err;
}

siglet_err *siglet_cose_check(const siglet_cose_sign1 *message,
			      const siglet_cose_understood *understood,
			      const siglet_cose_algorithm **ret_algorithm)
{
	const siglet_cose_algorithm *algorithm = NULL;
	siglet_err *err = check_unprotected(message);

	if (err == NULL)
		err = check_kinds(message->is_protected);
	if (err == NULL)
		err = check_kinds(message->unprotected);
	if (err == NULL)
		err = find_algorithm(message, &algorithm);
	if (err == NULL)
		err = check_crit(message, understood);
	if (err == NULL)
		*ret_algorithm = algorithm;
	return err;
}
