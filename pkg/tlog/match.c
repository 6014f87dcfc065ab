#include "tlog/tlog_internal.h"

/*
 * An entry that verifies proves only that somebody logged something. These comparisons make it
 * prove that this signature was logged.
 */

/* kindVersion stands outside the body and chooses how it is read: it must not lie. */
static siglet_err *check_kind(const siglet_json *root, const siglet_entry *entry)
{
	siglet_slice kind = SIGLET_SLICE_NONE, version = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_tlog_need_string(root, "kind", &kind);

	if (err == NULL)
		err = siglet_tlog_need_string(root, "apiVersion", &version);
	if (err != NULL)
		return err;
	if (!siglet_slice_equal(kind, entry->kind_name) ||
	    !siglet_slice_equal(version, entry->kind_version))
		return siglet_err_new(SIGLET_E_MISMATCH,
				      "a body of kind %s %s in an entry of %s %s",
				      siglet_text_printable(kind).text,
				      siglet_text_printable(version).text,
				      siglet_text_printable(entry->kind_name).text,
				      siglet_text_printable(entry->kind_version).text);
	return NULL;
}

static siglet_err *match_spec(siglet_entry_kind kind, const siglet_json *spec,
			      const siglet_entry_subject *subject)
{
	switch (kind) {
	case SIGLET_ENTRY_HASHEDREKORD_V001:
		return siglet_tlog_match_hashedrekord(spec, subject);
	case SIGLET_ENTRY_DSSE_V001:
		return siglet_tlog_match_dsse(spec, subject);
	case SIGLET_ENTRY_INTOTO_V002:
		return siglet_tlog_match_intoto(spec, subject);
	case SIGLET_ENTRY_HASHEDREKORD_V002:
		break;
	}
	return siglet_err_new(SIGLET_E_INTERNAL, "no Rekor v1 entry");
}

static siglet_err *match_body(const siglet_entry *entry, const siglet_entry_subject *subject)
{
	const siglet_json *spec = NULL;
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse(entry->body, SIGLET_MAX_ENTRY_BODY_BYTES, &doc);

	if (err == NULL)
		err = check_kind(siglet_json_root(doc), entry);
	if (err == NULL)
		err = siglet_tlog_need_object(siglet_json_root(doc), "spec", &spec);
	if (err == NULL)
		err = match_spec(entry->kind, spec, subject);
	siglet_json_doc_free(doc);
	return err;
}

static siglet_err *match_v2(const siglet_entry *entry, const siglet_entry_subject *subject,
			    siglet_buf *ret_body)
{
	const size_t before = ret_body->len;
	siglet_slice rebuilt;
	siglet_err *err = siglet_tlog_rebuild(subject, ret_body);

	if (err != NULL)
		return err;
	rebuilt = siglet_slice_of(ret_body->ptr + before, ret_body->len - before);
	if (entry->body.len == 0 || siglet_slice_equal(entry->body, rebuilt))
		return NULL;
	err = siglet_tlog_explain(entry->body, rebuilt);
	ret_body->len = before;
	return err;
}

siglet_err *siglet_entry_match(const siglet_entry *entry, const siglet_entry_subject *subject,
			       siglet_buf *ret_body)
{
	siglet_err *err;

	if (subject->signature.len == 0)
		return siglet_err_new(SIGLET_E_MISMATCH, "no entry is of an empty signature");
	if (siglet_entry_is_v2(entry))
		return match_v2(entry, subject, ret_body);
	err = match_body(entry, subject);
	return err != NULL ? err : siglet_buf_append(ret_body, entry->body);
}

/* ---- which hash of the artifact a body is about ---- */

/*
 * By the words that name them, without a parse: a hash that turns out not to be needed costs less
 * than reading each body twice, and one that is named by an escape is missed to a refusal.
 */
unsigned siglet_entry_hashes(const siglet_entry *entry)
{
	static const struct {
		const char *v1, *v2;
		siglet_hash hash;
	} known[] = {
		{ "\"sha256\"", "\"SHA2_256\"", SIGLET_SHA256 },
		{ "\"sha384\"", "\"SHA2_384\"", SIGLET_SHA384 },
		{ "\"sha512\"", "\"SHA2_512\"", SIGLET_SHA512 },
	};
	const bool is_v2 = siglet_entry_is_v2(entry);
	unsigned mask = 0;

	if (entry->kind != SIGLET_ENTRY_HASHEDREKORD_V001 && !is_v2)
		return 0;
	for (size_t i = 0; i < SIGLET_COUNT(known); i++)
		if (siglet_slice_contains(entry->body, is_v2 ? known[i].v2 : known[i].v1))
			mask |= SIGLET_HASH_BIT(known[i].hash);
	return mask;
}
