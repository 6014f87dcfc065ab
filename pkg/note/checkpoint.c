#include "note/note.h"

#include <string.h>

/* Decimal without sign or leading zero. Proofs count in int64, so a larger tree can't be proven. */
static siglet_err *parse_size(siglet_slice text, uint64_t *ret_size)
{
	uint64_t size = 0;

	if (text.len == 0 || (text.len > 1 && text.ptr[0] == '0'))
		return siglet_err_new(SIGLET_E_MALFORMED, "tree size \"%s\"",
				      siglet_text_printable(text).text);
	for (size_t i = 0; i < text.len; i++) {
		const uint8_t c = text.ptr[i];

		if (c < '0' || c > '9')
			return siglet_err_new(SIGLET_E_MALFORMED, "tree size \"%s\"",
					      siglet_text_printable(text).text);
	}
	for (size_t i = 0; i < text.len; i++) {
		const uint64_t digit = (uint64_t)(text.ptr[i] - '0');

		if (size > ((uint64_t)INT64_MAX - digit) / 10)
			return siglet_err_new(SIGLET_E_RANGE, "tree size %s",
					      siglet_text_printable(text).text);
		size = size * 10 + digit;
	}
	*ret_size = size;
	return NULL;
}

static siglet_err *parse_root(siglet_slice text, siglet_hash32 *ret_root)
{
	siglet_buf root;
	siglet_err *err;

	siglet_buf_init(&root, SIGLET_MAX_NOTE_BYTES);
	err = siglet_base64_decode(text, &root);
	if (err == NULL && root.len != sizeof(ret_root->bytes))
		err = siglet_err_new(SIGLET_E_MALFORMED, "%zu bytes, not %zu", root.len,
				     sizeof(ret_root->bytes));
	if (err == NULL)
		memcpy(ret_root->bytes, root.ptr, root.len);
	siglet_buf_clear(&root);
	return err == NULL ? NULL : siglet_err_wrap(err, "root hash");
}

/* Extension lines mean nothing to us, but an empty one would end the text for another reader. */
static siglet_err *check_extensions(siglet_slice extensions)
{
	siglet_reader reader = { extensions };

	while (reader.left.len > 0) {
		siglet_slice line = SIGLET_SLICE_NONE;
		siglet_err *err = siglet_reader_line(&reader, &line);

		if (err != NULL)
			return err;
		if (line.len == 0)
			return siglet_err_new(SIGLET_E_MALFORMED, "an empty line in the text");
	}
	return NULL;
}

siglet_err *siglet_checkpoint_parse(const siglet_note *note, siglet_checkpoint *ret_checkpoint)
{
	siglet_checkpoint checkpoint = { 0 };
	siglet_slice size = SIGLET_SLICE_NONE, root = SIGLET_SLICE_NONE;
	siglet_reader reader = { note->text };
	siglet_err *err = siglet_reader_line(&reader, &checkpoint.origin);

	if (err == NULL)
		err = siglet_reader_line(&reader, &size);
	if (err == NULL)
		err = siglet_reader_line(&reader, &root);
	if (err != NULL)
		return siglet_err_wrap(err, "a checkpoint has an origin, a size and a root");
	if (checkpoint.origin.len == 0)
		return siglet_err_new(SIGLET_E_MALFORMED, "a checkpoint without an origin");
	err = parse_size(size, &checkpoint.size);
	if (err == NULL)
		err = parse_root(root, &checkpoint.root);
	if (err == NULL)
		err = check_extensions(reader.left);
	if (err != NULL)
		return err;
	checkpoint.extensions = reader.left;
	*ret_checkpoint = checkpoint;
	return NULL;
}
