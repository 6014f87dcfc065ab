#include "ctlog/ctlog.h"

#include <inttypes.h>
#include <string.h>

#include "json/json.h"

/* RFC 6962 section 3.5: what a log signs of its tree; and as a note, by static-ct-api. */

#define VERSION_1 0
#define TREE_HASH 1
#define HASH_SHA256 4 /* RFC 5246 section 7.4.1.4.1 */
#define SIGNATURE_RSA 1
#define SIGNATURE_ECDSA 3
#define MAX_HEAD_BYTES 65536
#define DASH "\xe2\x80\x94"

/* ---- get-sth ---- */

static siglet_err *read_number(const siglet_json *root, const char *name, uint64_t *ret_number)
{
	int64_t number = 0;
	siglet_err *err = siglet_json_need_int64(root, name, &number);

	if (err == NULL && number < 0)
		err = siglet_err_new(SIGLET_E_RANGE, "%s is negative", name);
	if (err == NULL)
		*ret_number = (uint64_t)number;
	return err;
}

static siglet_err *read_bytes(const siglet_json *root, const char *name, siglet_arena *arena,
			      siglet_slice *ret_bytes)
{
	siglet_slice text = SIGLET_SLICE_NONE;
	siglet_buf bytes;
	siglet_err *err = siglet_json_need_string(root, name, &text);

	if (err != NULL)
		return err;
	siglet_buf_init(&bytes, MAX_HEAD_BYTES);
	err = siglet_base64_decode(text, &bytes);
	if (err == NULL)
		err = siglet_arena_copy(arena, siglet_buf_slice(&bytes), ret_bytes);
	siglet_buf_clear(&bytes);
	return err == NULL ? NULL : siglet_err_wrap(err, "%s", name);
}

static siglet_err *set_root(siglet_slice hash, siglet_hash32 *ret_root)
{
	if (hash.len != sizeof(ret_root->bytes))
		return siglet_err_new(SIGLET_E_MALFORMED, "a root of %zu bytes", hash.len);
	memcpy(ret_root->bytes, hash.ptr, hash.len);
	return NULL;
}

static siglet_err *read_head(const siglet_json *root, siglet_arena *arena, siglet_ct_head *head)
{
	siglet_slice hash = SIGLET_SLICE_NONE;
	siglet_err *err = read_number(root, "tree_size", &head->size);

	if (err == NULL)
		err = read_number(root, "timestamp", &head->timestamp_ms);
	if (err == NULL)
		err = read_bytes(root, "sha256_root_hash", arena, &hash);
	if (err == NULL)
		err = set_root(hash, &head->root);
	if (err == NULL)
		err = read_bytes(root, "tree_head_signature", arena, &head->signature);
	return err;
}

siglet_err *siglet_ct_head_parse(siglet_slice json, siglet_arena *arena, siglet_ct_head *ret_head)
{
	siglet_ct_head head = { .size = 0 };
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse(json, MAX_HEAD_BYTES, &doc);

	if (err == NULL)
		err = read_head(siglet_json_root(doc), arena, &head);
	siglet_json_doc_free(doc);
	if (err != NULL)
		return siglet_err_wrap(err, "tree head");
	*ret_head = head;
	return NULL;
}

/* ---- as a note ---- */

siglet_err *siglet_ct_key_id(siglet_slice name, siglet_slice log_id,
			     uint8_t ret_id[SIGLET_NOTE_ID_SIZE])
{
	static const uint8_t type = SIGLET_CT_NOTE_TYPE;
	const siglet_slice parts[] = { name, siglet_slice_str("\n"), siglet_slice_of(&type, 1),
				       log_id };
	uint8_t hash[SIGLET_SHA256_SIZE];
	siglet_err *err;

	if (log_id.len != SIGLET_SHA256_SIZE)
		return siglet_err_new(SIGLET_E_LENGTH, "a LogID of %zu bytes", log_id.len);
	err = siglet_sha256(parts, SIGLET_COUNT(parts), hash);
	if (err == NULL)
		memcpy(ret_id, hash, SIGLET_NOTE_ID_SIZE);
	return err;
}

static siglet_err *write_line(const siglet_ct_head *head, siglet_slice name, const uint8_t *id,
			      siglet_buf *note)
{
	siglet_buf blob;
	siglet_err *err;

	siglet_buf_init(&blob, MAX_HEAD_BYTES);
	err = siglet_buf_append(&blob, siglet_slice_of(id, SIGLET_NOTE_ID_SIZE));
	if (err == NULL)
		err = siglet_buf_append_uint(&blob, head->timestamp_ms, 8);
	if (err == NULL)
		err = siglet_buf_append(&blob, head->signature);
	if (err == NULL)
		err = siglet_buf_append_str(note, DASH " ");
	if (err == NULL)
		err = siglet_buf_append(note, name);
	if (err == NULL)
		err = siglet_buf_append_byte(note, ' ');
	if (err == NULL)
		err = siglet_base64_encode(siglet_buf_slice(&blob), note);
	if (err == NULL)
		err = siglet_buf_append_byte(note, '\n');
	siglet_buf_clear(&blob);
	return err;
}

