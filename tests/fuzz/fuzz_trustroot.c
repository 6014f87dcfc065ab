/* A trusted root, a signing config, or both in one file. */
#include <stdint.h>

#include "trustroot/trustroot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const siglet_trustroot *root)
{
	for (size_t i = 0; i < siglet_trustroot_tlog_count(root); i++)
		(void)siglet_log_voter(siglet_trustroot_tlog(root, i));
	for (size_t i = 0; i < siglet_trustroot_tsa_count(root); i++)
		(void)siglet_authority_voter(siglet_trustroot_tsa(root, i));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const siglet_slice text = siglet_slice_of(data, size);
	siglet_trustroot *root = NULL;
	siglet_signing_config *config = NULL;
	siglet_err *err = siglet_trustroot_parse(text, &root);

	if (err == NULL)
		look(root);
	siglet_err_free(err);
	siglet_trustroot_free(root);
	siglet_err_free(siglet_signing_config_parse(text, &config));
	siglet_signing_config_free(config);
	root = NULL;
	config = NULL;
	siglet_err_free(siglet_trust_config_parse(text, &root, &config));
	siglet_trustroot_free(root);
	siglet_signing_config_free(config);
	return 0;
}
