#include "repo_scene.h"
#include "sys_scratch.h"

/* The order in which a pair is put there, and what becomes of rivals. */

#define FOLDER "https://a.example/r"
#define FILE_URL FOLDER "/file"
#define BUNDLE_URL FOLDER "/file.sigstore.json"

/* By a managed key: its digest says what it is about, and nobody looks at the signature. */
static void write_pair(const char *text, const char *signature)
{
	const siglet_slice bytes = siglet_slice_str(text);
	siglet_digest digest = { .hash = SIGLET_SHA256 };
	siglet_buf json;
	siglet_err *err = siglet_crypto_sha256(&bytes, 1, &digest);

	siglet_buf_init(&json, 4096);
	if (err == NULL)
		err = siglet_buf_append_str(
			&json,
			"{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\","
			"\"verificationMaterial\":{\"publicKey\":{\"hint\":\"k\"}},"
			"\"messageSignature\":{\"messageDigest\":{\"algorithm\":\"SHA2_256\","
			"\"digest\":\"");
	if (err == NULL)
		err = siglet_base64_encode(siglet_digest_slice(&digest), &json);
	if (err == NULL)
		err = siglet_buf_printf(&json, "\"},\"signature\":\"%s\"}}", signature);
	if (err != NULL)
		exit(3);
	put_file("file", text, strlen(text));
	put_file("file.sigstore.json", json.ptr, json.len);
	siglet_buf_clear(&json);
}

static siglet_err *publish_with(scene *s, const siglet_publication *what,
				siglet_published *published)
{
	const siglet_repo repo = scene_repo(s);
	siglet_parcel *parcel = NULL;
	siglet_err *err = siglet_repo_pack(in_scratch("file"), NULL, NULL, &parcel);

	if (err == NULL)
		err = siglet_repo_publish(&repo, parcel, what, published);
	siglet_repo_unpack(parcel);
	return err;
}

static siglet_err *publish(scene *s, bool replace)
{
	const siglet_publication what = { .folder = FOLDER, .name = "file", .replace = replace };
	siglet_published published;
	siglet_err *err;

	siglet_published_init(&published);
	err = publish_with(s, &what, &published);
	siglet_published_clear(&published);
	return err;
}

static bool is_pair(scene *s, const char *text)
{
	char bundle[2048] = "";
	const int fd = open(in_scratch("file.sigstore.json"), O_RDONLY);
	const ssize_t len = fd < 0 ? -1 : read(fd, bundle, sizeof(bundle) - 1);

	(void)close(fd);
	return len > 0 && scene_keeps(s, FILE_URL, text) && scene_keeps(s, BUNDLE_URL, bundle);
}

#define LOOKS "HEAD file 404;GET file.sigstore.json 404;"
#define CHECKS "GET file.sigstore.json 200;HEAD file 200;"

static void a_new_pair(void)
{
	scene s = { .count = 0 };

	write_pair("one", "AAAA");
	OK_SUCCESS(publish(&s, false), "a new pair");
	OK(is_pair(&s, "one"), "is there");
	OK(scene_did(&s, LOOKS "PUT file.sigstore.json 201;GET file.sigstore.json 200;HEAD file "
			       "404;PUT file 201;" CHECKS),
	   "the bundle first, then looked at, then the file");
	OK_SUCCESS(publish(&s, false), "the same again");
	OK(scene_did(&s, "HEAD file 200;GET file 200;GET file.sigstore.json 200;" CHECKS),
	   "is compared, and nothing is sent");
	write_pair("two", "AAAA");
	OK_ERROR(publish(&s, false), SIGLET_E_MISMATCH, "another of the same size");
	OK(scene_did(&s, "HEAD file 200;GET file 200;GET file.sigstore.json 200;"), "is refused");
	write_pair("three", "AAAA");
	OK_ERROR(publish(&s, false), SIGLET_E_MISMATCH, "or of another size");
	OK(scene_did(&s, "HEAD file 200;GET file.sigstore.json 200;"), "without reading it");
	write_pair("one", "BBBB");
	OK_ERROR(publish(&s, false), SIGLET_E_MISMATCH, "the same, signed again");
	s.log[0] = '\0';
	OK_SUCCESS(publish(&s, true), "by force");
	OK(scene_did(&s, "HEAD file 200;GET file 200;GET file.sigstore.json 200;PUT "
			 "file.sigstore.json 201;" CHECKS),
	   "only the bundle is sent");
	write_pair("two", "BBBB");
	OK_SUCCESS(publish(&s, true), "another by force");
	OK(scene_did(&s, "HEAD file 200;GET file 200;GET file.sigstore.json 200;PUT file 201;PUT "
			 "file.sigstore.json 201;" CHECKS),
	   "the file, and at once its bundle");
}

