#include "verify.h"

#include <stdlib.h>
#include <string.h>

/* A list of checksums: its own signature counts first, then what it says of each file. */

#define MAX_SUMS_BYTES ((size_t)16 << 20)
#define HEX_LEN 64
#define PREFIX "sha256:"

typedef struct sum {
	char *name;
	char digest[sizeof(PREFIX) + HEX_LEN]; /* "sha256:" and lowercase hex */
	size_t line;
} sum;

typedef struct sums {
	sum *items;
	size_t count, room;
} sums;

static void sums_clear(sums *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].name);
	free(list->items);
	*list = (sums) { 0 };
}

/* An escaped line (it begins with a backslash) has \\, \n and \r for what would break a line. */
static siglet_err *unescape(siglet_slice text, bool escaped, siglet_buf *ret_name)
{
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < text.len; i++) {
		uint8_t c = text.ptr[i];

		if (c == '\0')
			return siglet_err_new(SIGLET_E_MALFORMED, "a NUL in a name");
		if (escaped && c == '\\') {
			const uint8_t next = i + 1 < text.len ? text.ptr[++i] : 0;

			if (next != '\\' && next != 'n' && next != 'r')
				return siglet_err_new(SIGLET_E_MALFORMED,
						      "an unknown escape in a name");
			c = next == 'n' ? '\n' : next == 'r' ? '\r' : next;
		}
		err = siglet_buf_append_byte(ret_name, c);
	}
	return err;
}

/*
 * One spelling for each file, so that none can be listed twice: "./a" and "b//c" are "a" and
 * "b/c". What could name a file outside the folder is refused.
 */
static siglet_err *normalize(const char *name, siglet_buf *ret_name)
{
	siglet_err *err = NULL;

	if (name[0] == '/')
		return siglet_err_new(SIGLET_E_MALFORMED, "an absolute name");
	while (err == NULL && *name != '\0') {
		const size_t len = strcspn(name, "/");
		const siglet_slice part = siglet_slice_of(name, len);

		name += len + (name[len] == '/' ? 1 : 0);
		if (siglet_slice_is(part, ".."))
			return siglet_err_new(SIGLET_E_MALFORMED, "\"..\" in a name");
		if (len == 0 || siglet_slice_is(part, "."))
			continue;
		if (ret_name->len > 0)
			err = siglet_buf_append_byte(ret_name, '/');
		if (err == NULL)
			err = siglet_buf_append(ret_name, part);
	}
	if (err == NULL && ret_name->len == 0)
		return siglet_err_new(SIGLET_E_MALFORMED, "no name");
	return err;
}

static siglet_err *read_name(siglet_slice text, bool escaped, char **ret_name)
{
	siglet_buf raw, name;
	siglet_err *err;

	siglet_buf_init(&raw, MAX_SUMS_BYTES);
	siglet_buf_init(&name, MAX_SUMS_BYTES);
	err = unescape(text, escaped, &raw);
	if (err == NULL)
		err = normalize(siglet_buf_text(&raw), &name);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&name), ret_name);
	siglet_buf_clear(&name);
	siglet_buf_clear(&raw);
	return err;
}

/* "HEX  NAME" or "HEX *NAME", as sha256sum writes them. */
static siglet_err *parse_line(siglet_slice line, sum *ret_sum)
{
	const bool escaped = line.len > 0 && line.ptr[0] == '\\';
	siglet_buf bytes;
	siglet_err *err;

	if (escaped)
		line = siglet_slice_of(line.ptr + 1, line.len - 1);
	if (line.len <= HEX_LEN + 2 || line.ptr[HEX_LEN] != ' ' ||
	    (line.ptr[HEX_LEN + 1] != ' ' && line.ptr[HEX_LEN + 1] != '*'))
		return siglet_err_hint(siglet_err_new(SIGLET_E_MALFORMED,
						      "is not in the format of sha256sum"),
				       "64 hexadecimal digits, two spaces, a name");
	siglet_buf_init(&bytes, HEX_LEN / 2);
	err = siglet_hex_decode(siglet_slice_of(line.ptr, HEX_LEN), &bytes);
	if (err == NULL) {
		siglet_buf text;

		siglet_buf_init(&text, sizeof(ret_sum->digest) - 1);
		err = siglet_buf_append_str(&text, PREFIX);
		if (err == NULL)
			err = siglet_hex_encode(siglet_buf_slice(&bytes), &text);
		if (err == NULL)
			memcpy(ret_sum->digest, siglet_buf_text(&text), text.len + 1);
		siglet_buf_clear(&text);
	}
	siglet_buf_clear(&bytes);
	if (err != NULL)
		return err;
	return read_name(siglet_slice_of(line.ptr + HEX_LEN + 2, line.len - HEX_LEN - 2), escaped,
			 &ret_sum->name);
}

