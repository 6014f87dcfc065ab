#include "audit/audit_internal.h"

#include <stdio.h>

#include "sys/sys.h"

/*
 * How far the entries of a log were read: their compact range, from which the root follows. It says
 * nothing of views, and no view says anything of it.
 *
 *	{ "schema": 1, "size": N, "nodes": [[level, index, base64] …] }
 */

#define SCHEMA 1
#define MAX_FRONTIER_BYTES 65536

static siglet_err *name_file(const audit_state *state, const char *name, siglet_buf *ret_path)
{
	return siglet_buf_printf(ret_path, "%s/%s", siglet_audit_state_folder(state), name);
}

static siglet_err *parse(siglet_slice json, siglet_range *ret_range)
{
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
		err = siglet_json_need_int64(root, "size", &size);
	if (err == NULL && size < 0)
		err = siglet_err_new(SIGLET_E_RANGE, "size");
	if (err == NULL)
		err = siglet_audit_range_read(root, "nodes", 0, (uint64_t)size, ret_range);
	siglet_json_doc_free(doc);
	return err;
}

siglet_err *siglet_audit_frontier_read(const audit_state *state, const char *name,
				       siglet_range *ret_range)
{
	siglet_buf path, json;
	siglet_err *err;

	siglet_buf_init(&path, 2 * SIGLET_AUDIT_MAX_PATH);
	siglet_buf_init(&json, MAX_FRONTIER_BYTES);
	siglet_range_init(ret_range, 0);
	err = name_file(state, name, &path);
	if (err == NULL && siglet_sys_is_there(siglet_buf_text(&path))) {
		err = siglet_sys_read_kept(siglet_buf_text(&path), &json);
		if (err == NULL) {
			err = parse(siglet_buf_slice(&json), ret_range);
			if (err != NULL)
				err = siglet_err_hint(
					siglet_err_recode(siglet_err_wrap(err, "%s",
									  siglet_buf_text(&path)),
							  SIGLET_E_IO),
					"remove it to begin with the first entry again");
		}
	}
	siglet_buf_clear(&json);
	siglet_buf_clear(&path);
	return err;
}

siglet_err *siglet_audit_frontier_write(const audit_state *state, const char *name,
					const siglet_range *range)
{
	siglet_json_writer w;
	siglet_buf path, json;
	siglet_err *err;

	siglet_buf_init(&path, 2 * SIGLET_AUDIT_MAX_PATH);
	siglet_buf_init(&json, MAX_FRONTIER_BYTES);
	siglet_json_writer_init(&w, &json, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_int(&w, "schema", SCHEMA);
	siglet_json_write_int(&w, "size", (int64_t)range->end);
	siglet_audit_range_write(range, "nodes", &w);
	siglet_json_write_end_object(&w);
	err = siglet_json_writer_finish(&w);
	if (err == NULL)
		err = siglet_buf_append_byte(&json, '\n');
	if (err == NULL)
		err = name_file(state, name, &path);
	if (err == NULL)
		err = siglet_sys_write_kept(siglet_buf_text(&path), siglet_buf_slice(&json));
	siglet_buf_clear(&json);
	siglet_buf_clear(&path);
	return err;
}
