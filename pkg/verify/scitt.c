#include "verify/verify_internal.h"

#include <inttypes.h>
#include <stdio.h>

/*
 * What services of SCITT registered, and who stated it. The services' keys were pinned by the user;
 * a receipt of any other service is as if it were not there.
 */

/* ---- the statement ---- */

static siglet_err *open_statement(verification *v)
{
	const siglet_bundle_cose *cose = v->data->cose;
	siglet_scitt_record *scitt = siglet_calloc(1, sizeof(*scitt));
	siglet_cbor_doc *doc = NULL;
	siglet_err *err;

	if (scitt == NULL)
		return siglet_err_nomem();
	v->report->scitt = scitt;
	/* A document of its own: what is opened in it is counted, and others may judge this bundle. */
	err = siglet_cbor_parse(cose->heads, cose->bytes, SIGLET_MAX_CBOR_BYTES,
				siglet_cose_sign1_names, &doc);
	if (err == NULL)
		err = siglet_scitt_statement_read(doc, siglet_cbor_root(doc), &scitt->statement);
	if (err != NULL) {
		siglet_cbor_doc_free(doc);
		return siglet_verify_fail(v, SIGLET_RULE_SCITT_STATEMENT, -1, err);
	}
	scitt->doc = doc;
	return siglet_verify_note(
		v, SIGLET_RULE_SCITT_STATEMENT, -1, SIGLET_OUTCOME_PASSED, "%zu receipt%s, %s",
		scitt->statement.receipt_count, scitt->statement.receipt_count == 1 ? "" : "s",
		scitt->statement.has_certificates ? "certificates" : "the id of a key");
}

siglet_err *siglet_verify_scitt_material(verification *v)
{
	siglet_err *err;

	if (v->data->cose == NULL)
		return siglet_verify_fail(v, SIGLET_RULE_SCITT_STATEMENT, -1,
					  siglet_err_new(SIGLET_E_MISMATCH,
							 "a Sigstore bundle is no statement of "
							 "SCITT"));
	err = open_statement(v);
	return err == NULL ? siglet_verify_material(v) : err;
}

/* ---- receipts ---- */

/* Of a statement a receipt's own time is a time that somebody vouches for: somebody pinned. */
static void add_time(verification *v, const siglet_scitt_receipt *receipt)
{
	const siglet_cose_claims *claims = &receipt->claims;

	if (!v->policy->is_statement || !claims->has_issued_at ||
	    v->report->time_count == SIGLET_MAX_TIMES)
		return;
	v->report->times[v->report->time_count++] =
		(siglet_verified_time) { .time_s = claims->issued_at_s,
					 .from_service = true,
					 .voter = claims->issuer,
					 .source = claims->issuer };
}

static siglet_err *note_verified(verification *v, int item, const siglet_scitt_finding *finding)
{
	const siglet_cose_claims *claims = &finding->receipt.claims;
	const siglet_scitt_proven *proven = &finding->proven;
	const siglet_printable issuer = siglet_text_printable(claims->issuer);
	const siglet_time_string time = siglet_time_format(claims->issued_at_s);
	char place[64] = "";

	if (finding->receipt.structure == SIGLET_SCITT_RFC9162_SHA256)
		(void)snprintf(place, sizeof(place), ", entry %" PRIu64 " of %" PRIu64,
			       proven->leaf_index, proven->tree_size);
	return siglet_verify_note(
		v, SIGLET_RULE_RECEIPT, item, SIGLET_OUTCOME_PASSED, "registered by %s%s%s%s",
		claims->issuer.len == 0 ? "a service without a name" : issuer.text, place,
		claims->has_issued_at ? ", " : "", claims->has_issued_at ? time.text : "");
}

static siglet_err *note_finding(verification *v, int item, const siglet_scitt_finding *finding)
{
	switch (finding->outcome) {
	case SIGLET_SCITT_VERIFIED:
		add_time(v, &finding->receipt);
		return note_verified(v, item, finding);
	case SIGLET_SCITT_NOT_COUNTED:
		return siglet_verify_note(v, SIGLET_RULE_RECEIPT, item, SIGLET_OUTCOME_NOT_CHECKED,
					  "%s", siglet_err_message(finding->why));
	case SIGLET_SCITT_REFUSED:
		break;
	}
	return siglet_verify_fail(v, SIGLET_RULE_RECEIPT, item,
				  siglet_err_new(siglet_err_code(finding->why), "%s",
						 siglet_err_message(finding->why)));
}

static siglet_err *check_threshold(verification *v)
{
	const unsigned wanted = v->policy->thresholds.receipt;
	const size_t services = v->report->scitt->findings.services;

	if (services < wanted)
		return siglet_verify_fail(
			v, SIGLET_RULE_RECEIPT_COUNT, -1,
			siglet_err_new(SIGLET_E_MISSING,
				       "registered by %zu service%s whose keys were given, %u "
				       "needed",
				       services, services == 1 ? "" : "s", wanted));
	return siglet_verify_note(v, SIGLET_RULE_RECEIPT_COUNT, -1,
				  wanted == 0 ? SIGLET_OUTCOME_NOT_NEEDED : SIGLET_OUTCOME_PASSED,
				  "%zu service%s, %u needed", services, services == 1 ? "" : "s",
				  wanted);
}

