#include "trustroot/trustroot.h"

#include "../lib/check.h"
#include "../lib/text.h"

/*
 * The shipped roots are the good inputs; each refused one is a change away from one of them.
 */

#define PUBLIC "third_party_certs/public-good/trusted_root.json"
#define STAGING "third_party_certs/staging/trusted_root.json"
#define GITHUB "third_party_certs/github/trusted_root.json"

static siglet_err *parse(const char *text)
{
	siglet_trustroot *root = NULL;
	siglet_err *err = siglet_trustroot_parse(siglet_slice_str(text), &root);

	siglet_trustroot_free(root);
	return err;
}

static void refuses(const char *path, const char *from, const char *to, siglet_code code,
		    const char *claim)
{
	char *text = text_read(path), *changed = text_replace(text, from, to);

	OK_ERROR(parse(changed), code, "refuses %s", claim);
	free(changed);
	free(text);
}

static void accepts(const char *path, const char *from, const char *to, const char *claim)
{
	char *text = text_read(path), *changed = text_replace(text, from, to);

	OK_SUCCESS(parse(changed), "accepts %s", claim);
	free(changed);
	free(text);
}

static void counts(const char *path, size_t tlogs, size_t ctlogs, size_t cas, size_t tsas)
{
	siglet_trustroot *root = NULL;
	char *text = text_read(path);

	OK_SUCCESS(siglet_trustroot_parse(siglet_slice_str(text), &root), "parses %s", path);
	free(text);
	if (root == NULL)
		return;
	OK(siglet_trustroot_tlog_count(root) == tlogs, "%zu logs", tlogs);
	OK(siglet_trustroot_ctlog_count(root) == ctlogs, "%zu CT logs", ctlogs);
	OK(siglet_trustroot_ca_count(root) == cas, "%zu certificate authorities", cas);
	OK(siglet_trustroot_tsa_count(root) == tsas, "%zu timestamp authorities", tsas);
	OK(siglet_trustroot_skipped_count(root) == 0, "no log skipped");
	siglet_trustroot_free(root);
}

static void shipped_roots_parse(void)
{
	counts(PUBLIC, 2, 2, 2, 1);
	counts(STAGING, 5, 5, 2, 2);
	counts(GITHUB, 0, 0, 6, 6);
}

static void public_root_says_what_it_should(void)
{
	siglet_trustroot *root = NULL;
	char *text = text_read(PUBLIC);

	OK_SUCCESS(siglet_trustroot_parse(siglet_slice_str(text), &root), "parses");
	free(text);
	if (root == NULL)
		return;
	const siglet_log *v1 = siglet_trustroot_tlog(root, 0), *v2 = siglet_trustroot_tlog(root, 1);
	OK(siglet_slice_is(v1->name, "rekor.sigstore.dev"), "a log's name has no scheme");
	OK(siglet_slice_is(v2->name, "log2025-1.rekor.sigstore.dev"), "nor the second one's");
	OK(memcmp(v1->checkpoint_id, "\xc0\xd2\x3d\x6a", 4) == 0, "key id of Rekor v1");
	OK(memcmp(v2->checkpoint_id, "\xcf\x11\x99\x15", 4) == 0, "key id of Rekor v2");
	OK(v1->scheme == SIGLET_SCHEME_ECDSA_SHA256 && v2->scheme == SIGLET_SCHEME_ED25519,
	   "schemes by keyDetails");
	OK(siglet_slice_equal(v1->log_id, siglet_digest_slice(siglet_key_id(v1->key))),
	   "a v1 log id is the hash of its key");
	OK(v1->window.start_ms == INT64_C(1610452407000) && !v1->window.has_end,
	   "the window begins 2021-01-12T11:53:27Z and is open");
	const siglet_log *ct = siglet_trustroot_ctlog(root, 0);
	OK(ct->window.has_end && ct->window.end_ms == INT64_C(1667260799999),
	   "an end keeps its fraction");
	OK(siglet_slice_equal(siglet_log_voter(v1), v1->log_id),
	   "without an operator a log is told by its id");
	siglet_trustroot_free(root);
}

static void windows_are_closed(void)
{
	const siglet_window w = { .start_ms = 1000, .has_end = true, .end_ms = 5999 };

	OK(siglet_window_contains(&w, 1000) && siglet_window_contains(&w, 5999), "both ends count");
	OK(!siglet_window_contains(&w, 999) && !siglet_window_contains(&w, 6000), "and no more");
	OK(siglet_window_contains_s(&w, 1) && siglet_window_contains_s(&w, 5), "in seconds too");
	OK(!siglet_window_contains_s(&w, 0) && !siglet_window_contains_s(&w, 6), "and no more");
	OK(!siglet_window_contains_s(&w, INT64_MAX), "a time without milliseconds is outside");
	const siglet_window open = { .start_ms = 1000 };
	OK(siglet_window_contains(&open, INT64_MAX), "a window without an end is open");
}

