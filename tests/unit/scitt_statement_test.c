#include "scitt_maker.h"

#include "../lib/corpus.h"

/* Statements: of their form, signed, and registered with services. */

/* What is wrong with a statement, or merely another way to be right. */
typedef enum statement_way {
	STATEMENT_PLAIN = 0, /* a key's id */
	STATEMENT_ENVELOPE,
	STATEMENT_DETACHED,
	STATEMENT_WORD_ISSUER, /* no URI, which without certificates is fine */
	STATEMENT_UNTAGGED,
	STATEMENT_NO_CLAIMS,
	STATEMENT_NO_ISSUER,
	STATEMENT_NO_SUBJECT,
	STATEMENT_EMPTY_SUBJECT,
	STATEMENT_NUL_SUBJECT,
	STATEMENT_NUMBER_ISSUER,
	STATEMENT_NO_KID,
	STATEMENT_KID_UNPROTECTED,
	STATEMENT_ENVELOPE_TYPE,
	STATEMENT_ENVELOPE_SHORT,
	STATEMENT_ENVELOPE_HASH,
	STATEMENT_X5T_WORD_ISSUER, /* an x5t, and an issuer that is no URI */
	STATEMENT_X5T,
	STATEMENT_X5CHAIN_UNBOUND,
	STATEMENT_CRITICAL_CLAIMS,
	STATEMENT_CRITICAL_TYP,
	STATEMENT_EXPIRES,
	STATEMENT_X5T_NO_SCHEME, /* an x5t, and an issuer that begins with the colon of a URI */
} statement_way;

static siglet_signer *author;

static void write_claims(siglet_cbor_writer *w, statement_way way)
{
	if (way == STATEMENT_NO_CLAIMS)
		return;
	siglet_cbor_write_int(w, SIGLET_COSE_CWT_CLAIMS);
	siglet_cbor_write_begin_map(w);
	if (way != STATEMENT_NO_ISSUER) {
		siglet_cbor_write_int(w, SIGLET_CWT_ISS);
		if (way == STATEMENT_NUMBER_ISSUER)
			siglet_cbor_write_int(w, 1);
		else
			write_str(w,
				  way == STATEMENT_WORD_ISSUER || way == STATEMENT_X5T_WORD_ISSUER
					  ? "acme"
				  : way == STATEMENT_X5T_NO_SCHEME ? "://acme.example"
								   : "https://acme.example");
	}
	if (way != STATEMENT_NO_SUBJECT) {
		siglet_cbor_write_int(w, SIGLET_CWT_SUB);
		if (way == STATEMENT_NUL_SUBJECT)
			siglet_cbor_write_text(w, siglet_slice_of("app\0", 5));
		else
			write_str(w, way == STATEMENT_EMPTY_SUBJECT ? "" : "app 1.0");
	}
	siglet_cbor_write_int(w, SIGLET_CWT_IAT);
	siglet_cbor_write_tag(w, 1);
	siglet_cbor_write_int(w, 1740000000);
	if (way == STATEMENT_EXPIRES) {
		siglet_cbor_write_int(w, SIGLET_CWT_EXP);
		siglet_cbor_write_int(w, 1740000001);
	}
	siglet_cbor_write_end_map(w);
}

static bool is_envelope(statement_way way)
{
	return way == STATEMENT_ENVELOPE || way == STATEMENT_ENVELOPE_TYPE ||
	       way == STATEMENT_ENVELOPE_SHORT || way == STATEMENT_ENVELOPE_HASH;
}

