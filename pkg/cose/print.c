#include "cose/cose.h"

/* Messages for people: words for what stands in a COSE_Sign1, told by where it stands. */

typedef struct word {
	int64_t number;
	const char *name;
} word;

static const word header_words[] = {
	{ SIGLET_COSE_ALG, "alg" },
	{ SIGLET_COSE_CRIT, "crit" },
	{ SIGLET_COSE_CONTENT_TYPE, "content type" },
	{ SIGLET_COSE_KID, "kid" },
	{ SIGLET_COSE_CWT_CLAIMS, "CWT claims" },
	{ SIGLET_COSE_TYP, "typ" },
	{ SIGLET_COSE_X5BAG, "x5bag" },
	{ SIGLET_COSE_X5CHAIN, "x5chain" },
	{ SIGLET_COSE_X5T, "x5t" },
	{ SIGLET_COSE_X5U, "x5u" },
	{ SIGLET_COSE_PAYLOAD_HASH_ALG, "payload-hash-alg" },
	{ SIGLET_COSE_PREIMAGE_CONTENT_TYPE, "preimage-content-type" },
	{ SIGLET_COSE_PAYLOAD_LOCATION, "payload-location" },
	{ SIGLET_COSE_3161_TTC, "3161-ttc" },
	{ SIGLET_COSE_3161_CTT, "3161-ctt" },
	{ SIGLET_COSE_RECEIPTS, "receipts" },
	{ SIGLET_COSE_VDS, "vds" },
	{ SIGLET_COSE_VDP, "vdp" },
	{ SIGLET_COSE_LOG_ENTRIES, "sigstore log entries" },
	{ SIGLET_COSE_TIMESTAMPS, "sigstore timestamps" },
	{ SIGLET_COSE_REKOR_ENTRY, "rekor entry" },
	{ SIGLET_COSE_REKOR_CHECKPOINT, "rekor checkpoint" },
	{ SIGLET_COSE_REKOR_LOG_ID, "rekor log id" },
	{ SIGLET_COSE_REKOR_LOG_INDEX, "rekor log index" },
};

static const word claim_words[] = {
	{ SIGLET_CWT_ISS, "iss" },
	{ SIGLET_CWT_SUB, "sub" },
	{ SIGLET_CWT_AUD, "aud" },
	{ SIGLET_CWT_EXP, "exp" },
	{ SIGLET_CWT_NBF, "nbf" },
	{ SIGLET_CWT_IAT, "iat" },
	{ 7, "cti" },
};

static const word proof_words[] = {
	{ SIGLET_COSE_VDP_INCLUSION, "inclusion" },
	{ SIGLET_COSE_VDP_CONSISTENCY, "consistency" },
};

static const word structure_words[] = {
	{ SIGLET_COSE_VDS_RFC9162_SHA256, "RFC9162_SHA256" },
	{ 2, "CCF_LEDGER_SHA256" },
	{ 3, "MMR_SHA256" },
};

static const word ccf_words[] = {
	{ 1, "leaf" },
	{ 2, "path" },
};

/* Of a log entry that siglet put there (docs/cose.md). */
static const word entry_words[] = {
	{ 1, "version" }, { 2, "log" },	      { 3, "index" },	   { 4, "integrated time" },
	{ 5, "promise" }, { 6, "inclusion" }, { 7, "checkpoint" }, { 8, "root" },
};

static const char *find_word(const word *words, size_t count, int64_t number)
{
	for (size_t i = 0; i < count; i++)
		if (words[i].number == number)
			return words[i].name;
	return NULL;
}

#define WORD(words, number) find_word(words, SIGLET_COUNT(words), number)

/* ---- where an item stands ---- */

/* False for a number that no label is. */
static bool number_of(const siglet_cbor *item, int64_t *ret_number)
{
	const uint64_t argument = siglet_cbor_argument(item);

	if (item == NULL || argument > INT64_MAX)
		return false;
	*ret_number = siglet_cbor_kind_of(item) == SIGLET_CBOR_NINT ? -1 - (int64_t)argument
								    : (int64_t)argument;
	return siglet_cbor_kind_of(item) <= SIGLET_CBOR_NINT;
}

/* A Rekor proof: the outermost map, with proofs in it (docs/cose.md). */
static bool is_rekor_proof(const siglet_cbor *map)
{
	return siglet_cbor_parent(map) == NULL && siglet_cbor_get(map, SIGLET_COSE_VDP) != NULL;
}

/* The protected or unprotected map of an array of four; or one that has the same labels. */
static bool is_header(const siglet_cbor *map)
{
	const siglet_cbor *parent = siglet_cbor_parent(map);

	if (siglet_cbor_kind_of(map) != SIGLET_CBOR_MAP)
		return false;
	if (is_rekor_proof(map))
		return true;
	if (siglet_cbor_kind_of(parent) == SIGLET_CBOR_BYTES) {
		const siglet_cbor *array = siglet_cbor_parent(parent);

		return siglet_cbor_count(array) == 4 && siglet_cbor_at(array, 0) == parent;
	}
	return siglet_cbor_count(parent) == 4 && siglet_cbor_at(parent, 1) == map;
}

/* The header label whose value this is; 0: it is no such value. */
static int64_t label_of(const siglet_cbor *value)
{
	const siglet_cbor *key = siglet_cbor_key_of(value);
	int64_t label = 0;

	return key != value && is_header(siglet_cbor_parent(value)) && number_of(key, &label)
		       ? label
		       : 0;
}

