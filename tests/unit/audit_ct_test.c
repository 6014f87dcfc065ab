#include "audit/audit_internal.h"

#include <string.h>

#include "../lib/check.h"

/* Tiles of CT logs, and what an entry of one is about. */

#define ROOM ((size_t)4 << 20)

static void need(siglet_err *err)
{
	if (err == NULL)
		return;
	printf("Bail out! %s\n", siglet_err_message(err));
	exit(1);
}

/* A TimestampedEntry of a certificate, with its index as its time and in its extension. */
static siglet_buf entry_of(uint64_t index, const char *cert)
{
	siglet_buf entry;

	siglet_buf_init(&entry, ROOM);
	need(siglet_buf_append_uint(&entry, index, 8));
	need(siglet_buf_append_uint(&entry, 0, 2));
	need(siglet_buf_append_uint(&entry, strlen(cert), 3));
	need(siglet_buf_append_str(&entry, cert));
	need(siglet_buf_append_uint(&entry, 8, 2));
	need(siglet_buf_append_uint(&entry, 5, 3));
	need(siglet_buf_append_uint(&entry, index, 5));
	return entry;
}

static siglet_buf make_tile(unsigned width)
{
	siglet_buf tile;

	siglet_buf_init(&tile, ROOM);
	for (unsigned i = 0; i < width; i++) {
		siglet_buf entry = entry_of(i, "cert");

		need(siglet_buf_append(&tile, siglet_buf_slice(&entry)));
		need(siglet_buf_append_uint(&tile, 0, 2));
		siglet_buf_clear(&entry);
	}
	return tile;
}

static siglet_entries entries;
static siglet_hash32 leaves[SIGLET_TILE_WIDTH];

static siglet_err *digest(unsigned have, unsigned want)
{
	siglet_buf tile = make_tile(have);
	siglet_err *err =
		siglet_audit_ct_tiles.digest(siglet_buf_slice(&tile), want, &entries, leaves);

	siglet_buf_clear(&tile);
	return err;
}

static void tiles_are_digested(void)
{
	siglet_buf tile = make_tile(3), entry = entry_of(2, "cert");
	siglet_hash32 want;

	OK(siglet_audit_ct_tiles.kind == SIGLET_TILE_DATA, "they are data tiles");
	OK_SUCCESS(siglet_audit_ct_tiles.digest(siglet_buf_slice(&tile), 3, &entries, leaves),
		   "a partial one");
	need(siglet_ct_hash_leaf(siglet_buf_slice(&entry), &want));
	OK(entries.count == 3 && siglet_slice_equal(entries.of[2], siglet_buf_slice(&entry)) &&
		   siglet_hash32_equal(&leaves[2], &want),
	   "has its entries and their hashes");
	need(siglet_buf_append_byte(&tile, 0));
	OK_ERROR(siglet_audit_ct_tiles.digest(siglet_buf_slice(&tile), 3, &entries, leaves),
		 SIGLET_E_MALFORMED, "a byte too many");
	siglet_buf_clear(&entry);
	siglet_buf_clear(&tile);
	OK_SUCCESS(digest(256, 256), "a full one");
	OK(entries.count == 256, "has all of them");
	OK_SUCCESS(digest(256, 7), "a full one in place of a partial one");
	OK(entries.count == 7, "has those that were asked for");
	OK_ERROR(digest(6, 7), SIGLET_E_MALFORMED, "too few entries");
	OK_ERROR(digest(8, 7), SIGLET_E_MALFORMED, "too many");
	OK_ERROR(digest(257, 256), SIGLET_E_MALFORMED, "more than a tile has");
	OK_ERROR(digest(0, 1), SIGLET_E_MALFORMED, "none");
}

static void an_entry_says_which_one_it_is(void)
{
	const char *const subjects[] = { "anybody" };
	const siglet_audit_rules rules = { .subjects = subjects, .subject_count = 1 };
	siglet_buf entry = entry_of(7, "not DER");
	audit_found *found = NULL;
	audit_content content;
	siglet_hash32 leaf;

	need(siglet_ct_hash_leaf(siglet_buf_slice(&entry), &leaf));
	siglet_audit_content_init(&content);
	content.is_ct = true;
	OK_SUCCESS(siglet_audit_find(&rules, 7, siglet_buf_slice(&entry), &leaf, &content, &found),
		   "what is no certificate");
	OK(found != NULL && found->reason != NULL && strstr(found->reason, "DER") != NULL,
	   "can't be read, which is found");
	siglet_audit_found_free(found);
	found = NULL;
	OK_SUCCESS(siglet_audit_find(&rules, 8, siglet_buf_slice(&entry), &leaf, &content, &found),
		   "an entry at another place than it says");
	OK(found != NULL && found->reason != NULL && strstr(found->reason, "entry 7") != NULL,
	   "is found for that");
	siglet_audit_found_free(found);
	siglet_audit_content_clear(&content);
	siglet_buf_clear(&entry);
}

static void certificates_are_bounded(void)
{
	siglet_buf entry, cert;
	audit_content content;

	siglet_buf_init(&cert, ROOM);
	for (size_t i = 0; i <= SIGLET_MAX_CERT_BYTES; i++)
		need(siglet_buf_append_byte(&cert, 'c'));
	siglet_audit_content_init(&content);
	content.is_ct = true;
	entry = entry_of(0, siglet_buf_text(&cert));
	OK_ERROR(siglet_audit_content_read(siglet_buf_slice(&entry), &content), SIGLET_E_LIMIT,
		 "a certificate past the ceiling");
	siglet_buf_clear(&entry);
	siglet_buf_truncate(&cert, SIGLET_MAX_CERT_BYTES);
	entry = entry_of(0, siglet_buf_text(&cert));
	OK_SUCCESS(siglet_audit_content_read(siglet_buf_slice(&entry), &content), "one at it");
	OK(content.cert_count == 1 && siglet_slice_is(content.kind, "x509") && !content.is_tbs &&
		   content.has_index && content.index == 0,
	   "and what is known of it");
	siglet_audit_content_clear(&content);
	siglet_buf_clear(&entry);
	siglet_buf_clear(&cert);
}

int main(void)
{
	tiles_are_digested();
	an_entry_says_which_one_it_is();
	certificates_are_bounded();
	return tap_done();
}
