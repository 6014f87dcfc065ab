#define _GNU_SOURCE
#include "library.h"

#include <dlfcn.h>
#ifndef __APPLE__
#include <link.h>
#endif
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OLDEST_MAJOR 0
#define OLDEST_MINOR 1

static library loaded;
static char problem[1024];
static pthread_once_t once = PTHREAD_ONCE_INIT;

#define SHARED (RTLD_NOW | RTLD_LOCAL)

#ifdef __APPLE__

/* There each library is bound to those that it was linked with. */
static int choose_flags(void)
{
	return SHARED;
}

#else

typedef unsigned long version_num(void); /* OpenSSL_version_num */

/* Is there an OpenSSL in what holds Node.js itself? One in a library is shared by its name. */
static bool program_has_openssl(void)
{
	const void *node = dlsym(RTLD_DEFAULT, "napi_create_object");
	const void *openssl = dlsym(RTLD_DEFAULT, "EVP_DigestVerify");
	Dl_info a, b;

	return node != NULL && openssl != NULL && dladdr(node, &a) != 0 &&
	       dladdr(openssl, &b) != 0 && a.dli_fbase == b.dli_fbase;
}

/* May it stand in for the one that libsiglet was built with: the same major version, no older? */
static bool can_share(void)
{
	void *own = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
	version_num *theirs = NULL, *ours = NULL;
	bool newer = false;

	*(void **)&theirs = dlsym(RTLD_DEFAULT, "OpenSSL_version_num");
	if (own != NULL)
		*(void **)&ours = dlsym(own, "OpenSSL_version_num");
	if (theirs != NULL && ours != NULL)
		newer = theirs() >> 28 == ours() >> 28 && theirs() >> 20 >= ours() >> 20;
	if (own != NULL)
		(void)dlclose(own);
	return newer;
}

#ifdef RTLD_DEEPBIND

/* Is this where the program jumps off to a library's function, and no function of its own? */
static bool is_only_referred_to(const void *function)
{
	const ElfW(Sym) *symbol = NULL;
	Dl_info about;

	return dladdr1(function, &about, (void **)&symbol, RTLD_DL_SYMENT) != 0 && symbol != NULL &&
	       symbol->st_shndx == SHN_UNDEF;
}

/* What the program was started with, up to libc, is never unloaded: is there another malloc in it? */
static bool stands_before_libc(void *program, void *libc, const void *libcs)
{
	struct link_map *object = NULL;

	if (dlinfo(program, RTLD_DI_LINKMAP, &object) != 0)
		return true;
	for (object = object->l_next; object != NULL && (void *)object != libc;
	     object = object->l_next) {
		void *handle = dlopen(object->l_name, RTLD_NOW | RTLD_NOLOAD);
		const void *function = handle == NULL ? NULL : dlsym(handle, "malloc");

		if (handle != NULL)
			(void)dlclose(handle);
		if (function != NULL && function != libcs)
			return true;
	}
	return false;
}

/* With another malloc in place of libc's, what libc allocates for us would go back to libc's own. */
static bool can_be_alone(void)
{
	void *program = dlopen(NULL, RTLD_NOW);
	void *libc = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);
	const void *libcs = libc == NULL ? NULL : dlsym(libc, "malloc");
	const void *first = dlsym(RTLD_DEFAULT, "malloc");
	const bool alone = libcs != NULL && program != NULL &&
			   (first == libcs || is_only_referred_to(first)) &&
			   !stands_before_libc(program, libc, libcs);

	if (libc != NULL)
		(void)dlclose(libc);
	if (program != NULL)
		(void)dlclose(program);
	return alone;
}

#else

#define RTLD_DEEPBIND 0

static bool can_be_alone(void)
{
	return false;
}

#endif

/*
 * Node.js as its makers build it exports an OpenSSL of its own, Electron BoringSSL. What is loaded would be
 * bound to that, function by function where there is one, and to the system's elsewhere: two halves of two
 * libraries. So libsiglet's own come first for it; or else all of it must come from the program's.
 */
static int choose_flags(void)
{
	if (!program_has_openssl())
		return SHARED;
	if (can_be_alone())
		return SHARED | RTLD_DEEPBIND;
	if (can_share())
		return SHARED;
	(void)snprintf(
		problem, sizeof(problem),
		"this program has another cryptographic library in it, and libsiglet can't be kept "
		"apart from it: start it without a malloc of its own (LD_PRELOAD)");
	return -1;
}

#endif

static bool is_old(const char *version)
{
	char *rest = NULL;
	const unsigned long major = strtoul(version, &rest, 10);
	const unsigned long minor = *rest == '.' ? strtoul(rest + 1, NULL, 10) : 0;

	return major < OLDEST_MAJOR + 1 && (major != OLDEST_MAJOR || minor < OLDEST_MINOR);
}

static bool find(void *handle, const char *name, void *ret_function)
{
	void *function = dlsym(handle, name);

	if (function == NULL) {
		const char *version = loaded.version == NULL ? "?" : loaded.version();

		(void)snprintf(problem, sizeof(problem), "%s %s has no %s: install a later one",
			       LIBRARY_NAME, version, name);
		return false;
	}
	memcpy(ret_function, &function, sizeof(function));
	return true;
}

static void load(void)
{
	const int flags = choose_flags();
	void *handle = flags < 0 ? NULL : dlopen(LIBRARY_NAME, flags);

	if (handle == NULL) {
		const char *why = flags < 0 ? NULL : dlerror();

		if (why != NULL)
			(void)snprintf(
				problem, sizeof(problem),
				"libsiglet is not installed: %s. Install libsiglet1 (Debian), "
				"siglet-libs (RPM), or from the source: make install, then "
				"ldconfig",
				why);
		return;
	}
#define FIND(name)                                        \
	if (!find(handle, "siglet_" #name, &loaded.name)) \
		return;
	LIBRARY_FUNCTIONS(FIND)
#undef FIND
	if (is_old(loaded.version()))
		(void)snprintf(problem, sizeof(problem),
			       "%s is version %s; this package needs %d.%d or later", LIBRARY_NAME,
			       loaded.version(), OLDEST_MAJOR, OLDEST_MINOR);
}

const library *library_open(const char **ret_problem)
{
	(void)pthread_once(&once, load);
	if (problem[0] == '\0')
		return &loaded;
	*ret_problem = problem;
	return NULL;
}
