#include "audit/audit_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/sys.h"

/*
 * One file that says what a log did wrong, and shows it to whoever has the log's key:
 *
 *	{ "mediaType": …, "kind": "fork", "seen": RFC 3339, "from": URL,
 *	  "log": { "name": …, "keyId": hex, "publicKey": base64, "scheme": …, "noteType": 5 of CT logs },
 *	  "first": NOTE, "second": NOTE,
 *	  "inclusion": { "leaf": base64, "hashes": [base64 …] } }
 *
 * first is the view that was accepted, second the one that was not. The inclusion is that of the
 * first entry behind the smaller tree, in the larger one: see audit_contradiction.
 */

#define MEDIA_TYPE "application/vnd.siglet.log-evidence.v1+json"
#define MAX_EVIDENCE_BYTES ((size_t)1 << 20)

static const siglet_scheme schemes[] = {
	SIGLET_SCHEME_ECDSA_SHA256, SIGLET_SCHEME_ECDSA_SHA384,	    SIGLET_SCHEME_ECDSA_SHA512,
	SIGLET_SCHEME_ED25519,	    SIGLET_SCHEME_RSA_PKCS1_SHA256,
};

/* ---- writing ---- */

static void write_log(const audit_log *log, siglet_json_writer *w)
{
	siglet_json_write_begin_object(w, "log");
	siglet_json_write_string(w, "name", log->name);
	siglet_json_write_hex(w, "keyId",
			      siglet_slice_of(log->verifier.id, sizeof(log->verifier.id)));
	siglet_json_write_base64(w, "publicKey", siglet_key_spki(log->verifier.key));
	siglet_json_write_text(w, "scheme", siglet_scheme_name(log->verifier.scheme));
	if (log->is_ct)
		siglet_json_write_int(w, "noteType", SIGLET_CT_NOTE_TYPE);
	siglet_json_write_end_object(w);
}

static void write_shown(const audit_contradiction *shown, siglet_json_writer *w)
{
	siglet_json_write_begin_object(w, "inclusion");
	siglet_json_write_base64(w, "leaf", siglet_hash32_slice(&shown->leaf));
	siglet_json_write_begin_array(w, "hashes");
	for (size_t i = 0; i < shown->proof.count; i++)
		siglet_json_write_base64(w, NULL, siglet_hash32_slice(&shown->proof.nodes[i]));
	siglet_json_write_end_array(w);
	siglet_json_write_end_object(w);
}

static siglet_err *write_evidence(const audit_evidence *e, siglet_buf *ret_json)
{
	siglet_json_writer w;
	siglet_err *err;

	siglet_json_writer_init(&w, ret_json, 2);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_text(&w, "mediaType", MEDIA_TYPE);
	siglet_json_write_text(&w, "kind", siglet_audit_verdict_name(e->kind));
	siglet_json_write_text(&w, "seen", siglet_time_format(e->seen_s).text);
	siglet_json_write_text(&w, "from", e->from);
	write_log(e->log, &w);
	siglet_json_write_string(&w, "first", e->first);
	siglet_json_write_string(&w, "second", e->second);
	if (e->shown != NULL)
		write_shown(e->shown, &w);
	siglet_json_write_end_object(&w);
	err = siglet_json_writer_finish(&w);
	return err == NULL ? siglet_buf_append_byte(ret_json, '\n') : err;
}

/* ---- keeping ---- */

#define MAX_UNSIGNED 100 /* files that prove nothing, which anybody in between can cause */

/* A name by what is shown: the same thing that is seen a thousand times is kept once. */
typedef struct keeping {
	char folder[SIGLET_AUDIT_MAX_PATH + 16];
	char kind[64];	      /* "-fork-" */
	char ending[64 + 64]; /* "-fork-HASH.json" */
	char name[256];	      /* of a file that is there already; "": none */
	size_t count;	      /* of its kind */
} keeping;

static siglet_slice signed_part(siglet_slice note)
{
	for (size_t i = 0; i + 1 < note.len; i++)
		if (note.ptr[i] == '\n' && note.ptr[i + 1] == '\n')
			return siglet_slice_of(note.ptr, i + 1);
	return note;
}

/* A log signs what it says in many ways: it is what it says that counts. */
static siglet_err *name_what(const audit_evidence *e, keeping *k)
{
	const siglet_slice parts[] = { signed_part(e->first), siglet_slice_of("\n", 1),
				       signed_part(e->second) };
	siglet_hash32 hash;
	siglet_buf hex;
	siglet_err *err = siglet_sha256(parts, SIGLET_COUNT(parts), hash.bytes);

	siglet_buf_init(&hex, 16);
	if (err == NULL)
		err = siglet_hex_encode(siglet_slice_of(hash.bytes, 8), &hex);
	if (err == NULL) {
		(void)snprintf(k->kind, sizeof(k->kind), "-%s-",
			       siglet_audit_verdict_name(e->kind));
		(void)snprintf(k->ending, sizeof(k->ending), "%s%s.json", k->kind,
			       siglet_buf_text(&hex));
	}
	siglet_buf_clear(&hex);
	return err;
}

