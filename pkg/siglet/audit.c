#include "siglet/siglet.h"

#include <string.h>

#include "siglet/auditor_internal.h"
#include "siglet/siglet_internal.h"
#include "sys/sys.h"

/* The audits, and what they found. */

#define MAX_JSON_BYTES ((size_t)4 << 20)
#define MAX_TEXT_BYTES ((size_t)1 << 20)
#define MAX_REPORT_BYTES ((size_t)2 * SIGLET_MAX_ENTRY_BODY_BYTES) /* with an entry in base64 */
#define MAX_SEED_BYTES 128
#define MAX_INDEX ((uint64_t)1 << 59)

siglet_err *siglet_audit_check_consistency(siglet_auditor *auditor, siglet_audit_visit *visit,
					   void *context)
{
	siglet_err *err = siglet_auditor_start(auditor, visit, context, true);

	if (err == NULL)
		err = siglet_auditor_ask(auditor);
	return err == NULL ? siglet_audit_consistency(&auditor->audit) : err;
}

/* What is about signatures has nothing to ask a log of certificates. */
static siglet_err *start_on_signatures(siglet_auditor *auditor, siglet_audit_visit *visit,
				       void *context)
{
	if (auditor->audit.is_ct)
		return siglet_err_new(SIGLET_E_USAGE, "no such check of a CT log");
	return siglet_auditor_start(auditor, visit, context, true);
}

siglet_err *siglet_audit_check_inclusion(siglet_auditor *auditor, const char *const *paths,
					 size_t count, siglet_audit_visit *visit, void *context)
{
	siglet_err *err = start_on_signatures(auditor, visit, context);

	if (err == NULL)
		err = siglet_auditor_ask(auditor);
	return err == NULL ? siglet_audit_inclusion(&auditor->audit, paths, count) : err;
}

siglet_err *siglet_audit_check_trail(siglet_auditor *auditor, const char *const *paths,
				     size_t count, siglet_audit_visit *visit, void *context)
{
	siglet_err *err = siglet_auditor_start(auditor, visit, context, true);

	if (err == NULL)
		err = siglet_auditor_ask(auditor);
	for (size_t i = 0; err == NULL && i < count; i++)
		err = siglet_audit_trail(&auditor->audit, paths[i]);
	return err;
}

/* ---- entries ---- */

static siglet_err *read_leaf(const char *text, siglet_hash32 *ret_leaf)
{
	siglet_buf bytes;
	siglet_err *err;

	siglet_buf_init(&bytes, sizeof(ret_leaf->bytes));
	err = siglet_hex_decode(siglet_slice_str(text), &bytes);
	if (err != NULL || bytes.len != sizeof(ret_leaf->bytes)) {
		siglet_err_free(err);
		err = siglet_err_new(SIGLET_E_USAGE, "a leaf's hash has 64 hexadecimal digits");
	} else {
		memcpy(ret_leaf->bytes, bytes.ptr, bytes.len);
	}
	siglet_buf_clear(&bytes);
	return err;
}

static siglet_err *look_up(siglet_auditor *auditor, const siglet_audit_entry *entry,
			   siglet_audit_visit *visit, void *context, siglet_audit_lookup lookup)
{
	siglet_err *err = start_on_signatures(auditor, visit, context);

	lookup.id = entry->uuid;
	lookup.has_index = entry->index != NULL;
	lookup.has_leaf = entry->leaf_hash != NULL;
	if (err == NULL && lookup.has_index) {
		err = siglet_auditor_read_number(entry->index, 0, MAX_INDEX, &lookup.index);
		if (err != NULL)
			err = siglet_err_wrap(err, "index");
	}
	if (err == NULL && lookup.has_leaf)
		err = read_leaf(entry->leaf_hash, &lookup.leaf);
	if (err == NULL)
		err = siglet_auditor_ask(auditor);
	return err == NULL ? siglet_audit_look_up(&auditor->audit, &lookup) : err;
}

siglet_err *siglet_audit_find_entry(siglet_auditor *auditor, const siglet_audit_entry *entry,
				    siglet_audit_visit *visit, void *context)
{
	return look_up(auditor, entry, visit, context,
		       (siglet_audit_lookup) { .check = "inclusion" });
}

siglet_err *siglet_audit_get_entry(siglet_auditor *auditor, const siglet_audit_entry *entry,
				   siglet_audit_visit *visit, void *context)
{
	return look_up(auditor, entry, visit, context,
		       (siglet_audit_lookup) { .check = "get", .wants_entry = true });
}

/* ---- other views ---- */

siglet_err *siglet_audit_compare_files(siglet_auditor *auditor, const char *const *paths,
				       size_t count, siglet_audit_visit *visit, void *context)
{
	siglet_err *err = start_on_signatures(auditor, visit, context);

	if (err == NULL)
		err = siglet_auditor_ask(auditor);
	return err == NULL ? siglet_audit_compare(&auditor->audit, paths, count) : err;
}

