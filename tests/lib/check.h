/*
 * check: what unit tests ask of our own errors.
 */
#ifndef SIGLET_TEST_CHECK_H
#define SIGLET_TEST_CHECK_H

#include <string.h>

#include "base/base.h"
#include "tap.h"

/* The call must succeed; an error is printed and freed. */
#define OK_SUCCESS(call, ...)                                       \
	do {                                                        \
		siglet_err *err_ = (call);                          \
		if (!OK(err_ == NULL, __VA_ARGS__))                 \
			printf("# %s\n", siglet_err_message(err_)); \
		siglet_err_free(err_);                              \
	} while (0)

/* The call must fail with this code. */
#define OK_ERROR(call, code, ...)                                                                  \
	do {                                                                                       \
		siglet_err *err_ = (call);                                                         \
		if (!OK(err_ != NULL && siglet_err_code(err_) == (code), __VA_ARGS__))             \
			printf("# got: %s: %s\n",                                                  \
			       err_ == NULL ? "success" : siglet_code_name(siglet_err_code(err_)), \
			       err_ == NULL ? "" : siglet_err_message(err_));                      \
		siglet_err_free(err_);                                                             \
	} while (0)

#endif
