#include "../lib/fake_http.h"
#include "fulcio/fulcio.h"

/* What is asked of a certificate authority, and what its answers may look like. */

#define PEM(text) "-----BEGIN CERTIFICATE-----\\n" text "\\n-----END CERTIFICATE-----\\n"
#define ANSWER(kind, certificates, rest) \
	"{\"" kind "\":{\"chain\":{\"certificates\":[" certificates "]}" rest "}}"
#define EMBEDDED(certificates) ANSWER("signedCertificateEmbeddedSct", certificates, "")
#define ONE "\"" PEM("AAAA") "\""

static siglet_err *read_answer(const char *json, siglet_fulcio_answer *answer)
{
	siglet_fulcio_answer_init(answer);
	return siglet_fulcio_read_answer(siglet_slice_str(json), answer);
}

static void answers(void)
{
	siglet_fulcio_answer answer;

	OK_SUCCESS(read_answer(EMBEDDED(ONE), &answer), "one certificate");
	OK(answer.count == 1 && answer.chain[0].len == 3 && answer.detached_sct.len == 0,
	   "is there");
	siglet_fulcio_answer_clear(&answer);
	OK_SUCCESS(read_answer(EMBEDDED(ONE "," ONE), &answer), "two");
	OK(answer.count == 2, "are there");
	siglet_fulcio_answer_clear(&answer);
	OK_SUCCESS(read_answer(ANSWER("signedCertificateDetachedSct", ONE,
				      ",\"signedCertificateTimestamp\":\"e30=\""),
			       &answer),
		   "a detached SCT");
	OK(siglet_slice_is(answer.detached_sct, "{}"), "is decoded");
	siglet_fulcio_answer_clear(&answer);
}

static void malformed_answers(void)
{
	static const char *const bad[] = {
		"",
		"<html>",
		"[]",
		"{}",
		"{\"signedCertificateEmbeddedSct\":{}}",
		"{\"signedCertificateEmbeddedSct\":7}",
		EMBEDDED(""),
		EMBEDDED("7"),
		EMBEDDED("\"\""),
		EMBEDDED("\"AAAA\""),
		EMBEDDED("\" " PEM("AAAA") "\""),
		EMBEDDED("\"" PEM("AAAA") "x\""),
		EMBEDDED("\"" PEM("AAAA") PEM("AAAA") "\""),
		EMBEDDED("\"" PEM("A") "\""),
		EMBEDDED("\"-----BEGIN CERTIFICATE-----\\nAAAA\""),
		EMBEDDED("\"-----BEGIN PUBLIC KEY-----\\nAAAA\\n-----END PUBLIC KEY-----\\n\""),
		"{\"signedCertificateEmbeddedSct\":{\"chain\":{\"certificates\":[" ONE
		"]}},\"signedCertificateDetachedSct\":{\"chain\":{\"certificates\":[" ONE "]}}}",
		ANSWER("signedCertificateDetachedSct", ONE,
		       ",\"signedCertificateTimestamp\":\"!\""),
	};
	siglet_fulcio_answer answer;

	for (size_t i = 0; i < SIGLET_COUNT(bad); i++) {
		siglet_err *err = read_answer(bad[i], &answer);

		OK(err != NULL && answer.count == 0, "no answer, %zu", i);
		siglet_err_free(err);
		siglet_fulcio_answer_clear(&answer);
	}
}

static void detached_scts(void)
{
	static const char *const bad[] = {
		"{}",
		"[]",
		"{\"sct_version\":0,\"id\":\"AAAA\",\"timestamp\":1,\"signature\":\"AAAA\"}",
		"{\"sct_version\":256,\"id\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\","
		"\"timestamp\":1}",
		"{\"sct_version\":0,\"id\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\","
		"\"timestamp\":-1}",
	};
	siglet_buf sct;

	siglet_buf_init(&sct, 65535);
	OK_SUCCESS(siglet_fulcio_detached_sct(
			   siglet_slice_str("{\"sct_version\":0,\"id\":"
					    "\"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\","
					    "\"timestamp\":258,\"extensions\":\"\",\"signature\":"
					    "\"BAMAAQc=\"}"),
			   &sct),
		   "an SCT");
	OK(sct.len == 1 + 32 + 8 + 2 + 5 && sct.ptr[0] == 0 && sct.ptr[1] == 1 &&
		   sct.ptr[39] == 1 && sct.ptr[40] == 2 && sct.ptr[43] == 4 && sct.ptr[47] == 7,
	   "in the form that RFC 6962 gives it");
	siglet_buf_clear(&sct);
	for (size_t i = 0; i < SIGLET_COUNT(bad); i++) {
		siglet_err *err = siglet_fulcio_detached_sct(siglet_slice_str(bad[i]), &sct);

		OK(err != NULL, "no SCT, %zu", i);
		siglet_err_free(err);
		siglet_buf_clear(&sct);
	}
}

