/*
 * What the steps of a verification share.
 */
#ifndef SIGLET_VERIFY_INTERNAL_H
#define SIGLET_VERIFY_INTERNAL_H

#include "statement/statement.h"
#include "verify/verify.h"

#define SIGLET_MAX_TIMES (SIGLET_MAX_ENTRIES + SIGLET_MAX_TIMESTAMPS)

/* A statement, and what its receipts come to; they borrow from doc. */
typedef struct siglet_scitt_record {
	siglet_cbor_doc *doc;
	siglet_scitt_statement statement;
	siglet_scitt_findings findings;
} siglet_scitt_record;

struct siglet_report {
	bool accepted; /* false until the last line of the algorithm */
	siglet_rule rule;
	siglet_err *err;
	siglet_check *checks;
	size_t check_count, check_room;
	siglet_verified_time times[SIGLET_MAX_TIMES];
	size_t time_count;
	siglet_report_entry entries[SIGLET_MAX_ENTRIES];
	size_t entry_count;
	bool has_identity;
	siglet_identity identity;
	bool has_path;
	siglet_path path;
	siglet_scheme scheme;
	siglet_statement *statement; /* of an in-toto envelope */
	siglet_scitt_record *scitt;  /* NULL: not asked about */
	siglet_arena arena;	     /* notes */
	const siglet_bundle *bundle;
	const siglet_policy *policy;
};

/* A verification under way. */
typedef struct verification {
	const siglet_bundle *bundle;
	const siglet_bundle_data *data;
	const siglet_trustroot *root; /* may be NULL */
	const siglet_verify_input *artifact;
	const siglet_policy *policy;
	const siglet_cert *leaf; /* NULL for a managed key */
	const siglet_key *key;	 /* of the leaf, or the managed one */
	siglet_report *report;
	/* of a COSE_Sign1 (cose.c): what its signature is over, and data with bodies of entries */
	siglet_slice signed_parts[2];
	siglet_digests signed_digests;
	siglet_bundle_data own;
} verification;

/* Remember that a check passed, or was not made; detail is formatted. Errors: SIGLET_E_NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_verify_note(verification *v, siglet_rule rule, int item,
					       siglet_outcome outcome, const char *format, ...)
	SIGLET_PRINTF(5, 6);

/* Remember that a check failed, and why. Takes err and returns it. */
SIGLET_MUST_USE siglet_err *siglet_verify_fail(verification *v, siglet_rule rule, int item,
					       siglet_err *err);

/* Is this voter the first of its kind among the earlier ones? */
bool siglet_verify_is_new_voter(const siglet_slice *voters, size_t count, siglet_slice voter);

/* The next log of the trusted root with this id; *index is 0 at first. NULL at the end. */
const siglet_log *siglet_verify_next_tlog(const siglet_trustroot *root, siglet_slice log_id,
					  size_t *index);

/* What the witness policy says of an entry whose inclusion is proven, into record. (witness.c) */
SIGLET_MUST_USE siglet_err *siglet_verify_witnesses(verification *v, int item,
						    siglet_report_entry *record);
/* Of all entries: are there enough logs with a witnessed checkpoint? (witness.c) */
SIGLET_MUST_USE siglet_err *siglet_verify_witness_threshold(verification *v);

/*
 * Of a COSE_Sign1, once the key is known: put together what is signed, verify the signature, and make
 * the bodies of its log entries again. Nothing for a bundle. (cose.c)
 */
SIGLET_MUST_USE siglet_err *siglet_verify_cose_prepare(verification *v);
/* Is the artifact what was signed? */
SIGLET_MUST_USE siglet_err *siglet_verify_cose_content(verification *v);

/* Does value meet a criterion of the policy? what is for the message: "the issuer is". */
SIGLET_MUST_USE siglet_err *siglet_verify_match(const siglet_match *match, siglet_slice value,
						const char *what);
/* Are the verified times within the key's window, and behind --signed-after? */
SIGLET_MUST_USE siglet_err *siglet_verify_bounds(verification *v);

/*
 * Receipts, where services are asked for; and the steps that a statement of SCITT has in place of a
 * certificate's. (scitt.c)
 */
SIGLET_MUST_USE siglet_err *siglet_verify_receipts(verification *v);
SIGLET_MUST_USE siglet_err *siglet_verify_scitt_material(verification *v);
SIGLET_MUST_USE siglet_err *siglet_verify_scitt_issuer(verification *v);

/* The steps, in their order; each leaves its checks in the report and returns what refuses. */
SIGLET_MUST_USE siglet_err *siglet_verify_material(verification *v);
SIGLET_MUST_USE siglet_err *siglet_verify_times(verification *v);
SIGLET_MUST_USE siglet_err *siglet_verify_certificate(verification *v);
SIGLET_MUST_USE siglet_err *siglet_verify_scts(verification *v);
SIGLET_MUST_USE siglet_err *siglet_verify_content(verification *v);
SIGLET_MUST_USE siglet_err *siglet_verify_log(verification *v);
SIGLET_MUST_USE siglet_err *siglet_verify_statement(verification *v);
SIGLET_MUST_USE siglet_err *siglet_verify_policy(verification *v);

#endif
