#include "../lib/check.h"

typedef siglet_err *codec(siglet_slice in, siglet_buf *out);

/* What a codec makes of in, behind "x", in a buffer that the caller clears. */
static siglet_err *run(codec *function, siglet_slice in, siglet_buf *out)
{
	siglet_buf_init(out, 1 << 20);
	siglet_err *err = siglet_buf_append_byte(out, 'x');
	return err == NULL ? function(in, out) : err;
}

static bool gives(codec *function, siglet_slice in, siglet_slice want)
{
	siglet_buf out;
	siglet_err *err = run(function, in, &out);
	const bool good = err == NULL && out.len == want.len + 1 && out.ptr[0] == 'x' &&
			  siglet_slice_equal(siglet_slice_of(out.ptr + 1, want.len), want) &&
			  out.ptr[out.len] == '\0';

	if (err != NULL)
		printf("# %s\n", siglet_err_message(err));
	siglet_err_free(err);
	siglet_buf_clear(&out);
	return good;
}

/* Refused as malformed, the buffer as it was. */
static bool refuses(codec *function, siglet_slice in)
{
	siglet_buf out;
	siglet_err *err = run(function, in, &out);
	const bool good = err != NULL && siglet_err_code(err) == SIGLET_E_MALFORMED &&
			  out.len == 1 && out.ptr[0] == 'x' && out.ptr[1] == '\0';

	siglet_err_free(err);
	siglet_buf_clear(&out);
	return good;
}

/* Exactly at the ceiling, then one below it. */
static void keeps_to_ceiling(codec *function, const char *in, size_t len, const char *what)
{
	siglet_buf out;

	siglet_buf_init(&out, len);
	OK_SUCCESS(function(siglet_slice_str(in), &out), "%s: a buffer just large enough", what);
	OK(out.len == len, "%s: is full", what);
	siglet_buf_clear(&out);
	siglet_buf_init(&out, len - 1);
	OK_ERROR(function(siglet_slice_str(in), &out), SIGLET_E_LIMIT, "%s: one too small", what);
	OK(out.len == 0, "%s: stays empty", what);
	siglet_buf_clear(&out);
}

typedef struct vector {
	const char *plain, *encoded;
} vector;

/* RFC 4648 section 10. */
static const vector BASE64[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
};
static const vector BASE16[] = {
	{ "", "" },
	{ "f", "66" },
	{ "fo", "666F" },
	{ "foo", "666F6F" },
	{ "foob", "666F6F62" },
	{ "fooba", "666F6F6261" },
	{ "foobar", "666F6F626172" },
};

static void base64_follows_the_vectors(void)
{
	for (size_t i = 0; i < SIGLET_COUNT(BASE64); i++) {
		const siglet_slice plain = siglet_slice_str(BASE64[i].plain);
		siglet_slice encoded = siglet_slice_str(BASE64[i].encoded);

		OK(gives(siglet_base64_encode, plain, encoded), "\"%s\" encodes", BASE64[i].plain);
		OK(gives(siglet_base64_decode, encoded, plain), "\"%s\" decodes",
		   BASE64[i].encoded);
		OK(gives(siglet_base64_decode_any, encoded, plain), "also as proto-JSON");
		if (!siglet_slice_has_suffix(encoded, "="))
			continue;
		while (siglet_slice_has_suffix(encoded, "="))
			encoded.len--;
		OK(gives(siglet_base64_decode_any, encoded, plain), "there without padding too");
		OK(refuses(siglet_base64_decode, encoded), "but strictly not");
	}
}

static void base16_follows_the_vectors(void)
{
	for (size_t i = 0; i < SIGLET_COUNT(BASE16); i++)
		OK(gives(siglet_hex_decode, siglet_slice_str(BASE16[i].encoded),
			 siglet_slice_str(BASE16[i].plain)),
		   "\"%s\" decodes", BASE16[i].encoded);
	OK(gives(siglet_hex_encode, siglet_slice_str("foobar\xff\x0a"),
		 siglet_slice_str("666f6f626172ff0a")),
	   "encoding is lowercase");
	OK(gives(siglet_hex_decode, siglet_slice_str("aBcDeF09"),
		 siglet_slice_str("\xab\xcd\xef\x09")),
	   "decoding takes either case");
}

