/*
 * tuf_maker: metadata of a TUF repository for tests, signed by keys that are made on the spot.
 *
 * What is signed is written as canonical JSON has it: members in order, no space.
 */
#ifndef SIGLET_TEST_TUF_MAKER_H
#define SIGLET_TEST_TUF_MAKER_H

#include <stdarg.h>
#include <string.h>

#include "check.h"
#include "crypto/crypto.h"
#include "json/json.h"
#include "tuf/tuf.h"

#define TUF_KEYS 12
#define TUF_NOW ((int64_t)1790000000) /* 2026-09-21 */
#define TUF_LATER "2030-01-01T00:00:00Z"
#define TUF_PAST "2020-01-01T00:00:00Z"
#define TUF_MAKER_UNUSED __attribute__((unused))

static struct {
	siglet_signer *signer;
	char id[65];
	siglet_buf json; /* the key's object */
} tuf_keys[TUF_KEYS];

static void tuf_need(siglet_err *err)
{
	if (err == NULL)
		return;
	printf("Bail out! %s\n", siglet_err_message(err));
	exit(1);
}

static void tuf_print(siglet_buf *out, const char *format, ...)
{
	char text[65536];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	tuf_need(siglet_buf_append_str(out, text));
}

static void tuf_hash(siglet_slice bytes, char ret_hex[65])
{
	siglet_digest digest;
	siglet_buf hex;

	siglet_buf_init(&hex, 64);
	tuf_need(siglet_crypto_sha256(&bytes, 1, &digest));
	tuf_need(siglet_hex_encode(siglet_digest_slice(&digest), &hex));
	memcpy(ret_hex, siglet_buf_text(&hex), 65);
	siglet_buf_clear(&hex);
}

/* Ed25519, but every third key is on P-256: both ways to sign are in use. */
TUF_MAKER_UNUSED static void tuf_keys_make(void)
{
	for (int i = 0; i < TUF_KEYS; i++) {
		const char *name = i % 3 == 2 ? "ecdsa-sha2-256-nistp256" : "ed25519";
		siglet_buf hex, pem;
		const siglet_key *key;

		tuf_need(siglet_signer_generate(siglet_key_details_registry(siglet_slice_str(name)),
						&tuf_keys[i].signer));
		key = siglet_signer_key(tuf_keys[i].signer);
		siglet_buf_init(&tuf_keys[i].json, 4096);
		siglet_buf_init(&hex, 256);
		siglet_buf_init(&pem, 1024);
		if (i % 3 == 2) {
			tuf_need(siglet_pem_encode("PUBLIC KEY", siglet_key_spki(key), &pem));
			tuf_print(&tuf_keys[i].json,
				  "{\"keytype\":\"ecdsa\",\"keyval\":{\"public\":\"");
			for (const char *c = siglet_buf_text(&pem); *c != '\0'; c++)
				tuf_print(&tuf_keys[i].json, *c == '\n' ? "\\n" : "%c", *c);
			tuf_print(&tuf_keys[i].json, "\"},\"scheme\":\"ecdsa-sha2-nistp256\"}");
		} else {
			tuf_need(siglet_hex_encode(siglet_key_raw(key), &hex));
			tuf_print(&tuf_keys[i].json,
				  "{\"keytype\":\"ed25519\",\"keyval\":{\"public\":\"%s\"},"
				  "\"scheme\":\"ed25519\"}",
				  siglet_buf_text(&hex));
		}
		siglet_buf_clear(&pem);
		siglet_buf_clear(&hex);
		(void)snprintf(tuf_keys[i].id, sizeof(tuf_keys[i].id), "%02dkey", i);
	}
}

TUF_MAKER_UNUSED static void tuf_keys_free(void)
{
	for (int i = 0; i < TUF_KEYS; i++) {
		siglet_signer_free(tuf_keys[i].signer);
		siglet_buf_clear(&tuf_keys[i].json);
	}
}

/* A signature over the canonical form of content. */
static void tuf_sign(siglet_slice content, int key, siglet_buf *ret_hex)
{
	siglet_json_doc *doc = NULL;
	siglet_buf canonical, signature;

	siglet_buf_init(&canonical, 1u << 20);
	siglet_buf_init(&signature, 1024);
	tuf_need(siglet_json_parse(content, 1u << 20, &doc));
	tuf_need(siglet_json_canonicalize_olpc(siglet_json_root(doc), &canonical));
	tuf_need(
		siglet_signer_sign(tuf_keys[key].signer, siglet_buf_slice(&canonical), &signature));
	tuf_need(siglet_hex_encode(siglet_buf_slice(&signature), ret_hex));
	siglet_json_doc_free(doc);
	siglet_buf_clear(&signature);
	siglet_buf_clear(&canonical);
}

