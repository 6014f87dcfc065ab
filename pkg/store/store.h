/*
 * store: which trust material holds now?
 *
 * The trusted root and signing configs of an instance: what is compiled in, what was fetched and
 * kept, what its TUF repository offers. Nothing that was kept is believed: it is verified again, up
 * to the instance's anchor, whenever it is used. All that is kept of an instance is one file, a
 * pack, which is replaced whole; the same file carries trust across an air gap.
 *
 * Belongs to one thread at a time; processes may share a folder.
 *
 * Spec: The Update Framework 1.0.x section 5; Sigstore public deployment specification section 4.
 */
#ifndef SIGLET_STORE_H
#define SIGLET_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "http/http.h"
#include "tuf/tuf.h"

#define SIGLET_STORE_MAX_NAME 32 /* of an instance, in characters a-z, 0-9 and "-" */
#define SIGLET_STORE_MAX_TARGET_BYTES ((size_t)4 << 20)
#define SIGLET_STORE_GRACE_S ((int64_t)30 * 86400) /* past the expiry, while nobody answers */
#define SIGLET_STORE_REFRESH_S ((int64_t)86400)	   /* between two looks for news */

/* ---- packs (pack.c) ---- */

/* What part of a pack an entry belongs to. */
typedef enum siglet_pack_part {
	SIGLET_PACK_METADATA = 0, /* of the last complete update, by siglet_pack_name */
	SIGLET_PACK_SEEN,	  /* newer, accepted in an update that was not completed */
	SIGLET_PACK_TARGETS,	  /* files, by their names */
} siglet_pack_part;

#define SIGLET_PACK_PARTS 3

typedef struct siglet_pack siglet_pack;

SIGLET_MUST_USE siglet_err *siglet_pack_new(siglet_pack **ret_pack);
void siglet_pack_free(siglet_pack *pack);
/* Empty when there is no such entry. */
siglet_slice siglet_pack_get(const siglet_pack *pack, siglet_pack_part part, const char *name);
/* Adds or replaces. Errors: SIGLET_E_LIMIT, SIGLET_E_NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_pack_put(siglet_pack *pack, siglet_pack_part part,
					    const char *name, siglet_slice bytes);
/* All entries of a part, into another pack. */
SIGLET_MUST_USE siglet_err *siglet_pack_copy(const siglet_pack *from, siglet_pack_part part,
					     siglet_pack *to);
typedef siglet_err *siglet_pack_visit(void *context, const char *name, siglet_slice bytes);
SIGLET_MUST_USE siglet_err *siglet_pack_each(const siglet_pack *pack, siglet_pack_part part,
					     siglet_pack_visit *visit, void *context);

/* The instance it says it is of, "" for none; and when it was completed, 0 for never. */
const char *siglet_pack_instance(const siglet_pack *pack);
int64_t siglet_pack_refreshed_s(const siglet_pack *pack);
SIGLET_MUST_USE siglet_err *siglet_pack_set(siglet_pack *pack, const char *instance,
					    int64_t refreshed_s);

/*
 * As JSON; nothing is verified. Errors: SIGLET_E_MALFORMED, SIGLET_E_UNSUPPORTED (made by another
 * version of siglet), SIGLET_E_LIMIT, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_pack_parse(siglet_slice json, siglet_pack **ret_pack);
SIGLET_MUST_USE siglet_err *siglet_pack_write(const siglet_pack *pack, siglet_buf *ret_json);

/*
 * How a pack names the metadata of a request: roots by path, delegated roles by path behind a
 * prefix, others by role.
 */
#define SIGLET_PACK_DELEGATED "delegated/"
SIGLET_MUST_USE siglet_err *siglet_pack_name(const siglet_tuf_request *request,
					     siglet_buf *ret_name);

/* ---- instances (instance.c) ---- */

/* An instance of Sigstore, and where its trust begins. */
typedef struct siglet_instance {
	const char *name;
	const char *metadata_url; /* both with "/" at the end */
	const char *targets_url;
	siglet_slice anchor;			  /* a root.json that is trusted by itself */
	siglet_slice root, config;		  /* compiled in; empty for a private instance */
	int64_t shipped_s;			  /* when these were taken from their source */
	int64_t anchor_version, anchor_expires_s; /* what is known of the anchor, for them */
} siglet_instance;

bool siglet_instance_name_is_valid(const char *name);

/* ---- fetching (fetch.c) ---- */

/* A file that is wanted: where the repository has it, and how a pack names it. */
typedef struct siglet_store_file {
	const char *url;
	siglet_pack_part part;
	const char *name;
	size_t max_bytes;
} siglet_store_file;

/*
 * Get a file. *ret_found false and no error: there is no such file.
 * Errors: SIGLET_E_NETWORK when nobody answers as should be; SIGLET_E_NOMEM.
 */
typedef siglet_err *siglet_store_fetch(void *context, const siglet_store_file *file,
				       bool *ret_found, siglet_buf *ret_bytes);

/* By a transport, which is the context. 404, 403 and 410 mean that there is no such file. */
siglet_store_fetch siglet_store_fetch_by_http;
/* From a pack; the context points to a pointer to it. */
siglet_store_fetch siglet_store_fetch_from_pack;

/* ---- an update (update.c) ---- */

typedef struct siglet_store_source {
	const siglet_instance *instance;
	siglet_store_fetch *fetch;
	void *context;
	int64_t now_s;
	siglet_tuf_age age;
	/* Files that are wanted; NULL at the end. Of the alternatives in one text, with spaces
	 * between, the first that there is. Not all need to be there. */
	const char *const *wanted;
} siglet_store_source;

