#include "bundle/bundle.h"

#include "statement/statement.h"

/* Those that a signature by this key could be over. */
static unsigned hashes_of_key(const siglet_key *key)
{
	siglet_scheme schemes[SIGLET_MAX_SCHEMES];
	const size_t count = siglet_key_schemes(key, schemes);
	unsigned mask = 0;

	for (size_t i = 0; i < count; i++) {
		siglet_hash hash;

		if (siglet_scheme_hash(schemes[i], &hash))
			mask |= SIGLET_HASH_BIT(hash);
	}
	return mask;
}

/* Those that the statement names its subjects by. A payload that is no statement needs none. */
static unsigned hashes_of_statement(siglet_slice payload)
{
	siglet_statement *statement = NULL;
	siglet_err *err = siglet_statement_parse(payload, &statement);
	unsigned mask = 0;

	if (err == NULL)
		mask = siglet_statement_hashes(statement);
	siglet_err_free(err);
	siglet_statement_free(statement);
	return mask;
}

unsigned siglet_bundle_hashes(const siglet_bundle *bundle, const siglet_key *key)
{
	const siglet_bundle_data *data = siglet_bundle_get(bundle);
	const siglet_cert *leaf = siglet_bundle_leaf(bundle);
	unsigned mask = SIGLET_HASH_BIT(SIGLET_SHA256); /* what reports and logs name a file by */

	if (data->cose != NULL)
		return data->cose->is_envelope ? mask | SIGLET_HASH_BIT(data->cose->envelope.hash)
					       : mask;
	if (data->is_dsse)
		return mask | hashes_of_statement(data->payload);
	if (leaf != NULL)
		key = siglet_cert_key(leaf);
	if (key != NULL)
		mask |= hashes_of_key(key);
	if (data->has_digest)
		mask |= SIGLET_HASH_BIT(data->digest.hash);
	for (size_t i = 0; i < data->entry_count; i++)
		mask |= siglet_entry_hashes(&data->entries[i]);
	return mask;
}
