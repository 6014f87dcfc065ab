#include "bundle/bundle_internal.h"

#include <string.h>

#define MAX_SHOWN_BYTES 512

/* Members that the proto has, by the path of their message. Both spellings are listed. */
static const char *const KNOWN[] = {
	"mediaType",	    "media_type",	 "verificationMaterial", "verification_material",
	"messageSignature", "message_signature", "dsseEnvelope",	 "dsse_envelope",
};

static const char *const KNOWN_MATERIAL[] = {
	"certificate",
	"x509CertificateChain",
	"x509_certificate_chain",
	"publicKey",
	"public_key",
	"tlogEntries",
	"tlog_entries",
	"timestampVerificationData",
	"timestamp_verification_data",
};

static const char *const KNOWN_KEY[] = { "hint" };

typedef struct search {
	const char *const *known;
	size_t count;
	const char *path;
	siglet_buf *found;
} search;

static siglet_err *visit(void *context, siglet_slice name, const siglet_json *value)
{
	const search *s = context;

	(void)value;
	for (size_t i = 0; i < s->count; i++)
		if (siglet_slice_is(name, s->known[i]))
			return NULL;
	if (s->found->len > MAX_SHOWN_BYTES)
		return NULL;
	return siglet_buf_printf(s->found, "%s%s%s", s->found->len > 0 ? ", " : "", s->path,
				 siglet_text_printable(name).text);
}

static siglet_err *look(const siglet_json *object, const char *const *known, size_t count,
			const char *path, siglet_buf *found)
{
	search s = { known, count, path, found };

	if (object == NULL)
		return NULL;
	return siglet_json_object_each(object, visit, &s);
}

siglet_err *siglet_bundle_find_unknown(const siglet_json *bundle, siglet_arena *arena,
				       siglet_slice *ret_names)
{
	const siglet_json *material = NULL, *key = NULL;
	siglet_buf found;
	siglet_err *err;

	siglet_buf_init(&found, (size_t)4 * MAX_SHOWN_BYTES);
	err = look(bundle, KNOWN, SIGLET_COUNT(KNOWN), "", &found);
	if (err == NULL)
		err = siglet_proto_object(bundle, "verificationMaterial", &material);
	if (err == NULL)
		err = look(material, KNOWN_MATERIAL, SIGLET_COUNT(KNOWN_MATERIAL),
			   "verificationMaterial.", &found);
	if (err == NULL && material != NULL)
		err = siglet_proto_object(material, "publicKey", &key);
	if (err == NULL)
		err = look(key, KNOWN_KEY, SIGLET_COUNT(KNOWN_KEY),
			   "verificationMaterial.publicKey.", &found);
	if (err == NULL)
		err = siglet_arena_copy(arena, siglet_buf_slice(&found), ret_names);
	siglet_buf_clear(&found);
	return err;
}
