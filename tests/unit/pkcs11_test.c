#include "../lib/check.h"
#include "pkcs11/pkcs11_internal.h"

/* What is read in a PKCS#11 URI. Keys themselves: tests/cli/45-sign-pkcs11.t. */

static siglet_err *read_uri(const char *uri, siglet_buf *plain, siglet_buf *module)
{
	siglet_buf_init(plain, 200);
	siglet_buf_init(module, 200);
	return siglet_pkcs11_read_uri(uri, plain, module);
}

static void reads(const char *uri, const char *wanted, const char *wanted_module)
{
	siglet_buf plain, module;

	OK_SUCCESS(read_uri(uri, &plain, &module), "%s", uri);
	OK(siglet_slice_is(siglet_buf_slice(&plain), wanted), "goes on as %s", wanted);
	OK(siglet_slice_is(siglet_buf_slice(&module), wanted_module), "with the module \"%s\"",
	   wanted_module);
	siglet_buf_clear(&module);
	siglet_buf_clear(&plain);
}

static void refuses(const char *uri, siglet_code code)
{
	siglet_buf plain, module;

	OK_ERROR(read_uri(uri, &plain, &module), code, "not %s", uri);
	siglet_buf_clear(&module);
	siglet_buf_clear(&plain);
}

int main(void)
{
	char long_uri[300] = "pkcs11:object=";

	reads("pkcs11:", "pkcs11:", "");
	reads("pkcs11:object=a;id=%01", "pkcs11:object=a;id=%01", "");
	reads("pkcs11:object=a?module-path=/x/y.so", "pkcs11:object=a", "/x/y.so");
	reads("pkcs11:object=a?module-path=%2Fx%20y", "pkcs11:object=a", "/x y");
	reads("pkcs11:object=a?pin-source=file:x&module-path=/m",
	      "pkcs11:object=a?pin-source=file:x", "/m");
	reads("pkcs11:object=a?module-path=/m&a=b&c=d", "pkcs11:object=a?a=b&c=d", "/m");
	reads("pkcs11:object=a?module-path=/m&module-path=/n", "pkcs11:object=a", "/n");
	reads("pkcs11:object=a?", "pkcs11:object=a", "");
	reads("pkcs11:object=pin-value", "pkcs11:object=pin-value", "");
	refuses("", SIGLET_E_USAGE);
	refuses("pkcs12:object=a", SIGLET_E_USAGE);
	refuses("PKCS11:object=a", SIGLET_E_USAGE);
	refuses("pkcs11:object=a?pin-value=1", SIGLET_E_USAGE);
	refuses("pkcs11:object=a?x=y&pin-value=1", SIGLET_E_USAGE);
	refuses("pkcs11:pin-value=1", SIGLET_E_USAGE);
	refuses("pkcs11:object=a;pin-value=1;x=y", SIGLET_E_USAGE);
	/* Where the standard has no such attribute, but the engine finds one. */
	refuses("pkcs11:object=a&pin-value=1", SIGLET_E_USAGE);
	refuses("pkcs11:object=a&pin-value=1?module-path=/m", SIGLET_E_USAGE);
	refuses("pkcs11:object=a?x=y;pin-value=1", SIGLET_E_USAGE);
	refuses("pkcs11:object=a?x=y?pin-value=1", SIGLET_E_USAGE);
	refuses("pkcs11:object=a?module-path=/m;pin-value=1", SIGLET_E_USAGE);
	reads("pkcs11:object=a?x=no-pin-value", "pkcs11:object=a?x=no-pin-value", "");
	refuses("pkcs11:?module-path=%", SIGLET_E_USAGE);
	refuses("pkcs11:?module-path=%4", SIGLET_E_USAGE);
	refuses("pkcs11:?module-path=%4g", SIGLET_E_USAGE);
	refuses("pkcs11:?module-path=/a%00b", SIGLET_E_USAGE);
	memset(long_uri + strlen(long_uri), 'a', 250);
	refuses(long_uri, SIGLET_E_LIMIT);
	return tap_done();
}
