#include "oidc/oidc_internal.h"

#include <string.h>

/* Identities of machines and workloads. */

#define MAX_HEADER_BYTES 65536
#define CONNECT_TIMEOUT_MS 1000 /* the metadata server is next door, or not there */

/* ---- a token in a file, which Kubernetes keeps fresh ---- */

#define TOKEN_FILE "/var/run/sigstore/cosign/oidc-token"

siglet_err *siglet_oidc_file(const siglet_search *search, siglet_token **ret_token)
{
	siglet_slice text;
	siglet_buf token;
	siglet_err *err;

	siglet_buf_init_secret(&token, SIGLET_MAX_TOKEN_BYTES);
	err = search->around->read_file(search->around->context, TOKEN_FILE, &token);
	if (err != NULL && siglet_err_code(err) == SIGLET_E_MISSING) {
		siglet_err_free(err);
		siglet_buf_clear(&token);
		return NULL;
	}
	text = siglet_buf_slice(&token);
	while (text.len > 0 && strchr(" \t\r\n", text.ptr[text.len - 1]) != NULL)
		text.len--;
	if (err == NULL)
		err = siglet_token_parse(text, ret_token);
	siglet_buf_clear(&token);
	return err == NULL ? NULL : siglet_err_wrap(err, TOKEN_FILE);
}

/* ---- Google Cloud ---- */

#define METADATA \
	"http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/"
#define CREDENTIALS "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
#define PRODUCT_FILE "/sys/class/dmi/id/product_name"

static bool is_google(const siglet_search *search)
{
	siglet_buf name;
	siglet_err *err;
	bool found;

	siglet_buf_init(&name, 4096);
	err = search->around->read_file(search->around->context, PRODUCT_FILE, &name);
	found = err == NULL && siglet_slice_has_prefix(siglet_buf_slice(&name), "Google");
	siglet_err_free(err);
	siglet_buf_clear(&name);
	return found;
}

/* Whoever answers at that name in another network is not the metadata server. */
static siglet_err *ask_metadata(const siglet_search *search, const char *url,
				siglet_http_response *response)
{
	const siglet_http_request request = {
		.what = "Google's metadata server",
		.method = "GET",
		.url = url,
		.headers = { { "Metadata-Flavor", "Google", false } },
		.header_count = 1,
		.secret_answer = true,
		.allow_plain_http = true,
		.connect_timeout_ms = CONNECT_TIMEOUT_MS,
		.max_answer = (size_t)2 * SIGLET_MAX_TOKEN_BYTES,
	};
	siglet_err *err = siglet_transport_send(search->transport, &request, response);

	if (err != NULL)
		return err;
	if (response->status != 200)
		return siglet_err_hint(siglet_http_status_error(&request, response),
				       "give the machine or workload a service account");
	if (!siglet_slice_is(siglet_http_header_of(response, "metadata-flavor"), "Google"))
		return siglet_err_new(SIGLET_E_MALFORMED, "this is no metadata server of Google's");
	return NULL;
}

static siglet_err *identity_of_machine(const siglet_search *search, siglet_token **ret_token)
{
	siglet_http_response response;
	siglet_buf url;
	siglet_slice text;
	siglet_err *err;

	siglet_buf_init(&url, SIGLET_MAX_OIDC_URL);
	siglet_http_response_init(&response);
	/* format=full is what puts the e-mail address in. */
	err = siglet_buf_append_str(&url, METADATA "identity?format=full&audience=");
	if (err == NULL)
		err = siglet_oidc_escape(siglet_slice_str(search->audience), &url);
	if (err == NULL)
		err = ask_metadata(search, siglet_buf_text(&url), &response);
	text = siglet_buf_slice(&response.body);
	while (text.len > 0 && strchr(" \t\r\n", text.ptr[text.len - 1]) != NULL)
		text.len--;
	if (err == NULL)
		err = siglet_token_parse(text, ret_token);
	siglet_http_response_clear(&response);
	siglet_buf_clear(&url);
	return err;
}

static siglet_err *access_token(const siglet_search *search, siglet_buf *ret_bearer)
{
	siglet_slice text = SIGLET_SLICE_NONE;
	siglet_json_doc *doc = NULL;
	siglet_http_response response;
	siglet_err *err;

	siglet_http_response_init(&response);
	err = ask_metadata(search,
			   METADATA
			   "token?scopes=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform",
			   &response);
	if (err == NULL)
		err = siglet_json_parse_secret(siglet_buf_slice(&response.body),
					       (size_t)2 * SIGLET_MAX_TOKEN_BYTES, &doc);
	if (err == NULL)
		err = siglet_json_need_string(siglet_json_root(doc), "access_token", &text);
	if (err == NULL)
		err = siglet_buf_append_str(ret_bearer, "Bearer ");
	if (err == NULL)
		err = siglet_buf_append(ret_bearer, text);
	siglet_json_doc_free(doc);
	siglet_http_response_clear(&response);
	return err;
}

