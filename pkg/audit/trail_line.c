#include "audit/trail_internal.h"

#include <string.h>

#define SCHEMA 1

/* What a line of the trail says, and whether an entry says the same. */

static siglet_slice member(const siglet_json *line, const char *name)
{
	return siglet_json_string(siglet_json_object_get(line, name));
}

static siglet_err *read_hash(siglet_slice hex, const char *name, siglet_hash32 *ret_hash)
{
	siglet_buf bytes;
	siglet_err *err;

	siglet_buf_init(&bytes, sizeof(ret_hash->bytes));
	err = siglet_hex_decode(hex, &bytes);
	if (err == NULL && bytes.len != sizeof(ret_hash->bytes))
		err = siglet_err_new(SIGLET_E_LENGTH, "%zu bytes", bytes.len);
	if (err == NULL)
		memcpy(ret_hash->bytes, bytes.ptr, bytes.len);
	siglet_buf_clear(&bytes);
	return err == NULL ? NULL : siglet_err_wrap(err, "%s", name);
}

/* Where it stands for nothing that is in the entry, it is not compared. */
static siglet_err *read_digest(const siglet_json *line, audit_trail_line *ret_line)
{
	static const char prefix[] = "sha256:";
	const siglet_slice digest = member(line, "digest");
	const size_t len = sizeof(prefix) - 1;

	/* An attestation's entry is about the statement, and COSE's about a structure of its own. */
	if (digest.len == 0 || member(line, "type").len > 0 ||
	    siglet_slice_is(member(line, "action"), "attest") ||
	    siglet_slice_is(member(line, "format"), "cose") ||
	    !siglet_slice_has_prefix(digest, prefix))
		return NULL;
	ret_line->has_digest = true;
	return read_hash(siglet_slice_of(digest.ptr + len, digest.len - len), "digest",
			 &ret_line->sha256);
}

static siglet_err *check_schema(const siglet_json *line)
{
	int64_t schema = SCHEMA;
	siglet_err *err = NULL;

	/* Before there was a schema there was no such member. */
	if (siglet_json_object_get(line, "schema") != NULL)
		err = siglet_json_need_int64(line, "schema", &schema);
	if (err == NULL && schema != SCHEMA)
		err = siglet_err_new(SIGLET_E_UNSUPPORTED,
				     "of schema %lld, which this version does not know",
				     (long long)schema);
	return err;
}

/* Of what was refused nothing was signed; and a verdict that is not known is none of ours. */
static bool is_good(siglet_slice verdict)
{
	return verdict.len == 0 || siglet_slice_is(verdict, "signed") ||
	       siglet_slice_is(verdict, "attested") || siglet_slice_is(verdict, "accepted");
}

static siglet_err *read_index(const siglet_json *line, uint64_t *ret_index)
{
	int64_t index = 0;
	siglet_err *err = siglet_json_need_int64(line, "logIndex", &index);

	if (err == NULL && index < 0)
		err = siglet_err_new(SIGLET_E_RANGE, "logIndex: %lld", (long long)index);
	if (err == NULL)
		*ret_index = (uint64_t)index;
	return err;
}

siglet_err *siglet_audit_trail_read(const siglet_json *line, audit_trail_line *ret_line)
{
	audit_trail_line read = { .log = member(line, "log") };
	const siglet_slice leaf = member(line, "leaf"), key = member(line, "keyId");
	const siglet_slice log_id = member(line, "logId");
	siglet_slice time = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_json_need_string(line, "time", &time);

	if (err == NULL)
		err = check_schema(line);
	read.is_logged = read.log.len > 0 && is_good(member(line, "verdict"));
	if (err != NULL || !read.is_logged) {
		*ret_line = read;
		return err;
	}
	err = read_index(line, &read.index);
	read.has_log_id = log_id.len > 0;
	if (err == NULL && read.has_log_id)
		err = read_hash(log_id, "logId", &read.log_id);
	read.has_leaf = leaf.len > 0;
	if (err == NULL && read.has_leaf)
		err = read_hash(leaf, "leaf", &read.leaf);
	read.has_key = key.len > 0;
	if (err == NULL && read.has_key)
		err = read_hash(key, "keyId", &read.key);
	read.identity = member(line, "identity");
	read.issuer = member(line, "issuer");
	if (err == NULL)
		err = read_digest(line, &read);
	if (err == NULL)
		*ret_line = read;
	return err;
}

/* ---- against an entry ---- */

static siglet_err *hash_equals(siglet_slice bytes, const siglet_hash32 *hash, bool *ret_equal)
{
	siglet_hash32 found = { { 0 } };
	siglet_err *err = siglet_sha256(&bytes, 1, found.bytes);

	*ret_equal = *ret_equal || (err == NULL && siglet_hash32_equal(&found, hash));
	return err;
}

