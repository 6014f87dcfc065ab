#include "audit/audit_internal.h"

#include <stdio.h>

#include "sys/sys.h"

/*
 * How far rules have looked through a log. Each set of rules has its own, named by a hash of them.
 *
 *	{ "schema": 1, "rules": hex, "scanned_to": N, "anchor_size": M,
 *	  "nodes": [[level, index, base64] …] }
 *
 * The nodes are the compact range of the entries before scanned_to, and only there where the log has
 * no tiles: from them follows whether its past is still what it was.
 */

#define SCHEMA 1
#define MAX_CURSOR_BYTES 16384

typedef struct named {
	char rules[2 * SIGLET_SHA256_SIZE + 1];
	char path[SIGLET_AUDIT_MAX_PATH + 64];
} named;

static siglet_err *name_cursor(const char *folder, siglet_slice rules, named *ret_named)
{
	siglet_hash32 hash;
	siglet_buf hex;
	siglet_err *err = siglet_sha256(&rules, 1, hash.bytes);

	siglet_buf_init(&hex, 2 * sizeof(hash.bytes));
	if (err == NULL)
		err = siglet_hex_encode(siglet_hash32_slice(&hash), &hex);
	if (err == NULL) {
		(void)snprintf(ret_named->rules, sizeof(ret_named->rules), "%s",
			       siglet_buf_text(&hex));
		(void)snprintf(ret_named->path, sizeof(ret_named->path), "%s/cursor-%.16s.json",
			       folder, ret_named->rules);
	}
	siglet_buf_clear(&hex);
	return err;
}

static siglet_err *parse_numbers(const siglet_json *root, audit_cursor *cursor)
{
	int64_t scanned = 0, anchor = 0;
	siglet_err *err = siglet_json_need_int64(root, "scanned_to", &scanned);

	if (err == NULL)
		err = siglet_json_need_int64(root, "anchor_size", &anchor);
	if (err == NULL && (scanned < 0 || anchor < 0))
		err = siglet_err_new(SIGLET_E_RANGE, "scanned_to or anchor_size");
	if (err != NULL)
		return err;
	cursor->scanned_to = (uint64_t)scanned;
	cursor->anchor = (uint64_t)anchor;
	cursor->has_range = siglet_json_object_get(root, "nodes") != NULL;
	if (cursor->has_range)
		err = siglet_audit_range_read(root, "nodes", 0, cursor->scanned_to, &cursor->range);
	return err;
}

siglet_err *siglet_audit_cursor_parse(siglet_slice json, const char *rules,
				      audit_cursor *ret_cursor)
{
	audit_cursor cursor = { .scanned_to = 0 };
	siglet_slice have = SIGLET_SLICE_NONE;
	siglet_json_doc *doc = NULL;
	int64_t schema = 0;
	siglet_err *err = siglet_json_parse(json, MAX_CURSOR_BYTES, &doc);
	const siglet_json *root = err == NULL ? siglet_json_root(doc) : NULL;

	if (err == NULL)
		err = siglet_json_need_int64(root, "schema", &schema);
	if (err == NULL && schema != SCHEMA)
		err = siglet_err_new(SIGLET_E_UNSUPPORTED,
				     "written by another version of siglet: schema %lld",
				     (long long)schema);
	if (err == NULL)
		err = siglet_json_need_string(root, "rules", &have);
	if (err == NULL && !siglet_slice_is(have, rules))
		err = siglet_err_new(SIGLET_E_MALFORMED, "of other rules");
	if (err == NULL)
		err = parse_numbers(root, &cursor);
	if (err == NULL)
		*ret_cursor = cursor;
	siglet_json_doc_free(doc);
	return err;
}

siglet_err *siglet_audit_cursor_read(const audit_state *state, siglet_slice rules,
				     audit_cursor *ret_cursor, bool *ret_there)
{
	named n;
	siglet_buf json;
	siglet_err *err = name_cursor(siglet_audit_state_folder(state), rules, &n);

	if (err != NULL)
		return err;
	*ret_there = siglet_sys_is_there(n.path);
	if (!*ret_there)
		return NULL;
	siglet_buf_init(&json, MAX_CURSOR_BYTES);
	err = siglet_sys_read_kept(n.path, &json);
	if (err == NULL) {
		err = siglet_audit_cursor_parse(siglet_buf_slice(&json), n.rules, ret_cursor);
		if (err != NULL)
			err = siglet_err_hint(siglet_err_recode(siglet_err_wrap(err, "%s", n.path),
								SIGLET_E_IO),
					      "remove it, and say with --since where to begin");
	}
	siglet_buf_clear(&json);
	return err;
}

siglet_err *siglet_audit_cursor_is_there(const siglet_audit *audit, siglet_slice origin,
					 siglet_slice rules, bool *ret_there)
{
	siglet_buf folder;
	named n;
	siglet_err *err;

	siglet_buf_init(&folder, SIGLET_AUDIT_MAX_PATH - 1);
	err = siglet_audit_state_name(audit, origin, &folder);
	if (err == NULL)
		err = name_cursor(siglet_buf_text(&folder), rules, &n);
	if (err == NULL)
		*ret_there = siglet_sys_is_there(n.path);
	siglet_buf_clear(&folder);
	return err;
}

siglet_err *siglet_audit_cursor_write(const audit_state *state, siglet_slice rules,
				      const audit_cursor *cursor)
{
	named n;
	siglet_json_writer w;
	siglet_buf json;
	siglet_err *err = name_cursor(siglet_audit_state_folder(state), rules, &n);

	if (err != NULL)
		return err;
	siglet_buf_init(&json, MAX_CURSOR_BYTES);
	siglet_json_writer_init(&w, &json, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_int(&w, "schema", SCHEMA);
	siglet_json_write_text(&w, "rules", n.rules);
	siglet_json_write_int(&w, "scanned_to", (int64_t)cursor->scanned_to);
	siglet_json_write_int(&w, "anchor_size", (int64_t)cursor->anchor);
	if (cursor->has_range)
		siglet_audit_range_write(&cursor->range, "nodes", &w);
	siglet_json_write_end_object(&w);
	err = siglet_json_writer_finish(&w);
	if (err == NULL)
		err = siglet_buf_append_byte(&json, '\n');
	if (err == NULL)
		err = siglet_sys_write_kept(n.path, siglet_buf_slice(&json));
	siglet_buf_clear(&json);
	return err;
}
