#include "../lib/corpus.h"
#include "cert_maker.h"

#include "json/json.h"

/* Certificates and SCTs that other projects test with, and what they expect of them. */

static siglet_slice member(const siglet_json *object, const char *name)
{
	return siglet_json_string(siglet_json_object_get(object, name));
}

/* The file that a member of the case names. */
static siglet_buf read_file(const siglet_json *item, const char *name)
{
	const siglet_slice path = member(item, name);
	siglet_buf content;
	char text[512];

	MAKER_NEED(path.len > 0 && path.len < sizeof(text));
	memcpy(text, path.ptr, path.len);
	text[path.len] = '\0';
	MAKER_NEED(corpus_read(text, &content));
	return content;
}

static siglet_err *read_cert(const siglet_json *item, const char *name, siglet_cert **ret_cert)
{
	siglet_buf pem = read_file(item, name), der;
	siglet_slice text = siglet_buf_slice(&pem);
	bool found = false;

	siglet_buf_init(&der, 1u << 20);
	siglet_err *err = siglet_pem_next(&text, "CERTIFICATE", &der, &found);
	if (err == NULL && !found)
		err = siglet_err_new(SIGLET_E_MISSING, "no certificate");
	if (err == NULL)
		err = siglet_cert_parse(siglet_buf_slice(&der), ret_cert);
	siglet_buf_clear(&der);
	siglet_buf_clear(&pem);
	return err;
}

static siglet_err *classify(const siglet_json *item)
{
	siglet_cert *cert = NULL;
	siglet_err *err = read_cert(item, "cert", &cert);
	const siglet_json *ca =
		siglet_json_object_get(siglet_json_object_get(item, "classify"), "ca");

	if (err == NULL && ca != NULL && siglet_json_kind_of(ca) == SIGLET_JSON_BOOL)
		OK(siglet_cert_is_ca(cert) == siglet_json_bool(ca), "… is a CA, or none");
	if (err == NULL)
		err = siglet_cert_check_signer(cert);
	siglet_cert_free(cert);
	return err;
}

static siglet_err *verify_sct(const siglet_json *item)
{
	siglet_cert *cert = NULL, *issuer = NULL;
	siglet_buf pem = read_file(item, "log_key");
	siglet_sct scts[SIGLET_MAX_SCTS];
	siglet_key *key = NULL;
	size_t count = 0;
	siglet_err *err = read_cert(item, "cert", &cert);

	if (err == NULL)
		err = read_cert(item, "issuer_cert", &issuer);
	if (err == NULL)
		err = siglet_key_from_pem(siglet_buf_slice(&pem), &key);
	if (err == NULL)
		err = siglet_cert_scts(cert, scts, &count);
	if (err == NULL && count == 0)
		err = siglet_err_new(SIGLET_E_MISSING, "no SCT");
	for (size_t i = 0; i < count && err == NULL; i++)
		err = siglet_sct_verify(&scts[i], cert, issuer, key);
	siglet_key_free(key);
	siglet_cert_free(issuer);
	siglet_cert_free(cert);
	siglet_buf_clear(&pem);
	return err;
}

static siglet_err *compare_tbs(const siglet_json *item)
{
	siglet_buf expected = read_file(item, "expected_tbs"), tbs;
	siglet_cert *cert = NULL;
	siglet_err *err = read_cert(item, "cert", &cert);

	siglet_buf_init(&tbs, 1u << 20);
	if (err == NULL)
		err = siglet_cert_precert_tbs(cert, &tbs);
	if (err == NULL && !siglet_slice_equal(siglet_buf_slice(&tbs), siglet_buf_slice(&expected)))
		err = siglet_err_new(SIGLET_E_MISMATCH, "other bytes");
	siglet_buf_clear(&tbs);
	siglet_buf_clear(&expected);
	siglet_cert_free(cert);
	return err;
}

typedef siglet_err *case_function(const siglet_json *item);

static case_function *function_of(siglet_slice type)
{
	if (siglet_slice_is(type, "cert-classify"))
		return classify;
	if (siglet_slice_is(type, "sct-verify"))
		return verify_sct;
	return siglet_slice_is(type, "precert-tbs") ? compare_tbs : NULL;
}

static void run_case(const siglet_json *item, case_function *function)
{
	const bool expects_pass = siglet_slice_is(member(item, "expect"), "pass");
	const bool is_must = siglet_slice_is(member(item, "level"), "must");
	const siglet_printable id = siglet_text_printable(member(item, "id"));
	siglet_err *err = function(item);

	if (is_must)
		OK((err == NULL) == expects_pass, "%s must %s", id.text,
		   expects_pass ? "pass" : "fail");
	else
		printf("# %s may %s: it %s\n", id.text, expects_pass ? "pass" : "fail",
		       err == NULL ? "passes" : "fails");
	if (err != NULL)
		printf("# %s: %s: %s\n", id.text, siglet_code_name(siglet_err_code(err)),
		       siglet_err_message(err));
	siglet_err_free(err);
}

static void verdicts_are_the_expected_ones(void)
{
	siglet_json_doc *doc = NULL;
	siglet_buf manifest;
	size_t count = 0;

	MAKER_NEED(corpus_read("manifest.json", &manifest));
	siglet_err *err = siglet_json_parse(siglet_buf_slice(&manifest), CORPUS_MAX_BYTES, &doc);
	if (err != NULL)
		printf("# %s\n", siglet_err_message(err));
	MAKER_NEED(err == NULL);
	const siglet_json *cases = siglet_json_object_get(siglet_json_root(doc), "cases");
	for (size_t i = 0; i < siglet_json_array_count(cases); i++) {
		const siglet_json *item = siglet_json_array_item(cases, i);
		case_function *function = function_of(member(item, "type"));

		if (function == NULL)
			continue;
		run_case(item, function);
		count++;
	}
	OK(count > 0, "%zu cases of certificates and SCTs", count);
	siglet_json_doc_free(doc);
	siglet_buf_clear(&manifest);
}

int main(void)
{
	if (corpus_available())
		verdicts_are_the_expected_ones();
	else
		SKIP("the corpus is not there");
	return tap_done();
}
