/*
 * library: libsiglet, found when the addon is loaded and not linked: so that what is missing can be said,
 * and so that it does its cryptography with its own OpenSSL, where Node.js carries another.
 */
#ifndef LIBRARY_H
#define LIBRARY_H

#include <siglet/siglet.h>

#ifdef __APPLE__
#define LIBRARY_NAME "libsiglet.1.dylib"
#else
#define LIBRARY_NAME "libsiglet.so.1"
#endif

/* What is used of it. */
#define LIBRARY_FUNCTIONS(X)              \
	X(version)                        \
	X(error_status)                   \
	X(error_code)                     \
	X(error_message)                  \
	X(error_hint)                     \
	X(error_free)                     \
	X(string_free)                    \
	X(trust_shipped)                  \
	X(trust_parse)                    \
	X(trust_open)                     \
	X(trust_open_config)              \
	X(trust_source)                   \
	X(trust_origin)                   \
	X(trust_refreshed)                \
	X(trust_expires)                  \
	X(trust_free)                     \
	X(trust_store_open)               \
	X(trust_store_set_folder)         \
	X(trust_store_set_offline)        \
	X(trust_store_get)                \
	X(trust_store_warning)            \
	X(trust_store_free)               \
	X(expectation_new)                \
	X(expectation_set)                \
	X(expectation_set_pattern)        \
	X(expectation_set_witness_policy) \
	X(expectation_set_threshold)      \
	X(expectation_set_statement_only) \
	X(expectation_warning)            \
	X(expectation_free)               \
	X(verify_with_options)            \
	X(result_accepted)                \
	X(result_line)                    \
	X(result_kind)                    \
	X(result_time)                    \
	X(result_json)                    \
	X(result_explain)                 \
	X(result_predicate)               \
	X(result_free)

#define LIBRARY_DECLARE(name) __typeof__(siglet_##name) *name;
typedef struct library {
	LIBRARY_FUNCTIONS(LIBRARY_DECLARE)
} library;

/* Find it, once in a process. NULL, with what is wrong in ret_problem: it is not there, or not usable. */
const library *library_open(const char **ret_problem);

#endif
