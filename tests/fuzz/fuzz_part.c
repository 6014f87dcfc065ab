/*
 * The files that an auditor writes, and reads again: parts, frontiers and cursors. What is read of a
 * part or frontier and written again is the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static bool are_equal(const siglet_range *a, const siglet_range *b)
{
	bool same = a->begin == b->begin && a->end == b->end && a->count == b->count;

	for (size_t i = 0; same && i < a->count; i++)
		same = a->nodes[i].level == b->nodes[i].level &&
		       a->nodes[i].index == b->nodes[i].index &&
		       siglet_hash32_equal(&a->nodes[i].hash, &b->nodes[i].hash);
	return same;
}

static siglet_err *read_part(siglet_slice json, siglet_json_doc **doc, audit_part *part)
{
	siglet_err *err = siglet_json_parse(json, 65536, doc);

	return err == NULL ? siglet_audit_part_read(siglet_json_root(*doc), part) : err;
}

static void part(siglet_slice json)
{
	siglet_json_doc *doc = NULL, *doc_again = NULL;
	audit_part first, again;
	siglet_buf written;
	siglet_err *err = read_part(json, &doc, &first);

	siglet_buf_init(&written, 1u << 20);
	if (err == NULL) {
		require(first.range.begin <= first.range.end && first.range.end <= first.head.size);
		err = siglet_audit_part_write(&first, &written);
		require(err == NULL);
		err = read_part(siglet_buf_slice(&written), &doc_again, &again);
		require(err == NULL && are_equal(&first.range, &again.range) &&
			siglet_slice_equal(first.origin, again.origin) &&
			first.bytes == again.bytes && first.hits == again.hits &&
			first.known == again.known);
	}
	siglet_err_free(err);
	siglet_buf_clear(&written);
	siglet_json_doc_free(doc_again);
	siglet_json_doc_free(doc);
}

static void frontier(siglet_slice json)
{
	const siglet_slice origin = siglet_slice_str("log.example");
	siglet_range first, again;
	siglet_buf written;
	siglet_err *err = siglet_audit_frontier_parse(json, origin, &first);

	siglet_buf_init(&written, 1u << 20);
	if (err == NULL) {
		require(first.begin == 0);
		err = siglet_audit_frontier_encode(origin, &first, &written);
		require(err == NULL);
		err = siglet_audit_frontier_parse(siglet_buf_slice(&written), origin, &again);
		require(err == NULL && are_equal(&first, &again));
	}
	siglet_err_free(err);
	siglet_buf_clear(&written);
}

static void cursor(siglet_slice json)
{
	audit_cursor read = { .scanned_to = 0 };
	siglet_err *err = siglet_audit_cursor_parse(json, "00", &read);

	if (err == NULL)
		require(read.scanned_to <= INT64_MAX && read.anchor <= INT64_MAX &&
			(!read.has_range || read.range.end == read.scanned_to));
	siglet_err_free(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const siglet_slice json = siglet_slice_of(data, size);

	part(json);
	frontier(json);
	cursor(json);
	return 0;
}
