#include "audit/trail_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sys/sys.h"

/*
 * Is each signature that a trail tells of really in its log? Lines are read as they come, and the
 * logs are asked for many at once; what is wrong is told of each, and then one report of all.
 */

#define CHECK "trail"
#define BATCH 512
#define MAX_NAME_BYTES ((size_t)SIGLET_AUDIT_MAX_PATH + 64)

typedef struct trail {
	const siglet_audit *audit;
	const char *path;
	siglet_buf text; /* a line that has not come whole */
	uint64_t number; /* of the line */
	uint64_t checked, passed_over, bad;
	siglet_audit_verdict worst;
	siglet_err *err; /* of telling */
	size_t count;	 /* of what follows */
	audit_claim *claims;
	audit_trail_line *lines;
	siglet_json_doc **docs; /* that the lines borrow from */
} trail;

/* ---- what is told ---- */

static void count_bad(trail *t, siglet_audit_verdict verdict)
{
	t->bad++;
	if (t->worst == SIGLET_AUDIT_INCOMPLETE || siglet_audit_verdict_is_refusal(verdict))
		t->worst = verdict;
}

static siglet_err *name_line(const trail *t, uint64_t number, char **ret_name)
{
	siglet_buf text;
	siglet_err *err;

	siglet_buf_init(&text, MAX_NAME_BYTES);
	err = siglet_buf_printf(&text, "%s:%" PRIu64, t->path, number);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&text), ret_name);
	siglet_buf_clear(&text);
	return err;
}

/* A line that could not be held against a log. Takes err. */
static void tell_line(trail *t, siglet_err *err)
{
	audit_finding finding;
	char *name = NULL;
	siglet_err *unnamed = name_line(t, t->number, &name);

	siglet_audit_finding_init(&finding, CHECK);
	finding.report.subject = name;
	count_bad(t, SIGLET_AUDIT_INCOMPLETE);
	siglet_audit_finding_tell(t->audit, &finding, err);
	siglet_audit_finding_clear(&finding);
	siglet_err_free(unnamed);
	free(name);
}

/* The line that a report is of: its subject is the claim's own. */
static size_t line_of(const trail *t, const siglet_audit_report *report)
{
	size_t at = 0;

	while (at < t->count && t->claims[at].subject != report->subject)
		at++;
	return at;
}

/* The report again, as it turns out for the trail. Takes err. */
static void tell_again(trail *t, const siglet_audit_report *report, siglet_audit_verdict verdict,
		       siglet_err *err)
{
	siglet_audit_report told = *report;

	count_bad(t, verdict);
	told.verdict = verdict;
	told.has_entry = false;
	if (err != NULL)
		told.error = err;
	t->audit->tell(t->audit->context, &told);
	siglet_err_free(err);
}

static void hear(void *context, const siglet_audit_report *report)
{
	trail *t = context;
	const size_t at = line_of(t, report);
	siglet_err *err = NULL;

	if (!siglet_audit_verdict_is_good(report->verdict) || at == t->count) {
		tell_again(t, report, report->verdict, NULL);
		return;
	}
	err = siglet_audit_trail_compare(&t->lines[at], report->entry);
	if (err == NULL)
		t->checked++;
	else
		tell_again(t, report,
			   siglet_err_code(err) == SIGLET_E_MISMATCH ? SIGLET_AUDIT_NOT_INCLUDED
								     : SIGLET_AUDIT_INCOMPLETE,
			   err);
}

/* ---- which log ---- */

typedef struct search {
	siglet_slice url;
	audit_log *log;
	bool is_found;
} search;

static siglet_slice without_slash(siglet_slice url)
{
	while (url.len > 0 && url.ptr[url.len - 1] == '/')
		url.len--;
	return url;
}

