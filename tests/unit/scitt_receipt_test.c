#include "scitt/scitt_internal.h"

#include "scitt_maker.h"

/* Receipts: of the services that are met, of drafts' examples, and of our own making. */

/* ---- a receipt that a service in production gave ---- */

/*
 * The receipt of the transparent statement uvm_0.2.10 of microsoft/scitt-ccf-ledger, the hash of
 * what was registered, the root that it leads to, and the key of the service (its certificate's
 * SubjectPublicKeyInfo): facts, by value.
 */
#define CCF_RECEIPT                                                                              \
	"d28458aea50138220458406461373639346631366465663561303536636139366166623231653839613934" \
	"353065346363383735653264653335316461373664393935343461336538343919018b020fa3061a6949b4" \
	"00017829657372702d6374732d64622e636f6e666964656e7469616c2d6c65646765722e617a7572652e63" \
	"6f6d027673636974742e6363662e7369676e61747572652e7631666363662e7631a1647478696469343538" \
	"2e3132343431a119018ca1208159014ca2018358204f6d256624f31df6055daaaefa163151f3bb67a13d91" \
	"b6fd1b9d6267c7f7e374784d63653a3435382e31323434303a383538653061366462373837633532336163" \
	"39343065363430613738316566636430363335613565323262646631383664343661636566323937353966" \
	"3463315820a60138fb1591fe6c433b41128b0349cf3636bce74fc8c2e7140bc13b74612649028582f55820" \
	"dcca11d1f7ce42c6ad444b4f0a0dce80b124e4d9a47682482af97217aa3ef83182f5582012fb1e0f8338dc" \
	"879bb9116d02cca298720c6e6176cda541a397a478631e1f4b82f55820d46352a126444db8020cf2228069" \
	"f82ee62adab33b846e0191c87bb899cd0d1682f55820d5d733f6382f6eb01156411ea596b9a046d261e7bc" \
	"31effe80b7c588264d1fa282f558203c408c50424c65137e89dbaaf0d4fc6edc0f8b65c076fb308bd046fe" \
	"7f259d39f6586044e2022692f30acce3c2c9ad73bb75e828d37ca26cfd15ceca873b055aeb8375078f0bc8" \
	"30e87cb7a6876eb2d6ea10b20909b922550c8972fcaa35e64a1fd60696f59a7f8d20806f928d67db2e9815" \
	"831cd43888d5d150e2e5c962ab3bedfbcb"
#define CCF_DATA_HASH "a60138fb1591fe6c433b41128b0349cf3636bce74fc8c2e7140bc13b74612649"
#define CCF_ROOT "9a9b439497b18eed7d5a1f3177c3206cb221e12e46e6f66bac935c62053b0466"
#define CCF_SPKI                                                                                 \
	"3076301006072a8648ce3d020106052b810400220362000419e43fa80dd9c58a1a6a7dc3d2703bc6b88c72" \
	"688ca90d14358d432ecec2e64204688fd12ffd9db91706d488ba83ef3eb8a891af8514f1a5ee99c03cc2ee" \
	"8b39ab47d2a2f6023172dfff22071de66edd5fa12e7134795772130c2d3482bd12e7"

static siglet_cbor_doc *doc;
static siglet_buf kept;
static siglet_scitt_receipt receipt;

static siglet_err *read_bytes(siglet_slice bytes)
{
	siglet_err *err;

	siglet_cbor_doc_free(doc);
	doc = NULL;
	siglet_buf_clear(&kept);
	siglet_buf_init(&kept, 32u << 20);
	MAKER_DO(siglet_buf_append(&kept, bytes));
	err = siglet_cbor_parse(heads(), siglet_buf_slice(&kept), SIGLET_MAX_CBOR_BYTES,
				siglet_cose_sign1_names, &doc);
	return err == NULL ? siglet_scitt_receipt_read(doc, siglet_cbor_root(doc), &receipt) : err;
}

static void same_bytes(siglet_slice got, const char *hex, const char *claim)
{
	siglet_buf wanted = unhex(hex);

	OK(siglet_slice_equal(got, siglet_buf_slice(&wanted)), "%s", claim);
	siglet_buf_clear(&wanted);
}

