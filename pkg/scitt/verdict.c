#include "scitt/scitt_internal.h"

#include <stdlib.h>

/* The receipts of a statement, and what they come to. */

void siglet_scitt_findings_clear(siglet_scitt_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		siglet_err_free(findings->of[i].why);
	findings->count = 0;
}

/* Takes err, which is not NULL. What says nothing of the receipt is the caller's. */
static siglet_err *set_failure(siglet_scitt_finding *finding, siglet_scitt_outcome outcome,
			       siglet_err *err)
{
	if (siglet_err_is_fault(err))
		return err;
	finding->outcome = outcome;
	finding->why = err;
	return NULL;
}

/* A receipt that can't be read names no service that could be known: it is as if it were not there. */
static siglet_err *check_receipt(siglet_cbor_doc *doc, const siglet_cbor *bytes,
				 const siglet_scitt_keys *keys, const siglet_scitt_entry *entry,
				 siglet_scitt_finding *finding)
{
	const siglet_cbor *item = NULL;
	siglet_err *err = siglet_cbor_open(doc, bytes, siglet_cose_sign1_names, &item);

	if (err == NULL)
		err = siglet_scitt_receipt_read(doc, item, &finding->receipt);
	if (err != NULL)
		return set_failure(finding, SIGLET_SCITT_NOT_COUNTED, err);
	finding->is_read = true;
	err = siglet_scitt_receipt_check_entry(&finding->receipt, siglet_cbor_doc_heads(doc), keys,
					       entry, &finding->proven);
	if (err == NULL)
		finding->outcome = SIGLET_SCITT_VERIFIED;
	else
		return set_failure(finding,
				   siglet_err_code(err) == SIGLET_E_UNTRUSTED
					   ? SIGLET_SCITT_NOT_COUNTED
					   : SIGLET_SCITT_REFUSED,
				   err);
	return NULL;
}

/*
 * One key, or one name, is one service, however many receipts it gave. So are keys of one file that
 * nobody gave a name: that their receipts have two is only what they say themselves.
 */
static bool is_same_service(const siglet_scitt_keys *keys, const siglet_scitt_finding *a,
			    const siglet_scitt_finding *b)
{
	const siglet_scitt_key by_a = siglet_scitt_keys_at(keys, a->proven.key);
	const siglet_scitt_key by_b = siglet_scitt_keys_at(keys, b->proven.key);

	if (siglet_key_equal(by_a.key, by_b.key))
		return true;
	if (by_a.issuer.len == 0 && by_b.issuer.len == 0 && by_a.file == by_b.file)
		return true;
	return a->receipt.claims.issuer.len > 0 &&
	       siglet_slice_equal(a->receipt.claims.issuer, b->receipt.claims.issuer);
}

static size_t count_services(const siglet_scitt_keys *keys, const siglet_scitt_findings *findings)
{
	size_t services = 0;

	for (size_t i = 0; i < findings->count; i++) {
		bool is_new = findings->of[i].outcome == SIGLET_SCITT_VERIFIED;

		for (size_t k = 0; is_new && k < i; k++)
			if (findings->of[k].outcome == SIGLET_SCITT_VERIFIED)
				is_new = !is_same_service(keys, &findings->of[k], &findings->of[i]);
		services += is_new;
	}
	return services;
}

siglet_err *siglet_scitt_check(siglet_cbor_doc *doc, const siglet_scitt_statement *statement,
			       const siglet_scitt_keys *keys, siglet_scitt_findings *ret_findings)
{
	siglet_scitt_findings *found = siglet_calloc(1, sizeof(*found));
	siglet_scitt_entry entry;
	siglet_buf registered;
	siglet_err *err = SIGLET_ERR_UNSET;

	siglet_buf_init(&registered, (size_t)2 * SIGLET_MAX_CBOR_BYTES);
	if (found == NULL) {
		err = siglet_err_nomem();
		goto out;
	}
	err = siglet_scitt_registered(siglet_cbor_doc_heads(doc), statement, &registered);
	if (err == NULL)
		err = siglet_scitt_entry_hash(siglet_buf_slice(&registered), &entry);
	for (size_t i = 0; err == NULL && i < statement->receipt_count; i++) {
		found->count = i + 1;
		err = check_receipt(doc, statement->receipts[i], keys, &entry, &found->of[i]);
	}
	if (err != NULL) {
		siglet_scitt_findings_clear(found);
		goto out;
	}
	found->services = count_services(keys, found);
	*ret_findings = *found;
out:
	siglet_buf_clear(&registered);
	free(found);
	return err;
}

static siglet_err *copy_of(const siglet_err *err)
{
	return siglet_err_new(siglet_err_code(err), "%s", siglet_err_message(err));
}

siglet_err *siglet_scitt_findings_require(const siglet_scitt_findings *findings, size_t least)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->of[i].outcome == SIGLET_SCITT_REFUSED)
			return siglet_err_wrap(copy_of(findings->of[i].why), "receipt %zu", i);
	if (findings->services >= least)
		return NULL;
	if (findings->count == 0)
		return siglet_err_new(SIGLET_E_MISSING, "no receipt in it");
	/* One that could have counted says best why it does not. */
	if (findings->count == 1 && findings->services == 0)
		return siglet_err_wrap(copy_of(findings->of[0].why), "receipt 0");
	return siglet_err_new(SIGLET_E_UNTRUSTED,
			      "receipts of %zu services that are trusted, not %zu",
			      findings->services, least);
}
