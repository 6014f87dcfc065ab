#include "audit/audit_internal.h"

#include <stdlib.h>

/*
 * What do the witnesses say that the log showed them? Each serves the newest checkpoint that it
 * cosigned (C2SP tlog-witness, "Monitor Retrieval"), at its URL, the hash of the log's origin, and
 * "checkpoint".
 */

#define CHECK "witness"
#define MAX_URL_BYTES 4096
#define NOT_FOUND 404
#define MAX_LOGS 64

/* ---- one witness ---- */

static siglet_err *name_url(const siglet_policy_witness *witness, siglet_slice origin,
			    siglet_buf *ret_url)
{
	siglet_slice base = witness->url;
	siglet_hash32 hash;
	siglet_err *err = siglet_sha256(&origin, 1, hash.bytes);

	while (base.len > 0 && base.ptr[base.len - 1] == '/')
		base.len--;
	if (err == NULL)
		err = siglet_buf_append(ret_url, base);
	if (err == NULL)
		err = siglet_buf_append_byte(ret_url, '/');
	if (err == NULL)
		err = siglet_hex_encode(siglet_hash32_slice(&hash), ret_url);
	return err == NULL ? siglet_buf_append_str(ret_url, "/checkpoint") : err;
}

static siglet_err *fetch(const siglet_audit *audit, const siglet_policy_witness *witness,
			 siglet_slice origin, siglet_buf *ret_note)
{
	siglet_http_response response;
	siglet_buf url;
	siglet_err *err;

	siglet_buf_init(&url, MAX_URL_BYTES);
	siglet_http_response_init(&response);
	err = name_url(witness, origin, &url);
	if (err == NULL) {
		const siglet_http_request request = {
			.what = "the witness",
			.method = "GET",
			.url = siglet_buf_text(&url),
			.headers = { { .name = "Cache-Control", .value = "no-cache" } },
			.header_count = 1,
			.max_answer = SIGLET_MAX_NOTE_BYTES,
		};

		err = siglet_transport_send(audit->transport, &request, &response);
		if (err == NULL && response.status == NOT_FOUND)
			err = siglet_err_new(SIGLET_E_NETWORK,
					     "this witness has never cosigned this log");
		else if (err == NULL && response.status != 200)
			err = siglet_http_status_error(&request, &response);
	}
	if (err == NULL)
		err = siglet_buf_append(ret_note, siglet_buf_slice(&response.body));
	siglet_http_response_clear(&response);
	siglet_buf_clear(&url);
	return err;
}

/* Signed by the log, and by this witness: else it is the word of neither. */
static siglet_err *read_note(const siglet_policy_witness *witness, siglet_slice note,
			     audit_claim *claim)
{
	siglet_audit_report *report = &claim->finding.report;
	int64_t time_s = 0;
	siglet_err *err = siglet_audit_view_read(&claim->log, note, &claim->view);

	if (err != NULL) {
		report->verdict = siglet_audit_verdict_of(err);
		return err;
	}
	err = siglet_note_key_verify(witness->key, &claim->view.note, &time_s);
	if (err == NULL)
		return NULL;
	if (siglet_err_code(err) == SIGLET_E_MISSING || siglet_err_code(err) == SIGLET_E_MISMATCH ||
	    siglet_err_code(err) == SIGLET_E_MALFORMED)
		report->verdict = SIGLET_AUDIT_BAD_SIGNATURE;
	return siglet_err_wrap(err, "the witness did not cosign what it serves");
}

static siglet_err *ask(const siglet_audit *audit, const siglet_policy_witness *witness,
		       audit_claim *claim)
{
	siglet_buf text;
	siglet_err *err;

	siglet_buf_init(&text, SIGLET_MAX_NOTE_BYTES);
	err = siglet_buf_printf(&text, "witness %s", siglet_text_printable(witness->name).text);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&text), &claim->subject);
	siglet_buf_clear(&text);
	if (err == NULL)
		err = fetch(audit, witness, claim->log.name, &text);
	if (err == NULL)
		err = read_note(witness, siglet_buf_slice(&text), claim);
	siglet_buf_clear(&text);
	return err;
}

/* ---- all of them, about one log ---- */