static void halves(void)
{
	scene s = { .count = 0 };

	write_pair("one", "AAAA");
	scene_text(&s, FILE_URL, "old");
	OK_ERROR(publish(&s, false), SIGLET_E_MISMATCH, "a file without a bundle");
	s.log[0] = '\0';
	OK_SUCCESS(publish(&s, true), "by force");
	OK(scene_did(&s, "HEAD file 200;GET file 200;GET file.sigstore.json 404;PUT "
			 "file.sigstore.json 201;PUT file 201;" CHECKS),
	   "gets one before it is replaced");
	s.count = 0;
	scene_text(&s, FILE_URL, "one");
	OK_SUCCESS(publish(&s, false), "the same file without one");
	OK(is_pair(&s, "one"), "gets it");
	s.count = 0;
	scene_text(&s, BUNDLE_URL, "a rival's");
	s.log[0] = '\0';
	OK_ERROR(publish(&s, false), SIGLET_E_MISMATCH, "a bundle of somebody else");
	OK(scene_did(&s, "HEAD file 404;GET file.sigstore.json 200;"), "claims the name");
	s.count = 0;
	s.put_status = 507;
	OK_ERROR(publish(&s, false), SIGLET_E_NETWORK, "a full disk");
	s.put_status = 0;
	s.status = 403;
	OK_ERROR(publish(&s, false), SIGLET_E_NETWORK, "who may not look");
	s.log[0] = '\0';
	OK_SUCCESS(publish(&s, true), "may write by force");
	OK(scene_did(&s, "HEAD file 403;GET file.sigstore.json 403;PUT file.sigstore.json 201;PUT "
			 "file 201;GET file.sigstore.json 403;HEAD file 403;"),
	   "the bundle first, as nobody knows");
	s.status = 500;
	OK_ERROR(publish(&s, true), SIGLET_E_NETWORK, "but not where a server is in trouble");
}

static siglet_err *overwrite_bundle(scene *s, const char *name)
{
	if (strcmp(name, "file.sigstore.json") == 0)
		scene_text(s, BUNDLE_URL, "a rival's");
	return NULL;
}

static siglet_err *overwrite_later(scene *s, const char *name)
{
	if (strcmp(name, "file") == 0)
		scene_text(s, BUNDLE_URL, "a rival's");
	return NULL;
}

static siglet_err *overwrite_file(scene *s, const char *name)
{
	if (strcmp(name, "file") == 0)
		scene_text(s, FILE_URL, "longer");
	return NULL;
}

static siglet_err *put_file_first(scene *s, const char *name)
{
	if (strcmp(name, "file.sigstore.json") == 0)
		scene_text(s, FILE_URL, "longer");
	return NULL;
}

/* By the last part of its URL. */
static void remove_file(scene *s, const char *name)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(scene_name(s->files[i].url), name) == 0)
			s->files[i].url[0] = '\0';
}

static siglet_err *lose_bundle_later(scene *s, const char *name)
{
	if (strcmp(name, "file") == 0)
		remove_file(s, "file.sigstore.json");
	return NULL;
}

static siglet_err *lose_file(scene *s, const char *name)
{
	if (strcmp(name, "file") == 0)
		remove_file(s, "file");
	return NULL;
}

static siglet_err *lose(scene *s, const char *name)
{
	(void)name;
	s->count = 0;
	return NULL;
}

