/*
 * Metadata of every role, as if it were signed: read, counted, searched; and a pack of it. The first byte
 * chooses.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/store.h"
#include "tuf/tuf_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* Whoever is named in the file itself may sign it. */
static void read_metadata(siglet_slice input, const char *type)
{
	siglet_tuf_metadata *m = NULL;
	siglet_err *err = siglet_tuf_metadata_parse(input, 1u << 20, type, &m);

	if (err == NULL) {
		const siglet_json *roles = siglet_json_object_get(m->content, "roles");
		const siglet_json *keys = siglet_json_object_get(m->content, "keys");
		const siglet_json *entry = NULL;
		siglet_tuf_file file = { 0 };

		require(m->version >= 1 && m->canonical.len > 0);
		err = siglet_tuf_check_signatures(m, keys, siglet_json_object_get(roles, type));
		/* Nothing signs by chance. */
		require(err != NULL || m->signer_count > 0);
		siglet_err_free(err);
		err = siglet_tuf_file_entry(m, siglet_slice_str("snapshot"), &entry);
		if (err == NULL && entry != NULL)
			err = siglet_tuf_file_read_metadata(entry, &file);
		siglet_err_free(err);
		err = siglet_tuf_file_read_target(m->content, &file);
		require(err != NULL || (file.has_length && file.hashes.mask != 0));
	}
	siglet_err_free(err);
	siglet_tuf_metadata_free(m);
}

/* Delegations, searched as if everything before them had been accepted. */
static void search(siglet_slice input)
{
	siglet_tuf_metadata *m = NULL;
	siglet_err *err = siglet_tuf_metadata_parse(input, 1u << 20, "targets", &m);

	if (err == NULL) {
		siglet_tuf tuf = { .stage = SIGLET_TUF_DELEGATED };
		siglet_tuf_target target;
		bool found = false;

		for (int i = 0; i < SIGLET_TUF_ROLE_COUNT; i++)
			tuf.of[i] = m;
		siglet_buf_init(&tuf.wanted, 1024);
		siglet_buf_init(&tuf.path, 8192);
		err = siglet_tuf_find(&tuf, siglet_slice_str("a/b"), &found, &target);
		require(!found || target.hashes.mask != 0);
		siglet_buf_clear(&tuf.path);
		siglet_buf_clear(&tuf.wanted);
	}
	siglet_err_free(err);
	siglet_tuf_metadata_free(m);
}

static void read_pack(siglet_slice input)
{
	siglet_pack *pack = NULL, *again = NULL;
	siglet_err *err = siglet_pack_parse(input, &pack);
	siglet_buf one, two;

	siglet_buf_init(&one, 64u << 20);
	siglet_buf_init(&two, 64u << 20);
	if (err == NULL) {
		require(siglet_pack_write(pack, &one) == NULL);
		require(siglet_pack_parse(siglet_buf_slice(&one), &again) == NULL);
		require(siglet_pack_write(again, &two) == NULL);
		require(siglet_slice_equal(siglet_buf_slice(&one), siglet_buf_slice(&two)));
	}
	siglet_err_free(err);
	siglet_pack_free(again);
	siglet_pack_free(pack);
	siglet_buf_clear(&two);
	siglet_buf_clear(&one);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const siglet_slice rest =
		size == 0 ? SIGLET_SLICE_NONE : siglet_slice_of(data + 1, size - 1);

	switch (size == 0 ? 0 : data[0] % 8) {
	case 0:
	case 1:
	case 2:
	case 3:
		read_metadata(rest, siglet_tuf_role_name((siglet_tuf_role)(data == NULL || size == 0
										   ? 0
										   : data[0] % 8)));
		break;
	case 4:
	case 5:
		search(rest);
		break;
	case 6:
		read_pack(rest);
		break;
	default: {
		siglet_slice pattern = siglet_slice_of(rest.ptr, rest.len / 2);

		(void)siglet_tuf_path_matches(pattern, siglet_slice_of(rest.ptr + pattern.len,
								       rest.len - pattern.len));
	}
	}
	return 0;
}
