#include "tuf/tuf_internal.h"

#include <stdlib.h>
#include <string.h>

/* TUF section 5.6.7: from targets down through the delegations, in the order of priority. */

#define MAX_STACK 1024
#define HEX_SHA256 64

/* A role that is still to be visited, and who must have signed it. */
typedef struct step {
	siglet_slice name; /* empty: the top-level targets */
	const siglet_json *keys, *role;
} step;

typedef struct search {
	siglet_tuf *tuf;
	siglet_slice target;
	siglet_buf hash; /* SHA-256 of the target's name, in hex */
	step stack[MAX_STACK];
	size_t depth;
	siglet_slice visited[SIGLET_TUF_MAX_DELEGATIONS];
	size_t visited_count;
} search;

/* ---- does a delegation speak for the target? ---- */

static bool any_path_matches(const search *s, const siglet_json *patterns)
{
	for (size_t i = 0; i < siglet_json_array_count(patterns); i++)
		if (siglet_tuf_path_matches(siglet_json_string(siglet_json_array_item(patterns, i)),
					    s->target))
			return true;
	return false;
}

static bool any_prefix_matches(const search *s, const siglet_json *prefixes)
{
	for (size_t i = 0; i < siglet_json_array_count(prefixes); i++) {
		const siglet_slice prefix = siglet_json_string(siglet_json_array_item(prefixes, i));

		if (prefix.len > 0 && prefix.len <= s->hash.len &&
		    memcmp(prefix.ptr, s->hash.ptr, prefix.len) == 0)
			return true;
	}
	return false;
}

/* Exactly one of the two ways to say it must be used. */
static siglet_err *is_for_target(const search *s, const siglet_json *role, bool *ret_matches)
{
	const siglet_json *paths = siglet_json_object_get(role, "paths");
	const siglet_json *prefixes = siglet_json_object_get(role, "path_hash_prefixes");

	if ((paths == NULL) == (prefixes == NULL))
		return siglet_err_new(SIGLET_E_UNTRUSTED,
				      "a delegation needs paths or path_hash_prefixes, not both");
	*ret_matches = paths != NULL ? any_path_matches(s, paths) : any_prefix_matches(s, prefixes);
	return NULL;
}

/* ---- the order of visits ---- */

static bool was_visited(const search *s, siglet_slice name)
{
	for (size_t i = 0; i < s->visited_count; i++)
		if (siglet_slice_equal(s->visited[i], name))
			return true;
	return false;
}

static void reverse(step *steps, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		const step other = steps[count - 1 - i];

		steps[count - 1 - i] = steps[i];
		steps[i] = other;
	}
}

/* The roles to which metadata delegates the target; the first comes to lie on top. */
static siglet_err *push_delegations(search *s, const siglet_json *content)
{
	const siglet_json *delegations = siglet_json_object_get(content, "delegations");
	const siglet_json *roles = siglet_json_object_get(delegations, "roles");
	size_t first = s->depth;
	siglet_err *err = NULL;

	for (size_t i = 0; i < siglet_json_array_count(roles); i++) {
		const siglet_json *role = siglet_json_array_item(roles, i);
		siglet_slice name = SIGLET_SLICE_NONE;
		bool matches = false;

		err = siglet_tuf_as_untrusted(siglet_json_need_string(role, "name", &name));
		if (err == NULL)
			err = is_for_target(s, role, &matches);
		if (err == NULL && name.len == 0)
			err = siglet_err_new(SIGLET_E_UNTRUSTED, "a role without a name");
		if (err != NULL)
			return siglet_err_wrap(err, "delegation %zu", i + 1);
		if (!matches)
			continue;
		if (s->depth >= MAX_STACK)
			return siglet_err_new(SIGLET_E_LIMIT, "too many delegations");
		s->stack[s->depth++] =
			(step) { name, siglet_json_object_get(delegations, "keys"), role };
		if (!siglet_json_bool(siglet_json_object_get(role, "terminating")))
			continue;
		/* Nobody who was to be asked after this one counts. */
		memmove(s->stack, s->stack + first, (s->depth - first) * sizeof(s->stack[0]));
		s->depth -= first;
		first = 0;
		break;
	}
	reverse(s->stack + first, s->depth - first);
	return NULL;
}