static void documents_are_read_strictly(void)
{
	OK_ERROR(parse("[]"), SIGLET_E_MALFORMED, "refuses what is no object");
	OK_ERROR(parse("{}"), SIGLET_E_MISSING, "refuses an object without a media type");
	refuses(PUBLIC, "trustedroot+json;version=0.1", "trustedroot+json;version=0.9",
		SIGLET_E_UNSUPPORTED, "another media type");
	accepts(PUBLIC, "trustedroot+json;version=0.1", "trustedroot.v0.1+json",
		"v0.1's other name");
	accepts(PUBLIC, "trustedroot+json;version=0.1", "trustedroot.v0.2+json", "v0.2");
	accepts(PUBLIC, "\"tlogs\"", "\"later\": 1, \"tlogs\"", "fields that it does not know");
	refuses(PUBLIC, "\"SHA2_256\"", "\"SHA2_512\"", SIGLET_E_UNSUPPORTED, "another tree hash");
	refuses(PUBLIC, "\"hashAlgorithm\": \"SHA2_256\",", "", SIGLET_E_MISSING, "no tree hash");
	refuses(PUBLIC, "\"start\": \"2021-01-12T11:53:27Z\"", "\"end\": \"2021-01-12T11:53:27Z\"",
		SIGLET_E_MISSING, "a log without a start");
	refuses(PUBLIC, "2021-01-12T11:53:27Z", "2021-01-12", SIGLET_E_MALFORMED, "half a time");
	refuses(PUBLIC, "\"logId\"", "\"logIdentity\"", SIGLET_E_MISSING, "a log without an id");
	refuses(PUBLIC, "\"rawBytes\": \"MFk", "\"rawBytes\": \"MFl", SIGLET_E_MALFORMED,
		"a broken key");
	refuses(PUBLIC, "PKIX_ECDSA_P256_SHA_256", "PKIX_ECDSA_P384_SHA_384", SIGLET_E_MISMATCH,
		"a key of another kind than it says");
	refuses(PUBLIC, "\"certChain\"", "\"certificateChain\"", SIGLET_E_MISSING,
		"an authority without certificates");
	refuses(PUBLIC, "\"certificates\": [", "\"certificates\": [ 1,", SIGLET_E_MALFORMED,
		"a certificate that is a number");
	refuses(GITHUB, "\"start\"", "\"begin\"", SIGLET_E_MISSING, "an authority without a start");
}

static void unknown_algorithms_are_skipped(void)
{
	siglet_trustroot *root = NULL;
	char *text = text_read(PUBLIC);
	char *changed = text_replace(text, "PKIX_ECDSA_P256_SHA_256", "PKIX_SOMETHING_NEW");

	OK_SUCCESS(siglet_trustroot_parse(siglet_slice_str(changed), &root),
		   "a log with an algorithm of the future is no error");
	if (root != NULL) {
		OK(siglet_trustroot_tlog_count(root) == 1, "it is not among the logs");
		OK(siglet_trustroot_skipped_count(root) == 1, "it is named as skipped");
		OK(siglet_slice_is(siglet_trustroot_skipped(root, 0)->key_details,
				   "PKIX_SOMETHING_NEW"),
		   "with its algorithm");
	}
	siglet_trustroot_free(root);
	free(changed);
	changed = text_replace(text, "\"PKIX_ECDSA_P256_SHA_256\"", "5");
	OK_SUCCESS(parse(changed), "an algorithm by its number is the same");
	free(changed);
	free(text);
}

static void v02_names_operators_and_checkpoint_keys(void)
{
	siglet_trustroot *root = NULL;
	char *text = text_read(PUBLIC);
	char *changed = text_replace(
		text, "\"logId\"",
		"\"operator\": \"sigstore.dev\", \"checkpointKeyId\": {\"keyId\": \"AQIDBA==\"}, "
		"\"logId\"");

	OK_SUCCESS(siglet_trustroot_parse(siglet_slice_str(changed), &root), "parses");
	if (root != NULL) {
		const siglet_log *log = siglet_trustroot_tlog(root, 0);

		OK(memcmp(log->checkpoint_id, "\1\2\3\4", 4) == 0, "checkpointKeyId counts");
		OK(siglet_slice_is(siglet_log_voter(log), "sigstore.dev"),
		   "logs of one operator are one voter");
	}
	siglet_trustroot_free(root);
	free(changed);
	changed = text_replace(text, "\"logId\"",
			       "\"checkpointKeyId\": {\"keyId\": \"AQI=\"}, \"logId\"");
	OK_ERROR(parse(changed), SIGLET_E_LENGTH, "refuses a checkpoint key id of two bytes");
	free(changed);
	free(text);
}

