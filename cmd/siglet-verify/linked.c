#include <dlfcn.h>
#include <netdb.h>
#include <stddef.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/*
 * In place of the dynamic linker, which a static program has not: what the library would load when
 * it is first needed is found among what is linked in, and that is PCRE2 alone. Neither libcurl
 * nor SQLite nor a plug-in of OpenSSL's can come in, whatever lies on the machine.
 */

#define STRING_OF(name) #name
#define LINKED(name)                                    \
	{                                               \
		STRING_OF(name), (void (*)(void))(name) \
	}

/* Its name, and the handle that stands for it. */
static char pcre2[] = "libpcre2-8.so.0";

static const struct {
	const char *name;
	void (*function)(void);
} linked[] = {
	LINKED(pcre2_compile),
	LINKED(pcre2_code_free),
	LINKED(pcre2_match),
	LINKED(pcre2_match_context_create),
	LINKED(pcre2_match_context_free),
	LINKED(pcre2_set_match_limit),
	LINKED(pcre2_set_depth_limit),
	LINKED(pcre2_set_heap_limit),
	LINKED(pcre2_match_data_create_from_pattern),
	LINKED(pcre2_match_data_free),
	LINKED(pcre2_get_ovector_pointer),
	LINKED(pcre2_get_error_message),
};

void *dlopen(const char *file, int mode)
{
	(void)mode;
	return file != NULL && strcmp(file, pcre2) == 0 ? pcre2 : NULL;
}

void *dlsym(void *restrict handle, const char *restrict name)
{
	void *symbol = NULL;

	for (size_t i = 0; handle == pcre2 && i < sizeof(linked) / sizeof(linked[0]); i++)
		if (strcmp(linked[i].name, name) == 0)
			memcpy(&symbol, &linked[i].function, sizeof(symbol));
	return symbol;
}

int dlclose(void *handle)
{
	(void)handle;
	return 0;
}

char *dlerror(void)
{
	static char why[] = "siglet-verify is one static file and loads nothing, siglet does";

	return why;
}

/* OpenSSL could ask for an address, and nobody asks it to: with these no resolver is linked in. */
int getaddrinfo(const char *restrict name, const char *restrict service,
		const struct addrinfo *restrict hints, struct addrinfo **restrict ret_found)
{
	(void)name;
	(void)service;
	(void)hints;
	(void)ret_found;
	return EAI_FAIL;
}

void freeaddrinfo(struct addrinfo *found)
{
	(void)found;
}

int getnameinfo(const struct sockaddr *restrict address, socklen_t address_len, char *restrict name,
		socklen_t name_len, char *restrict service, socklen_t service_len, int flags)
{
	(void)address;
	(void)address_len;
	(void)name;
	(void)name_len;
	(void)service;
	(void)service_len;
	(void)flags;
	return EAI_FAIL;
}

struct hostent *gethostbyname(const char *name)
{
	(void)name;
	return NULL;
}
