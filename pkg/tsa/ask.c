#include "tsa/tsa.h"

#include <string.h>

#define NONCE_BYTES 8
#define MAX_REQUEST_BYTES 1024

siglet_err *siglet_tsa_write_request(siglet_slice data, siglet_slice nonce, siglet_buf *ret_der)
{
	return siglet_timestamp_request(data, nonce, ret_der);
}

/* Positive, and of one length: neither the sign bit nor a leading zero. */
static siglet_err *make_nonce(uint8_t ret_nonce[NONCE_BYTES])
{
	siglet_err *err = siglet_crypto_random(ret_nonce, NONCE_BYTES);

	ret_nonce[0] = (uint8_t)((ret_nonce[0] & 0x7f) | 0x40);
	return err;
}

/* Is it an answer to this very question? */
static siglet_err *check_answer(siglet_slice response, siglet_slice data, siglet_slice nonce)
{
	siglet_timestamp *timestamp = NULL;
	siglet_err *err = siglet_timestamp_parse(response, &timestamp);

	if (err != NULL)
		return siglet_err_wrap(err, "the timestamp authority's answer");
	err = siglet_timestamp_check_imprint(timestamp, data);
	if (err == NULL && !siglet_slice_equal(siglet_timestamp_nonce(timestamp), nonce))
		err = siglet_err_new(
			SIGLET_E_MISMATCH,
			"the timestamp authority answers another request: its nonce is "
			"not the one that was sent");
	siglet_timestamp_free(timestamp);
	return err;
}

static siglet_err *exchange(const siglet_transport *transport, const char *url, siglet_slice query,
			    siglet_http_response *response)
{
	const siglet_http_request request = {
		.what = "the timestamp authority",
		.method = "POST",
		.url = url,
		.headers = { { "Content-Type", "application/timestamp-query", false },
			     { "Accept", "application/timestamp-reply", false } },
		.header_count = 2,
		.body = query,
		.max_answer = SIGLET_MAX_TIMESTAMP_BYTES,
	};
	siglet_err *err = siglet_transport_send(transport, &request, response);

	if (err != NULL)
		return err;
	return response->status == 200 || response->status == 201
		       ? NULL
		       : siglet_http_status_error(&request, response);
}

siglet_err *siglet_tsa_ask(const siglet_transport *transport, const char *url, siglet_slice data,
			   siglet_buf *ret_response)
{
	uint8_t nonce[NONCE_BYTES];
	siglet_http_response response;
	siglet_buf query;
	siglet_err *err = make_nonce(nonce);
	const siglet_slice sent = siglet_slice_of(nonce, sizeof(nonce));

	if (err != NULL)
		return err;
	siglet_http_response_init(&response);
	siglet_buf_init(&query, MAX_REQUEST_BYTES);
	err = siglet_tsa_write_request(data, sent, &query);
	if (err == NULL)
		err = exchange(transport, url, siglet_buf_slice(&query), &response);
	if (err == NULL)
		err = check_answer(siglet_buf_slice(&response.body), data, sent);
	if (err == NULL)
		err = siglet_buf_append(ret_response, siglet_buf_slice(&response.body));
	siglet_buf_clear(&query);
	siglet_http_response_clear(&response);
	return err;
}
