#include "sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ecdsa.h>

/* The issuer: whoever asks is whoever they say. */

#define LIFETIME_S 600
#define HALF 32 /* bytes of a coordinate, or of r or s */
#define GITHUB_ISSUER "https://token.actions.githubusercontent.com"

static void put_base64url(siglet_buf *out, siglet_slice data)
{
	const size_t begin = out->len;

	put_base64(out, data);
	for (size_t i = begin; i < out->len; i++) {
		if (out->ptr[i] == '+')
			out->ptr[i] = '-';
		else if (out->ptr[i] == '/')
			out->ptr[i] = '_';
		else if (out->ptr[i] == '=')
			siglet_buf_truncate(out, i);
	}
}

/* ---- ES256: r and s, each of 32 bytes, where OpenSSL has DER (RFC 7518 section 3.4) ---- */

static void put_raw_signature(siglet_buf *out, siglet_slice der)
{
	const unsigned char *at = der.ptr;
	ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &at, (long)der.len);
	unsigned char raw[2 * HALF];

	MUST(signature != NULL);
	MUST(BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, HALF) == HALF);
	MUST(BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + HALF, HALF) == HALF);
	put_base64url(out, siglet_slice_of(raw, sizeof(raw)));
	ECDSA_SIG_free(signature);
}

static void der_of_raw(siglet_slice raw, siglet_buf *ret_der)
{
	ECDSA_SIG *signature = ECDSA_SIG_new();
	unsigned char *der = NULL;
	int len;

	if (raw.len != (size_t)2 * HALF) {
		ECDSA_SIG_free(signature);
		return;
	}
	MUST(signature != NULL && ECDSA_SIG_set0(signature, BN_bin2bn(raw.ptr, HALF, NULL),
						 BN_bin2bn(raw.ptr + HALF, HALF, NULL)) == 1);
	len = i2d_ECDSA_SIG(signature, &der);
	MUST(len > 0);
	WELL(siglet_buf_append(ret_der, siglet_slice_of(der, (size_t)len)));
	OPENSSL_free(der);
	ECDSA_SIG_free(signature);
}

/* ---- claims ---- */

static void github_claims(siglet_json_writer *w, const char *repository)
{
	char text[512];
	const char *slash = strchr(repository, '/');
	const int owner = slash == NULL ? (int)strlen(repository) : (int)(slash - repository);

	siglet_json_write_text(w, "iss", GITHUB_ISSUER);
	(void)snprintf(text, sizeof(text), "repo:%s:ref:refs/heads/main", repository);
	siglet_json_write_text(w, "sub", text);
	(void)snprintf(text, sizeof(text), "%s/.github/workflows/release.yml@refs/heads/main",
		       repository);
	siglet_json_write_text(w, "job_workflow_ref", text);
	siglet_json_write_text(w, "workflow_ref", text);
	siglet_json_write_text(w, "job_workflow_sha", "1111111111111111111111111111111111111111");
	siglet_json_write_text(w, "workflow_sha", "1111111111111111111111111111111111111111");
	siglet_json_write_text(w, "sha", "1111111111111111111111111111111111111111");
	siglet_json_write_text(w, "repository", repository);
	(void)snprintf(text, sizeof(text), "%.*s", owner, repository);
	siglet_json_write_text(w, "repository_owner", text);
	siglet_json_write_text(w, "repository_id", "1001");
	siglet_json_write_text(w, "repository_owner_id", "1002");
	siglet_json_write_text(w, "repository_visibility", "public");
	siglet_json_write_text(w, "ref", "refs/heads/main");
	siglet_json_write_text(w, "event_name", "push");
	siglet_json_write_text(w, "workflow", "Release");
	siglet_json_write_text(w, "runner_environment", "github-hosted");
	siglet_json_write_text(w, "run_id", "42");
	siglet_json_write_text(w, "run_attempt", "1");
}

static void gitlab_claims(siglet_json_writer *w, const char *project)
{
	char text[512];

	siglet_json_write_text(w, "iss", "https://gitlab.com");
	(void)snprintf(text, sizeof(text), "project_path:%s:ref_type:branch:ref:main", project);
	siglet_json_write_text(w, "sub", text);
	(void)snprintf(text, sizeof(text), "gitlab.com/%s//.gitlab-ci.yml@refs/heads/main",
		       project);
	siglet_json_write_text(w, "ci_config_ref_uri", text);
	siglet_json_write_text(w, "ci_config_sha", "2222222222222222222222222222222222222222");
	siglet_json_write_text(w, "sha", "2222222222222222222222222222222222222222");
	siglet_json_write_text(w, "project_path", project);
	siglet_json_write_text(w, "project_id", "2001");
	siglet_json_write_text(w, "namespace_id", "2002");
	siglet_json_write_text(w, "project_visibility", "public");
	siglet_json_write_text(w, "ref", "main");
	siglet_json_write_text(w, "pipeline_source", "push");
	siglet_json_write_text(w, "runner_environment", "gitlab-hosted");
}