static siglet_buf statement_inside(statement_way way)
{
	static const uint8_t hash[32];
	siglet_buf map = maker_buf();
	siglet_cbor_writer w;

	siglet_cbor_writer_init(&w, heads(), &map);
	siglet_cbor_write_begin_map(&w);
	siglet_cbor_write_int(&w, SIGLET_COSE_ALG);
	siglet_cbor_write_int(&w, -7);
	write_claims(&w, way);
	if (way != STATEMENT_NO_KID && way != STATEMENT_KID_UNPROTECTED &&
	    way != STATEMENT_X5CHAIN_UNBOUND) {
		siglet_cbor_write_int(&w, SIGLET_COSE_KID);
		siglet_cbor_write_bytes(&w, siglet_slice_str("k"));
	}
	if (is_envelope(way)) {
		siglet_cbor_write_int(&w, SIGLET_COSE_PAYLOAD_HASH_ALG);
		siglet_cbor_write_int(&w, way == STATEMENT_ENVELOPE_HASH ? -14 : -16);
		siglet_cbor_write_int(&w, SIGLET_COSE_PREIMAGE_CONTENT_TYPE);
		write_str(&w, "text/plain");
	}
	if (way == STATEMENT_ENVELOPE_TYPE) {
		siglet_cbor_write_int(&w, SIGLET_COSE_CONTENT_TYPE);
		write_str(&w, "text/plain");
	}
	if (way == STATEMENT_X5T || way == STATEMENT_X5T_WORD_ISSUER ||
	    way == STATEMENT_X5T_NO_SCHEME) {
		siglet_cbor_write_int(&w, SIGLET_COSE_X5T);
		siglet_cbor_write_begin_array(&w);
		siglet_cbor_write_int(&w, -16);
		siglet_cbor_write_bytes(&w, siglet_slice_of(hash, 32));
		siglet_cbor_write_end_array(&w);
	}
	if (way == STATEMENT_CRITICAL_CLAIMS || way == STATEMENT_CRITICAL_TYP) {
		siglet_cbor_write_int(&w, SIGLET_COSE_CRIT);
		siglet_cbor_write_begin_array(&w);
		siglet_cbor_write_int(&w, way == STATEMENT_CRITICAL_TYP ? SIGLET_COSE_TYP
									: SIGLET_COSE_CWT_CLAIMS);
		siglet_cbor_write_end_array(&w);
		siglet_cbor_write_int(&w, SIGLET_COSE_TYP);
		write_str(&w, "application/cwt+cose");
	}
	siglet_cbor_write_end_map(&w);
	MAKER_DO(siglet_cbor_writer_finish(&w));
	return map;
}

static siglet_buf statement_outside(statement_way way, const siglet_buf *receipts, size_t count)
{
	siglet_buf map = maker_buf();
	siglet_cbor_writer w;

	siglet_cbor_writer_init(&w, heads(), &map);
	siglet_cbor_write_begin_map(&w);
	if (way == STATEMENT_KID_UNPROTECTED) {
		siglet_cbor_write_int(&w, SIGLET_COSE_KID);
		siglet_cbor_write_bytes(&w, siglet_slice_str("k"));
	}
	if (way == STATEMENT_X5CHAIN_UNBOUND) {
		siglet_cbor_write_int(&w, SIGLET_COSE_X5CHAIN);
		siglet_cbor_write_bytes(&w, siglet_slice_str("c"));
	}
	if (count > 0) {
		siglet_cbor_write_int(&w, SIGLET_COSE_RECEIPTS);
		siglet_cbor_write_begin_array(&w);
		for (size_t i = 0; i < count; i++)
			siglet_cbor_write_bytes(&w, siglet_buf_slice(&receipts[i]));
		siglet_cbor_write_end_array(&w);
	}
	siglet_cbor_write_end_map(&w);
	MAKER_DO(siglet_cbor_writer_finish(&w));
	return map;
}

/* Signatures are made anew each time, so receipts go into a message that is there. */
typedef struct made {
	siglet_buf inside, signature, registered;
	siglet_slice payload;
	statement_way way;
} made;

static made make_statement(statement_way way)
{
	static const uint8_t hash[32];
	made m = { .inside = statement_inside(way),
		   .signature = maker_buf(),
		   .registered = maker_buf(),
		   .payload = is_envelope(way)
				      ? siglet_slice_of(hash,
							way == STATEMENT_ENVELOPE_SHORT ? 31 : 32)
				      : siglet_slice_str("a payload"),
		   .way = way };
	const siglet_cose_draft draft = { .protected_map = siglet_buf_slice(&m.inside),
					  .payload = m.payload,
					  .is_detached = way == STATEMENT_DETACHED };

	MAKER_DO(siglet_cose_sign(heads(), author, &draft, &m.signature));
	MAKER_DO(siglet_cose_write(heads(), &draft, siglet_buf_slice(&m.signature), &m.registered));
	return m;
}

