#include "forge_internal.h"

#include <stdio.h>
#include <stdlib.h>

forge *forge_new(const forge_config *config)
{
	forge *instance = calloc(1, sizeof(*instance));

	MUST(instance != NULL);
	if (config != NULL)
		instance->config = *config;
	const char *seed = instance->config.seed != NULL ? instance->config.seed : "siglet";
	const int len = snprintf(instance->seed, sizeof(instance->seed), "%s", seed);
	MUST(len >= 0 && (size_t)len < sizeof(instance->seed));
	instance->config.seed = instance->seed;
	return instance;
}

void forge_free(forge *instance)
{
	if (instance == NULL)
		return;
	for (int which = 0; which < FORGE_WHICH; which++) {
		forge_ca_free(instance->ca[which]);
		forge_tsa_free(instance->tsa[which]);
		forge_ct_free(instance->ct[which]);
		forge_log_free(instance->log[0][which]);
		forge_log_free(instance->log[1][which]);
	}
	free(instance);
}