/* "NAME,ISSUER", or "NAME" of whoever this instance knows. */
static void issuer_claim(siglet_json_writer *w, const instance *in, const char *who, char *ret_name,
			 size_t size)
{
	const char *comma = strchr(who, ',');

	(void)snprintf(ret_name, size, "%.*s",
		       comma == NULL ? (int)strlen(who) : (int)(comma - who), who);
	siglet_json_write_text(w, "iss", comma == NULL ? in->url : comma + 1);
}

static void email_claims(siglet_json_writer *w, const instance *in, const char *who)
{
	char address[512];

	issuer_claim(w, in, who, address, sizeof(address));
	siglet_json_write_text(w, "sub", "somebody");
	siglet_json_write_text(w, "email", address);
	siglet_json_write_bool(w, "email_verified", true);
}

static void uri_claims(siglet_json_writer *w, const instance *in, const char *who)
{
	char name[512];

	issuer_claim(w, in, who, name, sizeof(name));
	siglet_json_write_text(w, "sub", name);
}

static bool write_claims(const instance *in, const char *shape, const char *who,
			 siglet_json_writer *w)
{
	if (strcmp(shape, "github") == 0)
		github_claims(w, who != NULL ? who : "acme/app");
	else if (strcmp(shape, "github-private") == 0)
		github_claims(w, who != NULL ? who : "acme/secret");
	else if (strcmp(shape, "gitlab") == 0)
		gitlab_claims(w, who != NULL ? who : "acme/app");
	else if (strcmp(shape, "email") == 0)
		email_claims(w, in, who != NULL ? who : "jane@example.com");
	else if (strcmp(shape, "uri") == 0 && who != NULL)
		uri_claims(w, in, who);
	else
		return false;
	return true;
}

siglet_json_doc *oidc_make_claims(const instance *in, const char *shape, const char *who)
{
	siglet_json_doc *doc = NULL;
	siglet_json_writer w;
	siglet_buf claims;
	bool known;

	siglet_buf_init(&claims, 65536);
	siglet_json_writer_init(&w, &claims, 0);
	siglet_json_write_begin_object(&w, NULL);
	known = write_claims(in, shape, who, &w);
	siglet_json_write_end_object(&w);
	WELL(siglet_json_writer_finish(&w));
	if (known)
		WELL(siglet_json_parse(siglet_buf_slice(&claims), 65536, &doc));
	siglet_buf_clear(&claims);
	return doc;
}

static const char *audience_of(const instance *in)
{
	return in->audience != NULL ? in->audience : "sigstore";
}

bool oidc_make_token(instance *in, const char *shape, const char *who, const char *nonce,
		     siglet_buf *ret_jwt)
{
	static const char header[] = "{\"alg\":\"ES256\",\"kid\":\"sandbox\",\"typ\":\"JWT\"}";
	siglet_json_writer w;
	siglet_buf claims, signature;
	bool known;

	siglet_buf_init(&claims, 65536);
	siglet_buf_init(&signature, 1024);
	siglet_json_writer_init(&w, &claims, 0);
	siglet_json_write_begin_object(&w, NULL);
	known = write_claims(in, shape, who, &w);
	siglet_json_write_text(&w, "aud", audience_of(in));
	siglet_json_write_int(&w, "iat", instance_now_s(in));
	siglet_json_write_int(&w, "exp", instance_now_s(in) + LIFETIME_S);
	if (nonce != NULL)
		siglet_json_write_text(&w, "nonce", nonce);
	siglet_json_write_end_object(&w);
	WELL(siglet_json_writer_finish(&w));
	if (known) {
		put_base64url(ret_jwt, siglet_slice_str(header));
		put(ret_jwt, ".");
		put_base64url(ret_jwt, siglet_buf_slice(&claims));
		sign_bytes(in->oidc, siglet_buf_slice(ret_jwt), &signature);
		put(ret_jwt, ".");
		put_raw_signature(ret_jwt, siglet_buf_slice(&signature));
	}
	siglet_buf_clear(&signature);
	siglet_buf_clear(&claims);
	return known;
}

