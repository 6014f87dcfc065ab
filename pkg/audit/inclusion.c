#include "audit/audit_internal.h"

#include <stdlib.h>

#include "sys/sys.h"

/*
 * Is a bundle's signature in the log? Its entries are read, matched and proved one bundle at a time;
 * what is left of each is small, and the logs are asked for many at once.
 */

#define CHECK "inclusion"
#define MAX_CLAIMS 512 /* before they are settled */
#define MAX_PROOF_BYTES ((size_t)4 * SIGLET_MAX_NOTE_BYTES)
#define MAX_NAME_BYTES ((size_t)2 * SIGLET_AUDIT_MAX_PATH)
#define NO_ARTIFACT "this signature is logged; no artifact was checked"

typedef struct inclusion {
	const siglet_audit *audit;
	audit_claim *claims;
	size_t count;
} inclusion;

static void settle(inclusion *in)
{
	siglet_audit_claims_settle(in->audit, in->claims, in->count);
	for (size_t i = 0; i < in->count; i++)
		siglet_audit_claim_clear(&in->claims[i]);
	in->count = 0;
}

/* ---- one entry ---- */

/* Whose key signed: the certificate's, or the one that was given. */
static siglet_err *find_key(const siglet_audit *audit, const siglet_bundle *bundle,
			    const siglet_key **ret_key)
{
	const siglet_cert *leaf = siglet_bundle_leaf(bundle);

	*ret_key = leaf != NULL ? siglet_cert_key(leaf) : audit->key;
	if (*ret_key != NULL)
		return NULL;
	return siglet_err_hint(siglet_err_new(SIGLET_E_USAGE,
					      "it has no certificate, so its entry can't be told "
					      "from another's without the key"),
			       "name the public key with --key");
}

/* The bundle's own digest stands in for the artifact's: that is all that is claimed then. */
static siglet_err *match(const siglet_audit *audit, const siglet_bundle *bundle,
			 const siglet_entry *entry, siglet_buf *ret_body)
{
	const siglet_bundle_data *data = siglet_bundle_get(bundle);
	siglet_digests digests = { .mask = 0 };
	siglet_entry_subject subject = {
		.signature = data->signature,
		.cert_der = data->leaf_der,
		.is_dsse = data->is_dsse,
		.payload = data->payload,
		.payload_type = data->payload_type,
		.artifact = &digests,
	};
	siglet_err *err = find_key(audit, bundle, &subject.key);

	if (data->has_digest) {
		digests.mask = SIGLET_HASH_BIT(data->digest.hash);
		digests.of[data->digest.hash] = data->digest;
	}
	return err == NULL ? siglet_entry_match(entry, &subject, ret_body) : err;
}

/* ---- under its own checkpoint ---- */

static siglet_err *prove(const siglet_entry *entry, siglet_slice body, audit_claim *claim)
{
	siglet_note_verifier verifier = claim->log.verifier;
	siglet_inclusion proven;
	siglet_arena arena;
	siglet_err *err;

	/* A v1 log's key name is its bare host, while its origin is "host - tree id". */
	verifier.name = siglet_entry_is_v2(entry) ? claim->log.name : SIGLET_SLICE_NONE;
	siglet_arena_init(&arena, MAX_PROOF_BYTES);
	err = siglet_entry_check_inclusion(entry, body, &verifier, &arena, &proven);
	siglet_arena_clear(&arena);
	if (err != NULL && !siglet_err_is_fault(err))
		claim->finding.report.verdict = SIGLET_AUDIT_NOT_INCLUDED;
	return err;
}

static siglet_err *check_proof(const siglet_audit *audit, const siglet_entry *entry,
			       siglet_slice body, audit_claim *claim)
{
	siglet_audit_verdict verdict = SIGLET_AUDIT_INCOMPLETE;
	siglet_err *err = siglet_audit_find_signer(audit, entry->checkpoint, entry->log_id,
						   &claim->log, &claim->view, &verdict);

	/* A checkpoint that is none proves nothing, as a bundle that is none. */
	if (err != NULL && verdict == SIGLET_AUDIT_INCOMPLETE &&
	    (siglet_err_code(err) == SIGLET_E_MALFORMED || siglet_err_code(err) == SIGLET_E_RANGE ||
	     siglet_err_code(err) == SIGLET_E_LIMIT))
		verdict = SIGLET_AUDIT_NOT_INCLUDED;
	claim->finding.report.verdict = verdict;
	if (err == NULL && !siglet_audit_log_has_id(&claim->log, entry->log_id)) {
		claim->finding.report.verdict = SIGLET_AUDIT_NOT_INCLUDED;
		err = siglet_err_new(SIGLET_E_MISMATCH,
				     "its checkpoint is of another log than it names");
	}
	return err == NULL ? prove(entry, body, claim) : err;
}

/* Without a proof the log itself must show it, if the promise that it would is the log's. */
static siglet_err *check_promise(const siglet_audit *audit, const siglet_entry *entry,
				 audit_claim *claim)
{
	bool is_found = false;
	siglet_err *err = siglet_audit_find_log_id(audit, entry->log_id, &claim->log, &is_found);

	if (err == NULL && !is_found)
		return siglet_err_hint(siglet_err_new(SIGLET_E_UNTRUSTED,
						      "in a log that is not known"),
				       "name its trust root, or its key with --log-key");
	if (err != NULL || entry->promise.len == 0)
		return err;
	err = siglet_entry_check_promise(entry, claim->log.verifier.key,
					 claim->log.verifier.scheme);
	if (err != NULL && !siglet_err_is_fault(err))
		claim->finding.report.verdict = SIGLET_AUDIT_BAD_SIGNATURE;
	return err;
}

