#include "sandbox.h"

#include <stdlib.h>
#include <string.h>

/* What can be made to go wrong, by name. */

const char *fault_list(void)
{
	return "delay=MS skew=SECONDS refuse=SERVICE:STATUS times=N garble=SERVICE "
	       "drop=SERVICE:BYTES "
	       "html=SERVICE wrong-sct no-sct detached-sct wrong-key wrong-identity wrong-nonce "
	       "wrong-imprint wrong-proof wrong-promise wrong-entry stale-checkpoint "
	       "wrong-cosignature";
}

static fault_service service_of(const char *name, size_t len)
{
	static const struct {
		const char *name;
		fault_service service;
	} services[] = { { "oidc", SERVICE_OIDC },   { "fulcio", SERVICE_FULCIO },
			 { "rekor", SERVICE_REKOR }, { "tsa", SERVICE_TSA },
			 { "tuf", SERVICE_TUF },     { "ct", SERVICE_CT } };

	for (size_t i = 0; i < SIGLET_COUNT(services); i++)
		if (strlen(services[i].name) == len && strncmp(services[i].name, name, len) == 0)
			return services[i].service;
	return SERVICE_NONE;
}

static bool set_switch(const char *name, faults *f)
{
	const struct {
		const char *name;
		bool *value;
	} switches[] = {
		{ "wrong-sct", &f->wrong_sct },
		{ "no-sct", &f->no_sct },
		{ "detached-sct", &f->detached_sct },
		{ "wrong-key", &f->wrong_key },
		{ "wrong-identity", &f->wrong_identity },
		{ "wrong-nonce", &f->wrong_nonce },
		{ "wrong-imprint", &f->wrong_imprint },
		{ "wrong-proof", &f->wrong_proof },
		{ "wrong-promise", &f->wrong_promise },
		{ "wrong-entry", &f->wrong_entry },
		{ "stale-checkpoint", &f->stale_checkpoint },
		{ "wrong-cosignature", &f->wrong_cosignature },
	};

	for (size_t i = 0; i < SIGLET_COUNT(switches); i++)
		if (strcmp(name, switches[i].name) == 0) {
			*switches[i].value = true;
			return true;
		}
	return false;
}

/* "NAME=SERVICE:NUMBER" or "NAME=SERVICE". */
static bool set_service(const char *text, const char *name, fault_service *service,
			unsigned *number)
{
	const size_t len = strlen(name);
	const char *value = text + len, *colon;

	if (strncmp(text, name, len) != 0)
		return false;
	colon = strchr(value, ':');
	*service = service_of(value, colon == NULL ? strlen(value) : (size_t)(colon - value));
	if (number != NULL)
		*number = colon == NULL ? 0 : (unsigned)strtoul(colon + 1, NULL, 10);
	return *service != SERVICE_NONE;
}

bool fault_read(const char *text, faults *f)
{
	unsigned number = 0;

	if (strncmp(text, "delay=", 6) == 0) {
		f->delay_ms = (unsigned)strtoul(text + 6, NULL, 10);
		return true;
	}
	if (strncmp(text, "skew=", 5) == 0) {
		f->skew_s = strtoll(text + 5, NULL, 10);
		return true;
	}
	if (strncmp(text, "times=", 6) == 0) {
		f->times = (unsigned)strtoul(text + 6, NULL, 10);
		return true;
	}
	if (set_service(text, "refuse=", &f->refuse, &number)) {
		f->refuse_status = number == 0 ? 503 : (int)number;
		return true;
	}
	return set_service(text, "garble=", &f->garble, NULL) ||
	       set_service(text, "html=", &f->html, NULL) ||
	       set_service(text, "drop=", &f->drop, &f->drop_after) || set_switch(text, f) ||
	       log_fault_read(text, f->logs);
}
