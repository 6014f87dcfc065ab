/* What the files of this room share. */
#ifndef SIGLET_TLOG_INTERNAL_H
#define SIGLET_TLOG_INTERNAL_H

#include "tlog/tlog.h"

/* The spec of a parsed entry body and the subject that it must repeat, one function a kind. */
SIGLET_MUST_USE siglet_err *siglet_tlog_match_hashedrekord(const siglet_json *spec,
							   const siglet_entry_subject *subject);
SIGLET_MUST_USE siglet_err *siglet_tlog_match_dsse(const siglet_json *spec,
						   const siglet_entry_subject *subject);
SIGLET_MUST_USE siglet_err *siglet_tlog_match_intoto(const siglet_json *spec,
						     const siglet_entry_subject *subject);

/*
 * Append the body that a Rekor v2 log has for this subject (hashedrekord 0.0.2).
 * Errors: SIGLET_E_UNSUPPORTED, SIGLET_E_MISSING, SIGLET_E_CRYPTO, SIGLET_E_LIMIT, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_tlog_rebuild(const siglet_entry_subject *subject,
						siglet_buf *ret_body);

/* The same of a Rekor v1 log (hashedrekord 0.0.1). */
SIGLET_MUST_USE siglet_err *siglet_tlog_rebuild_v1(const siglet_entry_subject *subject,
						   siglet_buf *ret_body);

/* Why is body not the one that was rebuilt? Never NULL: SIGLET_E_MISMATCH, or _MALFORMED. */
SIGLET_MUST_USE siglet_err *siglet_tlog_explain(siglet_slice body, siglet_slice rebuilt);

/* ---- members of a body; one that is absent makes the body malformed ---- */

SIGLET_MUST_USE siglet_err *siglet_tlog_need_object(const siglet_json *object, const char *name,
						    const siglet_json **ret_value);
SIGLET_MUST_USE siglet_err *siglet_tlog_need_array(const siglet_json *object, const char *name,
						   const siglet_json **ret_value);
SIGLET_MUST_USE siglet_err *siglet_tlog_need_string(const siglet_json *object, const char *name,
						    siglet_slice *ret_text);

/* ---- comparisons of one member ---- */

/* The member must be strict base64 of exactly these bytes, which must not be empty. */
SIGLET_MUST_USE siglet_err *siglet_tlog_match_base64(const siglet_json *object, const char *name,
						     siglet_slice wanted);
/* The same, encoded twice over. */
SIGLET_MUST_USE siglet_err *siglet_tlog_match_base64_twice(const siglet_json *object,
							   const char *name, siglet_slice wanted);
/* The member must be base64 of one PEM block that is the subject's certificate, or its key. */
SIGLET_MUST_USE siglet_err *siglet_tlog_match_pem(const siglet_json *object, const char *name,
						  const siglet_entry_subject *subject);
/* Read a {"algorithm": "sha256", "value": hex} member. */
SIGLET_MUST_USE siglet_err *siglet_tlog_read_hash(const siglet_json *object, const char *name,
						  siglet_digest *ret_digest);
/* Such a member must be the SHA-256 of the payload. */
SIGLET_MUST_USE siglet_err *siglet_tlog_match_payload_hash(const siglet_json *object,
							   const char *name, siglet_slice payload);

#endif
