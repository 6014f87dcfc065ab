/*
 * cert_authority: root, intermediate and leaf of tests, each changed as a case wants it.
 */
#ifndef SIGLET_TEST_CERT_AUTHORITY_H
#define SIGLET_TEST_CERT_AUTHORITY_H

#include "cert_maker.h"

/* Made once by authority_keys_new: certificates are many, keys need not be. */
typedef struct authority_keys {
	EVP_PKEY *root, *intermediate, *lower, *leaf, *stranger;
} authority_keys;

static authority_keys keys;

static inline void authority_keys_new(void)
{
	keys = (authority_keys) { ec_key("P-256"), ec_key("P-256"), ec_key("P-256"),
				  ec_key("P-256"), ec_key("P-256") };
}

static inline void authority_keys_free(void)
{
	EVP_PKEY_free(keys.root);
	EVP_PKEY_free(keys.intermediate);
	EVP_PKEY_free(keys.lower);
	EVP_PKEY_free(keys.leaf);
	EVP_PKEY_free(keys.stranger);
}

__attribute__((unused)) static X509 *make_root(maker_extensions extensions)
{
	return make_x509(
		&(maker_plan) { .name = "root", .key = keys.root, .extensions = extensions });
}

__attribute__((unused)) static X509 *make_intermediate(X509 *root, maker_extensions extensions)
{
	return make_x509(&(maker_plan) { .name = "intermediate",
					 .key = keys.intermediate,
					 .issuer = root,
					 .issuer_key = keys.root,
					 .extensions = extensions });
}

__attribute__((unused)) static X509 *make_leaf(X509 *issuer, EVP_PKEY *issuer_key,
					       maker_extensions extensions)
{
	return make_x509(&(maker_plan) { .key = keys.leaf,
					 .issuer = issuer,
					 .issuer_key = issuer_key,
					 .extensions = extensions });
}

/* An authority of these certificates, up to the first NULL. */
__attribute__((unused)) static siglet_chain *make_chain(siglet_purpose purpose,
							X509 *const certs[4])
{
	siglet_slice slices[4];
	siglet_buf ders[4];
	siglet_chain *chain = NULL;
	size_t count = 0;

	for (; count < 4 && certs[count] != NULL; count++) {
		ders[count] = x509_der(certs[count]);
		slices[count] = siglet_buf_slice(&ders[count]);
	}
	siglet_err *err = siglet_chain_new(purpose, slices, count, &chain);
	if (err != NULL)
		printf("# %s\n", siglet_err_message(err));
	MAKER_NEED(err == NULL);
	for (size_t i = 0; i < count; i++)
		siglet_buf_clear(&ders[i]);
	return chain;
}

/* Verify x509 under an authority; code 0: it must succeed, with a path of that many certificates. */
__attribute__((unused)) static void judge(const siglet_chain *chain, X509 *x509,
					  X509 *const untrusted[3], siglet_code code, size_t length,
					  const char *claim)
{
	siglet_cert *leaf = parse_x509(x509), *extra[3] = { NULL };
	const siglet_cert *borrowed[3] = { NULL };
	siglet_path path = { .count = 99 };
	size_t count = 0;

	for (; untrusted != NULL && count < 3 && untrusted[count] != NULL; count++)
		borrowed[count] = extra[count] = parse_x509(untrusted[count]);
	siglet_err *err = siglet_chain_verify(chain, leaf, borrowed, count, &path);
	if (code == 0) {
		if (!OK(err == NULL && path.count == length && path.certs[0] == leaf &&
				path.certs[length - 1] ==
					siglet_chain_cert(chain, siglet_chain_count(chain) - 1),
			"%s", claim))
			printf("# %zu certificates: %s\n", path.count,
			       err == NULL ? "" : siglet_err_message(err));
	} else if (!OK(err != NULL && siglet_err_code(err) == code && path.count == 99, "%s",
		       claim)) {
		printf("# got %s: %s\n",
		       err == NULL ? "success" : siglet_code_name(siglet_err_code(err)),
		       err == NULL ? "" : siglet_err_message(err));
	}
	siglet_err_free(err);
	for (size_t i = 0; i < count; i++)
		siglet_cert_free(extra[i]);
	siglet_cert_free(leaf);
}

#endif
