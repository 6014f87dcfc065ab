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

/* ---- what can't become a bundle ---- */

#define STATEMENT(hex)                                                                       \
	"{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"a\","       \
	"\"digest\":{\"sha256\":\"" hex "\"}}],\"predicateType\":\"https://example.com/t\"," \
	"\"predicate\":{}}"
#define DIGEST_OF_A "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
#define DIGEST_OF_B "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d"

static void set_with_key(scene *s)
{
	siglet_signer *signer = NULL;

	set(s);
	OK_SUCCESS(siglet_signer_generate(
			   siglet_key_details_registry(siglet_slice_str("ecdsa-sha2-256-nistp256")),
			   &signer),
		   "a key");
	OK_SUCCESS(siglet_session_use_key(s->session, signer, SIGLET_SLICE_NONE),
		   "of a managed session");
}

static void signing_ends(const scene *s, const siglet_content *content, siglet_code code,
			 unsigned requests, const char *claim)
{
	const unsigned before = s->http.requests;
	siglet_signed made;

	siglet_signed_init(&made);
	OK_ERROR(siglet_session_sign(s->session, content, &made), code, "%s", claim);
	OK(s->http.requests - before == requests, "%u services are asked", requests);
	siglet_signed_clear(&made);
}

static void what_no_bundle_holds(void)
{
	const size_t most = (size_t)45 << 18; /* three quarters of 15 MiB */
	uint8_t *bytes = calloc(1, most + 1);
	siglet_content content = { .payload_type = siglet_slice_str("text/plain"),
				   .payload = siglet_slice_of(bytes, most) };
	scene s;

	set_with_key(&s);
	signing_ends(&s, &content, SIGLET_E_NETWORK, 1, "as much as a bundle holds");
	content.payload.len++;
	signing_ends(&s, &content, SIGLET_E_LIMIT, 0, "a byte more");
	clear(&s);
	free(bytes);
}

static void what_is_about_another_file(void)
{
	const siglet_slice a = siglet_slice_str("a");
	siglet_digests digests = { .mask = SIGLET_HASH_BIT(SIGLET_SHA256) };
	siglet_content content = {
		.artifact = { .digests = &digests },
		.payload_type = siglet_slice_str("application/vnd.in-toto+json"),
		.payload = siglet_slice_str(STATEMENT(DIGEST_OF_A)),
	};
	scene s;

	OK_SUCCESS(siglet_crypto_sha256(&a, 1, &digests.of[SIGLET_SHA256]), "a digest");
	set_with_key(&s);
	signing_ends(&s, &content, SIGLET_E_NETWORK, 1, "a statement about the file");
	content.payload = siglet_slice_str(STATEMENT(DIGEST_OF_B));
	signing_ends(&s, &content, SIGLET_E_MISMATCH, 0, "about another");
	content.payload = siglet_slice_str("{}");
	signing_ends(&s, &content, SIGLET_E_MISSING, 0, "about none");
	clear(&s);
}

int main(void)
{
	without_a_certificate();
	with_a_foreign_certificate();
	with_a_key_and_a_foreign_certificate();
	what_no_bundle_holds();
	what_is_about_another_file();
	return tap_done();
}
