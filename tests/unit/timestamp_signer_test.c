#include "timestamp/timestamp.h"

#include "timestamp_authority.h"

/* ---- the signer ---- */

static void the_signer_is_the_authoritys_own(void)
{
	authority a = authority_of(&signer_options), b = authority_of(&signer_options);
	tsa_options options = options_of(&a);

	OK_SUCCESS(judge(&options, a.chain), "its signer, not embedded");
	OK_ERROR(judge(&options, b.chain), SIGLET_E_MISMATCH,
		 "another authority with the same names and serials");
	options.embed[0] = a.signer;
	options.embed[1] = a.ca;
	OK_SUCCESS(judge(&options, a.chain), "its signer, embedded");
	OK_ERROR(judge(&options, b.chain), SIGLET_E_MISMATCH, "embedding helps no stranger");

	/* The same issuer and serial, issued by the same CA, and another key. */
	EVP_PKEY *key = tsa_ec_key("P-256");
	X509 *twin = tsa_cert(key, &signer_options, a.ca, a.ca_key);
	options = (tsa_options) { .signer = twin, .key = key, .embed = { twin } };
	OK_ERROR(judge(&options, a.chain), SIGLET_E_MISMATCH, "a twin of its signer");
	options.ess_cert = a.signer;
	OK_ERROR(judge(&options, a.chain), SIGLET_E_MISMATCH, "a twin that names the signer");

	/* The signer's key in a second certificate of the same CA. */
	X509 *sibling =
		tsa_cert(a.key, &(tsa_cert_options) { .name = "tsa", .serial = 8, .eku = TSA_EKU },
			 a.ca, a.ca_key);
	options = (tsa_options) { .signer = sibling, .key = a.key, .embed = { sibling } };
	OK_ERROR(judge(&options, a.chain), SIGLET_E_UNTRUSTED, "a sibling of its signer");
	OK_SUCCESS(judge(&options, a.root_alone), "which an authority without a signer takes");
	X509_free(sibling);
	X509_free(twin);
	EVP_PKEY_free(key);
	authority_clear(&b);
	authority_clear(&a);
}

static void a_signer_may_be_named_by_key_id(void)
{
	authority a = authority_of(&signer_options), b = authority_of(&signer_options);
	tsa_options options = options_of(&a);
	options.signer_flags = CMS_USE_KEYID;

	OK_SUCCESS(judge(&options, a.chain), "by its own");
	OK_ERROR(judge(&options, b.chain), SIGLET_E_UNTRUSTED, "by one that is not the signer's");
	siglet_timestamp *t = parsed(&options);
	OK(siglet_slice_has_prefix(siglet_timestamp_signer_name(t), "key id "), "and it shows");
	siglet_timestamp_free(t);
	authority_clear(&b);
	authority_clear(&a);
}

static void without_a_known_signer_it_must_be_embedded(void)
{
	authority a = authority_of(&signer_options), b = authority_of(&signer_options);
	tsa_options options = options_of(&a);

	OK_ERROR(judge(&options, a.root_alone), SIGLET_E_UNTRUSTED, "not embedded");
	options.embed[0] = b.signer;
	OK_ERROR(judge(&options, a.root_alone), SIGLET_E_UNTRUSTED, "another one embedded");
	options.embed[0] = a.signer;
	OK_SUCCESS(judge(&options, a.root_alone), "embedded");
	OK_ERROR(judge(&options, b.root_alone), SIGLET_E_UNTRUSTED, "under another root");
	options.embed[0] = a.ca;
	options.embed[1] = a.signer;
	OK_SUCCESS(judge(&options, a.root_alone), "embedded, not first");
	options.embed[2] = b.signer;
	OK_ERROR(judge(&options, a.root_alone), SIGLET_E_UNTRUSTED, "embedded, and its double too");
	authority_clear(&b);
	authority_clear(&a);
}

static void an_embedded_intermediate_may_help(void)
{
	authority a = authority_of(&signer_options);
	EVP_PKEY *middle_key = tsa_ec_key("P-256"), *key = tsa_ec_key("P-256");
	X509 *middle = tsa_cert(middle_key, &(tsa_cert_options) { .name = "middle", .is_ca = true },
				a.ca, a.ca_key);
	X509 *signer = tsa_cert(key, &signer_options, middle, middle_key);
	siglet_chain *chain = chain_of((X509 *[]) { signer, a.ca }, 2);
	tsa_options options = { .signer = signer, .key = key };

	OK_ERROR(judge(&options, chain), SIGLET_E_UNTRUSTED, "no path without it");
	options.embed[0] = middle;
	OK_SUCCESS(judge(&options, chain), "a path through it");
	OK_ERROR(judge(&options, a.root_alone), SIGLET_E_UNTRUSTED, "it is not the signer");
	options.embed[1] = signer;
	OK_SUCCESS(judge(&options, a.root_alone), "both embedded");
	siglet_chain_free(chain);
	X509_free(signer);
	X509_free(middle);
	EVP_PKEY_free(key);
	EVP_PKEY_free(middle_key);
	authority_clear(&a);
}

