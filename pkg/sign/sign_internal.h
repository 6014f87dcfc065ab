/*
 * What the files of sign share.
 */
#ifndef SIGLET_SIGN_INTERNAL_H
#define SIGLET_SIGN_INTERNAL_H

#include "sign/sign.h"

struct siglet_session {
	siglet_session_options options;
	siglet_signer *signer;
	siglet_cert *leaf; /* NULL: a managed key without a certificate */
	bool has_identity;
	siglet_identity identity; /* borrows from leaf */
	char *san, *issuer;	  /* its texts, for a policy */
};

/* The error as one of that service: it failed, whatever its answer was unfit for. Takes err. */
SIGLET_MUST_USE SIGLET_NEVER_NULL siglet_err *siglet_sign_blame(siglet_err *err,
								const char *service);

#endif