static void made_clear(made *m)
{
	siglet_buf_clear(&m->registered);
	siglet_buf_clear(&m->signature);
	siglet_buf_clear(&m->inside);
}

static siglet_buf with_receipts(const made *m, const siglet_buf *receipts, size_t count)
{
	siglet_buf outside = statement_outside(m->way, receipts, count), message = maker_buf();
	const siglet_cose_draft draft = { .protected_map = siglet_buf_slice(&m->inside),
					  .unprotected_map = siglet_buf_slice(&outside),
					  .payload = m->payload,
					  .is_detached = m->way == STATEMENT_DETACHED };

	MAKER_DO(siglet_cose_write(heads(), &draft, siglet_buf_slice(&m->signature), &message));
	if (m->way == STATEMENT_UNTAGGED) {
		memmove(message.ptr, message.ptr + 1, message.len - 1);
		siglet_buf_truncate(&message, message.len - 1);
	}
	siglet_buf_clear(&outside);
	return message;
}

/* ---- form ---- */

static siglet_cbor_doc *doc;
static siglet_buf kept;
static siglet_scitt_statement statement;

/* Takes bytes. */
static siglet_err *read_statement(siglet_buf bytes)
{
	siglet_err *err;

	siglet_cbor_doc_free(doc);
	doc = NULL;
	siglet_buf_clear(&kept);
	kept = bytes;
	err = siglet_cbor_parse(heads(), siglet_buf_slice(&kept), SIGLET_MAX_CBOR_BYTES,
				siglet_cose_sign1_names, &doc);
	return err == NULL ? siglet_scitt_statement_read(doc, siglet_cbor_root(doc), &statement)
			   : err;
}

static siglet_err *read_way(statement_way way)
{
	made m = make_statement(way);
	siglet_err *err = read_statement(with_receipts(&m, NULL, 0));

	made_clear(&m);
	return err;
}

static void refuses(statement_way way, siglet_code code, const char *text)
{
	siglet_err *err = read_way(way);

	if (!OK(err != NULL && siglet_err_code(err) == code &&
			strstr(siglet_err_message(err), text) != NULL,
		"refused: %s", text))
		printf("# got: %s\n", err == NULL ? "success" : siglet_err_message(err));
	siglet_err_free(err);
}

static void statements_are_of_their_form(void)
{
	OK_SUCCESS(read_way(STATEMENT_PLAIN), "a statement");
	OK(siglet_slice_is(statement.claims.issuer, "https://acme.example") &&
		   siglet_slice_is(statement.claims.subject, "app 1.0") &&
		   statement.claims.has_issued_at && statement.claims.issued_at_s == 1740000000 &&
		   !statement.has_certificates && !statement.is_envelope &&
		   statement.receipt_count == 0,
	   "… says what it should");
	OK_SUCCESS(read_way(STATEMENT_WORD_ISSUER), "a word for an issuer, without certificates");
	OK_SUCCESS(read_way(STATEMENT_DETACHED), "a payload that is elsewhere");
	OK_SUCCESS(read_way(STATEMENT_X5T), "an x5t");
	OK(statement.has_certificates, "… is of certificates");
	OK_SUCCESS(read_way(STATEMENT_ENVELOPE), "a hash envelope");
	OK(statement.is_envelope && statement.envelope.has_digest &&
		   statement.envelope.hash == SIGLET_SHA256 &&
		   siglet_slice_is(statement.envelope.content_type, "text/plain"),
	   "… of a text");
	refuses(STATEMENT_UNTAGGED, SIGLET_E_MALFORMED, "a statement without its tag");
	refuses(STATEMENT_NO_CLAIMS, SIGLET_E_MISSING, "no issuer (CWT claims)");
	refuses(STATEMENT_NO_ISSUER, SIGLET_E_MISSING, "no issuer (CWT claims)");
	refuses(STATEMENT_NO_SUBJECT, SIGLET_E_MISSING, "no subject (CWT claims)");
	refuses(STATEMENT_EMPTY_SUBJECT, SIGLET_E_LENGTH,
		"protected/15/2: a claim of 0 bytes, not 1 to 8192");
	refuses(STATEMENT_NUL_SUBJECT, SIGLET_E_MALFORMED,
		"protected/15/2: a claim with a NUL in it");
	refuses(STATEMENT_NUMBER_ISSUER, SIGLET_E_MALFORMED,
		"protected/15/1: an unsigned integer, not text");
	refuses(STATEMENT_NO_KID, SIGLET_E_MISSING,
		"neither certificates nor a key's id in the protected header");
	refuses(STATEMENT_KID_UNPROTECTED, SIGLET_E_MISSING,
		"neither certificates nor a key's id in the protected header");
	refuses(STATEMENT_CRITICAL_TYP, SIGLET_E_UNSUPPORTED,
		"label 16 must be understood, and is not");
	refuses(STATEMENT_EXPIRES, SIGLET_E_UNSUPPORTED,
		"protected/15/4: the claim exp (when it ends) is not judged here");
	refuses(STATEMENT_ENVELOPE_TYPE, SIGLET_E_MALFORMED,
		"protected/3: a content type in a hash envelope");
	refuses(STATEMENT_ENVELOPE_SHORT, SIGLET_E_LENGTH,
		"payload: 31 bytes, not the 32 of a sha256 digest");
	refuses(STATEMENT_ENVELOPE_HASH, SIGLET_E_UNSUPPORTED,
		"protected/258: a payload hashed by algorithm -14");
	refuses(STATEMENT_X5T_WORD_ISSUER, SIGLET_E_MALFORMED,
		"protected/15: with certificates the issuer is a URI");
	refuses(STATEMENT_X5T_NO_SCHEME, SIGLET_E_MALFORMED,
		"protected/15: with certificates the issuer is a URI");
	refuses(STATEMENT_X5CHAIN_UNBOUND, SIGLET_E_MISSING,
		"certificates that the signature does not cover");
}

