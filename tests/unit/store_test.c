#include <sys/stat.h>
#include <unistd.h>

#include "store/store.h"
#include "sys/sys.h"

#include "../lib/tuf_maker.h"
#include "sys_scratch.h"

/*
 * Freshness, the cache and packs, at times of the test's choosing, before a repository that lives in
 * memory.
 */

#define DAY 86400
#define SOON 7 /* days that a timestamp lives */

/* ---- a repository ---- */

#define MAX_FILES 32

static struct {
	struct {
		char path[128];
		siglet_buf bytes;
	} files[MAX_FILES];
	size_t count;
	unsigned asked;
	char last[128];
	bool is_down;			     /* nobody answers */
	void (*meanwhile)(const char *path); /* what happens before a request is answered */
} repository;

static void publish(const char *path, siglet_buf bytes)
{
	for (size_t i = 0; i < repository.count; i++) {
		if (strcmp(repository.files[i].path, path) != 0)
			continue;
		siglet_buf_clear(&repository.files[i].bytes);
		repository.files[i].bytes = bytes;
		return;
	}
	(void)snprintf(repository.files[repository.count].path, 128, "%s", path);
	repository.files[repository.count++].bytes = bytes;
}

static void publish_text(const char *path, const char *text)
{
	siglet_buf bytes;

	siglet_buf_init(&bytes, 1u << 20);
	tuf_print(&bytes, "%s", text);
	publish(path, bytes);
}

static siglet_err *fetch(void *context, const siglet_store_file *file, bool *ret_found,
			 siglet_buf *ret_bytes)
{
	const char *path = file->url + strlen("repo:/");

	(void)context;
	repository.asked++;
	(void)snprintf(repository.last, sizeof(repository.last), "%s", path);
	*ret_found = false;
	if (repository.meanwhile != NULL)
		repository.meanwhile(path);
	if (repository.is_down)
		return siglet_err_new(SIGLET_E_NETWORK, "no route to host");
	for (size_t i = 0; i < repository.count; i++) {
		if (strcmp(repository.files[i].path, path) != 0)
			continue;
		*ret_found = true;
		return siglet_buf_append(ret_bytes, siglet_buf_slice(&repository.files[i].bytes));
	}
	return NULL;
}

/* Version `version` of everything but the root, signed at time now_s, whose root says content. */
static void publish_version(int version, int64_t now_s, const char *content)
{
	char hash[65], path[128], meta[256];
	siglet_buf targets, snapshot;

	tuf_hash(siglet_slice_str(content), hash);
	(void)snprintf(path, sizeof(path), "targets/%s.trusted_root.json", hash);
	publish_text(path, content);
	(void)snprintf(meta, sizeof(meta),
		       "\"trusted_root.json\":{\"hashes\":{\"sha256\":\"%s\"},\"length\":%zu}",
		       hash, strlen(content));
	targets = tuf_targets(version, "", meta, TUF_LATER, "f");
	(void)snprintf(path, sizeof(path), "%d.targets.json", version);
	publish(path, targets);
	(void)snprintf(meta, sizeof(meta), "\"targets.json\":{\"version\":%d}", version);
	snapshot = tuf_snapshot(version, meta, TUF_LATER, "e");
	(void)snprintf(path, sizeof(path), "%d.snapshot.json", version);
	publish(path, snapshot);
	publish("timestamp.json", tuf_timestamp(version, version, "",
						siglet_time_format(now_s + SOON * DAY).text, "d"));
}

static void forget_repository(void)
{
	for (size_t i = 0; i < repository.count; i++)
		siglet_buf_clear(&repository.files[i].bytes);
	memset(&repository, 0, sizeof(repository));
}

/* ---- a client ---- */

static char folder[512];
static siglet_buf anchor;
static siglet_instance instance;
static siglet_store_material material;

static siglet_store_question question(int64_t now_s)
{
	return (siglet_store_question) {
		.instance = &instance, .folder = folder, .now_s = now_s, .fetch = fetch
	};
}

static void start(void)
{
	forget_repository();
	publish_version(1, TUF_NOW, "one");
	instance = (siglet_instance) { .name = "test",
				       .metadata_url = "repo:/",
				       .targets_url = "repo:/targets/",
				       .anchor = siglet_buf_slice(&anchor) };
	siglet_store_material_clear(&material);
	(void)unlink(in_scratch("cache/test.json"));
}

