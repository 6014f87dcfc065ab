/*
 * forge_defects: what can be wrong with a bundle, and what may differ and still be right.
 *
 * Included by forge.h. A line is: name in C, name on the command line, what it needs to show, the
 * signing time that shows it (0: any), what it is. A verifier with the default policy refuses every
 * defect and accepts every variation.
 */
#ifndef SIGLET_TEST_FORGE_DEFECTS_H
#define SIGLET_TEST_FORGE_DEFECTS_H

/* clang-format off */
#define FORGE_N(what) FORGE_NEED_##what

#define FORGE_DEFECT_LIST(X) \
	/* the form of the bundle */ \
	X(MEDIA_TYPE_UNKNOWN, "media-type-unknown", FORGE_N(JSON), 0, "bundle version 99.9") \
	X(MEDIA_TYPE_MISSING, "media-type-missing", FORGE_N(JSON), 0, "no mediaType") \
	X(TRAILING_TEXT, "trailing-text", 0, 0, "a second JSON value behind the bundle") \
	X(DUPLICATE_KEY, "duplicate-key", FORGE_N(MESSAGE) | FORGE_N(JSON), 0, "the messageSignature twice, the first one empty") \
	X(BOTH_SPELLINGS, "both-spellings", FORGE_N(JSON), 0, "logIndex and log_index in one entry") \
	X(TWO_CONTENTS, "two-contents", FORGE_N(MESSAGE) | FORGE_N(JSON), 0, "messageSignature and dsseEnvelope") \
	X(NO_CONTENT, "no-content", FORGE_N(MESSAGE) | FORGE_N(JSON), 0, "neither messageSignature nor dsseEnvelope") \
	X(TWO_MATERIALS, "two-materials", FORGE_N(CERT) | FORGE_N(JSON), 0, "certificate and publicKey") \
	X(NO_MATERIAL, "no-material", FORGE_N(CERT) | FORGE_N(JSON), 0, "no certificate, chain or key") \
	X(CHAIN_IN_V03, "chain-in-v03", FORGE_N(CERT) | FORGE_N(JSON), 0, "a chain in a bundle of version 0.3") \
	X(CERTIFICATE_IN_V02, "certificate-in-v02", FORGE_N(CHAIN) | FORGE_N(CERT), 0, "a lone certificate in a bundle of version 0.2") \
	X(CHAIN_EMPTY, "chain-empty", FORGE_N(CHAIN) | FORGE_N(CERT), 0, "a chain without certificates") \
	X(CHAIN_ORDER, "chain-order", FORGE_N(CHAIN) | FORGE_N(CERT), 0, "a chain of leaf, root, issuer") \
	X(CHAIN_CA_FIRST, "chain-ca-first", FORGE_N(CHAIN) | FORGE_N(CERT), 0, "a chain whose first certificate is the issuer") \
	X(BASE64_NEWLINE, "base64-newline", FORGE_N(JSON), 0, "a line break within the signature's base64") \
	X(BASE64_MIXED, "base64-mixed", FORGE_N(JSON), 0, "both base64 alphabets in one signature") \
	X(NUMBER_FRACTION, "number-fraction", FORGE_N(V1) | FORGE_N(JSON), 0, "logIndex with a fraction") \
	X(NUMBER_HUGE, "number-huge", FORGE_N(V1) | FORGE_N(JSON), 0, "logIndex beyond 64 bits") \
	X(INDEX_NEGATIVE, "index-negative", FORGE_N(V1), 0, "a negative logIndex, under a promise that says so too") \
	/* signature and content */ \
	X(SIGNATURE_OTHER_BYTES, "signature-other-bytes", 0, 0, "the signature is over another artifact (payload)") \
	X(SIGNATURE_OTHER_KEY, "signature-other-key", 0, 0, "the signature is another key's") \
	X(SIGNATURE_EMPTY, "signature-empty", 0, 0, "the signature has no bytes") \
	X(SIGNATURE_TRAILING, "signature-trailing", 0, 0, "a byte behind the ECDSA signature's DER") \
	X(SIGNATURE_BER, "signature-ber", FORGE_N(JSON), 0, "the ECDSA signature is BER, not DER") \
	X(DIGEST_MISMATCH, "digest-mismatch", FORGE_N(MESSAGE), 0, "messageDigest is another artifact's") \
	X(DIGEST_LENGTH, "digest-length", FORGE_N(MESSAGE) | FORGE_N(JSON), 0, "messageDigest calls its SHA-256 a SHA-512") \
	X(DIGEST_ALGORITHM, "digest-algorithm", FORGE_N(MESSAGE) | FORGE_N(JSON), 0, "messageDigest names no algorithm there is") \
	X(TWO_SIGNATURES, "two-signatures", FORGE_N(DSSE), 0, "two signatures in the envelope, both valid") \
	X(NO_SIGNATURES, "no-signatures", FORGE_N(DSSE), 0, "no signature in the envelope") \
	X(PAYLOAD_CHANGED, "payload-changed", FORGE_N(DSSE), 0, "the payload was changed after signing") \
	X(PAYLOAD_TYPE_CHANGED, "payload-type-changed", FORGE_N(DSSE), 0, "another payloadType was signed") \
	X(PAYLOAD_TYPE_OTHER, "payload-type-other", FORGE_N(DSSE), 0, "a signed payload that is no in-toto statement by its type") \
	X(PAYLOAD_NOT_PAE, "payload-not-pae", FORGE_N(DSSE), 0, "the signature is over the payload, not over its PAE") \
	X(STATEMENT_TYPE, "statement-type", FORGE_N(DSSE), 0, "an unknown statement type") \
	X(STATEMENT_NOT_JSON, "statement-not-json", FORGE_N(DSSE), 0, "a payload that is not JSON") \
	X(SUBJECT_NONE, "subject-none", FORGE_N(DSSE), 0, "a statement without subjects") \
	X(SUBJECT_OTHER, "subject-other", FORGE_N(DSSE), 0, "a statement about another artifact") \
	X(SUBJECT_NO_DIGEST, "subject-no-digest", FORGE_N(DSSE), 0, "a subject with a git commit for a digest") \
	X(SUBJECT_SHORT, "subject-short", FORGE_N(DSSE), 0, "a subject with the first half of the right digest") \
	X(KEY_ID_CONFLICT, "key-id-conflict", FORGE_N(KEY) | FORGE_N(DSSE), 0, "keyid and hint are different") \
	/* what the log entry says */ \
	X(NO_ENTRIES, "no-entries", FORGE_N(STAMP) | FORGE_N(CERT), 0, "no log entry, only a timestamp") \
	X(ENTRY_OTHER_ARTIFACT, "entry-other-artifact", FORGE_N(V1), 0, "the entry is of another artifact (payload)") \
	X(ENTRY_OTHER_SIGNATURE, "entry-other-signature", FORGE_N(V1), 0, "the entry is of another valid signature of the same") \
	X(ENTRY_OTHER_CERTIFICATE, "entry-other-certificate", FORGE_N(V1) | FORGE_N(CERT), 0, "the entry is of another certificate for the same key") \
	X(ENTRY_KEY_ONLY, "entry-key-only", FORGE_N(V1) | FORGE_N(CERT), 0, "the entry names the key in place of the certificate") \
	X(ENTRY_KEY_ONLY_V2, "entry-key-only-v2", FORGE_N(V2) | FORGE_N(CERT), 0, "the v2 entry names the key in place of the certificate") \
	X(ENTRY_OTHER_KEY, "entry-other-key", FORGE_N(KEY), 0, "the entry names another managed key") \
	X(ENTRY_OTHER_ARTIFACT_V2, "entry-other-artifact-v2", FORGE_N(V2), 0, "the v2 entry is of another artifact") \
	X(ENTRY_OTHER_SIGNATURE_V2, "entry-other-signature-v2", FORGE_N(V2), 0, "the v2 entry is of another signature of the same") \
	X(ENTRY_OTHER_CERTIFICATE_V2, "entry-other-certificate-v2", FORGE_N(V2) | FORGE_N(CERT), 0, "the v2 entry is of another certificate for the key") \
	X(ENTRY_KEY_DETAILS, "entry-key-details", FORGE_N(V2), 0, "the v2 entry's keyDetails are another curve's") \
	X(ENTRY_ALGORITHM, "entry-algorithm", FORGE_N(V2), 0, "the v2 entry calls its SHA-256 a SHA-512") \
	X(ENTRY_KIND_VERSION, "entry-kind-version", FORGE_N(V1), 0, "kindVersion differs from the body's") \
	X(ENTRY_UNKNOWN_KIND, "entry-unknown-kind", FORGE_N(JSON), 0, "an entry of a kind that nobody knows") \
	X(ENTRY_DSSE_V2, "entry-dsse-v2", FORGE_N(V2) | FORGE_N(DSSE), 0, "the withdrawn dsse 0.0.2 entry") \
	X(ENTRY_DSSE_FOR_MESSAGE, "entry-dsse-for-message", FORGE_N(MESSAGE) | FORGE_N(JSON), 0, "a dsse entry for a message signature") \
	X(ENTRY_MESSAGE_FOR_DSSE, "entry-message-for-dsse", FORGE_N(DSSE), 0, "a hashedrekord 0.0.1 entry over the PAE") \
	X(ENTRY_TWO_SIGNATURES, "entry-two-signatures", FORGE_N(DSSE), 0, "a dsse entry with two signatures") \
	X(ENTRY_OTHER_PAYLOAD, "entry-other-payload", FORGE_N(DSSE), 0, "a dsse entry of another payload") \
	X(ENTRY_PAE_HASH, "entry-pae-hash", FORGE_N(DSSE), 0, "a dsse entry whose payloadHash is the PAE's") \
	X(ENTRY_NO_BODY, "entry-no-body", FORGE_N(V1) | FORGE_N(JSON), 0, "no canonicalizedBody") \
	X(ENTRY_BODY_NOT_JSON, "entry-body-not-json", 0, 0, "a logged body that is not JSON") \
	X(ENTRY_TWICE, "entry-twice", 0, 0, "the same entry twice") \
	/* inclusion proof */ \
	X(NO_PROOF, "no-proof", FORGE_N(V1), 0, "no inclusion proof") \
	X(NO_PROOF_V2, "no-proof-v2", FORGE_N(V2), 0, "no inclusion proof for a v2 entry") \
	X(PROOF_HASH, "proof-hash", FORGE_N(V1), 0, "a wrong hash in the proof") \
	X(PROOF_HASH_V2, "proof-hash-v2", FORGE_N(V2), 0, "a wrong hash in a v2 proof") \
	X(PROOF_SHORT, "proof-short", 0, 0, "a hash of the proof is missing") \
	X(PROOF_LONG, "proof-long", 0, 0, "a hash too many in the proof") \
	X(PROOF_MANY, "proof-many", 0, 0, "a hundred hashes in the proof") \
	X(PROOF_HASH_LENGTH, "proof-hash-length", 0, 0, "a hash of 31 bytes in the proof") \
	X(PROOF_INDEX, "proof-index", FORGE_N(V1), 0, "the proof is for the neighbour's index") \
	X(PROOF_INDEX_V2, "proof-index-v2", FORGE_N(V2), 0, "the v2 proof's index is not the entry's") \
	X(PROOF_INDEX_BEYOND, "proof-index-beyond", 0, 0, "the proof's index is the tree size") \
	X(PROOF_SIZE_ZERO, "proof-size-zero", 0, 0, "a proof for an empty tree") \
	X(ROOT_WRONG, "root-wrong", 0, 0, "the proof's root hash is not the checkpoint's") \
	X(ROOT_WRONG_SIGNED, "root-wrong-signed", 0, 0, "root hash and signed checkpoint agree on a wrong root") \
	X(SIZE_WRONG, "size-wrong", 0, 0, "the proof's tree size is not the checkpoint's") \
	X(SIZE_WRONG_SIGNED, "size-wrong-signed", 0, 0, "tree size and signed checkpoint agree on a wrong size") \
	X(BODY_NOT_LOGGED, "body-not-logged", FORGE_N(V1), 0, "promised, but the proof is of another body") \
	/* checkpoint */ \
	X(NO_CHECKPOINT, "no-checkpoint", 0, 0, "a proof without checkpoint") \
	X(CHECKPOINT_SIGNATURE, "checkpoint-signature", FORGE_N(V1), 0, "the checkpoint's signature is over another text") \
	X(CHECKPOINT_SIGNATURE_V2, "checkpoint-signature-v2", FORGE_N(V2), 0, "the v2 checkpoint's signature is over another text") \
	X(CHECKPOINT_OTHER_KEY, "checkpoint-other-key", 0, 0, "signed by a stranger's key under the log's key id") \
	X(CHECKPOINT_OTHER_LOG, "checkpoint-other-log", FORGE_N(MORE) | FORGE_N(V1), 0, "another trusted log's checkpoint over this root") \
	X(CHECKPOINT_OTHER_LOG_V2, "checkpoint-other-log-v2", FORGE_N(V2) | FORGE_N(MORE), 0, "another trusted v2 log's checkpoint over this root") \
	X(CHECKPOINT_ORIGIN, "checkpoint-origin", FORGE_N(V2) | FORGE_N(MORE), 0, "another log's origin, signed by this log") \
	X(CHECKPOINT_NAME, "checkpoint-name", FORGE_N(V2), 0, "the signature line names another log") \
	X(CHECKPOINT_KEY_ID, "checkpoint-key-id", 0, 0, "the signature line has another key id") \
	X(CHECKPOINT_UNSIGNED, "checkpoint-unsigned", 0, 0, "only a witness signed the checkpoint") \
	X(CHECKPOINT_NO_LINES, "checkpoint-no-lines", 0, 0, "no signature line at all") \
	X(CHECKPOINT_NO_ORIGIN, "checkpoint-no-origin", 0, 0, "an empty origin line") \
	X(CHECKPOINT_NO_SIZE, "checkpoint-no-size", 0, 0, "no size line") \
	X(CHECKPOINT_NO_ROOT, "checkpoint-no-root", 0, 0, "no root hash line") \
	X(CHECKPOINT_LEADING_ZERO, "checkpoint-leading-zero", 0, 0, "a size with a leading zero") \
	X(CHECKPOINT_ROOT_LENGTH, "checkpoint-root-length", 0, 0, "a root hash of 31 bytes") \
	X(CHECKPOINT_CRLF, "checkpoint-crlf", 0, 0, "carriage returns at the line ends") \
	X(CHECKPOINT_TRAILING, "checkpoint-trailing", 0, 0, "a line of junk behind the signatures") \
	X(CHECKPOINT_MANY_LINES, "checkpoint-many-lines", 0, 0, "a thousand signature lines") \
	/* promise and integrated time */ \
	X(SET_SIGNATURE, "set-signature", FORGE_N(V1), 0, "the promise's signature is over another body") \
	X(SET_SIGNATURE_V01, "set-signature-v01", FORGE_N(V01) | FORGE_N(V1), 0, "the same in a bundle of version 0.1") \
	X(SET_OTHER_INDEX, "set-other-index", FORGE_N(V1), 0, "the promise is for another logIndex") \
	X(SET_OTHER_TIME, "set-other-time", FORGE_N(V1), 0, "the promise is for another integratedTime, both in the certificate's validity") \
	X(SET_OTHER_LOG_ID, "set-other-log-id", FORGE_N(V1), 0, "the promise names another log") \
	X(SET_OTHER_KEY, "set-other-key", FORGE_N(V1), 0, "the promise is signed by a stranger's key") \
	X(SET_ON_V2, "set-on-v2", FORGE_N(V2), 0, "a promise on a v2 entry") \
	X(SET_MISSING_V01, "set-missing-v01", FORGE_N(V01) | FORGE_N(V1) | FORGE_N(CERT), 0, "no promise and no timestamp in a bundle of version 0.1") \
	X(SET_ALONE_RECENT, "set-alone-recent", FORGE_N(V01) | FORGE_N(V1), 0, "version 0.1 with a promise of 2026 and no proof") \
	X(NO_PROMISE, "no-promise", FORGE_N(V1) | FORGE_N(CERT), 0, "an integratedTime that nobody signed, and no other time") \
	X(INTEGRATED_EARLY, "integrated-early", FORGE_N(V1) | FORGE_N(CERT), 0, "integratedTime before the certificate") \
	X(INTEGRATED_LATE, "integrated-late", FORGE_N(V1) | FORGE_N(CERT), 0, "integratedTime after the certificate") \
	X(INTEGRATED_LATE_STAMPED, "integrated-late-stamped", FORGE_N(STAMP) | FORGE_N(V1) | FORGE_N(CERT), 0, "the same beside a good timestamp") \
	X(INTEGRATED_UNSIGNED_LATE, "integrated-unsigned-late", FORGE_N(STAMP) | FORGE_N(V1) | FORGE_N(CERT), 0, "an unpromised integratedTime after the certificate, beside a good timestamp") \
	X(LOG_UNKNOWN, "log-unknown", FORGE_N(STAMP) | FORGE_N(V1), 0, "an entry of a log that the root does not have") \
	X(LOG_UNKNOWN_V2, "log-unknown-v2", FORGE_N(V2), 0, "an entry of a v2 log that the root does not have") \
	X(LOG_WINDOW, "log-window", FORGE_N(V1), FORGE_REKOR_START_S - 3600, "integratedTime outside the log key's window") \
	/* timestamps */ \
	X(NO_STAMP, "no-stamp", FORGE_N(V2) | FORGE_N(CERT), 0, "a v2 entry without timestamp") \
	X(STAMP_OTHER_BYTES, "stamp-other-bytes", FORGE_N(V2), 0, "the timestamp is over another signature") \
	X(STAMP_OTHER_BYTES_V1, "stamp-other-bytes-v1", FORGE_N(STAMP) | FORGE_N(V1), 0, "the same beside a good promise") \
	X(STAMP_OVER_ARTIFACT, "stamp-over-artifact", FORGE_N(V2), 0, "the timestamp is over the artifact") \
	X(STAMP_EARLY, "stamp-early", FORGE_N(V2), 0, "the timestamp is before the certificate") \
	X(STAMP_LATE, "stamp-late", FORGE_N(V2), 0, "the timestamp is after the certificate") \
	X(STAMP_LATE_V1, "stamp-late-v1", FORGE_N(STAMP) | FORGE_N(V1), 0, "the same beside a good promise") \
	X(STAMP_UNKNOWN, "stamp-unknown", FORGE_N(V2), 0, "the timestamp is of an authority that the root does not have") \
	X(STAMP_UNKNOWN_EMBEDDED, "stamp-unknown-embedded", FORGE_N(V2) | FORGE_N(EMBEDDED), 0, "the same, with its certificate") \
	X(STAMP_IMPOSTOR, "stamp-impostor", FORGE_N(V2), 0, "an impostor's, with the names and serial of the trusted one") \
	X(STAMP_IMPOSTOR_EMBEDDED, "stamp-impostor-embedded", FORGE_N(V2) | FORGE_N(EMBEDDED), 0, "the same, with its certificate") \
	X(STAMP_OTHER_SIGNER, "stamp-other-signer", FORGE_N(V2) | FORGE_N(EMBEDDED), 0, "another certificate of the same authority signed") \
	X(STAMP_WINDOW, "stamp-window", FORGE_N(V2), FORGE_TSA_END_S + 3600, "the timestamp is outside the authority's window") \
	X(STAMP_CERTIFICATE_TIME, "stamp-certificate-time", FORGE_N(V2), FORGE_TSA_LEAF_START_S - 3600, "the timestamp is outside its signer's validity") \
	X(STAMP_SIGNATURE, "stamp-signature", FORGE_N(V2), 0, "the token's signature is damaged") \
	X(STAMP_CONTENT, "stamp-content", FORGE_N(V2), 0, "the token's content is not what was signed") \
	X(STAMP_NO_ESS, "stamp-no-ess", FORGE_N(V2), 0, "the token does not name its signer's certificate") \
	X(STAMP_REJECTED, "stamp-rejected", FORGE_N(V2), 0, "the response says that the request was rejected") \
	X(STAMP_BARE, "stamp-bare", FORGE_N(V2), 0, "a token without the response around it") \
	X(STAMP_TRAILING, "stamp-trailing", FORGE_N(V2), 0, "a byte behind the response") \
	X(STAMP_EMPTY, "stamp-empty", FORGE_N(V2), 0, "a timestamp of no bytes") \
	/* the certificate */ \
	X(CERT_EXPIRED, "cert-expired", FORGE_N(CERT), 0, "the certificate had expired when it was used") \
	X(CERT_NOT_YET, "cert-not-yet", FORGE_N(CERT), 0, "the certificate was not valid yet when it was used") \
	X(CERT_UNKNOWN_CA, "cert-unknown-ca", FORGE_N(CERT), 0, "issued by an authority that the root does not have") \
	X(CERT_IMPOSTOR_CA, "cert-impostor-ca", FORGE_N(CERT), 0, "issued by an impostor with the trusted one's names") \
	X(CERT_SELF_SIGNED, "cert-self-signed", FORGE_N(CERT), 0, "issued by itself") \
	X(CERT_SIGNATURE, "cert-signature", FORGE_N(CERT), 0, "the issuer's signature is damaged") \
	X(CERT_CA_WINDOW, "cert-ca-window", FORGE_N(CERT), FORGE_CA_END_S + 3600, "used outside the authority's window") \
	X(CERT_ISSUER_EXPIRED, "cert-issuer-expired", FORGE_N(MORE) | FORGE_N(CERT), 0, "issued under an expired intermediate") \
	X(CERT_VERSION, "cert-version", FORGE_N(CERT), 0, "an X.509 version 1 certificate with extensions") \
	X(CERT_IS_CA, "cert-is-ca", FORGE_N(CERT), 0, "CA:TRUE") \
	X(CERT_NO_EKU, "cert-no-eku", FORGE_N(CERT), 0, "no extended key usage") \
	X(CERT_ANY_EKU, "cert-any-eku", FORGE_N(CERT), 0, "anyExtendedKeyUsage alone") \
	X(CERT_OTHER_EKU, "cert-other-eku", FORGE_N(CERT), 0, "emailProtection in place of codeSigning") \
	X(CERT_NO_KEY_USAGE, "cert-no-key-usage", FORGE_N(CERT), 0, "no key usage") \
	X(CERT_KEY_USAGE, "cert-key-usage", FORGE_N(CERT), 0, "keyAgreement in place of digitalSignature") \
	X(CERT_CRITICAL, "cert-critical", FORGE_N(CERT), 0, "an unknown critical extension") \
	X(CERT_EXTENSION_TWICE, "cert-extension-twice", FORGE_N(CERT), 0, "extension .9 twice") \
	X(CERT_NO_SAN, "cert-no-san", FORGE_N(CERT), 0, "no subject alternative name") \
	X(CERT_SUBJECT_ONLY, "cert-subject-only", FORGE_N(CERT), 0, "the identity is in the subject, no SAN") \
	X(CERT_TWO_SANS, "cert-two-sans", FORGE_N(CERT), 0, "two subject alternative names") \
	X(CERT_SAN_NUL, "cert-san-nul", FORGE_N(CERT), 0, "a NUL within the SAN") \
	X(CERT_SAN_OTHER_OID, "cert-san-other-oid", FORGE_N(CERT), 0, "an otherName of a type that is not Fulcio's") \
	X(CERT_ISSUERS_DIFFER, "cert-issuers-differ", FORGE_N(CERT), 0, "extensions .1 and .8 are different") \
	X(CERT_ISSUER_TAG, "cert-issuer-tag", FORGE_N(CERT), 0, "extension .8 is an IA5String") \
	X(CERT_ISSUER_RAW, "cert-issuer-raw", FORGE_N(CERT), 0, "extension .8 is raw text") \
	X(CERT_ISSUER_TRAILING, "cert-issuer-trailing", FORGE_N(CERT), 0, "a byte behind the string of extension .8") \
	X(CERT_NO_ISSUER, "cert-no-issuer", FORGE_N(CERT), 0, "neither .1 nor .8") \
	X(CERT_RSA_1024, "cert-rsa-1024", FORGE_N(CERT) | FORGE_N(JSON), 0, "an RSA key of 1024 bits") \
	/* signed certificate timestamps */ \
	X(SCT_MISSING, "sct-missing", FORGE_N(CERT), 0, "no SCT") \
	X(SCT_EMPTY_LIST, "sct-empty-list", FORGE_N(CERT), 0, "an SCT list of none") \
	X(SCT_UNKNOWN_LOG, "sct-unknown-log", FORGE_N(CERT), 0, "an SCT of a log that the root does not have") \
	X(SCT_SIGNATURE, "sct-signature", FORGE_N(CERT), 0, "the SCT's signature is over another time") \
	X(SCT_OTHER_KEY, "sct-other-key", FORGE_N(CERT), 0, "an SCT with the log's id, signed by a stranger's key") \
	X(SCT_OTHER_CERTIFICATE, "sct-other-certificate", FORGE_N(CERT), 0, "the SCT of another certificate") \
	X(SCT_OTHER_ISSUER, "sct-other-issuer", FORGE_N(CERT), 0, "the SCT names another issuer") \
	X(SCT_FINAL_CERTIFICATE, "sct-final-certificate", FORGE_N(CERT), 0, "an SCT of type x509_entry, embedded") \
	X(SCT_WINDOW, "sct-window", FORGE_N(CERT), 0, "the SCT is from outside the log's window") \
	X(SCT_VERSION, "sct-version", FORGE_N(CERT), 0, "an SCT of version 2") \
	X(SCT_ALGORITHM, "sct-algorithm", FORGE_N(CERT), 0, "the SCT says RSA, the log's key is ECDSA") \
	X(SCT_HASH, "sct-hash", FORGE_N(CERT), 0, "the SCT says SHA-1") \
	X(SCT_TRAILING, "sct-trailing", FORGE_N(CERT), 0, "bytes behind the SCT list") \
	X(SCT_SECOND_BAD, "sct-second-bad", FORGE_N(MORE) | FORGE_N(CERT), 0, "one good SCT, and a bad one of another known log")