static void statements_are_signed(void)
{
	siglet_signer *other = maker_signer("PKIX_ECDSA_P256_SHA_256");
	const siglet_slice payload = siglet_slice_str("a payload");

	MAKER_DO(read_way(STATEMENT_PLAIN));
	OK_SUCCESS(siglet_scitt_statement_verify(&statement, heads(), siglet_signer_key(author),
						 NULL),
		   "signed by its author");
	OK_ERROR(siglet_scitt_statement_verify(&statement, heads(), siglet_signer_key(other), NULL),
		 SIGLET_E_MISMATCH, "not by another");
	MAKER_DO(read_way(STATEMENT_CRITICAL_CLAIMS));
	OK_SUCCESS(siglet_scitt_statement_verify(&statement, heads(), siglet_signer_key(author),
						 NULL),
		   "with a critical label that is understood");
	MAKER_DO(read_way(STATEMENT_DETACHED));
	OK_SUCCESS(siglet_scitt_statement_verify(&statement, heads(), siglet_signer_key(author),
						 &payload),
		   "signed over what is elsewhere");
	OK_ERROR(siglet_scitt_statement_verify(&statement, heads(), siglet_signer_key(author),
					       NULL),
		 SIGLET_E_USAGE, "… which must be given");
	siglet_signer_free(other);
}

static void receipts_take_nothing_from_what_was_registered(statement_way way)
{
	made m = make_statement(way);
	siglet_buf junk[2] = { unhex("00"), unhex("01") }, again = maker_buf();

	MAKER_DO(read_statement(with_receipts(&m, junk, 2)));
	OK(statement.receipt_count == 2, "two receipts");
	OK_SUCCESS(siglet_scitt_registered(heads(), &statement, &again), "what was registered");
	OK(siglet_slice_equal(siglet_buf_slice(&again), siglet_buf_slice(&m.registered)),
	   "… is the statement without them");
	siglet_buf_clear(&again);
	siglet_buf_clear(&junk[0]);
	siglet_buf_clear(&junk[1]);
	made_clear(&m);
}

/* ---- receipts ---- */

/* Receipts of both services and strangers, each in its way, and what comes of them. */
typedef struct given {
	const service *by;
	receipt_way way;
	siglet_scitt_outcome outcome;
} given;