static void a_ccf_receipt_from_production(void)
{
	siglet_buf bytes = unhex(CCF_RECEIPT), spki = unhex(CCF_SPKI), hash = unhex(CCF_DATA_HASH);
	static const int64_t labels[] = { SIGLET_COSE_CWT_CLAIMS, SIGLET_COSE_VDS };
	siglet_cose_context context = { .is_detached = true, .understood = { labels, 2 } };
	siglet_scitt_entry entry = { .leaf = hash_of(0) };
	siglet_scitt_proven proven = { 0 };
	siglet_key *key = NULL;

	memcpy(entry.hash.bytes, hash.ptr, SIGLET_SHA256_SIZE);
	OK_SUCCESS(read_bytes(siglet_buf_slice(&bytes)), "a receipt from production is read");
	OK(receipt.structure == SIGLET_SCITT_CCF_LEDGER_SHA256 && receipt.inclusion_count == 1 &&
		   receipt.claims.has_issued_at && receipt.claims.issued_at_s == 1766437888,
	   "… with one proof, of a CCF ledger");
	OK(siglet_slice_is(receipt.claims.issuer, "esrp-cts-db.confidential-ledger.azure.com"),
	   "… by its issuer");
	OK_SUCCESS(siglet_key_from_spki(siglet_buf_slice(&spki), &key), "the service's key");
	OK_SUCCESS(siglet_scitt_inclusion_root(receipt.structure, receipt.inclusion[0], &entry,
					       &proven),
		   "its proof holds for that hash");
	same_bytes(siglet_hash32_slice(&proven.root), CCF_ROOT, "… and leads to that root");
	context.payload = siglet_hash32_slice(&proven.root);
	OK_SUCCESS(siglet_cose_verify(&receipt.message, heads(), key, &context),
		   "… which the key signed");
	proven.root.bytes[0] ^= 1;
	OK_ERROR(siglet_cose_verify(&receipt.message, heads(), key, &context), SIGLET_E_MISMATCH,
		 "… and no other");
	entry.hash.bytes[0] ^= 1;
	OK_ERROR(siglet_scitt_inclusion_root(receipt.structure, receipt.inclusion[0], &entry,
					     &proven),
		 SIGLET_E_MISMATCH, "it is about no other hash");
	siglet_key_free(key);
	siglet_buf_clear(&hash);
	siglet_buf_clear(&spki);
	siglet_buf_clear(&bytes);
}

/* ---- the examples of RFC 9942, whose keys were not given: their form ---- */

#define EXAMPLE_INCLUSION                                                                        \
	"d2845840a40126044a746573742d6b65792d3119018b010fa101782868747470733a2f2f7472616e737061" \
	"72656e63792d736572766963652e6578616d706c652e636f6da119018ca12081586a830503835820"       \
	"3d06455dd33da4e9bbd8090677a2d0955e6dffe4b92069605a468920d11980955820"                   \
	"33a5211719e06238a191c7244a7633187da2c9aaa5bc6dec54e2cbb4982554345820"                   \
	"4d75742d9ea02f7767dcd554a7878ff22cdb208be9f3d35f7aa7700b57e741c0f65840"                 \
	"34e81008fb0e4e521657668745450df608d0e5c015dffc5d607dd78236c2908f4e2b643817d9191d0abd7c" \
	"074aff2b1bfda519ab3fab210ff2e0a1de275de6a7"
#define EXAMPLE_CONSISTENCY                                                                      \
	"d2845840a40126044a746573742d6b65792d3119018b010fa101782868747470733a2f2f7472616e737061" \
	"72656e63792d736572766963652e6578616d706c652e636f6da119018ca12181588c830305845820"       \
	"3d06455dd33da4e9bbd8090677a2d0955e6dffe4b92069605a468920d11980955820"                   \
	"987ba8093cabe31046a77bbe9aa4b5f62675d943386c7fbbe249cbaca5da242d5820"                   \
	"33a5211719e06238a191c7244a7633187da2c9aaa5bc6dec54e2cbb4982554345820"                   \
	"4d75742d9ea02f7767dcd554a7878ff22cdb208be9f3d35f7aa7700b57e741c0f65840"                 \
	"a1373d8ba837eedb7680692e7bda76569acd2f92259ad482c7076f201c8657910f5623b1ecaa40d845a5d1" \
	"a49f3f5bd8927096384cfccea52933f448523fe685"

static void examples_of_the_rfc_are_read(void)
{
	siglet_buf bytes = unhex(EXAMPLE_INCLUSION);
	siglet_scitt_growth growth = { 0 };

	OK_SUCCESS(read_bytes(siglet_buf_slice(&bytes)), "an inclusion receipt");
	OK(receipt.structure == SIGLET_SCITT_RFC9162_SHA256 && receipt.inclusion_count == 1 &&
		   receipt.consistency_count == 0 && siglet_slice_is(receipt.kid, "test-key-1"),
	   "… says what it should");
	OK(!siglet_cbor_is_deterministic(siglet_cbor_root(doc)) ||
		   !siglet_cbor_is_deterministic(receipt.message.is_protected),
	   "… with keys out of order");
	siglet_buf_clear(&bytes);
	bytes = unhex(EXAMPLE_CONSISTENCY);
	OK_SUCCESS(read_bytes(siglet_buf_slice(&bytes)), "a consistency receipt");
	OK(receipt.inclusion_count == 0 && receipt.consistency_count == 1, "… is one");
	OK_SUCCESS(siglet_scitt_growth_read(receipt.consistency[0], &growth), "… its proof");
	OK(growth.old_size == 3 && growth.new_size == 5 && growth.count == 4, "… from 3 to 5");
	siglet_buf_clear(&bytes);
}

/* ---- receipts of our own making ---- */

static const siglet_slice entry = { (const uint8_t *)"what was registered", 19 };

