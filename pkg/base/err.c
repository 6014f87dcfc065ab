#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct siglet_err {
	siglet_code code;
	bool is_static;
	char *message;
	char *hint;
};

siglet_err siglet_err_unset = { SIGLET_E_INTERNAL, true, (char[]) { "no verdict was reached" },
				NULL };

siglet_err siglet_err_no_memory = { SIGLET_E_NOMEM, true, (char[]) { "out of memory" }, NULL };

/* NULL without memory, or when the format fails. */
SIGLET_PRINTF(1, 0) static char *format_text(const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	const int len = vsnprintf(NULL, 0, format, again);
	va_end(again);

	if (len < 0)
		return NULL;
	char *text = malloc((size_t)len + 1);
	if (text != NULL)
		(void)vsnprintf(text, (size_t)len + 1, format, args);
	return text;
}

siglet_err *siglet_err_new(siglet_code code, const char *format, ...)
{
	siglet_err *err = calloc(1, sizeof(*err));
	if (err == NULL)
		return &siglet_err_no_memory;

	va_list args;
	va_start(args, format);
	err->code = code;
	err->message = format_text(format, args);
	va_end(args);
	if (err->message == NULL) {
		free(err);
		return &siglet_err_no_memory;
	}
	return err;
}

siglet_err *siglet_err_wrap(siglet_err *err, const char *format, ...)
{
	if (err->is_static)
		return err;

	va_list args;
	va_start(args, format);
	char *context = format_text(format, args);
	va_end(args);
	if (context == NULL)
		return err;

	const size_t size = strlen(context) + 2 + strlen(err->message) + 1;
	char *joined = malloc(size);
	if (joined != NULL) {
		(void)snprintf(joined, size, "%s: %s", context, err->message);
		free(err->message);
		err->message = joined;
	}
	free(context);
	return err;
}

siglet_err *siglet_err_hint(siglet_err *err, const char *format, ...)
{
	if (err->is_static || err->hint != NULL)
		return err;

	va_list args;
	va_start(args, format);
	err->hint = format_text(format, args);
	va_end(args);
	return err;
}

siglet_err *siglet_err_recode(siglet_err *err, siglet_code code)
{
	if (!err->is_static)
		err->code = code;
	return err;
}

siglet_code siglet_err_code(const siglet_err *err)
{
	return err->code;
}

bool siglet_err_is_fault(const siglet_err *err)
{
	return err->code == SIGLET_E_NOMEM || err->code == SIGLET_E_CRYPTO ||
	       err->code == SIGLET_E_INTERNAL;
}

const char *siglet_err_message(const siglet_err *err)
{
	return err->message;
}

const char *siglet_err_hint_text(const siglet_err *err)
{
	return err->hint;
}

const char *siglet_code_name(siglet_code code)
{
	switch (code) {
	case SIGLET_E_USAGE:
		return "usage";
	case SIGLET_E_MALFORMED:
		return "malformed";
	case SIGLET_E_UNSUPPORTED:
		return "unsupported";
	case SIGLET_E_RANGE:
		return "range";
	case SIGLET_E_LENGTH:
		return "length";
	case SIGLET_E_LIMIT:
		return "limit";
	case SIGLET_E_MISMATCH:
		return "mismatch";
	case SIGLET_E_UNTRUSTED:
		return "untrusted";
	case SIGLET_E_EXPIRED:
		return "expired";
	case SIGLET_E_MISSING:
		return "missing";
	case SIGLET_E_IO:
		return "io";
	case SIGLET_E_NETWORK:
		return "network";
	case SIGLET_E_IDENTITY:
		return "identity";
	case SIGLET_E_TRUST:
		return "trust";
	case SIGLET_E_CRYPTO:
		return "crypto";
	case SIGLET_E_NOMEM:
		return "out-of-memory";
	case SIGLET_E_INTERNAL:
		return "internal";
	}
	return "internal";
}

void siglet_err_free(siglet_err *err)
{
	if (err == NULL || err->is_static)
		return;
	free(err->message);
	free(err->hint);
	free(err);
}