static siglet_err *ask(int64_t now_s)
{
	const siglet_store_question q = question(now_s);

	repository.asked = 0;
	return siglet_store_current(&q, &material);
}

static siglet_err *ask_offline(int64_t now_s)
{
	siglet_store_question q = question(now_s);

	q.fetch = NULL;
	return siglet_store_current(&q, &material);
}

static siglet_err *ask_to_sign(int64_t now_s)
{
	siglet_store_question q = question(now_s);

	q.for_signing = true;
	return siglet_store_current(&q, &material);
}

static bool says(const char *content, siglet_store_origin origin)
{
	if (siglet_slice_is(siglet_buf_slice(&material.root), content) && material.origin == origin)
		return true;
	printf("# %s, origin %d\n", siglet_buf_text(&material.root), (int)material.origin);
	return false;
}

/* ---- freshness ---- */

static void what_is_fresh_is_not_asked_for(void)
{
	start();
	OK_SUCCESS(ask(TUF_NOW), "the first time");
	OK(says("one", SIGLET_STORE_FETCHED) && repository.asked == 5, "five files are fetched");
	OK_SUCCESS(ask(TUF_NOW + DAY - 1), "within a day");
	OK(says("one", SIGLET_STORE_KEPT) && repository.asked == 0, "nobody is asked");
	publish_version(2, TUF_NOW + DAY, "two");
	OK_SUCCESS(ask(TUF_NOW + DAY), "a day later");
	OK(says("two", SIGLET_STORE_FETCHED) && repository.asked == 5, "news come");
	OK_SUCCESS(ask(TUF_NOW + 2 * DAY), "another day later, without news");
	OK(says("two", SIGLET_STORE_FETCHED) && repository.asked == 2,
	   "next root and timestamp are asked for, nothing else");
	OK_SUCCESS(ask(TUF_NOW + DAY), "before the last refresh, by a clock that was set back");
	OK(repository.asked == 2, "they are asked for");
}

static void expiry_asks_before_the_day_is_over(void)
{
	start();
	publish("timestamp.json",
		tuf_timestamp(1, 1, "", siglet_time_format(TUF_NOW + 60).text, "d"));
	OK_SUCCESS(ask(TUF_NOW), "a timestamp that lives for a minute");
	publish_version(2, TUF_NOW + 60, "two");
	OK_SUCCESS(ask(TUF_NOW + 59), "within it");
	OK(says("one", SIGLET_STORE_KEPT), "nobody is asked");
	OK_SUCCESS(ask(TUF_NOW + 60), "after it");
	OK(says("two", SIGLET_STORE_FETCHED), "somebody is");
}

static void unreachable_falls_back_for_thirty_days(void)
{
	const int64_t expires = TUF_NOW + SOON * DAY;

	start();
	tuf_need(ask(TUF_NOW));
	repository.is_down = true;
	OK_SUCCESS(ask(expires + 30 * DAY - 1), "nobody answers, until 30 days after the expiry");
	OK(says("one", SIGLET_STORE_KEPT) && material.warning != NULL, "the last good one serves");
	OK(material.warning != NULL &&
		   strstr(siglet_err_message(material.warning), "no route to host") != NULL,
	   "with a warning that says why");
	OK_ERROR(ask(expires + 30 * DAY), SIGLET_E_TRUST, "then it does not");
	OK_SUCCESS(ask_offline(expires + 3000 * DAY), "offline it does, at any age");
	OK(says("one", SIGLET_STORE_KEPT) && material.warning == NULL, "without a warning");
	repository.is_down = false;
	publish_text("timestamp.json", "<html>log in to this hotel</html>");
	OK_SUCCESS(ask(expires), "a page of some portal is no answer either");
	OK(says("one", SIGLET_STORE_KEPT) && material.warning != NULL, "and is warned of");
	OK_SUCCESS(ask_to_sign(expires - 1), "signing goes on while nothing has expired");
	OK_ERROR(ask_to_sign(expires), SIGLET_E_TRUST, "and no longer");
	siglet_store_question q = question(expires);
	q.fetch = NULL;
	q.for_signing = true;
	OK_ERROR(siglet_store_current(&q, &material), SIGLET_E_TRUST, "offline neither");
}