static siglet_err *check(const service *s, receipt_way way, const siglet_scitt_keys *keys,
			 siglet_scitt_proven *ret_proven)
{
	siglet_buf bytes = make_receipt(s, entry, way);
	siglet_err *err = read_bytes(siglet_buf_slice(&bytes));

	if (err == NULL)
		err = siglet_scitt_receipt_check(&receipt, heads(), keys, entry, ret_proven);
	siglet_buf_clear(&bytes);
	return err;
}

/* What must come of each way; 0: it verifies. */
typedef struct fate {
	receipt_way way;
	int rfc9162, ccf; /* code; -1: of the other structure only */
	const char *text;
} fate;

static const fate fates[] = {
	{ RECEIPT_PLAIN, 0, 0, "" },
	{ RECEIPT_ATTACHED, 0, 0, "" },
	{ RECEIPT_TWO_PROOFS, 0, 0, "" },
	{ RECEIPT_MOST_PROOFS, 0, 0, "" },
	{ RECEIPT_OTHER_SIZE, 0, -1, "" }, /* scitt.h: only the root is signed */
	{ RECEIPT_WITHOUT_KID, 0, 0, "" },
	{ RECEIPT_WITHOUT_ISSUER, 0, 0, "" },
	{ RECEIPT_UNTAGGED, SIGLET_E_MALFORMED, SIGLET_E_MALFORMED, "a receipt without its tag" },
	{ RECEIPT_NO_VDS, SIGLET_E_MISSING, SIGLET_E_MISSING, "no vds: it is no receipt" },
	{ RECEIPT_VDS_UNPROTECTED, SIGLET_E_MALFORMED, SIGLET_E_MALFORMED,
	  "unprotected/395: vds counts only in the protected header" },
	{ RECEIPT_VDS_MMR, SIGLET_E_UNSUPPORTED, SIGLET_E_UNSUPPORTED,
	  "protected/395: structure 3, which is not used here" },
	{ RECEIPT_NO_VDP, SIGLET_E_MISSING, SIGLET_E_MISSING,
	  "unprotected: no proofs (vdp) in it" },
	{ RECEIPT_VDP_ARRAY, SIGLET_E_MALFORMED, SIGLET_E_MALFORMED,
	  "unprotected/396: an array, not a map" },
	{ RECEIPT_NO_PROOFS, SIGLET_E_LENGTH, SIGLET_E_LENGTH,
	  "unprotected/396/-1: an array of 0, not 1 to 16" },
	{ RECEIPT_UNKNOWN_PROOFS, SIGLET_E_MISSING, SIGLET_E_MISSING,
	  "unprotected/396: no proof that is known" },
	{ RECEIPT_MANY_PROOFS, SIGLET_E_LIMIT, SIGLET_E_LIMIT,
	  "unprotected/396/-1: 17 proofs, more than 16" },
	{ RECEIPT_PROOF_MAP, SIGLET_E_MALFORMED, SIGLET_E_MALFORMED, "unprotected/396/-1/0: a" },
	{ RECEIPT_OTHER_ENTRY, SIGLET_E_MISMATCH, SIGLET_E_MISMATCH, "" },
	{ RECEIPT_OTHER_HASH, SIGLET_E_MISMATCH, SIGLET_E_MISMATCH,
	  "the signature is not the key's" },
	{ RECEIPT_SHORT_HASH, SIGLET_E_LENGTH, SIGLET_E_LENGTH, "31 bytes, not the 32 of a hash" },
	{ RECEIPT_LONG_PATH, SIGLET_E_LENGTH, SIGLET_E_LENGTH, "an array of 65, not 0 to 64" },
	{ RECEIPT_CUT_PATH, SIGLET_E_LENGTH, SIGLET_E_MISMATCH, "" },
	{ RECEIPT_OTHER_INDEX, SIGLET_E_MISMATCH, -1, "the signature is not the key's" },
	{ RECEIPT_INDEX_IS_SIZE, SIGLET_E_RANGE, -1,
	  "unprotected/396/-1/0/1: leaf 7 of a tree of 7" },
	{ RECEIPT_HUGE_SIZE, SIGLET_E_RANGE, -1,
	  "unprotected/396/-1/0/0: a number above 2^63 - 1" },
	{ RECEIPT_NEGATIVE_INDEX, SIGLET_E_RANGE, -1, "unprotected/396/-1/0/1: a negative number" },
	{ RECEIPT_NO_EVIDENCE, -1, SIGLET_E_LENGTH,
	  "unprotected/396/-1/0/1/1: evidence of 0 bytes, not 1 to 1024" },
	{ RECEIPT_LONG_EVIDENCE, -1, SIGLET_E_LENGTH,
	  "unprotected/396/-1/0/1/1: evidence of 1025 bytes, not 1 to 1024" },
	{ RECEIPT_BYTES_EVIDENCE, -1, SIGLET_E_MALFORMED,
	  "unprotected/396/-1/0/1/1: a byte string, not text" },
	{ RECEIPT_OTHER_EVIDENCE, -1, SIGLET_E_MISMATCH, "the signature is not the key's" },
	{ RECEIPT_OTHER_TRANSACTION, -1, SIGLET_E_MISMATCH, "the signature is not the key's" },
	{ RECEIPT_SIDE_NUMBER, -1, SIGLET_E_MALFORMED,
	  "unprotected/396/-1/0/2/0/0: an unsigned integer, not a boolean" },
	{ RECEIPT_OTHER_SIDE, -1, SIGLET_E_MISMATCH, "the signature is not the key's" },
	{ RECEIPT_NO_LEAF, -1, SIGLET_E_MISSING, "unprotected/396/-1/0: a proof without a leaf" },
	{ RECEIPT_SHORT_LEAF, -1, SIGLET_E_LENGTH, "unprotected/396/-1/0/1: an array of 2, not 3" },
	{ RECEIPT_TWO_ROOTS, SIGLET_E_MISMATCH, SIGLET_E_MISMATCH,
	  "unprotected/396/-1/1: this proof leads to another root than the first" },
	{ RECEIPT_ATTACHED_OTHER, SIGLET_E_MISMATCH, SIGLET_E_MISMATCH,
	  "payload: the proof leads to another root" },
	{ RECEIPT_OTHER_SIGNER, SIGLET_E_MISMATCH, SIGLET_E_MISMATCH,
	  "the signature is not the key's" },
	{ RECEIPT_OTHER_KID, SIGLET_E_UNTRUSTED, SIGLET_E_UNTRUSTED, "was pinned" },
	{ RECEIPT_OTHER_ISSUER, SIGLET_E_UNTRUSTED, SIGLET_E_UNTRUSTED,
	  "no key of another.example was pinned" },
};

