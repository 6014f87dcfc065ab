#include "audit/audit_internal.h"

#include <string.h>

/*
 * What an entry of a log is about: whose certificate or key, which artifact. Nearly every entry is a
 * hashedrekord of Rekor v2 in the one form that its log writes, which is read as it stands; any
 * other is read as JSON, of whatever kind, so that no spelling hides a certificate.
 */

#define MAX_DECODED_BYTES ((size_t)4 << 20)

void siglet_audit_content_init(audit_content *content)
{
	memset(content, 0, sizeof(*content));
	siglet_arena_init(&content->arena, MAX_DECODED_BYTES);
	siglet_buf_init(&content->scratch, SIGLET_MAX_CERT_BYTES);
}

void siglet_audit_content_clear(audit_content *content)
{
	siglet_arena_clear(&content->arena);
	siglet_buf_clear(&content->scratch);
}

static void reset(audit_content *content)
{
	if (content->arena.used > 0)
		siglet_arena_clear(&content->arena);
	siglet_buf_truncate(&content->scratch, 0);
	content->kind = content->version = SIGLET_SLICE_NONE;
	content->cert_count = content->key_count = 0;
	content->digest_count = content->shown_digest = 0;
	content->is_tbs = content->has_index = false;
	content->issuer_key_hash = SIGLET_SLICE_NONE;
}

/* ---- the one form ---- */

/* The text up to the next quote, which must be the end of value. */
static bool take_value(siglet_slice *left, siglet_slice *ret_value)
{
	const uint8_t *quote = left->len == 0 ? NULL : memchr(left->ptr, '"', left->len);

	if (quote == NULL)
		return false;
	*ret_value = siglet_slice_of(left->ptr, (size_t)(quote - left->ptr));
	*left = siglet_slice_of(quote, left->len - ret_value->len);
	/* An escape could stand for anything. */
	return memchr(ret_value->ptr, '\\', ret_value->len) == NULL;
}

static bool take_text(siglet_slice *left, const char *text)
{
	const size_t len = strlen(text);

	if (left->len < len || memcmp(left->ptr, text, len) != 0)
		return false;
	*left = siglet_slice_of(left->ptr + len, left->len - len);
	return true;
}

#define V2_START                                                                               \
	"{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\",\"spec\":{\"hashedRekordV002\":{" \
	"\"data\":{\"algorithm\":\""

static bool read_v2(siglet_slice body, audit_content *content)
{
	siglet_slice signature, details, raw;
	audit_digest *digest = &content->digests[0];
	bool is_cert;

	if (!take_text(&body, V2_START) || !take_value(&body, &digest->algorithm) ||
	    !take_text(&body, "\",\"digest\":\"") || !take_value(&body, &digest->text) ||
	    !take_text(&body, "\"},\"signature\":{\"content\":\"") ||
	    !take_value(&body, &signature) ||
	    !take_text(&body, "\",\"verifier\":{\"keyDetails\":\"") ||
	    !take_value(&body, &details) || !take_text(&body, "\",\""))
		return false;
	is_cert = take_text(&body, "x509Certificate");
	if ((!is_cert && !take_text(&body, "publicKey")) ||
	    !take_text(&body, "\":{\"rawBytes\":\"") || !take_value(&body, &raw) ||
	    !take_text(&body, "\"}}}}}}") || body.len != 0)
		return false;
	siglet_err *err = siglet_base64_decode(raw, &content->scratch);
	siglet_err_free(err);
	if (err != NULL || (!is_cert && !siglet_cert_is_spki(siglet_buf_slice(&content->scratch))))
		return false;
	if (is_cert)
		content->certs[content->cert_count++] = siglet_buf_slice(&content->scratch);
	else
		content->keys[content->key_count++] = siglet_buf_slice(&content->scratch);
	content->kind = siglet_slice_str("hashedrekord");
	content->version = siglet_slice_str("0.0.2");
	digest->is_base64 = true;
	content->digest_count = 1;
	return true;
}

/* ---- any JSON ---- */

static siglet_err *search_value(audit_content *content, siglet_slice name,
				const siglet_json *value);

static siglet_err *search_member(void *context, siglet_slice name, const siglet_json *value)
{
	return search_value(context, name, value);
}

/*
 * {"algorithm": …, "value": hex} of Rekor v1, {"algorithm": …, "digest": base64} of v2. Told is the one
 * of the payload, or else the first.
 */
