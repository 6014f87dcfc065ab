#include "bundle/bundle.h"

#include "../lib/check.h"
#include "../lib/text.h"

/*
 * The real demo bundle is the good input (v0.3, certificate, envelope); each refused one is a change away.
 * What a bundle of another version or content accepts is tried on forged ones, in verify_*_test.c.
 */

#define DEMO "testdata/demo/signed-package-2.1.0-hb0f4dca_0.conda.sigstore.json"

static char *demo;

static siglet_err *parse(const char *text)
{
	siglet_bundle *bundle = NULL;
	siglet_err *err = siglet_bundle_parse(siglet_slice_str(text), &bundle);

	siglet_bundle_free(bundle);
	return err;
}

static void refuses(const char *from, const char *to, siglet_code code, const char *claim)
{
	char *changed = text_replace(demo, from, to);

	OK_ERROR(parse(changed), code, "refuses %s", claim);
	free(changed);
}

static void accepts(const char *from, const char *to, const char *claim)
{
	char *changed = text_replace(demo, from, to);

	OK_SUCCESS(parse(changed), "accepts %s", claim);
	free(changed);
}

static void demo_says_what_it_should(void)
{
	siglet_bundle *bundle = NULL;

	OK_SUCCESS(siglet_bundle_parse(siglet_slice_str(demo), &bundle), "a real bundle parses");
	if (bundle == NULL)
		return;
	const siglet_bundle_data *data = siglet_bundle_get(bundle);
	OK(data->version == SIGLET_BUNDLE_V03 && data->material == SIGLET_MATERIAL_CERTIFICATE,
	   "v0.3 with a certificate");
	OK(data->is_dsse && siglet_slice_is(data->payload_type, "application/vnd.in-toto+json"),
	   "an in-toto envelope");
	OK(data->entry_count == 1 && data->timestamp_count == 0, "one entry, no timestamp");
	OK(data->entries[0].log_index == 456119071 && data->entries[0].has_proof, "with its proof");
	OK(siglet_bundle_leaf(bundle) != NULL, "its certificate is there");
	OK(data->unknown_fields.len == 0, "no unknown fields");
	OK(siglet_bundle_hashes(bundle, NULL) == SIGLET_HASH_BIT(SIGLET_SHA256),
	   "SHA-256 is what its statement needs");
	siglet_bundle_free(bundle);
}

static void round_trip_is_equal(void)
{
	siglet_bundle *first = NULL, *second = NULL;
	siglet_buf once, twice;

	siglet_buf_init(&once, SIGLET_MAX_BUNDLE_BYTES);
	siglet_buf_init(&twice, SIGLET_MAX_BUNDLE_BYTES);
	OK_SUCCESS(siglet_bundle_parse(siglet_slice_str(demo), &first), "read");
	OK_SUCCESS(siglet_bundle_write(siglet_bundle_get(first), &once), "written");
	OK_SUCCESS(siglet_bundle_parse(siglet_buf_slice(&once), &second), "read again");
	OK_SUCCESS(siglet_bundle_write(siglet_bundle_get(second), &twice), "written again");
	OK(siglet_slice_equal(siglet_buf_slice(&once), siglet_buf_slice(&twice)), "the same bytes");
	const siglet_bundle_data *a = siglet_bundle_get(first), *b = siglet_bundle_get(second);
	OK(siglet_slice_equal(a->leaf_der, b->leaf_der) &&
		   siglet_slice_equal(a->payload, b->payload) &&
		   siglet_slice_equal(a->signature, b->signature) &&
		   siglet_slice_equal(a->entries[0].body, b->entries[0].body) &&
		   siglet_slice_equal(a->entries[0].promise, b->entries[0].promise) &&
		   siglet_slice_equal(a->entries[0].checkpoint, b->entries[0].checkpoint) &&
		   a->entries[0].proof_count == b->entries[0].proof_count,
	   "and the same content");
	siglet_bundle_free(first);
	siglet_bundle_free(second);
	siglet_buf_clear(&once);
	siglet_buf_clear(&twice);
}

static void media_types(void)
{
	accepts("bundle.v0.3+json", "bundle+json;version=0.3", "the old name of v0.3");
	refuses("bundle.v0.3+json", "bundle.v0.4+json", SIGLET_E_UNSUPPORTED, "a later version");
	refuses("bundle.v0.3+json", "bundle.v0.2+json", SIGLET_E_UNSUPPORTED, "an invented name");
	refuses("bundle.v0.3+json", "bundle.V0.3+json", SIGLET_E_UNSUPPORTED, "another case");
	refuses("bundle.v0.3+json", "bundle.v0.3+json ", SIGLET_E_UNSUPPORTED, "a space more");
	refuses("\"mediaType\"", "\"mediatype\"", SIGLET_E_MISSING, "no media type");
	refuses("bundle.v0.3+json", "bundle+json;version=0.2", SIGLET_E_MALFORMED,
		"a certificate alone in v0.2");
}

static void documents(void)
{
	OK_ERROR(parse(""), SIGLET_E_MALFORMED, "refuses nothing");
	OK_ERROR(parse("[]"), SIGLET_E_MALFORMED, "refuses an array");
	OK_ERROR(parse("{}"), SIGLET_E_MISSING, "refuses an empty object");
	refuses("{\"mediaType\"", "{\"mediaType\":\"x\",\"mediaType\"", SIGLET_E_MALFORMED,
		"a member twice");
	refuses("{\"mediaType\"", "{\"media_type\":\"x\",\"mediaType\"", SIGLET_E_MALFORMED,
		"a member in both spellings");
	accepts("\"mediaType\"", "\"media_type\"", "the other spelling alone");
	accepts("{\"mediaType\"", "{\"later\":{},\"mediaType\"", "a field that it does not know");
	refuses("\"verificationMaterial\"", "\"material\"", SIGLET_E_MISSING, "no material");
}

