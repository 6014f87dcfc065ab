/*
 * sandbox: what do the files of siglet-sandbox share?
 *
 * A whole Sigstore instance on loopback, in one process: an OIDC issuer, a certificate authority
 * with a CT log, a timestamp authority, and a Rekor log of each version. Its keys are made at
 * start; everything it has given out is gone when it ends. It is for trying and testing, and
 * trusts whoever asks for a token.
 *
 * It shares siglet's formats (JSON, keys, Merkle hashes) and none of its verification. A fault of
 * its own ends it; what a client sends wrong is answered with an error, as the real services do.
 */
#ifndef SIGLET_SANDBOX_H
#define SIGLET_SANDBOX_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/x509.h>

#include "base/base.h"
#include "crypto/crypto.h"
#include "json/json.h"
#include "merkle/merkle.h"

#define MAX_BODY_BYTES ((size_t)4 << 20)
#define MAX_RESPONSE_BYTES ((size_t)32 << 20)
#define V1_HOST "rekor.sandbox.example"
#define V2_HOST "log2026.sandbox.example"
#define MAX_WITNESSES 8
#define V1_TREE_ID 1193050959916656506 /* of the first shard */
#define MAX_SHARDS 8

/* End the program with a message when a thing of its own fails. */
#define MUST(condition) ((condition) ? (void)0 : sandbox_end(#condition, __FILE__, __LINE__))
_Noreturn void sandbox_end(const char *text, const char *file, int line);
/* The same of a function that returns an error. */
#define WELL(call) sandbox_well((call), __FILE__, __LINE__)
void sandbox_well(siglet_err *err, const char *file, int line);

/* Say what is wrong with the command line; gives the status for that. */
int complain(const char *what, const char *about);

/* ---- faults (fault.c) ---- */

typedef enum fault_service {
	SERVICE_NONE = 0,
	SERVICE_OIDC,
	SERVICE_FULCIO,
	SERVICE_REKOR,
	SERVICE_TSA,
	SERVICE_TUF,
	SERVICE_CT,
} fault_service;

/* The logs that can do wrong; that of Rekor v2 is the one of the log verbs too. */
typedef enum log_number { LOG_V2, LOG_V1, LOG_CT, LOGS } log_number;

typedef enum log_fault {
	FAULT_BAD_SIGNATURE = 1 << 0,
	FAULT_WRONG_CONSISTENCY = 1 << 1,
	FAULT_TRUNCATED_TILE = 1 << 2,
	FAULT_SWAPPED_TILE = 1 << 3,
	FAULT_WRONG_TILE = 1 << 4,
	FAULT_WRONG_PARTIAL = 1 << 5,
	FAULT_HUGE_TILE = 1 << 6,
	FAULT_MISSING_TILE = 1 << 7,
	FAULT_NO_PARTIAL = 1 << 8,
	FAULT_TRUNCATED_BUNDLE = 1 << 9,
	FAULT_WRONG_BUNDLE = 1 << 10,
	FAULT_HUGE_BUNDLE = 1 << 11,
	FAULT_MISSING_BUNDLE = 1 << 12,
	FAULT_DUPLICATE_ENTRY = 1 << 13,
	FAULT_NO_COSIGNATURE = 1 << 14,
} log_fault;

typedef struct log_faults {
	unsigned kinds;
	bool is_frozen, has_size, forks, grows;
	bool is_new_fork;	     /* the fork is not made yet */
	uint64_t size;		     /* which the checkpoint shows, if the log is larger */
	uint64_t fork_at, fork_size; /* size 0: that of the log */
	uint64_t grown_size;
	char origin[128], at[64];  /* "": as ever; "": any tile */
	int status, retry_after_s; /* 0: none */
	uint64_t times, done;	   /* how often it happens to tiles; 0: always */
} log_faults;

/* What the instance does wrong on demand. */
typedef struct faults {
	unsigned delay_ms; /* before each answer */
	fault_service refuse, garble, drop, html;
	int refuse_status;
	unsigned drop_after; /* bytes of body; then the connection is cut */
	bool wrong_sct, no_sct, detached_sct, wrong_proof, stale_checkpoint, wrong_promise;
	bool wrong_key, wrong_identity, wrong_nonce, wrong_imprint, wrong_entry;
	bool wrong_cosignature; /* of the last witness */
	int64_t skew_s;		/* its clock against the right one */
	unsigned times;		/* how often refuse happens; 0: always */
	log_faults logs[LOGS];
} faults;

