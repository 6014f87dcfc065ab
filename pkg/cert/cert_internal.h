/*
 * cert_internal: what the files of this room share.
 */
#ifndef SIGLET_CERT_INTERNAL_H
#define SIGLET_CERT_INTERNAL_H

#include "cert/cert.h"

#include <pthread.h>

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#define SIGLET_MAX_CERT_EXTENSIONS 128 /* Fulcio writes some 30 */

/* The extended key usage, as far as anything here depends on it. */
typedef struct siglet_cert_eku {
	bool present;
	bool critical;
	bool code_signing;
	bool timestamping;
	bool any;
	bool precert_signing;
	size_t count; /* of purposes, known or not */
} siglet_cert_eku;

struct siglet_cert {
	X509 *x509;   /* its extension cache is filled: only read from here on */
	uint8_t *der; /* malloc */
	size_t der_len;
	uint8_t *spki; /* OPENSSL_malloc */
	size_t spki_len;
	siglet_key *key;      /* NULL: a key we do not support */
	GENERAL_NAMES *san;   /* NULL: no such extension */
	siglet_slice san_der; /* the extension's content; borrows from x509 */
	siglet_cert_eku eku;
	int64_t not_before_s;
	int64_t not_after_s;
	siglet_buf subject;
	siglet_buf issuer;
	siglet_buf serial_hex;
	bool is_ca;	/* says in any way that it is one */
	bool may_issue; /* a CA whose key usage does not forbid it */
	bool has_name_constraints;
	bool has_unknown_critical;
};

/* ---- DER (der.c) ---- */

/* One element; borrows. */
typedef struct siglet_der {
	int tag;
	int class; /* V_ASN1_UNIVERSAL, V_ASN1_CONTEXT_SPECIFIC … */
	bool constructed;
	siglet_slice whole;
	siglet_slice content;
} siglet_der;

siglet_slice siglet_asn1_slice(const ASN1_STRING *string); /* its content */

/* The first element of *left, which moves behind it. False when its header is not DER, or cut off. */
bool siglet_der_next(siglet_slice *left, siglet_der *ret_element);

/* Is it one whole element with only DER's encodings in it, as deep as tags show? */
bool siglet_der_is_canonical(siglet_slice der);

/* The content of der, which must be one whole primitive element of this universal tag. Borrows. */
bool siglet_der_string(siglet_slice der, int tag, siglet_slice *ret_content);

/* ---- extensions (extensions.c) ---- */

siglet_slice siglet_extension_slice(X509_EXTENSION *extension); /* what its OCTET STRING holds */

/* Set san, eku and the flags of a certificate whose x509 is set. */
SIGLET_MUST_USE siglet_err *siglet_cert_read_extensions(siglet_cert *cert);

/* Is it fit to sign whatever it is asked to? Errors: SIGLET_E_UNTRUSTED, SIGLET_E_UNSUPPORTED. */
SIGLET_MUST_USE siglet_err *siglet_cert_check_any_signer(const siglet_cert *cert);

/* ---- authorities (authority.c, chain.c) ---- */

/*
 * The path from one certificate of the authority to its anchor, once it is known. That there is none is not
 * remembered: OpenSSL's reasons do not always tell a bad path from a want of memory.
 */
typedef struct siglet_memo {
	pthread_mutex_t lock;
	bool known;
	siglet_path path;
} siglet_memo;

struct siglet_chain {
	siglet_purpose purpose;
	size_t count;
	uint8_t *der[SIGLET_MAX_CHAIN]; /* malloc */
	size_t der_len[SIGLET_MAX_CHAIN];
	siglet_memo *memos; /* of each certificate; locked, so const callers share it */
	size_t memo_count;

	pthread_mutex_t lock; /* over what follows, until it is open */
	bool has_lock;
	bool is_open;
	siglet_cert *certs[SIGLET_MAX_CHAIN];
	X509_STORE *stores[SIGLET_MAX_CHAIN]; /* each with that one certificate */
	size_t first_ca;		      /* 1 behind a timestamping signer, else 0 */
};

/* ---- paths (path.c) ---- */

/* One certificate as the only trusted one, path or no path above it; not of a time or purpose. */
SIGLET_MUST_USE siglet_err *siglet_store_new(const siglet_cert *trusted, X509_STORE **ret_store);

/* Append to a path. Errors: SIGLET_E_UNTRUSTED when it is full. */
SIGLET_MUST_USE siglet_err *siglet_path_append(siglet_path *path, const siglet_cert *cert);

/*
 * OpenSSL's verdict on leaf under a store of siglet_store_new whose certificate is trusted. The path
 * has leaf, then those of untrusted that were needed, then trusted.
 * Errors: SIGLET_E_UNTRUSTED, SIGLET_E_CRYPTO, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_path_build(X509_STORE *store, const siglet_cert *trusted,
					      const siglet_cert *leaf,
					      const siglet_cert *const *untrusted, size_t count,
					      siglet_path *ret_path);

/* The rules that no part of a path can show, over the whole of it. Errors: SIGLET_E_UNTRUSTED. */
SIGLET_MUST_USE siglet_err *siglet_path_check_rules(const siglet_path *path,
						    siglet_purpose purpose);

#endif