siglet_err *siglet_verify_receipts(verification *v)
{
	siglet_scitt_record *scitt;
	siglet_err *err = NULL;

	if (v->policy->services == NULL)
		return NULL;
	if (v->data->cose == NULL)
		return v->policy->thresholds.receipt == 0
			       ? NULL
			       : siglet_verify_fail(v, SIGLET_RULE_RECEIPT_COUNT, -1,
						    siglet_err_new(SIGLET_E_MISSING,
								   "a Sigstore bundle has no "
								   "receipts"));
	if (v->report->scitt == NULL)
		err = open_statement(v);
	if (err != NULL)
		return err;
	scitt = v->report->scitt;
	err = siglet_scitt_check(scitt->doc, &scitt->statement, v->policy->services,
				 &scitt->findings);
	for (size_t i = 0; err == NULL && i < scitt->findings.count; i++)
		err = note_finding(v, (int)i, &scitt->findings.of[i]);
	return err == NULL ? check_threshold(v) : err;
}

/* ---- the issuer ---- */

/*
 * A certificate whose key signed while it was valid. A receipt says that the statement was there by its
 * time: one of them within the validity is enough, but where there are times, one must be.
 */
static siglet_err *check_validity(verification *v, const siglet_validity *validity)
{
	const siglet_report *report = v->report;

	for (size_t i = 0; i < report->time_count; i++)
		if (report->times[i].time_s >= validity->not_before_s &&
		    report->times[i].time_s <= validity->not_after_s)
			return siglet_verify_note(v, SIGLET_RULE_CERT_TIME, -1,
						  SIGLET_OUTCOME_PASSED,
						  "valid at %s, as was every certificate above it",
						  siglet_time_format(report->times[i].time_s).text);
	if (report->time_count == 0)
		return siglet_verify_note(v, SIGLET_RULE_CERT_TIME, -1, SIGLET_OUTCOME_NOT_CHECKED,
					  "no receipt that counts says when it was registered");
	return siglet_verify_fail(
		v, SIGLET_RULE_CERT_TIME, -1,
		siglet_err_hint(siglet_err_new(SIGLET_E_EXPIRED,
					       "registered at %s; the certificates are valid from "
					       "%s to %s",
					       siglet_time_format(report->times[0].time_s).text,
					       siglet_time_format(validity->not_before_s).text,
					       siglet_time_format(validity->not_after_s).text),
				"a receipt from the time of registration would do"));
}

/* Whose the certificates are, the issuer's name itself must tell: no root is asked. */
static siglet_err *check_certificates(verification *v)
{
	const siglet_scitt_statement *statement = &v->report->scitt->statement;
	const siglet_slice issuer = statement->claims.issuer;
	siglet_cose_chain chain = { .count = 0 };
	siglet_validity validity = { 0 };
	siglet_err *err;

	if (!siglet_did_is_x509(issuer))
		return siglet_verify_fail(
			v, SIGLET_RULE_SCITT_ISSUER, -1,
			siglet_err_hint(siglet_err_new(SIGLET_E_UNTRUSTED,
						       "%s names no authority (did:x509), and its "
						       "certificates may be anybody's",
						       siglet_text_printable(issuer).text),
					"of a certificate of Sigstore's, ask for the identity in "
					"place of a statement"));
	err = siglet_cose_chain_read(&statement->message, &chain);
	if (err == NULL)
		err = siglet_did_x509_check(issuer, (const siglet_cert *const *)(void *)chain.certs,
					    chain.count, &validity);
	siglet_cose_chain_clear(&chain);
	if (err != NULL)
		return siglet_verify_fail(v, SIGLET_RULE_SCITT_ISSUER, -1, err);
	return check_validity(v, &validity);
}

/* A key's window, which siglet_verify_bounds holds times against, says nothing without one. */
static siglet_err *check_window(verification *v)
{
	if ((!v->policy->has_key_not_before && !v->policy->has_key_not_after) ||
	    v->report->time_count > 0)
		return NULL;
	return siglet_verify_fail(v, SIGLET_RULE_TIME_THRESHOLD, -1,
				  siglet_err_new(SIGLET_E_MISSING,
						 "no receipt that counts says when it was "
						 "registered, and the key has a window"));
}

static siglet_err *check_claim(verification *v, siglet_rule rule, const siglet_match *match,
			       siglet_slice claim, const char *what)
{
	siglet_err *err = siglet_verify_match(match, claim, what);

	if (err != NULL)
		return siglet_verify_fail(v, rule, -1, err);
	return siglet_verify_note(
		v, rule, -1,
		match->text == NULL ? SIGLET_OUTCOME_NOT_CHECKED : SIGLET_OUTCOME_PASSED, "%s%s",
		siglet_text_printable(claim).text, match->text == NULL ? " (any would do)" : "");
}

siglet_err *siglet_verify_scitt_issuer(verification *v)
{
	const siglet_cose_claims *claims = &v->report->scitt->statement.claims;
	siglet_err *err = v->leaf != NULL ? check_certificates(v) : check_window(v);

	if (err == NULL)
		err = check_claim(v, SIGLET_RULE_SCITT_ISSUER, &v->policy->issuer, claims->issuer,
				  "its issuer is");
	if (err == NULL)
		err = check_claim(v, SIGLET_RULE_SCITT_SUBJECT, &v->policy->subject,
				  claims->subject, "its subject is");
	return err;
}