static void ask_all(const siglet_audit *audit, const audit_log *log, audit_claim *claims)
{
	const size_t count = siglet_witness_policy_witness_count(audit->policy);
	size_t asked = 0;

	for (size_t i = 0; i < count; i++) {
		const siglet_policy_witness *witness =
			siglet_witness_policy_witness(audit->policy, i);
		audit_claim *claim = &claims[asked];
		siglet_err *err;

		if (witness->url.len == 0)
			continue;
		siglet_audit_claim_init(claim, CHECK);
		claim->log = *log;
		err = ask(audit, witness, claim);
		asked++;
		if (err != NULL)
			siglet_audit_claim_tell(audit, claim, err);
	}
	siglet_audit_claims_settle(audit, claims, asked);
	for (size_t i = 0; i < asked; i++)
		siglet_audit_claim_clear(&claims[i]);
}

/* ---- about which logs ---- */

typedef struct logs {
	const siglet_audit *audit;
	audit_log of[MAX_LOGS];
	size_t count;
} logs;

static bool is_same_log(const audit_log *a, const audit_log *b)
{
	return siglet_slice_equal(a->name, b->name) &&
	       siglet_key_equal(a->verifier.key, b->verifier.key);
}

/* Where a policy names logs, its witnesses are about those. */
static siglet_err *is_of_policy(const siglet_audit *audit, const audit_log *log, bool *ret_is_its)
{
	const size_t count = siglet_witness_policy_log_count(audit->policy);

	*ret_is_its = count == 0;
	for (size_t i = 0; i < count; i++) {
		const siglet_policy_log *known = siglet_witness_policy_log(audit->policy, i);
		audit_log other = { .name = siglet_note_key_name(known->key) };
		siglet_err *err = siglet_note_key_verifier(known->key, &other.verifier);

		if (err != NULL)
			return err;
		if (is_same_log(log, &other))
			*ret_is_its = true;
	}
	return NULL;
}

static siglet_err *take_log(void *context, const audit_log *log)
{
	logs *l = context;
	bool is_its = false;
	siglet_err *err = is_of_policy(l->audit, log, &is_its);

	if (err != NULL || !is_its)
		return err;
	for (size_t i = 0; i < l->count; i++)
		if (is_same_log(log, &l->of[i])) {
			/* It is known twice: once with a place to read it from, perhaps. */
			if (l->of[i].url.len == 0)
				l->of[i].url = log->url;
			return NULL;
		}
	if (l->count == MAX_LOGS)
		return siglet_err_new(SIGLET_E_LIMIT, "more than %d logs", MAX_LOGS);
	l->of[l->count++] = *log;
	return NULL;
}

static siglet_err *check_set_up(const siglet_audit *audit)
{
	size_t with_url = 0;

	if (audit->policy == NULL)
		return siglet_err_new(SIGLET_E_USAGE,
				      "the witnesses are those of a witness policy");
	if (audit->transport == NULL)
		return siglet_err_new(SIGLET_E_USAGE, "witnesses are asked over the network");
	for (size_t i = 0; i < siglet_witness_policy_witness_count(audit->policy); i++)
		with_url += siglet_witness_policy_witness(audit->policy, i)->url.len > 0;
	return with_url > 0 ? NULL
			    : siglet_err_new(SIGLET_E_USAGE,
					     "no witness of the policy has a URL to ask it at");
}

siglet_err *siglet_audit_ask_witnesses(const siglet_audit *audit)
{
	logs l = { .audit = audit };
	audit_claim *claims = NULL;
	siglet_err *err = check_set_up(audit);

	if (err == NULL)
		err = siglet_audit_each_known_log(audit, take_log, &l);
	if (err == NULL && l.count == 0)
		err = siglet_err_new(SIGLET_E_USAGE,
				     "the policy's logs are not those that are meant");
	if (err != NULL)
		return err;
	claims = siglet_calloc(SIGLET_MAX_WITNESSES, sizeof(*claims));
	if (claims == NULL)
		return siglet_err_nomem();
	for (size_t i = 0; i < l.count; i++)
		ask_all(audit, &l.of[i], claims);
	free(claims);
	return NULL;
}