/* ---- the request ---- */

static siglet_signer *make_key(void)
{
	siglet_signer *signer = NULL;
	siglet_err *err = siglet_signer_generate(
		siglet_key_details_registry(siglet_slice_str("ecdsa-sha2-256-nistp256")), &signer);

	if (err != NULL)
		exit(1);
	return signer;
}

static siglet_err *certify(fake_http *http, siglet_fulcio_proof proof)
{
	const siglet_transport transport = fake_transport(http);
	siglet_signer *signer = make_key();
	siglet_fulcio_answer answer;
	siglet_err *err;

	siglet_fulcio_answer_init(&answer);
	err = siglet_fulcio_certify(&transport, "https://ca.example/", siglet_slice_str("a.b.c"),
				    signer, proof, siglet_slice_str("me"), &answer);
	siglet_fulcio_answer_clear(&answer);
	siglet_signer_free(signer);
	return err;
}

static void requests(void)
{
	fake_http http = { .count = 0 }, other = { .count = 0 };
	siglet_json_doc *doc = NULL;
	siglet_buf pem;

	fake_add(&http, (fake_answer) { "/api", 200, NULL, EMBEDDED(ONE), 0, false });
	OK_SUCCESS(certify(&http, SIGLET_FULCIO_CSR), "a request");
	OK(strcmp(http.url, "https://ca.example/api/v2/signingCert") == 0 &&
		   strcmp(http.method, "POST") == 0,
	   "goes to %s", http.url);
	OK(strstr(http.headers, "(secret) Authorization: Bearer a.b.c\n") != NULL,
	   "with the token, marked as a secret");
	OK(strstr(http.body, "a.b.c") == NULL, "which is not in the body");
	OK_SUCCESS(siglet_json_parse(siglet_slice_str(http.body), 16384, &doc), "the body is JSON");
	siglet_buf_init(&pem, 16384);
	OK_SUCCESS(siglet_base64_decode(
			   siglet_json_string(siglet_json_object_get(siglet_json_root(doc),
								     "certificateSigningRequest")),
			   &pem),
		   "with the request in base64");
	OK(siglet_slice_has_prefix(siglet_buf_slice(&pem), "-----BEGIN CERTIFICATE REQUEST-----\n"),
	   "of its PEM");
	siglet_buf_clear(&pem);
	siglet_json_doc_free(doc);

	fake_add(&other, (fake_answer) { "/api", 201, NULL, EMBEDDED(ONE), 0, false });
	OK_SUCCESS(certify(&other, SIGLET_FULCIO_PUBLIC_KEY), "the other form");
	OK(strstr(other.body,
		  "{\"publicKeyRequest\":{\"publicKey\":{\"algorithm\":\"ECDSA\",\"content\":"
		  "\"-----BEGIN PUBLIC KEY-----\\n") == other.body,
	   "has the key as text");
	OK(strstr(other.body, "\"proofOfPossession\":\"MEU") != NULL ||
		   strstr(other.body, "\"proofOfPossession\":\"ME") != NULL,
	   "and a proof");
}

static void statuses(void)
{
	static const struct {
		int status;
		siglet_code code;
	} cases[] = { { 400, SIGLET_E_UNTRUSTED }, { 401, SIGLET_E_UNTRUSTED },
		      { 403, SIGLET_E_UNTRUSTED }, { 404, SIGLET_E_NETWORK },
		      { 429, SIGLET_E_NETWORK },   { 500, SIGLET_E_NETWORK },
		      { 302, SIGLET_E_NETWORK },   { 0, SIGLET_E_NETWORK } };

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		fake_http http = { .count = 0 };

		fake_add(&http, (fake_answer) { "/api", cases[i].status, NULL,
						"{\"message\":\"no\"}", 0, false });
		OK_ERROR(certify(&http, SIGLET_FULCIO_CSR), cases[i].code, "status %d",
			 cases[i].status);
		OK(http.requests == 1, "asked once");
	}
}

int main(void)
{
	answers();
	malformed_answers();
	detached_scts();
	requests();
	statuses();
	return tap_done();
}
