#include "../lib/tuf_maker.h"

/* Every rule of an update, each broken by itself. */

#define TARGETS_1 "\"targets.json\":{\"version\":1}"

static siglet_tuf *begin(siglet_tuf_age age)
{
	siglet_buf root = tuf_root(1, &TUF_USUAL, "ab");
	siglet_tuf *tuf = NULL;

	tuf_need(siglet_tuf_new(siglet_buf_slice(&root), TUF_NOW, age, &tuf));
	siglet_buf_clear(&root);
	return tuf;
}

/* Feed, and give back the file's memory. */
static siglet_err *feed(siglet_tuf *tuf, siglet_buf file)
{
	siglet_err *err = siglet_tuf_feed(tuf, siglet_buf_slice(&file));

	siglet_buf_clear(&file);
	return err;
}

static bool wants(siglet_tuf *tuf, const char *path)
{
	siglet_tuf_request request;

	tuf_need(siglet_tuf_next(tuf, &request));
	return path == NULL ? request.path == NULL
			    : request.path != NULL && strcmp(request.path, path) == 0;
}

/* An update as far as a stage: 1 after the roots, 2 with a timestamp, 3 with a snapshot, 4 whole. */
static siglet_tuf *at(int stage)
{
	siglet_tuf *tuf = begin(SIGLET_TUF_CURRENT);

	tuf_need(siglet_tuf_absent(tuf));
	if (stage >= 2)
		tuf_need(feed(tuf, tuf_timestamp(1, 1, "", TUF_LATER, "d")));
	if (stage >= 3)
		tuf_need(feed(tuf, tuf_snapshot(1, TARGETS_1, TUF_LATER, "e")));
	if (stage >= 4)
		tuf_need(feed(tuf, tuf_targets(1, "", "", TUF_LATER, "f")));
	return tuf;
}

#define REFUSED_AT(stage, file, code, ...)                       \
	do {                                                     \
		siglet_tuf *tuf_ = at(stage);                    \
		OK_ERROR(feed(tuf_, (file)), code, __VA_ARGS__); \
		siglet_tuf_free(tuf_);                           \
	} while (0)

/* ---- the way through ---- */

static void an_update_asks_for_four_files(void)
{
	siglet_tuf *tuf = begin(SIGLET_TUF_CURRENT);
	int64_t expires = 0;

	OK(wants(tuf, "2.root.json"), "first the next root");
	OK_SUCCESS(siglet_tuf_absent(tuf), "there is none");
	OK(wants(tuf, "timestamp.json"), "then the timestamp");
	OK_SUCCESS(feed(tuf, tuf_timestamp(7, 5, "", TUF_LATER, "d")), "which is good");
	OK(wants(tuf, "5.snapshot.json"), "then the snapshot that it names");
	OK_SUCCESS(feed(tuf, tuf_snapshot(5, "\"targets.json\":{\"version\":3}", TUF_LATER, "e")),
		   "which is good");
	OK(wants(tuf, "3.targets.json"), "then the targets that it names");
	OK(!siglet_tuf_is_complete(tuf, &expires), "before it is not complete");
	OK_SUCCESS(feed(tuf, tuf_targets(3, "", "", "2027-01-01T00:00:00Z", "f")),
		   "which are good");
	OK(wants(tuf, NULL), "and nothing more");
	OK(siglet_tuf_is_complete(tuf, &expires) && expires == 1798761600,
	   "the earliest expiry is that of the targets");
	OK(siglet_tuf_version(tuf, SIGLET_TUF_TIMESTAMP) == 7, "the versions are kept");
	OK_ERROR(siglet_tuf_feed(tuf, siglet_slice_str("{}")), SIGLET_E_USAGE,
		 "nothing can be fed any more");
	siglet_tuf_free(tuf);
}

/* ---- what is no metadata ---- */

static void a_web_page_is_no_metadata(void)
{
	static const char *const texts[] = {
		"",
		"<html>busy</html>",
		"[]",
		"{}",
		"{\"signed\":{}}",
		"{\"signatures\":[]}",
		"{\"signed\":[],\"signatures\":[]}",
	};

	for (size_t i = 0; i < SIGLET_COUNT(texts); i++) {
		siglet_tuf *tuf = at(1);

		OK_ERROR(siglet_tuf_feed(tuf, siglet_slice_str(texts[i])), SIGLET_E_MALFORMED,
			 "no metadata: '%s'", texts[i]);
		OK(wants(tuf, "timestamp.json"), "… it is still wanted");
		siglet_tuf_free(tuf);
	}
}

