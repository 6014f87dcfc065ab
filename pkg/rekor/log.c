#include "rekor/rekor_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Asking a log, and taking nothing else for an answer than the entry that was proposed. */

#define MAX_URL_BYTES 8192
#define MAX_REQUEST_BYTES ((size_t)64 << 20)
#define V2_TIMEOUT_MS 60000 /* it answers once a checkpoint covers the entry */
#define MAX_ID 80

siglet_err *siglet_rekor_url(const char *base_url, const char *path, siglet_buf *ret_url)
{
	size_t len = strlen(base_url);
	siglet_err *err;

	while (len > 0 && base_url[len - 1] == '/')
		len--;
	err = siglet_buf_append(ret_url, siglet_slice_of(base_url, len));
	return err == NULL ? siglet_buf_append_str(ret_url, path) : err;
}

siglet_err *siglet_rekor_get(const siglet_transport *transport, const char *base_url,
			     const char *path, const char *accept,
			     siglet_http_response *ret_response)
{
	siglet_buf url;
	siglet_err *err;

	siglet_buf_init(&url, MAX_URL_BYTES);
	err = siglet_rekor_url(base_url, path, &url);
	if (err == NULL) {
		const siglet_http_request request = {
			.what = "the transparency log",
			.method = "GET",
			.url = siglet_buf_text(&url),
			.headers = { { "Accept", accept, false } },
			.header_count = 1,
			.max_answer = SIGLET_MAX_REKOR_ANSWER,
		};

		err = siglet_transport_send(transport, &request, ret_response);
		if (err == NULL && ret_response->status != 200)
			err = siglet_http_status_error(&request, ret_response);
	}
	siglet_buf_clear(&url);
	return err;
}

/* ---- there already ---- */

static bool is_hex(siglet_slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (strchr("0123456789abcdef", text.ptr[i]) == NULL || text.ptr[i] == 0)
			return false;
	return true;
}

/* The id at the end of a Location of the same server, or in the message. */
static siglet_slice find_id(const siglet_http_response *response)
{
	static const char word[] = "UUID ";
	siglet_slice text = siglet_http_header_of(response, "location");
	const siglet_slice body = siglet_buf_slice(&response->body);

	for (size_t i = text.len; i-- > 0;)
		if (text.ptr[i] == '/') {
			text = siglet_slice_of(text.ptr + i + 1, text.len - i - 1);
			break;
		}
	if ((text.len == MAX_ID || text.len == 64) && is_hex(text))
		return text;
	for (size_t i = 0; i + sizeof(word) - 1 + MAX_ID <= body.len; i++) {
		text = siglet_slice_of(body.ptr + i + sizeof(word) - 1, MAX_ID);
		if (memcmp(body.ptr + i, word, sizeof(word) - 1) == 0 && is_hex(text))
			return text;
	}
	return SIGLET_SLICE_NONE;
}

static siglet_err *fetch_v1(const siglet_transport *transport, const char *base_url,
			    const siglet_http_response *conflict, siglet_rekor_entry *ret_entry)
{
	const siglet_slice id = find_id(conflict);
	siglet_http_response response;
	char path[128];
	siglet_err *err;

	if (id.len == 0)
		return siglet_err_new(SIGLET_E_MALFORMED,
				      "the log has such an entry already, and does not say which");
	(void)snprintf(path, sizeof(path), "/api/v1/log/entries/%.*s", (int)id.len, id.ptr);
	siglet_http_response_init(&response);
	err = siglet_rekor_get(transport, base_url, path, "application/json", &response);
	if (err == NULL)
		err = siglet_rekor_read_answer(1, siglet_buf_slice(&response.body), ret_entry);
	siglet_http_response_clear(&response);
	return err;
}

static siglet_err *fetch_v2(const siglet_transport *transport, const char *base_url,
			    const siglet_trustroot *root, const siglet_http_response *conflict,
			    siglet_rekor_entry *ret_entry)
{
	const siglet_slice text = siglet_http_header_of(conflict, "x-log-index");
	uint64_t index = 0;

	if (text.len == 0 || text.len > 18)
		return siglet_err_new(SIGLET_E_MALFORMED,
				      "the log has such an entry already, and does not say where");
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return siglet_err_new(SIGLET_E_MALFORMED, "x-log-index: no number");
		index = index * 10 + (uint64_t)(text.ptr[i] - '0');
	}
	return siglet_rekor_entry_from_tiles(transport, base_url, root, index, ret_entry);
}

