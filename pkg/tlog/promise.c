#include "tlog/tlog.h"

#include <inttypes.h>

/* Base64 takes a third more; the other members fit the rest, the log id in hex included. */
#define MAX_PROMISE_BYTES (SIGLET_MAX_ENTRY_BODY_BYTES / 3 * 4 + 65536u)

/* Canonical JSON (RFC 8785): no member needs an escape, so it is written straight. */
siglet_err *siglet_entry_promise_payload(const siglet_entry *entry, siglet_buf *ret_payload)
{
	const size_t before = ret_payload->len;
	siglet_err *err = siglet_buf_append_str(ret_payload, "{\"body\":\"");

	if (err == NULL)
		err = siglet_base64_encode(entry->body, ret_payload);
	if (err == NULL)
		err = siglet_buf_printf(ret_payload,
					"\",\"integratedTime\":%" PRId64 ",\"logID\":\"",
					entry->integrated_time_s);
	if (err == NULL)
		err = siglet_hex_encode(entry->log_id, ret_payload);
	if (err == NULL)
		err = siglet_buf_printf(ret_payload, "\",\"logIndex\":%" PRId64 "}",
					entry->log_index);
	if (err != NULL)
		ret_payload->len = before;
	return err;
}

siglet_err *siglet_entry_check_promise(const siglet_entry *entry, const siglet_key *log_key,
				       siglet_scheme scheme)
{
	siglet_buf payload;
	siglet_err *err;

	if (entry->promise.len == 0 || siglet_entry_is_v2(entry))
		return siglet_err_new(SIGLET_E_MISSING, "no signed entry timestamp");
	siglet_buf_init(&payload, MAX_PROMISE_BYTES);
	err = siglet_entry_promise_payload(entry, &payload);
	if (err == NULL)
		err = siglet_key_verify(log_key, scheme, siglet_buf_slice(&payload),
					entry->promise);
	siglet_buf_clear(&payload);
	return err == NULL ? NULL : siglet_err_wrap(err, "signed entry timestamp");
}
