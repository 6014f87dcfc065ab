#include "siglet/siglet.h"

#include <stdlib.h>
#include <string.h>

#include "siglet/siglet_internal.h"

#define MAX_DESCRIPTION_BYTES (64u << 20)

static siglet_err *parse_lines(siglet_slice text, siglet_bundles *bundles)
{
	siglet_slice line = SIGLET_SLICE_NONE;

	while (siglet_bundle_next_line(&text, &line)) {
		if (bundles->count == SIGLET_MAX_BUNDLES)
			return siglet_err_new(SIGLET_E_LIMIT, "more than %d bundles",
					      SIGLET_MAX_BUNDLES);
		siglet_err *err = siglet_bundle_parse(line, &bundles->items[bundles->count]);
		if (err != NULL)
			return siglet_err_wrap(err, "bundle %zu", bundles->count + 1);
		bundles->count++;
	}
	return NULL;
}

/* heads NULL: JSON. */
static siglet_err *parse_any(const siglet_cbor_heads *heads, siglet_slice text,
			     siglet_bundles *bundles)
{
	siglet_err *err;

	if (text.len > SIGLET_MAX_BUNDLE_BYTES)
		return siglet_err_new(SIGLET_E_LIMIT, "larger than %u bytes",
				      SIGLET_MAX_BUNDLE_BYTES);
	if (heads == NULL && siglet_bundle_is_cose(text))
		return siglet_err_hint(siglet_err_new(SIGLET_E_UNSUPPORTED,
						      "CBOR, where a bundle in JSON is wanted"),
				       "a COSE message is opened as a file, or parsed as one");
	if (heads == NULL && siglet_bundle_is_lines(text))
		return parse_lines(text, bundles);
	err = heads == NULL ? siglet_bundle_parse(text, &bundles->items[0])
			    : siglet_bundle_parse_cose(heads, text, &bundles->items[0]);
	bundles->count = err == NULL ? 1 : 0;
	return err;
}

siglet_err *siglet_bundles_make(const siglet_cbor_heads *heads, siglet_slice text,
				const char *source, siglet_bundles **ret_bundles)
{
	siglet_bundles *bundles = siglet_calloc(1, sizeof(*bundles));
	siglet_err *err;

	if (bundles == NULL)
		return siglet_err_nomem();
	bundles->items = siglet_calloc(SIGLET_MAX_BUNDLES, sizeof(siglet_bundle *));
	err = bundles->items == NULL ? siglet_err_nomem()
				     : siglet_strndup(siglet_slice_str(source), &bundles->source);
	if (err == NULL)
		err = parse_any(heads, text, bundles);
	if (err != NULL) {
		siglet_bundles_free(bundles);
		return siglet_err_wrap(err, "%s",
				       siglet_text_printable(siglet_slice_str(source)).text);
	}
	*ret_bundles = bundles;
	return NULL;
}

siglet_error *siglet_bundles_parse(const void *json, size_t len, const char *source,
				   siglet_bundles **ret_bundles)
{
	return siglet_bundles_make(NULL, siglet_slice_of(json, len), source, ret_bundles);
}

size_t siglet_bundles_count(const siglet_bundles *bundles)
{
	return bundles->count;
}

size_t siglet_bundles_entry_count(const siglet_bundles *bundles, size_t index)
{
	return index < bundles->count ? siglet_bundle_get(bundles->items[index])->entry_count : 0;
}

const char *siglet_bundles_source(const siglet_bundles *bundles)
{
	return bundles->source;
}

siglet_error *siglet_bundles_describe(const siglet_bundles *bundles, char **ret_text)
{
	siglet_buf out;
	siglet_err *err = NULL;

	siglet_buf_init(&out, MAX_DESCRIPTION_BYTES);
	for (size_t i = 0; err == NULL && i < bundles->count; i++) {
		if (i > 0)
			err = siglet_buf_append_byte(&out, '\n');
		if (err == NULL)
			err = siglet_bundle_describe(bundles->items[i], &out);
	}
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&out), ret_text);
	siglet_buf_clear(&out);
	return err;
}

siglet_error *siglet_bundles_describe_json(const siglet_bundles *bundles, char **ret_json)
{
	siglet_json_writer w;
	siglet_buf out;
	siglet_err *err;

	siglet_buf_init(&out, MAX_DESCRIPTION_BYTES);
	siglet_json_writer_init(&w, &out, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_text(&w, "file", bundles->source);
	siglet_json_write_begin_array(&w, "bundles");
	for (size_t i = 0; i < bundles->count; i++) {
		siglet_json_write_begin_object(&w, NULL);
		siglet_bundle_describe_json(bundles->items[i], &w);
		siglet_json_write_end_object(&w);
	}
	siglet_json_write_end_array(&w);
	siglet_json_write_end_object(&w);
	err = siglet_json_writer_finish(&w);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&out), ret_json);
	siglet_buf_clear(&out);
	return err;
}

siglet_error *siglet_bundles_write(const siglet_bundles *bundles, size_t index, char **ret_json)
{
	siglet_buf out;
	siglet_err *err;

	if (index >= bundles->count)
		return siglet_err_new(SIGLET_E_USAGE, "bundle %zu of %zu", index, bundles->count);
	siglet_buf_init(&out, (size_t)2 * SIGLET_MAX_BUNDLE_BYTES);
	err = siglet_bundle_write(siglet_bundle_get(bundles->items[index]), &out);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&out), ret_json);
	siglet_buf_clear(&out);
	return err;
}

void siglet_bundles_free(siglet_bundles *bundles)
{
	if (bundles == NULL)
		return;
	for (size_t i = 0; bundles->items != NULL && i < bundles->count; i++)
		siglet_bundle_free(bundles->items[i]);
	free(bundles->items);
	free(bundles->source);
	free(bundles);
}
