#include <ftw.h>

#include "../lib/corpus.h"
#include "../lib/forge.h"
#include "audit/audit_internal.h"
#include "bundle/bundle.h"
#include "cert_maker.h"

/* Whatever a verifier takes for an entry of a certificate, the watch takes for one of it. */

static siglet_buf cert, other, spki;
static siglet_buf text; /* what a test puts together */

static siglet_err *read_text(const char *json, audit_content *content)
{
	siglet_audit_content_init(content);
	return siglet_audit_content_read(siglet_slice_str(json), content);
}

static bool has(const siglet_slice *list, size_t count, siglet_slice der)
{
	for (size_t i = 0; i < count; i++)
		if (siglet_slice_equal(list[i], der))
			return true;
	return false;
}

/* ---- what verifiers take ---- */

static unsigned looked_at, missed;

static void look_at_entry(const siglet_bundle *bundle, const siglet_entry *entry, const char *name)
{
	const siglet_cert *leaf = siglet_bundle_leaf(bundle);
	audit_content content;
	siglet_err *err;
	bool found;

	if (entry->body.len == 0 || leaf == NULL)
		return;
	siglet_audit_content_init(&content);
	err = siglet_audit_content_read(entry->body, &content);
	found = err == NULL && has(content.certs, content.cert_count, siglet_cert_der(leaf));
	looked_at++;
	/*
	 * An entry of another certificate, or one that can't be read, is a test of a verifier. One has
	 * the key alone, whose certificate no log of signatures can show.
	 */
	if (err == NULL && !found && content.cert_count == 0 &&
	    !has(content.keys, content.key_count, siglet_cert_spki(leaf))) {
		printf("# %s\n", name);
		missed++;
	}
	siglet_err_free(err);
	siglet_audit_content_clear(&content);
}

static void look_at_bundle(siglet_slice json, const char *name)
{
	siglet_bundle *bundle = NULL;
	siglet_err *err = siglet_bundle_parse(json, &bundle);

	if (err == NULL) {
		const siglet_bundle_data *data = siglet_bundle_get(bundle);

		for (size_t i = 0; i < data->entry_count; i++)
			look_at_entry(bundle, &data->entries[i], name);
	}
	siglet_err_free(err);
	siglet_bundle_free(bundle);
}

static void entries_of_the_forge(void)
{
	static const forge_entry_kind kinds[] = { FORGE_HASHEDREKORD_001, FORGE_DSSE_001,
						  FORGE_INTOTO_002, FORGE_HASHEDREKORD_002 };
	forge *instance = forge_new(&(forge_config) { .is_fast = true });

	looked_at = missed = 0;
	for (size_t i = 0; i < SIGLET_COUNT(kinds); i++) {
		const forge_options options = {
			.is_dsse = kinds[i] == FORGE_DSSE_001 || kinds[i] == FORGE_INTOTO_002,
			.is_v2 = kinds[i] == FORGE_HASHEDREKORD_002,
			.entries = { { .kind = kinds[i] } },
			.entry_count = 1,
		};
		siglet_buf json = forge_bundle(instance, &options);

		look_at_bundle(siglet_buf_slice(&json), "forge");
		siglet_buf_clear(&json);
	}
	OK(looked_at == 4 && missed == 0, "%u kinds of entries, %u missed", looked_at, missed);
	forge_free(instance);
}

static int visit(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	FILE *file;
	siglet_buf json;
	char piece[4096];
	size_t len;

	(void)where;
	if (kind != FTW_F || info->st_size > 4 << 20 || strstr(path, ".json") == NULL)
		return 0;
	file = fopen(path, "rb");
	if (file == NULL)
		return 0;
	siglet_buf_init(&json, 8u << 20);
	while ((len = fread(piece, 1, sizeof(piece), file)) > 0)
		if (siglet_buf_append(&json, siglet_slice_of(piece, len)) != NULL)
			abort();
	(void)fclose(file);
	look_at_bundle(siglet_buf_slice(&json), path);
	siglet_buf_clear(&json);
	return 0;
}

