#include "repo/repo_internal.h"

/* What goes into an Authorization header. None of it goes into a message. */

static siglet_slice trim(siglet_slice text)
{
	while (text.len > 0 && (text.ptr[0] == ' ' || (text.ptr[0] >= '\t' && text.ptr[0] <= '\r')))
		text = siglet_slice_of(text.ptr + 1, text.len - 1);
	while (text.len > 0 && (text.ptr[text.len - 1] == ' ' ||
				(text.ptr[text.len - 1] >= '\t' && text.ptr[text.len - 1] <= '\r')))
		text.len--;
	return text;
}

/* A control character would end the header, or means that this is another kind of file. */
static bool has_control(siglet_slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < ' ' || text.ptr[i] == 0x7f)
			return true;
	return false;
}

/* RFC 6750 section 2.1: letters, digits, some signs, and padding at the end. */
static bool is_token(siglet_slice text)
{
	if (text.len == 0)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		const uint8_t c = text.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '-' || c == '.' || c == '_' || c == '~' || c == '+' || c == '/' ||
		      c == '='))
			return false;
	}
	return true;
}

siglet_err *siglet_repo_write_basic(siglet_slice user_and_password, siglet_buf *ret_value)
{
	siglet_err *err = siglet_buf_append_str(ret_value, "Basic ");

	return err == NULL ? siglet_base64_encode(user_and_password, ret_value) : err;
}

static siglet_err *write_token(const char *scheme, siglet_slice token, siglet_buf *ret_value)
{
	siglet_err *err;

	if (!is_token(token))
		return siglet_err_hint(siglet_err_new(SIGLET_E_USAGE, "the credentials are neither "
								      "USER:PASSWORD nor a token"),
				       "a token has letters, digits and - . _ ~ + / = alone");
	err = siglet_buf_append_str(ret_value, scheme);
	return err == NULL ? siglet_buf_append(ret_value, token) : err;
}

/* The rest behind a scheme, whose letters may be of either case; empty where it is another. */
static siglet_slice behind(siglet_slice text, const char *scheme)
{
	const siglet_slice wanted = siglet_slice_str(scheme);

	if (text.len <= wanted.len ||
	    !siglet_slice_equal_nocase(siglet_slice_of(text.ptr, wanted.len), wanted))
		return SIGLET_SLICE_NONE;
	return trim(siglet_slice_of(text.ptr + wanted.len, text.len - wanted.len));
}

siglet_err *siglet_repo_read_credential(siglet_slice text, siglet_buf *ret_value)
{
	const siglet_slice whole = trim(text);
	const siglet_slice bearer = behind(whole, "Bearer "), basic = behind(whole, "Basic ");

	/* What is left of "Bearer $TOKEN" when that is not set. */
	if (whole.len == 0 || siglet_slice_equal_nocase(whole, siglet_slice_str("Bearer")) ||
	    siglet_slice_equal_nocase(whole, siglet_slice_str("Basic")))
		return siglet_err_new(SIGLET_E_USAGE, "the credentials are empty");
	if (has_control(whole))
		return siglet_err_new(SIGLET_E_USAGE,
				      "the credentials hold a line break or another control "
				      "character");
	if (bearer.len > 0)
		return write_token("Bearer ", bearer, ret_value);
	if (basic.len > 0 && !siglet_slice_contains(basic, ":"))
		return write_token("Basic ", basic, ret_value);
	if (siglet_slice_contains(whole, ":"))
		return siglet_repo_write_basic(whole, ret_value);
	return write_token("Bearer ", whole, ret_value);
}
