/*
 * pkcs11: a private key that never leaves its token.
 *
 * A key of a PKCS#11 token (smart card, HSM, SoftHSM) by its URI, through OpenSSL's pkcs11 engine
 * (libp11; Debian: libengine-pkcs11-openssl), which is loaded when it is asked for.
 *
 * Spec: RFC 7512.
 */
#ifndef SIGLET_PKCS11_H
#define SIGLET_PKCS11_H

#include "base/base.h"
#include "crypto/crypto.h"

/* The engine and what it has open: must outlive the signers that were made of it. */
typedef struct siglet_pkcs11 siglet_pkcs11;

/*
 * uri: "pkcs11:object=release;type=private", with "?module-path=/lib/x.so" where p11-kit does not
 * know the module. pin may be empty, for keys that need none; nobody is ever prompted.
 *
 * Errors: SIGLET_E_USAGE        no such URI, or one that holds the PIN (pin-value)
 *         SIGLET_E_UNSUPPORTED  the engine is not installed, or a key that is not used
 *         SIGLET_E_MISSING      no such key, or the token refuses the PIN
 *         SIGLET_E_CRYPTO, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_pkcs11_open(const char *uri, siglet_slice pin,
					       siglet_pkcs11 **ret_token,
					       siglet_signer **ret_signer);
void siglet_pkcs11_close(siglet_pkcs11 *token); /* after siglet_signer_free */

#endif
