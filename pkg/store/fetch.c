#include "store/store.h"

/* Where files come from. */

#define CONNECT_TIMEOUT_MS 5000
#define TIMEOUT_MS 20000

siglet_err *siglet_store_fetch_by_http(void *context, const siglet_store_file *file,
				       bool *ret_found, siglet_buf *ret_bytes)
{
	siglet_http_request request = {
		.what = "the trust repository",
		.method = "GET",
		.url = file->url,
		.max_answer = file->max_bytes,
		.timeout_ms = TIMEOUT_MS,
		.connect_timeout_ms = CONNECT_TIMEOUT_MS,
	};
	siglet_http_response response;
	siglet_err *err;

	*ret_found = false;
	siglet_http_response_init(&response);
	err = siglet_transport_send(context, &request, &response);
	if (err == NULL && response.status == 200) {
		*ret_found = true;
		err = siglet_buf_append(ret_bytes, siglet_buf_slice(&response.body));
	} else if (err == NULL && response.status != 404 && response.status != 403 &&
		   response.status != 410) {
		err = siglet_http_status_error(&request, &response);
	}
	siglet_http_response_clear(&response);
	return err;
}

siglet_err *siglet_store_fetch_from_pack(void *context, const siglet_store_file *file,
					 bool *ret_found, siglet_buf *ret_bytes)
{
	const siglet_pack *const *pack = context;
	const siglet_slice bytes = siglet_pack_get(*pack, file->part, file->name);

	*ret_found = bytes.len > 0;
	if (bytes.len > file->max_bytes)
		return siglet_err_new(SIGLET_E_LIMIT, "%s: larger than %zu bytes", file->name,
				      file->max_bytes);
	return siglet_buf_append(ret_bytes, bytes);
}
