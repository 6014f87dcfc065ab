#include <dirent.h>

#include "../lib/check.h"
#include "../lib/corpus.h"
#include "json/json.h"

/* Cases that other projects made: nst/JSONTestSuite, and the examples of RFC 8785's author. */

/* Call visit for each name in a folder of the corpus; false when there is none. */
static bool each_file(const char *folder, void (*visit)(const char *name))
{
	const char *corpus = getenv("SIGLET_CORPUS");
	char path[4096];

	if (corpus == NULL || *corpus == '\0')
		corpus = "../shared/corpus";
	(void)snprintf(path, sizeof(path), "%s/%s", corpus, folder);
	DIR *dir = opendir(path);
	if (dir == NULL)
		return false;
	for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir))
		if (entry->d_name[0] != '.')
			visit(entry->d_name);
	(void)closedir(dir);
	return true;
}

static unsigned taken, refused, left_open;

/* What the RFC allows and we do not: repeated keys, and keys that json-c would cut at a NUL. */
static const char *const STRICTER[] = {
	"y_object_duplicated_key.json",
	"y_object_duplicated_key_and_value.json",
	"y_object_escaped_null_in_key.json",
};

static bool is_stricter(const char *name)
{
	for (size_t i = 0; i < SIGLET_COUNT(STRICTER); i++)
		if (strcmp(name, STRICTER[i]) == 0)
			return true;
	return false;
}

static void try_parsing(const char *name)
{
	char path[512];
	siglet_json_doc *doc = NULL;
	siglet_buf text;

	(void)snprintf(path, sizeof(path), "json/%s", name);
	if (!corpus_read(path, &text)) {
		OK(false, "%s can be read", path);
		return;
	}
	siglet_err *err = siglet_json_parse(siglet_buf_slice(&text), CORPUS_MAX_BYTES, &doc);
	if (is_stricter(name)) {
		refused += OK(err != NULL && siglet_err_code(err) == SIGLET_E_MALFORMED,
			      "%s is refused, by a rule of ours", name);
	} else if (name[0] == 'y') {
		taken += OK(err == NULL, "%s is taken", name);
	} else if (name[0] == 'n') {
		refused += OK(err != NULL, "%s is refused", name);
	} else {
		left_open++;
		printf("# %s: %s\n", name, err == NULL ? "taken" : siglet_err_message(err));
	}
	if (name[0] == 'y' && err != NULL)
		printf("# %s\n", siglet_err_message(err));
	siglet_err_free(err);
	siglet_json_doc_free(doc);
	siglet_buf_clear(&text);
}

static void try_canonical(const char *name)
{
	char path[512];
	siglet_json_doc *doc = NULL;
	siglet_buf text, want, got;

	siglet_buf_init(&got, CORPUS_MAX_BYTES);
	(void)snprintf(path, sizeof(path), "jcs/input/%s", name);
	bool fine = corpus_read(path, &text);
	(void)snprintf(path, sizeof(path), "jcs/output/%s", name);
	fine = corpus_read(path, &want) && fine;
	OK(fine, "%s can be read", name);
	OK_SUCCESS(siglet_json_parse(siglet_buf_slice(&text), CORPUS_MAX_BYTES, &doc), "%s", name);
	if (doc != NULL) {
		OK_SUCCESS(siglet_json_canonicalize(siglet_json_root(doc), &got), "has a form");
		taken += OK(siglet_slice_equal(siglet_buf_slice(&got), siglet_buf_slice(&want)),
			    "which is the expected one");
	}
	siglet_json_doc_free(doc);
	siglet_buf_clear(&got);
	siglet_buf_clear(&want);
	siglet_buf_clear(&text);
}

int main(void)
{
	if (!corpus_available()) {
		SKIP("no corpus: set SIGLET_CORPUS to its folder");
		return tap_done();
	}
	OK(each_file("json", try_parsing), "json-parsing is there");
	printf("# json-parsing: %u taken, %u refused, %u left open\n", taken, refused, left_open);
	OK(taken > 0 && refused > 0 && left_open > 0, "and has cases of each kind");
	taken = 0;
	OK(each_file("jcs/input", try_canonical), "jcs is there");
	OK(taken > 0, "and has cases");
	return tap_done();
}
