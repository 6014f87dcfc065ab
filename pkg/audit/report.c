#include "audit/audit_internal.h"

#include <inttypes.h>

/* What was found, for people and for programs. */

static const struct {
	siglet_audit_verdict verdict;
	const char *name;
	const char *text; /* what it means */
} verdicts[] = {
	{ SIGLET_AUDIT_INCOMPLETE, "incomplete", "could not be checked" },
	{ SIGLET_AUDIT_FIRST_SEEN, "first-seen",
	  "signed; seen for the first time, so that there is nothing to compare it with" },
	{ SIGLET_AUDIT_CONSISTENT, "consistent", "consistent" },
	{ SIGLET_AUDIT_INCLUDED, "included", "included" },
	{ SIGLET_AUDIT_RECOMPUTED, "recomputed", "the signed root follows from the entries" },
	{ SIGLET_AUDIT_PARTIAL, "partial", "these entries are under the signed root" },
	{ SIGLET_AUDIT_PROVEN, "proven", "the evidence holds" },
	{ SIGLET_AUDIT_REMEMBERED, "remembered", "remembered" },
	{ SIGLET_AUDIT_NO_MATCH, "no-match", "no entry matches" },
	{ SIGLET_AUDIT_MATCH, "match", "MATCH" },
	{ SIGLET_AUDIT_FORK, "fork", "FORK: the log signed two trees that contradict each other" },
	{ SIGLET_AUDIT_STALE, "stale", "ROLLED BACK: the log shows fewer entries than it did" },
	{ SIGLET_AUDIT_BAD_SIGNATURE, "bad-signature",
	  "REFUSED: a checkpoint that the log did not sign" },
	{ SIGLET_AUDIT_OTHER_ORIGIN, "other-origin", "REFUSED: a checkpoint of another log" },
	{ SIGLET_AUDIT_OTHER_KEY, "other-key", "REFUSED: the log has another key than before" },
	{ SIGLET_AUDIT_DATA_MISMATCH, "data-mismatch",
	  "REFUSED: the log serves what its signed root does not cover" },
	{ SIGLET_AUDIT_NOT_INCLUDED, "not-included", "NOT INCLUDED" },
	{ SIGLET_AUDIT_NO_QUORUM, "no-quorum", "REFUSED: too few witnesses saw this checkpoint" },
	{ SIGLET_AUDIT_TOO_OLD, "too-old", "REFUSED: nobody vouches that this view is recent" },
	{ SIGLET_AUDIT_UNPROVEN, "unproven", "NOT PROVEN by this file" },
};

const char *siglet_audit_verdict_name(siglet_audit_verdict verdict)
{
	for (size_t i = 0; i < SIGLET_COUNT(verdicts); i++)
		if (verdicts[i].verdict == verdict)
			return verdicts[i].name;
	return "incomplete";
}

static const char *text_of(siglet_audit_verdict verdict)
{
	for (size_t i = 0; i < SIGLET_COUNT(verdicts); i++)
		if (verdicts[i].verdict == verdict)
			return verdicts[i].text;
	return "could not be checked";
}

bool siglet_audit_verdict_is_refusal(siglet_audit_verdict verdict)
{
	return verdict >= SIGLET_AUDIT_MATCH;
}

bool siglet_audit_verdict_is_good(siglet_audit_verdict verdict)
{
	return verdict != SIGLET_AUDIT_INCOMPLETE && !siglet_audit_verdict_is_refusal(verdict);
}

/* ---- for people ---- */

static siglet_err *append_subject(const siglet_audit_report *r, siglet_buf *out)
{
	siglet_err *err = NULL;

	if (r->subject != NULL) {
		err = siglet_text_print(siglet_slice_str(r->subject), out);
		if (err == NULL)
			err = siglet_buf_append_str(out, ": ");
	}
	if (err == NULL && r->origin.len > 0) {
		err = siglet_text_print(r->origin, out);
		if (err == NULL)
			err = siglet_buf_append_str(out, ": ");
	}
	return err;
}

static siglet_err *append_numbers(const siglet_audit_report *r, siglet_buf *out)
{
	siglet_err *err = NULL;

	if (r->has_index)
		err = siglet_buf_printf(out, ", entry %" PRIu64, r->index);
	if (err == NULL && r->from.is_there && r->to.is_there)
		err = siglet_buf_printf(out, ", from %" PRIu64 " to %" PRIu64 " entries",
					r->from.size, r->to.size);
	else if (err == NULL && r->to.is_there)
		err = siglet_buf_printf(out, ", %" PRIu64 " entries", r->to.size);
	if (err == NULL && r->cosigned > 0)
		err = siglet_buf_printf(out, ", cosigned by %u witness%s", r->cosigned,
					r->cosigned == 1 ? "" : "es");
	if (err == NULL && r->checked > 0)
		err = siglet_buf_printf(out, ", %" PRIu64 " read", r->checked);
	if (err == NULL && r->skipped > 0)
		err = siglet_buf_printf(out, ", %" PRIu64 " COULD NOT BE READ", r->skipped);
	return err;
}