/* "delay=20", "refuse=fulcio:503", "drop=rekor:100", "wrong-sct" … False: no such fault. */
bool fault_read(const char *text, faults *f);
const char *fault_list(void);
/* The same of a log (log_fault.c): "rollback=100", "v1-bad-signature" … */
bool log_fault_read(const char *text, log_faults logs[LOGS]);
const char *log_fault_list(void);

/* ---- an instance (instance.c) ---- */

/* One log: entries, and the hashes of their leaves. */
#define MAX_STATE_PATH 1024

typedef struct tree {
	char path[MAX_STATE_PATH]; /* where its entries are kept; "": nowhere */
	siglet_buf *entries;
	siglet_hash32 *leaves;
	int64_t *times_s; /* when each came, or was read from the file */
	size_t count, room;
} tree;

/* A log, and, once it has forked, the one that is shown in its place. */
typedef struct log_tree {
	tree honest, fork;
	bool is_forked;
} log_tree;

/* Rekor v1 is several logs behind one URL, with one key; only the last one grows. */
typedef struct shard {
	int64_t id;
	size_t begin; /* the index across all of them that its first entry has */
	log_tree log;
} shard;

typedef struct tuf_repository tuf_repository;
typedef struct request request;
typedef struct response response;

/* Keys that are out of use since a rotation, and what they made is still trusted. */
#define MAX_RETIRED 32

typedef enum retired_kind {
	RETIRED_CA,
	RETIRED_V2,
} retired_kind;

typedef struct retired {
	retired_kind kind;
	int64_t end_s;
	siglet_signer *key, *root_key; /* root_key: of a CA */
	X509 *cert, *root;	       /* of a CA */
	uint8_t id[32];		       /* of a log */
} retired;

/* Who cosigns the checkpoints of Rekor v2. */
typedef struct cosigner {
	char name[64];
	siglet_signer *key;
	uint8_t id[4];
} cosigner;

typedef struct instance {
	char url[64]; /* "http://127.0.0.1:PORT" */
	faults faults;
	siglet_signer *oidc, *root_key, *ca_key, *ct, *tsa_root_key, *tsa_key, *v1, *v2;
	X509 *root, *ca, *tsa_root, *tsa;
	uint8_t v2_id[32];
	cosigner witnesses[MAX_WITNESSES];
	size_t witness_count;
	/* Of the logs of Rekor, in checkpoints and trusted roots. */
	const char *v1_name, *v1_url, *v2_name, *v2_url;
	char own_url[80];
	bool is_log;		  /* nothing but that log */
	pthread_mutex_t lock;	  /* over the logs and serials */
	pthread_mutex_t requests; /* over the request log and counts of faults */
	shard shards[MAX_SHARDS];
	size_t shard_count;
	log_tree v2_log, ct_log;
	siglet_buf *ct_extras; /* of each entry of the CT log: what its hash does not cover */
	size_t ct_extra_count;
	char ct_path[MAX_STATE_PATH]; /* where its entries are kept; "": nowhere */
	tuf_repository *tuf;	      /* NULL until the URL is known */
	pthread_rwlock_t keys;	      /* all that answer read them; a rotation writes */
	retired retired[MAX_RETIRED];
	size_t retired_count;
	bool is_kept; /* in a folder: then nothing rotates */
	uint64_t serial;
	unsigned refused;
	const char *log_path; /* of requests; NULL: none */
	const char *audience; /* of its tokens, borrowed; NULL: sigstore */
	/* Who answers; NULL: all the services. */
	void (*answer)(struct instance *in, const request *q, response *r);
	void (*misbehave)(struct instance *in); /* after faults were changed; or NULL */
	void (*saw)(struct instance *in, siglet_buf *ret_note); /* what the witnesses saw */
	void *context;						/* of all three */
} instance;

/* folder NULL: everything in memory. witnesses: at most MAX_WITNESSES. */
instance *instance_new(const faults *f, size_t witnesses, const char *folder);
/*
 * Its keys and certificates alone, for a log by that name (borrowed) at that URL; no entries, no
 * witnesses.
 */