#define FORGE_VARIATION_LIST(X) \
	X(WITNESSES, "witnesses", FORGE_N(V2), 0, "two cosignature lines behind the log's own") \
	X(WITNESS_FIRST, "witness-first", FORGE_N(V2), 0, "a cosignature line before the log's own") \
	X(WITNESS_BAD, "witness-bad", FORGE_N(V2), 0, "a cosignature over another text, beside a good one") \
	X(WITNESS_OF_ONE_LOG, "witness-of-one-log", FORGE_N(V2), 0, "two cosignature lines on the first log's checkpoint alone") \
	X(CHECKPOINT_EXTENSION, "checkpoint-extension", 0, 0, "an extension line in the checkpoint, as Rekor wrote until 2024") \
	X(CHECKPOINT_SECOND_LINE, "checkpoint-second-line", FORGE_N(V2), 0, "a second line of the log's name, of an unknown key") \
	X(SCT_EXTENSIONS, "sct-extensions", FORGE_N(CERT), 0, "an SCT with a leaf index in its extensions") \
	X(SCT_UNKNOWN_SECOND, "sct-unknown-second", FORGE_N(CERT), 0, "a second SCT of an unknown log") \
	X(BASE64_URL_SAFE, "base64-url-safe", FORGE_N(JSON), 0, "the URL-safe alphabet without padding") \
	X(SNAKE_CASE, "snake-case", FORGE_N(JSON), 0, "field names in snake_case") \
	X(NUMBERS, "numbers", FORGE_N(JSON), 0, "64-bit integers as JSON numbers") \
	X(UNKNOWN_FIELD, "unknown-field", 0, 0, "a field that nobody knows") \
	X(NULL_FIELDS, "null-fields", FORGE_N(V2) | FORGE_N(JSON), 0, "unset fields as null and \"0\", as the v2 server answers") \
	X(NO_DIGEST, "no-digest", FORGE_N(MESSAGE) | FORGE_N(JSON), 0, "no messageDigest") \
	X(HIGH_S, "high-s", 0, 0, "the signature has the larger of the two possible s") \
	X(STATEMENT_V01, "statement-v01", FORGE_N(DSSE), 0, "a statement of type v0.1") \
	X(STATEMENT_MORE_SUBJECTS, "statement-more-subjects", FORGE_N(DSSE), 0, "two other subjects before the artifact") \
	X(INTOTO_WITH_KEY_ID, "envelope-key-id", FORGE_N(DSSE), 0, "a keyid in the envelope of a certificate's signature") \
	X(ISSUER_V1_ONLY, "issuer-v1-only", FORGE_N(CERT), 0, "extension .1 without .8") \
	X(BASIC_CONSTRAINTS, "basic-constraints", FORGE_N(CERT), 0, "a leaf that says CA:FALSE") \
	X(STAMP_BESIDE_PROMISE, "stamp-beside-promise", FORGE_N(STAMP), 0, "a promise and a timestamp") \
	X(STAMP_EMBEDDED, "stamp-embedded", FORGE_N(V2) | FORGE_N(EMBEDDED), 0, "the token has its signer's certificate") \
	X(STAMP_NEGATIVE_SERIAL, "stamp-negative-serial", FORGE_N(V2), 0, "a negative serial number in the token") \
	X(STAMP_WITH_MODS, "stamp-with-mods", FORGE_N(V2), 0, "status grantedWithMods") \
	X(STAMP_UNKNOWN_SECOND, "stamp-unknown-second", FORGE_N(V2), 0, "a second timestamp of an unknown authority") \
	X(SET_ALONE_OLD, "set-alone-old", FORGE_N(V01) | FORGE_N(V1), 1686830400, "version 0.1 with a promise of 2023 and no proof") \
	X(CHAIN_TO_ROOT, "chain-to-root", FORGE_N(CHAIN) | FORGE_N(CERT), 0, "a chain of leaf, issuer and root") \
	X(STAMP_AT_WINDOW_END, "stamp-at-window-end", FORGE_N(V2), FORGE_TSA_END_S, "a timestamp of the window's last second") \
	X(SIGNED_AT_WINDOW_END, "signed-at-window-end", FORGE_N(CERT), FORGE_CA_END_S, "signed in the last second of the authority's window")
/* clang-format on */

#define FORGE_DEFECT_NAME(name, text, needs, time, about) FORGE_DEFECT_##name,
typedef enum forge_defect {
	FORGE_NO_DEFECT = 0,
	FORGE_DEFECT_LIST(FORGE_DEFECT_NAME) FORGE_DEFECTS,
} forge_defect;

#define FORGE_VARIATION_NAME(name, text, needs, time, about) FORGE_VARIATION_##name,
typedef enum forge_variation {
	FORGE_NO_VARIATION = 0,
	FORGE_VARIATION_LIST(FORGE_VARIATION_NAME) FORGE_VARIATIONS,
} forge_variation;

#endif
