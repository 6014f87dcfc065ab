#include "siglet/siglet.h"

#include <stdlib.h>
#include <string.h>

#include "http/http.h"
#include "siglet/siglet_internal.h"
#include "sys/sys.h"

/* The keys of services of SCITT: given by the user, or got from a service for the user to pin. */

#define WELL_KNOWN "/.well-known/scitt-keys"
#define MAX_URL_BYTES 8192
#define MAX_TEXT_BYTES ((size_t)1 << 20)

/* ---- whose word counts ---- */

static siglet_err *new_keys(siglet_expectation *expectation)
{
	siglet_err *err = expectation->services != NULL
				  ? NULL
				  : siglet_scitt_keys_new(&expectation->services);

	expectation->policy.services = expectation->services;
	return err;
}

siglet_error *siglet_expectation_add_service_keys(siglet_expectation *expectation,
						  const char *issuer, const void *keys, size_t len)
{
	const siglet_cbor_heads *heads = NULL;
	siglet_err *err = siglet_load_heads(&heads);

	if (err != NULL)
		return err;
	err = new_keys(expectation);
	if (err == NULL)
		err = siglet_scitt_keys_add(expectation->services, heads,
					    issuer == NULL ? SIGLET_SLICE_NONE
							   : siglet_slice_str(issuer),
					    siglet_slice_of(keys, len));
	if (err != NULL)
		return siglet_as_unreadable(err);
	/* Who names services wants one of them, unless he says how many. */
	if ((expectation->set_thresholds & 1u << SIGLET_THRESHOLD_RECEIPT) == 0)
		expectation->policy.thresholds.receipt = 1;
	return NULL;
}

siglet_error *siglet_expectation_add_service_keys_file(siglet_expectation *expectation,
						       const char *issuer, const char *path)
{
	siglet_buf keys;
	siglet_err *err;

	siglet_buf_init(&keys, SIGLET_MAX_SCITT_KEY_BYTES);
	err = siglet_sys_read_file(path, &keys);
	if (err != NULL) {
		err = siglet_as_unreadable(err);
	} else {
		err = siglet_expectation_add_service_keys(expectation, issuer, keys.ptr, keys.len);
		if (err != NULL)
			err = siglet_err_wrap(err, "%s",
					      siglet_text_printable(siglet_slice_str(path)).text);
	}
	siglet_buf_clear(&keys);
	return err;
}

/* ---- what a service shows ---- */

/* A server alone is asked for its keys where the services of today have them. */
static siglet_err *settle_url(const char *url, siglet_buf *ret_url)
{
	const siglet_slice origin = siglet_http_origin_of(url);
	const siglet_slice rest = siglet_slice_of(url + origin.len, strlen(url) - origin.len);

	if (!siglet_http_url_is_allowed(url) || origin.len == 0)
		return siglet_err_new(SIGLET_E_USAGE, "%s: not an https URL",
				      siglet_http_url_shown(url).text);
	if (rest.len > 1 || (rest.len == 1 && rest.ptr[0] != '/'))
		return siglet_buf_append_str(ret_url, url);
	return siglet_buf_printf(ret_url, "%.*s%s", (int)origin.len, (const char *)origin.ptr,
				 WELL_KNOWN);
}

static siglet_err *get(siglet_http *http, const char *url, siglet_buf *ret_body)
{
	const siglet_transport transport = siglet_http_transport(http);
	const siglet_http_request request = {
		.what = "the service",
		.method = "GET",
		.url = url,
		.headers = { { .name = "Accept", .value = "application/cbor, application/json" } },
		.header_count = 1,
		.max_answer = SIGLET_MAX_SCITT_KEY_BYTES,
	};
	siglet_http_response response;
	siglet_err *err;

	siglet_http_response_init(&response);
	err = siglet_transport_send(&transport, &request, &response);
	if (err == NULL && response.status != 200) {
		err = siglet_http_status_error(&request, &response);
		if (response.status == 404)
			err = siglet_err_hint(err, "name the whole URL of its keys; older services "
						   "have a JWKS at one of their own");
	}
	if (err == NULL)
		err = siglet_buf_append(ret_body, siglet_buf_slice(&response.body));
	siglet_http_response_clear(&response);
	return err;
}