static void the_head_is_checked(void)
{
	REFUSED_AT(1,
		   tuf_seal("d", "{\"_type\":\"snapshot\",\"expires\":\"" TUF_LATER
				 "\",\"meta\":{\"snapshot.json\":{\"version\":1}},"
				 "\"spec_version\":\"1.0\",\"version\":1}"),
		   SIGLET_E_UNTRUSTED, "of another type");
	REFUSED_AT(1,
		   tuf_seal("d", "{\"_type\":\"timestamp\",\"expires\":\"" TUF_LATER
				 "\",\"meta\":{\"snapshot.json\":{\"version\":1}},"
				 "\"spec_version\":\"2.0\",\"version\":1}"),
		   SIGLET_E_UNSUPPORTED, "of another specification");
	REFUSED_AT(1,
		   tuf_seal("d", "{\"_type\":\"timestamp\",\"expires\":\"" TUF_LATER
				 "\",\"meta\":{\"snapshot.json\":{\"version\":1}},"
				 "\"spec_version\":\"1.0\",\"version\":0}"),
		   SIGLET_E_UNTRUSTED, "version 0");
	REFUSED_AT(1,
		   tuf_seal("d", "{\"_type\":\"timestamp\",\"expires\":\"some day\",\"meta\":{"
				 "\"snapshot.json\":{\"version\":1}},"
				 "\"spec_version\":\"1.0\",\"version\":1}"),
		   SIGLET_E_UNTRUSTED, "an expiry that is no time");
}

/* ---- signatures ---- */

static void a_threshold_needs_distinct_keys(void)
{
	static const tuf_signers three = { "abc", "d", "e", "f", 3, TUF_LATER };
	siglet_tuf *tuf = begin(SIGLET_TUF_CURRENT);
	siglet_buf root = tuf_root(2, &TUF_USUAL, "ab"), doubled;
	const char *text = siglet_buf_text(&root);
	const char *first = strstr(text, "{\"keyid\""), *second = strstr(first + 1, "{\"keyid\"");

	OK_ERROR(feed(tuf, tuf_root(2, &TUF_USUAL, "a")), SIGLET_E_UNTRUSTED, "one of two keys");
	OK_ERROR(feed(tuf, tuf_root(2, &TUF_USUAL, "ad")), SIGLET_E_UNTRUSTED,
		 "the second is the key of another role");
	OK_ERROR(feed(tuf, tuf_root(2, &three, "ab")), SIGLET_E_UNTRUSTED,
		 "enough for the old root, not for the new");
	siglet_buf_init(&doubled, 1u << 20);
	tuf_print(&doubled, "{\"signatures\":[%.*s%.*s%s", (int)(second - first), first,
		  (int)(second - first), first, second);
	OK_ERROR(feed(tuf, doubled), SIGLET_E_UNTRUSTED, "two signatures of one id");
	OK_SUCCESS(siglet_tuf_feed(tuf, siglet_buf_slice(&root)), "two of two");
	siglet_buf_clear(&root);
	siglet_tuf_free(tuf);
}

/* "At least none" would be a rule that everything fulfils. */
static void a_threshold_is_at_least_one(void)
{
	static const tuf_signers none = { "abc", "d", "e", "f", 0, TUF_LATER };
	siglet_tuf *tuf = begin(SIGLET_TUF_CURRENT);

	OK_ERROR(feed(tuf, tuf_root(2, &none, "ab")), SIGLET_E_UNTRUSTED, "a threshold of 0");
	siglet_tuf_free(tuf);
}

