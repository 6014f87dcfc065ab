#include "siglet/signing_internal.h"

#include <stdlib.h>
#include <string.h>

#include "sys/sys.h"

/* Setting up a signing run. */

#define MAX_CONFIG_BYTES SIGLET_MAX_TRUSTROOT_BYTES
#define MAX_PEM_BYTES 65536
#define MAX_TIMEOUT_S 3600
#define MAX_IN_FLIGHT 64
#define DEFAULT_ALGORITHM "ecdsa-sha2-256-nistp256"

siglet_error *siglet_signing_new(const siglet_trust *trust, siglet_signing **ret_signing)
{
	siglet_signing *signing = siglet_calloc(1, sizeof(*signing));

	if (signing == NULL)
		return siglet_err_nomem();
	signing->trust = trust;
	if (trust->config == NULL && trust->shipped != NULL && trust->shipped->config.len > 0) {
		siglet_err *err =
			siglet_signing_config_parse(trust->shipped->config, &signing->config);
		if (err != NULL) {
			free(signing);
			return siglet_err_wrap(err, "the shipped signing config of %s",
					       trust->shipped->name);
		}
	}
	signing->details = siglet_key_details_registry(siglet_slice_str(DEFAULT_ALGORITHM));
	siglet_services_init(&signing->services);
	*ret_signing = signing;
	return NULL;
}

void siglet_signing_free(siglet_signing *signing)
{
	if (signing == NULL)
		return;
	siglet_session_free(signing->session);
	siglet_signer_free(signing->managed);
	siglet_pkcs11_close(signing->token); /* once no signer is left */
	free(signing->certificate_pem);
	siglet_signing_config_free(signing->config);
	siglet_services_clear(&signing->services);
	siglet_http_free(signing->http);
	for (size_t i = 0; i < SIGLET_COUNT(signing->values); i++)
		free(signing->values[i]);
	free(signing->identity);
	free(signing->issuer);
	free(signing);
}

/* ---- options ---- */

static siglet_err *read_number(const char *text, unsigned most, unsigned *ret_number)
{
	unsigned number = 0;

	for (const char *c = text; *c != '\0'; c++) {
		if (*c < '0' || *c > '9' || number > most)
			return siglet_err_new(SIGLET_E_USAGE, "\"%s\" is no number up to %u",
					      siglet_text_printable(siglet_slice_str(text)).text,
					      most);
		number = number * 10 + (unsigned)(*c - '0');
	}
	if (number == 0 || number > most)
		return siglet_err_new(SIGLET_E_USAGE, "not a number from 1 to %u", most);
	*ret_number = number;
	return NULL;
}

static siglet_err *set_algorithm(siglet_signing *signing, const char *name)
{
	const siglet_key_details *details = siglet_key_details_registry(siglet_slice_str(name));

	if (details == NULL || !siglet_key_details_may_sign(details))
		return siglet_err_hint(
			siglet_err_new(SIGLET_E_USAGE, "no algorithm \"%s\" to sign with",
				       siglet_text_printable(siglet_slice_str(name)).text),
			"there are " DEFAULT_ALGORITHM ", ecdsa-sha2-384-nistp384, "
			"ecdsa-sha2-512-nistp521, ed25519-ph, rsa-sign-pkcs1-3072-sha256 and "
			"-4096-");
	signing->details = details;
	return NULL;
}

static siglet_err *set_config(siglet_signing *signing, const char *json)
{
	siglet_signing_config *config = NULL;
	siglet_err *err = siglet_signing_config_parse(siglet_slice_str(json), &config);

	if (err != NULL)
		return siglet_as_unreadable(err);
	siglet_signing_config_free(signing->config);
	signing->config = config;
	return NULL;
}

static siglet_err *set_proof(siglet_signing *signing, const char *value)
{
	if (strcmp(value, "csr") == 0)
		signing->proof = SIGLET_FULCIO_CSR;
	else if (strcmp(value, "public-key") == 0)
		signing->proof = SIGLET_FULCIO_PUBLIC_KEY;
	else
		return siglet_err_new(SIGLET_E_USAGE, "neither csr nor public-key");
	return NULL;
}

