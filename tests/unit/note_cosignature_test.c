#include "note/note.h"

#include <string.h>

#include "../lib/corpus.h"
#include "json/json.h"
#include "note_vectors.h"
#include "note_witness.h"

static siglet_arena arena;

static siglet_note_key *key_of(const char *vkey)
{
	siglet_note_key *key = NULL;

	well(siglet_note_key_parse(siglet_slice_str(vkey), &key));
	return key;
}

static siglet_note_key *key_of_witness(const witness *w)
{
	siglet_note_key *key;
	siglet_buf vkey;

	siglet_buf_init(&vkey, MAX_WITNESS_TEXT);
	witness_put_vkey(w, 0x04, &vkey);
	key = key_of(siglet_buf_text(&vkey));
	siglet_buf_clear(&vkey);
	return key;
}

static siglet_err *verify(const siglet_note_key *key, siglet_slice text, int64_t *ret_time_s)
{
	siglet_slice copy = SIGLET_SLICE_NONE;
	siglet_note note = { 0 };

	well(siglet_arena_copy(&arena, text, &copy));
	well(siglet_note_parse(copy, &arena, &note));
	return siglet_note_key_verify(key, &note, ret_time_s);
}

/* The key of a vector over a text and a line of base64 under a name. */
static siglet_err *verify_vector(const char *vkey, const char *text, const char *name,
				 const char *line, int64_t *ret_time_s)
{
	siglet_note_key *key = key_of(vkey);
	siglet_buf note;
	siglet_err *err;

	siglet_buf_init(&note, MAX_WITNESS_TEXT);
	well(siglet_buf_printf(&note, "%s\n" DASH " %s %s\n", text, name, line));
	err = verify(key, siglet_buf_slice(&note), ret_time_s);
	siglet_buf_clear(&note);
	siglet_note_key_free(key);
	return err;
}

static void the_ed25519_vector_verifies(void)
{
	int64_t time_s = -1;

	OK_SUCCESS(verify_vector(VECTOR_ED25519_VKEY, VECTOR_TEXT, VECTOR_WITNESS,
				 VECTOR_ED25519_LINE, &time_s),
		   "a cosignature that another library made");
	OK(time_s == VECTOR_TIME_S, "and its time");
	OK_ERROR(verify_vector(VECTOR_ED25519_VKEY, VECTOR_TEXT "extension\n", VECTOR_WITNESS,
			       VECTOR_ED25519_LINE, &time_s),
		 SIGLET_E_MISMATCH, "extension lines are signed");
}

/* With an OpenSSL before 3.5 the same line can't be verified, and is never taken for good. */
static void the_ml_dsa_vector_verifies_where_it_can(void)
{
	static const char other[] = "log.example/7\n1234568\n"
				    "SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n";
	static const char renamed[] = "log.example/8\n1234567\n"
				      "SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n";
	static const char rooted[] = "log.example/7\n1234567\n"
				     "ABNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n";
	siglet_note_key *key = key_of(VECTOR_ML_DSA_VKEY);
	const bool is_usable = siglet_note_key_is_usable(key);
	int64_t time_s = -1;
	siglet_err *err = verify_vector(VECTOR_ML_DSA_VKEY, VECTOR_TEXT, VECTOR_WITNESS,
					VECTOR_ML_DSA_LINE, &time_s);

	OK(siglet_note_key_type(key) == SIGLET_NOTE_COSIGNATURE_ML_DSA, "an ML-DSA key is read");
	OK_ERROR(verify_vector(VECTOR_ML_DSA_VKEY, VECTOR_TEXT, VECTOR_WITNESS, VECTOR_ED25519_LINE,
			       &time_s),
		 SIGLET_E_MISSING, "a line of another id is not its");
	siglet_note_key_free(key);
	if (!is_usable) {
		OK_ERROR(err, SIGLET_E_UNSUPPORTED, "this OpenSSL can't verify its line");
		OK(time_s == -1, "and no time is given");
		SKIP("no ML-DSA in this OpenSSL: what a cosignature of it is over");
		return;
	}
	OK_SUCCESS(err, "an ML-DSA cosignature that another library made");
	OK(time_s == VECTOR_TIME_S, "and its time");
	OK_SUCCESS(verify_vector(VECTOR_ML_DSA_VKEY, VECTOR_TEXT "extension\n", VECTOR_WITNESS,
				 VECTOR_ML_DSA_LINE, &time_s),
		   "extension lines are not signed");
	OK_ERROR(verify_vector(VECTOR_ML_DSA_VKEY, other, VECTOR_WITNESS, VECTOR_ML_DSA_LINE,
			       &time_s),
		 SIGLET_E_MISMATCH, "the size is");
	OK_ERROR(verify_vector(VECTOR_ML_DSA_VKEY, renamed, VECTOR_WITNESS, VECTOR_ML_DSA_LINE,
			       &time_s),
		 SIGLET_E_MISMATCH, "the origin is");
	OK_ERROR(verify_vector(VECTOR_ML_DSA_VKEY, rooted, VECTOR_WITNESS, VECTOR_ML_DSA_LINE,
			       &time_s),
		 SIGLET_E_MISMATCH, "the root is");
}

