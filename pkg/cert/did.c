#include "cert/cert_internal.h"

#include <string.h>

#include <openssl/objects.h>

/*
 * did:x509:0:HASH:FINGERPRINT::POLICY:VALUE…: whoever an authority, known by its certificate's hash,
 * issued such a certificate to. Nobody is asked; the certificates come with what they signed.
 */

#define PREFIX "did:x509:"
#define MAX_DOTTED_OID 256
#define MAX_SUBJECT_NAMES 16

bool siglet_did_is_x509(siglet_slice did)
{
	return did.len >= strlen(PREFIX) && memcmp(did.ptr, PREFIX, strlen(PREFIX)) == 0;
}

/* ---- text ---- */

static siglet_err *malformed(const char *what)
{
	return siglet_err_new(SIGLET_E_MALFORMED, "did:x509: %s", what);
}

/* Up to the next colon, which is taken away too; *has_more tells whether there was one. */
static siglet_slice next_part(siglet_slice *rest, bool *has_more)
{
	size_t len = 0;

	while (len < rest->len && rest->ptr[len] != ':')
		len++;
	const siglet_slice part = siglet_slice_of(rest->ptr, len);
	*has_more = len < rest->len;
	if (*has_more)
		len++;
	*rest = siglet_slice_of(rest->ptr + len, rest->len - len);
	return part;
}

static bool is_unescaped(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_';
}

/* One way to write each value: everything else is percent-encoded. */
static siglet_err *decode(siglet_slice part, siglet_buf *ret_text)
{
	siglet_err *err = NULL;

	if (part.len == 0)
		return malformed("an empty value");
	for (size_t i = 0; err == NULL && i < part.len; i++) {
		if (is_unescaped(part.ptr[i])) {
			err = siglet_buf_append_byte(ret_text, part.ptr[i]);
		} else if (part.ptr[i] == '%' && part.len - i > 2) {
			err = siglet_hex_decode(siglet_slice_of(part.ptr + i + 1, 2), ret_text);
			i += 2;
		} else {
			err = malformed("a character that is not percent-encoded");
		}
	}
	return err;
}

/* ---- policies: what the leaf must be ---- */

static siglet_err *differs(const char *what)
{
	return siglet_err_new(SIGLET_E_MISMATCH,
			      "did:x509: the certificate's %s is not the one that is named", what);
}

/* Dotted numbers, and no other spelling of the same. NULL: it is none. */
static ASN1_OBJECT *parse_oid(siglet_slice dotted)
{
	char text[MAX_DOTTED_OID], again[MAX_DOTTED_OID];

	if (dotted.len == 0 || dotted.len >= sizeof(text))
		return NULL;
	memcpy(text, dotted.ptr, dotted.len);
	text[dotted.len] = '\0';
	ASN1_OBJECT *object = OBJ_txt2obj(text, 1);
	if (object != NULL && (OBJ_obj2txt(again, sizeof(again), object, 1) != (int)dotted.len ||
			       memcmp(again, text, dotted.len) != 0)) {
		ASN1_OBJECT_free(object);
		return NULL;
	}
	return object;
}

static siglet_err *check_eku(const siglet_cert *leaf, siglet_slice oid)
{
	ASN1_OBJECT *wanted = parse_oid(oid);
	EXTENDED_KEY_USAGE *usages = NULL;
	bool found = false;

	if (wanted == NULL) {
		siglet_crypto_clear_errors();
		return malformed("eku: not an object identifier");
	}
	usages = X509_get_ext_d2i(leaf->x509, NID_ext_key_usage, NULL, NULL);
	for (int i = 0; usages != NULL && i < sk_ASN1_OBJECT_num(usages); i++)
		found = found || OBJ_cmp(sk_ASN1_OBJECT_value(usages, i), wanted) == 0;
	EXTENDED_KEY_USAGE_free(usages);
	ASN1_OBJECT_free(wanted);
	siglet_crypto_clear_errors();
	return found ? NULL : differs("extended key usage");
}

