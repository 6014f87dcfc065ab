#include "../lib/check.h"
#include "../lib/heads.h"
#include "cose/cose.h"

#include "cert_maker.h"
#include "cose_alice.h"

/* Certificates in headers: of their form, and bound by what is signed. */

static siglet_buf alice, other;

/* What goes into a header under a label; NULL bytes: the raw hexadecimal. */
typedef struct entry {
	int64_t label;
	const siglet_slice *certs; /* one: a byte string; more: an array */
	size_t count;
	const char *hex;
} entry;

static void write_entry(siglet_cbor_writer *writer, const entry *e)
{
	siglet_cbor_write_int(writer, e->label);
	if (e->hex != NULL) {
		siglet_buf raw = unhex(e->hex);

		siglet_cbor_write_raw(writer, siglet_buf_slice(&raw));
		siglet_buf_clear(&raw);
		return;
	}
	if (e->count != 1)
		siglet_cbor_write_begin_array(writer);
	for (size_t i = 0; i < e->count; i++)
		siglet_cbor_write_bytes(writer, e->certs[i]);
	if (e->count != 1)
		siglet_cbor_write_end_array(writer);
}

static siglet_buf header_of(const entry *entries, size_t count)
{
	siglet_cbor_writer writer;
	siglet_buf map;

	siglet_buf_init(&map, 4u << 20);
	siglet_cbor_writer_init(&writer, heads(), &map);
	siglet_cbor_write_begin_map(&writer);
	for (size_t i = 0; i < count; i++)
		write_entry(&writer, &entries[i]);
	siglet_cbor_write_end_map(&writer);
	siglet_err *err = siglet_cbor_writer_finish(&writer);

	if (err != NULL) {
		printf("Bail out! %s\n", siglet_err_message(err));
		exit(3);
	}
	return map;
}

static siglet_err *read_with(const entry *inside, size_t inside_count, const entry *outside,
			     size_t outside_count, siglet_cose_chain *ret_chain)
{
	siglet_buf a = header_of(inside, inside_count), b = header_of(outside, outside_count);
	const siglet_cose_draft draft = { .protected_map = siglet_buf_slice(&a),
					  .unprotected_map = siglet_buf_slice(&b) };
	siglet_cbor_doc *doc = NULL;
	siglet_cose_sign1 message;
	siglet_buf bytes;
	siglet_err *err;

	*ret_chain = (siglet_cose_chain) { .count = 0 };
	siglet_buf_init(&bytes, 8u << 20);
	err = siglet_cose_write(heads(), &draft, siglet_slice_str("s"), &bytes);
	if (err == NULL)
		err = siglet_cose_sign1_parse(heads(), siglet_buf_slice(&bytes), &doc, &message);
	if (err == NULL)
		err = siglet_cose_chain_read(&message, ret_chain);
	siglet_cbor_doc_free(doc);
	siglet_buf_clear(&bytes);
	siglet_buf_clear(&b);
	siglet_buf_clear(&a);
	return err;
}

static void accepts(const entry *inside, size_t inside_count, const entry *outside,
		    size_t outside_count, size_t certs, const char *claim)
{
	siglet_cose_chain chain;

	OK_SUCCESS(read_with(inside, inside_count, outside, outside_count, &chain), "%s", claim);
	OK(chain.count == certs &&
		   siglet_slice_equal(siglet_cert_der(chain.certs[0]), siglet_buf_slice(&alice)),
	   "… %zu certificates, hers first", certs);
	siglet_cose_chain_clear(&chain);
}

static void refuses(const entry *inside, size_t inside_count, const entry *outside,
		    size_t outside_count, siglet_code code, const char *text)
{
	siglet_cose_chain chain;
	siglet_err *err = read_with(inside, inside_count, outside, outside_count, &chain);

	if (!OK(err != NULL && siglet_err_code(err) == code && chain.count == 0 &&
			strstr(siglet_err_message(err), text) != NULL,
		"refused: %s", text))
		printf("# got: %s\n", err == NULL ? "success" : siglet_err_message(err));
	siglet_err_free(err);
	siglet_cose_chain_clear(&chain);
}

static void the_leaf_is_bound(void)
{
	const siglet_slice certs[] = { siglet_buf_slice(&alice), siglet_buf_slice(&other) };
	const siglet_slice turned[] = { siglet_buf_slice(&other), siglet_buf_slice(&alice) };
	const entry one = { .label = 33, .certs = certs, .count = 1 };
	const entry two = { .label = 33, .certs = certs, .count = 2 };
	const entry wrong[] = { { .label = 33, .certs = turned, .count = 2 },
				{ .label = 34, .hex = ALICE_X5T } };
	const entry x5t = { .label = 34, .hex = ALICE_X5T };
	const entry both[] = { two, x5t };

	accepts(&one, 1, NULL, 0, 1, "x5chain protected, one certificate");
	accepts(&two, 1, NULL, 0, 2, "x5chain protected, two of them");
	accepts(both, 2, NULL, 0, 2, "x5chain and x5t protected");
	accepts(&x5t, 1, &two, 1, 2, "x5t protected, x5chain not");
	refuses(NULL, 0, &two, 1, SIGLET_E_MISSING,
		"unprotected/33: certificates that the signature does not cover");
	refuses(NULL, 0, both, 2, SIGLET_E_MISSING,
		"unprotected/33: certificates that the signature does not cover");
	refuses(NULL, 0, NULL, 0, SIGLET_E_MISSING, "no certificates (x5chain) in it");
	refuses(&x5t, 1, NULL, 0, SIGLET_E_MISSING, "no certificates (x5chain) in it");
	refuses(wrong, 2, NULL, 0, SIGLET_E_MISMATCH,
		"protected/34: x5t is not of the first certificate of x5chain");
	refuses(&x5t, 1, wrong, 1, SIGLET_E_MISMATCH,
		"protected/34: x5t is not of the first certificate of x5chain");
}

