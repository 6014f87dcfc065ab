#include "audit/audit_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/sys.h"

/*
 * What is remembered of a log, a folder each, named by the hash of its origin:
 *
 *	lock          the process that has it
 *	key           whose signatures count here, fixed when the log was first seen
 *	checkpoint    the newest view, as it was signed
 *	seen          when that view was first seen
 *	checkpoints/  every view, by size and root
 *	evidence/     what the log can't explain
 *
 * Each file is replaced whole. What is damaged or of a later version is an error that names the
 * file, never a fresh start.
 */

#define VERSION SIGLET_AUDIT_STATE_VERSION
#define MAX_LINE_BYTES 4096

struct audit_state {
	char folder[SIGLET_AUDIT_MAX_PATH];
	int lock;
};

const char *siglet_audit_state_folder(const audit_state *state)
{
	return state->folder;
}

void siglet_audit_state_close(audit_state *state)
{
	if (state == NULL)
		return;
	siglet_sys_unlock(state->lock);
	free(state);
}

typedef struct path {
	char text[SIGLET_AUDIT_MAX_PATH + 256];
} path;

static path path_of(const audit_state *state, const char *name)
{
	path p;

	(void)snprintf(p.text, sizeof(p.text), "%s/%s", state->folder, name);
	return p;
}

static siglet_err *damaged(const path *p, siglet_err *err)
{
	return siglet_err_hint(siglet_err_recode(siglet_err_wrap(err, "%s", p->text), SIGLET_E_IO),
			       "what is remembered of a log is never replaced by itself: move the "
			       "folder away to begin anew");
}

/* ---- the folder ---- */

siglet_err *siglet_audit_state_name(const siglet_audit *audit, siglet_slice origin,
				    siglet_buf *ret_path)
{
	siglet_hash32 hash;
	siglet_err *err = siglet_sha256(&origin, 1, hash.bytes);

	if (err == NULL)
		err = siglet_buf_printf(ret_path, "%s/", audit->state);
	return err == NULL ? siglet_hex_encode(siglet_hash32_slice(&hash), ret_path) : err;
}

static siglet_err *name_folder(const siglet_audit *audit, siglet_slice origin, audit_state *state)
{
	siglet_buf name;
	siglet_err *err;

	siglet_buf_init(&name, sizeof(state->folder) - 1);
	err = siglet_audit_state_name(audit, origin, &name);
	if (err == NULL)
		(void)snprintf(state->folder, sizeof(state->folder), "%s", siglet_buf_text(&name));
	siglet_buf_clear(&name);
	return err;
}

/* ---- the key ---- */

/* "siglet-audit-state/1\nORIGIN\nNAME+ID\nSPKI\n": all that must stay the same. */
static siglet_err *write_key(const audit_log *log, siglet_slice origin, siglet_buf *ret_text)
{
	const siglet_slice id = siglet_slice_of(log->verifier.id, sizeof(log->verifier.id));
	siglet_err *err = siglet_buf_append_str(ret_text, VERSION "\n");

	if (err == NULL)
		err = siglet_buf_append(ret_text, origin);
	if (err == NULL)
		err = siglet_buf_append_byte(ret_text, '\n');
	if (err == NULL)
		err = siglet_hex_encode(id, ret_text);
	if (err == NULL)
		err = siglet_buf_append_byte(ret_text, '\n');
	if (err == NULL)
		err = siglet_base64_encode(siglet_key_spki(log->verifier.key), ret_text);
	return err == NULL ? siglet_buf_append_byte(ret_text, '\n') : err;
}

static siglet_err *compare_key(const path *p, siglet_slice kept, siglet_slice now)
{
	siglet_reader reader = { kept };
	siglet_slice version = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_reader_line(&reader, &version);

	if (err == NULL && !siglet_slice_is(version, VERSION))
		err = siglet_err_new(SIGLET_E_UNSUPPORTED,
				     "written by another version of siglet: \"%s\"",
				     siglet_text_printable(version).text);
	if (err != NULL)
		return damaged(p, err);
	if (!siglet_slice_equal(kept, now))
		return siglet_err_new(SIGLET_E_UNTRUSTED,
				      "the trusted root has another key for this log than when it "
				      "was first seen, see %s",
				      p->text);
	return NULL;
}

