/*
 * forge_internal: how the parts of the forge see each other.
 */
#ifndef SIGLET_TEST_FORGE_INTERNAL_H
#define SIGLET_TEST_FORGE_INTERNAL_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "forge.h"

/* ---- what can't fail (forge_text.c) ---- */

_Noreturn void forge_die(const char *file, int line, const char *what);
#define MUST(condition) ((condition) ? (void)0 : forge_die(__FILE__, __LINE__, #condition))

siglet_buf forge_buf(void); /* empty, roomy */
siglet_buf forge_copy(siglet_slice data);
siglet_buf forge_taken(uint8_t *der, int len); /* what an i2d function allocated; frees it */

void forge_put(siglet_buf *out, const char *format, ...) SIGLET_PRINTF(2, 3);
void forge_put_bytes(siglet_buf *out, siglet_slice data);
void forge_put_uint(siglet_buf *out, uint64_t value, size_t width); /* big-endian */
void forge_put_base64(siglet_buf *out, siglet_slice data);
void forge_put_hex(siglet_buf *out, siglet_slice data);
void forge_put_json(siglet_buf *out, const char *text); /* as a JSON string, quotes included */

/* Change one bit in the middle. */
void forge_damage(siglet_buf *data);

typedef struct forge_digest {
	uint8_t bytes[EVP_MAX_MD_SIZE];
	size_t len;
} forge_digest;

forge_digest forge_hash(const EVP_MD *md, siglet_slice data);
siglet_slice forge_digest_slice(const forge_digest *digest);

/* ---- keys (forge_keys.c) ---- */

typedef struct forge_key {
	EVP_PKEY *pkey;
	forge_key_type type; /* never FORGE_KEY_ORDINARY */
	siglet_buf spki;     /* DER */
} forge_key;

/* The key that this seed gives to this label. */
forge_key forge_key_make(const char *seed, const char *label, forge_key_type type);
void forge_key_clear(forge_key *key);

const EVP_MD *forge_key_md(forge_key_type type);      /* NULL: Ed25519 */
const char *forge_key_hash_name(forge_key_type type); /* "sha256" */
const char *forge_key_hash_enum(forge_key_type type); /* "SHA2_256" */
const char *forge_key_details(forge_key_type type);   /* "PKIX_ECDSA_P256_SHA_256" */
siglet_buf forge_key_pem(const forge_key *key);

siglet_buf forge_sign(const forge_key *key, siglet_slice data);
siglet_buf forge_sign_digest(const forge_key *key, siglet_slice digest);

/* ---- certificates (forge_x509.c) ---- */

typedef struct forge_cert_plan {
	const char *organization; /* of the subject; NULL: an empty subject */
	const char *common_name;
	X509 *issuer;		  /* NULL: itself */
	const char *serial_label; /* with the seed, what the serial number comes from */
	int64_t not_before_s, not_after_s;
} forge_cert_plan;

X509 *forge_cert_new(const char *seed, const forge_cert_plan *plan, const forge_key *key);
/* An extension as OpenSSL's configuration writes it; issuer NULL: the certificate itself. */
void forge_cert_extend(X509 *cert, X509 *issuer, int nid, const char *value);
void forge_cert_extend_raw(X509 *cert, const char *oid, bool is_critical, siglet_slice value);
void forge_cert_sign(X509 *cert, const forge_key *key);
/* The same with a version that later releases of OpenSSL would put right. */
void forge_cert_sign_as_it_is(X509 **cert, const forge_key *key);
siglet_buf forge_cert_der(X509 *cert);

/* ---- services of an instance ---- */

typedef struct forge_ca {
	forge_key root_key;
	forge_key issuer_key; /* empty where the root issues leaves */
	X509 *root;
	X509 *issuer; /* of leaves; the root itself where there is no intermediate */
} forge_ca;

typedef struct forge_tsa {
	forge_key root_key, leaf_key, other_key;
	X509 *root, *leaf, *other; /* other: a second signer, not named in the trusted root */
} forge_tsa;

typedef struct forge_ct {
	forge_key key;
	uint8_t id[32];
} forge_ct;

static inline const forge_key *forge_issuing_key(const forge_ca *ca)
{
	return ca->issuer_key.pkey != NULL ? &ca->issuer_key : &ca->root_key;
}

/* A Merkle tree: for each level the hashes of its complete subtrees. */
#define FORGE_TREE_LEVELS 40
typedef struct forge_tree {
	uint64_t size;
	siglet_buf level[FORGE_TREE_LEVELS]; /* 32 bytes a hash */
} forge_tree;

typedef struct forge_log {
	bool is_v2;
	char name[96]; /* host; the checkpoint's key name */
	char origin[128];
	forge_key key;
	uint8_t id[32];
	uint64_t index_offset; /* v1: entries in earlier shards */
	forge_tree tree;
} forge_log;