static siglet_err *set_format(siglet_signing *signing, const char *value)
{
	if (strcmp(value, "bundle") != 0 && strcmp(value, "cose") != 0)
		return siglet_err_new(SIGLET_E_USAGE, "neither bundle nor cose");
	signing->is_cose = strcmp(value, "cose") == 0;
	return NULL;
}

static siglet_err *set_payload(siglet_signing *signing, const char *value)
{
	signing->cose.is_detached = strcmp(value, "detached") == 0;
	signing->cose.is_whole = signing->cose.is_detached || strcmp(value, "attached") == 0;
	if (!signing->cose.is_whole && strcmp(value, "hash") != 0)
		return siglet_err_new(SIGLET_E_USAGE, "neither hash, attached nor detached");
	return NULL;
}

static siglet_err *set_url(siglet_signing *signing, siglet_sign_option what, const char *value)
{
	if (!siglet_http_url_is_allowed(value))
		return siglet_err_hint(siglet_err_new(SIGLET_E_USAGE, "%s: not a service URL",
						      siglet_http_url_shown(value).text),
				       "it must be https, or http to this machine");
	return siglet_strndup(siglet_slice_str(value), &signing->values[what]);
}

siglet_error *siglet_signing_set(siglet_signing *signing, siglet_sign_option what,
				 const char *value)
{
	unsigned number = 0;
	siglet_err *err;

	if ((unsigned)what >= SIGLET_COUNT(signing->values) || signing->session != NULL ||
	    (signing->set & 1u << what) != 0)
		return siglet_err_new(SIGLET_E_USAGE, "an unknown option, given twice or too late");
	signing->set |= 1u << what;
	switch (what) {
	case SIGLET_SIGN_ALGORITHM:
		return set_algorithm(signing, value);
	case SIGLET_SIGN_CONFIG_JSON:
		return set_config(signing, value);
	case SIGLET_SIGN_PROOF:
		return set_proof(signing, value);
	case SIGLET_SIGN_REKOR_VERSION:
		err = read_number(value, 2, &number);
		signing->rekor_version = (int)number;
		return err;
	case SIGLET_SIGN_TIMEOUT:
		err = read_number(value, MAX_TIMEOUT_S, &number);
		signing->timeout_ms = number * 1000;
		return err;
	case SIGLET_SIGN_IN_FLIGHT:
		return read_number(value, MAX_IN_FLIGHT, &signing->in_flight);
	case SIGLET_SIGN_FORMAT:
		return set_format(signing, value);
	case SIGLET_SIGN_PAYLOAD:
		return set_payload(signing, value);
	case SIGLET_SIGN_FULCIO_URL:
	case SIGLET_SIGN_REKOR_URL:
	case SIGLET_SIGN_TSA_URL:
	case SIGLET_SIGN_OIDC_URL:
		return set_url(signing, what, value);
	}
	return siglet_err_new(SIGLET_E_USAGE, "no such option");
}

void siglet_signing_skip_tlog(siglet_signing *signing)
{
	signing->no_tlog = true;
}

void siglet_signing_skip_timestamp(siglet_signing *signing)
{
	signing->no_timestamp = true;
}

void siglet_signing_set_trace(siglet_signing *signing, siglet_sign_trace *trace, void *context)
{
	signing->trace = trace;
	signing->trace_context = context;
}

static siglet_err *check_first_key(const siglet_signing *signing)
{
	if (signing->managed == NULL && signing->session == NULL)
		return NULL;
	return siglet_err_new(SIGLET_E_USAGE, "a second key, or one too late");
}

static siglet_err *keep_certificate(siglet_signing *signing, const char *pem)
{
	return pem == NULL ? NULL
			   : siglet_strndup(siglet_slice_str(pem), &signing->certificate_pem);
}

siglet_error *siglet_signing_set_key_pem(siglet_signing *signing, const char *pem,
					 const char *passphrase, const char *certificate_pem)
{
	siglet_err *err = check_first_key(signing);

	if (err != NULL)
		return err;
	err = siglet_signer_from_pem(siglet_slice_str(pem), siglet_slice_str(passphrase),
				     &signing->managed);
	return err != NULL ? siglet_as_unreadable(err) : keep_certificate(signing, certificate_pem);
}

