/*
 * swap: can a part of one good bundle stand in for the same part of another?
 *
 * Every node of a bundle's JSON, from a single number to all of the verification material, is replaced by the same
 * node of another bundle of its kind. Where the two differ the answer must be no.
 */
#include "../lib/subject.h"
#include "../lib/tap.h"

#define MAX_PATH 256

typedef struct swap {
	const char *kind;
	subject *a;
	unsigned long swapped, accepted, same;
} swap;

/* What nobody signs and nobody trusts: see mutate.c. */
static bool is_free(const char *path)
{
	static const char *const free_paths[] = {
		".verificationMaterial.publicKey.hint",
		".verificationMaterial.publicKey",
		".verificationMaterial.x509CertificateChain.certificates[1]",
		".verificationMaterial.x509CertificateChain.certificates[1].rawBytes",
	};

	for (size_t i = 0; i < SIGLET_COUNT(free_paths); i++)
		if (strcmp(path, free_paths[i]) == 0)
			return true;
	return false;
}

static void judge_swap(swap *w, const char *path)
{
	w->swapped++;
	if (!subject_accepts(w->a) || is_free(path))
		return;
	w->accepted++;
	printf("# %s: accepted with the other's %s\n", w->kind, path);
}

static void swap_node(swap *w, const char *path, struct json_object *a, struct json_object *b);

static void swap_members(swap *w, const char *path, struct json_object *a, struct json_object *b)
{
	char below[MAX_PATH];
	json_object_object_foreach(b, name, theirs)
	{
		struct json_object *ours = NULL;

		(void)snprintf(below, sizeof(below), "%s.%s", path, name);
		if (!json_object_object_get_ex(a, name, &ours))
			continue;
		if (json_object_equal(ours, theirs)) {
			w->same++;
			continue;
		}
		(void)json_object_get(ours);
		subject_need(json_object_object_add(a, name, json_object_get(theirs)) == 0,
			     "memory");
		judge_swap(w, below);
		subject_need(json_object_object_add(a, name, ours) == 0, "memory");
		swap_node(w, below, ours, theirs);
	}
}

static void swap_items(swap *w, const char *path, struct json_object *a, struct json_object *b)
{
	char below[MAX_PATH];

	for (size_t i = 0; i < json_object_array_length(b) && i < json_object_array_length(a);
	     i++) {
		struct json_object *ours = json_object_array_get_idx(a, i);
		struct json_object *theirs = json_object_array_get_idx(b, i);

		(void)snprintf(below, sizeof(below), "%s[%zu]", path, i);
		if (json_object_equal(ours, theirs)) {
			w->same++;
			continue;
		}
		(void)json_object_get(ours);
		subject_need(json_object_array_put_idx(a, i, json_object_get(theirs)) == 0,
			     "memory");
		judge_swap(w, below);
		subject_need(json_object_array_put_idx(a, i, ours) == 0, "memory");
		swap_node(w, below, ours, theirs);
	}
}

static void swap_node(swap *w, const char *path, struct json_object *a, struct json_object *b)
{
	if (json_object_get_type(a) != json_object_get_type(b))
		return;
	if (json_object_get_type(a) == json_type_object)
		swap_members(w, path, a, b);
	else if (json_object_get_type(a) == json_type_array)
		swap_items(w, path, a, b);
}

/* Both ways. */
static void swap_pair(const char *kind, subject *a, subject *b, size_t least)
{
	swap there = { .kind = kind, .a = a }, back = { .kind = kind, .a = b };

	swap_node(&there, "", a->tree, b->tree);
	swap_node(&back, "", b->tree, a->tree);
	OK(there.accepted + back.accepted == 0 && there.swapped >= least && back.swapped >= least,
	   "%s: %lu parts of one and %lu of the other swapped, all refused (%lu are the same in "
	   "both)",
	   kind, there.swapped, back.swapped, there.same);
	OK(subject_accepts(a) && subject_accepts(b), "%s: both are accepted as they were", kind);
}

static void swap_forged(const char *kind, forge_options first, forge_options second, size_t least)
{
	const forge_config config = { .is_fast = true };
	forge *instance = forge_new(&config);
	siglet_buf root = forge_trusted_root(instance, NULL);
	forge_product a = forge_make(instance, &first), b = forge_make(instance, &second);
	subject x = subject_of(&a, siglet_buf_slice(&root));
	subject y = subject_of(&b, siglet_buf_slice(&root));

	swap_pair(kind, &x, &y, least);
	subject_clear(&x);
	subject_clear(&y);
	forge_product_clear(&a);
	forge_product_clear(&b);
	siglet_buf_clear(&root);
	forge_free(instance);
}

int main(void)
{
	static const struct {
		const char *kind;
		forge_options options;
	} kinds[] = {
		{ "Rekor v1", { .stamp_count = 1 } },
		{ "Rekor v2", { .is_v2 = true } },
		{ "bundle 0.1 with a chain",
		  { .version = FORGE_V01, .material = FORGE_CHAIN_WITH_ISSUER } },
		{ "dsse 0.0.1", { .is_dsse = true } },
		{ "intoto 0.0.2",
		  { .is_dsse = true,
		    .entries = { { .kind = FORGE_INTOTO_002 } },
		    .entry_count = 1 } },
		{ "an envelope in Rekor v2", { .is_dsse = true, .is_v2 = true } },
		{ "a managed key", { .material = FORGE_PUBLIC_KEY } },
		{ "a managed key in Rekor v2", { .material = FORGE_PUBLIC_KEY, .is_v2 = true } },
	};
	char kind[128];

	for (size_t i = 0; i < SIGLET_COUNT(kinds); i++) {
		forge_options other = kinds[i].options, same = kinds[i].options;

		other.artifact = siglet_slice_str("something else");
		other.time_s = FORGE_TIME_S + 3600;
		other.key_label = "another";
		same.time_s = FORGE_TIME_S + 60;
		swap_forged(kinds[i].kind, kinds[i].options, other, 8);
		/* The same artifact by the same signer, a minute later. */
		(void)snprintf(kind, sizeof(kind), "%s, the same artifact", kinds[i].kind);
		swap_forged(kind, kinds[i].options, same, 6);
	}
	return tap_done();
}
