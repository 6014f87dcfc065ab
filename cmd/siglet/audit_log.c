#include "sign.h"

#include "json/json.h"

/* When, who, which digest, where: a line a signature, for whoever answers for them later. */

#define MAX_LINE_BYTES 65536

static siglet_err *write_line(const sign_run *run, const char *name,
			      const siglet_signature *signature, siglet_buf *line)
{
	const char *sha256 = siglet_signature_sha256(signature), *url = NULL;
	const char *identity = siglet_signing_identity(run->signing);
	const char *issuer = siglet_signing_issuer(run->signing);
	int64_t index = 0, time_s = 0;
	siglet_json_writer w;
	siglet_err *err;

	if (!siglet_signature_time(signature, &time_s))
		time_s = siglet_sys_now_s();
	siglet_json_writer_init(&w, line, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_text(&w, "time", siglet_time_format(time_s).text);
	siglet_json_write_text(&w, "file", name);
	if (sha256 != NULL)
		siglet_json_write_text(&w, "digest", sha256);
	if (identity != NULL)
		siglet_json_write_text(&w, "identity", identity);
	if (issuer != NULL)
		siglet_json_write_text(&w, "issuer", issuer);
	if (siglet_signature_log(signature, &url, &index)) {
		siglet_json_write_text(&w, "log", url);
		siglet_json_write_int(&w, "logIndex", index);
	}
	siglet_json_write_end_object(&w);
	err = siglet_json_writer_finish(&w);
	return err == NULL ? siglet_buf_append_byte(line, '\n') : err;
}

siglet_err *sign_append_audit_log(const sign_run *run, const char *name,
				  const siglet_signature *signature)
{
	siglet_buf line;
	siglet_err *err;

	if (run->audit_log == NULL)
		return NULL;
	siglet_buf_init(&line, MAX_LINE_BYTES);
	err = write_line(run, name, signature, &line);
	if (err == NULL)
		err = siglet_sys_append_line(run->audit_log, siglet_buf_slice(&line));
	siglet_buf_clear(&line);
	return err;
}