/*
 * Bring kept (NULL: nothing) up to date: *ret_pack is what is to be kept from now on, and is there
 * also after an error, as far as the update came.
 *
 * Errors: SIGLET_E_NETWORK  nobody answered, or with something that is no TUF metadata
 *         SIGLET_E_TRUST    metadata that breaks a rule
 *         SIGLET_E_CRYPTO, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_store_update(const siglet_store_source *source,
						const siglet_pack *kept, siglet_pack **ret_pack);

/* ---- what is in force (load.c, current.c) ---- */

typedef enum siglet_store_origin {
	SIGLET_STORE_SHIPPED = 0, /* compiled in */
	SIGLET_STORE_KEPT,	  /* fetched by an earlier run */
	SIGLET_STORE_FETCHED,	  /* just now */
} siglet_store_origin;

typedef struct siglet_store_material {
	siglet_buf root;      /* trusted_root.json */
	siglet_buf config;    /* signing_config.json; empty: none */
	siglet_buf config_v2; /* the one for Rekor v2, where there are two; empty: none */
	siglet_store_origin origin;
	int64_t expires_s;   /* the earliest of the roles; of what was shipped, the anchor's */
	int64_t refreshed_s; /* when it was fetched, or taken from its source */
	int64_t versions[SIGLET_TUF_ROLE_COUNT]; /* 0: not known */
	int64_t timestamp_expires_s;		 /* of the timestamp alone; 0: there is none */
	siglet_err *warning; /* why it is not newer; NULL: there is no reason to warn */
} siglet_store_material;

void siglet_store_material_init(siglet_store_material *material);
void siglet_store_material_clear(siglet_store_material *material);

/* Verify a pack against the instance's anchor, at any age. Errors: those of the tuf room. */
SIGLET_MUST_USE siglet_err *siglet_store_load(const siglet_instance *instance,
					      const siglet_pack *pack, int64_t now_s,
					      siglet_store_material *ret_material);

typedef struct siglet_store_question {
	const siglet_instance *instance;
	const char *folder; /* where packs are kept; NULL: nowhere */
	int64_t now_s;
	siglet_store_fetch *fetch; /* NULL: offline */
	void *context;
	/*
	 * Can this build read a trusted root? One that it can't does not displace one that it can: it
	 * is as if nobody had answered. NULL: not asked.
	 */
	siglet_err *(*check_root)(siglet_slice json);
	bool for_signing;    /* what has expired is of no use */
	bool always_refresh; /* also what is fresh; and that it fails is an error */
	bool has_max_stale;
	unsigned max_stale_days; /* past the expiry, refuse */
} siglet_store_question;

/*
 * The material that is in force, refreshed where that is due.
 * Errors: SIGLET_E_TRUST    none, too stale, or an update that breaks a rule
 *         SIGLET_E_NETWORK  always_refresh, and nobody answered
 *         SIGLET_E_CRYPTO, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_store_current(const siglet_store_question *question,
						 siglet_store_material *ret_material);

/*
 * Take a pack from elsewhere into the folder: verified as an update would be, never back to older
 * metadata. It may have expired: the material says when. Errors: SIGLET_E_TRUST (it does not
 * verify, or is older), SIGLET_E_IO, SIGLET_E_CRYPTO, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_store_import(const siglet_store_question *question,
						const siglet_pack *pack,
						siglet_store_material *ret_material);

/* The pack that is kept of an instance. Errors: SIGLET_E_MISSING (none), and those of reading. */
SIGLET_MUST_USE siglet_err *siglet_store_read_pack(const siglet_store_question *question,
						   siglet_pack **ret_pack);

/* ---- places (places.c) ---- */

/*
 * $XDG_CACHE_HOME/siglet and $XDG_CONFIG_HOME/siglet, or what stands for them in the home folder.
 * Errors: SIGLET_E_MISSING where neither variable is set.
 */
SIGLET_MUST_USE siglet_err *siglet_store_cache_folder(siglet_buf *ret_path);
SIGLET_MUST_USE siglet_err *siglet_store_config_folder(siglet_buf *ret_path);
/* And of what was seen, such as the logs' checkpoints: $XDG_STATE_HOME/siglet. */
SIGLET_MUST_USE siglet_err *siglet_store_state_folder(siglet_buf *ret_path);

/* ---- private instances (instance.c) ---- */

/* An instance that was read from the config folder: what it points to. */
typedef struct siglet_private_instance {
	siglet_instance instance;
	siglet_buf name, metadata_url, targets_url, anchor;
} siglet_private_instance;

/* Errors: SIGLET_E_MISSING (no such instance), SIGLET_E_TRUST (its files are not usable). */
SIGLET_MUST_USE siglet_err *siglet_private_instance_open(const char *name,
							 siglet_private_instance *ret_instance);
void siglet_private_instance_clear(siglet_private_instance *instance);
/*
 * Set one up: URL of its TUF repository, and the root.json to trust. Nothing is written unless all
 * of it can be. Errors: SIGLET_E_USAGE, SIGLET_E_IO, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_private_instance_make(const char *name, const char *url,
							 siglet_slice anchor,
							 siglet_private_instance *ret_instance);
SIGLET_MUST_USE siglet_err *siglet_private_instance_write(const siglet_private_instance *instance);
/* Names, in byte order. */
typedef siglet_err *siglet_private_instance_visit(void *context, const char *name);
SIGLET_MUST_USE siglet_err *siglet_private_instance_each(siglet_private_instance_visit *visit,
							 void *context);

#endif
