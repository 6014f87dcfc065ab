#ifndef SIGLET_TUF_INTERNAL_H
#define SIGLET_TUF_INTERNAL_H

#include "json/json.h"
#include "tuf/tuf.h"

/* ---- one file (metadata.c) ---- */

/* A file of metadata: its bytes, and what they say. */
typedef struct siglet_tuf_metadata {
	siglet_buf bytes;
	siglet_json_doc *doc;
	const siglet_json *content; /* "signed" */
	const siglet_json *signatures;
	siglet_buf canonical; /* what the signatures are over */
	int64_t version;
	int64_t expires_ms;
	siglet_key **signers; /* keys whose signature was found good; owned */
	size_t signer_count;
} siglet_tuf_metadata;

/*
 * Read the envelope and what all roles have; no signature is checked. type is what "_type" must
 * say. Errors: as siglet_tuf_new.
 */
SIGLET_MUST_USE siglet_err *siglet_tuf_metadata_parse(siglet_slice bytes, size_t max_bytes,
						      const char *type,
						      siglet_tuf_metadata **ret_metadata);
void siglet_tuf_metadata_free(siglet_tuf_metadata *metadata);

/* Errors: SIGLET_E_EXPIRED. A file has expired at the very moment that it names. */
SIGLET_MUST_USE siglet_err *siglet_tuf_metadata_check_time(const siglet_tuf_metadata *metadata,
							   int64_t now_ms);

/* Signed, but wrong inside: no accident of the way here. Takes err; NULL stays NULL. */
siglet_err *siglet_tuf_as_untrusted(siglet_err *err);

/* ---- signatures (signature.c, key.c) ---- */

/*
 * Is it signed as role wants it: by as many distinct keys of its "keyids" as its "threshold" says?
 * keys maps ids to keys. Errors: SIGLET_E_UNTRUSTED, SIGLET_E_CRYPTO, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_tuf_check_signatures(siglet_tuf_metadata *metadata,
							const siglet_json *keys,
							const siglet_json *role);

/* *ret_key is NULL for a key of a kind that does not count here. */
SIGLET_MUST_USE siglet_err *siglet_tuf_key_read(const siglet_json *object, siglet_key **ret_key,
						siglet_scheme *ret_scheme);

/* ---- what one file says of another (file.c) ---- */

typedef struct siglet_tuf_file {
	int64_t version; /* of metadata */
	bool has_length;
	int64_t length;
	siglet_digests hashes; /* those that we know */
} siglet_tuf_file;

/* An entry of "meta". Errors: SIGLET_E_UNTRUSTED. */
SIGLET_MUST_USE siglet_err *siglet_tuf_file_read_metadata(const siglet_json *object,
							  siglet_tuf_file *ret_file);
/* An entry of "targets": length and a hash are required. Errors: SIGLET_E_UNTRUSTED. */
SIGLET_MUST_USE siglet_err *siglet_tuf_file_read_target(const siglet_json *object,
							siglet_tuf_file *ret_file);
/* Errors: SIGLET_E_MISMATCH. */
SIGLET_MUST_USE siglet_err *siglet_tuf_file_check(const siglet_tuf_file *file, siglet_slice bytes);
/* The entry for ROLE.json in the "meta" of timestamp or snapshot; NULL: there is none. */
SIGLET_MUST_USE siglet_err *siglet_tuf_file_entry(const siglet_tuf_metadata *metadata,
						  siglet_slice role, const siglet_json **ret_entry);

/* ---- paths (path.c) ---- */

/* Does a pattern with "*" and "?", neither of which matches a slash, match the whole path? */
bool siglet_tuf_path_matches(siglet_slice pattern, siglet_slice path);
/* Append with everything but letters, digits and "-._~" (and "/", where it is kept) as %XX. */
SIGLET_MUST_USE siglet_err *siglet_tuf_path_encode(siglet_slice text, bool keep_slash,
						   siglet_buf *ret_path);

/* ---- the update (update.c, accept.c, find.c) ---- */

typedef struct siglet_tuf_delegated {
	siglet_buf name;
	siglet_tuf_metadata *metadata;
} siglet_tuf_delegated;

struct siglet_tuf {
	int64_t now_ms;
	siglet_tuf_age age;
	siglet_tuf_role stage; /* what comes next; DELEGATED: all four are there */
	siglet_tuf_metadata *of[SIGLET_TUF_ROLE_COUNT];
	/* What was accepted before; root's place is not used. */
	siglet_tuf_metadata *before[SIGLET_TUF_ROLE_COUNT];
	siglet_buf before_keys; /* of timestamp and snapshot, when that was */
	unsigned rotations;
	siglet_tuf_delegated delegated[SIGLET_TUF_MAX_DELEGATIONS];
	size_t delegated_count;
	siglet_buf wanted; /* the delegated role whose metadata is needed; empty: none */
	const siglet_json *wanted_keys, *wanted_role; /* and who must sign it */
	siglet_buf path;			      /* of the last request */
};

/* Accept a file for the present stage, or refuse it. (accept.c) */
SIGLET_MUST_USE siglet_err *siglet_tuf_accept_root(siglet_tuf *tuf, siglet_slice bytes);
SIGLET_MUST_USE siglet_err *siglet_tuf_accept_timestamp(siglet_tuf *tuf, siglet_slice bytes);
SIGLET_MUST_USE siglet_err *siglet_tuf_accept_snapshot(siglet_tuf *tuf, siglet_slice bytes);
SIGLET_MUST_USE siglet_err *siglet_tuf_accept_targets(siglet_tuf *tuf, siglet_slice bytes);
SIGLET_MUST_USE siglet_err *siglet_tuf_accept_delegated(siglet_tuf *tuf, siglet_slice bytes);
/* What the snapshot says of a role. Errors: SIGLET_E_MISSING where it says nothing. */
SIGLET_MUST_USE siglet_err *siglet_tuf_snapshot_file(const siglet_tuf *tuf, siglet_slice role,
						     siglet_tuf_file *ret_file);
bool siglet_tuf_is_consistent(const siglet_tuf *tuf); /* "consistent_snapshot" of the root */

#endif
