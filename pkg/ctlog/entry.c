#include "ctlog/ctlog.h"

/* RFC 6962 section 3.4, and static-ct-api's way to put the same on files. */

#define VERSION_1 0
#define TIMESTAMPED_ENTRY 0
#define LEAF_INDEX 0
#define LEAF_INDEX_BYTES 5
#define CHAIN_HASH_BYTES 32

static const uint8_t leaf_start[] = { VERSION_1, TIMESTAMPED_ENTRY };

/* ---- extensions ---- */

/* Of one type there is at most one; a list that is none, or says it twice, says nothing. */
static bool find_index(siglet_slice extensions, uint64_t *ret_index)
{
	siglet_reader list = { extensions };
	bool found = false;

	while (list.left.len > 0) {
		siglet_slice data = SIGLET_SLICE_NONE;
		uint64_t type = 0;
		siglet_err *err = siglet_reader_uint(&list, 1, &type);

		if (err == NULL)
			err = siglet_reader_vector(&list, 2, &data);
		if (err == NULL && type == LEAF_INDEX) {
			siglet_reader number = { data };

			if (found || data.len != LEAF_INDEX_BYTES)
				return false;
			found = true;
			err = siglet_reader_uint(&number, LEAF_INDEX_BYTES, ret_index);
		}
		siglet_err_free(err);
		if (err != NULL)
			return false;
	}
	return found;
}

/* ---- entries ---- */

static siglet_err *read_cert(siglet_reader *reader, siglet_slice *ret_cert)
{
	siglet_err *err = siglet_reader_vector(reader, 3, ret_cert);

	if (err == NULL && ret_cert->len == 0)
		err = siglet_err_new(SIGLET_E_MALFORMED, "an empty certificate");
	return err;
}

static siglet_err *read_signed(siglet_reader *reader, uint64_t type, siglet_ct_entry *entry)
{
	siglet_err *err = NULL;

	if (type == SIGLET_CT_PRECERT) {
		entry->kind = SIGLET_CT_PRECERT;
		err = siglet_reader_bytes(reader, SIGLET_SHA256_SIZE, &entry->issuer_key_hash);
	} else if (type != SIGLET_CT_X509) {
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "an entry of type %u", (unsigned)type);
	}
	return err == NULL ? read_cert(reader, &entry->cert) : err;
}

static siglet_err *read_entry(siglet_reader *reader, siglet_ct_entry *entry)
{
	uint64_t type = 0;
	siglet_err *err = siglet_reader_uint(reader, 8, &entry->timestamp_ms);

	if (err == NULL && entry->timestamp_ms > INT64_MAX)
		err = siglet_err_new(SIGLET_E_RANGE, "a timestamp past all times");
	if (err == NULL)
		err = siglet_reader_uint(reader, 2, &type);
	if (err == NULL)
		err = read_signed(reader, type, entry);
	if (err == NULL)
		err = siglet_reader_vector(reader, 2, &entry->extensions);
	if (err == NULL)
		entry->has_index = find_index(entry->extensions, &entry->index);
	return err;
}

siglet_err *siglet_ct_entry_parse(siglet_slice bytes, siglet_ct_entry *ret_entry)
{
	siglet_ct_entry entry = { .timestamp_ms = 0 };
	siglet_reader reader = { bytes };
	siglet_err *err = read_entry(&reader, &entry);

	if (err == NULL)
		err = siglet_reader_end(&reader);
	if (err != NULL)
		return siglet_err_wrap(err, "CT entry");
	*ret_entry = entry;
	return NULL;
}

siglet_err *siglet_ct_leaf_parse(siglet_slice leaf, siglet_slice *ret_entry)
{
	siglet_reader reader = { leaf };
	uint64_t version = 0, type = 0;
	siglet_err *err = siglet_reader_uint(&reader, 1, &version);

	if (err == NULL)
		err = siglet_reader_uint(&reader, 1, &type);
	if (err == NULL && (version != VERSION_1 || type != TIMESTAMPED_ENTRY))
		err = siglet_err_new(SIGLET_E_UNSUPPORTED, "version %u, type %u",
				     (unsigned)version + 1, (unsigned)type);
	if (err != NULL)
		return siglet_err_wrap(err, "CT leaf");
	*ret_entry = reader.left;
	return NULL;
}

siglet_err *siglet_ct_hash_leaf(siglet_slice entry, siglet_hash32 *ret_hash)
{
	static const uint8_t leaf_mark = 0;
	const siglet_slice parts[] = {
		siglet_slice_of(&leaf_mark, 1),
		siglet_slice_of(leaf_start, sizeof(leaf_start)),
		entry,
	};

	return siglet_sha256(parts, SIGLET_COUNT(parts), ret_hash->bytes);
}

/* ---- tiles ---- */

/* The precertificate that was submitted, and hashes of the certificates above it. */
static siglet_err *pass_over(siglet_reader *tile, siglet_ct_kind kind)
{
	siglet_slice precert = SIGLET_SLICE_NONE, chain = SIGLET_SLICE_NONE;
	siglet_err *err = NULL;

	if (kind == SIGLET_CT_PRECERT)
		err = read_cert(tile, &precert);
	if (err == NULL)
		err = siglet_reader_vector(tile, 2, &chain);
	if (err == NULL && chain.len % CHAIN_HASH_BYTES != 0)
		err = siglet_err_new(SIGLET_E_MALFORMED, "a chain of %zu bytes", chain.len);
	return err;
}

siglet_err *siglet_ct_next_tile_leaf(siglet_reader *tile, siglet_slice *ret_entry)
{
	siglet_ct_entry entry = { .timestamp_ms = 0 };
	siglet_reader reader = *tile;
	siglet_slice bytes;
	siglet_err *err = read_entry(&reader, &entry);

	bytes = siglet_slice_of(tile->left.ptr, tile->left.len - reader.left.len);
	if (err == NULL)
		err = pass_over(&reader, entry.kind);
	if (err != NULL)
		return siglet_err_wrap(err, "TileLeaf");
	*tile = reader;
	*ret_entry = bytes;
	return NULL;
}
