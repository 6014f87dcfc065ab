#include "audit/audit_internal.h"

#include <string.h>

/* Which of the logs that are known signed this? */

typedef struct signer {
	siglet_slice text, log_id;
	audit_log *log;
	audit_view *view;
	bool is_found;
	siglet_err *why; /* of the log that it should be of */
} signer;

/* The id on its checkpoints is how that of its entries begins, unless the trusted root says more. */
bool siglet_audit_log_has_id(const audit_log *log, siglet_slice log_id)
{
	if (log->log_id.len > 0)
		return siglet_slice_equal(log->log_id, log_id);
	return log_id.len >= SIGLET_NOTE_ID_SIZE &&
	       memcmp(log_id.ptr, log->verifier.id, SIGLET_NOTE_ID_SIZE) == 0;
}

static siglet_err *try_signer(void *context, const audit_log *log)
{
	signer *s = context;
	siglet_err *err;

	if (s->is_found)
		return NULL;
	err = siglet_audit_view_read(log, s->text, s->view);
	if (err == NULL) {
		s->is_found = true;
		*s->log = *log;
		return NULL;
	}
	if (siglet_err_is_fault(err))
		return err;
	/* That others did not sign it says nothing, but for the log that its entry names. */
	if (s->why == NULL &&
	    (siglet_err_code(err) != SIGLET_E_MISSING || siglet_audit_log_has_id(log, s->log_id))) {
		s->why = err;
		/* What is no checkpoint at all is none of any log. */
		if (siglet_err_code(err) == SIGLET_E_MISMATCH ||
		    siglet_audit_log_has_id(log, s->log_id))
			*s->log = *log;
	} else {
		siglet_err_free(err);
	}
	return NULL;
}

siglet_err *siglet_audit_find_signer(const siglet_audit *audit, siglet_slice text,
				     siglet_slice log_id, audit_log *ret_log, audit_view *ret_view,
				     siglet_audit_verdict *ret_verdict)
{
	signer s = { .text = text, .log_id = log_id, .log = ret_log, .view = ret_view };
	siglet_err *err = siglet_audit_each_known_log(audit, try_signer, &s);

	*ret_verdict = SIGLET_AUDIT_INCOMPLETE;
	if (err != NULL || s.is_found) {
		siglet_err_free(s.why);
		return err;
	}
	if (s.why == NULL)
		return siglet_err_hint(siglet_err_new(SIGLET_E_UNTRUSTED,
						      "a checkpoint of no log that is known"),
				       "name its trust root, or its key with --log-key");
	*ret_verdict = siglet_audit_verdict_of(s.why);
	return s.why;
}

static siglet_err *try_id(void *context, const audit_log *log)
{
	signer *s = context;

	if (!s->is_found && siglet_audit_log_has_id(log, s->log_id)) {
		s->is_found = true;
		*s->log = *log;
	}
	return NULL;
}

siglet_err *siglet_audit_find_log_id(const siglet_audit *audit, siglet_slice log_id,
				     audit_log *ret_log, bool *ret_found)
{
	signer s = { .log_id = log_id, .log = ret_log };
	siglet_err *err = siglet_audit_each_known_log(audit, try_id, &s);

	*ret_found = err == NULL && s.is_found;
	return err;
}
