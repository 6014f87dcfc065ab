#include "cert/cert_internal.h"

#include <stdlib.h>
#include <string.h>

/*
 * The certificates of an authority. A trusted root has several authorities and a bundle needs one or
 * two, and what OpenSSL makes of a certificate costs more than a P-256 verification: so each
 * authority keeps its certificates as they are until it is first asked.
 */

/* ---- making one ---- */

static siglet_err *check_der(siglet_slice der)
{
	if (der.len > SIGLET_MAX_CERT_BYTES)
		return siglet_err_new(SIGLET_E_LIMIT, "over %d bytes", SIGLET_MAX_CERT_BYTES);
	if (!siglet_der_is_canonical(der))
		return siglet_err_new(SIGLET_E_MALFORMED, "not in DER");
	return NULL;
}

static siglet_err *copy_certs(siglet_chain *chain, const siglet_slice *der_certs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t *copy = NULL;
		siglet_err *err = check_der(der_certs[i]);

		if (err != NULL)
			return siglet_err_wrap(err, "certificate %zu", i);
		copy = siglet_calloc(der_certs[i].len, 1);
		if (copy == NULL)
			return siglet_err_nomem();
		memcpy(copy, der_certs[i].ptr, der_certs[i].len);
		chain->der[i] = copy;
		chain->der_len[i] = der_certs[i].len;
		chain->count++;
	}
	return NULL;
}

static siglet_err *make_locks(siglet_chain *chain)
{
	if (pthread_mutex_init(&chain->lock, NULL) != 0)
		return siglet_err_nomem();
	chain->has_lock = true;
	chain->memos = siglet_calloc(chain->count, sizeof(*chain->memos));
	if (chain->memos == NULL)
		return siglet_err_nomem();
	for (; chain->memo_count < chain->count; chain->memo_count++)
		if (pthread_mutex_init(&chain->memos[chain->memo_count].lock, NULL) != 0)
			return siglet_err_nomem();
	return NULL;
}

siglet_err *siglet_chain_new(siglet_purpose purpose, const siglet_slice *der_certs, size_t count,
			     siglet_chain **ret_chain)
{
	siglet_chain *chain = NULL;
	siglet_err *err = SIGLET_ERR_UNSET;

	if (count == 0)
		return siglet_err_new(SIGLET_E_MISSING, "an authority without certificates");
	if (count > SIGLET_MAX_CHAIN)
		return siglet_err_new(SIGLET_E_LIMIT, "%zu certificates, at most %d", count,
				      SIGLET_MAX_CHAIN);
	chain = siglet_calloc(1, sizeof(*chain));
	if (chain == NULL)
		return siglet_err_nomem();
	chain->purpose = purpose;
	err = copy_certs(chain, der_certs, count);
	if (err == NULL)
		err = make_locks(chain);
	if (err != NULL) {
		siglet_chain_free(chain);
		return err;
	}
	*ret_chain = chain;
	return NULL;
}

/* What opening made, all or a part of it. */
static void close_chain(siglet_chain *chain)
{
	for (size_t i = 0; i < chain->count; i++) {
		X509_STORE_free(chain->stores[i]);
		siglet_cert_free(chain->certs[i]);
		chain->stores[i] = NULL;
		chain->certs[i] = NULL;
	}
}

void siglet_chain_free(siglet_chain *chain)
{
	if (chain == NULL)
		return;
	for (size_t i = 0; i < chain->memo_count; i++)
		(void)pthread_mutex_destroy(&chain->memos[i].lock);
	free(chain->memos);
	close_chain(chain);
	for (size_t i = 0; i < chain->count; i++)
		free(chain->der[i]);
	if (chain->has_lock)
		(void)pthread_mutex_destroy(&chain->lock);
	free(chain);
}

/* ---- opening it ---- */

static siglet_err *parse_certs(siglet_chain *chain)
{
	for (size_t i = 0; i < chain->count; i++) {
		const siglet_slice der = siglet_slice_of(chain->der[i], chain->der_len[i]);
		siglet_err *err = siglet_cert_parse(der, &chain->certs[i]);

		if (err == NULL)
			err = siglet_store_new(chain->certs[i], &chain->stores[i]);
		if (err != NULL)
			return siglet_err_wrap(err, "certificate %zu of the authority", i);
	}
	if (chain->purpose == SIGLET_PURPOSE_TIMESTAMPING && !chain->certs[0]->is_ca)
		chain->first_ca = 1;
	return NULL;
}

static siglet_err *open_locked(siglet_chain *chain)
{
	siglet_err *err = chain->is_open ? NULL : parse_certs(chain);

	if (err == NULL) {
		chain->is_open = true;
		return NULL;
	}
	close_chain(chain);
	return siglet_err_code(err) == SIGLET_E_MALFORMED
		       ? siglet_err_recode(err, SIGLET_E_UNTRUSTED)
		       : err;
}

siglet_err *siglet_chain_open(const siglet_chain *shared)
{
	/* What is const to callers is what an authority answers, not when it finds out. */
	siglet_chain *chain = (siglet_chain *)(uintptr_t)shared;

	if (pthread_mutex_lock(&chain->lock) != 0)
		return siglet_err_new(SIGLET_E_INTERNAL, "a lock failed");
	siglet_err *err = open_locked(chain);
	(void)pthread_mutex_unlock(&chain->lock);
	return err;
}

/* ---- asking ---- */

size_t siglet_chain_count(const siglet_chain *chain)
{
	return chain->count;
}

const siglet_cert *siglet_chain_cert(const siglet_chain *chain, size_t index)
{
	return index < chain->count ? chain->certs[index] : NULL;
}

const siglet_cert *siglet_chain_signer(const siglet_chain *chain)
{
	return chain->first_ca == 1 ? chain->certs[0] : NULL;
}