static siglet_err *write_impersonation(const siglet_search *search, siglet_buf *ret_json)
{
	siglet_json_writer w;

	siglet_json_writer_init(&w, ret_json, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_text(&w, "audience", search->audience);
	siglet_json_write_bool(&w, "includeEmail", true);
	siglet_json_write_end_object(&w);
	return siglet_json_writer_finish(&w);
}

static siglet_err *impersonate(const siglet_search *search, const char *account,
			       siglet_token **ret_token)
{
	siglet_buf url, bearer, body;
	siglet_err *err;

	siglet_buf_init(&url, SIGLET_MAX_OIDC_URL);
	siglet_buf_init(&body, SIGLET_MAX_OIDC_URL);
	siglet_buf_init_secret(&bearer, MAX_HEADER_BYTES);
	err = siglet_buf_append_str(&url, CREDENTIALS);
	if (err == NULL)
		err = siglet_oidc_escape(siglet_slice_str(account), &url);
	if (err == NULL)
		err = siglet_buf_append_str(&url, ":generateIdToken");
	if (err == NULL)
		err = write_impersonation(search, &body);
	if (err == NULL)
		err = access_token(search, &bearer);
	if (err == NULL) {
		siglet_http_request request = {
			.what = "Google's credentials service",
			.method = "POST",
			.url = siglet_buf_text(&url),
			.headers = { { "Authorization", siglet_buf_text(&bearer), true },
				     { "Content-Type", "application/json", false } },
			.header_count = 2,
			.body = siglet_buf_slice(&body),
		};

		err = siglet_search_ask(search, &request, "token",
					"the machine's account needs the role "
					"roles/iam.serviceAccountTokenCreator on the other one",
					ret_token);
	}
	siglet_buf_clear(&bearer);
	siglet_buf_clear(&body);
	siglet_buf_clear(&url);
	return err;
}

siglet_err *siglet_oidc_google(const siglet_search *search, siglet_token **ret_token)
{
	const char *account = siglet_search_env(search, "GOOGLE_SERVICE_ACCOUNT_NAME");

	if (account != NULL)
		return impersonate(search, account, ret_token);
	return is_google(search) ? identity_of_machine(search, ret_token) : NULL;
}

/* ---- SPIFFE ---- */

#define SPIFFE_HINT "spire-agent must be in PATH, and the workload registered with it"

static siglet_err *read_svid(siglet_slice json, siglet_token **ret_token)
{
	const siglet_json *list, *first, *svids;
	siglet_slice text = SIGLET_SLICE_NONE;
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse_secret(json, (size_t)4 * SIGLET_MAX_TOKEN_BYTES, &doc);

	if (err != NULL)
		return err;
	/* [ { "svids": [ { "svid": TOKEN } ] }, … ] */
	list = siglet_json_root(doc);
	first = siglet_json_array_item(list, 0);
	svids = siglet_json_object_get(first, "svids");
	err = siglet_json_need_string(siglet_json_array_item(svids, 0), "svid", &text);
	if (err == NULL)
		err = siglet_token_parse(text, ret_token);
	siglet_json_doc_free(doc);
	return err;
}

siglet_err *siglet_oidc_spiffe(const siglet_search *search, siglet_token **ret_token)
{
	static const char *const variables[] = { "PATH", "HOME", "SPIFFE_ENDPOINT_SOCKET", NULL };
	const char *socket = siglet_search_env(search, "SPIFFE_ENDPOINT_SOCKET");
	siglet_buf output;
	siglet_err *err;

	if (socket == NULL)
		return NULL;
	if (strncmp(socket, "unix://", 7) == 0)
		socket += 7;
	const char *const argv[] = { "spire-agent", "api",	 "fetch",
				     "jwt",	    "-audience", search->audience,
				     "-socketPath", socket,	 "-output",
				     "json",	    NULL };

	siglet_buf_init_secret(&output, (size_t)4 * SIGLET_MAX_TOKEN_BYTES);
	err = search->around->run(search->around->context, argv, variables, &output);
	if (err == NULL)
		err = read_svid(siglet_buf_slice(&output), ret_token);
	siglet_buf_clear(&output);
	return err == NULL ? NULL
			   : siglet_err_hint(siglet_err_wrap(err, "spire-agent"), SPIFFE_HINT);
}