static void entries_of_the_corpus(void)
{
	const char *folder = getenv("SIGLET_CORPUS");

	if (!corpus_available()) {
		SKIP("the corpus is not here");
		return;
	}
	looked_at = missed = 0;
	(void)nftw(folder == NULL || folder[0] == '\0' ? "../shared/corpus" : folder, visit, 32,
		   FTW_PHYS);
	OK(looked_at > 100 && missed == 0, "%u entries of the corpus, %u missed", looked_at,
	   missed);
}

/* ---- spellings ---- */

typedef enum spelling {
	AS_BASE64,
	AS_URL_SAFE,
	WITHOUT_PADDING,
	WITH_LINES,
	WITH_CARRIAGE_RETURNS,
	WITH_SPACES,
	WITH_OTHER_CHARACTERS,
	WITH_SPARE_BITS,
	WITH_EARLY_PADDING, /* which some pass over where it pads nothing */
	TWICE,
	THREE_TIMES,
	AS_PEM,
	AS_PEM_OF_BASE64,
	AS_PEM_TWICE,
	AS_PEM_IN_A_LINE,
	AS_PEM_WITH_CRLF,
	AS_PEM_WITH_SPACES,
	AS_PEM_OF_X509,
	SPELLINGS,
} spelling;

static void append(siglet_buf *to, const char *what)
{
	if (siglet_buf_append_str(to, what) != NULL)
		abort();
}

static void base64_of(siglet_buf *der)
{
	siglet_buf coded;

	siglet_buf_init(&coded, 1u << 20);
	if (siglet_base64_encode(siglet_buf_slice(der), &coded) != NULL)
		abort();
	siglet_buf_clear(der);
	*der = coded;
}

/* An insertion behind every 60th character. */
static void insert(siglet_buf *in, const char *what)
{
	siglet_buf changed;

	siglet_buf_init(&changed, 1u << 20);
	for (size_t i = 0; i < in->len; i++) {
		if (siglet_buf_append_byte(&changed, in->ptr[i]) != NULL)
			abort();
		if (i % 60 == 59)
			append(&changed, what);
	}
	siglet_buf_clear(in);
	*in = changed;
}

static void pem_of(siglet_buf *der, const char *label, const char *line)
{
	siglet_buf pem;

	siglet_buf_init(&pem, 1u << 20);
	base64_of(der);
	insert(der, line);
	if (siglet_buf_printf(&pem, "-----BEGIN %s-----%s%s%s-----END %s-----%s", label, line,
			      siglet_buf_text(der), line, label, line) != NULL)
		abort();
	siglet_buf_clear(der);
	*der = pem;
}

static void spell(siglet_slice der, spelling how, siglet_buf *ret)
{
	siglet_buf_init(ret, 1u << 20);
	if (siglet_buf_append(ret, der) != NULL)
		abort();
	if (how >= AS_PEM)
		pem_of(ret, how == AS_PEM_OF_X509 ? "X509 CERTIFICATE" : "CERTIFICATE",
		       how == AS_PEM_WITH_CRLF	   ? "\r\n"
		       : how == AS_PEM_IN_A_LINE   ? ""
		       : how == AS_PEM_WITH_SPACES ? " \n"
						   : "\n");
	if (how < AS_PEM || how == AS_PEM_OF_BASE64 || how == AS_PEM_TWICE)
		base64_of(ret);
	if (how == TWICE || how == THREE_TIMES || how == AS_PEM_TWICE)
		base64_of(ret);
	if (how == THREE_TIMES)
		base64_of(ret);
	for (size_t i = 0; how == AS_URL_SAFE && i < ret->len; i++)
		ret->ptr[i] = ret->ptr[i] == '+' ? '-' : ret->ptr[i] == '/' ? '_' : ret->ptr[i];
	if (how == WITHOUT_PADDING || how == WITH_SPARE_BITS)
		while (ret->len > 0 && ret->ptr[ret->len - 1] == '=')
			siglet_buf_truncate(ret, ret->len - 1);
	if (how == WITH_SPARE_BITS && ret->len % 4 != 0)
		ret->ptr[ret->len - 1]++;
	if (how == WITH_LINES)
		insert(ret, "\n");
	if (how == WITH_CARRIAGE_RETURNS)
		insert(ret, "\r\n");
	if (how == WITH_SPACES)
		insert(ret, " ");
	if (how == WITH_OTHER_CHARACTERS)
		insert(ret, "!$\t");
	if (how == WITH_EARLY_PADDING) {
		siglet_buf later;

		insert(ret, "=");
		later = *ret;
		siglet_buf_init(ret, 1u << 20);
		append(ret, "==");
		append(ret, siglet_buf_text(&later));
		siglet_buf_clear(&later);
	}
}