/* Of any bytes: as text where it is, so that it can be compared with what is shown elsewhere. */
static void write_kid(siglet_slice kid, siglet_json_writer *w)
{
	bool is_plain = true;

	for (size_t i = 0; i < kid.len; i++)
		is_plain = is_plain && kid.ptr[i] > ' ' && kid.ptr[i] < 0x7f;
	if (kid.len == 0)
		return;
	if (is_plain)
		siglet_json_write_string(w, "kid", kid);
	else
		siglet_json_write_hex(w, "kid", kid);
}

static void write_key(const siglet_scitt_key *key, siglet_json_writer *w)
{
	siglet_json_write_begin_object(w, NULL);
	write_kid(key->kid, w);
	siglet_json_write_text(w, "key", siglet_key_describe(key->key));
	if (key->algorithm != NULL)
		siglet_json_write_text(w, "algorithm", key->algorithm->name);
	siglet_json_write_hex(w, "sha256", siglet_digest_slice(siglet_key_id(key->key)));
	siglet_json_write_end_object(w);
}

static siglet_err *describe(const siglet_scitt_keys *keys, char **ret_json)
{
	siglet_json_writer w;
	siglet_buf json;
	siglet_err *err;

	siglet_buf_init(&json, MAX_TEXT_BYTES);
	siglet_json_writer_init(&w, &json, 0);
	siglet_json_write_begin_array(&w, NULL);
	for (size_t i = 0; i < siglet_scitt_keys_count(keys); i++) {
		const siglet_scitt_key key = siglet_scitt_keys_at(keys, i);

		write_key(&key, &w);
	}
	siglet_json_write_end_array(&w);
	err = siglet_json_writer_finish(&w);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&json), ret_json);
	siglet_buf_clear(&json);
	return err;
}

siglet_error *siglet_service_keys_describe(const void *bytes, size_t len, char **ret_json)
{
	const siglet_cbor_heads *heads = NULL;
	siglet_scitt_keys *keys = NULL;
	siglet_err *err = siglet_load_heads(&heads);

	if (err == NULL)
		err = siglet_scitt_keys_new(&keys);
	if (err == NULL)
		err = siglet_scitt_keys_add(keys, heads, SIGLET_SLICE_NONE,
					    siglet_slice_of(bytes, len));
	if (err == NULL)
		err = describe(keys, ret_json);
	siglet_scitt_keys_free(keys);
	return err;
}

siglet_error *siglet_service_keys_fetch(const char *url,
					void (*trace)(void *context, const char *method,
						      const char *url, int status, unsigned ms,
						      const char *problem),
					void *context, char **ret_keys, size_t *ret_len)
{
	const siglet_http_options options = { .trace = trace, .trace_context = context };
	siglet_http *http = NULL;
	siglet_buf settled, body;
	char *json = NULL;
	const siglet_cbor_heads *heads = NULL;
	/* Nobody is asked for what could not be read. */
	siglet_err *err = siglet_load_heads(&heads);

	siglet_buf_init(&settled, MAX_URL_BYTES);
	siglet_buf_init(&body, SIGLET_MAX_SCITT_KEY_BYTES);
	if (err == NULL)
		err = settle_url(url, &settled);
	if (err == NULL)
		err = siglet_http_new(&options, &http);
	if (err == NULL)
		err = get(http, siglet_buf_text(&settled), &body);
	/* What is no key is not handed over. */
	if (err == NULL)
		err = siglet_service_keys_describe(body.ptr, body.len, &json);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&body), ret_keys);
	if (err == NULL)
		*ret_len = body.len;
	siglet_string_free(json);
	siglet_http_free(http);
	siglet_buf_clear(&body);
	siglet_buf_clear(&settled);
	return err;
}
