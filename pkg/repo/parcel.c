#include "repo/repo_internal.h"

#include <stdlib.h>
#include <string.h>

/* A file that is held open from when it was hashed until it was sent, and its bundle. */

#define PIECE_BYTES ((size_t)1 << 20)
#define MAX_PATH_BYTES 65536

static siglet_err *stream(const siglet_sys_held *file, uint8_t *piece, siglet_sys_consume *consume,
			  void *context)
{
	const uint64_t size = siglet_sys_held_size(file);
	uint64_t at = 0;

	while (at < size) {
		size_t len = 0;
		siglet_err *err = siglet_sys_held_read(file, at, piece, PIECE_BYTES, &len);

		if (err == NULL && len == 0)
			break;
		if (err == NULL)
			err = consume(context, siglet_slice_of(piece, len));
		if (err != NULL)
			return err;
		at += len;
	}
	return siglet_sys_held_check(file);
}

siglet_err *siglet_repo_stream_held(const siglet_sys_held *file, siglet_sys_consume *consume,
				    void *context)
{
	uint8_t *piece = malloc(PIECE_BYTES);
	siglet_err *err;

	if (piece == NULL)
		return siglet_err_nomem();
	err = stream(file, piece, consume, context);
	free(piece);
	return err;
}

/* ---- the bundle ---- */

/* By its own name; one of another name goes by what it holds. */
static const char *suffix_of(const char *name, siglet_slice text)
{
	for (size_t i = 0; siglet_repo_suffixes[i] != NULL; i++)
		if (siglet_slice_has_suffix(siglet_slice_str(name), siglet_repo_suffixes[i]))
			return siglet_repo_suffixes[i];
	return siglet_repo_suffixes[siglet_bundle_is_cose(text)	   ? 3
				    : siglet_bundle_is_lines(text) ? 2
								   : 0];
}

static siglet_err *name_bundle(siglet_parcel *parcel, const char *bundle)
{
	siglet_buf path;
	siglet_err *err = NULL;

	siglet_buf_init(&path, MAX_PATH_BYTES);
	if (bundle != NULL)
		err = siglet_buf_append_str(&path, bundle);
	for (size_t i = 0; err == NULL && bundle == NULL && siglet_repo_suffixes[i] != NULL; i++) {
		siglet_buf_truncate(&path, 0);
		err = siglet_buf_printf(&path, "%s%s", parcel->path, siglet_repo_suffixes[i]);
		if (err == NULL && siglet_sys_is_there(siglet_buf_text(&path)))
			bundle = siglet_buf_text(&path);
	}
	if (err == NULL && bundle == NULL)
		err = siglet_err_hint(
			siglet_err_new(SIGLET_E_MISSING, "no bundle beside it"),
			"it would be named %s.sigstore.json: siglet sign makes one, and --bundle "
			"FILE names another",
			siglet_text_printable(siglet_slice_str(parcel->path)).text);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&path), &parcel->bundle_path);
	siglet_buf_clear(&path);
	return err;
}

typedef struct bundles {
	siglet_bundle *items[SIGLET_MAX_BUNDLES];
	size_t count;
} bundles;

static siglet_err *add_bundle(bundles *all, siglet_slice json)
{
	siglet_err *err;

	if (all->count == SIGLET_MAX_BUNDLES)
		return siglet_err_new(SIGLET_E_LIMIT, "more than %d bundles", SIGLET_MAX_BUNDLES);
	err = siglet_bundle_parse(json, &all->items[all->count]);
	if (err == NULL)
		all->count++;
	return err;
}

static siglet_err *parse_cose(siglet_slice bytes, siglet_repo_load_heads *load, bundles *all)
{
	const siglet_cbor_heads *heads = NULL;
	siglet_err *err = load(&heads);

	if (err == NULL)
		err = siglet_bundle_parse_cose(heads, bytes, &all->items[0]);
	all->count = err == NULL ? 1 : 0;
	/* cppcheck-suppress returnDanglingLifetime ; an error borrows nothing */
	return err;
}

static siglet_err *parse(siglet_slice text, siglet_repo_load_heads *load, bundles *all)
{
	siglet_slice line = SIGLET_SLICE_NONE;
	siglet_err *err = NULL;

	if (load != NULL && siglet_bundle_is_cose(text))
		return parse_cose(text, load, all);

	if (!siglet_bundle_is_lines(text))
		return add_bundle(all, text);
	while (err == NULL && siglet_bundle_next_line(&text, &line))
		err = add_bundle(all, line);
	return err;
}