static siglet_err *check_entry(const siglet_audit *audit, const siglet_bundle *bundle,
			       const siglet_entry *entry, audit_claim *claim)
{
	siglet_buf body;
	siglet_err *err;

	siglet_buf_init(&body, SIGLET_MAX_ENTRY_BODY_BYTES);
	claim->has_index = entry->log_index >= 0;
	claim->index = (uint64_t)entry->log_index;
	claim->finding.report.detail = NO_ARTIFACT;
	err = match(audit, bundle, entry, &body);
	if (err != NULL && !siglet_err_is_fault(err) && siglet_err_code(err) != SIGLET_E_USAGE)
		claim->finding.report.verdict = SIGLET_AUDIT_NOT_INCLUDED;
	if (err == NULL)
		err = siglet_merkle_hash_leaf(siglet_buf_slice(&body), &claim->leaf);
	if (err == NULL) {
		claim->has_leaf = true;
		if (!entry->has_proof || entry->promise.len > 0)
			err = check_promise(audit, entry, claim);
	}
	if (err == NULL && entry->has_proof)
		err = check_proof(audit, entry, siglet_buf_slice(&body), claim);
	siglet_buf_clear(&body);
	return err;
}

/* ---- files ---- */

static siglet_err *name_claim(const char *name, size_t which, size_t of, audit_claim *claim)
{
	siglet_buf text;
	siglet_err *err;

	siglet_buf_init(&text, MAX_NAME_BYTES);
	err = siglet_buf_append_str(&text, name);
	if (err == NULL && of > 1)
		err = siglet_buf_printf(&text, " (entry %zu)", which + 1);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&text), &claim->subject);
	siglet_buf_clear(&text);
	return err;
}

static void tell_at_once(const inclusion *in, const char *name, siglet_audit_verdict verdict,
			 siglet_err *err)
{
	audit_finding finding;

	siglet_audit_finding_init(&finding, CHECK);
	finding.report.subject = name;
	finding.report.verdict = verdict;
	siglet_audit_finding_tell(in->audit, &finding, err);
	siglet_audit_finding_clear(&finding);
}

static void add_entry(inclusion *in, const char *name, const siglet_bundle *bundle, size_t which)
{
	const siglet_bundle_data *data = siglet_bundle_get(bundle);
	audit_claim *claim = &in->claims[in->count];
	siglet_err *err;

	siglet_audit_claim_init(claim, CHECK);
	err = name_claim(name, which, data->entry_count, claim);
	if (err == NULL)
		err = check_entry(in->audit, bundle, &data->entries[which], claim);
	if (err != NULL) {
		siglet_audit_claim_tell(in->audit, claim, err);
		siglet_audit_claim_clear(claim);
		return;
	}
	if (++in->count == MAX_CLAIMS)
		settle(in);
}

static void add_bundle(inclusion *in, const char *name, siglet_slice json)
{
	siglet_bundle *bundle = NULL;
	siglet_err *err = siglet_bundle_parse(json, &bundle);

	if (err != NULL) {
		tell_at_once(in, name,
			     siglet_err_is_fault(err) ? SIGLET_AUDIT_INCOMPLETE
						      : SIGLET_AUDIT_NOT_INCLUDED,
			     err);
		return;
	}
	if (siglet_bundle_get(bundle)->entry_count == 0)
		tell_at_once(in, name, SIGLET_AUDIT_NOT_INCLUDED,
			     siglet_err_new(SIGLET_E_MISSING, "it has no log entry"));
	for (size_t i = 0; i < siglet_bundle_get(bundle)->entry_count; i++)
		add_entry(in, name, bundle, i);
	siglet_bundle_free(bundle);
}

static void add_text(inclusion *in, const char *name, siglet_slice text)
{
	siglet_slice line = SIGLET_SLICE_NONE;

	if (!siglet_bundle_is_lines(text)) {
		add_bundle(in, name, text);
		return;
	}
	while (siglet_bundle_next_line(&text, &line))
		add_bundle(in, name, line);
}

static void add_file(inclusion *in, const char *name)
{
	siglet_buf json;
	siglet_err *err;

	siglet_buf_init(&json, SIGLET_MAX_BUNDLE_BYTES);
	err = siglet_sys_read_file(name, &json);
	if (err == NULL)
		add_text(in, name, siglet_buf_slice(&json));
	else
		tell_at_once(in, name, SIGLET_AUDIT_INCOMPLETE, err);
	siglet_buf_clear(&json);
}

siglet_err *siglet_audit_inclusion(const siglet_audit *audit, const char *const *names,
				   size_t count)
{
	inclusion in = { .audit = audit };

	in.claims = siglet_calloc(MAX_CLAIMS, sizeof(*in.claims));
	if (in.claims == NULL)
		return siglet_err_nomem();
	for (size_t i = 0; i < count; i++)
		add_file(&in, names[i]);
	settle(&in);
	free(in.claims);
	return NULL;
}