/* ---- proofs of CCF by themselves ---- */

/* A leaf of so many parts under evidence of that size, and a path of steps of so many parts. */
static siglet_err *ccf_root_of(size_t leaf_parts, size_t evidence, size_t steps, size_t step_parts)
{
	static char text[2048];
	const siglet_hash32 hash = hash_of(7);
	const siglet_scitt_entry about = { .hash = hash, .leaf = hash };
	siglet_scitt_proven proven = { 0 };
	siglet_buf bytes = maker_buf();
	siglet_cbor_doc *proof = NULL;
	siglet_cbor_writer w;
	siglet_err *err;

	memset(text, 'a', sizeof(text));
	siglet_cbor_writer_init(&w, heads(), &bytes);
	siglet_cbor_write_begin_map(&w);
	siglet_cbor_write_int(&w, 1);
	siglet_cbor_write_begin_array(&w);
	for (size_t i = 0; i < leaf_parts; i++)
		if (i == 1)
			siglet_cbor_write_text(&w, siglet_slice_of(text, evidence));
		else
			siglet_cbor_write_bytes(&w, siglet_hash32_slice(&hash));
	siglet_cbor_write_end_array(&w);
	siglet_cbor_write_int(&w, 2);
	siglet_cbor_write_begin_array(&w);
	for (size_t i = 0; i < steps; i++) {
		siglet_cbor_write_begin_array(&w);
		siglet_cbor_write_bool(&w, true);
		for (size_t k = 1; k < step_parts; k++)
			siglet_cbor_write_bytes(&w, siglet_hash32_slice(&hash));
		siglet_cbor_write_end_array(&w);
	}
	siglet_cbor_write_end_array(&w);
	siglet_cbor_write_end_map(&w);
	MAKER_DO(siglet_cbor_writer_finish(&w));
	MAKER_DO(siglet_cbor_parse(heads(), siglet_buf_slice(&bytes), bytes.len, NULL, &proof));
	err = siglet_scitt_inclusion_root(SIGLET_SCITT_CCF_LEDGER_SHA256, siglet_cbor_root(proof),
					  &about, &proven);
	siglet_cbor_doc_free(proof);
	siglet_buf_clear(&bytes);
	return err;
}

static void proofs_of_ledgers_have_bounds(void)
{
	OK_SUCCESS(ccf_root_of(3, 1, 0, 2), "a leaf alone");
	OK_SUCCESS(ccf_root_of(3, 1024, 64, 2), "as much evidence and as long a path as may be");
	OK_ERROR(ccf_root_of(3, 1025, 64, 2), SIGLET_E_LENGTH, "more evidence");
	OK_ERROR(ccf_root_of(3, 1024, 65, 2), SIGLET_E_LENGTH, "a longer path");
	OK_ERROR(ccf_root_of(4, 1, 1, 2), SIGLET_E_LENGTH, "a leaf of four");
	OK_ERROR(ccf_root_of(3, 1, 1, 3), SIGLET_E_LENGTH, "a step of three");
	OK_ERROR(ccf_root_of(3, 1, 1, 1), SIGLET_E_LENGTH, "a step of one");
}