/* {"kind": …, …: [{"a": SPELT}]}, with what JSON must escape escaped, and more of it on request. */
static const char *put(const siglet_buf *spelt, bool escapes)
{
	siglet_buf_truncate(&text, 0);
	append(&text, "{\"kind\":\"new\",\"apiVersion\":\"9\",\"spec\":[[{\"a\":\"");
	for (size_t i = 0; i < spelt->len; i++) {
		const uint8_t c = spelt->ptr[i];
		char escaped[8];

		(void)snprintf(escaped, sizeof(escaped), escapes || c < ' ' ? "\\u%04x" : "%c", c);
		append(&text, escaped);
	}
	append(&text, "\"}]]}");
	return siglet_buf_text(&text);
}

static void spellings_hide_nothing(void)
{
	for (int how = 0; how < SPELLINGS; how++)
		for (int escapes = 0; escapes < 2; escapes++) {
			audit_content content;
			siglet_buf spelt;

			spell(siglet_buf_slice(&cert), (spelling)how, &spelt);
			OK_SUCCESS(read_text(put(&spelt, escapes != 0), &content), "spelling %d%s",
				   how, escapes != 0 ? ", escaped" : "");
			OK(has(content.certs, content.cert_count, siglet_buf_slice(&cert)),
			   "the certificate is seen");
			siglet_audit_content_clear(&content);
			siglet_buf_clear(&spelt);
		}
	for (int how = 0; how < AS_PEM; how++) {
		audit_content content;
		siglet_buf spelt;

		spell(siglet_buf_slice(&spki), (spelling)how, &spelt);
		OK_SUCCESS(read_text(put(&spelt, false), &content), "a key, spelling %d", how);
		OK(has(content.keys, content.key_count, siglet_buf_slice(&spki)), "is seen");
		siglet_audit_content_clear(&content);
		siglet_buf_clear(&spelt);
	}
}

static siglet_err *read_pem(const char *label, siglet_slice der, const char *around)
{
	audit_content content;
	siglet_buf pem;
	siglet_err *err;

	siglet_buf_init(&pem, 1u << 20);
	if (siglet_buf_append(&pem, der) != NULL)
		abort();
	pem_of(&pem, label, "\n");
	append(&pem, around);
	base64_of(&pem);
	err = read_text(put(&pem, false), &content);
	siglet_audit_content_clear(&content);
	siglet_buf_clear(&pem);
	return err;
}

