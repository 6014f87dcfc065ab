#include "../lib/check.h"
#include "../lib/forge.h"
#include "audit/trail_internal.h"

/* A line of an audit log, and whether an entry of a log says the same. */

static siglet_json_doc *doc;

static siglet_err *read(const char *text, audit_trail_line *ret_line)
{
	siglet_err *err;

	siglet_json_doc_free(doc);
	doc = NULL;
	err = siglet_json_parse(siglet_slice_str(text), 65536, &doc);
	return err == NULL ? siglet_audit_trail_read(siglet_json_root(doc), ret_line) : err;
}

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define TIME "{\"time\":\"2026-01-01T00:00:00Z\","
#define LOGGED TIME "\"log\":\"https://log.example\",\"logIndex\":7"

static void lines(void)
{
	static const char *const bad[] = {
		"[]",
		"{}",
		"{\"time\":1}",
		TIME "\"log\":\"https://log.example\"}",
		TIME "\"log\":\"https://log.example\",\"logIndex\":-1}",
		TIME "\"log\":\"https://log.example\",\"logIndex\":\"7\"}",
		TIME "\"log\":\"https://log.example\",\"logIndex\":1.5}",
		LOGGED ",\"leaf\":\"00\"}",
		LOGGED ",\"leaf\":\"" ZEROS "00\"}",
		LOGGED ",\"leaf\":\"x" ZEROS "\"}",
		LOGGED ",\"keyId\":\"00\"}",
		LOGGED ",\"logId\":\"00\"}",
		LOGGED ",\"digest\":\"sha256:00\"}",
		LOGGED ",\"schema\":2}",
		LOGGED ",\"schema\":\"1\"}",
		TIME "\"schema\":2}",
	};
	static const char *const not_logged[] = {
		TIME "\"file\":\"x\"}",
		LOGGED ",\"verdict\":\"refused\"}",
		LOGGED ",\"verdict\":\"error\"}",
		LOGGED ",\"verdict\":\"published\"}",
		TIME "\"log\":\"https://log.example\",\"logIndex\":-1,\"verdict\":\"refused\"}",
	};
	static const char *const good[] = { "signed", "attested", "accepted" };
	audit_trail_line line;

	OK_SUCCESS(read(LOGGED "}", &line), "a line of an older version");
	OK(line.is_logged && line.index == 7 && siglet_slice_is(line.log, "https://log.example"),
	   "says where");
	OK(!line.has_leaf && !line.has_key && !line.has_digest && !line.has_log_id &&
		   line.identity.len == 0 && line.issuer.len == 0,
	   "and no more");
	OK_SUCCESS(read(LOGGED ",\"schema\":1,\"leaf\":\"" ZEROS "\",\"keyId\":\"" ZEROS
			       "\",\"logId\":\"" ZEROS "\",\"digest\":\"sha256:" ZEROS
			       "\",\"identity\":\"me\",\"issuer\":\"him\"}",
			&line),
		   "a line of this one");
	OK(line.has_leaf && line.has_key && line.has_digest && line.has_log_id &&
		   siglet_slice_is(line.identity, "me") && siglet_slice_is(line.issuer, "him"),
	   "says all");
	for (size_t i = 0; i < SIGLET_COUNT(good); i++) {
		char text[256];

		(void)snprintf(text, sizeof(text), LOGGED ",\"verdict\":\"%s\"}", good[i]);
		OK_SUCCESS(read(text, &line), "%s", good[i]);
		OK(line.is_logged, "is a signature's");
	}
	for (size_t i = 0; i < SIGLET_COUNT(not_logged); i++) {
		OK_SUCCESS(read(not_logged[i], &line), "line %zu", i);
		OK(!line.is_logged, "is of none that was logged");
	}
	for (size_t i = 0; i < SIGLET_COUNT(bad); i++) {
		siglet_err *err = read(bad[i], &line);

		OK(err != NULL && !siglet_err_is_fault(err), "%s is none", bad[i]);
		siglet_err_free(err);
	}
	OK_SUCCESS(read(LOGGED ",\"digest\":\"sha256:" ZEROS "\",\"type\":\"x\"}", &line),
		   "an attestation");
	OK(!line.has_digest, "is not about the file");
	OK_SUCCESS(read(LOGGED ",\"digest\":\"sha256:" ZEROS "\",\"action\":\"attest\"}", &line),
		   "a whole statement");
	OK(!line.has_digest, "neither");
	OK_SUCCESS(read(LOGGED ",\"digest\":\"sha256:" ZEROS "\",\"format\":\"cose\"}", &line),
		   "a COSE message");
	OK(!line.has_digest, "neither");
}

/* What a bundle of the forge was logged as, and the line that tells of it. */
typedef struct scene {
	forge_product product;
	siglet_bundle *bundle;
	siglet_slice entry;
	audit_trail_line line;
} scene;

