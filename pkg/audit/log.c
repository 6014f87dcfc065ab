#include "audit/audit_internal.h"

#include <string.h>

/* Whose signature counts, and where each log is. */

static bool is_retired(const siglet_audit *audit, const siglet_window *window)
{
	return window->has_end && window->end_ms / 1000 < audit->now_s;
}

static siglet_err *visit_root(const siglet_audit *audit, siglet_audit_log_visit *visit,
			      void *context)
{
	const size_t count = audit->root == NULL ? 0 : siglet_trustroot_tlog_count(audit->root);
	siglet_err *err = NULL;

	/* cppcheck-suppress invalidLifetime ; an error borrows nothing */
	for (size_t i = 0; err == NULL && i < count; i++) {
		const siglet_log *known = siglet_trustroot_tlog(audit->root, i);
		audit_log log = {
			.name = known->name,
			.verifier = { .key = known->key, .scheme = known->scheme },
			.url = known->base_url,
			.log_id = known->log_id,
			.is_retired = is_retired(audit, &known->window),
		};

		memcpy(log.verifier.id, known->checkpoint_id, sizeof(log.verifier.id));
		err = visit(context, &log);
	}
	/* cppcheck-suppress returnDanglingLifetime ; an error borrows nothing */
	return err;
}

/* The key has another id on notes than elsewhere: the log's name goes into it. */
static siglet_err *visit_ct(const siglet_audit *audit, const siglet_log *known,
			    siglet_audit_log_visit *visit, void *context)
{
	audit_log log = {
		.name = known->name,
		.verifier = { .name = known->name, .key = known->key, .scheme = known->scheme },
		.url = known->base_url,
		.is_ct = true,
		.is_retired = is_retired(audit, &known->window),
	};
	siglet_err *err = siglet_ct_key_id(
		known->name, siglet_digest_slice(siglet_key_id(known->key)), log.verifier.id);

	return err == NULL ? visit(context, &log) : err;
}

static siglet_err *visit_ct_logs(const siglet_audit *audit, siglet_audit_log_visit *visit,
				 void *context)
{
	const size_t count = audit->root == NULL ? 0 : siglet_trustroot_ctlog_count(audit->root);
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < count; i++)
		err = visit_ct(audit, siglet_trustroot_ctlog(audit->root, i), visit, context);
	return err;
}

static siglet_err *visit_key(const siglet_note_key *key, siglet_slice url,
			     siglet_audit_log_visit *visit, void *context)
{
	audit_log log = { .name = siglet_note_key_name(key), .url = url };
	siglet_err *err = siglet_note_key_verifier(key, &log.verifier);

	return err == NULL ? visit(context, &log) : err;
}

typedef struct namesake {
	const siglet_note_key *key;
	const siglet_note_verifier *verifier;
	bool is_there;
} namesake;

static siglet_err *compare_namesake(void *context, const audit_log *log)
{
	namesake *n = context;

	if (log->url.len > 0 && siglet_slice_equal(log->name, siglet_note_key_name(n->key)) &&
	    siglet_key_equal(log->verifier.key, n->verifier->key))
		n->is_there = true;
	return NULL;
}

/* Does the trusted root name the same log, and where it is? */
static siglet_err *is_in_root(const siglet_audit *audit, const siglet_note_key *key,
			      bool *ret_is_there)
{
	siglet_note_verifier verifier;
	namesake n = { .key = key, .verifier = &verifier };
	siglet_err *err = siglet_note_key_verifier(key, &verifier);

	if (err == NULL)
		err = visit_root(audit, compare_namesake, &n);
	*ret_is_there = n.is_there;
	/* cppcheck-suppress returnDanglingLifetime ; an error borrows nothing */
	return err;
}

static siglet_err *visit_policy(const siglet_audit *audit, siglet_audit_log_visit *visit,
				void *context)
{
	const size_t count =
		audit->policy == NULL ? 0 : siglet_witness_policy_log_count(audit->policy);
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < count; i++) {
		const siglet_policy_log *known = siglet_witness_policy_log(audit->policy, i);
		bool is_known = false;

		err = is_in_root(audit, known->key, &is_known);
		if (err == NULL && !is_known)
			err = visit_key(known->key, known->url, visit, context);
	}
	return err;
}

static siglet_err *visit_all(const siglet_audit *audit, siglet_audit_log_visit *visit,
			     void *context)
{
	siglet_err *err;

	if (audit->is_ct)
		return visit_ct_logs(audit, visit, context);
	/* A key that was given is the one that is meant. */
	if (audit->log_key != NULL)
		return visit_key(audit->log_key, SIGLET_SLICE_NONE, visit, context);
	err = visit_root(audit, visit, context);
	return err == NULL ? visit_policy(audit, visit, context) : err;
}

/* ---- the one that is read from a place that was given ---- */

static siglet_err *accept_tree(void *context, audit_tree *tree)
{
	bool *is_its = context;

	(void)tree;
	*is_its = true;
	return NULL;
}

/* Does what is served there carry this log's signature? Only that it can't be read is an error. */
static siglet_err *is_served(const siglet_audit *audit, const audit_log *log, bool *ret_is_its)
{
	siglet_buf bad;
	siglet_err *err;

	*ret_is_its = false;
	siglet_buf_init(&bad, SIGLET_MAX_NOTE_BYTES);
	err = siglet_audit_each_tree(audit, log, accept_tree, ret_is_its, &bad);
	if (err != NULL && bad.len > 0 && !siglet_err_is_fault(err)) {
		siglet_err_free(err);
		err = NULL;
	}
	siglet_buf_clear(&bad);
	return err;
}

/* ---- the choice ---- */