static void every_byte_survives(void)
{
	uint8_t bytes[256 * 3];
	siglet_buf hex, base64;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256);
	siglet_buf_init(&hex, 4096);
	siglet_buf_init(&base64, 4096);
	for (size_t len = sizeof(bytes) - 3; len <= sizeof(bytes); len++) {
		const siglet_slice plain = siglet_slice_of(bytes, len);

		siglet_buf_clear(&hex);
		siglet_buf_clear(&base64);
		OK_SUCCESS(siglet_hex_encode(plain, &hex), "%zu bytes to hex", len);
		OK_SUCCESS(siglet_base64_encode(plain, &base64), "and to base64");
		OK(hex.len == 2 * len && base64.len == (len + 2) / 3 * 4, "have the length");
		OK(gives(siglet_hex_decode, siglet_buf_slice(&hex), plain) &&
			   gives(siglet_base64_decode, siglet_buf_slice(&base64), plain),
		   "and come back");
	}
	siglet_buf_clear(&hex);
	siglet_buf_clear(&base64);
}

static void hex_is_pairs_of_digits(void)
{
	static const char *const bad[] = { "6",	 "666", "6g", "g6", "0x", " 66", "66 ",	    "6\n",
					   "/0", ":0",	"@0", "G0", "`0", "-1",	 "\xc3\xa4" };

	for (size_t i = 0; i < SIGLET_COUNT(bad); i++)
		OK(refuses(siglet_hex_decode, siglet_slice_str(bad[i])), "case %zu is no hex", i);
	OK(refuses(siglet_hex_decode, siglet_slice_of("66\0", 4)), "nor is NUL");
	OK(refuses(siglet_hex_decode, siglet_slice_str("66666g")), "also behind good digits");
}

/* By the definition, a bit at a time; false: a character that is no digit. */
static bool decode_slowly(const char *text, size_t len, uint8_t *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	memset(out, 0, len / 4 * 3);
	for (size_t i = 0; i < len; i++) {
		const char *at = text[i] == '\0' ? NULL : strchr(digits, text[i]);

		if (at == NULL)
			return false;
		for (unsigned bit = 0; bit < 6; bit++)
			if (((unsigned)(at - digits) >> (5 - bit) & 1) != 0)
				out[(6 * i + bit) / 8] |= (uint8_t)(0x80 >> (6 * i + bit) % 8);
	}
	return true;
}

/* Every byte at every place of two groups of four. */
static void base64_groups_are_read_by_the_definition(void)
{
	bool good = true;

	for (size_t at = 0; at < 8; at++)
		for (int c = 0; c < 256; c++) {
			char text[9] = "b7+/Zq0A";
			uint8_t want[6];
			siglet_buf have;
			siglet_err *err;
			bool is_one;

			text[at] = (char)c;
			is_one = decode_slowly(text, 8, want);
			/* Padding at the end is another matter. */
			if (c == '=' && at == 7)
				continue;
			siglet_buf_init(&have, 64);
			err = siglet_base64_decode(siglet_slice_of(text, 8), &have);
			good = good && is_one == (err == NULL);
			good = good &&
			       (err != NULL || (have.len == 6 && memcmp(have.ptr, want, 6) == 0));
			siglet_err_free(err);
			siglet_buf_clear(&have);
		}
	OK(good, "every character, at every place of a group");
}

static void base64_is_strict(void)
{
	static const char *const bad[] = {
		"Z",	    "Zg",     "Zg=",	"Zg===",    "Zm8",     "Zm8==",
		"=",	    "==",     "===",	"====",	    "Z===",    "Z=g=",
		"Zg==Zg==", "Zm9v=",  "Zm9v==", "Zm9v====", "Zg==\n",  " Zg==",
		"Zm 9v",    "Zm\n9v", "Zm9!",	"Zm9\xff",  "Zh==",    "Zn==",
		"Zm9=",	    "Zm+_",   "Zm-/",	"Zm9v,",    "Zm9vYmE", "Z\xc3\xa4=",
	};

	for (size_t i = 0; i < SIGLET_COUNT(bad); i++)
		OK(refuses(siglet_base64_decode, siglet_slice_str(bad[i])), "case %zu is refused",
		   i);
	OK(refuses(siglet_base64_decode, siglet_slice_of("Zm9\0", 4)), "so is NUL");
	OK(gives(siglet_base64_decode, siglet_slice_str("++//"), siglet_slice_str("\xfb\xef\xff")),
	   "+ and / are digits");
	OK(refuses(siglet_base64_decode, siglet_slice_str("--__")), "- and _ are not");
}

