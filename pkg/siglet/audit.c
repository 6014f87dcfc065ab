#include "siglet/siglet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "siglet/auditor_internal.h"
#include "siglet/siglet_internal.h"
#include "store/store.h"
#include "sys/sys.h"
#include "tiles/tiles.h"

/* An auditor: what is asked of the audit room, put together from a caller's options. */

#define MAX_JSON_BYTES ((size_t)4 << 20)
#define MAX_TEXT_BYTES ((size_t)1 << 20)
#define MAX_JOBS 64
#define MAX_RATE 100000
#define MAX_SHARDS 65536

siglet_err *siglet_auditor_new(const siglet_trust *trust, siglet_auditor **ret_auditor)
{
	siglet_auditor *auditor = siglet_calloc(1, sizeof(*auditor));

	if (auditor == NULL)
		return siglet_err_nomem();
	auditor->audit.root = trust == NULL ? NULL : trust->root;
	*ret_auditor = auditor;
	return NULL;
}

void siglet_auditor_free(siglet_auditor *auditor)
{
	if (auditor == NULL)
		return;
	siglet_http_free(auditor->http);
	siglet_witness_policy_free(auditor->policy);
	siglet_note_key_free(auditor->log_key);
	free(auditor->state);
	free(auditor->from);
	free(auditor->log);
	free(auditor->contact);
	free(auditor->checkpoint);
	free(auditor->part);
	free(auditor->mirror);
	free(auditor);
}

void siglet_auditor_set_offline(siglet_auditor *auditor)
{
	auditor->offline = true;
}

void siglet_auditor_set_trace(siglet_auditor *auditor, siglet_trust_trace *trace, void *context)
{
	auditor->http_options.trace = trace;
	auditor->http_options.trace_context = context;
}

/* ---- options ---- */

static siglet_err *set_text(char **text, const char *value)
{
	char *copy = NULL;
	siglet_err *err;

	if (value[0] == '\0')
		return siglet_err_new(SIGLET_E_USAGE, "an empty value");
	err = siglet_strndup(siglet_slice_str(value), &copy);
	if (err != NULL)
		return err;
	free(*text);
	*text = copy;
	return NULL;
}

static siglet_err *read_number(const char *value, uint64_t least, uint64_t most,
			       uint64_t *ret_number)
{
	uint64_t number = 0;

	for (const char *c = value; *c != '\0'; c++) {
		if (*c < '0' || *c > '9' || number > most)
			return siglet_err_new(SIGLET_E_USAGE, "not a number");
		number = number * 10 + (uint64_t)(*c - '0');
	}
	if (value[0] == '\0' || number < least || number > most)
		return siglet_err_new(SIGLET_E_USAGE, "not a number from %llu to %llu",
				      (unsigned long long)least, (unsigned long long)most);
	*ret_number = number;
	return NULL;
}

static siglet_err *set_number(siglet_auditor *auditor, siglet_auditor_option what,
			      const char *value)
{
	uint64_t number = 0;
	siglet_err *err = NULL;

	if (what == SIGLET_AUDITOR_JOBS) {
		err = read_number(value, 1, MAX_JOBS, &number);
		auditor->audit.jobs = err == NULL ? (unsigned)number : auditor->audit.jobs;
	} else if (what == SIGLET_AUDITOR_RATE) {
		err = read_number(value, 1, MAX_RATE, &number);
		auditor->audit.rate = (unsigned)number;
	} else if (what == SIGLET_AUDITOR_WITNESS_THRESHOLD) {
		err = read_number(value, 1, SIGLET_MAX_WITNESSES, &number);
		auditor->audit.witness_threshold = (unsigned)number;
	} else if (what == SIGLET_AUDITOR_MAX_AGE) {
		err = read_number(value, 0, INT32_MAX, &number);
		auditor->audit.has_max_age = true;
		auditor->audit.max_age_s = (int64_t)number;
	} else {
		err = read_number(value, 1, 86400, &number);
		auditor->http_options.timeout_ms = (unsigned)number * 1000;
	}
	return err;
}

static siglet_err *set_policy(siglet_auditor *auditor, const char *value)
{
	siglet_witness_policy *policy = NULL;
	siglet_err *err = siglet_witness_policy_parse(siglet_slice_str(value), &policy);

	if (err != NULL)
		return siglet_as_unreadable(err);
	siglet_witness_policy_free(auditor->policy);
	auditor->policy = policy;
	return NULL;
}

