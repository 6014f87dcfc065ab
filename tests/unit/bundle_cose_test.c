#include "bundle/bundle.h"

#include "../lib/check.h"
#include "../lib/heads.h"
#include "cose_alice.h"

/* What a COSE message carries has one form, and the error says where it has another. */

#if SIGLET_COSE

#define HASH "5820 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define SIGNATURE                                                               \
	"5840 0101010101010101010101010101010101010101010101010101010101010101" \
	"0101010101010101010101010101010101010101010101010101010101010101"
#define LABEL_ENTRIES "3a00010000"
#define LABEL_STAMPS "3a00010001"

/* The pairs of an ordinary entry of Rekor v1. */
#define VERSION "01 65302e302e31"
#define VERSION_2 "01 65302e302e32"
#define LOG_ID "02 42aabb"
#define INDEX "03 05"
#define TIME "04 1a6553f100"
#define PROMISE "05 41cc"
#define PROOF "06 83 01 03 82 " HASH HASH
#define CHECKPOINT "07 6161"
#define ROOT "08 " HASH
#define ENTRY "a8" VERSION LOG_ID INDEX TIME PROMISE PROOF CHECKPOINT ROOT

static siglet_err *parse(const char *unprotected, siglet_bundle **ret_bundle)
{
	char hex[65536];
	siglet_buf bytes;
	siglet_err *err;

	(void)snprintf(hex, sizeof(hex), "d284 43a10126 %s 4155 %s", unprotected, SIGNATURE);
	bytes = unhex(hex);
	err = siglet_bundle_parse_cose(heads(), siglet_buf_slice(&bytes), ret_bundle);
	siglet_buf_clear(&bytes);
	return err;
}

static void refuses(const char *unprotected, siglet_code code, const char *text)
{
	siglet_bundle *bundle = NULL;
	siglet_err *err = parse(unprotected, &bundle);

	if (!OK(err != NULL && siglet_err_code(err) == code &&
			strcmp(siglet_err_message(err), text) == 0 && bundle == NULL,
		"refused: %s", text))
		printf("# got: %s: %s\n", err == NULL ? "" : siglet_code_name(siglet_err_code(err)),
		       err == NULL ? "success" : siglet_err_message(err));
	siglet_err_free(err);
	siglet_bundle_free(bundle);
}

static siglet_bundle *accepts(const char *unprotected, const char *claim)
{
	siglet_bundle *bundle = NULL;

	OK_SUCCESS(parse(unprotected, &bundle), "%s", claim);
	if (bundle == NULL)
		exit(1);
	return bundle;
}

#define ENTRIES(pairs) "a1" LABEL_ENTRIES "81" pairs

static void an_entry_is_read(void)
{
	siglet_bundle *bundle = accepts(ENTRIES(ENTRY), "a Rekor v1 entry");
	const siglet_bundle_data *data = siglet_bundle_get(bundle);
	const siglet_entry *entry = &data->entries[0];

	OK(data->entry_count == 1 && data->timestamp_count == 0, "… one, and no timestamp");
	OK(entry->kind == SIGLET_ENTRY_HASHEDREKORD_V001 && entry->log_id.len == 2 &&
		   entry->log_index == 5 && entry->integrated_time_s == 1700000000,
	   "… its log, index and time");
	OK(entry->promise.len == 1 && siglet_slice_is(entry->checkpoint, "a"),
	   "… its promise and checkpoint");
	OK(entry->has_proof && entry->proof_index == 1 && entry->proof_size == 3 &&
		   entry->proof_count == 2 && entry->proof_nodes[1].bytes[31] == 0x1f &&
		   entry->proof_root.len == 32,
	   "… its proof");
	OK(entry->body.len == 0, "… and no body");
	siglet_bundle_free(bundle);
	bundle = accepts(ENTRIES("a6" VERSION LOG_ID INDEX PROOF CHECKPOINT ROOT),
			 "one without promise and time");
	OK(siglet_bundle_get(bundle)->entries[0].integrated_time_s == 0, "… has none");
	siglet_bundle_free(bundle);
	bundle = accepts(ENTRIES("a5" VERSION_2 LOG_ID INDEX PROOF CHECKPOINT),
			 "a Rekor v2 entry, whose root the checkpoint has");
	OK(siglet_entry_is_v2(&siglet_bundle_get(bundle)->entries[0]), "… is one");
	siglet_bundle_free(bundle);
	siglet_bundle_free(accepts(
		ENTRIES("a9" VERSION LOG_ID INDEX TIME PROMISE PROOF CHECKPOINT ROOT "6178 f6"),
		"a key that nobody knows"));
}

