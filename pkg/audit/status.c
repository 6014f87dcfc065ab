#include "audit/audit_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sys/sys.h"

/*
 * What is remembered of each log. For reading alone, without the lock, and beside a run that writes:
 * each file is whole. What is damaged is told, and keeps nothing else from being told.
 */

#define CHECK "status"
#define NAME_DIGITS ((size_t)2 * SIGLET_SHA256_SIZE)
#define MAX_KEY_BYTES 4096
#define MAX_JSON_BYTES ((size_t)1 << 20)

typedef struct looking {
	const siglet_audit *audit;
	char folder[SIGLET_AUDIT_MAX_PATH];
	siglet_arena arena;
	audit_finding finding;
	siglet_audit_memory memory;
	siglet_err *err; /* the first */
} looking;

/* The first is told; it names its file. */
static void keep_error(looking *l, const char *name, siglet_err *err)
{
	if (err == NULL)
		return;
	if (l->err != NULL) {
		siglet_err_free(err);
		return;
	}
	if (!siglet_err_is_fault(err))
		err = siglet_err_recode(err, SIGLET_E_IO);
	l->err = siglet_err_wrap(err, "%s/%s", l->folder, name);
}

/* The file's bytes, for as long as the arena; ret_there false: there is none. */
static siglet_err *read_file(looking *l, const char *name, size_t max, siglet_slice *ret_text,
			     bool *ret_there)
{
	char path[SIGLET_AUDIT_MAX_PATH + 300];
	siglet_buf text;
	siglet_err *err;

	*ret_there = false;
	(void)snprintf(path, sizeof(path), "%s/%s", l->folder, name);
	if (!siglet_sys_is_there(path))
		return NULL;
	siglet_buf_init(&text, max);
	err = siglet_sys_read_kept(path, &text);
	if (err == NULL)
		err = siglet_arena_copy(&l->arena, siglet_buf_slice(&text), ret_text);
	siglet_buf_clear(&text);
	*ret_there = err == NULL;
	return err;
}

/* ---- whose folder it is ---- */

static siglet_err *check_name(const looking *l, siglet_slice origin)
{
	const char *name = strrchr(l->folder, '/');
	siglet_hash32 hash;
	siglet_buf hex;
	siglet_err *err = siglet_sha256(&origin, 1, hash.bytes);

	siglet_buf_init(&hex, NAME_DIGITS);
	if (err == NULL)
		err = siglet_hex_encode(siglet_hash32_slice(&hash), &hex);
	if (err == NULL && (name == NULL || strcmp(name + 1, siglet_buf_text(&hex)) != 0))
		err = siglet_err_new(SIGLET_E_MISMATCH, "it is of another log than its folder");
	siglet_buf_clear(&hex);
	return err;
}

static siglet_err *read_key(looking *l)
{
	siglet_slice text = SIGLET_SLICE_NONE, version = SIGLET_SLICE_NONE;
	siglet_slice origin = SIGLET_SLICE_NONE;
	siglet_reader reader;
	bool is_there = false;
	siglet_err *err = read_file(l, "key", MAX_KEY_BYTES, &text, &is_there);

	if (err == NULL && !is_there)
		err = siglet_err_new(SIGLET_E_MISSING, "there is no such file");
	reader.left = text;
	if (err == NULL)
		err = siglet_reader_line(&reader, &version);
	if (err == NULL && !siglet_slice_is(version, SIGLET_AUDIT_STATE_VERSION))
		err = siglet_err_new(SIGLET_E_UNSUPPORTED,
				     "written by another version of siglet: \"%s\"",
				     siglet_text_printable(version).text);
	if (err == NULL)
		err = siglet_reader_line(&reader, &origin);
	if (err == NULL)
		err = check_name(l, origin);
	if (err == NULL)
		l->finding.report.origin = origin;
	return err;
}

/* ---- the view ---- */

static siglet_err *read_checkpoint(looking *l)
{
	siglet_audit_report *report = &l->finding.report;
	siglet_slice text = SIGLET_SLICE_NONE;
	siglet_checkpoint checkpoint;
	siglet_note note;
	bool is_there = false;
	siglet_err *err = read_file(l, "checkpoint", SIGLET_MAX_NOTE_BYTES, &text, &is_there);

	if (err != NULL || !is_there)
		return err;
	err = siglet_note_parse(text, &l->arena, &note);
	if (err == NULL)
		err = siglet_checkpoint_parse(&note, &checkpoint);
	if (err == NULL && report->origin.len > 0 &&
	    !siglet_slice_equal(checkpoint.origin, report->origin))
		err = siglet_err_new(SIGLET_E_MISMATCH, "a checkpoint of another log");
	if (err != NULL)
		return err;
	report->to = (siglet_audit_head) { true, checkpoint.size, checkpoint.root };
	return NULL;
}