static siglet_err *pin_key(const audit_state *state, const audit_log *log, siglet_slice origin)
{
	const path p = path_of(state, "key");
	siglet_buf now, kept;
	siglet_err *err;

	siglet_buf_init(&now, MAX_LINE_BYTES);
	siglet_buf_init(&kept, MAX_LINE_BYTES);
	err = write_key(log, origin, &now);
	if (err == NULL && siglet_sys_is_there(p.text)) {
		err = siglet_sys_read_kept(p.text, &kept);
		if (err == NULL)
			err = compare_key(&p, siglet_buf_slice(&kept), siglet_buf_slice(&now));
	} else if (err == NULL) {
		err = siglet_sys_write_kept(p.text, siglet_buf_slice(&now));
	}
	siglet_buf_clear(&kept);
	siglet_buf_clear(&now);
	return err;
}

siglet_err *siglet_audit_state_open(const siglet_audit *audit, const audit_log *log,
				    siglet_slice origin, audit_state **ret_state)
{
	audit_state *state = siglet_calloc(1, sizeof(*state));
	siglet_err *err;

	if (state == NULL)
		return siglet_err_nomem();
	state->lock = -1;
	err = name_folder(audit, origin, state);
	if (err == NULL)
		err = siglet_sys_make_folder(state->folder);
	if (err == NULL)
		err = siglet_sys_make_folder(path_of(state, "checkpoints").text);
	if (err == NULL)
		err = siglet_sys_lock_alone(path_of(state, "lock").text, &state->lock);
	if (err == NULL)
		err = pin_key(state, log, origin);
	if (err != NULL) {
		siglet_audit_state_close(state);
		return err;
	}
	*ret_state = state;
	return NULL;
}

/* ---- views ---- */

/* What is there only after a checkpoint was. */
static siglet_err *see_later(void *context, const char *name)
{
	bool *is_later = context;

	if (strcmp(name, "seen") == 0 || strncmp(name, "cursor-", 7) == 0 ||
	    strncmp(name, "frontier", 8) == 0)
		*is_later = true;
	return NULL;
}

static siglet_err *count_one(void *context, const char *name)
{
	size_t *count = context;

	(void)name;
	(*count)++;
	return NULL;
}

/*
 * A first run that is killed leaves a copy alone. All else was written after the checkpoint: where that
 * is not there any more, whatever the log shows now must not pass for what is seen first.
 */
static siglet_err *check_not_lost(const audit_state *state, const path *p)
{
	bool is_later = false;
	size_t copies = 0;
	siglet_err *err = siglet_sys_list(state->folder, see_later, &is_later);

	if (err == NULL)
		err = siglet_sys_list(path_of(state, "checkpoints").text, count_one, &copies);
	if (err == NULL && (is_later || copies > 1))
		err = damaged(p, siglet_err_new(SIGLET_E_IO, "is not there any more"));
	return err;
}

siglet_err *siglet_audit_state_view(const audit_state *state, const audit_log *log,
				    audit_view *ret_view, bool *ret_there)
{
	const path p = path_of(state, "checkpoint");
	siglet_buf text;
	siglet_err *err;

	if (!siglet_sys_is_there(p.text)) {
		*ret_there = false;
		return check_not_lost(state, &p);
	}
	siglet_buf_init(&text, SIGLET_MAX_NOTE_BYTES);
	err = siglet_sys_read_kept(p.text, &text);
	if (err == NULL) {
		err = siglet_audit_view_read(log, siglet_buf_slice(&text), ret_view);
		if (err != NULL && !siglet_err_is_fault(err))
			err = damaged(&p, err);
	}
	siglet_buf_clear(&text);
	if (err == NULL)
		*ret_there = true;
	return err;
}

