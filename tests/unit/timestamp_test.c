#include "timestamp/timestamp_internal.h"

#include <string.h>

#include "timestamp_authority.h"

static siglet_err *parse(siglet_slice response)
{
	siglet_timestamp *timestamp = NULL;
	siglet_err *err = siglet_timestamp_parse(response, &timestamp);

	siglet_timestamp_free(timestamp);
	return err;
}

/* ---- genTime ---- */

static void gen_time_is_read_to_the_millisecond(void)
{
	static const struct {
		const char *text;
		int64_t time_s;
		int64_t end_ms;
	} cases[] = {
		{ "19700101000000Z", 0, 0 },
		{ "20250704000000Z", 1751587200, 1751587200000 },
		{ "20250704000000.5Z", 1751587200, 1751587200500 },
		{ "20250704000000.001Z", 1751587200, 1751587200001 },
		{ "20250704000000.0001Z", 1751587200, 1751587200001 },
		{ "20250704000000.9999Z", 1751587200, 1751587201000 },
		{ "20240229235959Z", 1709251199, 1709251199000 },
		{ "19691231235959Z", -1, -1000 },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		int64_t time_s = 1, end_ms = 1;

		OK_SUCCESS(siglet_timestamp_read_time(siglet_slice_str(cases[i].text), &time_s,
						      &end_ms),
			   "%s is a time", cases[i].text);
		OK(time_s == cases[i].time_s && end_ms == cases[i].end_ms, "and the right one");
	}
}

static void gen_time_rejects_what_is_not_der(void)
{
	static const char *const cases[] = {
		"",
		"Z",
		"20250704000000",
		"202507040000Z",
		"2025070400000Z",
		"202507040000000Z",
		"20250704000000+0000",
		"20250704000000-0100",
		"20250704000000z",
		"20250704000000.Z",
		"20250704000000.50Z",
		"20250704000000.0Z",
		"20250704000000,5Z",
		"20250704000000.5",
		"20250704000000.5+0000",
		"20250704000000.5 Z",
		"20250704000000.-5Z",
		"20250704000000.5ZZ",
		"20251304000000Z",
		"20250004000000Z",
		"20250700000000Z",
		"20250732000000Z",
		"20250229000000Z",
		"20250704240000Z",
		"20250704006000Z",
		"20250704000060Z",
		"-0250704000000Z",
		" 0250704000000Z",
		"2025070400000 Z",
		"250704000000Z",
		"00000704000000Z",
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		int64_t time_s = 0, end_ms = 0;

		OK_ERROR(siglet_timestamp_read_time(siglet_slice_str(cases[i]), &time_s, &end_ms),
			 SIGLET_E_MALFORMED, "\"%s\" is refused", cases[i]);
	}
}

/* ---- what a token says ---- */

static void negative_serial(TS_TST_INFO *info)
{
	ASN1_INTEGER *serial = ASN1_INTEGER_new();

	if (ASN1_INTEGER_set(serial, -0x1234) != 1 || TS_TST_INFO_set_serial(info, serial) != 1)
		abort();
	ASN1_INTEGER_free(serial);
}

static void a_token_tells_time_serial_and_signer(void)
{
	authority a = authority_of(&signer_options);
	tsa_options options = options_of(&a);
	options.gen_time = "20250704120000.25Z";
	siglet_timestamp *t = parsed(&options);

	OK(siglet_timestamp_time_s(t) == 1751630400, "genTime is cut off to the second");
	OK(siglet_timestamp_end_ms(t) == 1751630400250, "and known to the millisecond");
	OK(siglet_slice_is(siglet_timestamp_serial_hex(t), "1234"), "serial");
	OK(siglet_slice_is(siglet_timestamp_signer_name(t), "CN=ca, serial 07"), "signer: %s",
	   siglet_text_printable(siglet_timestamp_signer_name(t)).text);
	siglet_timestamp_free(t);

	options.edit_info = negative_serial;
	OK_SUCCESS(judge(&options, a.chain), "a negative serial is no fault");
	t = parsed(&options);
	OK(siglet_slice_is(siglet_timestamp_serial_hex(t), "-1234"), "and shows");
	siglet_timestamp_free(t);
	siglet_timestamp_free(NULL);
	authority_clear(&a);
}