static scene make(forge *instance, const forge_options *options)
{
	scene s = { .product = forge_make(instance, options) };
	siglet_key *key = NULL;
	const siglet_slice artifact = siglet_buf_slice(&s.product.artifact);
	siglet_err *err = siglet_bundle_parse(siglet_buf_slice(&s.product.json), &s.bundle);

	if (err == NULL)
		err = siglet_key_from_pem(siglet_buf_slice(&s.product.public_key), &key);
	if (err == NULL)
		err = siglet_sha256(&artifact, 1, s.line.sha256.bytes);
	if (err != NULL)
		exit(3);
	memcpy(s.line.key.bytes, siglet_key_id(key)->bytes, sizeof(s.line.key.bytes));
	siglet_key_free(key);
	s.entry = siglet_bundle_get(s.bundle)->entries[0].body;
	s.line.has_key = s.line.has_digest = true;
	return s;
}

static void clear(scene *s)
{
	siglet_bundle_free(s->bundle);
	forge_product_clear(&s->product);
}

/* Who it is said to be by is compared, whether the line has the key, too, or not. */
static void compare_signer(const scene *s, bool has_key)
{
	const siglet_slice evil = siglet_slice_str("https://github.com/evil/app");
	audit_trail_line line = s->line;

	line.has_key = has_key;
	if (s->product.identity == NULL) {
		line.identity = evil;
		OK_ERROR(siglet_audit_trail_compare(&line, s->entry), SIGLET_E_MISMATCH,
			 "a key is nobody's identity");
		return;
	}
	line.identity = siglet_slice_str(s->product.identity);
	OK_SUCCESS(siglet_audit_trail_compare(&line, s->entry), "by its identity");
	line.issuer = siglet_slice_str(s->product.issuer);
	OK_SUCCESS(siglet_audit_trail_compare(&line, s->entry), "and issuer");
	line.issuer = evil;
	OK_ERROR(siglet_audit_trail_compare(&line, s->entry), SIGLET_E_MISMATCH, "of another");
	line.identity = SIGLET_SLICE_NONE;
	OK_ERROR(siglet_audit_trail_compare(&line, s->entry), SIGLET_E_MISMATCH, "alone, too");
	line.issuer = SIGLET_SLICE_NONE;
	line.identity = evil;
	OK_ERROR(siglet_audit_trail_compare(&line, s->entry), SIGLET_E_MISMATCH, "by another");
	line.identity = siglet_slice_of(s->product.identity, strlen(s->product.identity) - 1);
	OK_ERROR(siglet_audit_trail_compare(&line, s->entry), SIGLET_E_MISMATCH, "or a part of it");
}

static void compare_with(forge *instance, const forge_options *options, const char *what)
{
	scene s = make(instance, options);
	audit_trail_line line = s.line;

	OK_SUCCESS(siglet_audit_trail_compare(&line, s.entry), "%s: the entry of the line", what);
	line.key.bytes[0] ^= 1;
	OK_ERROR(siglet_audit_trail_compare(&line, s.entry), SIGLET_E_MISMATCH, "of another key");
	line = s.line;
	line.sha256.bytes[31] ^= 1;
	OK_ERROR(siglet_audit_trail_compare(&line, s.entry), SIGLET_E_MISMATCH, "of another file");
	line = s.line;
	line.has_key = line.has_digest = false;
	OK_ERROR(siglet_audit_trail_compare(&line, s.entry), SIGLET_E_IO,
		 "a line that could be of any entry is of none");
	line.has_digest = true;
	OK_SUCCESS(siglet_audit_trail_compare(&line, s.entry), "the file's digest ties it");
	line.has_digest = false;
	line.has_leaf = true;
	OK_SUCCESS(siglet_audit_trail_compare(&line, s.entry), "its hash was compared before");
	compare_signer(&s, false);
	compare_signer(&s, true);
	OK_ERROR(siglet_audit_trail_compare(&s.line, siglet_slice_str("{}")), SIGLET_E_MISSING,
		 "what is no entry");
	clear(&s);
}

static void entries(void)
{
	const forge_config config = { .is_fast = true };
	forge *instance = forge_new(&config);
	const forge_options v2 = { .is_v2 = true };
	const forge_options managed = { .material = FORGE_PUBLIC_KEY };
	const forge_options p384 = { .key = FORGE_P384 };
	scene s;

	compare_with(instance, NULL, "Rekor v1");
	compare_with(instance, &v2, "Rekor v2");
	compare_with(instance, &managed, "a managed key");
	s = make(instance, &p384);
	s.line.sha256.bytes[0] ^= 1;
	OK_SUCCESS(siglet_audit_trail_compare(&s.line, s.entry),
		   "an entry by another hash can't be told by the file's SHA-256");
	s.line.has_key = false;
	OK_ERROR(siglet_audit_trail_compare(&s.line, s.entry), SIGLET_E_IO,
		 "which alone ties a line to nothing, then");
	clear(&s);
	forge_free(instance);
}

int main(void)
{
	lines();
	entries();
	siglet_json_doc_free(doc);
	return tap_done();
}