static void proto_base64_takes_one_alphabet(void)
{
	static const char *const bad[] = { "Z",	   "Zg=",    "Zm8==",	 "Zg===",    "Zm9vY",
					   "Zh",   "Zm9",    "Zm9v=",	 "=",	     "==",
					   "====", "Zg==\n", "Zm 9v",	 "++__",     "--//",
					   "+_==", "-/",     "Zg==Zg==", "Zm9v====", "Z===" };

	for (size_t i = 0; i < SIGLET_COUNT(bad); i++)
		OK(refuses(siglet_base64_decode_any, siglet_slice_str(bad[i])),
		   "case %zu is refused", i);
	OK(gives(siglet_base64_decode_any, siglet_slice_str("--__"),
		 siglet_slice_str("\xfb\xef\xff")),
	   "the URL-safe alphabet is taken");
	OK(gives(siglet_base64_decode_any, siglet_slice_str("++//"),
		 siglet_slice_str("\xfb\xef\xff")),
	   "so is the standard one");
	OK(gives(siglet_base64_decode_any, siglet_slice_str("-_8="),
		 siglet_slice_str("\xfb\xff")) &&
		   gives(siglet_base64_decode_any, siglet_slice_str("-_8"),
			 siglet_slice_str("\xfb\xff")),
	   "with padding or without");
}

static void codecs_keep_to_the_ceiling(void)
{
	keeps_to_ceiling(siglet_hex_encode, "foobar", 12, "hex");
	keeps_to_ceiling(siglet_hex_decode, "666f6f", 3, "from hex");
	keeps_to_ceiling(siglet_base64_encode, "foob", 8, "base64");
	keeps_to_ceiling(siglet_base64_decode, "Zm9vYg==", 4, "from base64");
	keeps_to_ceiling(siglet_base64_decode_any, "Zm9vYg", 4, "from proto-JSON");
}

static void lengths_that_wrap_are_refused(void)
{
	siglet_buf out;

	siglet_buf_init(&out, SIZE_MAX);
	OK_ERROR(siglet_hex_encode(siglet_slice_of("", SIZE_MAX / 2 + 1), &out), SIGLET_E_LIMIT,
		 "as hex");
	OK_ERROR(siglet_base64_encode(siglet_slice_of("", SIZE_MAX - 3), &out), SIGLET_E_LIMIT,
		 "as base64");
	siglet_buf_clear(&out);
}

static void failed_decoding_leaves_no_secret(void)
{
	siglet_buf out;
	bool clean = true;

	siglet_buf_init_secret(&out, 100);
	OK_ERROR(siglet_base64_decode(siglet_slice_str("Zm9vZm9vZm9!"), &out), SIGLET_E_MALFORMED,
		 "a secret that breaks off");
	for (size_t i = 0; i < out.cap; i++)
		clean = clean && out.ptr[i] == 0;
	OK(clean, "leaves nothing behind");
	siglet_buf_clear(&out);
}

/* ---- PEM ---- */

#define BLOCK "-----BEGIN THING-----\nZm9v\n-----END THING-----\n"

static siglet_err *next(const char *pem, siglet_buf *der, bool *found, siglet_slice *rest)
{
	*rest = siglet_slice_str(pem);
	*found = false;
	siglet_buf_init(der, 1000);
	return siglet_pem_next(rest, "THING", der, found);
}

static void pem_blocks_are_found(const char *pem, const char *what, const char *want_rest)
{
	siglet_buf der;
	bool found = false;
	siglet_slice rest;

	OK_SUCCESS(next(pem, &der, &found, &rest), "%s", what);
	OK(found && siglet_slice_is(siglet_buf_slice(&der), "foo"), "gives the bytes");
	OK(siglet_slice_is(rest, want_rest), "and the text behind");
	siglet_buf_clear(&der);
}

static void pem_is_refused(const char *pem, const char *what)
{
	siglet_buf der;
	bool found = false;
	siglet_slice rest;

	OK_ERROR(next(pem, &der, &found, &rest), SIGLET_E_MALFORMED, "%s", what);
	OK(!found && der.len == 0, "gives nothing");
	siglet_buf_clear(&der);
}

static void pem_reads_what_others_write(void)
{
	pem_blocks_are_found(BLOCK, "a block", "");
	pem_blocks_are_found("-----BEGIN THING-----\r\nZm9v\r\n-----END THING-----\r\n", "CRLF",
			     "");
	pem_blocks_are_found("Subject: x\n  -----BEGIN OTHER-----\n" BLOCK "more\n",
			     "text around a block", "more\n");
	pem_blocks_are_found(BLOCK BLOCK, "two blocks", BLOCK);
	pem_blocks_are_found("-----BEGIN THING-----\nZm\n9\n\nv\n-----END THING-----",
			     "short lines and no last newline", "");
}