static void every_way_has_its_fate(void)
{
	bool seen[RECEIPT_WAYS] = { false };

	for (size_t i = 0; i < SIGLET_COUNT(fates); i++)
		seen[fates[i].way] = true;
	for (int i = 0; i < RECEIPT_WAYS; i++)
		if (!seen[i])
			OK(false, "way %d is not looked at", i);
}

static void receipts_of(siglet_scitt_structure structure, bool is_ccf)
{
	service s = service_new(structure, "service.example");
	siglet_scitt_keys *keys = NULL;

	MAKER_DO(siglet_scitt_keys_new(&keys));
	/* Without an issuer nothing is pinned for it: those that need none are asked below. */
	pin(keys, &s, "service.example");
	for (size_t i = 0; i < SIGLET_COUNT(fates); i++) {
		const int wanted = is_ccf ? fates[i].ccf : fates[i].rfc9162;
		siglet_scitt_proven proven = { 0 };
		siglet_err *err;

		if (wanted < 0 || fates[i].way == RECEIPT_WITHOUT_ISSUER)
			continue;
		err = check(&s, fates[i].way, keys, &proven);
		const int code = err == NULL ? 0 : (int)siglet_err_code(err);

		if (!OK(code == wanted && (err == NULL ||
					   strstr(siglet_err_message(err), fates[i].text) != NULL),
			"%s, way %d: %s", is_ccf ? "CCF" : "RFC 9162", (int)fates[i].way,
			err == NULL ? "verifies" : siglet_err_message(err)))
			printf("# wanted: %d: %s\n", wanted, fates[i].text);
		siglet_err_free(err);
	}
	siglet_scitt_keys_free(keys);
	service_clear(&s);
}

/* ---- whose key ---- */

static void keys_are_for_whom_they_were_pinned(void)
{
	service s = service_new(SIGLET_SCITT_RFC9162_SHA256, "service.example");
	siglet_scitt_keys *anyone = NULL, *another = NULL;
	siglet_scitt_proven proven;

	MAKER_DO(siglet_scitt_keys_new(&anyone));
	MAKER_DO(siglet_scitt_keys_new(&another));
	pin(anyone, &s, "");
	pin(another, &s, "another.example");
	OK_SUCCESS(check(&s, RECEIPT_PLAIN, anyone, &proven), "a key that was pinned for anyone");
	OK_SUCCESS(check(&s, RECEIPT_WITHOUT_ISSUER, anyone, &proven), "… also without an issuer");
	OK_SUCCESS(check(&s, RECEIPT_WITHOUT_KID, anyone, &proven), "… or without an id");
	OK_ERROR(check(&s, RECEIPT_PLAIN, another, &proven), SIGLET_E_UNTRUSTED,
		 "one that was pinned for another service");
	OK_ERROR(check(&s, RECEIPT_WITHOUT_ISSUER, another, &proven), SIGLET_E_UNTRUSTED,
		 "… is not for one without a name");
	OK_ERROR(check(&s, RECEIPT_OTHER_SIGNER, anyone, &proven), SIGLET_E_MISMATCH,
		 "another key's signature under the pinned key's id is a lie");
	siglet_scitt_keys_free(another);
	siglet_scitt_keys_free(anyone);
	service_clear(&s);
}

/* Whoever is trusted for one service is nobody for another. */
static void services_do_not_sign_for_each_other(void)
{
	service s = service_new(SIGLET_SCITT_RFC9162_SHA256, "service.example");
	service other = service_new(SIGLET_SCITT_RFC9162_SHA256, "another.example");
	service forged = s;
	siglet_scitt_keys *keys = NULL;
	siglet_scitt_proven proven;

	MAKER_DO(siglet_scitt_keys_new(&keys));
	pin(keys, &s, "service.example");
	pin(keys, &other, "another.example");
	forged.signer = other.signer;
	OK_SUCCESS(check(&s, RECEIPT_PLAIN, keys, &proven), "a service");
	OK_SUCCESS(check(&other, RECEIPT_PLAIN, keys, &proven), "and another");
	OK_ERROR(check(&forged, RECEIPT_PLAIN, keys, &proven), SIGLET_E_MISMATCH,
		 "one in the other's name, under its id");
	OK_ERROR(check(&forged, RECEIPT_WITHOUT_KID, keys, &proven), SIGLET_E_MISMATCH,
		 "… or under none");
	(void)snprintf(forged.kid, sizeof(forged.kid), "%s", other.kid);
	OK_ERROR(check(&forged, RECEIPT_PLAIN, keys, &proven), SIGLET_E_UNTRUSTED,
		 "… or under its own");
	siglet_scitt_keys_free(keys);
	service_clear(&other);
	service_clear(&s);
}

static void pin_pem(siglet_scitt_keys *keys, const siglet_key *key)
{
	siglet_buf pem = maker_buf();

	MAKER_DO(siglet_pem_encode("PUBLIC KEY", siglet_key_spki(key), &pem));
	MAKER_DO(siglet_scitt_keys_add(keys, heads(), SIGLET_SLICE_NONE, siglet_buf_slice(&pem)));
	siglet_buf_clear(&pem);
}

