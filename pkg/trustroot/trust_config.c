#include "trustroot/trustroot.h"

#include "trustroot/trustroot_internal.h"

static siglet_err *read_member(const siglet_json *object, const char *name,
			       const siglet_json **ret_member)
{
	siglet_err *err = siglet_proto_object(object, name, ret_member);

	if (err == NULL && *ret_member == NULL)
		err = siglet_err_new(SIGLET_E_MISSING, "no %s", name);
	return err;
}

static siglet_err *read_config(const siglet_json *object, siglet_trustroot **ret_root,
			       siglet_signing_config **ret_config)
{
	static const char *const media_types[] = {
		"application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
	};
	const siglet_json *root_json = NULL, *config_json = NULL;
	siglet_trustroot *root = NULL;
	siglet_err *err;

	if (siglet_json_kind_of(object) != SIGLET_JSON_OBJECT)
		return siglet_err_new(SIGLET_E_MALFORMED, "not an object");
	err = siglet_trustroot_check_media_type(object, media_types, SIGLET_COUNT(media_types));
	if (err == NULL && ret_root != NULL) {
		err = read_member(object, "trustedRoot", &root_json);
		if (err == NULL)
			err = siglet_trustroot_read(root_json, &root);
		if (err != NULL)
			return siglet_err_wrap(err, "trustedRoot");
	}
	if (err == NULL && ret_config != NULL) {
		err = read_member(object, "signingConfig", &config_json);
		if (err == NULL)
			err = siglet_signing_config_read(config_json, ret_config);
		if (err != NULL)
			err = siglet_err_wrap(err, "signingConfig");
	}
	if (err != NULL) {
		siglet_trustroot_free(root);
		return err;
	}
	if (ret_root != NULL)
		*ret_root = root;
	return NULL;
}

siglet_err *siglet_trust_config_parse(siglet_slice json, siglet_trustroot **ret_root,
				      siglet_signing_config **ret_config)
{
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse(json, (size_t)2 * SIGLET_MAX_TRUSTROOT_BYTES, &doc);

	if (err == NULL)
		err = read_config(siglet_json_root(doc), ret_root, ret_config);
	siglet_json_doc_free(doc);
	return err;
}