/* By its URL, or, where only its key is known, by its name, which is the URL without the scheme. */
static bool is_meant(siglet_slice url, const audit_log *log)
{
	static const char *const schemes[] = { "https://", "http://" };

	if (log->url.len > 0)
		return siglet_slice_equal(without_slash(url), without_slash(log->url));
	for (size_t i = 0; i < SIGLET_COUNT(schemes); i++) {
		const size_t len = strlen(schemes[i]);

		if (siglet_slice_has_prefix(url, schemes[i]))
			return siglet_slice_equal(
				without_slash(siglet_slice_of(url.ptr + len, url.len - len)),
				log->name);
	}
	return false;
}

static siglet_err *look_for(void *context, const audit_log *log)
{
	search *s = context;

	if (!s->is_found && is_meant(s->url, log)) {
		s->is_found = true;
		*s->log = *log;
	}
	return NULL;
}

/* By its id where the line says that: a log may be written to elsewhere than it is read. */
static siglet_err *find_log(const siglet_audit *audit, const audit_trail_line *line,
			    audit_log *ret_log)
{
	search s = { .url = line->log, .log = ret_log };
	siglet_err *err = NULL;

	if (line->has_log_id)
		err = siglet_audit_find_log_id(audit, siglet_hash32_slice(&line->log_id), ret_log,
					       &s.is_found);
	if (err == NULL && !s.is_found)
		err = siglet_audit_each_known_log(audit, look_for, &s);
	if (err != NULL || s.is_found)
		return err;
	return siglet_err_hint(siglet_err_new(SIGLET_E_UNTRUSTED, "in %s, a log that is not known",
					      siglet_text_printable(line->log).text),
			       "name the instance or trust root that it is of, or its key with "
			       "--log-key");
}

/* ---- lines ---- */

static void settle(trail *t)
{
	siglet_audit audit = *t->audit;

	audit.tell = hear;
	audit.context = t;
	siglet_audit_claims_settle(&audit, t->claims, t->count);
	for (size_t i = 0; i < t->count; i++) {
		siglet_audit_claim_clear(&t->claims[i]);
		siglet_json_doc_free(t->docs[i]);
	}
	t->count = 0;
}

/* A claim of the next place; ret_is_claim false: the line is of no signature that was logged. */
static siglet_err *take_claim(trail *t, const siglet_json *root, bool *ret_is_claim)
{
	audit_trail_line *line = &t->lines[t->count];
	audit_claim *claim = &t->claims[t->count];
	siglet_err *err = siglet_audit_trail_read(root, line);

	*ret_is_claim = err == NULL && line->is_logged;
	if (!*ret_is_claim)
		return err;
	siglet_audit_claim_init(claim, CHECK);
	claim->has_index = true;
	claim->index = line->index;
	claim->has_leaf = line->has_leaf;
	claim->leaf = line->leaf;
	claim->wants_entry = true;
	err = find_log(t->audit, line, &claim->log);
	if (err == NULL)
		err = name_line(t, t->number, &claim->subject);
	if (err != NULL)
		siglet_audit_claim_clear(claim);
	return err;
}

static siglet_err *refuse_line(siglet_err *err)
{
	return siglet_err_recode(siglet_err_wrap(err, "no line of an audit log"), SIGLET_E_IO);
}

/* Errors: those that say nothing of the line. */
static siglet_err *take_line(trail *t, siglet_slice line)
{
	siglet_json_doc *doc = NULL;
	bool is_claim = false;
	siglet_err *err = siglet_json_parse(line, AUDIT_MAX_TRAIL_LINE, &doc);

	t->number++;
	if (err == NULL)
		err = take_claim(t, siglet_json_root(doc), &is_claim);
	if (err == NULL && is_claim) {
		t->docs[t->count++] = doc;
		if (t->count == BATCH)
			settle(t);
		return NULL;
	}
	siglet_json_doc_free(doc);
	if (err == NULL) {
		t->passed_over++;
		return NULL;
	}
	if (siglet_err_is_fault(err))
		return err;
	tell_line(t, siglet_err_code(err) == SIGLET_E_UNTRUSTED ||
				     siglet_err_code(err) == SIGLET_E_TRUST
			     ? err
			     : refuse_line(err));
	return NULL;
}