/* The same key under two ids is one key. */
static void a_key_with_two_ids_counts_once(void)
{
	char saved[65];
	siglet_buf json;
	siglet_tuf *tuf = NULL;
	siglet_buf root;

	memcpy(saved, tuf_keys[1].id, sizeof(saved));
	siglet_buf_init(&json, 4096);
	tuf_print(&json, "%s", siglet_buf_text(&tuf_keys[1].json));
	siglet_signer *signer = tuf_keys[1].signer;

	siglet_buf_truncate(&tuf_keys[1].json, 0);
	tuf_print(&tuf_keys[1].json, "%s", siglet_buf_text(&tuf_keys[0].json));
	tuf_keys[1].signer = tuf_keys[0].signer;
	root = tuf_root(1, &TUF_USUAL, "ab");
	OK_ERROR(siglet_tuf_new(siglet_buf_slice(&root), TUF_NOW, SIGLET_TUF_CURRENT, &tuf),
		 SIGLET_E_UNTRUSTED, "one key under two ids does not make two");
	siglet_buf_clear(&root);
	root = tuf_root(1, &TUF_USUAL, "abc");
	OK_SUCCESS(siglet_tuf_new(siglet_buf_slice(&root), TUF_NOW, SIGLET_TUF_CURRENT, &tuf),
		   "with another it does");
	siglet_tuf_free(tuf);
	siglet_buf_clear(&root);
	tuf_keys[1].signer = signer;
	siglet_buf_truncate(&tuf_keys[1].json, 0);
	tuf_print(&tuf_keys[1].json, "%s", siglet_buf_text(&json));
	siglet_buf_clear(&json);
}

static void what_does_not_count_does_no_harm(void)
{
	static const char *const others[] = {
		"{\"keyid\":\"nobody\",\"sig\":\"00\"}",
		"{\"keyid\":\"02key\",\"sig\":\"\"}",
		"{\"keyid\":\"02key\",\"sig\":\"no hex\"}",
		"{\"keyid\":\"02key\",\"sig\":\"00ff\"}",
	};

	for (size_t i = 0; i < SIGLET_COUNT(others); i++) {
		siglet_tuf *tuf = begin(SIGLET_TUF_CURRENT);
		siglet_buf root = tuf_root(2, &TUF_USUAL, "ab"), more;

		siglet_buf_init(&more, 1u << 20);
		tuf_print(&more, "{\"signatures\":[%s,%s", others[i],
			  siglet_buf_text(&root) + strlen("{\"signatures\":["));
		OK_SUCCESS(feed(tuf, more), "passed over: %s", others[i]);
		siglet_buf_clear(&root);
		siglet_tuf_free(tuf);
	}
}

static void any_change_of_what_is_signed_is_seen(void)
{
	siglet_buf file = tuf_timestamp(1, 1, "", TUF_LATER, "d");
	char *content = strstr((char *)file.ptr, "\"signed\":") + strlen("\"signed\":");
	size_t accepted = 0, tried = 0;

	for (char *c = content; *c != '\0'; c++) {
		siglet_tuf *tuf = at(1);

		*c = (char)(*c ^ 1);
		siglet_err *err = siglet_tuf_feed(tuf, siglet_buf_slice(&file));
		accepted += err == NULL;
		tried++;
		siglet_err_free(err);
		*c = (char)(*c ^ 1);
		siglet_tuf_free(tuf);
	}
	OK(accepted == 0, "none of %zu changes of one bit passes", tried);
	siglet_buf_clear(&file);
}

/* ---- roots ---- */

static void roots_come_one_by_one(void)
{
	static const tuf_signers others = { "ghi", "d", "e", "f", 2, TUF_LATER };
	static const tuf_signers past = { "abc", "d", "e", "f", 2, TUF_PAST };
	siglet_tuf *tuf = begin(SIGLET_TUF_CURRENT);

	OK_ERROR(feed(tuf, tuf_root(1, &TUF_USUAL, "ab")), SIGLET_E_MISMATCH, "the same version");
	OK_ERROR(feed(tuf, tuf_root(3, &TUF_USUAL, "ab")), SIGLET_E_MISMATCH, "a gap");
	OK_ERROR(feed(tuf, tuf_root(2, &others, "gh")), SIGLET_E_UNTRUSTED,
		 "new keys that the old ones do not vouch for");
	OK_ERROR(feed(tuf, tuf_root(2, &others, "ab")), SIGLET_E_UNTRUSTED,
		 "new keys that do not sign for themselves");
	OK_SUCCESS(feed(tuf, tuf_root(2, &others, "abgh")), "signed by old and new");
	OK_ERROR(feed(tuf, tuf_root(3, &others, "ab")), SIGLET_E_UNTRUSTED,
		 "the old keys are of no use any more");
	OK_SUCCESS(feed(tuf, tuf_root(3, &past, "abgh")), "one that has expired already");
	OK_ERROR(siglet_tuf_absent(tuf), SIGLET_E_EXPIRED, "must not be the last");
	OK(wants(tuf, "4.root.json"), "the next one is still wanted");
	OK_SUCCESS(feed(tuf, tuf_root(4, &TUF_USUAL, "ab")), "a next one");
	OK_SUCCESS(siglet_tuf_absent(tuf), "may be");
	OK(siglet_tuf_version(tuf, SIGLET_TUF_ROOT) == 4, "at version 4");
	siglet_tuf_free(tuf);
}