typedef struct choice {
	const siglet_audit *audit;
	siglet_audit_log_visit *visit;
	void *context;
	bool probes; /* of several logs the one that is served is meant */
	size_t count;
} choice;

static siglet_err *choose(void *context, const audit_log *log)
{
	choice *c = context;
	bool is_meant = c->audit->log == NULL || siglet_slice_is(log->name, c->audit->log);
	siglet_err *err = NULL;

	if (is_meant && c->probes)
		err = is_served(c->audit, log, &is_meant);
	if (err != NULL || !is_meant)
		return err;
	c->count++;
	return c->visit == NULL ? NULL : c->visit(c->context, log);
}

static siglet_err *refuse_none(const siglet_audit *audit)
{
	if (audit->from != NULL && audit->log == NULL)
		return siglet_err_hint(
			siglet_err_new(SIGLET_E_UNTRUSTED, "%s: signed by no log that is known",
				       siglet_text_printable(siglet_slice_str(audit->from)).text),
			"name its trust root, or its key with --log-key");
	if (audit->log != NULL)
		return siglet_err_new(SIGLET_E_USAGE, "no log \"%s\" is known",
				      siglet_text_printable(siglet_slice_str(audit->log)).text);
	return siglet_err_new(SIGLET_E_TRUST, audit->is_ct ? "the trusted root has no CT log"
							   : "the trusted root has no log");
}

siglet_err *siglet_audit_each_log(const siglet_audit *audit, siglet_audit_log_visit *visit,
				  void *context)
{
	choice known = { .audit = audit };
	choice meant = { .audit = audit, .visit = visit, .context = context };
	siglet_err *err = visit_all(audit, choose, &known);

	if (err != NULL)
		return err;
	/* Where only one is known, what is wrong there is its own. */
	meant.probes = audit->from != NULL && known.count > 1;
	err = visit_all(audit, choose, &meant);
	if (err == NULL && meant.count == 0)
		err = refuse_none(audit);
	return err;
}

/* ---- those that can't be asked ---- */

void siglet_audit_tell_unusable(const siglet_audit *audit, const char *check)
{
	const size_t count = audit->root == NULL ? 0 : siglet_trustroot_skipped_count(audit->root);

	if (audit->log != NULL || audit->from != NULL || audit->log_key != NULL)
		return;
	for (size_t i = 0; i < count; i++) {
		const siglet_skipped_log *log = siglet_trustroot_skipped(audit->root, i);
		audit_finding finding;

		if (log->is_ct != audit->is_ct)
			continue;
		siglet_audit_finding_init(&finding, check);
		finding.report.origin = log->base_url;
		siglet_audit_finding_tell(
			audit, &finding,
			siglet_err_hint(
				siglet_err_new(SIGLET_E_UNSUPPORTED,
					       "its key is of a kind that this siglet "
					       "can't verify with: %s",
					       siglet_text_printable(log->key_details).text),
				"a newer siglet may know it"));
		siglet_audit_finding_clear(&finding);
	}
}

/* ---- without asking anybody ---- */

siglet_err *siglet_audit_each_known_log(const siglet_audit *audit, siglet_audit_log_visit *visit,
					void *context)
{
	choice meant = { .audit = audit, .visit = visit, .context = context };
	siglet_err *err = visit_all(audit, choose, &meant);

	return err == NULL && meant.count == 0 ? refuse_none(audit) : err;
}

bool siglet_audit_can_ask(const siglet_audit *audit)
{
	return audit->transport != NULL ||
	       (audit->from != NULL && !siglet_source_is_url(audit->from));
}

/* ---- one of them ---- */

static bool is_namesake(const audit_log *a, const audit_log *b)
{
	return siglet_slice_equal(a->name, b->name) &&
	       !siglet_key_equal(a->verifier.key, b->verifier.key);
}

typedef struct namesakes {
	const audit_log *log;
	size_t count, known;
} namesakes;

static siglet_err *count_namesake(void *context, const audit_log *log)
{
	namesakes *n = context;

	n->known++;
	n->count += is_namesake(n->log, log);
	return NULL;
}

/* Where a log got another key, one of the two is in use. */
siglet_err *siglet_audit_is_read(const siglet_audit *audit, const audit_log *log, bool *ret_is_read)
{
	namesakes n = { .log = log };
	siglet_err *err = siglet_audit_each_known_log(audit, count_namesake, &n);

	*ret_is_read = true;
	if (err != NULL || (n.count == 0 && (audit->from == NULL || n.known < 2)))
		return err;
	return is_served(audit, log, ret_is_read);
}

typedef struct single {
	const siglet_audit *audit;
	audit_log *log;
	size_t count;
} single;

/* A log may stand in several places. */
static siglet_err *take_single(void *context, const audit_log *log)
{
	single *s = context;
	bool is_its = true;
	siglet_err *err = NULL;

	if (s->count > 0 && is_namesake(s->log, log))
		err = is_served(s->audit, log, &is_its);
	else if (s->count > 0 && siglet_slice_equal(s->log->name, log->name))
		is_its = s->log->url.len == 0;
	else
		s->count++;
	if (err == NULL && is_its)
		*s->log = *log;
	return err;
}

siglet_err *siglet_audit_one_log(const siglet_audit *audit, audit_log *ret_log)
{
	audit_log log = { .name = SIGLET_SLICE_NONE };
	single s = { audit, &log, 0 };
	siglet_err *err = siglet_audit_each_log(audit, take_single, &s);

	if (err == NULL && s.count > 1)
		err = siglet_err_hint(siglet_err_new(SIGLET_E_USAGE, "several logs are known"),
				      "say which is meant with --log, such as --log %s",
				      siglet_text_printable(log.name).text);
	if (err == NULL)
		*ret_log = log;
	return err;
}
