#include <stdlib.h>
#include <string.h>

#include "note/witness_policy_internal.h"

/* C2SP tlog-policy: a file of lines, read strictly; witness_quorum.c asks it. */

#define QUORUM_NONE "none"

/* A line's items: what is left of it. */
typedef struct items {
	siglet_slice left;
} items;

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* The next item, empty at the end of the line. */
static siglet_slice next_item(items *line)
{
	siglet_slice item;
	size_t begin = 0, end;

	while (begin < line->left.len && is_space(line->left.ptr[begin]))
		begin++;
	for (end = begin; end < line->left.len && !is_space(line->left.ptr[end]);)
		end++;
	item = end == begin ? SIGLET_SLICE_NONE
			    : siglet_slice_of(line->left.ptr + begin, end - begin);
	if (end > 0)
		line->left = siglet_slice_of(line->left.ptr + end, line->left.len - end);
	return item;
}

static siglet_err *end_line(items *line)
{
	const siglet_slice item = next_item(line);

	if (item.len > 0)
		return siglet_err_new(SIGLET_E_MALFORMED, "\"%s\" is one word too many",
				      siglet_text_printable(item).text);
	return NULL;
}

/* An item that must be there; what says what it would be. */
static siglet_err *need_item(items *line, const char *what, siglet_slice *ret_item)
{
	const siglet_slice item = next_item(line);

	if (item.len == 0)
		return siglet_err_new(SIGLET_E_MALFORMED, "no %s", what);
	*ret_item = item;
	return NULL;
}

/* The node of this name; NO_NODE: none. */
static size_t find_node(const siglet_witness_policy *policy, siglet_slice name)
{
	for (size_t i = 0; i < policy->node_count; i++)
		if (siglet_slice_equal(policy->nodes[i].name, name))
			return i;
	return NO_NODE;
}

/* A name that is not taken, for a witness or a group. Copied. */
static siglet_err *define_name(siglet_witness_policy *policy, items *line, siglet_slice *ret_name)
{
	siglet_slice name = SIGLET_SLICE_NONE;
	siglet_err *err = need_item(line, "name", &name);

	if (err != NULL)
		return err;
	if (siglet_slice_is(name, QUORUM_NONE))
		return siglet_err_new(SIGLET_E_MALFORMED,
				      "the name \"%s\" has a meaning of its own", QUORUM_NONE);
	if (find_node(policy, name) != NO_NODE)
		return siglet_err_new(SIGLET_E_MALFORMED, "the name \"%s\" is taken",
				      siglet_text_printable(name).text);
	return siglet_arena_copy(&policy->arena, name, ret_name);
}

/* A vkey, and perhaps a URL, to the end of the line. */
static siglet_err *read_key(siglet_witness_policy *policy, items *line, siglet_note_key **ret_key,
			    siglet_slice *ret_url)
{
	siglet_slice vkey = SIGLET_SLICE_NONE, url;
	siglet_note_key *key = NULL;
	siglet_err *err = need_item(line, "vkey", &vkey);

	if (err != NULL)
		return err;
	url = next_item(line);
	err = end_line(line);
	if (err == NULL && url.len > 0)
		err = siglet_arena_copy(&policy->arena, url, &url);
	if (err == NULL)
		err = siglet_note_key_parse(vkey, &key);
	if (err != NULL)
		return err;
	*ret_key = key;
	*ret_url = url;
	return NULL;
}

/* The policy owns the key at once, so that it is freed whatever the rules say of it. */
static siglet_err *add_log(siglet_witness_policy *policy, items *line)
{
	siglet_policy_log *log = &policy->logs[policy->log_count];
	siglet_err *err;

	if (policy->log_count == SIGLET_MAX_POLICY_LOGS)
		return siglet_err_new(SIGLET_E_LIMIT, "more than %d logs", SIGLET_MAX_POLICY_LOGS);
	err = read_key(policy, line, &log->key, &log->url);
	if (err != NULL)
		return err;
	policy->log_count++;
	if (siglet_note_key_type(log->key) == SIGLET_NOTE_COSIGNATURE)
		return siglet_err_new(SIGLET_E_UNSUPPORTED,
				      "a key of type 0x%02x is a witness's, not a log's",
				      (unsigned)SIGLET_NOTE_COSIGNATURE);
	for (size_t i = 0; i + 1 < policy->log_count; i++)
		if (siglet_note_key_equal(policy->logs[i].key, log->key))
			return siglet_err_new(SIGLET_E_MALFORMED, "the same key as another log's");
	return NULL;
}