static void what_can_not_be_read_is_said(void)
{
	const siglet_slice garbage = siglet_slice_str("some other bytes, none of which is ASN.1");
	siglet_buf broken;

	OK_ERROR(read_pem("CERTIFICATE", garbage, ""), SIGLET_E_MALFORMED, "PEM of no certificate");
	OK_ERROR(read_pem("TRUSTED CERTIFICATE", garbage, ""), SIGLET_E_MALFORMED, "of OpenSSL's");
	OK_ERROR(read_pem("RSA PUBLIC KEY", garbage, ""), SIGLET_E_MALFORMED,
		 "a key of another form");
	OK_SUCCESS(read_pem("PGP PUBLIC KEY BLOCK", garbage, ""), "PGP's are none of ours");
	OK_SUCCESS(read_pem("SSH SIGNATURE", garbage, ""), "nor are SSH's");
	OK_ERROR(read_pem("PGP MESSAGE", garbage, "-----BEGIN CERTIFICATE-----\nAAAA"),
		 SIGLET_E_MALFORMED, "a block behind one of those, without an end");
	OK_ERROR(read_pem("PGP MESSAGE", garbage, "-----BEGIN CERTIFI"), SIGLET_E_MALFORMED,
		 "or without a label");
	/* Another reader may take this for a certificate. */
	siglet_buf_init(&broken, 1u << 20);
	if (siglet_buf_append(&broken, siglet_buf_slice(&cert)) != NULL ||
	    siglet_buf_append_byte(&broken, 0) != NULL)
		abort();
	base64_of(&broken);
	audit_content content;

	OK_ERROR(read_text(put(&broken, false), &content), SIGLET_E_MALFORMED,
		 "a certificate with something behind it");
	siglet_audit_content_clear(&content);
	siglet_buf_clear(&broken);
}

/* ---- several ---- */

static void several_are_all_seen(void)
{
	audit_content content;
	siglet_buf one, two, pem;

	spell(siglet_buf_slice(&cert), AS_PEM, &one);
	spell(siglet_buf_slice(&other), AS_PEM, &two);
	spell(siglet_buf_slice(&spki), AS_BASE64, &pem);
	append(&one, "text between\n");
	append(&one, siglet_buf_text(&two));
	if (siglet_buf_printf(&one, "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n",
			      siglet_buf_text(&pem)) != NULL)
		abort();
	OK_SUCCESS(read_text(put(&one, false), &content), "two certificates and a key in one text");
	OK(content.cert_count == 2 && content.key_count == 1 &&
		   has(content.certs, 2, siglet_buf_slice(&cert)) &&
		   has(content.certs, 2, siglet_buf_slice(&other)) &&
		   has(content.keys, 1, siglet_buf_slice(&spki)),
	   "are seen");
	siglet_audit_content_clear(&content);
	siglet_buf_clear(&pem);
	siglet_buf_clear(&two);
	siglet_buf_clear(&one);
}

/* As many different ones as count: each has another byte in its signature. */
static siglet_err *read_many(unsigned count)
{
	audit_content content;
	siglet_buf all;
	siglet_err *err;

	siglet_buf_init(&all, 1u << 20);
	append(&all, "{\"kind\":\"k\",\"apiVersion\":\"1\",\"x\":[\"\"");
	for (unsigned i = 0; i < count; i++) {
		siglet_buf one;

		spell(siglet_buf_slice(&cert), AS_BASE64, &one);
		siglet_buf_clear(&one);
		cert.ptr[cert.len - 1] ^= (uint8_t)i;
		spell(siglet_buf_slice(&cert), AS_BASE64, &one);
		cert.ptr[cert.len - 1] ^= (uint8_t)i;
		append(&all, ",\"");
		append(&all, siglet_buf_text(&one));
		append(&all, "\"");
		siglet_buf_clear(&one);
	}
	append(&all, "]}");
	err = read_text(siglet_buf_text(&all), &content);
	siglet_audit_content_clear(&content);
	siglet_buf_clear(&all);
	return err;
}

static void ceilings(void)
{
	OK_SUCCESS(read_many(AUDIT_MAX_CERTS), "as many certificates as there is room for");
	OK_ERROR(read_many(AUDIT_MAX_CERTS + 1), SIGLET_E_LIMIT, "one more is not passed over");
}