static siglet_err *append_memory(const siglet_audit_report *r, siglet_buf *out)
{
	const siglet_audit_memory *m = r->memory;
	siglet_err *err = NULL;

	if (m == NULL)
		return NULL;
	if (r->has_age)
		err = siglet_buf_printf(out, ", seen %" PRId64 " seconds ago", r->age_s);
	if (err == NULL && m->evidence_count > 0)
		err = siglet_buf_printf(out, ", EVIDENCE against it: %zu file%s", m->evidence_count,
					m->evidence_count == 1 ? "" : "s");
	if (err == NULL && m->has_frontier)
		err = siglet_buf_printf(out, "\n  recomputed up to entry %" PRIu64, m->frontier);
	for (size_t i = 0; err == NULL && i < m->cursor_count; i++)
		err = siglet_buf_printf(out, "\n  %s: watched up to entry %" PRIu64,
					m->cursors[i].name, m->cursors[i].scanned_to);
	return err;
}

static siglet_err *append_line(const char *label, const char *text, siglet_buf *out)
{
	siglet_err *err;

	if (text == NULL)
		return NULL;
	err = siglet_buf_printf(out, "\n  %s", label);
	return err == NULL ? siglet_text_print(siglet_slice_str(text), out) : err;
}

static siglet_err *append_leaf(const siglet_audit_report *r, siglet_buf *out)
{
	siglet_err *err;

	if (!r->has_leaf)
		return NULL;
	err = siglet_buf_append_str(out, "\n  leaf ");
	return err == NULL ? siglet_hex_encode(siglet_hash32_slice(&r->leaf), out) : err;
}

siglet_err *siglet_audit_report_text(const siglet_audit_report *r, siglet_buf *ret_text)
{
	siglet_err *err = append_subject(r, ret_text);

	if (err == NULL)
		err = siglet_buf_append_str(ret_text, text_of(r->verdict));
	if (err == NULL)
		err = append_numbers(r, ret_text);
	if (err == NULL)
		err = append_leaf(r, ret_text);
	if (err == NULL)
		err = append_memory(r, ret_text);
	if (err == NULL)
		err = append_line("", r->detail, ret_text);
	if (err == NULL && r->error != NULL) {
		err = append_line("", siglet_err_message(r->error), ret_text);
		if (err == NULL)
			err = append_line("hint: ", siglet_err_hint_text(r->error), ret_text);
	}
	return err == NULL ? append_line("evidence: ", r->evidence, ret_text) : err;
}

/* ---- for programs ---- */

/* Where a range begins there is no root. */
static void write_head(const siglet_audit_head *head, const char *name, siglet_json_writer *w)
{
	static const siglet_hash32 none;

	if (!head->is_there)
		return;
	siglet_json_write_begin_object(w, name);
	siglet_json_write_int(w, "size", (int64_t)head->size);
	if (!siglet_hash32_equal(&head->root, &none))
		siglet_json_write_hex(w, "root", siglet_hash32_slice(&head->root));
	siglet_json_write_end_object(w);
}

static void write_error(const siglet_err *error, siglet_json_writer *w)
{
	const char *hint = siglet_err_hint_text(error);

	siglet_json_write_begin_object(w, "error");
	siglet_json_write_text(w, "code", siglet_code_name(siglet_err_code(error)));
	siglet_json_write_text(w, "message", siglet_err_message(error));
	if (hint != NULL)
		siglet_json_write_text(w, "hint", hint);
	siglet_json_write_end_object(w);
}

static void write_memory(const siglet_audit_memory *m, siglet_json_writer *w)
{
	siglet_json_write_text(w, "folder", m->folder);
	siglet_json_write_int(w, "evidenceCount", (int64_t)m->evidence_count);
	if (m->has_frontier)
		siglet_json_write_int(w, "frontier", (int64_t)m->frontier);
	siglet_json_write_begin_array(w, "cursors");
	for (size_t i = 0; i < m->cursor_count; i++) {
		siglet_json_write_begin_object(w, NULL);
		siglet_json_write_text(w, "file", m->cursors[i].name);
		siglet_json_write_int(w, "scannedTo", (int64_t)m->cursors[i].scanned_to);
		siglet_json_write_end_object(w);
	}
	siglet_json_write_end_array(w);
}

void siglet_audit_report_write(const siglet_audit_report *r, siglet_json_writer *w)
{
	siglet_json_write_begin_object(w, NULL);
	siglet_json_write_text(w, "check", r->check);
	siglet_json_write_text(w, "verdict", siglet_audit_verdict_name(r->verdict));
	if (r->subject != NULL)
		siglet_json_write_text(w, "subject", r->subject);
	if (r->origin.len > 0)
		siglet_json_write_string(w, "origin", r->origin);
	write_head(&r->from, "from", w);
	write_head(&r->to, "to", w);
	if (r->has_index)
		siglet_json_write_int(w, "index", (int64_t)r->index);
	if (r->has_leaf)
		siglet_json_write_hex(w, "leaf", siglet_hash32_slice(&r->leaf));
	if (r->has_entry)
		siglet_json_write_base64(w, "body", r->entry);
	if (r->has_age)
		siglet_json_write_int(w, "age", r->age_s);
	siglet_json_write_int(w, "cosigned", r->cosigned);
	siglet_json_write_int(w, "checked", (int64_t)r->checked);
	siglet_json_write_int(w, "skipped", (int64_t)r->skipped);
	siglet_json_write_int(w, "requests", (int64_t)r->requests);
	siglet_json_write_int(w, "bytes", (int64_t)r->bytes);
	if (r->memory != NULL)
		write_memory(r->memory, w);
	if (r->evidence != NULL)
		siglet_json_write_text(w, "evidence", r->evidence);
	if (r->detail != NULL)
		siglet_json_write_text(w, "detail", r->detail);
	if (r->error != NULL)
		write_error(r->error, w);
	siglet_json_write_end_object(w);
}
