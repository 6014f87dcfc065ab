#include "../lib/check.h"
#include "sign/sign.h"

/* Which services of a signing config are asked. */

#define NOW 1800000000000 /* 2027-01-15 */
#define NOW_VALID "\"validFor\":{\"start\":\"2025-01-01T00:00:00Z\"}"
#define NEWER "\"validFor\":{\"start\":\"2026-01-01T00:00:00Z\",\"end\":\"2028-01-01T00:00:00Z\"}"
#define OVER "\"validFor\":{\"start\":\"2025-01-01T00:00:00Z\",\"end\":\"2026-01-01T00:00:00Z\"}"
#define COMING "\"validFor\":{\"start\":\"2028-01-01T00:00:00Z\"}"
#define SERVICE(url, version, operator_, window)                                          \
	"{\"url\":\"" url "\",\"majorApiVersion\":" #version ",\"operator\":\"" operator_ \
	"\"," window "}"
#define CONFIG(cas, logs, log_selector, tsas, tsa_selector)                                        \
	"{\"mediaType\":\"application/vnd.dev.sigstore.signingconfig.v0.2+json\",\"caUrls\":[" cas \
	"],\"oidcUrls\":[],\"rekorTlogUrls\":[" logs "],\"rekorTlogConfig\":{" log_selector        \
	"},\"tsaUrls\":[" tsas "],\"tsaConfig\":{" tsa_selector "}}"
#define ANY "\"selector\":\"ANY\""
#define ALL "\"selector\":\"ALL\""
#define EXACT(n) "\"selector\":\"EXACT\",\"count\":" #n
#define CA SERVICE("https://ca.example", 1, "a", NOW_VALID)
#define TSA SERVICE("https://tsa.example", 1, "a", NOW_VALID)
#define LOG1 SERVICE("https://log1.example", 1, "a", NOW_VALID)
#define LOG2 SERVICE("https://log2.example", 2, "a", NOW_VALID)

static siglet_err *choose(const char *json, const siglet_service_wishes *wishes,
			  siglet_services *services)
{
	siglet_signing_config *config = NULL;
	siglet_err *err = NULL;

	siglet_services_init(services);
	if (json != NULL)
		err = siglet_signing_config_parse(siglet_slice_str(json), &config);
	if (err == NULL)
		err = siglet_services_choose(config, wishes, NOW, services);
	siglet_signing_config_free(config);
	return err;
}

static void chooses(const char *json, siglet_service_wishes wishes, const char *ca, size_t logs,
		    const char *log, int version, size_t tsas, const char *claim)
{
	siglet_services s;

	OK_SUCCESS(choose(json, &wishes, &s), "%s", claim);
	OK(ca == NULL ? s.fulcio == NULL : s.fulcio != NULL && strcmp(s.fulcio, ca) == 0, "its CA");
	OK(s.log_count == logs && (logs == 0 || (s.logs[0].version == version &&
						 (log == NULL || strcmp(s.logs[0].url, log) == 0))),
	   "%zu logs", logs);
	OK(s.tsa_count == tsas, "%zu timestamp authorities", tsas);
	siglet_services_clear(&s);
}

static void refuses(const char *json, siglet_service_wishes wishes, siglet_code code,
		    const char *claim)
{
	siglet_services s;

	OK_ERROR(choose(json, &wishes, &s), code, "%s", claim);
	OK(s.fulcio == NULL && s.log_count == 0 && s.tsa_count == 0, "nothing is chosen");
	siglet_services_clear(&s);
}

static const siglet_service_wishes NONE = { .no_tlog = false };

static void by_validity_and_version(void)
{
	chooses(CONFIG(CA, LOG2, ANY, TSA, ANY), NONE, "https://ca.example", 1,
		"https://log2.example", 2, 1, "one of each");
	chooses(CONFIG(SERVICE("https://old.example", 1, "a",
			       NOW_VALID) "," SERVICE("https://new.example", 1, "a", NEWER),
		       LOG2, ANY, TSA, ANY),
		NONE, "https://new.example", 1, NULL, 2, 1, "the newest CA");
	chooses(CONFIG(CA "," SERVICE("https://over.example", 1, "a",
				      OVER) "," SERVICE("https://coming.example", 1, "a", COMING),
		       LOG2, ANY, TSA, ANY),
		NONE, "https://ca.example", 1, NULL, 2, 1, "the one that is valid now");
	chooses(CONFIG(CA, LOG1 "," LOG2, ANY, TSA, ANY), NONE, "https://ca.example", 1,
		"https://log2.example", 2, 1, "the higher version");
	chooses(CONFIG(CA, LOG1 "," SERVICE("https://log2.example", 2, "a", OVER), ANY, TSA, ANY),
		NONE, "https://ca.example", 1, "https://log1.example", 1, 1,
		"the lower one, when the higher is over");
	chooses(CONFIG(CA, LOG1 "," SERVICE("https://log3.example", 3, "a", NOW_VALID), ANY, TSA,
		       ANY),
		NONE, "https://ca.example", 1, "https://log1.example", 1, 1,
		"none of a version that is not spoken here");
	chooses(CONFIG(CA, LOG1 "," LOG2, ANY, TSA, ANY),
		(siglet_service_wishes) { .rekor_version = 1 }, "https://ca.example", 1,
		"https://log1.example", 1, 1, "the version that is wanted");
	refuses(CONFIG(CA, LOG1, ANY, TSA, ANY), (siglet_service_wishes) { .rekor_version = 2 },
		SIGLET_E_MISSING, "a version that is wanted and not there");
	refuses(CONFIG(SERVICE("https://over.example", 1, "a", OVER), LOG2, ANY, TSA, ANY), NONE,
		SIGLET_E_EXPIRED, "no CA is valid now");
	refuses(CONFIG(CA, SERVICE("https://coming.example", 2, "a", COMING), ANY, TSA, ANY), NONE,
		SIGLET_E_EXPIRED, "no log is valid now");
	refuses(CONFIG(CA, LOG2, ANY, SERVICE("https://over.example", 1, "a", OVER), ANY), NONE,
		SIGLET_E_EXPIRED, "no timestamp authority is valid now");
	refuses(CONFIG("", LOG2, ANY, TSA, ANY), NONE, SIGLET_E_MISSING, "no CA");
	refuses(CONFIG(CA, "", ANY, TSA, ANY), NONE, SIGLET_E_MISSING, "no log");
	refuses(CONFIG(CA, LOG2, ANY, "", ANY), NONE, SIGLET_E_MISSING,
		"no timestamp authority, and a log without times");
	chooses(CONFIG(CA, LOG1, ANY, "", ANY), NONE, "https://ca.example", 1, NULL, 1, 0,
		"a log with times needs none");
}

