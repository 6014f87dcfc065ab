#include "audit/audit_internal.h"

#include "sys/sys.h"

/*
 * How far the entries of a log were read: their compact range, from which the root follows. It says
 * nothing of views, and no view says anything of it.
 *
 *	{ "schema": 1, "origin": …, "size": N, "nodes": [[level, index, base64] …] }
 */

#define SCHEMA 1
#define MAX_FRONTIER_BYTES 65536

siglet_err *siglet_audit_frontier_parse(siglet_slice json, siglet_slice origin,
					siglet_range *ret_range)
{
	siglet_slice have = SIGLET_SLICE_NONE;
	siglet_json_doc *doc = NULL;
	int64_t schema = 0, size = 0;
	siglet_err *err = siglet_json_parse(json, MAX_FRONTIER_BYTES, &doc);
	const siglet_json *root = err == NULL ? siglet_json_root(doc) : NULL;

	if (err == NULL)
		err = siglet_json_need_int64(root, "schema", &schema);
	if (err == NULL && schema != SCHEMA)
		err = siglet_err_new(SIGLET_E_UNSUPPORTED,
				     "written by another version of siglet: schema %lld",
				     (long long)schema);
	if (err == NULL)
		err = siglet_json_need_string(root, "origin", &have);
	if (err == NULL && !siglet_slice_equal(have, origin))
		err = siglet_err_new(SIGLET_E_MISMATCH, "of another log: %s",
				     siglet_text_printable(have).text);
	if (err == NULL)
		err = siglet_json_need_int64(root, "size", &size);
	if (err == NULL && size < 0)
		err = siglet_err_new(SIGLET_E_RANGE, "size");
	if (err == NULL)
		err = siglet_audit_range_read(root, "nodes", 0, (uint64_t)size, ret_range);
	siglet_json_doc_free(doc);
	return err;
}

siglet_err *siglet_audit_frontier_read(const char *path, siglet_slice origin,
				       siglet_range *ret_range, bool *ret_there)
{
	siglet_buf json;
	siglet_err *err;

	*ret_there = siglet_sys_is_there(path);
	siglet_range_init(ret_range, 0);
	if (!*ret_there)
		return NULL;
	siglet_buf_init(&json, MAX_FRONTIER_BYTES);
	err = siglet_sys_read_kept(path, &json);
	if (err == NULL) {
		err = siglet_audit_frontier_parse(siglet_buf_slice(&json), origin, ret_range);
		if (err != NULL && !siglet_err_is_fault(err))
			err = siglet_err_hint(siglet_err_recode(siglet_err_wrap(err, "%s", path),
								SIGLET_E_IO),
					      "remove it to begin with the first entry again");
	}
	siglet_buf_clear(&json);
	return err;
}

siglet_err *siglet_audit_frontier_encode(siglet_slice origin, const siglet_range *range,
					 siglet_buf *ret_json)
{
	siglet_json_writer w;
	siglet_err *err;

	siglet_json_writer_init(&w, ret_json, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_int(&w, "schema", SCHEMA);
	siglet_json_write_string(&w, "origin", origin);
	siglet_json_write_int(&w, "size", (int64_t)range->end);
	siglet_audit_range_write(range, "nodes", &w);
	siglet_json_write_end_object(&w);
	err = siglet_json_writer_finish(&w);
	return err == NULL ? siglet_buf_append_byte(ret_json, '\n') : err;
}