static void there_is_an_end_to_roots(void)
{
	siglet_tuf *tuf = begin(SIGLET_TUF_CURRENT);
	int version = 2;
	siglet_err *err = NULL;

	while (err == NULL && version < 1000)
		err = feed(tuf, tuf_root(version++, &TUF_USUAL, "ab"));
	OK(version == SIGLET_TUF_MAX_ROTATIONS + 3 && err != NULL &&
		   siglet_err_code(err) == SIGLET_E_LIMIT,
	   "%d roots, and no more", SIGLET_TUF_MAX_ROTATIONS);
	siglet_err_free(err);
	siglet_tuf_free(tuf);
}

static void kept_roots_do_not_count(void)
{
	siglet_tuf *tuf = begin(SIGLET_TUF_CURRENT);
	siglet_err *err = NULL;

	for (int version = 2; err == NULL && version < SIGLET_TUF_MAX_ROTATIONS + 10; version++) {
		siglet_buf root = tuf_root(version, &TUF_USUAL, "ab");

		err = siglet_tuf_feed_known(tuf, siglet_buf_slice(&root));
		siglet_buf_clear(&root);
	}
	OK_SUCCESS(err, "roots that were kept are not counted");
	siglet_tuf_free(tuf);
}

static void a_root_has_all_roles(void)
{
	siglet_buf root = tuf_root(1, &TUF_USUAL, "ab");
	siglet_tuf *tuf = NULL;

	OK_ERROR(siglet_tuf_new(siglet_slice_str("{}"), TUF_NOW, SIGLET_TUF_CURRENT, &tuf),
		 SIGLET_E_MALFORMED, "no root at all");
	siglet_buf_clear(&root);
	root = tuf_seal("ab",
			"{\"_type\":\"root\",\"consistent_snapshot\":true,\"expires\":\"%s\","
			"\"keys\":{\"00key\":%s,\"01key\":%s},\"roles\":{\"root\":{\"keyids\":["
			"\"00key\",\"01key\"],\"threshold\":2}},\"spec_version\":\"1.0\","
			"\"version\":1}",
			TUF_LATER, siglet_buf_text(&tuf_keys[0].json),
			siglet_buf_text(&tuf_keys[1].json));
	OK_ERROR(siglet_tuf_new(siglet_buf_slice(&root), TUF_NOW, SIGLET_TUF_CURRENT, &tuf),
		 SIGLET_E_UNTRUSTED, "well signed, but without the other roles");
	siglet_buf_clear(&root);
}

/* ---- timestamp ---- */

static void timestamps_are_checked(void)
{
	REFUSED_AT(1, tuf_timestamp(1, 1, "", TUF_LATER, "e"), SIGLET_E_UNTRUSTED,
		   "a timestamp by the snapshot's key");
	REFUSED_AT(1, tuf_timestamp(1, 1, "", TUF_PAST, "d"), SIGLET_E_EXPIRED, "expired");
	REFUSED_AT(1, tuf_timestamp(1, 0, "", TUF_LATER, "d"), SIGLET_E_UNTRUSTED,
		   "of snapshot version 0");
	REFUSED_AT(1,
		   tuf_seal("d", "{\"_type\":\"timestamp\",\"expires\":\"" TUF_LATER
				 "\",\"meta\":{\"other.json\":{\"version\":1},\"snapshot.json\":{"
				 "\"version\":1}},\"spec_version\":\"1.0\",\"version\":1}"),
		   SIGLET_E_UNTRUSTED, "that names more than the snapshot");
	REFUSED_AT(1,
		   tuf_seal("d", "{\"_type\":\"timestamp\",\"expires\":\"" TUF_LATER
				 "\",\"meta\":{},\"spec_version\":\"1.0\",\"version\":1}"),
		   SIGLET_E_UNTRUSTED, "that names none");
	REFUSED_AT(1, tuf_timestamp(1, 1, ",\"hashes\":{\"md5\":\"00\"}", TUF_LATER, "d"),
		   SIGLET_E_UNTRUSTED, "that announces by a hash that nobody knows");
	siglet_tuf *tuf = at(1);
	OK_ERROR(siglet_tuf_absent(tuf), SIGLET_E_MISSING, "there must be one");
	siglet_tuf_free(tuf);
}

