#include "repo/repo_internal.h"

/*
 * A netrc file, as ftp(1) began it and curl has it: words with space between, of which a machine's
 * login and password are taken. A word may stand in double quotes, with a backslash before what it
 * escapes. What is not understood is an error: a word that is passed over could be half a password.
 */

#define MAX_WORD_BYTES 4096

typedef struct reader {
	siglet_slice left;
	unsigned line;
	siglet_buf word; /* secret */
	bool is_quoted;
	bool is_end;
} reader;

static siglet_err *malformed(const reader *r, const char *what)
{
	return siglet_err_new(SIGLET_E_MALFORMED, "netrc, line %u: %s", r->line, what);
}

static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static uint8_t take(reader *r)
{
	const uint8_t c = r->left.ptr[0];

	r->left = siglet_slice_of(r->left.ptr + 1, r->left.len - 1);
	if (c == '\n')
		r->line++;
	return c;
}

static void skip_line(reader *r)
{
	while (r->left.len > 0 && r->left.ptr[0] != '\n')
		(void)take(r);
}

/* Space, and what stands behind a # at the start of a word. */
static void skip_space(reader *r)
{
	while (r->left.len > 0) {
		if (r->left.ptr[0] == '#')
			skip_line(r);
		else if (is_space(r->left.ptr[0]))
			(void)take(r);
		else
			return;
	}
}

static siglet_err *add(reader *r, uint8_t c)
{
	if (c == '\0')
		return malformed(r, "a NUL");
	if (r->word.len == MAX_WORD_BYTES)
		return malformed(r, "too long a word");
	return siglet_buf_append_byte(&r->word, c);
}

static siglet_err *read_quoted(reader *r)
{
	(void)take(r);
	while (r->left.len > 0) {
		uint8_t c = take(r);
		siglet_err *err;

		if (c == '"')
			return NULL;
		if (c == '\\' && r->left.len > 0) {
			c = take(r);
			c = c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
		} else if (c == '\n') {
			break;
		}
		err = add(r, c);
		if (err != NULL)
			return err;
	}
	return malformed(r, "a quotation mark is not closed");
}

/* The next word, or the end. A quoted one may be empty. */
static siglet_err *next_word(reader *r)
{
	siglet_err *err = NULL;

	siglet_buf_clear(&r->word);
	skip_space(r);
	r->is_end = r->left.len == 0;
	r->is_quoted = !r->is_end && r->left.ptr[0] == '"';
	if (r->is_quoted)
		return read_quoted(r);
	while (err == NULL && r->left.len > 0 && !is_space(r->left.ptr[0]))
		err = add(r, take(r));
	return err;
}

static bool is_word(const reader *r, const char *word)
{
	return !r->is_end && !r->is_quoted && siglet_slice_is(siglet_buf_slice(&r->word), word);
}

/* The word behind "machine", "login" …, which must be there. */
static siglet_err *next_value(reader *r, const char *what)
{
	siglet_err *err = next_word(r);

	return err == NULL && r->is_end ? malformed(r, what) : err;
}

/* A macro's text ends with an empty line. */
static siglet_err *skip_macro(reader *r)
{
	siglet_err *err = next_value(r, "a macro without a name");
	bool is_empty = false;

	while (err == NULL && r->left.len > 0 && !is_empty) {
		skip_line(r);
		if (r->left.len > 0)
			(void)take(r);
		is_empty = r->left.len > 0 && r->left.ptr[0] == '\n';
	}
	return err;
}

/* ---- entries ---- */

typedef struct entry {
	bool is_meant; /* the host's, or the default */
	bool has_login;
	bool has_password;
	siglet_buf login, password; /* secret; of the one that is meant */
} entry;

static siglet_err *keep(reader *r, entry *e, siglet_buf *value, bool *has)
{
	if (!e->is_meant)
		return NULL;
	if (*has)
		return malformed(r, "one machine has it twice");
	*has = true;
	return siglet_buf_append(value, siglet_buf_slice(&r->word));
}

/* One word of an entry, with its value. False: it belongs to none. */
static siglet_err *read_member(reader *r, entry *e, bool *ret_is_member)
{
	siglet_err *err = NULL;

	*ret_is_member = true;
	if (is_word(r, "login")) {
		err = next_value(r, "login without a name");
		return err == NULL ? keep(r, e, &e->login, &e->has_login) : err;
	}
	if (is_word(r, "password")) {
		err = next_value(r, "password without one");
		return err == NULL ? keep(r, e, &e->password, &e->has_password) : err;
	}
	if (is_word(r, "account"))
		return next_value(r, "account without a name");
	if (is_word(r, "macdef"))
		return skip_macro(r);
	*ret_is_member = false;
	return NULL;
}

/* Up to the end of the entry that is meant, or of the text. The first one counts. */
static siglet_err *find(reader *r, siglet_slice host, entry *e)
{
	siglet_err *err = next_word(r);

	while (err == NULL && !r->is_end) {
		bool is_member = false;

		if (is_word(r, "machine") || is_word(r, "default")) {
			if (e->is_meant)
				return NULL;
			e->is_meant = is_word(r, "default");
			if (!e->is_meant) {
				err = next_value(r, "machine without a name");
				e->is_meant =
					siglet_slice_equal_nocase(siglet_buf_slice(&r->word), host);
			}
		} else {
			err = read_member(r, e, &is_member);
			if (err == NULL && !is_member)
				err = malformed(r, "a word that means nothing there");
		}
		if (err == NULL)
			err = next_word(r);
	}
	return err;
}

static siglet_err *write_entry(const reader *r, const entry *e, siglet_buf *ret_value)
{
	siglet_buf both;
	siglet_err *err;

	if (!e->is_meant)
		return NULL;
	if (!e->has_login || !e->has_password)
		return malformed(r, "the machine's entry has no login, or no password");
	if (siglet_slice_contains(siglet_buf_slice(&e->login), ":"))
		return malformed(r, "a login with a colon, which Basic can't send");
	siglet_buf_init_secret(&both, (size_t)2 * MAX_WORD_BYTES + 1);
	err = siglet_buf_append(&both, siglet_buf_slice(&e->login));
	if (err == NULL)
		err = siglet_buf_append_byte(&both, ':');
	if (err == NULL)
		err = siglet_buf_append(&both, siglet_buf_slice(&e->password));
	if (err == NULL)
		err = siglet_repo_write_basic(siglet_buf_slice(&both), ret_value);
	siglet_buf_clear(&both);
	return err;
}

siglet_err *siglet_repo_find_netrc(siglet_slice text, siglet_slice host, siglet_buf *ret_value)
{
	reader r = { .left = text, .line = 1 };
	entry e = { .is_meant = false };
	siglet_err *err;

	siglet_buf_init_secret(&r.word, MAX_WORD_BYTES);
	siglet_buf_init_secret(&e.login, MAX_WORD_BYTES);
	siglet_buf_init_secret(&e.password, MAX_WORD_BYTES);
	if (text.len > SIGLET_REPO_MAX_NETRC_BYTES)
		err = siglet_err_new(SIGLET_E_LIMIT, "netrc: larger than %zu bytes",
				     SIGLET_REPO_MAX_NETRC_BYTES);
	else
		err = find(&r, host, &e);
	if (err == NULL)
		err = write_entry(&r, &e, ret_value);
	siglet_buf_clear(&e.login);
	siglet_buf_clear(&e.password);
	siglet_buf_clear(&r.word);
	return err;
}