static void comes_to(const given *receipts, size_t count, const siglet_scitt_keys *keys,
		     size_t services, size_t least, int code, const char *claim)
{
	made m = make_statement(STATEMENT_PLAIN);
	siglet_buf bytes[SIGLET_MAX_RECEIPTS];
	siglet_scitt_findings findings = { .count = 0 };
	bool as_wanted = true;

	for (size_t i = 0; i < count; i++)
		bytes[i] = make_receipt(receipts[i].by, siglet_buf_slice(&m.registered),
					receipts[i].way);
	MAKER_DO(read_statement(with_receipts(&m, bytes, count)));
	OK_SUCCESS(siglet_scitt_check(doc, &statement, keys, &findings), "%s", claim);
	for (size_t i = 0; i < findings.count; i++) {
		const siglet_scitt_finding *f = &findings.of[i];

		if (f->outcome == receipts[i].outcome &&
		    (f->why == NULL) == (f->outcome == SIGLET_SCITT_VERIFIED))
			continue;
		as_wanted = false;
		printf("# receipt %zu: %d: %s\n", i, (int)f->outcome,
		       f->why == NULL ? "" : siglet_err_message(f->why));
	}
	OK(as_wanted && findings.count == count && findings.services == services,
	   "… %zu receipts, %zu services", count, services);
	siglet_err *err = siglet_scitt_findings_require(&findings, least);

	OK((err == NULL ? 0 : (int)siglet_err_code(err)) == code, "… %s",
	   err == NULL ? "enough" : siglet_err_message(err));
	siglet_err_free(err);
	siglet_scitt_findings_clear(&findings);
	for (size_t i = 0; i < count; i++)
		siglet_buf_clear(&bytes[i]);
	made_clear(&m);
}

static void receipts_come_to_something(void)
{
	service a = service_new(SIGLET_SCITT_RFC9162_SHA256, "a.example");
	service b = service_new(SIGLET_SCITT_CCF_LEDGER_SHA256, "b.example");
	service c = service_new(SIGLET_SCITT_RFC9162_SHA256, "c.example");
	siglet_scitt_keys *keys = NULL;
	const given good = { &a, RECEIPT_PLAIN, SIGLET_SCITT_VERIFIED };
	const given ledger = { &b, RECEIPT_PLAIN, SIGLET_SCITT_VERIFIED };
	const given unknown = { &c, RECEIPT_PLAIN, SIGLET_SCITT_NOT_COUNTED };
	const given unreadable = { &a, RECEIPT_NO_VDS, SIGLET_SCITT_NOT_COUNTED };
	const given mmr = { &a, RECEIPT_VDS_MMR, SIGLET_SCITT_NOT_COUNTED };
	const given bad = { &a, RECEIPT_OTHER_ENTRY, SIGLET_SCITT_REFUSED };
	const given forged = { &b, RECEIPT_OTHER_SIGNER, SIGLET_SCITT_REFUSED };
	const given one_key[] = { { &b, RECEIPT_WITHOUT_ISSUER, SIGLET_SCITT_VERIFIED }, ledger };
	const given both[] = { good, ledger }, twice[] = { good, good };
	const given among[] = { unknown, unreadable, mmr, good }, spoiled[] = { good, forged };
	const given lied[] = { ledger, bad }, strangers[] = { unknown, unknown };

	MAKER_DO(siglet_scitt_keys_new(&keys));
	pin(keys, &a, "a.example");
	pin(keys, &b, "");
	comes_to(&good, 1, keys, 1, 1, 0, "one receipt");
	comes_to(&ledger, 1, keys, 1, 1, 0, "one of a CCF ledger");
	comes_to(both, 2, keys, 2, 2, 0, "two services");
	comes_to(twice, 2, keys, 1, 1, 0, "one service twice");
	comes_to(twice, 2, keys, 1, 2, SIGLET_E_UNTRUSTED, "one service twice where two are asked");
	comes_to(one_key, 2, keys, 1, 2, SIGLET_E_UNTRUSTED, "one key, with and without its name");
	comes_to(among, 4, keys, 1, 1, 0, "one among strangers, and what can't be read");
	comes_to(&unknown, 1, keys, 0, 1, SIGLET_E_UNTRUSTED, "a stranger's alone");
	comes_to(strangers, 2, keys, 0, 1, SIGLET_E_UNTRUSTED, "strangers' alone");
	comes_to(&unreadable, 1, keys, 0, 1, SIGLET_E_MISSING, "one that is none");
	comes_to(&bad, 1, keys, 0, 1, SIGLET_E_MISMATCH, "one about another statement");
	comes_to(spoiled, 2, keys, 1, 1, SIGLET_E_MISMATCH, "a forged one beside a good one");
	comes_to(lied, 2, keys, 1, 1, SIGLET_E_MISMATCH, "a wrong one beside a good one");
	comes_to(NULL, 0, keys, 0, 1, SIGLET_E_MISSING, "none");
	comes_to(NULL, 0, keys, 0, 0, 0, "none where none are asked");
	siglet_scitt_keys_free(keys);
	service_clear(&c);
	service_clear(&b);
	service_clear(&a);
}