static siglet_err *take_digest(audit_content *content, siglet_slice name, const siglet_json *value)
{
	const siglet_slice algorithm =
		siglet_json_string(siglet_json_object_get(value, "algorithm"));
	const siglet_slice hex = siglet_json_string(siglet_json_object_get(value, "value"));
	const siglet_slice base64 = siglet_json_string(siglet_json_object_get(value, "digest"));
	audit_digest *digest = &content->digests[content->digest_count];
	siglet_err *err;

	if (algorithm.len == 0 || (hex.len == 0 && base64.len == 0))
		return NULL;
	if (content->digest_count == AUDIT_MAX_CERTS)
		return siglet_err_new(SIGLET_E_LIMIT, "more than %d digests", AUDIT_MAX_CERTS);
	digest->is_base64 = hex.len == 0;
	err = siglet_arena_copy(&content->arena, algorithm, &digest->algorithm);
	if (err == NULL)
		err = siglet_arena_copy(&content->arena, hex.len > 0 ? hex : base64, &digest->text);
	if (siglet_slice_is(name, "payloadHash"))
		content->shown_digest = content->digest_count;
	content->digest_count++;
	return err;
}

/* The document's depth is bounded by its reader. */
static siglet_err *search_value(audit_content *content, siglet_slice name, const siglet_json *value)
{
	siglet_err *err = NULL;

	switch (siglet_json_kind_of(value)) {
	case SIGLET_JSON_STRING:
		return siglet_audit_look_at(siglet_json_string(value), content);
	case SIGLET_JSON_ARRAY:
		for (size_t i = 0; err == NULL && i < siglet_json_array_count(value); i++)
			err = search_value(content, name, siglet_json_array_item(value, i));
		return err;
	case SIGLET_JSON_OBJECT:
		err = take_digest(content, name, value);
		return err == NULL ? siglet_json_object_each(value, search_member, content) : err;
	case SIGLET_JSON_NULL:
	case SIGLET_JSON_BOOL:
	case SIGLET_JSON_NUMBER:
		break;
	}
	return NULL;
}

static siglet_err *read_json(const siglet_json *root, audit_content *content)
{
	siglet_slice kind = SIGLET_SLICE_NONE, version = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_json_need_string(root, "kind", &kind);

	if (err == NULL)
		err = siglet_json_need_string(root, "apiVersion", &version);
	if (err == NULL)
		err = siglet_arena_copy(&content->arena, kind, &content->kind);
	if (err == NULL)
		err = siglet_arena_copy(&content->arena, version, &content->version);
	return err == NULL ? search_value(content, SIGLET_SLICE_NONE, root) : err;
}

/* ---- CT logs ---- */

static siglet_err *read_ct(siglet_slice body, audit_content *content)
{
	siglet_ct_entry entry = { .timestamp_ms = 0 };
	siglet_err *err = siglet_ct_entry_parse(body, &entry);

	if (err == NULL && entry.cert.len > SIGLET_MAX_CERT_BYTES)
		err = siglet_err_new(SIGLET_E_LIMIT, "a certificate of %zu bytes", entry.cert.len);
	if (err != NULL)
		return err;
	content->is_tbs = entry.kind == SIGLET_CT_PRECERT;
	content->kind = siglet_slice_str(content->is_tbs ? "precert" : "x509");
	content->certs[content->cert_count++] = entry.cert;
	content->issuer_key_hash = entry.issuer_key_hash;
	content->has_index = entry.has_index;
	content->index = entry.index;
	return NULL;
}

/* ---- any ---- */

siglet_err *siglet_audit_content_read(siglet_slice body, audit_content *content)
{
	siglet_json_doc *doc = NULL;
	siglet_err *err;

	reset(content);
	if (content->is_ct)
		return read_ct(body, content);
	if (read_v2(body, content))
		return NULL;
	reset(content);
	err = siglet_json_parse(body, SIGLET_MAX_ENTRY_BODY_BYTES, &doc);
	if (err == NULL)
		err = read_json(siglet_json_root(doc), content);
	siglet_json_doc_free(doc);
	return err;
}

/* ---- digests ---- */

siglet_err *siglet_audit_digest_bytes(const audit_digest *digest, siglet_buf *ret_bytes)
{
	return digest->is_base64 ? siglet_base64_decode_any(digest->text, ret_bytes)
				 : siglet_hex_decode(digest->text, ret_bytes);
}

siglet_err *siglet_audit_content_digest(const audit_content *content, siglet_buf *ret_text)
{
	static const struct {
		const char *name, *printed;
	} names[] = { { "SHA2_256", "sha256" }, { "SHA2_384", "sha384" }, { "SHA2_512", "sha512" },
		      { "sha256", "sha256" },	{ "sha384", "sha384" },	  { "sha512", "sha512" } };
	const audit_digest *digest = &content->digests[content->shown_digest];
	siglet_buf raw;
	siglet_err *err = NULL;

	for (size_t i = 0; content->digest_count > 0 && i < SIGLET_COUNT(names); i++) {
		if (!siglet_slice_is(digest->algorithm, names[i].name))
			continue;
		siglet_buf_init(&raw, 256);
		err = siglet_audit_digest_bytes(digest, &raw);
		if (err == NULL)
			err = siglet_buf_printf(ret_text, "%s:", names[i].printed);
		if (err == NULL)
			err = siglet_hex_encode(siglet_buf_slice(&raw), ret_text);
		siglet_buf_clear(&raw);
		return err;
	}
	return NULL;
}
