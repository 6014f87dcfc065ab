#include "audit/audit_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sys/sys.h"

/*
 * What is known of a range of entries, in a file that says nothing of when and where it was made:
 * made again it has the same bytes.
 *
 *	{ "schema": 1, "origin": …, "size": N, "root": hex, "start": A, "end": B,
 *	  "nodes": [[level, index, base64] …], "entries": N, "bytes": N, "hits": N, "known": N,
 *	  "skipped": N }
 */

#define SCHEMA 1
#define MAX_PART_BYTES 65536
#define MAX_PARTS 65536
#define MAX_FILE_BYTES ((size_t)64 << 20)
#define BLOCK ((uint64_t)1 << 16)
#define LARGE_BLOCK ((uint64_t)1 << 24)

/* ---- writing ---- */

siglet_err *siglet_audit_part_write(const audit_part *part, siglet_buf *ret_json)
{
	siglet_json_writer w;
	siglet_err *err;

	siglet_json_writer_init(&w, ret_json, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_int(&w, "schema", SCHEMA);
	siglet_json_write_string(&w, "origin", part->origin);
	siglet_json_write_int(&w, "size", (int64_t)part->head.size);
	siglet_json_write_hex(&w, "root", siglet_hash32_slice(&part->head.root));
	siglet_json_write_int(&w, "start", (int64_t)part->range.begin);
	siglet_json_write_int(&w, "end", (int64_t)part->range.end);
	siglet_audit_range_write(&part->range, "nodes", &w);
	siglet_json_write_int(&w, "entries", (int64_t)(part->range.end - part->range.begin));
	siglet_json_write_int(&w, "bytes", (int64_t)part->bytes);
	siglet_json_write_int(&w, "hits", (int64_t)part->hits);
	siglet_json_write_int(&w, "known", (int64_t)part->known);
	siglet_json_write_int(&w, "skipped", (int64_t)part->skipped);
	siglet_json_write_end_object(&w);
	err = siglet_json_writer_finish(&w);
	return err == NULL ? siglet_buf_append_byte(ret_json, '\n') : err;
}

/* ---- reading ---- */

/* A part, and the document that it borrows from. */
typedef struct read_part {
	const char *name;
	siglet_json_doc *doc;
	audit_part part;
} read_part;

static siglet_err *read_root(siglet_slice hex, siglet_hash32 *ret_root)
{
	siglet_buf root;
	siglet_err *err;

	siglet_buf_init(&root, sizeof(ret_root->bytes));
	err = siglet_hex_decode(hex, &root);
	if (err == NULL && root.len != sizeof(ret_root->bytes))
		err = siglet_err_new(SIGLET_E_MALFORMED, "root");
	if (err == NULL)
		memcpy(ret_root->bytes, root.ptr, root.len);
	siglet_buf_clear(&root);
	return err;
}

static siglet_err *read_count(const siglet_json *root, const char *name, uint64_t *ret_count)
{
	int64_t count = 0;
	siglet_err *err = siglet_json_need_int64(root, name, &count);

	if (err == NULL && count < 0)
		err = siglet_err_new(SIGLET_E_RANGE, "%s", name);
	if (err == NULL)
		*ret_count = (uint64_t)count;
	return err;
}

siglet_err *siglet_audit_part_read(const siglet_json *root, audit_part *part)
{
	siglet_slice hex = SIGLET_SLICE_NONE;
	uint64_t schema = 0, start = 0, end = 0, entries = 0;
	siglet_err *err = read_count(root, "schema", &schema);

	if (err == NULL && schema != SCHEMA)
		err = siglet_err_new(SIGLET_E_UNSUPPORTED, "schema %" PRIu64, schema);
	if (err == NULL)
		err = siglet_json_need_string(root, "origin", &part->origin);
	if (err == NULL)
		err = read_count(root, "size", &part->head.size);
	if (err == NULL)
		err = siglet_json_need_string(root, "root", &hex);
	if (err == NULL)
		err = read_root(hex, &part->head.root);
	if (err == NULL)
		err = read_count(root, "start", &start);
	if (err == NULL)
		err = read_count(root, "end", &end);
	if (err == NULL)
		err = siglet_audit_range_read(root, "nodes", start, end, &part->range);
	if (err == NULL)
		err = read_count(root, "entries", &entries);
	if (err == NULL)
		err = read_count(root, "bytes", &part->bytes);
	if (err == NULL)
		err = read_count(root, "hits", &part->hits);
	/* Where it does not say so, none is known to be ours. */
	part->known = 0;
	if (err == NULL && siglet_json_object_get(root, "known") != NULL)
		err = read_count(root, "known", &part->known);
	if (err == NULL)
		err = read_count(root, "skipped", &part->skipped);
	if (err == NULL && part->known > part->hits)
		err = siglet_err_new(SIGLET_E_RANGE, "more hits are known than there are");
	if (err == NULL && (end > part->head.size || entries != end - start))
		err = siglet_err_new(SIGLET_E_RANGE, "its numbers contradict each other");
	return err;
}

/* Whatever is wrong with it, it is a file of ours that can't be read. */
static siglet_err *unreadable(const char *name, siglet_err *err)
{
	if (siglet_err_is_fault(err))
		return err;
	return siglet_err_recode(
		siglet_err_wrap(err, "%s", siglet_text_printable(siglet_slice_str(name)).text),
		SIGLET_E_IO);
}

typedef struct part_list {
	read_part *parts;
	size_t count, room;
} part_list;

static siglet_err *grow(part_list *list)
{
	const size_t room = list->room == 0 ? 64 : 2 * list->room;
	read_part *grown;

	if (list->count < list->room)
		return NULL;
	if (list->count >= MAX_PARTS)
		return siglet_err_new(SIGLET_E_LIMIT, "more than %d parts", MAX_PARTS);
	grown = realloc(list->parts, room * sizeof(*grown));
	if (grown == NULL)
		return siglet_err_nomem();
	list->parts = grown;
	list->room = room;
	return NULL;
}

static siglet_err *add_part(part_list *list, const char *name, siglet_slice json)
{
	siglet_err *err = grow(list);
	read_part *part;

	if (err != NULL)
		return err;
	part = &list->parts[list->count++];
	*part = (read_part) { .name = name };
	err = siglet_json_parse(json, MAX_PART_BYTES, &part->doc);
	return err == NULL ? siglet_audit_part_read(siglet_json_root(part->doc), &part->part) : err;
}

/* A part a line: what engines collect is often one file. */
static siglet_err *add_file(part_list *list, const char *name)
{
	siglet_slice text, line;
	siglet_buf data;
	siglet_err *err;

	siglet_buf_init(&data, MAX_FILE_BYTES);
	err = siglet_sys_read_file(name, &data);
	if (err == NULL) {
		text = siglet_buf_slice(&data);
		while (err == NULL && siglet_bundle_next_line(&text, &line))
			err = add_part(list, name, line);
		if (err != NULL)
			err = unreadable(name, err);
	}
	siglet_buf_clear(&data);
	return err;
}

/* ---- putting together ---- */

static int by_begin(const void *a, const void *b)
{
	const read_part *left = a, *right = b;

	if (left->part.range.begin != right->part.range.begin)
		return left->part.range.begin < right->part.range.begin ? -1 : 1;
	/* An empty one goes before the one that begins there. */
	if (left->part.range.end != right->part.range.end)
		return left->part.range.end < right->part.range.end ? -1 : 1;
	return 0;
}

static siglet_err *check_tree(const audit_tree *tree, const read_part *part)
{
	const siglet_checkpoint *checkpoint = &tree->fresh.checkpoint;

	if (siglet_slice_equal(part->part.origin, checkpoint->origin) &&
	    part->part.head.size == checkpoint->size &&
	    siglet_hash32_equal(&part->part.head.root, &checkpoint->root))
		return NULL;
	return siglet_err_new(SIGLET_E_MISMATCH, "%s: made under another checkpoint", part->name);
}

static siglet_err *check_follows(const siglet_range *whole, const read_part *part)
{
	const siglet_range *range = &part->part.range;

	if (range->begin > whole->end)
		return siglet_err_new(SIGLET_E_MISSING,
				      "no part has the entries from %" PRIu64 " to %" PRIu64,
				      whole->end, range->begin);
	if (range->begin < whole->end)
		return siglet_err_new(SIGLET_E_MISMATCH,
				      "%s: begins with entry %" PRIu64 ", which another part has",
				      part->name, range->begin);
	return NULL;
}

typedef struct combining {
	const siglet_audit *audit;
	read_part *parts;
	size_t count;
} combining;

static siglet_err *join_all(const audit_tree *tree, const combining *c, siglet_audit_report *report)
{
	siglet_hash32 root;
	siglet_range whole;
	siglet_err *err = NULL;

	siglet_range_init(&whole, 0);
	for (size_t i = 0; err == NULL && i < c->count; i++) {
		err = check_tree(tree, &c->parts[i]);
		if (err == NULL)
			err = check_follows(&whole, &c->parts[i]);
		if (err == NULL)
			err = siglet_range_join(&whole, &c->parts[i].part.range);
	}
	if (err == NULL && whole.end != tree->fresh.checkpoint.size)
		err = siglet_err_new(SIGLET_E_MISSING,
				     "no part has the entries from %" PRIu64 " to %" PRIu64,
				     whole.end, tree->fresh.checkpoint.size);
	if (err != NULL)
		return err;
	report->checked = whole.end;
	err = siglet_range_root(&whole, &root);
	if (err == NULL)
		report->verdict = siglet_hash32_equal(&root, &tree->fresh.checkpoint.root)
					  ? SIGLET_AUDIT_RECOMPUTED
					  : SIGLET_AUDIT_DATA_MISMATCH;
	return err;
}

static void add_count(uint64_t *sum, uint64_t more)
{
	*sum = more > UINT64_MAX - *sum ? UINT64_MAX : *sum + more;
}

/* Entries that follow from the root, and are not what they should be, are found in parts too. */
static siglet_err *count_findings(const combining *c, siglet_audit_report *report,
				  siglet_buf *ret_detail)
{
	uint64_t matches = 0;
	siglet_err *err = NULL;

	for (size_t i = 0; i < c->count; i++) {
		const audit_part *part = &c->parts[i].part;

		add_count(&matches, part->hits - part->known);
		add_count(&report->skipped, part->skipped);
	}
	if (matches > 0)
		err = siglet_buf_printf(ret_detail,
					"%" PRIu64 " match%s that %s not known, in the parts",
					matches, matches == 1 ? "" : "es",
					matches == 1 ? "is" : "are");
	if (err != NULL || report->verdict != SIGLET_AUDIT_RECOMPUTED)
		return err;
	if (matches > 0)
		report->verdict = SIGLET_AUDIT_MATCH;
	else if (report->skipped > 0)
		report->verdict = SIGLET_AUDIT_INCOMPLETE;
	return NULL;
}

static siglet_err *combine_under(void *context, audit_tree *tree)
{
	const combining *c = context;
	audit_finding finding;
	siglet_buf detail;
	siglet_err *err;

	siglet_buf_init(&detail, 128);
	siglet_audit_finding_init(&finding, "combine");
	finding.report.origin = tree->fresh.checkpoint.origin;
	finding.report.to = siglet_audit_head_of(&tree->fresh);
	err = join_all(tree, c, &finding.report);
	if (err == NULL)
		err = count_findings(c, &finding.report, &detail);
	finding.report.detail = detail.len > 0 ? siglet_buf_text(&detail) : NULL;
	siglet_audit_finding_tell(c->audit, &finding, err);
	siglet_audit_finding_clear(&finding);
	siglet_buf_clear(&detail);
	return NULL;
}

siglet_err *siglet_audit_combine(const siglet_audit *audit, const char *checkpoint,
				 const char *const *files, size_t count)
{
	siglet_audit offline = *audit;
	part_list list = { NULL, 0, 0 };
	combining c = { .audit = audit };
	siglet_err *err = NULL;

	/* The parts and the checkpoint are all there is to it. */
	offline.transport = NULL;
	offline.from = NULL;
	for (size_t i = 0; err == NULL && i < count; i++)
		err = add_file(&list, files[i]);
	if (err == NULL && list.parts == NULL)
		err = siglet_err_new(SIGLET_E_IO, "there is no part in %s",
				     siglet_text_printable(siglet_slice_str(files[0])).text);
	else if (err == NULL) {
		qsort(list.parts, list.count, sizeof(*list.parts), by_begin);
		c.parts = list.parts;
		c.count = list.count;
		err = siglet_audit_tree_under(&offline, checkpoint, combine_under, &c);
	}
	for (size_t i = 0; i < list.count; i++)
		siglet_json_doc_free(list.parts[i].doc);
	free(list.parts);
	return err;
}

/* ---- cutting ---- */

void siglet_audit_shard(uint64_t size, uint64_t shard, uint64_t shards, uint64_t *ret_begin,
			uint64_t *ret_end)
{
	/* Large subtrees make the parts smallest; where they are too few, smaller ones. */
	const uint64_t block = size / LARGE_BLOCK >= 4 * shards ? LARGE_BLOCK : BLOCK;
	const uint64_t blocks = size / block + (size % block != 0);
	const uint64_t each = blocks / shards, rest = blocks % shards;
	const uint64_t first = shard * each + (shard < rest ? shard : rest);
	const uint64_t last = first + each + (shard < rest);

	*ret_begin = first * block < size ? first * block : size;
	*ret_end = last * block < size ? last * block : size;
}