static void rivals(void)
{
	scene s = { .rival_at = "file.sigstore.json" };

	write_pair("one", "AAAA");
	OK_ERROR(publish(&s, false), SIGLET_E_MISMATCH, "one who is faster with the bundle");
	OK(scene_did(&s, LOOKS "PUT file.sigstore.json 412;GET file.sigstore.json 200;"),
	   "has the name");
	s = (scene) { .rival_at = "file" };
	OK_ERROR(publish(&s, false), SIGLET_E_MISMATCH, "or with the file");
	OK(scene_keeps(&s, FILE_URL, "a rival's"), "which is not replaced");
	s = (scene) { .ignores_conditions = true, .on_put = overwrite_bundle };
	OK_ERROR(publish(&s, false), SIGLET_E_MISMATCH, "where no condition is heeded");
	OK(scene_did(&s, LOOKS "PUT file.sigstore.json 201;GET file.sigstore.json 200;"),
	   "the bundle is looked at before the file is sent");
	s = (scene) { .ignores_conditions = true, .on_put = put_file_first };
	OK_ERROR(publish(&s, false), SIGLET_E_MISMATCH, "and so is the file");
	OK(scene_keeps(&s, FILE_URL, "longer"), "which is not replaced");
	s = (scene) { .ignores_conditions = true, .on_put = overwrite_later };
	OK_ERROR(publish(&s, false), SIGLET_E_MISMATCH, "a bundle that is replaced meanwhile");
	s = (scene) { .ignores_conditions = true, .on_put = overwrite_file };
	OK_ERROR(publish(&s, false), SIGLET_E_MISMATCH, "or a file");
	s = (scene) { .on_put = lose };
	OK_ERROR(publish(&s, false), SIGLET_E_NETWORK, "or what is lost is found out");
	s = (scene) { .on_put = lose_bundle_later };
	OK_ERROR(publish(&s, false), SIGLET_E_NETWORK, "a bundle that is lost later");
	s = (scene) { .on_put = lose_file };
	OK_ERROR(publish(&s, false), SIGLET_E_NETWORK, "or a file");
	s = (scene) { .put_status = 409 };
	OK_ERROR(publish(&s, false), SIGLET_E_NETWORK, "409 with nothing there is no rival");
}

static siglet_err *lose_answer(scene *s, const char *name)
{
	(void)name;
	(void)s;
	return siglet_err_new(SIGLET_E_NETWORK, "the answer was lost");
}

/* The client sends again what was lost; here the two are requests of ours, one after another. */
static void an_answer_that_was_lost(void)
{
	scene s = { .on_put = lose_answer };

	write_pair("one", "AAAA");
	OK_ERROR(publish(&s, false), SIGLET_E_NETWORK, "an answer that is lost");
	OK(scene_find(&s, BUNDLE_URL) != NULL, "though the bundle is there");
	s.on_put = NULL;
	OK_SUCCESS(publish(&s, false), "is gone on with by the next run");
	OK(is_pair(&s, "one"), "to the end");
}

static void what_is_read_back(void)
{
	const siglet_publication what = { .folder = FOLDER, .name = "file", .read_back = true };
	siglet_published published;
	scene s = { .count = 0 };

	write_pair("one", "AAAA");
	siglet_published_init(&published);
	OK_SUCCESS(publish_with(&s, &what, &published), "read back");
	OK(published.checked != NULL && strcmp(published.checked, "content") == 0 &&
		   published.sent_artifact && published.sent_bundle,
	   "and compared");
	s.no_length = true;
	s.endless = 1;
	OK_ERROR(publish(&s, false), SIGLET_E_MISMATCH, "and a body that is longer");
	s.endless = 1000000000;
	OK_ERROR(publish(&s, false), SIGLET_E_MISMATCH, "one without an end is not read to it");
	OK(strcmp(siglet_buf_text(&published.url), FILE_URL) == 0 &&
		   strcmp(siglet_buf_text(&published.bundle_url), BUNDLE_URL) == 0,
	   "under these URLs");
	siglet_published_clear(&published);
}

static void what_is_no_parcel(void)
{
	siglet_parcel *parcel = NULL;

	write_pair("one", "AAAA");
	put_file("file", "changed", 7);
	OK_ERROR(siglet_repo_pack(in_scratch("file"), NULL, NULL, &parcel), SIGLET_E_MISMATCH,
		 "a file that was changed since it was signed");
	put_file("alone", "x", 1);
	OK_ERROR(siglet_repo_pack(in_scratch("alone"), NULL, NULL, &parcel), SIGLET_E_MISSING,
		 "one without a bundle");
	OK_ERROR(siglet_repo_pack(in_scratch("nothing"), NULL, NULL, &parcel), SIGLET_E_IO,
		 "nothing at all");
	OK_ERROR(siglet_repo_pack(in_scratch("alone"), in_scratch("alone"), NULL, &parcel),
		 SIGLET_E_MALFORMED, "a bundle that is none");
	OK_ERROR(siglet_repo_pack(scratch, NULL, NULL, &parcel), SIGLET_E_IO, "a folder");
}

int main(void)
{
	scratch_make();
	a_new_pair();
	halves();
	rivals();
	an_answer_that_was_lost();
	what_is_read_back();
	what_is_no_parcel();
	return tap_done();
}