static void no_entries(void)
{
	static const struct {
		const char *json;
		siglet_code code;
	} none[] = {
		{ "", SIGLET_E_MALFORMED },
		{ "{", SIGLET_E_MALFORMED },
		{ "[]", SIGLET_E_MALFORMED },
		{ "{}", SIGLET_E_MISSING },
		{ "{\"kind\":\"a\"}", SIGLET_E_MISSING },
		{ "{\"kind\":1,\"apiVersion\":\"1\"}", SIGLET_E_MALFORMED },
		{ "{\"kind\":\"a\",\"kind\":\"b\",\"apiVersion\":\"1\"}", SIGLET_E_MALFORMED },
		{ "{\"kind\":\"a\",\"apiVersion\":\"1\"} x", SIGLET_E_MALFORMED },
		{ "{\"kind\":\"\xff\",\"apiVersion\":\"1\"}", SIGLET_E_MALFORMED },
	};
	audit_content content;

	for (size_t i = 0; i < SIGLET_COUNT(none); i++) {
		siglet_err *err = read_text(none[i].json, &content);

		OK(err != NULL && !siglet_err_is_fault(err), "no entry: %s", none[i].json);
		siglet_err_free(err);
		siglet_audit_content_clear(&content);
	}
}

/* ---- the form of Rekor v2 ---- */

#define DIGEST "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="
#define DIGEST_HEX "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

static const char *v2_body(const char *space, const char *what, const siglet_buf *raw)
{
	siglet_buf_truncate(&text, 0);
	if (siglet_buf_printf(
		    &text,
		    "{\"apiVersion\":%s\"0.0.2\",\"kind\":\"hashedrekord\",\"spec\":{"
		    "\"hashedRekordV002\":{\"data\":{\"algorithm\":\"SHA2_256\",\"digest\":\"%s\"},"
		    "\"signature\":{\"content\":\"MEQ=\",\"verifier\":{\"keyDetails\":\"X\","
		    "\"%s\":{\"rawBytes\":\"%s\"}}}}}}",
		    space, DIGEST, what, siglet_buf_text(raw)) != NULL)
		abort();
	return siglet_buf_text(&text);
}

static bool is_digest(const audit_content *content)
{
	siglet_buf printed;
	siglet_err *err;
	bool good;

	siglet_buf_init(&printed, 256);
	err = siglet_audit_content_digest(content, &printed);
	good = err == NULL && strcmp(siglet_buf_text(&printed), "sha256:" DIGEST_HEX) == 0;
	siglet_err_free(err);
	siglet_buf_clear(&printed);
	return good;
}

static void both_ways_say_the_same(void)
{
	static const char *const spaces[] = { "", " " };

	for (size_t i = 0; i < 2; i++) {
		audit_content content;
		siglet_buf raw;

		spell(siglet_buf_slice(&cert), AS_BASE64, &raw);
		OK_SUCCESS(read_text(v2_body(spaces[i], "x509Certificate", &raw), &content), "%s",
			   i == 0 ? "as it is written" : "as JSON");
		OK((content.arena.used > 0) == (i == 1), "by that way");
		OK(content.cert_count == 1 && content.key_count == 0 &&
			   siglet_slice_equal(content.certs[0], siglet_buf_slice(&cert)),
		   "the certificate");
		OK(is_digest(&content), "the digest");
		OK(siglet_slice_is(content.kind, "hashedrekord") &&
			   siglet_slice_is(content.version, "0.0.2"),
		   "the kind");
		siglet_audit_content_clear(&content);
		siglet_buf_clear(&raw);
		spell(siglet_buf_slice(&spki), AS_BASE64, &raw);
		OK_SUCCESS(read_text(v2_body(spaces[i], "publicKey", &raw), &content), "a key");
		OK(content.cert_count == 0 && content.key_count == 1 &&
			   siglet_slice_equal(content.keys[0], siglet_buf_slice(&spki)),
		   "is that key");
		siglet_audit_content_clear(&content);
		siglet_buf_clear(&raw);
		spell(siglet_buf_slice(&cert), AS_BASE64, &raw);
		OK_SUCCESS(read_text(v2_body(spaces[i], "publicKey", &raw), &content),
			   "a certificate where a key should be");
		OK(content.cert_count == 1 &&
			   siglet_slice_equal(content.certs[0], siglet_buf_slice(&cert)),
		   "is that certificate");
		siglet_audit_content_clear(&content);
		siglet_buf_clear(&raw);
	}
}

