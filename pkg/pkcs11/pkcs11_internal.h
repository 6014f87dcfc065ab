/*
 * What the files of pkcs11 share.
 */
#ifndef SIGLET_PKCS11_INTERNAL_H
#define SIGLET_PKCS11_INTERNAL_H

#include "pkcs11/pkcs11.h"

#define SIGLET_MAX_PKCS11_URI 4096

/*
 * The URI without its module-path, which goes to ret_module (stays empty where there is none).
 * Errors: SIGLET_E_USAGE, SIGLET_E_LIMIT, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_pkcs11_read_uri(const char *uri, siglet_buf *ret_uri,
						   siglet_buf *ret_module);

#endif
