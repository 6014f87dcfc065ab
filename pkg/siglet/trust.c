#include "siglet/siglet.h"

#include <stdlib.h>
#include <string.h>

#include "siglet/siglet_internal.h"

static const siglet_thresholds ORDINARY = { .tlog = 1, .timestamp = 1, .sct = 1 };

siglet_err *siglet_trust_new(siglet_trustroot *root, siglet_signing_config *config,
			     const char *source, const siglet_shipped *shipped,
			     siglet_trust **ret_trust)
{
	siglet_trust *trust = siglet_calloc(1, sizeof(*trust));
	siglet_err *err;

	if (trust == NULL) {
		siglet_signing_config_free(config);
		siglet_trustroot_free(root);
		return siglet_err_nomem();
	}
	trust->root = root;
	trust->config = config;
	trust->shipped = shipped;
	trust->thresholds = shipped != NULL ? shipped->thresholds : ORDINARY;
	trust->provenance.origin = "memory";
	err = siglet_strndup(siglet_slice_str(source), &trust->source);
	if (err != NULL) {
		siglet_trust_free(trust);
		return err;
	}
	*ret_trust = trust;
	return NULL;
}

const siglet_shipped *siglet_shipped_find(const char *instance)
{
	for (size_t i = 0; i < siglet_shipped_count; i++)
		if (strcmp(siglet_shipped_roots[i].name, instance) == 0)
			return &siglet_shipped_roots[i];
	return NULL;
}

siglet_error *siglet_trust_shipped(const char *instance, siglet_trust **ret_trust)
{
	const siglet_shipped *shipped = siglet_shipped_find(instance);
	siglet_trustroot *root = NULL;
	siglet_err *err;

	if (shipped == NULL)
		return siglet_err_hint(
			siglet_err_new(SIGLET_E_USAGE, "no instance \"%s\"",
				       siglet_text_printable(siglet_slice_str(instance)).text),
			"shipped are: public, staging, github");
	err = siglet_trustroot_parse(shipped->root, &root);
	if (err != NULL)
		return siglet_err_wrap(err, "the shipped trust root of %s", instance);
	err = siglet_trust_new(root, NULL, instance, shipped, ret_trust);
	if (err != NULL)
		return err;
	(*ret_trust)->json = shipped->root;
	(*ret_trust)->provenance.origin = "shipped";
	return NULL;
}

siglet_error *siglet_trust_parse(const void *json, size_t len, const char *source,
				 siglet_trust **ret_trust)
{
	siglet_trustroot *root = NULL;
	siglet_err *err = siglet_trustroot_parse(siglet_slice_of(json, len), &root);

	if (err != NULL)
		return siglet_err_wrap(siglet_as_unreadable(err), "%s",
				       siglet_text_printable(siglet_slice_str(source)).text);
	return siglet_trust_new(root, NULL, source, NULL, ret_trust);
}

const char *siglet_trust_source(const siglet_trust *trust)
{
	return trust->source;
}

const char *siglet_trust_origin(const siglet_trust *trust)
{
	return trust->provenance.origin;
}

static bool known(int64_t time_s, int64_t *ret_time_s)
{
	if (time_s == 0)
		return false;
	*ret_time_s = time_s;
	return true;
}

bool siglet_trust_refreshed(const siglet_trust *trust, int64_t *ret_time_s)
{
	return known(trust->provenance.refreshed_s, ret_time_s);
}

bool siglet_trust_expires(const siglet_trust *trust, int64_t *ret_time_s)
{
	return known(trust->provenance.expires_s, ret_time_s);
}

const char *siglet_trust_root_json(const siglet_trust *trust, size_t *ret_len)
{
	*ret_len = trust->json.len;
	return (const char *)trust->json.ptr;
}

void siglet_trust_free(siglet_trust *trust)
{
	if (trust == NULL)
		return;
	siglet_err_free(trust->config_err);
	siglet_signing_config_free(trust->config_v2);
	siglet_signing_config_free(trust->config);
	siglet_trustroot_free(trust->root);
	free(trust->owned_json);
	free(trust->source);
	free(trust);
}