static void imprint_is_of_the_data_alone(void)
{
	authority a = authority_of(&signer_options);
	const EVP_MD *hashes[] = { EVP_sha256(), EVP_sha384(), EVP_sha512() };

	for (size_t i = 0; i < SIGLET_COUNT(hashes); i++) {
		tsa_options options = options_of(&a);
		options.imprint_md = hashes[i];
		siglet_timestamp *t = parsed(&options);

		OK_SUCCESS(siglet_timestamp_check_imprint(t, siglet_slice_str("data")), "its data");
		OK_ERROR(siglet_timestamp_check_imprint(t, siglet_slice_str("datA")),
			 SIGLET_E_MISMATCH, "other data");
		OK_ERROR(siglet_timestamp_check_imprint(t, SIGLET_SLICE_NONE), SIGLET_E_MISMATCH,
			 "no data");
		siglet_timestamp_free(t);
	}
	authority_clear(&a);
}

/* ---- responses ---- */

static void status_must_be_granted(void)
{
	authority a = authority_of(&signer_options);
	tsa_options options = options_of(&a);

	OK_SUCCESS(judge(&options, a.chain), "granted");
	options.status = 1;
	OK_SUCCESS(judge(&options, a.chain), "granted with modifications");
	for (int status = 2; status <= 6; status++) {
		options.status = status;
		OK_ERROR(judge(&options, a.chain), SIGLET_E_MALFORMED, "status %d", status);
	}
	options.status = 2;
	options.status_text = "bad\x1b[31m day";
	options.no_token = true;
	siglet_buf response = tsa_respond(&options);
	siglet_err *err = parse(siglet_buf_slice(&response));
	OK(err != NULL && strstr(siglet_err_message(err), "status 2): bad\\x1b[31m day") != NULL,
	   "the refusal is shown, and can't paint the terminal");
	siglet_err_free(err);
	siglet_buf_clear(&response);

	options.status = 0;
	options.status_text = NULL;
	OK_ERROR(judge(&options, a.chain), SIGLET_E_MALFORMED, "granted, without a token");
	authority_clear(&a);
}

static void a_response_is_whole(void)
{
	authority a = authority_of(&signer_options);
	tsa_options options = options_of(&a);
	options.embed[0] = a.signer;
	siglet_buf response = tsa_respond(&options);
	size_t accepted = 0;

	OK_SUCCESS(parse(siglet_buf_slice(&response)), "a whole response");
	for (size_t len = 0; len < response.len; len++) {
		siglet_err *err = parse(siglet_slice_of(response.ptr, len));

		accepted += err == NULL || siglet_err_code(err) != SIGLET_E_MALFORMED;
		siglet_err_free(err);
	}
	OK(accepted == 0, "every cut is malformed");
	OK(siglet_buf_append_byte(&response, 0) == NULL, "one byte more");
	OK_ERROR(parse(siglet_buf_slice(&response)), SIGLET_E_MALFORMED, "is malformed");
	siglet_buf_clear(&response);

	siglet_timestamp *t = parsed(&options);
	uint8_t *token = NULL;
	const int len = i2d_CMS_ContentInfo(t->cms, &token);
	OK_ERROR(parse(siglet_slice_of(token, (size_t)len)), SIGLET_E_MALFORMED, "a bare token");
	response = tsa_response(&options, siglet_slice_of(token, (size_t)len));
	OK_SUCCESS(parse(siglet_buf_slice(&response)), "is taken in a response");
	siglet_buf_clear(&response);
	OPENSSL_free(token);
	siglet_timestamp_free(t);
	authority_clear(&a);
}

