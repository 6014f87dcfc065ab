/*
 * mutate: does every bit of a bundle count?
 *
 * Flips the bits of every text and number, and of what every base64 stands for, in a bundle of each kind, one at a
 * time. A mutant must be refused, or the bit must be one that nothing signs: those are listed below with their
 * reasons, and the accepted ones are counted by them. Any other accepted mutant is a failure.
 *
 * Usage: mutate STEP DEMO_BUNDLE TRUSTED_ROOT ARTIFACT IDENTITY ISSUER
 * STEP 1: all bits of the first kinds; else one in STEP. The other kinds are flipped one bit a byte, or fewer.
 */
#include "../lib/regions.h"
#include "../lib/tap.h"
#include "../lib/text.h"

#define MAX_PATH 256

static bool path_ends(const char *path, const char *end)
{
	const size_t a = strlen(path), b = strlen(end);

	return a >= b && strcmp(path + a - b, end) == 0;
}

/* ---- mutants ---- */

/* What became of one kind of bundle. */
typedef struct tally {
	const char *kind;
	subject s;
	bool is_v2;
	unsigned step; /* 1: every bit */
	unsigned long mutants, refused, allowed[MAX_REGIONS], surprises;
	const char *reasons[MAX_REGIONS];
	size_t reason_count;
} tally;

static void count_allowed(tally *t, const char *reason)
{
	size_t i = 0;

	while (i < t->reason_count && strcmp(t->reasons[i], reason) != 0)
		i++;
	subject_need(i < MAX_REGIONS, "too many reasons");
	if (i == t->reason_count)
		t->reasons[t->reason_count++] = reason;
	t->allowed[i]++;
}

static void judge_mutant(tally *t, const char *path, const regions *r, size_t bit)
{
	const char *reason;

	t->mutants++;
	if (!subject_accepts(&t->s)) {
		t->refused++;
		return;
	}
	reason = find_reason(r, bit / 8);
	if (reason != NULL) {
		count_allowed(t, reason);
		return;
	}
	if (t->surprises++ < 20)
		printf("# %s: accepted: %s, byte %zu, bit %zu\n", t->kind, path, bit / 8, bit % 8);
}

/* One bit a byte, another in each byte, where not all are flipped. */
static bool is_chosen(const tally *t, size_t bit)
{
	if (t->step == 1)
		return true;
	return bit % 8 == bit / 8 % 8 && bit / 8 % (t->step / 8 + (t->step < 8)) == 0;
}

static void set_base64(struct json_object *leaf, siglet_slice bytes)
{
	siglet_buf text;

	siglet_buf_init(&text, (size_t)4 << 20);
	subject_need(siglet_base64_encode(bytes, &text) == NULL, "out of memory");
	subject_need(json_object_set_string_len(leaf, siglet_buf_text(&text), (int)text.len) == 1,
		     "out of memory");
	siglet_buf_clear(&text);
}

static void set_leaf(struct json_object *leaf, siglet_slice bytes, bool is_base64)
{
	if (is_base64)
		set_base64(leaf, bytes);
	else
		subject_need(json_object_set_string_len(leaf, (const char *)bytes.ptr,
							(int)bytes.len) == 1,
			     "out of memory");
}

static void find_regions(const tally *t, const char *path, siglet_slice bytes, regions *r)
{
	if (path_ends(path, ".signedTimestamp"))
		timestamp_regions(bytes, r);
	else if (path_ends(path, ".checkpoint.envelope"))
		checkpoint_regions(bytes, t->is_v2, r);
	else if (path_ends(path, ".publicKey.hint"))
		add_region(r, "hint about a key that is given", 0, bytes.len);
	else if (path_ends(path, ".certificates[1].rawBytes"))
		add_region(r, "certificates behind the leaf: the trusted root has its own", 0,
			   bytes.len);
	else if (path_ends(path, ".mediaType") && t->s.key != NULL)
		add_region(r, "media type 0.2 or 0.3 of a bundle with a key", 0, bytes.len);
}

static bool is_base64_field(const char *path)
{
	static const char *const names[] = { ".rawBytes",
					     ".signature",
					     ".sig",
					     ".payload",
					     ".digest",
					     ".keyId",
					     ".signedEntryTimestamp",
					     ".rootHash",
					     ".canonicalizedBody",
					     ".signedTimestamp" };

	for (size_t i = 0; i < SIGLET_COUNT(names); i++)
		if (path_ends(path, names[i]))
			return true;
	return strstr(path, ".hashes[") != NULL;
}

