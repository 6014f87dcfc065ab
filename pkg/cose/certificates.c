#include "cose/cose.h"

#include <inttypes.h>

/* x5chain and x5t (RFC 9360). x5u is never fetched, and x5bag names no signer. */

void siglet_cose_chain_clear(siglet_cose_chain *chain)
{
	for (size_t i = 0; i < chain->count; i++)
		siglet_cert_free(chain->certs[i]);
	chain->count = 0;
}

static siglet_err *add_certificate(const siglet_cbor *item, siglet_cose_chain *chain)
{
	siglet_slice der = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_cbor_need_bytes(item, &der);

	if (err != NULL)
		return err;
	err = siglet_cert_parse(der, &chain->certs[chain->count]);
	if (err != NULL)
		return siglet_cbor_error_wrap(
			item, siglet_err_wrap(err, "certificate %zu of x5chain", chain->count));
	chain->count++;
	return NULL;
}

/* One certificate, or an array of two and more. */
static siglet_err *read_chain(const siglet_cbor *value, siglet_cose_chain *chain)
{
	siglet_err *err;

	if (siglet_cbor_kind_of(value) == SIGLET_CBOR_BYTES)
		return add_certificate(value, chain);
	if (siglet_cbor_count(value) > SIGLET_MAX_CHAIN)
		return siglet_cbor_error(value, SIGLET_E_LIMIT, "%zu certificates, more than %d",
					 siglet_cbor_count(value), SIGLET_MAX_CHAIN);
	err = siglet_cbor_need_array(value, 2, SIGLET_MAX_CHAIN);
	for (size_t i = 0; err == NULL && i < siglet_cbor_count(value); i++)
		err = add_certificate(siglet_cbor_at(value, i), chain);
	return err;
}

/* [hash algorithm, hash of the certificate] */
static siglet_err *check_thumbprint(const siglet_cbor *value, const siglet_cert *leaf)
{
	const siglet_slice der = siglet_cert_der(leaf);
	siglet_slice wanted = SIGLET_SLICE_NONE;
	siglet_hash hash = SIGLET_SHA256;
	siglet_digest digest;
	int64_t number = 0;
	siglet_err *err = siglet_cbor_need_array(value, 2, 2);

	if (err == NULL)
		err = siglet_cbor_need_int64(siglet_cbor_at(value, 0), &number);
	if (err == NULL && !siglet_cose_hash_find(number, &hash))
		err = siglet_cbor_error(value, SIGLET_E_UNSUPPORTED,
					"x5t by hash %" PRId64 ", which is not used here", number);
	if (err == NULL)
		err = siglet_cbor_need_hash(siglet_cbor_at(value, 1), siglet_hash_size(hash),
					    &wanted);
	if (err == NULL)
		err = siglet_crypto_hash(hash, &der, 1, &digest);
	if (err == NULL && !siglet_slice_equal(wanted, siglet_digest_slice(&digest)))
		err = siglet_cbor_error(value, SIGLET_E_MISMATCH,
					"x5t is not of the first certificate of x5chain");
	return err;
}

static siglet_err *read_bound(const siglet_cose_sign1 *message, siglet_cose_chain *chain)
{
	const siglet_cbor *inside = siglet_cose_protected(message, SIGLET_COSE_X5CHAIN);
	const siglet_cbor *outside = siglet_cose_unprotected(message, SIGLET_COSE_X5CHAIN);
	const siglet_cbor *thumbprint = siglet_cose_protected(message, SIGLET_COSE_X5T);
	siglet_err *err;

	if (inside == NULL && outside == NULL)
		return siglet_err_new(SIGLET_E_MISSING, "no certificates (x5chain) in it");
	if (inside == NULL && thumbprint == NULL)
		return siglet_cbor_error(outside, SIGLET_E_MISSING,
					 "certificates that the signature does not cover: neither "
					 "x5chain nor x5t is protected");
	err = read_chain(inside != NULL ? inside : outside, chain);
	if (err == NULL && thumbprint != NULL)
		err = check_thumbprint(thumbprint, chain->certs[0]);
	return err;
}

siglet_err *siglet_cose_chain_read(const siglet_cose_sign1 *message, siglet_cose_chain *ret_chain)
{
	siglet_cose_chain chain = { .count = 0 };
	siglet_err *err = read_bound(message, &chain);

	if (err != NULL)
		siglet_cose_chain_clear(&chain);
	else
		*ret_chain = chain;
	return err;
}
