/*
 * A glance at a certificate: what the whole parser takes and finds a name in, it sees as well; what it
 * sees lies in the input.
 */
#include <stdint.h>
#include <stdlib.h>

#include "cert/cert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void lies_in(siglet_slice text, const uint8_t *data, size_t size)
{
	require(text.len == 0 || (text.ptr >= data && text.len <= size &&
				  (size_t)(text.ptr - data) <= size - text.len));
}

static void is_the_same(siglet_slice der, const siglet_glance *glance)
{
	siglet_identity identity;
	siglet_cert *cert = NULL;
	siglet_err *err = siglet_cert_parse(der, &cert);

	if (err == NULL)
		err = siglet_cert_identity(cert, &identity);
	if (err == NULL) {
		require(glance != NULL && glance->name_count == 1 &&
			glance->names[0].type == identity.san_type &&
			siglet_slice_equal(glance->names[0].text, identity.san) &&
			siglet_slice_equal(glance->spki, siglet_cert_spki(cert)) &&
			glance->not_before_s == siglet_cert_not_before_s(cert));
		for (unsigned i = 1; i < SIGLET_FULCIO_COUNT; i++)
			require(!identity.has[i] ||
				siglet_slice_equal(glance->value[i], identity.value[i]));
	}
	siglet_err_free(err);
	siglet_cert_free(cert);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const siglet_slice der = siglet_slice_of(data, size);
	siglet_glance glance;
	siglet_err *err = siglet_cert_glance(der, false, &glance);

	for (size_t i = 0; err == NULL && i < glance.name_count; i++)
		lies_in(glance.names[i].text, data, size);
	for (unsigned i = 0; err == NULL && i < SIGLET_FULCIO_COUNT; i++)
		lies_in(glance.value[i], data, size);
	if (err == NULL)
		lies_in(glance.spki, data, size);
	is_the_same(der, err == NULL ? &glance : NULL);
	siglet_err_free(err);
	err = siglet_cert_glance(der, true, &glance);
	siglet_err_free(err);
	(void)siglet_cert_is_spki(der);
	return 0;
}