instance *instance_new_bare(const faults *f, const char *folder, const char *name, const char *url);
/* Name the logs of Rekor after where they are, in->url; that of v2 has a path of its own. */
#define V2_PATH "/log"
void instance_name_logs(instance *in);
void instance_free(instance *in);
int64_t instance_now_s(const instance *in);
uint64_t instance_next_serial(instance *in);
/* A new CA or log of Rekor v2, in the place of the old ones. */
void instance_make_ca(instance *in, const char *folder);
void instance_make_v2(instance *in, const char *folder);
/*
 * A ClientTrustConfig with this instance's keys and URLs. version: of the Rekor log that it names.
 */
void instance_write_config(const instance *in, int version, siglet_buf *ret_json);
/* Its two halves alone: trusted_root.json and signing_config.json. */
void instance_write_root(const instance *in, siglet_buf *ret_json);
void instance_write_services(const instance *in, int version, siglet_buf *ret_json);

/* ---- what is kept (state.c); each with a folder that may be NULL ---- */

void state_open(const char *folder);
/* The key that is there, else a new one, which is kept. */
siglet_signer *state_key(const char *folder, const char *name, const char *algorithm);
X509 *state_cert(const char *folder, const char *name); /* NULL: none is there */
X509 *state_keep_cert(const char *folder, const char *name, X509 *cert);
/* Fill a tree, whose entries are kept from now on. */
void state_log(const char *folder, const char *name, tree *t);
/* Each line of such a file; ret_path is where it is, or "". */
typedef void state_take(void *context, siglet_slice bytes);
void state_lines(const char *folder, const char *name, char ret_path[MAX_STATE_PATH],
		 state_take *take, void *context);
void state_append(const char *path, siglet_slice entry);

/* ---- trees (tree.c); the caller holds the lock ---- */

size_t tree_add(tree *t, siglet_slice entry); /* its index */
bool tree_find(const tree *t, siglet_slice entry, size_t *ret_index);
void tree_hash(const tree *t, size_t begin, size_t end, siglet_hash32 *ret_hash); /* RFC 6962 MTH */
/* PROOF(first, D[second]); 0 < first <= second. */
size_t tree_consistency(const tree *t, size_t first, size_t second, siglet_hash32 ret_nodes[64]);
/* PATH(index) in the tree of the first size entries. Gives the count. */
size_t tree_path(const tree *t, size_t index, size_t size, siglet_hash32 ret_nodes[64]);
/* Somebody else's entries, until there are so many. */
void tree_grow(tree *t, size_t count);
void tree_clear(tree *t);

/* ---- logs that misbehave (log_tree.c); the caller holds the lock ---- */

tree *log_shown(log_tree *l);
void log_clear(log_tree *l);
/* Do what the faults of a log want done once. */
void log_misbehave(log_tree *l, log_faults *f);
/* Of the logs of an instance (rekor_v1.c, rekor_v2.c). */
void rekor_v1_misbehave(instance *in);
void rekor_v2_misbehave(instance *in);
void rekor_v2_witness(instance *in, siglet_buf *ret_note);

/* ---- a TUF repository (tuf.c) ---- */

/* It becomes the instance's. */
tuf_repository *tuf_new(instance *in, int rekor_version, const char *folder);
void tuf_free(tuf_repository *r);
/* The next root, by a new key and the old one. */
void tuf_rotate_root(const instance *in);
/* The next version of everything else, with the instance's keys as they are now. */
void tuf_publish(const instance *in);

/* ---- certificates (x509.c) ---- */

X509 *x509_make_ca(const siglet_signer *key, const char *name, X509 *issuer,
		   const siglet_signer *issuer_key, int64_t now_s, uint64_t serial);
X509 *x509_make_tsa(const siglet_signer *key, X509 *issuer, const siglet_signer *issuer_key,
		    int64_t now_s, uint64_t serial);
void x509_add(X509 *cert, X509 *issuer, int nid, const char *value);
void x509_add_raw(X509 *cert, const char *oid, bool is_critical, siglet_slice value);
X509 *x509_new(const siglet_key *key, X509 *issuer, int64_t begins_s, int64_t ends_s,
	       uint64_t serial);
