#include "sign/sign_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A session: a key, and the certificate that says whose it is. */

#define LIFETIME_S 600		/* of a certificate, which both clocks may be off by */
#define MAX_SUBJECT_BYTES 65536 /* as long as a token */

siglet_err *siglet_session_new(const siglet_session_options *options, siglet_session **ret_session)
{
	siglet_session *session = siglet_calloc(1, sizeof(*session));

	if (session == NULL)
		return siglet_err_nomem();
	session->options = *options;
	*ret_session = session;
	return NULL;
}

void siglet_session_free(siglet_session *session)
{
	if (session == NULL)
		return;
	siglet_signer_free(session->signer);
	siglet_cert_free(session->leaf);
	free(session->san);
	free(session->issuer);
	free(session);
}

/* What was not certified signs nothing, though its caller goes on. Hands err through. */
static siglet_err *disarm(siglet_session *session, siglet_err *err)
{
	if (err == NULL)
		return NULL;
	siglet_signer_free(session->signer);
	siglet_cert_free(session->leaf);
	free(session->san);
	free(session->issuer);
	session->signer = NULL;
	session->leaf = NULL;
	session->san = session->issuer = NULL;
	session->has_identity = false;
	return err;
}

/* ---- what the CA sent ---- */

/* Does it say already which service it is about? */
static bool names(const siglet_err *err, const char *service)
{
	const char *message = siglet_err_message(err), *slashes = strstr(service, "://");
	char origin[256];

	(void)snprintf(origin, sizeof(origin), "(%.*s)",
		       (int)(slashes == NULL
				     ? strcspn(service, "/")
				     : (size_t)(slashes - service) + 3 + strcspn(slashes + 3, "/")),
		       service);
	return strstr(message, origin) != NULL;
}

/* Whatever is wrong with an answer, it is the service that failed. */
siglet_err *siglet_sign_blame(siglet_err *err, const char *service)
{
	const siglet_code code = siglet_err_code(err);

	if (code != SIGLET_E_NOMEM && code != SIGLET_E_INTERNAL && code != SIGLET_E_USAGE)
		err = siglet_err_recode(err, SIGLET_E_NETWORK);
	return names(err, service) ? err : siglet_err_wrap(err, "%s", service);
}

/*
 * A certificate begins when it is made, so that is when it must hold: clocks that differ a little
 * are none of the user's worries, clocks that differ by a certificate's life are.
 */
static siglet_err *check_clock(const siglet_cert *leaf, int64_t now_s)
{
	const int64_t begins_s = siglet_cert_not_before_s(leaf);

	if (now_s >= begins_s - LIFETIME_S && now_s <= siglet_cert_not_after_s(leaf) + LIFETIME_S)
		return NULL;
	return siglet_err_hint(siglet_err_new(SIGLET_E_EXPIRED,
					      "its certificate is for %s, and this machine's clock "
					      "says %s",
					      siglet_time_format(begins_s).text,
					      siglet_time_format(now_s).text),
			       "set the clock of this machine");
}

static siglet_err *check_leaf(siglet_session *session)
{
	const siglet_session_options *o = &session->options;
	const siglet_key *certified = siglet_cert_key(session->leaf);
	siglet_err *err;

	if (certified == NULL || !siglet_key_equal(certified, siglet_signer_key(session->signer)))
		return siglet_err_new(SIGLET_E_MISMATCH, "its certificate is for another key");
	err = check_clock(session->leaf, o->now_s(o->context));
	if (err == NULL)
		err = siglet_verify_leaf(session->leaf, o->root,
					 siglet_cert_not_before_s(session->leaf), o->thresholds.sct,
					 &session->identity);
	if (err != NULL)
		return siglet_err_wrap(err, "its certificate");
	session->has_identity = true;
	return NULL;
}

/* A log that the root knows must have signed it; what others say is not looked at. */
static siglet_err *check_detached(const siglet_session *session, const siglet_sct *sct)
{
	const siglet_trustroot *root = session->options.root;
	siglet_err *why = NULL;

	for (size_t i = 0; i < siglet_trustroot_ctlog_count(root); i++) {
		const siglet_log *log = siglet_trustroot_ctlog(root, i);

		if (!siglet_slice_equal(log->log_id, sct->log_id))
			continue;
		siglet_err_free(why);
		why = siglet_sct_verify(sct, session->leaf, NULL, log->key);
		if (why == NULL)
			return NULL;
	}
	return why;
}

/*
 * A detached SCT is checked now or never: a bundle has no place for it, so nobody who asks for an
 * SCT will ever accept a signature by this certificate.
 */
static siglet_err *check_detached_sct(const siglet_session *session, siglet_slice json)
{
	siglet_buf bytes;
	siglet_sct sct;
	siglet_err *err;

	if (json.len == 0)
		return NULL;
	if (session->options.thresholds.sct > 0)
		return siglet_err_hint(
			siglet_err_new(SIGLET_E_MISSING,
				       "the SCT comes beside the certificate, not in it: a bundle "
				       "can't carry it, and verifiers want %u",
				       session->options.thresholds.sct),
			"have the certificate authority embed SCTs, or verify without any");
	siglet_buf_init(&bytes, UINT16_MAX);
	err = siglet_fulcio_detached_sct(json, &bytes);
	if (err == NULL)
		err = siglet_sct_parse(siglet_buf_slice(&bytes), &sct);
	if (err == NULL)
		err = check_detached(session, &sct);
	siglet_buf_clear(&bytes);
	return err == NULL ? NULL : siglet_err_wrap(err, "the SCT beside the certificate");
}

