#include "crypto/crypto.h"

#include <openssl/err.h>

void siglet_crypto_clear_errors(void)
{
	ERR_clear_error();
}

/* The first entry is the cause; those behind it say who passed it on. */
siglet_err *siglet_crypto_error(siglet_code code, const char *what)
{
	const unsigned long first = ERR_get_error();
	bool no_memory = false;

	for (unsigned long e = first; e != 0; e = ERR_get_error())
		if (ERR_GET_REASON(e) == ERR_R_MALLOC_FAILURE)
			no_memory = true;
	ERR_clear_error(); /* what was read still keeps the names of where it was raised */
	/* A signature that could not be checked for want of memory is not a wrong signature. */
	if (no_memory)
		return siglet_err_nomem();
	if (first == 0)
		return siglet_err_new(code, "%s", what);

	const char *reason = ERR_reason_error_string(first);

	if (reason == NULL)
		return siglet_err_new(code, "%s: OpenSSL error %lx", what, first);
	return siglet_err_new(code, "%s: %s", what, reason);
}