siglet_err *siglet_audit_compare_witnesses(siglet_auditor *auditor, siglet_audit_visit *visit,
					   void *context)
{
	siglet_err *err = start_on_signatures(auditor, visit, context);

	/* They are elsewhere, wherever the log is read from. */
	if (err == NULL && !auditor->offline)
		err = siglet_auditor_connect(auditor);
	return err == NULL ? siglet_audit_ask_witnesses(&auditor->audit) : err;
}

/* ---- samples ---- */

static siglet_err *make_seed(const char *seed, siglet_buf *ret_seed)
{
	uint8_t bytes[8];
	siglet_err *err;

	if (seed != NULL)
		return siglet_buf_append_str(ret_seed, seed);
	err = siglet_crypto_random(bytes, sizeof(bytes));
	return err == NULL ? siglet_hex_encode(siglet_slice_of(bytes, sizeof(bytes)), ret_seed)
			   : err;
}

siglet_err *siglet_audit_check_sample(siglet_auditor *auditor, const char *count, const char *seed,
				      siglet_audit_visit *visit, void *context)
{
	uint64_t number = 0;
	siglet_buf text;
	siglet_err *err = siglet_auditor_read_number(count, 1, SIGLET_AUDIT_MAX_SAMPLE, &number);

	siglet_buf_init(&text, MAX_SEED_BYTES);
	if (err != NULL)
		err = siglet_err_wrap(err, "entries to draw");
	if (err == NULL && seed != NULL && strlen(seed) > MAX_SEED_BYTES)
		err = siglet_err_new(SIGLET_E_USAGE, "a seed has at most %d bytes", MAX_SEED_BYTES);
	if (err == NULL)
		err = make_seed(seed, &text);
	if (err == NULL)
		err = start_on_signatures(auditor, visit, context);
	if (err == NULL)
		err = siglet_auditor_ask(auditor);
	if (err == NULL)
		err = siglet_audit_sample(&auditor->audit, (size_t)number, siglet_buf_slice(&text));
	siglet_buf_clear(&text);
	return err;
}

/* ---- all of a log ---- */

void siglet_auditor_skip_tiles(siglet_auditor *auditor)
{
	auditor->span.skips_tiles = true;
}

static siglet_err *check_span(const siglet_audit_span *span)
{
	if (span->has_range && span->has_shard)
		return siglet_err_new(SIGLET_E_USAGE, "a range and a shard contradict each other");
	if (span->part != NULL && !span->has_range && !span->has_shard)
		return siglet_err_new(SIGLET_E_USAGE, "a part is of a range or a shard");
	/* Parts that go by checkpoints of their own can't be put together. */
	if (span->part != NULL && span->checkpoint == NULL)
		return siglet_err_new(SIGLET_E_USAGE, "a part needs a checkpoint to go by");
	/* Nobody could check anything with it. */
	if (span->mirror != NULL && span->skips_tiles)
		return siglet_err_new(SIGLET_E_USAGE, "a mirror without tiles is none");
	return NULL;
}

siglet_err *siglet_auditor_check_log(siglet_auditor *auditor, const siglet_audit_watch *watch,
				     siglet_audit_visit *visit, void *context)
{
	siglet_audit_span *span = &auditor->span;
	siglet_err *err =
		siglet_auditor_start(auditor, visit, context, auditor->checkpoint == NULL);

	span->checkpoint = auditor->checkpoint;
	span->part = auditor->part;
	span->mirror = auditor->mirror;
	span->watch = watch;
	if (err == NULL)
		err = check_span(span);
	if (err == NULL)
		err = siglet_auditor_ask(auditor);
	return err == NULL ? siglet_audit_recompute(&auditor->audit, span) : err;
}

siglet_err *siglet_audit_check_log(siglet_auditor *auditor, siglet_audit_visit *visit,
				   void *context)
{
	return siglet_auditor_check_log(auditor, NULL, visit, context);
}

siglet_err *siglet_audit_combine_parts(siglet_auditor *auditor, const char *const *paths,
				       size_t count, siglet_audit_visit *visit, void *context)
{
	siglet_err *err = siglet_auditor_start(auditor, visit, context, false);

	if (err == NULL && auditor->checkpoint == NULL)
		err = siglet_err_new(SIGLET_E_USAGE, "parts need the checkpoint they were made by");
	if (err == NULL)
		err = siglet_audit_combine(&auditor->audit, auditor->checkpoint, paths, count);
	return err;
}

