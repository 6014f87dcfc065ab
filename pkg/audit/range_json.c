#include "audit/audit_internal.h"

#include <string.h>

/* A compact range as JSON has it: its nodes; where it begins and ends is said beside it. */

void siglet_audit_range_write(const siglet_range *range, const char *name,
			      siglet_json_writer *writer)
{
	siglet_json_write_begin_array(writer, name);
	for (size_t i = 0; i < range->count; i++) {
		siglet_json_write_begin_array(writer, NULL);
		siglet_json_write_int(writer, NULL, range->nodes[i].level);
		siglet_json_write_int(writer, NULL, (int64_t)range->nodes[i].index);
		siglet_json_write_base64(writer, NULL, siglet_hash32_slice(&range->nodes[i].hash));
		siglet_json_write_end_array(writer);
	}
	siglet_json_write_end_array(writer);
}

static siglet_err *read_hash(siglet_slice text, siglet_hash32 *ret_hash)
{
	siglet_buf bytes;
	siglet_err *err;

	siglet_buf_init(&bytes, sizeof(ret_hash->bytes));
	err = siglet_base64_decode(text, &bytes);
	if (err == NULL && bytes.len != sizeof(ret_hash->bytes))
		err = siglet_err_new(SIGLET_E_MALFORMED, "a hash of %zu bytes", bytes.len);
	if (err == NULL)
		memcpy(ret_hash->bytes, bytes.ptr, bytes.len);
	siglet_buf_clear(&bytes);
	return err;
}

static siglet_err *read_node(const siglet_json *item, siglet_subtree *ret_node)
{
	int64_t level = 0, index = 0;
	siglet_err *err;

	if (siglet_json_array_count(item) != 3)
		return siglet_err_new(SIGLET_E_MALFORMED, "not a level, an index and a hash");
	err = siglet_json_integer(siglet_json_array_item(item, 0), &level);
	if (err == NULL)
		err = siglet_json_integer(siglet_json_array_item(item, 1), &index);
	if (err == NULL && (level < 0 || level > SIGLET_MERKLE_MAX_LEVEL || index < 0))
		err = siglet_err_new(SIGLET_E_RANGE, "no such level or index");
	if (err == NULL)
		err = read_hash(siglet_json_string(siglet_json_array_item(item, 2)),
				&ret_node->hash);
	if (err != NULL)
		return err;
	ret_node->level = (unsigned)level;
	ret_node->index = (uint64_t)index;
	return NULL;
}

siglet_err *siglet_audit_range_read(const siglet_json *object, const char *name, uint64_t begin,
				    uint64_t end, siglet_range *ret_range)
{
	siglet_range range = { .begin = begin, .end = end };
	const siglet_json *nodes = NULL;
	siglet_err *err = siglet_json_need_array(object, name, &nodes);

	if (err != NULL)
		return err;
	range.count = siglet_json_array_count(nodes);
	if (range.count > SIGLET_RANGE_MAX_NODES)
		return siglet_err_new(SIGLET_E_LIMIT, "%s: %zu nodes", name, range.count);
	for (size_t i = 0; err == NULL && i < range.count; i++)
		err = read_node(siglet_json_array_item(nodes, i), &range.nodes[i]);
	if (err == NULL)
		err = siglet_range_check(&range);
	if (err != NULL)
		return siglet_err_wrap(err, "%s", name);
	*ret_range = range;
	return NULL;
}