static void expiry_is_at_the_very_moment(void)
{
	siglet_tuf *tuf = at(1);

	OK_ERROR(feed(tuf, tuf_timestamp(1, 1, "", siglet_time_format(TUF_NOW).text, "d")),
		 SIGLET_E_EXPIRED, "expired at the moment that it names");
	OK_SUCCESS(feed(tuf, tuf_timestamp(1, 1, "", siglet_time_format(TUF_NOW + 1).text, "d")),
		   "not a second before");
	siglet_tuf_free(tuf);
}

/* ---- snapshot ---- */

static siglet_tuf *announced(const char *meta)
{
	siglet_tuf *tuf = at(1);

	tuf_need(feed(tuf, tuf_timestamp(1, 1, meta, TUF_LATER, "d")));
	return tuf;
}

static void snapshots_are_checked(void)
{
	siglet_buf good = tuf_snapshot(1, TARGETS_1, TUF_LATER, "e");
	char meta[256], hash[65];
	siglet_tuf_request request;
	siglet_tuf *tuf;

	REFUSED_AT(2, tuf_snapshot(1, TARGETS_1, TUF_LATER, "d"), SIGLET_E_UNTRUSTED,
		   "a snapshot by the timestamp's key");
	REFUSED_AT(2, tuf_snapshot(2, TARGETS_1, TUF_LATER, "e"), SIGLET_E_MISMATCH,
		   "of another version");
	REFUSED_AT(2, tuf_snapshot(1, TARGETS_1, TUF_PAST, "e"), SIGLET_E_EXPIRED, "expired");
	tuf_hash(siglet_buf_slice(&good), hash);
	(void)snprintf(meta, sizeof(meta), ",\"length\":%zu,\"hashes\":{\"sha256\":\"%s\"}",
		       good.len, hash);
	tuf = announced(meta);
	tuf_need(siglet_tuf_next(tuf, &request));
	OK(request.max_bytes == good.len, "no more is asked for than was announced");
	OK_ERROR(feed(tuf, tuf_snapshot(1, TARGETS_1 " ", TUF_LATER, "e")), SIGLET_E_MISMATCH,
		 "of another length");
	OK_ERROR(feed(tuf, tuf_snapshot(1, "\"targets.json\":{\"version\":2}", TUF_LATER, "e")),
		 SIGLET_E_MISMATCH, "of another hash");
	OK_SUCCESS(siglet_tuf_feed(tuf, siglet_buf_slice(&good)), "of these");
	siglet_tuf_free(tuf);
	siglet_buf_clear(&good);
}

/* ---- targets ---- */