static void pem_that_is_no_pem_is_refused(void)
{
	pem_is_refused("-----BEGIN OTHER-----\nZm9v\n-----END OTHER-----\n", "another label");
	pem_is_refused("-----BEGIN THING2-----\nZm9v\n-----END THING2-----\n", "a longer label");
	pem_is_refused("-----BEGIN THIN-----\nZm9v\n-----END THIN-----\n", "a shorter label");
	pem_is_refused("-----BEGIN THING-----\nZm9v\n-----END OTHER-----\n", "another end");
	pem_is_refused("-----BEGIN THING-----\nZm9v\n", "no end");
	pem_is_refused("-----BEGIN THING-----\n", "nothing but the beginning");
	pem_is_refused("-----BEGIN THING-----", "not even a newline");
	pem_is_refused("-----BEGIN THING-----\n-----END THING-----\n", "no bytes");
	pem_is_refused("-----BEGIN THING----\nZm9v\n-----END THING-----\n", "a dash too few");
	pem_is_refused("-----BEGIN THING-----\nZm9v\n-----END THING----\n",
		       "a dash too few at the end");
	pem_is_refused("-----BEGIN THING----- \nZm9v\n-----END THING-----\n", "a space behind it");
	pem_is_refused("-----BEGIN THING-----\nZm9v\n-----END THING-----x\n", "more than an end");
	pem_is_refused("-----BEGIN THING-----\nZm9\n-----END THING-----\n", "no padding");
	pem_is_refused("-----BEGIN THING-----\nZm9v \n-----END THING-----\n", "a space");
	pem_is_refused("-----BEGIN THING-----\nDEK-Info: x\n\nZm9v\n-----END THING-----\n",
		       "headers");
	pem_is_refused("-----BEGIN THING-----\n" BLOCK, "a block in a block");
}

static void pem_ends_where_no_block_is_left(void)
{
	siglet_buf der;
	bool found = true;
	siglet_slice text = siglet_slice_str("no block\nhere"), none = SIGLET_SLICE_NONE;

	siglet_buf_init(&der, 1000);
	OK_SUCCESS(siglet_pem_next(&text, "THING", &der, &found), "text without a block");
	OK(!found && text.len == 0 && der.len == 0, "has none");
	found = true;
	OK_SUCCESS(siglet_pem_next(&none, "THING", &der, &found), "no text at all");
	OK(!found, "has none either");
	siglet_buf_clear(&der);
	siglet_buf_init(&der, 2);
	text = siglet_slice_str(BLOCK);
	OK_ERROR(siglet_pem_next(&text, "THING", &der, &found), SIGLET_E_LIMIT,
		 "a block larger than the buffer");
	OK(der.len == 0, "is not taken in part");
	siglet_buf_clear(&der);
}

static void pem_is_written_as_rekor_stores_it(void)
{
	static const uint8_t zeros[49];
	siglet_buf text;
	siglet_buf_init(&text, 1000);
	OK_SUCCESS(siglet_pem_encode("THING", siglet_slice_str("foo"), &text), "a short block");
	OK(siglet_slice_is(siglet_buf_slice(&text), BLOCK), "is three lines");
	siglet_buf_clear(&text);

	OK_SUCCESS(siglet_pem_encode("A B", siglet_slice_of(zeros, 48), &text), "48 bytes");
	OK(siglet_slice_is(siglet_buf_slice(&text),
			   "-----BEGIN A B-----\n"
			   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
			   "-----END A B-----\n"),
	   "fill one line");
	siglet_buf_clear(&text);

	OK_SUCCESS(siglet_pem_encode("A B", siglet_slice_of(zeros, 49), &text), "49 bytes");
	OK(siglet_slice_is(siglet_buf_slice(&text),
			   "-----BEGIN A B-----\n"
			   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
			   "AA==\n"
			   "-----END A B-----\n"),
	   "begin another");
	const size_t len = text.len;
	siglet_buf_clear(&text);

	siglet_buf_init(&text, len - 1);
	OK_ERROR(siglet_pem_encode("A B", siglet_slice_of(zeros, 49), &text), SIGLET_E_LIMIT,
		 "a buffer one byte too small");
	OK(text.len == 0 && strcmp(siglet_buf_text(&text), "") == 0, "stays as it was");
	siglet_buf_clear(&text);
}

int main(void)
{
	base64_follows_the_vectors();
	base16_follows_the_vectors();
	every_byte_survives();
	hex_is_pairs_of_digits();
	base64_groups_are_read_by_the_definition();
	base64_is_strict();
	proto_base64_takes_one_alphabet();
	codecs_keep_to_the_ceiling();
	lengths_that_wrap_are_refused();
	failed_decoding_leaves_no_secret();
	pem_reads_what_others_write();
	pem_that_is_no_pem_is_refused();
	pem_ends_where_no_block_is_left();
	pem_is_written_as_rekor_stores_it();
	return tap_done();
}
