#include <ftw.h>

#include "../lib/corpus.h"
#include "../lib/forge.h"
#include "bundle/bundle.h"
#include "cert_maker.h"

/* A glance sees what the whole parser sees, in any certificate that this one takes. */

static unsigned compared, differing;

static bool is_name(const siglet_glance *glance, const siglet_identity *identity)
{
	return glance->name_count == 1 && glance->names[0].type == identity->san_type &&
	       siglet_slice_equal(glance->names[0].text, identity->san);
}

static bool are_values(const siglet_glance *glance, const siglet_identity *identity)
{
	for (unsigned i = 1; i < SIGLET_FULCIO_COUNT; i++)
		if (identity->has[i] && !siglet_slice_equal(glance->value[i], identity->value[i]))
			return false;
	return true;
}

static bool is_same(const siglet_cert *cert)
{
	siglet_identity identity;
	siglet_glance glance;
	siglet_err *err = siglet_cert_identity(cert, &identity);
	bool same;

	if (err != NULL) {
		siglet_err_free(err);
		return true;
	}
	compared++;
	err = siglet_cert_glance(siglet_cert_der(cert), false, &glance);
	same = err == NULL && is_name(&glance, &identity) && are_values(&glance, &identity) &&
	       siglet_slice_equal(glance.spki, siglet_cert_spki(cert)) &&
	       glance.not_before_s == siglet_cert_not_before_s(cert);
	if (err != NULL)
		printf("# %s\n", siglet_err_message(err));
	siglet_err_free(err);
	return same;
}

static void compare_bundle(siglet_slice json, const char *name)
{
	siglet_bundle *bundle = NULL;
	siglet_err *err = siglet_bundle_parse(json, &bundle);
	const siglet_cert *leaf = err == NULL ? siglet_bundle_leaf(bundle) : NULL;

	if (leaf != NULL && !is_same(leaf)) {
		printf("# %s\n", name);
		differing++;
	}
	siglet_err_free(err);
	siglet_bundle_free(bundle);
}

static void agrees_on_the_forge(void)
{
	static const forge_san_type types[] = { FORGE_SAN_URI, FORGE_SAN_EMAIL, FORGE_SAN_DNS,
						FORGE_SAN_OTHER_NAME };
	forge *instance = forge_new(&(forge_config) { .is_fast = true });

	compared = differing = 0;
	for (int key = FORGE_P256; key <= FORGE_RSA_2048; key++)
		for (size_t i = 0; i < SIGLET_COUNT(types); i++)
			for (int plain = 0; plain < 2; plain++) {
				const forge_options options = {
					.key = (forge_key_type)key,
					.identity = { .san_type = types[i],
						      .san = types[i] == FORGE_SAN_EMAIL
								     ? "a@b.example"
								     : "https://b.example/a!c",
						      .is_plain = plain != 0 },
				};
				siglet_buf json;

				if (forge_options_problem(&options) != NULL)
					continue;
				json = forge_bundle(instance, &options);
				compare_bundle(siglet_buf_slice(&json), "forge");
				siglet_buf_clear(&json);
			}
	OK(compared >= 40 && differing == 0, "%u certificates of the forge, %u differ", compared,
	   differing);
	forge_free(instance);
}

/* A fault that a certificate may have, and that the parser passes, is seen alike. */
static void agrees_on_defects(void)
{
	forge *instance = forge_new(&(forge_config) { .is_fast = true });

	compared = differing = 0;
	for (int defect = 1; forge_defect_about((forge_defect)defect) != NULL; defect++) {
		forge_options options = { .defect = (forge_defect)defect };
		forge_root_options root = { .more = false };
		siglet_buf json;

		if (strncmp(forge_defect_about((forge_defect)defect)->name, "cert", 4) != 0 &&
		    strncmp(forge_defect_about((forge_defect)defect)->name, "identity", 8) != 0)
			continue;
		forge_defect_prepare((forge_defect)defect, &options, &root);
		if (forge_options_problem(&options) != NULL)
			continue;
		json = forge_bundle(instance, &options);
		compare_bundle(siglet_buf_slice(&json),
			       forge_defect_about((forge_defect)defect)->name);
		siglet_buf_clear(&json);
	}
	OK(differing == 0, "%u certificates with defects, %u differ", compared, differing);
	forge_free(instance);
}

