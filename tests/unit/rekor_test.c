#include "../lib/fake_http.h"
#include "rekor/rekor_internal.h"

/*
 * What is asked of a log, and which answers are none. Good ones: the entries of the interop and
 * command-line tests.
 */

static siglet_signer *signer;
static siglet_digests digests;
static siglet_buf signature;

static void prepare(void)
{
	siglet_digest digest;
	const siglet_slice text = siglet_slice_str("hello");
	siglet_err *err = siglet_signer_generate(
		siglet_key_details_registry(siglet_slice_str("ecdsa-sha2-256-nistp256")), &signer);

	siglet_buf_init(&signature, 1024);
	if (err == NULL)
		err = siglet_crypto_hash(SIGLET_SHA256, &text, 1, &digest);
	if (err == NULL)
		err = siglet_signer_sign_digest(signer, &digest, &signature);
	if (err != NULL)
		exit(1);
	digests.mask = SIGLET_HASH_BIT(SIGLET_SHA256);
	digests.of[SIGLET_SHA256] = digest;
}

static siglet_rekor_proposal proposal(void)
{
	return (siglet_rekor_proposal) { .key = siglet_signer_key(signer),
					 .details = siglet_signer_details(signer),
					 .signature = siglet_buf_slice(&signature),
					 .artifact = &digests };
}

static siglet_err *log_it(fake_http *http, int version)
{
	const siglet_transport transport = fake_transport(http);
	const siglet_rekor_proposal p = proposal();
	siglet_rekor_entry entry;
	siglet_err *err;

	siglet_rekor_entry_init(&entry);
	err = siglet_rekor_log(&transport, version, "https://log.example//", NULL, &p, &entry);
	siglet_rekor_entry_clear(&entry);
	return err;
}

/* ---- the question ---- */

static void requests(void)
{
	fake_http v1 = { .count = 0 }, v2 = { .count = 0 };
	siglet_rekor_proposal p = proposal();
	siglet_json_doc *doc = NULL;
	siglet_buf json;

	siglet_err_free(log_it(&v1, 1));
	OK(strcmp(v1.url, "https://log.example/api/v1/log/entries") == 0, "v1 is asked at %s",
	   v1.url);
	OK_SUCCESS(siglet_json_parse(siglet_slice_str(v1.body), 16384, &doc), "with JSON");
	OK(siglet_slice_is(
		   siglet_json_string(siglet_json_object_get(siglet_json_root(doc), "kind")),
		   "hashedrekord"),
	   "of its kind");
	siglet_json_doc_free(doc);
	siglet_err_free(log_it(&v2, 2));
	OK(strcmp(v2.url, "https://log.example/api/v2/log/entries") == 0, "v2 at %s", v2.url);
	OK(strstr(v2.body, "{\"hashedRekordRequestV002\":{\"digest\":"
			   "\"LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=\",") == v2.body,
	   "with the digest of hello");
	OK(strstr(v2.body, "\"keyDetails\":\"PKIX_ECDSA_P256_SHA_256\"") != NULL,
	   "and how it signed");
	siglet_buf_init(&json, 16384);
	OK_ERROR(siglet_rekor_write_request(3, &p, &json), SIGLET_E_UNSUPPORTED,
		 "no other version");
	siglet_buf_clear(&json);
	p.artifact = NULL;
	OK_ERROR(siglet_rekor_write_request(2, &p, &json), SIGLET_E_MISSING,
		 "nor without a digest");
	siglet_buf_clear(&json);
	p.details = siglet_key_details_find(siglet_slice_str("PKIX_ED25519"));
	OK_ERROR(siglet_rekor_write_request(2, &p, &json), SIGLET_E_UNSUPPORTED,
		 "nor with an algorithm that signs none");
	siglet_buf_clear(&json);
}

/* ---- answers ---- */

static void refuses(int version, fake_answer answer, siglet_code code, const char *claim)
{
	fake_http http = { .count = 0 };

	answer.url = "/api/";
	fake_add(&http, answer);
	OK_ERROR(log_it(&http, version), code, "v%d: %s", version, claim);
}

