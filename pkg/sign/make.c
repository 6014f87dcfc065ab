#include "sign/sign_internal.h"

#include <stdlib.h>
#include <string.h>

#include "statement/statement.h"

/* One signature, from its bytes to a bundle that verifies. */

#define MAX_SIGNATURE_BYTES 8192 /* ML-DSA-87 has 4627 */
/* Of an envelope: what a bundle holds in base64, but for room for everything that is not payload. */
#define MAX_CONTENT_BYTES ((size_t)SIGLET_MAX_BUNDLE_BYTES / 4 * 3 - ((size_t)3 << 18))

void siglet_signed_init(siglet_signed *made)
{
	memset(made, 0, sizeof(*made));
	siglet_buf_init(&made->bundle, SIGLET_MAX_BUNDLE_BYTES);
	made->log_index = -1;
}

void siglet_signed_clear(siglet_signed *made)
{
	siglet_buf_clear(&made->bundle);
	siglet_signed_init(made);
}

static bool is_envelope(const siglet_content *content)
{
	return content->payload_type.len > 0;
}

/* ---- the signature ---- */

static siglet_err *sign_envelope(const siglet_session *session, const siglet_content *content,
				 siglet_buf *ret_signature)
{
	siglet_buf pae;
	siglet_err *err;

	siglet_buf_init(&pae, SIGLET_MAX_PAYLOAD_BYTES + 4096);
	err = siglet_dsse_pae(content->payload_type, content->payload, &pae);
	if (err == NULL)
		err = siglet_signer_sign(session->signer, siglet_buf_slice(&pae), ret_signature);
	siglet_buf_clear(&pae);
	return err;
}

static siglet_err *sign_artifact(const siglet_session *session, const siglet_content *content,
				 siglet_buf *ret_signature)
{
	const siglet_verify_input *artifact = &content->artifact;
	const siglet_digest *digest;
	siglet_hash hash;

	if (!siglet_scheme_hash(siglet_signer_scheme(session->signer), &hash)) {
		if (!artifact->has_message)
			return siglet_err_new(SIGLET_E_USAGE,
					      "this algorithm signs the whole artifact, and only "
					      "a digest of it is there");
		return siglet_signer_sign(session->signer, artifact->message, ret_signature);
	}
	digest = artifact->digests == NULL ? NULL : siglet_digests_get(artifact->digests, hash);
	if (digest == NULL)
		return siglet_err_new(SIGLET_E_USAGE, "the key signs %s digests, and none is there",
				      siglet_hash_name(hash));
	return siglet_signer_sign_digest(session->signer, digest, ret_signature);
}

/* What could never become a bundle that verifies is found out before anybody is told of it. */
static siglet_err *check_content(const siglet_content *content)
{
	siglet_statement *statement = NULL;
	size_t subject = 0;
	siglet_hash hash;
	siglet_err *err;

	if (!is_envelope(content))
		return NULL;
	if (content->payload.len > MAX_CONTENT_BYTES)
		return siglet_err_new(SIGLET_E_LIMIT,
				      "%zu bytes to sign, more than the %zu that a bundle can hold",
				      content->payload.len, MAX_CONTENT_BYTES);
	if (content->artifact.digests == NULL ||
	    !siglet_slice_is(content->payload_type, SIGLET_INTOTO_PAYLOAD_TYPE))
		return NULL;
	err = siglet_statement_parse(content->payload, &statement);
	if (err == NULL)
		err = siglet_statement_match(statement, content->artifact.digests, &subject, &hash);
	siglet_statement_free(statement);
	return err == NULL ? NULL : siglet_err_wrap(err, "the statement");
}

/* ---- the services ---- */

static siglet_err *ask_tsa(siglet_sign_task *t)
{
	siglet_timestamp *token = NULL;
	siglet_err *err = siglet_tsa_ask(&t->session->options.transport, t->tsa,
					 t->proposal->signature, &t->timestamp);

	if (err == NULL)
		err = siglet_timestamp_parse(siglet_buf_slice(&t->timestamp), &token);
	siglet_timestamp_free(token);
	return err == NULL ? NULL : siglet_sign_blame(err, t->tsa);
}

static siglet_err *ask_log(siglet_sign_task *t)
{
	siglet_err *err =
		siglet_rekor_log(&t->session->options.transport, t->log->version, t->log->url,
				 t->session->options.root, t->proposal, &t->entry);

	return err == NULL ? NULL : siglet_sign_blame(err, t->log->url);
}

static void *work(void *context)
{
	siglet_sign_task *t = context;

	t->err = t->log != NULL ? ask_log(t) : ask_tsa(t);
	return NULL;
}

static siglet_sign_task *add_task(siglet_sign_work *s)
{
	siglet_sign_task *t = &s->tasks[s->task_count++];

	memset(t, 0, sizeof(*t));
	t->session = s->session;
	t->proposal = &s->proposal;
	t->err = SIGLET_ERR_UNSET;
	siglet_rekor_entry_init(&t->entry);
	siglet_buf_init(&t->timestamp, SIGLET_MAX_TIMESTAMP_BYTES);
	return t;
}

