/*
 * ct: what do the files of the CT log share?
 *
 * Every certificate of the authority goes into it before it is issued, and whatever else is
 * submitted. Its tree is that of RFC 6962, read by that and as static files (C2SP static-ct-api).
 */
#ifndef SIGLET_SANDBOX_CT_H
#define SIGLET_SANDBOX_CT_H

#include "log.h"

#define CT_PATH "/ctlog"
#define MAX_CT_BYTES 131072 /* of an entry */

/* What the log promises of an entry: the parts of an SCT (RFC 6962 section 3.2). */
typedef struct ct_promise {
	int64_t time_ms;
	uint8_t extensions[8]; /* static-ct-api: leaf_index */
	siglet_buf signature;  /* as TLS writes it; the caller clears it */
} ct_promise;

siglet_slice ct_id(const instance *in);
/*
 * Add an entry: the TBS of a precertificate, which is given too, and its issuer; or (issuer NULL)
 * a certificate. chain: what issued it, up to the root.
 */
ct_promise ct_add(instance *in, X509 *issuer, siglet_slice content, siglet_slice precert,
		  X509 *const *chain, size_t chain_count);
/* RFC 6962 section 4.1: an AddChainResponse. */
void ct_write_promise(const instance *in, const ct_promise *p, siglet_buf *ret_json);
/* A signature of the log as TLS writes it. */
void ct_sign(const instance *in, siglet_slice data, siglet_buf *ret_signature);

/* What RFC 6962 section 4.6 calls extra_data; the caller holds the lock. */
siglet_slice ct_extra(const instance *in, size_t index);
/* The next certificate of a list of them; false: there is none. */
bool ct_next_cert(siglet_slice *list, siglet_slice *ret_cert);
/* The chain that ends extra_data; is_precert as the entry is one. */
siglet_slice ct_chain(siglet_slice extra, bool is_precert, siglet_slice *ret_precert);
bool ct_is_precert(siglet_slice leaf);

/* GET: ct/v1/get-sth …, or checkpoint, tile/ and issuer/. (ct_read.c, ct_static.c) */
void ct_read_answer(instance *in, const request *q, const char *path, response *r);
void ct_static_answer(instance *in, const char *path, response *r);
/* A tree head of RFC 6962 section 3.5, signed. */
void ct_sign_head(const instance *in, int64_t time_ms, uint64_t size, const siglet_hash32 *root,
		  siglet_buf *ret_signature);

#endif
