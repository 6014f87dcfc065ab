/*
 * merkle_corpus: the proofs of transparency-dev/merkle, one JSON object a line, as they lie in the
 * corpus.
 */
#include "merkle/merkle.h"

#include <inttypes.h>
#include <string.h>

#include <json-c/json.h>

#include "../lib/check.h"
#include "../lib/corpus.h"

#define MAX_NODES 80 /* some proofs are too long by intent */

static json_object *member(json_object *object, const char *name)
{
	json_object *value = NULL;

	(void)json_object_object_get_ex(object, name, &value);
	return value;
}

static uint64_t number(json_object *object, const char *name)
{
	return json_object_get_uint64(member(object, name));
}

/* False for what is not a hash: our API has no room for one, so such a case fails before it. */
static bool to_hash(json_object *text, siglet_hash32 *ret_hash)
{
	siglet_buf bytes;
	bool fine;

	siglet_buf_init(&bytes, 1024);

	siglet_err *err =
		siglet_base64_decode(siglet_slice_str(json_object_get_string(text)), &bytes);

	fine = err == NULL && bytes.len == sizeof(ret_hash->bytes);
	if (fine)
		memcpy(ret_hash->bytes, bytes.ptr, bytes.len);
	siglet_err_free(err);
	siglet_buf_clear(&bytes);
	return fine;
}

/* A few tests put text for a root that is only compared; the hash of the text serves as well. */
static bool to_root(json_object *text, siglet_hash32 *ret_hash)
{
	const siglet_slice written = siglet_slice_str(json_object_get_string(text));
	siglet_err *err = NULL;

	if (to_hash(text, ret_hash))
		return true;
	err = siglet_merkle_hash_leaf(written, ret_hash);
	return written.len > 0 && OK(err == NULL, "a stand-in for %s", (const char *)written.ptr);
}

static bool to_nodes(json_object *list, siglet_hash32 *nodes, size_t *ret_count)
{
	const size_t count = list == NULL ? 0 : json_object_array_length(list);

	if (count > MAX_NODES)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!to_hash(json_object_array_get_idx(list, i), &nodes[i]))
			return false;
	*ret_count = count;
	return true;
}

static bool taken(siglet_err *err)
{
	const bool fine = err == NULL;

	siglet_err_free(err);
	return fine;
}

static bool inclusion_holds(json_object *test)
{
	siglet_hash32 nodes[MAX_NODES], leaf = { 0 }, root = { 0 };
	siglet_merkle_proof proof = { .leaf_index = number(test, "leafIdx"),
				      .tree_size = number(test, "treeSize"),
				      .nodes = nodes };

	return to_hash(member(test, "leafHash"), &leaf) && to_root(member(test, "root"), &root) &&
	       to_nodes(member(test, "proof"), nodes, &proof.count) &&
	       taken(siglet_merkle_check_inclusion(&proof, &leaf, &root));
}

static bool consistency_holds(json_object *test)
{
	siglet_hash32 nodes[MAX_NODES], old_root = { 0 }, new_root = { 0 };
	size_t count = 0;

	return to_root(member(test, "root1"), &old_root) &&
	       to_root(member(test, "root2"), &new_root) &&
	       to_nodes(member(test, "proof"), nodes, &count) &&
	       taken(siglet_merkle_check_consistency(number(test, "size1"), number(test, "size2"),
						     nodes, count, &old_root, &new_root));
}

static void run_file(const char *path, bool (*holds)(json_object *))
{
	siglet_buf text;
	size_t good = 0, bad = 0;

	if (!OK(corpus_read(path, &text), "%s is read", path)) {
		siglet_buf_clear(&text);
		return;
	}
	for (char *line = (char *)text.ptr, *end; (end = strchr(line, '\n')) != NULL;
	     line = end + 1) {
		*end = '\0';

		json_object *test = json_tokener_parse(line);
		json_object *wants_error = member(test, "wantErr");

		if (!OK(wants_error != NULL, "a test"))
			continue;

		const bool want = json_object_get_boolean(wants_error) == 0;

		*(want ? &good : &bad) += 1;
		OK(holds(test) == want, "%s: %s, %s", json_object_get_string(member(test, "name")),
		   json_object_get_string(member(test, "desc")), want ? "taken" : "refused");
		json_object_put(test);
	}
	OK(good > 0 && bad > 0, "%s: %zu good proofs and %zu bad ones", path, good, bad);
	siglet_buf_clear(&text);
}

int main(void)
{
	if (corpus_available()) {
		run_file("merkle/inclusion.jsonl", inclusion_holds);
		run_file("merkle/consistency.jsonl", consistency_holds);
	} else {
		SKIP("no corpus: merkle inclusion");
		SKIP("no corpus: merkle consistency");
	}
	return tap_done();
}
