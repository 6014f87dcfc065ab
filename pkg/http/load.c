#include "http/http_internal.h"

#include <dlfcn.h>
#include <string.h>

/*
 * libcurl and the 35 libraries behind it come in with the first client, in an object of ours: a
 * verification never pays for them. The linker's run path says where it lies, and LD_LIBRARY_PATH
 * before it, as of every library.
 */

typedef const siglet_net_table *entry(void);

static siglet_err *cannot_load(const char *why)
{
	return siglet_err_hint(siglet_err_new(SIGLET_E_UNSUPPORTED, "no network: %s", why),
			       "install libcurl, and %s" SIGLET_LOADED_WHERE, SIGLET_NET_LIBRARY);
}

/*
 * The object stays: threads of a library must not outlive its code. What it needs is bound when it
 * is called (RTLD_LAZY): most of those 35 libraries' functions never are.
 */
siglet_err *siglet_http_load(const siglet_net_table **ret_table)
{
	void *library = dlopen(SIGLET_NET_LIBRARY, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
	const siglet_net_table *table;
	void *symbol = NULL;
	entry *functions = NULL;

	if (library == NULL) {
		const char *why = dlerror();

		return cannot_load(why == NULL ? SIGLET_NET_LIBRARY " can't be loaded" : why);
	}
	symbol = dlsym(library, SIGLET_NET_ENTRY);
	if (symbol != NULL)
		memcpy(&functions, &symbol, sizeof(functions));
	table = symbol == NULL ? NULL : functions();
	(void)dlclose(library);
	if (table == NULL || table->abi != SIGLET_NET_ABI)
		return cannot_load(SIGLET_NET_LIBRARY " is of another version");
	*ret_table = table;
	return NULL;
}