/* All at once; the last in this thread. Without threads one after the other. */
static siglet_err *ask_all(siglet_sign_work *s)
{
	const siglet_services *services = s->session->options.services;
	siglet_err *err = NULL;

	for (size_t i = 0; i < services->tsa_count; i++)
		add_task(s)->tsa = services->tsas[i];
	for (size_t i = 0; i < services->log_count; i++)
		add_task(s)->log = &services->logs[i];
	for (size_t i = 0; i + 1 < s->task_count; i++)
		s->tasks[i].is_running =
			pthread_create(&s->tasks[i].thread, NULL, work, &s->tasks[i]) == 0;
	for (size_t i = s->task_count; i-- > 0;)
		if (!s->tasks[i].is_running)
			(void)work(&s->tasks[i]);
	for (size_t i = 0; i < s->task_count; i++) {
		if (s->tasks[i].is_running)
			(void)pthread_join(s->tasks[i].thread, NULL);
		if (err == NULL)
			err = s->tasks[i].err;
		else
			siglet_err_free(s->tasks[i].err);
	}
	return err;
}

/* ---- the bundle ---- */

/* How verifiers find the key: base64 of the hash of its SPKI, as other clients name it. */
static siglet_err *write_hint(const siglet_key *key, siglet_buf *ret_hint)
{
	return siglet_base64_encode(siglet_digest_slice(siglet_key_id(key)), ret_hint);
}

/*
 * What is compared first by whoever verifies: the digest that was signed, or the one people know.
 */
static siglet_err *name_digest(const siglet_session *session, const siglet_content *content,
			       siglet_bundle_data *data)
{
	const siglet_digest *digest;
	siglet_hash hash = SIGLET_SHA256;

	if (is_envelope(content))
		return NULL;
	(void)siglet_scheme_hash(siglet_signer_scheme(session->signer), &hash);
	digest = siglet_digests_get(content->artifact.digests, hash);
	if (digest == NULL)
		return siglet_err_new(SIGLET_E_USAGE, "no %s digest is there",
				      siglet_hash_name(hash));
	data->has_digest = true;
	data->digest = *digest;
	return NULL;
}

void siglet_sign_gather(const siglet_sign_work *s, siglet_entry *entries, siglet_slice *timestamps,
			siglet_bundle_data *data)
{
	for (size_t i = 0; i < s->task_count; i++) {
		const siglet_sign_task *t = &s->tasks[i];

		if (t->log != NULL)
			entries[data->entry_count++] = t->entry.entry;
		else
			timestamps[data->timestamp_count++] = siglet_buf_slice(&t->timestamp);
	}
	data->entries = entries;
	data->timestamps = timestamps;
}

static siglet_err *write_bundle(const siglet_sign_work *s, siglet_slice hint, siglet_buf *ret_json)
{
	const siglet_session *session = s->session;
	siglet_entry entries[SIGLET_MAX_SERVICES];
	siglet_slice timestamps[SIGLET_MAX_SERVICES];
	siglet_bundle_data data = {
		.version = SIGLET_BUNDLE_V03,
		.media_type = siglet_slice_str(SIGLET_BUNDLE_MEDIA_TYPE),
		.material =
			session->leaf != NULL ? SIGLET_MATERIAL_CERTIFICATE : SIGLET_MATERIAL_KEY,
		.key_hint = hint,
		.is_dsse = is_envelope(s->content),
		.signature = siglet_buf_slice(&s->signature),
		.payload = s->content->payload,
		.payload_type = s->content->payload_type,
	};

	if (session->leaf != NULL)
		data.leaf_der = siglet_cert_der(session->leaf);
	siglet_sign_gather(s, entries, timestamps, &data);
	siglet_err *err = name_digest(session, s->content, &data);

	return err == NULL ? siglet_bundle_write(&data, ret_json) : err;
}

/* ---- as a stranger ---- */

static void expect_ourselves(const siglet_session *session, const siglet_content *content,
			     siglet_policy *policy)
{
	siglet_policy_init(policy);
	policy->thresholds = session->options.thresholds;
	policy->statement_only = is_envelope(content) && content->artifact.digests == NULL;
	if (session->leaf == NULL) {
		policy->key = siglet_signer_key(session->signer);
		return;
	}
	policy->identity.text = session->san;
	policy->issuer.text = session->issuer;
}

/* A refusal is the fault of a service, since everything else was checked before. */
static siglet_err *refused(const siglet_report *report)
{
	const siglet_err *why = siglet_report_error(report);

	return siglet_err_new(SIGLET_E_NETWORK, "what the services gave does not verify: %s: %s",
			      siglet_rule_name(siglet_report_rule(report)),
			      why == NULL ? "refused" : siglet_err_message(why));
}

static void remember_entry(const siglet_report *report, siglet_signed *made)
{
	for (size_t i = 0; i < siglet_report_entry_count(report) && !made->has_leaf; i++) {
		const siglet_report_entry *found = siglet_report_entry_at(report, i);
		const siglet_slice log_id = found->entry->log_id;

		if (!found->inclusion_proven || found->entry->log_index != made->log_index ||
		    log_id.len != sizeof(made->log_id))
			continue;
		made->has_leaf = true;
		made->leaf = found->inclusion.leaf;
		memcpy(made->log_id, log_id.ptr, log_id.len);
	}
}

