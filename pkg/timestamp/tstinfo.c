#include "timestamp/timestamp_internal.h"

#include <openssl/objects.h>
#include <openssl/ts.h>

static siglet_err *read_imprint(TS_MSG_IMPRINT *from, siglet_digest *ret_imprint)
{
	siglet_hash hash = SIGLET_SHA256;
	siglet_err *err = siglet_timestamp_read_hash(TS_MSG_IMPRINT_get_algo(from), &hash);

	if (err != NULL)
		return siglet_err_wrap(err, "imprint");
	const siglet_slice bytes = siglet_timestamp_asn1_slice(TS_MSG_IMPRINT_get_msg(from));
	if (bytes.len != siglet_hash_size(hash))
		return siglet_err_new(SIGLET_E_MALFORMED, "imprint: %zu bytes are no %s", bytes.len,
				      siglet_hash_name(hash));
	return siglet_digest_from(hash, bytes, ret_imprint);
}

/* Some authority's serials are negative (random bytes taken for a signed number). */
static siglet_err *read_serial(const ASN1_INTEGER *from, siglet_buf *ret_hex)
{
	const siglet_slice magnitude = siglet_timestamp_asn1_slice(from);
	siglet_err *err = NULL;

	siglet_buf_init(ret_hex, 2 * magnitude.len + 1);
	if (ASN1_STRING_type(from) == V_ASN1_NEG_INTEGER)
		err = siglet_buf_append_str(ret_hex, "-");
	return err != NULL ? err : siglet_hex_encode(magnitude, ret_hex);
}

/* Only who asked can know whether it is the right one. */
static siglet_err *read_nonce(const ASN1_INTEGER *nonce, siglet_buf *ret_nonce)
{
	siglet_buf_init(ret_nonce, SIGLET_MAX_TIMESTAMP_BYTES);
	if (nonce == NULL || ASN1_STRING_type(nonce) == V_ASN1_NEG_INTEGER)
		return NULL;
	return siglet_buf_append(ret_nonce, siglet_timestamp_asn1_slice(nonce));
}

static siglet_err *read_fields(TS_TST_INFO *info, siglet_timestamp *timestamp)
{
	siglet_err *err = NULL;

	if (TS_TST_INFO_get_version(info) != 1)
		return siglet_err_new(SIGLET_E_MALFORMED, "its version is not 1");
	/* We know no extension, and one that is critical may change what the rest means. */
	if (TS_TST_INFO_get_ext_by_critical(info, 1, -1) >= 0)
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "a critical extension");
	err = read_imprint(TS_TST_INFO_get_msg_imprint(info), &timestamp->imprint);
	if (err != NULL)
		return err;
	err = siglet_timestamp_read_time(siglet_timestamp_asn1_slice(TS_TST_INFO_get_time(info)),
					 &timestamp->time_s, &timestamp->end_ms);
	if (err != NULL)
		return err;
	err = read_serial(TS_TST_INFO_get_serial(info), &timestamp->serial_hex);
	return err != NULL ? err : read_nonce(TS_TST_INFO_get_nonce(info), &timestamp->nonce);
}

siglet_err *siglet_timestamp_read_info(siglet_timestamp *timestamp)
{
	const siglet_slice der = timestamp->content;
	const uint8_t *next = der.ptr;
	TS_TST_INFO *info = d2i_TS_TST_INFO(NULL, &next, (long)der.len);
	siglet_err *err = SIGLET_ERR_UNSET;
	uint8_t *again = NULL;

	if (info == NULL) {
		err = siglet_crypto_error(SIGLET_E_MALFORMED, "no TSTInfo");
		goto out;
	}
	const int len = i2d_TS_TST_INFO(info, &again);
	err = siglet_timestamp_check_der(der, again, len, "TSTInfo");
	if (err != NULL)
		goto out;
	err = read_fields(info, timestamp);
	if (err != NULL) {
		err = siglet_err_wrap(err, "TSTInfo");
		goto out;
	}
	err = NULL; /* success */
out:
	TS_TST_INFO_free(info);
	return err;
}