/* A response of these parts, each a DER value. */
static siglet_buf response_of(const siglet_slice *parts, size_t count)
{
	siglet_buf response;
	size_t len = 0;

	siglet_buf_init(&response, SIGLET_MAX_TIMESTAMP_BYTES);
	for (size_t i = 0; i < count; i++)
		len += parts[i].len;
	const uint8_t header[] = { 0x30, 0x82, (uint8_t)(len >> 8), (uint8_t)len };
	const uint8_t short_header[] = { 0x30, (uint8_t)len };
	const siglet_slice start = len < 128 ? siglet_slice_of(short_header, sizeof(short_header))
					     : siglet_slice_of(header, sizeof(header));
	if (siglet_buf_append(&response, start) != NULL)
		abort();
	for (size_t i = 0; i < count; i++)
		if (siglet_buf_append(&response, parts[i]) != NULL)
			abort();
	return response;
}

static void a_response_has_two_parts(void)
{
	authority a = authority_of(&signer_options);
	tsa_options options = options_of(&a);
	siglet_timestamp *t = parsed(&options);
	uint8_t *der = NULL;
	const int len = i2d_CMS_ContentInfo(t->cms, &der);
	const siglet_slice token = siglet_slice_of(der, (size_t)len);
	const siglet_slice granted = siglet_slice_of("\x30\x03\x02\x01\x00", 5);
	const siglet_slice data = siglet_slice_of("\x30\x0f\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01"
						  "\x07\x01\xa0\x02\x04\x00",
						  17);
	const struct {
		siglet_slice parts[3];
		const char *message; /* in it; NULL: fine */
	} cases[] = {
		{ { granted, token }, NULL },
		{ { granted }, "no token" },
		{ { granted, token, token }, "not a TimeStampResp" },
		{ { token, granted }, "PKIStatusInfo" },
		{ { siglet_slice_of("\x30\x04\x02\x81\x01\x00", 6), token }, "not DER" },
		{ { siglet_slice_of("\x01\x01\xff", 3), token }, "not a TimeStampResp" },
		{ { granted, siglet_slice_of("\x01\x01\xff", 3) }, "not a TimeStampResp" },
		{ { granted, data }, "not SignedData" },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		siglet_buf response = response_of(cases[i].parts, 3);
		siglet_err *err = parse(siglet_buf_slice(&response));
		const char *want = cases[i].message;

		OK(want == NULL ? err == NULL
				: err != NULL && siglet_err_code(err) == SIGLET_E_MALFORMED &&
					  strstr(siglet_err_message(err), want) != NULL,
		   "parts %zu: %s", i, err == NULL ? "fine" : siglet_err_message(err));
		siglet_err_free(err);
		siglet_buf_clear(&response);
	}
	OPENSSL_free(der);
	siglet_timestamp_free(t);
	authority_clear(&a);
}

static void a_response_has_a_ceiling(void)
{
	uint8_t *big = siglet_calloc(1, SIGLET_MAX_TIMESTAMP_BYTES + 1);

	OK_ERROR(parse(siglet_slice_of(big, SIGLET_MAX_TIMESTAMP_BYTES)), SIGLET_E_MALFORMED,
		 "the largest is read");
	OK_ERROR(parse(siglet_slice_of(big, SIGLET_MAX_TIMESTAMP_BYTES + 1)), SIGLET_E_LIMIT,
		 "one more byte is not");
	free(big);
}

static void embedded_certificates_are_counted(void)
{
	authority a = authority_of(&signer_options);
	tsa_options options = options_of(&a);
	X509 *certs[SIGLET_MAX_EMBEDDED_CERTS + 1] = { NULL };

	for (size_t i = 0; i < SIGLET_COUNT(certs); i++)
		certs[i] = tsa_cert(a.key, &(tsa_cert_options) { .serial = 100 + (long)i }, a.ca,
				    a.ca_key);
	memcpy(options.embed, certs, SIGLET_MAX_EMBEDDED_CERTS * sizeof(*certs));
	OK_SUCCESS(judge(&options, a.chain), "as many as may be");
	memcpy(options.embed, certs, sizeof(certs));
	OK_ERROR(judge(&options, a.chain), SIGLET_E_LIMIT, "one more");
	for (size_t i = 0; i < SIGLET_COUNT(certs); i++)
		X509_free(certs[i]);
	authority_clear(&a);
}

/* ---- TSTInfo ---- */

static void version_two(TS_TST_INFO *info)
{
	if (TS_TST_INFO_set_version(info, 2) != 1)
		abort();
}