static siglet_err *set_log_key(siglet_auditor *auditor, const char *value)
{
	siglet_note_key *key = NULL;
	siglet_err *err = siglet_note_key_parse(siglet_slice_str(value), &key);

	if (err != NULL)
		return siglet_err_recode(err, SIGLET_E_USAGE);
	siglet_note_key_free(auditor->log_key);
	auditor->log_key = key;
	return NULL;
}

/* Two numbers with a sign between them; the second may be left out where most says so. */
static siglet_err *read_pair(const char *value, char sign, uint64_t *ret_first,
			     uint64_t *ret_second)
{
	const char *middle = strchr(value, sign);
	char first[32];
	siglet_err *err;

	if (middle == NULL || (size_t)(middle - value) >= sizeof(first))
		return siglet_err_new(SIGLET_E_USAGE, "not two numbers with %c between them", sign);
	memcpy(first, value, (size_t)(middle - value));
	first[middle - value] = '\0';
	err = read_number(first, 0, INT64_MAX, ret_first);
	return err == NULL ? read_number(middle + 1, 0, INT64_MAX, ret_second) : err;
}

static siglet_err *set_range(siglet_auditor *auditor, const char *value)
{
	siglet_audit_span *span = &auditor->span;
	const size_t len = strlen(value);
	char whole[64];
	siglet_err *err;

	/* "A:" is up to the end. */
	if (len > 0 && len < 32 && value[len - 1] == ':')
		(void)snprintf(whole, sizeof(whole), "%s%lld", value, (long long)INT64_MAX);
	else
		(void)snprintf(whole, sizeof(whole), "%s", len < sizeof(whole) ? value : "");
	err = read_pair(whole, ':', &span->begin, &span->end);
	if (err == NULL && span->begin >= span->end)
		err = siglet_err_new(SIGLET_E_USAGE, "a range that ends before it begins");
	span->has_range = err == NULL;
	return err;
}

static siglet_err *set_shard(siglet_auditor *auditor, const char *value)
{
	siglet_audit_span *span = &auditor->span;
	siglet_err *err = read_pair(value, '/', &span->shard, &span->shards);

	if (err == NULL &&
	    (span->shards == 0 || span->shards > MAX_SHARDS || span->shard >= span->shards))
		err = siglet_err_new(SIGLET_E_USAGE, "not I/N with I from 0 to N - 1 and N to %d",
				     MAX_SHARDS);
	span->has_shard = err == NULL;
	return err;
}

siglet_err *siglet_auditor_set(siglet_auditor *auditor, siglet_auditor_option what,
			       const char *value)
{
	switch (what) {
	case SIGLET_AUDITOR_STATE:
		return set_text(&auditor->state, value);
	case SIGLET_AUDITOR_FROM:
		return set_text(&auditor->from, value);
	case SIGLET_AUDITOR_LOG:
		return set_text(&auditor->log, value);
	case SIGLET_AUDITOR_CONTACT:
		return set_text(&auditor->contact, value);
	case SIGLET_AUDITOR_CHECKPOINT:
		return set_text(&auditor->checkpoint, value);
	case SIGLET_AUDITOR_PART:
		return set_text(&auditor->part, value);
	case SIGLET_AUDITOR_MIRROR:
		return set_text(&auditor->mirror, value);
	case SIGLET_AUDITOR_RANGE:
		return set_range(auditor, value);
	case SIGLET_AUDITOR_SHARD:
		return set_shard(auditor, value);
	case SIGLET_AUDITOR_LOG_KEY:
		return set_log_key(auditor, value);
	case SIGLET_AUDITOR_WITNESS_POLICY:
		return set_policy(auditor, value);
	case SIGLET_AUDITOR_JOBS:
	case SIGLET_AUDITOR_RATE:
	case SIGLET_AUDITOR_WITNESS_THRESHOLD:
	case SIGLET_AUDITOR_MAX_AGE:
	case SIGLET_AUDITOR_TIMEOUT:
		return set_number(auditor, what, value);
	}
	return siglet_err_new(SIGLET_E_USAGE, "no such option");
}

/* ---- running ---- */

static void tell(void *context, const siglet_audit_report *report)
{
	const siglet_auditor *auditor = context;

	auditor->visit(auditor->context, report);
}

