#include "note/note.h"

#include <string.h>

bool siglet_note_is_by(const siglet_note_signature *signature, const siglet_note_verifier *verifier)
{
	return memcmp(signature->id, verifier->id, sizeof(verifier->id)) == 0 &&
	       (verifier->name.len == 0 || siglet_slice_equal(signature->name, verifier->name));
}

/*
 * A second line of the same key that fails is a refusal too: a note that is right for one reader
 * and wrong for the next must be right for none.
 */
siglet_err *siglet_note_verify(const siglet_note *note, const siglet_note_verifier *verifier)
{
	size_t verified = 0;

	for (size_t i = 0; i < note->count; i++) {
		siglet_err *err;

		if (!siglet_note_is_by(&note->signatures[i], verifier))
			continue;
		err = siglet_key_verify(verifier->key, verifier->scheme, note->text,
					note->signatures[i].signature);
		if (err != NULL)
			return siglet_err_wrap(
				err, "signature line %zu, \"%s\"", i + 1,
				siglet_text_printable(note->signatures[i].name).text);
		verified++;
	}
	if (verified == 0)
		return siglet_err_new(SIGLET_E_MISSING,
				      "no signature by %s%s%s with id %02x%02x%02x%02x",
				      verifier->name.len == 0 ? "any name" : "\"",
				      siglet_text_printable(verifier->name).text,
				      verifier->name.len == 0 ? "" : "\"", verifier->id[0],
				      verifier->id[1], verifier->id[2], verifier->id[3]);
	return NULL;
}