static void add_extension(TS_TST_INFO *info, int critical)
{
	ASN1_OBJECT *oid = OBJ_txt2obj("1.2.3.4", 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension = NULL;

	if (oid == NULL || value == NULL || ASN1_STRING_set(value, "x", 1) != 1 ||
	    X509_EXTENSION_create_by_OBJ(&extension, oid, critical, value) == NULL ||
	    TS_TST_INFO_add_ext(info, extension, -1) != 1)
		abort();
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(oid);
}

static void extended(TS_TST_INFO *info)
{
	add_extension(info, 0);
}

static void critically_extended(TS_TST_INFO *info)
{
	add_extension(info, 1);
}

static void short_imprint(TS_TST_INFO *info)
{
	if (ASN1_STRING_set(TS_MSG_IMPRINT_get_msg(TS_TST_INFO_get_msg_imprint(info)), "short",
			    5) != 1)
		abort();
}

static void byte_behind(siglet_buf *info)
{
	if (siglet_buf_append_byte(info, 0) != NULL)
		abort();
}

static void of_another_kind(siglet_buf *info)
{
	info->ptr[0] = 0x31;
}

/* DER leaves out what is the default; OpenSSL reads it all the same. */
static void ordering_spelled_out(siglet_buf *info)
{
	static const uint8_t ordering[] = { 0x01, 0x01, 0x00 };

	if (info->ptr[1] >= 0x80 - sizeof(ordering) ||
	    siglet_buf_append(info, siglet_slice_of(ordering, sizeof(ordering))) != NULL)
		abort();
	info->ptr[1] = (uint8_t)(info->ptr[1] + sizeof(ordering));
}

static void tstinfo_is_strict(void)
{
	authority a = authority_of(&signer_options);
	const struct {
		const char *claim;
		void (*edit_info)(TS_TST_INFO *info);
		void (*edit_content)(siglet_buf *info);
		siglet_code code; /* 0: fine */
	} cases[] = {
		{ "version 2", version_two, NULL, SIGLET_E_MALFORMED },
		{ "an extension", extended, NULL, 0 },
		{ "a critical extension", critically_extended, NULL, SIGLET_E_UNSUPPORTED },
		{ "an imprint of another length", short_imprint, NULL, SIGLET_E_MALFORMED },
		{ "a SET", NULL, of_another_kind, SIGLET_E_MALFORMED },
		{ "a byte behind it", NULL, byte_behind, SIGLET_E_MALFORMED },
		{ "a default spelled out", NULL, ordering_spelled_out, SIGLET_E_MALFORMED },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		tsa_options options = options_of(&a);
		options.edit_info = cases[i].edit_info;
		options.edit_content = cases[i].edit_content;

		if (cases[i].code == 0)
			OK_SUCCESS(judge(&options, a.chain), "%s", cases[i].claim);
		else
			OK_ERROR(judge(&options, a.chain), cases[i].code, "%s", cases[i].claim);
	}
	tsa_options options = options_of(&a);
	options.imprint_md = EVP_sha1();
	OK_ERROR(judge(&options, a.chain), SIGLET_E_UNSUPPORTED, "a SHA-1 imprint");
	options = options_of(&a);
	options.gen_time = "20250704120000+0000";
	OK_ERROR(judge(&options, a.chain), SIGLET_E_MALFORMED, "a genTime with an offset");
	options = options_of(&a);
	options.content_nid = NID_pkcs7_data;
	OK_ERROR(judge(&options, a.chain), SIGLET_E_MALFORMED, "TSTInfo as data of no kind");
	options = options_of(&a);
	options.two_signers = true;
	OK_ERROR(judge(&options, a.chain), SIGLET_E_MALFORMED, "two SignerInfos");
	authority_clear(&a);
}

int main(void)
{
	gen_time_is_read_to_the_millisecond();
	gen_time_rejects_what_is_not_der();
	a_token_tells_time_serial_and_signer();
	imprint_is_of_the_data_alone();
	status_must_be_granted();
	a_response_is_whole();
	a_response_has_two_parts();
	a_response_has_a_ceiling();
	embedded_certificates_are_counted();
	tstinfo_is_strict();
	return tap_done();
}