/* ---- asking ---- */

/* A log that is done with writing says so with 405. */
static siglet_err *refusal(const siglet_http_request *request, const siglet_http_response *response)
{
	siglet_err *err = siglet_http_status_error(request, response);

	if (response->status == 405)
		return siglet_err_hint(err, "the log takes no more entries: get the instance's "
					    "current signing config");
	if (response->status == 400 || response->status == 413 || response->status == 422)
		return siglet_err_recode(err, SIGLET_E_UNTRUSTED);
	return err;
}

static siglet_err *post(const siglet_transport *transport, int version, const char *base_url,
			const siglet_trustroot *root, siglet_slice body,
			siglet_rekor_entry *ret_entry)
{
	siglet_http_response response;
	siglet_buf url;
	siglet_err *err;

	siglet_http_response_init(&response);
	siglet_buf_init(&url, MAX_URL_BYTES);
	err = siglet_rekor_url(base_url,
			       version == 1 ? "/api/v1/log/entries" : "/api/v2/log/entries", &url);
	if (err != NULL)
		goto out;
	const siglet_http_request request = {
		.what = "the transparency log",
		.method = "POST",
		.url = siglet_buf_text(&url),
		.headers = { { "Content-Type", "application/json", false },
			     { "Accept", "application/json", false } },
		.header_count = 2,
		.body = body,
		.max_answer = SIGLET_MAX_REKOR_ANSWER,
		.timeout_ms = version == 2 ? V2_TIMEOUT_MS : 0,
		/* A second copy of an entry is answered with 409. */
		.repeat = SIGLET_HTTP_REPEAT_SAFE,
	};
	err = siglet_transport_send(transport, &request, &response);
	if (err != NULL)
		goto out;
	if (response.status == 201 || response.status == 200)
		err = siglet_rekor_read_answer(version, siglet_buf_slice(&response.body),
					       ret_entry);
	else if (response.status == 409)
		err = version == 1 ? fetch_v1(transport, base_url, &response, ret_entry)
				   : fetch_v2(transport, base_url, root, &response, ret_entry);
	else
		err = refusal(&request, &response);
out:
	siglet_buf_clear(&url);
	siglet_http_response_clear(&response);
	return err;
}

/* ---- the entry that was meant ---- */

static siglet_err *check_entry(const siglet_rekor_proposal *proposal, int version,
			       const siglet_rekor_entry *made)
{
	const siglet_entry_subject subject = {
		.signature = proposal->signature,
		.cert_der = proposal->leaf != NULL ? siglet_cert_der(proposal->leaf)
						   : SIGLET_SLICE_NONE,
		.key = proposal->key,
		.is_dsse = proposal->payload_type.len > 0,
		.payload = proposal->payload,
		.payload_type = proposal->payload_type,
		.artifact = proposal->artifact,
	};
	siglet_buf body;
	siglet_err *err;

	if (siglet_entry_is_v2(&made->entry) != (version == 2))
		return siglet_err_new(SIGLET_E_MISMATCH, "an entry of another version");
	siglet_buf_init(&body, SIGLET_MAX_ENTRY_BODY_BYTES);
	err = siglet_entry_match(&made->entry, &subject, &body);
	siglet_buf_clear(&body);
	return err == NULL ? NULL : siglet_err_wrap(err, "the entry that came back");
}

siglet_err *siglet_rekor_log(const siglet_transport *transport, int version, const char *base_url,
			     const siglet_trustroot *root, const siglet_rekor_proposal *proposal,
			     siglet_rekor_entry *ret_entry)
{
	siglet_rekor_entry made;
	siglet_buf json;
	siglet_err *err;

	siglet_buf_init(&json, MAX_REQUEST_BYTES);
	siglet_rekor_entry_init(&made);
	err = siglet_rekor_write_request(version, proposal, &json);
	if (err == NULL)
		err = post(transport, version, base_url, root, siglet_buf_slice(&json), &made);
	siglet_buf_clear(&json);
	if (err == NULL)
		err = check_entry(proposal, version, &made);
	if (err != NULL) {
		siglet_rekor_entry_clear(&made);
		return err;
	}
	siglet_rekor_entry_clear(ret_entry);
	*ret_entry = made;
	return NULL;
}
