#include "cert/cert_internal.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

/* One path: found and judged by OpenSSL, then by the rules that OpenSSL is not asked for. */

/* 112 bits: P-256, RSA of 2048 bits and SHA-256 pass, SHA-1 and MD5 do not. */
#define SECURITY_LEVEL 2

siglet_err *siglet_store_new(const siglet_cert *trusted, X509_STORE **ret_store)
{
	/*
	 * The trusted certificate may be no root. Time is checked by siglet_path_check_time, for many
	 * times and with both ends included (OpenSSL excludes notAfter). 3.0 has no code signing
	 * purpose, and its timestamping one overlooks unknown purposes: both are ours.
	 */
	const unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME;
	X509_STORE *store = X509_STORE_new();
	X509_VERIFY_PARAM *param = store == NULL ? NULL : X509_STORE_get0_param(store);

	if (param == NULL || X509_STORE_add_cert(store, trusted->x509) != 1 ||
	    X509_VERIFY_PARAM_set_flags(param, flags) != 1) {
		X509_STORE_free(store);
		return siglet_crypto_error(SIGLET_E_CRYPTO, "certificate store");
	}
	X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
	X509_VERIFY_PARAM_set_depth(param, SIGLET_MAX_CHAIN);
	*ret_store = store;
	return NULL;
}

siglet_err *siglet_path_append(siglet_path *path, const siglet_cert *cert)
{
	if (path->count == SIGLET_COUNT(path->certs))
		return siglet_err_new(SIGLET_E_UNTRUSTED, "a path of over %zu certificates",
				      SIGLET_COUNT(path->certs));
	path->certs[path->count++] = cert;
	return NULL;
}

/* ---- OpenSSL's part ---- */

static siglet_err *stack_of(const siglet_cert *const *certs, size_t count,
			    STACK_OF(X509) * *ret_stack)
{
	STACK_OF(X509) *stack = sk_X509_new_null();

	for (size_t i = 0; stack != NULL && i < count; i++) {
		if (sk_X509_push(stack, certs[i]->x509) <= 0) {
			sk_X509_free(stack);
			stack = NULL;
		}
	}
	if (stack == NULL)
		return siglet_crypto_error(SIGLET_E_NOMEM, "certificate stack");
	*ret_stack = stack;
	return NULL;
}

static siglet_err *explain(X509_STORE_CTX *ctx, int result)
{
	const int reason = X509_STORE_CTX_get_error(ctx);
	const char *text = X509_verify_cert_error_string(reason);

	if (reason == X509_V_ERR_OUT_OF_MEM) {
		siglet_crypto_clear_errors();
		return siglet_err_nomem();
	}
	if (result < 0 || reason == X509_V_OK || reason == X509_V_ERR_UNSPECIFIED)
		return siglet_crypto_error(SIGLET_E_CRYPTO, "certificate path");
	return siglet_crypto_error(SIGLET_E_UNTRUSTED, text);
}

/* OpenSSL's chain in our handles: leaf, some of untrusted, trusted. */
static siglet_err *map_chain(const STACK_OF(X509) * chain, const siglet_cert *trusted,
			     const siglet_cert *leaf, const siglet_cert *const *untrusted,
			     size_t count, siglet_path *ret_path)
{
	siglet_path path = { .count = 0 };
	const int len = sk_X509_num(chain);
	siglet_err *err = NULL;

	/* A leaf that is its own anchor is no path, nor one that ends where it was not to. */
	if (len < 2 || X509_cmp(sk_X509_value(chain, 0), leaf->x509) != 0 ||
	    X509_cmp(sk_X509_value(chain, len - 1), trusted->x509) != 0)
		return siglet_err_new(SIGLET_E_UNTRUSTED, "no path to the trusted certificate");
	err = siglet_path_append(&path, leaf);
	for (int i = 1; i < len - 1 && err == NULL; i++) {
		const siglet_cert *cert = NULL;

		for (size_t j = 0; j < count && cert == NULL; j++)
			if (X509_cmp(sk_X509_value(chain, i), untrusted[j]->x509) == 0)
				cert = untrusted[j];
		err = cert == NULL ? siglet_err_new(SIGLET_E_INTERNAL, "a certificate from nowhere")
				   : siglet_path_append(&path, cert);
	}
	if (err == NULL)
		err = siglet_path_append(&path, trusted);
	if (err == NULL)
		*ret_path = path;
	return err;
}