static siglet_err *see_file(void *context, const char *name)
{
	keeping *k = context;

	if (siglet_slice_contains(siglet_slice_str(name), k->kind))
		k->count++;
	if (siglet_slice_has_suffix(siglet_slice_str(name), k->ending) &&
	    strlen(name) < sizeof(k->name))
		(void)snprintf(k->name, sizeof(k->name), "%s", name);
	return NULL;
}

/* "20261125T120000Z-fork-HASH.json" */
static void choose_name(const audit_evidence *e, keeping *k)
{
	char compact[32] = "";
	size_t n = 0;

	for (const char *c = siglet_time_format(e->seen_s).text; *c != '\0' && n < 31; c++)
		if (*c != '-' && *c != ':')
			compact[n++] = *c;
	(void)snprintf(k->name, sizeof(k->name), "%s%s", compact, k->ending);
}

static siglet_err *write_file(const audit_evidence *evidence, const char *path)
{
	siglet_buf json;
	siglet_err *err;

	siglet_buf_init(&json, MAX_EVIDENCE_BYTES);
	err = write_evidence(evidence, &json);
	if (err == NULL)
		err = siglet_sys_write_kept(path, siglet_buf_slice(&json));
	siglet_buf_clear(&json);
	return err;
}

siglet_err *siglet_audit_evidence_keep(const audit_state *state, const audit_evidence *evidence,
				       siglet_buf *ret_path)
{
	keeping k = { .count = 0 };
	bool is_there;
	siglet_err *err = name_what(evidence, &k);

	(void)snprintf(k.folder, sizeof(k.folder), "%s/evidence", siglet_audit_state_folder(state));
	if (err == NULL)
		err = siglet_sys_make_folder(k.folder);
	if (err == NULL)
		err = siglet_sys_list(k.folder, see_file, &k);
	if (err != NULL)
		return err;
	is_there = k.name[0] != '\0';
	if (!is_there && evidence->kind == SIGLET_AUDIT_BAD_SIGNATURE && k.count >= MAX_UNSIGNED)
		return NULL;
	if (!is_there)
		choose_name(evidence, &k);
	siglet_buf_clear(ret_path);
	err = siglet_buf_printf(ret_path, "%s/%s", k.folder, k.name);
	if (err == NULL && !is_there)
		err = write_file(evidence, siglet_buf_text(ret_path));
	/* What is not there is not named. */
	if (err != NULL)
		siglet_buf_clear(ret_path);
	return err;
}

/* ---- reading ---- */

typedef struct reading {
	siglet_arena arena;
	siglet_slice kind, seen, from, first, second;
	siglet_key *key; /* the one in the file */
	audit_log log;	 /* with that key */
	bool has_shown;
	audit_contradiction shown;
} reading;

static siglet_err *read_scheme(siglet_slice name, siglet_scheme *ret_scheme)
{
	for (size_t i = 0; i < SIGLET_COUNT(schemes); i++)
		if (siglet_slice_is(name, siglet_scheme_name(schemes[i]))) {
			*ret_scheme = schemes[i];
			return NULL;
		}
	return siglet_err_new(SIGLET_E_UNSUPPORTED, "scheme \"%s\"",
			      siglet_text_printable(name).text);
}

static siglet_err *read_id(siglet_slice hex, uint8_t ret_id[SIGLET_NOTE_ID_SIZE])
{
	siglet_buf id;
	siglet_err *err;

	siglet_buf_init(&id, SIGLET_NOTE_ID_SIZE);
	err = siglet_hex_decode(hex, &id);
	if (err == NULL && id.len != SIGLET_NOTE_ID_SIZE)
		err = siglet_err_new(SIGLET_E_MALFORMED, "keyId of %zu bytes", id.len);
	if (err == NULL)
		memcpy(ret_id, id.ptr, id.len);
	siglet_buf_clear(&id);
	return err;
}

/* Of a log that signs its tree head, and not the note that says it. */
static siglet_err *read_type(const siglet_json *object, audit_log *log)
{
	int64_t type = 0;
	siglet_err *err;

	if (siglet_json_object_get(object, "noteType") == NULL)
		return NULL;
	err = siglet_json_need_int64(object, "noteType", &type);
	if (err == NULL && type != SIGLET_CT_NOTE_TYPE)
		err = siglet_err_new(SIGLET_E_UNSUPPORTED, "notes of type %lld", (long long)type);
	log->is_ct = err == NULL;
	if (err == NULL)
		log->verifier.name = log->name;
	return err;
}