static siglet_err *check_equal(const char *what, siglet_slice is, siglet_slice wanted)
{
	if (wanted.len == 0 || siglet_slice_equal(is, wanted))
		return NULL;
	return siglet_err_new(SIGLET_E_MISMATCH, "its certificate has the %s %s, the token %s",
			      what, siglet_text_printable(is).text,
			      siglet_text_printable(wanted).text);
}

static siglet_err *check_identity(const siglet_session *session, const siglet_token *token)
{
	const siglet_identity *identity = &session->identity;
	siglet_buf san;
	siglet_err *err;

	siglet_buf_init(&san, MAX_SUBJECT_BYTES);
	err = siglet_token_expected_san(token, &san);
	if (err == NULL)
		err = check_equal("identity", identity->san, siglet_buf_slice(&san));
	if (err == NULL)
		err = check_equal("issuer", identity->issuer,
				  siglet_token_certificate_issuer(token));
	siglet_buf_clear(&san);
	return err;
}

static siglet_err *take_answer(siglet_session *session, const siglet_fulcio_answer *answer,
			       const siglet_token *token)
{
	siglet_err *err = siglet_cert_parse(answer->chain[0], &session->leaf);

	if (err == NULL)
		err = check_detached_sct(session, answer->detached_sct);
	if (err == NULL)
		err = check_leaf(session);
	if (err == NULL)
		err = check_identity(session, token);
	if (err == NULL)
		err = siglet_strndup(session->identity.san, &session->san);
	if (err == NULL)
		err = siglet_strndup(session->identity.issuer, &session->issuer);
	return err == NULL ? NULL : siglet_sign_blame(err, session->options.services->fulcio);
}

/* ---- asking ---- */

/* The services that come after the CA, which is asked at once. */
static void warm(const siglet_session *session)
{
	const siglet_services *services = session->options.services;

	for (size_t i = 0; i < services->tsa_count; i++)
		siglet_transport_warm(&session->options.transport, services->tsas[i]);
	for (size_t i = 0; i < services->log_count; i++)
		siglet_transport_warm(&session->options.transport, services->logs[i].url);
}

siglet_err *siglet_session_certify(siglet_session *session, const siglet_key_details *details,
				   const siglet_token *token, siglet_fulcio_proof proof)
{
	const siglet_session_options *o = &session->options;
	siglet_fulcio_answer answer;
	siglet_err *err;

	if (session->signer != NULL || o->services->fulcio == NULL)
		return siglet_err_new(SIGLET_E_USAGE, "a session has one key, and one CA to ask");
	warm(session);
	err = siglet_signer_generate(details, &session->signer);
	if (err != NULL)
		return err;
	siglet_fulcio_answer_init(&answer);
	err = siglet_fulcio_certify(&o->transport, o->services->fulcio, siglet_token_jwt(token),
				    session->signer, proof, siglet_token_challenge(token), &answer);
	if (err == NULL)
		err = take_answer(session, &answer, token);
	else if (siglet_err_code(err) == SIGLET_E_UNTRUSTED)
		err = siglet_err_recode(err, SIGLET_E_IDENTITY);
	else
		err = siglet_sign_blame(err, o->services->fulcio);
	siglet_fulcio_answer_clear(&answer);
	return disarm(session, err);
}

siglet_err *siglet_session_use_key(siglet_session *session, siglet_signer *signer,
				   siglet_slice leaf_der)
{
	siglet_err *err;

	if (session->signer != NULL) {
		siglet_signer_free(signer);
		return siglet_err_new(SIGLET_E_USAGE, "a session has one key");
	}
	session->signer = signer;
	warm(session);
	if (leaf_der.len == 0)
		return NULL;
	err = siglet_cert_parse(leaf_der, &session->leaf);
	if (err == NULL)
		err = check_leaf(session);
	if (err == NULL)
		err = siglet_strndup(session->identity.san, &session->san);
	if (err == NULL)
		err = siglet_strndup(session->identity.issuer, &session->issuer);
	return disarm(session, err);
}

/* ---- asking the session ---- */

const siglet_cert *siglet_session_certificate(const siglet_session *session)
{
	return session->leaf;
}

const siglet_key *siglet_session_key(const siglet_session *session)
{
	return session->signer == NULL ? NULL : siglet_signer_key(session->signer);
}

const siglet_identity *siglet_session_identity(const siglet_session *session)
{
	return session->has_identity ? &session->identity : NULL;
}

unsigned siglet_session_hashes(const siglet_session *session, bool *ret_needs_message)
{
	const unsigned always = SIGLET_HASH_BIT(SIGLET_SHA256); /* what people name a file by */
	siglet_hash hash = SIGLET_SHA256;

	*ret_needs_message = session->signer != NULL &&
			     !siglet_scheme_hash(siglet_signer_scheme(session->signer), &hash);
	return always | SIGLET_HASH_BIT(hash);
}
