#include "audit/audit_internal.h"

#include <string.h>

/* A checkpoint, and whether the log signed it. */

#define MAX_VIEW_BYTES ((size_t)1 << 20)
#define V1_SEPARATOR " - "

void siglet_audit_view_init(audit_view *view)
{
	*view = (audit_view) { .text = SIGLET_SLICE_NONE };
	siglet_arena_init(&view->arena, MAX_VIEW_BYTES);
}

void siglet_audit_view_clear(audit_view *view)
{
	siglet_arena_clear(&view->arena);
	siglet_audit_view_init(view);
}

/* Rekor v1 signs as "host", for trees named "host - 1193050959916656506". */
static bool is_v1_origin(siglet_slice origin, siglet_slice name)
{
	const size_t separator = strlen(V1_SEPARATOR);
	siglet_slice rest;

	if (origin.len <= name.len + separator || memcmp(origin.ptr, name.ptr, name.len) != 0)
		return false;
	rest = siglet_slice_of(origin.ptr + name.len, origin.len - name.len);
	if (!siglet_slice_has_prefix(rest, V1_SEPARATOR))
		return false;
	for (size_t i = separator; i < rest.len; i++)
		if (rest.ptr[i] < '0' || rest.ptr[i] > '9')
			return false;
	return true;
}

static siglet_err *other_origin(const audit_log *log, const audit_view *view)
{
	return siglet_err_new(SIGLET_E_UNTRUSTED, "a checkpoint of \"%s\", not of \"%s\"",
			      siglet_text_printable(view->checkpoint.origin).text,
			      siglet_text_printable(log->name).text);
}

/* The key's name is no rule for Rekor v1, nor on any line that another tool wrote: its id is. */
static siglet_err *check_origin(const audit_log *log, const audit_view *view)
{
	const siglet_slice origin = view->checkpoint.origin;

	if (siglet_slice_equal(origin, log->name) ||
	    (!log->is_ct && is_v1_origin(origin, log->name)))
		return NULL;
	return other_origin(log, view);
}

siglet_err *siglet_audit_view_check_whole(const audit_log *log, const audit_view *view)
{
	return siglet_slice_equal(view->checkpoint.origin, log->name) ? NULL
								      : other_origin(log, view);
}

static siglet_err *read_into(const audit_log *log, siglet_slice text, audit_view *view)
{
	siglet_err *err = siglet_arena_copy(&view->arena, text, &view->text);

	if (err == NULL)
		err = siglet_note_parse(view->text, &view->arena, &view->note);
	if (err == NULL)
		err = siglet_checkpoint_parse(&view->note, &view->checkpoint);
	if (err == NULL && view->checkpoint.origin.len > SIGLET_AUDIT_MAX_ORIGIN)
		err = siglet_err_new(SIGLET_E_LIMIT, "an origin of %zu bytes",
				     view->checkpoint.origin.len);
	if (err == NULL)
		err = log->is_ct ? siglet_ct_note_verify(&view->note, &view->checkpoint,
							 &log->verifier)
				 : siglet_note_verify(&view->note, &log->verifier);
	return err == NULL ? check_origin(log, view) : err;
}

siglet_err *siglet_audit_view_read(const audit_log *log, siglet_slice text, audit_view *ret_view)
{
	audit_view view;
	siglet_err *err;

	siglet_audit_view_init(&view);
	err = read_into(log, text, &view);
	if (err != NULL) {
		siglet_audit_view_clear(&view);
		return siglet_err_wrap(err, "checkpoint");
	}
	siglet_audit_view_clear(ret_view);
	*ret_view = view;
	return NULL;
}

siglet_audit_verdict siglet_audit_verdict_of(const siglet_err *err)
{
	const siglet_code code = siglet_err_code(err);

	if (code == SIGLET_E_MISMATCH)
		return SIGLET_AUDIT_BAD_SIGNATURE;
	/* Signed by nobody we know, or by the log for another tree. */
	if (code == SIGLET_E_MISSING)
		return SIGLET_AUDIT_BAD_SIGNATURE;
	return code == SIGLET_E_UNTRUSTED ? SIGLET_AUDIT_OTHER_ORIGIN : SIGLET_AUDIT_INCOMPLETE;
}

siglet_audit_head siglet_audit_head_of(const audit_view *view)
{
	return (siglet_audit_head) {
		.is_there = true,
		.size = view->checkpoint.size,
		.root = view->checkpoint.root,
	};
}