static void max_stale_has_the_last_word(void)
{
	const int64_t expires = TUF_NOW + SOON * DAY;
	siglet_store_question q;

	start();
	tuf_need(ask(TUF_NOW));
	q = question(expires + 10 * DAY);
	q.fetch = NULL;
	q.has_max_stale = true;
	q.max_stale_days = 10;
	OK_SUCCESS(siglet_store_current(&q, &material), "as many days as may be");
	q.now_s++;
	OK_ERROR(siglet_store_current(&q, &material), SIGLET_E_TRUST, "a second more");
	q.fetch = fetch;
	q.max_stale_days = 60;
	q.now_s = expires + 40 * DAY;
	repository.is_down = true;
	OK_SUCCESS(siglet_store_current(&q, &material), "it can also be more than 30");
}

static void a_broken_rule_is_no_accident(void)
{
	start();
	tuf_need(ask(TUF_NOW));
	publish("timestamp.json", tuf_timestamp(2, 1, "", TUF_LATER, "e"));
	OK_ERROR(ask(TUF_NOW + DAY), SIGLET_E_TRUST, "a timestamp by another's key");
	publish("timestamp.json", tuf_timestamp(2, 1, "", TUF_PAST, "d"));
	OK_ERROR(ask(TUF_NOW + DAY), SIGLET_E_TRUST, "one that has expired");
	publish_version(1, TUF_NOW, "one");
	tuf_need(ask(TUF_NOW + DAY));
	publish_version(2, TUF_NOW, "two");
	for (size_t i = 0; i < repository.count; i++)
		if (siglet_slice_is(siglet_buf_slice(&repository.files[i].bytes), "two"))
			repository.files[i].bytes.ptr[0] = 'T';
	OK_ERROR(ask(TUF_NOW + 2 * DAY), SIGLET_E_TRUST, "a file that is not the one announced");
	OK_SUCCESS(ask_offline(TUF_NOW + 2 * DAY), "offline");
	OK(says("one", SIGLET_STORE_KEPT), "the last good one is still there");
}

/* What was seen of an update that broke off counts, though it is not used. */
static void half_an_update_is_remembered(void)
{
	start();
	tuf_need(ask(TUF_NOW));
	publish_version(5, TUF_NOW, "five");
	publish_text("5.targets.json", "gone");
	OK_SUCCESS(ask(TUF_NOW + DAY), "an update that ends half way");
	OK(says("one", SIGLET_STORE_KEPT) && material.warning != NULL, "leaves what was");
	publish_version(4, TUF_NOW, "four");
	OK_ERROR(ask(TUF_NOW + DAY), SIGLET_E_TRUST, "nobody gets back behind it");
	publish_version(5, TUF_NOW, "five");
	OK_SUCCESS(ask(TUF_NOW + DAY), "a whole one");
	OK(says("five", SIGLET_STORE_FETCHED), "is used");
}

static siglet_err *reads_one_alone(siglet_slice json)
{
	return siglet_slice_is(json, "one") ? NULL
					    : siglet_err_new(SIGLET_E_UNSUPPORTED, "a media type");
}

static void what_cant_be_read_displaces_nothing(void)
{
	siglet_store_question q = question(TUF_NOW);

	start();
	q.check_root = reads_one_alone;
	OK_SUCCESS(siglet_store_current(&q, &material), "a root that this build reads");
	publish_version(2, TUF_NOW + DAY, "two");
	q.now_s = TUF_NOW + DAY;
	OK_SUCCESS(siglet_store_current(&q, &material), "then one that it does not");
	OK(says("one", SIGLET_STORE_KEPT) && material.warning != NULL &&
		   strstr(siglet_err_message(material.warning), "too old") != NULL,
	   "the first one serves on, with a warning");
	OK_SUCCESS(ask_offline(TUF_NOW + DAY), "offline");
	OK(says("one", SIGLET_STORE_KEPT), "it is still there");
}

/* ---- roots ---- */

static void roots_are_kept_and_walked_again(void)
{
	static const tuf_signers next = { "ghi", "j", "e", "f", 2, TUF_LATER };

	start();
	tuf_need(ask(TUF_NOW));
	publish("2.root.json", tuf_root(2, &next, "abgh"));
	publish("timestamp.json",
		tuf_timestamp(1, 1, "", siglet_time_format(TUF_NOW + 9 * DAY).text, "j"));
	OK_SUCCESS(ask(TUF_NOW + DAY), "another timestamp key");
	OK(material.versions[SIGLET_TUF_ROOT] == 2, "by root 2");
	OK_SUCCESS(ask_offline(TUF_NOW + DAY), "offline");
	OK(says("one", SIGLET_STORE_KEPT) && material.versions[SIGLET_TUF_ROOT] == 2,
	   "root 2 is verified again");
	OK_SUCCESS(ask(TUF_NOW + 2 * DAY), "next time");
	OK(repository.asked == 2, "it is not fetched again");
}