static void every_part_is_there(void)
{
	refuses(ENTRIES("a0"), SIGLET_E_MISSING,
		"byte 13: unprotected/-65537/0: an entry without a version");
	refuses(ENTRIES("a5" VERSION INDEX PROOF CHECKPOINT ROOT), SIGLET_E_MISSING,
		"byte 13: unprotected/-65537/0: an entry without a log's id");
	refuses(ENTRIES("a5" VERSION LOG_ID PROOF CHECKPOINT ROOT), SIGLET_E_MISSING,
		"byte 13: unprotected/-65537/0: an entry without an index");
	refuses(ENTRIES("a5" VERSION LOG_ID INDEX CHECKPOINT ROOT), SIGLET_E_MISSING,
		"byte 13: unprotected/-65537/0: an entry without a proof");
	refuses(ENTRIES("a5" VERSION LOG_ID INDEX PROOF ROOT), SIGLET_E_MISSING,
		"byte 13: unprotected/-65537/0: an entry without a checkpoint");
	refuses(ENTRIES("a5" VERSION LOG_ID INDEX PROOF CHECKPOINT), SIGLET_E_MISSING,
		"byte 28: unprotected/-65537/0/6: no rootHash");
}

#define BEFORE_INDEX "a6" VERSION LOG_ID
#define BEFORE_PROOF BEFORE_INDEX INDEX
#define BEHIND_PROOF CHECKPOINT ROOT

static void every_part_is_of_its_kind(void)
{
	refuses(ENTRIES("80"), SIGLET_E_MALFORMED,
		"byte 13: unprotected/-65537/0: an array, not a map");
	refuses(ENTRIES("a1 01 01"), SIGLET_E_MALFORMED,
		"byte 15: unprotected/-65537/0/1: an unsigned integer, not text");
	refuses(ENTRIES("a1 01 65302e302e33"), SIGLET_E_UNSUPPORTED,
		"byte 15: unprotected/-65537/0/1: entry of kind hashedrekord 0.0.3");
	refuses(ENTRIES("a6" VERSION "02 6161" INDEX PROOF BEHIND_PROOF), SIGLET_E_MALFORMED,
		"byte 22: unprotected/-65537/0/2: text, not a byte string");
	refuses(ENTRIES("a6" VERSION "02 40" INDEX PROOF BEHIND_PROOF), SIGLET_E_MALFORMED,
		"byte 22: unprotected/-65537/0/2: an empty log id");
	refuses(ENTRIES(BEFORE_INDEX "03 20" PROOF BEHIND_PROOF), SIGLET_E_RANGE,
		"byte 26: unprotected/-65537/0/3: a negative number");
	refuses(ENTRIES(BEFORE_INDEX "03 1b8000000000000000" PROOF BEHIND_PROOF), SIGLET_E_RANGE,
		"byte 26: unprotected/-65537/0/3: a number above 2^63 - 1");
	refuses(ENTRIES("a7" VERSION LOG_ID INDEX "04 20" PROOF BEHIND_PROOF), SIGLET_E_RANGE,
		"byte 28: unprotected/-65537/0/4: a negative number");
	refuses(ENTRIES(BEFORE_PROOF PROOF "07 4161" ROOT), SIGLET_E_MALFORMED,
		"byte 101: unprotected/-65537/0/7: a byte string, not text");
	refuses(ENTRIES(BEFORE_PROOF PROOF CHECKPOINT "08 41aa"), SIGLET_E_LENGTH,
		"byte 104: unprotected/-65537/0/8: 1 bytes, not the 32 of a hash");
}

