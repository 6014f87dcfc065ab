#include "sign.h"

#include "json/json.h"

/* When, who, which digest, where: a line a signature, for whoever answers for them later. */

/* A signature must not go without its line for having long names: 1024 paths, each byte an escape. */
#define MAX_LINE_BYTES ((size_t)32 << 20)

static void write_subjects(siglet_json_writer *w, const sign_account *account)
{
	siglet_json_write_begin_array(w, "subjects");
	for (size_t i = 0; i < account->count; i++) {
		siglet_json_write_begin_object(w, NULL);
		siglet_json_write_text(w, "file", account->names[i]);
		siglet_json_write_text(w, "digest", account->digests[i]);
		siglet_json_write_end_object(w);
	}
	siglet_json_write_end_array(w);
}

static void write_member(siglet_json_writer *w, const char *name, const char *value)
{
	if (value != NULL)
		siglet_json_write_text(w, name, value);
}

static void write_what(siglet_json_writer *w, const sign_account *account)
{
	write_member(w, "file", account->file);
	write_member(w, "digest", account->digest);
	if (account->count > 1)
		write_subjects(w, account);
	write_member(w, "type", account->type);
	write_member(w, "bundle", account->bundle);
}

static siglet_err *write_line(const sign_run *run, const sign_account *account,
			      const siglet_signature *signature, siglet_buf *line)
{
	const char *url = NULL;
	int64_t index = 0, time_s = 0;
	siglet_json_writer w;
	siglet_err *err;

	if (!siglet_signature_time(signature, &time_s))
		time_s = siglet_sys_now_s();
	siglet_json_writer_init(&w, line, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_text(&w, "time", siglet_time_format(time_s).text);
	write_what(&w, account);
	write_member(&w, "identity", siglet_signing_identity(run->signing));
	write_member(&w, "issuer", siglet_signing_issuer(run->signing));
	siglet_json_write_text(&w, "keyId", siglet_signing_key_id(run->signing));
	if (siglet_signature_log(signature, &url, &index)) {
		siglet_json_write_text(&w, "log", url);
		siglet_json_write_int(&w, "logIndex", index);
	}
	siglet_json_write_end_object(&w);
	err = siglet_json_writer_finish(&w);
	return err == NULL ? siglet_buf_append_byte(line, '\n') : err;
}

siglet_err *sign_append_audit_log(const sign_run *run, const sign_account *account,
				  const siglet_signature *signature)
{
	siglet_buf line;
	siglet_err *err;

	if (run->audit_log == NULL)
		return NULL;
	siglet_buf_init(&line, MAX_LINE_BYTES);
	err = write_line(run, account, signature, &line);
	if (err == NULL)
		err = siglet_sys_append_line(run->audit_log, siglet_buf_slice(&line));
	siglet_buf_clear(&line);
	return err;
}