siglet_error *siglet_signing_set_key_pkcs11(siglet_signing *signing, const char *uri,
					    const char *pin, const char *certificate_pem)
{
	siglet_err *err = check_first_key(signing);

	if (err != NULL)
		return err;
	err = siglet_pkcs11_open(uri, siglet_slice_str(pin == NULL ? "" : pin), &signing->token,
				 &signing->managed);
	return err != NULL ? siglet_as_unreadable(err) : keep_certificate(signing, certificate_pem);
}

/* ---- services ---- */

/* An operator who offers both logs may name the one of Rekor v2 in a config of its own. */
static const siglet_signing_config *config_of(const siglet_signing *signing)
{
	if (signing->config != NULL)
		return signing->config;
	return signing->rekor_version == 2 && signing->trust->config_v2 != NULL
		       ? signing->trust->config_v2
		       : signing->trust->config;
}

static siglet_service_wishes wishes_of(const siglet_signing *signing)
{
	return (siglet_service_wishes) {
		.fulcio_url = signing->values[SIGLET_SIGN_FULCIO_URL],
		.rekor_url = signing->values[SIGLET_SIGN_REKOR_URL],
		.tsa_url = signing->values[SIGLET_SIGN_TSA_URL],
		.oidc_url = signing->values[SIGLET_SIGN_OIDC_URL],
		.rekor_version = signing->rekor_version,
		.no_tlog = signing->no_tlog,
		.no_timestamp = signing->no_timestamp,
		.managed_key = signing->managed != NULL,
	};
}

static siglet_err *choose(const siglet_signing *signing, siglet_services *services)
{
	const siglet_service_wishes wishes = wishes_of(signing);
	const siglet_trust *trust = signing->trust;
	siglet_err *err = siglet_services_choose(config_of(signing), &wishes,
						 siglet_sys_now_s() * 1000, services);

	if (err == NULL ||
	    (siglet_err_code(err) != SIGLET_E_MISSING && siglet_err_code(err) != SIGLET_E_EXPIRED))
		return err;
	if (config_of(signing) == NULL && trust->config_err != NULL) {
		siglet_err_free(err);
		return siglet_err_new(SIGLET_E_TRUST, "%s: %s", trust->source,
				      siglet_err_message(trust->config_err));
	}
	return siglet_err_recode(err, SIGLET_E_TRUST);
}

siglet_error *siglet_signing_oidc_issuer(const siglet_signing *signing, char **ret_issuer)
{
	siglet_services services;
	siglet_err *err;

	siglet_services_init(&services);
	err = choose(signing, &services);
	if (err == NULL && services.oidc == NULL)
		err = siglet_err_hint(siglet_err_new(SIGLET_E_TRUST, "no OIDC issuer is known"),
				      "name one with --oidc-issuer");
	if (err == NULL)
		err = siglet_strndup(siglet_slice_str(services.oidc), ret_issuer);
	siglet_services_clear(&services);
	return err;
}

/* ---- what the world learns ---- */

/* In that domain, whatever its letters' case and with the dot of the root or without. */
static bool is_within(siglet_slice host, const char *domain)
{
	const siglet_slice end = siglet_slice_str(domain);

	if (host.len > 0 && host.ptr[host.len - 1] == '.')
		host.len--;
	if (host.len < end.len)
		return false;
	const size_t before = host.len - end.len;

	return siglet_slice_equal_nocase(siglet_slice_of(host.ptr + before, end.len), end) &&
	       (before == 0 || host.ptr[before - 1] == '.');
}

static bool is_public_url(const char *url)
{
	const siglet_slice host = siglet_http_host_of(url);

	return is_within(host, "sigstore.dev") || is_within(host, "sigstage.dev");
}

/* The one that was named, or whichever the config may have us ask. */
static bool may_ask_public(const siglet_signing *signing, const char *named,
			   siglet_service_kind kind)
{
	const siglet_signing_config *config = config_of(signing);
	const size_t count = config == NULL ? 0 : siglet_signing_config_count(config, kind);

	if (named != NULL)
		return is_public_url(named);
	for (size_t i = 0; i < count; i++)
		if (is_public_url(
			    (const char *)siglet_signing_config_service(config, kind, i)->url.ptr))
			return true;
	return false;
}