/* A key without an id is tried; that it did not sign says nothing of a stranger's receipt. */
static void keys_without_an_id_are_tried(siglet_scitt_structure structure)
{
	service s = service_new(structure, "service.example");
	const bool ccf = structure == SIGLET_SCITT_CCF_LEDGER_SHA256;
	siglet_scitt_keys *own = NULL, *stranger = NULL;
	siglet_scitt_proven proven;

	MAKER_DO(siglet_scitt_keys_new(&own));
	MAKER_DO(siglet_scitt_keys_new(&stranger));
	pin_pem(stranger, siglet_signer_key(s.other));
	pin_pem(own, siglet_signer_key(s.other));
	pin_pem(own, siglet_signer_key(s.signer));
	OK_SUCCESS(check(&s, RECEIPT_PLAIN, own, &proven), "keys without an id: the second signed");
	OK(proven.key == 1, "… and is named");
	/* The id of a ledger's key is its hash; another's id can't be any other. */
	if (ccf)
		OK_ERROR(check(&s, RECEIPT_OTHER_KID, own, &proven), SIGLET_E_UNTRUSTED,
			 "… not under another key's id");
	else
		OK_SUCCESS(check(&s, RECEIPT_OTHER_KID, own, &proven), "… under any id");
	OK_ERROR(check(&s, RECEIPT_PLAIN, stranger, &proven), SIGLET_E_UNTRUSTED,
		 "keys without an id: none signed");
	OK_ERROR(check(&s, RECEIPT_OTHER_ENTRY, stranger, &proven), SIGLET_E_UNTRUSTED,
		 "… nor does a wrong proof of a stranger matter");
	OK_ERROR(check(&s, RECEIPT_OTHER_ENTRY, own, &proven),
		 ccf ? SIGLET_E_MISMATCH : SIGLET_E_UNTRUSTED, "… a wrong proof by one of them");
	siglet_scitt_keys_free(stranger);
	siglet_scitt_keys_free(own);
	service_clear(&s);
}

/* The hash of a ledger's key is its id; what only begins with it is not. */
static void ids_of_ledgers_are_whole(void)
{
	service s = service_new(SIGLET_SCITT_CCF_LEDGER_SHA256, "service.example");
	siglet_scitt_keys *keys = NULL;
	siglet_scitt_proven proven;

	MAKER_DO(siglet_scitt_keys_new(&keys));
	pin_pem(keys, siglet_signer_key(s.signer));
	OK_SUCCESS(check(&s, RECEIPT_PLAIN, keys, &proven), "the id of a ledger's key");
	s.kid[64] = '0';
	OK_ERROR(check(&s, RECEIPT_PLAIN, keys, &proven), SIGLET_E_UNTRUSTED, "… and one more");
	s.kid[63] = '\0';
	OK_ERROR(check(&s, RECEIPT_PLAIN, keys, &proven), SIGLET_E_UNTRUSTED, "… and one less");
	siglet_scitt_keys_free(keys);
	service_clear(&s);
}

static void a_key_signs_with_its_algorithm(void)
{
	service s = service_new(SIGLET_SCITT_RFC9162_SHA256, "service.example");
	siglet_buf set = maker_buf();
	siglet_scitt_keys *keys = NULL;
	siglet_scitt_proven proven;
	siglet_cbor_writer w;

	MAKER_DO(siglet_scitt_keys_new(&keys));
	siglet_cbor_writer_init(&w, heads(), &set);
	write_cose_key(&w, siglet_signer_key(s.signer), s.kid, -9);
	MAKER_DO(siglet_cbor_writer_finish(&w));
	MAKER_DO(siglet_scitt_keys_add(keys, heads(), SIGLET_SLICE_NONE, siglet_buf_slice(&set)));
	OK_SUCCESS(check(&s, RECEIPT_PLAIN, keys, &proven), "ESP256 is ES256");
	siglet_scitt_keys_free(keys);
	siglet_buf_clear(&set);
	service_clear(&s);
}

/* {1: 3, 3: algorithm, -1: n, -2: e}, cut out of the SPKI of an RSA key of 3072 bits. */
static void pin_rsa(siglet_scitt_keys *keys, const siglet_key *key, int64_t algorithm)
{
	const siglet_slice spki = siglet_key_spki(key);
	siglet_buf map = maker_buf();
	siglet_cbor_writer w;

	siglet_cbor_writer_init(&w, heads(), &map);
	siglet_cbor_write_begin_map(&w);
	siglet_cbor_write_int(&w, 1);
	siglet_cbor_write_int(&w, 3);
	siglet_cbor_write_int(&w, 3);
	siglet_cbor_write_int(&w, algorithm);
	siglet_cbor_write_int(&w, -1);
	siglet_cbor_write_bytes(&w, siglet_slice_of(spki.ptr + spki.len - 5 - 384, 384));
	siglet_cbor_write_int(&w, -2);
	siglet_cbor_write_bytes(&w, siglet_slice_of(spki.ptr + spki.len - 3, 3));
	siglet_cbor_write_end_map(&w);
	MAKER_DO(siglet_cbor_writer_finish(&w));
	MAKER_DO(siglet_scitt_keys_add(keys, heads(), siglet_slice_str("service.example"),
				       siglet_buf_slice(&map)));
	siglet_buf_clear(&map);
}

