#include "audit/audit_internal.h"

#include <stdlib.h>
#include <string.h>

#include "sys/sys.h"

/* Does the log show others what it shows us? Checkpoints that others have, in files and bundles. */

#define CHECK "compare"
#define MAX_CLAIMS 512 /* before they are settled */

typedef struct comparing {
	const siglet_audit *audit;
	audit_claim *claims;
	size_t count;
} comparing;

static void settle(comparing *c)
{
	siglet_audit_claims_settle(c->audit, c->claims, c->count);
	for (size_t i = 0; i < c->count; i++)
		siglet_audit_claim_clear(&c->claims[i]);
	c->count = 0;
}

/* A file that is not what it should be is no statement about a log. */
static siglet_err *as_unreadable(siglet_err *err)
{
	return siglet_err_is_fault(err) ? err : siglet_err_recode(err, SIGLET_E_IO);
}

static void tell_at_once(const comparing *c, const char *name, siglet_err *err)
{
	audit_finding finding;

	siglet_audit_finding_init(&finding, CHECK);
	finding.report.subject = name;
	siglet_audit_finding_tell(c->audit, &finding, as_unreadable(err));
	siglet_audit_finding_clear(&finding);
}

static siglet_err *take_note(const siglet_audit *audit, const char *name, siglet_slice text,
			     siglet_slice log_id, audit_claim *claim)
{
	siglet_err *err = siglet_strndup(siglet_slice_str(name), &claim->subject);

	if (err != NULL)
		return err;
	err = siglet_audit_find_signer(audit, text, log_id, &claim->log, &claim->view,
				       &claim->finding.report.verdict);
	/* Of a log that is not known it may still be good. */
	if (err == NULL || claim->finding.report.verdict != SIGLET_AUDIT_INCOMPLETE ||
	    siglet_err_code(err) == SIGLET_E_UNTRUSTED || siglet_err_code(err) == SIGLET_E_TRUST)
		return err;
	return as_unreadable(err);
}

static void add_note(comparing *c, const char *name, siglet_slice text, siglet_slice log_id)
{
	audit_claim *claim = &c->claims[c->count];
	siglet_err *err;

	siglet_audit_claim_init(claim, CHECK);
	err = take_note(c->audit, name, text, log_id, claim);
	if (err != NULL) {
		siglet_audit_claim_tell(c->audit, claim, err);
		siglet_audit_claim_clear(claim);
		return;
	}
	if (++c->count == MAX_CLAIMS)
		settle(c);
}

static void add_bundle(comparing *c, const char *name, siglet_slice json)
{
	siglet_bundle *bundle = NULL;
	siglet_err *err = siglet_bundle_parse(json, &bundle);
	const siglet_bundle_data *data;
	size_t notes = 0;

	if (err != NULL) {
		tell_at_once(c, name, err);
		return;
	}
	data = siglet_bundle_get(bundle);
	for (size_t i = 0; i < data->entry_count; i++) {
		const siglet_entry *entry = &data->entries[i];

		if (entry->checkpoint.len == 0)
			continue;
		notes++;
		add_note(c, name, entry->checkpoint, entry->log_id);
	}
	if (notes == 0)
		tell_at_once(c, name,
			     siglet_err_new(SIGLET_E_IO, "there is no checkpoint in this bundle"));
	siglet_bundle_free(bundle);
}

/* No origin begins as a bundle does; white space begins neither. */
static void add_text(comparing *c, const char *name, siglet_slice text)
{
	siglet_slice line = SIGLET_SLICE_NONE;

	if (text.len == 0 || text.ptr[0] != '{')
		add_note(c, name, text, SIGLET_SLICE_NONE);
	else if (!siglet_bundle_is_lines(text))
		add_bundle(c, name, text);
	else
		while (siglet_bundle_next_line(&text, &line))
			add_bundle(c, name, line);
}

static void add_file(comparing *c, const char *name)
{
	siglet_buf text;
	siglet_err *err;

	siglet_buf_init(&text, SIGLET_MAX_BUNDLE_BYTES);
	err = siglet_sys_read_file(name, &text);
	if (err == NULL)
		add_text(c, name, siglet_buf_slice(&text));
	else
		tell_at_once(c, name, err);
	siglet_buf_clear(&text);
}

siglet_err *siglet_audit_compare(const siglet_audit *audit, const char *const *names, size_t count)
{
	comparing c = { .audit = audit };

	c.claims = siglet_calloc(MAX_CLAIMS, sizeof(*c.claims));
	if (c.claims == NULL)
		return siglet_err_nomem();
	for (size_t i = 0; i < count; i++)
		add_file(&c, names[i]);
	settle(&c);
	free(c.claims);
	return NULL;
}