static int by_name(const void *a, const void *b)
{
	const sum *const *one = a, *const *other = b;
	const int order = strcmp((*one)->name, (*other)->name);

	if (order != 0)
		return order;
	return ((*one)->line > (*other)->line) - ((*one)->line < (*other)->line);
}

/* Two lines for one file, even when they agree: the list's maker did not mean that. */
static siglet_err *check_unique(const sums *list)
{
	const sum **sorted = siglet_calloc(list->count, sizeof(*sorted));
	siglet_err *err = NULL;

	if (sorted == NULL)
		return siglet_err_nomem();
	for (size_t i = 0; i < list->count; i++)
		sorted[i] = &list->items[i];
	qsort(sorted, list->count, sizeof(*sorted), by_name);
	for (size_t i = 1; err == NULL && i < list->count; i++)
		if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0)
			err = siglet_err_new(
				SIGLET_E_MALFORMED, "line %zu: lists \"%s\" a second time",
				sorted[i]->line,
				siglet_text_printable(siglet_slice_str(sorted[i]->name)).text);
	free(sorted);
	return err;
}

static siglet_err *add_line(sums *list, siglet_slice text, size_t line)
{
	siglet_err *err;

	if (list->count == list->room) {
		const size_t room = list->room == 0 ? 64 : list->room * 2;
		sum *items = room > SIZE_MAX / sizeof(*items)
				     ? NULL
				     : realloc(list->items, room * sizeof(*items));

		if (items == NULL)
			return siglet_err_nomem();
		list->items = items;
		list->room = room;
	}
	list->items[list->count] = (sum) { .line = line };
	err = parse_line(text, &list->items[list->count]);
	if (err != NULL)
		return siglet_err_wrap(err, "line %zu", line);
	list->count++;
	return NULL;
}

/* Everything is read before any file is: one bad line refuses the whole. */
static siglet_err *parse_sums(siglet_slice text, sums *ret_list)
{
	sums list = { 0 };
	siglet_err *err = NULL;

	for (size_t line = 1; err == NULL && text.len > 0; line++) {
		const uint8_t *end = memchr(text.ptr, '\n', text.len);
		const size_t len = end == NULL ? text.len : (size_t)(end - text.ptr);
		const size_t step = end == NULL ? len : len + 1;

		if (len == 0 || text.ptr[0] != '#') /* sha256sum passes over such a line, too */
			err = add_line(&list, siglet_slice_of(text.ptr, len), line);
		text = siglet_slice_of(text.ptr + step, text.len - step);
	}
	if (err == NULL && list.count == 0)
		err = siglet_err_new(SIGLET_E_MALFORMED, "lists no file");
	if (err == NULL)
		err = check_unique(&list);
	if (err != NULL) {
		sums_clear(&list);
		return err;
	}
	*ret_list = list;
	return NULL;
}

/* What the threads share while the files are compared. */
typedef struct comparison {
	const verify_ask *ask;
	const char *list; /* the name of SUMS */
	char *folder;	  /* where it lies */
	sums sums;
} comparison;

static siglet_err *add_piece(void *artifact, siglet_slice piece)
{
	return siglet_artifact_add(artifact, piece.ptr, piece.len);
}

static siglet_err *hash_listed(const comparison *c, const sum *listed, siglet_artifact **ret)
{
	siglet_artifact *artifact = NULL;
	siglet_err *err = siglet_artifact_begin(NULL, NULL, &artifact);

	if (err == NULL)
		err = siglet_sys_stream_beneath(c->folder, listed->name, add_piece, artifact);
	if (err == NULL)
		err = siglet_artifact_finish(artifact);
	if (err != NULL) {
		siglet_artifact_free(artifact);
		return err;
	}
	*ret = artifact;
	return NULL;
}

