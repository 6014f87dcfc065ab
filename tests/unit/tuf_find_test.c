#include "../lib/tuf_maker.h"

#include "tuf/tuf_internal.h"

/* Where a file is looked for: targets, then the roles that it delegates to, in their order. */

#define HASH "\"hashes\":{\"sha256\":\"%s\"},\"length\":5"

static char hash_of_hello[65];

static siglet_err *feed(siglet_tuf *tuf, siglet_buf file)
{
	siglet_err *err = siglet_tuf_feed(tuf, siglet_buf_slice(&file));

	siglet_buf_clear(&file);
	return err;
}

/* A whole update, whose snapshot lists roles a to e in version 1. */
static siglet_tuf *updated(const char *delegations, const char *targets)
{
	siglet_buf root = tuf_root(1, &TUF_USUAL, "ab");
	siglet_tuf *tuf = NULL;

	tuf_need(siglet_tuf_new(siglet_buf_slice(&root), TUF_NOW, SIGLET_TUF_CURRENT, &tuf));
	tuf_need(siglet_tuf_absent(tuf));
	tuf_need(feed(tuf, tuf_timestamp(1, 1, "", TUF_LATER, "d")));
	tuf_need(feed(tuf, tuf_snapshot(1,
					"\"../e.json\":{\"version\":1},\"a.json\":{\"version\":1},"
					"\"b.json\":{\"version\":1},\"c.json\":{\"version\":1},"
					"\"targets.json\":{\"version\":1}",
					TUF_LATER, "e")));
	tuf_need(feed(tuf, tuf_targets(1, delegations, targets, TUF_LATER, "f")));
	siglet_buf_clear(&root);
	return tuf;
}

/* "delegations" to roles that the letters name, each by the key of the same place (g, h …). */
static const char *delegate(const char *roles)
{
	static char text[65536];

	(void)snprintf(text, sizeof(text),
		       "\"delegations\":{\"keys\":{\"06key\":%s,\"07key\":%s},\"roles\":[%s]},",
		       siglet_buf_text(&tuf_keys[6].json), siglet_buf_text(&tuf_keys[7].json),
		       roles);
	return text;
}

#define ROLE(name, key, how) \
	"{\"keyids\":[\"" key "\"],\"name\":\"" name "\"," how ",\"threshold\":1}"
#define ALL "\"paths\":[\"*\"]"

static const char *entry(const char *name)
{
	static char text[512];

	(void)snprintf(text, sizeof(text), "\"%s\":{" HASH "}", name, hash_of_hello);
	return text;
}

static bool finds(siglet_tuf *tuf, const char *name, siglet_tuf_target *ret_target)
{
	bool found = false;
	siglet_err *err = siglet_tuf_find(tuf, siglet_slice_str(name), &found, ret_target);

	if (err != NULL)
		printf("# %s\n", siglet_err_message(err));
	siglet_err_free(err);
	return err == NULL && found;
}

static bool wants(siglet_tuf *tuf, const char *path)
{
	siglet_tuf_request request;

	tuf_need(siglet_tuf_next(tuf, &request));
	const bool any = request.path != NULL;
	if (any && path != NULL && strcmp(path, request.path) != 0)
		printf("# wants %s\n", request.path);
	return path == NULL ? !any : any && strcmp(path, request.path) == 0;
}

/* ---- top level ---- */

static void the_top_level_comes_first(void)
{
	siglet_tuf *tuf = updated(delegate(ROLE("a", "06key", ALL)), entry("dir/hello"));
	siglet_tuf_target target;

	OK(finds(tuf, "dir/hello", &target), "listed in targets");
	OK(strncmp(target.path, "dir/", 4) == 0 && strlen(target.path) == 4 + 64 + 6 &&
		   strcmp(target.path + 4 + 64, ".hello") == 0,
	   "its file has the hash before its base name");
	OK(wants(tuf, NULL), "and no role is asked");
	OK_SUCCESS(siglet_tuf_target_check(&target, siglet_slice_str("hello")), "its bytes");
	OK_ERROR(siglet_tuf_target_check(&target, siglet_slice_str("hallo")), SIGLET_E_MISMATCH,
		 "other bytes");
	OK_ERROR(siglet_tuf_target_check(&target, siglet_slice_str("hello!")), SIGLET_E_MISMATCH,
		 "more bytes");
	OK(siglet_tuf_lists(tuf, "dir/hello"), "it is listed");
	OK(!siglet_tuf_lists(tuf, "dir/hell"), "a part of its name is not");
	siglet_tuf_free(tuf);
}