/* One after the other, whatever the one before was. */
static void nothing_stays_of_the_last_one(void)
{
	audit_content content;
	siglet_buf raw;
	siglet_err *err;

	spell(siglet_buf_slice(&cert), AS_BASE64, &raw);
	siglet_audit_content_init(&content);
	OK_SUCCESS(siglet_audit_content_read(
			   siglet_slice_str(v2_body(" ", "x509Certificate", &raw)), &content),
		   "one");
	OK_SUCCESS(siglet_audit_content_read(
			   siglet_slice_str("{\"kind\":\"a\",\"apiVersion\":\"1\"}"), &content),
		   "another");
	OK(content.cert_count == 0 && content.digest_count == 0, "has nothing of it");
	OK_SUCCESS(siglet_audit_content_read(siglet_slice_str(v2_body("", "x509Certificate", &raw)),
					     &content),
		   "a third");
	err = siglet_audit_content_read(siglet_slice_str("{"), &content);
	OK(err != NULL && content.cert_count == 0 && content.digest_count == 0,
	   "nor has what can't be read");
	siglet_err_free(err);
	siglet_audit_content_clear(&content);
	siglet_buf_clear(&raw);
}

static void digests_of_other_kinds(void)
{
	static const char *const bodies[] = {
		"{\"kind\":\"hashedrekord\",\"apiVersion\":\"0.0.1\",\"spec\":{\"data\":{\"hash\":{"
		"\"algorithm\":\"sha256\",\"value\":\"" DIGEST_HEX "\"}}}}",
		"{\"kind\":\"dsse\",\"apiVersion\":\"0.0.1\",\"spec\":{\"envelopeHash\":{"
		"\"algorithm\":\"sha256\",\"value\":\"00\"},\"payloadHash\":{"
		"\"algorithm\":\"sha256\",\"value\":\"" DIGEST_HEX "\"}}}",
		"{\"kind\":\"dsse\",\"apiVersion\":\"0.0.2\",\"spec\":{\"dsseV002\":{"
		"\"payloadHash\":"
		"{\"algorithm\":\"SHA2_256\",\"digest\":\"" DIGEST "\"},\"signatures\":[]}}}",
		"{\"kind\":\"intoto\",\"apiVersion\":\"0.0.2\",\"spec\":{\"content\":{\"hash\":{"
		"\"algorithm\":\"sha256\",\"value\":\"00\"},\"payloadHash\":{"
		"\"algorithm\":\"sha256\",\"value\":\"" DIGEST_HEX "\"}}}}",
	};
	audit_content content;

	for (size_t i = 0; i < SIGLET_COUNT(bodies); i++) {
		OK_SUCCESS(read_text(bodies[i], &content), "%.40s", bodies[i]);
		OK(is_digest(&content), "its digest");
		siglet_audit_content_clear(&content);
	}
}

int main(void)
{
	EVP_PKEY *key = ec_key("P-256");
	const maker_plan plan = { .name = "a", .key = key, .extensions = MAKER_LEAF };
	const maker_plan second = { .name = "bc", .key = key, .extensions = MAKER_LEAF };
	uint8_t *bytes = NULL;
	const int len = i2d_PUBKEY(key, &bytes);

	cert = plan_der(&plan);
	other = plan_der(&second);
	siglet_buf_init(&spki, 1024);
	siglet_buf_init(&text, 1u << 20);
	MAKER_NEED(siglet_buf_append(&spki, siglet_slice_of(bytes, (size_t)len)) == NULL);
	entries_of_the_forge();
	entries_of_the_corpus();
	spellings_hide_nothing();
	what_can_not_be_read_is_said();
	several_are_all_seen();
	ceilings();
	no_entries();
	both_ways_say_the_same();
	nothing_stays_of_the_last_one();
	digests_of_other_kinds();
	siglet_buf_clear(&text);
	siglet_buf_clear(&spki);
	siglet_buf_clear(&other);
	siglet_buf_clear(&cert);
	OPENSSL_free(bytes);
	EVP_PKEY_free(key);
	return tap_done();
}