/* Names as the method abbreviates them, or dotted numbers. */
static ASN1_OBJECT *parse_attribute(siglet_slice key)
{
	static const struct {
		const char *label;
		int nid;
	} known[] = {
		{ "CN", NID_commonName },
		{ "L", NID_localityName },
		{ "ST", NID_stateOrProvinceName },
		{ "O", NID_organizationName },
		{ "OU", NID_organizationalUnitName },
		{ "C", NID_countryName },
		{ "STREET", NID_streetAddress },
	};

	for (size_t i = 0; i < SIGLET_COUNT(known); i++)
		if (siglet_slice_is(key, known[i].label))
			return OBJ_dup(OBJ_nid2obj(known[i].nid));
	return parse_oid(key);
}

/* The one attribute of that type has this value, in UTF-8. */
static siglet_err *check_attribute(const siglet_cert *leaf, const ASN1_OBJECT *type,
				   siglet_slice value)
{
	const X509_NAME *subject = X509_get_subject_name(leaf->x509);
	const int at = X509_NAME_get_index_by_OBJ(subject, type, -1);
	uint8_t *utf8 = NULL;
	bool equal;
	int len;

	if (at < 0)
		return differs("subject");
	if (X509_NAME_get_index_by_OBJ(subject, type, at) >= 0)
		return siglet_err_new(SIGLET_E_UNSUPPORTED,
				      "did:x509: an attribute twice in the certificate's subject");
	len = ASN1_STRING_to_UTF8(&utf8,
				  X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
	if (len < 0)
		return siglet_crypto_error(SIGLET_E_CRYPTO, "did:x509: subject");
	equal = siglet_slice_equal(siglet_slice_of(utf8, (size_t)len), value);
	OPENSSL_free(utf8);
	return equal ? NULL : differs("subject");
}

static siglet_err *check_pair(const siglet_cert *leaf, siglet_slice key, siglet_slice part)
{
	ASN1_OBJECT *type = parse_attribute(key);
	siglet_buf value;
	siglet_err *err;

	siglet_buf_init(&value, part.len);
	err = type == NULL ? malformed("subject: a name that is unknown") : decode(part, &value);
	if (err == NULL)
		err = check_attribute(leaf, type, siglet_buf_slice(&value));
	ASN1_OBJECT_free(type);
	siglet_buf_clear(&value);
	siglet_crypto_clear_errors();
	return err;
}

/* KEY:VALUE:KEY:VALUE… */
static siglet_err *check_subject(const siglet_cert *leaf, siglet_slice rest)
{
	siglet_slice seen[MAX_SUBJECT_NAMES] = { SIGLET_SLICE_NONE };
	size_t count = 0;
	bool has_more = true;
	siglet_err *err = NULL;

	while (err == NULL && has_more) {
		const siglet_slice key = next_part(&rest, &has_more);

		if (!has_more)
			return malformed("subject: a name without a value");
		if (count == SIGLET_COUNT(seen))
			return siglet_err_new(SIGLET_E_LIMIT,
					      "did:x509: over %d names of a subject",
					      MAX_SUBJECT_NAMES);
		for (size_t i = 0; i < count; i++)
			if (siglet_slice_equal(seen[i], key))
				return malformed("subject: a name twice");
		seen[count++] = key;
		err = check_pair(leaf, key, next_part(&rest, &has_more));
	}
	return err;
}

static int san_type(siglet_slice name)
{
	return siglet_slice_is(name, "email") ? GEN_EMAIL
	       : siglet_slice_is(name, "dns") ? GEN_DNS
	       : siglet_slice_is(name, "uri") ? GEN_URI
					      : -1;
}

static siglet_err *check_san(const siglet_cert *leaf, siglet_slice rest)
{
	bool has_more = false, found = false;
	const int type = san_type(next_part(&rest, &has_more));
	siglet_buf value;
	siglet_err *err;

	if (type < 0 || !has_more)
		return malformed("san: not email, dns or uri and a value");
	siglet_buf_init(&value, rest.len);
	err = decode(rest, &value);
	for (int i = 0; err == NULL && leaf->san != NULL && i < sk_GENERAL_NAME_num(leaf->san);
	     i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(leaf->san, i);

		/* The three are IA5String, in one place of the union. */
		found = found ||
			(name->type == type && siglet_slice_equal(siglet_asn1_slice(name->d.ia5),
								  siglet_buf_slice(&value)));
	}
	siglet_buf_clear(&value);
	if (err != NULL)
		return err;
	return found ? NULL : differs("alternative name");
}

/* Fulcio's first extension, without its "https://". */
static siglet_err *check_fulcio_issuer(const siglet_cert *leaf, siglet_slice part)
{
	siglet_glance glance;
	siglet_buf url;
	siglet_err *err;

	siglet_buf_init(&url, part.len + 16);
	err = siglet_buf_append_str(&url, "https://");
	if (err == NULL)
		err = decode(part, &url);
	if (err == NULL)
		err = siglet_cert_glance(siglet_cert_der(leaf), false, &glance);
	if (err == NULL &&
	    !siglet_slice_equal(glance.value[SIGLET_FULCIO_ISSUER_V1], siglet_buf_slice(&url)))
		err = differs("issuer of an identity");
	siglet_buf_clear(&url);
	return err;
}

static siglet_err *check_policy(const siglet_cert *leaf, siglet_slice policy)
{
	static const struct {
		const char *name;
		siglet_err *(*check)(const siglet_cert *leaf, siglet_slice value);
	} known[] = {
		{ "subject", check_subject },
		{ "san", check_san },
		{ "eku", check_eku },
		{ "fulcio-issuer", check_fulcio_issuer },
	};
	bool has_value = false;
	const siglet_slice name = next_part(&policy, &has_value);

	for (size_t i = 0; has_value && i < SIGLET_COUNT(known); i++)
		if (siglet_slice_is(name, known[i].name))
			return known[i].check(leaf, policy);
	return siglet_err_new(SIGLET_E_UNSUPPORTED, "did:x509: the policy \"%s\"",
			      siglet_text_printable(name).text);
}

/* ---- the authority ---- */

static bool find_hash(siglet_slice name, siglet_hash *ret_hash)
{
	for (int i = 0; i < SIGLET_HASH_COUNT; i++)
		if (siglet_slice_is(name, siglet_hash_name((siglet_hash)i))) {
			*ret_hash = (siglet_hash)i;
			return true;
		}
	return false;
}

/* Standing on the path, not just beside it: who has only that certificate issued nothing. */
static siglet_err *find_authority(const siglet_path *path, siglet_hash hash,
				  siglet_slice fingerprint)
{
	for (size_t i = 1; i < path->count; i++) {
		const siglet_slice der = siglet_cert_der(path->certs[i]);
		siglet_digest digest = { .hash = hash };
		siglet_err *err = siglet_crypto_hash(hash, &der, 1, &digest);

		if (err != NULL || siglet_slice_equal(siglet_digest_slice(&digest), fingerprint))
			return err;
	}
	return siglet_err_new(SIGLET_E_UNTRUSTED, "did:x509: no authority of the certificate's is "
						  "the one that is named");
}

static siglet_validity validity_of(const siglet_path *path)
{
	siglet_validity validity = { INT64_MIN, INT64_MAX };

	for (size_t i = 0; i < path->count; i++) {
		const siglet_cert *cert = path->certs[i];

		if (cert->not_before_s > validity.not_before_s)
			validity.not_before_s = cert->not_before_s;
		if (cert->not_after_s < validity.not_after_s)
			validity.not_after_s = cert->not_after_s;
	}
	return validity;
}

static siglet_err *check_path(const siglet_cert *const *certs, size_t count, siglet_hash hash,
			      siglet_slice fingerprint, siglet_validity *ret_validity)
{
	siglet_slice der[SIGLET_MAX_CHAIN];
	siglet_chain *chain = NULL;
	siglet_path path = { .count = 0 };
	siglet_err *err;

	if (count - 1 > SIGLET_COUNT(der))
		return siglet_err_new(SIGLET_E_LIMIT, "%zu certificates", count);
	for (size_t i = 1; i < count; i++)
		der[i - 1] = siglet_cert_der(certs[i]);
	err = siglet_chain_new(SIGLET_PURPOSE_SIGNING, der, count - 1, &chain);
	if (err == NULL)
		err = siglet_chain_verify(chain, certs[0], NULL, 0, &path);
	if (err == NULL)
		err = find_authority(&path, hash, fingerprint);
	if (err == NULL)
		*ret_validity = validity_of(&path);
	siglet_chain_free(chain);
	return err;
}

/* The fingerprint in base64url without padding; siglet_base64_decode_any takes other forms, too. */
static siglet_err *read_fingerprint(siglet_slice part, siglet_hash hash, siglet_buf *ret_bytes)
{
	siglet_err *err;

	for (size_t i = 0; i < part.len; i++)
		if (!is_unescaped(part.ptr[i]) || part.ptr[i] == '.')
			return malformed("a fingerprint that is not base64url");
	err = siglet_base64_decode_any(part, ret_bytes);
	if (err != NULL)
		return siglet_err_wrap(err, "did:x509: fingerprint");
	return ret_bytes->len == siglet_hash_size(hash)
		       ? NULL
		       : malformed("a fingerprint of another length than its hash");
}

/* "::POLICY:VALUE::POLICY:VALUE…" from behind the first colon on; at least one of them. */
static siglet_err *check_policies(const siglet_cert *leaf, siglet_slice rest)
{
	siglet_err *err = NULL;

	while (err == NULL && rest.len > 0) {
		size_t end = 1;

		if (rest.ptr[0] != ':')
			return malformed("no policy behind the fingerprint");
		while (end < rest.len &&
		       !(rest.ptr[end] == ':' && end + 1 < rest.len && rest.ptr[end + 1] == ':'))
			end++;
		err = check_policy(leaf, siglet_slice_of(rest.ptr + 1, end - 1));
		if (end < rest.len)
			end++;
		rest = siglet_slice_of(rest.ptr + end, rest.len - end);
	}
	return err;
}

siglet_err *siglet_did_x509_check(siglet_slice did, const siglet_cert *const *certs, size_t count,
				  siglet_validity *ret_validity)
{
	siglet_slice rest = did;
	siglet_hash hash = SIGLET_SHA256;
	siglet_validity validity = { 0 };
	siglet_buf fingerprint;
	bool has_more = false;
	siglet_err *err;

	if (!siglet_did_is_x509(did))
		return malformed("another method");
	if (count < 2)
		return siglet_err_new(SIGLET_E_MISSING,
				      "did:x509: no certificate of an authority is there");
	rest = siglet_slice_of(did.ptr + strlen(PREFIX), did.len - strlen(PREFIX));
	if (!siglet_slice_is(next_part(&rest, &has_more), "0"))
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "did:x509: another version than 0");
	if (!find_hash(next_part(&rest, &has_more), &hash))
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "did:x509: an unknown hash");
	siglet_buf_init(&fingerprint, did.len);
	err = read_fingerprint(next_part(&rest, &has_more), hash, &fingerprint);
	if (err == NULL && rest.len == 0)
		err = malformed("no policy behind the fingerprint");
	if (err == NULL)
		err = check_policies(certs[0], rest);
	if (err == NULL)
		err = check_path(certs, count, hash, siglet_buf_slice(&fingerprint), &validity);
	siglet_buf_clear(&fingerprint);
	if (err == NULL)
		*ret_validity = validity;
	return err;
}