siglet_err *siglet_auditor_start_http(siglet_auditor *auditor)
{
	siglet_err *err;

	if (auditor->offline || auditor->http != NULL ||
	    (auditor->from != NULL && !siglet_source_is_url(auditor->from)))
		return NULL;
	auditor->http_options.contact = auditor->contact;
	auditor->http_options.max_in_flight =
		auditor->audit.jobs > 0 ? auditor->audit.jobs : MAX_JOBS;
	err = siglet_http_new(&auditor->http_options, &auditor->http);
	if (err != NULL)
		return siglet_err_code(err) == SIGLET_E_UNSUPPORTED
			       ? siglet_err_recode(err, SIGLET_E_NETWORK)
			       : err;
	auditor->transport = siglet_http_transport(auditor->http);
	auditor->audit.transport = &auditor->transport;
	return NULL;
}

static siglet_err *find_state(siglet_auditor *auditor)
{
	siglet_buf path;
	siglet_err *err;

	if (auditor->state != NULL)
		return NULL;
	siglet_buf_init(&path, SIGLET_MAX_SOURCE_BYTES);
	err = siglet_store_state_folder(&path);
	if (err == NULL)
		err = siglet_buf_append_str(&path, "/audit");
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&path), &auditor->state);
	siglet_buf_clear(&path);
	return err == NULL ? NULL
			   : siglet_err_hint(siglet_err_recode(err, SIGLET_E_IO),
					     "--state names the folder of what is remembered");
}

siglet_err *siglet_auditor_start(siglet_auditor *auditor, siglet_audit_visit *visit, void *context,
				 bool needs_state)
{
	siglet_audit *audit = &auditor->audit;

	siglet_err *err = needs_state ? find_state(auditor) : NULL;

	if (err != NULL)
		return err;
	if (audit->witness_threshold > 0 && auditor->policy == NULL)
		return siglet_err_new(SIGLET_E_USAGE,
				      "a number of witnesses needs a witness policy");
	audit->state = auditor->state;
	audit->from = auditor->from;
	audit->log = auditor->log;
	audit->policy = auditor->policy;
	audit->log_key = auditor->log_key;
	audit->now_s = siglet_sys_now_s();
	audit->tell = tell;
	audit->context = auditor;
	auditor->visit = visit;
	auditor->context = context;
	return NULL;
}

siglet_err *siglet_audit_check_consistency(siglet_auditor *auditor, siglet_audit_visit *visit,
					   void *context)
{
	siglet_err *err = siglet_auditor_start(auditor, visit, context, true);

	if (err == NULL)
		err = siglet_auditor_start_http(auditor);
	return err == NULL ? siglet_audit_consistency(&auditor->audit) : err;
}

void siglet_auditor_skip_tiles(siglet_auditor *auditor)
{
	auditor->span.skips_tiles = true;
}

static siglet_err *check_span(const siglet_audit_span *span)
{
	if (span->has_range && span->has_shard)
		return siglet_err_new(SIGLET_E_USAGE, "a range and a shard contradict each other");
	if (span->part != NULL && !span->has_range && !span->has_shard)
		return siglet_err_new(SIGLET_E_USAGE, "a part is of a range or a shard");
	/* Parts that go by checkpoints of their own can't be put together. */
	if (span->part != NULL && span->checkpoint == NULL)
		return siglet_err_new(SIGLET_E_USAGE, "a part needs a checkpoint to go by");
	return NULL;
}

siglet_err *siglet_auditor_check_log(siglet_auditor *auditor, const siglet_audit_watch *watch,
				     siglet_audit_visit *visit, void *context)
{
	siglet_audit_span *span = &auditor->span;
	siglet_err *err =
		siglet_auditor_start(auditor, visit, context, auditor->checkpoint == NULL);

	span->checkpoint = auditor->checkpoint;
	span->part = auditor->part;
	span->mirror = auditor->mirror;
	span->watch = watch;
	if (err == NULL)
		err = check_span(span);
	if (err == NULL)
		err = siglet_auditor_start_http(auditor);
	return err == NULL ? siglet_audit_recompute(&auditor->audit, span) : err;
}

siglet_err *siglet_audit_check_log(siglet_auditor *auditor, siglet_audit_visit *visit,
				   void *context)
{
	return siglet_auditor_check_log(auditor, NULL, visit, context);
}

