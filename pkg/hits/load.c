#include "hits/hits_internal.h"

#include <dlfcn.h>
#include <string.h>

/*
 * SQLite comes in with the first database, in an object of ours: nothing else pays for it. The
 * linker's run path says where it lies, and LD_LIBRARY_PATH before it, as of every library.
 */

typedef const siglet_db_table *entry(void);

static siglet_err *cannot_load(const char *why)
{
	return siglet_err_hint(siglet_err_new(SIGLET_E_UNSUPPORTED, "no database: %s", why),
			       "install SQLite, and %s" SIGLET_LOADED_WHERE, SIGLET_DB_LIBRARY);
}

/* The object stays: databases must not outlive its code. All it needs is bound before any is open. */
siglet_err *siglet_hits_load(const siglet_db_table **ret_table)
{
	void *library = dlopen(SIGLET_DB_LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	const siglet_db_table *table;
	void *symbol = NULL;
	entry *functions = NULL;

	if (library == NULL) {
		const char *why = dlerror();

		return cannot_load(why == NULL ? SIGLET_DB_LIBRARY " can't be loaded" : why);
	}
	symbol = dlsym(library, SIGLET_DB_ENTRY);
	if (symbol != NULL)
		memcpy(&functions, &symbol, sizeof(functions));
	table = symbol == NULL ? NULL : functions();
	(void)dlclose(library);
	if (table == NULL || table->abi != SIGLET_DB_ABI)
		return cannot_load(SIGLET_DB_LIBRARY " is of another version");
	*ret_table = table;
	return NULL;
}