static int visit(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	static const char *const suffixes[] = { ".json", ".sigstore" };
	FILE *file;
	siglet_buf json;
	char piece[4096];
	size_t len;

	(void)where;
	if (kind != FTW_F || info->st_size > 4 << 20 ||
	    !(siglet_slice_has_suffix(siglet_slice_str(path), suffixes[0]) ||
	      siglet_slice_has_suffix(siglet_slice_str(path), suffixes[1])))
		return 0;
	file = fopen(path, "rb");
	if (file == NULL)
		return 0;
	siglet_buf_init(&json, 8u << 20);
	while ((len = fread(piece, 1, sizeof(piece), file)) > 0)
		if (siglet_buf_append(&json, siglet_slice_of(piece, len)) != NULL)
			abort();
	(void)fclose(file);
	compare_bundle(siglet_buf_slice(&json), path);
	siglet_buf_clear(&json);
	return 0;
}

static void agrees_on_the_corpus(void)
{
	const char *folder = getenv("SIGLET_CORPUS");

	if (!corpus_available()) {
		SKIP("the corpus is not here");
		return;
	}
	compared = differing = 0;
	(void)nftw(folder == NULL || folder[0] == '\0' ? "../shared/corpus" : folder, visit, 32,
		   FTW_PHYS);
	OK(compared > 100 && differing == 0, "%u certificates of the corpus, %u differ", compared,
	   differing);
}

/* ---- hostile ones ---- */

static EVP_PKEY *key;

static siglet_err *glance_at(maker_extensions extensions, siglet_glance *glance, siglet_buf *der)
{
	const maker_plan plan = { .name = "a", .key = key, .extensions = extensions };

	*der = plan_der(&plan);
	return siglet_cert_glance(siglet_buf_slice(der), false, glance);
}

static void names(void)
{
	siglet_glance glance;
	siglet_buf der;
	char many[1024] = "";

	OK_SUCCESS(glance_at(with(MAKER_LEAF, "subjectAltName",
				  "email:a@x.example,URI:https://x.example/,DNS:x.example,"
				  "IP:127.0.0.1,otherName:1.2.3.4;UTF8:other,"
				  "otherName:1.3.6.1.4.1.57264.1.7;UTF8:user!x"),
			     &glance, &der),
		   "names of many types");
	siglet_buf_clear(&der);
	for (int i = 0; i < SIGLET_MAX_GLANCE_NAMES; i++)
		(void)snprintf(many + strlen(many), sizeof(many) - strlen(many), "%semail:a%d@x",
			       i == 0 ? "" : ",", i);
	OK_SUCCESS(glance_at(with(MAKER_LEAF, "subjectAltName", many), &glance, &der),
		   "as many as there is room for");
	OK(glance.name_count == SIGLET_MAX_GLANCE_NAMES &&
		   siglet_slice_is(glance.names[15].text, "a15@x"),
	   "are all seen");
	siglet_buf_clear(&der);
	(void)snprintf(many + strlen(many), sizeof(many) - strlen(many), ",email:more@x");
	OK_ERROR(glance_at(with(MAKER_LEAF, "subjectAltName", many), &glance, &der),
		 SIGLET_E_MALFORMED, "one more is refused, not passed over");
	siglet_buf_clear(&der);
}