#define B2 SERVICE("https://b.example", 2, "b", NOW_VALID)
#define A2 SERVICE("https://a2.example", 2, "a", NEWER)

static void by_selector(void)
{
	siglet_services s;
	unsigned seen = 0;

	chooses(CONFIG(CA, LOG2 "," B2 "," A2, ALL, TSA, ANY), NONE, "https://ca.example", 2, NULL,
		2, 1, "all: one of each operator");
	chooses(CONFIG(CA, LOG2 "," A2, ALL, TSA, ANY), NONE, "https://ca.example", 1,
		"https://a2.example", 2, 1, "its newest");
	chooses(CONFIG(CA, LOG2 "," B2, EXACT(2), TSA, ANY), NONE, "https://ca.example", 2, NULL, 2,
		1, "exactly two");
	chooses(CONFIG(CA, LOG2 "," B2, EXACT(1), TSA, ANY), NONE, "https://ca.example", 1, NULL, 2,
		1, "exactly one");
	refuses(CONFIG(CA, LOG2 "," A2, EXACT(2), TSA, ANY), NONE, SIGLET_E_MISSING,
		"two, of one operator");
	refuses(CONFIG(CA, LOG2, EXACT(0), TSA, ANY), NONE, SIGLET_E_MISSING, "exactly none");
	refuses(CONFIG(CA, LOG2, "", TSA, ANY), NONE, SIGLET_E_UNSUPPORTED,
		"nobody knows how many");
	for (int i = 0; i < 64; i++) {
		OK_SUCCESS(choose(CONFIG(CA, LOG2 "," B2, ANY, TSA, ANY), &NONE, &s), "any");
		OK(s.log_count == 1, "is one");
		seen |= s.log_count == 1 && strcmp(s.logs[0].url, "https://b.example") == 0 ? 2u
											    : 1u;
		siglet_services_clear(&s);
	}
	OK(seen == 3, "now this one, now that one");
}

static void by_wish(void)
{
	const siglet_service_wishes all = { .fulcio_url = "https://f.example",
					    .rekor_url = "https://r.example",
					    .tsa_url = "https://t.example",
					    .rekor_version = 2 };
	siglet_service_wishes wish = all;

	chooses(NULL, all, "https://f.example", 1, "https://r.example", 2, 1, "all are named");
	wish.rekor_version = 0;
	chooses(NULL, wish, "https://f.example", 1, "https://r.example", 1, 1,
		"a log without a version speaks the first");
	chooses(CONFIG(CA, LOG2, ANY, TSA, ANY), all, "https://f.example", 1, "https://r.example",
		2, 1, "they go before a config");
	chooses(CONFIG(CA, LOG2, ANY, TSA, ANY), (siglet_service_wishes) { .managed_key = true },
		NULL, 1, NULL, 2, 1, "a managed key needs no CA");
	chooses(CONFIG(CA, LOG2, ANY, TSA, ANY), (siglet_service_wishes) { .no_tlog = true },
		"https://ca.example", 0, NULL, 0, 1, "no log");
	refuses(CONFIG(CA, LOG2, ANY, TSA, ANY), (siglet_service_wishes) { .no_timestamp = true },
		SIGLET_E_USAGE, "nobody to tell the time");
	refuses(CONFIG(CA, LOG1, ANY, TSA, ANY),
		(siglet_service_wishes) { .no_timestamp = true, .no_tlog = true }, SIGLET_E_USAGE,
		"neither log nor timestamp");
	chooses(CONFIG(CA, LOG1, ANY, TSA, ANY), (siglet_service_wishes) { .no_timestamp = true },
		"https://ca.example", 1, NULL, 1, 0, "a v1 log tells it");
	chooses(NULL,
		(siglet_service_wishes) {
			.managed_key = true, .no_tlog = true, .no_timestamp = true },
		NULL, 0, NULL, 0, 0, "a key alone");
	refuses(NULL, NONE, SIGLET_E_MISSING, "nobody is known");
	wish.fulcio_url = "http://f.example";
	refuses(NULL, wish, SIGLET_E_USAGE, "plain http to another machine");
	wish.fulcio_url = "";
	refuses(NULL, wish, SIGLET_E_MALFORMED, "an empty URL");
}

int main(void)
{
	by_validity_and_version();
	by_selector();
	by_wish();
	return tap_done();
}