static void rotate_targets(const char *path)
{
	static const tuf_signers next = { "abc", "d", "e", "k", 2, TUF_LATER };
	char hash[65], meta[256];

	if (strcmp(path, "2.targets.json") != 0)
		return;
	repository.meanwhile = NULL;
	publish("2.root.json", tuf_root(2, &next, "ab"));
	tuf_hash(siglet_slice_str("two"), hash);
	(void)snprintf(meta, sizeof(meta),
		       "\"trusted_root.json\":{\"hashes\":{\"sha256\":\"%s\"},\"length\":3}", hash);
	publish("2.targets.json", tuf_targets(2, "", meta, TUF_LATER, "k"));
}

static void a_rotation_in_the_middle_is_no_attack(void)
{
	start();
	publish_version(2, TUF_NOW, "two");
	repository.meanwhile = rotate_targets;
	OK_SUCCESS(ask(TUF_NOW), "the targets' key is another, half way through");
	OK(says("two", SIGLET_STORE_FETCHED) && material.versions[SIGLET_TUF_ROOT] == 2,
	   "the update begins again, with the new root");
}

/* ---- what was shipped ---- */

static void what_is_shipped_serves_until_there_is_news(void)
{
	start();
	instance.root = siglet_slice_str("shipped");
	instance.shipped_s = TUF_NOW;
	instance.anchor_expires_s = TUF_NOW + 100 * DAY;
	repository.is_down = true;
	OK_SUCCESS(ask(TUF_NOW + 130 * DAY - 1), "nobody answers");
	OK(says("shipped", SIGLET_STORE_SHIPPED) && material.warning != NULL,
	   "what is shipped serves");
	OK_ERROR(ask(TUF_NOW + 130 * DAY), SIGLET_E_TRUST, "for 30 days past its root");
	OK_SUCCESS(ask_offline(TUF_NOW + 9999 * DAY), "offline at any age");
	OK_ERROR(ask_to_sign(TUF_NOW + 100 * DAY), SIGLET_E_TRUST, "but not to sign");
	repository.is_down = false;
	OK_SUCCESS(ask(TUF_NOW), "when somebody does");
	OK(says("one", SIGLET_STORE_FETCHED), "it is fetched");
	instance.shipped_s = TUF_NOW + SOON * DAY + 1;
	OK_SUCCESS(ask_offline(TUF_NOW + 20 * DAY), "a newer siglet");
	OK(says("shipped", SIGLET_STORE_SHIPPED), "ships newer than what was kept");
}

static void without_anything_there_is_no_trust(void)
{
	start();
	OK_ERROR(ask_offline(TUF_NOW), SIGLET_E_TRUST, "a private instance that was never fetched");
	repository.is_down = true;
	OK_ERROR(ask(TUF_NOW), SIGLET_E_TRUST, "nor can be");
}

/* ---- the cache ---- */

static void write_cache(const char *text)
{
	tuf_need(siglet_sys_make_folder(in_scratch("cache")));
	tuf_need(siglet_sys_write_kept(in_scratch("cache/test.json"), siglet_slice_str(text)));
}

static void a_spoilt_cache_is_fetched_anew(void)
{
	static const char *const texts[] = {
		"",
		"{}",
		"rubbish",
		"{\"mediaType\":\"application/vnd.siglet.trust-pack.v9+json\"}",
	};

	for (size_t i = 0; i < SIGLET_COUNT(texts); i++) {
		start();
		write_cache(texts[i]);
		OK_SUCCESS(ask(TUF_NOW), "a cache of '%s'", texts[i]);
		OK(says("one", SIGLET_STORE_FETCHED), "is fetched anew");
	}
}

