#include "siglet/siglet.h"

#include <stdlib.h>

#include "siglet/siglet_internal.h"

const char *siglet_version(void)
{
	return SIGLET_VERSION;
}

siglet_status siglet_error_status(const siglet_error *error)
{
	if (error == NULL)
		return SIGLET_STATUS_OK;
	switch (siglet_err_code(error)) {
	case SIGLET_E_USAGE:
		return SIGLET_STATUS_USAGE;
	case SIGLET_E_IO:
		return SIGLET_STATUS_UNREADABLE;
	case SIGLET_E_NETWORK:
		return SIGLET_STATUS_SERVICE;
	case SIGLET_E_IDENTITY:
		return SIGLET_STATUS_IDENTITY;
	case SIGLET_E_TRUST:
		return SIGLET_STATUS_TRUST;
	case SIGLET_E_NOMEM:
	case SIGLET_E_INTERNAL:
		return SIGLET_STATUS_INTERNAL;
	case SIGLET_E_MALFORMED:
	case SIGLET_E_UNSUPPORTED:
	case SIGLET_E_RANGE:
	case SIGLET_E_LENGTH:
	case SIGLET_E_LIMIT:
	case SIGLET_E_MISMATCH:
	case SIGLET_E_UNTRUSTED:
	case SIGLET_E_EXPIRED:
	case SIGLET_E_MISSING:
	case SIGLET_E_CRYPTO:
		return SIGLET_STATUS_REFUSED;
	}
	return SIGLET_STATUS_INTERNAL;
}

const char *siglet_error_code(const siglet_error *error)
{
	return error == NULL ? "" : siglet_code_name(siglet_err_code(error));
}

const char *siglet_error_message(const siglet_error *error)
{
	return error == NULL ? "" : siglet_err_message(error);
}

const char *siglet_error_hint(const siglet_error *error)
{
	return error == NULL ? NULL : siglet_err_hint_text(error);
}

void siglet_error_free(siglet_error *error)
{
	siglet_err_free(error);
}

void siglet_string_free(char *text)
{
	free(text);
}

bool siglet_is_refusal(const siglet_err *err)
{
	return siglet_error_status(err) == SIGLET_STATUS_REFUSED;
}

siglet_err *siglet_as_unreadable(siglet_err *err)
{
	return siglet_is_refusal(err) ? siglet_err_recode(err, SIGLET_E_IO) : err;
}
