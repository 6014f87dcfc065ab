/*
 * forge: what would Sigstore have given out?
 *
 * A whole Sigstore instance in memory: certificate authority, CT log, timestamp authority, Rekor
 * logs of both versions, the trusted root that names them, and the bundles that they make together.
 * Every bundle is signed for real by OpenSSL; of siglet only pkg/base is used, so that nothing
 * under test vouches for itself. With a defect a bundle breaks one rule, and all the rest of it is
 * made anew around the fault, so that only a verifier that knows this rule refuses it.
 *
 * The same seed gives the same keys, names, serial numbers and times, whatever the clock says.
 * ECDSA and PSS signatures are random, so bytes differ from run to run.
 *
 * A fault of the forge itself, memory included, prints a line and aborts. One object, one thread.
 *
 * Spec: Fulcio's certificate profile, RFC 6962 (SCTs, trees), RFC 3161, Rekor v1 and v2 entries,
 *       C2SP signed-note and tlog-cosignature, sigstore_bundle.proto, sigstore_trustroot.proto.
 */
#ifndef SIGLET_TEST_FORGE_H
#define SIGLET_TEST_FORGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"

/* ---- the calendar of every instance, in seconds since 1970 UTC ---- */

#define FORGE_TIME_S 1768478400 /* 2026-01-15T12:00:00Z: when an ordinary bundle is signed */
#define FORGE_AUTHORITIES_START_S 1577836800 /* 2020-01-01: windows of CA, CT log, TSA, Rekor v2 */
#define FORGE_REKOR_START_S 1640995200	     /* 2022-01-01: window of the Rekor v1 logs */
#define FORGE_TSA_LEAF_START_S 1672531200    /* 2023-01-01: notBefore of the TSA's certificate */
#define FORGE_TSA_END_S 1956528000	     /* 2032-01-01: end of the TSA's window */
#define FORGE_CA_END_S 1988150400	     /* 2033-01-01: end of the CA's window */
#define FORGE_EXPIRED_CA_END_S \
	1735689599	       /* 2024-12-31T23:59:59Z: notAfter of FORGE_EXPIRED's issuer */
#define FORGE_LEAF_BEFORE_S 5  /* a leaf is valid from so long before signing … */
#define FORGE_LEAF_AFTER_S 595 /* … to so long after */

/* ---- an instance (forge.c) ---- */

typedef enum forge_key_type {
	FORGE_KEY_ORDINARY = 0, /* P-256; for a Rekor v2 log Ed25519 */
	FORGE_P256,
	FORGE_P384,
	FORGE_P384_SHA256, /* the older clients' choice of hash */
	FORGE_P521,
	FORGE_P521_SHA256,
	FORGE_ED25519, /* pure; DSSE in Rekor v1 only, and logs */
	FORGE_RSA_1024,
	FORGE_RSA_2048, /* PKCS#1 v1.5; there is one key of each size, whatever the seed */
	FORGE_RSA_3072,
	FORGE_RSA_4096,
	FORGE_PSS_2048,
	FORGE_PSS_3072,
	FORGE_PSS_4096,
	FORGE_KEY_TYPES,
} forge_key_type;

/* Which of several services of a kind. */
typedef enum forge_which {
	FORGE_FIRST = 0,
	FORGE_SECOND,	/* of another operator; in a trusted root that has `more` */
	FORGE_EXPIRED,	/* a CA whose issuing certificate expired before its window; with `more` */
	FORGE_STRANGER, /* in no trusted root */
	FORGE_IMPOSTOR, /* in none, but with FORGE_FIRST's names and serial numbers */
	FORGE_WHICH,
} forge_which;

typedef struct forge_config {
	const char *seed;	   /* NULL: "siglet" */
	bool is_fast;		   /* P-256 where CA and TSA have P-384 */
	bool no_intermediate;	   /* the root issues leaves itself */
	bool tsa_leaf_not_in_root; /* only the TSA's root is; tokens embed the leaf */
	forge_key_type ct_key;
	forge_key_type rekor_v1_key;
	forge_key_type rekor_v2_key;
	uint64_t tree_size; /* entries of others in each log before the first of ours; 0: five */
} forge_config;

typedef struct forge forge;

forge *forge_new(const forge_config *config); /* NULL: an ordinary one */
void forge_free(forge *instance);

siglet_slice forge_artifact(void); /* "hello, siglet\n" */