/* Each byte of the cache changed by itself: never other trust, at worst none. */
static void no_change_of_the_cache_changes_trust(void)
{
	siglet_buf json;
	size_t wrong = 0, used = 0, tried = 0;

	start();
	tuf_need(ask(TUF_NOW));
	siglet_buf_init(&json, 1u << 20);
	tuf_need(siglet_sys_read_kept(in_scratch("cache/test.json"), &json));
	for (size_t i = 0; i < json.len; i += 7) {
		json.ptr[i] ^= 1;
		tuf_need(siglet_sys_write_kept(in_scratch("cache/test.json"),
					       siglet_buf_slice(&json)));
		json.ptr[i] ^= 1;
		siglet_err *err = ask_offline(TUF_NOW);
		tried++;
		used += err == NULL;
		wrong += err == NULL && !siglet_slice_is(siglet_buf_slice(&material.root), "one");
		siglet_err_free(err);
	}
	OK(wrong == 0, "of %zu changes %zu matter not, and none makes other trust", tried, used);
	siglet_buf_clear(&json);
}

static void links_in_the_way_are_refused(void)
{
	start();
	tuf_need(ask(TUF_NOW));
	tuf_need(siglet_sys_write_kept(in_scratch("elsewhere"), siglet_slice_str("precious")));
	(void)unlink(in_scratch("cache/test.json"));
	OK(symlink("../elsewhere", in_scratch("cache/test.json")) == 0, "a link for a cache");
	OK_SUCCESS(ask(TUF_NOW), "does not stop an update");
	siglet_buf text;
	siglet_buf_init(&text, 1024);
	tuf_need(siglet_sys_read_kept(in_scratch("elsewhere"), &text));
	OK(siglet_slice_is(siglet_buf_slice(&text), "precious"), "and is not written through");
	siglet_buf_clear(&text);
	(void)unlink(in_scratch("cache/test.json"));
}

static void files_are_private(void)
{
	struct stat info;

	start();
	tuf_need(ask(TUF_NOW));
	OK(stat(in_scratch("cache/test.json"), &info) == 0 && (info.st_mode & 0777) == 0600,
	   "the file is its owner's");
	OK(stat(in_scratch("cache"), &info) == 0 && (info.st_mode & 0777) == 0700,
	   "so is the folder");
}

static void without_a_folder_it_works_too(void)
{
	siglet_store_question q;

	start();
	q = question(TUF_NOW);
	q.folder = NULL;
	OK_SUCCESS(siglet_store_current(&q, &material), "nowhere to keep it");
	OK(says("one", SIGLET_STORE_FETCHED), "it is fetched");
	q.folder = "/proc/nowhere";
	OK_SUCCESS(siglet_store_current(&q, &material), "a folder that can't be made");
	OK(says("one", SIGLET_STORE_FETCHED), "neither stops it");
}

/* ---- packs ---- */

static siglet_pack *kept_pack(void)
{
	const siglet_store_question q = question(TUF_NOW);
	siglet_pack *pack = NULL;

	tuf_need(siglet_store_read_pack(&q, &pack));
	return pack;
}

static void a_pack_is_imported_as_an_update(void)
{
	siglet_store_question q = question(TUF_NOW + 100 * DAY);
	siglet_pack *first, *second;

	start();
	tuf_need(ask(TUF_NOW));
	first = kept_pack();
	publish_version(2, TUF_NOW + DAY, "two");
	tuf_need(ask(TUF_NOW + DAY));
	second = kept_pack();
	(void)unlink(in_scratch("cache/test.json"));
	OK_SUCCESS(siglet_store_import(&q, first, &material), "long after it expired");
	OK(says("one", SIGLET_STORE_KEPT) && material.refreshed_s == TUF_NOW,
	   "it is taken, with its age");
	OK_SUCCESS(siglet_store_import(&q, second, &material), "a newer one");
	OK(says("two", SIGLET_STORE_KEPT), "replaces it");
	OK_ERROR(siglet_store_import(&q, first, &material), SIGLET_E_TRUST,
		 "an older one does not");
	OK_SUCCESS(ask_offline(TUF_NOW + 100 * DAY), "offline");
	OK(says("two", SIGLET_STORE_KEPT), "the newer one serves");
	tuf_need(siglet_pack_put(second, SIGLET_PACK_TARGETS, "trusted_root.json",
				 siglet_slice_str("TWO")));
	(void)unlink(in_scratch("cache/test.json"));
	OK_ERROR(siglet_store_import(&q, second, &material), SIGLET_E_TRUST,
		 "one that was changed on the way is refused");
	siglet_pack_free(first);
	siglet_pack_free(second);
}

