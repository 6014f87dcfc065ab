/*
 * Keep trust current from a program, with files that it fetches in its own way: here from a folder.
 * Usage: trust FOLDER; the repository's root is FOLDER/1.root.json.
 */
#include <siglet/siglet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define URL "https://repository.example/"

typedef struct source {
	const char *folder;
	int asked;
	int is_down;
} source;

static siglet_fetched fetch(void *context, const char *url, size_t max_bytes,
			    siglet_download *download)
{
	source *s = context;
	char path[4096], piece[4096];
	size_t len;
	FILE *file;
	int fits = 1;

	(void)max_bytes; /* siglet_download_add knows it too */
	s->asked++;
	if (s->is_down || strncmp(url, URL, strlen(URL)) != 0)
		return SIGLET_FETCH_FAILED;
	snprintf(path, sizeof(path), "%s/%s", s->folder, url + strlen(URL));
	file = fopen(path, "rb");
	if (file == NULL)
		return SIGLET_FETCH_NOT_FOUND;
	while (fits && (len = fread(piece, 1, sizeof(piece), file)) > 0)
		fits = siglet_download_add(download, piece, len);
	fclose(file);
	return fits ? SIGLET_FETCHED : SIGLET_FETCH_FAILED;
}

static siglet_error *open_store(const char *folder, source *from, siglet_trust_store **ret_store)
{
	static char root[1 << 20];
	char path[4096], cache[4096];
	siglet_error *error;
	FILE *file;
	size_t len;

	snprintf(path, sizeof(path), "%s/1.root.json", folder);
	snprintf(cache, sizeof(cache), "%s/cache", folder);
	file = fopen(path, "rb");
	len = file == NULL ? 0 : fread(root, 1, sizeof(root), file);
	if (file != NULL)
		fclose(file);
	error = siglet_trust_store_make("acme", URL, root, len, ret_store);
	if (error == NULL)
		error = siglet_trust_store_set_folder(*ret_store, cache);
	if (error == NULL)
		siglet_trust_store_set_fetch(*ret_store, fetch, from);
	return error;
}

static void need(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "not so: %s\n", what);
	exit(1);
}

static siglet_error *use(siglet_trust_store *store, source *from)
{
	siglet_trust *trust = NULL;
	char *json = NULL, *pack = NULL;
	int64_t expires = 0;
	siglet_error *error = siglet_trust_store_get(store, SIGLET_TRUST_TO_VERIFY, &trust);

	if (error != NULL)
		return error;
	need(strcmp(siglet_trust_origin(trust), "fetched") == 0 && from->asked > 0,
	     "it is fetched");
	need(siglet_trust_expires(trust, &expires), "it has an age");
	siglet_trust_free(trust);
	from->asked = 0;
	error = siglet_trust_store_get(store, SIGLET_TRUST_TO_SIGN, &trust);
	if (error != NULL)
		return error;
	need(strcmp(siglet_trust_origin(trust), "kept") == 0 && from->asked == 0,
	     "then it is kept");
	error = siglet_trust_describe_json(trust, expires, &json);
	if (error == NULL)
		error = siglet_trust_store_export(store, &pack);
	siglet_string_free(json);
	siglet_trust_free(trust);
	if (error != NULL)
		return error;
	from->is_down = 1;
	error = siglet_trust_store_update(store, &trust);
	need(error != NULL && siglet_error_status(error) == SIGLET_STATUS_SERVICE,
	     "nobody answers an update");
	siglet_error_free(error);
	error = siglet_trust_store_import(store, pack, strlen(pack), &trust);
	siglet_string_free(pack);
	siglet_trust_free(trust);
	return error;
}

int main(int argc, char **argv)
{
	source from = { argc > 1 ? argv[1] : ".", 0, 0 };
	siglet_trust_store *store = NULL;
	siglet_error *error = open_store(from.folder, &from, &store);

	if (error == NULL)
		error = use(store, &from);
	if (error != NULL)
		fprintf(stderr, "%s\n", siglet_error_message(error));
	const int status = error == NULL ? 0 : 1;
	siglet_trust_store_free(store);
	siglet_error_free(error);
	return status;
}
