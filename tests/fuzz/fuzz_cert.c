/*
 * A certificate: read, asked for all it says, judged as a leaf and as an authority. One that is read
 * must be its own bytes, must not be vouched for by itself as a leaf, and no log signed it.
 */
#include <stdint.h>
#include <stdlib.h>

#include <openssl/err.h>

#include "cert/cert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool condition)
{
	if (!condition)
		abort();
}

static bool holds(siglet_err *err)
{
	const bool good = err == NULL;

	siglet_err_free(err);
	need(ERR_peek_error() == 0);
	return good;
}

static bool is_within(siglet_slice part, siglet_slice whole)
{
	return part.len == 0 ||
	       (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len);
}

static void check_identity(const siglet_cert *cert)
{
	siglet_identity identity;

	if (!holds(siglet_cert_identity(cert, &identity)))
		return;
	need(identity.san.len > 0 && siglet_utf8_is_valid(identity.san));
	need(siglet_utf8_is_valid(identity.issuer));
	need(identity.other_count <= SIGLET_MAX_FULCIO_OTHER);
	for (size_t i = 0; i < SIGLET_FULCIO_COUNT; i++)
		need(identity.has[i] ? siglet_utf8_is_valid(identity.value[i])
				     : identity.value[i].len == 0);
}

static void check_tbs(const siglet_cert *cert)
{
	siglet_buf tbs;

	siglet_buf_init(&tbs, SIGLET_MAX_CERT_BYTES);
	need(holds(siglet_cert_precert_tbs(cert, &tbs)));
	need(tbs.len > 0 && tbs.len < siglet_cert_der(cert).len);
	siglet_buf_clear(&tbs);
}

static void check_scts(const siglet_cert *cert)
{
	siglet_sct scts[SIGLET_MAX_SCTS];
	size_t count = 0;

	if (!holds(siglet_cert_scts(cert, scts, &count)))
		return;
	need(count <= SIGLET_MAX_SCTS);
	for (size_t i = 0; i < count; i++) {
		need(scts[i].log_id.len == 32);
		if (siglet_cert_key(cert) == NULL)
			continue;
		/* Nobody signs a promise with the key of the certificate that it goes into. */
		need(!holds(siglet_sct_verify(&scts[i], cert, cert, siglet_cert_key(cert))));
		need(!holds(siglet_sct_verify(&scts[i], cert, NULL, siglet_cert_key(cert))));
	}
}

static void check_authority(const siglet_cert *cert, siglet_purpose purpose)
{
	const siglet_slice ders[2] = { siglet_cert_der(cert), siglet_cert_der(cert) };
	siglet_chain *chain = NULL;
	siglet_path path = { .count = 0 };

	need(holds(siglet_chain_new(purpose, ders, 2, &chain)));
	need(!holds(siglet_chain_verify(chain, cert, NULL, 0, &path)));
	need(!holds(siglet_chain_verify(chain, cert, &cert, 1, &path)));
	need(path.count == 0);
	siglet_chain_free(chain);
}

static void exercise(const siglet_cert *cert, siglet_slice input)
{
	need(siglet_slice_equal(siglet_cert_der(cert), input));
	need(siglet_cert_equal(cert, cert));
	need(siglet_cert_not_before_s(cert) <= siglet_cert_not_after_s(cert));
	need(siglet_cert_spki(cert).len > 0);
	if (siglet_cert_is_ca(cert)) {
		need(!holds(siglet_cert_check_signer(cert)));
		need(!holds(siglet_cert_check_timestamper(cert)));
	}
	(void)holds(siglet_cert_check_signer(cert));
	(void)holds(siglet_cert_check_timestamper(cert));
	check_identity(cert);
	check_tbs(cert);
	check_scts(cert);
	check_authority(cert, SIGLET_PURPOSE_CODE_SIGNING);
	check_authority(cert, SIGLET_PURPOSE_TIMESTAMPING);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const siglet_slice input = siglet_slice_of(data, size);
	siglet_cert *cert = NULL;
	siglet_sct sct;

	if (holds(siglet_cert_parse(input, &cert)))
		exercise(cert, input);
	siglet_cert_free(cert);
	if (holds(siglet_sct_parse(input, &sct)))
		need(is_within(sct.log_id, input) && is_within(sct.extensions, input) &&
		     is_within(sct.signature, input));
	return 0;
}