struct forge {
	forge_config config;
	char seed[128];
	forge_ca *ca[FORGE_WHICH]; /* each made when it is first asked for */
	forge_tsa *tsa[FORGE_WHICH];
	forge_ct *ct[FORGE_WHICH];
	forge_log *log[2][FORGE_WHICH]; /* v1, v2 */
	uint64_t made;			/* bundles: names the next leaf's key and serial number */
};

const char *forge_domain(forge_which which); /* "sigstore.example" */
forge_ca *forge_ca_of(forge *instance, forge_which which);
forge_tsa *forge_tsa_of(forge *instance, forge_which which);
forge_ct *forge_ct_of(forge *instance, forge_which which);
forge_log *forge_log_of(forge *instance, bool is_v2, forge_which which);
void forge_ca_free(forge_ca *ca);
void forge_tsa_free(forge_tsa *tsa);
void forge_ct_free(forge_ct *ct);
void forge_log_free(forge_log *log);

/* ---- the tree (forge_tree.c) ---- */

forge_digest forge_tree_leaf(siglet_slice body);
void forge_tree_append(forge_tree *tree, const forge_digest *leaf);
forge_digest forge_tree_root(const forge_tree *tree);
siglet_buf forge_tree_proof(const forge_tree *tree, uint64_t index); /* 32 bytes a hash */
void forge_tree_clear(forge_tree *tree);

/* ---- one bundle in the making ---- */

typedef struct forge_making {
	forge *instance;
	forge_options options; /* settled: ordinary values and the defect's own filled in */
	uint64_t number;       /* of the bundle in its instance */
	int64_t time_s;
	bool is_managed;
	const forge_ca *ca; /* that issues the leaf */
	forge_key key;
	forge_key other_key; /* of the same type, for what another one did */
	X509 *leaf;	     /* NULL for a managed key */
	siglet_buf leaf_der;
	siglet_buf artifact;
	siglet_buf payload;	  /* of DSSE or COSE, as the bundle shows it */
	siglet_buf protected_map; /* of COSE */
	siglet_buf message;	  /* what a verifier looks for: artifact, PAE or Sig_structure */
	forge_digest digest;	  /* of that, by the key's hash */
	siglet_buf signature;
} forge_making;

static inline bool forge_is(const forge_making *making, forge_defect defect)
{
	return making->options.defect == defect;
}

static inline bool forge_varies(const forge_making *making, forge_variation variation)
{
	return making->options.variation == variation;
}

/* Fill in what options leave open, and what the defect or variation asks for (forge_settle.c). */
void forge_settle(forge_making *making);

/* A certificate for this key; label tells certificates of one bundle apart (forge_leaf.c). */
X509 *forge_leaf_issue(forge_making *making, const forge_key *key, const char *label);
const char *forge_leaf_san(const forge_making *making);
const char *forge_leaf_issuer(const forge_making *making);

/* The SCT list of a precertificate, as the extension holds it (forge_ct.c). */
siglet_buf forge_ct_list(forge_making *making, X509 *precert);
/* Fulcio's JSON with the SCT of a final certificate (forge_ct.c). */
siglet_buf forge_ct_detached(forge_making *making, siglet_slice leaf_der);

/* Artifact, payload, message, digest and signature (forge_content.c). */
void forge_content_make(forge_making *making);
void forge_content_write(const forge_making *making, siglet_buf *json);
siglet_slice forge_other_artifact(void);
/* The envelope as it was sent to the log. */
siglet_buf forge_envelope(const forge_making *making);

/* A TimeStampResp over the bundle's signature (forge_tsa.c). */
siglet_buf forge_stamp_make(forge_making *making, const forge_stamp *stamp);

/* The canonical body of an entry; kind is not ORDINARY (forge_body.c). */
siglet_buf forge_body_make(forge_making *making, forge_entry_kind kind);
const char *forge_kind_name(forge_entry_kind kind);
const char *forge_kind_version(forge_entry_kind kind);

/* A signed checkpoint over this root (forge_note.c). */
siglet_buf forge_note_make(forge_making *making, const forge_log *log, uint64_t size,
			   const forge_digest *root);

/* Append an entry to its log, and write it as a TransparencyLogEntry (forge_entry.c). */
void forge_entry_write(forge_making *making, const forge_entry *entry, siglet_buf *json);

/* ---- COSE in place of JSON (forge_cose.c) ---- */

/* Protected header, payload and message. */
void forge_cose_content(forge_making *making);
siglet_buf forge_cose_write(forge_making *making);

void forge_cbor_int(siglet_buf *out, int64_t value);
void forge_cbor_bytes(siglet_buf *out, siglet_slice data);
void forge_cbor_text(siglet_buf *out, siglet_slice text);
void forge_cbor_array(siglet_buf *out, size_t count);
void forge_cbor_map(siglet_buf *out, size_t pairs);

/* ---- fields of a bundle, in the spelling that the variation asks for (forge_bundle.c) ---- */

void forge_write_bytes(const forge_making *making, siglet_buf *json, siglet_slice data);
void forge_write_number(const forge_making *making, siglet_buf *json, int64_t number);

#endif
