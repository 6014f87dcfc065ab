#include "note/note.h"

#include <string.h>

#include "note/note_internal.h"

/* "— ": U+2014 and a space begin each signature line. */
#define MARK "\xe2\x80\x94 "
#define MARK_LEN (sizeof(MARK) - 1)

static siglet_err *check_characters(siglet_slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < 0x20 && text.ptr[i] != '\n')
			return siglet_err_new(SIGLET_E_MALFORMED,
					      "control character 0x%02x at byte %zu", text.ptr[i],
					      i);
	if (!siglet_utf8_is_valid(text))
		return siglet_err_new(SIGLET_E_MALFORMED, "not UTF-8");
	return NULL;
}

/*
 * Signed is the text up to the last empty line; an earlier one belongs to the text. What a signer
 * saw as text can so never be taken for signatures, nor the reverse.
 */
static siglet_err *split(siglet_slice note, siglet_slice *ret_text, siglet_slice *ret_lines)
{
	for (size_t i = note.len; i >= 2; i--) {
		if (note.ptr[i - 1] == '\n' && note.ptr[i - 2] == '\n') {
			*ret_text = siglet_slice_of(note.ptr, i - 1);
			*ret_lines = siglet_slice_of(note.ptr + i, note.len - i);
			return NULL;
		}
	}
	return siglet_err_new(SIGLET_E_MALFORMED, "no empty line before the signatures");
}

/* Unicode White_Space past ASCII: U+0085, A0, 1680, 2000-200A, 2028, 2029, 202F, 205F, 3000. */
static bool begins_with_space(siglet_slice text)
{
	static const struct {
		const char *prefix;
		uint8_t first, last; /* of the byte behind it */
	} spaces[] = {
		{ "\xc2", 0x85, 0x85 },	    { "\xc2", 0xa0, 0xa0 },	{ "\xe1\x9a", 0x80, 0x80 },
		{ "\xe2\x80", 0x80, 0x8a }, { "\xe2\x80", 0xa8, 0xa9 }, { "\xe2\x80", 0xaf, 0xaf },
		{ "\xe2\x81", 0x9f, 0x9f }, { "\xe3\x80", 0x80, 0x80 },
	};

	for (size_t i = 0; i < SIGLET_COUNT(spaces); i++) {
		const size_t len = strlen(spaces[i].prefix);

		if (text.len > len && siglet_slice_has_prefix(text, spaces[i].prefix) &&
		    text.ptr[len] >= spaces[i].first && text.ptr[len] <= spaces[i].last)
			return true;
	}
	return false;
}

bool siglet_note_name_is_valid(siglet_slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] == ' ' || name.ptr[i] == '+' ||
		    begins_with_space(siglet_slice_of(name.ptr + i, name.len - i)))
			return false;
	return name.len > 0;
}

static siglet_err *decode_signature(siglet_slice text, siglet_arena *arena,
				    siglet_note_signature *ret_signature)
{
	siglet_slice blob = SIGLET_SLICE_NONE;
	siglet_buf decoded;
	siglet_err *err;

	siglet_buf_init(&decoded, SIGLET_MAX_NOTE_BYTES);
	err = siglet_base64_decode(text, &decoded);
	if (err != NULL)
		goto out;
	if (decoded.len <= SIGLET_NOTE_ID_SIZE) {
		err = siglet_err_new(SIGLET_E_MALFORMED, "a signature of %zu bytes with its id",
				     decoded.len);
		goto out;
	}
	err = siglet_arena_copy(arena, siglet_buf_slice(&decoded), &blob);
	if (err != NULL)
		goto out;
	memcpy(ret_signature->id, blob.ptr, SIGLET_NOTE_ID_SIZE);
	ret_signature->signature =
		siglet_slice_of(blob.ptr + SIGLET_NOTE_ID_SIZE, blob.len - SIGLET_NOTE_ID_SIZE);
	err = NULL; /* success */
out:
	siglet_buf_clear(&decoded);
	return err;
}

/* "— name base64", without its newline. */
static siglet_err *parse_line(siglet_slice line, siglet_arena *arena,
			      siglet_note_signature *ret_signature)
{
	const uint8_t *space;
	siglet_slice name, text;

	if (!siglet_slice_has_prefix(line, MARK))
		return siglet_err_new(SIGLET_E_MALFORMED, "does not begin with an em dash");
	line = siglet_slice_of(line.ptr + MARK_LEN, line.len - MARK_LEN);
	space = line.len == 0 ? NULL : memchr(line.ptr, ' ', line.len);
	if (space == NULL)
		return siglet_err_new(SIGLET_E_MALFORMED, "not a name and a signature");
	name = siglet_slice_of(line.ptr, (size_t)(space - line.ptr));
	if (!siglet_note_name_is_valid(name))
		return siglet_err_new(SIGLET_E_MALFORMED, "\"%s\" is no key name",
				      siglet_text_printable(name).text);
	text = siglet_slice_of(space + 1, line.len - name.len - 1);
	siglet_err *err = decode_signature(text, arena, ret_signature);
	if (err == NULL)
		ret_signature->name = name;
	return err;
}

static siglet_err *parse_signatures(siglet_slice lines, siglet_arena *arena, siglet_note *note)
{
	siglet_note_signature *signatures = NULL;
	siglet_reader reader = { lines };
	size_t count = 0;
	siglet_err *err;

	for (size_t i = 0; i < lines.len; i++)
		count += lines.ptr[i] == '\n';
	if (lines.len == 0)
		return siglet_err_new(SIGLET_E_MALFORMED, "no signature");
	if (lines.ptr[lines.len - 1] != '\n')
		return siglet_err_new(SIGLET_E_MALFORMED, "the last line has no newline");
	if (count > SIGLET_MAX_NOTE_SIGNATURES)
		return siglet_err_new(SIGLET_E_LIMIT, "%zu signatures, at most %d are read", count,
				      SIGLET_MAX_NOTE_SIGNATURES);
	err = siglet_arena_alloc(arena, count, sizeof(*signatures), &signatures);
	for (size_t i = 0; err == NULL && i < count; i++) {
		siglet_slice line = SIGLET_SLICE_NONE;

		err = siglet_reader_line(&reader, &line);
		if (err == NULL)
			err = parse_line(line, arena, &signatures[i]);
		if (err != NULL)
			return siglet_err_wrap(err, "signature line %zu", i + 1);
	}
	if (err != NULL)
		return err;
	note->signatures = signatures;
	note->count = count;
	return NULL;
}

siglet_err *siglet_note_parse(siglet_slice text, siglet_arena *arena, siglet_note *ret_note)
{
	siglet_note note = { 0 };
	siglet_slice lines = SIGLET_SLICE_NONE;
	siglet_err *err;

	if (text.len > SIGLET_MAX_NOTE_BYTES)
		return siglet_err_new(SIGLET_E_LIMIT, "a note of %zu bytes, at most %d are read",
				      text.len, SIGLET_MAX_NOTE_BYTES);
	err = check_characters(text);
	if (err == NULL)
		err = split(text, &note.text, &lines);
	if (err == NULL)
		err = parse_signatures(lines, arena, &note);
	if (err != NULL)
		return err;
	*ret_note = note;
	return NULL;
}
