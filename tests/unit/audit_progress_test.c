#include "audit_scene.h"

/* How far an auditor came is in files of his: what is not what he wrote is an error, never a fresh start. */

static void frontiers(void)
{
	static const char *const changes[][2] = {
		{ "\"schema\":1", "\"schema\":2" },
		{ "\"schema\":1", "\"schema\":\"1\"" },
		{ "log.example", "log.elsewhere" },
		{ "\"size\":300", "\"size\":301" },
		{ "\"size\":300", "\"size\":-1" },
		{ "\"size\":300", "\"size\":0" },
		{ "\"size\":300", "\"size\":9223372036854775807" },
		{ "\"nodes\"", "\"notes\"" },
		{ "[[8,", "[[7," },
		{ "[[8,", "[[63," },
		{ "[[8,0", "[[8,1" },
		{ "}", "" },
	};
	const siglet_slice origin = siglet_slice_str("log.example");
	siglet_range range, again;
	siglet_buf json;
	bool is_there = true;

	OK_SUCCESS(siglet_audit_frontier_read(in_scratch("none"), origin, &again, &is_there),
		   "no file");
	OK(!is_there && again.end == 0 && again.count == 0, "is no entry");
	siglet_buf_init(&json, 65536);
	for (uint64_t size = 0; size <= 500; size += 17) {
		siglet_buf_truncate(&json, 0);
		well(siglet_range_of(0, size, scene_look_up, &scene.tree, &range));
		well(siglet_audit_frontier_encode(origin, &range, &json));
		put_file("frontier", json.ptr, json.len);
		well(siglet_audit_frontier_read(in_scratch("frontier"), origin, &again, &is_there));
		if (!is_there || again.end != size || again.count != range.count ||
		    memcmp(again.nodes, range.nodes, range.count * sizeof(range.nodes[0])) != 0)
			OK(false, "of %d it is read as it was written", (int)size);
	}
	OK(true, "of 0 to 500 entries it is read as it was written");
	well(siglet_range_of(0, 300, scene_look_up, &scene.tree, &range));
	siglet_buf_truncate(&json, 0);
	well(siglet_audit_frontier_encode(origin, &range, &json));
	for (size_t i = 0; i < SIGLET_COUNT(changes); i++) {
		const char *at = strstr(siglet_buf_text(&json), changes[i][0]);
		siglet_buf changed;

		siglet_buf_init(&changed, 65536);
		well(siglet_buf_append(&changed,
				       siglet_slice_of(json.ptr,
						       (size_t)(at - siglet_buf_text(&json)))));
		well(siglet_buf_append_str(&changed, changes[i][1]));
		well(siglet_buf_append_str(&changed, at + strlen(changes[i][0])));
		put_file("frontier", changed.ptr, changed.len);
		OK_ERROR(siglet_audit_frontier_read(in_scratch("frontier"), origin, &again,
						    &is_there),
			 SIGLET_E_IO, "%s in place of %s", changes[i][1], changes[i][0]);
		siglet_buf_clear(&changed);
	}
	put_file("frontier", "", 0);
	OK_ERROR(siglet_audit_frontier_read(in_scratch("frontier"), origin, &again, &is_there),
		 SIGLET_E_IO, "an empty file");
	put_link("linked", in_scratch("frontier"));
	OK_ERROR(siglet_audit_frontier_read(in_scratch("linked"), origin, &again, &is_there),
		 SIGLET_E_IO, "a link");
	put_link("dangling", in_scratch("nothing"));
	OK_ERROR(siglet_audit_frontier_read(in_scratch("dangling"), origin, &again, &is_there),
		 SIGLET_E_IO, "one that leads nowhere");
	siglet_buf_clear(&json);
}