siglet_err *siglet_path_build(X509_STORE *store, const siglet_cert *trusted,
			      const siglet_cert *leaf, const siglet_cert *const *untrusted,
			      size_t count, siglet_path *ret_path)
{
	siglet_err *err = SIGLET_ERR_UNSET;
	STACK_OF(X509) *extra = NULL;
	X509_STORE_CTX *ctx = NULL;
	int result = 0;

	err = stack_of(untrusted, count, &extra);
	if (err != NULL)
		goto out;
	ctx = X509_STORE_CTX_new();
	if (ctx == NULL || X509_STORE_CTX_init(ctx, store, leaf->x509, extra) != 1) {
		err = siglet_crypto_error(SIGLET_E_CRYPTO, "certificate path");
		goto out;
	}
	result = X509_verify_cert(ctx);
	if (result != 1) {
		err = explain(ctx, result);
		goto out;
	}
	err = map_chain(X509_STORE_CTX_get0_chain(ctx), trusted, leaf, untrusted, count, ret_path);
out:
	X509_STORE_CTX_free(ctx);
	sk_X509_free(extra);
	siglet_crypto_clear_errors();
	return err;
}

/* ---- our part ---- */

static siglet_err *breaks(const siglet_cert *cert, const char *rule)
{
	return siglet_err_new(SIGLET_E_UNTRUSTED, "certificate authority %s: %s",
			      siglet_text_printable(siglet_cert_subject(cert)).text, rule);
}

/*
 * What RFC 5280 section 4.2.1.12 leaves open and every verifier does: an EKU in a CA certificate
 * narrows down what may be issued below it. For code signing it must be named.
 */
static bool eku_allows(const siglet_cert_eku *eku, siglet_purpose purpose)
{
	if (!eku->present)
		return true;
	switch (purpose) {
	case SIGLET_PURPOSE_CODE_SIGNING:
		return eku->code_signing;
	case SIGLET_PURPOSE_TIMESTAMPING:
		return eku->timestamping || eku->any;
	case SIGLET_PURPOSE_SIGNING:
		return true;
	}
	return false;
}

/* below: CA certificates between this one and the leaf, without those a CA issued to itself. */
static siglet_err *check_issuer(const siglet_cert *cert, long below, siglet_purpose purpose)
{
	const long limit = X509_get_pathlen(cert->x509); /* -1: none */

	if (cert->has_unknown_critical)
		return breaks(cert, "a critical extension that is not known");
	if (!cert->may_issue)
		return breaks(cert, "may not issue certificates");
	if (limit >= 0 && below > limit)
		return breaks(cert, "more certificates below it than its path length allows");
	if (!eku_allows(&cert->eku, purpose))
		return breaks(cert, "its extended key usage excludes this purpose");
	return NULL;
}

siglet_err *siglet_path_check_rules(const siglet_path *path, siglet_purpose purpose)
{
	long below = 0;

	if (path->count < 2)
		return siglet_err_new(SIGLET_E_UNTRUSTED, "no issuer");
	for (size_t i = 1; i < path->count; i++) {
		const siglet_cert *cert = path->certs[i];
		siglet_err *err = check_issuer(cert, below, purpose);

		if (err != NULL)
			return err;
		if (!siglet_cert_issued_by_name(path->certs[i - 1], cert))
			return breaks(cert, "did not issue the certificate below it");
		if ((X509_get_extension_flags(cert->x509) & EXFLAG_SI) == 0)
			below++;
	}
	return NULL;
}

siglet_err *siglet_path_check_time(const siglet_path *path, int64_t time_s)
{
	if (path->count == 0)
		return siglet_err_new(SIGLET_E_EXPIRED, "no certificates");
	for (size_t i = 0; i < path->count; i++) {
		const siglet_cert *cert = path->certs[i];

		if (time_s >= cert->not_before_s && time_s <= cert->not_after_s)
			continue;
		return siglet_err_new(SIGLET_E_EXPIRED,
				      "%s: certificate %zu of the path is valid from %s to %s",
				      siglet_time_format(time_s).text, i,
				      siglet_time_format(cert->not_before_s).text,
				      siglet_time_format(cert->not_after_s).text);
	}
	return NULL;
}