static void proofs_are_possible(void)
{
	refuses(ENTRIES(BEFORE_PROOF "06 82 01 03" BEHIND_PROOF), SIGLET_E_LENGTH,
		"byte 28: unprotected/-65537/0/6: an array of 2, not 3");
	refuses(ENTRIES(BEFORE_PROOF "06 84 01 03 80 80" BEHIND_PROOF), SIGLET_E_LENGTH,
		"byte 28: unprotected/-65537/0/6: an array of 4, not 3");
	refuses(ENTRIES(BEFORE_PROOF "06 83 20 03 80" BEHIND_PROOF), SIGLET_E_RANGE,
		"byte 29: unprotected/-65537/0/6/0: a negative number");
	refuses(ENTRIES(BEFORE_PROOF "06 83 01 20 80" BEHIND_PROOF), SIGLET_E_RANGE,
		"byte 30: unprotected/-65537/0/6/1: a negative number");
	refuses(ENTRIES(BEFORE_PROOF "06 83 01 03 40" BEHIND_PROOF), SIGLET_E_MALFORMED,
		"byte 31: unprotected/-65537/0/6/2: a byte string, not an array");
	refuses(ENTRIES(BEFORE_PROOF "06 83 01 03 81 41aa" BEHIND_PROOF), SIGLET_E_LENGTH,
		"byte 32: unprotected/-65537/0/6/2/0: 1 bytes, not the 32 of a hash");
	refuses(ENTRIES(BEFORE_PROOF "06 83 03 03 80" BEHIND_PROOF), SIGLET_E_RANGE,
		"byte 28: unprotected/-65537/0/6: logIndex 3 of treeSize 3");
	refuses(ENTRIES(BEFORE_PROOF "06 83 00 00 80" BEHIND_PROOF), SIGLET_E_RANGE,
		"byte 28: unprotected/-65537/0/6: logIndex 0 of treeSize 0");
}

static void promises_have_a_time(void)
{
	refuses(ENTRIES("a7" VERSION LOG_ID INDEX PROMISE PROOF BEHIND_PROOF), SIGLET_E_MALFORMED,
		"byte 28: unprotected/-65537/0/5: a promise that is empty, or of no time");
	refuses(ENTRIES("a8" VERSION LOG_ID INDEX TIME "05 40" PROOF BEHIND_PROOF),
		SIGLET_E_MALFORMED,
		"byte 34: unprotected/-65537/0/5: a promise that is empty, or of no time");
	refuses(ENTRIES("a8" VERSION LOG_ID INDEX TIME "05 6161" PROOF BEHIND_PROOF),
		SIGLET_E_MALFORMED, "byte 34: unprotected/-65537/0/5: text, not a byte string");
	refuses(ENTRIES("a8" VERSION_2 LOG_ID INDEX TIME PROMISE PROOF BEHIND_PROOF),
		SIGLET_E_MALFORMED,
		"byte 34: unprotected/-65537/0/5: a Rekor v2 entry has no promise");
}

/* "a1 LABEL 98NN" and so many items, numbered where is_numbered. */
static void many(const char *label, unsigned count, const char *item, bool is_numbered, char *out,
		 size_t size)
{
	int len = snprintf(out, size, "a1 %s 98%02x", label, count);

	for (unsigned i = 0; i < count && len > 0 && (size_t)len < size; i++)
		len += is_numbered ? snprintf(out + len, size - (size_t)len, "%s%02x", item, i)
				   : snprintf(out + len, size - (size_t)len, "%s", item);
}

