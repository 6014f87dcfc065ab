/*
 * cose: does every bit of a COSE message and of a transparent statement count?
 *
 * Flips the bits, one at a time, of messages with log entries and timestamps, and of statements with receipts.
 * A mutant must be refused, or the bit must be one that nothing signs: those are listed below with their
 * reasons, and the accepted ones are counted by them. Any other accepted mutant is a failure. What is asked
 * for is all that is there, so that a part which stops counting is missed.
 *
 * Usage: cose STEP
 * STEP 1: all bits of the first message and statement; else one in STEP.
 */
#include "../lib/check.h"
#include "../lib/regions.h"

#include "cose_build.h"

#if SIGLET_COSE

#include "../unit/statement_maker.h"

/* ---- mutants ---- */

typedef struct target {
	const char *name;
	siglet_slice message, artifact;
	const siglet_trustroot *root;
	const siglet_policy *policy;
	siglet_digests digests;
	regions free; /* of the message's bytes */
} target;

static bool accepts(const target *t, siglet_slice message)
{
	const siglet_verify_input input = { &t->digests, true, t->artifact };
	siglet_bundle *bundle = NULL;
	siglet_report *report = NULL;
	siglet_err *err = siglet_bundle_parse_cose(heads(), message, &bundle);

	if (err == NULL)
		err = siglet_verify(bundle, t->root, &input, t->policy, &report);
	const bool accepted = err == NULL && siglet_report_accepted(report);
	siglet_err_free(err);
	siglet_report_free(report);
	siglet_bundle_free(bundle);
	return accepted;
}