static void targets_are_checked(void)
{
	REFUSED_AT(3, tuf_targets(1, "", "", TUF_LATER, "e"), SIGLET_E_UNTRUSTED,
		   "targets by the snapshot's key");
	REFUSED_AT(3, tuf_targets(2, "", "", TUF_LATER, "f"), SIGLET_E_MISMATCH,
		   "of another version");
	REFUSED_AT(3, tuf_targets(1, "", "", TUF_PAST, "f"), SIGLET_E_EXPIRED, "expired");
	REFUSED_AT(3, tuf_targets(1, "", "\"a\":{\"length\":1}", TUF_LATER, "f"),
		   SIGLET_E_UNTRUSTED, "a target without a hash");
	REFUSED_AT(3,
		   tuf_targets(1, "", "\"a\":{\"hashes\":{\"sha256\":\"00\"},\"length\":1}",
			       TUF_LATER, "f"),
		   SIGLET_E_UNTRUSTED, "a hash that is none");
	REFUSED_AT(3,
		   tuf_targets(1, "", "\"a\":{\"hashes\":{\"md5\":\"00\"},\"length\":1}", TUF_LATER,
			       "f"),
		   SIGLET_E_UNTRUSTED, "a hash that nobody knows");
	siglet_tuf *tuf = at(2);
	OK_SUCCESS(feed(tuf, tuf_snapshot(1, "\"targets.json\":{\"length\":5,\"version\":1}",
					  TUF_LATER, "e")),
		   "targets that are announced with a length");
	OK_ERROR(feed(tuf, tuf_targets(1, "", "", TUF_LATER, "f")), SIGLET_E_MISMATCH,
		 "must have it");
	siglet_tuf_free(tuf);
	tuf = at(2);
	OK_SUCCESS(feed(tuf, tuf_snapshot(1, "\"other.json\":{\"version\":1}", TUF_LATER, "e")),
		   "a snapshot without targets");
	OK_ERROR(feed(tuf, tuf_targets(1, "", "", TUF_LATER, "f")), SIGLET_E_MISSING,
		 "leads to none");
	siglet_tuf_free(tuf);
}

/* ---- what was seen before ---- */

/* Recalls timestamp 5 of snapshot 5, which lists targets 5; then lets root 2 come, or not. */
static siglet_tuf *recalled(const tuf_signers *next, const char *by)
{
	siglet_buf timestamp = tuf_timestamp(5, 5, "", TUF_LATER, "d");
	siglet_buf snapshot =
		tuf_snapshot(5, "\"role.json\":{\"version\":5},\"targets.json\":{\"version\":5}",
			     TUF_LATER, "e");
	siglet_buf targets = tuf_targets(5, "", "", TUF_LATER, "f");
	siglet_tuf *tuf = begin(SIGLET_TUF_CURRENT);

	tuf_need(siglet_tuf_recall(tuf, siglet_buf_slice(&timestamp), siglet_buf_slice(&snapshot),
				   siglet_buf_slice(&targets)));
	if (next != NULL)
		tuf_need(feed(tuf, tuf_root(2, next, by)));
	tuf_need(siglet_tuf_absent(tuf));
	siglet_buf_clear(&timestamp);
	siglet_buf_clear(&snapshot);
	siglet_buf_clear(&targets);
	return tuf;
}

static void nothing_goes_back(void)
{
	siglet_tuf *tuf = recalled(NULL, NULL);

	OK_ERROR(feed(tuf, tuf_timestamp(4, 5, "", TUF_LATER, "d")), SIGLET_E_RANGE,
		 "an older timestamp");
	OK_ERROR(feed(tuf, tuf_timestamp(6, 4, "", TUF_LATER, "d")), SIGLET_E_RANGE,
		 "a newer one of an older snapshot");
	OK_SUCCESS(feed(tuf, tuf_timestamp(6, 6, "", TUF_LATER, "d")), "a newer one of a newer");
	OK_ERROR(feed(tuf, tuf_snapshot(6,
					"\"role.json\":{\"version\":5},"
					"\"targets.json\":{\"version\":4}",
					TUF_LATER, "e")),
		 SIGLET_E_RANGE, "older targets");
	OK_ERROR(feed(tuf, tuf_snapshot(6, "\"targets.json\":{\"version\":5}", TUF_LATER, "e")),
		 SIGLET_E_RANGE, "a role that is gone");
	OK_SUCCESS(feed(tuf, tuf_snapshot(6,
					  "\"role.json\":{\"version\":5},"
					  "\"targets.json\":{\"version\":5}",
					  TUF_LATER, "e")),
		   "the same ones");
	OK(siglet_tuf_version(tuf, SIGLET_TUF_TARGETS) == 5, "are not fetched again");
	siglet_tuf_free(tuf);
}

static void the_same_timestamp_changes_nothing(void)
{
	siglet_tuf *tuf = recalled(NULL, NULL);

	OK_SUCCESS(feed(tuf, tuf_timestamp(5, 9, "", TUF_LATER, "d")),
		   "the same version with other content");
	OK(wants(tuf, NULL) && siglet_tuf_version(tuf, SIGLET_TUF_SNAPSHOT) == 5,
	   "is not used: what was known stays");
	siglet_tuf_free(tuf);
}

