/* A witness policy, as a person writes it, and what it says of a checkpoint that one witness cosigned. */
#include <stdint.h>
#include <stdlib.h>

#include "note/witness_policy_internal.h"

#include "../unit/note_vectors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* Members stand before their group, and every group can be met by its own. */
static void check_groups(const siglet_witness_policy *policy)
{
	size_t members[MAX_NODES] = { 0 };

	for (size_t i = 0; i < policy->node_count; i++) {
		const policy_node *node = &policy->nodes[i];

		require(node->name.len > 0);
		require(node->parent == NO_NODE ||
			(node->parent > i && node->parent < policy->node_count));
		if (node->parent != NO_NODE)
			members[node->parent]++;
		if (node->witness < SIGLET_MAX_WITNESSES)
			require(node->witness < policy->witness_count && members[i] == 0);
		else
			require(node->threshold >= 1 && node->threshold <= members[i]);
		for (size_t j = 0; j < i; j++)
			require(!siglet_slice_equal(node->name, policy->nodes[j].name));
	}
	require(policy->node_count == policy->witness_count + policy->group_count);
	require(policy->quorum == NO_NODE || policy->quorum < policy->node_count);
}

/* Does a node hold, by its definition? Depth is bounded: a parent comes later. */
static bool holds(const siglet_witness_policy *policy, const siglet_witness_result *result,
		  size_t index)
{
	const policy_node *node = &policy->nodes[index];
	size_t count = 0;

	if (node->witness < SIGLET_MAX_WITNESSES)
		return result->states[node->witness] == SIGLET_WITNESS_COSIGNED;
	for (size_t i = 0; i < index; i++)
		count += policy->nodes[i].parent == index && holds(policy, result, i);
	return count >= node->threshold;
}

static void check_result(const siglet_witness_policy *policy, const siglet_note *note)
{
	siglet_witness_result result = { 0 };
	siglet_err *err = siglet_witness_policy_check(policy, note, &result);

	if (err == NULL) {
		require(result.quorum_met ==
			(policy->quorum == NO_NODE || holds(policy, &result, policy->quorum)));
		require(result.cosigned <= note->count && result.cosigned <= policy->witness_count);
		require(!result.satisfied || result.quorum_met);
		require(policy->log_count == 0 ||
			result.satisfied ==
				(result.quorum_met && result.log != SIGLET_NO_POLICY_LOG));
		require(!result.quorum_met || result.cosigned == 0 ||
			(result.oldest_s <= result.quorum_s && result.quorum_s <= result.newest_s));
		err = siglet_witness_result_require(policy, &result, 0);
		require((err == NULL) == result.satisfied);
	}
	siglet_err_free(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	siglet_witness_policy *policy = NULL;
	siglet_note note = { 0 };
	siglet_arena arena;
	siglet_buf text;
	siglet_err *err;

	siglet_arena_init(&arena, 1u << 20);
	siglet_buf_init(&text, 4096);
	err = siglet_witness_policy_parse(siglet_slice_of(data, size), &policy);
	if (err == NULL) {
		check_groups(policy);
		err = siglet_buf_printf(&text, "%s\n\xe2\x80\x94 %s %s\n\xe2\x80\x94 %s %s\n",
					VECTOR_TEXT, VECTOR_ORIGIN, VECTOR_LOG_LINE, VECTOR_WITNESS,
					VECTOR_ED25519_LINE);
	}
	if (err == NULL)
		err = siglet_note_parse(siglet_buf_slice(&text), &arena, &note);
	if (err == NULL)
		check_result(policy, &note);
	siglet_err_free(err);
	siglet_witness_policy_free(policy);
	siglet_buf_clear(&text);
	siglet_arena_clear(&arena);
	return 0;
}