static void a_target_needs_a_name(void)
{
	siglet_tuf *tuf = updated("", "");
	siglet_tuf_target target;
	bool found = true;

	OK_ERROR(siglet_tuf_find(tuf, SIGLET_SLICE_NONE, &found, &target), SIGLET_E_USAGE,
		 "an empty name");
	OK_ERROR(siglet_tuf_find(tuf, siglet_slice_of("a\0b", 3), &found, &target), SIGLET_E_USAGE,
		 "NUL in a name");
	OK(!found, "are not found");
	OK(!finds(tuf, "nothing", &target) && wants(tuf, NULL), "nor what nobody lists");
	siglet_tuf_free(tuf);
}

/* ---- delegations ---- */

static void a_role_speaks_for_its_paths(void)
{
	siglet_tuf *tuf = updated(delegate(ROLE("a", "06key", "\"paths\":[\"x/*\"]")), "");
	siglet_tuf_target target;

	OK(!finds(tuf, "y/hello", &target) && wants(tuf, NULL), "not for others");
	OK(!finds(tuf, "x/hello", &target) && wants(tuf, "1.a.json"), "its metadata is wanted");
	OK_ERROR(feed(tuf, tuf_targets(1, "", entry("x/hello"), TUF_LATER, "h")),
		 SIGLET_E_UNTRUSTED, "not signed by another role's key");
	OK_ERROR(feed(tuf, tuf_targets(2, "", entry("x/hello"), TUF_LATER, "g")), SIGLET_E_MISMATCH,
		 "not of another version");
	OK_ERROR(feed(tuf, tuf_targets(1, "", entry("x/hello"), TUF_PAST, "g")), SIGLET_E_EXPIRED,
		 "not expired");
	OK_SUCCESS(feed(tuf, tuf_targets(1, "", entry("x/hello"), TUF_LATER, "g")), "but this");
	OK(finds(tuf, "x/hello", &target), "which has it");
	siglet_tuf_free(tuf);
	/* What it lists beyond its paths is not its to say. */
	tuf = updated(delegate(ROLE("a", "06key", "\"paths\":[\"x/*\"]")), "");
	(void)finds(tuf, "x/hello", &target);
	tuf_need(feed(tuf, tuf_targets(1, "", entry("y/hello"), TUF_LATER, "g")));
	OK(!finds(tuf, "y/hello", &target) && wants(tuf, NULL), "nor for what it lists beyond");
	siglet_tuf_free(tuf);
}

static void a_role_may_speak_for_hashes(void)
{
	/* SHA-256 of "hello" begins with 2cf2. */
	siglet_tuf *tuf =
		updated(delegate(ROLE("a", "06key", "\"path_hash_prefixes\":[\"2cf2\"]")), "");
	siglet_tuf_target target;

	OK(!finds(tuf, "hello", &target) && wants(tuf, "1.a.json"), "of names that begin so");
	OK(!finds(tuf, "hallo", &target) && wants(tuf, NULL), "and no others");
	siglet_tuf_free(tuf);
}

static void the_first_that_knows_is_heard(void)
{
	siglet_tuf *tuf =
		updated(delegate(ROLE("a", "06key", ALL) "," ROLE("b", "07key", ALL)), "");
	siglet_tuf_target target;

	OK(!finds(tuf, "hello", &target) && wants(tuf, "1.a.json"), "first a");
	tuf_need(feed(tuf, tuf_targets(1, "", "", TUF_LATER, "g")));
	OK(!finds(tuf, "hello", &target) && wants(tuf, "1.b.json"), "then b");
	tuf_need(feed(tuf, tuf_targets(1, "", entry("hello"), TUF_LATER, "h")));
	OK(finds(tuf, "hello", &target), "which has it");
	siglet_tuf_free(tuf);
}

static void a_terminating_role_ends_the_search(void)
{
	siglet_tuf *tuf = updated(delegate(ROLE("a", "06key", ALL ",\"terminating\":true") "," ROLE(
					  "b", "07key", ALL)),
				  "");
	siglet_tuf_target target;

	OK(!finds(tuf, "hello", &target) && wants(tuf, "1.a.json"), "a is asked");
	tuf_need(feed(tuf, tuf_targets(1, "", "", TUF_LATER, "g")));
	OK(!finds(tuf, "hello", &target) && wants(tuf, NULL), "and nobody after it");
	siglet_tuf_free(tuf);
}

static void a_circle_ends(void)
{
	siglet_tuf *tuf = updated(delegate(ROLE("a", "06key", ALL)), "");
	siglet_tuf_target target;

	(void)finds(tuf, "hello", &target);
	tuf_need(feed(tuf, tuf_targets(1, delegate(ROLE("a", "06key", ALL)), "", TUF_LATER, "g")));
	OK(!finds(tuf, "hello", &target) && wants(tuf, NULL), "a role that delegates to itself");
	siglet_tuf_free(tuf);
}

