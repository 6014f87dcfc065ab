/* A did:x509: whatever it names, a certificate that is no authority's vouches for nobody. */
#include <stdint.h>
#include <stdlib.h>

#include <openssl/err.h>

#include "../lib/heads.h"
#include "cert/cert.h"

#include "../unit/cose_alice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const siglet_cert *alice(void)
{
	static siglet_cert *cert;
	siglet_buf der;

	if (cert != NULL)
		return cert;
	der = unhex(ALICE);
	if (siglet_cert_parse(siglet_buf_slice(&der), &cert) != NULL)
		abort();
	siglet_buf_clear(&der);
	return cert;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const siglet_cert *certs[] = { alice(), alice() };
	siglet_validity validity = { 0 };
	siglet_err *err = siglet_did_x509_check(siglet_slice_of(data, size), certs, 2, &validity);

	if (err == NULL || ERR_peek_error() != 0)
		abort();
	siglet_err_free(err);
	return 0;
}