void x509_sign(X509 *cert, const siglet_signer *key);
void x509_der(X509 *cert, siglet_buf *ret_der);
void x509_pem(X509 *cert, siglet_buf *ret_pem);

/* ---- requests (server.c) ---- */

struct request {
	const char *method, *path;
	const char *authorization;				  /* or NULL */
	const char *(*query)(void *connection, const char *name); /* or NULL */
	void *connection;
	siglet_slice body;
};

struct response {
	int status;
	const char *type;
	const char *header, *value; /* one more header; value points at value_text */
	char value_text[256];
	siglet_buf body;
	int file; /* which is sent in place of body, and closed; -1: none */
	fault_service service;
};

void response_text(response *r, int status, const char *text);
/* As grpc-gateway and Rekor say it: {"code":CODE,"message":MESSAGE}. */
void response_error(response *r, int status, int code, const char *format, ...) SIGLET_PRINTF(4, 5);

/* Serve until the process ends; port 0: any. in->url is set. */
void server_start(instance *in, unsigned port);
void server_stop(void);

/* ---- rotation (rotate.c) ---- */

/* POST to it with root, ca, log or shard behind. */
#define ROTATE_PATH "/sandbox/rotate/"
void rotate_answer(instance *in, const request *q, response *r);
void rotate_free(instance *in);

/* ---- witnesses (witness.c) ---- */

void witness_make_all(instance *in, size_t count, const char *folder);
void witness_free_all(instance *in);
/* C2SP signed-note: the hash of the name, the type and the key. */
#define NOTE_LOG 0x01
#define NOTE_WITNESS 0x04
void note_id(const char *name, uint8_t type, const siglet_signer *key, uint8_t ret_id[32]);

/* ---- the services ---- */

void oidc_answer(instance *in, const request *q, response *r);
/* The certificate that such claims get for a key. */
X509 *fulcio_issue(instance *in, const siglet_key *key, const siglet_json *claims);
void fulcio_answer(instance *in, const request *q, response *r);
/* The CT log. */
void ct_open(instance *in, const char *folder);
void ct_free(instance *in);
void ct_misbehave(instance *in);
void ct_answer(instance *in, const request *q, response *r);
void rekor_v1_answer(instance *in, const request *q, response *r);
/* A new shard, which is empty. False: there are too many. */
bool rekor_v1_rotate(instance *in);
void rekor_v2_answer(instance *in, const request *q, response *r);
void tuf_answer(const instance *in, const request *q, response *r);
void tsa_answer(instance *in, const request *q, response *r);

/*
 * A token for somebody, as the CI service (or "email") shapes it. who may be NULL. False: no such
 * shape.
 */
bool oidc_make_token(instance *in, const char *shape, const char *who, const char *nonce,
		     siglet_buf *ret_jwt);
/* What would stand in it, for a certificate without a token; NULL: no such shape. */
siglet_json_doc *oidc_make_claims(const instance *in, const char *shape, const char *who);
/* Claims of a token that this instance made and that is valid now; NULL otherwise. */
siglet_json_doc *oidc_check_token(const instance *in, siglet_slice jwt);

/* ---- pieces ---- */

void sign_bytes(const siglet_signer *key, siglet_slice data, siglet_buf *ret_signature);
void put(siglet_buf *out, const char *format, ...) SIGLET_PRINTF(2, 3);
void put_base64(siglet_buf *out, siglet_slice data);
/* Does some scheme of the key verify it? */
bool verifies(const siglet_key *key, const siglet_digest *digest, siglet_slice signature);
bool verifies_message(const siglet_key *key, siglet_slice message, siglet_slice signature);
/* A key of a PEM or DER certificate or public key; NULL: neither. */
siglet_key *key_of_pem(siglet_slice pem);
siglet_key *key_of_cert_der(siglet_slice der);
/* A checkpoint of a shard of v1, or (v1_tree 0) of v2, which is cosigned. */
void write_checkpoint(const instance *in, int64_t v1_tree, size_t size, const siglet_hash32 *root,
		      siglet_buf *ret_note);
/* Of v2, without what the log does wrong. */
void write_honest_checkpoint(const instance *in, uint64_t size, const siglet_hash32 *root,
			     siglet_buf *ret_note);

#endif