/* ---- the trusted root (forge_root.c) ---- */

/* A window in place of the ordinary one: start_s 0 keeps that; end_s 0: no end. */
typedef struct forge_window {
	int64_t start_s;
	int64_t end_s;
} forge_window;

typedef struct forge_root_options {
	bool is_v02;	    /* media type v0.2, with checkpointKeyId */
	bool has_operators; /* name each service's operator (v0.2) */
	bool one_operator;  /* … the same one for all */
	bool more;	    /* FORGE_SECOND of everything, and FORGE_EXPIRED */
	bool no_ca, no_tsa, no_ct, no_rekor_v1, no_rekor_v2;
	bool no_start; /* Rekor v1's window has no start: malformed */
	forge_window ca, tsa, ct, rekor_v1, rekor_v2; /* of FORGE_FIRST */
} forge_root_options;

/* trusted_root.json, in a buffer that the caller clears. options NULL: an ordinary one. */
siglet_buf forge_trusted_root(forge *instance, const forge_root_options *options);

/* ---- checkpoints (forge_note.c) ---- */

/* The witnesses of the variations with a witness, in the order of their lines. */
#define FORGE_WITNESS_FIRST "witness.first.example"
#define FORGE_WITNESS_SECOND "witness.second.example"

/* "NAME+ID+KEY" of a witness, and of a Rekor v2 log; in a buffer that the caller clears. */
siglet_buf forge_witness_vkey(const forge *instance, const char *name);
siglet_buf forge_log_vkey(forge *instance, forge_which which);

/* ---- defects and variations (forge_defects.h, forge_defects.c) ---- */

typedef enum forge_need {
	FORGE_NEED_NOTHING = 0,
	FORGE_NEED_V2 = 1, /* a Rekor v2 entry and a timestamp */
	FORGE_NEED_DSSE = 2,
	FORGE_NEED_KEY = 4,	   /* a managed key */
	FORGE_NEED_STAMP = 8,	   /* a timestamp beside the promise */
	FORGE_NEED_CHAIN = 16,	   /* bundle version 0.2 */
	FORGE_NEED_V01 = 32,	   /* bundle version 0.1 */
	FORGE_NEED_MORE = 64,	   /* a trusted root with `more` */
	FORGE_NEED_EMBEDDED = 128, /* a timestamp with its signer's certificate */
	FORGE_NEED_V1 = 256,	   /* a Rekor v1 entry */
	FORGE_NEED_CERT = 512,	   /* no managed key */
	FORGE_NEED_MESSAGE = 1024, /* no DSSE */
	FORGE_NEED_JSON = 2048,	   /* no COSE */
} forge_need;

#include "forge_defects.h"

typedef struct forge_twist {
	const char *name; /* "entry-other-artifact" */
	const char *text; /* what is wrong, or different */
	unsigned needs;	  /* of forge_need */
	int64_t time_s;	  /* the signing time that shows it; 0: any */
} forge_twist;

/* NULL for FORGE_NO_DEFECT and beyond the last. */
const forge_twist *forge_defect_about(forge_defect defect);
const forge_twist *forge_variation_about(forge_variation variation);

struct forge_options;
/* Set the defect (variation) and whatever it needs to show; either pointer may be NULL. */
void forge_defect_prepare(forge_defect defect, struct forge_options *options,
			  forge_root_options *root);
void forge_variation_prepare(forge_variation variation, struct forge_options *options,
			     forge_root_options *root);

/* ---- bundles (forge_bundle.c) ---- */

typedef enum forge_version {
	FORGE_V03 = 0,
	FORGE_V03_OLD, /* "…+json;version=0.3" */
	FORGE_V02,
	FORGE_V01,
} forge_version;

/* A COSE_Sign1 in place of JSON, with this payload: the version counts for nothing. */
typedef enum forge_cose {
	FORGE_NO_COSE = 0,
	FORGE_COSE_HASH, /* SHA-256 of the artifact, as a hash envelope */
	FORGE_COSE_ATTACHED,
	FORGE_COSE_DETACHED,
} forge_cose;

typedef enum forge_material {
	FORGE_MATERIAL_ORDINARY = 0, /* certificate in 0.3, chain of the leaf alone before */
	FORGE_CERTIFICATE,
	FORGE_CHAIN,
	FORGE_CHAIN_WITH_ISSUER,
	FORGE_CHAIN_TO_ROOT,
	FORGE_PUBLIC_KEY, /* managed key: no certificate anywhere */
} forge_material;