/* In a proof: <<[size, index, path]>> in an array in the vdp map. */
static bool is_proof(const siglet_cbor *item, int64_t *ret_kind)
{
	const siglet_cbor *list = siglet_cbor_parent(siglet_cbor_parent(item));

	return siglet_cbor_kind_of(siglet_cbor_parent(item)) == SIGLET_CBOR_BYTES &&
	       label_of(siglet_cbor_parent(list)) == SIGLET_COSE_VDP &&
	       number_of(siglet_cbor_key_of(list), ret_kind);
}

/* ---- words ---- */

static const char *name_key(const siglet_cbor *map, int64_t number)
{
	int64_t kind = 0;

	if (is_header(map))
		return WORD(header_words, number);
	if (label_of(map) == SIGLET_COSE_CWT_CLAIMS)
		return WORD(claim_words, number);
	if (label_of(map) == SIGLET_COSE_VDP)
		return WORD(proof_words, number);
	if (label_of(siglet_cbor_parent(map)) == SIGLET_COSE_LOG_ENTRIES)
		return WORD(entry_words, number);
	return is_proof(map, &kind) ? WORD(ccf_words, number) : NULL;
}

static const char *name_in_proof(const siglet_cbor *proof, const siglet_cbor *item, int64_t kind)
{
	const bool is_first = siglet_cbor_at(proof, 0) == item;

	if (siglet_cbor_count(proof) != 3)
		return NULL;
	if (kind == SIGLET_COSE_VDP_INCLUSION)
		return is_first ? "tree size" : "leaf index";
	return is_first ? "older size" : "newer size";
}

static const char *name_value(const siglet_cbor *item, int64_t number)
{
	const siglet_cbor *parent = siglet_cbor_parent(item);
	int64_t kind = 0;

	switch (label_of(item)) {
	case SIGLET_COSE_ALG:
	case SIGLET_COSE_PAYLOAD_HASH_ALG:
		return siglet_cose_algorithm_name(number);
	case SIGLET_COSE_VDS:
		return WORD(structure_words, number);
	default:
		break;
	}
	if (label_of(parent) == SIGLET_COSE_X5T)
		return siglet_cose_algorithm_name(number);
	if (label_of(parent) == SIGLET_COSE_CRIT)
		return WORD(header_words, number);
	return is_proof(parent, &kind) ? name_in_proof(parent, item, kind) : NULL;
}

static const char *name_of(const siglet_cbor *integer)
{
	int64_t number = 0;

	if (!number_of(integer, &number))
		return NULL;
	if (siglet_cbor_key_of(integer) == integer)
		return name_key(siglet_cbor_parent(integer), number);
	return name_value(integer, number);
}

/* ---- what is inside byte strings ---- */

/* What can't be opened is shown as the bytes that it is. */
static siglet_err *pass_over(siglet_err *err)
{
	if (err == NULL || siglet_err_is_fault(err))
		return err;
	siglet_err_free(err);
	return NULL;
}

static siglet_err *open_each(siglet_cbor_doc *doc, const siglet_cbor *array)
{
	const siglet_cbor *inner = NULL;
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < siglet_cbor_count(array); i++)
		if (siglet_cbor_kind_of(siglet_cbor_at(array, i)) == SIGLET_CBOR_BYTES)
			err = pass_over(
				siglet_cbor_open(doc, siglet_cbor_at(array, i), NULL, &inner));
	return err;
}

static siglet_err *open_message(siglet_cbor_doc *doc, const siglet_cbor *item);

/* A receipt is a message again; how deep that goes is bounded by the document. */
static siglet_err *open_receipts(siglet_cbor_doc *doc, const siglet_cbor *receipts)
{
	siglet_err *err = open_each(doc, receipts);

	for (size_t i = 0; err == NULL && i < siglet_cbor_count(receipts); i++)
		err = open_message(doc, siglet_cbor_opened(siglet_cbor_at(receipts, i)));
	return err;
}

static siglet_err *open_proofs(siglet_cbor_doc *doc, const siglet_cbor *proofs)
{
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < siglet_cbor_count(proofs); i++)
		err = open_each(doc, siglet_cbor_value(proofs, i));
	return err;
}

static siglet_err *open_message(siglet_cbor_doc *doc, const siglet_cbor *item)
{
	siglet_cose_sign1 message = { 0 };
	siglet_err *err;

	if (item == NULL)
		return NULL;
	err = pass_over(siglet_cose_sign1_read(doc, item, &message));
	if (err != NULL || message.item == NULL)
		return err;
	err = open_proofs(doc, siglet_cose_unprotected(&message, SIGLET_COSE_VDP));
	if (err == NULL)
		err = open_receipts(doc, siglet_cose_unprotected(&message, SIGLET_COSE_RECEIPTS));
	return err;
}

siglet_err *siglet_cose_print(siglet_cbor_doc *doc, size_t max_string, siglet_buf *ret_text)
{
	const siglet_cbor_style style = { .name = name_of, .indent = 2, .max_string = max_string };
	const siglet_cbor *root = siglet_cbor_root(doc);
	siglet_err *err = is_rekor_proof(root)
				  ? open_proofs(doc, siglet_cbor_get(root, SIGLET_COSE_VDP))
				  : open_message(doc, root);

	return err == NULL ? siglet_cbor_print(root, &style, ret_text) : err;
}