static void extensions_twice(void)
{
	static const char twice[] = "1.3.6.1.4.1.57264.1.8";
	const maker_plan plan = { .name = "a", .key = key, .extensions = MAKER_LEAF };
	X509 *cert = make_x509(&plan);
	siglet_glance glance;
	siglet_buf der;

	extend(cert, NULL, twice, "ASN1:UTF8String:https://first.example");
	sign_cert(cert, &plan);
	der = x509_der(cert);
	OK_SUCCESS(siglet_cert_glance(siglet_buf_slice(&der), false, &glance), "an issuer");
	OK(siglet_slice_is(glance.value[8], "https://first.example"), "is seen");
	siglet_buf_clear(&der);
	extend(cert, NULL, twice, "ASN1:UTF8String:https://second.example");
	sign_cert(cert, &plan);
	der = x509_der(cert);
	OK_ERROR(siglet_cert_glance(siglet_buf_slice(&der), false, &glance), SIGLET_E_MALFORMED,
		 "two of them are refused");
	siglet_buf_clear(&der);
	X509_free(cert);
	cert = make_x509(&plan);
	extend(cert, NULL, twice, "ASN1:IA5String:https://first.example");
	sign_cert(cert, &plan);
	der = x509_der(cert);
	OK_ERROR(siglet_cert_glance(siglet_buf_slice(&der), false, &glance), SIGLET_E_MALFORMED,
		 "so is one of another type");
	siglet_buf_clear(&der);
	X509_free(cert);
}

static void cuts_and_bits(void)
{
	siglet_glance glance;
	siglet_buf der;
	unsigned accepted = 0;
	bool inside = true;

	OK_SUCCESS(glance_at(MAKER_LEAF, &glance, &der), "a certificate");
	for (size_t len = 0; len < der.len; len++) {
		siglet_err *err = siglet_cert_glance(siglet_slice_of(der.ptr, len), false, &glance);

		accepted += err == NULL;
		siglet_err_free(err);
	}
	OK(accepted == 0, "cut anywhere it is none");
	for (size_t i = 0; i < 8 * der.len; i++) {
		siglet_err *err;

		der.ptr[i / 8] ^= (uint8_t)(1 << i % 8);
		err = siglet_cert_glance(siglet_buf_slice(&der), false, &glance);
		for (size_t n = 0; err == NULL && n < glance.name_count; n++)
			inside = inside && glance.names[n].text.ptr >= der.ptr &&
				 glance.names[n].text.ptr + glance.names[n].text.len <=
					 der.ptr + der.len;
		siglet_err_free(err);
		der.ptr[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	OK(inside, "with any bit another, what is seen lies in it");
	siglet_buf_clear(&der);
}

static void keys(void)
{
	uint8_t *bytes = NULL;
	const int len = i2d_PUBKEY(key, &bytes);
	siglet_buf der;
	siglet_glance glance;

	MAKER_NEED(len > 0);
	OK(siglet_cert_is_spki(siglet_slice_of(bytes, (size_t)len)), "a public key has its form");
	OK(!siglet_cert_is_spki(siglet_slice_of(bytes, (size_t)len - 1)), "cut not");
	OK(!siglet_cert_is_spki(SIGLET_SLICE_NONE), "nor nothing");
	OK_SUCCESS(glance_at(MAKER_LEAF, &glance, &der), "a certificate");
	OK(!siglet_cert_is_spki(siglet_buf_slice(&der)), "has another");
	OK(siglet_slice_equal(glance.spki, siglet_slice_of(bytes, (size_t)len)), "its key is seen");
	siglet_buf_clear(&der);
	OPENSSL_free(bytes);
}

static void to_be_signed(void)
{
	const maker_plan plan = { .name = "a", .key = key, .extensions = MAKER_LEAF };
	X509 *cert = make_x509(&plan);
	uint8_t *bytes = NULL;
	const int len = i2d_re_X509_tbs(cert, &bytes);
	siglet_glance glance;

	MAKER_NEED(len > 0);
	OK_SUCCESS(siglet_cert_glance(siglet_slice_of(bytes, (size_t)len), true, &glance),
		   "what a precertificate's entry has");
	OK(glance.name_count == 1 && siglet_slice_is(glance.names[0].text, "a@example.com"),
	   "says the same");
	OK_ERROR(siglet_cert_glance(siglet_slice_of(bytes, (size_t)len), false, &glance),
		 SIGLET_E_MALFORMED, "but is no certificate");
	OPENSSL_free(bytes);
	X509_free(cert);
}

int main(void)
{
	key = ec_key("P-256");
	agrees_on_the_forge();
	agrees_on_defects();
	agrees_on_the_corpus();
	names();
	extensions_twice();
	cuts_and_bits();
	keys();
	to_be_signed();
	EVP_PKEY_free(key);
	return tap_done();
}
