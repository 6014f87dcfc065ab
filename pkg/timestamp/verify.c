#include "timestamp/timestamp_internal.h"

/* ---- what the token says ---- */

int64_t siglet_timestamp_time_s(const siglet_timestamp *timestamp)
{
	return timestamp->time_s;
}

int64_t siglet_timestamp_end_ms(const siglet_timestamp *timestamp)
{
	return timestamp->end_ms;
}

siglet_slice siglet_timestamp_serial_hex(const siglet_timestamp *timestamp)
{
	return siglet_buf_slice(&timestamp->serial_hex);
}

siglet_slice siglet_timestamp_signer_name(const siglet_timestamp *timestamp)
{
	return siglet_buf_slice(&timestamp->signer_name);
}

siglet_err *siglet_timestamp_check_imprint(const siglet_timestamp *timestamp, siglet_slice data)
{
	siglet_digest digest = { .hash = timestamp->imprint.hash };
	siglet_err *err = siglet_crypto_hash(timestamp->imprint.hash, &data, 1, &digest);

	if (err != NULL)
		return err;
	if (!siglet_digest_equal(&digest, &timestamp->imprint))
		return siglet_err_new(SIGLET_E_MISMATCH, "the timestamp is of something else");
	return NULL;
}

/* ---- does it hold? ---- */

/*
 * The embedded certificate that the SignerInfo names. Two different ones with one issuer and
 * serial leave open who signed, and no honest issuer makes them.
 */
static siglet_err *find_embedded_signer(const siglet_timestamp *timestamp,
					const siglet_embedded *embedded,
					const siglet_cert **ret_signer)
{
	const siglet_cert *signer = NULL;

	for (size_t i = 0; i < embedded->count; i++) {
		const siglet_cert *cert = embedded->owned[i];

		if (!siglet_timestamp_names(timestamp, cert))
			continue;
		if (signer != NULL && !siglet_cert_equal(signer, cert))
			return siglet_err_new(SIGLET_E_UNTRUSTED, "two certificates of its signer");
		signer = cert;
	}
	if (signer == NULL)
		return siglet_err_new(SIGLET_E_UNTRUSTED, "no certificate of its signer");
	*ret_signer = signer;
	return NULL;
}

/*
 * The signer's path to the authority's anchor; embedded certificates that it needs are kept in
 * embedded. A path of the authority's own certificates is tried first: it is remembered, and what
 * a stranger embedded need not be read.
 */
static siglet_err *find_path(const siglet_timestamp *timestamp, const siglet_chain *authority,
			     siglet_embedded *embedded, const siglet_cert **ret_signer,
			     siglet_path *ret_path)
{
	siglet_err *err = siglet_chain_open(authority);
	const siglet_cert *signer;

	if (err != NULL)
		return err;
	signer = siglet_chain_signer(authority);
	if (signer != NULL) {
		if (!siglet_timestamp_names(timestamp, signer))
			return siglet_err_new(SIGLET_E_UNTRUSTED, "its signer is another one");
		*ret_signer = signer;
		err = siglet_chain_verify(authority, signer, NULL, 0, ret_path);
		if (err == NULL || siglet_err_code(err) != SIGLET_E_UNTRUSTED ||
		    timestamp->embedded == NULL)
			return err;
		siglet_err_free(err);
	}

	const siglet_cert *untrusted[SIGLET_MAX_EMBEDDED_CERTS] = { NULL };
	err = siglet_embedded_read(timestamp, embedded);
	if (err == NULL && signer == NULL)
		err = find_embedded_signer(timestamp, embedded, &signer);
	if (err != NULL)
		return err;
	*ret_signer = signer;
	for (size_t i = 0; i < embedded->count; i++)
		untrusted[i] = embedded->owned[i];
	return siglet_chain_verify(authority, signer, untrusted, embedded->count, ret_path);
}

/* At genTime, to the fraction: half a second past the end of a certificate is past it. */
static siglet_err *check_path_time(const siglet_timestamp *timestamp, const siglet_path *path)
{
	const int64_t time_s = timestamp->time_s;
	const bool fraction = timestamp->end_ms > time_s * 1000;
	siglet_err *err = siglet_path_check_time(path, time_s);

	if (err == NULL && fraction)
		err = siglet_path_check_time(path, time_s + 1);
	return err;
}

/*
 * What is cheap comes first, but no list that a stranger wrote is walked through before the
 * signature over it holds.
 */
static siglet_err *check_token(const siglet_timestamp *timestamp, const siglet_chain *authority,
			       siglet_embedded *embedded)
{
	siglet_hash hash = SIGLET_SHA256;
	siglet_path path = { .count = 0 };
	const siglet_cert *signer = NULL;
	siglet_err *err = siglet_timestamp_signature_hash(timestamp, &hash);

	if (err == NULL)
		err = siglet_timestamp_check_attributes(timestamp, hash);
	if (err == NULL)
		err = find_path(timestamp, authority, embedded, &signer, &path);
	if (err == NULL)
		err = check_path_time(timestamp, &path);
	if (err == NULL)
		err = siglet_timestamp_check_signature(timestamp, hash, signer);
	if (err == NULL)
		err = siglet_timestamp_check_ess(timestamp, &path);
	return err;
}

siglet_err *siglet_timestamp_verify(const siglet_timestamp *timestamp,
				    const siglet_chain *authority)
{
	siglet_embedded embedded = { .count = 0 };
	siglet_err *err = check_token(timestamp, authority, &embedded);

	siglet_embedded_clear(&embedded);
	siglet_crypto_clear_errors();
	return err;
}
