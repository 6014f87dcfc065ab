#include "sys/sys_internal.h"

#include <errno.h>
#include <string.h>

/* A path has at most 4096 bytes, and a byte becomes at most four. */
#define MAX_SHOWN_PATH_BYTES ((size_t)4 * 4096 + 4096)

siglet_err *siglet_sys_refuse(siglet_code code, const char *path, const char *text)
{
	siglet_buf shown;
	siglet_err *err;

	siglet_buf_init(&shown, MAX_SHOWN_PATH_BYTES);
	err = siglet_text_print(siglet_slice_str(path), &shown);
	if (err == NULL)
		err = siglet_err_new(code, "%s: %s", siglet_buf_text(&shown), text);
	else if (siglet_err_code(err) == SIGLET_E_LIMIT) {
		siglet_err_free(err);
		err = siglet_err_new(code, "%s: %s",
				     siglet_text_printable(siglet_slice_str(path)).text, text);
	}
	siglet_buf_clear(&shown);
	return err;
}

/* The system's words, which begin like a sentence, in the middle of ours. */
siglet_err *siglet_sys_errno(const char *path, int number)
{
	char why[256] = "";

	if (number == ENOMEM)
		return siglet_err_nomem();
	if (strerror_r(number, why, sizeof(why)) != 0 || why[0] == '\0')
		return siglet_sys_refuse(SIGLET_E_IO, path, "an unknown error");
	if (why[0] >= 'A' && why[0] <= 'Z' && why[1] >= 'a' && why[1] <= 'z')
		why[0] = (char)(why[0] - 'A' + 'a');
	else if (why[0] >= 'A' && why[0] <= 'Z' && why[1] == ' ')
		why[0] = (char)(why[0] - 'A' + 'a');
	return siglet_sys_refuse(SIGLET_E_IO, path, why);
}
