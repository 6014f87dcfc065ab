#include "ctlog/ctlog.h"

#include <string.h>

#include "json/json.h"

/* RFC 6962 section 4: what else a log answers. */

#define MAX_LEAF_BYTES ((size_t)16 << 20)

static siglet_err *read_hashes(const siglet_json *root, const char *name,
			       siglet_merkle_list *ret_list)
{
	siglet_merkle_list list = { .count = 0 };
	const siglet_json *array = NULL;
	siglet_err *err = siglet_json_need_array(root, name, &array);

	list.count = siglet_json_array_count(array);
	if (err == NULL && list.count > SIGLET_MERKLE_MAX_PROOF)
		err = siglet_err_new(SIGLET_E_LIMIT, "%s: %zu hashes", name, list.count);
	for (size_t i = 0; err == NULL && i < list.count; i++) {
		siglet_buf bytes;

		siglet_buf_init(&bytes, sizeof(list.nodes[i].bytes));
		err = siglet_base64_decode(siglet_json_string(siglet_json_array_item(array, i)),
					   &bytes);
		if (err == NULL && bytes.len != sizeof(list.nodes[i].bytes))
			err = siglet_err_new(SIGLET_E_MALFORMED, "%s: a hash of %zu bytes", name,
					     bytes.len);
		if (err == NULL)
			memcpy(list.nodes[i].bytes, bytes.ptr, bytes.len);
		siglet_buf_clear(&bytes);
	}
	if (err == NULL)
		*ret_list = list;
	return err;
}

static siglet_err *read_leaf(const siglet_json *object, siglet_buf *ret_leaf)
{
	siglet_slice text = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_json_need_string(object, "leaf_input", &text);

	return err == NULL ? siglet_base64_decode(text, ret_leaf) : err;
}

static siglet_err *visit_all(const siglet_json *root, siglet_ct_visit *visit, void *context)
{
	const siglet_json *entries = NULL;
	siglet_err *err = siglet_json_need_array(root, "entries", &entries);

	for (size_t i = 0; err == NULL && i < siglet_json_array_count(entries); i++) {
		siglet_buf leaf;

		siglet_buf_init(&leaf, MAX_LEAF_BYTES);
		err = read_leaf(siglet_json_array_item(entries, i), &leaf);
		if (err == NULL)
			err = visit(context, siglet_buf_slice(&leaf));
		siglet_buf_clear(&leaf);
	}
	return err;
}

siglet_err *siglet_ct_each_entry(siglet_slice json, siglet_ct_visit *visit, void *context)
{
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse(json, SIGLET_MAX_CT_ANSWER, &doc);

	if (err == NULL)
		err = visit_all(siglet_json_root(doc), visit, context);
	siglet_json_doc_free(doc);
	return err;
}

siglet_err *siglet_ct_growth_parse(siglet_slice json, siglet_merkle_list *ret_proof)
{
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse(json, SIGLET_MAX_CT_ANSWER, &doc);

	if (err == NULL)
		err = read_hashes(siglet_json_root(doc), "consistency", ret_proof);
	siglet_json_doc_free(doc);
	return err;
}

siglet_err *siglet_ct_inclusion_parse(siglet_slice json, siglet_buf *ret_leaf,
				      siglet_merkle_list *ret_proof)
{
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse(json, SIGLET_MAX_CT_ANSWER, &doc);

	if (err == NULL)
		err = read_hashes(siglet_json_root(doc), "audit_path", ret_proof);
	if (err == NULL)
		err = read_leaf(siglet_json_root(doc), ret_leaf);
	siglet_json_doc_free(doc);
	return err;
}
