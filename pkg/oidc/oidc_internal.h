/*
 * What the files of oidc share.
 */
#ifndef SIGLET_OIDC_INTERNAL_H
#define SIGLET_OIDC_INTERNAL_H

#include "json/json.h"
#include "oidc/oidc.h"

#define SIGLET_MAX_OIDC_URL 8192

/* One search of the surroundings. */
typedef struct siglet_search {
	const siglet_surroundings *around;
	const siglet_transport *transport;
	const char *audience;
} siglet_search;

/*
 * Is this provider here? *ret_token stays NULL and there is no error where it is not. Where it is
 * but gives no token, the error says why and its hint what to change.
 */
typedef siglet_err *siglet_provider(const siglet_search *search, siglet_token **ret_token);

siglet_provider siglet_oidc_variable, siglet_oidc_github, siglet_oidc_gitlab, siglet_oidc_buildkite,
	siglet_oidc_circleci, siglet_oidc_azure, siglet_oidc_bitbucket, siglet_oidc_file,
	siglet_oidc_google, siglet_oidc_spiffe;

/* A variable of the surroundings; NULL where it is not set or empty. */
const char *siglet_search_env(const siglet_search *search, const char *name);
/* Make a token of a variable, which is wiped, with white space at its end cut off. */
SIGLET_MUST_USE siglet_err *siglet_search_take(const siglet_search *search, const char *name,
					       siglet_token **ret_token);

/*
 * Send a request, and make a token of member of the JSON that comes back with status 200. provider
 * names it in errors, hint is what to do about a refusal.
 */
SIGLET_MUST_USE siglet_err *siglet_search_ask(const siglet_search *search,
					      siglet_http_request *request, const char *member,
					      const char *hint, siglet_token **ret_token);
/* Make a token of what a helper program prints. */
SIGLET_MUST_USE siglet_err *siglet_search_run(const siglet_search *search, const char *const *argv,
					      const char *const *variables, const char *hint,
					      siglet_token **ret_token);

/* Append text with everything but unreserved characters as %XX (RFC 3986 section 2.1). */
SIGLET_MUST_USE siglet_err *siglet_oidc_escape(siglet_slice text, siglet_buf *ret_url);

/* ---- the flows (flow.c) ---- */

#define SIGLET_FLOW_SECRET 64 /* characters of a verifier, state or nonce */

/* What an issuer says about itself (OpenID Connect Discovery). */
typedef struct siglet_issuer {
	siglet_arena arena;
	const char *authorization_endpoint, *token_endpoint,
		*device_endpoint; /* last may be NULL */
} siglet_issuer;

/*
 * Errors: NETWORK, MALFORMED, MISMATCH (it calls itself otherwise). issuer->arena is cleared by
 * the caller.
 */
SIGLET_MUST_USE siglet_err *siglet_oidc_discover(const siglet_transport *transport, const char *url,
						 siglet_issuer *ret_issuer);

/* A random text of SIGLET_FLOW_SECRET characters. */
SIGLET_MUST_USE siglet_err *siglet_oidc_secret(char ret_text[SIGLET_FLOW_SECRET + 1]);
/* RFC 7636 section 4.2: base64url of its SHA-256. */
SIGLET_MUST_USE siglet_err *siglet_oidc_challenge(const char *verifier, char ret_text[64]);

/* Append "name=value" with its "&". */
SIGLET_MUST_USE siglet_err *siglet_oidc_parameter(const char *name, const char *value,
						  siglet_buf *ret_form);

/*
 * POST a form to the token endpoint. *ret_token is set when there is an id_token; else *ret_error
 * gets the "error" member, cut to fit. Errors: NETWORK, MALFORMED.
 */
SIGLET_MUST_USE siglet_err *siglet_oidc_redeem(const siglet_transport *transport, const char *url,
					       siglet_slice form, siglet_token **ret_token,
					       char ret_error[64]);

#endif
