#include "siglet/siglet_internal.h"

#include <dlfcn.h>
#include <string.h>

#include "cose_build.h"

/*
 * libcbor comes in with the first COSE file, in an object of ours: a bundle never pays for it. The
 * rooms below are handed what it can do. The linker's run path says where it lies, and
 * LD_LIBRARY_PATH before it, as of every library.
 */

#define MAX_DESCRIPTION_BYTES (64u << 20)

typedef const siglet_cbor_heads *entry_function(void);

static siglet_err *cannot_load(const char *why)
{
	siglet_err *err = siglet_err_new(SIGLET_E_IO, "no COSE: %s", why);

	if (!SIGLET_COSE)
		return siglet_err_hint(err, "build siglet with libcbor, without COSE=0");
	return siglet_err_hint(err, "siglet reads it with libcbor, and %s" SIGLET_LOADED_WHERE,
			       SIGLET_COSE_LIBRARY);
}

siglet_error *siglet_bundles_parse_cose(const void *cose, size_t len, const char *source,
					siglet_bundles **ret_bundles)
{
	const siglet_cbor_heads *heads = NULL;
	siglet_err *err = siglet_load_heads(&heads);

	return err == NULL
		       ? siglet_bundles_make(heads, siglet_slice_of(cose, len), source, ret_bundles)
		       : err;
}

siglet_error *siglet_cose_describe(const void *cose, size_t len, size_t max_string, char **ret_text)
{
	const siglet_cbor_heads *heads = NULL;
	siglet_cbor_doc *doc = NULL;
	siglet_buf text;
	siglet_err *err = siglet_load_heads(&heads);

	siglet_buf_init(&text, MAX_DESCRIPTION_BYTES);
	if (err == NULL)
		err = siglet_cbor_parse(heads, siglet_slice_of(cose, len), SIGLET_MAX_CBOR_BYTES,
					siglet_cose_sign1_names, &doc);
	if (err == NULL)
		err = siglet_cose_print(doc, max_string, &text);
	if (err == NULL)
		err = siglet_buf_append_byte(&text, '\n');
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&text), ret_text);
	siglet_cbor_doc_free(doc);
	siglet_buf_clear(&text);
	return err;
}

siglet_error *siglet_bundles_rekor_proof(const siglet_bundles *bundles, size_t index, size_t entry,
					 char **ret_cbor, size_t *ret_len)
{
	const siglet_bundle_data *data = NULL;
	const siglet_cbor_heads *heads = NULL;
	siglet_buf cbor;
	siglet_err *err;

	if (index >= bundles->count)
		return siglet_err_new(SIGLET_E_USAGE, "bundle %zu of %zu", index, bundles->count);
	data = siglet_bundle_get(bundles->items[index]);
	if (entry >= data->entry_count)
		return siglet_err_new(SIGLET_E_USAGE, "log entry %zu of %zu", entry,
				      data->entry_count);
	if (data->cose != NULL)
		return siglet_err_new(SIGLET_E_UNSUPPORTED,
				      "a COSE message, which carries its proof itself");
	siglet_buf_init(&cbor, (size_t)2 * SIGLET_MAX_BUNDLE_BYTES);
	err = siglet_load_heads(&heads);
	if (err == NULL)
		err = siglet_bundle_write_rekor_proof(heads, &data->entries[entry], &cbor);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&cbor), ret_cbor);
	if (err == NULL)
		*ret_len = cbor.len;
	siglet_buf_clear(&cbor);
	return err == NULL ? NULL : siglet_err_wrap(err, "log entry %zu", entry);
}

/* The object stays: what was handed out must not outlive its code. */
siglet_err *siglet_load_heads(const siglet_cbor_heads **ret_heads)
{
	void *library = NULL, *symbol = NULL;
	const siglet_cbor_heads *heads = NULL;
	entry_function *functions = NULL;

	if (!SIGLET_COSE)
		return cannot_load("this siglet was built without it");
	library = dlopen(SIGLET_COSE_LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (library == NULL) {
		const char *why = dlerror();

		return cannot_load(why == NULL ? SIGLET_COSE_LIBRARY " can't be loaded" : why);
	}
	symbol = dlsym(library, SIGLET_COSE_ENTRY);
	if (symbol != NULL)
		memcpy(&functions, &symbol, sizeof(functions));
	heads = symbol == NULL ? NULL : functions();
	(void)dlclose(library);
	if (heads == NULL || heads->abi != SIGLET_COSE_ABI)
		return cannot_load(SIGLET_COSE_LIBRARY " is of another version");
	*ret_heads = heads;
	return NULL;
}