static void a_signer_must_be_fit(void)
{
	static const struct {
		const char *claim;
		tsa_cert_options options;
		bool is_fit;
	} cases[] = {
		{ "digitalSignature",
		  { .eku = TSA_EKU, .key_usage = "critical,digitalSignature" },
		  true },
		{ "nonRepudiation", { .eku = TSA_EKU, .key_usage = "nonRepudiation" }, true },
		{ "no key usage", { .eku = TSA_EKU }, true },
		{ "keyEncipherment", { .eku = TSA_EKU, .key_usage = "keyEncipherment" }, false },
		{ "an EKU that is not critical", { .eku = "timeStamping" }, false },
		{ "no EKU", { .eku = NULL }, false },
		{ "two purposes", { .eku = "critical,timeStamping,codeSigning" }, false },
		{ "an unknown second purpose", { .eku = "critical,timeStamping,1.2.3.4" }, false },
		{ "another purpose", { .eku = "critical,codeSigning" }, false },
		{ "any purpose", { .eku = "critical,anyExtendedKeyUsage" }, false },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		authority a = authority_of(&cases[i].options);
		tsa_options options = options_of(&a);
		options.embed[0] = a.signer;

		if (cases[i].is_fit) {
			OK_SUCCESS(judge(&options, a.chain), "%s", cases[i].claim);
		} else {
			OK_ERROR(judge(&options, a.chain), SIGLET_E_UNTRUSTED, "%s",
				 cases[i].claim);
			OK_ERROR(judge(&options, a.root_alone), SIGLET_E_UNTRUSTED, "%s, embedded",
				 cases[i].claim);
		}
		authority_clear(&a);
	}

	authority a = authority_of(&(tsa_cert_options) { .is_ca = true, .eku = TSA_EKU });
	tsa_options options = options_of(&a);
	options.embed[0] = a.signer;
	OK_ERROR(judge(&options, a.root_alone), SIGLET_E_UNTRUSTED, "a CA");
	authority_clear(&a);
}

static void the_path_is_valid_at_gen_time(void)
{
	authority a = authority_of(&signer_options); /* all of 2025 */
	static const struct {
		const char *gen_time;
		bool is_valid;
	} cases[] = {
		{ "20250101000000Z", true },	{ "20241231235959Z", false },
		{ "20251231235959Z", true },	{ "20260101000000Z", false },
		{ "20241231235959.9Z", false }, { "20250101000000.1Z", true },
		{ "20251231235958.9Z", true },	{ "20251231235959.1Z", false },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		tsa_options options = options_of(&a);
		options.gen_time = cases[i].gen_time;

		if (cases[i].is_valid)
			OK_SUCCESS(judge(&options, a.chain), "%s", cases[i].gen_time);
		else
			OK_ERROR(judge(&options, a.chain), SIGLET_E_EXPIRED, "%s",
				 cases[i].gen_time);
	}
	authority_clear(&a);
}

/* ---- is it of this authority? ---- */

static bool is_of(const tsa_options *options, const siglet_chain *chain)
{
	siglet_timestamp *t = parsed(options);
	bool result = false;

	OK_SUCCESS(siglet_timestamp_is_of(t, chain, &result), "a plain question");
	siglet_timestamp_free(t);
	return result;
}

static void a_token_is_of_whom_it_names(void)
{
	authority a = authority_of(&signer_options), b = authority_of(&signer_options);
	authority c = authority_of(&(tsa_cert_options) { .serial = 9, .eku = TSA_EKU });
	tsa_options options = options_of(&a);

	OK(is_of(&options, a.chain), "of the authority whose signer it names");
	OK(is_of(&options, b.chain), "also when another authority uses those names");
	OK(!is_of(&options, c.chain), "not of one whose signer has another serial");
	OK(!is_of(&options, a.root_alone), "not of a root alone when nothing is embedded");
	options.embed[0] = a.signer;
	OK(is_of(&options, a.root_alone), "of a root alone that issued the embedded signer");
	OK(!is_of(&options, b.root_alone), "not of a root that only has the issuer's name");

	X509 *renamed = tsa_cert(a.ca_key, &(tsa_cert_options) { .name = "renamed", .is_ca = true },
				 NULL, NULL);
	siglet_chain *chain = chain_of(&renamed, 1);
	OK(!is_of(&options, chain), "not of a root that only has the issuer's key");
	siglet_chain_free(chain);
	X509_free(renamed);
	options.embed[0] = c.signer;
	OK(!is_of(&options, c.root_alone), "not through a certificate that it does not name");
	authority_clear(&c);
	authority_clear(&b);
	authority_clear(&a);
}

/* False would let a token pass for a stranger's, which no one needs to look at. */
static void of_an_unusable_authority_no_one_knows(void)
{
	static const uint8_t no_certificate[] = { 0x30, 0x00 };
	const siglet_slice der = siglet_slice_of(no_certificate, sizeof(no_certificate));
	authority a = authority_of(&signer_options);
	const tsa_options options = options_of(&a);
	siglet_timestamp *t = parsed(&options);
	siglet_chain *chain = NULL;
	bool result = false;

	OK_SUCCESS(siglet_chain_new(SIGLET_PURPOSE_TIMESTAMPING, &der, 1, &chain),
		   "an authority is not read before it is asked");
	OK_ERROR(siglet_timestamp_is_of(t, chain, &result), SIGLET_E_UNTRUSTED,
		 "but then it says that it can't be");
	siglet_chain_free(chain);
	siglet_timestamp_free(t);
	authority_clear(&a);
}

int main(void)
{
	the_signer_is_the_authoritys_own();
	a_signer_may_be_named_by_key_id();
	without_a_known_signer_it_must_be_embedded();
	an_embedded_intermediate_may_help();
	a_signer_must_be_fit();
	the_path_is_valid_at_gen_time();
	a_token_is_of_whom_it_names();
	of_an_unusable_authority_no_one_knows();
	return tap_done();
}
