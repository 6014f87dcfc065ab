/*
 * A timestamp: read, asked, and verified, under the public-good authority and under one that the
 * token brings along itself.
 */
#include <stdint.h>
#include <stdlib.h>

#include <openssl/err.h>

#include "timestamp/timestamp_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The certificates of timestamp.sigstore.dev, as the trusted root has them. */
static const char signer_base64[] =
	"MIICEDCCAZagAwIBAgIUOhNULwyQYe68wUMvy4qOiyojiwwwCgYIKoZIzj0EAwMwOTEVMBMGA1UEChMMc2lnc3Rv"
	"cmUuZGV2MSAwHgYDVQQDExdzaWdzdG9yZS10c2Etc2VsZnNpZ25lZDAeFw0yNTA0MDgwNjU5NDNaFw0zNTA0MDYw"
	"NjU5NDNaMC4xFTATBgNVBAoTDHNpZ3N0b3JlLmRldjEVMBMGA1UEAxMMc2lnc3RvcmUtdHNhMHYwEAYHKoZIzj0C"
	"AQYFK4EEACIDYgAE4ra2Z8hKNig2T9kFjCAToGG30jky+WQv3BzL+mKvh1SKNR/UwuwsfNCg4sryoYAd8E6isovV"
	"A3M4aoNdm9QDi50Z8nTEyvqgfDPtTIwXItfiW/AFf1V7uwkbkAoj0xxco2owaDAOBgNVHQ8BAf8EBAMCB4AwHQYD"
	"VR0OBBYEFIn9eUOHz9BlRsMCRscsc1t9tOsDMB8GA1UdIwQYMBaAFJjsAe9/u1H/1JUeb4qImFMHic6/MBYGA1Ud"
	"JQEB/wQMMAoGCCsGAQUFBwMIMAoGCCqGSM49BAMDA2gAMGUCMDtpsV/6KaO0qyF/UMsX2aSUXKQFdoGTptQGc0ft"
	"q1csulHPGG6dsmyMNd3JB+G3EQIxAOajvBcjpJmKb4Nv+2Taoj8Uc5+b6ih6FXCCKraSqupe07zqswMcXJTe1cEx"
	"vHvvlw==";

static const char root_base64[] =
	"MIIB9zCCAXygAwIBAgIUV7f0GLDOoEzIh8LXSW80OJiUp14wCgYIKoZIzj0EAwMwOTEVMBMGA1UEChMMc2lnc3Rv"
	"cmUuZGV2MSAwHgYDVQQDExdzaWdzdG9yZS10c2Etc2VsZnNpZ25lZDAeFw0yNTA0MDgwNjU5NDNaFw0zNTA0MDYw"
	"NjU5NDNaMDkxFTATBgNVBAoTDHNpZ3N0b3JlLmRldjEgMB4GA1UEAxMXc2lnc3RvcmUtdHNhLXNlbGZzaWduZWQw"
	"djAQBgcqhkjOPQIBBgUrgQQAIgNiAAQUQNtfRT/ou3YATa6wB/kKTe70cfJwyRIBovMnt8RcJph/COE82uyS6Fmp"
	"pLLL1VBPGcPfpQPYJNXzWwi8icwhKQ6W/Qe2h3oebBb2FHpwNJDqo+TMaC/tdfkv/ElJB72jRTBDMA4GA1UdDwEB"
	"/wQEAwIBBjASBgNVHRMBAf8ECDAGAQH/AgEAMB0GA1UdDgQWBBSY7AHvf7tR/9SVHm+KiJhTB4nOvzAKBggqhkjO"
	"PQQDAwNpADBmAjEAwGEGrfGZR1cen1R8/DTVMI943LssZmJRtDp/i7SfGHmGRP6gRbuj9vOK3b67Z0QQAjEAuT2H"
	"673LQEaHTcyQSZrkp4mX7WwkmF+sVbkYY5mXN+RMH13KUEHHOqASaemYWK/E";