/* One key under two names, and two keys of a file that nobody gave a name: a service counts once. */
static void add_key(siglet_scitt_keys *keys, const char *issuer, const siglet_signer *signer)
{
	siglet_buf pem = maker_buf();

	MAKER_DO(siglet_pem_encode("PUBLIC KEY", siglet_key_spki(siglet_signer_key(signer)), &pem));
	MAKER_DO(siglet_scitt_keys_add(keys, heads(), siglet_slice_str(issuer),
				       siglet_buf_slice(&pem)));
	siglet_buf_clear(&pem);
}

/* A name is one service, whichever files its keys are in; no name is none. */
static void services_are_told_apart_by_name(void)
{
	service a = service_new(SIGLET_SCITT_RFC9162_SHA256, "a.example");
	service c = service_new(SIGLET_SCITT_RFC9162_SHA256, "c.example");
	siglet_scitt_keys *named = NULL, *nameless = NULL;
	const given rotated[] = { { &a, RECEIPT_PLAIN, SIGLET_SCITT_VERIFIED },
				  { &a, RECEIPT_OTHER_SIGNER, SIGLET_SCITT_VERIFIED } };
	const given silent[] = { { &a, RECEIPT_WITHOUT_ISSUER, SIGLET_SCITT_VERIFIED },
				 { &c, RECEIPT_WITHOUT_ISSUER, SIGLET_SCITT_VERIFIED } };

	MAKER_DO(siglet_scitt_keys_new(&named));
	add_key(named, "a.example", a.signer);
	add_key(named, "a.example", a.other);
	comes_to(rotated, 2, named, 1, 2, SIGLET_E_UNTRUSTED, "one name's keys of two files");
	MAKER_DO(siglet_scitt_keys_new(&nameless));
	add_key(nameless, "", a.signer);
	add_key(nameless, "", c.signer);
	comes_to(silent, 2, nameless, 2, 2, 0, "two files, and receipts without a name");
	siglet_scitt_keys_free(nameless);
	siglet_scitt_keys_free(named);
	service_clear(&c);
	service_clear(&a);
}

static void a_service_counts_once(void)
{
	service a = service_new(SIGLET_SCITT_RFC9162_SHA256, "a.example");
	service c = service_new(SIGLET_SCITT_RFC9162_SHA256, "c.example");
	siglet_scitt_keys *aliases = NULL, *nameless = NULL;
	siglet_buf pem = maker_buf();
	const given good = { &a, RECEIPT_PLAIN, SIGLET_SCITT_VERIFIED };
	const given renamed = { &a, RECEIPT_OTHER_ISSUER, SIGLET_SCITT_VERIFIED };
	const given second_key = { &a, RECEIPT_OTHER_SIGNER, SIGLET_SCITT_VERIFIED };
	const given distinct = { &c, RECEIPT_PLAIN, SIGLET_SCITT_VERIFIED };
	const given alias[] = { good, renamed }, rotated[] = { renamed, second_key };
	const given both[] = { second_key, renamed, distinct };

	MAKER_DO(siglet_scitt_keys_new(&aliases));
	pin(aliases, &a, "a.example");
	pin(aliases, &a, "another.example");
	comes_to(alias, 2, aliases, 1, 2, SIGLET_E_UNTRUSTED, "one key that was pinned twice");
	MAKER_DO(siglet_scitt_keys_new(&nameless));
	MAKER_DO(siglet_pem_encode("PUBLIC KEY", siglet_key_spki(siglet_signer_key(a.signer)),
				   &pem));
	MAKER_DO(
		siglet_pem_encode("PUBLIC KEY", siglet_key_spki(siglet_signer_key(a.other)), &pem));
	MAKER_DO(siglet_scitt_keys_add(nameless, heads(), SIGLET_SLICE_NONE,
				       siglet_buf_slice(&pem)));
	comes_to(rotated, 2, nameless, 1, 2, SIGLET_E_UNTRUSTED,
		 "two keys of a nameless file, whatever name they claim");
	pin(nameless, &c, "");
	comes_to(both, 3, nameless, 2, 2, 0, "… and another file's");
	siglet_buf_clear(&pem);
	siglet_scitt_keys_free(nameless);
	siglet_scitt_keys_free(aliases);
	service_clear(&c);
	service_clear(&a);
}

