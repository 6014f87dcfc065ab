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
	err = siglet_strndup(siglet_slice_str(source), &trust->source);
	if (err != NULL) {
		siglet_trust_free(trust);
		return err;
	}
	*ret_trust = trust;
	return NULL;
}

siglet_error *siglet_trust_shipped(const char *instance, siglet_trust **ret_trust)
{
	siglet_trustroot *root = NULL;

	for (size_t i = 0; i < siglet_shipped_count; i++) {
		const siglet_shipped *shipped = &siglet_shipped_roots[i];

		if (strcmp(shipped->name, instance) != 0)
			continue;
		siglet_err *err = siglet_trustroot_parse(shipped->root, &root);
		if (err != NULL)
			return siglet_err_wrap(err, "the shipped trust root of %s", instance);
		return siglet_trust_new(root, NULL, instance, shipped, ret_trust);
	}
	return siglet_err_hint(
		siglet_err_new(SIGLET_E_USAGE, "no instance \"%s\"",
			       siglet_text_printable(siglet_slice_str(instance)).text),
		"shipped are: public, staging, github");
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

void siglet_trust_free(siglet_trust *trust)
{
	if (trust == NULL)
		return;
	siglet_err_free(trust->config_err);
	siglet_signing_config_free(trust->config);
	siglet_trustroot_free(trust->root);
	free(trust->source);
	free(trust);
}