static const siglet_chain *public_good(void)
{
	static siglet_chain *chain;
	siglet_buf signer, root;

	if (chain != NULL)
		return chain;
	siglet_buf_init(&signer, SIGLET_MAX_CERT_BYTES);
	siglet_buf_init(&root, SIGLET_MAX_CERT_BYTES);
	if (siglet_base64_decode(siglet_slice_str(signer_base64), &signer) != NULL ||
	    siglet_base64_decode(siglet_slice_str(root_base64), &root) != NULL)
		abort();
	const siglet_slice certs[] = { siglet_buf_slice(&signer), siglet_buf_slice(&root) };
	if (siglet_chain_new(SIGLET_PURPOSE_TIMESTAMPING, certs, 2, &chain) != NULL ||
	    siglet_chain_open(chain) != NULL)
		abort();
	siglet_buf_clear(&signer);
	siglet_buf_clear(&root);
	return chain;
}

static void verify_under(const siglet_timestamp *timestamp, const siglet_chain *authority)
{
	bool is_of = false;
	siglet_err *asked = siglet_timestamp_is_of(timestamp, authority, &is_of);
	siglet_err *verified = siglet_timestamp_verify(timestamp, authority);

	/* Of an authority that knows its signer a token must be, if it verifies. */
	if (verified == NULL && siglet_chain_signer(authority) != NULL && !is_of)
		abort();
	if (ERR_peek_error() != 0)
		abort();
	siglet_err_free(verified);
	siglet_err_free(asked);
}

/* An authority of one embedded certificate; NULL when it makes none. */
static siglet_chain *own_authority(const siglet_embedded *embedded, size_t i)
{
	const siglet_slice der = siglet_cert_der(embedded->owned[i]);
	siglet_chain *chain = NULL;
	siglet_err *err = siglet_chain_new(SIGLET_PURPOSE_TIMESTAMPING, &der, 1, &chain);

	siglet_err_free(err);
	return chain;
}

/* What verify would not reach, as few inputs name a signer that an authority has. */
static void check_parts(const siglet_timestamp *timestamp)
{
	siglet_hash hash = SIGLET_SHA256;
	const siglet_path path = { { siglet_chain_cert(public_good(), 0) }, 1 };

	siglet_err_free(siglet_timestamp_signature_hash(timestamp, &hash));
	siglet_err_free(siglet_timestamp_check_attributes(timestamp, hash));
	siglet_err_free(siglet_timestamp_check_ess(timestamp, &path));
	siglet_err_free(siglet_timestamp_check_signature(timestamp, hash, path.certs[0]));
}

static void exercise(const siglet_timestamp *timestamp)
{
	const int64_t start_ms = siglet_timestamp_time_s(timestamp) * 1000;
	const int64_t end_ms = siglet_timestamp_end_ms(timestamp);
	siglet_embedded embedded = { .count = 0 };

	if (end_ms < start_ms || end_ms > start_ms + 1000 ||
	    siglet_timestamp_serial_hex(timestamp).len == 0 ||
	    siglet_timestamp_signer_name(timestamp).len == 0)
		abort();
	siglet_err_free(siglet_timestamp_check_imprint(timestamp, siglet_slice_str("data")));
	check_parts(timestamp);
	verify_under(timestamp, public_good());
	siglet_err_free(siglet_embedded_read(timestamp, &embedded));
	for (size_t i = 0; i < embedded.count; i++) {
		siglet_chain *chain = own_authority(&embedded, i);

		if (chain != NULL)
			verify_under(timestamp, chain);
		siglet_chain_free(chain);
	}
	siglet_embedded_clear(&embedded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	siglet_timestamp *timestamp = NULL;
	siglet_err *err = siglet_timestamp_parse(siglet_slice_of(data, size), &timestamp);

	if (err == NULL)
		exercise(timestamp);
	siglet_err_free(err);
	siglet_timestamp_free(timestamp);
	return 0;
}