#define ID64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void statuses(void)
{
	for (int version = 1; version <= 2; version++) {
		refuses(version, (fake_answer) { .status = 0 }, SIGLET_E_NETWORK, "nobody");
		refuses(version, (fake_answer) { .status = 500, .body = "x" }, SIGLET_E_NETWORK,
			"500");
		refuses(version, (fake_answer) { .status = 404, .body = "x" }, SIGLET_E_NETWORK,
			"404");
		refuses(version, (fake_answer) { .status = 405, .body = "x" }, SIGLET_E_NETWORK,
			"a log that is done");
		refuses(version, (fake_answer) { .status = 400, .body = "{\"message\":\"no\"}" },
			SIGLET_E_UNTRUSTED, "a refusal");
		refuses(version, (fake_answer) { .status = 413, .body = "x" }, SIGLET_E_UNTRUSTED,
			"too large");
		refuses(version, (fake_answer) { .status = 409, .body = "{}" }, SIGLET_E_MALFORMED,
			"there already, and not where");
		refuses(version, (fake_answer) { .status = 201, .body = "" }, SIGLET_E_MALFORMED,
			"nothing");
		refuses(version, (fake_answer) { .status = 201, .body = "<html>" },
			SIGLET_E_MALFORMED, "a page");
		refuses(version, (fake_answer) { .status = 201, .body = "[]" }, SIGLET_E_MALFORMED,
			"a list");
	}
	refuses(1, (fake_answer) { .status = 201, .body = "{}" }, SIGLET_E_MALFORMED, "no entry");
	refuses(1, (fake_answer) { .status = 201, .body = "{\"" ID64 "\":7}" }, SIGLET_E_MALFORMED,
		"no object");
	refuses(1, (fake_answer) { .status = 201, .body = "{\"a\":{\"body\":\"e30=\"},\"b\":{}}" },
		SIGLET_E_MALFORMED, "two entries");
	refuses(1, (fake_answer) { .status = 201, .body = "{\"abc\":{\"body\":\"e30=\"}}" },
		SIGLET_E_MALFORMED, "an id that is none");
	refuses(1, (fake_answer) { .status = 201, .body = "{\"" ID64 "\":{\"body\":\"e30=\"}}" },
		SIGLET_E_MISMATCH, "another body's id");
	refuses(2, (fake_answer) { .status = 409, .headers = "x-log-index: -1\n", .body = "" },
		SIGLET_E_MALFORMED, "an index that is none");
	refuses(2,
		(fake_answer) { .status = 409,
				.headers = "x-log-index: 99999999999999999999\n",
				.body = "" },
		SIGLET_E_MALFORMED, "an index that is too large");
}

/* Where it is said to be already, it must be found, and be what was proposed. */
static void conflicts(void)
{
	fake_http gone = { .count = 0 }, other = { .count = 0 }, elsewhere = { .count = 0 },
		  tiles = { .count = 0 };

	fake_add(&gone, (fake_answer) { "/api/v1/log/entries", 409,
					"location: /api/v1/log/entries/" ID64 "\n", "", 0, false });
	fake_add(&gone, (fake_answer) { "/api/v1/log/entries/" ID64, 404, NULL, "", 0, false });
	OK_ERROR(log_it(&gone, 1), SIGLET_E_NETWORK, "it is not there after all");
	fake_add(&other,
		 (fake_answer) { "/api/v1/log/entries", 409,
				 "location: /api/v1/log/entries/" ID64 "\n", "", 0, false });
	fake_add(&other, (fake_answer) { "/api/v1/log/entries/" ID64, 200, NULL, "{}", 0, false });
	OK_ERROR(log_it(&other, 1), SIGLET_E_MALFORMED, "it is nothing");
	/* The id alone is taken of a location: no other server is asked. */
	fake_add(&elsewhere,
		 (fake_answer) { "/api/v1/log/entries", 409,
				 "location: https://evil.example/" ID64 "\n", "", 0, false });
	fake_add(&elsewhere, (fake_answer) { "/", 404, NULL, "", 0, false });
	OK_ERROR(log_it(&elsewhere, 1), SIGLET_E_NETWORK, "a location elsewhere");
	OK(strcmp(elsewhere.url, "https://log.example/api/v1/log/entries/" ID64) == 0,
	   "is looked for here: %s", elsewhere.url);
	fake_add(&tiles,
		 (fake_answer) { "/api/v2/log/entries", 409, "x-log-index: 7\n", "", 0, false });
	fake_add(&tiles,
		 (fake_answer) { "/api/v2/checkpoint", 200, NULL,
				 "log.example\n8\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"
				 "\xe2\x80\x94 log.example AAAAAAAA\n",
				 0, false });
	OK_ERROR(log_it(&tiles, 2), SIGLET_E_UNTRUSTED, "a checkpoint that nobody signed");
}

int main(void)
{
	prepare();
	requests();
	statuses();
	conflicts();
	siglet_signer_free(signer);
	siglet_buf_clear(&signature);
	return tap_done();
}