static siglet_err *read_bundle(siglet_parcel *parcel, siglet_repo_load_heads *load, bundles *all)
{
	siglet_err *err = siglet_sys_read_file(parcel->bundle_path, &parcel->bundle);

	if (err != NULL)
		return err;
	parcel->suffix = suffix_of(parcel->bundle_path, siglet_buf_slice(&parcel->bundle));
	err = parse(siglet_buf_slice(&parcel->bundle), load, all);
	return err == NULL
		       ? NULL
		       : siglet_err_wrap(
				 err, "%s",
				 siglet_text_printable(siglet_slice_str(parcel->bundle_path)).text);
}

/* ---- the file ---- */

typedef struct hashes {
	siglet_hasher *hasher;
	siglet_checksummer *checksummer;
} hashes;

static siglet_err *add_piece(void *context, siglet_slice piece)
{
	hashes *h = context;
	siglet_err *err = siglet_hasher_update(h->hasher, piece);

	return err == NULL ? siglet_checksummer_update(h->checksummer, piece) : err;
}

static siglet_err *hash(siglet_parcel *parcel, unsigned mask, siglet_digests *ret_digests)
{
	hashes h = { NULL, NULL };
	siglet_err *err = siglet_hasher_new(mask | SIGLET_HASH_BIT(SIGLET_SHA256), &h.hasher);

	if (err == NULL)
		err = siglet_checksummer_new(&h.checksummer);
	if (err == NULL)
		err = siglet_repo_stream_held(parcel->file, add_piece, &h);
	if (err == NULL)
		err = siglet_hasher_finish(h.hasher, ret_digests);
	if (err == NULL)
		err = siglet_checksummer_finish(h.checksummer, parcel->sums.weak);
	siglet_hasher_free(h.hasher);
	siglet_checksummer_free(h.checksummer);
	if (err == NULL) {
		parcel->sums.size = siglet_sys_held_size(parcel->file);
		parcel->sums.sha256 = ret_digests->of[SIGLET_SHA256];
	}
	return err;
}

static siglet_err *check_all(const siglet_parcel *parcel, const bundles *all,
			     const siglet_digests *digests)
{
	for (size_t i = 0; i < all->count; i++) {
		siglet_err *err = siglet_repo_check_about(all->items[i], digests);

		if (err != NULL && all->count > 1)
			err = siglet_err_wrap(err, "bundle %zu", i + 1);
		if (err != NULL)
			return siglet_err_wrap(
				err, "%s",
				siglet_text_printable(siglet_slice_str(parcel->bundle_path)).text);
	}
	return NULL;
}

static siglet_err *fill(siglet_parcel *parcel, const char *bundle, siglet_repo_load_heads *load,
			bundles *all)
{
	unsigned mask = 0;
	siglet_digests digests = { 0 };
	siglet_err *err = siglet_sys_hold_file(parcel->path, &parcel->file);

	if (err == NULL)
		err = name_bundle(parcel, bundle);
	if (err == NULL)
		err = read_bundle(parcel, load, all);
	for (size_t i = 0; err == NULL && i < all->count; i++)
		mask |= siglet_bundle_hashes(all->items[i], NULL);
	if (err == NULL)
		err = hash(parcel, mask, &digests);
	return err == NULL ? check_all(parcel, all, &digests) : err;
}

siglet_err *siglet_repo_pack(const char *path, const char *bundle, siglet_repo_load_heads *load,
			     siglet_parcel **ret_parcel)
{
	siglet_parcel *parcel = siglet_calloc(1, sizeof(*parcel));
	bundles all = { .count = 0 };
	siglet_err *err;

	if (parcel == NULL)
		return siglet_err_nomem();
	siglet_buf_init(&parcel->bundle, SIGLET_MAX_BUNDLE_BYTES);
	err = siglet_strndup(siglet_slice_str(path), &parcel->path);
	if (err == NULL)
		err = fill(parcel, bundle, load, &all);
	for (size_t i = 0; i < all.count; i++)
		siglet_bundle_free(all.items[i]);
	if (err != NULL) {
		siglet_repo_unpack(parcel);
		return err;
	}
	*ret_parcel = parcel;
	return NULL;
}

void siglet_repo_unpack(siglet_parcel *parcel)
{
	if (parcel == NULL)
		return;
	siglet_sys_release_file(parcel->file);
	siglet_buf_clear(&parcel->bundle);
	free(parcel->bundle_path);
	free(parcel->path);
	free(parcel);
}

const siglet_repo_sums *siglet_repo_parcel_sums(const siglet_parcel *parcel)
{
	return &parcel->sums;
}

const char *siglet_repo_parcel_bundle(const siglet_parcel *parcel)
{
	return parcel->bundle_path;
}

siglet_slice siglet_repo_parcel_bytes(const siglet_parcel *parcel)
{
	return siglet_buf_slice(&parcel->bundle);
}