siglet_json_doc *oidc_check_token(const instance *in, siglet_slice jwt)
{
	size_t dots[2] = { 0, 0 }, count = 0;
	siglet_json_doc *doc = NULL;
	siglet_buf payload, raw, signature;
	siglet_err *err = NULL;
	int64_t expires_s = 0;

	for (size_t i = 0; i < jwt.len; i++)
		if (jwt.ptr[i] == '.' && count++ < 2)
			dots[count - 1] = i;
	if (count != 2)
		return NULL;
	siglet_buf_init(&payload, 65536);
	siglet_buf_init(&raw, 1024);
	siglet_buf_init(&signature, 1024);
	err = siglet_base64_decode_any(
		siglet_slice_of(jwt.ptr + dots[0] + 1, dots[1] - dots[0] - 1), &payload);
	if (err == NULL)
		err = siglet_base64_decode_any(
			siglet_slice_of(jwt.ptr + dots[1] + 1, jwt.len - dots[1] - 1), &raw);
	der_of_raw(siglet_buf_slice(&raw), &signature);
	if (err == NULL)
		err = siglet_key_verify(siglet_signer_key(in->oidc), SIGLET_SCHEME_ECDSA_SHA256,
					siglet_slice_of(jwt.ptr, dots[1]),
					siglet_buf_slice(&signature));
	if (err == NULL)
		err = siglet_json_parse(siglet_buf_slice(&payload), 65536, &doc);
	if (err == NULL)
		err = siglet_proto_int64(siglet_json_root(doc), "exp", &expires_s);
	const bool good =
		err == NULL && expires_s > instance_now_s(in) &&
		siglet_slice_is(
			siglet_json_string(siglet_json_object_get(siglet_json_root(doc), "aud")),
			audience_of(in));
	siglet_err_free(err);
	siglet_buf_clear(&signature);
	siglet_buf_clear(&raw);
	siglet_buf_clear(&payload);
	if (good)
		return doc;
	siglet_json_doc_free(doc);
	return NULL;
}

/* ---- requests ---- */

