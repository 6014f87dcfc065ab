/*
 * scitt: statements, receipts and keys where the n-th allocation fails, for every n.
 *
 * What is refused with memory must never be accepted without, and no service may count that does
 * not with memory; what is accepted may fail, and gives back all it took.
 */
#include "../unit/scitt_maker.h"

#include "../lib/deny.h"

#ifdef CAN_DENY

typedef struct scene {
	const char *claim;
	siglet_slice statement, keys;
	siglet_slice issuer;
} scene;

static siglet_err *act(const scene *s)
{
	siglet_scitt_keys *keys = NULL;
	siglet_cbor_doc *doc = NULL;
	siglet_scitt_statement statement;
	siglet_scitt_findings findings = { .count = 0 };
	siglet_err *err = siglet_scitt_keys_new(&keys);

	if (err == NULL)
		err = siglet_scitt_keys_add(keys, heads(), s->issuer, s->keys);
	if (err == NULL)
		err = siglet_cbor_parse(heads(), s->statement, SIGLET_MAX_CBOR_BYTES,
					siglet_cose_sign1_names, &doc);
	if (err == NULL)
		err = siglet_scitt_statement_read(doc, siglet_cbor_root(doc), &statement);
	if (err == NULL)
		err = siglet_scitt_check(doc, &statement, keys, &findings);
	if (err == NULL)
		err = siglet_scitt_findings_require(&findings, 1);
	siglet_scitt_findings_clear(&findings);
	siglet_cbor_doc_free(doc);
	siglet_scitt_keys_free(keys);
	return err;
}

static bool fail_at(const scene *s, uint64_t index, bool *ret_accepted, int64_t *ret_kept)
{
	const int64_t before = live;
	siglet_err *err;

	failed = false;
	until = index;
	armed = true;
	err = act(s);
	armed = false;
	*ret_accepted = err == NULL;
	siglet_err_free(err);
	*ret_kept = live - before;
	return failed;
}

static void sweep(const scene *s, bool good)
{
	unsigned long failures = 0, accepted = 0, leaks = 0;
	siglet_err *err = act(s);
	int64_t kept = 0;
	bool yes = false;

	OK((err == NULL) == good, "%s: %s with memory", s->claim, good ? "accepted" : "refused");
	if (err != NULL)
		printf("# %s\n", siglet_err_message(err));
	siglet_err_free(err);
	for (uint64_t n = 0; fail_at(s, n, &yes, &kept); n++) {
		failures++;
		accepted += yes;
		if (kept > 0 && fail_at(s, n, &yes, &kept) && kept > 0)
			leaks++;
	}
	OK(failures > 10, "… %lu allocations fail in turn", failures);
	OK(good || accepted == 0, "… %lu times accepted", accepted);
	OK(leaks == 0, "… %lu leaks", leaks);
}

/* {1: -7, 4: 'k', 15: {1: "a:b", 2: "s"}} */
#define HEADER "a3 0126 04416b 0fa2 0163613a62 026173"

static siglet_buf with_receipts(const siglet_buf *receipts, size_t count)
{
	siglet_buf inside = unhex(HEADER), outside = maker_buf(), message = maker_buf();
	siglet_cbor_writer w;

	siglet_cbor_writer_init(&w, heads(), &outside);
	siglet_cbor_write_begin_map(&w);
	if (count > 0) {
		siglet_cbor_write_int(&w, SIGLET_COSE_RECEIPTS);
		siglet_cbor_write_begin_array(&w);
		for (size_t i = 0; i < count; i++)
			siglet_cbor_write_bytes(&w, siglet_buf_slice(&receipts[i]));
		siglet_cbor_write_end_array(&w);
	}
	siglet_cbor_write_end_map(&w);
	MAKER_DO(siglet_cbor_writer_finish(&w));
	const siglet_cose_draft draft = { .protected_map = siglet_buf_slice(&inside),
					  .unprotected_map = siglet_buf_slice(&outside) };

	MAKER_DO(siglet_cose_write(heads(), &draft, siglet_slice_str("signature"), &message));
	siglet_buf_clear(&outside);
	siglet_buf_clear(&inside);
	return message;
}

static void sweep_ways(const service *s, const service *stranger, siglet_slice keys)
{
	static const struct {
		receipt_way first, second;
		bool good;
		const char *claim;
	} ways[] = {
		{ RECEIPT_PLAIN, RECEIPT_PLAIN, true, "two receipts" },
		{ RECEIPT_OTHER_SIGNER, RECEIPT_PLAIN, false, "a forged one and a good one" },
		{ RECEIPT_OTHER_ENTRY, RECEIPT_PLAIN, false, "a wrong one and a good one" },
		{ RECEIPT_NO_VDS, RECEIPT_OTHER_HASH, false, "none and a wrong one" },
	};
	siglet_buf registered = with_receipts(NULL, 0);
	scene at = { .keys = keys, .issuer = siglet_slice_str(s->issuer) };

	for (size_t i = 0; i < SIGLET_COUNT(ways); i++) {
		siglet_buf receipts[] = {
			make_receipt(stranger, siglet_buf_slice(&registered), RECEIPT_PLAIN),
			make_receipt(s, siglet_buf_slice(&registered), ways[i].first),
			make_receipt(s, siglet_buf_slice(&registered), ways[i].second),
		};
		siglet_buf message = with_receipts(receipts, 3);

		at.claim = ways[i].claim;
		at.statement = siglet_buf_slice(&message);
		sweep(&at, ways[i].good);
		siglet_buf_clear(&message);
		message = with_receipts(receipts, 1);
		at.claim = "a stranger's alone";
		at.statement = siglet_buf_slice(&message);
		if (i == 0)
			sweep(&at, false);
		siglet_buf_clear(&message);
		for (size_t k = 0; k < SIGLET_COUNT(receipts); k++)
			siglet_buf_clear(&receipts[k]);
	}
	siglet_buf_clear(&registered);
}

int main(void)
{
	if (heads() == NULL) {
		SKIP("built without COSE");
		return tap_done();
	}
	service a = service_new(SIGLET_SCITT_RFC9162_SHA256, "a.example");
	service b = service_new(SIGLET_SCITT_CCF_LEDGER_SHA256, "b.example");
	siglet_buf a_keys = service_keys(&a), b_keys = maker_buf();

	MAKER_DO(siglet_pem_encode("PUBLIC KEY", siglet_key_spki(siglet_signer_key(b.signer)),
				   &b_keys));
	sweep_ways(&a, &b, siglet_buf_slice(&a_keys));
	sweep_ways(&b, &a, siglet_buf_slice(&b_keys));
	siglet_buf_clear(&b_keys);
	siglet_buf_clear(&a_keys);
	service_clear(&b);
	service_clear(&a);
	return tap_done();
}

#else

int main(void)
{
	SKIP("allocations can't be made to fail in this build");
	return tap_done();
}

#endif