bool siglet_signing_is_public(const siglet_signing *signing)
{
	const siglet_service_wishes wishes = wishes_of(signing);

	return (!wishes.managed_key &&
		may_ask_public(signing, wishes.fulcio_url, SIGLET_SERVICE_CA)) ||
	       (!wishes.no_tlog && may_ask_public(signing, wishes.rekor_url, SIGLET_SERVICE_TLOG));
}

/* ---- the start ---- */

static int64_t now_s(void *context)
{
	(void)context;
	return siglet_sys_now_s();
}

/* What whoever verifies has to ask for less of, since it was left out on demand. */
static siglet_thresholds thresholds_of(const siglet_signing *signing)
{
	siglet_thresholds thresholds = signing->trust->thresholds;

	if (signing->no_tlog)
		thresholds.tlog = 0;
	if (signing->managed != NULL && signing->certificate_pem == NULL) {
		thresholds.timestamp = 0;
		thresholds.sct = 0;
	}
	return thresholds;
}

static siglet_err *use_managed_key(siglet_signing *signing)
{
	siglet_slice pem = siglet_slice_str(signing->certificate_pem);
	siglet_signer *signer = signing->managed;
	siglet_buf der;
	bool found = false;
	siglet_err *err = NULL;

	siglet_buf_init(&der, SIGLET_MAX_CERT_BYTES);
	if (signing->certificate_pem != NULL)
		err = siglet_pem_next(&pem, "CERTIFICATE", &der, &found);
	if (err == NULL && signing->certificate_pem != NULL && !found)
		err = siglet_err_new(SIGLET_E_MALFORMED, "no PEM block CERTIFICATE");
	if (err != NULL)
		err = siglet_err_hint(siglet_err_wrap(err, "the certificate"),
				      "a DER file becomes one with: openssl x509 -inform DER");
	if (err == NULL) {
		signing->managed = NULL; /* the session takes it */
		err = siglet_session_use_key(signing->session, signer, siglet_buf_slice(&der));
	}
	siglet_buf_clear(&der);
	return err == NULL ? NULL : siglet_as_unreadable(err);
}

static siglet_err *keep_names(siglet_signing *signing)
{
	const siglet_identity *identity = siglet_session_identity(signing->session);
	const siglet_digest *id = siglet_key_id(siglet_session_key(signing->session));
	siglet_buf hex;
	siglet_err *err;

	siglet_buf_init(&hex, sizeof(signing->key_id) - 1);
	err = siglet_hex_encode(siglet_digest_slice(id), &hex);
	if (err == NULL)
		memcpy(signing->key_id, siglet_buf_text(&hex), hex.len + 1);
	siglet_buf_clear(&hex);
	if (err != NULL || identity == NULL)
		return err;
	err = siglet_strndup(identity->san, &signing->identity);
	return err == NULL ? siglet_strndup(identity->issuer, &signing->issuer) : err;
}

/*
 * Rekor v2 checks digests alone. Found out now, and not when there is a certificate already, which
 * the world can see. (v1 takes such a signature of an envelope.)
 */
static siglet_err *check_scheme(const siglet_signing *signing)
{
	const siglet_key_details *details = signing->managed != NULL
						    ? siglet_signer_details(signing->managed)
						    : signing->details;
	siglet_hash hash;

	if (siglet_scheme_hash(details->scheme, &hash))
		return NULL;
	for (size_t i = 0; i < signing->services.log_count; i++)
		if (signing->services.logs[i].version > 1)
			return siglet_err_hint(
				siglet_err_new(
					SIGLET_E_UNSUPPORTED,
					"%s signs no digest, and this log checks nothing else",
					siglet_scheme_name(details->scheme)),
				"sign with another kind of key, such as ecdsa-sha2-256-nistp256");
	return NULL;
}

/* ---- COSE ---- */

/* A managed key signs as COSE has it: RSA with PSS, Ed25519 over the message itself. */
static siglet_err *adapt_managed(siglet_signing *signing)
{
	const siglet_key_details *details = siglet_signer_details(signing->managed);
	siglet_signer *adapted = NULL;
	siglet_err *err;

	if (details->type == SIGLET_KEY_RSA)
		details = siglet_key_details_find(siglet_slice_str("PKIX_RSA_PSS"));
	else if (details->type == SIGLET_KEY_ED25519)
		details = siglet_key_details_find(siglet_slice_str("PKIX_ED25519"));
	else
		return NULL;
	err = siglet_signer_from_pkey(siglet_signer_pkey(signing->managed), details, &adapted);
	if (err != NULL)
		return err;
	siglet_signer_free(signing->managed);
	signing->managed = adapted;
	return NULL;
}