static siglet_err *check_witness_key(const siglet_witness_policy *policy,
				     const siglet_policy_witness *witness)
{
	const siglet_note_type type = siglet_note_key_type(witness->key);

	if (type != SIGLET_NOTE_COSIGNATURE && type != SIGLET_NOTE_COSIGNATURE_ML_DSA)
		return siglet_err_new(SIGLET_E_UNSUPPORTED,
				      "a key of type 0x%02x does not cosign: a witness has one of "
				      "type 0x%02x or 0x%02x",
				      (unsigned)type, (unsigned)SIGLET_NOTE_COSIGNATURE,
				      (unsigned)SIGLET_NOTE_COSIGNATURE_ML_DSA);
	for (size_t i = 0; i + 1 < policy->witness_count; i++)
		if (siglet_note_key_equal(policy->witnesses[i].key, witness->key))
			return siglet_err_new(
				SIGLET_E_MALFORMED, "the same key as witness \"%s\"",
				siglet_text_printable(policy->witnesses[i].name).text);
	return NULL;
}

static siglet_err *add_witness(siglet_witness_policy *policy, items *line)
{
	siglet_policy_witness *witness = &policy->witnesses[policy->witness_count];
	siglet_err *err;

	if (policy->witness_count == SIGLET_MAX_WITNESSES)
		return siglet_err_new(SIGLET_E_LIMIT, "more than %d witnesses",
				      SIGLET_MAX_WITNESSES);
	err = define_name(policy, line, &witness->name);
	if (err == NULL)
		err = read_key(policy, line, &witness->key, &witness->url);
	if (err != NULL)
		return err;
	policy->nodes[policy->node_count++] = (policy_node) { .name = witness->name,
							      .witness = policy->witness_count,
							      .parent = NO_NODE };
	policy->witness_count++;
	return check_witness_key(policy, witness);
}

/* A name that was defined on an earlier line. */
static siglet_err *find_defined(const siglet_witness_policy *policy, siglet_slice name,
				size_t *ret_node)
{
	const size_t node = find_node(policy, name);

	if (node == NO_NODE)
		return siglet_err_new(SIGLET_E_MALFORMED,
				      "no witness or group \"%s\" is defined before",
				      siglet_text_printable(name).text);
	*ret_node = node;
	return NULL;
}

/* Each name is a member once, of one group: so each witness counts in one way only. */
static siglet_err *add_members(siglet_witness_policy *policy, size_t group, items *line,
			       size_t *ret_count)
{
	siglet_slice name;
	size_t count = 0;

	while ((name = next_item(line)).len > 0) {
		size_t node = NO_NODE;
		siglet_err *err = find_defined(policy, name, &node);

		if (err != NULL)
			return err;
		if (policy->nodes[node].parent != NO_NODE)
			return siglet_err_new(SIGLET_E_MALFORMED,
					      "\"%s\" is a member of a group already",
					      siglet_text_printable(name).text);
		policy->nodes[node].parent = group;
		count++;
	}
	if (count == 0)
		return siglet_err_new(SIGLET_E_MALFORMED, "a group without a member");
	*ret_count = count;
	return NULL;
}

/* "all", "any", or a decimal number from 1 to the count of members. */
static siglet_err *read_threshold(siglet_slice text, size_t members, size_t *ret_threshold)
{
	size_t threshold = 0;

	if (siglet_slice_is(text, "all") || siglet_slice_is(text, "any")) {
		*ret_threshold = siglet_slice_is(text, "all") ? members : 1;
		return NULL;
	}
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9' || text.ptr[0] == '0')
			return siglet_err_new(SIGLET_E_MALFORMED,
					      "\"%s\" is neither all, any nor a number from 1",
					      siglet_text_printable(text).text);
		threshold = threshold * 10 + (size_t)(text.ptr[i] - '0');
		if (threshold > members)
			return siglet_err_new(SIGLET_E_MALFORMED,
					      "%s of %zu members can never be met",
					      siglet_text_printable(text).text, members);
	}
	*ret_threshold = threshold;
	return NULL;
}

/*
 * The group is defined only behind its members, so it can't be one of them; its place is taken
 * when its line is whole.
 */
static siglet_err *add_group(siglet_witness_policy *policy, items *line)
{
	const size_t node = policy->node_count;
	siglet_slice name = SIGLET_SLICE_NONE, threshold = SIGLET_SLICE_NONE;
	size_t members = 0;
	siglet_err *err;

	if (policy->group_count == SIGLET_MAX_WITNESS_GROUPS)
		return siglet_err_new(SIGLET_E_LIMIT, "more than %d groups",
				      SIGLET_MAX_WITNESS_GROUPS);
	err = define_name(policy, line, &name);
	if (err == NULL)
		err = need_item(line, "number of members", &threshold);
	if (err == NULL)
		err = add_members(policy, node, line, &members);
	policy->nodes[node] =
		(policy_node) { .name = name, .witness = SIGLET_MAX_WITNESSES, .parent = NO_NODE };
	if (err == NULL)
		err = read_threshold(threshold, members, &policy->nodes[node].threshold);
	if (err != NULL)
		return err;
	policy->node_count++;
	policy->group_count++;
	return NULL;
}

