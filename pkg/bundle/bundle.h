/*
 * bundle: what does this file claim?
 *
 * Sigstore bundles v0.1 to v0.3, read and written, and COSE_Sign1 messages that carry what bundles
 * do. Form only: nothing is verified here. Pure; immutable once parsed.
 *
 * Spec: sigstore_bundle.proto, ProtoJSON, protocol rules on versions and limits; docs/cose.md.
 */
#ifndef SIGLET_BUNDLE_H
#define SIGLET_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "cert/cert.h"
#include "cose/cose.h"
#include "crypto/crypto.h"
#include "tlog/tlog.h"

#define SIGLET_MAX_BUNDLE_BYTES (16u << 20)
#define SIGLET_MAX_ENTRIES 32
#define SIGLET_MAX_TIMESTAMPS 32
#define SIGLET_MAX_BUNDLES 64 /* in one JSON Lines file */
#define SIGLET_BUNDLE_MEDIA_TYPE "application/vnd.dev.sigstore.bundle.v0.3+json"

#define SIGLET_COSE_MEDIA_TYPE "application/cose; cose-type=\"cose-sign1\""

typedef enum siglet_bundle_version {
	SIGLET_BUNDLE_V01 = 1,
	SIGLET_BUNDLE_V02,
	SIGLET_BUNDLE_V03,
} siglet_bundle_version;

typedef enum siglet_material {
	SIGLET_MATERIAL_CERTIFICATE = 1, /* certificate */
	SIGLET_MATERIAL_CHAIN,		 /* x509CertificateChain */
	SIGLET_MATERIAL_KEY,		 /* publicKey */
} siglet_material;

/* What is a COSE_Sign1's own. */
typedef struct siglet_bundle_cose {
	const siglet_cbor_heads *heads;
	siglet_slice bytes; /* all of it */
	siglet_cose_sign1 message;
	const siglet_cose_algorithm *algorithm;
	siglet_cose_claims claims;
	bool is_envelope; /* a hash envelope: the payload is the artifact's digest */
	siglet_cose_envelope envelope;
} siglet_bundle_cose;

/* A bundle's content. Slices borrow from the handle (or, when writing, from the caller). */
typedef struct siglet_bundle_data {
	siglet_bundle_version version;
	siglet_slice media_type;
	siglet_material material;
	siglet_slice leaf_der;		/* empty for a key */
	const siglet_slice *chain_rest; /* chain: certificates behind the leaf; untrusted */
	size_t chain_rest_count;
	siglet_slice key_hint;
	const siglet_entry *entries;
	size_t entry_count;
	const siglet_slice *timestamps; /* DER TimeStampResp */
	size_t timestamp_count;
	bool is_dsse;
	const siglet_bundle_cose *cose; /* NULL: a Sigstore bundle */
	siglet_slice signature;		/* raw; of COSE as logs are given it, ECDSA in DER */
	/* message signature; a hash envelope */
	bool has_digest;
	siglet_digest digest; /* messageDigest: a hint; of a hash envelope the payload */
	/* envelope */
	siglet_slice payload, payload_type, key_id;
	/* members that we do not know, printable, comma-separated; for inspect */
	siglet_slice unknown_fields;
} siglet_bundle_data;

typedef struct siglet_bundle siglet_bundle;

/*
 * Parse one bundle, whole, of at most SIGLET_MAX_BUNDLE_BYTES; all rules of form: media type, one
 * material fitting the version, one content, one DSSE signature, leaf first and chain in order, proof
 * and promise as the version wants, no entry twice, every limit. The leaf must parse.
 *
 * Errors: SIGLET_E_LIMIT, SIGLET_E_MALFORMED, SIGLET_E_UNSUPPORTED, SIGLET_E_MISSING, SIGLET_E_RANGE,
 *         SIGLET_E_NOMEM; the message begins with the field's path
 */
SIGLET_MUST_USE siglet_err *siglet_bundle_parse(siglet_slice json, siglet_bundle **ret_bundle);
/*
 * The same of a COSE_Sign1, tagged or not, of at most SIGLET_MAX_BUNDLE_BYTES, which is copied: by the
 * rules of siglet_cose_sign1_read and siglet_cose_check; a certificate must be bound; a hash envelope
 * be one; what is carried be of its form.
 *
 * Errors: those of the cose room; the message begins with the byte and the place
 */
SIGLET_MUST_USE siglet_err *siglet_bundle_parse_cose(const siglet_cbor_heads *heads,
						     siglet_slice bytes,
						     siglet_bundle **ret_bundle);
/* Is it CBOR rather than JSON, by its first byte? */
bool siglet_bundle_is_cose(siglet_slice bytes);
void siglet_bundle_free(siglet_bundle *bundle);
const siglet_bundle_data *siglet_bundle_get(const siglet_bundle *bundle);
const siglet_cert *siglet_bundle_leaf(const siglet_bundle *bundle); /* NULL for a key */

const char *siglet_bundle_version_name(siglet_bundle_version version); /* "v0.3" */

/* The artifact hashes that verifying it could need; mask. key may be NULL with a certificate. */
unsigned siglet_bundle_hashes(const siglet_bundle *bundle, const siglet_key *key);

/*
 * Append the bundle as JSON on one line with a newline, media type and material by data->version.
 * Reading it gives data again. Errors: SIGLET_E_USAGE (a combination that is no bundle), LIMIT, NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_bundle_write(const siglet_bundle_data *data,
						siglet_buf *ret_json);

/*
 * Append an encoded map with the log entries (without their bodies) and timestamps of data: what a
 * COSE_Sign1 carries unprotected. Errors: SIGLET_E_USAGE (an entry without a proof), LIMIT, NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_bundle_write_carried(const siglet_cbor_heads *heads,
							const siglet_bundle_data *data,
							siglet_buf *ret_map);

/*
 * Append an entry's inclusion in its log as an encoded map, a Rekor proof in CBOR (docs/cose.md). The
 * path must lead from the entry to the checkpoint's root; who signed that is not asked.
 * Errors: SIGLET_E_MISSING (no body, proof or checkpoint), those of siglet_entry_recompute.
 */
SIGLET_MUST_USE siglet_err *siglet_bundle_write_rekor_proof(const siglet_cbor_heads *heads,
							    const siglet_entry *entry,
							    siglet_buf *ret_cbor);

/*
 * The lines of a .sigstore.jsonl file: the next non-empty line. False at the end.
 */
bool siglet_bundle_next_line(siglet_slice *text, siglet_slice *ret_line);
/* Lines, or one bundle? Lines, when the first line is a whole object and another follows. */
bool siglet_bundle_is_lines(siglet_slice text);

#endif