static void refuses_x5t(const char *hex, siglet_code code, const char *text)
{
	const siglet_slice cert = siglet_buf_slice(&alice);
	const entry outside = { .label = 33, .certs = &cert, .count = 1 };
	const entry x5t = { .label = 34, .hex = hex };

	refuses(&x5t, 1, &outside, 1, code, text);
}

static void x5t_is_of_its_form(void)
{
	refuses_x5t("a0", SIGLET_E_MALFORMED, "protected/34: a map, not an array");
	refuses_x5t("812f", SIGLET_E_LENGTH, "protected/34: an array of 1, not 2");
	refuses_x5t("832f5820 11fa0500d6763ae15a3238296e04c048a8fdd220a0dda0234824b18fb6666600 00",
		    SIGLET_E_LENGTH, "protected/34: an array of 3, not 2");
	refuses_x5t("822f41ff", SIGLET_E_LENGTH, "protected/34/1: 1 bytes, not the 32 of a hash");
	refuses_x5t("822ff6", SIGLET_E_MALFORMED, "protected/34/1: null, not a byte string");
	refuses_x5t("822d4114", SIGLET_E_UNSUPPORTED,
		    "protected/34: x5t by hash -14, which is not used here");
	refuses_x5t("82673031323334353641ff", SIGLET_E_MALFORMED,
		    "protected/34/0: text, not an integer");
	refuses_x5t("822f5820 11fa0500d6763ae15a3238296e04c048a8fdd220a0dda0234824b18fb6666601",
		    SIGLET_E_MISMATCH, "x5t is not of the first certificate");
}

static void x5chain_is_of_its_form(void)
{
	siglet_slice many[SIGLET_MAX_CHAIN + 1];
	static uint8_t large[SIGLET_MAX_CERT_BYTES + 1];
	const siglet_slice huge = { large, sizeof(large) };
	const siglet_slice cut = { alice.ptr, alice.len - 1 };
	entry e = { .label = 33, .certs = many };

	for (size_t i = 0; i < SIGLET_COUNT(many); i++)
		many[i] = siglet_buf_slice(&alice);
	e.count = SIGLET_MAX_CHAIN;
	accepts(&e, 1, NULL, 0, SIGLET_MAX_CHAIN, "as many certificates as may be");
	e.count = SIGLET_MAX_CHAIN + 1;
	refuses(&e, 1, NULL, 0, SIGLET_E_LIMIT, "protected/33: 11 certificates, more than 10");
	e = (entry) { .label = 33, .hex = "80" };
	refuses(&e, 1, NULL, 0, SIGLET_E_LENGTH, "protected/33: an array of 0, not 2 to 10");
	e.hex = "8141ff";
	refuses(&e, 1, NULL, 0, SIGLET_E_LENGTH, "protected/33: an array of 1, not 2 to 10");
	e.hex = "a0";
	refuses(&e, 1, NULL, 0, SIGLET_E_MALFORMED, "protected/33: a map, not an array");
	e.hex = "6161";
	refuses(&e, 1, NULL, 0, SIGLET_E_MALFORMED, "protected/33: text, not an array");
	e.hex = "82f6f6";
	refuses(&e, 1, NULL, 0, SIGLET_E_MALFORMED, "protected/33/0: null, not a byte string");
	e.hex = "40";
	refuses(&e, 1, NULL, 0, SIGLET_E_MALFORMED, "certificate 0 of x5chain");
	e = (entry) { .label = 33, .certs = &cut, .count = 1 };
	refuses(&e, 1, NULL, 0, SIGLET_E_MALFORMED, "certificate 0 of x5chain");
	many[1] = huge;
	e = (entry) { .label = 33, .certs = many, .count = 2 };
	refuses(&e, 1, NULL, 0, SIGLET_E_LIMIT, "certificate 1 of x5chain");
}

int main(void)
{
	if (heads() == NULL) {
		SKIP("built without COSE");
		return tap_done();
	}
	EVP_PKEY *key = ec_key("P-256");
	const maker_plan plan = { .name = "another", .key = key, .extensions = MAKER_ROOT };

	alice = unhex(ALICE);
	other = plan_der(&plan);
	the_leaf_is_bound();
	x5t_is_of_its_form();
	x5chain_is_of_its_form();
	siglet_buf_clear(&other);
	siglet_buf_clear(&alice);
	EVP_PKEY_free(key);
	return tap_done();
}
