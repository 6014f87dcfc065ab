#include "audit/audit_internal.h"

#include <string.h>

/* Whose signature counts, and where each log is. */

static siglet_err *visit_root(const siglet_audit *audit, siglet_audit_log_visit *visit,
			      void *context)
{
	const size_t count = audit->root == NULL ? 0 : siglet_trustroot_tlog_count(audit->root);
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < count; i++) {
		const siglet_log *known = siglet_trustroot_tlog(audit->root, i);
		audit_log log = {
			.name = known->name,
			.verifier = { .key = known->key, .scheme = known->scheme },
			.url = known->base_url,
		};

		memcpy(log.verifier.id, known->checkpoint_id, sizeof(log.verifier.id));
		err = visit(context, &log);
	}
	return err;
}

static siglet_err *visit_key(const siglet_note_key *key, siglet_slice url,
			     siglet_audit_log_visit *visit, void *context)
{
	audit_log log = { .name = siglet_note_key_name(key), .url = url };
	siglet_err *err = siglet_note_key_verifier(key, &log.verifier);

	return err == NULL ? visit(context, &log) : err;
}

static siglet_err *visit_policy(const siglet_audit *audit, siglet_audit_log_visit *visit,
				void *context)
{
	const size_t count =
		audit->policy == NULL ? 0 : siglet_witness_policy_log_count(audit->policy);
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < count; i++) {
		const siglet_policy_log *known = siglet_witness_policy_log(audit->policy, i);

		err = visit_key(known->key, known->url, visit, context);
	}
	return err;
}

typedef struct choice {
	const siglet_audit *audit;
	siglet_audit_log_visit *visit;
	void *context;
	size_t count;
} choice;

static siglet_err *choose(void *context, const audit_log *log)
{
	choice *c = context;

	if (c->audit->log != NULL && !siglet_slice_is(log->name, c->audit->log))
		return NULL;
	c->count++;
	return c->visit(c->context, log);
}

siglet_err *siglet_audit_each_log(const siglet_audit *audit, siglet_audit_log_visit *visit,
				  void *context)
{
	choice c = { audit, visit, context, 0 };
	siglet_err *err = NULL;

	/* A key that was given is the one that is meant. */
	if (audit->log_key != NULL)
		return visit_key(audit->log_key, SIGLET_SLICE_NONE, visit, context);
	err = visit_root(audit, choose, &c);
	if (err == NULL)
		err = visit_policy(audit, choose, &c);
	if (err == NULL && c.count == 0 && audit->log != NULL)
		err = siglet_err_new(SIGLET_E_USAGE, "no log \"%s\" is known",
				     siglet_text_printable(siglet_slice_str(audit->log)).text);
	else if (err == NULL && c.count == 0)
		err = siglet_err_new(SIGLET_E_TRUST, "the trusted root has no log");
	return err;
}