/* Takes err. */
static siglet_err *account_listed(const comparison *c, const sum *listed, const char *actual,
				  siglet_err *err)
{
	account line = {
		.action = "verify",
		.verdict = "accepted",
		.file = siglet_slice_str(listed->name),
		.digest = siglet_slice_str(actual),
		.manifest = siglet_slice_str(c->list),
		.log_index = -1,
	};

	return c->ask->arguments == NULL ? err : account_outcome(c->ask->arguments, &line, err);
}

static void compare(void *context, size_t index, verify_answer *answer)
{
	const comparison *c = context;
	const sum *listed = &c->sums.items[index];
	siglet_artifact *artifact = NULL;
	siglet_err *err = hash_listed(c, listed, &artifact);
	const char *actual = artifact == NULL ? NULL : siglet_artifact_sha256(artifact);

	if (err == NULL && (actual == NULL || strcmp(actual, listed->digest) != 0))
		err = siglet_err_new(SIGLET_E_MISMATCH, "is %s, not %s as %s lists it",
				     actual == NULL ? "unknown" : actual, listed->digest,
				     siglet_text_printable(siglet_slice_str(c->list)).text);
	err = account_listed(c, listed, actual, err);
	if (err == NULL)
		verify_answer_listed(c->ask, listed->name, c->list, listed->digest, answer);
	else
		verify_answer_error(c->ask, listed->name, "manifest", err, answer);
	siglet_artifact_free(artifact);
}

/* Takes err. */
static siglet_err *account_sums(const verify_ask *ask, const char *name,
				const siglet_bundles *bundles, const siglet_artifact *artifact,
				const siglet_result *result, siglet_err *err)
{
	const account_context context = {
		.action = "verify",
		.file = name,
		.digest = artifact == NULL ? NULL : siglet_artifact_sha256(artifact),
		.bundle = bundles == NULL ? NULL : siglet_bundles_source(bundles),
	};

	return ask->arguments == NULL ? err
				      : account_verdict(ask->arguments, &context, result, err);
}

/* The bytes that are verified are the bytes that are parsed: SUMS is read once. */
static bool verify_sums(const verify_ask *ask, siglet_slice text, comparison *c,
			verify_answer *answer)
{
	siglet_artifact *artifact = NULL;
	siglet_bundles *bundles = NULL;
	siglet_result *result = NULL;
	const char *rule = "bundle";
	siglet_err *err = verify_find_bundles(ask, c->list, &bundles);

	if (err == NULL)
		err = siglet_artifact_from_bytes(text.ptr, text.len, &artifact);
	if (err == NULL)
		err = siglet_verify_artifact(ask->trust, ask->expectation, bundles, artifact,
					     ask->all, &result);
	if (err == NULL && siglet_result_accepted(result)) {
		rule = "manifest";
		err = parse_sums(text, &c->sums);
	}
	err = account_sums(ask, c->list, bundles, artifact, result, err);
	if (err != NULL)
		verify_answer_error(ask, c->list, rule, err, answer);
	else
		verify_answer_result(ask, c->list, result, answer);
	siglet_result_free(result);
	siglet_artifact_free(artifact);
	siglet_bundles_free(bundles);
	return answer->status == SIGLET_STATUS_OK;
}

static siglet_err *folder_of(const char *path, char **ret_folder)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? siglet_strndup(siglet_slice_str("."), ret_folder)
			     : siglet_strndup(siglet_slice_of(path, (size_t)(slash - path) + 1),
					      ret_folder);
}

siglet_status verify_manifest(const verify_ask *ask, const char *path, unsigned jobs)
{
	comparison c = { .ask = ask, .list = path };
	siglet_status status;
	verify_answer answer;
	siglet_buf text;
	siglet_err *err;

	siglet_buf_init(&text, MAX_SUMS_BYTES);
	verify_answer_init(&answer);
	err = siglet_sys_read_file(path, &text);
	if (err == NULL)
		err = folder_of(path, &c.folder);
	if (err != NULL)
		verify_answer_error(ask, path, "manifest", err, &answer);
	else
		(void)verify_sums(ask, siglet_buf_slice(&text), &c, &answer);
	verify_answer_print(&answer);
	status = answer.status;
	if (status == SIGLET_STATUS_OK)
		status = verify_run_jobs(ask, jobs, c.sums.count, compare, &c);
	verify_answer_clear(&answer);
	sums_clear(&c.sums);
	free(c.folder);
	siglet_buf_clear(&text);
	return status;
}