static void mutate_leaf(tally *t, const char *path, struct json_object *leaf)
{
	const bool is_base64 = is_base64_field(path);
	const siglet_slice text = siglet_slice_of(json_object_get_string(leaf),
						  (size_t)json_object_get_string_len(leaf));
	regions r = { .count = 0 };
	siglet_buf bytes;

	siglet_buf_init(&bytes, (size_t)4 << 20);
	subject_need((is_base64 ? siglet_base64_decode(text, &bytes)
				: siglet_buf_append(&bytes, text)) == NULL,
		     path);
	find_regions(t, path, siglet_buf_slice(&bytes), &r);
	for (size_t bit = 0; bit < 8 * bytes.len; bit++) {
		if (!is_chosen(t, bit))
			continue;
		bytes.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
		set_leaf(leaf, siglet_buf_slice(&bytes), is_base64);
		judge_mutant(t, path, &r, bit);
		bytes.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	set_leaf(leaf, siglet_buf_slice(&bytes), is_base64);
	siglet_buf_clear(&bytes);
}

static void mutate_node(tally *t, const char *path, struct json_object *node)
{
	char below[MAX_PATH];

	switch (json_object_get_type(node)) {
	case json_type_object: {
		json_object_object_foreach(node, name, member)
		{
			(void)snprintf(below, sizeof(below), "%s.%s", path, name);
			mutate_node(t, below, member);
		}
		break;
	}
	case json_type_array:
		for (size_t i = 0; i < json_object_array_length(node); i++) {
			(void)snprintf(below, sizeof(below), "%s[%zu]", path, i);
			mutate_node(t, below, json_object_array_get_idx(node, i));
		}
		break;
	case json_type_string:
		mutate_leaf(t, path, node);
		break;
	case json_type_null:
	case json_type_boolean:
	case json_type_double:
	case json_type_int:
		subject_need(false, path);
	}
}

static void mutate(const char *kind, subject s, bool is_v2, unsigned step)
{
	tally t = { .kind = kind, .s = s, .is_v2 = is_v2, .step = step };

	mutate_node(&t, "", s.tree);
	OK(t.surprises == 0 && t.mutants > 100, "%s: %lu mutants%s, %lu refused", kind, t.mutants,
	   step == 1 ? ", every bit" : ", one bit a byte or fewer", t.refused);
	for (size_t i = 0; i < t.reason_count; i++)
		printf("# %s: %lu accepted: %s\n", kind, t.allowed[i], t.reasons[i]);
	OK(subject_accepts(&t.s), "%s: it is accepted as it was", kind);
}

static void mutate_forged(const char *kind, const forge_options *options, unsigned step)
{
	const forge_config config = { .is_fast = true };
	forge *instance = forge_new(&config);
	siglet_buf root = forge_trusted_root(instance, NULL);
	forge_product product = forge_make(instance, options);
	subject s = subject_of(&product, siglet_buf_slice(&root));

	mutate(kind, s, options->is_v2, step);
	subject_clear(&s);
	forge_product_clear(&product);
	siglet_buf_clear(&root);
	forge_free(instance);
}

static void mutate_real(char **argv, unsigned step)
{
	size_t size = 0;
	char *bundle = text_read(argv[0]), *root = text_read(argv[1]);
	char *artifact = text_read_sized(argv[2], &size);
	subject s =
		subject_new(siglet_slice_str(bundle), siglet_slice_str(root),
			    siglet_slice_of(artifact, size), argv[3], argv[4], SIGLET_SLICE_NONE);

	mutate("a real attestation", s, false, step);
	subject_clear(&s);
	free(artifact);
	free(root);
	free(bundle);
}

int main(int argc, char **argv)
{
	const unsigned full = argc == 7 ? (unsigned)atoi(argv[1]) : 0;
	const unsigned few = full < 8 ? 8 : full;
	const forge_options kinds[] = {
		{ .stamp_count = 1 },
		{ .is_v2 = true },
		{ .version = FORGE_V01, .material = FORGE_CHAIN_WITH_ISSUER },
		{ .version = FORGE_V02 },
		{ .is_dsse = true },
		{ .is_dsse = true, .entries = { { .kind = FORGE_INTOTO_002 } }, .entry_count = 1 },
		{ .is_dsse = true, .is_v2 = true },
		{ .material = FORGE_PUBLIC_KEY },
		{ .material = FORGE_PUBLIC_KEY, .is_v2 = true },
		{ .is_v2 = true, .stamp_count = 1, .stamps = { { .embeds = true } } },
	};
	static const char *const names[] = {
		"hashedrekord 0.0.1 with a promise, a proof and a timestamp",
		"hashedrekord 0.0.2 with a timestamp",
		"bundle 0.1 with a chain",
		"bundle 0.2",
		"dsse 0.0.1",
		"intoto 0.0.2",
		"an envelope as hashedrekord 0.0.2",
		"a managed key in Rekor v1",
		"a managed key in Rekor v2",
		"a timestamp that embeds its certificate",
	};

	if (full == 0) {
		(void)fprintf(stderr,
			      "usage: mutate STEP BUNDLE TRUSTED_ROOT ARTIFACT IDENTITY ISSUER\n");
		return 2;
	}
	for (size_t i = 0; i < SIGLET_COUNT(kinds); i++)
		mutate_forged(names[i], &kinds[i], i < 2 ? full : few);
	mutate_real(argv + 2, few);
	return tap_done();
}