static siglet_err *verify_times(const witness *w, const char *text, uint64_t said_s,
				uint64_t signed_s, int64_t *ret_time_s)
{
	siglet_note_key *key = key_of_witness(w);
	siglet_buf note;
	siglet_err *err;

	siglet_buf_init(&note, MAX_WITNESS_TEXT);
	well(siglet_buf_printf(&note, "%s\n", text));
	witness_put_cosignature(w, text, said_s, signed_s, &note);
	err = verify(key, siglet_buf_slice(&note), ret_time_s);
	siglet_buf_clear(&note);
	siglet_note_key_free(key);
	return err;
}

static void times_are_signed_and_bounded(void)
{
	witness w = witness_new(VECTOR_WITNESS);
	int64_t time_s = -1;

	OK_SUCCESS(verify_times(&w, VECTOR_TEXT, 1, 1, &time_s), "a cosignature");
	OK(time_s == 1, "with its time");
	OK_ERROR(verify_times(&w, VECTOR_TEXT, 2, 1, &time_s), SIGLET_E_MISMATCH,
		 "a time that was not signed");
	OK(time_s == 1, "which leaves the output alone");
	OK_SUCCESS(verify_times(&w, VECTOR_TEXT, 0, 0, &time_s), "no statement about the time");
	OK(time_s == 0, "is time 0");
	OK_SUCCESS(verify_times(&w, VECTOR_TEXT, INT64_MAX, INT64_MAX, &time_s), "the last time");
	OK(time_s == INT64_MAX, "as it is");
	OK_ERROR(verify_times(&w, VECTOR_TEXT, (uint64_t)INT64_MAX + 1, (uint64_t)INT64_MAX + 1,
			      &time_s),
		 SIGLET_E_RANGE, "one second more");
	OK_ERROR(verify_times(&w, "no checkpoint\n", 1, 1, &time_s), SIGLET_E_MALFORMED,
		 "a witness signs checkpoints, not any note");
	witness_free(&w);
}

/* A note with lines of these times by one witness; the one before the last may be spoilt. */
static siglet_err *verify_lines(const witness *w, const uint64_t *times, size_t count, bool spoil,
				int64_t *ret_time_s)
{
	siglet_note_key *key = key_of_witness(w);
	siglet_buf note;
	siglet_err *err;

	siglet_buf_init(&note, MAX_WITNESS_TEXT);
	well(siglet_buf_printf(&note, VECTOR_TEXT "\n"));
	for (size_t i = 0; i < count; i++)
		witness_put_cosignature(w, spoil && i + 2 == count ? "other\n" : VECTOR_TEXT,
					times[i], times[i], &note);
	err = verify(key, siglet_buf_slice(&note), ret_time_s);
	siglet_buf_clear(&note);
	siglet_note_key_free(key);
	return err;
}

static void every_line_of_a_witness_must_hold(void)
{
	static const uint64_t times[] = { 20, 30, 10 };
	witness w = witness_new(VECTOR_WITNESS), other = witness_new(VECTOR_WITNESS);
	siglet_note_key *key = key_of_witness(&other);
	int64_t time_s = -1;
	siglet_buf note;

	OK_SUCCESS(verify_lines(&w, times, 3, false, &time_s), "three lines of one witness");
	OK(time_s == 30, "the newest time counts");
	OK_ERROR(verify_lines(&w, times, 3, true, &time_s), SIGLET_E_MISMATCH,
		 "one of them over another text");

	siglet_buf_init(&note, MAX_WITNESS_TEXT);
	well(siglet_buf_printf(&note, VECTOR_TEXT "\n"));
	witness_put_cosignature(&w, VECTOR_TEXT, 1, 1, &note);
	OK_ERROR(verify(key, siglet_buf_slice(&note), &time_s), SIGLET_E_MISSING,
		 "a line of its name and another's id is not its own");
	siglet_buf_clear(&note);
	siglet_note_key_free(key);
	witness_free(&other);
	witness_free(&w);
}

