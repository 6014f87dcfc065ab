#include "fulcio/fulcio.h"

#include <string.h>

#define MAX_PEM_BYTES 65536

/* ---- the question ---- */

/* The PEM text itself goes into base64: bytes of a protobuf message. */
static siglet_err *write_csr(const siglet_signer *signer, siglet_json_writer *w)
{
	siglet_buf pem;
	siglet_err *err;

	siglet_buf_init(&pem, MAX_PEM_BYTES);
	err = siglet_cert_request(signer, &pem);
	if (err == NULL)
		siglet_json_write_base64(w, "certificateSigningRequest", siglet_buf_slice(&pem));
	siglet_buf_clear(&pem);
	return err;
}

static const char *algorithm_name(siglet_key_type type)
{
	switch (type) {
	case SIGLET_KEY_P256:
	case SIGLET_KEY_P384:
	case SIGLET_KEY_P521:
		return "ECDSA";
	case SIGLET_KEY_ED25519:
		return "ED25519";
	case SIGLET_KEY_RSA:
		return "RSA_PSS"; /* Fulcio's name for any RSA key */
	case SIGLET_KEY_ML_DSA_44:
	case SIGLET_KEY_ML_DSA_65:
	case SIGLET_KEY_ML_DSA_87:
		break;
	}
	return "PUBLIC_KEY_ALGORITHM_UNSPECIFIED";
}

/* Here the key is a JSON string of PEM, and only the proof is base64. */
static siglet_err *write_public_key(const siglet_signer *signer, siglet_slice subject,
				    siglet_json_writer *w)
{
	const siglet_key *key = siglet_signer_key(signer);
	siglet_buf pem, proof;
	siglet_err *err;

	siglet_buf_init(&pem, MAX_PEM_BYTES);
	siglet_buf_init(&proof, MAX_PEM_BYTES);
	err = siglet_pem_encode("PUBLIC KEY", siglet_key_spki(key), &pem);
	if (err == NULL)
		err = siglet_signer_sign(signer, subject, &proof);
	if (err == NULL) {
		siglet_json_write_begin_object(w, "publicKeyRequest");
		siglet_json_write_begin_object(w, "publicKey");
		siglet_json_write_text(w, "algorithm", algorithm_name(siglet_key_type_of(key)));
		siglet_json_write_string(w, "content", siglet_buf_slice(&pem));
		siglet_json_write_end_object(w);
		siglet_json_write_base64(w, "proofOfPossession", siglet_buf_slice(&proof));
		siglet_json_write_end_object(w);
	}
	siglet_buf_clear(&proof);
	siglet_buf_clear(&pem);
	return err;
}

siglet_err *siglet_fulcio_write_request(const siglet_signer *signer, siglet_fulcio_proof proof,
					siglet_slice subject, siglet_buf *ret_json)
{
	siglet_json_writer w;
	siglet_err *err, *failed;

	siglet_json_writer_init(&w, ret_json, 0);
	siglet_json_write_begin_object(&w, NULL);
	err = proof == SIGLET_FULCIO_CSR ? write_csr(signer, &w)
					 : write_public_key(signer, subject, &w);
	siglet_json_write_end_object(&w);
	failed = siglet_json_writer_finish(&w);
	if (err == NULL)
		return failed;
	siglet_err_free(failed);
	return err;
}

/* ---- asking ---- */

/* What usually is behind a refusal, by what the CA says. */
static siglet_err *add_hint(siglet_err *err, const siglet_http_response *response)
{
	const siglet_slice body = siglet_buf_slice(&response->body);

	if (siglet_slice_contains(body, "identity token"))
		return siglet_err_hint(err,
				       "is the token's audience sigstore, is it still valid, and "
				       "does this CA know its issuer? siglet whoami shows it");
	if (siglet_slice_contains(body, "algorithm"))
		return siglet_err_hint(err, "choose another --algorithm");
	return err;
}

static siglet_err *exchange(const siglet_transport *transport, const char *url, const char *bearer,
			    siglet_slice body, siglet_http_response *response)
{
	const siglet_http_request request = {
		.what = "the certificate authority",
		.method = "POST",
		.url = url,
		.headers = { { "Content-Type", "application/json", false },
			     { "Accept", "application/json", false },
			     { "Authorization", bearer, true } },
		.header_count = 3,
		.body = body,
		/* A second certificate would be logged, and nobody would notice. */
		.repeat = SIGLET_HTTP_REPEAT_UNSENT,
	};
	siglet_err *err = siglet_transport_send(transport, &request, response);

	if (err != NULL || response->status == 200 || response->status == 201)
		return err;
	err = siglet_http_status_error(&request, response);
	if (response->status >= 400 && response->status < 500 && response->status != 404 &&
	    response->status != 429)
		err = add_hint(siglet_err_recode(err, SIGLET_E_UNTRUSTED), response);
	return err;
}

siglet_err *siglet_fulcio_certify(const siglet_transport *transport, const char *base_url,
				  siglet_slice jwt, const siglet_signer *signer,
				  siglet_fulcio_proof proof, siglet_slice subject,
				  siglet_fulcio_answer *ret_answer)
{
	siglet_http_response response;
	siglet_buf url, bearer, body;
	siglet_err *err;
	size_t len = strlen(base_url);

	while (len > 0 && base_url[len - 1] == '/')
		len--;
	siglet_http_response_init(&response);
	siglet_buf_init(&url, len + 64);
	siglet_buf_init_secret(&bearer, jwt.len + 16);
	siglet_buf_init(&body, (size_t)4 * MAX_PEM_BYTES);
	err = siglet_buf_append(&url, siglet_slice_of(base_url, len));
	if (err == NULL)
		err = siglet_buf_append_str(&url, "/api/v2/signingCert");
	if (err == NULL)
		err = siglet_buf_append_str(&bearer, "Bearer ");
	if (err == NULL)
		err = siglet_buf_append(&bearer, jwt);
	if (err == NULL)
		err = siglet_fulcio_write_request(signer, proof, subject, &body);
	if (err == NULL)
		err = exchange(transport, siglet_buf_text(&url), siglet_buf_text(&bearer),
			       siglet_buf_slice(&body), &response);
	if (err == NULL)
		err = siglet_fulcio_read_answer(siglet_buf_slice(&response.body), ret_answer);
	siglet_buf_clear(&body);
	siglet_buf_clear(&bearer);
	siglet_buf_clear(&url);
	siglet_http_response_clear(&response);
	return err;
}
