/*
 * A bundle of entries as a log serves it: split, read, and compared with rules. The first byte says how
 * many entries there should be. Both ways to read an entry find the same in it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static bool has(const siglet_slice *list, size_t count, siglet_slice der)
{
	for (size_t i = 0; i < count; i++)
		if (siglet_slice_equal(list[i], der))
			return true;
	return false;
}

/* With a space before it an entry is never in the one form that is read as it stands. */
static void read_as_json(siglet_slice body, const audit_content *seen)
{
	audit_content content;
	siglet_buf spaced;
	siglet_err *err;

	siglet_buf_init(&spaced, body.len + 1);
	siglet_audit_content_init(&content);
	err = siglet_buf_append_byte(&spaced, ' ');
	if (err == NULL)
		err = siglet_buf_append(&spaced, body);
	if (err == NULL)
		err = siglet_audit_content_read(siglet_buf_slice(&spaced), &content);
	for (size_t i = 0; err == NULL && i < seen->cert_count; i++) {
		siglet_glance glance;
		siglet_err *unread = siglet_cert_glance(seen->certs[i], false, &glance);

		/* What is no certificate is refused when it is looked at. */
		require(unread != NULL || has(content.certs, content.cert_count, seen->certs[i]));
		siglet_err_free(unread);
	}
	for (size_t i = 0; err == NULL && i < seen->key_count; i++)
		require(!siglet_cert_is_spki(seen->keys[i]) ||
			has(content.keys, content.key_count, seen->keys[i]));
	if (err == NULL && seen->digest_count > 0)
		require(content.digest_count > 0 &&
			siglet_slice_equal(seen->digests[0].text, content.digests[0].text));
	siglet_err_free(err);
	siglet_buf_clear(&spaced);
	siglet_audit_content_clear(&content);
}

static void look_at(siglet_slice body, uint64_t index)
{
	static const char *const parts[] = { "a" };
	static char url[] = "https://github.com", owner[] = "acme";
	const siglet_policy policy = { .forge = SIGLET_FORGE_GITHUB,
				       .forge_url = url,
				       .forge_owner = owner };
	const siglet_digest digest = { .hash = SIGLET_SHA256 };
	const siglet_audit_rules rules = { .policy = &policy,
					   .digests = &digest,
					   .digest_count = 1,
					   .subjects = parts,
					   .subject_count = 1 };
	const siglet_hash32 leaf = { { 0 } };
	audit_found *found = NULL;
	audit_content content;
	siglet_err *err;

	siglet_audit_content_init(&content);
	err = siglet_audit_find(&rules, index, body, &leaf, &content, &found);
	require(err == NULL || siglet_err_is_fault(err));
	if (found != NULL) {
		require(found->index == index && (found->reason != NULL || found->rule != NULL));
		require(siglet_audit_found_weight(found) >= sizeof(*found));
		if (found->reason == NULL)
			require(strlen(found->kind) < 1024 && strlen(found->api_version) < 1024 &&
				strlen(found->digest) < 1024);
	}
	read_as_json(body, &content);
	siglet_audit_found_free(found);
	siglet_err_free(err);
	siglet_audit_content_clear(&content);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const unsigned width = size == 0 ? 1 : data[0] + 1u;
	siglet_entries entries;
	siglet_err *err;

	if (size == 0)
		return 0;
	err = siglet_entries_split(siglet_slice_of(data + 1, size - 1), width, &entries);
	if (err == NULL) {
		require(entries.count == width);
		for (size_t i = 0; i < entries.count; i++)
			look_at(entries.of[i], i);
	} else {
		/* Also what is no bundle may be an entry. */
		look_at(siglet_slice_of(data + 1, size - 1), 0);
	}
	siglet_err_free(err);
	return 0;
}