static siglet_err *read_log(const siglet_json *root, reading *r)
{
	const siglet_json *log = NULL;
	siglet_slice id = SIGLET_SLICE_NONE, scheme = SIGLET_SLICE_NONE, spki = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_json_need_object(root, "log", &log);

	if (err == NULL)
		err = siglet_json_need_string(log, "name", &r->log.name);
	if (err == NULL)
		err = siglet_json_need_string(log, "keyId", &id);
	if (err == NULL)
		err = siglet_json_need_string(log, "scheme", &scheme);
	if (err == NULL)
		err = siglet_proto_bytes(log, "publicKey", &r->arena, &spki);
	if (err == NULL)
		err = read_id(id, r->log.verifier.id);
	if (err == NULL)
		err = read_scheme(scheme, &r->log.verifier.scheme);
	if (err == NULL)
		err = read_type(log, &r->log);
	if (err == NULL)
		err = siglet_key_from_spki(spki, &r->key);
	if (err != NULL)
		return siglet_err_wrap(err, "log");
	r->log.verifier.key = r->key;
	return NULL;
}

static siglet_err *read_hash(const siglet_json *value, reading *r, siglet_hash32 *ret_hash)
{
	siglet_slice bytes = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_proto_bytes_value(value, "hash", &r->arena, &bytes);

	if (err == NULL && bytes.len != sizeof(ret_hash->bytes))
		err = siglet_err_new(SIGLET_E_MALFORMED, "a hash of %zu bytes", bytes.len);
	if (err == NULL)
		memcpy(ret_hash->bytes, bytes.ptr, bytes.len);
	return err;
}

static siglet_err *read_shown(const siglet_json *root, reading *r)
{
	const siglet_json *inclusion = siglet_json_object_get(root, "inclusion"), *hashes = NULL;
	siglet_err *err;

	if (inclusion == NULL)
		return NULL;
	r->has_shown = true;
	err = siglet_json_need_array(inclusion, "hashes", &hashes);
	if (err == NULL)
		err = read_hash(siglet_json_object_get(inclusion, "leaf"), r, &r->shown.leaf);
	r->shown.proof.count = siglet_json_array_count(hashes);
	if (err == NULL && r->shown.proof.count > SIGLET_MERKLE_MAX_PROOF)
		err = siglet_err_new(SIGLET_E_LIMIT, "%zu hashes", r->shown.proof.count);
	for (size_t i = 0; err == NULL && i < r->shown.proof.count; i++)
		err = read_hash(siglet_json_array_item(hashes, i), r, &r->shown.proof.nodes[i]);
	return err == NULL ? NULL : siglet_err_wrap(err, "inclusion");
}

static siglet_err *read_evidence(const siglet_json *root, reading *r)
{
	siglet_slice type = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_json_need_string(root, "mediaType", &type);

	if (err == NULL && !siglet_slice_is(type, MEDIA_TYPE))
		err = siglet_err_new(SIGLET_E_MALFORMED, "mediaType is \"%s\", not " MEDIA_TYPE,
				     siglet_text_printable(type).text);
	if (err == NULL)
		err = siglet_json_need_string(root, "kind", &r->kind);
	if (err == NULL)
		err = siglet_json_need_string(root, "seen", &r->seen);
	if (err == NULL)
		err = siglet_json_need_string(root, "from", &r->from);
	if (err == NULL)
		err = siglet_json_need_string(root, "first", &r->first);
	if (err == NULL)
		err = siglet_json_need_string(root, "second", &r->second);
	if (err == NULL)
		err = read_log(root, r);
	return err == NULL ? read_shown(root, r) : err;
}

/* ---- judging ---- */

/* The log as it is known to whoever checks; else as the file says, which is told. */
static siglet_err *look_for_log(void *context, const audit_log *log)
{
	reading *r = context;

	if (memcmp(log->verifier.id, r->log.verifier.id, sizeof(log->verifier.id)) == 0 &&
	    siglet_slice_equal(log->name, r->log.name) &&
	    siglet_key_equal(log->verifier.key, r->key))
		r->log = *log;
	return NULL;
}

static siglet_err *find_known(const siglet_audit *audit, reading *r, bool *ret_is_known)
{
	siglet_audit of_kind = *audit;
	siglet_err *err;

	of_kind.is_ct = r->log.is_ct;
	err = siglet_audit_each_log(&of_kind, look_for_log, r);

	/* A trusted root without logs knows this one as little. */
	if (err != NULL &&
	    (siglet_err_code(err) == SIGLET_E_TRUST || siglet_err_code(err) == SIGLET_E_USAGE)) {
		siglet_err_free(err);
		err = NULL;
	}
	*ret_is_known = err == NULL && r->log.verifier.key != r->key;
	return err;
}