static void mutate(const target *t, unsigned step)
{
	siglet_buf copy = maker_buf();
	unsigned long mutants = 0, refused = 0, allowed = 0, surprises = 0;

	MAKER_DO(siglet_buf_append(&copy, t->message));
	for (size_t bit = 0; bit < 8 * copy.len; bit++) {
		const char *reason = find_reason(&t->free, bit / 8);

		if (step > 1 && (bit % 8 != bit / 8 % 8 || bit / 8 % (step / 8 + 1) != 0))
			continue;
		mutants++;
		copy.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (!accepts(t, siglet_buf_slice(&copy)))
			refused++;
		else if (reason != NULL)
			allowed++;
		else if (surprises++ < 20)
			printf("# %s: accepted: byte %zu, bit %zu\n", t->name, bit / 8, bit % 8);
		copy.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	OK(surprises == 0 && mutants > 100, "%s: %lu mutants, %lu refused", t->name, mutants,
	   refused);
	printf("# %s: %lu accepted, of bits that nothing signs\n", t->name, allowed);
	OK(accepts(t, t->message), "%s: it is accepted as it was", t->name);
	siglet_buf_clear(&copy);
}

/* ---- what nothing signs ---- */

static void free_slice(target *t, const char *reason, siglet_slice bytes)
{
	const size_t from = (size_t)(bytes.ptr - t->message.ptr);

	add_region(&t->free, reason, from, from + bytes.len);
}

static void free_inside(target *t, siglet_slice bytes, const regions *inside)
{
	const size_t base = (size_t)(bytes.ptr - t->message.ptr);

	for (size_t i = 0; i < inside->count; i++)
		add_region(&t->free, inside->list[i].reason, base + inside->list[i].from,
			   base + inside->list[i].to);
}

static void free_of_message(target *t, siglet_cbor_doc *doc, bool is_v2)
{
	siglet_cose_sign1 message;
	regions r = { .count = 0 };

	MAKER_DO(siglet_cose_sign1_read(doc, siglet_cbor_root(doc), &message));
	const siglet_cbor *entries = siglet_cose_unprotected(&message, SIGLET_COSE_LOG_ENTRIES);
	const siglet_cbor *entry = siglet_cbor_at(entries, 0);
	const siglet_cbor *stamps = siglet_cose_unprotected(&message, SIGLET_COSE_TIMESTAMPS);
	const siglet_slice checkpoint = siglet_cbor_text(siglet_cbor_get(entry, 7));
	char note[8192];

	(void)snprintf(note, sizeof(note), "%.*s", (int)checkpoint.len,
		       (const char *)checkpoint.ptr);
	checkpoint_regions(siglet_slice_str(note), is_v2, &r);
	free_inside(t, checkpoint, &r);
	for (size_t i = 0; i < siglet_cbor_count(stamps); i++) {
		const siglet_slice der = siglet_cbor_bytes(siglet_cbor_at(stamps, i));

		r.count = 0;
		timestamp_regions(der, &r);
		free_inside(t, der, &r);
	}
	/* The checkpoint has the root; under another number it is as if it were not there. */
	for (size_t i = 0; is_v2 && i < siglet_cbor_count(entry); i++)
		if (siglet_cbor_argument(siglet_cbor_key(entry, i)) == 8)
			free_slice(t, "the root's number in a Rekor v2 entry",
				   siglet_cbor_raw(siglet_cbor_key(entry, i)));
}

/* ---- messages ---- */

static void mutate_message(const char *name, const forge_options *options, unsigned step)
{
	const forge_config config = { .is_fast = true };
	forge *instance = forge_new(&config);
	siglet_buf root = forge_trusted_root(instance, NULL);
	forge_product product = forge_make(instance, options);
	siglet_trustroot *trusted = NULL;
	siglet_key *key = NULL;
	siglet_cbor_doc *doc = NULL;
	siglet_policy policy;
	target t = { .name = name,
		     .message = siglet_buf_slice(&product.json),
		     .artifact = siglet_buf_slice(&product.artifact),
		     .policy = &policy };

	MAKER_DO(siglet_trustroot_parse(siglet_buf_slice(&root), &trusted));
	MAKER_DO(judge_hash(t.artifact, &t.digests));
	siglet_policy_init(&policy);
	policy.identity.text = product.identity;
	policy.issuer.text = product.issuer;
	if (product.identity == NULL) {
		MAKER_DO(siglet_key_from_pem(siglet_buf_slice(&product.public_key), &key));
		policy.key = key;
	}
	/* Every time that is there is wanted: a timestamp, and of Rekor v1 a promise. */
	policy.thresholds.timestamp = (unsigned)options->stamp_count + (options->is_v2 ? 0 : 1);
	t.root = trusted;
	MAKER_DO(siglet_cbor_parse(heads(), t.message, t.message.len, NULL, &doc));
	free_of_message(&t, doc, options->is_v2);
	mutate(&t, step);
	siglet_cbor_doc_free(doc);
	siglet_key_free(key);
	siglet_trustroot_free(trusted);
	forge_product_clear(&product);
	siglet_buf_clear(&root);
	forge_free(instance);
}

/* ---- statements ---- */

/* [size, index, path] of the tiles' receipt: the root alone is signed (pkg/scitt/scitt.h). */
static void free_of_statement(target *t, siglet_cbor_doc *doc)
{
	siglet_scitt_statement statement;

	MAKER_DO(siglet_scitt_statement_read(doc, siglet_cbor_root(doc), &statement));
	for (size_t i = 0; i < statement.receipt_count; i++) {
		const siglet_cbor *item = NULL;
		siglet_scitt_receipt receipt;

		MAKER_DO(siglet_cbor_open(doc, statement.receipts[i], NULL, &item));
		MAKER_DO(siglet_scitt_receipt_read(doc, item, &receipt));
		for (size_t k = 0; receipt.structure == SIGLET_SCITT_RFC9162_SHA256 && k < 2; k++)
			free_slice(t, "the place in a tree",
				   siglet_cbor_raw(siglet_cbor_at(receipt.inclusion[0], k)));
	}
}

static void mutate_statement(const char *name, const plan *p, unsigned step)
{
	static const registration both[] = { { &ledger, RECEIPT_PLAIN },
					     { &tiles, RECEIPT_ATTACHED } };
	siglet_buf bare = statement_of(p, SIGLET_SLICE_NONE);
	siglet_buf whole = with_receipts(siglet_buf_slice(&bare), both, 2);
	siglet_scitt_keys *keys = NULL;
	siglet_cbor_doc *doc = NULL;
	siglet_policy policy;
	target t = { .name = name,
		     .message = siglet_buf_slice(&whole),
		     .artifact = siglet_slice_str(stated),
		     .policy = &policy };

	MAKER_DO(siglet_scitt_keys_new(&keys));
	pin(keys, &ledger, "ledger.example");
	pin(keys, &tiles, "");
	siglet_policy_init(&policy);
	policy.is_statement = true;
	policy.services = keys;
	policy.thresholds.receipt = 2;
	policy.issuer.text = p->by_key ? p->issuer : did;
	policy.subject.text = SUBJECT;
	policy.key = p->by_key ? siglet_signer_key(author) : NULL;
	MAKER_DO(judge_hash(t.artifact, &t.digests));
	MAKER_DO(siglet_cbor_parse(heads(), t.message, t.message.len, NULL, &doc));
	free_of_statement(&t, doc);
	mutate(&t, step);
	siglet_cbor_doc_free(doc);
	siglet_scitt_keys_free(keys);
	siglet_buf_clear(&whole);
	siglet_buf_clear(&bare);
}

int main(int argc, char **argv)
{
	const unsigned full = argc == 2 ? (unsigned)atoi(argv[1]) : 0;
	const unsigned few = full < 8 ? 8 : full;
	static const struct {
		const char *name;
		forge_options options;
	} messages[] = {
		{ "a hash envelope in Rekor v2",
		  { .cose = FORGE_COSE_HASH, .is_v2 = true, .stamp_count = 1 } },
		{ "a hash envelope in Rekor v1", { .cose = FORGE_COSE_HASH, .stamp_count = 1 } },
		{ "an attached payload",
		  { .cose = FORGE_COSE_ATTACHED, .is_v2 = true, .stamp_count = 1 } },
		{ "a detached payload",
		  { .cose = FORGE_COSE_DETACHED, .is_v2 = true, .stamp_count = 1 } },
		{ "a managed key", { .cose = FORGE_COSE_HASH, .material = FORGE_PUBLIC_KEY } },
	};
	static const plan plans[] = { { .issuer = NULL },
				      { .has_hash = true },
				      { .is_detached = true },
				      { .issuer = "acme", .by_key = true } };
	static const char *const names[] = { "a statement", "a statement of a hash",
					     "a statement whose payload is elsewhere",
					     "a statement by a key" };

	if (full == 0) {
		fprintf(stderr, "usage: cose STEP\n");
		return 2;
	}
	for (size_t i = 0; i < SIGLET_COUNT(messages); i++)
		mutate_message(messages[i].name, &messages[i].options, i == 0 ? full : few);
	make_author();
	make_services();
	for (size_t i = 0; i < SIGLET_COUNT(plans); i++)
		mutate_statement(names[i], &plans[i], i == 0 ? full : few);
	clear_makers();
	return tap_done();
}

#else

int main(void)
{
	SKIP("built without COSE");
	return tap_done();
}

#endif