static void remember(const siglet_report *report, const siglet_sign_work *s, siglet_signed *made)
{
	if (siglet_report_time_count(report) > 0)
		made->time_s = siglet_report_time(report, 0)->time_s;
	for (size_t i = 0; i < s->task_count && made->log_url == NULL; i++) {
		if (s->tasks[i].log == NULL)
			continue;
		made->log_index = s->tasks[i].entry.entry.log_index;
		made->log_url = s->tasks[i].log->url;
	}
	remember_entry(report, made);
}

siglet_err *siglet_sign_check(const siglet_sign_work *s, const siglet_bundle *bundle,
			      siglet_signed *made)
{
	siglet_report *report = NULL;
	siglet_policy policy;
	siglet_err *err;

	expect_ourselves(s->session, s->content, &policy);
	err = siglet_verify(bundle, s->session->options.root, &s->content->artifact, &policy,
			    &report);
	if (err == NULL && !siglet_report_accepted(report))
		err = refused(report);
	if (err == NULL)
		remember(report, s, made);
	siglet_report_free(report);
	/* The texts are the session's. */
	policy.identity.text = NULL;
	policy.issuer.text = NULL;
	siglet_policy_clear(&policy);
	return err;
}

static siglet_err *verify_made(const siglet_sign_work *s, siglet_slice json, siglet_signed *made)
{
	siglet_bundle *bundle = NULL;
	siglet_err *err = siglet_bundle_parse(json, &bundle);

	if (err != NULL)
		return siglet_sign_blame(err, "what the services gave makes no bundle");
	err = siglet_sign_check(s, bundle, made);
	siglet_bundle_free(bundle);
	return err;
}

/* ---- all of it ---- */

siglet_err *siglet_sign_ask(siglet_sign_work *s, const siglet_digests *digests)
{
	const siglet_session *session = s->session;

	s->proposal = (siglet_rekor_proposal) {
		.leaf = session->leaf,
		.key = siglet_signer_key(session->signer),
		.details = siglet_signer_details(session->signer),
		.signature = siglet_buf_slice(&s->signature),
		.artifact = digests,
		.payload_type = s->content->payload_type,
		.payload = s->content->payload,
	};
	return ask_all(s);
}

static siglet_err *check_alive(const siglet_session *session)
{
	const siglet_session_options *o = &session->options;

	if (session->leaf == NULL ||
	    o->now_s(o->context) <= siglet_cert_not_after_s(session->leaf) + 60)
		return NULL;
	return siglet_err_hint(
		siglet_err_new(SIGLET_E_IDENTITY, "the certificate ran out at %s",
			       siglet_time_format(siglet_cert_not_after_s(session->leaf)).text),
		"sign fewer files in one run");
}

static siglet_err *make_bundle(siglet_sign_work *s, siglet_signed *made)
{
	siglet_buf hint;
	siglet_err *err = check_content(s->content);

	if (err != NULL)
		return err;
	err = is_envelope(s->content) ? sign_envelope(s->session, s->content, &s->signature)
				      : sign_artifact(s->session, s->content, &s->signature);
	if (err != NULL)
		return err;
	err = siglet_sign_ask(s, is_envelope(s->content) ? NULL : s->content->artifact.digests);
	if (err != NULL)
		return err;
	siglet_buf_init(&hint, 64);
	err = write_hint(siglet_signer_key(s->session->signer), &hint);
	if (err == NULL)
		err = write_bundle(s, siglet_buf_slice(&hint), &made->bundle);
	if (err == NULL)
		err = verify_made(s, siglet_buf_slice(&made->bundle), made);
	siglet_buf_clear(&hint);
	return err;
}

static siglet_err *run(siglet_sign_work *s, siglet_signed *made)
{
	siglet_err *err = check_alive(s->session);

	if (err != NULL)
		return err;
	return s->content->cose != NULL ? siglet_sign_cose(s, made) : make_bundle(s, made);
}

siglet_err *siglet_session_sign(const siglet_session *session, const siglet_content *content,
				siglet_signed *made)
{
	siglet_sign_work *s;
	siglet_err *err;

	if (session->signer == NULL)
		return siglet_err_new(SIGLET_E_USAGE, "a session without a key");
	s = siglet_calloc(1, sizeof(*s));
	if (s == NULL)
		return siglet_err_nomem();
	s->session = session;
	s->content = content;
	siglet_buf_init(&s->signature, MAX_SIGNATURE_BYTES);
	err = run(s, made);
	for (size_t i = 0; i < s->task_count; i++) {
		siglet_rekor_entry_clear(&s->tasks[i].entry);
		siglet_buf_clear(&s->tasks[i].timestamp);
	}
	siglet_buf_clear(&s->signature);
	free(s);
	if (err != NULL)
		siglet_signed_clear(made);
	return err;
}