typedef enum forge_entry_kind {
	FORGE_ENTRY_ORDINARY = 0, /* what fits the content and is_v2 */
	FORGE_HASHEDREKORD_001,
	FORGE_DSSE_001,
	FORGE_INTOTO_002,
	FORGE_HASHEDREKORD_002,
} forge_entry_kind;

typedef struct forge_entry {
	forge_entry_kind kind;
	forge_which log;
} forge_entry;

typedef struct forge_stamp {
	forge_which tsa;
	bool embeds;	/* the signer's certificate */
	int64_t late_s; /* genTime is so long after time_s */
} forge_stamp;

typedef enum forge_san_type {
	FORGE_SAN_URI = 0,
	FORGE_SAN_EMAIL,
	FORGE_SAN_DNS,
	FORGE_SAN_OTHER_NAME, /* Fulcio's username type */
} forge_san_type;

#define FORGE_EXTENSIONS 25 /* 1.3.6.1.4.1.57264.1.N, N below this */

/* NULL anywhere: the ordinary value, GitHub's; "" leaves it out. */
typedef struct forge_identity {
	forge_san_type san_type;
	const char *san;
	const char *issuer;			 /* extensions .1 and .8 */
	bool is_plain;				 /* no other extensions than those given */
	const char *extension[FORGE_EXTENSIONS]; /* .N; .1 and .8 override issuer */
} forge_identity;

#define FORGE_MAX_ENTRIES 40 /* more than any verifier takes */
#define FORGE_MAX_STAMPS 40

/* All zero: forge_artifact(), v0.3, certificate, hashedrekord 0.0.1 with promise and proof. */
typedef struct forge_options {
	forge_version version;
	forge_cose cose;
	forge_material material;
	siglet_slice artifact; /* ptr NULL: forge_artifact() */
	siglet_slice digest; /* in its place: the artifact's digest by the key's hash; no Ed25519 */
	bool is_dsse;
	siglet_slice statement;	  /* ptr NULL: an in-toto statement about the artifact */
	const char *payload_type; /* NULL: in-toto's */
	const char *key_id;	  /* keyid of the DSSE signature; NULL: empty */
	const char *hint;	  /* of a managed key; NULL: base64 of the SPKI's SHA-256 */
	forge_key_type key;
	const char *key_label; /* the managed key's name; NULL: "managed" */

	int64_t time_s; /* of signing; 0: FORGE_TIME_S */
	forge_identity identity;
	forge_which ca;
	bool no_sct;
	bool second_sct; /* another, of the second CT log */

	bool is_v2; /* what an ordinary entry is */
	forge_entry entries[FORGE_MAX_ENTRIES];
	size_t entry_count; /* 0: one, ordinary */
	bool no_entries;
	bool no_promise;
	bool no_proof;
	bool no_checkpoint;
	int64_t integrated_late_s; /* integratedTime is so long after time_s */

	forge_stamp stamps[FORGE_MAX_STAMPS];
	size_t stamp_count; /* 0: one when is_v2 and there is a certificate, else none */
	bool no_stamps;

	forge_defect defect;
	forge_variation variation;
} forge_options;

/* Why these options can't be had together, or NULL. */
const char *forge_options_problem(const forge_options *options);

/* A bundle, and what it was made of. */
typedef struct forge_product {
	siglet_buf json;	/* or the COSE message */
	siglet_buf artifact;	/* empty where options had only a digest */
	siglet_buf certificate; /* DER leaf; empty for a managed key */
	siglet_buf public_key;	/* PEM, of the leaf or the managed key */
	siglet_buf signature;
	siglet_buf payload;	 /* of the DSSE envelope or COSE message */
	siglet_buf detached_sct; /* the JSON that Fulcio answers for a leaf without embedded SCT */
	const char *identity;	 /* borrowed from the options or static; NULL for a managed key */
	const char *issuer;
} forge_product;

/* options NULL: an ordinary bundle. Clear the product. */
forge_product forge_make(forge *instance, const forge_options *options);
void forge_product_clear(forge_product *product);

/* The JSON alone, in a buffer that the caller clears. */
siglet_buf forge_bundle(forge *instance, const forge_options *options);

#endif
