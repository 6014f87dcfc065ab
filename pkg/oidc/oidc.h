/*
 * oidc: who am I, and who says so?
 *
 * Identity tokens: found in the environment of a CI job, or asked of a person by browser or device
 * code; and what a client reads in one. Signatures of tokens are not verified here: the
 * certificate authority does that. The environment, files, helper programs, clock and network come
 * in as arguments.
 *
 * Spec: RFC 7519 (JWT), OpenID Connect Core 1.0, RFC 7636 (PKCE), RFC 8252 (loopback), RFC 8628
 *       (device flow).
 */
#ifndef SIGLET_OIDC_H
#define SIGLET_OIDC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "http/http.h"

#define SIGLET_MAX_TOKEN_BYTES 65536

/* ---- a token (token.c) ---- */

typedef struct siglet_token siglet_token; /* wiped when freed */

/*
 * A compact JWS with the claims iss, sub, aud, exp (strictly read; times may be floats). Takes a
 * copy.
 * Errors: SIGLET_E_MALFORMED, SIGLET_E_MISSING (a claim), SIGLET_E_LIMIT, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_token_parse(siglet_slice jwt, siglet_token **ret_token);
void siglet_token_free(siglet_token *token);

siglet_slice siglet_token_jwt(const siglet_token *token); /* secret */
siglet_slice siglet_token_issuer(const siglet_token *token);
siglet_slice siglet_token_subject(const siglet_token *token);
int64_t siglet_token_expires_s(const siglet_token *token);
siglet_slice siglet_token_email(const siglet_token *token); /* empty: none */
bool siglet_token_email_is_verified(const siglet_token *token);
/* The issuer that lands in the certificate: federated_claims.connector_id, else iss. */
siglet_slice siglet_token_certificate_issuer(const siglet_token *token);
/* A string claim by its name ("repository_visibility"), or empty. */
siglet_slice siglet_token_claim(const siglet_token *token, const char *name);
/* The claims as JSON, pretty-printed, for a person. Appends. Never holds the signature. */
SIGLET_MUST_USE siglet_err *siglet_token_print_claims(const siglet_token *token, unsigned indent,
						      siglet_buf *ret_json);

/*
 * The SAN that Fulcio will put into the certificate, where the claims allow to say (GitHub,
 * GitLab, Buildkite, e-mail, Kubernetes, SPIFFE; otherwise nothing is appended).
 */
SIGLET_MUST_USE siglet_err *siglet_token_expected_san(const siglet_token *token,
						      siglet_buf *ret_san);

/*
 * What the public-key form of a certificate request signs (protocol/oidc.md 2): the address where
 * the issuer vouches for addresses, the subject where it is a CI service, and of other issuers the
 * address if there is a verified one.
 */
siglet_slice siglet_token_challenge(const siglet_token *token);

/*
 * Would a CA take it: audience, exp, nbf, iat (5 s of leeway), verified e-mail.
 * Errors: SIGLET_E_EXPIRED, SIGLET_E_MISMATCH (audience), SIGLET_E_UNTRUSTED (e-mail not
 *                         verified); hints.
 */
SIGLET_MUST_USE siglet_err *siglet_token_check(const siglet_token *token, const char *audience,
					       int64_t now_s);

/* ---- the process around us (what providers may ask of it) ---- */

typedef struct siglet_surroundings {
	/* NULL when it is not set; the text is the caller's and must live as long as the call. */
	const char *(*getenv)(void *context, const char *name);
	/* Overwrite the variable's value in place: it was a secret and has been read. */
	void (*wipe_env)(void *context, const char *name);
	/* A small file; SIGLET_E_MISSING when there is none. */
	siglet_err *(*read_file)(void *context, const char *path, siglet_buf *ret_data);
	/*
	 * Run a program found in PATH, without a shell, with only the variables of the
	 * NULL-terminated list, and collect what it prints on standard output (at most the
	 * buffer's ceiling, at most 30 s).
	 * Errors: SIGLET_E_MISSING (no such program), SIGLET_E_IO (it failed: its status and
	 *                          the first
	 *         line of its standard error)
	 */
	siglet_err *(*run)(void *context, const char *const *argv, const char *const *variables,
			   siglet_buf *ret_output);
	int64_t (*now_s)(void *context);
	void (*sleep_ms)(void *context, unsigned ms);
	void *context;
} siglet_surroundings;

/* ---- CI and cloud providers (ambient.c, and a file each) ---- */

/*
 * Search the surroundings for an identity, in the order of protocol/oidc.md 4: the first provider
 * that is there decides. ret_provider names it ("GitHub Actions"), static. *ret_token NULL and no
 * error: none is there.
 *
 * Errors: SIGLET_E_MISSING   the provider is there but grants no token: the hint says what to
 *                            change in the
 *                            pipeline file
 *         SIGLET_E_NETWORK, SIGLET_E_MALFORMED, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_oidc_ambient(const siglet_surroundings *around,
						const siglet_transport *transport,
						const char *audience, siglet_token **ret_token,
						const char **ret_provider);

/* ---- a person (browser.c, device.c) ---- */

typedef struct siglet_oidc_client {
	const char *issuer;    /* https://oauth2.sigstore.dev/auth */
	const char *client_id; /* "sigstore" */
	const char *audience;  /* usually the client id */
	unsigned timeout_s;    /* for the person; 0: 120 */
	/* Show a line to the person: what to open, what to type. */
	void (*tell)(void *context, const char *line);
	/* Open a URL in a browser; false: could not. */
	bool (*browse)(void *context, const char *url);
	void *context;
} siglet_oidc_client;

/*
 * Authorization code with PKCE, state and nonce, over a loopback redirect. Errors:
 * SIGLET_E_NETWORK, SIGLET_E_MISMATCH (state, nonce, issuer), SIGLET_E_UNTRUSTED (the person or
 * the issuer said no), SIGLET_E_MISSING (nobody came in time).
 */
SIGLET_MUST_USE siglet_err *siglet_oidc_browser(const siglet_oidc_client *client,
						const siglet_surroundings *around,
						const siglet_transport *transport,
						siglet_token **ret_token);
/* Device authorization. The same errors. */
SIGLET_MUST_USE siglet_err *siglet_oidc_device(const siglet_oidc_client *client,
					       const siglet_surroundings *around,
					       const siglet_transport *transport,
					       siglet_token **ret_token);

#endif
