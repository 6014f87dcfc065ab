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

#define MAX_JOBS 64
#define MAX_RATE 100000

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
	siglet_key_free(auditor->key);
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

void siglet_auditor_set_ct(siglet_auditor *auditor)
{
	auditor->audit.is_ct = true;
}

void siglet_auditor_set_trace(siglet_auditor *auditor, siglet_trust_trace *trace, void *context)
{
	auditor->http_options.trace = trace;
	auditor->http_options.trace_context = context;
}

void siglet_auditor_set_progress(siglet_auditor *auditor, siglet_audit_progress *progress,
				 void *context)
{
	auditor->progress = progress;
	auditor->progress_context = context;
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

siglet_err *siglet_auditor_read_number(const char *value, uint64_t least, uint64_t most,
				       uint64_t *ret_number)
{
	uint64_t number = 0;

	for (const char *c = value; *c != '\0'; c++) {
		/* Beyond most nothing is added that could come round to 0. */
		if (*c < '0' || *c > '9' || number > UINT64_MAX / 10 - 1)
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
		err = siglet_auditor_read_number(value, 1, MAX_JOBS, &number);
		auditor->audit.jobs = err == NULL ? (unsigned)number : auditor->audit.jobs;
	} else if (what == SIGLET_AUDITOR_RATE) {
		err = siglet_auditor_read_number(value, 1, MAX_RATE, &number);
		auditor->audit.rate = (unsigned)number;
	} else if (what == SIGLET_AUDITOR_WITNESS_THRESHOLD) {
		err = siglet_auditor_read_number(value, 1, SIGLET_MAX_WITNESSES, &number);
		auditor->audit.witness_threshold = (unsigned)number;
	} else if (what == SIGLET_AUDITOR_MAX_AGE) {
		err = siglet_auditor_read_number(value, 0, INT32_MAX, &number);
		auditor->audit.has_max_age = true;
		auditor->audit.max_age_s = (int64_t)number;
	} else {
		err = siglet_auditor_read_number(value, 1, 86400, &number);
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

static siglet_err *set_key(siglet_auditor *auditor, const char *value)
{
	siglet_key *key = NULL;
	siglet_err *err = siglet_key_from_pem(siglet_slice_str(value), &key);

	if (err != NULL)
		return siglet_as_unreadable(err);
	siglet_key_free(auditor->key);
	auditor->key = key;
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
	err = siglet_auditor_read_number(first, 0, INT64_MAX, ret_first);
	return err == NULL ? siglet_auditor_read_number(middle + 1, 0, INT64_MAX, ret_second) : err;
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

	if (err == NULL && (span->shards == 0 || span->shards > SIGLET_AUDITOR_MAX_SHARDS ||
			    span->shard >= span->shards))
		err = siglet_err_new(SIGLET_E_USAGE, "not I/N with I from 0 to N - 1 and N to %d",
				     SIGLET_AUDITOR_MAX_SHARDS);
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
	case SIGLET_AUDITOR_KEY:
		return set_key(auditor, value);
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

static void tell_progress(void *context, uint64_t done, uint64_t total)
{
	const siglet_auditor *auditor = context;

	auditor->progress(auditor->progress_context, done, total);
}

siglet_err *siglet_auditor_connect(siglet_auditor *auditor)
{
	siglet_err *err;

	if (auditor->http != NULL)
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

/* A log that lies in a folder needs no network, and no library for it. */
siglet_err *siglet_auditor_ask(siglet_auditor *auditor)
{
	if (auditor->offline || (auditor->from != NULL && !siglet_source_is_url(auditor->from)))
		return NULL;
	return siglet_auditor_connect(auditor);
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

/* With the network where it may be used, and the state where there is one. */
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
	audit->key = auditor->key;
	audit->now_s = siglet_sys_now_s();
	audit->tell = tell;
	audit->progress = auditor->progress == NULL ? NULL : tell_progress;
	audit->context = auditor;
	auditor->visit = visit;
	auditor->context = context;
	return NULL;
}