/* The vector's line with bytes left out or more at the end. */
static siglet_err *verify_length(const char *vkey, const char *line, int more)
{
	siglet_buf blob, text;
	int64_t time_s = -1;
	siglet_err *err;

	siglet_buf_init(&blob, MAX_WITNESS_TEXT);
	siglet_buf_init(&text, MAX_WITNESS_TEXT);
	well(siglet_base64_decode(siglet_slice_str(line), &blob));
	if (more > 0)
		well(siglet_buf_append_byte(&blob, 0));
	else
		siglet_buf_truncate(&blob, blob.len - (size_t)-more);
	well(siglet_base64_encode(siglet_buf_slice(&blob), &text));
	err = verify_vector(vkey, VECTOR_TEXT, VECTOR_WITNESS, siglet_buf_text(&text), &time_s);
	siglet_buf_clear(&text);
	siglet_buf_clear(&blob);
	return err;
}

static void lengths_are_exact(void)
{
	static const int wrong[] = { 1, -1, -64, -65, -71 };

	OK_SUCCESS(verify_length(VECTOR_ED25519_VKEY, VECTOR_ED25519_LINE, 0), "a whole line");
	for (size_t i = 0; i < SIGLET_COUNT(wrong); i++)
		OK_ERROR(verify_length(VECTOR_ED25519_VKEY, VECTOR_ED25519_LINE, wrong[i]),
			 SIGLET_E_MALFORMED, "%d bytes more", wrong[i]);
}

/* Real witnesses of a real log, by their published keys. */
static void real_cosignatures_verify(void)
{
	static const char *const vkeys[] = {
		"witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
		"staging.witness.transparency.goog/ring-any-bells+2e1a8dc9+"
		"BG5JTpLc3FJtwzgh1Uv+Qelz9qeOH2bfWjS1s0s+y4rL",
		"witness.navigli.sunlight.geomys.org+a3e00fe2+"
		"BNy/co4C1Hn1p+INwJrfUlgz7W55dSZReusH/GhUhJ/G",
	};
	static const char path[] = "rekor-v2/py-dsse-staging-rekor-v2/bundle.sigstore.json";
	siglet_json_doc *doc = NULL;
	const siglet_json *at = NULL;
	siglet_buf text;

	if (!corpus_available() || !corpus_read(path, &text)) {
		SKIP("no corpus: cosignatures of real witnesses");
		return;
	}
	well(siglet_json_parse(siglet_buf_slice(&text), CORPUS_MAX_BYTES, &doc));
	at = siglet_json_object_get(siglet_json_root(doc), "verificationMaterial");
	at = siglet_json_array_item(siglet_json_object_get(at, "tlogEntries"), 0);
	at = siglet_json_object_get(siglet_json_object_get(at, "inclusionProof"), "checkpoint");
	const siglet_slice note = siglet_json_string(siglet_json_object_get(at, "envelope"));
	for (size_t i = 0; i < SIGLET_COUNT(vkeys); i++) {
		siglet_note_key *key = key_of(vkeys[i]);
		int64_t time_s = -1;

		OK_SUCCESS(verify(key, note, &time_s), "a real cosignature of %.30s", vkeys[i]);
		OK(time_s == 1778700214, "made in May 2026");
		siglet_note_key_free(key);
	}
	siglet_json_doc_free(doc);
	siglet_buf_clear(&text);
}

int main(void)
{
	siglet_arena_init(&arena, 16u << 20);
	the_ed25519_vector_verifies();
	the_ml_dsa_vector_verifies_where_it_can();
	times_are_signed_and_bounded();
	every_line_of_a_witness_must_hold();
	lengths_are_exact();
	real_cosignatures_verify();
	siglet_arena_clear(&arena);
	return tap_done();
}
