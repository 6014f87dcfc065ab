/*
 * trustroot: whose word counts, and for which time?
 *
 * trusted_root.json: certificate authorities, transparency logs, CT logs, timestamp authorities, each
 * with a window. Immutable once parsed; shared by all threads. Pure.
 *
 * Spec: sigstore_trustroot.proto (TrustedRoot v0.1 and v0.2, ClientTrustConfig v0.1, SigningConfig v0.2).
 */
#ifndef SIGLET_TRUSTROOT_H
#define SIGLET_TRUSTROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "cert/cert.h"
#include "crypto/crypto.h"
#include "json/json.h"

#define SIGLET_MAX_TRUSTROOT_BYTES (4u << 20)
#define SIGLET_MAX_TRUSTROOT_ITEMS 256 /* of each list */

/* A closed interval: both ends count. */
typedef struct siglet_window {
	int64_t start_ms;
	bool has_end;
	int64_t end_ms;
} siglet_window;

bool siglet_window_contains(const siglet_window *window, int64_t time_ms);
/* For a time known to the second only: is any instant rule satisfied (start <= t and t <= end)? */
bool siglet_window_contains_s(const siglet_window *window, int64_t time_s);

/* A transparency log or a CT log. Text is printable-checked only on output. */
typedef struct siglet_log {
	siglet_slice base_url;
	siglet_slice name; /* base_url's host (and port, path): the key name of a v2 checkpoint */
	siglet_slice operator_; /* empty when not given */
	siglet_slice log_id;	/* 32 bytes in practice; opaque */
	uint8_t checkpoint_id
		[4]; /* key id on checkpoints: checkpointKeyId, else the first of log_id */
	siglet_key *key;
	siglet_scheme scheme;
	const char *key_details; /* registry name */
	siglet_window window;
} siglet_log;

/* A certificate or timestamp authority. */
typedef struct siglet_authority {
	siglet_slice uri;
	siglet_slice operator_;
	siglet_slice organization, common_name;
	siglet_chain *chain;
	siglet_window window;
} siglet_authority;

/* A log whose key this build can't use: kept so that it can be named, never counted. */
typedef struct siglet_skipped_log {
	siglet_slice base_url;
	siglet_slice key_details;
	siglet_slice log_id;
	bool is_ct;
} siglet_skipped_log;

typedef struct siglet_trustroot siglet_trustroot;

/*
 * Parse a whole trusted_root.json, of the three media types.
 *
 * Errors: SIGLET_E_MALFORMED    not in its format; a log or authority without a window or its start
 *         SIGLET_E_UNSUPPORTED  another media type; a tree hash other than SHA-256
 *         SIGLET_E_LIMIT, SIGLET_E_NOMEM
 * A log whose key algorithm is unknown is skipped, see siglet_trustroot_skipped.
 */
SIGLET_MUST_USE siglet_err *siglet_trustroot_parse(siglet_slice json, siglet_trustroot **ret_root);
void siglet_trustroot_free(siglet_trustroot *root);

size_t siglet_trustroot_tlog_count(const siglet_trustroot *root);
const siglet_log *siglet_trustroot_tlog(const siglet_trustroot *root, size_t index);
size_t siglet_trustroot_ctlog_count(const siglet_trustroot *root);
const siglet_log *siglet_trustroot_ctlog(const siglet_trustroot *root, size_t index);
size_t siglet_trustroot_ca_count(const siglet_trustroot *root);
const siglet_authority *siglet_trustroot_ca(const siglet_trustroot *root, size_t index);
size_t siglet_trustroot_tsa_count(const siglet_trustroot *root);
const siglet_authority *siglet_trustroot_tsa(const siglet_trustroot *root, size_t index);
size_t siglet_trustroot_skipped_count(const siglet_trustroot *root);
const siglet_skipped_log *siglet_trustroot_skipped(const siglet_trustroot *root, size_t index);

/*
 * What tells two voters apart: the operator where the root gives one, else the id or URI. Two logs
 * (authorities) with an equal result count once.
 */
siglet_slice siglet_log_voter(const siglet_log *log);
siglet_slice siglet_authority_voter(const siglet_authority *authority);

/* ---- signing_config.json (signing_config.c) ---- */

typedef enum siglet_service_kind {
	SIGLET_SERVICE_CA,
	SIGLET_SERVICE_OIDC,
	SIGLET_SERVICE_TLOG,
	SIGLET_SERVICE_TSA,
} siglet_service_kind;

typedef enum siglet_selector {
	SIGLET_SELECT_UNDEFINED = 0,
	SIGLET_SELECT_ALL,
	SIGLET_SELECT_ANY,
	SIGLET_SELECT_EXACT,
} siglet_selector;

typedef struct siglet_service {
	siglet_slice url;
	int64_t major_api_version;
	siglet_window window;
	siglet_slice operator_;
} siglet_service;

typedef struct siglet_signing_config siglet_signing_config;

/* Errors: SIGLET_E_MALFORMED, SIGLET_E_UNSUPPORTED (media type), SIGLET_E_LIMIT, SIGLET_E_NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_signing_config_parse(siglet_slice json,
							siglet_signing_config **ret_config);
void siglet_signing_config_free(siglet_signing_config *config);
size_t siglet_signing_config_count(const siglet_signing_config *config, siglet_service_kind kind);
const siglet_service *siglet_signing_config_service(const siglet_signing_config *config,
						    siglet_service_kind kind, size_t index);
/* TLOG and TSA only; others are UNDEFINED with count 0. */
siglet_selector siglet_signing_config_selector(const siglet_signing_config *config,
					       siglet_service_kind kind, uint64_t *ret_count);

/*
 * ClientTrustConfig: both in one file. Either result pointer may be NULL when it is not wanted.
 * Errors: those of both.
 */
SIGLET_MUST_USE siglet_err *siglet_trust_config_parse(siglet_slice json,
						      siglet_trustroot **ret_root,
						      siglet_signing_config **ret_config);

#endif