static void receipts_are_bounded(void)
{
	made m = make_statement(STATEMENT_PLAIN);
	siglet_buf junk[SIGLET_MAX_RECEIPTS + 1];

	for (size_t i = 0; i < SIGLET_COUNT(junk); i++)
		junk[i] = unhex("00");
	OK_SUCCESS(read_statement(with_receipts(&m, junk, SIGLET_MAX_RECEIPTS)),
		   "as many receipts as may be");
	OK_ERROR(read_statement(with_receipts(&m, junk, SIGLET_MAX_RECEIPTS + 1)), SIGLET_E_LIMIT,
		 "one more");
	OK_ERROR(read_statement(unhex("d284 4d a3012604400fa2016161026162 a119018a80 40 41ff")),
		 SIGLET_E_LENGTH, "none");
	for (size_t i = 0; i < SIGLET_COUNT(junk); i++)
		siglet_buf_clear(&junk[i]);
	made_clear(&m);
}

/* ---- a transparent statement from production, where the corpus has it ---- */

static void a_statement_from_production(void)
{
	siglet_buf bytes, key_file;
	siglet_scitt_keys *keys = NULL;
	siglet_scitt_findings findings = { .count = 0 };
	siglet_cose_chain chain = { .count = 0 };

	if (!corpus_read("scitt/uvm_0.2.10.cose", &bytes) ||
	    !corpus_read("scitt/esrp-cts-db.json", &key_file)) {
		SKIP("no corpus: a transparent statement from production");
		siglet_buf_clear(&bytes);
		return;
	}
	MAKER_DO(siglet_scitt_keys_new(&keys));
	OK_SUCCESS(
		siglet_scitt_keys_add(keys, heads(),
				      siglet_slice_str("esrp-cts-db.confidential-ledger.azure.com"),
				      siglet_buf_slice(&key_file)),
		"the service's certificates");
	OK_SUCCESS(read_statement(bytes), "a transparent statement from production");
	OK_SUCCESS(siglet_scitt_check(doc, &statement, keys, &findings), "… its receipt");
	OK_SUCCESS(siglet_scitt_findings_require(&findings, 1), "… holds");
	OK_SUCCESS(siglet_cose_chain_read(&statement.message, &chain), "… its certificates");
	OK_SUCCESS(siglet_scitt_statement_verify(&statement, heads(),
						 siglet_cert_key(chain.certs[0]), NULL),
		   "… whose key signed it");
	siglet_cose_chain_clear(&chain);
	siglet_scitt_findings_clear(&findings);
	siglet_scitt_keys_free(keys);
	siglet_buf_clear(&key_file);
}

int main(void)
{
	if (heads() == NULL) {
		SKIP("built without COSE");
		return tap_done();
	}
	author = maker_signer("PKIX_ECDSA_P256_SHA_256");
	statements_are_of_their_form();
	statements_are_signed();
	receipts_take_nothing_from_what_was_registered(STATEMENT_PLAIN);
	receipts_take_nothing_from_what_was_registered(STATEMENT_ENVELOPE);
	receipts_take_nothing_from_what_was_registered(STATEMENT_DETACHED);
	receipts_come_to_something();
	a_service_counts_once();
	services_are_told_apart_by_name();
	receipts_are_bounded();
	a_statement_from_production();
	siglet_cbor_doc_free(doc);
	siglet_buf_clear(&kept);
	siglet_signer_free(author);
	return tap_done();
}