/* Who delegates says by whom it must be signed, each anew. */
static void each_delegation_has_its_keys(void)
{
	siglet_tuf *tuf = updated(delegate(ROLE("a", "06key", "\"paths\":[\"x\"]") "," ROLE(
					  "b", "07key", "\"paths\":[\"y\"]")),
				  "");
	siglet_tuf_target target;
	bool found = true;

	(void)finds(tuf, "x", &target);
	tuf_need(feed(tuf, tuf_targets(1, delegate(ROLE("c", "06key", ALL)), "", TUF_LATER, "g")));
	(void)finds(tuf, "x", &target);
	tuf_need(feed(tuf, tuf_targets(1, "", entry("y"), TUF_LATER, "g")));
	OK(!finds(tuf, "x", &target), "a delegates to c, by one key");
	(void)finds(tuf, "y", &target);
	tuf_need(feed(tuf, tuf_targets(1, delegate(ROLE("c", "07key", ALL)), "", TUF_LATER, "h")));
	OK_ERROR(siglet_tuf_find(tuf, siglet_slice_str("y"), &found, &target), SIGLET_E_UNTRUSTED,
		 "b delegates to it by another, which has not signed");
	OK(!found, "so it is not heard");
	siglet_tuf_free(tuf);
}

static void names_of_roles_are_harmless(void)
{
	siglet_tuf *tuf = updated(delegate(ROLE("../e", "06key", ALL)), "");
	siglet_tuf_target target;

	OK(!finds(tuf, "hello", &target) && wants(tuf, "1...%2Fe.json"), "a path in a role's name");
	siglet_tuf_free(tuf);
}

static void bad_delegations_are_refused(void)
{
	static const struct {
		const char *roles, *what;
	} cases[] = {
		{ ROLE("a", "06key", ALL ",\"path_hash_prefixes\":[\"2c\"]"), "both ways at once" },
		{ ROLE("a", "06key", "\"x\":1"), "neither way" },
		{ "{\"keyids\":[],\"paths\":[\"*\"],\"threshold\":1}", "no name" },
		{ ROLE("", "06key", ALL), "an empty name" },
		{ ROLE("d", "06key", ALL), "a role that the snapshot does not list" },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		siglet_tuf *tuf = updated(delegate(cases[i].roles), "");
		siglet_tuf_target target;
		bool found = true;
		siglet_err *err = siglet_tuf_find(tuf, siglet_slice_str("hello"), &found, &target);

		OK(err != NULL && !found, "%s", cases[i].what);
		siglet_err_free(err);
		siglet_tuf_free(tuf);
	}
}

/* ---- paths ---- */

static void patterns_match_within_a_folder(void)
{
	static const struct {
		const char *pattern, *path;
		bool matches;
	} cases[] = {
		{ "*", "a", true },
		{ "*", "", true },
		{ "*", "a/b", false },
		{ "a/*", "a/b", true },
		{ "a/*", "a/", true },
		{ "a/*", "a/b/c", false },
		{ "*/*", "a/b", true },
		{ "?", "a", true },
		{ "?", "/", false },
		{ "?", "", false },
		{ "a*c", "abbc", true },
		{ "a*c", "abcb", false },
		{ "*.tgz", "x.tgz", true },
		{ "*.tgz", "x.tgz/", false },
		{ "[a]", "a", false },
		{ "[a]", "[a]", true },
		{ "a", "ab", false },
		{ "**a*", "bcabc", true },
		{ "", "", true },
		{ "", "a", false },
		{ "*a*b", "xaxb/ab", false },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++)
		OK(siglet_tuf_path_matches(siglet_slice_str(cases[i].pattern),
					   siglet_slice_str(cases[i].path)) == cases[i].matches,
		   "'%s' and '%s'", cases[i].pattern, cases[i].path);
}

int main(void)
{
	tuf_hash(siglet_slice_str("hello"), hash_of_hello);
	tuf_keys_make();
	the_top_level_comes_first();
	a_target_needs_a_name();
	a_role_speaks_for_its_paths();
	a_role_may_speak_for_hashes();
	the_first_that_knows_is_heard();
	a_terminating_role_ends_the_search();
	a_circle_ends();
	each_delegation_has_its_keys();
	names_of_roles_are_harmless();
	bad_delegations_are_refused();
	patterns_match_within_a_folder();
	tuf_keys_free();
	return tap_done();
}