/* A folder that is not there is a log that was never looked at. */
siglet_err *siglet_audit_state_peek(const siglet_audit *audit, const audit_log *log,
				    siglet_slice origin, audit_view *ret_view, bool *ret_there)
{
	audit_state state = { .lock = -1 };
	siglet_buf now, kept;
	siglet_err *err = name_folder(audit, origin, &state);

	*ret_there = false;
	if (err != NULL || (!siglet_sys_is_there(path_of(&state, "key").text) &&
			    !siglet_sys_is_there(path_of(&state, "checkpoint").text)))
		return err;
	siglet_buf_init(&now, MAX_LINE_BYTES);
	siglet_buf_init(&kept, MAX_LINE_BYTES);
	err = write_key(log, origin, &now);
	if (err == NULL)
		err = siglet_sys_read_kept(path_of(&state, "key").text, &kept);
	if (err == NULL) {
		const path p = path_of(&state, "key");

		err = compare_key(&p, siglet_buf_slice(&kept), siglet_buf_slice(&now));
	}
	if (err == NULL)
		err = siglet_audit_state_view(&state, log, ret_view, ret_there);
	siglet_buf_clear(&kept);
	siglet_buf_clear(&now);
	return err;
}

/* ---- all trees of a log ---- */

typedef struct listing {
	const siglet_audit *audit;
	const audit_log *log;
	const siglet_hash32 *but; /* whose folders are passed over, by the hash of the origin */
	size_t but_count;
	siglet_audit_origin_visit *visit;
	void *context;
} listing;

static siglet_err *is_passed_over(const listing *l, const char *name, bool *ret_is)
{
	siglet_hash32 hash;
	siglet_buf bytes;
	siglet_err *err;

	*ret_is = false;
	siglet_buf_init(&bytes, sizeof(hash.bytes));
	err = siglet_hex_decode(siglet_slice_str(name), &bytes);
	if (err == NULL)
		memcpy(hash.bytes, bytes.ptr, sizeof(hash.bytes));
	for (size_t i = 0; err == NULL && i < l->but_count; i++)
		*ret_is = *ret_is || siglet_hash32_equal(&l->but[i], &hash);
	siglet_buf_clear(&bytes);
	return err;
}

/* "VERSION\nORIGIN\n…": the rest is its key, which must be that of the log. */
static siglet_err *visit_if_its(const listing *l, const path *p, siglet_slice kept)
{
	siglet_reader reader = { kept };
	siglet_slice version = SIGLET_SLICE_NONE, origin = SIGLET_SLICE_NONE;
	siglet_buf its;
	siglet_err *err = siglet_reader_line(&reader, &version);

	if (err == NULL && !siglet_slice_is(version, VERSION))
		err = siglet_err_new(SIGLET_E_UNSUPPORTED,
				     "written by another version of siglet: \"%s\"",
				     siglet_text_printable(version).text);
	if (err == NULL)
		err = siglet_reader_line(&reader, &origin);
	if (err != NULL)
		return damaged(p, err);
	siglet_buf_init(&its, MAX_LINE_BYTES);
	err = write_key(l->log, origin, &its);
	if (err == NULL && siglet_slice_equal(siglet_buf_slice(&its), kept))
		err = l->visit(l->context, origin);
	siglet_buf_clear(&its);
	return err;
}

/* One that has no key yet is being made by somebody, or nothing was ever remembered in it. */
static siglet_err *look_into(void *context, const char *name)
{
	const listing *l = context;
	bool is_over = false;
	siglet_buf kept;
	path p;
	siglet_err *err;

	if (strlen(name) != (size_t)2 * SIGLET_SHA256_SIZE ||
	    strspn(name, "0123456789abcdef") != strlen(name))
		return NULL;
	if (snprintf(p.text, sizeof(p.text), "%s/%s/key", l->audit->state, name) >=
	    (int)sizeof(p.text))
		return siglet_err_new(SIGLET_E_USAGE, "too long a path of the state");
	err = is_passed_over(l, name, &is_over);
	if (err != NULL || is_over || !siglet_sys_is_there(p.text))
		return err;
	siglet_buf_init(&kept, MAX_LINE_BYTES);
	err = siglet_sys_read_kept(p.text, &kept);
	if (err == NULL)
		err = visit_if_its(l, &p, siglet_buf_slice(&kept));
	siglet_buf_clear(&kept);
	return err;
}

