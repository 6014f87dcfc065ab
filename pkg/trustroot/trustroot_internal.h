/*
 * What the files of trustroot share: reading of the members that both documents have.
 */
#ifndef SIGLET_TRUSTROOT_INTERNAL_H
#define SIGLET_TRUSTROOT_INTERNAL_H

#include "trustroot/trustroot.h"

/* validFor {start, end?}; start is required. Errors: SIGLET_E_MISSING, SIGLET_E_MALFORMED, _RANGE. */
SIGLET_MUST_USE siglet_err *siglet_trustroot_read_window(const siglet_json *object,
							 siglet_window *ret_window);

/* A text member, copied so that it outlives the document. */
SIGLET_MUST_USE siglet_err *siglet_trustroot_read_text(const siglet_json *object, const char *name,
						       siglet_arena *arena, siglet_slice *ret_text);

/* The object must have one of these media types. Errors: SIGLET_E_UNSUPPORTED, SIGLET_E_MISSING. */
SIGLET_MUST_USE siglet_err *siglet_trustroot_check_media_type(const siglet_json *object,
							      const char *const *allowed,
							      size_t count);

/* The documents from an object that is already parsed; nothing borrows from it afterwards. */
SIGLET_MUST_USE siglet_err *siglet_trustroot_read(const siglet_json *object,
						  siglet_trustroot **ret_root);
SIGLET_MUST_USE siglet_err *siglet_signing_config_read(const siglet_json *object,
						       siglet_signing_config **ret_config);

#endif