siglet_err *siglet_audit_combine_parts(siglet_auditor *auditor, const char *const *paths,
				       size_t count, siglet_audit_visit *visit, void *context)
{
	siglet_err *err = siglet_auditor_start(auditor, visit, context, false);

	if (err == NULL && auditor->checkpoint == NULL)
		err = siglet_err_new(SIGLET_E_USAGE, "parts need the checkpoint they were made by");
	if (err == NULL)
		err = siglet_audit_combine(&auditor->audit, auditor->checkpoint, paths, count);
	return err;
}

static siglet_err *append_shards(uint64_t size, unsigned shards, siglet_buf *lines)
{
	siglet_err *err = NULL;

	for (unsigned i = 0; err == NULL && i < shards; i++) {
		uint64_t begin = 0, end = 0;

		siglet_audit_shard(size, i, shards, &begin, &end);
		if (begin < end)
			err = siglet_buf_printf(lines, "%llu:%llu\n", (unsigned long long)begin,
						(unsigned long long)end);
	}
	return err;
}

siglet_err *siglet_audit_list_shards(siglet_auditor *auditor, unsigned shards, char **ret_lines)
{
	uint64_t size = 0;
	siglet_buf lines;
	siglet_err *err = siglet_auditor_start(auditor, NULL, NULL, false);

	if (err == NULL && (shards == 0 || shards > MAX_SHARDS))
		err = siglet_err_new(SIGLET_E_USAGE, "%u shards, not 1 to %d", shards, MAX_SHARDS);
	if (err == NULL)
		err = siglet_auditor_start_http(auditor);
	if (err == NULL)
		err = siglet_audit_size(&auditor->audit, auditor->checkpoint, &size);
	siglet_buf_init(&lines, MAX_JSON_BYTES);
	if (err == NULL)
		err = append_shards(size, shards, &lines);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&lines), ret_lines);
	siglet_buf_clear(&lines);
	return err;
}

siglet_err *siglet_audit_check_evidence(siglet_auditor *auditor, const char *path,
					siglet_audit_visit *visit, void *context)
{
	siglet_buf json;
	siglet_err *err = siglet_auditor_start(auditor, visit, context, false);

	siglet_buf_init(&json, MAX_JSON_BYTES);
	if (err == NULL)
		err = siglet_sys_read_file(path, &json);
	if (err == NULL) {
		err = siglet_audit_evidence(&auditor->audit, path, siglet_buf_slice(&json));
		if (err != NULL)
			err = siglet_err_wrap(siglet_as_unreadable(err), "%s",
					      siglet_text_printable(siglet_slice_str(path)).text);
	}
	siglet_buf_clear(&json);
	return err;
}

/* ---- reports ---- */

siglet_status siglet_audit_report_status(const siglet_audit_report *report)
{
	siglet_status status;

	if (siglet_audit_verdict_is_good(report->verdict))
		return SIGLET_STATUS_OK;
	if (siglet_audit_verdict_is_refusal(report->verdict))
		return SIGLET_STATUS_REFUSED;
	/* What the log should serve and does not is a failure of a service. */
	status = siglet_error_status(report->error);
	return status == SIGLET_STATUS_OK || status == SIGLET_STATUS_REFUSED ? SIGLET_STATUS_SERVICE
									     : status;
}

const char *siglet_audit_report_part(const siglet_audit_report *report)
{
	return report->part;
}

const char *siglet_audit_report_verdict(const siglet_audit_report *report)
{
	return siglet_audit_verdict_name(report->verdict);
}

siglet_err *siglet_audit_report_describe(const siglet_audit_report *report, char **ret_text)
{
	siglet_buf text;
	siglet_err *err;

	siglet_buf_init(&text, MAX_TEXT_BYTES);
	err = siglet_audit_report_text(report, &text);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&text), ret_text);
	siglet_buf_clear(&text);
	return err;
}

siglet_err *siglet_audit_report_describe_json(const siglet_audit_report *report, char **ret_json)
{
	siglet_json_writer w;
	siglet_buf json;
	siglet_err *err;

	siglet_buf_init(&json, MAX_TEXT_BYTES);
	siglet_json_writer_init(&w, &json, 0);
	siglet_audit_report_write(report, &w);
	err = siglet_json_writer_finish(&w);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&json), ret_json);
	siglet_buf_clear(&json);
	return err;
}