static siglet_err *take_piece(void *context, siglet_slice piece)
{
	trail *t = context;
	siglet_err *err = NULL;

	while (err == NULL && piece.len > 0) {
		const uint8_t *end = memchr(piece.ptr, '\n', piece.len);
		const size_t len = end == NULL ? piece.len : (size_t)(end - piece.ptr);

		err = siglet_buf_append(&t->text, siglet_slice_of(piece.ptr, len));
		if (err == NULL && end != NULL) {
			if (t->text.len > 0)
				err = take_line(t, siglet_buf_slice(&t->text));
			else
				t->number++;
			siglet_buf_truncate(&t->text, 0);
		}
		piece = end == NULL ? SIGLET_SLICE_NONE
				    : siglet_slice_of(end + 1, piece.len - len - 1);
	}
	if (err != NULL && siglet_err_code(err) == SIGLET_E_LIMIT)
		err = siglet_err_recode(siglet_err_wrap(err, "line %" PRIu64, t->number + 1),
					SIGLET_E_IO);
	return err;
}

/* ---- all of it ---- */

static siglet_err *tell_sum(trail *t, siglet_err *err)
{
	audit_finding sum;
	siglet_buf detail;
	siglet_err *unsaid = NULL;

	siglet_audit_finding_init(&sum, CHECK);
	siglet_buf_init(&detail, 1024);
	if (t->passed_over > 0)
		unsaid = siglet_buf_printf(&detail,
					   "%" PRIu64 " line%s of nothing that was signed and "
					   "logged",
					   t->passed_over, t->passed_over == 1 ? " is" : "s are");
	sum.report.subject = t->path;
	sum.report.checked = t->checked;
	sum.report.skipped = t->bad;
	sum.report.verdict = t->worst;
	sum.report.detail = detail.len == 0 ? NULL : siglet_buf_text(&detail);
	if (err == NULL && t->bad == 0 && t->checked > 0)
		sum.report.verdict = SIGLET_AUDIT_INCLUDED;
	else if (err == NULL && t->bad == 0)
		err = siglet_err_new(SIGLET_E_IO, "it tells of no signature that was logged");
	if (unsaid == NULL) {
		siglet_audit_finding_tell(t->audit, &sum, err);
		err = NULL;
	}
	siglet_err_free(err);
	siglet_audit_finding_clear(&sum);
	siglet_buf_clear(&detail);
	return unsaid;
}

static siglet_err *read_all(trail *t)
{
	siglet_err *err = strcmp(t->path, "-") == 0
				  ? siglet_sys_stream_stdin(take_piece, t)
				  : siglet_sys_stream_file(t->path, take_piece, t);

	/* What a crash cut off is a line, too, and none that can be read. */
	if (err == NULL && t->text.len > 0)
		err = take_line(t, siglet_buf_slice(&t->text));
	settle(t);
	return err;
}

siglet_err *siglet_audit_trail(const siglet_audit *audit, const char *path)
{
	trail t = { .audit = audit, .path = path };
	siglet_err *err = NULL;

	siglet_buf_init(&t.text, AUDIT_MAX_TRAIL_LINE);
	t.claims = siglet_calloc(BATCH, sizeof(*t.claims));
	t.lines = siglet_calloc(BATCH, sizeof(*t.lines));
	t.docs = siglet_calloc(BATCH, sizeof(*t.docs));
	if (t.claims == NULL || t.lines == NULL || t.docs == NULL)
		err = siglet_err_nomem();
	if (err == NULL)
		err = tell_sum(&t, read_all(&t));
	free(t.docs);
	free(t.lines);
	free(t.claims);
	siglet_buf_clear(&t.text);
	return err;
}