static void an_import_displaces_nothing_good(void)
{
	siglet_store_question q = question(TUF_NOW);
	siglet_pack *second;

	start();
	publish_version(2, TUF_NOW, "two");
	tuf_need(ask(TUF_NOW));
	second = kept_pack();
	(void)unlink(in_scratch("cache/test.json"));
	publish_version(1, TUF_NOW, "one");
	tuf_need(ask(TUF_NOW));
	q.check_root = reads_one_alone;
	OK_ERROR(siglet_store_import(&q, second, &material), SIGLET_E_TRUST,
		 "a pack whose root this build can't read");
	OK_SUCCESS(ask_offline(TUF_NOW), "leaves");
	OK(says("one", SIGLET_STORE_KEPT), "what there was");
	q.check_root = NULL;
	instance.root = siglet_slice_str("shipped");
	instance.shipped_s = TUF_NOW + SOON * DAY + 1;
	OK_ERROR(siglet_store_import(&q, second, &material), SIGLET_E_TRUST,
		 "one that is older than what is shipped");
	siglet_pack_free(second);
}

/* ---- delegations ---- */

/* Targets delegate to a and b; b, which is nested in a where nested says so, has the root. */
static void publish_delegated(bool nested, const char *expires)
{
	char hash[65], entry[256], delegations[8192];
	const char *const role = "{\"keyids\":[\"06key\"],\"name\":\"%s\",\"paths\":[\"*\"],"
				 "\"threshold\":1}";
	char a[256], b[256], both[1024];

	(void)snprintf(a, sizeof(a), role, "a");
	(void)snprintf(b, sizeof(b), role, "b");
	(void)snprintf(both, sizeof(both), "%s,%s", a, b);
	tuf_hash(siglet_slice_str("far"), hash);
	publish_text("targets/hash.trusted_root.json", "far");
	(void)snprintf(repository.files[repository.count - 1].path, 128,
		       "targets/%s.trusted_root.json", hash);
	(void)snprintf(entry, sizeof(entry),
		       "\"trusted_root.json\":{\"hashes\":{\"sha256\":\"%s\"},\"length\":3}", hash);
	(void)snprintf(delegations, sizeof(delegations),
		       "\"delegations\":{\"keys\":{\"06key\":%s},\"roles\":[%s]},",
		       siglet_buf_text(&tuf_keys[6].json), nested ? a : both);
	publish("1.targets.json", tuf_targets(1, delegations, "", TUF_LATER, "f"));
	(void)snprintf(delegations, sizeof(delegations),
		       "\"delegations\":{\"keys\":{\"06key\":%s},\"roles\":[%s]},",
		       siglet_buf_text(&tuf_keys[6].json), b);
	publish("1.a.json", tuf_targets(1, nested ? delegations : "", "", TUF_LATER, "g"));
	publish("1.b.json", tuf_targets(1, "", entry, expires, "g"));
	publish("1.snapshot.json",
		tuf_snapshot(1,
			     "\"a.json\":{\"version\":1},\"b.json\":{\"version\":1},"
			     "\"targets.json\":{\"version\":1}",
			     TUF_LATER, "e"));
}

static void delegated_roles_are_kept_too(void)
{
	for (int nested = 0; nested < 2; nested++) {
		start();
		publish_delegated(nested == 1, TUF_LATER);
		OK_SUCCESS(ask(TUF_NOW), "behind two roles, %s", nested ? "nested" : "in turn");
		OK(says("far", SIGLET_STORE_FETCHED), "it is fetched");
		OK_SUCCESS(ask_offline(TUF_NOW), "offline");
		OK(says("far", SIGLET_STORE_KEPT), "and kept");
	}
	start();
	publish_delegated(true, siglet_time_format(TUF_NOW + 60).text);
	OK_SUCCESS(ask(TUF_NOW), "a delegated role that lives for a minute");
	OK(material.expires_s == TUF_NOW + 60, "is the first to expire");
	OK_ERROR(ask(TUF_NOW + 60), SIGLET_E_TRUST, "and then it has");
}

