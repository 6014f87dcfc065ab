#include "scitt.h"

#include <string.h>

/* Keys of a transparency service: got once, shown to be compared, and pinned in a file. */

#define MAX_KEY_FILE_BYTES ((size_t)1 << 20)
#define MAX_LINE_BYTES 65536

/* "ES384, ECDSA P-384, sha256:…, kid …", for a person who has the same from somewhere else. */
static siglet_err *append_key(const siglet_json *key, siglet_buf *out)
{
	static const struct {
		const char *name, *before;
	} parts[] = {
		{ "key", "" },
		{ "algorithm", ", " },
		{ "sha256", ", sha256:" },
		{ "kid", ", kid " },
	};
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < SIGLET_COUNT(parts); i++) {
		const siglet_json *value = siglet_json_object_get(key, parts[i].name);
		const siglet_slice text = siglet_json_string(value);

		if (value != NULL)
			err = siglet_buf_printf(out, "%s%s", parts[i].before,
						siglet_text_printable(text).text);
	}
	return err == NULL ? siglet_buf_append_byte(out, '\n') : err;
}

static siglet_err *print_keys(const char *json)
{
	siglet_json_doc *doc = NULL;
	siglet_buf out;
	siglet_err *err = siglet_json_parse(siglet_slice_str(json), MAX_KEY_FILE_BYTES, &doc);

	siglet_buf_init(&out, (size_t)256 * MAX_LINE_BYTES);
	for (size_t i = 0; err == NULL && i < siglet_json_array_count(siglet_json_root(doc)); i++)
		err = append_key(siglet_json_array_item(siglet_json_root(doc), i), &out);
	if (err == NULL)
		(void)fwrite(out.ptr, 1, out.len, stdout);
	siglet_buf_clear(&out);
	siglet_json_doc_free(doc);
	return err;
}

/* Keys that are pinned change when somebody says so. */
static siglet_err *check_pinned(const char *path, siglet_slice keys, bool force, bool *ret_same)
{
	siglet_buf pinned;
	siglet_err *err;

	*ret_same = false;
	if (strcmp(path, "-") == 0 || !siglet_sys_is_there(path))
		return NULL;
	siglet_buf_init(&pinned, MAX_KEY_FILE_BYTES);
	err = siglet_sys_read_file(path, &pinned);
	if (err == NULL)
		*ret_same = siglet_slice_equal(siglet_buf_slice(&pinned), keys);
	siglet_buf_clear(&pinned);
	if (err != NULL || *ret_same || force)
		return err;
	return siglet_err_hint(
		siglet_err_new(SIGLET_E_TRUST, "%s has other keys than the service shows now",
			       siglet_text_printable(siglet_slice_str(path)).text),
		"compare them with what the service publishes elsewhere; --force replaces them");
}

static siglet_err *show(const char *json, const cli_style *style, const char *path)
{
	if (style->quiet || strcmp(path, "-") == 0)
		return NULL;
	if (!style->json)
		return print_keys(json);
	(void)printf("%s\n", json);
	return NULL;
}

siglet_err *cli_pin_service_keys(const cli_arguments *arguments, const cli_style *style)
{
	const char *url = cli_value(arguments, CLI_URL), *path = cli_value(arguments, CLI_OUTPUT);
	char *keys = NULL, *json = NULL;
	bool same = false;
	size_t len = 0;
	siglet_err *err;

	if (url == NULL || path == NULL)
		return siglet_err_new(SIGLET_E_USAGE, "scitt-keys needs --url and --output");
	if (cli_has(arguments, CLI_OFFLINE))
		return siglet_err_new(SIGLET_E_USAGE,
				      "scitt-keys and --offline contradict each other");
	err = siglet_service_keys_fetch(url, style->verbose ? cli_trace : NULL, NULL, &keys, &len);
	if (err == NULL)
		err = siglet_service_keys_describe(keys, len, &json);
	if (err == NULL)
		err = show(json, style, path);
	if (err == NULL)
		err = check_pinned(path, siglet_slice_of(keys, len), cli_has(arguments, CLI_FORCE),
				   &same);
	if (err == NULL && !same)
		err = cli_write_output(path, siglet_slice_of(keys, len), true);
	siglet_string_free(json);
	siglet_string_free(keys);
	return err;
}