static void lists_have_bounds(void)
{
	char hex[65000];

	refuses("a1" LABEL_ENTRIES "80", SIGLET_E_LENGTH,
		"byte 12: unprotected/-65537: an array of 0, not 1 to 32");
	refuses("a1" LABEL_ENTRIES "40", SIGLET_E_MALFORMED,
		"byte 12: unprotected/-65537: a byte string, not an array");
	refuses("a1" LABEL_ENTRIES "82" ENTRY ENTRY, SIGLET_E_MALFORMED,
		"byte 147: unprotected/-65537/1: the same entry as 0");
	siglet_bundle *bundle = accepts("a1" LABEL_ENTRIES "83" ENTRY "a8" VERSION LOG_ID
					"03 06" TIME PROMISE PROOF CHECKPOINT ROOT "a8" VERSION
					"02 42aabc" INDEX TIME PROMISE PROOF CHECKPOINT ROOT,
					"another entry of the log, and the same of another log");
	OK(siglet_bundle_get(bundle)->entry_count == 3, "… are three");
	siglet_bundle_free(bundle);
	many(LABEL_ENTRIES, 32, "a6" VERSION LOG_ID PROOF CHECKPOINT ROOT "0318", true, hex,
	     sizeof(hex));
	bundle = accepts(hex, "32 entries");
	OK(siglet_bundle_get(bundle)->entry_count == 32, "… all of them");
	siglet_bundle_free(bundle);
	many(LABEL_ENTRIES, 33, "a0", false, hex, sizeof(hex));
	refuses(hex, SIGLET_E_LENGTH, "byte 12: unprotected/-65537: an array of 33, not 1 to 32");
	refuses("a1" LABEL_STAMPS "80", SIGLET_E_LENGTH,
		"byte 12: unprotected/-65538: an array of 0, not 1 to 32");
	refuses("a1" LABEL_STAMPS "81 40", SIGLET_E_MALFORMED,
		"byte 13: unprotected/-65538/0: an empty timestamp");
	refuses("a1" LABEL_STAMPS "81 6161", SIGLET_E_MALFORMED,
		"byte 13: unprotected/-65538/0: text, not a byte string");
	refuses("a1" LABEL_STAMPS "83 41aa 41bb 41aa", SIGLET_E_MALFORMED,
		"byte 17: unprotected/-65538/2: the same timestamp as 0");
	many(LABEL_STAMPS, 33, "42aa", true, hex, sizeof(hex));
	refuses(hex, SIGLET_E_LENGTH, "byte 12: unprotected/-65538: an array of 33, not 1 to 32");
	many(LABEL_STAMPS, 32, "42aa", true, hex, sizeof(hex));
	bundle = accepts(hex, "32 timestamps");
	OK(siglet_bundle_get(bundle)->timestamp_count == 32, "… all of them");
	siglet_bundle_free(bundle);
}

static siglet_err *parse_all(const char *hex, siglet_bundle **ret_bundle)
{
	siglet_buf bytes = unhex(hex);
	siglet_err *err = siglet_bundle_parse_cose(heads(), siglet_buf_slice(&bytes), ret_bundle);

	siglet_buf_clear(&bytes);
	return err;
}

static void wrong(const char *hex, const char *text)
{
	siglet_bundle *bundle = NULL;
	siglet_err *err = parse_all(hex, &bundle);

	if (!OK(err != NULL && strcmp(siglet_err_message(err), text) == 0, "refused: %s", text))
		printf("# got: %s\n", err == NULL ? "success" : siglet_err_message(err));
	siglet_err_free(err);
	siglet_bundle_free(bundle);
}

static void signers_and_signatures(void)
{
	siglet_bundle *bundle = NULL;

	OK_SUCCESS(parse_all("84 46a201260441 61 a0 4155" SIGNATURE, &bundle), "a key's id");
	OK(siglet_slice_is(siglet_bundle_get(bundle)->key_hint, "a"), "… is its hint");
	OK(siglet_bundle_get(bundle)->signature.len == 70, "… and the signature is DER inside");
	siglet_bundle_free(bundle);
	bundle = NULL;
	OK_SUCCESS(parse_all("84 43a10126 a10441ff 4155" SIGNATURE, &bundle),
		   "one that is no text");
	OK(siglet_bundle_get(bundle)->key_hint.len == 0, "… is no hint");
	siglet_bundle_free(bundle);
	bundle = NULL;
	OK_ERROR(parse_all("84 43a10126 a0 4155 41ff", &bundle), SIGLET_E_LENGTH,
		 "a signature of one byte");
	OK_ERROR(parse_all("84 40 a0 4155" SIGNATURE, &bundle), SIGLET_E_MISSING, "no algorithm");
	OK_ERROR(parse_all("84 48a3012602812b2b00 a0 4155" SIGNATURE, &bundle),
		 SIGLET_E_UNSUPPORTED, "a critical label that is not understood");
	OK_ERROR(parse_all("84 49a301260281101061 78 a0 4155" SIGNATURE, &bundle),
		 SIGLET_E_UNSUPPORTED, "a critical type that nobody asks for");
	OK_ERROR(parse_all("84 48a201260fa1 041864 a0 4155" SIGNATURE, &bundle),
		 SIGLET_E_UNSUPPORTED, "a message that ends some day");
	wrong("84 43a10126 a0 4155 41ff",
	      "byte 8: signature: a signature of 1 bytes, not the 64 of ECDSA P-256");
	wrong("84 43a10126 a0 4155 5840"
	      "0000000000000000000000000000000000000000000000000000000000000000"
	      "0101010101010101010101010101010101010101010101010101010101010101",
	      "byte 8: signature: r of the signature is zero");
	wrong("84 43a10126 a0 4155 5840"
	      "0101010101010101010101010101010101010101010101010101010101010101"
	      "0000000000000000000000000000000000000000000000000000000000000000",
	      "byte 8: signature: s of the signature is zero");
	/* Whoever is bound by the signature is no managed key, wherever the certificate is carried. */
	OK_SUCCESS(parse_all("84 5829 a20126 1822" ALICE_X5T "a1 1821 5901ad" ALICE
			     "4155" SIGNATURE,
			     &bundle),
		   "a certificate that x5t binds");
	OK(siglet_bundle_leaf(bundle) != NULL &&
		   siglet_bundle_get(bundle)->material == SIGLET_MATERIAL_CERTIFICATE,
	   "… is the signer's");
	siglet_bundle_free(bundle);
	bundle = NULL;
	OK_ERROR(parse_all("84 43a10126 a1 1821 5901ad" ALICE "4155" SIGNATURE, &bundle),
		 SIGLET_E_MISSING, "a certificate that nothing binds");
	OK_ERROR(parse_all("84 47a2012619010200 a0 4155" SIGNATURE, &bundle), SIGLET_E_UNSUPPORTED,
		 "a payload of an unknown hash");
}

