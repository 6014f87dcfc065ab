#include <inttypes.h>

#include "note/note_internal.h"

/* What a witness says of a checkpoint: a time, and a signature over it and what it saw. */

#define TIME_SIZE 8
#define ED25519_SIGNATURE_SIZE 64
#define ML_DSA_44_SIGNATURE_SIZE 2420
#define MAX_NAME 255 /* lengths of one byte */

/* Over the label comes the whole text, extension lines included. */
static siglet_err *write_v1(const siglet_note *note, int64_t time_s, siglet_buf *ret_message)
{
	siglet_err *err =
		siglet_buf_printf(ret_message, "cosignature/v1\ntime %" PRId64 "\n", time_s);

	return err != NULL ? err : siglet_buf_append(ret_message, note->text);
}

static siglet_err *append_vector(siglet_buf *message, siglet_slice name)
{
	siglet_err *err;

	if (name.len == 0 || name.len > MAX_NAME)
		return siglet_err_new(SIGLET_E_MALFORMED, "a name of %zu bytes, not 1 to %d",
				      name.len, MAX_NAME);
	err = siglet_buf_append_byte(message, (uint8_t)name.len);
	return err != NULL ? err : siglet_buf_append(message, name);
}

/* cosigned_message: a subtree from leaf 0 on, which is the tree. Extension lines are not in it. */
static siglet_err *write_subtree(const siglet_checkpoint *checkpoint, siglet_slice cosigner,
				 int64_t time_s, siglet_buf *ret_message)
{
	static const char label[12] = "subtree/v1\n";
	siglet_err *err = siglet_buf_append(ret_message, siglet_slice_of(label, sizeof(label)));

	if (err == NULL)
		err = append_vector(ret_message, cosigner);
	if (err == NULL)
		err = siglet_buf_append_uint(ret_message, (uint64_t)time_s, TIME_SIZE);
	if (err == NULL)
		err = append_vector(ret_message, checkpoint->origin);
	if (err == NULL)
		err = siglet_buf_append_uint(ret_message, 0, 8);
	if (err == NULL)
		err = siglet_buf_append_uint(ret_message, checkpoint->size, 8);
	return err != NULL ? err
			   : siglet_buf_append(ret_message, siglet_hash32_slice(&checkpoint->root));
}

/* timestamped_signature: the time and the signature, and nothing behind. */
static siglet_err *split(siglet_slice blob, size_t signature_size, int64_t *ret_time_s,
			 siglet_slice *ret_signature)
{
	siglet_reader reader = { blob };
	uint64_t time_s = 0;
	siglet_err *err;

	if (blob.len != TIME_SIZE + signature_size)
		return siglet_err_new(SIGLET_E_MALFORMED, "a cosignature of %zu bytes, not %zu",
				      blob.len, TIME_SIZE + signature_size);
	err = siglet_reader_uint(&reader, TIME_SIZE, &time_s);
	if (err == NULL && time_s > INT64_MAX)
		err = siglet_err_new(SIGLET_E_RANGE, "a time of %" PRIu64 " seconds", time_s);
	if (err != NULL)
		return err;
	*ret_time_s = (int64_t)time_s;
	*ret_signature = reader.left;
	return NULL;
}

static siglet_err *verify_line(const siglet_note_key *key, const siglet_note *note,
			       const siglet_checkpoint *checkpoint, siglet_slice blob,
			       int64_t *ret_time_s)
{
	const siglet_note_verifier lines = siglet_note_key_lines(key);
	const bool is_v1 = siglet_note_key_type(key) == SIGLET_NOTE_COSIGNATURE;
	siglet_slice signature = SIGLET_SLICE_NONE;
	int64_t time_s = 0;
	siglet_buf message;
	siglet_err *err = split(blob, is_v1 ? ED25519_SIGNATURE_SIZE : ML_DSA_44_SIGNATURE_SIZE,
				&time_s, &signature);

	if (err != NULL)
		return err;
	siglet_buf_init(&message, (size_t)2 * SIGLET_MAX_NOTE_BYTES);
	err = is_v1 ? write_v1(note, time_s, &message)
		    : write_subtree(checkpoint, lines.name, time_s, &message);
	if (err == NULL)
		err = siglet_key_verify(lines.key, lines.scheme, siglet_buf_slice(&message),
					signature);
	siglet_buf_clear(&message);
	if (err == NULL)
		*ret_time_s = time_s;
	return err;
}

static siglet_err *verify_lines(const siglet_note_key *key, const siglet_note *note,
				const siglet_checkpoint *checkpoint, int64_t *ret_newest_s)
{
	const siglet_note_verifier lines = siglet_note_key_lines(key);
	size_t verified = 0;

	for (size_t i = 0; i < note->count; i++) {
		const siglet_note_signature *line = &note->signatures[i];
		int64_t time_s = 0;
		siglet_err *err;

		if (!siglet_note_is_by(line, &lines))
			continue;
		if (lines.key == NULL)
			return siglet_err_new(SIGLET_E_UNSUPPORTED,
					      "this build's OpenSSL has no ML-DSA");
		err = verify_line(key, note, checkpoint, line->signature, &time_s);
		if (err != NULL)
			return siglet_err_wrap(err, "signature line %zu, \"%s\"", i + 1,
					       siglet_text_printable(line->name).text);
		if (verified == 0 || time_s > *ret_newest_s)
			*ret_newest_s = time_s;
		verified++;
	}
	if (verified > 0)
		return NULL;
	return siglet_err_new(SIGLET_E_MISSING, "no cosignature by \"%s\"",
			      siglet_text_printable(lines.name).text);
}

siglet_err *siglet_note_key_verify(const siglet_note_key *key, const siglet_note *note,
				   int64_t *ret_time_s)
{
	siglet_checkpoint checkpoint = { 0 };
	siglet_note_verifier plain;
	int64_t newest_s = 0;
	siglet_err *err;

	switch (siglet_note_key_type(key)) {
	case SIGLET_NOTE_ED25519:
	case SIGLET_NOTE_ECDSA:
		plain = siglet_note_key_lines(key);
		err = siglet_note_verify(note, &plain);
		break;
	case SIGLET_NOTE_COSIGNATURE:
	case SIGLET_NOTE_COSIGNATURE_ML_DSA:
		err = siglet_checkpoint_parse(note, &checkpoint);
		if (err == NULL)
			err = verify_lines(key, note, &checkpoint, &newest_s);
		break;
	default:
		err = siglet_err_new(SIGLET_E_INTERNAL, "a key of no type");
	}
	if (err == NULL)
		*ret_time_s = newest_s;
	return err;
}
