/*
 * repo_internal: what the files of this room share.
 */
#ifndef SIGLET_REPO_INTERNAL_H
#define SIGLET_REPO_INTERNAL_H

#include "repo/repo.h"
#include "sys/sys.h"

#define SIGLET_REPO_WHAT "the repository" /* in messages */

/* Append "Basic …" of "USER:PASSWORD". (credential.c) Errors: SIGLET_E_LIMIT, SIGLET_E_NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_repo_write_basic(siglet_slice user_and_password,
						    siglet_buf *ret_value);

/* Errors: SIGLET_E_NETWORK: a web page came in place of a bundle. (ask.c) */
SIGLET_MUST_USE siglet_err *siglet_repo_check_no_page(const siglet_http_request *request,
						      const siglet_http_response *answer);

/* Read a Content-Range; ret_total is UINT64_MAX where it says none. False: it is none. (download.c) */
bool siglet_repo_read_range(siglet_slice text, uint64_t *ret_first, uint64_t *ret_total);

/* Of an artifact that is open, with the bundle that is about it. (parcel.c) */
struct siglet_parcel {
	char *path, *bundle_path;
	const char *suffix; /* of the bundle's name: one of siglet_repo_suffixes */
	siglet_sys_held *file;
	siglet_buf bundle; /* its bytes */
	siglet_repo_sums sums;
};

/* Read a held file once, from its start, in pieces. (parcel.c) Errors: SIGLET_E_IO, of consume. */
SIGLET_MUST_USE siglet_err *siglet_repo_stream_held(const siglet_sys_held *file,
						    siglet_sys_consume *consume, void *context);

/* ---- publishing ---- */

typedef struct publish_state {
	bool is_there;
	bool is_hidden; /* it can't be seen whether it is there */
	siglet_likeness likeness;
	const char *by; /* what that rests on; NULL: nothing */
} publish_state;

typedef struct publish_run {
	const siglet_repo *repo;
	const siglet_parcel *parcel;
	const siglet_publication *what;
	siglet_published *done;
} publish_run;

/* (look.c) exactly: an answer without a checksum is not enough. Errors: those of asking. */
SIGLET_MUST_USE siglet_err *siglet_publish_look_at_bundle(const publish_run *r,
							  publish_state *ret_state);
SIGLET_MUST_USE siglet_err *siglet_publish_look_at_artifact(const publish_run *r, bool exactly,
							    publish_state *ret_state);

/* (put.c) Errors also: SIGLET_E_MISMATCH: somebody was faster. */
SIGLET_MUST_USE siglet_err *siglet_publish_put_bundle(const publish_run *r);
SIGLET_MUST_USE siglet_err *siglet_publish_put_artifact(const publish_run *r);

/* Another file has the name. alone: a bundle without its artifact. (publish.c) */
SIGLET_MUST_USE SIGLET_NEVER_NULL siglet_err *siglet_publish_taken(const siglet_buf *url,
								   bool alone);

#endif
