#define OPENSSL_SUPPRESS_DEPRECATED /* engines are, but libp11 still is one */
#include "pkcs11/pkcs11_internal.h"

#include <stdlib.h>

#include <openssl/engine.h>
#include <openssl/opensslconf.h>
#include <openssl/ui.h>

/* OpenSSL's pkcs11 engine, for one key. */

#define MAX_PIN_BYTES 4096

struct siglet_pkcs11 {
	ENGINE *engine;
	bool is_started;
};

void siglet_pkcs11_close(siglet_pkcs11 *token)
{
	if (token == NULL)
		return;
	if (token->is_started)
		(void)ENGINE_finish(token->engine);
	(void)ENGINE_free(token->engine);
	free(token);
}

static siglet_err *set(ENGINE *engine, const char *command, const siglet_buf *value)
{
	if (value->len == 0)
		return NULL;
	if (ENGINE_ctrl_cmd_string(engine, command, siglet_buf_text(value), 0) == 1)
		return NULL;
	return siglet_crypto_error(SIGLET_E_CRYPTO, "the pkcs11 engine");
}

static siglet_err *start(siglet_pkcs11 *token, const siglet_buf *module, const siglet_buf *pin)
{
	siglet_err *err;

	ENGINE_load_dynamic();
	token->engine = ENGINE_by_id("pkcs11");
	if (token->engine == NULL) {
		siglet_crypto_clear_errors();
		return siglet_err_hint(siglet_err_new(SIGLET_E_UNSUPPORTED,
						      "OpenSSL has no pkcs11 engine here"),
				       "install libengine-pkcs11-openssl");
	}
	/* It would print its own messages. */
	if (ENGINE_ctrl_cmd_string(token->engine, "QUIET", NULL, 1) != 1)
		return siglet_crypto_error(SIGLET_E_CRYPTO, "the pkcs11 engine");
	err = set(token->engine, "MODULE_PATH", module);
	if (err == NULL)
		err = set(token->engine, "PIN", pin);
	if (err != NULL)
		return err;
	if (ENGINE_init(token->engine) != 1)
		return siglet_crypto_error(SIGLET_E_MISSING, "the PKCS#11 module");
	token->is_started = true;
	return NULL;
}

/* Whatever the engine says: a key that is not there, and a PIN that is wrong, look alike. */
static siglet_err *load(const siglet_pkcs11 *token, const siglet_buf *uri,
			siglet_signer **ret_signer)
{
	/* With no one to ask, so that nobody is prompted. */
	EVP_PKEY *pkey = ENGINE_load_private_key(token->engine, siglet_buf_text(uri),
						 (UI_METHOD *)(uintptr_t)UI_null(), NULL);
	siglet_err *err;

	if (pkey == NULL)
		return siglet_err_hint(siglet_crypto_error(SIGLET_E_MISSING,
							   "the token gives no such key"),
				       "is the URI right, and the PIN (--passphrase-file)?");
	err = siglet_signer_from_pkey(pkey, NULL, ret_signer);
	EVP_PKEY_free(pkey);
	return err;
}

siglet_err *siglet_pkcs11_open(const char *uri, siglet_slice pin, siglet_pkcs11 **ret_token,
			       siglet_signer **ret_signer)
{
	siglet_pkcs11 *token = siglet_calloc(1, sizeof(*token));
	siglet_buf plain, module, secret;
	siglet_err *err;

	if (token == NULL)
		return siglet_err_nomem();
	siglet_buf_init(&plain, SIGLET_MAX_PKCS11_URI);
	siglet_buf_init(&module, SIGLET_MAX_PKCS11_URI);
	siglet_buf_init_secret(&secret, MAX_PIN_BYTES);
	siglet_crypto_clear_errors();
	err = siglet_pkcs11_read_uri(uri, &plain, &module);
	if (err == NULL)
		err = siglet_buf_append(&secret, pin);
	if (err == NULL)
		err = start(token, &module, &secret);
	if (err == NULL)
		err = load(token, &plain, ret_signer);
	siglet_buf_clear(&secret);
	siglet_buf_clear(&module);
	siglet_buf_clear(&plain);
	siglet_crypto_clear_errors();
	if (err != NULL) {
		siglet_pkcs11_close(token);
		return err;
	}
	*ret_token = token;
	return NULL;
}
