#include "tlog/tlog.h"

static void write_proof(const siglet_entry *entry, siglet_json_writer *writer)
{
	siglet_json_write_begin_object(writer, "inclusionProof");
	siglet_json_write_int_string(writer, "logIndex", entry->proof_index);
	if (entry->proof_root.len > 0)
		siglet_json_write_base64(writer, "rootHash", entry->proof_root);
	if (entry->proof_size != 0)
		siglet_json_write_int_string(writer, "treeSize", entry->proof_size);
	siglet_json_write_begin_array(writer, "hashes");
	for (size_t i = 0; i < entry->proof_count; i++)
		siglet_json_write_base64(writer, NULL, siglet_hash32_slice(&entry->proof_nodes[i]));
	siglet_json_write_end_array(writer);
	if (entry->checkpoint.len > 0) {
		siglet_json_write_begin_object(writer, "checkpoint");
		siglet_json_write_string(writer, "envelope", entry->checkpoint);
		siglet_json_write_end_object(writer);
	}
	siglet_json_write_end_object(writer);
}

/* An index of 0 and an empty proof are written too: not every reader knows the defaults. */
void siglet_entry_write(const siglet_entry *entry, siglet_json_writer *writer, const char *name)
{
	siglet_json_write_begin_object(writer, name);
	siglet_json_write_int_string(writer, "logIndex", entry->log_index);
	siglet_json_write_begin_object(writer, "logId");
	siglet_json_write_base64(writer, "keyId", entry->log_id);
	siglet_json_write_end_object(writer);
	siglet_json_write_begin_object(writer, "kindVersion");
	siglet_json_write_string(writer, "kind", entry->kind_name);
	siglet_json_write_string(writer, "version", entry->kind_version);
	siglet_json_write_end_object(writer);
	if (entry->integrated_time_s != 0)
		siglet_json_write_int_string(writer, "integratedTime", entry->integrated_time_s);
	if (entry->promise.len > 0) {
		siglet_json_write_begin_object(writer, "inclusionPromise");
		siglet_json_write_base64(writer, "signedEntryTimestamp", entry->promise);
		siglet_json_write_end_object(writer);
	}
	if (entry->has_proof)
		write_proof(entry, writer);
	if (entry->body.len > 0)
		siglet_json_write_base64(writer, "canonicalizedBody", entry->body);
	siglet_json_write_end_object(writer);
}
