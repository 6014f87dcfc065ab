#include "tuf/tuf_internal.h"

#include <stdlib.h>

/* TUF section 4.2: the envelope, and the head that all roles share. */

#define SPEC_MAJOR "1."

siglet_err *siglet_tuf_as_untrusted(siglet_err *err)
{
	static const siglet_code codes[] = { SIGLET_E_MALFORMED, SIGLET_E_MISSING, SIGLET_E_RANGE,
					     SIGLET_E_LENGTH };

	for (size_t i = 0; err != NULL && i < SIGLET_COUNT(codes); i++)
		if (siglet_err_code(err) == codes[i])
			return siglet_err_recode(err, SIGLET_E_UNTRUSTED);
	return err;
}

/* Whatever lacks these is no metadata, but a web page or the like. */
static siglet_err *open_envelope(siglet_tuf_metadata *m, size_t max_bytes)
{
	const siglet_json *root;
	siglet_err *err = siglet_json_parse(siglet_buf_slice(&m->bytes), max_bytes, &m->doc);

	if (err != NULL)
		return err;
	root = siglet_json_root(m->doc);
	err = siglet_json_need_object(root, "signed", &m->content);
	if (err == NULL)
		err = siglet_json_need_array(root, "signatures", &m->signatures);
	if (err != NULL && siglet_err_code(err) == SIGLET_E_MISSING)
		err = siglet_err_recode(err, SIGLET_E_MALFORMED);
	return err;
}

static siglet_err *check_type(const siglet_tuf_metadata *m, const char *type)
{
	siglet_slice found = SIGLET_SLICE_NONE, spec = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_json_need_string(m->content, "_type", &found);

	if (err == NULL)
		err = siglet_json_need_string(m->content, "spec_version", &spec);
	if (err != NULL)
		return err;
	if (!siglet_slice_is(found, type))
		return siglet_err_new(SIGLET_E_UNTRUSTED, "is of type \"%s\", not %s",
				      siglet_text_printable(found).text, type);
	if (!siglet_slice_has_prefix(spec, SPEC_MAJOR))
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "specification version %s, not 1.x",
				      siglet_text_printable(spec).text);
	return NULL;
}

static siglet_err *read_head(siglet_tuf_metadata *m, const char *type)
{
	siglet_slice expires = SIGLET_SLICE_NONE;
	siglet_err *err = check_type(m, type);

	if (err == NULL)
		err = siglet_json_need_int64(m->content, "version", &m->version);
	if (err == NULL && m->version < 1)
		err = siglet_err_new(SIGLET_E_UNTRUSTED, "version below 1");
	if (err == NULL)
		err = siglet_json_need_string(m->content, "expires", &expires);
	if (err == NULL)
		err = siglet_time_parse(expires, &m->expires_ms);
	if (err == NULL)
		err = siglet_json_canonicalize_olpc(m->content, &m->canonical);
	return siglet_tuf_as_untrusted(err);
}

siglet_err *siglet_tuf_metadata_parse(siglet_slice bytes, size_t max_bytes, const char *type,
				      siglet_tuf_metadata **ret_metadata)
{
	siglet_tuf_metadata *m = siglet_calloc(1, sizeof(*m));
	siglet_err *err;

	if (m == NULL)
		return siglet_err_nomem();
	siglet_buf_init(&m->bytes, max_bytes);
	siglet_buf_init(&m->canonical, max_bytes);
	err = siglet_buf_append(&m->bytes, bytes);
	if (err == NULL)
		err = open_envelope(m, max_bytes);
	if (err == NULL)
		err = read_head(m, type);
	if (err != NULL) {
		siglet_tuf_metadata_free(m);
		return err;
	}
	*ret_metadata = m;
	return NULL;
}

void siglet_tuf_metadata_free(siglet_tuf_metadata *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->signer_count; i++)
		siglet_key_free(m->signers[i]);
	free(m->signers);
	siglet_buf_clear(&m->canonical);
	siglet_json_doc_free(m->doc);
	siglet_buf_clear(&m->bytes);
	free(m);
}

siglet_err *siglet_tuf_metadata_check_time(const siglet_tuf_metadata *m, int64_t now_ms)
{
	if (now_ms < m->expires_ms)
		return NULL;
	return siglet_err_new(SIGLET_E_EXPIRED, "expired at %s",
			      siglet_time_format(m->expires_ms / 1000).text);
}
