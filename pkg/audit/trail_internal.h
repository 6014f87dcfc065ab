/*
 * trail_internal: what the two files of the trail share: a line, read and compared.
 */
#ifndef SIGLET_AUDIT_TRAIL_INTERNAL_H
#define SIGLET_AUDIT_TRAIL_INTERNAL_H

#include "audit/audit_internal.h"

#define AUDIT_MAX_TRAIL_LINE ((size_t)32 << 20)

/* What a line of an audit log says of a signature. Owns nothing; borrows from its document. */
typedef struct audit_trail_line {
	bool is_logged;	  /* it is a signature's, good, and says where that was logged */
	siglet_slice log; /* the log's URL */
	bool has_log_id;
	siglet_hash32 log_id;
	uint64_t index;
	bool has_leaf, has_key, has_digest;
	siglet_hash32 leaf;	       /* of the entry */
	siglet_hash32 key;	       /* SHA-256 of the SubjectPublicKeyInfo */
	siglet_hash32 sha256;	       /* of what the entry must be about */
	siglet_slice identity, issuer; /* of its certificate; may be empty */
} audit_trail_line;

/*
 * Read one. Errors: SIGLET_E_MALFORMED, SIGLET_E_MISSING, SIGLET_E_RANGE, SIGLET_E_LENGTH: it is none;
 * SIGLET_E_UNSUPPORTED: of a later schema. (trail_line.c)
 */
SIGLET_MUST_USE siglet_err *siglet_audit_trail_read(const siglet_json *line,
						    audit_trail_line *ret_line);
/*
 * Is an entry that is in the log the one that the line tells of? By all that the line says of key,
 * identity, issuer and digest; that its hash is the line's was checked before.
 * Errors: SIGLET_E_MISMATCH: it is another; SIGLET_E_IO: none of these could be compared; those of
 * siglet_audit_content_read, where what the entry is about can't be told. (trail_line.c)
 */
SIGLET_MUST_USE siglet_err *siglet_audit_trail_compare(const audit_trail_line *line,
						       siglet_slice entry);

#endif