static void an_rsa_key_signs_with_its_algorithm(void)
{
	service s = { .signer = maker_signer("PKIX_RSA_PSS_3072_SHA256"),
		      .structure = SIGLET_SCITT_RFC9162_SHA256,
		      .algorithm = -37,
		      .issuer = "service.example",
		      .kid = "rsa" };
	siglet_scitt_keys *right = NULL, *wrong = NULL;
	siglet_scitt_proven proven;

	MAKER_DO(siglet_scitt_keys_new(&right));
	MAKER_DO(siglet_scitt_keys_new(&wrong));
	pin_rsa(right, siglet_signer_key(s.signer), -37);
	pin_rsa(wrong, siglet_signer_key(s.signer), -38);
	OK_SUCCESS(check(&s, RECEIPT_PLAIN, right, &proven), "PS256 by a key for PS256");
	OK_ERROR(check(&s, RECEIPT_PLAIN, wrong, &proven), SIGLET_E_MISMATCH,
		 "… not by one for PS384");
	siglet_scitt_keys_free(wrong);
	siglet_scitt_keys_free(right);
	service_clear(&s);
}

/* ---- growth ---- */

/* Trees of three and five leaves, as in RFC 6962 section 2.1.3, by the hashes of their parts. */
static void write_growth(siglet_cbor_writer *w, uint64_t old_size, const siglet_hash32 *nodes,
			 size_t count)
{
	siglet_buf proof = maker_buf();
	siglet_cbor_writer inner;

	siglet_cbor_writer_init(&inner, heads(), &proof);
	siglet_cbor_write_begin_array(&inner);
	siglet_cbor_write_uint(&inner, old_size);
	siglet_cbor_write_uint(&inner, 5);
	siglet_cbor_write_begin_array(&inner);
	for (size_t i = 0; i < count; i++)
		siglet_cbor_write_bytes(&inner, siglet_hash32_slice(&nodes[i]));
	siglet_cbor_write_end_array(&inner);
	siglet_cbor_write_end_array(&inner);
	MAKER_DO(siglet_cbor_writer_finish(&inner));
	siglet_cbor_write_bytes(w, siglet_buf_slice(&proof));
	siglet_buf_clear(&proof);
}

/* second: nodes of another proof from the same tree; NULL for none. */
static siglet_buf growth_receipt(const service *s, uint64_t old_size, const siglet_hash32 *nodes,
				 size_t count, const siglet_hash32 *root,
				 const siglet_hash32 *second)
{
	siglet_buf outside = maker_buf(), made;
	siglet_cbor_writer w;

	siglet_cbor_writer_init(&w, heads(), &outside);
	siglet_cbor_write_begin_map(&w);
	siglet_cbor_write_int(&w, SIGLET_COSE_VDP);
	siglet_cbor_write_begin_map(&w);
	siglet_cbor_write_int(&w, -2);
	siglet_cbor_write_begin_array(&w);
	write_growth(&w, old_size, nodes, count);
	if (second != NULL)
		write_growth(&w, old_size, second, count);
	siglet_cbor_write_end_array(&w);
	siglet_cbor_write_end_map(&w);
	siglet_cbor_write_end_map(&w);
	MAKER_DO(siglet_cbor_writer_finish(&w));
	const maker_parts parts = { .inside = receipt_inside(s, RECEIPT_PLAIN),
				    .outside = outside,
				    .payload = siglet_hash32_slice(root),
				    .is_detached = true };

	made = make_message(s->signer, &parts);
	siglet_buf inside = parts.inside;

	siglet_buf_clear(&inside);
	siglet_buf_clear(&outside);
	return made;
}