static siglet_err *judge_fork(const reading *r, const audit_view *a, const audit_view *b)
{
	const bool grew = a->checkpoint.size < b->checkpoint.size;

	if (!siglet_slice_equal(a->checkpoint.origin, b->checkpoint.origin))
		return siglet_err_new(SIGLET_E_MISMATCH, "the checkpoints are of two logs");
	if (a->checkpoint.size == b->checkpoint.size)
		return siglet_hash32_equal(&a->checkpoint.root, &b->checkpoint.root)
			       ? siglet_err_new(SIGLET_E_MISMATCH, "the checkpoints say the same")
			       : NULL;
	if (!r->has_shown)
		return siglet_err_new(SIGLET_E_MISSING,
				      "of two sizes, and nothing shows that they contradict");
	return siglet_audit_check_contradiction(&r->shown, grew ? a : b, grew ? b : a);
}

/* Two checkpoints of an honest log look the same: nothing signed says which was shown last. */
static siglet_err *judge_stale(const audit_view *first, const audit_view *second)
{
	if (!siglet_slice_equal(first->checkpoint.origin, second->checkpoint.origin))
		return siglet_err_new(SIGLET_E_MISMATCH, "the checkpoints are of two logs");
	if (second->checkpoint.size >= first->checkpoint.size)
		return siglet_err_new(SIGLET_E_MISMATCH, "the second is not smaller");
	return siglet_err_new(SIGLET_E_MISSING, "the log signed both; that it showed the smaller "
						"one last is the word of who kept it");
}

#define PROVES_NOTHING "the second is not the log's, and could be anybody's"

/* What the file claims, and what it shows of it. */
static siglet_err *judge(const reading *r, siglet_audit_report *report)
{
	audit_view first, second;
	siglet_err *err;

	siglet_audit_view_init(&first);
	siglet_audit_view_init(&second);
	err = siglet_audit_view_read(&r->log, r->first, &first);
	if (err != NULL)
		err = siglet_err_wrap(err, "first");
	if (err == NULL) {
		report->from = siglet_audit_head_of(&first);
		err = siglet_audit_view_read(&r->log, r->second, &second);
		if (err != NULL)
			err = siglet_err_wrap(err, "second");
	}
	if (err == NULL) {
		report->to = siglet_audit_head_of(&second);
		if (siglet_slice_is(r->kind, "fork"))
			err = judge_fork(r, &first, &second);
		else if (siglet_slice_is(r->kind, "stale"))
			err = judge_stale(&first, &second);
		else
			err = siglet_err_new(SIGLET_E_UNSUPPORTED,
					     "\"%s\" can't be shown to others",
					     siglet_text_printable(r->kind).text);
	} else if (siglet_slice_is(r->kind, "bad-signature")) {
		report->detail = PROVES_NOTHING;
	}
	siglet_audit_view_clear(&second);
	siglet_audit_view_clear(&first);
	return err;
}

/* Anybody can make a key, and contradict himself with it: only a known log's counts. */
static siglet_err *judge_known(const siglet_audit *audit, reading *r, siglet_audit_report *report)
{
	bool is_known = false;
	siglet_err *err = find_known(audit, r, &is_known);

	if (err != NULL || is_known)
		return err == NULL ? judge(r, report) : err;
	return siglet_err_hint(
		siglet_err_new(
			SIGLET_E_UNTRUSTED,
			"it is about a log of the name \"%s\" with a key that is not known here",
			siglet_text_printable(r->log.name).text),
		"name the trust root of that log, or its key with --log-key");
}

static siglet_err *tell_evidence(const siglet_audit *audit, const char *name, reading *r)
{
	siglet_audit_report report = { .check = "evidence", .subject = name };
	siglet_err *why = judge_known(audit, r, &report);

	if (why != NULL && siglet_err_is_fault(why))
		return why;
	report.origin = r->log.name;
	report.verdict = why == NULL ? SIGLET_AUDIT_PROVEN : SIGLET_AUDIT_UNPROVEN;
	report.error = why;
	audit->tell(audit->context, &report);
	siglet_err_free(why);
	return NULL;
}

siglet_err *siglet_audit_evidence(const siglet_audit *audit, const char *name, siglet_slice json)
{
	reading r = { .key = NULL };
	siglet_json_doc *doc = NULL;
	siglet_err *err;

	siglet_arena_init(&r.arena, MAX_EVIDENCE_BYTES);
	err = siglet_json_parse(json, MAX_EVIDENCE_BYTES, &doc);
	if (err == NULL)
		err = read_evidence(siglet_json_root(doc), &r);
	if (err == NULL)
		err = tell_evidence(audit, name, &r);
	siglet_key_free(r.key);
	siglet_arena_clear(&r.arena);
	siglet_json_doc_free(doc);
	return err;
}