/* "SIZE TIME"; of another size it is of an earlier view. */
static siglet_err *read_seen(looking *l)
{
	siglet_audit_report *report = &l->finding.report;
	siglet_slice text = SIGLET_SLICE_NONE;
	int64_t time_ms = 0;
	bool is_there = false;
	char start[32];
	siglet_err *err = read_file(l, "seen", 128, &text, &is_there);

	if (err != NULL || !is_there || !report->to.is_there)
		return err;
	(void)snprintf(start, sizeof(start), "%" PRIu64 " ", report->to.size);
	if (!siglet_slice_has_prefix(text, start))
		return NULL;
	if (!siglet_slice_has_suffix(text, "\n"))
		return siglet_err_new(SIGLET_E_MALFORMED, "not a size and a time");
	text = siglet_slice_of(text.ptr + strlen(start), text.len - strlen(start) - 1);
	err = siglet_time_parse(text, &time_ms);
	if (err != NULL)
		return err;
	report->has_age = true;
	report->age_s = l->audit->now_s - time_ms / 1000;
	if (report->age_s < 0)
		report->age_s = 0;
	return NULL;
}

/* ---- how far the work has come ---- */

static siglet_err *read_number(looking *l, const char *name, const char *member,
			       uint64_t *ret_number, bool *ret_there)
{
	siglet_slice text = SIGLET_SLICE_NONE;
	siglet_json_doc *doc = NULL;
	int64_t number = 0;
	siglet_err *err = read_file(l, name, MAX_JSON_BYTES, &text, ret_there);

	if (err != NULL || !*ret_there)
		return err;
	*ret_there = false;
	err = siglet_json_parse(text, MAX_JSON_BYTES, &doc);
	if (err == NULL)
		err = siglet_json_need_int64(siglet_json_root(doc), member, &number);
	if (err == NULL && number < 0)
		err = siglet_err_new(SIGLET_E_RANGE, "%s", member);
	siglet_json_doc_free(doc);
	if (err != NULL)
		return err;
	*ret_there = true;
	*ret_number = (uint64_t)number;
	return NULL;
}

static siglet_err *take_cursor(void *context, const char *name)
{
	looking *l = context;
	siglet_audit_memory *m = &l->memory;
	bool is_there = false;
	uint64_t to = 0;

	if (strncmp(name, "cursor-", 7) != 0 ||
	    !siglet_slice_has_suffix(siglet_slice_str(name), ".json") ||
	    strlen(name) >= sizeof(m->cursors[0].name))
		return NULL;
	keep_error(l, name, read_number(l, name, "scanned_to", &to, &is_there));
	if (!is_there || m->cursor_count == SIGLET_COUNT(m->cursors))
		return NULL;
	(void)snprintf(m->cursors[m->cursor_count].name, sizeof(m->cursors[0].name), "%s", name);
	m->cursors[m->cursor_count++].scanned_to = to;
	return NULL;
}

/* Its files are named by time: the newest comes last. */
static siglet_err *take_evidence(void *context, const char *name)
{
	looking *l = context;

	if (!siglet_slice_has_suffix(siglet_slice_str(name), ".json"))
		return NULL;
	l->memory.evidence_count++;
	siglet_buf_clear(&l->finding.evidence);
	return siglet_buf_printf(&l->finding.evidence, "%s/evidence/%s", l->folder, name);
}

/* ---- one folder ---- */

static void look(looking *l)
{
	char folder[SIGLET_AUDIT_MAX_PATH + 16];

	keep_error(l, "key", read_key(l));
	keep_error(l, "checkpoint", read_checkpoint(l));
	keep_error(l, "seen", read_seen(l));
	keep_error(l, "frontier",
		   read_number(l, "frontier", "size", &l->memory.frontier,
			       &l->memory.has_frontier));
	keep_error(l, "", siglet_sys_list(l->folder, take_cursor, l));
	(void)snprintf(folder, sizeof(folder), "%s/evidence", l->folder);
	keep_error(l, "evidence", siglet_sys_list(folder, take_evidence, l));
}

static bool is_folder_name(const char *name)
{
	if (strlen(name) != NAME_DIGITS)
		return false;
	return strspn(name, "0123456789abcdef") == NAME_DIGITS;
}

static siglet_err *look_into(void *context, const char *name)
{
	looking *l = context;
	siglet_audit_report *report = &l->finding.report;

	if (!is_folder_name(name))
		return NULL;
	if (snprintf(l->folder, sizeof(l->folder), "%s/%s", l->audit->state, name) >=
	    (int)sizeof(l->folder))
		return siglet_err_new(SIGLET_E_USAGE, "too long a path of the state");
	siglet_arena_init(&l->arena, 4 * MAX_JSON_BYTES);
	siglet_audit_finding_init(&l->finding, CHECK);
	l->memory = (siglet_audit_memory) { .folder = l->folder };
	l->err = NULL;
	look(l);
	report->memory = &l->memory;
	if (l->err == NULL)
		report->verdict = SIGLET_AUDIT_REMEMBERED;
	siglet_audit_finding_tell(l->audit, &l->finding, l->err);
	siglet_audit_finding_clear(&l->finding);
	siglet_arena_clear(&l->arena);
	return NULL;
}

siglet_err *siglet_audit_status(const siglet_audit *audit)
{
	looking l = { .audit = audit };

	return siglet_sys_list(audit->state, look_into, &l);
}