/* What was read is written as it was. */
static void what_is_read_can_be_written(void)
{
	const char *const map = "a2" LABEL_ENTRIES "81" ENTRY LABEL_STAMPS "81 42aabb";
	siglet_bundle *bundle = accepts(map, "an entry and a timestamp");
	siglet_bundle_data data = *siglet_bundle_get(bundle);
	siglet_entry entry = data.entries[0];
	siglet_buf written, wanted = unhex(map);

	siglet_buf_init(&written, 65536);
	OK_SUCCESS(siglet_bundle_write_carried(heads(), &data, &written), "are written");
	OK(siglet_slice_equal(siglet_buf_slice(&written), siglet_buf_slice(&wanted)), "… as read");
	data.entries = &entry;
	entry.has_proof = false;
	OK_ERROR(siglet_bundle_write_carried(heads(), &data, &written), SIGLET_E_USAGE,
		 "an entry without a proof is not");
	entry.has_proof = true;
	entry.checkpoint.len = 0;
	OK_ERROR(siglet_bundle_write_carried(heads(), &data, &written), SIGLET_E_USAGE,
		 "nor one without a checkpoint");
	siglet_buf_clear(&wanted);
	siglet_buf_clear(&written);
	siglet_bundle_free(bundle);
}

static void cose_is_told_from_json(void)
{
	OK(siglet_bundle_is_cose(siglet_slice_str("\x84")) &&
		   siglet_bundle_is_cose(siglet_slice_str("\xa1")) &&
		   siglet_bundle_is_cose(siglet_slice_str("\xbf")) &&
		   siglet_bundle_is_cose(siglet_slice_str("\xd2\x84")),
	   "an array, a map or a tag of CBOR");
	OK(!siglet_bundle_is_cose(siglet_slice_str("{")) &&
		   !siglet_bundle_is_cose(siglet_slice_str("[")) &&
		   !siglet_bundle_is_cose(siglet_slice_str(" ")) &&
		   !siglet_bundle_is_cose(siglet_slice_str("\x7f")) &&
		   !siglet_bundle_is_cose(siglet_slice_str("\xef\xbb\xbf{")) &&
		   !siglet_bundle_is_cose(SIGLET_SLICE_NONE),
	   "is not JSON, nor nothing");
}

#endif

int main(void)
{
#if SIGLET_COSE
	an_entry_is_read();
	every_part_is_there();
	every_part_is_of_its_kind();
	proofs_are_possible();
	promises_have_a_time();
	lists_have_bounds();
	signers_and_signatures();
	what_is_read_can_be_written();
	cose_is_told_from_json();
#else
	SKIP("built without COSE");
#endif
	return tap_done();
}
