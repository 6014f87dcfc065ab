#include "trustroot/trustroot_internal.h"

siglet_err *siglet_trustroot_read_window(const siglet_json *object, siglet_window *ret_window)
{
	const siglet_json *valid_for = NULL;
	siglet_window window = { 0 };
	bool has_start = false;
	siglet_err *err = siglet_proto_object(object, "validFor", &valid_for);

	if (err != NULL)
		return err;
	if (valid_for == NULL)
		return siglet_err_new(SIGLET_E_MISSING, "no validFor");
	err = siglet_proto_time(valid_for, "start", &has_start, &window.start_ms);
	if (err == NULL)
		err = siglet_proto_time(valid_for, "end", &window.has_end, &window.end_ms);
	if (err != NULL)
		return siglet_err_wrap(err, "validFor");
	if (!has_start)
		return siglet_err_new(SIGLET_E_MISSING, "validFor: no start");
	*ret_window = window;
	return NULL;
}

siglet_err *siglet_trustroot_read_text(const siglet_json *object, const char *name,
				       siglet_arena *arena, siglet_slice *ret_text)
{
	siglet_slice text = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_proto_string(object, name, &text);

	if (err != NULL)
		return err;
	return siglet_arena_copy(arena, text, ret_text);
}

siglet_err *siglet_trustroot_check_media_type(const siglet_json *object, const char *const *allowed,
					      size_t count)
{
	siglet_slice media_type = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_proto_string(object, "mediaType", &media_type);

	if (err != NULL)
		return err;
	if (media_type.len == 0)
		return siglet_err_new(SIGLET_E_MISSING, "no mediaType");
	for (size_t i = 0; i < count; i++)
		if (siglet_slice_is(media_type, allowed[i]))
			return NULL;
	return siglet_err_new(SIGLET_E_UNSUPPORTED, "media type \"%s\", not \"%s\"",
			      siglet_text_printable(media_type).text, allowed[count - 1]);
}

bool siglet_window_contains(const siglet_window *window, int64_t time_ms)
{
	return window->start_ms <= time_ms && (!window->has_end || time_ms <= window->end_ms);
}

/*
 * The second stands for its first millisecond: an end of …59.999 still holds it, a start of …59.5
 * does not.
 */
bool siglet_window_contains_s(const siglet_window *window, int64_t time_s)
{
	if (time_s > INT64_MAX / 1000 || time_s < INT64_MIN / 1000)
		return false;
	return siglet_window_contains(window, time_s * 1000);
}