static siglet_tuf_metadata *find_delegated(siglet_tuf *tuf, siglet_slice name)
{
	for (size_t i = 0; i < tuf->delegated_count; i++)
		if (siglet_slice_equal(siglet_buf_slice(&tuf->delegated[i].name), name))
			return tuf->delegated[i].metadata;
	return NULL;
}

/* NULL: its metadata is needed first, and siglet_tuf_next asks for it. */
static siglet_err *open_step(search *s, const step *next, siglet_tuf_metadata **ret_metadata)
{
	siglet_tuf *tuf = s->tuf;
	siglet_err *err;

	*ret_metadata = NULL;
	if (next->name.len == 0) {
		*ret_metadata = tuf->of[SIGLET_TUF_TARGETS];
		return NULL;
	}
	*ret_metadata = find_delegated(tuf, next->name);
	/* Another role may delegate to it too: what counts is this one's word. */
	if (*ret_metadata != NULL)
		return siglet_tuf_check_signatures(*ret_metadata, next->keys, next->role);
	siglet_tuf_file file = { 0 };
	err = siglet_tuf_snapshot_file(tuf, next->name, &file);
	if (err == NULL)
		err = siglet_buf_append(&tuf->wanted, next->name);
	tuf->wanted_keys = next->keys;
	tuf->wanted_role = next->role;
	return err;
}

/* ---- what is found ---- */

/* DIRECTORY/HASH.NAME where snapshots are consistent, else the name. */
static siglet_err *put_target_path(siglet_tuf *tuf, siglet_slice name, const siglet_digests *hashes)
{
	const siglet_digest *digest = NULL;
	size_t base = name.len;
	siglet_err *err;

	siglet_buf_truncate(&tuf->path, 0);
	if (!siglet_tuf_is_consistent(tuf))
		return siglet_tuf_path_encode(name, true, &tuf->path);
	for (int i = 0; digest == NULL && i < SIGLET_HASH_COUNT; i++)
		digest = siglet_digests_get(hashes, (siglet_hash)i);
	if (digest == NULL)
		return siglet_err_new(SIGLET_E_UNTRUSTED, "no hash of a kind that is known here");
	while (base > 0 && name.ptr[base - 1] != '/')
		base--;
	err = siglet_tuf_path_encode(siglet_slice_of(name.ptr, base), true, &tuf->path);
	if (err == NULL)
		err = siglet_hex_encode(siglet_digest_slice(digest), &tuf->path);
	if (err == NULL)
		err = siglet_buf_append_byte(&tuf->path, '.');
	return err == NULL
		       ? siglet_tuf_path_encode(siglet_slice_of(name.ptr + base, name.len - base),
						true, &tuf->path)
		       : err;
}

static siglet_err *take_target(search *s, const siglet_json *entry, siglet_tuf_target *ret_target)
{
	siglet_tuf_file file = { 0 };
	siglet_err *err = siglet_tuf_file_read_target(entry, &file);

	if (err == NULL && (uint64_t)file.length > SIZE_MAX)
		err = siglet_err_new(SIGLET_E_LIMIT, "a length of %lld", (long long)file.length);
	if (err == NULL)
		err = put_target_path(s->tuf, s->target, &file.hashes);
	if (err != NULL)
		return err;
	ret_target->path = siglet_buf_text(&s->tuf->path);
	ret_target->length = (size_t)file.length;
	ret_target->hashes = file.hashes;
	return NULL;
}