siglet_err *siglet_ct_head_write(const siglet_ct_head *head, siglet_slice name,
				 const uint8_t id[SIGLET_NOTE_ID_SIZE], siglet_buf *ret_note)
{
	siglet_err *err = siglet_buf_append(ret_note, name);

	if (err == NULL)
		err = siglet_buf_printf(ret_note, "\n%" PRIu64 "\n", head->size);
	if (err == NULL)
		err = siglet_base64_encode(siglet_hash32_slice(&head->root), ret_note);
	if (err == NULL)
		err = siglet_buf_append_str(ret_note, "\n\n");
	return err == NULL ? write_line(head, name, id, ret_note) : err;
}

/* ---- verifying ---- */

/* A key of a log signs in one way: another algorithm than that is no signature of it. */
static bool fits(uint64_t hash, uint64_t algorithm, const siglet_note_verifier *verifier)
{
	if (hash != HASH_SHA256)
		return false;
	return verifier->scheme == SIGLET_SCHEME_RSA_PKCS1_SHA256 ? algorithm == SIGNATURE_RSA
								  : algorithm == SIGNATURE_ECDSA;
}

/* RFC6962NoteSignature: the time, and a digitally-signed struct. */
static bool read_signature(siglet_slice bytes, const siglet_note_verifier *verifier,
			   uint64_t *ret_timestamp_ms, siglet_slice *ret_signature)
{
	siglet_reader reader = { bytes };
	uint64_t hash = 0, algorithm = 0;
	siglet_err *err = siglet_reader_uint(&reader, 8, ret_timestamp_ms);

	if (err == NULL)
		err = siglet_reader_uint(&reader, 1, &hash);
	if (err == NULL)
		err = siglet_reader_uint(&reader, 1, &algorithm);
	if (err == NULL)
		err = siglet_reader_vector(&reader, 2, ret_signature);
	if (err == NULL)
		err = siglet_reader_end(&reader);
	siglet_err_free(err);
	return err == NULL && fits(hash, algorithm, verifier);
}

static siglet_err *verify_line(siglet_slice bytes, const siglet_checkpoint *checkpoint,
			       const siglet_note_verifier *verifier)
{
	siglet_slice signature = SIGLET_SLICE_NONE;
	uint64_t timestamp_ms = 0;
	siglet_buf head;
	siglet_err *err;

	if (!read_signature(bytes, verifier, &timestamp_ms, &signature))
		return siglet_err_new(SIGLET_E_MISMATCH, "it is no signature of a tree head");
	siglet_buf_init(&head, 64);
	err = siglet_buf_append_uint(&head, VERSION_1, 1);
	if (err == NULL)
		err = siglet_buf_append_uint(&head, TREE_HASH, 1);
	if (err == NULL)
		err = siglet_buf_append_uint(&head, timestamp_ms, 8);
	if (err == NULL)
		err = siglet_buf_append_uint(&head, checkpoint->size, 8);
	if (err == NULL)
		err = siglet_buf_append(&head, siglet_hash32_slice(&checkpoint->root));
	if (err == NULL)
		err = siglet_key_verify(verifier->key, verifier->scheme, siglet_buf_slice(&head),
					signature);
	siglet_buf_clear(&head);
	return err;
}

siglet_err *siglet_ct_note_verify(const siglet_note *note, const siglet_checkpoint *checkpoint,
				  const siglet_note_verifier *verifier)
{
	size_t verified = 0;

	for (size_t i = 0; i < note->count; i++) {
		siglet_err *err;

		if (!siglet_note_is_by(&note->signatures[i], verifier))
			continue;
		err = verify_line(note->signatures[i].signature, checkpoint, verifier);
		if (err != NULL)
			return siglet_err_wrap(err, "signature line %zu", i + 1);
		verified++;
	}
	if (verified == 0)
		return siglet_err_new(SIGLET_E_MISSING, "no signature of the CT log");
	/* The signature covers neither, so that anybody could have written them. */
	if (checkpoint->extensions.len > 0)
		return siglet_err_new(SIGLET_E_MALFORMED, "lines behind the root");
	if (!siglet_slice_equal(checkpoint->origin, verifier->name))
		return siglet_err_new(SIGLET_E_UNTRUSTED, "a checkpoint of \"%s\"",
				      siglet_text_printable(checkpoint->origin).text);
	return NULL;
}