static const char CONFIG[] =
	"{\"mediaType\": \"application/vnd.dev.sigstore.signingconfig.v0.2+json\","
	" \"caUrls\": [{\"url\": \"https://ca.example\", \"majorApiVersion\": 1,"
	"   \"validFor\": {\"start\": \"2025-01-01T00:00:00Z\"}, \"operator\": \"one\"}],"
	" \"rekorTlogUrls\": [{\"url\": \"https://log.example\", \"majorApiVersion\": 2,"
	"   \"validFor\": {\"start\": \"2025-01-01T00:00:00Z\"}}],"
	" \"rekorTlogConfig\": {\"selector\": \"EXACT\", \"count\": 2},"
	" \"tsaConfig\": {\"selector\": \"ANY\"}}";

static siglet_err *parse_config(const char *from, const char *to)
{
	siglet_signing_config *config = NULL;
	char *changed = text_replace(CONFIG, from, to);
	siglet_err *err = siglet_signing_config_parse(siglet_slice_str(changed), &config);

	siglet_signing_config_free(config);
	free(changed);
	return err;
}

static void signing_configs_are_read(void)
{
	siglet_signing_config *config = NULL;
	uint64_t count = 0;

	OK_SUCCESS(siglet_signing_config_parse(siglet_slice_str(CONFIG), &config), "parses");
	if (config == NULL)
		return;
	OK(siglet_signing_config_count(config, SIGLET_SERVICE_CA) == 1, "one CA");
	OK(siglet_signing_config_count(config, SIGLET_SERVICE_OIDC) == 0, "no OIDC provider");
	const siglet_service *log = siglet_signing_config_service(config, SIGLET_SERVICE_TLOG, 0);
	OK(siglet_slice_is(log->url, "https://log.example") && log->major_api_version == 2,
	   "a log with its version");
	OK(siglet_signing_config_selector(config, SIGLET_SERVICE_TLOG, &count) ==
			   SIGLET_SELECT_EXACT &&
		   count == 2,
	   "exactly two logs");
	OK(siglet_signing_config_selector(config, SIGLET_SERVICE_TSA, &count) == SIGLET_SELECT_ANY,
	   "any timestamp authority");
	siglet_signing_config_free(config);

	OK_ERROR(parse_config("v0.2", "v0.1"), SIGLET_E_UNSUPPORTED, "refuses v0.1");
	OK_ERROR(parse_config("\"url\"", "\"uri\""), SIGLET_E_MISSING,
		 "refuses a service without URL");
	OK_ERROR(parse_config("\"EXACT\"", "\"SOME\""), SIGLET_E_UNSUPPORTED,
		 "refuses an unknown selector");
	OK_ERROR(parse_config("\"count\": 2", "\"count\": -2"), SIGLET_E_RANGE,
		 "refuses a negative count");
	OK_ERROR(parse_config("\"validFor\"", "\"valid\""), SIGLET_E_MISSING,
		 "refuses a service without a window");
}

static void trust_configs_hold_both(void)
{
	siglet_trustroot *root = NULL;
	siglet_signing_config *config = NULL;
	char *trusted = text_read(PUBLIC);
	char *head = text_replace("{\"mediaType\": "
				  "\"application/vnd.dev.sigstore.clienttrustconfig.v0.1+json\","
				  "\"trustedRoot\": R, \"signingConfig\": C}",
				  "C}", CONFIG);
	char *open = text_replace(head, ": R,", ": @,"), *whole = text_replace(open, "@", trusted);
	const size_t len = strlen(whole);

	whole = realloc(whole, len + 2);
	if (whole == NULL)
		exit(3);
	whole[len] = '}';
	whole[len + 1] = '\0';
	OK_SUCCESS(siglet_trust_config_parse(siglet_slice_str(whole), &root, &config), "parses");
	OK(root != NULL && siglet_trustroot_tlog_count(root) == 2, "with its trusted root");
	OK(config != NULL && siglet_signing_config_count(config, SIGLET_SERVICE_CA) == 1,
	   "and its signing config");
	siglet_trustroot_free(root);
	siglet_signing_config_free(config);
	root = NULL;
	OK_SUCCESS(siglet_trust_config_parse(siglet_slice_str(whole), &root, NULL), "either alone");
	siglet_trustroot_free(root);
	OK_ERROR(siglet_trust_config_parse(siglet_slice_str(trusted), &root, NULL),
		 SIGLET_E_UNSUPPORTED, "refuses a trusted root in its place");
	free(whole);
	free(open);
	free(head);
	free(trusted);
}

int main(void)
{
	shipped_roots_parse();
	public_root_says_what_it_should();
	windows_are_closed();
	documents_are_read_strictly();
	unknown_algorithms_are_skipped();
	v02_names_operators_and_checkpoint_keys();
	signing_configs_are_read();
	trust_configs_hold_both();
	return tap_done();
}