/* A foreign timestamp that was seen must not hide the good one that is remembered. */
static void what_does_not_verify_hides_nothing(void)
{
	siglet_pack *pack;
	siglet_buf json, forged = tuf_timestamp(9, 9, "", TUF_LATER, "l");

	start();
	publish_version(5, TUF_NOW, "five");
	tuf_need(ask(TUF_NOW));
	pack = kept_pack();
	tuf_need(siglet_pack_put(pack, SIGLET_PACK_SEEN, "timestamp.json",
				 siglet_buf_slice(&forged)));
	siglet_buf_init(&json, 1u << 20);
	tuf_need(siglet_pack_write(pack, &json));
	tuf_need(siglet_sys_write_kept(in_scratch("cache/test.json"), siglet_buf_slice(&json)));
	publish_version(4, TUF_NOW, "four");
	OK_ERROR(ask(TUF_NOW + DAY), SIGLET_E_TRUST, "there is no way back behind a forged memory");
	siglet_buf_clear(&json);
	siglet_buf_clear(&forged);
	siglet_pack_free(pack);
}

static void what_cant_be_kept_is_told(void)
{
	siglet_store_question q = question(TUF_NOW);

	start();
	q.folder = "/proc/nowhere";
	OK_SUCCESS(siglet_store_current(&q, &material), "a folder that can't be made");
	OK(material.warning != NULL &&
		   strstr(siglet_err_message(material.warning), "can't be kept") != NULL,
	   "is warned of");
	q.always_refresh = true;
	OK_ERROR(siglet_store_current(&q, &material), SIGLET_E_IO, "an update fails there");
}

static void packs_survive_their_text(void)
{
	siglet_pack *pack = NULL, *again = NULL;
	siglet_buf one, two;

	siglet_buf_init(&one, 1u << 20);
	siglet_buf_init(&two, 1u << 20);
	tuf_need(siglet_pack_new(&pack));
	tuf_need(siglet_pack_set(pack, "acme", TUF_NOW));
	tuf_need(siglet_pack_put(pack, SIGLET_PACK_METADATA, "2.root.json",
				 siglet_slice_of("\0\xff", 2)));
	tuf_need(siglet_pack_put(pack, SIGLET_PACK_TARGETS, "a\"b", siglet_slice_str("x")));
	tuf_need(siglet_pack_put(pack, SIGLET_PACK_TARGETS, "a\"b", siglet_slice_str("longer")));
	tuf_need(siglet_pack_write(pack, &one));
	OK_SUCCESS(siglet_pack_parse(siglet_buf_slice(&one), &again), "written and read");
	tuf_need(siglet_pack_write(again, &two));
	OK(siglet_slice_equal(siglet_buf_slice(&one), siglet_buf_slice(&two)), "it is the same");
	OK(siglet_slice_is(siglet_pack_get(again, SIGLET_PACK_TARGETS, "a\"b"), "longer"),
	   "with what was put last");
	OK(siglet_pack_get(again, SIGLET_PACK_SEEN, "a\"b").len == 0, "in its own part");
	OK_ERROR(siglet_pack_set(again, "../x", 0), SIGLET_E_USAGE, "a name that leads elsewhere");
	siglet_pack_free(again);
	siglet_pack_free(pack);
	siglet_buf_clear(&one);
	siglet_buf_clear(&two);
}

int main(void)
{
	scratch_make();
	(void)snprintf(folder, sizeof(folder), "%s", in_scratch("cache"));
	tuf_keys_make();
	siglet_store_material_init(&material);
	anchor = tuf_root(1, &TUF_USUAL, "ab");
	what_is_fresh_is_not_asked_for();
	expiry_asks_before_the_day_is_over();
	unreachable_falls_back_for_thirty_days();
	max_stale_has_the_last_word();
	a_broken_rule_is_no_accident();
	half_an_update_is_remembered();
	what_cant_be_read_displaces_nothing();
	roots_are_kept_and_walked_again();
	a_rotation_in_the_middle_is_no_attack();
	what_is_shipped_serves_until_there_is_news();
	without_anything_there_is_no_trust();
	a_spoilt_cache_is_fetched_anew();
	no_change_of_the_cache_changes_trust();
	links_in_the_way_are_refused();
	files_are_private();
	without_a_folder_it_works_too();
	a_pack_is_imported_as_an_update();
	an_import_displaces_nothing_good();
	delegated_roles_are_kept_too();
	what_does_not_verify_hides_nothing();
	what_cant_be_kept_is_told();
	packs_survive_their_text();
	siglet_store_material_clear(&material);
	siglet_buf_clear(&anchor);
	forget_repository();
	tuf_keys_free();
	return tap_done();
}