static siglet_err *has_key(const audit_content *content, const siglet_hash32 *key, bool *ret_has)
{
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < content->key_count; i++)
		err = hash_equals(content->keys[i], key, ret_has);
	for (size_t i = 0; err == NULL && i < content->cert_count; i++) {
		siglet_glance glance;

		err = siglet_cert_glance(content->certs[i], false, &glance);
		if (err == NULL)
			err = hash_equals(glance.spki, key, ret_has);
	}
	return err;
}

static bool has_name(const siglet_glance *glance, siglet_slice name)
{
	for (size_t i = 0; i < glance->name_count; i++)
		if (siglet_slice_equal(glance->names[i].text, name))
			return true;
	return false;
}

/* Old certificates have the issuer in .1, new ones in both. */
static bool has_issuer(const siglet_glance *glance, siglet_slice issuer)
{
	return siglet_slice_equal(glance->value[SIGLET_FULCIO_ISSUER_V2], issuer) ||
	       siglet_slice_equal(glance->value[SIGLET_FULCIO_ISSUER_V1], issuer);
}

/* One certificate must have both. */
static siglet_err *names_signer(const audit_content *content, const audit_trail_line *line,
				bool *ret_names)
{
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < content->cert_count; i++) {
		siglet_glance glance;

		err = siglet_cert_glance(content->certs[i], false, &glance);
		if (err == NULL)
			*ret_names =
				*ret_names ||
				((line->identity.len == 0 || has_name(&glance, line->identity)) &&
				 (line->issuer.len == 0 || has_issuer(&glance, line->issuer)));
	}
	return err;
}

/* Of another hash (a key of P-384) nothing is said. */
static siglet_err *check_digest(const audit_content *content, const siglet_hash32 *sha256,
				bool *ret_is_compared)
{
	bool is_equal = false;
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < content->digest_count; i++) {
		const audit_digest *digest = &content->digests[i];
		siglet_buf bytes;

		if (!siglet_slice_is(digest->algorithm, "sha256") &&
		    !siglet_slice_is(digest->algorithm, "SHA2_256"))
			continue;
		*ret_is_compared = true;
		siglet_buf_init(&bytes, 256);
		err = siglet_audit_digest_bytes(digest, &bytes);
		if (err == NULL)
			is_equal = is_equal || siglet_slice_equal(siglet_buf_slice(&bytes),
								  siglet_hash32_slice(sha256));
		siglet_buf_clear(&bytes);
	}
	if (err == NULL && *ret_is_compared && !is_equal)
		err = siglet_err_new(SIGLET_E_MISMATCH,
				     "the entry there is about another file than the line");
	return err;
}

static siglet_err *check_key(const audit_content *content, const siglet_hash32 *key)
{
	bool has = false;
	siglet_err *err = has_key(content, key, &has);

	return err != NULL || has
		       ? err
		       : siglet_err_new(SIGLET_E_MISMATCH, "the entry there is by another key");
}

static siglet_err *check_signer(const audit_content *content, const audit_trail_line *line)
{
	bool names = false;
	siglet_err *err = names_signer(content, line, &names);

	return err != NULL || names ? err
				    : siglet_err_new(SIGLET_E_MISMATCH,
						     "the entry there is by another identity");
}

/* With nothing that ties it to one entry, a line could be of any. */
static siglet_err *check_tied(const audit_trail_line *line, bool is_about_file)
{
	if (line->has_leaf || line->has_key || line->identity.len > 0 || is_about_file)
		return NULL;
	return siglet_err_new(SIGLET_E_IO,
			      "the line does not say what could be compared with the entry there");
}

static siglet_err *compare(const audit_trail_line *line, const audit_content *content)
{
	siglet_err *err = line->has_key ? check_key(content, &line->key) : NULL;
	bool is_about_file = false;

	if (err == NULL && (line->identity.len > 0 || line->issuer.len > 0))
		err = check_signer(content, line);
	if (err == NULL && line->has_digest)
		err = check_digest(content, &line->sha256, &is_about_file);
	return err == NULL ? check_tied(line, is_about_file) : err;
}

siglet_err *siglet_audit_trail_compare(const audit_trail_line *line, siglet_slice entry)
{
	audit_content content;
	siglet_err *err;

	siglet_audit_content_init(&content);
	err = siglet_audit_content_read(entry, &content);
	if (err == NULL)
		err = compare(line, &content);
	siglet_audit_content_clear(&content);
	return err;
}
