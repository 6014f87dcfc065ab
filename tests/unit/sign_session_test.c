#include "../lib/fake_http.h"
#include "../lib/fake_token.h"
#include "cert_maker.h"
#include "sign/sign.h"

/* A session that did not get what it needs signs nothing, whatever its caller makes of the error. */

static int64_t now_s(void *context)
{
	(void)context;
	return FAKE_NOW;
}

typedef struct scene {
	fake_http http;
	siglet_services services;
	siglet_session *session;
} scene;

static void set(scene *s)
{
	memset(s, 0, sizeof(*s));
	siglet_services_init(&s->services);
	s->services.fulcio = "https://ca.example";
	s->services.logs[0] = (siglet_log_service) { "https://log.example", 2 };
	s->services.log_count = 1;
	const siglet_session_options options = {
		.services = &s->services,
		.transport = fake_transport(&s->http),
		.now_s = now_s,
	};
	OK_SUCCESS(siglet_session_new(&options, &s->session), "a session");
}

static void clear(scene *s)
{
	siglet_session_free(s->session);
	siglet_services_clear(&s->services);
}

static void signs_nothing(scene *s)
{
	const unsigned before = s->http.requests;
	siglet_content content = { .payload_type = siglet_slice_str("text/plain"),
				   .payload = siglet_slice_str("{}") };
	siglet_signed made;

	siglet_signed_init(&made);
	OK_ERROR(siglet_session_sign(s->session, &content, &made), SIGLET_E_USAGE,
		 "such a session signs nothing");
	OK(s->http.requests == before, "and tells no log");
	OK(siglet_session_certificate(s->session) == NULL && siglet_session_key(s->session) == NULL,
	   "it has no key and no certificate");
	siglet_signed_clear(&made);
}

static void certify(scene *s, siglet_code code, const char *claim)
{
	siglet_token *token = NULL;

	OK_SUCCESS(siglet_token_parse(siglet_slice_str(fake_jwt(FAKE_CLAIMS(""))), &token),
		   "a token");
	OK_ERROR(siglet_session_certify(
			 s->session,
			 siglet_key_details_registry(siglet_slice_str("ecdsa-sha2-256-nistp256")),
			 token, SIGLET_FULCIO_CSR),
		 code, "%s", claim);
	siglet_token_free(token);
}

static void without_a_certificate(void)
{
	scene s;

	set(&s);
	certify(&s, SIGLET_E_NETWORK, "a CA that is not there");
	signs_nothing(&s);
	clear(&s);
	set(&s);
	fake_add(&s.http, (fake_answer) { .url = "ca.example", .status = 400, .body = "no" });
	certify(&s, SIGLET_E_IDENTITY, "a CA that says no");
	signs_nothing(&s);
	clear(&s);
}

/* The answer of a CA that certifies somebody else's key. */
static siglet_buf foreign_answer(void)
{
	EVP_PKEY *key = ec_key("P-256");
	siglet_buf der = plan_der(&(maker_plan) { .key = key, .extensions = MAKER_LEAF });
	siglet_buf pem, json;
	siglet_json_writer w;

	siglet_buf_init(&pem, 65536);
	siglet_buf_init(&json, 65536);
	MAKER_NEED(siglet_pem_encode("CERTIFICATE", siglet_buf_slice(&der), &pem) == NULL);
	siglet_json_writer_init(&w, &json, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_begin_object(&w, "signedCertificateEmbeddedSct");
	siglet_json_write_begin_object(&w, "chain");
	siglet_json_write_begin_array(&w, "certificates");
	siglet_json_write_string(&w, NULL, siglet_buf_slice(&pem));
	siglet_json_write_end_array(&w);
	siglet_json_write_end_object(&w);
	siglet_json_write_end_object(&w);
	siglet_json_write_end_object(&w);
	MAKER_NEED(siglet_json_writer_finish(&w) == NULL);
	siglet_buf_clear(&pem);
	siglet_buf_clear(&der);
	EVP_PKEY_free(key);
	return json;
}

static void with_a_foreign_certificate(void)
{
	siglet_buf json = foreign_answer();
	scene s;

	set(&s);
	fake_add(&s.http,
		 (fake_answer) {
			 .url = "ca.example", .status = 201, .body = json.ptr, .len = json.len });
	certify(&s, SIGLET_E_NETWORK, "a certificate for another key");
	signs_nothing(&s);
	clear(&s);
	siglet_buf_clear(&json);
}

static void with_a_key_and_a_foreign_certificate(void)
{
	EVP_PKEY *key = ec_key("P-256");
	siglet_buf der = plan_der(&(maker_plan) { .key = key, .extensions = MAKER_LEAF });
	siglet_signer *signer = NULL;
	scene s;

	set(&s);
	OK_SUCCESS(siglet_signer_generate(
			   siglet_key_details_registry(siglet_slice_str("ecdsa-sha2-256-nistp256")),
			   &signer),
		   "a key");
	OK_ERROR(siglet_session_use_key(s.session, signer, siglet_buf_slice(&der)),
		 SIGLET_E_MISMATCH, "and a certificate for another");
	signs_nothing(&s);
	clear(&s);
	siglet_buf_clear(&der);
	EVP_PKEY_free(key);
}

int main(void)
{
	without_a_certificate();
	with_a_foreign_certificate();
	with_a_key_and_a_foreign_certificate();
	return tap_done();
}