static siglet_err *set_quorum(siglet_witness_policy *policy, items *line)
{
	siglet_slice name = SIGLET_SLICE_NONE;
	siglet_err *err = need_item(line, "name of the quorum", &name);

	if (err == NULL)
		err = end_line(line);
	if (err == NULL && policy->has_quorum)
		err = siglet_err_new(SIGLET_E_MALFORMED, "a second quorum");
	if (err == NULL && !siglet_slice_is(name, QUORUM_NONE))
		err = find_defined(policy, name, &policy->quorum);
	if (err == NULL)
		policy->has_quorum = true;
	return err;
}

static siglet_err *read_line(siglet_witness_policy *policy, siglet_slice text)
{
	static const struct {
		const char *word;
		siglet_err *(*read)(siglet_witness_policy *policy, items *line);
	} words[] = {
		{ "log", add_log },
		{ "witness", add_witness },
		{ "group", add_group },
		{ "quorum", set_quorum },
	};
	items line = { text };
	const siglet_slice word = next_item(&line);

	if (word.len == 0 || word.ptr[0] == '#')
		return NULL;
	for (size_t i = 0; i < SIGLET_COUNT(words); i++)
		if (siglet_slice_is(word, words[i].word)) {
			siglet_err *err = words[i].read(policy, &line);

			return err == NULL ? NULL : siglet_err_wrap(err, "%s", words[i].word);
		}
	return siglet_err_new(SIGLET_E_MALFORMED,
			      "\"%s\" is none of log, witness, group and quorum",
			      siglet_text_printable(word).text);
}

static siglet_err *check_octets(siglet_slice line)
{
	for (size_t i = 0; i < line.len; i++)
		if ((line.ptr[i] < 0x20 && line.ptr[i] != '\t') || line.ptr[i] == 0x7f)
			return siglet_err_new(SIGLET_E_MALFORMED,
					      "control character 0x%02x in column %zu", line.ptr[i],
					      i + 1);
	return NULL;
}

static siglet_err *read_lines(siglet_witness_policy *policy, siglet_slice text)
{
	siglet_reader reader = { text };

	/* A file that was cut short could ask for less than it was written to. */
	if (text.len > 0 && text.ptr[text.len - 1] != '\n')
		return siglet_err_new(SIGLET_E_MALFORMED,
				      "the last line does not end: was it cut?");
	for (size_t number = 1; reader.left.len > 0; number++) {
		siglet_slice line = SIGLET_SLICE_NONE;
		siglet_err *err = siglet_reader_line(&reader, &line);

		if (err == NULL)
			err = check_octets(line);
		if (err == NULL)
			err = read_line(policy, line);
		if (err != NULL)
			return siglet_err_wrap(err, "line %zu", number);
	}
	if (!policy->has_quorum)
		return siglet_err_new(SIGLET_E_MALFORMED, "no quorum line");
	return NULL;
}

siglet_err *siglet_witness_policy_parse(siglet_slice text, siglet_witness_policy **ret_policy)
{
	siglet_witness_policy *policy;
	siglet_err *err;

	if (text.len > SIGLET_MAX_WITNESS_POLICY_BYTES)
		return siglet_err_new(SIGLET_E_LIMIT, "a policy of %zu bytes, at most %zu are read",
				      text.len, SIGLET_MAX_WITNESS_POLICY_BYTES);
	policy = siglet_calloc(1, sizeof(*policy));
	if (policy == NULL)
		return siglet_err_nomem();
	siglet_arena_init(&policy->arena, 2 * SIGLET_MAX_WITNESS_POLICY_BYTES);
	policy->quorum = NO_NODE;
	err = read_lines(policy, text);
	if (err != NULL) {
		siglet_witness_policy_free(policy);
		return err;
	}
	*ret_policy = policy;
	return NULL;
}

void siglet_witness_policy_free(siglet_witness_policy *policy)
{
	if (policy == NULL)
		return;
	for (size_t i = 0; i < policy->log_count; i++)
		siglet_note_key_free(policy->logs[i].key);
	for (size_t i = 0; i < policy->witness_count; i++)
		siglet_note_key_free(policy->witnesses[i].key);
	siglet_arena_clear(&policy->arena);
	free(policy);
}

size_t siglet_witness_policy_log_count(const siglet_witness_policy *policy)
{
	return policy->log_count;
}

const siglet_policy_log *siglet_witness_policy_log(const siglet_witness_policy *policy,
						   size_t index)
{
	return &policy->logs[index];
}

size_t siglet_witness_policy_witness_count(const siglet_witness_policy *policy)
{
	return policy->witness_count;
}

const siglet_policy_witness *siglet_witness_policy_witness(const siglet_witness_policy *policy,
							   size_t index)
{
	return &policy->witnesses[index];
}

siglet_slice siglet_witness_policy_quorum(const siglet_witness_policy *policy)
{
	return policy->quorum == NO_NODE ? siglet_slice_str(QUORUM_NONE)
					 : policy->nodes[policy->quorum].name;
}