#define NODE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static void cursors(void)
{
	static const char *const bad[] = {
		"",
		"{}",
		"{\"schema\":2,\"rules\":\"ab\",\"scanned_to\":5,\"anchor_size\":9}",
		"{\"schema\":1,\"rules\":\"ac\",\"scanned_to\":5,\"anchor_size\":9}",
		"{\"schema\":1,\"rules\":\"ab\",\"scanned_to\":-5,\"anchor_size\":9}",
		"{\"schema\":1,\"rules\":\"ab\",\"scanned_to\":5,\"anchor_size\":-9}",
		"{\"schema\":1,\"rules\":\"ab\",\"scanned_to\":5.5,\"anchor_size\":9}",
		"{\"schema\":1,\"rules\":\"ab\",\"scanned_to\":\"5\",\"anchor_size\":9}",
		"{\"schema\":1,\"rules\":\"ab\",\"scanned_to\":5,\"scanned_to\":6}",
		"{\"schema\":1,\"rules\":\"ab\",\"scanned_to\":6}",
		"{\"schema\":1,\"rules\":\"ab\"}",
		"{\"schema\":1,\"rules\":\"ab\",\"scanned_to\":6,\"anchor_size\":9,\"nodes\":[]}",
		"{\"schema\":1,\"rules\":\"ab\",\"scanned_to\":6,\"anchor_size\":9,\"nodes\":{}}",
		"{\"schema\":1,\"rules\":\"ab\",\"scanned_to\":6,\"anchor_size\":9,"
		"\"nodes\":[[2,0,\"" NODE "\"]]}",
		"{\"schema\":1,\"rules\":\"ab\",\"scanned_to\":6,\"anchor_size\":9,"
		"\"nodes\":[[2,0,\"" NODE "\"],[1,2,\"AAAA\"]]}",
	};
	audit_cursor cursor = { .scanned_to = 0 };

	OK_SUCCESS(siglet_audit_cursor_parse(
			   siglet_slice_str("{\"schema\":1,\"rules\":\"ab\",\"scanned_to\":6,"
					    "\"anchor_size\":9,\"nodes\":[[2,0,\"" NODE
					    "\"],[1,2,\"" NODE "\"]]}"),
			   "ab", &cursor),
		   "a cursor of a log without tiles");
	OK(cursor.scanned_to == 6 && cursor.has_range && cursor.range.end == 6, "has a range");
	OK_SUCCESS(siglet_audit_cursor_parse(
			   siglet_slice_str("{\"schema\":1,\"rules\":\"ab\",\"scanned_to\":5,"
					    "\"anchor_size\":9}"),
			   "ab", &cursor),
		   "a cursor");
	OK(cursor.scanned_to == 5 && cursor.anchor == 9 && !cursor.has_range, "says how far");
	for (size_t i = 0; i < SIGLET_COUNT(bad); i++) {
		siglet_err *err =
			siglet_audit_cursor_parse(siglet_slice_str(bad[i]), "ab", &cursor);

		OK(err != NULL && !siglet_err_is_fault(err) && cursor.scanned_to == 5, "none: %s",
		   bad[i]);
		siglet_err_free(err);
	}
}

static void of_a_folder(void)
{
	siglet_audit audit = scene_audit(NULL, "state");
	const audit_log log = { .name = siglet_slice_str("log.example"),
				.verifier = { .key = siglet_signer_key(scene.key.signer) } };
	const siglet_slice one = siglet_slice_str("one"), other = siglet_slice_str("other");
	const audit_cursor first = { .scanned_to = 42, .anchor = 100 };
	audit_cursor next = { .scanned_to = 1, .anchor = 100, .has_range = true };
	audit_cursor cursor = { .scanned_to = 7 };
	const siglet_hash32 leaf = { { 1 } };
	audit_state *state = NULL;
	bool is_there = true;

	siglet_range_init(&next.range, 0);
	OK_SUCCESS(siglet_range_push(&next.range, 0, &leaf), "a range");
	OK_SUCCESS(siglet_audit_state_open(&audit, &log, log.name, &state), "a state");
	OK_SUCCESS(siglet_audit_cursor_read(state, one, &cursor, &is_there), "no cursor");
	OK(!is_there && cursor.scanned_to == 7, "is none");
	OK_SUCCESS(siglet_audit_cursor_write(state, one, &first), "written");
	OK_SUCCESS(siglet_audit_cursor_read(state, other, &cursor, &is_there), "that of others");
	OK(!is_there, "is another");
	OK_SUCCESS(siglet_audit_cursor_read(state, one, &cursor, &is_there), "read");
	OK(is_there && cursor.scanned_to == 42 && cursor.anchor == 100 && !cursor.has_range,
	   "it is what it was");
	OK_SUCCESS(siglet_audit_cursor_write(state, one, &next), "written again");
	OK_SUCCESS(siglet_audit_cursor_read(state, one, &cursor, &is_there), "read");
	OK(cursor.scanned_to == 1 && cursor.has_range && cursor.range.count == 1 &&
		   siglet_hash32_equal(&cursor.range.nodes[0].hash, &leaf),
	   "it is the last one, with its range");
	siglet_audit_state_close(state);
}

int main(void)
{
	scene_begin();
	frontiers();
	cursors();
	of_a_folder();
	scene_end();
	return tap_done();
}