static void materials(void)
{
	refuses("\"certificate\":", "\"publicKey\":{\"hint\":\"\"},\"certificate\":",
		SIGLET_E_MALFORMED, "a certificate and a key");
	refuses("\"certificate\":", "\"cert\":", SIGLET_E_MISSING, "neither");
	refuses("\"rawBytes\":\"MIIG", "\"rawBytes\":\"MIIH", SIGLET_E_MALFORMED,
		"a certificate that is none");
	refuses("\"rawBytes\":\"MIIG", "\"rawBytes\":\"!IIG", SIGLET_E_MALFORMED, "no base64");
	refuses("\"certificate\":{", "\"x509CertificateChain\":{\"certificates\":[]},\"cert\":{",
		SIGLET_E_MALFORMED, "a chain in v0.3");
}

static void contents(void)
{
	refuses("\"dsseEnvelope\"", "\"envelope\"", SIGLET_E_MISSING, "no content");
	refuses("\"dsseEnvelope\"",
		"\"messageSignature\":{\"signature\":\"AA==\"},\"dsseEnvelope\"",
		SIGLET_E_MALFORMED, "two contents");
	refuses("\"signatures\":[", "\"signatures\":[{\"sig\":\"AA==\"},", SIGLET_E_LENGTH,
		"two signatures");
	refuses("\"signatures\":[", "\"signatures\":[],\"other\":[", SIGLET_E_LENGTH,
		"no signature");
	refuses("\"sig\":", "\"sign\":", SIGLET_E_MISSING, "an empty signature");
	refuses("\"payloadType\"", "\"type\"", SIGLET_E_MISSING, "no payload type");
}

static void entries(void)
{
	refuses("\"inclusionProof\"", "\"proof\"", SIGLET_E_MISSING, "an entry without a proof");
	refuses("\"checkpoint\"", "\"point\"", SIGLET_E_MISSING, "a proof without a checkpoint");
	refuses("\"logIndex\":\"456119071\"", "\"logIndex\":\"-1\"", SIGLET_E_RANGE,
		"a negative index");
	refuses("\"logIndex\":\"456119071\"", "\"logIndex\":4.5", SIGLET_E_MALFORMED,
		"half an index");
	refuses("\"logIndex\":\"456119071\"", "\"logIndex\":\"9223372036854775808\"",
		SIGLET_E_RANGE, "an index past 63 bits");
	refuses("\"kind\":\"dsse\"", "\"kind\":\"rpm\"", SIGLET_E_UNSUPPORTED, "another kind");
	refuses("\"version\":\"0.0.1\"", "\"version\":\"0.0.2\"", SIGLET_E_UNSUPPORTED,
		"dsse 0.0.2");
	refuses("\"rootHash\":\"dh", "\"rootHash\":\"", SIGLET_E_MALFORMED, "half a root hash");
}

static void an_entry_twice_is_refused(void)
{
	const char *start = strstr(demo, "\"tlogEntries\":["),
		   *end = strstr(demo, "\"timestampVerificationData\"");

	if (!OK(start != NULL && end != NULL, "the demo bundle has entries"))
		return;
	start += strlen("\"tlogEntries\":[");
	const size_t len = (size_t)(end - start) - strlen("],");
	char *entry = calloc(len + 2, 1);
	memcpy(entry, start, len);
	entry[len] = ',';
	char *twice = text_replace(entry, "", entry);
	char *changed = text_replace(demo, "\"tlogEntries\":[", "\"tlogEntries\":[@");
	char *whole = text_replace(changed, "@", entry);
	OK_ERROR(parse(whole), SIGLET_E_MALFORMED, "refuses the same entry twice");
	free(whole);
	free(changed);
	free(twice);
	free(entry);
}

static void sizes(void)
{
	const size_t limit = SIGLET_MAX_BUNDLE_BYTES;
	siglet_bundle *bundle = NULL;
	char *big = malloc(limit + 1);
	const size_t len = strlen(demo);

	if (big == NULL)
		exit(3);
	memset(big, ' ', limit + 1);
	memcpy(big, demo, len);
	OK_SUCCESS(siglet_bundle_parse(siglet_slice_of(big, limit), &bundle), "16 MiB are read");
	siglet_bundle_free(bundle);
	bundle = NULL;
	OK_ERROR(siglet_bundle_parse(siglet_slice_of(big, limit + 1), &bundle), SIGLET_E_LIMIT,
		 "one byte more is refused");
	free(big);
}

static void lines(void)
{
	siglet_slice text = siglet_slice_str("\n{1}\r\n\n  \n{2}"), line = SIGLET_SLICE_NONE;

	OK(siglet_bundle_next_line(&text, &line) && siglet_slice_is(line, "{1}"), "the first line");
	OK(siglet_bundle_next_line(&text, &line) && siglet_slice_is(line, "{2}"), "the second");
	OK(!siglet_bundle_next_line(&text, &line), "and no more");
}

int main(void)
{
	demo = text_read(DEMO);
	demo_says_what_it_should();
	round_trip_is_equal();
	media_types();
	documents();
	materials();
	contents();
	entries();
	an_entry_twice_is_refused();
	sizes();
	lines();
	free(demo);
	return tap_done();
}