/* The file: content signed by the keys whose numbers are the letters of signers, 'a' for key 0. */
TUF_MAKER_UNUSED static siglet_buf tuf_seal(const char *signers, const char *format, ...)
{
	static char content[65536];
	siglet_buf file;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(content, sizeof(content), format, args);
	va_end(args);
	siglet_buf_init(&file, 1u << 20);
	tuf_print(&file, "{\"signatures\":[");
	for (const char *s = signers; *s != '\0'; s++) {
		siglet_buf hex;

		siglet_buf_init(&hex, 1024);
		tuf_sign(siglet_slice_str(content), *s - 'a', &hex);
		tuf_print(&file, "%s{\"keyid\":\"%s\",\"sig\":\"%s\"}", s == signers ? "" : ",",
			  tuf_keys[*s - 'a'].id, siglet_buf_text(&hex));
		siglet_buf_clear(&hex);
	}
	tuf_print(&file, "],\"signed\":%s}", content);
	return file;
}

/* ---- roles ---- */

/* Who signs what, in letters of keys. */
typedef struct tuf_signers {
	const char *root, *timestamp, *snapshot, *targets;
	int root_threshold;
	const char *expires;
} tuf_signers;

static const tuf_signers TUF_USUAL = { "abc", "d", "e", "f", 2, TUF_LATER };

static void tuf_put_role(siglet_buf *out, const char *name, const char *keys, int threshold)
{
	tuf_print(out, "\"%s\":{\"keyids\":[", name);
	for (const char *k = keys; *k != '\0'; k++)
		tuf_print(out, "%s\"%s\"", k == keys ? "" : ",", tuf_keys[*k - 'a'].id);
	tuf_print(out, "],\"threshold\":%d}", threshold);
}

static void tuf_put_keys(siglet_buf *out)
{
	tuf_print(out, "\"keys\":{");
	for (int i = 0; i < TUF_KEYS; i++)
		tuf_print(out, "%s\"%s\":%s", i == 0 ? "" : ",", tuf_keys[i].id,
			  siglet_buf_text(&tuf_keys[i].json));
	tuf_print(out, "}");
}

TUF_MAKER_UNUSED static siglet_buf tuf_root(int version, const tuf_signers *who, const char *by)
{
	siglet_buf out, file;

	siglet_buf_init(&out, 1u << 20);
	tuf_print(&out, "{\"_type\":\"root\",\"consistent_snapshot\":true,\"expires\":\"%s\",",
		  who->expires);
	tuf_put_keys(&out);
	tuf_print(&out, ",\"roles\":{");
	tuf_put_role(&out, "root", who->root, who->root_threshold);
	tuf_print(&out, ",");
	tuf_put_role(&out, "snapshot", who->snapshot, 1);
	tuf_print(&out, ",");
	tuf_put_role(&out, "targets", who->targets, 1);
	tuf_print(&out, ",");
	tuf_put_role(&out, "timestamp", who->timestamp, 1);
	tuf_print(&out, "},\"spec_version\":\"1.0.31\",\"version\":%d}", version);
	file = tuf_seal(by, "%s", siglet_buf_text(&out));
	siglet_buf_clear(&out);
	return file;
}

/* meta is what stands in "meta" behind the snapshot's version, such as ",\"length\":5". */
TUF_MAKER_UNUSED static siglet_buf tuf_timestamp(int version, int snapshot, const char *meta,
						 const char *expires, const char *by)
{
	return tuf_seal(by,
			"{\"_type\":\"timestamp\",\"expires\":\"%s\",\"meta\":{\"snapshot.json\":{"
			"\"version\":%d%s}},\"spec_version\":\"1.0\",\"version\":%d}",
			expires, snapshot, meta, version);
}

/* meta: the members of "meta". */
TUF_MAKER_UNUSED static siglet_buf tuf_snapshot(int version, const char *meta, const char *expires,
						const char *by)
{
	return tuf_seal(by,
			"{\"_type\":\"snapshot\",\"expires\":\"%s\",\"meta\":{%s},"
			"\"spec_version\":\"1.0\",\"version\":%d}",
			expires, meta, version);
}

/* rest: "" or ",\"delegations\":…" before the targets; targets: the members of "targets". */
TUF_MAKER_UNUSED static siglet_buf tuf_targets(int version, const char *delegations,
					       const char *targets, const char *expires,
					       const char *by)
{
	return tuf_seal(by,
			"{\"_type\":\"targets\",%s\"expires\":\"%s\",\"spec_version\":\"1.0\","
			"\"targets\":{%s},\"version\":%d}",
			delegations, expires, targets, version);
}

#endif