static void answer_discovery(const instance *in, response *r)
{
	static const char *const endpoints[][2] = {
		{ "authorization_endpoint", "/auth" },
		{ "token_endpoint", "/token" },
		{ "device_authorization_endpoint", "/device/code" },
		{ "jwks_uri", "/keys" },
	};
	static const char *const supported[][2] = {
		{ "response_types", "code" },
		{ "subject_types", "public" },
		{ "id_token_signing_alg_values", "ES256" },
		{ "code_challenge_methods", "S256" },
	};
	siglet_json_writer w;
	char url[128];

	siglet_json_writer_init(&w, &r->body, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_text(&w, "issuer", in->url);
	for (size_t i = 0; i < SIGLET_COUNT(endpoints); i++) {
		(void)snprintf(url, sizeof(url), "%s%s", in->url, endpoints[i][1]);
		siglet_json_write_text(&w, endpoints[i][0], url);
	}
	for (size_t i = 0; i < SIGLET_COUNT(supported); i++) {
		(void)snprintf(url, sizeof(url), "%s_supported", supported[i][0]);
		siglet_json_write_begin_array(&w, url);
		siglet_json_write_text(&w, NULL, supported[i][1]);
		siglet_json_write_end_array(&w);
	}
	siglet_json_write_end_object(&w);
	WELL(siglet_json_writer_finish(&w));
}

/*
 * The code carries what the token endpoint needs: the nonce, and the challenge that the verifier
 * must meet.
 */
static void answer_auth(const request *q, response *r)
{
	const char *redirect = q->query(q->connection, "redirect_uri");
	const char *state = q->query(q->connection, "state");
	const char *nonce = q->query(q->connection, "nonce");
	const char *challenge = q->query(q->connection, "code_challenge");

	if (redirect == NULL || state == NULL || nonce == NULL || challenge == NULL ||
	    strncmp(redirect, "http://localhost:", 17) != 0) {
		response_text(r, 400, "not an authorization request");
		return;
	}
	r->status = 302;
	r->header = "Location";
	(void)snprintf(r->value_text, sizeof(r->value_text), "%s?state=%s&code=%s.%s", redirect,
		       state, nonce, challenge);
	r->value = r->value_text;
}

/* The value of a form's field that needs no unescaping. */
static bool form_field(siglet_slice form, const char *name, char *ret_value, size_t size)
{
	const size_t len = strlen(name);

	for (size_t i = 0; i + len < form.len; i++) {
		size_t end = i + len + 1;

		if ((i > 0 && form.ptr[i - 1] != '&') || memcmp(form.ptr + i, name, len) != 0 ||
		    form.ptr[i + len] != '=')
			continue;
		while (end < form.len && form.ptr[end] != '&')
			end++;
		if (end - (i + len + 1) >= size)
			return false;
		memcpy(ret_value, form.ptr + i + len + 1, end - (i + len + 1));
		ret_value[end - (i + len + 1)] = '\0';
		return true;
	}
	return false;
}

static bool meets(const char *verifier, const char *challenge)
{
	const siglet_slice text = siglet_slice_str(verifier);
	siglet_digest digest;
	siglet_buf encoded;
	bool same;

	siglet_buf_init(&encoded, 128);
	WELL(siglet_crypto_sha256(&text, 1, &digest));
	put_base64url(&encoded, siglet_digest_slice(&digest));
	same = siglet_slice_is(siglet_buf_slice(&encoded), challenge);
	siglet_buf_clear(&encoded);
	return same;
}

static void answer_token(instance *in, const request *q, response *r)
{
	char code[512] = "", verifier[256] = "", device[256] = "";
	char *challenge;
	siglet_buf jwt;

	if (form_field(q->body, "device_code", device, sizeof(device))) {
		challenge = device;
	} else {
		(void)form_field(q->body, "code", code, sizeof(code));
		challenge = strchr(code, '.');
		if (challenge != NULL)
			*challenge++ = '\0';
	}
	if (challenge == NULL ||
	    !form_field(q->body, "code_verifier", verifier, sizeof(verifier)) ||
	    !meets(verifier, challenge)) {
		r->status = 400;
		put(&r->body, "{\"error\":\"invalid_grant\"}");
		return;
	}
	siglet_buf_init(&jwt, 65536);
	MUST(oidc_make_token(in, "email", NULL, code[0] != '\0' ? code : NULL, &jwt));
	put(&r->body, "{\"token_type\":\"Bearer\",\"id_token\":\"");
	WELL(siglet_buf_append(&r->body, siglet_buf_slice(&jwt)));
	put(&r->body, "\"}");
	siglet_buf_clear(&jwt);
}

static void answer_device(const instance *in, const request *q, response *r)
{
	char challenge[128] = "";

	if (!form_field(q->body, "code_challenge", challenge, sizeof(challenge))) {
		response_text(r, 400, "no code_challenge");
		return;
	}
	put(&r->body,
	    "{\"device_code\":\"%s\",\"user_code\":\"ABCD-EFGH\",\"verification_uri\":\"%s/"
	    "device\","
	    "\"expires_in\":60,\"interval\":1}",
	    challenge, in->url);
}

/* As GitHub's runner has it: a bearer that only the job knows, and the audience in the query. */
static void answer_ambient(instance *in, const request *q, response *r)
{
	siglet_buf jwt;

	if (q->authorization == NULL || strcmp(q->authorization, "bearer sandbox-runner") != 0) {
		response_text(r, 401, "no such runner");
		return;
	}
	siglet_buf_init(&jwt, 65536);
	MUST(oidc_make_token(in, "github", q->query(q->connection, "repository"), NULL, &jwt));
	put(&r->body, "{\"count\":1,\"value\":\"");
	WELL(siglet_buf_append(&r->body, siglet_buf_slice(&jwt)));
	put(&r->body, "\"}");
	siglet_buf_clear(&jwt);
}

/* RFC 7517: the point ends the SubjectPublicKeyInfo. */
static void answer_keys(const instance *in, response *r)
{
	const siglet_slice spki = siglet_key_spki(siglet_signer_key(in->oidc));
	const uint8_t *point = spki.ptr + spki.len - (size_t)2 * HALF;

	put(&r->body,
	    "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ES256\",\"use\":\"sig\","
	    "\"kid\":\"sandbox\",\"x\":\"");
	put_base64url(&r->body, siglet_slice_of(point, HALF));
	put(&r->body, "\",\"y\":\"");
	put_base64url(&r->body, siglet_slice_of(point + HALF, HALF));
	put(&r->body, "\"}]}");
}

void oidc_answer(instance *in, const request *q, response *r)
{
	r->service = SERVICE_OIDC;
	if (strcmp(q->path, "/.well-known/openid-configuration") == 0)
		answer_discovery(in, r);
	else if (strcmp(q->path, "/auth") == 0)
		answer_auth(q, r);
	else if (strcmp(q->path, "/keys") == 0)
		answer_keys(in, r);
	else if (strcmp(q->path, "/token") == 0)
		answer_token(in, q, r);
	else if (strcmp(q->path, "/device/code") == 0)
		answer_device(in, q, r);
	else if (strcmp(q->path, "/ambient/token") == 0)
		answer_ambient(in, q, r);
	else
		response_text(r, 404, "not found");
}