static siglet_err *append_shards(uint64_t size, unsigned shards, siglet_buf *lines)
{
	siglet_err *err = NULL;

	for (unsigned i = 0; err == NULL && i < shards; i++) {
		uint64_t begin = 0, end = 0;

		siglet_audit_shard(size, i, shards, &begin, &end);
		if (begin < end)
			err = siglet_buf_printf(lines, "%llu:%llu\n", (unsigned long long)begin,
						(unsigned long long)end);
	}
	return err;
}

siglet_err *siglet_audit_list_shards(siglet_auditor *auditor, unsigned shards, char **ret_lines)
{
	uint64_t size = 0;
	siglet_buf lines;
	siglet_err *err = siglet_auditor_start(auditor, NULL, NULL, false);

	if (err == NULL && (shards == 0 || shards > SIGLET_AUDITOR_MAX_SHARDS))
		err = siglet_err_new(SIGLET_E_USAGE, "%u shards, not 1 to %d", shards,
				     SIGLET_AUDITOR_MAX_SHARDS);
	if (err == NULL)
		err = siglet_auditor_ask(auditor);
	if (err == NULL)
		err = siglet_audit_size(&auditor->audit, auditor->checkpoint, &size);
	siglet_buf_init(&lines, MAX_JSON_BYTES);
	if (err == NULL)
		err = append_shards(size, shards, &lines);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&lines), ret_lines);
	siglet_buf_clear(&lines);
	return err;
}

/* ---- what is there ---- */

siglet_err *siglet_audit_show_state(siglet_auditor *auditor, siglet_audit_visit *visit,
				    void *context)
{
	siglet_err *err = siglet_auditor_start(auditor, visit, context, true);

	return err == NULL ? siglet_audit_status(&auditor->audit) : err;
}

siglet_err *siglet_audit_check_evidence(siglet_auditor *auditor, const char *path,
					siglet_audit_visit *visit, void *context)
{
	siglet_buf json;
	siglet_err *err = siglet_auditor_start(auditor, visit, context, false);

	siglet_buf_init(&json, MAX_JSON_BYTES);
	if (err == NULL)
		err = siglet_sys_read_file(path, &json);
	if (err == NULL) {
		err = siglet_audit_evidence(&auditor->audit, path, siglet_buf_slice(&json));
		if (err != NULL)
			err = siglet_err_wrap(siglet_as_unreadable(err), "%s",
					      siglet_text_printable(siglet_slice_str(path)).text);
	}
	siglet_buf_clear(&json);
	return err;
}

/* ---- reports ---- */

/* What the log should serve and does not is a failure of a service. */
static siglet_status incomplete_status(const siglet_audit_report *report)
{
	const siglet_status status = siglet_error_status(report->error);

	return status == SIGLET_STATUS_OK || status == SIGLET_STATUS_REFUSED ? SIGLET_STATUS_SERVICE
									     : status;
}

siglet_status siglet_audit_report_status(const siglet_audit_report *report)
{
	if (siglet_audit_verdict_is_good(report->verdict))
		return SIGLET_STATUS_OK;
	if (siglet_audit_verdict_is_refusal(report->verdict))
		return SIGLET_STATUS_REFUSED;
	return incomplete_status(report);
}

siglet_status siglet_audit_report_status_beside_match(const siglet_audit_report *report)
{
	if (report->verdict != SIGLET_AUDIT_MATCH)
		return siglet_audit_report_status(report);
	if (report->error != NULL && siglet_err_code(report->error) == SIGLET_E_MISMATCH)
		return SIGLET_STATUS_REFUSED;
	return report->error == NULL && report->skipped == 0 ? SIGLET_STATUS_OK
							     : incomplete_status(report);
}

const char *siglet_audit_report_part(const siglet_audit_report *report)
{
	return report->part;
}

const char *siglet_audit_report_verdict(const siglet_audit_report *report)
{
	return siglet_audit_verdict_name(report->verdict);
}

bool siglet_audit_report_entry(const siglet_audit_report *report, const void **ret_entry,
			       size_t *ret_len)
{
	if (!report->has_entry)
		return false;
	*ret_entry = report->entry.ptr;
	*ret_len = report->entry.len;
	return true;
}

siglet_err *siglet_audit_report_describe(const siglet_audit_report *report, char **ret_text)
{
	siglet_buf text;
	siglet_err *err;

	siglet_buf_init(&text, MAX_TEXT_BYTES);
	err = siglet_audit_report_text(report, &text);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&text), ret_text);
	siglet_buf_clear(&text);
	return err;
}

siglet_err *siglet_audit_report_describe_json(const siglet_audit_report *report, char **ret_json)
{
	siglet_json_writer w;
	siglet_buf json;
	siglet_err *err;

	siglet_buf_init(&json, MAX_REPORT_BYTES);
	siglet_json_writer_init(&w, &json, 0);
	siglet_audit_report_write(report, &w);
	err = siglet_json_writer_finish(&w);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&json), ret_json);
	siglet_buf_clear(&json);
	return err;
}