siglet_err *siglet_audit_state_each(const siglet_audit *audit, const audit_log *log,
				    const siglet_hash32 *but, size_t but_count,
				    siglet_audit_origin_visit *visit, void *context)
{
	listing l = { audit, log, but, but_count, visit, context };

	return audit->state == NULL ? NULL : siglet_sys_list(audit->state, look_into, &l);
}

/* ---- keeping views ---- */

/* Each view is also kept under its own name: who compares with others later wants them all. */
static siglet_err *keep_copy(const audit_state *state, const audit_view *view)
{
	const siglet_slice start = siglet_slice_of(view->checkpoint.root.bytes, 4);
	char name[128];
	siglet_buf hex;
	siglet_err *err;

	siglet_buf_init(&hex, 8);
	err = siglet_hex_encode(start, &hex);
	(void)snprintf(name, sizeof(name), "checkpoints/%" PRIu64 "-%s.note", view->checkpoint.size,
		       siglet_buf_text(&hex));
	siglet_buf_clear(&hex);
	return err == NULL ? siglet_sys_write_kept(path_of(state, name).text, view->text) : err;
}

/* "SIZE TIME": of another size it is of an earlier view, and the end came in between. */
static siglet_err *write_seen(const audit_state *state, uint64_t size, int64_t now_s)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%" PRIu64 " %s\n", size,
		       siglet_time_format(now_s).text);
	return siglet_sys_write_kept(path_of(state, "seen").text, siglet_slice_str(text));
}

static siglet_err *parse_seen(siglet_slice text, uint64_t size, bool *ret_is_same,
			      int64_t *ret_time_s)
{
	char start[32];
	const int len = snprintf(start, sizeof(start), "%" PRIu64 " ", size);
	int64_t time_ms = 0;
	siglet_err *err;

	*ret_is_same = siglet_slice_has_prefix(text, start);
	if (!*ret_is_same)
		return NULL;
	text = siglet_slice_of(text.ptr + len, text.len - (size_t)len);
	if (!siglet_slice_has_suffix(text, "\n"))
		return siglet_err_new(SIGLET_E_MALFORMED, "not a size and a time");
	text.len--;
	err = siglet_time_parse(text, &time_ms);
	if (err == NULL)
		*ret_time_s = time_ms / 1000;
	return err;
}

siglet_err *siglet_audit_state_seen(const audit_state *state, const audit_view *view, int64_t now_s,
				    int64_t *ret_time_s)
{
	const path p = path_of(state, "seen");
	bool is_same = false;
	siglet_buf text;
	siglet_err *err = NULL;

	siglet_buf_init(&text, 64);
	if (siglet_sys_is_there(p.text)) {
		err = siglet_sys_read_kept(p.text, &text);
		if (err == NULL) {
			err = parse_seen(siglet_buf_slice(&text), view->checkpoint.size, &is_same,
					 ret_time_s);
			if (err != NULL)
				err = damaged(&p, err);
		}
	}
	siglet_buf_clear(&text);
	/* Of a clock that was ahead: the view would be young until then. */
	if (err != NULL || (is_same && *ret_time_s <= now_s))
		return err;
	err = write_seen(state, view->checkpoint.size, now_s);
	if (err == NULL)
		*ret_time_s = now_s;
	return err;
}

/* A view that is only signed anew (by more witnesses) stays as old as it is. */
siglet_err *siglet_audit_state_remember(const audit_state *state, const audit_view *view,
					const audit_view *last)
{
	siglet_err *err;

	if (last != NULL && siglet_slice_equal(last->text, view->text))
		return NULL;
	err = keep_copy(state, view);
	return err == NULL ? siglet_sys_write_kept(path_of(state, "checkpoint").text, view->text)
			   : err;
}