static siglet_err *visit(search *s, const step *next, bool *ret_ended, bool *ret_found,
			 siglet_tuf_target *ret_target)
{
	siglet_tuf_metadata *metadata = NULL;
	const siglet_json *entry;
	siglet_err *err = open_step(s, next, &metadata);

	*ret_ended = true;
	if (err != NULL || metadata == NULL)
		return err;
	entry = siglet_json_object_get(siglet_json_object_get(metadata->content, "targets"),
				       (const char *)s->target.ptr);
	if (entry != NULL) {
		err = take_target(s, entry, ret_target);
		*ret_found = err == NULL;
		return err;
	}
	*ret_ended = false;
	return push_delegations(s, metadata->content);
}

static siglet_err *run(search *s, bool *ret_found, siglet_tuf_target *ret_target)
{
	bool ended = false;
	siglet_err *err = NULL;

	s->stack[s->depth++] = (step) { SIGLET_SLICE_NONE, NULL, NULL };
	while (err == NULL && !ended && s->depth > 0) {
		const step next = s->stack[--s->depth];

		if (was_visited(s, next.name))
			continue;
		/* As python-tuf: what lies beyond is not there. */
		if (s->visited_count >= SIGLET_TUF_MAX_DELEGATIONS)
			return NULL;
		s->visited[s->visited_count++] = next.name;
		err = visit(s, &next, &ended, ret_found, ret_target);
		if (err != NULL && next.name.len > 0)
			err = siglet_err_wrap(err, "role %s",
					      siglet_text_printable(next.name).text);
	}
	return err;
}

static siglet_err *hash_name(siglet_slice name, siglet_buf *ret_hex)
{
	siglet_digest digest;
	siglet_err *err = siglet_crypto_sha256(&name, 1, &digest);

	return err == NULL ? siglet_hex_encode(siglet_digest_slice(&digest), ret_hex) : err;
}

siglet_err *siglet_tuf_find(siglet_tuf *tuf, siglet_slice name, bool *ret_found,
			    siglet_tuf_target *ret_target)
{
	siglet_slice text = SIGLET_SLICE_NONE;
	siglet_arena arena;
	search *s;
	siglet_err *err;

	*ret_found = false;
	siglet_buf_truncate(&tuf->wanted, 0);
	if (tuf->stage != SIGLET_TUF_DELEGATED)
		return siglet_err_new(SIGLET_E_USAGE, "the metadata is not complete");
	if (name.len == 0 || memchr(name.ptr, '\0', name.len) != NULL)
		return siglet_err_new(SIGLET_E_USAGE, "no name of a target");
	s = siglet_calloc(1, sizeof(*s));
	if (s == NULL)
		return siglet_err_nomem();
	s->tuf = tuf;
	siglet_buf_init(&s->hash, HEX_SHA256);
	siglet_arena_init(&arena, name.len + 64);
	err = siglet_arena_copy(&arena, name, &text);
	s->target = text;
	if (err == NULL)
		err = hash_name(name, &s->hash);
	if (err == NULL)
		err = run(s, ret_found, ret_target);
	siglet_arena_clear(&arena);
	siglet_buf_clear(&s->hash);
	free(s);
	return err;
}

bool siglet_tuf_lists(const siglet_tuf *tuf, const char *name)
{
	const siglet_tuf_metadata *targets = tuf->of[SIGLET_TUF_TARGETS];

	return targets != NULL &&
	       siglet_json_object_get(siglet_json_object_get(targets->content, "targets"), name) !=
		       NULL;
}

siglet_err *siglet_tuf_target_check(const siglet_tuf_target *target, siglet_slice bytes)
{
	const siglet_tuf_file file = { .has_length = true,
				       .length = (int64_t)target->length,
				       .hashes = target->hashes };

	if (file.hashes.mask == 0)
		return siglet_err_new(SIGLET_E_MISMATCH, "nothing is known of it");
	return siglet_tuf_file_check(&file, bytes);
}