static void new_keys_undo_a_fast_forward(void)
{
	static const tuf_signers timestamp = { "abc", "g", "e", "f", 2, TUF_LATER };
	static const tuf_signers snapshot = { "abc", "d", "h", "f", 2, TUF_LATER };
	static const tuf_signers targets = { "abc", "d", "e", "i", 2, TUF_LATER };
	siglet_tuf *tuf = recalled(&timestamp, "ab");

	OK_SUCCESS(feed(tuf, tuf_timestamp(1, 1, "", TUF_LATER, "g")), "a new timestamp key");
	OK_SUCCESS(feed(tuf, tuf_snapshot(1, TARGETS_1, TUF_LATER, "e")), "frees the snapshot too");
	siglet_tuf_free(tuf);
	tuf = recalled(&snapshot, "ab");
	OK_SUCCESS(feed(tuf, tuf_timestamp(1, 1, "", TUF_LATER, "d")), "so does a snapshot key");
	siglet_tuf_free(tuf);
	tuf = recalled(&targets, "ab");
	OK_ERROR(feed(tuf, tuf_timestamp(1, 1, "", TUF_LATER, "d")), SIGLET_E_RANGE,
		 "other new keys do not");
	siglet_tuf_free(tuf);
}

static void what_does_not_verify_is_not_recalled(void)
{
	siglet_buf forged = tuf_timestamp(9, 9, "", TUF_LATER, "e");
	siglet_tuf *tuf = begin(SIGLET_TUF_CURRENT);

	OK_SUCCESS(siglet_tuf_recall(tuf, siglet_buf_slice(&forged), siglet_slice_str("rubbish"),
				     SIGLET_SLICE_NONE),
		   "a forged memory");
	OK_SUCCESS(siglet_tuf_absent(tuf), "is no error");
	OK_SUCCESS(feed(tuf, tuf_timestamp(1, 1, "", TUF_LATER, "d")), "and blocks nothing");
	siglet_buf_clear(&forged);
	siglet_tuf_free(tuf);
}

/* ---- any age ---- */

static void what_was_kept_may_be_old(void)
{
	static const tuf_signers past = { "abc", "d", "e", "f", 2, TUF_PAST };
	siglet_tuf *tuf = begin(SIGLET_TUF_ANY_AGE);
	int64_t expires = 0;

	OK_SUCCESS(feed(tuf, tuf_root(2, &past, "ab")), "an old root");
	OK_SUCCESS(siglet_tuf_absent(tuf), "may be the last");
	OK_SUCCESS(feed(tuf, tuf_timestamp(1, 1, "", TUF_PAST, "d")), "an old timestamp");
	OK_SUCCESS(feed(tuf, tuf_snapshot(1, TARGETS_1, TUF_PAST, "e")), "an old snapshot");
	OK_SUCCESS(feed(tuf, tuf_targets(1, "", "", TUF_PAST, "f")), "old targets");
	OK(siglet_tuf_is_complete(tuf, &expires) && expires < TUF_NOW, "and it is told");
	siglet_tuf_free(tuf);
	tuf = begin(SIGLET_TUF_ANY_AGE);
	OK_SUCCESS(siglet_tuf_absent(tuf), "but at any age");
	OK_ERROR(feed(tuf, tuf_timestamp(1, 1, "", TUF_PAST, "e")), SIGLET_E_UNTRUSTED,
		 "signatures count");
	siglet_tuf_free(tuf);
}

int main(void)
{
	tuf_keys_make();
	an_update_asks_for_four_files();
	a_web_page_is_no_metadata();
	the_head_is_checked();
	a_threshold_needs_distinct_keys();
	a_threshold_is_at_least_one();
	a_key_with_two_ids_counts_once();
	what_does_not_count_does_no_harm();
	any_change_of_what_is_signed_is_seen();
	roots_come_one_by_one();
	there_is_an_end_to_roots();
	kept_roots_do_not_count();
	a_root_has_all_roles();
	timestamps_are_checked();
	expiry_is_at_the_very_moment();
	snapshots_are_checked();
	targets_are_checked();
	nothing_goes_back();
	the_same_timestamp_changes_nothing();
	new_keys_undo_a_fast_forward();
	what_does_not_verify_is_not_recalled();
	what_was_kept_may_be_old();
	tuf_keys_free();
	return tap_done();
}