/* Logs take signatures of digests; of COSE's, those are ECDSA. */
static siglet_err *check_cose_key(const siglet_signing *signing)
{
	const siglet_key_details *details = signing->managed != NULL
						    ? siglet_signer_details(signing->managed)
						    : signing->details;

	if (siglet_ecdsa_half(details->type) > 0)
		return NULL;
	if (signing->managed == NULL || signing->services.log_count > 0)
		return siglet_err_hint(siglet_err_new(SIGLET_E_USAGE,
						      "no log takes a COSE signature by %s",
						      siglet_key_type_name(details->type)),
				       "sign with an ECDSA key, or with --key and --no-tlog");
	if (details->scheme == SIGLET_SCHEME_ML_DSA)
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "COSE messages are not signed by %s",
				      siglet_key_type_name(details->type));
	return NULL;
}

static siglet_err *prepare_cose(siglet_signing *signing)
{
	siglet_err *err = siglet_load_heads(&signing->cose.heads);

	if (err == NULL && signing->managed != NULL)
		err = adapt_managed(signing);
	return err == NULL ? check_cose_key(signing) : err;
}

static siglet_err *open_session(siglet_signing *signing)
{
	const siglet_http_options http = {
		.timeout_ms = signing->timeout_ms,
		.max_in_flight = signing->in_flight,
		.trace = signing->trace,
		.trace_context = signing->trace_context,
	};
	siglet_err *err = choose(signing, &signing->services);

	if (err == NULL && (signing->set & 1u << SIGLET_SIGN_PAYLOAD) != 0 && !signing->is_cose)
		err = siglet_err_new(SIGLET_E_USAGE, "a choice of payload is for COSE");
	if (err == NULL && signing->is_cose)
		err = prepare_cose(signing);
	if (err == NULL)
		err = check_scheme(signing);
	if (err == NULL)
		err = siglet_http_new(&http, &signing->http);
	if (err != NULL)
		return err;
	signing->thresholds = thresholds_of(signing);
	const siglet_session_options options = {
		.root = signing->trust->root,
		.services = &signing->services,
		.transport = siglet_http_transport(signing->http),
		.thresholds = signing->thresholds,
		.now_s = now_s,
	};
	return siglet_session_new(&options, &signing->session);
}

siglet_error *siglet_signing_start(siglet_signing *signing, const siglet_credential *credential)
{
	siglet_err *err;

	if (signing->session != NULL || (credential == NULL) != (signing->managed != NULL))
		return siglet_err_new(SIGLET_E_USAGE, "a signing needs a credential or a key");
	err = open_session(signing);
	if (err == NULL && credential == NULL)
		err = use_managed_key(signing);
	else if (err == NULL)
		err = siglet_session_certify(signing->session, signing->details,
					     siglet_credential_token(credential), signing->proof);
	if (err == NULL)
		err = keep_names(signing);
	return err;
}

const char *siglet_signing_identity(const siglet_signing *signing)
{
	return signing->identity;
}

const char *siglet_signing_issuer(const siglet_signing *signing)
{
	return signing->issuer;
}

const char *siglet_signing_key_id(const siglet_signing *signing)
{
	return signing->key_id;
}

unsigned siglet_signing_threshold(const siglet_signing *signing, siglet_threshold which)
{
	switch (which) {
	case SIGLET_THRESHOLD_TLOG:
		return signing->thresholds.tlog;
	case SIGLET_THRESHOLD_TIMESTAMP:
		return signing->thresholds.timestamp;
	case SIGLET_THRESHOLD_SCT:
		return signing->thresholds.sct;
	case SIGLET_THRESHOLD_WITNESS:
		return signing->thresholds.witness;
	case SIGLET_THRESHOLD_RECEIPT:
		return signing->thresholds.receipt;
	}
	return 0;
}