static void growth_is_proven(siglet_scitt_structure structure)
{
	service s = service_new(structure, "service.example");
	siglet_hash32 l[5], ab, cd, old_root, abcd, new_root;
	siglet_scitt_keys *keys = NULL;
	siglet_scitt_proven proven = { 0 };

	for (size_t i = 0; i < 5; i++)
		l[i] = hash_of((uint8_t)(20 + i));
	MAKER_DO(siglet_merkle_hash_node(&l[0], &l[1], &ab));
	MAKER_DO(siglet_merkle_hash_node(&l[2], &l[3], &cd));
	MAKER_DO(siglet_merkle_hash_node(&ab, &l[2], &old_root));
	MAKER_DO(siglet_merkle_hash_node(&ab, &cd, &abcd));
	MAKER_DO(siglet_merkle_hash_node(&abcd, &l[4], &new_root));
	const siglet_hash32 nodes[] = { l[2], l[3], ab, l[4] };
	siglet_buf bytes = growth_receipt(&s, 3, nodes, 4, &new_root, NULL);

	MAKER_DO(siglet_scitt_keys_new(&keys));
	pin(keys, &s, "");
	OK_SUCCESS(read_bytes(siglet_buf_slice(&bytes)), "a receipt of growth");
	if (structure != SIGLET_SCITT_RFC9162_SHA256) {
		OK_ERROR(siglet_scitt_receipt_check_growth(&receipt, heads(), keys, 3, &old_root,
							   &proven),
			 SIGLET_E_UNSUPPORTED, "a CCF ledger proves no growth");
		goto out;
	}
	OK_SUCCESS(siglet_scitt_receipt_check_growth(&receipt, heads(), keys, 3, &old_root,
						     &proven),
		   "… from 3 to 5");
	OK(proven.tree_size == 5 && siglet_hash32_equal(&proven.root, &new_root),
	   "… to the root that is signed");
	OK_ERROR(siglet_scitt_receipt_check_growth(&receipt, heads(), keys, 3, &new_root, &proven),
		 SIGLET_E_MISMATCH, "not from another root");
	OK_ERROR(siglet_scitt_receipt_check_growth(&receipt, heads(), keys, 2, &old_root, &proven),
		 SIGLET_E_MISSING, "nor from another size");
	OK_ERROR(siglet_scitt_receipt_check(&receipt, heads(), keys, entry, &proven),
		 SIGLET_E_MISSING, "it is no proof of inclusion");
	siglet_buf_clear(&bytes);
	bytes = growth_receipt(&s, 3, nodes, 4, &old_root, NULL);
	OK_SUCCESS(read_bytes(siglet_buf_slice(&bytes)), "a receipt of growth to another root");
	OK_ERROR(siglet_scitt_receipt_check_growth(&receipt, heads(), keys, 3, &old_root, &proven),
		 SIGLET_E_MISMATCH, "… is refused");
	siglet_buf_clear(&bytes);
	bytes = growth_receipt(&s, 3, nodes, 3, &new_root, NULL);
	OK_SUCCESS(read_bytes(siglet_buf_slice(&bytes)), "a receipt with a proof that is cut");
	OK_ERROR(siglet_scitt_receipt_check_growth(&receipt, heads(), keys, 3, &old_root, &proven),
		 SIGLET_E_LENGTH, "… is refused");
	siglet_hash32 changed[] = { l[2], l[3], ab, l[3] };

	siglet_buf_clear(&bytes);
	bytes = growth_receipt(&s, 3, nodes, 4, &new_root, nodes);
	OK_SUCCESS(read_bytes(siglet_buf_slice(&bytes)), "a receipt with the same proof twice");
	OK_SUCCESS(siglet_scitt_receipt_check_growth(&receipt, heads(), keys, 3, &old_root,
						     &proven),
		   "… holds");
	siglet_buf_clear(&bytes);
	bytes = growth_receipt(&s, 3, nodes, 4, &new_root, changed);
	OK_SUCCESS(read_bytes(siglet_buf_slice(&bytes)), "one whose second leads elsewhere");
	OK_ERROR(siglet_scitt_receipt_check_growth(&receipt, heads(), keys, 3, &old_root, &proven),
		 SIGLET_E_MISMATCH, "… is refused");
	siglet_buf_clear(&bytes);
	bytes = growth_receipt(&s, 3, changed, 4, &new_root, nodes);
	OK_SUCCESS(read_bytes(siglet_buf_slice(&bytes)), "one whose first does");
	OK_ERROR(siglet_scitt_receipt_check_growth(&receipt, heads(), keys, 3, &old_root, &proven),
		 SIGLET_E_MISMATCH, "… is refused");
out:
	siglet_buf_clear(&bytes);
	siglet_scitt_keys_free(keys);
	service_clear(&s);
}

int main(void)
{
	if (heads() == NULL) {
		SKIP("built without COSE");
		return tap_done();
	}
	a_ccf_receipt_from_production();
	examples_of_the_rfc_are_read();
	every_way_has_its_fate();
	receipts_of(SIGLET_SCITT_RFC9162_SHA256, false);
	receipts_of(SIGLET_SCITT_CCF_LEDGER_SHA256, true);
	keys_are_for_whom_they_were_pinned();
	proofs_of_ledgers_have_bounds();
	services_do_not_sign_for_each_other();
	ids_of_ledgers_are_whole();
	keys_without_an_id_are_tried(SIGLET_SCITT_RFC9162_SHA256);
	keys_without_an_id_are_tried(SIGLET_SCITT_CCF_LEDGER_SHA256);
	a_key_signs_with_its_algorithm();
	an_rsa_key_signs_with_its_algorithm();
	growth_is_proven(SIGLET_SCITT_RFC9162_SHA256);
	growth_is_proven(SIGLET_SCITT_CCF_LEDGER_SHA256);
	siglet_cbor_doc_free(doc);
	siglet_buf_clear(&kept);
	return tap_done();
}
