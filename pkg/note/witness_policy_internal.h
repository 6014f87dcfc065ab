/*
 * A witness policy as it is kept: shared by who reads it and who asks it.
 */
#ifndef SIGLET_NOTE_WITNESS_POLICY_INTERNAL_H
#define SIGLET_NOTE_WITNESS_POLICY_INTERNAL_H

#include "note/note.h"

#define NO_NODE SIZE_MAX
#define MAX_NODES (SIGLET_MAX_WITNESSES + SIGLET_MAX_WITNESS_GROUPS + 1)

/* What has a name: a witness or a group. It is a member of one group at most. */
typedef struct policy_node {
	siglet_slice name;
	size_t witness;	  /* its index; SIGLET_MAX_WITNESSES for a group */
	size_t threshold; /* of a group: so many members */
	size_t parent;	  /* the group it is a member of, which comes later; or NO_NODE */
} policy_node;

struct siglet_witness_policy {
	siglet_arena arena; /* names and URLs */
	siglet_policy_log logs[SIGLET_MAX_POLICY_LOGS];
	siglet_policy_witness witnesses[SIGLET_MAX_WITNESSES];
	policy_node nodes[MAX_NODES]; /* in the order of the file: members before their group */
	size_t log_count, witness_count, group_count, node_count;
	bool has_quorum;
	size_t quorum; /* NO_NODE: none is needed */
};

#endif
